"""Optimisers for (P3) at equal evaluations and at equal quality, on the same batched objective.

Compared are Algorithm 1 as printed, three changes to it, coordinate descent, and general optimisers for integers:
SciPy's dual_annealing and differential_evolution, pymoo's genetic algorithm, CatCMAwM of cmaes, and nevergrad's
DiscreteOnePlusOne (``pip install -e .[bench]``; what is not installed is left out, and named). Each minimises the
modified CRLB of Section V's scenario at zeta = 0.5, for one draw of T = 2 symbols after the other, and starts anew
when it is stuck, until it has the optimum or has spent 400 evaluations per element. No method's course depends on
that budget but for the number of starts that coordinate descent takes at once, so that success at a smaller budget
is read off the same run. Coordinate descent's first start is the beam of the largest gain, which it computes; a
second row has it start from random beams only, as the others do.

Success is a value within 0.01 of the reference (0.1 dB), or within 1e-8 of it. The reference is the certified
optimum up to L = 20, and above it the best value that any of the methods found for the draw. Times are processor
times of one thread. The mean time and the mean evaluations to success count the runs without success too: all that
was spent, over the number of successes. "own" is the share of time outside the objective, which a faster objective
would not save (for coordinate descent everything is counted). A method takes no more draws when its seconds are
used up; the number of its draws is printed.

Last, all draws in one call, as the package is meant to be used.

    python benchmarks/optimisers.py --draws 200
"""

import argparse
import contextlib
import math
import time
from typing import NamedTuple

import numpy as np
from _contestants import OWN, outside
from _problem import Finished, Problem
from threadpoolctl import threadpool_limits

import noisac

WEIGHT, SLOTS, SEED = 0.5, 2, 20221
#: Evaluations per element.
BUDGETS = (25, 100, 400)
#: Distance from the reference that counts as success: 0.1 dB, and rounding.
NEAR, EXACT = 0.01, 1e-8
#: Largest surface whose optimum is certified.
CERTIFIED = 20
#: Draws that a method takes even if they last longer than its seconds.
AT_LEAST = 3
FASTEST, RANDOM_STARTS = "coordinate descent", "coordinate descent, random starts"


class Run(NamedTuple):
    """One method on one draw."""

    trace: list[tuple[int, float, float]]
    evaluations: int
    seconds: float
    own: float


def compare(side, draws, seconds, methods):
    """Runs of each method on each draw, and the reference of each draw."""
    scenario = noisac.Scenario(irs_shape=(side, side))
    symbols = noisac.draw_symbols(np.random.default_rng(SEED), SLOTS, size=(draws,))
    certified = scenario.irs_elements <= CERTIFIED
    reference = np.full(draws, np.inf)
    if certified:
        reference = noisac.certified_optimum(scenario, symbols, WEIGHT).objective
    runs = {}
    for name, search in methods.items():
        # The first call imports what the method needs, which is not its time.
        one_run(
            Problem(scenario, symbols[0], WEIGHT, 20 * scenario.irs_elements), search, np.random.default_rng(0)
        )
        runs[name], spent = [], 0.0
        for draw in range(draws):
            if spent > seconds and draw >= min(AT_LEAST, draws):
                break
            target = reference[draw] + EXACT if certified else -np.inf
            problem = Problem(scenario, symbols[draw], WEIGHT, BUDGETS[-1] * scenario.irs_elements, target)
            run = one_run(problem, search, np.random.default_rng([SEED, draw]))
            runs[name].append(run)
            spent += run.seconds
            best = run.trace[-1][-1]
            if certified and best < reference[draw] - 1e-9:
                raise SystemExit(f"{name} beats the certified optimum of draw {draw} at L = {side**2}: {best!r}")
            if not certified:
                reference[draw] = min(reference[draw], best)
    return scenario, symbols, runs, reference, certified


