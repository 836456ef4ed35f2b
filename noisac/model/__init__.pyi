"""Public names of `noisac.model`: what is imported from where, read at run time by the lazy loader."""

from .arrays import (
    direction_cosines,
    element_indices,
    linear_steering_vector,
    position_derivatives,
    position_response,
    steering_derivatives,
    steering_vector,
)
from .channel import bs_irs_channel, irs_user_channel, irs_user_channel_derivatives, matched_bs_beam, received_mean
from .scenario import Geometry, Scenario, path_gain
from .symbols import SymbolMoments, draw_symbols, expected_symbol_moments, pilots, symbol_moments

__all__ = [
    "Geometry", "Scenario", "SymbolMoments", "bs_irs_channel", "direction_cosines", "draw_symbols",
    "element_indices", "expected_symbol_moments", "irs_user_channel", "irs_user_channel_derivatives",
    "linear_steering_vector", "matched_bs_beam", "path_gain", "pilots", "position_derivatives",
    "position_response", "received_mean", "steering_derivatives", "steering_vector", "symbol_moments",
]  # fmt: skip
