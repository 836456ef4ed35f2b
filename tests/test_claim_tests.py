"""Each claim's test on a few made-up numbers: its margins, where its verdict turns, and what it says was measured.

Two draws m + d and m - d have the mean m and the standard error d, so that every margin follows by hand. Bounds
are made up in dB where a test takes them draw by draw, and as ratios where it takes their means.
"""

import itertools
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr

from noisac import fisher_information
from noisac.bounds.closed_form import crlb, modified_crlb, mutual_information
from noisac.experiments.paper import NOISAC, PILOTS, TDISAC
from noisac.model.channel import matched_bs_beam
from noisac.model.symbols import symbol_moments
from noisac.verdicts import exact
from noisac.verdicts.errata import log_prior
from noisac.verdicts.exact import EQUAL, _cases, _entropy, _equal, _inverse_bounds
from noisac.verdicts.ledger import CLAIMS
from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY, Estimate, Limits, Outcome
from noisac.verdicts.measured import _listed

RECORD = Path(__file__).parent.parent / "book" / "claims.ipynb"
BY_ID = {claim.id: claim for claim in CLAIMS}
#: Decibels per relative deviation, to first order.
DB = 10 / math.log(10)


# --- Made-up data ----------------------------------------------------------------------------------------------


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


VARIANCES = {"system": [NOISAC, PILOTS], "variance": [0.1, 0.5, 1.0]}
SLOTS = {"system": [NOISAC, TDISAC], "slots": [5, 25, 50]}
ELEMENTS = {"system": [NOISAC, TDISAC], "irs_elements": [4, 9, 16]}
SIGNAL_TO_NOISE = {"system": [NOISAC, TDISAC], "snr_db": [-10, 5, 20]}


# Each of the following makes up what one claim (or several) is about from the size x of an effect and the size e
# of the noise. In a curve the effect is the last step.


def fig04_gaps(x, e):
    # The pilots' runs at several variances are repetitions, with a mean of 1.
    return {
        "fig04": experiment(
            VARIANCES, angle_crlb=[relative([x + 1, x + 2, x], 0.01 * e), pair([0.5, 0.9, 1.6], 0.0)]
        )
    }


def fig04_ratio(x, e):
    return {
        "fig04": experiment(
            VARIANCES,
            angle_crlb=[pair([9.0, 9.0, x], 0.01 * e * x), pair([0.5, 0.9, 1.6], [0, 0.03 * e, -0.03 * e])],
        )
    }


def fig04_rate(x, e):
    return {"fig04": experiment(VARIANCES, rate=[pair([2.0, 3.0, x], 0.012 * e), pair([4.0, 4.0, 4.0], 0.0)])}


def fig04_bound_rises(x, e):
    noise = e * np.array([0.01, 0.03, -0.01])
    return {
        "fig04": experiment(
            VARIANCES, angle_crlb=[relative([-50, x / 2 - 50, x - 50], noise), pair([9, 5, 1], 0.0)]
        )
    }


def fig04_bound_dips(x, e):
    noise = e * np.array([0.03, 0.01, -0.01])
    return {"fig04": experiment(VARIANCES, angle_crlb=[relative([0, 3, 3 - x], noise), pair([9, 5, 1], 0.0)])}


def fig04_rate_rises(x, e):
    rates = pair([1, 2, 2 + x], e * np.array([0.001, 0.002, -0.001]))
    return {"fig04": experiment(VARIANCES, rate=[rates, pair([9, 5, 1], 0.0)])}


def fig05(levels, noise, pilots):
    """From levels and noise (weight, slots) of NO-ISAC and the pilots' levels (slots)."""
    slots = [2, 10, 30]
    repetitions = [np.add(pilots, offset) for offset in (-1, -1, 2)]
    levels = np.stack([pair(levels, noise), pair(repetitions, 0.0)], axis=1)
    return {
        "fig05": experiment(
            {"weight": [0.1, 0.5, 0.9], "system": [NOISAC, PILOTS], "slots": slots}, angle_crlb=power(levels)
        )
    }


def fig05_weights(x, e, middle=None):
    gaps = np.add.outer([0, x / 2 if middle is None else middle, x], [3, 2, 1])
    return fig05(
        np.add(gaps, [-10, -15, -20]), e * np.multiply.outer([0.01, 0.03, -0.01], [1, 1, 1]), [-10, -15, -20]
    )


def fig05_weights_reversed(x, e):
    return fig05_weights(3 - x, e, middle=3)


def fig05_slots(gaps, e):
    others = np.zeros(3)
    noise = e * np.array([[0.04, 0.03, 0.02], others, others])
    return fig05(np.add([gaps, others, others], [-10, -15, -20]), noise, [-10, -15, -20])


def fig05_last_gap(x, e):
    return fig05_slots([4, 2, x], e)


def fig05_fall(x, e):
    return fig05_slots([x + 0.001, x / 2 + 0.001, 0.001], e)


def fig05_gap_rises_again(x, e):
    return fig05_slots([4, 0.25, 0.25 + x], e)


def fig05_many_slots(x, e):
    # Mean bounds, at the largest T only.
    bound = np.empty((3, 2, 3, 2))
    bound[:, 0, :2] = 7.0
    bound[:, 1, :2] = 5.0
    bound[:, 0, 2] = pair([1.02, x, 1.04], 0.003 * e * np.array([1.02, x, 1.04]))
    bound[:, 1, 2] = pair([0.5, 1.0, 1.5], 0.0)
    grid = {"weight": [0.1, 0.5, 0.9], "system": [NOISAC, PILOTS], "slots": [2, 10, 30]}
    return {"fig05": experiment(grid, angle_crlb=bound)}


def fig06(gains, e):
    """From the gains of NO-ISAC at the largest variance; all else gains more, and ever less per element."""
    noise = e * np.array([0.015, -0.005, 0.015, -0.005])
    levels = np.zeros((2, 2, 4, 2))
    levels[:] = pair([-50, -70, -80, -85], noise)
    levels[1, 0] = pair(-40 - np.cumsum([0, *gains]), noise)
    grid = {"variance": [0.1, 1.0], "system": [NOISAC, PILOTS], "irs_elements": [4, 9, 16, 25]}
    return {"fig06": experiment(grid, angle_crlb=power(levels))}


def fig06_gain(x, e):
    return fig06([3, x, 4], e)


def fig06_gain_per_element(x, e):
    return fig06([5 * 2, 7 * x, 9 * (x - 1)], e)


def rates_of(figure, grid):
    """Rates of which the advantage of NO-ISAC is 1, 2 and x."""

    def world(x, e):
        noise = e * np.array([0.002, 0.004, -0.002])
        return {figure: experiment(grid, rate=[pair([4, 6, 5 + x], noise), pair([3, 4, 5], -0.5 * noise)])}

    return world


