"""Is there a reading under which Figs. 11-14 come out? Combinations of readings against the quoted numbers.

A *variant* is one reading of everything that the paper leaves open. Its trade-off curves (pairs of rate and
CRLB_angle as zeta runs from 0 to 1) are held against the numbers that the paper's text quotes for Figs. 4, 12, 13
and 14. `run_audit` does so for a full factorial with few draws, `confirm` for some variants with many other draws.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Literal, NamedTuple, TypeAlias

import joblib
import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.special import hyp1f1
from scipy.stats import ncx2
from threadpoolctl import threadpool_limits

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.cross_entropy import DECIMALS, Output, cross_entropy
from noisac.bounds import (
    bounds_from_sums,
    bs_gain,
    crlb,
    crlb_per_symbol,
    mutual_information,
    sum_weights,
    weighted_logarithms,
)
from noisac.scenario import Geometry, PhaseConvention, Scenario
from noisac.sweeps import Streams
from noisac.symbols import SymbolModel, SymbolMoments, expected_symbol_moments, symbol_moments
from noisac.systems import Design

Average: TypeAlias = Literal["mean", "median"]
ArrayGain: TypeAlias = Literal["own", "kept"]
Phases: TypeAlias = Literal["quantised", "continuous"]
Kind: TypeAlias = Literal["ratio", "rate", "point", "rate range", "angle range"]
Fit: TypeAlias = Literal["all", "angles"]
Ranking: TypeAlias = Literal["score", "met", "all", "angles"]
_Rows: TypeAlias = NDArray[np.intp] | None

DEFAULT_DRAWS = 6
DEFAULT_SEED = 20221
#: One bit of (32) in decibels of CRLB_x, because I = log2(sigma_x^2 / CRLB_x) / 2.
DECIBELS_PER_BIT = 20 * math.log10(2)
#: An error above this counts as this, so that a bound that does not exist has a finite score.
CEILING_DB = 30.0

#: T and L of the trade-off curves that the quoted numbers are about, and of all curves of Figs. 11-14.
CURVES: tuple[tuple[int, int], ...] = ((2, 16), (4, 16), (2, 9), (2, 25))
DRAWN_CURVES: tuple[tuple[int, int], ...] = (*CURVES, (8, 16))
#: T and zeta of Fig. 4's quoted numbers.
_FIG04_SLOTS, _FIG04_WEIGHT = 5, 0.5
#: Antennas whose gain reading "kept" gives to a smaller array: Section V's.
_PRINTED_ANTENNAS = 16


@dataclass(frozen=True)
class QuotedNumber:
    """A number from the text of Section V, and how far from it counts as met.

    Attributes
    ----------
    name : str
        Short label.
    figure : str
        Figure of the paper that it is read from.
    what : str
        What it says, in our words.
    kind : str
        "ratio" of CRLB_angle to that of pilots; "rate" at one point; "point", a CRLB_angle at a rate; or the
        "rate range" or "angle range" over all zeta.
    value : float
        The number.
    unit : str
        rad^2, bit, dB or 1.
    tolerance_db : float
        Half a unit of its last digit on the common scale, but at least 1 dB.
    at_rate : float
        Rate of a point, bit/symbol.
    snr_db, slots, irs_elements : float, int, int
        Where it holds.
    """

    name: str
    figure: str
    what: str
    kind: Kind
    value: float
    unit: str
    tolerance_db: float = 1.0
    at_rate: float = math.nan
    snr_db: float = 0.0
    slots: int = 2
    irs_elements: int = 16


def _point(name: str, figure: str, bound: float, rate: float, snr_db: float = 0.0, slots: int = 2) -> QuotedNumber:
    what = f"CRLB_angle at {rate} bit/symbol, {snr_db:.0f} dB, T = {slots}"
    return QuotedNumber(name, figure, what, "point", bound, "rad^2", at_rate=rate, snr_db=snr_db, slots=slots)


def _range(name: str, kind: Kind, value: float, unit: str, tolerance_db: float, irs_elements: int) -> QuotedNumber:
    what = f"{'rates' if kind == 'rate range' else 'CRLB_angle'} from zeta = 0 to 1, L = {irs_elements}"
    return QuotedNumber(name, "14", what, kind, value, unit, tolerance_db, irs_elements=irs_elements)


_HALF_BIT = DECIBELS_PER_BIT / 2
#: The numbers that the text quotes. Fig. 13's point for T = 2 is Fig. 12's second, and counts once.
QUOTED: tuple[QuotedNumber, ...] = (
    QuotedNumber("4: ratio", "4", "CRLB_angle over that of pilots, T = 5", "ratio", 2.0, "1", slots=5),
    QuotedNumber("4: rate", "4", "rate, T = 5", "rate", 7.0, "bit", _HALF_BIT, slots=5),
    _point("12: 7.5 bit", "12", 6e-6, 7.5),
    _point("12: 6.5 bit", "12, 13", 2e-6, 6.5),
    _point("12: 8.3 bit", "12", 2e-6, 8.3, snr_db=5.0),
    _point("12: 8.4 bit", "12", 5e-6, 8.4, snr_db=5.0),
    _point("13: T = 4", "13", 2e-6, 7.5, slots=4),
    _range("14: 9, rate", "rate range", 1.0, "bit", _HALF_BIT, 9),
    _range("14: 25, rate", "rate range", 3.0, "bit", _HALF_BIT, 25),
    _range("14: 9, angle", "angle range", 5.7, "dB", 1.0, 9),
    _range("14: 25, angle", "angle range", 14.1, "dB", 1.0, 25),
)


@dataclass(frozen=True)
class Variant:
    """One reading of all that the paper leaves open, and of some that it does not.

    Parameters
    ----------
    phase_convention : {"difference", "sum"}
        R1.
    symbol_model : {"real", "complex"}
        R2.
    design : {"draw", "distribution"}
        R3.
    average : {"mean", "median"}
        R4.
    variance : float
        R5: sigma_x^2 in Figs. 12-14; Fig. 4 states its own.
    user_azimuth : float
        R6: degrees off the surface's boresight.
    weight_symbols : bool
        R7: False drops zeta from the symbols' term, as (38) does.
    user_side : int
        Antennas along each side of the user's array; the paper says 4.
    user_spacing : float
        Their spacing in wavelengths; the paper says 1/2. Little spacing leaves the array's gain and takes its
        own information on the angles away.
    array_gain : {"own", "kept"}
        Whether a smaller array has the power gain of its own antennas or of 4 x 4.
    phases : {"quantised", "continuous"}
        Whether the beam of Algorithm 1 is used as it is or refined by `refine_phases`.
    output : {"best", "last"}
        R11.
    bs_azimuth : float
        R6: degrees off the surface's boresight.
    phase_bits : int
        b of Algorithm 1.
    irs_spacing : float
        Spacing of the surface's elements in wavelengths; the paper says 1/2.
    tolerance : float
        kappa. With natural logarithms in (12), Algorithm 1 stops where kappa / ln 10 would stop it with lg; in dB,
        where kappa / 10 would.

    Raises
    ------
    ValueError
        For a value outside its range.

    Examples
    --------
    >>> Variant().scenario(16).user_shape
    (4, 4)
    >>> Variant(user_side=2, array_gain="kept").scenario(9).snr_db > 6
    True
    """

    phase_convention: PhaseConvention = "difference"
    symbol_model: SymbolModel = "real"
    design: Design = "draw"
    average: Average = "mean"
    variance: float = 1.0
    user_azimuth: float = 60.0
    weight_symbols: bool = True
    user_side: int = 4
    user_spacing: float = 0.5
    array_gain: ArrayGain = "own"
    phases: Phases = "quantised"
    output: Output = "best"
    bs_azimuth: float = -45.0
    phase_bits: int = 2
    irs_spacing: float = 0.5
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        _validate.choice("symbol_model", self.symbol_model, ("real", "complex"))
        _validate.choice("design", self.design, ("draw", "distribution"))
        _validate.choice("average", self.average, ("mean", "median"))
        _validate.choice("array_gain", self.array_gain, ("own", "kept"))
        _validate.choice("phases", self.phases, ("quantised", "continuous"))
        _validate.choice("output", self.output, ("best", "last"))
        if not 0 < self.variance <= 1:
            raise ValueError(f"variance (sigma_x^2) must be above 0 and at most 1, got {self.variance!r}")
        if not isinstance(self.weight_symbols, bool):
            raise ValueError(f"weight_symbols must be True or False, got {self.weight_symbols!r}")
        _validate.real("tolerance", self.tolerance, positive=True)
        self.scenario(1)  # checks the rest

    def scenario(self, irs_elements: int) -> Scenario:
        """Scenario at 0 dB with a square surface."""
        side = math.isqrt(_validate.integer("irs_elements", irs_elements, at_least=1))
        user_side = _validate.integer("user_side", self.user_side, at_least=1)
        geometry = Geometry.section_v(math.radians(self.user_azimuth), math.radians(self.bs_azimuth))
        extra_gain = _PRINTED_ANTENNAS / user_side**2 if self.array_gain == "kept" else 1.0
        return geometry.scenario(
            irs_shape=(side, side),
            user_shape=(user_side, user_side),
            user_spacing=self.user_spacing,
            irs_spacing=self.irs_spacing,
            snr_db=10 * math.log10(extra_gain),
            phase_bits=self.phase_bits,
            phase_convention=self.phase_convention,
        )

    def replace(self, **changes: Any) -> Variant:
        """Return a copy with some readings changed.

        Examples
        --------
        >>> Variant().replace(average="median").average
        'median'
        """
        return dataclasses.replace(self, **changes)

    @property
    def canonical(self) -> Variant:
        """The variant that says the same with the printed values where a reading has no effect.

        Examples
        --------
        >>> Variant(user_side=1, user_spacing=0.1).canonical.user_spacing
        0.5
        """
        changes: dict[str, Any] = {}
        if self.user_side == 1:
            changes["user_spacing"] = 0.5
        if self.user_side == 4:
            changes["array_gain"] = "own"
        return self.replace(**changes)

    def summary(self) -> str:
        """What differs from the default readings and the printed parameters, in a few words.

        Examples
        --------
        >>> Variant(average="median", user_side=2, user_spacing=0.1, array_gain="kept").summary()
        'median, 2x2 at 0.1, gain of 16'
        """
        printed, words = Variant(), []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "user_side":
                if (value, self.user_spacing) != (printed.user_side, printed.user_spacing):
                    words.append(f"{value}x{value}" + (f" at {self.user_spacing:g}" if value > 1 else ""))
            elif value != getattr(printed, field.name) and field.name in _WORDS:
                words.append(_WORDS[field.name].format(value))
        return ", ".join(words) or "as printed"


#: How `Variant.summary` names a departure from the default.
_WORDS = {
    "phase_convention": "sum",
    "symbol_model": "{}",
    "design": "{}",
    "average": "{}",
    "variance": "variance {:g}",
    "user_azimuth": "azimuth {:g}",
    "weight_symbols": "(38)",
    "array_gain": "gain of 16",
    "phases": "{}",
    "output": "last",
    "bs_azimuth": "BS azimuth {:g}",
    "phase_bits": "{} bits",
    "irs_spacing": "surface at {:g}",
    "tolerance": "kappa {:.1e}",
}

#: Levels of the full factorial. The first of each is the default reading, or what the paper prints.
FACTORS: dict[str, tuple[Any, ...]] = {
    "phase_convention": ("difference", "sum"),
    "symbol_model": ("real", "complex"),
    "design": ("draw", "distribution"),
    "average": ("mean", "median"),
    "variance": (1.0, 0.5),
    "user_azimuth": (60.0, 30.0, 0.0),
    "weight_symbols": (True, False),
    "user_side": (4, 2, 1),
    "user_spacing": (0.5, 0.2, 0.1, 0.02),
    "array_gain": ("own", "kept"),
    "phases": ("quantised", "continuous"),
}
#: Readings of the book's table that the factors stand for.
READINGS: dict[str, str] = {
    "phase_convention": "R1",
    "symbol_model": "R2",
    "design": "R3",
    "average": "R4",
    "variance": "R5",
    "user_azimuth": "R6",
    "weight_symbols": "R7",
}
#: Weights of the first stage. Reading R7's are those from 1/2 on; 1/2 and 2/3 are zeta = 0.5 with and without it.
STAGE_1_WEIGHTS = (0.0, 0.25, 0.5, 2 / 3, 5 / 6, 1.0)
_ALL_ZETA = tuple(round(0.1 * i, 1) for i in range(11))


def effective_weight(zeta: ArrayLike, weight_symbols: bool) -> FloatArray:
    """Weight of (31) that has the same minimiser as the objective of a reading of (38).

    With zeta lost on the first term, V = lg CRLB_x + (1 - zeta) lg CRLB_angle is 2 - zeta times (31) with the
    weight 1 / (2 - zeta): Algorithm 1 then sorts all candidates alike, and stops where kappa / (2 - zeta) would
    stop it.

    Parameters
    ----------
    zeta : array_like
        zeta, in [0, 1].
    weight_symbols : bool
        Reading R7.

    Returns
    -------
    array

    Examples
    --------
    >>> effective_weight([0.0, 0.5, 1.0], False).round(3).tolist()
    [0.5, 0.667, 1.0]
    """
    weights = _validate.weights(zeta)
    return weights if weight_symbols else 1 / (2 - weights)


class Curves(NamedTuple):
    """What the quoted numbers are compared with, at 0 dB and combined over draws.

    Attributes
    ----------
    rate, angle : (..., curve, weight) arrays
        Rate in bit/symbol and CRLB_angle in rad^2; the first curves are `CURVES`.
    fig04_rate, fig04_ratio : (...) arrays
        Fig. 4's rate, and its CRLB_angle over that of pilots.
    """

    rate: FloatArray
    angle: FloatArray
    fig04_rate: FloatArray
    fig04_ratio: FloatArray

    def offset(self, decibels: ArrayLike, fit: Fit = "all") -> Curves:
        """Curves with more signal: all bounds lower by some decibels, or those of the angles only.

        At fixed beams all bounds are inversely proportional to the SNR, and what moves all beams' bounds alike
        moves no minimiser: so this equals a search with the other SNR.
        """
        decibels = np.asarray(decibels, dtype=float)
        bits = decibels / DECIBELS_PER_BIT if fit == "all" else np.zeros_like(decibels)
        return Curves(
            self.rate + bits[..., None, None],
            self.angle * 10 ** (-decibels / 10)[..., None, None],
            self.fig04_rate + bits,
            self.fig04_ratio,
        )


def errors_db(curves: Curves) -> FloatArray:
    """Distance from each of the `QUOTED` numbers, on one scale: decibels of a bound.

    A ratio of bounds is taken in dB, and a bit of rate is worth 20 lg 2 = 6.02 dB of CRLB_x. A quoted point is a
    point of the plane of rate and CRLB_angle, both in dB, and its error is its distance from the nearest point of
    the curve, whose vertices are joined by straight lines. The curve at 5 dB is that at 0 dB moved by 5 dB.

    Parameters
    ----------
    curves : Curves

    Returns
    -------
    (..., quoted) array
        At most `CEILING_DB`.

    Examples
    --------
    >>> rate, angle = np.full((4, 2), 7.5), np.full((4, 2), 6e-6)
    >>> errors_db(Curves(rate, angle, np.array(7.0), np.array(2.0))).round(1).tolist()[:4]
    [0.0, 0.0, 0.0, 7.7]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = DECIBELS_PER_BIT * np.asarray(curves.rate), 10 * np.log10(curves.angle)
        columns = []
        for quoted in QUOTED:
            where = 0 if quoted.slots == _FIG04_SLOTS else CURVES.index((quoted.slots, quoted.irs_elements))
            if quoted.kind == "ratio":
                error = 10 * np.log10(curves.fig04_ratio / quoted.value)
            elif quoted.kind == "rate":
                error = DECIBELS_PER_BIT * (curves.fig04_rate - quoted.value)
            elif quoted.kind == "rate range":
                error = np.ptp(x[..., where, :], axis=-1) - DECIBELS_PER_BIT * quoted.value
            elif quoted.kind == "angle range":
                error = np.ptp(y[..., where, :], axis=-1) - quoted.value
            else:
                at_x = DECIBELS_PER_BIT * quoted.at_rate - quoted.snr_db
                at_y = 10 * math.log10(quoted.value) + quoted.snr_db
                error = distance_to_curve(x[..., where, :] - at_x, y[..., where, :] - at_y)
            columns.append(error)
        errors = np.abs(np.stack(columns, axis=-1))
    return np.where(errors < CEILING_DB, errors, CEILING_DB)


