"""The chapter on the certified optimum: its figures, and what coarse phases cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from noisac import _style
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.certified import certified_optimum
from noisac.beamforming.descent import coordinate_descent
from noisac.bounds.aperture import aligned_beam
from noisac.bounds.closed_form import crlb, modified_crlb
from noisac.bounds.tradeoff import quantised_gain
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel
from noisac_book.optimum_study import BoundedBeams, Collapse, Gaps

#: Bits of the phases of half a surface up to which the optimum is certified; beyond, that takes too long.
_CERTIFIED_BITS = 18


class PhaseCost(NamedTuple):
    """What b bits cost against continuous phases, one entry per number of bits."""

    bits: NDArray[np.intp]
    decibels: FloatArray  # (B, draws), over the aligned beam with continuous phases
    certified: NDArray[np.bool_]


def phase_cost(
    scenario: Scenario,
    symbols: ComplexArray,
    weight: float,
    bits: Sequence[int],
    *,
    seed: int,
    symbol_model: SymbolModel = "real",
) -> PhaseCost:
    """Loss by b-bit phases where the surface equals the user's array, so that the continuous optimum is known."""
    if (scenario.irs_shape, scenario.irs_spacing) != (scenario.user_shape, scenario.user_spacing):
        raise ValueError(
            "scenario must have equal shapes and spacings of surface and user's array, got "
            f"{scenario.irs_shape} at {scenario.irs_spacing:g} and {scenario.user_shape} at "
            f"{scenario.user_spacing:g} wavelengths"
        )
    continuous = modified_crlb(crlb(scenario, aligned_beam(scenario), symbols, symbol_model), weight)
    losses, certified = [], []
    for count in bits:
        case = scenario.replace(phase_bits=count)
        certified.append(count * (scenario.irs_elements // 2) <= _CERTIFIED_BITS)
        if certified[-1]:
            best = certified_optimum(case, symbols, weight, symbol_model=symbol_model).objective
        else:
            rng = np.random.default_rng(seed)
            best = coordinate_descent(case, symbols, weight, rng=rng, symbol_model=symbol_model).objective
        losses.append(10 * (best - continuous))
    return PhaseCost(np.array(bits), np.array(losses), np.array(certified))


def rounding_loss(bits: int) -> float:
    """Loss of |s_0|^2 by phases rounded to b bits, for many elements: sinc^2(1 / 2^b)."""
    return float(-10 * np.log10(quantised_gain(bits)))


_LINES: tuple[dict[str, Any], ...] = (
    {"color": _style.BLUE, "marker": "o", "linestyle": "-"},
    {"color": _style.ORANGE, "marker": "s", "linestyle": "--"},
    {"color": _style.GREEN, "marker": "D", "linestyle": "-."},
    {"color": _style.BLACK, "marker": "^", "linestyle": ":"},
    {"color": _style.SKY, "marker": "v", "linestyle": "-"},
)
#: Mean gaps below this are on a linear part of the axis, in dB.
_FLOOR = 1e-4


def draw_bound(beams: Mapping[str, BoundedBeams], optimum: float) -> Figure:
    """Plot the quadratic bound of beams against their objective."""
    lowest = min(optimum, *(float(some.bounds.min()) for some in beams.values()))
    highest = max(float(some.values.max()) for some in beams.values())
    close = [some for some in beams.values() if len(some.values) > 1] or list(beams.values())
    nearest = min(optimum, float(close[-1].bounds.min()))
    spans = ((lowest, highest), (nearest, float(close[-1].values.max())))
    with _style.house_style():
        figure, panels = _style.new_figure(7.4, 4.2, columns=2)
        for axes, (low, high) in zip(panels, spans, strict=True):
            for number, (label, some) in enumerate(beams.items()):
                style = _LINES[number]
                axes.scatter(
                    some.values,
                    some.bounds,
                    s=(8, 20, 60)[number],
                    color=style["color"],
                    marker=style["marker"],
                    label=label,
                    linewidths=0,
                    zorder=3 + number,
                )
            axes.plot([low, high], [low, high], color=_style.BLACK, label="bound = objective")
            axes.axhline(optimum, color=_style.GREY, linestyle="--", label="optimum: above it, discarded")
            margin = 0.04 * (high - low) + 1e-3
            axes.set(xlim=(low - margin, high + margin), ylim=(low - margin, high + margin))
            axes.set(xlabel="modified CRLB of the beam")
        panels[0].set(ylabel="quadratic bound", title="all")
        panels[1].set(title="near the optimum")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def draw_gaps(panels: Mapping[str, Mapping[Any, Gaps]]) -> Figure:
    """Plot the distribution of gaps to the optimum, one panel per parameter."""
    rows, columns = (len(panels) + 1) // 2, min(2, len(panels))
    with _style.house_style():
        figure, grid = _style.new_figure(7.4, 3.0 * rows + 0.4, rows, columns, sharey=True)
        for axes, (label, gaps) in zip(grid, panels.items(), strict=False):
            _draw_distributions(axes, gaps)
            axes.set(xlabel=label)
        for axes in grid[::columns]:
            axes.set(ylabel="gap to the optimum (dB)")
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=4)
    return figure


def _draw_distributions(axes: Axes, gaps: Mapping[Any, Gaps]) -> None:
    x = np.arange(len(gaps))
    levels = np.array([np.quantile(g.decibels, (0.05, 0.25, 0.5, 0.75, 0.95)) for g in gaps.values()]).T
    levels = np.maximum(levels, 0)  # without the rounding of beams that are the optimum
    axes.vlines(x, levels[0], levels[4], color=_style.GREY, linewidth=1.5, label="5 % to 95 %")
    axes.vlines(x, levels[1], levels[3], color=_style.SKY, linewidth=8, label="25 % to 75 %")
    axes.plot(x, levels[2], color=_style.BLUE, marker="o", linestyle="none", label="median", zorder=3)
    worst = [float(g.decibels.max()) for g in gaps.values()]
    axes.plot(x, worst, color=_style.BLACK, marker="x", linestyle="none", label="largest")
    axes.set_xticks(x, [str(value) for value in gaps])
    axes.set_xlim(-0.5, len(gaps) - 0.5)


def draw_collapse(searches: Mapping[str, Collapse], phases: int) -> Figure:
    """Plot how the choice of a search narrows: phases left, and whether the optimum is among what is left."""
    with _style.house_style():
        figure, (upper, lower) = _style.new_figure(6.0, 5.4, rows=2, sharex=True)
        for (label, search), style in zip(searches.items(), _LINES, strict=False):
            x = np.arange(1, len(search.phases) + 1)
            upper.plot(x, search.phases, label=label, **style)
            lower.plot(x, search.reachable, **style)
        upper.set(ylabel="phases left\nper element", ylim=(0.9, phases + 0.1))
        lower.set(ylabel="share of draws that can\nstill draw the optimum", ylim=(-0.03, 1.03))
        lower.set(xlabel="iteration, before its candidates are drawn")
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def draw_phase_cost(costs: Mapping[str, PhaseCost]) -> Figure:
    """Plot the loss by coarse phases against the number of bits."""
    with _style.house_style():
        figure, (axes,) = _style.new_figure()
        for (label, cost), style in zip(costs.items(), _LINES, strict=False):
            median = np.median(cost.decibels, axis=1)
            spread = np.array([median - cost.decibels.min(axis=1), cost.decibels.max(axis=1) - median])
            line = axes.errorbar(cost.bits, median, yerr=np.maximum(spread, 0), label=label, capsize=4, **style)
            line[0].set_markerfacecolor("white")
            known = cost.certified
            axes.plot(
                cost.bits[known],
                median[known],
                marker=style["marker"],
                color=style["color"],
                linestyle="none",
                zorder=4,
            )
        bits = np.arange(1, max(int(c.bits.max()) for c in costs.values()) + 1)
        limit = [rounding_loss(int(b)) for b in bits]
        axes.plot(bits, limit, color=_style.BLACK, linestyle=":", label=r"$-20\,\lg\,\mathrm{sinc}(2^{-b})$")
        axes.set(xlabel="bits per phase shifter $b$", ylabel="loss against continuous phases (dB)", yscale="log")
        axes.set_xticks(bits)
        figure.legend(loc="outside upper center", ncols=3)
    return figure


def draw_quality(series: Mapping[str, Mapping[str, Gaps]]) -> Figure:
    """Plot the mean gap of searches against the beams that they evaluate."""
    places = (((6, 3), "left"), ((-6, -11), "right"), ((-8, -4), "right"), ((4, 6), "left"))
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.8, 4.8)
        for (label, members), style, (offset, side) in zip(series.items(), _LINES, places, strict=False):
            x = [float(np.mean(g.evaluations)) for g in members.values()]
            means = [float(np.mean(g.decibels)) for g in members.values()]
            y = [mean if mean > _FLOOR / 100 else 0.0 for mean in means]
            errors = [float(np.std(g.decibels, ddof=1) / np.sqrt(len(g.decibels))) for g in members.values()]
            axes.errorbar(x, y, yerr=errors, label=label, capsize=3, **style)
            for name, at in zip(members, zip(x, y, strict=True), strict=True):
                axes.annotate(name, at, xytext=offset, textcoords="offset points", fontsize=8, ha=side)
        axes.set(xlabel="beams evaluated per draw", ylabel="mean gap to the optimum (dB)", xscale="log")
        axes.set_yscale("symlog", linthresh=_FLOOR)
        axes.set_ylim(-_FLOOR / 5, 1.5)
        axes.margins(x=0.12)
        figure.legend(loc="outside upper center", ncols=2)
    return figure
