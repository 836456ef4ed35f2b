"""What a good score is worth: the same variants scored against numbers that the paper might have quoted instead."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED
from noisac_book.audit.scores import Curves, errors_db, met_by, score_of


def shifted(count: int, decibels: float, rng: np.random.Generator) -> FloatArray:
    """Shifts of all quoted numbers, each normal with a standard deviation in dB, for `errors_db`.

    Parameters
    ----------
    count : int
    decibels : float
    rng : numpy.random.Generator

    Returns
    -------
    (count, quoted) array

    Examples
    --------
    >>> shifted(3, 2.0, np.random.default_rng(0)).shape
    (3, 11)
    """
    count = _validate.integer("count", count, at_least=1)
    return rng.normal(scale=decibels, size=(count, len(QUOTED)))


def permuted() -> FloatArray:
    """Shifts that exchange quoted numbers of one kind: all different orders, the paper's own left out.

    Returns
    -------
    (orders, quoted) array

    Examples
    --------
    >>> permuted().shape
    (79, 11)
    """
    kinds: dict[str, list[int]] = {}
    for number, quoted in enumerate(QUOTED):
        kinds.setdefault(quoted.kind, []).append(number)
    level = {
        number: quoted.value * DECIBELS_PER_BIT
        if "rate" in quoted.kind
        else quoted.value
        if quoted.kind == "angle range"
        else 10 * np.log10(quoted.value)
        for number, quoted in enumerate(QUOTED)
    }
    orders = set()
    for order in itertools.product(*(itertools.permutations(members) for members in kinds.values())):
        shift = [0.0] * len(QUOTED)
        for members, other in zip(kinds.values(), order, strict=True):
            for here, there in zip(members, other, strict=True):
                shift[here] = round(level[there] - level[here], 9)
        orders.add(tuple(shift))
    return np.array(sorted(order for order in orders if any(order)))


class Null(NamedTuple):
    """The closest of some variants to each of many sets of numbers.

    Attributes
    ----------
    score : (sets,) array
        Lowest score, dB.
    met : (sets,) int array
        Numbers met by the variant of lowest score.
    most_met : (sets,) int array
        Most numbers met by any variant.
    """

    score: FloatArray
    met: FloatArray
    most_met: FloatArray


def closest(curves: Curves, shifts: ArrayLike) -> Null:
    """Score some variants against sets of numbers, and keep the best of each set.

    Parameters
    ----------
    curves : Curves
        With an axis of variants.
    shifts : (sets, quoted) array_like
        From `shifted` or `permuted`; zeros for the paper's own numbers.

    Returns
    -------
    Null

    Examples
    --------
    >>> from noisac_book.audit import Variant, predict
    >>> closest(predict([Variant(), Variant(information="expected")], draws=2), np.zeros((1, 11))).met.tolist()
    [0]
    """
    found = []
    for shift in np.atleast_2d(np.asarray(shifts, dtype=float)):
        errors = errors_db(curves, shift)
        score, met = score_of(errors), met_by(errors)
        best = int(np.argmin(score))
        found.append((score[best], met[best], met.max()))
    score, met, most = np.transpose(found)
    return Null(score, met.astype(int), most.astype(int))


def fitted_numbers(fresh: float, kept: float) -> float:
    """How many of the eleven numbers the choice of a variant takes up, for `fitted_numbers` see the audit.

    If a variant kept from elsewhere misses shifted numbers by ``kept`` and the best one chosen for them by
    ``fresh``, the choice has taken away the share 1 - (fresh / kept)^2 of the sum of squares, as a linear fit of
    as many parameters as that share of eleven would have.

    Examples
    --------
    >>> fitted_numbers(1.0, 2.0)
    8.25
    """
    return len(QUOTED) * (1 - (fresh / kept) ** 2)


class Prediction(NamedTuple):
    """What variants that fit some figures say of others, root mean square errors in dB.

    Attributes
    ----------
    fitting : int
        Variants within the limit on the figures fitted.
    predicted : (3,) array
        Quantiles 10 %, 50 % and 90 % of their errors on the others.
    unfitted : (3,) array
        The same of all variants.
    better : float
        Share of all variants whose error on the others is below the median of those that fit.
    """

    fitting: int
    predicted: FloatArray
    unfitted: FloatArray
    better: float


def predict_figures(curves: Curves, fitted: Sequence[str], others: Sequence[str], limit_db: float) -> Prediction:
    """Fit some of the figures, and predict the others.

    Parameters
    ----------
    curves : Curves
        With an axis of variants.
    fitted, others : sequence of str
        Figures as `QuotedNumber.figure` names them; its first counts.
    limit_db : float
        Root mean square error on the fitted figures up to which a variant fits.

    Returns
    -------
    Prediction

    Examples
    --------
    >>> from noisac_book.audit import predict, sample
    >>> predict_figures(predict(sample(8), draws=2), ["12", "13"], ["14"], 30.0).better
    0.5
    """
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