def distance_to_curve(x: ArrayLike, y: ArrayLike) -> FloatArray:
    """Distance of the origin from a polyline.

    Parameters
    ----------
    x, y : (..., N) array_like
        Vertices. A vertex that is not finite is left out, with the segments that end at it.

    Returns
    -------
    (...) array
        ``inf`` if no vertex is finite.

    Examples
    --------
    >>> float(distance_to_curve([-1.0, 1.0, 1.0], [2.0, 2.0, 9.0]))
    2.0
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = x**2 + y**2
        along_x, along_y = np.diff(x), np.diff(y)
        share = -(x[..., :-1] * along_x + y[..., :-1] * along_y) / (along_x**2 + along_y**2)
        share = np.clip(share, 0, 1)
        onto_x, onto_y = x[..., :-1] + share * along_x, y[..., :-1] + share * along_y
        squares = np.concatenate([squares, onto_x**2 + onto_y**2], axis=-1)
    distance: FloatArray = np.sqrt(np.min(np.where(np.isfinite(squares), squares, np.inf), axis=-1))
    return distance


def score_of(errors: ArrayLike) -> FloatArray:
    """Score: root mean square of the errors, in dB; zero if every quoted number comes out.

    Parameters
    ----------
    errors : (..., quoted) array_like
        From `errors_db`.

    Returns
    -------
    (...) array

    Examples
    --------
    >>> float(score_of([3.0, 4.0, 5.0, 0.0, 0.0]))
    3.1622776601683795
    """
    score: FloatArray = np.sqrt(np.mean(np.square(errors), axis=-1))
    return score


def met_by(errors: ArrayLike) -> NDArray[np.intp]:
    """How many of the `QUOTED` numbers lie within their tolerance.

    Parameters
    ----------
    errors : (..., quoted) array_like
        From `errors_db`.

    Returns
    -------
    (...) int array

    Examples
    --------
    >>> int(met_by(np.full(11, 2.0)))
    3
    """
    tolerance = np.array([quoted.tolerance_db for quoted in QUOTED])
    met: NDArray[np.intp] = np.sum(np.asarray(errors) <= tolerance, axis=-1)
    return met


def fit_offset(curves: Curves, fit: Fit = "all") -> tuple[FloatArray, FloatArray]:
    """Offset in whole dB that brings curves closest to the quoted numbers: a fitted number, not a reading.

    Parameters
    ----------
    curves : Curves
    fit : {"all", "angles"}
        Whether all bounds move, as with another SNR, or those of the angles only, as with another energy of the
        symbols.

    Returns
    -------
    offset, score : (...) arrays
        Offset within +-30 dB, positive for more signal, and the score that is left.

    Examples
    --------
    >>> rate, angle = np.full((4, 2), 7.5), np.full((4, 2), 6e-5)
    >>> offset, score = fit_offset(Curves(rate, angle, np.array(7.0), np.array(2.0)), "angles")
    >>> float(offset) > 10
    True
    """
    _validate.choice("fit", fit, ("all", "angles"))
    best, at = np.full(np.shape(curves.fig04_ratio), np.inf), np.zeros(np.shape(curves.fig04_ratio))
    for offset in sorted(range(-30, 31), key=abs):  # of equals, the smallest
        score = score_of(errors_db(curves.offset(offset, fit)))
        at = np.where(score < best, offset, at)
        best = np.minimum(best, score)
    return at, best


def inverse_energy(slots: int, variance: float, average: Average) -> float:
    """Mean or median of 1 / P over draws of the symbols, P = sum |x(t)|^2.

    Parameters
    ----------
    slots : int
        T, at least 2: with a single slot the mean is infinite.
    variance : float
        sigma_x^2, above 0 and at most 1.
    average : {"mean", "median"}

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For an argument outside its range.

    Examples
    --------
    >>> inverse_energy(2, 1.0, "mean"), inverse_energy(4, 1.0, "mean")
    (1.0, 0.3333333333333333)
    """
    slots = _validate.integer("slots", slots, at_least=2)
    _validate.choice("average", average, ("mean", "median"))
    if not 0 < variance <= 1:
        raise ValueError(f"variance (sigma_x^2) must be above 0 and at most 1, got {variance!r}")
    return _inverse_energy(slots, float(variance), average)


@lru_cache
def _inverse_energy(slots: int, variance: float, average: Average) -> float:
    # 2 P / sigma_x^2 has a noncentral chi-squared distribution.
    noncentrality = 2 * slots * (1 - variance) / variance
    if average == "median":
        return float(2 / (variance * ncx2.median(2 * slots, noncentrality)))
    return float(hyp1f1(1, slots, -noncentrality / 2) / ((slots - 1) * variance))


def combine(angle: ArrayLike, power: ArrayLike, average: Average, expected: ArrayLike) -> FloatArray:
    """Mean or median of CRLB_angle over draws, with the energy of the symbols integrated out.

    The bound of a draw is close to a constant over its energy P. The average over draws is therefore taken
    relative to that of 1 / P over the same draws, and multiplied by the latter's exact value. It estimates the
    same number as the plain average, and needs far fewer draws: at T = 2 the plain mean has infinite variance.

    Parameters
    ----------
    angle : (..., N) array_like
        CRLB_angle by draw.
    power : (..., N) array_like
        P by draw.
    average : {"mean", "median"}
    expected : (...) array_like
        `inverse_energy`.

    Returns
    -------
    (...) array

    Examples
    --------
    >>> power = np.array([0.5, 2.0, 8.0])
    >>> round(float(combine(3 / power, power, "mean", inverse_energy(2, 1.0, "mean"))), 9)
    3.0
    """
    relative = _take(average, np.asarray(angle)) / _take(average, 1 / np.asarray(power))
    combined: FloatArray = relative * np.asarray(expected)
    return combined


def _take(average: Average, values: FloatArray) -> FloatArray:
    """Mean or median over the last axis."""
    taken: FloatArray = np.mean(values, axis=-1) if average == "mean" else np.median(values, axis=-1)
    return taken


def refine_phases(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    weight: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    halvings: int = 4,
    rounds: int = 1,
) -> ComplexArray:
    """Refine beams to (almost) continuous phases by coordinate descent on the modified CRLB (31).

    One element after the other is turned forwards or backwards by a step if that lowers the objective; the step
    starts at half of that of the 2-bit codebook and is halved after each round. So the result is never worse than
    the beam that it starts from. Algorithm 1 itself is no way to fine phases: of 2**6 of them, its 5 L candidates
    try each at an element once or twice.

    Parameters
    ----------
    scenario : Scenario
    beams : (..., L) array_like
        Where to start.
    symbols : (T,) or (..., T) array_like, or SymbolMoments
        Leading axes are those of the beams.
    weight : array_like
        zeta.
    symbol_model : {"real", "complex", "known"}
    halvings : int
        Step sizes: pi / 4 down to pi / 2**(halvings + 1).
    rounds : int
        Rounds over all elements at each step size.

    Returns
    -------
    (..., L) complex array

    Examples
    --------
    >>> scenario, x = Scenario(), [1.0, 1j]
    >>> start = cross_entropy(scenario, x, 1.0, rng=np.random.default_rng(0)).beam
    >>> gain = crlb(scenario, start, x).symbol / crlb(scenario, refine_phases(scenario, start, x, 1.0), x).symbol
    >>> bool(gain > 1.1)
    True
    """
    beams = _validate.beams(beams, scenario.irs_elements)
    moments = symbols if isinstance(symbols, SymbolMoments) else symbol_moments(symbols)
    batch, elements = beams.shape[:-1], beams.shape[-1]
    searches = int(np.prod(batch))
    current = beams.reshape(searches, elements).copy()
    factor = np.broadcast_to(moments.factor, (*batch, 2, 2)).reshape(searches, 1, 2, 2)
    block = SymbolMoments(moments.slots, factor)
    zeta = np.broadcast_to(_validate.weights(weight), batch).reshape(searches, 1)
    projection, gain, rows = sum_weights(scenario), bs_gain(scenario), np.arange(searches)
    for halving in range(halvings):
        step = math.pi / 2 ** (2 + halving)
        turns = np.exp(1j * step * np.array([0.0, 1.0, -1.0]))
        for _ in range(rounds):
            sums = current @ projection
            for element in range(elements):
                moved = current[:, element, None] * (turns - 1)  # (searches, 3)
                tried = sums[:, None] + moved[..., None] * projection[element]
                bounds = bounds_from_sums(scenario, tried, block, symbol_model, gain)
                values = np.round(weighted_logarithms(bounds, zeta), DECIMALS)  # ties break alike on all machines
                best = np.argmin(values, axis=1)
                sums = tried[rows, best]
                current[:, element] *= turns[best]
    refined: ComplexArray = (current / np.abs(current)).reshape(*batch, elements)
    return refined


class _Outcome(NamedTuple):
    """What NO-ISAC achieves for one T and L, by draw: (phases, model, design, variance, weight, draw)."""

    slots: int
    variances: tuple[float, ...]
    rate: FloatArray
    symbol: FloatArray
    angle: FloatArray
    power: FloatArray  # (variance, 1, draw)

    def averaged(self, average: Average, rows: _Rows = None) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Rate, CRLB_x and CRLB_angle over all draws or over a resample of them."""
        chosen = slice(None) if rows is None else rows
        expected = [[inverse_energy(self.slots, variance, average)] for variance in self.variances]
        angle = combine(self.angle[..., chosen], self.power[..., chosen], average, expected)
        return _take(average, self.rate[..., chosen]), _take(average, self.symbol[..., chosen]), angle


