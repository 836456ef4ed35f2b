"""Drawings of the audit: scores of all combinations, and Figs. 11-14 under two variants, one above the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from noisac import _style, _validate
from noisac_book.audit import DECIBELS_PER_BIT, FACTORS, QUOTED, Variant

Tradeoff: TypeAlias = Literal["fig12", "fig13", "fig14"]

#: Curves of each figure: label, name of the curve in the data, SNR in dB.
_CURVES: dict[str, tuple[tuple[str, str, float], ...]] = {
    "fig12": tuple((f"SNR = {snr} dB", "T = 2, L = 16", float(snr)) for snr in (-5, 0, 5)),
    "fig13": tuple((f"$T$ = {slots}", f"T = {slots}, L = 16", 0.0) for slots in (2, 4, 8)),
    "fig14": tuple((f"$L$ = {elements}", f"T = 2, L = {elements}", 0.0) for elements in (9, 16, 25)),
}
_RATE = "average mutual information (bit/symbol)"
_ANGLE = r"CRLB$_\mathrm{angle}$ (rad$^2$)"


def draw_scores(data: xr.Dataset, marks: Mapping[str, Variant]) -> Figure:
    """Histogram of the scores of all combinations, by the kind of the user's array.

    Examples
    --------
    >>> from noisac_book.audit import FACTORS, run_audit
    >>> data = run_audit(draws=2, levels={name: levels[:1] for name, levels in FACTORS.items()})
    >>> draw_scores(data, {"as printed": Variant()}).axes[0].get_xlabel()
    'score: root mean square error (dB)'
    """
    score = data["score"].where(~data["redundant"])
    single = score["user_side"] == 1
    printed_spacing = score["user_spacing"] == Variant().user_spacing
    kinds = {
        "antennas half a wavelength apart": (~single & printed_spacing, _style.BLUE),
        "antennas closer together": (~single & ~printed_spacing, _style.PALE),
        "a single antenna": (single, _style.ORANGE),
    }
    groups = [score.where(chosen).to_numpy() for chosen, _ in kinds.values()]
    groups = [group[np.isfinite(group)] for group in groups]
    bins = np.arange(0, np.ceil(max(group.max(initial=1) for group in groups)) + 0.5, 0.5)
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 4.0)
        colors = [color for _, color in kinds.values()]
        axes.hist(groups, bins=list(bins), stacked=True, color=colors, label=list(kinds))
        for (label, variant), linestyle in zip(marks.items(), ("-", "--", ":"), strict=False):
            at = float(data["score"].sel({name: getattr(variant, name) for name in FACTORS}))
            axes.axvline(at, color=_style.BLACK, linestyle=linestyle, linewidth=2, label=label)
        axes.set(xlim=(0, bins[-1]), xlabel="score: root mean square error (dB)", ylabel="combinations")
        handles, labels = axes.get_legend_handles_labels()
        order = sorted(range(len(labels)), key=lambda i: labels[i] in marks)  # kinds left, marks right
        figure.legend([handles[i] for i in order], [labels[i] for i in order], loc="outside upper center", ncols=2)
    return figure


def draw_tradeoff(name: Tradeoff, panels: Mapping[str, xr.Dataset]) -> Figure:
    """Draw Fig. 12, 13 or 14 under several variants, one above the other, with the quoted points.

    Examples
    --------
    >>> from noisac_book.audit import tradeoff_data
    >>> len(draw_tradeoff("fig12", {"as printed": tradeoff_data(Variant(), draws=2)}).axes)
    1
    """
    _validate.choice("name", name, tuple(_CURVES))
    with _style.house_style():
        height = 1.4 + 2.7 * len(panels)
        figure, rows = _style.new_figure(6.0, height, rows=len(panels), sharex=True, sharey=True)
        for axes, (title, data) in zip(rows, panels.items(), strict=True):
            for (label, curve, snr_db), style in zip(_CURVES[name], _style.SERIES, strict=True):
                _curve(axes, data.sel(curve=curve), snr_db, label, style)
                _quoted(axes, name, curve, snr_db, style["color"])
            axes.set_title(title, loc="left")
            axes.set(ylabel=_ANGLE, yscale="log")
        rows[-1].set(xlabel=_RATE)
        handles, labels = rows[0].get_legend_handles_labels()
        if name != "fig14":
            star = rows[0].plot([], [], marker="*", markersize=13, color="white", markeredgecolor=_style.BLACK)
            handles, labels = [*handles, *star], [*labels, "quoted in the paper"]
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def draw_weights(panels: Mapping[str, xr.Dataset]) -> Figure:
    """Draw Fig. 11, both bounds against zeta, under several variants.

    Examples
    --------
    >>> from noisac_book.audit import tradeoff_data
    >>> len(draw_weights({"as printed": tradeoff_data(Variant(), draws=2)}).axes)
    2
    """
    with _style.house_style():
        figure, rows = _style.new_figure(6.0, 5.6, rows=2, sharex=True)
        for axes, (name, ylabel) in zip(rows, (("symbol_crlb", "CRLB$_x$"), ("angle_crlb", _ANGLE)), strict=True):
            for (label, data), style in zip(panels.items(), _style.SERIES, strict=False):
                one = data.sel(curve="T = 2, L = 16")
                at, error = one[name].to_numpy(), one[f"{name}_error"].to_numpy()
                axes.errorbar(one["zeta"], at, yerr=_bars(at, error), capsize=2.5, label=label, **style)
            axes.set(ylabel=ylabel, yscale="log")
        rows[-1].set(xlabel=r"weight coefficient $\zeta$")
        figure.legend(*rows[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def _curve(axes: Axes, data: xr.Dataset, snr_db: float, label: str, style: dict[str, Any]) -> None:
    """One trade-off curve, moved from 0 dB to another SNR."""
    rate = data["rate"].to_numpy() + snr_db / DECIBELS_PER_BIT
    angle, error = (data[name].to_numpy() * 10 ** (-snr_db / 10) for name in ("angle_crlb", "angle_crlb_error"))
    bars: dict[str, Any] = {
        "xerr": 2 * data["rate_error"].to_numpy(),
        "yerr": _bars(angle, error),
        "elinewidth": 0.8,
    }
    axes.errorbar(rate, angle, label=label, **bars, **style)
    axes.xaxis.set_major_locator(MultipleLocator(1))


def _bars(values: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Bars of two standard errors that a logarithmic axis can show."""
    return np.stack([np.minimum(2 * errors, 0.9 * values), 2 * errors])


def _quoted(axes: Axes, name: str, curve: str, snr_db: float, color: str) -> None:
    """Stars at the quoted points of one curve."""
    for quoted in QUOTED:
        same_curve = curve == f"T = {quoted.slots}, L = {quoted.irs_elements}" and snr_db == quoted.snr_db
        if quoted.kind == "point" and same_curve and name.removeprefix("fig") in quoted.figure.split(", "):
            axes.plot(
                quoted.at_rate,
                quoted.value,
                marker="*",
                markersize=14,
                color=color,
                markeredgecolor=_style.BLACK,
                linestyle="none",
                zorder=5,
            )
