"""The chapter on Algorithm 1: probabilities, convergence, and the gap to the optimum."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from noisac import _style
from noisac._validate import FloatArray
from noisac.beamforming.cross_entropy_method import CrossEntropyHistory


def draw_probabilities(history: CrossEntropyHistory, *, panels: int = 5) -> Figure:
    """Show the probability matrix P of one search as it sharpens."""
    iterations = len(history.probabilities)
    shown = np.unique(np.linspace(0, iterations - 1, min(panels, iterations)).round().astype(int))
    with _style.house_style():
        figure, axes = _style.new_figure(6.0, 1.15 * len(shown) + 0.9, rows=len(shown), sharex=True)
        for panel, i in zip(axes, shown, strict=True):
            matrix = history.probabilities[i].T
            image = panel.imshow(matrix, vmin=0, vmax=1, cmap="cividis_r", aspect="auto")
            panel.grid(visible=False)
            panel.set(title=f"iteration {i + 1}", ylabel="phase (°)")
            panel.set_yticks(range(len(matrix)), [f"{360 * s / len(matrix):.0f}" for s in range(len(matrix))])
        axes[-1].set(xlabel="element of the surface")
        axes[-1].set_xticks(range(matrix.shape[1]), [str(n + 1) for n in range(matrix.shape[1])])
        figure.colorbar(image, ax=axes, label="probability")
    return figure


def draw_convergence(history: CrossEntropyHistory, *, elites: int) -> Figure:
    """Plot how the values of the candidates of one search fall and close up."""
    values = np.sort(history.values, axis=-1)
    x = np.arange(1, len(values) + 1)
    with _style.house_style():
        figure, (axes,) = _style.new_figure()
        axes.fill_between(x, values[:, 0], values[:, -1], color=_style.PALE, label="all candidates")
        axes.plot(x, np.median(values, axis=-1), color=_style.ORANGE, marker="s", linestyle="--", label="median")
        axes.plot(
            x, values[:, elites - 1], color=_style.SKY, marker="^", linestyle="-.", label="worst of the elites"
        )
        axes.plot(x, values[:, 0], color=_style.BLUE, marker="o", label="best")
        axes.set(xlabel="iteration", ylabel="modified CRLB (lg units)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def draw_gap(gaps: dict[str, FloatArray]) -> Figure:
    """Plot the share of searches that end within a given distance of the optimum."""
    styles = (("-", _style.BLUE), ("--", _style.ORANGE), (":", _style.BLACK), ("-.", _style.SKY))
    with _style.house_style():
        figure, (axes,) = _style.new_figure()
        for (label, gap), (line, colour) in zip(gaps.items(), styles, strict=False):
            ordered = np.sort(gap)
            share = np.arange(1, len(ordered) + 1) / len(ordered)
            axes.step(ordered, share, where="post", label=label, color=colour, linestyle=line)
        axes.set(
            xlabel="gap to the best of all beams (dB)",
            ylabel="share of the draws",
            ylim=(0, 1.02),
            xlim=(-0.02, None),
        )
        count = len(next(iter(gaps.values())))
        figure.legend(title=f"{count} draws each", loc="outside upper center", ncols=2)
    return figure