def rate_advantages(figure, grid):
    """Rates of which the advantage of NO-ISAC is 1, 2 and 2 + x."""

    def world(x, e):
        return rates_of(figure, grid)(2 + x, e)

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


def fig08_ratio_grows(x, e):
    noise = e * np.array([0.01, 0.0, -0.01])
    ratios = 2 * power([0, x / 2, x])
    bound = np.array([1e-2, 5e-3, 1e-3])
    return {
        "fig08": experiment(SLOTS, angle_crlb=[pair(bound, 0.0), pair(bound * ratios, bound * ratios * noise)])
    }


def fig08_ratio_falls_again(x, e):
    noise = e * np.array([0.01, 0.0, -0.01])
    return {
        "fig08": experiment(
            SLOTS, angle_crlb=[relative([-20, -30, -40], 0.0), relative([-19, -26, -36 - x], noise)]
        )
    }


def fig08_losses(losses, e):
    # Pilots in all slots have a bound a fifth of TD-ISAC's.
    bound = np.array([1e-2, 5e-3, 1e-3])
    pilots = pair(bound, e * bound * [0.04, 0.0, 0.02])
    return {"fig08": experiment(SLOTS, angle_crlb=[pair(bound * power(losses), 0.0), 5 * pilots])}


def fig08_last_loss(x, e):
    return fig08_losses([4, 2, x], e)


def fig08_loss_falls(x, e):
    return fig08_losses([x + 0.001, x / 2 + 0.001, 0.001], e)


def fig08_loss_rises_again(x, e):
    return fig08_losses([4, 0.25, 0.25 + x], e)


def fig08_rates(x, e):
    noise = e * np.array([0.001, 0.002, -0.001])
    return {"fig08": experiment(SLOTS, rate=[pair([5, 5.01, 5 + x], noise), pair([4, 4.005, 4.02], noise)])}


def fig09_ratios(x, e):
    rates = np.array([2.0, 4.0, 5.0])
    ratios = np.array([1.25, x, 1.24])
    return {
        "fig09": experiment(
            SIGNAL_TO_NOISE,
            rate=[pair(rates * ratios, rates * ratios * e * 0.003), pair(rates, rates * e * 0.001)],
        )
    }


def fig10_steps(rates, gains, others, e):
    """From the last steps of NO-ISAC and those of TD-ISAC; the first are larger."""
    noise = e * np.array([0.003, -0.001, 0.003])

    def curves(start, first, *last):
        return [pair(start + np.cumsum([0, first, step]), noise) for step in last]

    return {
        "fig10": experiment(
            ELEMENTS, rate=curves(3, 1, rates, others), angle_crlb=power(curves(-40, -6, -gains, -8 * others))
        )
    }


def fig10_rate_of_both(x, e):
    return fig10_steps(0.8, 4.0, x, e)


def fig10_bound_of_both(x, e):
    return fig10_steps(0.8, x, 0.7, e)


def fig10_rate_alone(x, e):
    return fig10_steps(x, 4.0, -0.3, e)


def fig10_bound_alone(x, e):
    return fig10_steps(0.8, x, -0.3, e)


def fig10_advantages(advantages, e):
    noise = e * np.array([0.01, 0.04, -0.01])
    levels = [pair([-20, -30, -40], 0.5 * noise), pair(np.add(advantages, [-20, -30, -40]), -0.5 * noise)]
    return {"fig10": experiment(ELEMENTS, angle_crlb=power(levels))}


def fig10_advantage_grows(x, e):
    return fig10_advantages([3, 3 + x / 2, 3 + x], e)


def fig10_advantage_falls_again(x, e):
    return fig10_advantages([3, 5, 5 - x], e)


def fig11(variable, levels, noise, random=(20, 20, 20)):
    other = "angle_crlb" if variable == "symbol_crlb" else "symbol_crlb"
    beams = np.add.outer(random, [[-3, 3], [-3, 3]])  # the mean of each draw over its beams
    return {
        "fig11": experiment(
            {"weight": [0.0, 0.4, 1.0]},
            **{
                variable: power(pair(levels, noise)),
                other: power(pair([15, 15, 15], 0.0)),
                f"random_{variable}": power(beams),
                f"random_{other}": power(beams),
            },
        )
    }


def random_beams(variable):
    def world(x, e):
        return fig11(variable, [2, 10 - x, 3], 0.02 * e, random=(8, 10, 9))

    return world


def along(variable, sign):
    def world(x, e):
        return fig11(variable, sign * np.array([0, x / 2, x]) - 30, e * np.array([0.01, 0.03, -0.02]))

    return world


def along_and_back(variable, sign):
    def world(x, e):
        return fig11(variable, sign * np.array([0, 3, 3 - x]) - 30, e * np.array([0.04, 0.01, -0.02]))

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


def fig12_rates(x, e):
    return tradeoffs(
        "fig12",
        "snr_db",
        {
            0: ([0, 9, x], e * np.array([0.001, 0.004, -0.001]), [0, 9, 2], [0, 0, 0]),
            5: ([1, 9, 3], e * np.array([0.001, 0.004, -0.001]), [1, 9, 4], [0, 0, 0]),
        },
    )


def fig12_bounds(x, e):
    return tradeoffs(
        "fig12",
        "snr_db",
        {
            0: ([0, 9, 1], [0, 0, 0], [0, 9, 2], e * np.array([0.01, 0.04, -0.01])),
            5: ([1, 9, 3], [0, 0, 0], [1, 9, 1 + x], e * np.array([0.01, 0.04, -0.01])),
        },
    )


def fig12_shape(rates=(6, 9), levels=(1, 4), ends=(10, 10), rate_noise=(0, 0, 0, 0), level_noise=(0, 0, 0, 0)):
    """A curve with two points between its ends, and one with clear regions at another SNR."""
    clear = ([0, 6, 9, 10], np.zeros(4), [0, 1, 4, 10], np.zeros(4))
    curve = ([0, *rates, ends[0]], rate_noise, [0, *levels, ends[1]], level_noise)
    return tradeoffs("fig12", "snr_db", {-5: curve, 5: clear})


def most_rate_first(x, e):
    return fig12_shape(rates=(x, 9), rate_noise=e * np.array([0, 0.06, 0, 0]))


def little_loss_first(x, e):
    return fig12_shape(levels=(x, 4), level_noise=e * np.array([0, 0.06, 0, 0]))


def nearly_all_rate_next(x, e):
    return fig12_shape(rates=(6, x), rate_noise=e * np.array([0, 0, 0.06, 0]))


def half_the_loss_next(x, e):
    return fig12_shape(levels=(1, x), level_noise=e * np.array([0, 0, 0.06, 0]))


def small_rates(x, e):
    return fig12_shape(rates=(0.6 * x, 0.9 * x), ends=(x, 10), rate_noise=e * 0.002 * np.array([0, 0.6, 0.9, 1]))


