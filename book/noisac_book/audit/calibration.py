"""What a good score is worth: the same variants scored against numbers that the paper might have quoted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED, QuotedNumber
from noisac_book.audit.scores import Curves, errors_db, met_by, score_of


def shifted(count: int, decibels: float, rng: np.random.Generator) -> FloatArray:
    """Shifts of all quoted numbers, each normal with a standard deviation in dB, for `errors_db`."""
    count = _validate.integer("count", count, at_least=1)
    return rng.normal(scale=decibels, size=(count, len(QUOTED)))


def permuted() -> FloatArray:
    """Shifts that exchange quoted numbers of one kind: all different orders, the paper's own left out."""
    level = np.array([_level(quoted) for quoted in QUOTED])
    kinds = [[i for i, quoted in enumerate(QUOTED) if quoted.kind == kind] for kind in {q.kind: 0 for q in QUOTED}]
    orders = set()
    for order in itertools.product(*(itertools.permutations(members) for members in kinds)):
        shift = np.zeros(len(QUOTED))
        for members, others in zip(kinds, order, strict=True):
            shift[members] = level[list(others)] - level[members]
        orders.add(tuple((shift.round(9) + 0.0).tolist()))
    return np.array(sorted(order for order in orders if any(order)))


def _level(quoted: QuotedNumber) -> float:
    """A quoted number in dB."""
    if "rate" in quoted.kind:
        return quoted.value * DECIBELS_PER_BIT
    return quoted.value if quoted.kind == "angle range" else 10 * math.log10(quoted.value)


class Null(NamedTuple):
    """The closest of some variants to each of many sets of numbers."""

    score: FloatArray
    met: FloatArray
    most_met: FloatArray


def closest(curves: Curves, shifts: ArrayLike) -> Null:
    """Score some variants against sets of numbers, and keep the best of each set."""
    found = []
    for shift in np.atleast_2d(np.asarray(shifts, dtype=float)):
        errors = errors_db(curves, shift)
        score, met = score_of(errors), met_by(errors)
        best = int(np.argmin(score))
        found.append((score[best], met[best], met.max()))
    score, met, most = np.transpose(found)
    return Null(score, met.astype(int), most.astype(int))


def fitted_numbers(fresh: float, kept: float) -> float:
    """How many of the eleven numbers the choice of a variant takes up.

    If a variant kept from elsewhere misses shifted numbers by ``kept`` and the best one chosen for them by
    ``fresh``, the choice has taken away the share 1 - (fresh / kept)^2 of the sum of squares, as a linear fit of
    as many parameters as that share of eleven would have.
    """
    return len(QUOTED) * (1 - (fresh / kept) ** 2)


class Prediction(NamedTuple):
    """What variants that fit some figures say of others, root mean square errors in dB."""

    fitting: int
    predicted: FloatArray
    unfitted: FloatArray
    better: float


def predict_figures(curves: Curves, fitted: Sequence[str], others: Sequence[str], limit_db: float) -> Prediction:
    """Fit some of the figures, and predict the others."""
    errors = errors_db(curves)
    figure = np.array([quoted.figure.split(",")[0] for quoted in QUOTED])
    inside = score_of(errors[:, np.isin(figure, list(fitted))]) <= limit_db
    outside = score_of(errors[:, np.isin(figure, list(others))])
    if not np.any(inside):
        raise ValueError(f"limit_db must leave at least one variant, got {limit_db!r}")
    levels = (0.1, 0.5, 0.9)
    predicted = np.quantile(outside[inside], levels)
    better = float(np.mean(outside < predicted[1]))
    return Prediction(int(inside.sum()), predicted, np.quantile(outside, levels), better)