class _Run(NamedTuple):
    """Outcomes for some curves and for Fig. 4."""

    curves: tuple[_Outcome, ...]
    fig04: _Outcome
    pilots: FloatArray

    def averaged(self, average: Average, rows: _Rows = None) -> tuple[Curves, FloatArray]:
        """Curves (phases, model, design, variance, curve, weight), and CRLB_x; Fig. 4's end in weights."""
        parts = [outcome.averaged(average, rows) for outcome in self.curves]
        rate, symbol, angle = (np.stack(part, axis=-2) for part in zip(*parts, strict=True))
        fig04_rate, _, fig04_angle = self.fig04.averaged(average, rows)
        fig04_ratio = fig04_angle / self.pilots[:, None, None, None, None]
        shape = (*rate.shape[:4], fig04_rate.shape[-1])  # Fig. 4 has a variance of its own
        return Curves(rate, angle, np.broadcast_to(fig04_rate, shape), np.broadcast_to(fig04_ratio, shape)), symbol


@dataclass(frozen=True)
class _Search:
    """Searches for all draws of a variant, or of several that share their arrays and angles."""

    variant: Variant
    draws: tuple[int, ...]
    seed: int
    models: tuple[SymbolModel, ...]
    designs: tuple[Design, ...]
    phases: tuple[Phases, ...]
    variances: tuple[float, ...]

    def run(
        self,
        weights: Sequence[float],
        fig04_weights: Sequence[float],
        conditions: Sequence[tuple[int, int]] = CURVES,
    ) -> _Run:
        """Search for all curves and for Fig. 4."""
        # One thread: products of small matrices gain nothing from more, and rounding must not depend on it.
        with threadpool_limits(limits=1):
            curves = tuple(self._outcome(*condition, weights, self.variances) for condition in conditions)
            return _Run(curves, self._outcome(_FIG04_SLOTS, 16, fig04_weights, (1.0,)), self._pilots())

    def _outcome(
        self, slots: int, irs_elements: int, weights: Sequence[float], variances: tuple[float, ...]
    ) -> _Outcome:
        """All searches of one symbol model are one batch of Algorithm 1."""
        scenario = self.variant.scenario(irs_elements)
        # The symbols of a draw are the same for all variants: common random numbers.
        symbols = np.stack([Streams(self.seed, self.draws, ()).symbols(slots, v) for v in variances])[:, None]
        moments = symbol_moments(symbols)  # (variance, 1, draw)
        expected = np.stack([expected_symbol_moments(slots, v).factor for v in variances])[:, None, None]
        factors = {"draw": moments.factor, "distribution": np.broadcast_to(expected, moments.factor.shape)}
        designed_for = SymbolMoments(slots, np.stack([factors[design] for design in self.designs]))
        zeta, variance = np.array(weights)[:, None], np.array(variances)[:, None, None, None]
        labels = list(itertools.product(self.designs, variances, np.round(weights, 9).tolist()))
        shape = (
            len(self.phases),
            len(self.models),
            len(self.designs),
            len(variances),
            len(weights),
            len(self.draws),
        )
        rate, symbol, angle = np.empty(shape), np.empty(shape), np.empty(shape)
        for m, model in enumerate(self.models):
            if model == "complex" and scenario.user_antennas == 1:
                # A single antenna cannot tell a change of the angles from one of a complex symbol. With no
                # candidate to prefer, Algorithm 1 would only run into its limit.
                rate[:, m], symbol[:, m], angle[:, m] = -np.inf, np.inf, np.inf
                continue
            rng = [g for label in labels for g in self._streams(slots, irs_elements, model, *label)]
            start = self._search(scenario, designed_for, zeta, rng, model)
            for p, phases in enumerate(self.phases):
                beams = start
                if phases == "continuous":
                    beams = refine_phases(scenario, start, designed_for, zeta, model)
                bounds = crlb(scenario, beams, moments, model)
                symbol[p, m], angle[p, m] = bounds.symbol, bounds.angle
                per_symbol = crlb_per_symbol(scenario, beams, symbols, model)
                rate[p, m] = np.mean(mutual_information(per_symbol, variance), axis=-1)  # (47)
        return _Outcome(slots, variances, rate, symbol, angle, moments.power)

    def _pilots(self) -> FloatArray:
        """CRLB_angle with pilots in the slots of Fig. 4, mean over repetitions of the search, by phases."""
        scenario = self.variant.scenario(16)
        energy = np.broadcast_to(np.diag([math.sqrt(_FIG04_SLOTS), 0.0]), (len(self.draws), 2, 2))
        moments = SymbolMoments(_FIG04_SLOTS, energy)
        start = self._search(scenario, moments, np.zeros(1), self._streams("pilots"), "known")
        refined = refine_phases(scenario, start, moments, 0.0, "known")
        beams = {"quantised": start, "continuous": refined}
        return np.array([crlb(scenario, beams[p], moments, "known").angle.mean() for p in self.phases])

    def _search(
        self,
        scenario: Scenario,
        moments: SymbolMoments,
        zeta: FloatArray,
        rng: list[np.random.Generator],
        model: SymbolModel,
    ) -> ComplexArray:
        v = self.variant
        return cross_entropy(
            scenario, moments, zeta, rng=rng, symbol_model=model, output=v.output, tolerance=v.tolerance
        ).beam

    def _streams(self, *labels: object) -> list[np.random.Generator]:
        """One generator per draw. They depend on what is searched, not on the grid that it is a part of."""
        v = self.variant
        angles, arrays = (v.user_azimuth, v.bs_azimuth), (v.user_side, v.user_spacing, v.irs_spacing)
        key = zlib.crc32(repr((v.phase_convention, v.phase_bits, *angles, *arrays, *labels)).encode())
        return Streams(self.seed, self.draws, (key,)).searches()


