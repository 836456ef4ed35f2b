"""Data made up for the claims on Figs. 9 to 11, and where their verdicts turn."""

import numpy as np

from tests.verdicts.made_up import ELEMENTS, SIGNAL_TO_NOISE, Case, above, below, experiment, pair, power, rates_of


def rate_advantages(figure, grid):
    """Rates of which the advantage of NO-ISAC is 1, 2 and 2 + x."""

    def world(x, e):
        return rates_of(figure, grid)(2 + x, e)

    return world


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


FIG09_TO_11 = [
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
]