def small_bounds(x, e):
    return fig12_shape(levels=(0.1 * x, 0.4 * x), ends=(10, x), level_noise=e * 0.02 * np.array([0, 0.1, 0.4, 1]))


def exchanged(snr_db, bits, db):
    """Rate and bound from one point to a next, between points that differ by little; None is what varies."""

    def world(x, e):
        gain, cost = (x if value is None else value for value in (bits, db))
        noise = e * np.array([0.001, 0.001, -0.001, -0.001])
        flat = ([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])
        curve = ([0, 0, gain, gain], noise, [0, 0, cost, cost], noise)
        return tradeoffs("fig12", "snr_db", {snr_db: curve, 10: flat})

    return world


def fig13_gains(x, e):
    noise = e * np.array([0.01, -0.03, 0.01])
    levels = [pair([0, -4, -4 - x], noise), pair([0, -5, -10], noise)]
    return {
        "fig13": experiment(
            {"slots": [2, 4, 8], "weight": [0.0, 1.0]}, angle_crlb=power(np.swapaxes(np.array(levels), 0, 1))
        )
    }


def fig13_rates(x, e):
    noise = e * np.array([0.001, 0.002, -0.001])
    rates = [pair([5, 5.01, 5 + x], noise), pair([4, 4.005, 4.02], noise)]
    return {
        "fig13": experiment({"slots": [2, 4, 8], "weight": [0.0, 1.0]}, rate=np.swapaxes(np.array(rates), 0, 1))
    }


def compensated(bits, db):
    """From the point (0 bit, 0 dB) of the curve for T = 2 to one for T = 4; None is what varies.

    The second point for T = 2 has 1 bit more for 8 dB, and the other for T = 4 has no more rate.
    """

    def world(x, e):
        gain, cost = (x if value is None else value for value in (bits, db))
        noise = e * np.array([0.01, -0.03])
        return tradeoffs(
            "fig13",
            "slots",
            {
                2: ([0, 1], noise / 10, [0, 8], noise),
                4: ([0, gain], -noise / 10, [-3, cost], -noise),
                8: ([9, 9], noise, [0, 0], noise),
            },
        )

    return world


def fig14(variable, spans, e):
    noise = e * np.array([[0.001, 0.0, -0.001], [0.002, 0.0, -0.002], [-0.003, 0.0, 0.001]])
    none = np.zeros(3)
    ends = {count: [0.5, 9, 0.5 + span] for count, span in zip((9, 16, 25), spans, strict=True)}
    if variable == "rate":
        curves = {count: (values, n, none, none) for (count, values), n in zip(ends.items(), noise, strict=True)}
    else:
        curves = {
            count: (none, none, values, 10 * n) for (count, values), n in zip(ends.items(), noise, strict=True)
        }
    return tradeoffs("fig14", "irs_elements", curves)


def ranges_grow(variable):
    def world(x, e):
        return fig14(variable, [1, 1 + x / 2, 1 + x], e)

    return world


def ranges_shrink_again(variable, highest):
    def world(x, e):
        return fig14(variable, [1, highest + x, highest], e)

    return world


def range_of(variable, elements):
    def world(x, e):
        return fig14(variable, [x if count == elements else 70.0 for count in (9, 16, 25)], e)

    return world


def throughout(figure, variable):
    """Advantages of at least 1 bit and 2 dB in Figs. 8 to 10, but x at one point of one of them."""

    def world(x, e):
        grids = {"fig08": SLOTS, "fig09": SIGNAL_TO_NOISE, "fig10": ELEMENTS}
        made = {}
        for name, grid in grids.items():
            rate = rates_of(name, grid)(x if (name, variable) == (figure, "rate") else 3.0, e)
            size = x if (name, variable) == (figure, "bound") else 4.0
            bound = mean_bounds(size, e) if name == "fig08" else bounds_of(name, grid)(size, e)
            made[name] = rate[name].merge(bound[name])
        return made

    return world


# --- The table -------------------------------------------------------------------------------------------------


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


RATES_BETTER = "+0.500 ± 0.006 to +2.00 ± 0.01 bit"

