"""Equality of results that hold arrays: by their values, where NumPy would compare element by element."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np

Kind = TypeVar("Kind", bound=type)


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