#: Factors that need searches with arrays and angles of their own, those that share a batch of searches with other
#: levels, and those that need none.
_ARRAY_FACTORS = ("phase_convention", "user_azimuth", "user_side", "user_spacing")
_BATCH_FACTORS = ("phases", "symbol_model", "design", "variance")
_FREE_FACTORS = ("weight_symbols", "array_gain")
_FITS: tuple[Fit, ...] = ("all", "angles")

_LABELS: dict[str, tuple[str, str]] = {
    "error_db": ("error", "dB"),
    "score": ("root mean square error over the quoted numbers", "dB"),
    "score_error": ("standard error of the score", "dB"),
    "met": ("quoted numbers met within their tolerance", "1"),
    "offset_db": ("fitted offset", "dB"),
    "fitted_score": ("score after the fitted offset", "dB"),
    "fitted_error_db": ("error after the fitted offset", "dB"),
    "fitted_met": ("quoted numbers met after the fitted offset", "1"),
    "redundant": ("says the same as another combination", "1"),
    "rate": ("average mutual information", "bit/symbol"),
    "symbol_crlb": ("CRLB of the symbols", "1"),
    "angle_crlb": ("CRLB of the angles", "rad^2"),
    "rate_error": ("standard error of the average mutual information", "bit/symbol"),
    "symbol_crlb_error": ("standard error of the CRLB of the symbols", "1"),
    "angle_crlb_error": ("standard error of the CRLB of the angles", "rad^2"),
    "rate_range": ("range of the average mutual information over zeta", "bit/symbol"),
    "angle_range": ("range of the CRLB of the angles over zeta", "dB"),
    "fig04_rate": ("average mutual information in Fig. 4", "bit/symbol"),
    "fig04_ratio": ("CRLB of the angles over that of pilots in Fig. 4", "1"),
}


