"""Index maps, steering vectors and their angular derivatives, (5)-(10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray


def element_indices(shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Zero-based indices along y and z of the elements of a rectangular array, (7)-(10): two (N,) arrays.

    Equations: (7)-(10) : definition

    Parameters
    ----------
    shape : (int, int)
        Elements along y and along z; z runs fastest, as in (7) and (8).

    Examples
    --------
    >>> element_indices((2, 3))
    (array([0., 0., 0., 1., 1., 1.]), array([0., 1., 2., 0., 1., 2.]))
    """
    return grid_indices(_validate.shape_2d("shape", shape))


def grid_indices(shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """`element_indices` of a shape that was checked."""
    rows, columns = shape
    along_y, along_z = np.divmod(np.arange(rows * columns), columns)
    return along_y.astype(float), along_z.astype(float)


def direction_cosines(elevation: ArrayLike, azimuth: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Direction cosines cos(elevation) sin(azimuth) and sin(elevation); pi times them are u and v of (59), (60).

    Equations: (59)-(60) : definition

    Parameters
    ----------
    elevation, azimuth : array_like
        Angles in radians.

    Examples
    --------
    >>> [round(float(c), 3) for c in direction_cosines(np.pi / 6, np.pi / 2)]
    [0.866, 0.5]
    """
    elevation, azimuth = _validate.finite_array("elevation", elevation), _validate.finite_array("azimuth", azimuth)
    _validate.together("elevation and azimuth", elevation, azimuth)
    return np.cos(elevation) * np.sin(azimuth), np.sin(elevation)


def steering_vector(
    shape: tuple[int, int], spacing: float, elevation: ArrayLike, azimuth: ArrayLike
) -> ComplexArray:
    """Array response of a uniform rectangular array in the y-z plane, (5) and (6).

    Equations: (5)-(6) : definition

    Parameters
    ----------
    shape : (int, int)
        Elements along y and along z, positive.
    spacing : float
        Distance between adjacent elements in wavelengths, positive.
    elevation, azimuth : array_like, shape (...)
        Angles in radians.

    Returns
    -------
    (..., N) complex array
        Elements of unit modulus.

    Examples
    --------
    >>> steering_vector((1, 2), 0.5, np.pi / 2, 0.0).round(12)
    array([ 1.+0.j, -1.+0.j])
    """
    shape, spacing = _validate.shape_2d("shape", shape), _validate.real("spacing", spacing, positive=True)
    elevation, azimuth = _validate.finite_array("elevation", elevation), _validate.finite_array("azimuth", azimuth)
    _validate.together("elevation and azimuth", elevation, azimuth)
    return array_response(shape, spacing, elevation, azimuth)


def array_response(
    shape: tuple[int, int], spacing: float, elevation: FloatArray | float, azimuth: FloatArray | float
) -> ComplexArray:
    """`steering_vector` of arguments that were checked."""
    y, z = grid_indices(shape)
    cosine_y, cosine_z = np.cos(elevation) * np.sin(azimuth), np.sin(elevation)
    phase = 2 * np.pi * spacing * (cosine_y[..., None] * y + cosine_z[..., None] * z)
    response: ComplexArray = np.exp(1j * phase)
    return response


def steering_derivatives(
    shape: tuple[int, int], spacing: float, elevation: ArrayLike, azimuth: ArrayLike
) -> tuple[ComplexArray, ComplexArray]:
    """Derivatives of `steering_vector` with respect to elevation and azimuth.

    Parameters
    ----------
    shape, spacing, elevation, azimuth
        As for `steering_vector`, errors included.

    Returns
    -------
    by_elevation, by_azimuth : (..., N) complex arrays
        Per radian. With the IRS's indices in place of the antennas' they make (26) and (27).

    Examples
    --------
    >>> by_elevation, by_azimuth = steering_derivatives((1, 2), 0.5, 0.0, 0.0)
    >>> by_elevation.round(3), by_azimuth.round(3)
    (array([0.+0.j   , 0.+3.142j]), array([0.+0.j, 0.+0.j]))
    """
    response = steering_vector(shape, spacing, elevation, azimuth)
    y, z = grid_indices(_validate.shape_2d("shape", shape))
    elevation, azimuth = _validate.real_array("elevation", elevation), _validate.real_array("azimuth", azimuth)
    by_elevation = np.cos(elevation)[..., None] * z - (np.sin(elevation) * np.sin(azimuth))[..., None] * y
    by_azimuth = (np.cos(elevation) * np.cos(azimuth))[..., None] * y
    scale = 2j * np.pi * spacing
    return scale * by_elevation * response, scale * by_azimuth * response


def position_response(positions: ArrayLike, elevation: float, azimuth: float) -> ComplexArray:
    """Array response of antennas at any places: `steering_vector` without the grid.

    Parameters
    ----------
    positions : (N, 3) array_like
        (x, y, z) in wavelengths.
    elevation, azimuth : float
        Angles in radians, of the direction that the wave comes from.

    Returns
    -------
    (N,) complex array
        e^(2 pi j n^T p) with n = (cos g cos p, cos g sin p, sin g).

    Examples
    --------
    >>> position_response([[0.0, 0.0, 0.0], [0.0, 0.0, 0.5]], np.pi / 2, 0.0).round(12)
    array([ 1.+0.j, -1.+0.j])
    """
    positions = _places(positions)
    elevation, azimuth = _validate.real("elevation", elevation), _validate.real("azimuth", azimuth)
    along_y, along_z = direction_cosines(elevation, azimuth)
    towards = np.array([np.cos(elevation) * np.cos(azimuth), along_y, along_z])
    response: ComplexArray = np.exp(2j * np.pi * (positions @ towards))
    return response


def position_derivatives(
    positions: ArrayLike, elevation: float, azimuth: float
) -> tuple[ComplexArray, ComplexArray]:
    """Derivatives of `position_response` with respect to elevation and azimuth, per radian: (N,) complex arrays.

    Parameters
    ----------
    positions, elevation, azimuth
        As for `position_response`, errors included.

    Examples
    --------
    >>> by_elevation, _ = position_derivatives([[0.0, 0.0, 0.0], [0.0, 0.0, 0.5]], 0.0, 0.0)
    >>> by_elevation.round(3)
    array([0.+0.j   , 0.+3.142j])
    """
    positions = _places(positions)
    elevation, azimuth = _validate.real("elevation", elevation), _validate.real("azimuth", azimuth)
    (cos_g, sin_g), (cos_p, sin_p) = ((np.cos(angle), np.sin(angle)) for angle in (elevation, azimuth))
    response = 2j * np.pi * position_response(positions, elevation, azimuth)
    by_elevation = positions @ np.array([-sin_g * cos_p, -sin_g * sin_p, cos_g])
    by_azimuth = positions @ np.array([-cos_g * sin_p, cos_g * cos_p, 0.0])
    return by_elevation * response, by_azimuth * response


def linear_steering_vector(antennas: int, angle: float) -> ComplexArray:
    """Array response a_B of the base station's half-wavelength linear array, used in (11): (N_t,) complex.

    The paper does not print its elements; only ``|a_B^H w|^2`` enters the bounds, and with (41) that is
    N_t P_t at every angle.

    Parameters
    ----------
    antennas : int
        N_t, at least 1.
    angle : float
        Angle off broadside in radians.

    Examples
    --------
    >>> linear_steering_vector(2, np.pi / 2).round(12)
    array([ 1.+0.j, -1.+0.j])
    """
    antennas, angle = _validate.integer("antennas", antennas, at_least=1), _validate.real("angle", angle)
    return linear_response(antennas, angle)


def linear_response(antennas: int, angle: float) -> ComplexArray:
    """`linear_steering_vector` of arguments that were checked."""
    response: ComplexArray = np.exp(1j * np.pi * np.sin(angle) * np.arange(antennas))
    return response


def _places(positions: ArrayLike) -> FloatArray:
    places = _validate.finite_array("positions", positions)
    if places.ndim != 2 or places.shape[1] != 3:
        raise ValueError(f"positions must have shape (N, 3), a point (x, y, z) per antenna, got {places.shape}")
    return places
