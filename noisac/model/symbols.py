"""Transmitted symbols: Gaussian draws, pilots, and the moments through which they enter the bounds."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import ROUNDING, equal_by_value
from noisac._validate import ComplexArray, FloatArray

SymbolModel: TypeAlias = Literal["real", "complex", "known"]
SYMBOL_MODELS: tuple[SymbolModel, ...] = ("real", "complex", "known")
#: Parts of a symbol that are unknown, as the numbers by which they enter it.
UNKNOWN_PARTS: dict[SymbolModel, tuple[complex, ...]] = {"real": (1.0,), "complex": (1.0, 1j), "known": ()}


@equal_by_value
class SymbolMoments(NamedTuple):
    """Second moments of the symbols of a block: all that the bounds need of them, whatever T is.

    Attributes
    ----------
    slots : float
        T, or the mean number of slots' worth of energy where a block is shared.
    factor : (..., 2, 2) array
        F, lower triangular, with ``F F^T = sum_t [Re x, Im x]^T [Re x, Im x]``.
    """

    slots: float
    factor: FloatArray

    @property
    def power(self) -> FloatArray:
        """P = sum_t |x(t)|^2, shape (...)."""
        total: FloatArray = np.sum(self.factor**2, axis=(-2, -1))
        return total

    @property
    def pseudo_power(self) -> ComplexArray:
        """Q = sum_t x(t)^2, shape (...)."""
        square = self.factor @ np.swapaxes(self.factor, -1, -2)
        return square[..., 0, 0] - square[..., 1, 1] + 2j * square[..., 0, 1]


def symbol_moments(symbols: ArrayLike) -> SymbolMoments:
    """Second moments of given symbols.

    The factor comes from a QR decomposition of the (T, 2) matrix of real and imaginary parts, not from P and Q,
    so that symbols that are nearly collinear in the complex plane lose no digits.

    Parameters
    ----------
    symbols : (..., T) array_like
        At least one slot; the largest magnitude of a block within 1e-30 and 1e30, or zero.

    Examples
    --------
    >>> moments = symbol_moments([1.0, 1j, 1 + 1j])
    >>> round(float(moments.power), 12), complex(np.round(moments.pseudo_power, 12))
    (4.0, 2j)
    """
    return moments_of(_validate.symbols(symbols))


def moments_of(symbols: ComplexArray) -> SymbolMoments:
    """`symbol_moments` of symbols that were checked."""
    slots = symbols.shape[-1]
    parts = np.stack([symbols.real, symbols.imag], axis=-1)
    triangular = np.linalg.qr(parts, mode="r")  # (..., min(T, 2), 2)
    factor = np.zeros((*symbols.shape[:-1], 2, 2))
    factor[..., :slots] = np.swapaxes(triangular, -1, -2)
    return SymbolMoments(slots, _without_rounding(factor))


def as_moments(symbols: ArrayLike | SymbolMoments) -> SymbolMoments:
    """Return moments as they are, once checked, and symbols as their moments."""
    if not isinstance(symbols, SymbolMoments):
        return symbol_moments(symbols)
    name = "symbols, given as SymbolMoments,"
    slots = _validate.real(f"{name} slots", symbols.slots, positive=True)
    # What many symbols of the largest magnitude add up to has to pass.
    factor = _validate.finite_array(f"{name} factor", symbols.factor, 1e5 * _validate.LARGEST_FACTOR)
    if factor.shape[-2:] != (2, 2):
        raise ValueError(f"{name} must have a factor of shape (..., 2, 2), got shape {factor.shape}")
    largest = np.max(np.abs(factor), axis=(-2, -1), initial=0.0)
    _validate.check_blocks(name, largest, 10 * _validate.LARGEST_FACTOR)
    return SymbolMoments(slots, _without_rounding(factor))


def _without_rounding(factor: FloatArray) -> FloatArray:
    """Write the factor such that symbols without a real part have F_11 = 0, and collinear ones F_22 = 0.

    An imaginary or a second part that is only rounding, beside all the symbols, is none.
    """
    f11, f21, f22 = factor[..., 0, 0], factor[..., 1, 0], factor[..., 1, 1]
    size = np.hypot(np.hypot(f11, f21), f22)
    imaginary = np.abs(f11) <= ROUNDING * size
    collinear = np.abs(f11) / np.where(size > 0, size, 1.0) * np.abs(f22) <= ROUNDING * size
    if not np.any(collinear):
        return factor
    clean = np.array(factor, dtype=float)
    clean[..., 0, 0] = np.where(imaginary, 0.0, f11)
    clean[..., 1, 0] = np.where(imaginary, np.hypot(f21, f22), f21)
    clean[..., 1, 1] = np.where(collinear, 0.0, f22)
    return clean


def expected_symbol_moments(slots: int, variance: float) -> SymbolMoments:
    """Expected second moments of T symbols from CN(mu_x, sigma_x^2): one beam for all draws (reading R3).

    Parameters
    ----------
    slots : int
        T, at least 1.
    variance : float
        sigma_x^2, in [0, 1].

    Examples
    --------
    >>> float(expected_symbol_moments(4, 1.0).power.round(12))
    4.0
    """
    slots = _validate.integer("slots", slots, at_least=1)
    variance = _validate.symbol_variance(variance)
    return SymbolMoments(slots, np.diag(np.sqrt(slots * np.array([1 - variance / 2, variance / 2]))))


def draw_symbols(
    rng: np.random.Generator, slots: int, variance: float = 1.0, *, size: int | tuple[int, ...] = ()
) -> ComplexArray:
    """Draw symbols ``(*size, T)`` from CN(mu_x, sigma_x^2) with ``E|x|^2 = 1``, so mu_x = sqrt(1 - sigma_x^2).

    The draws for different ``slots`` and ``variance`` share their noise: a longer block begins with the
    shorter one of the same stream (for ``size=()``).

    Equations: (50) : definition

    Parameters
    ----------
    rng : numpy.random.Generator
    slots : int
        T, at least 1.
    variance : float
        sigma_x^2, in [0, 1]; 0 gives pilots.
    size : int or tuple of int
        Leading axes.

    Examples
    --------
    >>> x = draw_symbols(np.random.default_rng(0), 100_000)
    >>> round(float(np.mean(abs(x) ** 2)), 2)
    1.0
    """
    _validate.generator(rng)
    slots = _validate.integer("slots", slots, at_least=1)
    variance = _validate.symbol_variance(variance)
    axes = _validate.batch_shape("size", size)
    parts = rng.standard_normal((*axes, slots, 2))
    noise: ComplexArray = (parts[..., 0] + 1j * parts[..., 1]) * np.sqrt(variance / 2)
    symbols: ComplexArray = np.sqrt(1 - variance) + noise
    return symbols


def pilots(slots: int) -> ComplexArray:
    """Positioning reference signals, known to the receiver: T symbols 1.

    Parameters
    ----------
    slots : int
        T, at least 1.

    Examples
    --------
    >>> pilots(2)
    array([1.+0.j, 1.+0.j])
    """
    return np.ones(_validate.integer("slots", slots, at_least=1), dtype=complex)