CASES = [
    Case(
        "fig04-worse-than-pilots",
        fig04_gaps,
        (above(0.05),),
        1.0,
        (0.95, 0.01 * DB),
        "worse by 1.00 ± 0.09 to 3.00 ± 0.09 dB",
    ),
    Case(
        "fig04-twice-worse",
        fig04_ratio,
        number(1.1, 1.7, 2.3),
        1.5,
        (0.4, 0.015),
        "1.50 ± 0.03 times the bound with pilots",
        number=(-0.2, 0.015),
    ),
    Case(
        "fig04-seven-bits",
        fig04_rate,
        (above(6.75), (7.25, REPRODUCED, SHAPE_ONLY)),
        6.9,
        (0.15, 0.012),
        "6.90 ± 0.02 bit",
        number=(0.15, 0.012),
    ),
    Case(
        "fig04-variance-hurts",
        fig04_bound_rises,
        (above(0.05),),
        1.0,
        (0.95, 0.02 * DB),
        "+1.0 ± 0.2 dB from sigma_x^2 = 0.1 to 1",
    ),
    Case(
        "fig04-variance-hurts",
        fig04_bound_dips,
        (below(0.05),),
        1.0,
        (-0.95, 0.02 * DB),
        "+2.0 ± 0.3 dB from sigma_x^2 = 0.1 to 1",
    ),
    Case(
        "fig04-variance-helps",
        fig04_rate_rises,
        (above(0.01),),
        0.5,
        (0.49, 0.003),
        "+1.500 ± 0.004 bit from sigma_x^2 = 0.1 to 1",
    ),
    Case(
        "fig05-gap-weight",
        fig05_weights,
        (above(0.05),),
        1.0,
        (0.95, 0.02),
        "gap at zeta = 0.9 less that at 0.1: +1.00 ± 0.04 dB",
    ),
    Case(
        "fig05-gap-weight",
        fig05_weights_reversed,
        (below(0.05),),
        1.0,
        (-0.95, 0.04),
        "gap at zeta = 0.9 less that at 0.1: +2.00 ± 0.04 dB",
    ),
    Case(
        "fig05-gap-vanishes",
        fig05_last_gap,
        (below(1.0),),
        0.5,
        (0.5, 0.01),
        "4.00 ± 0.08 dB at T = 2, 0.50 ± 0.04 dB at T = 30",
    ),
    Case(
        "fig05-gap-vanishes",
        fig05_fall,
        (above(0.05),),
        0.25,
        (0.251 / 4 - 0.001, 0.01),
        "0.25 ± 0.08 dB at T = 2, 0.00 ± 0.04 dB at T = 30",
    ),
    Case(
        "fig05-gap-vanishes",
        fig05_gap_rises_again,
        (below(0.05),),
        0.5,
        (-0.45, 0.01),
        "4.00 ± 0.08 dB at T = 2, 0.75 ± 0.04 dB at T = 30",
    ),
    Case(
        "abstract-close-to-pilots",
        fig05_many_slots,
        (below(1.1),),
        1.05,
        (0.05, 0.003 * 1.05),
        "1.020 ± 0.006 to 1.050 ± 0.006 times the bound with pilots at T = 30",
    ),
    Case(
        "fig06-elements-help",
        fig06_gain,
        (above(0.5),),
        1.0,
        (0.5, 0.02),
        "every step from L = 4 to 36 gains 1.00 ± 0.04 to 20.00 ± 0.04 dB",
    ),
    Case(
        "fig06-small-surfaces",
        fig06_gain_per_element,
        (below(2.0),),
        1.5,
        (0.5, 0.02 / 5 + 0.02 / 7),
        "per element 2.000 ± 0.008 dB from L = 4 to 9, 0.500 ± 0.004 dB from 25 to 36",
    ),
    *(
        Case(f"{figure}-rate-better", rates_of(figure, grid), (above(0.01),), 0.5, (0.49, 0.003), RATES_BETTER)
        for figure, grid in (("fig08", SLOTS), ("fig09", SIGNAL_TO_NOISE), ("fig10", ELEMENTS))
    ),
    Case(
        "fig08-angles-better",
        mean_bounds,
        (above(0.05),),
        1.0,
        (0.95, 0.03 * DB),
        "lower by 1.0 ± 0.3 to 3.0 ± 0.3 dB",
    ),
    *(
        Case(
            f"{figure}-angles-better",
            bounds_of(figure, grid),
            (above(0.05),),
            1.0,
            (0.95, 0.13),
            "lower by 1.0 ± 0.3 to 3.0 ± 0.3 dB",
        )
        for figure, grid in (("fig09", SIGNAL_TO_NOISE), ("fig10", ELEMENTS))
    ),
    Case(
        "fig08-advantage-with-slots",
        fig08_ratio_grows,
        (above(0.05),),
        10 * math.log10(2),
        (10 * math.log10(2) - 0.05, 0.02 * DB),
        "ratio 2.00 ± 0.04 at T = 5, 4.00 ± 0.08 at T = 50; the difference goes from 1.0e-02 to 3.0e-03 rad^2",
    ),
    Case(
        "fig08-advantage-with-slots",
        fig08_ratio_falls_again,
        (below(0.05),),
        1.0,
        (-0.95, 0.01 * DB),
        "ratio 1.26 ± 0.03 at T = 5, 2.00 ± 0.04 at T = 50; the difference goes from 2.6e-03 to 1.0e-04 rad^2",
    ),
    Case(
        "fig08-randomness-vanishes",
        fig08_last_loss,
        (below(1.0),),
        0.5,
        (0.5, 0.01 * DB),
        "4.0 ± 0.3 dB at T = 5, 0.5 ± 0.2 dB at T = 50",
    ),
    Case(
        "fig08-randomness-vanishes",
        fig08_loss_falls,
        (above(0.05),),
        3.0,
        (3.001 / 4 - 0.001, 0.01 * DB),
        "3.0 ± 0.3 dB at T = 5, 0.0 ± 0.2 dB at T = 50",
    ),
    Case(
        "fig08-randomness-vanishes",
        fig08_loss_rises_again,
        (below(0.05),),
        0.45,
        (-0.4, 0.02 * DB),
        "4.0 ± 0.3 dB at T = 5, 0.7 ± 0.2 dB at T = 50",
    ),
    Case(
        "fig08-rate-flat",
        fig08_rates,
        (below(0.05), above(-0.05)),
        0.04,
        (0.01, 0.002),
        "changes from T = 5 of +0.005 ± 0.002 to +0.040 ± 0.004 bit",
    ),
    Case(
        "fig09-rate-gap",
        rate_advantages("fig09", SIGNAL_TO_NOISE),
        (above(0.01),),
        0.5,
        (0.49, 0.009),
        "1.000 ± 0.006 bit at -10 dB, 2.500 ± 0.006 bit at 20 dB",
    ),
    Case(
        "fig09-gap-cause",
        fig09_ratios,
        (above(1.225), below(1.275)),
        1.27,
        (0.005, 0.002 * 1.27),
        "ratio of the rates 1.240 ± 0.005 to 1.270 ± 0.005",
    ),
    Case(
        "fig10-elements-help",
        fig10_rate_of_both,
        (above(0.1),),
        0.5,
        (0.4, 0.004),
        "every step gains 0.500 ± 0.008 to 1.000 ± 0.008 bit and 4.000 ± 0.008 to 6.000 ± 0.008 dB",
    ),
    Case(
        "fig10-elements-help",
        fig10_bound_of_both,
        (above(0.5),),
        1.0,
        (0.5, 0.004),
        "every step gains 0.700 ± 0.008 to 1.000 ± 0.008 bit and 1.000 ± 0.008 to 6.000 ± 0.008 dB",
    ),
    Case(
        "abstract-more-elements",
        fig10_rate_alone,
        (above(0.1),),
        0.5,
        (0.4, 0.004),
        "every step gains 0.500 ± 0.008 to 1.000 ± 0.008 bit and 4.000 ± 0.008 to 6.000 ± 0.008 dB",
    ),
    Case(
        "abstract-more-elements",
        fig10_bound_alone,
        (above(0.5),),
        1.0,
        (0.5, 0.004),
        "every step gains 0.800 ± 0.008 to 1.000 ± 0.008 bit and 1.000 ± 0.008 to 6.000 ± 0.008 dB",
    ),
    Case(
        "fig10-rate-advantage",
        rate_advantages("fig10", ELEMENTS),
        (above(0.01),),
        0.5,
        (0.49, 0.009),
        "1.00, 2.00, 2.50 (each ± 0.01) bit at L = 4, 9, 16",
    ),
    Case(
        "fig10-angles-advantage",
        fig10_advantage_grows,
        (above(0.05),),
        1.0,
        (0.95, 0.02),
        "3.00, 3.50, 4.00 (each ± 0.08) dB at L = 4, 9, 16",
    ),
    Case(
        "fig10-angles-advantage",
        fig10_advantage_falls_again,
        (below(0.05),),
        1.0,
        (-0.95, 0.05),
        "3.00, 5.00, 4.00 (each ± 0.08) dB at L = 4, 9, 16",
    ),
    *(
        Case(
            f"fig11-random-{task}",
            random_beams(variable),
            (above(3.0),),
            5.0,
            (2.0, 0.02),
            "5.00 ± 0.04 to 6.00 ± 0.04 dB lower",
        )
        for task, variable in (("symbols", "symbol_crlb"), ("angles", "angle_crlb"))
    ),
    *(
        Case(
            claim,
            world(variable, sign),
            (turn,),
            1.0,
            shape,
            f"{'+' if sign > 0 else '-'}{text} dB from zeta = 0 to 1",
        )
        for claim, variable, sign in (
            ("fig11-symbols-fall", "symbol_crlb", -1),
            ("fig11-angles-rise", "angle_crlb", 1),
        )
        for world, turn, shape, text in (
            (along, above(0.5), (0.5, 0.03), "1.00 ± 0.06"),
            (along_and_back, below(0.05), (-0.95, 0.03), "2.0 ± 0.1"),
        )
    ),
    Case(
        "fig12-displacement",
        fig12_rates,
        (above(0.1),),
        0.5,
        (0.4, 0.002),
        "whole curves +0.500 ± 0.004 to +2.000 ± 0.004 bit, +2 to +3 dB",
    ),
    Case(
        "fig12-displacement",
        fig12_bounds,
        (above(0.5),),
        1.0,
        (0.5, 0.02),
        "whole curves +1 to +2 bit, +1.00 ± 0.04 to +2.00 ± 0.04 dB",
    ),
    Case(
        "fig12-regions",
        most_rate_first,
        (above(5.0),),
        6.0,
        (1.0, 0.06),
        "whole curves +10 to +10 bit, +10 to +10 dB",
    ),
    Case(
        "fig12-regions",
        little_loss_first,
        (below(2.0),),
        1.5,
        (0.5, 0.06),
        "whole curves +10 to +10 bit, +10 to +10 dB",
    ),
    Case(
        "fig12-regions",
        nearly_all_rate_next,
        (above(8.0),),
        9.0,
        (1.0, 0.06),
        "whole curves +10 to +10 bit, +10 to +10 dB",
    ),
    Case(
        "fig12-regions",
        half_the_loss_next,
        (below(5.0),),
        4.0,
        (1.0, 0.06),
        "whole curves +10 to +10 bit, +10 to +10 dB",
    ),
    Case(
        "fig12-regions",
        small_rates,
        (above(0.1),),
        0.101,
        (0.001, 0.002),
        "whole curves +0.101 ± 0.004 to +10 bit, +10 to +10 dB",
    ),
    Case(
        "fig12-regions",
        small_bounds,
        (above(0.5),),
        0.51,
        (0.01, 0.02),
        "whole curves +10 to +10 bit, +0.51 ± 0.04 to +10 dB",
    ),
    Case(
        "fig12-0db",
        exchanged(0, None, 10 * math.log10(3)),
        number(0.1, 0.75, 1.25),
        0.8,
        (0.7, 0.002),
        "whole curve +0.800 ± 0.004 bit, +4.771 ± 0.004 dB, near 6.4 bit and a median of 2.0e-05 rad^2",
        number=(0.05, 0.002),
    ),
    Case(
        "fig12-0db",
        exchanged(0, 1.0, None),
        number(0.1 * 10 * math.log10(3), 10 * math.log10(3) - 1, 10 * math.log10(3) + 1),
        1.0,
        (1 - math.log10(3), 0.002),
        "whole curve +1.000 ± 0.004 bit, +1.000 ± 0.004 dB, near 6.5 bit and a median of 1.1e-05 rad^2",
        number=(2 - 10 * math.log10(3), 0.002),
    ),
    Case(
        "fig12-5db",
        exchanged(5, None, 10 * math.log10(2.5)),
        (above(0.01), (0.35, REPRODUCED, SHAPE_ONLY)),
        0.2,
        (0.19, 0.002),
        "whole curve +0.200 ± 0.004 bit, +3.979 ± 0.004 dB, near 6.1 bit and a median of 1.7e-05 rad^2",
        number=(0.15, 0.002),
    ),
    Case(
        "fig12-5db",
        exchanged(5, 0.1, None),
        number(0.1 * 10 * math.log10(2.5), 10 * math.log10(2.5) - 1, 10 * math.log10(2.5) + 1),
        0.5,
        (0.09, 0.002),
        "whole curve +0.100 ± 0.004 bit, +0.500 ± 0.004 dB, near 6.0 bit and a median of 1.1e-05 rad^2",
        number=(1.5 - 10 * math.log10(2.5), 0.002),
    ),
    Case(
        "fig13-angles",
        fig13_gains,
        (above(3.0),),
        3.5,
        (0.5, 0.04),
        "each doubling of T gains 3.50 ± 0.08 to 5.00 ± 0.08 dB",
    ),
    Case(
        "fig13-rate",
        fig13_rates,
        (below(0.05), above(-0.05)),
        0.04,
        (0.01, 0.002),
        "changes from T = 2 of +0.005 ± 0.002 to +0.040 ± 0.004 bit",
    ),
    Case(
        "fig13-compensation",
        compensated(None, 0.0),
        number(0.1, 0.75, 1.25),
        0.5,
        (0.05, 0.02),
        "largest gain +0.500 ± 0.004 bit; the bound changes by -5.50 ± 0.04 dB",
        number=(-0.25, 0.002),
    ),
    Case(
        "fig13-compensation",
        compensated(1.0, None),
        ((-1.0, SHAPE_ONLY, REPRODUCED), below(0.05)),
        -0.5,
        (0.55, 0.02),
        "largest gain +1.000 ± 0.004 bit; the bound changes by -5.75 ± 0.04 dB",
        number=(0.5, 0.02),
    ),
    Case(
        "fig13-compensation",
        compensated(1.2, None),
        ((-1.0, SHAPE_ONLY, REPRODUCED), (1.0, REPRODUCED, SHAPE_ONLY)),
        0.4,
        (0.1, 0.006),
        "largest gain +1.200 ± 0.004 bit; the bound changes by -5.30 ± 0.04 dB",
        number=(0.05, 0.002),
    ),
    Case(
        "fig13-compensation",
        compensated(1.2, None),
        (),
        12.0,
        (-0.1, 0.002),
        "largest gain +1.200 ± 0.004 bit; the bound changes by +0.50 ± 0.04 dB",
        number=(-0.55, 0.006),
    ),
    Case(
        "fig14-rate-range",
        ranges_grow("rate"),
        number(0.2, 1.75, 2.25),
        1.5,
        (1.3, 0.006),
        "1.000, 1.750, 2.500 (each ± 0.008) bit at L = 9, 16, 25",
        number=(-0.25, 0.006),
    ),
    Case(
        "fig14-rate-range",
        ranges_shrink_again("rate", 3.0),
        (below(0.01),),
        1.0,
        (-0.99, 0.008),
        "1.000, 4.000, 3.000 (each ± 0.008) bit at L = 9, 16, 25",
        number=(0.25, 0.006),
    ),
    Case(
        "fig14-angles-range",
        ranges_grow("angle_crlb"),
        number(0.84, 7.4, 9.4),
        8.0,
        (7.16, 0.06),
        "1.00, 5.00, 9.00 (each ± 0.08) dB at L = 9, 16, 25",
        number=(0.6, 0.06),
    ),
    Case(
        "fig14-angles-range",
        ranges_shrink_again("angle_crlb", 9.0),
        (below(0.05),),
        1.0,
        (-0.95, 0.08),
        "1.00, 10.00, 9.00 (each ± 0.08) dB at L = 9, 16, 25",
        number=(0.6, 0.06),
    ),
    Case(
        "fig14-rate-range-9",
        range_of("rate", 9),
        number(0.1, 0.75, 1.25),
        0.8,
        (0.7, 0.002),
        "+0.800 ± 0.004 bit",
        number=(0.05, 0.002),
    ),
    Case(
        "fig14-rate-range-25",
        range_of("rate", 25),
        number(0.3, 2.75, 3.25),
        3.5,
        (3.2, 0.004),
        "+3.500 ± 0.008 bit",
        number=(-0.25, 0.004),
    ),
    Case(
        "fig14-angles-range-9",
        range_of("angle_crlb", 9),
        number(0.57, 4.7, 6.7),
        6.0,
        (5.43, 0.02),
        "+6.00 ± 0.04 dB",
        number=(0.7, 0.02),
    ),
    Case(
        "fig14-angles-range-25",
        range_of("angle_crlb", 25),
        number(1.41, 13.1, 15.1),
        12.0,
        (10.59, 0.04),
        "+12.00 ± 0.08 dB",
        number=(-1.1, 0.04),
    ),
    *(
        Case(
            "abstract-better-than-td",
            throughout(figure, "rate"),
            (above(0.01),),
            0.02,
            (0.01, 0.003),
            "rate +0.020 ± 0.006 to +3.000 ± 0.006 bit, bound lower by 2.0 ± 0.3 to 4.0 ± 0.3 dB",
        )
        for figure in ("fig08", "fig09", "fig10")
    ),
    *(
        Case(
            "abstract-better-than-td",
            throughout(figure, "bound"),
            (above(0.05),),
            1.0,
            (0.95, 0.03 * DB if figure == "fig08" else 0.13),
            "rate +1.000 ± 0.006 to +3.000 ± 0.006 bit, bound lower by 1.0 ± 0.3 to 4.0 ± 0.3 dB",
        )
        for figure in ("fig08", "fig09", "fig10")
    ),
]


