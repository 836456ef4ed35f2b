"""What the weight trades: bounds on symbols and angles of the optimal beams, from zeta = 0 to 1."""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from noisac import _style
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.beams import max_gain_beam, random_beams
from noisac.beamforming.descent import coordinate_descent
from noisac.bounds.aperture import apertures
from noisac.bounds.closed_form import Bounds, crlb, modified_crlb
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, expected_symbol_moments
from noisac_book.explorers._core import LEGEND, Control, Explorer, new_figure
from noisac_book.explorers._wording import decibels, degrees, rounded, with_minus_signs

#: The weights zeta of a curve.
WEIGHTS = tuple(round(0.1 * step, 1) for step in range(11))
_MODELS: dict[str, SymbolModel] = {"real part unknown": "real", "both parts unknown": "complex"}
_SIDES, _USER_SIDES = (2, 3, 4, 5, 6), (1, 2, 3, 4, 6)
_SLOTS = 2
_SEARCHED = (0.0, 0.001, *WEIGHTS[1:-1], 0.999, 1.0)
_STARTS, _RANDOM_BEAMS = 24, 2000
#: Both axes of the plane of bounds span this many dB, whatever is drawn, so that a small trade-off looks small.
_SPAN, _MARGIN = 40.0, 4.0
_LEGEND: dict[str, Any] = {**LEGEND, "handlelength": 1.6}
_RANDOM_LABEL = f"{_RANDOM_BEAMS} random beams, 90 %"
#: Changes below this, in dB, are called none.
_VISIBLE = 0.2


def tradeoff() -> Explorer:
    """Optimal beams in the plane of the two bounds as the weight runs from the angles to the symbols.

    The bounds are those for the mean second moments of T = 2 Gaussian symbols, which two symbols 1 and j have as
    well. The optimum over the codebook is the best that `noisac.coordinate_descent` finds.
    Controls: ``weight`` zeta, ``user_side`` and ``side`` of user's array and surface in antennas and elements,
    ``snr_db``, and what is unknown of the ``symbols``.

    Examples
    --------
    >>> tradeoff().sentence().split(". ")[1]
    'From ζ = 0 to 1 the bound on the symbols falls by 0.1 dB and that on the angles rises by 0.0 dB: no trade-off'
    """
    for side, user_side, model in itertools.product(_SIDES, _USER_SIDES, _MODELS.values()):
        tradeoff_curve(side, user_side, model)  # once, so that no move of a control has to wait for a search
    return Explorer(
        "tradeoff",
        "Trade-off between symbols and angles",
        (
            Control("weight", "weight ζ", WEIGHTS, 0.5, "1"),
            Control("user_side", "antennas per side", _USER_SIDES, 4, "1"),
            Control("side", "elements per side", _SIDES, 4, "1"),
            Control("snr_db", "SNR", (-10, -5, 0, 5, 10, 15, 20), 0, "dB"),
            Control("symbols", "symbols", tuple(_MODELS), "real part unknown"),
        ),
        _draw,
        _describe,
        {"weight": WEIGHTS, "user_side": (1, 2, 4)},
    )


class TradeoffCurve(NamedTuple):
    """Optimal beams for all weights, and others beside them, at an SNR of 0 dB.

    Attributes
    ----------
    scenario : Scenario
    beams : (11, L) complex array
        For the weights 0, 0.1, ..., 1; among beams of the same value, the better one for the other task.
    symbol, angle : (11,) arrays
        Their CRLB_x and CRLB_angle.
    largest_gain : Bounds
        Of the beam of the largest gain.
    random_symbol, random_angle : (3,) arrays
        5 %, 50 % and 95 % quantiles of the bounds over random beams.
    """

    scenario: Scenario
    beams: ComplexArray
    symbol: FloatArray
    angle: FloatArray
    largest_gain: Bounds
    random_symbol: FloatArray
    random_angle: FloatArray

    @property
    def exists(self) -> bool:
        """Whether any beam gives the angles a bound."""
        return math.isfinite(float(self.angle[0]))

    @property
    def ranges(self) -> tuple[float, float]:
        """What the weight moves from 0 to 1, in dB: the fall of CRLB_x and the rise of CRLB_angle."""
        return decibels(self.symbol[0] / self.symbol[-1]), decibels(self.angle[-1] / self.angle[0])


