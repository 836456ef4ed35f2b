"""The map of ranges, and figures of the chapters on when there is a trade-off and on two unknown parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogFormatterSciNotation, LogLocator, NullFormatter
from numpy.typing import ArrayLike

from noisac import _style, _validate
from noisac._validate import FloatArray
from noisac.beamforming.exhaustive_search import complete_search
from noisac.beamforming.tradeoff_ranges import tradeoff_range
from noisac.bounds.aperture import aperture_ratio, apertures, largest_eigenvalue
from noisac.bounds.closed_form import crlb
from noisac.bounds.tradeoff import PHASES, angle_range_bound, imaginary_share, rate_range_bound
from noisac.experiments.paper import NOISAC, PILOTS, TDISAC
from noisac.experiments.summaries import median_interval
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, draw_symbols

_SERIES: tuple[dict[str, Any], ...] = (
    {"color": _style.BLACK, "marker": "^", "linestyle": "-."},
    {"color": _style.ORANGE, "marker": "s", "linestyle": "--"},
    {"color": _style.BLUE, "marker": "o", "linestyle": "-"},
    {"color": _style.RED, "marker": "D", "linestyle": ":"},
)
#: Symbol models as they are drawn.
_MODELS: dict[str, dict[str, Any]] = {
    "real": {"color": _style.BLUE, "marker": "o", "linestyle": "-"},
    "complex": {"color": _style.RED, "marker": "D", "linestyle": "--"},
}
_REFERENCE: dict[str, Any] = {"color": _style.GREY, "marker": "", "linestyle": ":"}


def draw_directions(scenarios: Mapping[str, Scenario]) -> Figure:
    """Plot how much the eigenvalue bound allows over the user's own aperture, by direction in the (u, v) plane."""
    turns = np.linspace(0, np.pi, 361)
    n = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 3.4)
        for (label, scenario), style in zip(scenarios.items(), _SERIES, strict=False):
            ratio = largest_eigenvalue(scenario, n) / (np.square(n) @ apertures(scenario).user)
            axes.plot(np.degrees(turns), 10 * np.log10(ratio), label=label, **(style | {"marker": ""}))
        axes.set(xlabel="direction of $\\mathbf{n}$ in the $(u, v)$ plane (°)", xticks=range(0, 181, 45))
        axes.set(ylabel=r"$\Lambda_\mathbf{n} / V_\mathbf{n}$ (dB)")
        figure.legend(loc="outside upper center", ncols=3)
    return figure


def draw_regime_map(data: xr.Dataset, *, marked: Sequence[tuple[int, int]] = ()) -> Figure:
    """Plot the range of the trade-off against the ratio of the apertures, bound beside measurement."""
    with _style.house_style():
        figure, panels = _style.new_figure(6.2, 7.0, rows=2, sharex=True)
        users = [side for side in data.user_side.to_numpy() if side > 1]
        for user, style in zip(users, _SERIES, strict=False):
            at = data.sel(user_side=user)
            ratio = at.aperture_ratio.to_numpy()
            for axes, name in zip(panels, ("angle_db", "rate_bits"), strict=True):
                free = at[name].sel(phases="continuous")
                low, high = free.quantile([0.1, 0.9], "draw").to_numpy()
                mean = free.mean("draw").to_numpy()
                spread = np.abs(np.stack([mean - low, high - mean]))
                plain = {"color": style["color"], "marker": style["marker"]}
                axes.errorbar(ratio, mean, yerr=spread, capsize=2, **(plain | {"linestyle": "-"}))
                coarse = at[name].sel(phases="codebook").mean("draw")
                axes.plot(ratio, coarse, linestyle="", fillstyle="none", markersize=10, **plain)
                for side in (irs for m, irs in marked if m == user):
                    point = {"irs_side": side}
                    axes.plot(
                        at.aperture_ratio.sel(point), free.sel(point).mean("draw"), marker="o", markersize=19,
                        fillstyle="none", color=_style.GREY, linestyle="", zorder=1,
                    )  # fmt: skip
            panels[0].plot(ratio, at.angle_bound_all, color=style["color"], linestyle="--", linewidth=1.2)
        panels[0].set(ylabel="range of the angles (dB)", yscale="symlog")
        panels[0].set_yscale("symlog", linthresh=1, linscale=1)
        panels[0].set(ylim=(-0.2, 60), yticks=[0, 0.5, 1, 2, 5, 10, 20, 50])
        panels[0].set_yticklabels(["0", "0.5", "1", "2", "5", "10", "20", "50"])
        panels[1].set(ylabel="range of the rate (bit/symbol)")
        panels[1].set(xlabel="aperture of the surface over that of the user's array")
        for axes in panels:
            axes.axvline(1, color=_style.GREY, linewidth=1)
        handles = [
            Line2D([], [], color=s["color"], marker=s["marker"], linestyle="-", label=f"user {m} × {m}")
            for m, s in zip(users, _SERIES, strict=False)
        ]
        handles += [
            Line2D([], [], color=_style.GREY, linestyle="--", label="bound, every draw and geometry"),
            Line2D([], [], color=_style.GREY, marker="o", fillstyle="none", markersize=10, linestyle="",
                   label="2-bit phases, mean"),
            Line2D([], [], color=_style.GREY, marker="o", fillstyle="none", markersize=15, linestyle="",
                   label="the paper's sizes"),
        ]  # fmt: skip
        title = f"{data.attrs['draws']} draws, T = {data.attrs['slots']}; free phases: mean, bars 10 % to 90 %"
        figure.legend(handles=handles, title=title, loc="outside upper center", ncols=2)
    return figure