def one_run(problem, search, rng):
    """Let a method search until the problem says that it is over."""
    problem.start()
    with contextlib.suppress(Finished):
        search(problem, rng)
    seconds = problem.seconds
    return Run(problem.trace, problem.evaluations, seconds, (seconds - problem.spent) / seconds)


class Score(NamedTuple):
    """How a method did at one distance from the reference."""

    draws: int
    rates: list[float]
    evaluations: float
    seconds: float
    own: float


def score(runs, reference, distance, elements):
    """Success at each budget, and mean cost of a success with the runs that had none counted in."""
    first = []
    for run, least in zip(runs, reference, strict=False):
        hits = [(count, seconds) for count, seconds, value in run.trace if value <= least + distance]
        first.append(hits[0] if hits else None)
    rates = [np.mean([hit is not None and hit[0] <= budget * elements for hit in first]) for budget in BUDGETS]
    successes = sum(hit is not None for hit in first)
    spent = np.sum(
        [hit or (run.evaluations, run.seconds) for hit, run in zip(first, runs, strict=True)], axis=0, dtype=float
    )
    evaluations, seconds = spent / successes if successes else (math.inf, math.inf)
    return Score(len(runs), rates, evaluations, seconds, float(np.mean([run.own for run in runs])))


def print_scores(side, runs, reference, distance):
    """Table of all methods at one distance from the reference; returns their scores."""
    elements = side**2
    scores = {name: score(of, reference, distance, elements) for name, of in runs.items()}
    heads = "".join(f"{f'{budget} L':>12}" for budget in BUDGETS)
    print(f"{'success (%) after':<34}{'draws':>6}{heads}{'evaluations':>13}{'ms':>9}{'own':>6}{'ratio':>8}")
    for name, one in scores.items():
        cells = [_percent(rate, one.draws) for rate in one.rates]
        ratio = one.seconds / scores[FASTEST].seconds
        print(
            f"{name:<34}{one.draws:>6}"
            + "".join(f"{cell:>12}" for cell in cells)
            + f"{one.evaluations:>13.0f}{1e3 * one.seconds:>9.1f}{one.own:>6.0%}{ratio:>8.1f}"
        )
    return scores


def _percent(rate, draws):
    """Share of successes with its binomial standard error."""
    return f"{100 * rate:.1f} ± {100 * math.sqrt(rate * (1 - rate) / draws):.1f}"


#: Calls for many draws at once: function and options.
TOGETHER = {
    "coordinate descent, 1 start": ("coordinate_descent", {"restarts": 1}),
    "coordinate descent, 8 starts": ("coordinate_descent", {"restarts": 8}),
    "coordinate descent, 32 starts": ("coordinate_descent", {"restarts": 32}),
    "Algorithm 1 as printed, C = 5 L": ("cross_entropy", {}),
    "Algorithm 1, C = 20 L": ("cross_entropy", {"times": 20}),
    "Algorithm 1, smoothing 0.7": ("cross_entropy", {"smoothing": 0.7}),
    "Algorithm 1, elites kept": ("cross_entropy", {"keep_elites": True}),
}


class Together(NamedTuple):
    """Outcome of one call for all draws."""

    objective: np.ndarray
    evaluations: float
    seconds: float

    def rate(self, reference, distance):
        """Share of the draws with success."""
        return float(np.mean(self.objective <= reference + distance))


def solve_together(scenario, symbols):
    """One call for all draws of each algorithm of the package, and the beam of the largest gain as it is."""
    gain = noisac.modified_crlb(noisac.crlb(scenario, noisac.max_gain_beam(scenario), symbols), WEIGHT)
    results = {"beam of the largest gain, as it is": Together(gain, 0, 0.0)}
    for name, (function, options) in TOGETHER.items():
        options = dict(options)
        candidates = options.pop("times", 5) * scenario.irs_elements
        if function == "cross_entropy":
            options["candidates"] = candidates
        seconds = []
        for _ in range(3):
            began = time.process_time()
            found = getattr(noisac, function)(
                scenario, symbols, WEIGHT, rng=np.random.default_rng(SEED), **options
            )
            seconds.append((time.process_time() - began) / len(symbols))
        counts = found.evaluations if function == "coordinate_descent" else found.iterations * candidates
        results[name] = Together(found.objective, float(np.mean(counts)), float(np.median(seconds)))
    return results


