"""Algorithm 1 one iteration at a time: what it draws from, what comes out, and what it can still find."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from noisac import _style
from noisac._validate import FloatArray
from noisac.beamforming.certified import certified_optimum
from noisac.beamforming.cross_entropy_method import cross_entropy
from noisac.beamforming.descent import phase_numbers
from noisac.model.scenario import Scenario
from noisac.model.symbols import draw_symbols
from noisac_book.explorers._core import Control, Explorer, new_figure
from noisac_book.explorers._wording import with_minus_signs

_ITERATIONS = 20
_BINS = 24
#: Of a cell of P along each side, so that its edges stay sharp when a browser stretches the picture.
_PIXELS = 10


def cross_entropy_steps() -> Explorer:
    """Algorithm 1 on the default scenario, iteration by iteration, beside the certified optimum.

    Controls: ``iteration``, ``seed`` of the candidates, ``candidates`` C, and the ``share`` of elites in percent.
    A search that has stopped stays at its last iteration.

    Examples
    --------
    >>> cross_entropy_steps().sentence(iteration=1).split(":")[0]
    'Iteration 1 of 8'
    """
    return Explorer(
        "search",
        "Algorithm 1 step by step",
        (
            Control("iteration", "iteration", tuple(range(1, _ITERATIONS + 1)), 1, "1"),
            Control("seed", "seed of the search", tuple(range(10)), 0, "1"),
            Control("candidates", "candidates C", (40, 80, 160, 320), 80, "1"),
            Control("share", "elites", (5, 10, 20, 30), 10, "% of C"),
        ),
        _draw,
        _describe,
        {"iteration": tuple(range(1, 11)), "seed": (0, 1, 2)},
    )


class TracedSearch(NamedTuple):
    """One search, V (I, C) and P (I, L, 2**b) of each iteration, and the certified optimum's phases (L,) and V."""

    values: FloatArray
    probabilities: FloatArray
    elites: int
    converged: bool
    target: NDArray[np.intp]
    optimum: float

    @property
    def iterations(self) -> int:
        """Iterations until the stopping rule held."""
        return len(self.values)

    def possible(self, iteration: int) -> NDArray[np.bool_]:
        """Whether each phase of each element can still be drawn, (L, 2**b)."""
        possible: NDArray[np.bool_] = self.probabilities[iteration - 1] > 0
        return possible

    def nearest_target(self, iteration: int) -> NDArray[np.intp]:
        """Of the copies of the optimum that differ by a common phase, the likeliest one, (L,)."""
        probabilities = self.probabilities[iteration - 1]
        size = probabilities.shape[1]
        turned = (self.target + np.arange(size)[:, None]) % size
        drawn = np.take_along_axis(probabilities[None], turned[..., None], axis=2)[..., 0]
        order = np.lexsort((drawn.sum(axis=1), (drawn > 0).sum(axis=1)))
        nearest: NDArray[np.intp] = turned[order[-1]]
        return nearest

    def reachable(self, iteration: int) -> bool:
        """Whether the optimum, up to a common phase, can still be drawn."""
        target = self.nearest_target(iteration)
        return bool(self.possible(iteration)[np.arange(len(target)), target].all())


@lru_cache(maxsize=1)
def _problem() -> tuple[Scenario, NDArray[np.complex128], NDArray[np.intp], float]:
    scenario = Scenario()
    symbols = draw_symbols(np.random.default_rng(1), 2)
    best = certified_optimum(scenario, symbols, 0.5)
    target = phase_numbers(best.beam, 2**scenario.phase_bits).astype(np.intp)
    return scenario, symbols, target, float(best.objective)


