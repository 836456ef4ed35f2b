"""Drawings of the derivation's chapter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, ScalarFormatter
from numpy.typing import ArrayLike

from noisac import _style, _validate
from noisac.bounds.closed_form import crlb
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, draw_symbols, pilots


def draw_conditional_bounds(
    scenario: Scenario, beam: ArrayLike, *, slots: Sequence[int], draws: int, rng: np.random.Generator
) -> Figure:
    """Plot CRLB_angle given the symbols, over many draws of them, relative to its value with pilots."""
    slots = [_validate.integer("slots", T, at_least=3) for T in slots]
    draws = _validate.integer("draws", draws, at_least=2)
    styles: dict[SymbolModel, tuple[str, str, str]] = {
        "complex": ("given the symbols, Re x and Im x unknown", _style.ORANGE, "s"),
        "real": ("given the symbols, one real unknown each: (22)", _style.BLUE, "o"),
    }
    streams = rng.spawn(len(slots))
    blocks = {T: draw_symbols(stream, T, size=(draws,)) for T, stream in zip(slots, streams, strict=True)}
    known = {T: crlb(scenario, beam, pilots(T), "known").angle for T in slots}
    with _style.house_style():
        figure, (axes,) = _style.new_figure(6.0, 4.3)
        for model, (label, colour, marker) in styles.items():
            ratio = np.array([crlb(scenario, beam, blocks[T], model).angle / known[T] for T in slots])
            low, high = np.quantile(ratio, [0.1, 0.9], axis=-1)
            error = 2 * ratio.std(axis=-1, ddof=1) / np.sqrt(draws)
            axes.fill_between(slots, low, high, color=colour, alpha=0.18, linewidth=0)
            mean = ratio.mean(axis=-1)
            axes.errorbar(slots, mean, error, color=colour, marker=marker, capsize=3, label=label)
        averaged = "averaged over the symbols too: that of pilots"
        axes.axhline(1.0, color=_style.BLACK, linestyle="--", label=averaged)
        axes.set(xscale="log", xlabel="slots $T$", ylim=(0, None))
        axes.set_ylabel(r"CRLB$_\mathrm{angle}$ / that of pilots")
        axes.set_xticks(slots)
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_locator(NullLocator())
        figure.legend(title=f"information ({draws} draws)", loc="outside upper center")
    return figure
