"""When a computed number counts as zero, and when two count as equal: the tolerances of every such question.

Whether a sum of phasors vanishes, a matrix is singular, two lines are parallel or two beams tie is a question
about exact numbers that is put to rounded ones, and the answer must not change with the processor's last bit. So a
number is zero when it is small beside what it was computed from, by more than rounding explains: that of the
computation and that of inputs which are off by 4 units in the last place. What lies above is taken as it is, so
that beside a bound that does not exist there are large ones that do.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac._validate import FloatArray

Kind = TypeVar("Kind", bound=type)

EPS = float(np.finfo(float).eps)
#: Error of a sum, relative to the sum of the magnitudes of its terms, per radian of their phases and one more.
ROUNDING = 64 * EPS
#: The same where only the sum is known, of terms with phases of up to some hundred radians.
PHASED = 64 * ROUNDING
#: Largest share of a sum that rounding may take, whatever the phases.
LARGEST_SHARE = 1e-6
#: Objectives (decades) that are closer are equal, and likewise gains, relative to the largest of them.
TIE = 1e-9


def zero_below(value: FloatArray, limit: ArrayLike) -> FloatArray:
    """Set to zero what is not above its rounding error."""
    return np.where(np.abs(value) <= limit, 0.0, value)


def share_of_rounding(phase: FloatArray) -> FloatArray:
    """Error of a term of unit magnitude with a phase computed as a sum of this many radians."""
    return np.minimum(ROUNDING * (1 + phase), LARGEST_SHARE)


def lowest(values: FloatArray) -> NDArray[np.intp]:
    """Index of the lowest value along the last axis; of values that tie, the first."""
    least = values.min(axis=-1, keepdims=True)
    index: NDArray[np.intp] = np.argmax(values <= least + TIE, axis=-1)
    return index


def lower(values: ArrayLike, than: ArrayLike) -> NDArray[np.bool_]:
    """Whether values are lower than others by more than a tie."""
    return values < np.subtract(than, TIE)


def order_of(values: FloatArray) -> NDArray[np.intp]:
    """Order of rising values along the last axis; those that tie with their neighbour stay as they were."""
    order = np.argsort(values, axis=-1, kind="stable")
    rising = np.take_along_axis(values, order, axis=-1)
    with np.errstate(invalid="ignore"):  # inf - inf, which tie
        steps = np.diff(rising, axis=-1)
        apart = steps > TIE
        if not np.any((steps > 0) & ~apart):  # equals are in order already
            return order
    place = np.zeros(values.shape, np.intp)
    np.put_along_axis(place, order[..., 1:], np.cumsum(apart, axis=-1), axis=-1)
    return np.argsort(place, axis=-1, kind="stable")


def equal_by_value(kind: Kind) -> Kind:
    """Decorate a class of results, so that ``==`` says whether two of them hold the same.

    Equal are those of the same class whose arrays have the same shapes and the same values to the last bit, NaN
    being the same as NaN. Nothing is rounded; `numpy.testing.assert_allclose` compares the fields within an error.
    Like arrays, such results are not hashable.
    """
    changed: Any = kind
    changed.__eq__ = _equal
    changed.__ne__ = _unequal
    changed.__hash__ = None
    return kind


def _equal(self: Any, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return all(_same(one, another) for one, another in zip(_values(self), _values(other), strict=True))


def _unequal(self: Any, other: object) -> Any:
    equal = _equal(self, other)
    return equal if equal is NotImplemented else not equal


def _values(result: Any) -> tuple[object, ...]:
    if isinstance(result, tuple):
        return tuple(result)
    return tuple(getattr(result, field.name) for field in dataclasses.fields(result))


def _same(one: Any, another: Any) -> bool:
    """Whether two fields, which may be results, tuples or ``None``, hold the same."""
    if isinstance(one, np.ndarray | np.generic | float | complex):
        return bool(np.array_equal(one, another, equal_nan=np.asarray(one).dtype.kind in "fc"))
    if type(one) is tuple and type(another) is tuple:
        return len(one) == len(another) and all(map(_same, one, another))
    return bool(one == another)
