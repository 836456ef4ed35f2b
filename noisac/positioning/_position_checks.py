"""Checks of points, anchors and information on pairs of angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray


def points(name: str, value: ArrayLike) -> FloatArray:
    """Return finite points of shape (..., 3), in an array of their own."""
    array = _validate.real_array(name, value)
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ValueError(f"{name} must hold points (x, y, z) in metres, shape (..., 3), got shape {array.shape}")
    _validate.check_magnitude(name, array)
    return array.copy()


def anchor_points(value: ArrayLike) -> FloatArray:
    """Return the anchors, shape (I, 3)."""
    array = points("anchors", value)
    if array.ndim != 2 or len(array) == 0:
        raise ValueError(
            f"anchors must hold one point per sub-IRS, shape (I, 3) with I of at least 1, got {array.shape}"
        )
    return array


def information_pairs(angle_information: ArrayLike, anchors: int) -> FloatArray:
    """Return one finite 2 x 2 information matrix per sub-IRS, shape (..., I, 2, 2)."""
    array = _validate.real_array("angle_information", angle_information)
    if array.ndim < 3 or array.shape[-3:] != (anchors, 2, 2):
        raise ValueError(
            f"angle_information must have shape (..., {anchors}, 2, 2), a matrix per sub-IRS, got {array.shape}"
        )
    if not np.all(np.isfinite(array)):
        raise ValueError(
            "angle_information must be finite, got NaN or infinity; where a bound is infinite, give the "
            "information of equivalent_angle_information rather than an inverse"
        )
    return array