def draw_models_beside(data: Mapping[str, Mapping[str, xr.Dataset]]) -> Figure:
    """Plot curves of Figs. 4 to 6 and 8 to 14 under two symbol models, two panels in a row."""
    angle, rate = r"CRLB$_\mathrm{angle}$ (rad$^2$)", "rate (bit/symbol)"
    every: list[tuple[str, str, str, dict[str, Any]]] = [
        ("fig04", "variance", "angle_crlb", {"title": "Fig. 4", "xlabel": r"$\sigma_x^2$", "ylabel": angle}),
        ("fig04", "variance", "rate", {"title": "Fig. 4", "xlabel": r"$\sigma_x^2$", "ylabel": rate}),
        ("fig05", "slots", "angle_crlb", {"title": r"Fig. 5, $\zeta$ = 0.5", "xlabel": "$T$", "ylabel": angle}),
        (
            "fig06",
            "irs_elements",
            "angle_crlb",
            {"title": r"Fig. 6, $\sigma_x^2$ = 1", "xlabel": "$L$", "ylabel": angle},
        ),
        ("fig08", "slots", "rate", {"title": "Fig. 8a", "xlabel": "$T$", "ylabel": rate}),
        ("fig08", "slots", "angle_crlb", {"title": "Fig. 8b", "xlabel": "$T$", "ylabel": angle}),
        ("fig09", "snr_db", "rate", {"title": "Fig. 9a", "xlabel": "SNR (dB)", "ylabel": rate}),
        ("fig09", "snr_db", "angle_crlb", {"title": "Fig. 9b", "xlabel": "SNR (dB)", "ylabel": angle}),
        ("fig10", "irs_elements", "rate", {"title": "Fig. 10a", "xlabel": "$L$", "ylabel": rate}),
        ("fig10", "irs_elements", "angle_crlb", {"title": "Fig. 10b", "xlabel": "$L$", "ylabel": angle}),
        ("fig11", "weight", "symbol_crlb", {"title": "Fig. 11a", "xlabel": r"$\zeta$", "ylabel": r"CRLB$_x$"}),
        ("fig11", "weight", "angle_crlb", {"title": "Fig. 11b", "xlabel": r"$\zeta$", "ylabel": angle}),
        ("fig12", "rate", "angle_crlb", {"title": "Fig. 12", "xlabel": rate, "ylabel": angle}),
        ("fig13", "rate", "angle_crlb", {"title": "Fig. 13", "xlabel": rate, "ylabel": angle}),
        ("fig14", "rate", "angle_crlb", {"title": "Fig. 14", "xlabel": rate, "ylabel": angle}),
    ]
    panels = [panel for panel in every if panel[0] in data["real"]]
    rows = -(-len(panels) // 2)
    with _style.house_style():
        figure, grid = _style.new_figure(5.4, 0.9 + 2.25 * rows, rows, 2)
        for axes in grid[len(panels) :]:
            figure.delaxes(axes)
        for axes, (name, x, y, labels) in zip(grid, panels, strict=False):
            for model, style in _MODELS.items():
                small = style | {"markersize": 4}
                _model_curves(axes, data[model][name], x, y, small, reference=model == "real")
            axes.set(**labels)
            axes.tick_params(labelsize=10)
            if name == "fig11" or y == "rate" or labels["title"] == "Fig. 4":
                axes.set(ylim=(0, 1.08 * axes.dataLim.y1))  # nothing happens that a logarithm would show
                axes.ticklabel_format(axis="y", scilimits=(-3, 3))
                axes.set_title(labels["title"], pad=16 if y.endswith("crlb") else None)  # above the power of ten
            else:
                axes.set(yscale="log")
                low, high = np.log10(axes.get_ylim())
                powers_of_ten = np.floor(high) - np.ceil(low) + 1  # among what the axis spans
                axes.yaxis.set_major_locator(LogLocator(subs=(1,) if powers_of_ten > 1 else (1, 2, 5)))
                axes.yaxis.set_major_formatter(LogFormatterSciNotation(minor_thresholds=(4, 4)))
                axes.yaxis.set_minor_formatter(NullFormatter())
        handles = [
            Line2D([], [], label="one real part unknown", **_MODELS["real"]),
            Line2D([], [], label="both parts unknown", **_MODELS["complex"]),
        ]
        if any("system" in experiment.dims for experiment in data["real"].values()):
            handles.append(Line2D([], [], label="pilots (Figs. 4 to 6) or TD-ISAC (8 to 10)", **_REFERENCE))
        draws = next(iter(data["real"].values())).attrs["draws"]
        figure.legend(
            handles=handles, title=f"medians of {draws} draws, 95 % intervals", loc="outside upper center", ncols=1
        )
    return figure


def draw_priors(variances: FloatArray, curves: Mapping[str, FloatArray]) -> Figure:
    """Plot bounds on the angles from pilots to data, against the variance of the symbols."""
    styles: list[dict[str, Any]] = [
        {"color": _style.BLUE, "linestyle": "-"},
        {"color": _style.RED, "linestyle": "-"},
        {"color": _style.ORANGE, "linestyle": "--", "linewidth": 2.4},
        {"color": _style.BLACK, "linestyle": "-."},
        {"color": _style.GREY, "linestyle": ":"},
        {"color": _style.SKY, "linestyle": ":"},
        {"color": _style.GREEN, "linestyle": ":"},
    ]
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 5.4)
        for (label, values), style in zip(curves.items(), styles, strict=False):
            axes.plot(variances, values, label=label, **style)
        axes.set(xscale="log", yscale="log", xlabel=r"variance of the symbols $\sigma_x^2$")
        axes.set(ylabel=r"CRLB$_\mathrm{angle}$ (rad$^2$)")
        figure.legend(loc="outside upper center", ncols=2)
    return figure