def names(cases):
    """Ids with a number each, for some claims have several worlds."""
    return [f"{case.claim}-{sum(c.claim == case.claim for c in cases[:i]) + 1}" for i, case in enumerate(cases)]


def is_margin(found, expected):
    return found == (
        pytest.approx(expected[0], rel=1e-9, abs=1e-11),
        pytest.approx(expected[1], rel=1e-9, abs=1e-11),
    )


def test_every_claim_about_data_is_in_the_table():
    assert {case.claim for case in CASES} == {claim.id for claim in CLAIMS if claim.experiments}


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_margins_of_a_claim_and_what_it_says_was_measured(case):
    data = case.world(case.at, 1.0)
    assert set(data) == set(BY_ID[case.claim].experiments)
    outcome = BY_ID[case.claim].judge(data, Limits())
    assert is_margin(outcome.shape, case.shape)
    assert (outcome.number is None) == (case.number is None)
    assert outcome.number is None or is_margin(outcome.number, case.number)
    assert outcome.measured == case.measured


TURNING = [case for case in CASES if case.turns]


@pytest.mark.parametrize("case", TURNING, ids=names(TURNING))
def test_the_verdict_on_a_claim_turns_at_its_thresholds(case):
    judge, just = BY_ID[case.claim].judge, 1e-6
    for threshold, lower, higher in case.turns:
        outcomes = [judge(case.world(threshold + step, 0.0), Limits()) for step in (-just, just)]
        assert [outcome.verdict for outcome in outcomes] == [lower, higher], threshold
        assert [outcome.pending for outcome in outcomes] == [None, None]


