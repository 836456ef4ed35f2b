"""Public names of `noisac.tracking`: what is imported from where, read at run time by the lazy loader."""

from .aiming import AimGrowth, aim_growth, beamwidth, fix_deviation
from .expectation import ExpectedBounds, Mean, bounds_towards, expected_bounds
from .priors import AnglePrior
from .robust import aimed_beams, prior_aim

__all__ = [
    "AimGrowth", "AnglePrior", "ExpectedBounds", "Mean", "aim_growth", "aimed_beams", "beamwidth",
    "bounds_towards", "expected_bounds", "fix_deviation", "prior_aim",
]  # fmt: skip
