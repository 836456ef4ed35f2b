"""Sharing the slots of a block or dividing them: bounds and rates against the number of slots."""

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
from noisac.beamforming.beams import max_gain_beam
from noisac.beamforming.descent import coordinate_descent
from noisac.bounds.closed_form import (
    crlb,
    crlb_per_symbol,
    modified_crlb,
    mutual_information,
    symbol_crlb_known_angles,
)
from noisac.experiments.summaries import median_interval
from noisac.experiments.systems import PILOT_SHARE
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolMoments, draw_symbols, expected_symbol_moments, symbol_moments
from noisac_book.explorers._core import LEGEND, Control, Explorer, new_figure
from noisac_book.explorers._wording import degrees, rounded, with_minus_signs

#: The numbers of slots T of a curve.
SLOTS = (2, 5, 10, 15, 20, 30, 40, 50)
#: Blocks of symbols that the curves are drawn from.
DRAWS = 2000
_SIDES, _USER_SIDES, _WEIGHTS = (2, 3, 4, 5, 6), (1, 2, 3, 4), (0.0, 0.25, 0.5, 0.75, 1.0)
#: T for which beams are searched; T enters the objective so weakly that each T takes the best of these.
_SEARCHED = (2, 50)
_STARTS = 32
_LEVELS = (0.05, 0.5, 0.95)
_LEGEND: dict[str, Any] = {**LEGEND, "handlelength": 2.2}


def slots() -> Explorer:
    """Bound on the angles and rate of NO-ISAC against T, beside pilots in all slots and TD-ISAC.

    NO-ISAC has one beam for all blocks, designed for the symbols' mean second moments; `noisac.noisac_system` can
    design one for each block instead. The search is `noisac.coordinate_descent`. TD-ISAC has pilots in a fifth of
    the slots and data in the others, each with a beam of its own.
    Controls: ``slots`` T, ``user_side`` and ``side`` of user's array and surface in antennas and elements,
    ``snr_db``, and the ``weight`` zeta of NO-ISAC.

    Examples
    --------
    >>> slots().sentence(slots=5).split(": ")[0]
    'T = 5, 4 × 4 elements, 4 × 4 antennas, ζ = 0.5, 0 dB'
    """
    for side, user_side in itertools.product(_SIDES, _USER_SIDES):
        _searched(side, user_side)  # once, so that no move of a control has to wait for a search
    return Explorer(
        "slots",
        "Sharing or dividing the slots",
        (
            Control("slots", "slots T", SLOTS, 5, "1"),
            Control("user_side", "antennas per side", _USER_SIDES, 4, "1"),
            Control("side", "elements per side", _SIDES, 4, "1"),
            Control("weight", "weight ζ", _WEIGHTS, 0.5, "1"),
            Control("snr_db", "SNR", (-10, -5, 0, 5, 10, 15, 20), 0, "dB"),
        ),
        _draw,
        _describe,
        {"slots": SLOTS, "user_side": (1, 2, 4)},
    )


class SlotCurves(NamedTuple):
    """Curves against T at an SNR of 0 dB. Bounds are CRLB_angle in rad^2, rates in bits per symbol duration.

    Attributes
    ----------
    scenario : Scenario
    beams : (8, L) complex array
        NO-ISAC's for T of 2, 5, 10, 15, 20, 30, 40, 50.
    angle, rate : (8, 2000) arrays
        NO-ISAC's bound and rate (47) for each block of symbols, in rising order.
    pilots : (8,) array
        Bound with pilots of unit power in all slots.
    sensing : (8,) array
        TD-ISAC's bound.
    data : float
        TD-ISAC's rate (48).
    """

    scenario: Scenario
    beams: ComplexArray
    angle: FloatArray
    rate: FloatArray
    pilots: FloatArray
    sensing: FloatArray
    data: float

    def interval(self, place: int) -> tuple[float, float]:
        """Interval of at least 95 % for the median of NO-ISAC's bound, from the ranks between which it lies."""
        low, high = median_interval(self.angle[place])
        return float(low), float(high)