def run_audit(
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> xr.Dataset:
    """Score every combination of readings with few draws: a full factorial.

    Parameters
    ----------
    draws : int
        Draws of the symbols, the same for all combinations.
    seed : int
        Root of all random streams; the same seed gives the same data for any number of jobs.
    jobs : int, optional
        Worker processes, as joblib counts them.
    levels : mapping, optional
        Levels that replace those of some of the `FACTORS`.

    Returns
    -------
    xarray.Dataset
        One dimension per factor. error_db (by quoted number) and score in dB; met, the number of quoted values
        within tolerance; offset_db and fitted_score of `fit_offset`; redundant, where a combination says the same
        as another one.

    Raises
    ------
    ValueError
        For an unknown factor, or draws or seed out of range.

    Examples
    --------
    >>> one = {name: levels[:1] for name, levels in FACTORS.items()}
    >>> data = run_audit(draws=2, levels=one | {"average": ("mean", "median")})
    >>> data.score.size, data.error_db.sizes["quoted"]
    (2, 11)
    """
    draws = _validate.integer("draws", draws, at_least=1)
    seed = _validate.integer("seed", seed, at_least=0)
    unknown = set(levels or {}) - set(FACTORS)
    if unknown:
        raise ValueError(f"levels has no factor {', '.join(sorted(unknown))}; there are {', '.join(FACTORS)}")
    grid = {name: tuple((levels or {}).get(name, values)) for name, values in FACTORS.items()}
    batch = (grid["symbol_model"], grid["design"], grid["phases"], grid["variance"])
    searches = []
    for values in itertools.product(*(grid[name] for name in _ARRAY_FACTORS)):
        variant = Variant(**dict(zip(_ARRAY_FACTORS, values, strict=True))).canonical
        searches.append(_Search(variant, tuple(range(draws)), seed, *batch))
    distinct = list(dict.fromkeys(searches))
    fig04 = [float(effective_weight(_FIG04_WEIGHT, weighted)) for weighted in grid["weight_symbols"]]
    results = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(_by_average)(search, grid["average"], fig04) for search in distinct
    )
    found = dict(zip(distinct, results, strict=True))
    shape = tuple(len(grid[name]) for name in _ARRAY_FACTORS)
    fields = [np.stack(field) for field in zip(*(found[search] for search in searches), strict=True)]
    curves = Curves(*(field.reshape(*shape, *field.shape[1:]) for field in fields))
    return _score_factorial(curves, grid).assign_attrs(_provenance("Factorial of the readings", draws, seed))


