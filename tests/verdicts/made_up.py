"""What data are made up of, and how a claim's case is written."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import xarray as xr

from noisac.experiments.paper import NOISAC, TDISAC
from noisac.verdicts.ledger import CLAIMS
from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY

BY_ID = {claim.id: claim for claim in CLAIMS}

#: Decibels per relative deviation, to first order.
DB = 10 / math.log(10)


def pair(mean, spread):
    """Two draws, along the last axis."""
    mean, spread = np.asarray(mean, dtype=float), np.asarray(spread, dtype=float)
    return np.stack([mean + spread, mean - spread], axis=-1)


def power(level):
    """Decibels as a ratio."""
    return 10 ** (np.asarray(level, dtype=float) / 10)


def relative(level, spread):
    """Two draws with a mean in dB and a relative spread."""
    return pair(power(level), power(level) * spread)


def experiment(grid, **variables):
    dims = {name: (*grid, "draw", *(["random_beam"] if name.startswith("random") else [])) for name in variables}
    return xr.Dataset(
        {name: (dims[name], np.asarray(values)) for name, values in variables.items()},
        coords={dim: list(values) for dim, values in grid.items()},
    )


SLOTS = {"system": [NOISAC, TDISAC], "slots": [5, 25, 50]}

ELEMENTS = {"system": [NOISAC, TDISAC], "irs_elements": [4, 9, 16]}

SIGNAL_TO_NOISE = {"system": [NOISAC, TDISAC], "snr_db": [-10, 5, 20]}


def rates_of(figure, grid):
    """Rates of which the advantage of NO-ISAC is 1, 2 and x."""

    def world(x, e):
        noise = e * np.array([0.002, 0.004, -0.002])
        return {figure: experiment(grid, rate=[pair([4, 6, 5 + x], noise), pair([3, 4, 5], -0.5 * noise)])}

    return world


def mean_bounds(x, e):
    """Advantages of the mean bounds of 2, x and 3 dB."""
    return {
        "fig08": experiment(
            SLOTS, angle_crlb=[relative([-20, -30, -40], 0.02 * e), relative([-18, x - 30, -37], -0.01 * e)]
        )
    }


def bounds_of(figure, grid):
    """Advantages of 2, x and 3 dB, draw by draw."""

    def world(x, e):
        levels = [pair([-20, -30, -40], 0.12 * e), pair([-18, x - 30, -37], -0.01 * e)]
        return {figure: experiment(grid, angle_crlb=power(levels))}

    return world


def tradeoffs(figure, dim, curves):
    """From rates, their noise, levels and theirs, along the weights, for each value of ``dim``."""
    weights = np.linspace(0, 1, len(curves[next(iter(curves))][0]))
    rates, rate_noise, levels, level_noise = (np.array([curve[k] for curve in curves.values()]) for k in range(4))
    grid = {dim: list(curves), "weight": weights}
    return {
        figure: experiment(
            grid, rate=pair(6 + rates, rate_noise), angle_crlb=power(pair(levels - 50, level_noise))
        )
    }


def fig12_shape(rates=(6, 9), levels=(1, 4), ends=(10, 10), rate_noise=(0, 0, 0, 0), level_noise=(0, 0, 0, 0)):
    """A curve with two points between its ends, and one with clear regions at another SNR."""
    clear = ([0, 6, 9, 10], np.zeros(4), [0, 1, 4, 10], np.zeros(4))
    curve = ([0, *rates, ends[0]], rate_noise, [0, *levels, ends[1]], level_noise)
    return tradeoffs("fig12", "snr_db", {-5: curve, 5: clear})


class Case(NamedTuple):
    """What one claim's test makes of a world.

    ``turns`` are the sizes x of the effect at which the verdict changes, with the verdicts below and above; the
    rest is for the one size ``at``: value and error of the margins, and the text.
    """

    claim: str
    world: Callable[[float, float], dict[str, xr.Dataset]]
    turns: tuple[tuple[float, str, str], ...]
    at: float
    shape: tuple[float, float]
    measured: str
    number: tuple[float, float] | None = None


def above(threshold):
    return (threshold, NOT_REPRODUCED, REPRODUCED)


def below(threshold):
    return (threshold, REPRODUCED, NOT_REPRODUCED)


def number(shape, lowest, highest):
    """Above ``shape`` the shape is there, and between the other two the number."""
    return (
        (shape, NOT_REPRODUCED, SHAPE_ONLY),
        (lowest, SHAPE_ONLY, REPRODUCED),
        (highest, REPRODUCED, SHAPE_ONLY),
    )
