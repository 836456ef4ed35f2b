"""What the chapter of errata computes: formulas exactly as printed, and what they leave out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.bounds.fisher import one_block
from noisac.model.scenario import Scenario


class SecondDerivatives(NamedTuple):
    """Second derivatives of a real function of one complex variable.

    By x with its conjugate held fixed, the rule of (51) and (52); d^2 / dx dx*, a quarter of the Laplacian; and by
    the real part of x, the one parameter that (22) gives a symbol.
    """

    holomorphic: complex
    mixed: float
    real_axis: float


class Multiplications(NamedTuple):
    """Complex multiplications for the derivatives (23)-(25) of one candidate.

    Those of Remark 1, L^3 (2 T + 1); all 2 T + 1 products as written, from the left, Theta as a full matrix; from
    the right, Theta as a diagonal, and x(t) last; and for the three sums that Theorem 1 depends on.
    """

    remark: int
    left_to_right: int
    right_to_left: int
    sums: int


def log_prior(symbols: ArrayLike, mean: complex, variance: float) -> float:
    """Logarithm of p(x), (50).

    Equations: (50) : definition

    Parameters
    ----------
    symbols : (T,) array_like
        x(t), of one block.
    mean : complex
        mu_x.
    variance : float
        sigma_x^2, above 0.

    Examples
    --------
    >>> round(log_prior([1j], 0.0, 1.0), 4) == round(-math.log(math.pi) - 1, 4)
    True
    """
    symbols = one_block(symbols)
    variance = _validate.real("variance", variance, positive=True)
    distance = float(np.sum(np.abs(symbols - mean) ** 2))
    return -len(symbols) * math.log(math.pi * variance) - distance / variance


def second_derivatives(
    function: Callable[[complex], float], at: complex, *, step: float = 1e-3
) -> SecondDerivatives:
    """Second derivatives of a real function of a complex variable, by central differences.

    With x = a + j b, d/dx = (d/da - j d/db) / 2. For polynomials of degree two they are exact up to rounding.

    Equations: (51)-(52)

    Parameters
    ----------
    function : callable
        From a complex number to a real one.
    at : complex
    step : float
        Half width of the differences, above 0.

    Examples
    --------
    >>> found = second_derivatives(lambda x: abs(x) ** 2, 0.3 + 0.4j)
    >>> round(abs(found.holomorphic), 6), round(found.mixed, 6), round(found.real_axis, 6)
    (0.0, 1.0, 2.0)
    """
    step = _validate.real("step", step, positive=True)

    def difference(first: complex, second: complex) -> float:
        total = function(at + step * (first + second)) - function(at + step * (first - second))
        total += function(at - step * (first + second)) - function(at - step * (first - second))
        return total / (4 * step**2)

    along_real, along_imaginary, across = difference(1, 1), difference(1j, 1j), difference(1, 1j)
    return SecondDerivatives(
        (along_real - along_imaginary - 2j * across) / 4, (along_real + along_imaginary) / 4, along_real
    )


def printed_candidate_factors(probabilities: ArrayLike) -> FloatArray:
    """Factor of (44), as printed, for each element and each phase that it may take: (..., L, 2**b).

    The exponents pick one phase. If it is one of the first 2^b - 1, the first product is its probability p and
    the bracket behind it 1 - p; if it is the last, the first product is empty, 1, and the bracket 0. The sum of
    (44) over all beams is the product over the elements of its sums.

    Equations: (44)-(45)

    Parameters
    ----------
    probabilities : (..., L, 2**b) array_like
        P, one row per element.

    Examples
    --------
    >>> printed_candidate_factors([[0.25, 0.25, 0.25, 0.25]])
    array([[0.1875, 0.1875, 0.1875, 0.    ]])
    """
    probabilities = np.asarray(probabilities, dtype=float)
    if probabilities.ndim < 1 or probabilities.shape[-1] < 2:
        raise ValueError(
            f"probabilities must have shape (..., L, 2**b) with b at least 1, got {probabilities.shape}"
        )
    picked = np.eye(probabilities.shape[-1])[:, :-1]  # Gamma of (45): phase taken, s = 1, ..., 2^b - 1
    first: FloatArray = np.prod(probabilities[..., None, :-1] ** picked, axis=-1)
    return first * (1 - first)


def multiplications(scenario: Scenario, slots: int) -> Multiplications:
    """Count the complex multiplications of (23)-(25) for one candidate and T slots, in several orders.

    Equations: (23)-(25)

    Examples
    --------
    >>> multiplications(Scenario(), 2)
    Multiplications(remark=20480, left_to_right=31424, right_to_left=976, sums=48)
    """
    slots = _validate.integer("slots", slots, at_least=1)
    elements, antennas, bs = scenario.irs_elements, scenario.user_antennas, scenario.bs_antennas
    vectors = 2 * slots + 1
    chain = antennas * elements**2 + antennas * elements * bs + antennas * bs  # ((H Theta) H_B2I) w
    with_symbols = 2 * slots * antennas
    once = elements * bs + elements + 3 * antennas * elements  # H (Theta (H_B2I w)), three H
    return Multiplications(
        elements**3 * vectors, vectors * chain + with_symbols, once + with_symbols, 3 * elements
    )
