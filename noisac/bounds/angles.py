"""Information on the pair of angles at which a user sees a surface, and the bound on its covariance, as matrices.

`noisac.crlb` has the diagonal of the bound. What the two angles have in common counts where they are used
together, as by `noisac.positioning.error_bound`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac._validate import FloatArray
from noisac.bounds._angle_information import angle_information, symmetric
from noisac.bounds._link import cosine_gradients
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

    Equations: (22)

    Parameters
    ----------
    scenario, beams, symbols, symbol_model, bs_beam
        As for `noisac.crlb`, errors included.

    Returns
    -------
    (..., 2, 2) array
        The Schur complement of the symbols' block, in rad^-2. It may be singular, where a bound does not exist.

    Examples
    --------
    >>> equivalent_angle_information(Scenario(), np.ones((5, 16)), [1.0, 1j]).shape
    (5, 2, 2)
    """
    link, sums, moments = checked_problem(scenario, beams, symbols, symbol_model, bs_beam)
    information = angle_information(link, sums, moments, symbol_model)
    to_cosines = cosine_gradients(scenario)
    return to_cosines.T @ (link.scale * symmetric(*information.elements)) @ to_cosines


def angle_covariance(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> FloatArray:
    """Bound on the covariance of (elevation, azimuth): the lower right block of the inverse of (22).

    Equations: (16), (29)-(30)

    Parameters
    ----------
    scenario, beams, symbols, symbol_model, bs_beam
        As for `noisac.crlb`, errors included.

    Returns
    -------
    (..., 2, 2) array
        In rad^2. The diagonal is that of `noisac.crlb`, ``inf`` where a bound does not exist; the other two
        entries are zero wherever the information is singular.

    Examples
    --------
    >>> covariance = angle_covariance(Scenario(), np.ones(16), [1.0, 1j])
    >>> information = equivalent_angle_information(Scenario(), np.ones(16), [1.0, 1j])
    >>> bool(np.allclose(covariance @ information, np.eye(2)))
    True
    """
    link, sums, moments = checked_problem(scenario, beams, symbols, symbol_model, bs_beam)
    information = angle_information(link, sums, moments, symbol_model)
    bounds = bounds_from_sums(link, sums, moments, symbol_model)
    by_elevation, by_azimuth = link.gradients  # (0, 1) / cos g and (1, slope) / (cos g cos p)
    yy, yz, _ = information.elements
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = (by_azimuth.direction[1] * yy - yz) / information.determinant
    cross = cross / (link.scale * by_elevation.divisor * by_azimuth.divisor)
    if information.singular is not None:
        cross = np.where(information.singular, 0.0, cross)
    return symmetric(bounds.elevation, cross, bounds.azimuth)
