"""From the two pairs of angles of a coherence block to the user's position: measurement, information and bound.

The user's array has a known orientation, parallel to the y-z plane as in the paper, so that a pair of angles of
arrival is a line through the sub-IRS that it belongs to. `noisac.positioning.fixes` estimates the position from
such lines, `noisac.positioning.orientation` asks what is left when the orientation is unknown too.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import ROUNDING
from noisac._validate import FloatArray

#: Largest coordinate in metres, and inverse of the least distance, whose powers stay within floating point.
_FARTHEST = 1e50


def points(name: str, value: ArrayLike) -> FloatArray:
    """Return finite points of shape (..., 3), in an array of their own."""
    array = _validate.real_array(name, value)
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ValueError(f"{name} must hold points (x, y, z) in metres, shape (..., 3), got shape {array.shape}")
    _validate.check_magnitude(name, array, _FARTHEST)
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
    _validate.check_magnitude("angle_information", array)
    _validate.check_blocks("angle_information", np.max(np.abs(array), axis=(-2, -1)), _validate.LARGEST)
    return _validate.semidefinite("angle_information", array)


#: Eigenvalues of the 2 x 2 information on a pair of angles, scaled to a unit diagonal, that are rounding.
_SINGULAR_PAIR = 1e-13
#: The same for singular values of the position's factor, relative to the largest. A small eigenvalue of a pair may
#: be wrong by 1e-15, and its root by more, which leaves half of the digits.
_SINGULAR = 1e-7
#: A horizontal distance below this fraction of the coordinates is none.
_VERTICAL = ROUNDING


def angles_of_arrival(anchors: ArrayLike, positions: ArrayLike) -> FloatArray:
    """Angles at which a user sees the sub-IRSs.

    Parameters
    ----------
    anchors : (I, 3) array_like
        Centres of the sub-IRSs in metres, ``geometry.irs_positions``.
    positions : (..., 3) array_like
        Positions of the user in metres.

    Returns
    -------
    (..., I, 2) array
        (elevation, azimuth)^A_I2U in radians, the azimuth in (-pi, pi].

    Raises
    ------
    ValueError
        For points of the wrong shape, or a position vertically above or below an anchor, which has no azimuth.

    Examples
    --------
    >>> angles_of_arrival([[0.0, 0.0, 5.0]], [5.0, 0.0, 0.0]).round(6)
    array([[0.785398, 3.141593]])
    """
    offsets = _offsets(anchors, positions)
    return np.stack(
        [
            np.arctan2(offsets[..., 2], np.hypot(offsets[..., 0], offsets[..., 1])),
            np.arctan2(offsets[..., 1], offsets[..., 0]),
        ],
        axis=-1,
    )


def angle_gradients_by_position(anchors: ArrayLike, positions: ArrayLike) -> FloatArray:
    """Gradients G_i of the angles of arrival by the user's position.

    Parameters
    ----------
    anchors, positions
        As for `angles_of_arrival`, errors included.

    Returns
    -------
    (..., I, 2, 3) array
        In radians per metre: rows elevation and azimuth, columns x, y, z.

    Examples
    --------
    >>> gradients = angle_gradients_by_position([[0.0, 0.0, 5.0]], [5.0, 0.0, 0.0])
    >>> (gradients + 0.0).round(3)
    array([[[-0.1,  0. , -0.1],
            [ 0. ,  0.2,  0. ]]])
    """
    offsets = _offsets(anchors, positions)
    level = np.hypot(offsets[..., 0], offsets[..., 1])
    squared = level**2 + offsets[..., 2] ** 2
    x, y, z = offsets[..., 0], offsets[..., 1], offsets[..., 2]
    elevation = np.stack([x * z / level, y * z / level, -level], axis=-1) / squared[..., None]
    azimuth = np.stack([y, -x, np.zeros_like(x)], axis=-1) / level[..., None] ** 2
    return np.stack([elevation, azimuth], axis=-2)


def position_information(anchors: ArrayLike, positions: ArrayLike, angle_information: ArrayLike) -> FloatArray:
    """Information on the user's position, the sum of G_i^T J_i G_i over the sub-IRSs.

    Parameters
    ----------
    anchors, positions
        As for `angles_of_arrival`, errors included.
    angle_information : (..., I, 2, 2) array_like
        Finite information J_i on each pair of angles, the inverse of its covariance, as from
        `noisac.bounds.equivalent_angle_information`; symmetric and positive semidefinite within 1e-9 of its
        largest entry.

    Returns
    -------
    (..., 3, 3) array
        In m^-2. Information of independent blocks at the same position adds.

    Examples
    --------
    >>> position_information([[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]], [4.0, 7.0, 0.0], [np.eye(2)] * 2).shape
    (3, 3)
    """
    gradients = angle_gradients_by_position(anchors, positions)
    pairs = information_pairs(angle_information, gradients.shape[-3])
    result: FloatArray = np.sum(np.swapaxes(gradients, -1, -2) @ pairs @ gradients, axis=-3)
    return result


def position_covariance(
    anchors: ArrayLike, positions: ArrayLike, angle_information: ArrayLike, *, height_known: bool = False
) -> FloatArray:
    """Bound on the covariance of an unbiased position estimate.

    Parameters
    ----------
    anchors, positions, angle_information
        As for `position_information`, errors included.
    height_known : bool
        Whether z is known, as for a user on the floor; then its row and column are zero.

    Returns
    -------
    (..., 3, 3) array
        In m^2; all entries ``inf`` where the angles do not determine the position.

    Examples
    --------
    >>> anchors, user = [[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]], [4.0, 7.0, 0.0]
    >>> free = position_covariance(anchors, user, [np.eye(2)] * 2)
    >>> on_floor = position_covariance(anchors, user, [np.eye(2)] * 2, height_known=True)
    >>> bool(np.trace(on_floor) < np.trace(free))
    True
    """
    values, vectors = _spectrum(anchors, positions, angle_information, height_known)
    scaled = vectors / np.where(values > 0, values, 1.0)[..., None, :]
    free = scaled @ np.swapaxes(scaled, -1, -2)
    covariance = np.zeros((*free.shape[:-2], 3, 3))
    covariance[..., : free.shape[-1], : free.shape[-1]] = free
    covariance[values[..., -1] == 0] = np.inf
    return covariance


def position_error_bound(
    anchors: ArrayLike, positions: ArrayLike, angle_information: ArrayLike, *, height_known: bool = False
) -> FloatArray:
    """Position error bound (PEB), the square root of the trace of `position_covariance`.

    Parameters
    ----------
    anchors, positions, angle_information, height_known
        As for `position_covariance`, errors included.

    Returns
    -------
    (...) array
        In metres; ``inf`` where the angles do not determine the position, or determine one direction 1e7 times
        worse than another, which the information given as matrices cannot tell from it.

    Examples
    --------
    >>> anchors = [[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]]
    >>> precise = [np.eye(2) / 1e-3**2] * 2  # angles to a milliradian
    >>> round(float(position_error_bound(anchors, [4.0, 7.0, 0.0], precise)), 3)
    0.067
    >>> float(position_error_bound(anchors, [0.0, 7.0, 5.0], precise))  # both in the same direction
    inf
    """
    values, _ = _spectrum(anchors, positions, angle_information, height_known)
    with np.errstate(divide="ignore"):
        bound: FloatArray = np.sqrt(np.sum(1 / values**2, axis=-1))
    return bound


def _offsets(anchors: ArrayLike, positions: ArrayLike) -> FloatArray:
    """Vectors from the user to the anchors, (..., I, 3)."""
    ends = anchor_points(anchors), points("positions", positions)[..., None, :]
    offsets = ends[0] - ends[1]
    size = np.maximum(*(np.hypot(end[..., 0], end[..., 1]) for end in ends))
    if np.any(np.hypot(offsets[..., 0], offsets[..., 1]) <= _VERTICAL * size):
        raise ValueError(
            "positions must not lie vertically above or below an anchor, nor on it: no azimuth is defined there"
        )
    level = np.hypot(offsets[..., 0], offsets[..., 1])
    if np.any(level * _FARTHEST < 1):
        raise ValueError(
            f"positions must be {1 / _FARTHEST:g} m and more from every anchor, seen from above, to be "
            "computed with"
        )
    return offsets


def _square_root(pairs: FloatArray) -> FloatArray:
    """W with W^T W = J for 2 x 2 matrices J, which may be singular."""
    size = np.sqrt(np.diagonal(pairs, axis1=-2, axis2=-1))
    safe = np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(pairs / (safe[..., :, None] * safe[..., None, :]))
    values = np.where(values > _SINGULAR_PAIR, values, 0.0)
    root: FloatArray = np.sqrt(values)[..., :, None] * np.swapaxes(vectors, -1, -2) * size[..., None, :]
    return root


def _spectrum(
    anchors: ArrayLike, positions: ArrayLike, angle_information: ArrayLike, height_known: bool
) -> tuple[FloatArray, FloatArray]:
    """Falling square roots of the eigenvalues of the position's information, and its eigenvectors as columns.

    They are singular values of its factor, so that small ones keep their digits; those at rounding are zero.
    """
    gradients = angle_gradients_by_position(anchors, positions)
    if height_known:
        gradients = gradients[..., :2]
    rows = _square_root(information_pairs(angle_information, gradients.shape[-3])) @ gradients
    rows = rows.reshape(*rows.shape[:-3], 2 * rows.shape[-3], rows.shape[-1])
    _, values, right = np.linalg.svd(rows, full_matrices=rows.shape[-2] < rows.shape[-1])
    if values.shape[-1] < rows.shape[-1]:  # fewer angles than unknowns
        missing = np.zeros((*values.shape[:-1], rows.shape[-1] - values.shape[-1]))
        values = np.concatenate([values, missing], axis=-1)
    values = np.where(values > _SINGULAR * values[..., :1], values, 0.0)
    return values, np.swapaxes(right, -1, -2)


def error_ellipse(covariance: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Ellipse that holds a Gaussian estimate of a point in the plane with the given probability.

    Parameters
    ----------
    covariance : (..., 2, 2) array_like
        In m^2, finite; symmetric and positive semidefinite within 1e-9 of its largest entry.
    confidence : float
        Probability, strictly between 0 and 1.

    Returns
    -------
    major, minor, angle : arrays of shape (...)
        Semi-axes in metres, and the angle of the major axis from the first coordinate in radians.

    Examples
    --------
    >>> major, minor, angle = error_ellipse(np.diag([1.0, 4.0]), 0.95)
    >>> round(float(major), 3), round(float(minor), 3), round(float(abs(angle)), 3)
    (4.895, 2.448, 1.571)
    """
    covariance = _validate.real_array("covariance", covariance)
    if covariance.shape[-2:] != (2, 2) or not np.all(np.isfinite(covariance)):
        raise ValueError(f"covariance must be finite and of shape (..., 2, 2), got shape {covariance.shape}")
    _validate.check_blocks("covariance", np.max(np.abs(covariance), axis=(-2, -1)), _validate.LARGEST_SCALE)
    covariance = _validate.semidefinite("covariance", covariance)
    confidence = _validate.real("confidence", confidence, positive=True)
    if confidence >= 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, got {confidence!r}")
    values, vectors = np.linalg.eigh(covariance)
    # The squared Mahalanobis distance of a point in the plane is exponentially distributed with mean 2.
    axes = np.sqrt(-2 * math.log1p(-confidence) * np.clip(values, 0, None))
    return axes[..., 1], axes[..., 0], np.arctan2(vectors[..., 1, 1], vectors[..., 0, 1])
