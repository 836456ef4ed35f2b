"""Limits that the apertures of surface and user set for all beams at once.

Along a direction n of the plane of direction cosines, known symbols carry the information
``scale * P * eta^H [V_n 1 1^T + c_n c_n^T] eta``, where eta is the beam counted from the aligned one. The matrix
has rank two, and its eigenvalues bound every beam. All functions take spacings and index origins as they are.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import ROUNDING, equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._link import link_of
from noisac.model.arrays import element_indices
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario


@equal_by_value
class Apertures(NamedTuple):
    """Variances and centres of the two arrays along y and z, in radians of phase per unit of direction cosine.

    Attributes
    ----------
    user : (2,) array
        V, the variance of the antennas' positions.
    surface : (2,) array
        W, the variance of the elements' positions.
    offset : (2,) array
        delta, from the surface's centre to the user's, each counted from the element or antenna whose phase is
        known: index (0, 0).
    """

    user: FloatArray
    surface: FloatArray
    offset: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """Omega = W / V along y and z, shape (2,); infinite for a user without extent."""
        with np.errstate(divide="ignore", invalid="ignore"):
            quotient: FloatArray = np.where(self.surface > 0, self.surface / self.user, 0.0)
        return quotient

    @property
    def eccentricity(self) -> float:
        """Kappa = delta^T V^-1 delta; infinite for a user without extent along an offset."""
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = np.where(self.offset != 0, self.offset**2 / self.user, 0.0)
        return float(parts.sum())

    @property
    def ceiling(self) -> float:
        """Lambda*, the largest eigenvalue of N^T N with N = [[1, 0], [V^-1/2 delta, V^-1/2 W^1/2]]."""
        ratio, eccentricity = self.ratio, self.eccentricity
        if not np.all(np.isfinite(ratio)) or not math.isfinite(eccentricity):
            return math.inf
        if eccentricity == 0:
            return max(1.0, float(ratio.max()))  # exactly, where an eigenvalue solver would round
        with np.errstate(invalid="ignore"):
            offset = np.where(self.offset != 0, self.offset / np.sqrt(self.user), 0.0)
        matrix = np.zeros((3, 3))
        matrix[0, 0] = 1
        matrix[1:, 0] = offset
        matrix[1:, 1:] = np.diag(np.sqrt(ratio))
        return float(np.linalg.norm(matrix, 2) ** 2)


def apertures(scenario: Scenario) -> Apertures:
    """Variances and centres of the two arrays, for any spacings.

    Examples
    --------
    >>> arrays = apertures(Scenario(irs_shape=(5, 5)))
    >>> arrays.ratio.round(3), round(arrays.eccentricity, 3)
    (array([1.6, 1.6]), 0.4)
    """
    _validate.instance("scenario", scenario, Scenario)
    user, surface = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing
    antennas, elements = element_indices(scenario.user_shape), element_indices(scenario.irs_shape)
    of_user, of_surface = user * np.mean(antennas, axis=1), surface * np.mean(elements, axis=1)
    offset = of_user + irs_sign(scenario) * of_surface
    offset[np.abs(offset) <= ROUNDING * (of_user + of_surface)] = 0.0
    return Apertures(
        np.array(link_of(scenario).variances), np.array([surface**2 * q.var() for q in elements]), offset
    )


def aperture_ratio(scenario: Scenario) -> FloatArray:
    """Aperture of the surface over that of the user's array, number times spacing, along y and z: (2,).

    Examples
    --------
    >>> aperture_ratio(Scenario(irs_shape=(6, 4), user_spacing=0.25))
    array([3., 2.])
    """
    _validate.instance("scenario", scenario, Scenario)
    elements, antennas = np.array(scenario.irs_shape), np.array(scenario.user_shape)
    return elements * scenario.irs_spacing / (antennas * scenario.user_spacing)


def aligned_beam(scenario: Scenario) -> ComplexArray:
    """Aligned beam, of the largest gain towards the user, eta = 1: (L,) complex.

    Examples
    --------
    >>> from noisac.bounds import beam_sums
    >>> round(float(abs(beam_sums(Scenario(), aligned_beam(Scenario()))[0])), 12)
    16.0
    """
    _validate.instance("scenario", scenario, Scenario)
    return link_of(scenario).weights[:, 0].conj()


def direction_form(scenario: Scenario, direction: ArrayLike) -> FloatArray:
    """Matrix V_n 1 1^T + c_n c_n^T, whose quadratic form is the information of known symbols along n.

    It has shape (..., L, L), and acts on eta, the beam counted from `aligned_beam`.

    Parameters
    ----------
    scenario : Scenario
    direction : (..., 2) array_like
        n, in direction cosines along y and z.

    Examples
    --------
    >>> form = direction_form(Scenario(), [1.0, 0.0])
    >>> values = np.linalg.eigvalsh(form) / (np.pi**2 * 16)
    >>> [round(float(value), 6) for value in values[-2:]]
    [1.25, 1.25]
    """
    n = _directions(direction)
    arrays = apertures(scenario)
    columns = _columns(scenario, arrays)  # (2, L)
    c = n @ columns
    user = np.square(n) @ arrays.user
    return user[..., None, None] + c[..., :, None] * c[..., None, :]


def largest_eigenvalue(scenario: Scenario, direction: ArrayLike) -> FloatArray:
    """Largest eigenvalue of `direction_form` over L, from variances and centres alone, shape (...).

    ``Lambda_n = (V_n + W_n + delta_n^2) / 2 + sqrt((V_n - W_n - delta_n^2)^2 / 4 + V_n delta_n^2)``. No beam has
    more information along n than ``scale * P * L^2 * Lambda_n``.

    Parameters
    ----------
    scenario, direction
        As for `direction_form`.

    Examples
    --------
    >>> round(float(largest_eigenvalue(Scenario(), [0.6, 0.8]) / np.pi**2), 12)
    1.25
    """
    n = _directions(direction)
    arrays = apertures(scenario)
    user, surface = np.square(n) @ arrays.user, np.square(n) @ arrays.surface
    offset = np.square(n @ arrays.offset)
    rest = surface + offset
    return (user + rest) / 2 + np.sqrt(np.square(user - rest) / 4 + user * offset)


def information_ceiling(scenario: Scenario) -> float:
    """Lambda*, the largest ratio Lambda_n / V_n over all directions, and so over all geometries.

    It is the largest eigenvalue of the 3 x 3 matrix of the quadratic form
    ``z_0^2 + |V^-1/2 (delta z_0 + W^1/2 (z_1, z_2))|^2``: 1 if the surface has nothing to add, infinite for a user
    without extent along an axis on which the surface has one.

    Examples
    --------
    >>> information_ceiling(Scenario()), round(information_ceiling(Scenario(irs_shape=(5, 5))), 4)
    (1.0, 2.3062)
    """
    return apertures(scenario).ceiling


def _columns(scenario: Scenario, arrays: Apertures) -> FloatArray:
    """c_y and c_z, shape (2, L)."""
    step = irs_sign(scenario) * 2 * np.pi * scenario.irs_spacing
    indices = np.stack(element_indices(scenario.irs_shape))
    columns: FloatArray = arrays.offset[:, None] + step * (indices - indices.mean(axis=1, keepdims=True))
    return columns


def _directions(direction: ArrayLike) -> FloatArray:
    n = _validate.finite_array("direction", direction, _validate.LARGEST_FACTOR)
    if n.ndim == 0 or n.shape[-1] != 2:
        raise ValueError(f"direction must have shape (..., 2), along y and z, got shape {n.shape}")
    return n
