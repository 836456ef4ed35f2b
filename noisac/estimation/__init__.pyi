"""Public names of `noisac.estimation`: what is imported from where, read at run time by the lazy loader."""

from .modulation import nearest_symbols, qam, symbol_error_rate
from .receivers import Estimates, maximum_likelihood, simulate_received, symbols_at
from .trials import (
    DATA_RECEIVERS,
    QUANTITIES,
    SquaredErrors,
    simulate_error_rates,
    simulate_errors,
    squared_errors,
    what_is_known,
)

__all__ = [
    "DATA_RECEIVERS", "QUANTITIES", "Estimates", "SquaredErrors", "maximum_likelihood", "nearest_symbols", "qam",
    "simulate_error_rates", "simulate_errors", "simulate_received", "squared_errors", "symbol_error_rate",
    "symbols_at", "what_is_known",
]  # fmt: skip
