"""The ellipse of a covariance in the plane."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray


def error_ellipse(covariance: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Ellipse that holds a Gaussian estimate of a point in the plane with the given probability.

    Parameters
    ----------
    covariance : (..., 2, 2) array_like
        In m^2.
    confidence : float
        Probability, strictly between 0 and 1.

    Returns
    -------
    major, minor, angle : arrays of shape (...)
        Semi-axes in metres, and the angle of the major axis from the first coordinate in radians.

    Raises
    ------
    ValueError
        For a confidence outside (0, 1) or a covariance that is not finite.

    Examples
    --------
    >>> major, minor, angle = error_ellipse(np.diag([1.0, 4.0]), 0.95)
    >>> round(float(major), 3), round(float(minor), 3), round(float(abs(angle)), 3)
    (4.895, 2.448, 1.571)
    """
    covariance = _validate.real_array("covariance", covariance)
    if covariance.shape[-2:] != (2, 2) or not np.all(np.isfinite(covariance)):
        raise ValueError(f"covariance must be finite and of shape (..., 2, 2), got shape {covariance.shape}")
    confidence = _validate.real("confidence", confidence, positive=True)
    if confidence >= 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, got {confidence!r}")
    values, vectors = np.linalg.eigh(covariance)
    # The squared Mahalanobis distance of a point in the plane is exponentially distributed with mean 2.
    axes = np.sqrt(-2 * math.log1p(-confidence) * np.clip(values, 0, None))
    return axes[..., 1], axes[..., 0], np.arctan2(vectors[..., 1, 1], vectors[..., 0, 1])
