"""Checks of arguments, each with an error that names the argument, what came and what would do."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any, SupportsFloat, SupportsIndex, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
ComplexArray: TypeAlias = NDArray[np.complex128]

#: Closest that an angle of arrival may come to endfire: below it the azimuth has no usable derivative.
ENDFIRE_MARGIN = 1e-9
#: Largest deviation of a beam's elements from unit modulus that counts as rounding.
MODULUS_TOLERANCE = 1e-9
#: Largest magnitude of a number that can be squared and summed.
LARGEST = 1e100
#: Largest magnitude of symbols, spacings and responses, whose products appear to the fourth power in determinants.
LARGEST_FACTOR = 1e30
#: Largest factor, or its inverse, of which a bound or an information is a multiple: it leaves room on both sides.
LARGEST_SCALE = 1e150
#: Error of a matrix that has to be symmetric and positive semidefinite, relative to its largest entry.
SYMMETRY_TOLERANCE = 1e-9
#: Largest length of an axis.
_LONGEST = 2**31 - 1
#: Elements of beams that are checked together: few enough to stay in the processor's cache.
_BLOCK = 2**14


def instance(name: str, value: object, kind: type) -> None:
    """Raise unless ``value`` is of a kind."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a noisac.{kind.__name__}, got {value!r}")


def integer(name: str, value: object, *, at_least: int, at_most: int | None = None) -> int:
    """Return ``value`` as an int within its limits."""
    limits = f"an integer of at least {at_least}" + ("" if at_most is None else f" and at most {at_most}")
    try:
        number = operator.index(cast(SupportsIndex, _scalar(name, value)))
    except TypeError:
        raise ValueError(f"{name} must be {limits}, got {value!r}") from None
    if isinstance(value, bool) or number < at_least or (at_most is not None and number > at_most):
        raise ValueError(f"{name} must be {limits}, got {value!r}")
    return number


def real(name: str, value: object, *, positive: bool = False) -> float:
    """Return ``value`` as a finite float, above zero if asked."""
    wanted = "a finite positive number" if positive else "a finite number"
    if isinstance(value, str | bytes | bytearray | bool | complex) or _kind(value) not in "iuf":
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    try:
        number = float(cast(SupportsFloat, _scalar(name, value)))
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be {wanted}, got {value!r}") from None
    if not math.isfinite(number) or (positive and number <= 0):
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    if abs(number) > LARGEST:
        raise ValueError(f"{name} must be of magnitude up to {LARGEST:g}, got {value!r}")
    return number


def factor(name: str, value: object) -> float:
    """Return ``value`` as a positive number that can be multiplied by, and divided by."""
    number = real(name, value, positive=True)
    if number * LARGEST_SCALE < 1:
        raise ValueError(f"{name} must be at least {1 / LARGEST_SCALE:g} to be computed with, got {value!r}")
    return number


def complex_number(name: str, value: object) -> complex:
    """Return ``value`` as a finite complex number other than zero."""
    try:
        fits = not isinstance(value, str | bytes | bytearray | bool) and _kind(value) in "iufc"
        number: complex = complex(_scalar(name, value)) if fits else 0j  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        number = 0j
    if not np.isfinite(number) or number == 0:
        raise ValueError(f"{name} must be a finite non-zero complex number, got {value!r}")
    return number


def shape_2d(name: str, value: object) -> tuple[int, int]:
    """Return ``value`` as the (rows along y, columns along z) of a rectangular array."""
    items = _sequence(name, value, "two positive integers (along y, along z)", 2)
    return integer(f"{name}[0]", items[0], at_least=1), integer(f"{name}[1]", items[1], at_least=1)


def batch_shape(name: str, value: object) -> tuple[int, ...]:
    """Return ``value``, a number or a sequence of numbers, as leading axes."""
    if not isinstance(value, tuple | list):
        return (integer(name, value, at_least=0, at_most=_LONGEST),)
    return tuple(integer(f"{name}[{i}]", item, at_least=0, at_most=_LONGEST) for i, item in enumerate(value))


def angle_pair(name: str, value: object) -> tuple[float, float]:
    """Return ``value`` as (elevation, azimuth) in radians, away from endfire."""
    items = _sequence(name, value, "an (elevation, azimuth) pair in radians", 2)
    elevation, azimuth = real(f"{name}[0]", items[0]), real(f"{name}[1]", items[1])
    if abs(elevation) > math.pi / 2:
        raise ValueError(f"{name}[0], an elevation, must lie in [-pi/2, pi/2] radians, got {elevation!r}")
    if abs(math.cos(elevation) * math.cos(azimuth)) < ENDFIRE_MARGIN:
        raise ValueError(
            f"{name} = ({elevation!r}, {azimuth!r}) is at endfire, in the plane of the array, where the angles "
            "cannot be determined from the array response; elevation and azimuth must both stay away from pi/2"
        )
    return elevation, azimuth