def print_together(results, reference):
    """Table of the calls for all draws."""
    heads = f"{'near (%)':>14}{'exact (%)':>14}{'evaluations':>13}{'ms a draw':>11}"
    print(f"{'one call for all draws, one run':<34}{heads}")
    for name, result in results.items():
        cells = [_percent(result.rate(reference, distance), len(reference)) for distance in (NEAR, EXACT)]
        cost = f"{result.evaluations:>13.0f}{1e3 * result.seconds:>11.2f}"
        print(f"{name:<34}" + "".join(f"{cell:>14}" for cell in cells) + cost)


def print_verdict(scores, together, reference, distance):
    """Ratio of the fastest general optimiser that succeeds as often, over coordinate descent."""
    rates = {name: result.rate(reference, distance) for name, result in together.items()}
    own = {name: together[name] for name, rate in rates.items() if name.startswith(FASTEST) and rate >= 0.99}
    others = {name: one for name, one in scores.items() if name not in OWN}
    if not own or not others:
        print(
            f"within {distance:g}: no coordinate descent with 99 % of success in one run, or none to compare with"
        )
        return
    name, (_, _, seconds) = min(own.items(), key=lambda item: item[1].seconds)
    share = _percent(rates[name], len(reference))
    print(f"within {distance:g}: {name} succeeds in {share} % of the draws in one run")
    as_often = {other: one for other, one in others.items() if one.rates[-1] >= 0.99}
    for label, pool in (("as often within 400 L", as_often), ("with failures counted in", others)):
        if not pool:
            print(f"  {label}: no general optimiser")
            continue
        rival = min(pool, key=lambda other: pool[other].seconds)
        alone, blind = (pool[rival].seconds / scores[row].seconds for row in (FASTEST, RANDOM_STARTS))
        print(f"  fastest general optimiser, {label}: {rival}, a draw takes it")
        print(f"    {pool[rival].seconds / seconds:.0f} times as long as that, all draws in one call;")
        print(f"    {alone:.1f} times as long as coordinate descent with a draw a call,")
        print(f"    {blind:.1f} times as long as that from random starts")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--draws", type=int, default=200, help="draws of the symbols; default: %(default)s")
    parser.add_argument(
        "--sides", type=int, nargs="+", default=[3, 4, 8, 16], help="sides of the surfaces; default: 3 4 8 16"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=20.0,
        help="after which a method takes no more draws; default: %(default)s",
    )
    parser.add_argument("--quick", action="store_true", help="two draws at L = 4, to see that it runs")
    options = parser.parse_args(arguments)
    if options.quick:
        options.draws, options.sides = 2, [2]
    methods = OWN | outside()
    for side in options.sides:
        with threadpool_limits(limits=1):
            scenario, symbols, runs, reference, certified = compare(side, options.draws, options.seconds, methods)
            together = solve_together(scenario, symbols)
        for name, result in together.items():
            if certified and np.any(result.objective < reference - 1e-9):
                raise SystemExit(f"{name} beats a certified optimum at L = {side**2}")
            reference = np.minimum(reference, result.objective)
        what = "certified optimum" if certified else "best known of all methods"
        print(f"\nL = {side**2}, {options.draws} draws, reference: {what}")
        scores = {}
        for distance in (NEAR, EXACT) if certified else (NEAR,):
            print(f"\nwithin {distance:g} of the reference")
            scores[distance] = print_scores(side, runs, reference, distance)
        print()
        print_together(together, reference)
        print()
        for distance, of_distance in scores.items():
            print_verdict(of_distance, together, reference, distance)
        if certified:
            print("no method went below a certified optimum")


if __name__ == "__main__":
    main()