def _model_curves(
    axes: Axes, data: xr.Dataset, x: str, y: str, style: Mapping[str, Any], *, reference: bool
) -> None:
    """Curves of one model in one panel; the other systems' only once."""
    sections = {"weight": 0.5, "variance": 1.0}
    fixed: dict[Any, Any] = {dim: value for dim, value in sections.items() if dim in data.dims and dim != x}
    if x == "rate":
        (series,) = (str(dim) for dim in data[y].dims if dim not in ("weight", "draw"))
        for value in data[series].to_numpy():
            at = data.sel({series: value})
            middle = at[y].median("draw").to_numpy()
            low, high = median_interval(at[y].transpose(..., "draw"))
            axes.errorbar(
                at[x].median("draw"), middle, np.stack([middle - low, high - middle]), elinewidth=0.8, **style
            )
        return
    at = data.sel(fixed)
    values = at[y].sel(system=NOISAC) if "system" in data.dims else at[y]
    axes.plot(at[x], values.median("draw"), **style)
    axes.fill_between(
        at[x], *median_interval(values.transpose(..., "draw")), color=style["color"], alpha=0.2, linewidth=0
    )
    if "system" not in data.dims:
        return
    others = [system for system in at["system"].to_numpy() if system in (PILOTS, TDISAC)]
    if reference and not (y == "rate" and PILOTS in others):
        axes.plot(at[x], at[y].sel(system=others[0]).median("draw"), **_REFERENCE)


