"""Figures of the chapters on the closed form and on the rates of the link."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from noisac import _style, _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._angle_information import angle_information
from noisac.bounds._link import link_of
from noisac.bounds.closed_form import beam_sums, crlb, mutual_information
from noisac.bounds.rates import effective_snr, gaussian_information
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, symbol_moments

_MODELS: dict[SymbolModel, tuple[str, str, str]] = {
    "complex": ("Re x and Im x unknown: the user's aperture alone", _style.ORANGE, "--"),
    "real": ("one real parameter unknown (Theorem 1)", _style.BLUE, "-"),
    "known": ("known (pilots)", _style.BLACK, ":"),
}


def direction_covariance(
    scenario: Scenario, beam: ArrayLike, symbols: ArrayLike, symbol_model: SymbolModel
) -> FloatArray:
    """Inverse of E, the information on (u, v) per unit of the received energy c |s_0|^2 P."""
    beam = _validate.one_beam(beam, scenario.irs_elements)
    if min(scenario.user_shape) < 2:
        raise ValueError(f"user_shape must have two rows and columns at least, got {scenario.user_shape}")
    moments = symbol_moments(symbols)
    parts = angle_information(link_of(scenario), beam_sums(scenario, beam), moments, symbol_model)
    if parts.power == 0:
        raise ValueError("beam cancels itself towards the user; choose another")
    information = np.diag([float(parts.user_y), float(parts.user_z)])
    for column in parts.columns:
        information = information + np.outer(column[:2], column[:2])
    # In radians of phase per element, the paper's u and v, whatever the spacing.
    scale = (2 * np.pi * scenario.user_spacing) ** 2
    return np.asarray(np.linalg.inv(information / (scale * parts.power * moments.power)), dtype=float)


def draw_apertures(scenario: Scenario, beams: dict[str, ComplexArray], symbols: ArrayLike) -> Figure:
    """Draw the ellipses of the bound on (u, v), free of the gain, for some beams and the three symbol models."""
    turn = np.linspace(0, 2 * np.pi, 181)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    with _style.house_style():
        width = 2.6 * len(beams) + 0.6
        figure, panels = _style.new_figure(width, 4.4, columns=len(beams), sharex=True, sharey=True)
        for axes, (title, beam) in zip(panels, beams.items(), strict=True):
            for model, (label, colour, line) in _MODELS.items():
                root = np.linalg.cholesky(direction_covariance(scenario, beam, symbols, model))
                axes.plot(*(root @ circle), color=colour, linestyle=line, label=label)
            axes.set(title=title, xlabel=r"error of $u\,\sqrt{c P}\,|s_0|$")
            axes.set_box_aspect(1)
        reach = 1.1 * np.sqrt(12 / (np.min(scenario.user_shape) ** 2 - 1))
        panels[0].set(xlim=(-reach, reach), ylim=(-reach, reach))
        panels[0].set_ylabel(r"error of $v\,\sqrt{c P}\,|s_0|$")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, title="symbols are", loc="outside upper center")
    return figure


def draw_rates(scenario: Scenario, beam: ArrayLike, blocks: ArrayLike, snr_db: ArrayLike) -> Figure:
    """Plot (32) and what it stands for against Section V's SNR: the whole range, and where (32) is negative."""
    grid = np.asarray(snr_db, dtype=float)
    gain = 10 ** (grid / 10)
    at_0_db = scenario.replace(snr_db=0.0)
    # All bounds fall as 1 / SNR, so that one evaluation serves the whole axis.
    real, both = (crlb(at_0_db, beam, blocks, model).symbol.mean() for model in ("real", "complex"))
    link = effective_snr(at_0_db, beam) * gain
    curves = (
        (r"$\log_2(1 + \mathsf{S})$, known angles", np.log2(1 + link), _style.BLACK, "-"),
        ("both parts, unknown angles", gaussian_information(both / gain, 1.0), _style.ORANGE, "--"),
        ("(32)", mutual_information(real / gain, 1.0), _style.RED, "-"),
        ("real part, unknown angles", gaussian_information(real / gain, 1.0, "real"), _style.BLUE, "-."),
    )
    with _style.house_style():
        figure, panels = _style.new_figure(6.0, 6.4, rows=2)
        for axes in panels:
            for label, values, colour, line in curves:
                axes.plot(grid, values, color=colour, linestyle=line, label=label)
            axes.axhline(0, color=_style.GREY, linewidth=0.8)
            axes.set(ylabel="rate (bit/symbol)", xlabel=r"SNR of Section V (dB)")
        _mark_section_v(panels[0])
        _zoom(panels[1], grid, np.log10(link) * 10)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def _mark_section_v(axes: Axes) -> None:
    axes.axvspan(-10, 20, color=_style.PALE, alpha=0.6, linewidth=0)
    axes.annotate("SNRs of Fig. 9", (5, 0.02), xycoords=("data", "axes fraction"), ha="center", va="bottom")


def _zoom(axes: Axes, grid: FloatArray, link_db: FloatArray) -> None:
    """Show the SNRs at which the link's SNR lies around one, where the curves part."""
    start, stop = (float(np.interp(edge, link_db, grid)) for edge in (-8.0, 8.0))
    if stop > start:
        axes.set(xlim=(start, stop), ylim=(-1.2, 3.2))
    axes.set(title="where the SNR of the link is about one")
