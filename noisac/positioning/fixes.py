"""Estimates of the user's position from angles of arrival: intersection of lines, and maximum likelihood."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import FloatArray
from noisac.positioning.error_bound import (
    anchor_points,
    angle_gradients_by_position,
    angles_of_arrival,
    information_pairs,
    points,
    position_covariance,
)

#: Squared sine between two lines below which they are parallel: the normal matrix holds its square, and has no
#: digits left of it.
_PARALLEL = 1e-14
#: Least damping of the Gauss-Newton matrix: far too little to slow it down, enough to keep it solvable.
_LEAST_DAMPING = 1e-12


def directions(angles: ArrayLike) -> FloatArray:
    """Unit vectors (..., 3) of pairs of angles.

    Parameters
    ----------
    angles : (..., 2) array_like
        Finite (elevation, azimuth) in radians.

    Examples
    --------
    >>> directions([0.0, np.pi / 2]).round(12)
    array([0., 1., 0.])
    """
    array = _validate.real_array("angles", angles)
    if array.ndim == 0 or array.shape[-1] != 2:
        raise ValueError(
            f"angles must be (elevation, azimuth) pairs in radians, shape (..., 2), got {array.shape}"
        )
    if not np.all(np.isfinite(array)):
        raise ValueError("angles must be finite, got NaN or infinity")
    elevation, azimuth = array[..., 0], array[..., 1]
    level = np.cos(elevation)
    return np.stack([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)], axis=-1)


def intersect_lines(anchors: ArrayLike, angles: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Point closest to the lines of sight, in closed form.

    Each pair of angles gives the line through its sub-IRS in that direction. The sum of the weighted squared
    distances to the lines is quadratic in the point. Two lines of equal weight give the middle of their common
    perpendicular; other weights only move the point along it.

    Parameters
    ----------
    anchors : (I, 3) array_like
        Centres of the sub-IRSs in metres, at least two.
    angles : (..., I, 2) array_like
        Measured (elevation, azimuth)^A_I2U in radians.
    weights : (..., I) array_like, optional
        Weight of each squared distance, above zero; equal unless given.

    Returns
    -------
    (..., 3) array
        In metres; ``inf`` where all lines are parallel.

    Examples
    --------
    >>> anchors = np.array([[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]])
    >>> intersect_lines(anchors, angles_of_arrival(anchors, [4.0, 7.0, 0.0])).round(9) + 0.0
    array([4., 7., 0.])
    """
    anchors, angles = _measured(anchors, angles)
    lines = directions(angles)
    projectors = np.eye(3) - lines[..., :, None] * lines[..., None, :]
    if weights is not None:
        weights = _validate.positive_array("weights", weights, finite=True)
        if np.shape(weights)[-1:] != (len(anchors),):
            raise ValueError(f"weights must have shape (..., {len(anchors)}), got {np.shape(weights)}")
        projectors = projectors * weights[..., None, None]
    total = np.sum(projectors, axis=-3)
    wanted = np.sum(projectors @ anchors[:, :, None], axis=-3)
    crossing = np.linalg.norm(np.cross(lines[..., :1, :], lines[..., 1:, :]), axis=-1).max(axis=-1)
    parallel = crossing**2 <= _PARALLEL
    solvable = np.where(parallel[..., None, None], np.eye(3), total)
    point = np.linalg.solve(solvable, wanted)[..., 0]
    return np.where(parallel[..., None], np.inf, point)


@equal_by_value
class PositionFix(NamedTuple):
    """Maximum likelihood estimates of the position, arrays of the shape of the batch.

    Attributes
    ----------
    position : (..., 3) array
        In metres; ``inf`` where the search could not start.
    covariance : (..., 3, 3) array
        Bound on the covariance, evaluated at the estimate; what a receiver can know of its own error.
    cost : array
        Squared Mahalanobis distance between measured and fitted angles; chi-squared with the number of angles
        less the number of unknowns as its degrees of freedom, where the errors are small.
    converged : bool array
    """

    position: FloatArray
    covariance: FloatArray
    cost: FloatArray
    converged: NDArray[np.bool_]


