"""What is known of the user's angles before a block: a Gaussian, or samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import ROUNDING, equal_by_value
from noisac._validate import FloatArray

Coordinates: TypeAlias = Literal["angles", "cosines"]


class PriorPoints(NamedTuple):
    """Points of a prior with weights that add up to one, and those of a coarser rule, which tells the error."""

    angles: FloatArray  # (N, 2)
    weights: FloatArray  # (N,)
    coarse: FloatArray | None  # (N,), those of every second point; None for samples


@equal_by_value
@dataclass(frozen=True)
class AnglePrior:
    """Prior of the user's elevation and azimuth, in radians.

    Parameters
    ----------
    mean : (float, float)
        Elevation and azimuth.
    covariance : (2, 2) array_like
        Of a Gaussian, in squared units of ``coordinates``; zero along what is known.
    coordinates : {"angles", "cosines"}
        What is Gaussian: the angles, or the direction cosines (cos g sin p, sin g). The latter is cut off where
        no direction has such cosines, and keeps to the side, of cos p above or below zero, of its mean.
    samples : (N, 2) array_like, optional
        Pairs of angles that take the place of the Gaussian, as from a particle filter or a Monte Carlo draw.
    cut : float
        The Gaussian is cut off at so many standard deviations along each axis.

    Raises
    ------
    ValueError
        For a covariance that is not symmetric and positive semidefinite, samples of another shape, or NaN.

    Examples
    --------
    >>> prior = AnglePrior((0.5, -2.0), [[1e-4, 0.0], [0.0, 4e-4]])
    >>> prior.points(17).angles.shape
    (289, 2)
    """

    mean: tuple[float, float]
    covariance: ArrayLike
    coordinates: Coordinates = "angles"
    samples: ArrayLike | None = None
    cut: float = 4.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _validate.angle_pair("mean", self.mean))
        covariance = _validate.finite_array("covariance", self.covariance)
        if covariance.shape != (2, 2):
            raise ValueError(f"covariance must have shape (2, 2), got {covariance.shape}")
        object.__setattr__(self, "covariance", _validate.semidefinite("covariance", covariance))
        _validate.choice("coordinates", self.coordinates, ("angles", "cosines"))
        object.__setattr__(self, "cut", _validate.real("cut", self.cut, positive=True))
        if self.samples is not None:
            samples = _validate.finite_array("samples", self.samples)
            if samples.ndim != 2 or samples.shape[1] != 2 or len(samples) == 0:
                raise ValueError(f"samples must have shape (N, 2), pairs of angles, got {samples.shape}")
            object.__setattr__(self, "samples", samples)

    @classmethod
    def from_samples(cls, samples: ArrayLike) -> AnglePrior:
        """Prior of samples (N, 2), with their mean and covariance.

        Examples
        --------
        >>> AnglePrior.from_samples([[0.4, -2.0], [0.6, -2.0]]).mean
        (0.5, -2.0)
        """
        points = np.atleast_2d(_validate.finite_array("samples", samples))
        if points.shape[-1] != 2 or points.ndim != 2:
            raise ValueError(f"samples must have shape (N, 2), pairs of angles, got {points.shape}")
        elevation, azimuth = (float(part) for part in points.mean(axis=0))
        return cls((elevation, azimuth), np.cov(points.T, bias=True), samples=points)

    def points(self, per_axis: int = 33) -> PriorPoints:
        """Quadrature of the prior: the samples, or the trapezoidal rule of ``per_axis`` points along each axis.

        Parameters
        ----------
        per_axis : int
            4 k + 1, so that every second point makes a rule of its own. An axis without variance has one point.

        Examples
        --------
        >>> round(float(AnglePrior((0.5, -2.0), np.zeros((2, 2))).points().weights.sum()), 12)
        1.0
        """
        if self.samples is not None:
            samples = np.asarray(self.samples)
            return PriorPoints(samples, np.full(len(samples), 1 / len(samples)), None)
        per_axis = _validate.integer("per_axis", per_axis, at_least=5)
        if per_axis % 4 != 1:
            raise ValueError(f"per_axis must be 4 k + 1, as 33, got {per_axis}")
        values, vectors = np.linalg.eigh(np.asarray(self.covariance))
        known = ROUNDING * values[-1]  # a variance that is no more than rounding
        axes = [_axis(per_axis if value > known else 1, self.cut) for value in values]
        (first, weight_1, coarse_1), (second, weight_2, coarse_2) = axes
        steps = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
        shifts = (steps * np.sqrt(np.maximum(values, 0))) @ vectors.T
        weights, coarse = np.outer(weight_1, weight_2).ravel(), np.outer(coarse_1, coarse_2).ravel()
        angles, real = self._angles(shifts)
        weights, coarse = weights[real], coarse[real]
        return PriorPoints(angles[real], weights / weights.sum(), coarse / coarse.sum())

    def _angles(self, shifts: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Angles of points around the mean, and which of them are directions at all."""
        if self.coordinates == "angles":
            angles = np.array(self.mean) + shifts
            return angles, np.abs(angles[:, 0]) < np.pi / 2
        elevation, azimuth = self.mean
        centre = np.array([np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
        along_y, along_z = (centre + shifts).T
        rest = 1 - along_y**2 - along_z**2
        along_x = np.copysign(np.sqrt(np.maximum(rest, 0)), np.cos(azimuth))
        angles = np.stack([np.arcsin(np.clip(along_z, -1, 1)), np.arctan2(along_y, along_x)], axis=-1)
        return angles, rest > 0


def _axis(count: int, cut: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points of a standard Gaussian with the weights of the trapezoidal rule, and those of every second point."""
    if count == 1:
        return np.zeros(1), np.ones(1), np.ones(1)
    steps = np.linspace(-cut, cut, count)
    weights = np.exp(-(steps**2) / 2)
    weights[[0, -1]] /= 2
    coarse = np.where(np.arange(count) % 2 == 0, weights, 0.0)
    return steps, weights, coarse
