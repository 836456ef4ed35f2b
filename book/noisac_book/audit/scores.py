"""How far trade-off curves are from the quoted numbers, in decibels."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac._validate import FloatArray
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED

#: An error above this counts as this, so that a bound that does not exist has a finite score.
CEILING_DB = 30.0
#: T and L of the trade-off curves that the quoted numbers are about.
CURVES: tuple[tuple[int, int], ...] = ((2, 16), (4, 16), (2, 9), (2, 25))
#: T of Fig. 4's quoted numbers.
FIG04_SLOTS = 5
#: T of the curves with quoted points, and L of those with quoted ranges.
_POINTS, _RANGES = (2, 4), (9, 25)


class Curves(NamedTuple):
    """What the quoted numbers are compared with, at 0 dB and combined over draws."""

    rate: FloatArray
    angle: FloatArray
    rate_range: FloatArray
    angle_range: FloatArray
    fig04_rate: FloatArray
    fig04_ratio: FloatArray

    def take(self, rows: Any) -> Curves:
        """Some of the first axis."""
        return Curves(*(field[rows] for field in self))


def errors_db(curves: Curves, shift_db: ArrayLike = 0.0) -> FloatArray:
    """Distance from each of the `QUOTED` numbers, on one scale: decibels of a bound.

    A ratio of bounds is taken in dB, and a bit of rate is worth 20 lg 2 = 6.02 dB of CRLB_x. A quoted point is a
    point of the plane of rate and CRLB_angle, both in dB, and its error is its distance from the nearest point of
    the curve, whose vertices are joined by straight lines. The curve at 5 dB is that at 0 dB moved by 5 dB.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = DECIBELS_PER_BIT * np.asarray(curves.rate), 10 * np.log10(curves.angle)
        columns = []
        shifts = np.broadcast_to(shift_db, len(QUOTED)).tolist()
        for quoted, shift in zip(QUOTED, shifts, strict=True):
            if quoted.kind == "ratio":
                error = 10 * np.log10(curves.fig04_ratio / quoted.value) - shift
            elif quoted.kind == "rate":
                error = DECIBELS_PER_BIT * (curves.fig04_rate - quoted.value) - shift
            elif quoted.kind == "rate range":
                span = curves.rate_range[..., _RANGES.index(quoted.irs_elements)]
                error = DECIBELS_PER_BIT * (span - quoted.value) - shift
            elif quoted.kind == "angle range":
                error = curves.angle_range[..., _RANGES.index(quoted.irs_elements)] - quoted.value - shift
            else:
                at_x = DECIBELS_PER_BIT * quoted.at_rate - quoted.snr_db
                at_y = 10 * math.log10(quoted.value) + quoted.snr_db + shift
                where = _POINTS.index(quoted.slots)
                error = distance_to_curve(x[..., where, :] - at_x, y[..., where, :] - at_y)
            columns.append(error)
        errors = np.abs(np.stack(columns, axis=-1))
    return np.where(errors < CEILING_DB, errors, CEILING_DB)


def distance_to_curve(x: ArrayLike, y: ArrayLike) -> FloatArray:
    """Distance of the origin from a polyline."""
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
    """Score: root mean square of the errors, in dB; zero if every quoted number comes out."""
    score: FloatArray = np.sqrt(np.mean(np.square(errors), axis=-1))
    return score


def met_by(errors: ArrayLike) -> NDArray[np.intp]:
    """How many of the `QUOTED` numbers lie within their tolerance."""
    tolerance = np.array([quoted.tolerance_db for quoted in QUOTED])
    met: NDArray[np.intp] = np.sum(np.asarray(errors) <= tolerance, axis=-1)
    return met
