"""Data made up for the claims on Figs. 12 to 14, and where their verdicts turn."""

import math

import numpy as np

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
    fig12_shape,
    mean_bounds,
    number,
    pair,
    power,
    rates_of,
    tradeoffs,
)


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


FIG12_TO_14 = [
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