@lru_cache(maxsize=64)  # an SNR or a weight only picks from what is here
def tradeoff_curve(side: int, user_side: int, symbol_model: SymbolModel = "real") -> TradeoffCurve:
    """Search the beams of least modified CRLB for weights from 0 to 1.

    Each weight takes the best of what was found for all of them. Weights next to the ends are searched as well:
    among beams that are equal for one task they find the best for the other.

    Parameters
    ----------
    side, user_side : int
        Elements along each side of the surface, antennas along each side of the user's array, at least 1.
    symbol_model : {"real", "complex"}

    Examples
    --------
    >>> [round(change, 1) for change in tradeoff_curve(4, 2).ranges]
    [4.9, 1.8]
    """
    scenario = Scenario(irs_shape=(side, side), user_shape=(user_side, user_side))
    moments = expected_symbol_moments(_SLOTS, 1.0)
    rng = np.random.default_rng(7)
    found = coordinate_descent(
        scenario, moments, _SEARCHED, rng=rng, symbol_model=symbol_model, restarts=_STARTS
    ).beam
    beams = np.concatenate([found, max_gain_beam(scenario)[None]])
    bounds = crlb(scenario, beams, moments, symbol_model)
    chosen = [_best(bounds, weight) for weight in WEIGHTS]
    others = crlb(scenario, random_beams(scenario, (_RANDOM_BEAMS,), rng), moments, symbol_model)
    levels = (0.05, 0.5, 0.95)
    return TradeoffCurve(
        scenario,
        beams[chosen],
        bounds.symbol[chosen],
        bounds.angle[chosen],
        Bounds(*(bound[-1] for bound in bounds)),
        np.quantile(others.symbol, levels, method="inverted_cdf"),
        np.quantile(others.angle, levels, method="inverted_cdf"),
    )


def _best(bounds: Bounds, weight: float) -> int:
    """Number of the beam of least modified CRLB, and of those the best for the task that has no weight."""
    value = np.round(modified_crlb(bounds, weight), 10)
    other = bounds.symbol if weight == 0 else bounds.angle
    return int(np.lexsort((other, value))[0])


def _curve(side: int, user_side: int, symbols: str) -> TradeoffCurve:
    return tradeoff_curve(side, user_side, _MODELS[symbols])


def _describe(weight: float, user_side: int, side: int, snr_db: float, symbols: str) -> str:
    curve = _curve(side, user_side, symbols)
    start = f"{side} × {side} elements, {user_side} × {user_side} antennas, {symbols}, {snr_db:g} dB"
    if not curve.exists:
        return with_minus_signs(
            f"{start}: no beam gives the angles a bound, because both parts of the symbols are unknown and a "
            "single antenna has no aperture of its own."
        )
    place = WEIGHTS.index(weight)
    symbol, angle = float(curve.symbol[place]), float(curve.angle[place])
    fall, rise = curve.ranges
    text = (
        f"{start}: the optimum for ζ = {weight:g} has the bound {decibels(symbol) - snr_db:.1f} dB on the "
        f"symbols, and the root of that on the angles is {degrees(angle, snr_db):.2g}°. From ζ = 0 to 1 the "
        f"bound on the symbols falls by {rounded(fall)} dB and that on the angles rises by {rounded(rise)} dB"
    )
    if max(fall, rise) < _VISIBLE:
        text += ": no trade-off"
    elif min(fall, rise) < _VISIBLE:
        text += ": hardly a trade-off"
    best = curve.symbol[-1], curve.angle[0]
    of_gain = decibels(curve.largest_gain.symbol / best[0]), decibels(curve.largest_gain.angle / best[1])
    of_random = decibels(curve.random_symbol[1] / best[0]), decibels(curve.random_angle[1] / best[1])
    text += (
        f". The beam of the largest gain is {rounded(of_gain[0])} dB and {rounded(of_gain[1])} dB above the best, "
        f"the median of {_RANDOM_BEAMS} random beams {rounded(of_random[0], 0)} dB and "
        f"{rounded(of_random[1], 0)} dB."
    )
    if no_tradeoff_with_free_phases(curve.scenario):
        text += " With free phases the weight would move nothing at all."
    return with_minus_signs(text)


def no_tradeoff_with_free_phases(scenario: Scenario) -> bool:
    """Whether the surface is as wide as the user's array, and no coarser, along both axes.

    Examples
    --------
    >>> no_tradeoff_with_free_phases(Scenario()), no_tradeoff_with_free_phases(Scenario(irs_shape=(5, 5)))
    (True, False)
    """
    arrays = apertures(scenario)
    return bool(np.all(arrays.offset == 0) and np.all(arrays.surface <= arrays.user * (1 + 1e-12)))


