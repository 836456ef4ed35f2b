"""Which readings bring Figs. 12-14 close to the quoted numbers, and what can be concluded from one that does.

A *variant* is one reading of everything that the paper leaves open, and of some things that it does not. Its
curves are held against the numbers that the text quotes for Figs. 4, 12, 13 and 14: by `predict` for many
variants at once; by `sample` and `local_search` to find close ones; by `closest` and `predict_figures` to see
what closeness is worth; by `confirm` with many draws. ``python -m noisac_book.audit`` stores it all, and
`read_sweep` reads it.
"""

from noisac_book.audit.averages import combine, inverse_energy
from noisac_book.audit.calibration import (
    Null,
    Prediction,
    closest,
    fitted_numbers,
    permuted,
    predict_figures,
    shifted,
)
from noisac_book.audit.confirmation import confirm, rate_ceiling, tradeoff_curves
from noisac_book.audit.prediction import DEFAULT_SEED, predict
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED, Kind, QuotedNumber
from noisac_book.audit.scores import CEILING_DB, CURVES, Curves, distance_to_curve, errors_db, met_by, score_of
from noisac_book.audit.stored import LISTED, pooled, read_sweep, run_sweep, variants_of
from noisac_book.audit.sweep import CLASSES, from_dataset, local_search, sample, summary_of, to_dataset
from noisac_book.audit.variants import FACTORS, HALF_OVER_TURN, LEVELS, READINGS, Variant, effective_weight

__all__ = [
    "CEILING_DB", "CLASSES", "CURVES", "DECIBELS_PER_BIT", "DEFAULT_SEED", "FACTORS", "HALF_OVER_TURN",
    "LEVELS", "LISTED", "QUOTED", "READINGS", "Curves", "Kind", "Null", "Prediction", "QuotedNumber", "Variant",
    "closest", "combine", "confirm", "distance_to_curve", "effective_weight", "errors_db", "fitted_numbers",
    "from_dataset", "inverse_energy", "local_search", "met_by", "permuted", "pooled", "predict",
    "predict_figures", "rate_ceiling", "read_sweep", "run_sweep", "sample", "score_of", "shifted", "summary_of",
    "to_dataset", "tradeoff_curves", "variants_of",
]  # fmt: skip
