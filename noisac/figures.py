"""Datasets to figures: one drawing per panel of the paper, in one style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from noisac import _style
from noisac.experiments import NOISAC, TDISAC
from noisac.sweeps import summarise

_SYSTEM_STYLES: dict[str, dict[str, Any]] = {
    NOISAC: {"color": _style.BLUE, "marker": "o", "linestyle": "-"},
    TDISAC: {"color": _style.ORANGE, "marker": "s", "linestyle": "--"},
}


def draw_figure(data: xr.Dataset) -> Figure:
    """Draw a panel of the paper from its data.

    Parameters
    ----------
    data : xarray.Dataset
        From `noisac.run_figure` or `noisac.panel_of`.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot; use ``savefig``, or show it as the last value of a notebook's cell.

    Raises
    ------
    ValueError
        If the data do not say which panel they are.

    Examples
    --------
    >>> from noisac.experiments import run_figure
    >>> draw_figure(run_figure("fig08a", draws=2)).axes[0].get_xlabel()
    'time slots per time block $T$'
    """
    name = data.attrs.get("figure")
    if name not in _DRAWINGS:
        raise ValueError(f"data.attrs['figure'] must be one of {', '.join(_DRAWINGS)}, got {name!r}")
    with _style.house_style():
        return _DRAWINGS[name](data)


def _fig08a(data: xr.Dataset) -> Figure:
    figure, (axes,) = _style.new_figure()
    _lines_by_system(axes, data["rate"], median=False)
    axes.set(xlabel="time slots per time block $T$", ylabel="average mutual information (bit/symbol)", ylim=(0, 9))
    _legend(figure, axes, data)
    return figure


def _fig08b(data: xr.Dataset) -> Figure:
    figure, (axes,) = _style.new_figure()
    _lines_by_system(axes, data["angle_crlb"], median=True)
    axes.set(xlabel="time slots per time block $T$", ylabel=r"CRLB$_\mathrm{angle}$ (rad$^2$)", yscale="log")
    _legend(figure, axes, data)
    return figure


def _fig11(data: xr.Dataset) -> Figure:
    figure, panels = _style.new_figure(6.0, 6.6, rows=2, sharex=True)
    labels = {"symbol_crlb": r"CRLB$_x$", "angle_crlb": r"CRLB$_\mathrm{angle}$ (rad$^2$)"}
    for axes, (name, label) in zip(panels, labels.items(), strict=True):
        proposed = summarise(data[name])
        benchmark = summarise(data[f"random_{name}"], ("draw", "random_beam"))
        x = data["weight"].to_numpy()
        axes.fill_between(
            x, benchmark["lower"], benchmark["upper"], color=_style.PALE, label="random beams, 10 % to 90 %"
        )
        _error_line(axes, x, benchmark, "random beams, mean", color=_style.ORANGE, marker="s", linestyle="--")
        axes.plot(x, benchmark["median"], color=_style.ORANGE, linestyle=":", label="random beams, median")
        _error_line(axes, x, proposed, "Algorithm 1, mean", color=_style.BLUE, marker="o", linestyle="-")
        axes.plot(x, proposed["median"], color=_style.BLUE, linestyle=":", label="Algorithm 1, median")
        axes.set(ylabel=label, yscale="log")
    panels[-1].set(xlabel=r"weight coefficient $\zeta$")
    _legend(figure, panels[0], data)
    return figure


_DRAWINGS: dict[str, Callable[[xr.Dataset], Figure]] = {"fig08a": _fig08a, "fig08b": _fig08b, "fig11": _fig11}


def _lines_by_system(axes: Axes, values: xr.DataArray, *, median: bool) -> None:
    stats = summarise(values)
    for system in values["system"].to_numpy():
        style = _SYSTEM_STYLES[str(system)]
        part = stats.sel(system=system)
        _error_line(axes, values["slots"].to_numpy(), part, f"{system}, mean", **style)
        if median:
            axes.plot(
                values["slots"], part["median"], color=style["color"], linestyle=":", label=f"{system}, median"
            )


def _error_line(axes: Axes, x: np.ndarray, stats: xr.Dataset, label: str, **style: Any) -> None:
    """Draw means with bars of two standard errors."""
    axes.errorbar(
        x, stats["mean"].to_numpy(), yerr=2 * stats["standard_error"].to_numpy(), capsize=2.5, label=label, **style
    )


def _legend(figure: Figure, axes: Axes, data: xr.Dataset) -> None:
    """Put the legend above the axes, where it hides nothing, with the number of draws."""
    title = f"{data.attrs['draws']} draws a point, bars: ±2 standard errors"
    figure.legend(*axes.get_legend_handles_labels(), title=title, loc="outside upper center", ncols=2)