def _by_average(search: _Search, averages: Sequence[Average], fig04_weights: Sequence[float]) -> Curves:
    """Curves with an axis of averages in front."""
    run = search.run(STAGE_1_WEIGHTS, fig04_weights)
    return Curves(*map(np.stack, zip(*(run.averaged(average)[0] for average in averages), strict=True)))


def _score_factorial(curves: Curves, grid: Mapping[str, tuple[Any, ...]]) -> xr.Dataset:
    """Score the curves under the factors that need no search of their own too."""
    leading = (*_ARRAY_FACTORS, "average", *_BATCH_FACTORS)
    dims = (*leading, *_FREE_FACTORS)
    sides = np.reshape(grid["user_side"], [-1 if name == "user_side" else 1 for name in leading])
    gain_of_printed = 10 * np.log10(_PRINTED_ANTENNAS / sides**2)
    errors = np.empty((*curves.fig04_rate.shape, len(grid["array_gain"]), len(QUOTED)))
    offsets, fitted = np.empty((2, len(_FITS), *errors.shape[:-1]))
    for r, weighted in enumerate(grid["weight_symbols"]):
        kept = np.array(STAGE_1_WEIGHTS) >= (0.0 if weighted else 0.5)
        read = Curves(
            curves.rate[..., kept], curves.angle[..., kept], curves.fig04_rate[..., r], curves.fig04_ratio[..., r]
        )
        for g, gain in enumerate(grid["array_gain"]):
            heard = read.offset(gain_of_printed if gain == "kept" else 0 * gain_of_printed)
            errors[..., r, g, :] = errors_db(heard)
            for f, fit in enumerate(_FITS):
                offsets[f, ..., r, g], fitted[f, ..., r, g] = fit_offset(heard, fit)
    data = xr.Dataset(
        {
            "error_db": ((*dims, "quoted"), errors),
            "score": (dims, score_of(errors)),
            "met": (dims, met_by(errors)),
            "offset_db": (("fit", *dims), offsets),
            "fitted_score": (("fit", *dims), fitted),
        },
        coords={
            **{name: (name, list(grid[name])) for name in dims},
            "quoted": [quoted.name for quoted in QUOTED],
            "fit": list(_FITS),
        },
    )
    side, spacing, gain = data["user_side"], data["user_spacing"], data["array_gain"]
    same_gain = (side == 4) & (gain != gain[0])
    data["redundant"] = same_gain | ((side == 1) & (spacing != spacing[0]))
    return _with_labels(data.transpose(*FACTORS, "quoted", "fit"))


