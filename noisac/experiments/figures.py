"""Datasets to figures: one drawing per panel of the paper, in one style."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from noisac import _style
from noisac.experiments.paper import NOISAC, PILOTS, TDISAC
from noisac.experiments.summaries import summarise

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SYSTEM_STYLES: dict[str, dict[str, Any]] = {
    NOISAC: {"color": _style.BLUE, "marker": "o", "linestyle": "-"},
    TDISAC: {"color": _style.ORANGE, "marker": "s", "linestyle": "--"},
    PILOTS: {"color": _style.BLACK, "marker": "^", "linestyle": "-."},
}
#: Dimensions and variables as they stand on axes and in legends.
_AXIS_LABELS = {
    "slots": "time slots per time block $T$",
    "weight": r"weight coefficient $\zeta$",
    "variance": r"variance of the symbols $\sigma_x^2$",
    "snr_db": "SNR (dB)",
    "irs_elements": "elements of the surface $L$",
    "rate": "average mutual information (bit/symbol)",
    "symbol_crlb": r"CRLB$_x$",
    "angle_crlb": r"CRLB$_\mathrm{angle}$ (rad$^2$)",
}
_SERIES_LABELS = {
    "weight": r"$\zeta$ = {}",
    "variance": r"$\sigma_x^2$ = {}",
    "snr_db": "SNR = ${}$ dB",
    "slots": "$T$ = {}",
    "irs_elements": "$L$ = {}",
}


def draw_figure(data: xr.Dataset) -> Figure:
    """Draw a panel of the paper from its data; the figure is not registered with pyplot.

    Parameters
    ----------
    data : xarray.Dataset
        From `noisac.run_figure` or `noisac.panel_of`.

    Examples
    --------
    >>> from noisac import run_figure
    >>> draw_figure(run_figure("fig08a", draws=2)).axes[0].get_xlabel()
    'time slots per time block $T$'
    """
    name = data.attrs.get("figure")
    if name not in _DRAWINGS:
        raise ValueError(f"data.attrs['figure'] must be one of {', '.join(_DRAWINGS)}, got {name!r}")
    with _style.house_style():
        return _DRAWINGS[name](data)


def _by_system(data: xr.Dataset, *, variable: str, x: str) -> Figure:
    """One variable of the systems against one parameter."""
    figure, (axes,) = _style.new_figure()
    _system_lines(axes, data[variable], x)
    _label(axes, data, x, variable)
    _legend(figure, axes, data)
    return figure


def _fig04(data: xr.Dataset) -> Figure:
    figure, (above, below) = _style.new_figure(6.0, 6.4, rows=2, sharex=True)
    _system_lines(above, data["angle_crlb"], "variance")
    _label(above, data, "variance", "angle_crlb", show_x=False)
    _system_lines(below, data["rate"].sel(system=[NOISAC]), "variance")
    _label(below, data, "variance", "rate")
    below.set_ylabel("rate (bit/symbol)")
    _legend(figure, above, data)
    return figure


def _series_and_pilots(data: xr.Dataset, *, series: str, x: str) -> Figure:
    """CRLB_angle of NO-ISAC for several values of a parameter, and of pilots, on which it has no effect."""
    figure, (axes,) = _style.new_figure(6.0, 4.4)
    proposed = data["angle_crlb"].sel(system=NOISAC)
    for value, style in zip(data[series].to_numpy(), _style.SERIES, strict=True):
        label = f"{NOISAC}, " + _SERIES_LABELS[series].format(value)
        _line_with_median(axes, proposed.sel({series: value}), x, label, style)
    pilots = data["angle_crlb"].sel(system=PILOTS).isel({series: 0})
    _line_with_median(axes, pilots, x, PILOTS, _SYSTEM_STYLES[PILOTS])
    _label(axes, data, x, "angle_crlb")
    _legend(figure, axes, data)
    return figure


def _fig11(data: xr.Dataset) -> Figure:
    figure, panels = _style.new_figure(6.0, 6.6, rows=2, sharex=True)
    for axes, name in zip(panels, ("symbol_crlb", "angle_crlb"), strict=True):
        benchmark = summarise(data[f"random_{name}"], ("draw", "random_beam"))
        x = data["weight"].to_numpy()
        axes.fill_between(
            x, benchmark["lower"], benchmark["upper"], color=_style.PALE, label="random beams, 10 % to 90 %"
        )
        style = _SYSTEM_STYLES[TDISAC]
        _error_line(axes, x, benchmark, "random beams, mean", **style)
        axes.plot(x, benchmark["median"], color=style["color"], linestyle=":", label="random beams, median")
        _line_with_median(axes, data[name], "weight", "Algorithm 1", _SYSTEM_STYLES[NOISAC], medians=True)
        _label(axes, data, "weight", name, show_x=axes is panels[-1])
    _legend(figure, panels[0], data)
    return figure


def _tradeoff(data: xr.Dataset, *, series: str) -> Figure:
    """Pairs of rate and CRLB_angle as the weight runs from 0 to 1, one curve per value of a parameter."""
    figure, (axes,) = _style.new_figure(6.0, 4.6)
    rate, angle = summarise(data["rate"]), summarise(data["angle_crlb"])
    for value, style in zip(data[series].to_numpy(), _style.SERIES, strict=True):
        x, y = rate.sel({series: value}), angle.sel({series: value})
        label = _SERIES_LABELS[series].format(value)
        axes.errorbar(
            x["mean"].to_numpy(),
            y["mean"].to_numpy(),
            xerr=2 * x["standard_error"].to_numpy(),
            yerr=2 * y["standard_error"].to_numpy(),
            elinewidth=0.8,
            label=f"{label}, means",
            **style,
        )
        axes.plot(x["median"], y["median"], color=style["color"], linestyle=":", label=f"{label}, medians")
    axes.set(xlabel=_AXIS_LABELS["rate"], ylabel=_AXIS_LABELS["angle_crlb"], yscale="log")
    _legend(figure, axes, data)
    return figure


_DRAWINGS: dict[str, Callable[[xr.Dataset], Figure]] = {
    "fig04": _fig04,
    "fig05": partial(_series_and_pilots, series="weight", x="slots"),
    "fig06": partial(_series_and_pilots, series="variance", x="irs_elements"),
    "fig08a": partial(_by_system, variable="rate", x="slots"),
    "fig08b": partial(_by_system, variable="angle_crlb", x="slots"),
    "fig09a": partial(_by_system, variable="rate", x="snr_db"),
    "fig09b": partial(_by_system, variable="angle_crlb", x="snr_db"),
    "fig10a": partial(_by_system, variable="rate", x="irs_elements"),
    "fig10b": partial(_by_system, variable="angle_crlb", x="irs_elements"),
    "fig11": _fig11,
    "fig12": partial(_tradeoff, series="snr_db"),
    "fig13": partial(_tradeoff, series="slots"),
    "fig14": partial(_tradeoff, series="irs_elements"),
}


def _system_lines(axes: Axes, values: xr.DataArray, x: str) -> None:
    for system in values["system"].to_numpy():
        _line_with_median(axes, values.sel(system=system), x, str(system), _SYSTEM_STYLES[str(system)])


def _line_with_median(
    axes: Axes, values: xr.DataArray, x: str, label: str, style: dict[str, Any], *, medians: bool | None = None
) -> None:
    """Means with bars, and medians where the values are bounds, whose means single draws can dominate."""
    stats = summarise(values)
    at = values[x].to_numpy()
    _error_line(axes, at, stats, f"{label}, mean", **style)
    if medians or (medians is None and values.name != "rate"):
        axes.plot(at, stats["median"], color=style["color"], linestyle=":", label=f"{label}, median")


def _error_line(axes: Axes, x: np.ndarray, stats: xr.Dataset, label: str, **style: Any) -> None:
    """Means with bars of two standard errors."""
    mean, error = stats["mean"].to_numpy(), stats["standard_error"].to_numpy()
    axes.errorbar(x, mean, yerr=2 * error, capsize=2.5, label=label, **style)


def _label(axes: Axes, data: xr.Dataset, x: str, variable: str, *, show_x: bool = True) -> None:
    axes.set(ylabel=_AXIS_LABELS[variable])
    if show_x:
        axes.set(xlabel=_AXIS_LABELS[x])
    if x == "irs_elements":
        axes.set_xticks(data[x].to_numpy())
    if variable == "rate":
        axes.margins(y=0.15)  # before the limit, which ends the scaling of the other one
        axes.set(ylim=(0, None))
    else:
        axes.set(yscale="log")


def _legend(figure: Figure, axes: Axes, data: xr.Dataset) -> None:
    """Put the legend above the axes, where it hides nothing, with the number of draws."""
    title = f"{data.attrs['draws']} draws a point, bars: ±2 standard errors"
    handles, labels = axes.get_legend_handles_labels()
    # Two columns that are filled from the top: means left, medians right.
    order = sorted(range(len(labels)), key=lambda i: "median" in labels[i] or "%" in labels[i])
    figure.legend(
        [handles[i] for i in order], [labels[i] for i in order], title=title, loc="outside upper center", ncols=2
    )
