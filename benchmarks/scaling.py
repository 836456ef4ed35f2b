"""How time and memory grow with the elements L of the surface, the candidates C and the slots T.

Two calls are measured along each axis, the other two being held:

- bounds: ``noisac.crlb`` and the modified CRLB of C given beams, from a block of T symbols;
- search: some iterations of Algorithm 1 with C candidates each, draws and updates included.

Theorem 1 as printed stands beside them, for one beam: with Theta as an L x L matrix it grows like L^2. Prints
processor times with one thread, medians over the repeats, the peak of the memory that a call takes beyond its
arguments, and the exponents of power laws fitted to the upper part of each range; then a search at the end of all
ranges. Draws the times against L, on logarithmic axes, next to the L^3 of Remark 1, drawn through the last
point of Theorem 1 as printed.

    python benchmarks/scaling.py --out scaling.png
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _timing import medians, peak_memory
from threadpoolctl import threadpool_limits

import noisac
from noisac import _style

#: Iterations of Algorithm 1 in one call; the tolerance is too small for it to stop before.
ITERATIONS = 3
#: What is held while another is varied.
HELD = {"L": 64, "C": 1000, "T": 2}
#: Values along each axis, of which L are squares, and the least that the fit takes in.
RANGES = {
    "L": ((4, 16, 64, 256, 1024, 4096), 256),
    "C": ((10, 100, 1000, 10_000, 100_000), 1000),
    "T": ((2, 10, 100, 1000, 10_000), 100),
}
QUICK = {"L": ((4, 16), 4), "C": ((10, 100), 10), "T": ((2, 100), 2)}
#: Largest surface for Theorem 1 as printed, which holds a matrix of L x L elements.
LARGEST_PRINTED = 1024
#: Exponents of time to aim at.
AIMS = {"L": 1.0, "C": 1.0, "T": 0.0}


@dataclass(frozen=True)
class Measurement:
    """Seconds and bytes of one call, along an axis."""

    values: list[int]
    seconds: list[float]
    peaks: list[int]

    def exponent(self, of, at_least):
        """Slope of a straight line through the logarithms, from a value on."""
        pairs = [(np.log(x), np.log(y)) for x, y in zip(self.values, of, strict=True) if x >= at_least and y > 0]
        return float(np.polyfit(*np.transpose(pairs), 1)[0])


def calls(sizes, *, with_bounds=True):
    """Functions to measure, by name, for a dict of L, C and T."""
    side = round(sizes["L"] ** 0.5)
    scenario = noisac.Scenario(irs_shape=(side, side))
    symbols = noisac.draw_symbols(np.random.default_rng(0), sizes["T"])

    def search():
        return noisac.cross_entropy(
            scenario,
            symbols,
            0.5,
            rng=np.random.default_rng(2),
            candidates=sizes["C"],
            tolerance=1e-300,
            max_iterations=ITERATIONS,
        )

    if not with_bounds:
        return {"search": search}
    beams = noisac.random_beams(scenario, (sizes["C"],), np.random.default_rng(1))
    functions = {
        "bounds": lambda: noisac.modified_crlb(noisac.crlb(scenario, beams, symbols), 0.5),
        "search": search,
    }
    if sizes["L"] <= LARGEST_PRINTED and sizes["T"] <= 100:
        functions["printed"] = lambda: noisac.fisher_information(scenario, beams[0], symbols)
    return functions


def measure(axis, values, repeats):
    """Measurements of each function along an axis, by name."""
    records = {}
    for value in values:
        functions = calls({**HELD, axis: value})
        seconds = medians(functions, repeats)
        for name, function in functions.items():
            records.setdefault(name, []).append((value, seconds[name], peak_memory(function)))
    return {name: Measurement(*map(list, zip(*rows, strict=True))) for name, rows in records.items()}


def table(axis, results, fit_from):
    """Lines of the table of one axis."""
    held = ", ".join(f"{name} = {value}" for name, value in HELD.items() if name != axis)
    yield f"against {axis}, with {held}"
    yield f"{axis:>8}" + "".join(f"{name + ' (ms)':>14}{'peak (MB)':>12}" for name in ("bounds", "search"))
    bounds, search = results["bounds"], results["search"]
    for i, value in enumerate(bounds.values):
        row = "".join(f"{1e3 * r.seconds[i]:>14.3f}{r.peaks[i] / 1e6:>12.2f}" for r in (bounds, search))
        yield f"{value:>8}{row}"
    for name, result in (("bounds", bounds), ("search", search)):
        in_time, in_memory = (result.exponent(of, fit_from) for of in (result.seconds, result.peaks))
        exponents = f"time ~ {axis}^{in_time:.2f} (aim {AIMS[axis]:.0f}), memory ~ {axis}^{in_memory:.2f}"
        yield f"{name}: {exponents} from {axis} = {fit_from}; at most {max(result.peaks) / 1e6:.1f} MB"


def corner(ranges):
    """Time and memory of a search that is at the end of all three ranges."""
    sizes = {axis: values[-1] for axis, (values, _) in ranges.items()}
    search = calls(sizes, with_bounds=False)["search"]
    start = time.process_time()
    search()
    seconds = time.process_time() - start
    at = ", ".join(f"{name} = {value}" for name, value in sizes.items())
    return f"search with {at}: {seconds / ITERATIONS:.2f} s an iteration, peak {peak_memory(search) / 1e6:.0f} MB"


def draw(results, fit_from):
    """Log-log figure of the times against L, per candidate."""
    candidates = {"bounds": HELD["C"], "search": HELD["C"] * ITERATIONS, "printed": 1}
    styles = {
        "bounds": ("bounds in closed form", _style.BLUE, "o", "-"),
        "search": ("Algorithm 1, all of it", _style.ORANGE, "s", "--"),
        "printed": ("Theorem 1 as printed, the matrix alone", _style.BLACK, "^", "-."),
    }
    with _style.house_style():
        figure, (axes,) = _style.new_figure()
        for name, (label, colour, marker, line) in styles.items():
            result = results[name]
            cost = 1e6 * np.array(result.seconds) / candidates[name]
            axes.plot(result.values, cost, color=colour, marker=marker, linestyle=line, label=label)
        printed = results["printed"]
        elements = np.array(printed.values, dtype=float)
        cubic = 1e6 * printed.seconds[-1] * (elements / elements[-1]) ** 3
        shown = cubic > 0.1
        axes.plot(
            elements[shown], cubic[shown], color=_style.GREY, linestyle=":", label="slope of $L^3$ (Remark 1)"
        )
        axes.axvline(fit_from, color=_style.PALE, zorder=0, label="exponents are fitted from here")
        axes.set(xscale="log", yscale="log", xlabel="elements of the surface $L$", ylabel="µs per candidate")
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=5, help="repeats of which the median is taken")
    parser.add_argument("--out", type=Path, help="file for the figure, such as scaling.png")
    parser.add_argument("--quick", action="store_true", help="small sizes only, to see that it runs")
    options = parser.parse_args(arguments)
    ranges = QUICK if options.quick else RANGES
    with threadpool_limits(limits=1):
        results = {axis: measure(axis, values, options.repeats) for axis, (values, _) in ranges.items()}
    for axis, (_, fit_from) in ranges.items():
        print("\n".join(table(axis, results[axis], fit_from)))
        print()
    with threadpool_limits(limits=1):
        print(corner(ranges))
    largest = results["L"]["printed"].values[-1]
    i = results["L"]["bounds"].values.index(largest)
    ratio = results["L"]["printed"].seconds[-1] / (results["L"]["bounds"].seconds[i] / HELD["C"])
    printed = results["L"]["printed"]
    print(
        f"Theorem 1 as printed, one beam: time ~ L^{printed.exponent(printed.seconds, ranges['L'][1]):.2f}, ",
        end="",
    )
    print(f"{ratio:.0f} times the closed form per candidate at L = {largest}")
    if options.out is not None:
        draw(results["L"], ranges["L"][1]).savefig(options.out)
        print(f"figure: {options.out}")


if __name__ == "__main__":
    main()