def regime_map(
    irs_sides: Sequence[int],
    user_sides: Sequence[int],
    *,
    draws: int,
    slots: int = 2,
    rng: np.random.Generator,
    scenario: Scenario | None = None,
) -> xr.Dataset:
    """Range of the trade-off against the sizes of surface and user's array, beside the bounds on it.

    Parameters
    ----------
    irs_sides, user_sides : sequences of int
        Elements and antennas along each side of square arrays.
    draws, slots : int
        Blocks of symbols, the same for all sizes, and T; at least 1.
    rng : numpy.random.Generator
    scenario : Scenario, optional
        All but the shapes.

    Returns
    -------
    xarray.Dataset
        By "user_side", "irs_side", "phases" and "draw": angle_db and rate_bits; by the sizes: aperture_ratio,
        and the bounds angle_bound (for the worst draw of those drawn), angle_bound_all (for every draw) and
        rate_bound, which hold for free phases.

    Examples
    --------
    >>> data = regime_map([2], [2, 3], draws=2, rng=np.random.default_rng(0))
    >>> dict(data.angle_db.sizes)
    {'user_side': 2, 'irs_side': 1, 'phases': 2, 'draw': 2}
    """
    base = Scenario() if scenario is None else scenario
    _validate.instance("scenario", base, Scenario)
    draws = _validate.integer("draws", draws, at_least=1)
    symbols = draw_symbols(rng, slots, size=(draws,))
    sizes = len(user_sides), len(irs_sides)
    angle, rate = np.empty((*sizes, 2, draws)), np.empty((*sizes, 2, draws))
    ratio, drawn, every, bits = (np.empty(sizes) for _ in range(4))
    for i, user in enumerate(user_sides):
        for j, side in enumerate(irs_sides):
            case = base.replace(user_shape=(user, user), irs_shape=(side, side))
            for k, phases in enumerate(PHASES):
                angle[i, j, k], rate[i, j, k] = tradeoff_range(case, symbols, rng=rng, phases=phases)
            ratio[i, j] = aperture_ratio(case)[0]
            with np.errstate(divide="ignore"):
                drawn[i, j] = 10 * np.log10(angle_range_bound(case, slots, share=imaginary_share(symbols)).max())
                every[i, j] = 10 * np.log10(angle_range_bound(case, slots))
            bits[i, j] = rate_range_bound(case, slots)
    dims = ("user_side", "irs_side")
    return xr.Dataset(
        {
            "angle_db": ((*dims, "phases", "draw"), angle),
            "rate_bits": ((*dims, "phases", "draw"), rate),
            "aperture_ratio": (dims, ratio),
            "angle_bound": (dims, drawn),
            "angle_bound_all": (dims, every),
            "rate_bound": (dims, bits),
        },
        coords={"user_side": list(user_sides), "irs_side": list(irs_sides), "phases": list(PHASES)},
        attrs={"draws": draws, "slots": slots},
    )


class BoundChanges(NamedTuple):
    """Changes of the bounds from zeta = 0 to zeta = 1 in dB, one value per block of symbols.

    Attributes
    ----------
    symbol_db, angle_db : (...) arrays
        Of CRLB_x, which falls, and of CRLB_angle, which rises.
    """

    symbol_db: FloatArray
    angle_db: FloatArray


def exact_changes(scenario: Scenario, symbols: ArrayLike, *, symbol_model: SymbolModel = "real") -> BoundChanges:
    """What the weight moves if every beam of the codebook is tried at both of its ends.

    Parameters
    ----------
    scenario : Scenario
        Small enough for `noisac.complete_search`, whose errors these are.
    symbols : (T,) or (..., T) array_like
    symbol_model : {"real", "complex"}

    Returns
    -------
    BoundChanges
        Infinite where one of the ends has no bound, NaN where both have none.

    Examples
    --------
    >>> changes = exact_changes(Scenario(irs_shape=(2, 2), user_shape=(1, 2)), [1.0, 1j])
    >>> bool(changes.symbol_db <= 0 <= changes.angle_db)
    True
    """
    low, high = (
        crlb(scenario, complete_search(scenario, symbols, weight, symbol_model).beam, symbols, symbol_model)
        for weight in (0.0, 1.0)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return BoundChanges(10 * np.log10(high.symbol / low.symbol), 10 * np.log10(high.angle / low.angle))