def test_the_ends_of_a_curve_are_no_points_of_a_region():
    # Half of a gain of 10 +- 4 bit lies within the error, at either end of the curve; at the points between them,
    # whose noise goes along, it is missed beyond any error.
    share, noise = np.array([0, 0.5, 0.5, 1]), 4.0
    data = fig12_shape(rates=(4, 4), rate_noise=noise * share, level_noise=noise * share)
    outcome = BY_ID["fig12-regions"].judge(data, Limits())
    assert outcome.shape.fails
    assert outcome.shape.value == pytest.approx(-1.0)


def test_a_curve_is_listed_with_the_largest_error_and_may_have_one_point():
    curve = xr.DataArray(pair([1.0, 12.5, -3.0], [0.02, 0.04, 0.03]), dims=("slots", "draw"))
    assert _listed(curve) == "1.00, 12.50, -3.00 (each ± 0.08)"
    assert _listed(curve[:1]) == "1.00 (each ± 0.04)"


# --- Thresholds and outcomes -----------------------------------------------------------------------------------


def test_all_thresholds_scale_together():
    assert Limits().scaled(2.0) == Limits(0.1, 0.02, 1.0, 0.2, 0.1, 0.2, 0.3, 0.5, 2.0)
    assert Limits().scaled(1.0) == Limits()


SURE, REFUTED, OPEN = Estimate(9.0, 1.0), Estimate(-9.0, 1.0), Estimate(1.0, 1.0)


@pytest.mark.parametrize(
    ("shape", "number", "verdict", "pending"),
    [
        (SURE, None, "reproduced", None),
        (SURE, SURE, "reproduced", None),
        (SURE, REFUTED, "shape only", None),
        (SURE, OPEN, "shape only", OPEN),
        (REFUTED, None, "not reproduced", None),
        (REFUTED, SURE, "not reproduced", None),
        (REFUTED, OPEN, "not reproduced", None),
        (OPEN, None, "not reproduced", OPEN),
        (OPEN, SURE, "not reproduced", OPEN),
    ],
)
def test_a_verdict_needs_the_shape_first_and_counts_nothing_undecided(shape, number, verdict, pending):
    outcome = Outcome(shape, number, "")
    assert (outcome.verdict, outcome.pending) == (verdict, pending)


# --- Claims that need no data ----------------------------------------------------------------------------------


def judged(claim):
    return BY_ID[claim].judge({}, Limits())


def test_the_cases_on_which_computations_are_compared_have_many_shapes():
    cases = _cases()
    scenarios = [scenario for scenario, _, _ in cases]
    assert len(cases) == 20
    assert {n for scenario in scenarios for n in scenario.irs_shape} == {2, 3, 4, 5, 6}
    assert {n for scenario in scenarios for n in scenario.user_shape} == {2, 3, 4}
    slots = [len(symbols) for _, _, symbols in cases]
    assert (min(slots), max(slots)) == (2, 8)
    angles = np.array([[scenario.user_aoa, scenario.irs_aoa] for scenario in scenarios])
    assert len(np.unique(angles)) == 20 * 2 * 2
    assert -1.2 < angles.min() < -1.1
    assert 1.1 < angles.max() < 1.2
    levels = [scenario.snr_db for scenario in scenarios]
    assert -10 < min(levels) < -7
    assert 17 < max(levels) < 20
    for scenario, beam, _ in cases:
        np.testing.assert_allclose(np.abs(beam), np.ones(scenario.irs_elements))


