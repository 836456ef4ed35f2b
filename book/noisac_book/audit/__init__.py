"""Is there a reading under which Figs. 11-14 come out? Combinations of readings against the quoted numbers.

A *variant* is one reading of everything that the paper leaves open. Its trade-off curves (pairs of rate and
CRLB_angle as zeta runs from 0 to 1) are held against the numbers that the paper's text quotes for Figs. 4, 12, 13
and 14. `run_audit` does so for a full factorial with few draws, `confirm` for some variants with many other draws.
"""

from noisac.beamforming.refinement import refine_phases
from noisac_book.audit._datasets import DEFAULT_SEED
from noisac_book.audit.averages import combine, inverse_energy
from noisac_book.audit.confirmation import confirm, tradeoff_data
from noisac_book.audit.factorial import (
    DEFAULT_DRAWS,
    STAGE_1_WEIGHTS,
    LevelEffect,
    Ranking,
    best_variants,
    level_effects,
    run_audit,
)
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED, Kind, QuotedNumber
from noisac_book.audit.scores import (
    CEILING_DB,
    CURVES,
    DRAWN_CURVES,
    Curves,
    Fit,
    distance_to_curve,
    errors_db,
    fit_offset,
    met_by,
    score_of,
)
from noisac_book.audit.variants import (
    FACTORS,
    READINGS,
    ArrayGain,
    Average,
    PhaseResolution,
    Variant,
    effective_weight,
)

__all__ = [
    "CEILING_DB",
    "CURVES",
    "DECIBELS_PER_BIT",
    "DEFAULT_DRAWS",
    "DEFAULT_SEED",
    "DRAWN_CURVES",
    "FACTORS",
    "QUOTED",
    "READINGS",
    "STAGE_1_WEIGHTS",
    "ArrayGain",
    "Average",
    "Curves",
    "Fit",
    "Kind",
    "LevelEffect",
    "PhaseResolution",
    "QuotedNumber",
    "Ranking",
    "Variant",
    "best_variants",
    "combine",
    "confirm",
    "distance_to_curve",
    "effective_weight",
    "errors_db",
    "fit_offset",
    "inverse_energy",
    "level_effects",
    "met_by",
    "refine_phases",
    "run_audit",
    "score_of",
    "tradeoff_data",
]