def position(name: str, value: object) -> tuple[float, float, float]:
    """Return ``value`` as a point (x, y, z) in metres."""
    items = _sequence(name, value, "a point (x, y, z) in metres", 3)
    x, y, z = (real(f"{name}[{i}]", item) for i, item in enumerate(items))
    return x, y, z


def weights(weight: ArrayLike) -> FloatArray:
    """Return the weight zeta of (12) as an array within [0, 1]."""
    array = _array("weight", weight, np.float64)
    if array.size == 0 or not np.all((array >= 0) & (array <= 1)):
        raise ValueError(f"weight (zeta) must lie in [0, 1], got {weight!r}")
    return array


def beams(value: ArrayLike, elements: int, name: str = "beams") -> ComplexArray:
    """Return phase-shift beams of shape (..., L) with unit modulus."""
    array = _array(name, value, np.complex128)
    if array.ndim == 0 or array.shape[-1] != elements:
        raise ValueError(
            f"{name} must have shape (..., {elements}), one element per IRS element, got {array.shape}"
        )
    deviation = _modulus_deviation(array.reshape(-1))
    if not deviation <= MODULUS_TOLERANCE:  # NaN is no deviation to tolerate
        raise ValueError(
            f"{name} must have elements of unit modulus, e^(j phase); got moduli up to {deviation:.3g} away from 1"
        )
    return array


def _modulus_deviation(elements: ComplexArray) -> float:
    """Largest distance of a modulus from 1, or a bound of it that is within the tolerance; block by block."""
    worst = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(elements), _BLOCK):
            block = elements[start : start + _BLOCK]
            # ||z|^2 - 1| is at least ||z| - 1|, and needs no square root.
            deviation = float(np.max(np.abs(block.real**2 + block.imag**2 - 1)))
            if not deviation <= MODULUS_TOLERANCE:
                deviation = float(np.max(np.abs(np.abs(block) - 1)))
            worst = float(np.maximum(worst, deviation))  # keeps NaN
    return worst


def one_beam(value: ArrayLike, elements: int) -> ComplexArray:
    """Return a single phase-shift beam of shape (L,)."""
    array = _array("beam", value, np.complex128)
    if array.ndim != 1:
        raise ValueError(f"beam must be a single beam of shape ({elements},), got shape {array.shape}")
    return beams(array, elements)


def symbols(value: ArrayLike, name: str = "symbols") -> ComplexArray:
    """Return transmitted symbols of shape (..., T) with at least one slot."""
    array = _array(name, value, np.complex128)
    if array.ndim == 0 or array.size == 0:
        raise ValueError(f"{name} must have shape (..., T) with T of at least 1, got shape {array.shape}")
    check_magnitude(name, array, LARGEST_FACTOR)
    check_blocks(name, np.max(np.abs(array), axis=-1), LARGEST_FACTOR)
    return array


def bs_beam(value: ArrayLike, antennas: int) -> ComplexArray:
    """Return a BS beamforming vector w of shape (N_t,)."""
    array = finite_complex("bs_beam", value)
    if array.shape != (antennas,):
        raise ValueError(f"bs_beam must have shape ({antennas},), got {array.shape}")
    check_blocks("bs_beam", np.max(np.abs(array)), LARGEST)
    return array


def real_array(name: str, value: ArrayLike) -> FloatArray:
    """Return ``value`` as an array of real numbers."""
    return _array(name, value, np.float64)


def complex_array(name: str, value: ArrayLike) -> ComplexArray:
    """Return ``value`` as an array of complex numbers."""
    array: ComplexArray = _array(name, value, np.complex128)
    return array


def finite_array(name: str, value: ArrayLike, at_most: float = LARGEST) -> FloatArray:
    """Return ``value`` as an array of finite real numbers."""
    array = real_array(name, value)
    check_magnitude(name, array, at_most)
    return array


def check_magnitude(name: str, array: NDArray[Any], at_most: float = LARGEST) -> None:
    """Raise for NaN, infinity, and what overflows when it is computed with."""
    largest = np.max(np.abs(array), initial=0.0)
    if not np.isfinite(largest):
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    if largest > at_most:
        raise ValueError(f"{name} must be of magnitude up to {at_most:g}, got {largest:g}")


def together(names: str, *arrays: NDArray[Any]) -> None:
    """Raise unless arrays broadcast."""
    try:
        np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise ValueError(f"{names} must have shapes that broadcast, got {shapes}") from None


def check_blocks(name: str, largest: NDArray[Any], largest_of_all: float) -> None:
    """Raise where the largest magnitude of a block is not zero but so small that its powers vanish."""
    largest = np.atleast_1d(largest)
    small = (largest > 0) & (largest < 1 / largest_of_all)
    if np.any(small):
        raise ValueError(
            f"{name} must be zero or of largest magnitude {1 / largest_of_all:g} and more to be computed with, "
            f"got {largest[small].min():g}"
        )