def test_the_cases_are_the_same_each_time():
    first = _cases()
    _cases.cache_clear()
    for one, other in zip(first, _cases(), strict=True):
        assert one[0] == other[0]
        np.testing.assert_array_equal(one[1], other[1])
        np.testing.assert_array_equal(one[2], other[2])


def test_bounds_by_inversion_are_the_diagonal_of_the_inverse():
    scenario, beam, symbols = _cases()[2]
    diagonal = np.diag(np.linalg.inv(fisher_information(scenario, beam, symbols)))
    found = _inverse_bounds(scenario, beam, symbols)
    np.testing.assert_allclose(found, [diagonal[:-2].mean(), diagonal[-2], diagonal[-1]], rtol=1e-6)


def test_equality_is_that_of_the_largest_deviation():
    outcome = _equal([0.0, 3e-7, 1e-8], "distance")
    assert outcome == Outcome(Estimate(1e-6 - 3e-7), None, "distance below 1e-6")
    outcome = _equal([0.0, 0.0312, 1e-8], "distance")
    assert outcome == Outcome(Estimate(1e-6 - 0.0312), None, "distance 3.1e-02")
    assert not _equal([0.0, np.nan], "distance").shape.decided
    tied = _equal([1e-6], "distance")
    assert (tied.verdict, tied.measured) == (NOT_REPRODUCED, "distance 1.0e-06")


def deviating(monkeypatch, target, change, where=lambda *_: True):
    """Replace a function of the tests by one whose results are changed for some of its arguments."""
    original = getattr(exact, target)

    def changed(*args, **options):
        result = original(*args, **options)
        return change(result) if where(*args) else result

    monkeypatch.setattr(exact, target, changed)


def test_theorem_1_is_compared_entry_by_entry_relative_to_the_diagonal(monkeypatch):
    def with_one_entry_less(information):
        information = information.copy()
        information[0, -1] -= 0.002 * math.sqrt(information[0, 0] * information[-1, -1])
        return information

    last = _cases()[-1][0]
    deviating(
        monkeypatch, "finite_difference_information", with_one_entry_less, lambda scenario, *_: scenario is last
    )
    outcome = judged("thm1-information")
    assert outcome.shape == (pytest.approx(1e-6 - 0.002, abs=1e-7), 0.0)
    assert outcome.measured == "largest deviation, relative to the diagonal, 2.0e-03"


@pytest.mark.parametrize("factors", [(100, 1, 1), (0.01, 1, 1), (1, 100, 100)])
def test_the_closed_form_is_compared_for_either_task_alone(monkeypatch, factors):
    # Symbols that are off by a factor of 100 show undiminished at zeta = 1, angles at zeta = 0.
    deviating(monkeypatch, "crlb", lambda bounds: type(bounds)(*np.multiply(bounds, factors)))
    outcome = judged("sec1-closed-form")
    assert outcome.shape == (pytest.approx(1e-6 - 2, abs=1e-7), 0.0)
    assert outcome.measured == "largest deviation of (31) 2.0e+00"


def test_the_closed_form_is_compared_at_three_weights(monkeypatch):
    weights = []

    def recorded(bounds, weight):
        weights.append(weight)
        return np.float64(0.0)

    monkeypatch.setattr(exact, "modified_crlb", recorded)
    assert judged("sec1-closed-form").shape == Estimate(1e-6)
    assert sorted(set(weights)) == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("variance", [0.3, 1.0])
def test_the_prior_of_a_symbol_is_circular_and_gaussian(variance):
    mean = math.sqrt(1 - variance)
    peak = log_prior([mean], mean, variance)
    assert math.exp(peak) == pytest.approx(1 / (math.pi * variance))
    for direction in (1, 1j, -1, (3 - 4j) / 5):
        away = log_prior([mean + 2 * math.sqrt(variance) * direction], mean, variance)
        assert peak - away == pytest.approx(4.0)


def test_the_prior_tells_2_over_the_variance():
    # The data tell 2 N_t M L^2 = 2^16 at 0 dB, with a beam that adds the amplitudes of all elements.
    outcome = judged("thm1-prior")
    assert outcome.shape == (pytest.approx(0.01 - 2 / 2**16, rel=1e-6), 0.0)
    assert outcome.number == (pytest.approx(1e-6 - 2, rel=1e-6), 0.0)
    assert outcome.measured == "2.00 per symbol at sigma_x^2 = 1, 3e-05 of what the data tell at 0 dB"


def test_information_is_the_curvature_along_the_real_axis(monkeypatch):
    # x^4 (1 + y) has the second derivative 12 x^2 (1 + y) along x, which at 0.3 + 0.4j is 1.512.
    monkeypatch.setattr(
        exact, "log_prior", lambda symbols, mean, variance: -(symbols[0].real ** 4) * (1 + symbols[0].imag)
    )
    assert judged("thm1-prior").number == (pytest.approx(-1.512, abs=2e-5), 0.0)


def test_entropy_of_gaussian_vectors():
    unit = 1 / (2 * math.pi * math.e)  # the variance at which the entropy of one part is zero
    assert _entropy(unit * np.eye(1)) == pytest.approx(0.0, abs=1e-12)
    assert _entropy(4 * unit * np.eye(3)) == pytest.approx(3.0)
    dependent = unit * np.array([[1.0, 0.6], [0.6, 1.0]])
    assert _entropy(dependent) == pytest.approx(math.log2(1 - 0.6**2) / 2)


def test_two_real_parts_share_twice_as_much():
    outcome = judged("cor1-information")
    assert outcome.shape == (pytest.approx(2.0), 0.0)
    assert outcome.number == (pytest.approx(0.15 - 1), 0.0)
    assert outcome.measured == "(33) with (34) gives 2.00 times (32), for bounds from 1e-6 to 1e-2"


@pytest.mark.parametrize(("growth", "verdict"), [(0.0100, SHAPE_ONLY), (0.0102, NOT_REPRODUCED)])
def test_a_multiple_is_fixed_if_it_spreads_by_less_than_a_hundredth(monkeypatch, growth, verdict):
    # Multiples 2, 2 (1 + growth / 4), ... 2 (1 + growth): they spread by 2 growth about 2 + growth.
    def growing(bound, variance):
        return mutual_information(bound, variance) / (1 + growth * (math.log10(bound) + 6) / 4)

    monkeypatch.setattr(exact, "mutual_information", growing)
    outcome = judged("cor1-information")
    assert outcome.verdict == verdict
    assert outcome.number.value == pytest.approx(0.15 - (1 + growth))
    if verdict == NOT_REPRODUCED:
        assert outcome.shape == (pytest.approx(0.01 * (2 + growth) - 2 * growth), 0.0)