def most_likely_position(
    anchors: ArrayLike,
    angles: ArrayLike,
    angle_information: ArrayLike,
    *,
    height: float | None = None,
    start: ArrayLike | None = None,
    max_iterations: int = 60,
) -> PositionFix:
    """Position of least Mahalanobis distance between the measured angles and those of the position.

    With Gaussian errors of the angles this is maximum likelihood. Gauss-Newton steps, damped where a full step
    would not lower the distance, run for the whole batch at once.

    Parameters
    ----------
    anchors : (I, 3) array_like
        Centres of the sub-IRSs in metres.
    angles : (..., I, 2) array_like
        Measured (elevation, azimuth)^A_I2U in radians. An azimuth may be off by a whole turn.
    angle_information : (..., I, 2, 2) array_like
        Inverses of the covariances of the pairs of angles.
    height : float, optional
        Known height of the user in metres; unknown unless given.
    start : (..., 3) array_like, optional
        Where to start; `intersect_lines` unless given, moved to the known height. Where the lines do not
        intersect, a known height cuts the first of them instead.
    max_iterations : int
        Limit on the number of steps.

    Examples
    --------
    >>> anchors = np.array([[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]])
    >>> angles = angles_of_arrival(anchors, [4.0, 7.0, 0.0])
    >>> fix = most_likely_position(anchors, angles, [np.eye(2) * 1e6] * 2)
    >>> fix.position.round(9) + 0.0, bool(fix.converged)
    (array([4., 7., 0.]), True)
    """
    anchors, angles = _measured(anchors, angles, least=1)
    pairs = information_pairs(angle_information, len(anchors))
    max_iterations = _validate.integer("max_iterations", max_iterations, at_least=1)
    if height is not None:
        height = _validate.real("height", height)
    position = _start(anchors, angles, height) if start is None else points("start", start)
    batch = np.broadcast_shapes(angles.shape[:-2], pairs.shape[:-3], position.shape[:-1])
    angles = np.broadcast_to(angles, (*batch, len(anchors), 2)).reshape(-1, len(anchors), 2)
    pairs = np.broadcast_to(pairs, (*batch, len(anchors), 2, 2)).reshape(-1, len(anchors), 2, 2)
    position = np.broadcast_to(position, (*batch, 3)).reshape(-1, 3).copy()
    free = 3
    if height is not None:
        position[:, 2] = height
        free = 2

    cost, done = np.full(len(position), np.inf), ~np.all(np.isfinite(position), axis=-1)
    converged = np.zeros(len(position), dtype=bool)
    position[done] = np.inf
    cost[~done] = _cost(anchors, position[~done], angles[~done], pairs[~done])
    damping = np.full(len(position), _LEAST_DAMPING)
    for _ in range(max_iterations):
        left = np.flatnonzero(~done)
        if len(left) == 0:
            break
        gradients = angle_gradients_by_position(anchors, position[left])[..., :free]
        weighted = np.swapaxes(gradients, -1, -2) @ pairs[left]
        normal = np.sum(weighted @ gradients, axis=-3)
        residual = _residual(anchors, position[left], angles[left])
        slope = np.sum(weighted @ residual[..., None], axis=-3)
        largest = np.diagonal(normal, axis1=-2, axis2=-1).max(axis=-1)
        normal = normal + (damping[left] * np.where(largest > 0, largest, 1.0))[:, None, None] * np.eye(free)
        step = np.zeros((len(left), 3))
        step[:, :free] = np.linalg.solve(normal, slope)[..., 0]
        moved = position[left] + step
        after = _cost(anchors, moved, angles[left], pairs[left])
        better = after <= cost[left]
        # What the step promises to first order; below rounding of the cost there is nothing left to gain.
        promise = np.sum(step[:, :free] * slope[..., 0], axis=-1)
        small = promise <= 1e-13 * (cost[left] + 1)
        position[left[better]], cost[left[better]] = moved[better], after[better]
        damping[left] = np.where(
            better, np.maximum(damping[left] / 100, _LEAST_DAMPING), np.maximum(damping[left] * 10, 1e-3)
        )
        converged[left[small]] = done[left[small]] = True
        done[left[damping[left] > 1e12]] = True

    covariance = np.full((len(position), 3, 3), np.inf)
    found = np.all(np.isfinite(position), axis=-1)
    covariance[found] = position_covariance(
        anchors, position[found], pairs[found], height_known=height is not None
    )
    return PositionFix(
        position.reshape(*batch, 3),
        covariance.reshape(*batch, 3, 3),
        cost.reshape(batch),
        converged.reshape(batch),
    )


def _start(anchors: FloatArray, angles: FloatArray, height: float | None) -> FloatArray:
    position = np.full((*angles.shape[:-2], 3), np.inf) if len(anchors) == 1 else intersect_lines(anchors, angles)
    if height is None:
        return position
    line = directions(angles[..., 0, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        cut = anchors[0] - ((anchors[0, 2] - height) / line[..., 2])[..., None] * line
    usable = np.all(np.isfinite(cut), axis=-1) & ~np.all(np.isfinite(position), axis=-1)
    return np.where(usable[..., None], cut, position)


def _measured(anchors: ArrayLike, angles: ArrayLike, least: int = 2) -> tuple[FloatArray, FloatArray]:
    anchors, angles = anchor_points(anchors), _validate.real_array("angles", angles)
    if len(anchors) < least:
        raise ValueError(f"anchors must hold at least {least} points to intersect lines, got {len(anchors)}")
    if angles.ndim < 2 or angles.shape[-2:] != (len(anchors), 2):
        raise ValueError(
            f"angles must have shape (..., {len(anchors)}, 2), an (elevation, azimuth) pair per sub-IRS, "
            f"got {angles.shape}"
        )
    directions(angles)  # for its checks
    return anchors, angles


def _residual(anchors: FloatArray, position: FloatArray, angles: FloatArray) -> FloatArray:
    residual = angles - angles_of_arrival(anchors, position)
    residual[..., 1] = (residual[..., 1] + math.pi) % (2 * math.pi) - math.pi
    return residual


def _cost(anchors: FloatArray, position: FloatArray, angles: FloatArray, pairs: FloatArray) -> FloatArray:
    residual = _residual(anchors, position, angles)
    cost: FloatArray = np.einsum("nia,niab,nib->n", residual, pairs, residual)
    return cost
