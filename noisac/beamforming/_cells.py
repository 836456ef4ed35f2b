"""Boxes of directions of a beam's three sums, the cells of `noisac.beamforming.certificate`."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from noisac._validate import ComplexArray, FloatArray


class Cells(NamedTuple):
    """Boxes on faces of the cube: their corners, the axes that vary, their bounds, and the b that gave these."""

    low: FloatArray  # (n, 5)
    high: FloatArray
    bound: FloatArray  # (n,)
    b: ComplexArray  # (n, 3)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Cells:
        return Cells(self.low[which], self.high[which], self.bound[which], self.b[which])

    def and_also(self, more: Cells) -> Cells:
        """Append other cells."""
        low, high, bound = (np.concatenate(pair) for pair in zip(self[:3], more[:3], strict=True))
        return Cells(low, high, bound, np.concatenate([self.b, more.b]))

    def corners(self) -> FloatArray:
        """(n, 16, 5): one axis has no width, and every corner is there once."""
        flat = np.argmin(self.high - self.low, axis=1)
        free = np.array([[axis for axis in range(5) if axis != fixed] for fixed in range(5)])[flat]
        choice = np.array(list(itertools.product((0, 1), repeat=4)), bool)
        some = np.where(
            choice, np.take_along_axis(self.high, free, 1)[:, None], np.take_along_axis(self.low, free, 1)[:, None]
        )
        corners = np.repeat(self.low[:, None], len(choice), axis=1)
        np.put_along_axis(corners, np.broadcast_to(free[:, None], some.shape), some, axis=2)
        return corners


def cells_of(low: FloatArray, high: FloatArray) -> Cells:
    return Cells(low, high, np.full(len(low), -np.inf), np.zeros((len(low), 3), complex))


def roots() -> Cells:
    """The faces of [0, 1] x [-1, 1]^4 that a ray with u_1 >= 0 meets."""
    low, high = [np.r_[1.0, -np.ones(4)]], [np.ones(5)]
    for axis in range(1, 5):
        for end in (-1.0, 1.0):
            one, other = np.r_[0.0, -np.ones(4)], np.ones(5)
            one[axis] = other[axis] = end
            low.append(one)
            high.append(other)
    return cells_of(np.array(low), np.array(high))


def silent_roots() -> Cells:
    """Directions with s_0 = 0, up to a common phase: the second or the third sum is the largest, and real."""
    low = np.array([[0.0, 1, 0, -1, -1], [0.0, -1, -1, 1, 0]])
    high = np.array([[0.0, 1, 0, 1, 1], [0.0, 1, 1, 1, 0]])
    return cells_of(low, high)


def as_sums(vectors: FloatArray) -> ComplexArray:
    """Read u in R^5 as three complex numbers."""
    first, second, third = vectors[..., 0] + 0j, vectors[..., 1:3], vectors[..., 3:]
    return np.stack([first, *(pair[..., 0] + 1j * pair[..., 1] for pair in (second, third))], axis=-1)


def halved(cells: Cells, axes: NDArray[np.intp]) -> Cells:
    """Both halves of cells, along the axes given."""
    rows = np.arange(len(axes))
    middle = (cells.low[rows, axes] + cells.high[rows, axes]) / 2
    low, high = cells.low.copy(), cells.high.copy()
    high[rows, axes] = low[rows, axes] = middle
    return cells._replace(high=high).and_also(cells._replace(low=low))