def test_the_printed_objective_lacks_a_weight():
    # Without its weight the first term is off by (1 - zeta) lg CRLB_x, most at zeta = 0.1.
    levels = []
    for scenario, beam, symbols in _cases():
        unit_gain = matched_bs_beam(scenario) / math.sqrt(scenario.bs_antennas * scenario.transmit_power)
        levels.append(math.log10(crlb(scenario, beam, symbols, bs_beam=unit_gain).symbol))
    off = 0.9 * np.max(np.abs(levels))
    outcome = judged("eq37-decoupling")
    assert outcome.shape == (pytest.approx(1e-6, abs=1e-7), 0.0)
    assert outcome.number == (pytest.approx(1e-6 - off), 0.0)
    assert outcome.measured == f"separates; V of (38) is off by up to {off:.1f} as printed"


def test_what_the_decoupling_says_otherwise(monkeypatch):
    weighted = modified_crlb
    monkeypatch.setattr(exact, "printed_objective", weighted)
    assert judged("eq37-decoupling").measured == "separates; V of (38) is as printed"
    monkeypatch.setattr(exact, "bs_gain", lambda scenario, w=None: 1.0)
    assert judged("eq37-decoupling").measured.startswith("does not separate; V of (38) is off by up to ")


def test_the_active_beam_meets_the_bound():
    outcome = judged("eq41-optimal")
    assert outcome.shape == (pytest.approx(1e-6, abs=1e-12), 0.0)
    assert outcome.measured == "largest distance from the upper bound below 1e-6"


@pytest.mark.parametrize(("factor", "distance"), [(1.1, 0.21), (0.5, 0.75)])
def test_a_beam_of_another_power_misses_the_bound_by_its_share(monkeypatch, factor, distance):
    deviating(monkeypatch, "matched_bs_beam", lambda beam: factor * beam)
    assert judged("eq41-optimal").shape.value == pytest.approx(1e-6 - distance)


def test_a_beam_of_more_power_than_allowed_is_not_the_best(monkeypatch):
    # Power that adds nothing to the gain, at two antennas: along (1, -1) rotated onto broadside.
    def wasteful(beam):
        if len(beam) != 2:
            return beam
        across = beam * [1, -1]
        return beam + across * math.sqrt(0.1)

    deviating(monkeypatch, "matched_bs_beam", wasteful)
    assert judged("eq41-optimal").shape.value == pytest.approx(1e-6 - 0.1)


def test_a_beam_that_forgets_the_power_is_noticed(monkeypatch):
    deviating(monkeypatch, "matched_bs_beam", lambda beam: beam / np.linalg.norm(beam))
    assert judged("eq41-optimal").shape.value == pytest.approx(1e-6 - 0.5)


@pytest.mark.parametrize("antennas", [1, 2, 8, 32])
@pytest.mark.parametrize("angle", [-1.0, 0.0, 0.4])
def test_a_beam_that_is_wrong_for_one_base_station_is_noticed(monkeypatch, antennas, angle):
    deviating(
        monkeypatch,
        "matched_bs_beam",
        lambda beam: 0.5 * beam,
        lambda scenario: (scenario.bs_antennas, scenario.bs_aod) == (antennas, angle),
    )
    outcome = judged("eq41-optimal")
    assert outcome.shape.value == pytest.approx(1e-6 - 0.75)
    assert outcome.measured == "largest distance from the upper bound 7.5e-01"


def test_the_cost_of_a_candidate_as_it_is():
    outcome = judged("remark1-cost")
    assert outcome == Outcome(Estimate(1 - 2.5), None, "L^1 T^0 suffices: 48 products for 20480 at L = 16, T = 2")


@pytest.mark.parametrize(("elements", "slots"), [(4, 2), (9, 2), (16, 5), (25, 30), (36, 30), (4, 30), (36, 2)])
def test_without_a_shortcut_at_every_size_the_stated_cost_stands(monkeypatch, elements, slots):
    deviating(
        monkeypatch,
        "crlb",
        lambda bounds: bounds._replace(symbol=1.01 * bounds.symbol),
        lambda scenario, beam, moments: (scenario.irs_elements, moments.slots) == (elements, slots),
    )
    outcome = judged("remark1-cost")
    assert outcome == Outcome(Estimate(3 - 2.5), None, "no shortcut gives the same values as L^3 T^1")


def test_a_shortcut_has_to_come_closer_than_the_tolerance(monkeypatch):
    pairs = itertools.cycle([0.0, EQUAL])
    monkeypatch.setattr(exact, "modified_crlb", lambda bounds, weight: next(pairs))
    assert judged("remark1-cost").measured == "no shortcut gives the same values as L^3 T^1"


class Sized(NamedTuple):
    """Stands for an array, or for moments that hold one."""

    size: int

    @property
    def factor(self):
        return self


@pytest.mark.parametrize(
    ("by_elements", "by_slots", "margin", "text"),
    [
        (lambda count: 2 * count**3, lambda slots: 7 * slots, 0.5, "L^3 T^1 suffices: 8192 products"),
        (lambda count: 3 * count**2, lambda slots: 7 * slots**2, -0.5, "L^2 T^2 suffices: 768 products"),
        (lambda count: 3 * count**3, lambda slots: 5, -0.5, "L^3 T^0 suffices: 12288 products"),
        (lambda count: 3, lambda slots: slots, -2.5, "L^0 T^1 suffices: 3 products"),
    ],
)
def test_exponents_are_read_off_the_sizes_of_what_enters(monkeypatch, by_elements, by_slots, margin, text):
    # The bounds themselves are those of the package, whatever is counted.
    def moments(symbols):
        return Sized(by_slots(len(symbols))) if np.all(np.equal(symbols, 1)) else symbol_moments(symbols)

    monkeypatch.setattr(exact, "symbol_moments", moments)
    monkeypatch.setattr(exact, "sum_weights", lambda scenario: Sized(by_elements(scenario.irs_elements)))
    outcome = judged("remark1-cost")
    assert outcome.shape == (pytest.approx(margin), 0.0)
    assert outcome.measured == f"{text} for 20480 at L = 16, T = 2"


def test_claims_without_data_measure_what_the_book_has_stored():
    cells = json.loads(RECORD.read_text(encoding="utf-8"))["cells"]
    outputs = itertools.chain.from_iterable(cell.get("outputs", []) for cell in cells)
    stored = re.sub(r"\s+", " ", " ".join("".join(output.get("text", [])) for output in outputs))
    for claim in CLAIMS:
        if not claim.experiments:
            assert f"measured: {judged(claim.id).measured} " in stored, claim.id
