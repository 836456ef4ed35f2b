"""Square quadrature amplitude modulation: constellations, decisions, and the textbook's error rate."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc

from noisac import _validate
from noisac._tolerance import TIE
from noisac._validate import ComplexArray, FloatArray


def qam(order: int) -> ComplexArray:
    """Points of square QAM, (order,), with unit mean power when all are equally likely.

    Parameters
    ----------
    order : int
        Number of points, a power of 4: 4, 16, 64, ...

    Examples
    --------
    >>> points = qam(16)
    >>> round(float(np.mean(np.abs(points) ** 2)), 12)
    1.0
    """
    side, spacing = _square(order)
    levels = spacing * (np.arange(side) - (side - 1) / 2)
    points: ComplexArray = np.add.outer(levels, 1j * levels).ravel()
    return points


def nearest_symbols(estimates: ArrayLike, order: int) -> ComplexArray:
    """Decide for the point of the constellation that is nearest to each estimate.

    An infinite estimate is decided for a point at the edge; NaN, which says nothing, for one of the innermost.

    Parameters
    ----------
    estimates : (...) array_like
        Estimated symbols.
    order : int
        As for `qam`.

    Examples
    --------
    >>> nearest_symbols([0.1 + 3j, -1 - 0.2j], 4).round(3)
    array([ 0.707+0.707j, -0.707-0.707j])
    """
    side, spacing = _square(order)
    values = _validate.complex_array("estimates", estimates)

    def decide(part: FloatArray) -> FloatArray:
        steps = np.nan_to_num(part / spacing + (side - 1) / 2, nan=(side - 2) / 2)
        # Of two levels that are as near, the upper.
        level: FloatArray = np.clip(np.floor(steps + (0.5 + TIE)), 0, side - 1)
        return spacing * (level - (side - 1) / 2)

    return decide(values.real) + 1j * decide(values.imag)


def symbol_error_rate(order: int, snr: ArrayLike) -> FloatArray:
    """Symbol error rate of square QAM in white Gaussian noise, with the channel known.

    Real and imaginary part are detected independently, so the rate is ``1 - (1 - p)^2``, where p is the rate of
    amplitude modulation with sqrt(order) levels.

    Parameters
    ----------
    order : int
        As for `qam`.
    snr : array_like
        Mean power of a received symbol over the variance of the complex noise, linear, above zero.

    Examples
    --------
    >>> round(float(symbol_error_rate(4, 10.0)), 6)
    0.001565
    """
    side, spacing = _square(order)
    snr = _validate.positive_array("snr", snr)
    # Half the distance between levels, over the standard deviation of one part of the noise, is
    # sqrt(snr / 2) spacing; Q(x) = erfc(x / sqrt(2)) / 2.
    tail = 0.5 * erfc(spacing / 2 * np.sqrt(snr))
    part = 2 * (1 - 1 / side) * tail
    rate: FloatArray = part * (2 - part)
    return rate


def _square(order: int) -> tuple[int, float]:
    """Levels per part, and the distance between them at unit mean power."""
    order = _validate.integer("order", order, at_least=4)
    side = math.isqrt(order)
    if side**2 != order or side & (side - 1):
        raise ValueError(f"order must be that of square QAM, a power of 4 such as 4, 16 or 64, got {order}")
    return side, math.sqrt(6 / (order - 1))
