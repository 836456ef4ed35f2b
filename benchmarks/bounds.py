"""What a candidate of Algorithm 1 costs, by Theorem 1 as printed and in closed form, and the least it could cost.

Prints microseconds per candidate for surfaces of 16, 64 and 256 elements:

(a) the literal way: the dense matrix of Theorem 1 for each beam, its inverse, the modified CRLB;
(b) the closed form, from beams to modified CRLBs, for all draws that Algorithm 1 treats together;
(c) a floor: one product of the beams with the (L, 3) weights, one draw of the phases and their look-up;
(d) Algorithm 1 as a whole: its time over the number of candidates that it evaluated.

Then the cost of a block of T = 200 symbols over one of T = 2. All with one thread, in processor time; what is
compared is timed in turns, and medians over the repeats are printed.

    python benchmarks/bounds.py --repeats 9
"""

import argparse
import math

import numpy as np
from _timing import medians
from threadpoolctl import threadpool_limits

import noisac
from noisac.beamforming import cross_entropy_method as algorithm
from noisac.bounds._angle_information import sums_rounding
from noisac.bounds.closed_form import bounds_from_sums, bs_gain, sum_weights, weighted_logarithms, weighted_sums
from noisac.model.symbols import SymbolMoments

WEIGHT = np.array(0.5)
SIDES = (4, 8, 16)


def literal(scenario, beams, symbols):
    """Modified CRLBs of (31), one dense matrix after the other."""
    slots, values = len(symbols), []
    for beam in beams:
        inverse = np.linalg.inv(noisac.fisher_information(scenario, beam, symbols))
        of_symbols, of_angles = np.trace(inverse[:slots, :slots]) / slots, np.trace(inverse[slots:, slots:]) / 2
        values.append(0.5 * math.log10(of_symbols) + 0.5 * math.log10(of_angles))
    return np.array(values)


def per_candidate(side, repeats):
    """Microseconds per candidate of (a) to (d) and of their parts, for a surface of side x side elements."""
    scenario = noisac.Scenario(irs_shape=(side, side))
    elements, candidates = scenario.irs_elements, 5 * scenario.irs_elements
    together = max(1, algorithm._BLOCK // (candidates * elements))  # draws, as in Algorithm 1
    rng = np.random.default_rng(0)
    symbols = noisac.draw_symbols(rng, 2, size=(together,))
    factors = noisac.symbol_moments(symbols).factor[:, None]
    codebook = noisac.phase_codebook(scenario.phase_bits)
    beams = noisac.random_beams(scenario, (together, candidates), rng)
    projection, gain, rounding = sum_weights(scenario), bs_gain(scenario), sums_rounding(scenario)
    cumulative = np.broadcast_to(np.array([0.25, 0.5, 0.75])[:, None], (together, 3, elements))
    generators, active = rng.spawn(together), np.arange(together)

    def closed_form():
        sums = weighted_sums(beams, projection, rounding)
        bounds = bounds_from_sums(scenario, sums, SymbolMoments(2, factors), "real", gain)
        return weighted_logarithms(bounds, WEIGHT)

    uniform = np.empty((together, candidates, elements))

    def random_numbers():
        for generator, row in zip(generators, uniform, strict=True):
            generator.random(out=row)

    def draw():
        return codebook.take(algorithm._draw(generators, active, cumulative, uniform))

    def floor():
        draw()
        return beams @ projection

    def whole():  # the same generators at each call, so that the iterations are the same
        return noisac.cross_entropy(scenario, symbols, 0.5, rng=np.random.default_rng(1))

    few = beams[0, :40]
    np.testing.assert_allclose(literal(scenario, few, symbols[0]), closed_form()[0, :40], rtol=1e-9)
    functions = {
        "a": lambda: literal(scenario, few, symbols[0]),
        "b": closed_form,
        "product": lambda: beams @ projection,
        "random": random_numbers,
        "draw": draw,
        "c": floor,
        "d": whole,
    }
    counts = dict.fromkeys(functions, together * candidates)
    counts |= {"a": len(few), "d": whole().iterations.sum() * candidates}
    return {name: 1e6 * value / counts[name] for name, value in medians(functions, repeats).items()}


def block_length_ratios(repeats):
    """Cost of crlb for T = 200 over that for T = 2, from moments and from the symbols themselves."""
    scenario, rng = noisac.Scenario(), np.random.default_rng(0)
    beams = noisac.random_beams(scenario, (200, 80), rng)
    functions = {}
    for slots in (2, 200):
        symbols = noisac.draw_symbols(rng, slots, size=(200, 1))
        moments = noisac.symbol_moments(symbols)
        functions["moments", slots] = lambda m=moments: noisac.crlb(scenario, beams, m)
        functions["symbols", slots] = lambda x=symbols: noisac.crlb(scenario, beams, x)
    costs = medians(functions, repeats)
    return {what: costs[what, 200] / costs[what, 2] for what in ("moments", "symbols")}


ROWS = (
    ("a", "(a) Theorem 1 as printed, beam by beam"),
    ("b", "(b) closed form, batched: beams to objective"),
    ("product", "      of which the (C, L) x (L, 3) product"),
    ("draw", "      draw and look-up of the phases alone"),
    ("random", "      of which the random numbers"),
    ("c", "(c) floor: the product, a draw and a look-up"),
    ("d", "(d) Algorithm 1: draw, evaluate, sort, update"),
)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=9, help="repeats of which the median is taken")
    repeats = parser.parse_args(arguments).repeats
    with threadpool_limits(limits=1):
        costs = [per_candidate(side, repeats) for side in SIDES]
        lengths = block_length_ratios(repeats)
    heads = "".join(f"{f'L = {side**2}':>12}" for side in SIDES)
    print(f"{'microseconds per candidate, T = 2, C = 5 L':<48}{heads}")
    for key, label in ROWS:
        print(f"{label:<48}" + "".join(f"{cost[key]:>12.3f}" for cost in costs))
    print()
    ratios = (
        ("(a) / (b)", lambda cost: cost["a"] / cost["b"]),
        ("(b) / (c)", lambda cost: cost["b"] / cost["c"]),
        ("(draw + b) / (c)", lambda cost: (cost["draw"] + cost["b"]) / cost["c"]),
        ("(d) / (c)", lambda cost: cost["d"] / cost["c"]),
    )
    for label, ratio in ratios:
        print(f"{label:<48}" + "".join(f"{ratio(cost):>12.2f}" for cost in costs))
    print()
    print(f"crlb of a block of 200 symbols over one of 2: {lengths['moments']:.2f} times from moments,")
    print(f"{lengths['symbols']:.2f} times from the symbols (200 blocks, 80 beams each, L = 16)")


if __name__ == "__main__":
    main()