@lru_cache(maxsize=128)  # an SNR or a T only picks from what is here
def slot_curves(side: int, user_side: int, weight: float) -> SlotCurves:
    """Design the beams of all systems, and evaluate NO-ISAC's over 2000 blocks of symbols.

    Blocks of different length begin with the same symbols.

    Parameters
    ----------
    side, user_side : int
        Elements along each side of the surface, antennas along each side of the user's array, at least 1.
    weight : float
        zeta of NO-ISAC: 0, 0.25, 0.5, 0.75 or 1.

    Examples
    --------
    >>> curves = slot_curves(4, 4, 0.5)
    >>> print((curves.sensing / curves.pilots).round(6)[:3])
    [5. 5. 5.]
    """
    if weight not in _WEIGHTS:
        raise ValueError(f"weight (zeta) must be one of {', '.join(map(str, _WEIGHTS))}, got {weight!r}")
    searched = _searched(side, user_side)
    angle, rate = np.empty((len(SLOTS), DRAWS)), np.empty((len(SLOTS), DRAWS))
    beams = np.empty((len(SLOTS), side**2), complex)
    for place, count in enumerate(SLOTS):
        bounds = crlb(searched.scenario, searched.beams, expected_symbol_moments(count, 1.0))
        beams[place] = searched.beams[np.argmin(np.round(modified_crlb(bounds, weight), 10))]
        block, moments = _blocks(count)
        angle[place] = np.sort(crlb(searched.scenario, beams[place], moments).angle)
        each = crlb_per_symbol(searched.scenario, beams[place], block)
        rate[place] = np.sort(np.mean(mutual_information(each, 1.0), axis=-1))  # (47)
    pilots = searched.pilots / np.array(SLOTS)
    return SlotCurves(searched.scenario, beams, angle, rate, pilots, pilots / PILOT_SHARE, searched.data)


@lru_cache(maxsize=len(SLOTS))
def _blocks(count: int) -> tuple[ComplexArray, SymbolMoments]:
    """Blocks of the first ``count`` of the same symbols, and their moments."""
    block = draw_symbols(np.random.default_rng(7), SLOTS[-1], size=(DRAWS,))[:, :count]
    return block, symbol_moments(block)


class _Searched(NamedTuple):
    """All that takes a search: candidates (N, L) for NO-ISAC, the bound with one pilot, and TD-ISAC's rate."""

    scenario: Scenario
    beams: ComplexArray
    pilots: float
    data: float


@lru_cache(maxsize=64)
def _searched(side: int, user_side: int) -> _Searched:
    scenario = Scenario(irs_shape=(side, side), user_shape=(user_side, user_side))
    rng = np.random.default_rng(7)
    beams = [
        coordinate_descent(
            scenario, expected_symbol_moments(count, 1.0), np.array(_WEIGHTS), rng=rng, restarts=_STARTS
        ).beam
        for count in _SEARCHED
    ]
    pilot = SymbolMoments(1.0, np.diag([1.0, 0.0]))  # of a single slot: the bound is inverse to their energy
    sensing = coordinate_descent(scenario, pilot, 0.0, rng=rng, symbol_model="known", restarts=_STARTS).beam
    known = symbol_crlb_known_angles(scenario, max_gain_beam(scenario))
    return _Searched(
        scenario,
        np.concatenate(beams),
        float(crlb(scenario, sensing, pilot, "known").angle),
        (1 - PILOT_SHARE) * float(mutual_information(known, 1.0)),  # (48)
    )


def _describe(slots: int, user_side: int, side: int, weight: float, snr_db: float) -> str:
    curves = slot_curves(side, user_side, weight)
    place = SLOTS.index(slots)
    bits = _more_bits(snr_db)
    angle, rate = float(np.median(curves.angle[place])), float(np.median(curves.rate[place])) + bits
    pilots, sensing = float(curves.pilots[place]), float(curves.sensing[place])
    data = curves.data + (1 - PILOT_SHARE) * bits
    no, divided, all_pilots = (f"{degrees(bound, snr_db):.3g}°" for bound in (angle, sensing, pilots))
    ends = " to ".join(f"{degrees(bound, snr_db):.3g}°" for bound in curves.interval(place))
    text = (
        f"T = {slots}, {side} × {side} elements, {user_side} × {user_side} antennas, ζ = {weight:g}, {snr_db:g} "
        f"dB: the root of the bound on the angles is {no} for NO-ISAC (median of {DRAWS} blocks, 95 % interval "
        f"{ends}), {divided} for TD-ISAC and {all_pilots} for pilots in all slots. The rate is {rounded(rate)} "
        f"bit per symbol for NO-ISAC (median) and {rounded(data)} bit for TD-ISAC. "
    )
    better = ("Sharing is better", "Dividing is better")
    on_angles, on_data = better[angle > sensing], better[rate < data]
    if on_angles == on_data:
        text += f"{on_angles} for the angles and for the data, by these medians."
    else:
        text += f"{on_angles} for the angles, {on_data[0].lower()}{on_data[1:]} for the data, by these medians."
    return with_minus_signs(text)


