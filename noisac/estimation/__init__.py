"""Is the bound met? Receivers that estimate angles and symbols, simulated and held against the bounds.

`maximum_likelihood` is the joint receiver of each symbol model, `simulate_errors` runs it over many draws of the
noise, `simulate_error_rates` counts the symbols that it gets wrong.
"""

from noisac.estimation.receivers import Estimates, maximum_likelihood, simulate_received, symbols_at

__all__ = ["Estimates", "maximum_likelihood", "simulate_received", "symbols_at"]
