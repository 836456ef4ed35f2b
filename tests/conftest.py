import signal

import pytest
from hypothesis import HealthCheck, settings

from noisac.cli import main

#: Folders and modules whose tests no rounding reaches: they are about files, texts, refusals, programs, pictures
#: and exact algebra. All others, docstrings' examples and whatever comes new, are marked `numeric`, and run under
#: several kernels of the linear algebra library (`make kernels`).
NOT_NUMERIC = {
    *("browser", "cli", "derivations", "explorers"),
    *("architecture", "assets", "bad_input", "benchmarks", "cluster", "command_line", "equation_index"),
    *(
        "execute_notebooks",
        "executions",
        "exercises",
        "kernels",
        "launch",
        "nbval_replay",
        "notation",
        "notebooks",
    ),
    *("optimise_command", "print", "repository", "storage", "style"),
    *("faults", "findings", "ledger", "records", "shared_tasks", "statements"),
    *("explorer_pictures", "explorers_position", "explorers_slots", "explorers_tradeoff", "figures"),
    *("derivation_of_the_closed_form", "derivation_of_theorem_1", "derivation_steps", "public_names"),
}

#: Of the tests that rounding can reach those that take most time, which `make kernels-ci` leaves out.
LONG = {
    "test_what_a_search_returns_and_whether_any_beam_has_a_bound",
    "test_more_width_of_the_surface_opens_the_range_and_more_of_the_user_closes_it",
    "test_whatever_is_typed_is_refused_by_name_or_gives_numbers",
    "test_the_ledger_is_complete",
    "test_the_factorial_is_the_same_for_any_number_of_jobs",
    "test_the_range_with_free_phases_is_within_its_bound_on_200_problems",
    "test_the_estimate_equals_brute_force_over_angles_and_symbols_together",
    "test_at_high_snr_each_receiver_meets_the_bound_of_its_model_within_five_percent",
    "test_the_platforms_threads_change_no_bit",
    "test_the_figures_of_both_models_draw_every_experiment",
    "test_confirming_keeps_the_order_and_does_not_depend_on_jobs_or_company",
    "test_the_closest_combination_is_closer_than_the_printed_one_and_still_far",
    "test_records_are_deterministic_and_cannot_be_changed",
    "test_noise_alone_reproduces_no_claim_of_a_difference",
    "test_the_first_draws_do_not_depend_on_how_many_follow",
    "noisac.verdicts.judge.claims",
}

# Derandomised, so that a run of CI can be repeated; no deadline, because shared machines stall.
settings.register_profile(
    "noisac",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("noisac"), max_examples=20)  # beside a run with all
settings.load_profile("noisac")


# A shell that runs the tests in the background has them ignore Ctrl-C, and what they start would ignore it too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def complaint_about(capsys, tmp_path, monkeypatch):
    """What the command line says of words that it refuses, printing and writing nothing else."""
    monkeypatch.chdir(tmp_path)

    def run(arguments: list[str]) -> str:
        with pytest.raises(SystemExit) as exit_info:
            main(arguments)
        assert exit_info.value.code == 2
        output = capsys.readouterr()
        assert output.out == ""
        assert not list(tmp_path.iterdir())
        return output.err

    return run


def is_numeric(item: pytest.Item) -> bool:
    """Whether another processor's last bits could change what a test finds."""
    parts = item.path.relative_to(item.config.rootpath).with_suffix("").parts
    names = {part.removeprefix("test_") for part in parts}
    return not names & NOT_NUMERIC and item.get_closest_marker("bad_input") is None


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as a property what draws its examples, and nothing else: the marks are counted (README.md)."""
    for item in items:
        if " at 0x" in item.nodeid:  # workers of pytest-xdist would not agree on it
            raise pytest.UsageError(f"a test's name must be the same in every process: {item.nodeid}")
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("property")
        if is_numeric(item):
            item.add_marker("numeric")
        if getattr(item, "originalname", item.name) in LONG:
            item.add_marker("long")