def _draw(slots: int, user_side: int, side: int, weight: float, snr_db: float) -> Figure:
    curves = slot_curves(side, user_side, weight)
    figure = new_figure(4.8)
    upper = figure.add_axes((0.185, 0.5, 0.795, 0.35))
    lower = figure.add_axes((0.185, 0.105, 0.795, 0.31))
    _draw_angles(upper, curves, snr_db)
    _draw_rates(lower, curves, snr_db)
    for axes in (upper, lower):
        axes.axvline(slots, color=_style.RED, linewidth=1.2, zorder=1)
        axes.set(xlim=(0, 51.5), xticks=range(0, 51, 10))
    upper.tick_params(labelbottom=False)
    lower.set_xlabel("slots T")
    handles, labels = upper.get_legend_handles_labels()
    upper.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.46, 1.03), ncols=2, **_LEGEND)
    return figure


def _draw_angles(axes: Axes, curves: SlotCurves, snr_db: float) -> None:
    def root(bound: FloatArray) -> FloatArray:
        return np.asarray(np.degrees(np.sqrt(bound * 10 ** (-snr_db / 10))))

    low, middle, high = root(np.quantile(curves.angle, _LEVELS, axis=1, method="inverted_cdf"))
    pilots, sensing = root(curves.pilots), root(curves.sensing)
    bottom, top = 0.8 * min(low.min(), pilots.min()), 1.25 * max(middle.max(), sensing.max())
    axes.fill_between(
        SLOTS, low, np.minimum(high, 2 * top), color=_style.SKY, alpha=0.4, lw=0, label=f"90 % of {DRAWS} blocks"
    )
    axes.plot(SLOTS, middle, color=_style.BLUE, marker="o", markersize=4.5, label="NO-ISAC, median")
    axes.plot(SLOTS, sensing, color=_style.ORANGE, marker="s", markersize=4.5, linestyle="--", label="TD-ISAC")
    axes.plot(SLOTS, pilots, color=_style.BLACK, linestyle=":", label="pilots in all slots")
    axes.set(yscale="log", ylim=(bottom, top), ylabel="root of the bound\non the angles (°)")
    digits = (1, 2, 5) if top < 40 * bottom else (1, 3) if top < 300 * bottom else (1,)
    ticks = [digit * 10.0**power for power in range(-4, 4) for digit in digits]
    ticks = [tick for tick in ticks if bottom <= tick <= top]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.set_minor_locator(NullLocator())


def _draw_rates(axes: Axes, curves: SlotCurves, snr_db: float) -> None:
    bits = _more_bits(snr_db)
    low, middle, high = np.quantile(curves.rate, _LEVELS, axis=1, method="inverted_cdf") + bits
    data = curves.data + (1 - PILOT_SHARE) * bits
    axes.fill_between(SLOTS, low, high, color=_style.SKY, alpha=0.4, lw=0)
    axes.plot(SLOTS, middle, color=_style.BLUE, marker="o", markersize=4.5)
    axes.plot(SLOTS, [data] * len(SLOTS), color=_style.ORANGE, marker="s", markersize=4.5, linestyle="--")
    axes.set(ylim=(min(0.0, float(middle.min()) - 0.5), 1.15 * max(float(middle.max()), data)))
    axes.set_ylabel("rate\n(bit per symbol)")


def _more_bits(snr_db: float) -> float:
    """What an SNR adds to the rate (32) of a symbol."""
    return snr_db / 20 * math.log2(10)
