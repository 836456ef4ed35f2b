"""Public names of `noisac.positioning`: what is imported from where, read at run time by the lazy loader."""

from .blocks import block_information, block_scenarios, peb_map
from .error_bound import (
    angle_gradients_by_position,
    angles_of_arrival,
    error_ellipse,
    position_covariance,
    position_error_bound,
    position_information,
)
from .errors import draw_angles, root_mean_square, simulate_fixes, simulate_position_errors, simulate_track
from .fixes import PositionFix, directions, intersect_lines, most_likely_position
from .orientation import PoseBound, direction_gradients, pose_bound, two_ended_factor

__all__ = [
    "PoseBound", "PositionFix", "angle_gradients_by_position", "angles_of_arrival", "block_information",
    "block_scenarios", "direction_gradients", "directions", "draw_angles", "error_ellipse", "intersect_lines",
    "most_likely_position", "peb_map", "pose_bound", "position_covariance", "position_error_bound",
    "position_information", "root_mean_square", "simulate_fixes", "simulate_position_errors", "simulate_track",
    "two_ended_factor",
]  # fmt: skip
