"""How far trade-off curves are from the quoted numbers, in decibels."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._validate import FloatArray
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED

#: Whether all bounds move in a fit, or those of the angles only.
Fit: TypeAlias = Literal["all", "angles"]
FITS: tuple[Fit, ...] = ("all", "angles")
#: An error above this counts as this, so that a bound that does not exist has a finite score.
CEILING_DB = 30.0
#: T and L of the trade-off curves that the quoted numbers are about, and of all curves of Figs. 11-14.
CURVES: tuple[tuple[int, int], ...] = ((2, 16), (4, 16), (2, 9), (2, 25))
DRAWN_CURVES: tuple[tuple[int, int], ...] = (*CURVES, (8, 16))
#: T and zeta of Fig. 4's quoted numbers.
FIG04_SLOTS, FIG04_WEIGHT = 5, 0.5


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
            where = 0 if quoted.slots == FIG04_SLOTS else CURVES.index((quoted.slots, quoted.irs_elements))
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

    Examples
    --------
    >>> round(float(score_of([3.0, 4.0, 5.0, 0.0, 0.0])), 9)
    3.16227766
    """
    score: FloatArray = np.sqrt(np.mean(np.square(errors), axis=-1))
    return score


def met_by(errors: ArrayLike) -> NDArray[np.intp]:
    """How many of the `QUOTED` numbers lie within their tolerance.

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

    Examples
    --------
    >>> rate, angle = np.full((4, 2), 7.5), np.full((4, 2), 6e-5)
    >>> offset, score = fit_offset(Curves(rate, angle, np.array(7.0), np.array(2.0)), "angles")
    >>> float(offset) > 10
    True
    """
    _validate.choice("fit", fit, FITS)
    best, at = np.full(np.shape(curves.fig04_ratio), np.inf), np.zeros(np.shape(curves.fig04_ratio))
    for offset in sorted(range(-30, 31), key=abs):  # of equals, the smallest
        score = score_of(errors_db(curves.offset(offset, fit)))
        at = np.where(score < best, offset, at)
        best = np.minimum(best, score)
    return at, best
