"""Data made up for the claims on Figs. 4 to 8, and where their verdicts turn."""

import math

import numpy as np

from noisac.experiments.paper import NOISAC, PILOTS
from noisac.verdicts.margins import REPRODUCED, SHAPE_ONLY
from tests.verdicts.made_up import (
    DB,
    ELEMENTS,
    SIGNAL_TO_NOISE,
    SLOTS,
    Case,
    above,
    below,
    bounds_of,
    experiment,
    mean_bounds,
    number,
    pair,
    power,
    rates_of,
    relative,
)

VARIANCES = {"system": [NOISAC, PILOTS], "variance": [0.1, 0.5, 1.0]}


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


RATES_BETTER = "+0.500 ± 0.006 to +2.00 ± 0.01 bit"

FIG04_TO_08 = [
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
]
