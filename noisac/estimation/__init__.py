"""Is the bound met? Receivers that estimate angles and symbols, simulated and held against the bounds.

`maximum_likelihood` is the joint receiver of each symbol model, `simulate_errors` runs it over many draws of the
noise, `simulate_error_rates` counts the symbols that it gets wrong.
"""

from noisac.estimation.modulation import nearest_symbols, qam, symbol_error_rate
from noisac.estimation.receivers import Estimates, maximum_likelihood, simulate_received, symbols_at
from noisac.estimation.trials import (
    DATA_RECEIVERS,
    QUANTITIES,
    SquaredErrors,
    ratio_to_bound,
    simulate_error_rates,
    simulate_errors,
    squared_errors,
    threshold_snr,
    what_is_known,
)

__all__ = [
    "DATA_RECEIVERS",
    "QUANTITIES",
    "Estimates",
    "SquaredErrors",
    "maximum_likelihood",
    "nearest_symbols",
    "qam",
    "ratio_to_bound",
    "simulate_error_rates",
    "simulate_errors",
    "simulate_received",
    "squared_errors",
    "symbol_error_rate",
    "symbols_at",
    "threshold_snr",
    "what_is_known",
]