def best_variants(data: xr.Dataset, count: int, by: Ranking = "score") -> list[Variant]:
    """Combinations of lowest score, or best by another measure, each once, best first.

    Scores count to 0.01 dB, and among equals the order is that of the `FACTORS`: the last digits of a score, which
    may differ between machines, then seldom decide.

    Parameters
    ----------
    data : xarray.Dataset
        From `run_audit`.
    count : int
    by : {"score", "met", "all", "angles"}
        "met" sorts by the quoted numbers that are met, and by the score among equals; "all" and "angles" by the
        score that `fit_offset` leaves.

    Returns
    -------
    list of Variant

    Examples
    --------
    >>> one = {name: levels[:1] for name, levels in FACTORS.items()}
    >>> len(best_variants(run_audit(draws=2, levels=one | {"average": ("mean", "median")}), 2))
    2
    """
    count = _validate.integer("count", count, at_least=1)
    _validate.choice("by", by, ("score", "met", *_FITS))
    chosen_score = data["fitted_score"].sel(fit=by) if by in _FITS else data["score"]
    score = chosen_score.transpose(*FACTORS).round(2).to_numpy()
    distinct = ~data["redundant"].broadcast_like(data["score"]).transpose(*FACTORS).to_numpy()
    met = data["met"].transpose(*FACTORS).to_numpy() if by == "met" else np.zeros(score.shape)
    order = np.lexsort((score.ravel(), -met.ravel()))  # the last key counts first; stable
    order = order[distinct.ravel()[order]][:count]
    levels = {name: data[name].to_numpy().tolist() for name in FACTORS}
    chosen = [np.unravel_index(flat, score.shape) for flat in order]
    return [Variant(**{name: levels[name][i] for name, i in zip(FACTORS, at, strict=True)}) for at in chosen]


class LevelEffect(NamedTuple):
    """Scores of `run_audit` in dB at one level of one factor.

    Attributes
    ----------
    factor : str
    level : str, float, int or bool
    alone : tuple of float
        Scores of the given variants with this level in place of their own.
    best : float
        Lowest score of all combinations that have this level.
    """

    factor: str
    level: Any
    alone: tuple[float, ...]
    best: float


def level_effects(data: xr.Dataset, variants: Sequence[Variant]) -> list[LevelEffect]:
    """One-at-a-time effect of every level of every factor.

    Parameters
    ----------
    data : xarray.Dataset
        From `run_audit`.
    variants : sequence of Variant
        Where to start from; combinations of the data.

    Returns
    -------
    list of LevelEffect

    Examples
    --------
    >>> one = {name: levels[:1] for name, levels in FACTORS.items()}
    >>> data = run_audit(draws=2, levels=one | {"average": ("mean", "median")})
    >>> [effect.level for effect in level_effects(data, [Variant()]) if effect.factor == "average"]
    ['mean', 'median']
    """
    effects = []
    for name in FACTORS:
        for level in data[name].to_numpy().tolist():
            where = [
                {factor: getattr(variant, factor) for factor in FACTORS} | {name: level} for variant in variants
            ]
            alone = tuple(float(data["score"].sel(indexers)) for indexers in where)
            effects.append(LevelEffect(name, level, alone, float(data["score"].sel({name: level}).min())))
    return effects


#: Resamples of the draws behind the standard errors.
_RESAMPLES = 50


