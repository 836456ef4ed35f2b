"""The drawing of the chapter of errata."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from noisac import _style


def draw_expectation(variances: ArrayLike, averaged: ArrayLike, expected: ArrayLike) -> Figure:
    """Bound on the angles over that of pilots: averaged over draws, conditional, or from expected information."""
    averaged = np.asarray(averaged)
    error = averaged.std(axis=1, ddof=1) / np.sqrt(averaged.shape[1])
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 4.0)
        axes.plot(
            np.asarray(variances),
            np.asarray(expected),
            color=_style.BLUE,
            marker="o",
            label="(17): inverse of the expected information",
        )
        axes.errorbar(
            np.asarray(variances),
            averaged.mean(axis=1),
            error,
            color=_style.ORANGE,
            marker="s",
            linestyle="--",
            capsize=3,
            label="(22): inverse, averaged over draws",
        )
        axes.set(
            xlabel=r"variance of the symbols $\sigma_x^2$", ylabel=r"CRLB$_\mathrm{angle}$ over that of pilots"
        )
        axes.legend(loc="center right")
    return figure
