"""Averages over draws, relative to that of the inverse energy, whose mean and median are known."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import hyp1f1
from scipy.stats import ncx2

from noisac._validate import FloatArray
from noisac_book.audit.variants import Average


@lru_cache
def inverse_energy(slots: int, variance: float, average: Average) -> float:
    """Mean or median of 1 / P over draws of the symbols, P = sum |x(t)|^2, for at least 2 slots."""
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
    """
    relative = average_of(average, angle) / average_of(average, 1 / np.asarray(power))
    combined: FloatArray = relative * np.asarray(expected)
    return combined


def average_of(average: Average, values: ArrayLike) -> FloatArray:
    """Mean or median over the last axis."""
    array = np.asarray(values)
    averaged: FloatArray = np.mean(array, axis=-1) if average == "mean" else np.median(array, axis=-1)
    return averaged