def scale(name: str, value: ArrayLike) -> FloatArray:
    """Return a factor of which bounds are multiples, unless they would leave floating point."""
    array = np.asarray(value, dtype=float)
    outside = ~((array == 0) | ((array >= 1 / LARGEST_SCALE) & (array <= LARGEST_SCALE)))
    if np.any(outside):
        raise ValueError(
            f"{name} must give an information of {1 / LARGEST_SCALE:g} to {LARGEST_SCALE:g} per unit to be "
            f"computed with, got {array[outside].ravel()[0]:g}"
        )
    return array


def semidefinite(name: str, matrices: FloatArray) -> FloatArray:
    """Return finite 2 x 2 matrices, exactly symmetric, unless they are not symmetric and positive semidefinite."""
    largest = np.max(np.abs(matrices), axis=(-2, -1), initial=0.0)
    unit = matrices / np.where(largest > 0, largest, 1.0)[..., None, None]
    first, upper, lower, second = unit[..., 0, 0], unit[..., 0, 1], unit[..., 1, 0], unit[..., 1, 1]
    cross = (upper + lower) / 2
    least = (first + second) / 2 - np.hypot((first - second) / 2, cross)
    if np.any(np.abs(upper - lower) > SYMMETRY_TOLERANCE) or np.any(least < -SYMMETRY_TOLERANCE):
        raise ValueError(
            f"{name} must be symmetric and positive semidefinite, within {SYMMETRY_TOLERANCE:g} of the largest "
            f"entry of each matrix, got {matrices!r}"
        )
    symmetric: FloatArray = (matrices + np.swapaxes(matrices, -1, -2)) / 2
    return symmetric


def positive_array(name: str, value: ArrayLike, *, finite: bool = False) -> FloatArray:
    """Return ``value`` as an array of numbers above zero."""
    array = _array(name, value, np.float64)
    if not np.all(array > 0) or (finite and not np.all(np.isfinite(array))):
        raise ValueError(f"{name} must be {'finite and ' if finite else ''}above 0, got {value!r}")
    return array


def finite_complex(name: str, value: ArrayLike, at_most: float = LARGEST) -> ComplexArray:
    """Return ``value`` as an array of finite complex numbers."""
    array: ComplexArray = _array(name, value, np.complex128)
    check_magnitude(name, array, at_most)
    return array


def generator(value: object) -> None:
    """Raise unless ``value`` is a random generator."""
    if not isinstance(value, np.random.Generator):
        raise ValueError(
            f"rng must be a numpy.random.Generator, such as numpy.random.default_rng(0), got {value!r}"
        )


def choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Raise unless ``value`` is one of the allowed strings."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")


def not_masked(name: str, value: object) -> None:
    """Raise for a masked array, itself or in a sequence: NumPy would compute with what the mask hides."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must not be a masked array, got {value!r}; fill or drop what is masked, and give a plain one"
        )
    if isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, list | tuple | np.ma.MaskedArray):
                not_masked(name, item)


def _kind(value: object) -> str:
    """Kind of a scalar's or an array's dtype; that of a float where it has none."""
    kind: str = getattr(getattr(value, "dtype", None), "kind", "f")
    return kind


def _scalar(name: str, value: object) -> object:
    """Return ``value`` unless it is masked, or an array with axes, of which NumPy would take the only element."""
    not_masked(name, value)
    if getattr(value, "ndim", 0):
        raise TypeError
    return value


def _array(name: str, value: ArrayLike, dtype: type[Any]) -> NDArray[Any]:
    not_masked(name, value)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:  # nested sequences of different lengths, or what is no array
        raise ValueError(f"{name} must be a numeric array, got {value!r}") from error
    if array.dtype.kind not in ("iufc" if dtype is np.complex128 else "iuf"):
        wanted = "a numeric array" if dtype is np.complex128 else "an array of real numbers"
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    return array.astype(dtype, copy=False)


def numbers(name: str, value: object, wanted: str) -> list[float]:
    """Return ``value`` as finite numbers, at least one."""
    return [real(f"{name}[{i}]", item) for i, item in enumerate(_sequence(name, value, wanted))]


def _sequence(name: str, value: object, wanted: str, length: int | None = None) -> list[object]:
    not_masked(name, value)
    items: list[object] = []
    if hasattr(value, "__array__"):
        items = list(np.atleast_1d(np.asarray(value)))
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
        items = list(value)  # a set has no order, and an iterator is used up by the first look
    if not items or (length is not None and len(items) != length):
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    return items


def symbol_variance(variance: object) -> float:
    """Check sigma_x^2, which the unit mean power of the symbols limits."""
    checked = real("variance", variance)
    if not 0 <= checked <= 1:
        raise ValueError(f"variance (sigma_x^2) must lie in [0, 1] because E|x|^2 = 1, got {checked!r}")
    return checked