def _draw(weight: float, user_side: int, side: int, snr_db: float, symbols: str) -> Figure:
    curve = _curve(side, user_side, symbols)
    figure = new_figure(4.8)
    if not curve.exists:
        figure.text(
            0.5,
            0.55,
            "No beam gives the angles a bound:\na single antenna has no aperture,\n"
            "and with both parts of the symbols\nunknown the surface's is lost.",
            ha="center",
            va="center",
            fontsize=12,
        )
        return figure
    place = WEIGHTS.index(weight)
    _draw_plane(figure.add_axes((0.19, 0.445, 0.79, 0.385)), curve, place, snr_db)
    _draw_losses(figure.add_axes((0.19, 0.1, 0.79, 0.185)), curve, place)
    return figure


def _draw_plane(axes: Axes, curve: TradeoffCurve, place: int, snr_db: float) -> None:
    def x(bound: FloatArray) -> FloatArray:
        return np.asarray(10 * np.log10(bound) - snr_db)

    def y(bound: FloatArray) -> FloatArray:
        return np.asarray(np.degrees(np.sqrt(bound * 10 ** (-snr_db / 10))))

    left, low = float(x(curve.symbol[-1:])[0]) - _MARGIN, float(y(curve.angle[:1])[0]) * 10 ** (-_MARGIN / 20)
    right, high = left + _SPAN, low * 10 ** (_SPAN / 20)
    random_x, random_y = (
        np.clip(values, least, most)
        for values, least, most in ((x(curve.random_symbol), left, right), (y(curve.random_angle), low, high))
    )
    for across, up in ((random_x, random_y[[1, 1, 1]]), (random_x[[1, 1, 1]], random_y)):
        axes.plot(across, up, color=_style.GREY, linewidth=1.4)
    axes.plot(*(values[[1]] for values in (random_x, random_y)), "s", color=_style.GREY, label=_RANDOM_LABEL)
    axes.plot(x(curve.symbol), y(curve.angle), color=_style.BLUE, marker="o", markersize=4, label="optimum, all ζ")
    gain = x(curve.largest_gain.symbol), y(curve.largest_gain.angle)
    axes.plot(*gain, "^", color=_style.ORANGE, markersize=8, mfc="none", mew=1.8, label="largest gain")
    axes.plot(
        x(curve.symbol[place : place + 1]),
        y(curve.angle[place : place + 1]),
        "o",
        color=_style.RED,
        markersize=12,
        mfc="none",
        mew=2,
        label=f"ζ = {WEIGHTS[place]:g}",
    )
    axes.set(yscale="log", xlim=(left, right), ylim=(low, high))
    axes.set(xlabel="bound on the symbols (dB)", ylabel="root of the bound\non the angles (°)")
    # Few ticks at fixed places: the locators of a logarithmic axis would cost as much as all the rest.
    axes.set_xticks(np.arange(10 * math.ceil(left / 10), right, 10))
    ticks = [
        digit * 10.0**power for power in range(-4, 4) for digit in (1, 3) if low <= digit * 10.0**power <= high
    ]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.set_minor_locator(NullLocator())
    fall, rise = curve.ranges
    if max(fall, rise) < _VISIBLE:
        title = "no trade-off: all weights in one place"
    else:
        title = f"ζ trades {rounded(fall)} dB of symbols for {rounded(rise)} dB of angles"
    axes.set_title(title, y=1.285)
    axes.legend(loc="lower center", bbox_to_anchor=(0.47, 1.0), ncols=2, **_LEGEND)


def _draw_losses(axes: Axes, curve: TradeoffCurve, place: int) -> None:
    symbol, angle = (10 * np.log10(bound / bound.min()) for bound in (curve.symbol, curve.angle))
    axes.axvline(WEIGHTS[place], color=_style.RED, linewidth=1.2)
    axes.plot(WEIGHTS, symbol, color=_style.BLUE, marker="s", markersize=4, label="symbols")
    axes.plot(WEIGHTS, angle, color=_style.ORANGE, marker="o", markersize=4, linestyle="--", label="angles")
    top = max(1.0, 1.1 * float(max(symbol.max(), angle.max())))
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.08 * top, top), xlabel="weight ζ", ylabel="above the\nbest (dB)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 0.96), ncols=2, **_LEGEND)
