"""Figures of the receivers: errors beside their bounds, and symbol error rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from noisac import _style, _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming import cross_entropy
from noisac.bounds import crlb, crlb_unknown_gain
from noisac.estimation import QUANTITIES, simulate_errors
from noisac.model import Scenario

#: Half width of a 95 % interval in standard errors.
_WIDTH = 1.96
#: Receivers by what is unknown to them: label, colour, marker.
_MODELS: dict[str, tuple[str, str, str]] = {
    "complex": ("Re x and Im x unknown", _style.ORANGE, "s"),
    "real": ("Re x unknown (Theorem 1)", _style.BLUE, "o"),
    "known": ("pilots", _style.BLACK, "^"),
}
_LABELS = {
    "angle": r"angles: MSE (rad$^2$)",
    "elevation": r"elevation: MSE (rad$^2$)",
    "azimuth": r"azimuth: MSE (rad$^2$)",
    "symbol": r"symbols: MSE",
}
_RECEIVERS: dict[str, tuple[str, str, str]] = {
    "known angles": ("known angles", _style.BLACK, "^"),
    "joint": ("joint", _style.ORANGE, "s"),
    "decision-directed": ("decision-directed", _style.GREEN, "D"),
}
_SNR = r"SNR $|\alpha_\mathrm{B2I}\alpha_\mathrm{I2U}|^2/\sigma_z^2$ (dB)"
#: A mean is drawn if its standard error is below this share of it.
_TRUSTED = 0.5


def cost_of_trust(scenario: Scenario, symbols: ComplexArray, rng: np.random.Generator) -> dict[str, FloatArray]:
    """What Theorem 1 promises and costs, for each block of symbols (draws, T), from the bounds.

    The loss is that of a receiver without Im x by a beam of least CRLB_angle in Theorem 1's model, against one
    designed for both parts unknown; both from Algorithm 1 as printed. The factors are the bounds for both parts
    unknown over those of Theorem 1, with Theorem 1's beam.
    """
    streams = rng.spawn(2)
    trusting = cross_entropy(scenario, symbols, 0.0, rng=streams[0], symbol_model="real").beam
    honest = cross_entropy(scenario, symbols, 0.0, rng=streams[1], symbol_model="complex").beam
    met = crlb(scenario, trusting, symbols, "complex")
    promised = crlb(scenario, trusting, symbols, "real")
    turned_met = crlb_unknown_gain(scenario, trusting, symbols, "complex").angle
    turned = crlb_unknown_gain(scenario, trusting, symbols, "real").angle
    return {
        "loss in dB": 10 * np.log10(met.angle / crlb(scenario, honest, symbols, "complex").angle),
        "factor, angles": met.angle / promised.angle,
        "factor, symbols": met.symbol / promised.symbol,
        "factor, angles, phase unknown": turned_met / turned,
    }


def block_thresholds(
    scenario: Scenario, symbols: ComplexArray, snr_db: FloatArray, *, draws: int, rng: np.random.Generator
) -> xr.DataArray:
    """Thresholds (block, model) in dB of the angles' errors for blocks of symbols (blocks, T).

    Each block has a beam of least CRLB_angle of its own, from Algorithm 1 as printed with Theorem 1.

    Examples
    --------
    >>> rng, blocks = np.random.default_rng(0), np.ones((2, 2))
    >>> dict(block_thresholds(Scenario(), blocks, np.array([-45.0, 10.0]), draws=50, rng=rng).sizes)
    {'block': 2, 'model': 3}
    """
    beams = cross_entropy(scenario, symbols, 0.0, rng=rng.spawn(1)[0]).beam
    thresholds = [
        threshold_snr(simulate_errors(scenario, beam, block, snr_db, draws=draws, rng=stream))
        for beam, block, stream in zip(beams, symbols, rng.spawn(len(symbols)), strict=True)
    ]
    return xr.concat(thresholds, "block").sel(quantity="angle")


def draw_errors(data: xr.Dataset, quantities: Sequence[str] = ("angle", "symbol")) -> Figure:
    """Mean squared errors over the SNR with their 95 % intervals, one panel per quantity, beside the bounds.

    Means are drawn down to the SNR at which the standard error first exceeds half of the mean: below, a few draws
    with errors of many orders of magnitude decide.
    """
    for quantity in quantities:
        _validate.choice("quantities", quantity, QUANTITIES)
    ratio = ratio_to_bound(data)
    with _style.house_style():
        figure, rows = _style.new_figure(6.0, 1.2 + 2.9 * len(quantities), rows=len(quantities), sharex=True)
        for axes, quantity in zip(rows, quantities, strict=True):
            for name, (label, colour, marker) in _MODELS.items():
                if name not in data["model"] or (quantity == "symbol" and name == "known"):
                    continue
                one, bands = (d.sel(model=name, quantity=quantity) for d in (data, ratio))
                trusted = (one["mse_error"] < _TRUSTED * one["mse"]).to_numpy()
                trusted = np.logical_and.accumulate(trusted[::-1])[::-1]
                axes.plot(data["snr_db"], one["bound"], color=colour, linestyle="--", linewidth=1.2)
                _band(axes, one, bands, trusted, color=colour, marker=marker, label=label)
            axes.set(yscale="log", ylabel=_LABELS[quantity])
        rows[-1].set(xlabel=_SNR)
        rows[0].plot([], [], color=_style.GREY, linestyle="--", linewidth=1.2, label="bound of the same model")
        title = f"maximum likelihood, {data.attrs['draws']} draws, 95 % intervals; symbols are"
        _legend(figure, *rows[0].get_legend_handles_labels(), title)
    return figure


def draw_error_rates(panels: Mapping[str, Sequence[xr.Dataset]]) -> Figure:
    """Symbol error rates over the SNR, with bars of two standard errors, beside the formula for known angles."""
    with _style.house_style():
        figure, rows = _style.new_figure(6.0, 1.2 + 2.9 * len(panels), rows=len(panels))
        for axes, (title, datasets) in zip(rows, panels.items(), strict=True):
            for data, line in zip(datasets, ("-", "--", ":"), strict=False):
                filled = line == "-"
                axes.plot(data["snr_db"], data["formula"], color=_style.GREY, linestyle=line)
                for name, (label, colour, marker) in _RECEIVERS.items():
                    rate, error = (data[key].sel(receiver=name) for key in ("error_rate", "error_rate_error"))
                    shown = (rate > 2 * error).to_numpy()
                    axes.errorbar(
                        data["snr_db"][shown],
                        rate[shown],
                        yerr=2 * error[shown],
                        color=colour,
                        marker=marker,
                        markerfacecolor=colour if filled else "white",
                        linestyle="none" if name == "known angles" else line,
                        linewidth=1.2,
                        capsize=2,
                        label=f"{data.attrs['order']}-QAM, {label}",
                    )
            axes.set_title(title, loc="left")
            axes.set(yscale="log", ylabel="symbol error rate", xlabel=_SNR, ylim=(5e-4, 1.2))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        handles, labels = rows[0].get_legend_handles_labels()
        half = len(handles) // 2
        handles.insert(half, rows[0].plot([], [], color=_style.GREY)[0])
        labels.insert(half, "formula, known angles")
        _legend(figure, handles, labels)
    return figure


def draw_directed(datasets: Sequence[xr.Dataset]) -> Figure:
    """Errors of the angles of the joint and the decision-directed receiver, one panel per constellation."""
    with _style.house_style():
        figure, rows = _style.new_figure(6.0, 1.4 + 2.6 * len(datasets), rows=len(datasets), sharex=True)
        for axes, data in zip(rows, datasets, strict=True):
            for model, line in (("complex", "--"), ("real", "-."), ("known", ":")):
                label, colour, _ = _MODELS[model]
                axes.plot(
                    data["snr_db"],
                    data["bound"].sel(model=model),
                    color=colour,
                    linestyle=line,
                    label=f"bound: {label}",
                )
            for name in ("joint", "decision-directed"):
                label, colour, marker = _RECEIVERS[name]
                mse, error = (data[key].sel(receiver=name) for key in ("angle_mse", "angle_mse_error"))
                bars = np.stack([mse - mse * np.exp(-1.96 * error / mse), mse * np.exp(1.96 * error / mse) - mse])
                axes.errorbar(
                    data["snr_db"],
                    mse,
                    yerr=bars,
                    color=colour,
                    marker=marker,
                    linestyle="none",
                    capsize=2,
                    label=f"{label} receiver",
                )
            axes.set_title(f"{data.attrs['order']}-QAM, $T$ = {data.attrs['slots']}", loc="left")
            axes.set(yscale="log", ylabel=_LABELS["angle"])
        rows[-1].set(xlabel=_SNR)
        _legend(figure, *rows[0].get_legend_handles_labels())
    return figure


def _legend(figure: Figure, handles: list[Any], labels: list[Any], title: str | None = None) -> None:
    figure.legend(handles, labels, title=title, loc="outside upper center", ncols=2)


def _band(axes: Axes, one: xr.Dataset, bands: xr.Dataset, trusted: np.ndarray, **style: Any) -> None:
    """Markers at the means and a shaded band for their intervals."""
    levels = one["snr_db"].to_numpy()
    mean = np.where(trusted, one["mse"], np.nan)
    lower, upper = (np.where(trusted, bands[edge] * one["bound"], np.nan) for edge in ("lower", "upper"))
    axes.fill_between(levels, lower, upper, color=style["color"], alpha=0.25, linewidth=0)
    axes.plot(levels, mean, linestyle="none", markersize=4.5, **style)


def ratio_to_bound(data: xr.Dataset, bound: xr.DataArray | None = None) -> xr.Dataset:
    """Mean squared error over a bound, with a 95 % interval.

    Parameters
    ----------
    data : xarray.Dataset
        From `noisac.estimation.simulate_errors`.
    bound : xarray.DataArray, optional
        Another bound than that of each receiver's own model.

    Returns
    -------
    xarray.Dataset
        ``ratio``, ``lower`` and ``upper``. The interval is that of a normal distribution on a logarithmic axis, so
        that it never falls below zero.

    Examples
    --------
    >>> from noisac.estimation import simulate_errors
    >>> rng = np.random.default_rng(0)
    >>> data = simulate_errors(Scenario(), np.ones(16), [1.0, 1j], [10.0], draws=20, rng=rng)
    >>> ratio = ratio_to_bound(data).sel(quantity="angle")
    >>> bool((ratio.lower < ratio.ratio).all() and (ratio.ratio < ratio.upper).all())
    True
    """
    ratio = data["mse"] / (data["bound"] if bound is None else bound)
    factor = np.exp(_WIDTH * data["mse_error"] / data["mse"])
    return xr.Dataset({"ratio": ratio, "lower": ratio / factor, "upper": ratio * factor})


def threshold_snr(data: xr.Dataset, factor: float = 2.0) -> xr.DataArray:
    """SNR below which a receiver leaves its bound: where the mean squared error is last above ``factor`` times it.

    Parameters
    ----------
    data : xarray.Dataset
        From `noisac.estimation.simulate_errors`, over rising SNRs.
    factor : float
        Positive.

    Returns
    -------
    xarray.DataArray
        In dB, interpolated between the SNRs on logarithmic axes; NaN where the error is above the limit at the
        last of them, or at none.

    Examples
    --------
    >>> from noisac.estimation import simulate_errors
    >>> rng = np.random.default_rng(0)
    >>> data = simulate_errors(Scenario(), np.ones(16), [1.0, 1j], [-45.0, 10.0], draws=50, rng=rng)
    >>> bool(threshold_snr(data).sel(model="complex", quantity="angle") < 10)
    True
    """
    factor = _validate.real("factor", factor, positive=True)
    ratio: xr.DataArray = (data["mse"] / data["bound"]).transpose(..., "snr_db")
    excess = xr.apply_ufunc(np.log, ratio / factor)
    levels = data["snr_db"].to_numpy()

    def crossing(row: FloatArray) -> float:
        above = np.flatnonzero(row > 0)
        if not len(above) or above[-1] == len(row) - 1:
            return np.nan
        last = above[-1]
        share = row[last] / (row[last] - row[last + 1])
        return float(levels[last] + share * (levels[last + 1] - levels[last]))

    values = np.apply_along_axis(crossing, -1, excess.to_numpy())
    return xr.DataArray(values, excess.isel(snr_db=0, drop=True).coords, excess.dims[:-1])
