"""Drawings of the audit: scores and what chance gives, and Figs. 12-14 under a variant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator
from numpy.typing import ArrayLike

from noisac import _style
from noisac_book.audit.calibration import Null
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED

#: Curves of each figure: label, name of the curve in the data, SNR in dB.
_CURVES: dict[str, tuple[tuple[str, str, float], ...]] = {
    "Fig. 12": tuple((f"SNR = {snr} dB", "T = 2, L = 16", float(snr)) for snr in (-5, 0, 5)),
    "Fig. 13": tuple((f"$T$ = {slots}", f"T = {slots}, L = 16", 0.0) for slots in (2, 4, 8)),
    "Fig. 14": tuple((f"$L$ = {elements}", f"T = 2, L = {elements}", 0.0) for elements in (9, 16, 25)),
}
_RATE = "average mutual information (bit/symbol)"
_ANGLE = r"CRLB$_\mathrm{angle}$ (rad$^2$)"


def draw_scores(groups: Mapping[str, ArrayLike], marks: Mapping[str, float]) -> Figure:
    """Histogram of scores by group, with some scores marked."""
    values = [np.asarray(group) for group in groups.values()]
    bins = np.arange(0, 20.5, 0.5)
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 4.0)
        colors = [_style.BLUE, _style.ORANGE, _style.PALE][: len(values)]
        clipped = [np.minimum(value, bins[-1] - 0.1) for value in values]
        axes.hist(clipped, bins=list(bins), stacked=True, color=colors, label=list(groups))
        for (label, at), linestyle in zip(marks.items(), ("-", "--", ":"), strict=False):
            axes.axvline(at, color=_style.BLACK, linestyle=linestyle, linewidth=2, label=label)
        axes.set(xlim=(0, bins[-1]), xlabel="score: root mean square error (dB)", ylabel="variants")
        handles, labels = axes.get_legend_handles_labels()
        order = sorted(range(len(labels)), key=lambda i: labels[i] in marks)  # groups left, marks right
        figure.legend([handles[i] for i in order], [labels[i] for i in order], loc="outside upper center", ncols=2)
    return figure


def draw_null(sets: Mapping[str, Null]) -> Figure:
    """Best scores in the same sample for the paper's numbers and for others, by kind of set."""
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 3.2)
        for row, null in enumerate(sets.values()):
            low, middle, high = np.quantile(null.score, [0.05, 0.5, 0.95])
            axes.plot(null.score, np.full(len(null.score), row), "|", color=_style.BLUE, alpha=0.4, markersize=12)
            axes.plot([low, high], [row, row], color=_style.BLACK, linewidth=2)
            axes.plot(middle, row, "o", color=_style.RED, markersize=9)
        axes.set_yticks(range(len(sets)), list(sets))
        axes.set(xlim=(0, None), ylim=(len(sets) - 0.5, -0.5), xlabel="best score in the sample (dB)")
    return figure


def draw_tradeoff(data: xr.Dataset) -> Figure:
    """Draw Figs. 12, 13 and 14 under a variant, one below the other, with the quoted points."""
    with _style.house_style():
        figure, rows = _style.new_figure(6.0, 8.6, rows=3, sharex=True, sharey=True)
        for axes, (title, curves) in zip(rows, _CURVES.items(), strict=True):
            for (label, name, snr_db), style in zip(curves, _style.SERIES, strict=True):
                one = data.sel(curve=name)
                angle = one["angle_crlb"].to_numpy() * 10 ** (-snr_db / 10)
                axes.plot(one["rate"].to_numpy() + snr_db / DECIBELS_PER_BIT, angle, label=label, **style)
                _quoted(axes, title.removeprefix("Fig. "), name, snr_db, style["color"])
            axes.set_title(title, loc="left")
            axes.set(ylabel=_ANGLE, yscale="log")
            axes.xaxis.set_major_locator(MultipleLocator(1))
            axes.legend(loc="upper left")
        rows[-1].set(xlabel=_RATE)
    return figure


def _quoted(axes: Any, number: str, curve: str, snr_db: float, color: str) -> None:
    """Stars at the quoted points of one curve."""
    for quoted in QUOTED:
        same_curve = curve == f"T = {quoted.slots}, L = {quoted.irs_elements}" and snr_db == quoted.snr_db
        if quoted.kind == "point" and same_curve and number in quoted.figure.split(", "):
            star = {"marker": "*", "markersize": 14, "markeredgecolor": _style.BLACK, "zorder": 5}
            axes.plot(quoted.at_rate, quoted.value, color=color, linestyle="none", **star)
