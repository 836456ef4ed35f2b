"""Information on the pair of angles at which a user sees a surface, and the bound on its covariance, as matrices.

`noisac.crlb` has the diagonal of the bound. What the two angles have in common counts where they are used
together, as by `noisac.positioning.error_bound`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from noisac._validate import FloatArray
from noisac.bounds._angle_information import angle_information as _cosine_information
from noisac.bounds.closed_form import bounds_from_sums, checked_problem
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments


def equivalent_angle_information(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> FloatArray:
    """Information on (elevation, azimuth) that is left of (22) once the symbols are eliminated.

    Parameters
    ----------
    scenario, beams, symbols, symbol_model, bs_beam
        As for `noisac.crlb`: beams (..., L) and symbols (..., T) broadcast.

    Returns
    -------
    (..., 2, 2) array
        The Schur complement of the symbols' block, in rad^-2. It may be singular, where a bound does not exist.

    Raises
    ------
    ValueError
        As for `noisac.crlb`.

    Equations
    ---------
    (22)

    Examples
    --------
    >>> equivalent_angle_information(Scenario(), np.ones((5, 16)), [1.0, 1j]).shape
    (5, 2, 2)
    """
    link, sums, moments = checked_problem(scenario, beams, symbols, symbol_model, bs_beam)
    information = _cosine_information(link, sums, moments, symbol_model)
    yy, yz, zz = information.elements
    elevation, azimuth = scenario.user_aoa
    # Gradients of the direction cosines (cos g sin p, sin g) by the two angles.
    to_cosines = np.array(
        [
            [-math.sin(elevation) * math.sin(azimuth), math.cos(elevation) * math.cos(azimuth)],
            [math.cos(elevation), 0.0],
        ]
    )
    on_cosines = link.scale * _symmetric(yy, yz, zz)
    result: FloatArray = to_cosines.T @ on_cosines @ to_cosines
    return result


def angle_covariance(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> FloatArray:
    """Bound on the covariance of (elevation, azimuth): the lower right block of the inverse of (22).

    Parameters
    ----------
    scenario, beams, symbols, symbol_model, bs_beam
        As for `noisac.crlb`: beams (..., L) and symbols (..., T) broadcast.

    Returns
    -------
    (..., 2, 2) array
        In rad^2. The diagonal is that of `noisac.crlb`, ``inf`` where a bound does not exist; the other two
        entries are zero wherever the information is singular.

    Raises
    ------
    ValueError
        As for `noisac.crlb`.

    Equations
    ---------
    (16), (29)-(30)

    Examples
    --------
    >>> covariance = angle_covariance(Scenario(), np.ones(16), [1.0, 1j])
    >>> information = equivalent_angle_information(Scenario(), np.ones(16), [1.0, 1j])
    >>> bool(np.allclose(covariance @ information, np.eye(2)))
    True
    """
    link, sums, moments = checked_problem(scenario, beams, symbols, symbol_model, bs_beam)
    information = _cosine_information(link, sums, moments, symbol_model)
    bounds = bounds_from_sums(link, sums, moments, symbol_model)
    elevation, azimuth = scenario.user_aoa
    slope = math.tan(elevation) * math.sin(azimuth)
    yy, yz, _ = information.elements
    with np.errstate(divide="ignore", invalid="ignore"):
        # Gradients of the angles by the cosines: (0, 1) / cos g and (1, slope) / (cos g cos p).
        cross = (slope * yy - yz) / information.determinant
    cross = cross / (link.scale * math.cos(elevation) ** 2 * math.cos(azimuth))
    if information.singular is not None:
        cross = np.where(information.singular, 0.0, cross)
    return _symmetric(bounds.elevation, cross, bounds.azimuth)


def _symmetric(first: ArrayLike, cross: ArrayLike, second: ArrayLike) -> FloatArray:
    first, cross, second = np.broadcast_arrays(first, cross, second)
    return np.stack([np.stack([first, cross], axis=-1), np.stack([cross, second], axis=-1)], axis=-2)
