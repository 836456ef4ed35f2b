"""What is mutated, which tests count, and how long they may take."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "_build" / "mutants"

MODULES = (
    "arrays",
    "channel",
    "scenario",
    "symbols",
    "fisher",
    "_angles",
    "bounds",
    "systems",
    "beamforming._problems",
    "beamforming.codebook",
    "beamforming.max_gain",
    "beamforming.complete_search",
    "beamforming.cross_entropy",
    "beamforming.coordinate_descent",
    "beamforming.quadratic_bound",
    "beamforming.certified",
    "beamforming.refinement",
    "angle_bounds",
    "error_ellipses",
    "_position_checks",
    "positioning",
    "estimation.modulation",
    "estimation.likelihood",
    "estimation.search",
    "estimation.receivers",
    "estimation.trials",
    "claims",
    "_claim_records",
    "_claims_command",
    "_margins",
    "_claim_outcomes",
    "_claims_exact",
    "_claims_measured",
)

#: Tests of what is not the package's arithmetic, or that start processes of their own.
LEFT_OUT = (
    "test_assets",
    "test_benchmarks",
    "test_cluster",
    "test_command_line",
    "test_equation_index",
    "test_execute_notebooks",
    "test_exercises",
    "test_explorer_pictures",
    "test_launch",
    "test_mutation_testing",
    "test_notation",
    "test_notebooks",
    "test_optimise_command",
    "test_print",
    "test_repository",
    "test_storage",
    "test_style",
)
#: Tests that take longer than this, in seconds of processor time, are not run against mutants.
SLOW = 1.5
#: No more tests are started against one mutant after so many seconds of processor time.
BUDGET = 15.0
#: Seconds of processor time after which a mutant is stopped: `TIMEOUT` and `TIMEOUT_FACTOR` times what is normal.
TIMEOUT, TIMEOUT_FACTOR = 10.0, 4.0
#: Bytes of address space that a mutant may have beyond what it begins with.
MEMORY = 2 * 2**30
#: Examples per property, unless a test says how many.
EXAMPLES = 40
#: Tests whose files are collected first for a mutant of what runs at import.
FIRST = 3