@lru_cache(maxsize=128)  # a picture and its sentence ask for the same, and so do all iterations of a search
def traced_search(seed: int, candidates: int, share: int) -> TracedSearch:
    """Run Algorithm 1 on the default scenario for zeta = 0.5, and keep what each iteration saw.

    Parameters
    ----------
    seed, candidates : int
        Of the candidates, and C.
    share : int
        Elites in percent of the candidates.

    Examples
    --------
    >>> traced_search(0, 80, 10).iterations
    8
    """
    scenario, symbols, target, optimum = _problem()
    elites = max(1, candidates * share // 100)
    found = cross_entropy(
        scenario,
        symbols,
        0.5,
        rng=np.random.default_rng(seed),
        candidates=candidates,
        elites=elites,
        keep_history=True,
    )
    assert found.history is not None
    return TracedSearch(
        found.history.values, found.history.probabilities, elites, bool(found.converged), target, optimum
    )


def _describe(iteration: int, seed: int, candidates: int, share: int) -> str:
    run = traced_search(seed, candidates, share)
    shown = min(iteration, run.iterations)
    over = f" (it stopped there, before {iteration})" if shown < iteration else ""
    best = run.values[:shown].min()
    phases = run.possible(shown).sum(axis=1).mean()
    lowest, highest = run.values[shown - 1].min(), run.values[shown - 1].max()
    text = (
        f"Iteration {shown} of {run.iterations}{over}: P leaves {phases:.1f} phases to an element on average. The "
        f"modified CRLB of the {candidates} candidates lies from {lowest:.2f} to {highest:.2f}, {run.elites} are "
        f"elites. The best so far is {10 * (best - run.optimum) + 0:.2f} dB above the certified optimum, which "
        f"{'can still be' if run.reachable(shown) else 'can no longer be'} drawn."
    )
    return with_minus_signs(text)


def _draw(iteration: int, seed: int, candidates: int, share: int) -> Figure:
    run = traced_search(seed, candidates, share)
    shown = min(iteration, run.iterations)
    figure = new_figure(4.9)
    _draw_probabilities(figure, run, shown)
    _draw_histogram(figure.add_axes((0.13, 0.395, 0.85, 0.205)), run, shown)
    _draw_progress(figure.add_axes((0.13, 0.095, 0.85, 0.17)), run, shown)
    return figure


def _draw_probabilities(figure: Figure, run: TracedSearch, shown: int) -> None:
    axes = figure.add_axes((0.13, 0.745, 0.72, 0.2))
    matrix = run.probabilities[shown - 1].T
    size, elements = matrix.shape
    image = axes.imshow(
        np.kron(matrix, np.ones((_PIXELS, _PIXELS))),
        origin="lower",
        extent=(0.5, elements + 0.5, 0, size),
        cmap="cividis_r",
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="none",
    )
    # One line for all boxes: sixteen patches take a tenth of the time that a live form has.
    corners = np.array([(-0.42, 0.08), (0.42, 0.08), (0.42, 0.92), (-0.42, 0.92), (-0.42, 0.08), (np.nan, np.nan)])
    centres = np.stack([np.arange(elements) + 1, run.nearest_target(shown)], axis=-1)
    boxes = (centres[:, None] + corners).reshape(-1, 2)
    axes.plot(*boxes.T, color=_style.RED)
    axes.grid(visible=False)
    axes.set_yticks(np.arange(size) + 0.5, [f"{360 * number // size}°" for number in range(size)])
    axes.set(xticks=(1, 4, 8, 12, 16), xlabel="element", title=f"P of iteration {shown}, boxes: optimum")
    bar = figure.colorbar(image, cax=figure.add_axes((0.875, 0.745, 0.02, 0.2)), ticks=(0, 0.5, 1))
    bar.ax.tick_params(labelsize=9.5, pad=2)


def _draw_histogram(axes: Axes, run: TracedSearch, shown: int) -> None:
    values = run.values[shown - 1]
    low, high = run.optimum, float(run.values.max())
    margin = 0.03 * (high - low)
    # The optimum's own value counts, rounded or not.
    edges = np.linspace(low - 1e-6, high + 1e-6, _BINS + 1)
    elites = np.sort(values)[: run.elites]
    everyone, chosen = np.histogram(values, edges)[0], np.histogram(elites, edges)[0]
    axes.stairs(everyone, edges, fill=True, color=_style.SKY, label="candidates")
    axes.stairs(chosen, edges, fill=True, color=_style.ORANGE, label="elites")
    axes.axvline(run.optimum, color=_style.RED, label="optimum")
    axes.set(
        xlim=(low - margin, high + margin),
        ylim=(0, None),
        ylabel="count",
        xlabel="modified CRLB of the candidates",
    )
    axes.legend(loc="upper right", fontsize=9.5, handlelength=1.2, borderaxespad=0.1)


def _draw_progress(axes: Axes, run: TracedSearch, shown: int) -> None:
    number = np.arange(1, run.iterations + 1)
    above = 10 * (np.minimum.accumulate(run.values.min(axis=1)) - run.optimum)
    middle = 10 * (np.median(run.values, axis=1) - run.optimum)
    axes.plot(number, middle, color=_style.GREY, linestyle="--", label="median")
    axes.plot(number, above, color=_style.BLUE, marker="o", markersize=4, label="best so far")
    axes.plot(shown, above[shown - 1], "o", color=_style.RED, ms=9, mfc="none", mew=2)
    last = max(10, run.iterations)
    axes.set(xlim=(0.5, last + 0.5), ylim=(-0.5, None), xticks=range(1, last + 1, 1 if last == 10 else 3))
    axes.set(xlabel="iteration", ylabel="gap (dB)")
    axes.legend(loc="upper right", fontsize=9.5, handlelength=1.6, borderaxespad=0.1)