def confirm(
    variants: Sequence[Variant],
    *,
    draws: int = 100,
    start: int = 1000,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    curves: Sequence[tuple[int, int]] = CURVES,
) -> xr.Dataset:
    """Score variants with many draws and all zeta, on draws that did not take part in their selection.

    Parameters
    ----------
    variants : sequence of Variant
    draws : int
    start : int
        Number of the first draw.
    seed, jobs
        As for `run_audit`.
    curves : sequence of (int, int)
        T and L of the curves; the first ones must be `CURVES`. `DRAWN_CURVES` are all of Figs. 11-14.

    Returns
    -------
    xarray.Dataset
        Dimension "variant", in the order given. What `run_audit` returns, and errors and numbers met after
        fitting; score_error, the standard error of the
        score by resampling the draws; the curves that were scored, by zeta, at 0 dB, with their standard errors,
        and their ranges; Fig. 4's rate and ratio. Attribute "variants" holds the variants as JSON.

    Raises
    ------
    ValueError
        For no variants, curves that do not begin with `CURVES`, or draws, start or seed out of range.

    Examples
    --------
    >>> data = confirm([Variant(), Variant(average="median")], draws=3)
    >>> dict(data.score.sizes), data.rate.dims
    ({'variant': 2}, ('variant', 'curve', 'zeta'))
    """
    if not variants:
        raise ValueError("variants must hold at least one Variant")
    if tuple(curves[: len(CURVES)]) != CURVES:
        raise ValueError(f"curves must begin with {CURVES}, got {curves!r}")
    draws = _validate.integer("draws", draws, at_least=1)
    start = _validate.integer("start", start, at_least=0)
    seed = _validate.integer("seed", seed, at_least=0)
    numbers = tuple(range(start, start + draws))
    # Variants that differ only in how draws are combined, or in a gain, share their searches.
    shared: dict[Variant, list[Variant]] = {}
    for variant in variants:
        shared.setdefault(variant.canonical.replace(average="mean", array_gain="own"), []).append(variant)
    results = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(_confirm_alike)(searched, alike, numbers, seed, tuple(curves))
        for searched, alike in shared.items()
    )
    found = {
        variant: values
        for alike, part in zip(shared.values(), results, strict=True)
        for variant, values in zip(alike, part, strict=True)
    }
    extra: dict[str, tuple[str, ...]] = {"error_db": ("quoted",), "offset_db": ("fit",), "fitted_score": ("fit",)}
    for name in ("rate", "symbol_crlb", "angle_crlb"):
        extra[name] = extra[f"{name}_error"] = ("curve", "zeta")
    extra |= {"fitted_error_db": ("fit", "quoted"), "fitted_met": ("fit",)}
    extra["rate_range"] = extra["angle_range"] = ("curve",)
    data = xr.Dataset(
        {
            name: (("variant", *extra.get(name, ())), np.array([found[variant][name] for variant in variants]))
            for name in found[variants[0]]
        },
        coords={
            "quoted": [quoted.name for quoted in QUOTED],
            "fit": list(_FITS),
            "curve": [f"T = {slots}, L = {elements}" for slots, elements in curves],
            "zeta": list(_ALL_ZETA),
        },
    )
    described = json.dumps([dataclasses.asdict(variant) for variant in variants])
    attributes = _provenance("Variants on draws of their own", draws, seed)
    return _with_labels(data).assign_attrs(attributes | {"start": start, "variants": described})


def _confirm_alike(
    searched: Variant,
    alike: Sequence[Variant],
    numbers: tuple[int, ...],
    seed: int,
    curves: Sequence[tuple[int, int]],
) -> list[dict[str, Any]]:
    """Search once, and score under each of some variants that share the searches."""
    options = ((searched.symbol_model,), (searched.design,), (searched.phases,), (searched.variance,))
    weights = effective_weight(_ALL_ZETA, searched.weight_symbols).tolist()
    fig04_weights = [float(effective_weight(_FIG04_WEIGHT, searched.weight_symbols))]
    run = _Search(searched, numbers, seed, *options).run(weights, fig04_weights, curves)
    # The same resamples of the draws for all variants.
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(3,)))
    resamples = rng.integers(len(numbers), size=(_RESAMPLES, len(numbers)))

    def heard(variant: Variant, rows: _Rows = None) -> tuple[Curves, FloatArray]:
        read, symbol = run.averaged(variant.average, rows)
        one = Curves(read.rate[0, 0, 0, 0], read.angle[0, 0, 0, 0], *(part[0, 0, 0, 0, 0] for part in read[2:]))
        louder = variant.scenario(1).snr_db
        return one.offset(louder), symbol[0, 0, 0, 0] * 10 ** (-louder / 10)

    return [_judged(*heard(variant), [heard(variant, rows) for rows in resamples]) for variant in alike]


def _judged(curves: Curves, symbol: FloatArray, resampled: list[tuple[Curves, FloatArray]]) -> dict[str, Any]:
    others = Curves(*map(np.stack, zip(*(other for other, _ in resampled), strict=True)))
    fits = [fit_offset(curves, fit) for fit in _FITS]
    fitted_errors = [errors_db(curves.offset(at, fit)) for (at, _), fit in zip(fits, _FITS, strict=True)]
    errors = errors_db(curves)
    with np.errstate(invalid="ignore"):  # the deviation of bounds that do not exist is NaN
        derived = {
            "rate_error": np.std(others.rate, axis=0, ddof=1),
            "symbol_crlb_error": np.std([other for _, other in resampled], axis=0, ddof=1),
            "angle_crlb_error": np.std(others.angle, axis=0, ddof=1),
            "rate_range": np.ptp(curves.rate, axis=-1),
            "angle_range": np.ptp(10 * np.log10(curves.angle), axis=-1),
        }
    return derived | {
        "error_db": errors,
        "score": score_of(errors),
        "score_error": np.std(score_of(errors_db(others)), ddof=1),
        "met": met_by(errors),
        "offset_db": np.array([offset for offset, _ in fits]),
        "fitted_score": np.array([score for _, score in fits]),
        "fitted_error_db": np.array(fitted_errors),
        "fitted_met": met_by(fitted_errors),
        "fig04_rate": curves.fig04_rate,
        "fig04_ratio": curves.fig04_ratio,
        "rate": curves.rate,
        "symbol_crlb": symbol,
        "angle_crlb": curves.angle,
    }


def tradeoff_data(variant: Variant, **options: Any) -> xr.Dataset:
    """Data of Figs. 11-14 under a variant: rate and both bounds by curve (T and L) and zeta, at 0 dB.

    Parameters
    ----------
    variant : Variant
    **options
        draws, start, seed, jobs, as for `confirm`.

    Returns
    -------
    xarray.Dataset
        What `confirm` returns for one variant, with all curves. Another SNR moves a curve: each dB is 1 / 6.02 bit
        of rate and 1 dB of both bounds.

    Examples
    --------
    >>> data = tradeoff_data(Variant(), draws=3)
    >>> data.curve.to_numpy().tolist()
    ['T = 2, L = 16', 'T = 4, L = 16', 'T = 2, L = 9', 'T = 2, L = 25', 'T = 8, L = 16']
    """
    return confirm([variant], curves=DRAWN_CURVES, **options).isel(variant=0)


def _with_labels(data: xr.Dataset) -> xr.Dataset:
    for name in data.data_vars:
        long_name, units = _LABELS[str(name)]
        data[name].attrs.update(long_name=long_name, units=units)
    return data


def _provenance(title: str, draws: int, seed: int) -> dict[str, Any]:
    return {
        "title": title,
        "draws": draws,
        "seed": seed,
        "quoted": json.dumps([dataclasses.asdict(quoted) for quoted in QUOTED]),
        "noisac_version": version("noisac"),
    }
