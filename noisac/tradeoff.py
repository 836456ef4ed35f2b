"""When there is a trade-off: what the apertures of surface and user allow, over all beams at once.

Along a direction n of the plane of direction cosines, known symbols carry the information
``scale * P * eta^H [V_n 1 1^T + c_n c_n^T] eta``, where eta is the beam counted from the co-phased one. The matrix
has rank two, and its eigenvalues bound every beam. All functions take spacings and index origins as they are.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._angles import user_angle_gradients, user_variances
from noisac._validate import ComplexArray, FloatArray
from noisac.arrays import element_indices
from noisac.bounds import bs_gain, information_scale, sum_weights
from noisac.channel import irs_sign
from noisac.scenario import Scenario
from noisac.symbols import SymbolModel, SymbolMoments, as_moments

#: Whether phases are free, or multiples of 2 pi / 2**b.
Phases: TypeAlias = Literal["continuous", "codebook"]
_PHASES: tuple[Phases, ...] = ("continuous", "codebook")
#: Directions in which `least_angle_crlb` looks for the best bound; each of them gives a valid one.
_DIRECTIONS = 360


class Apertures(NamedTuple):
    """What the two arrays have to offer, along y and z, in radians of phase per unit of direction cosine.

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


def apertures(scenario: Scenario) -> Apertures:
    """Variances and centres of the two arrays, for any spacings.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    Apertures

    Examples
    --------
    >>> arrays = apertures(Scenario(irs_shape=(5, 5)))
    >>> arrays.ratio.round(3), round(arrays.eccentricity, 3)
    (array([1.6, 1.6]), 0.4)
    """
    _validate.instance("scenario", scenario, Scenario)
    user, surface = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing
    antennas, elements = element_indices(scenario.user_shape), element_indices(scenario.irs_shape)
    centres = [
        user * m.mean() + irs_sign(scenario) * surface * q.mean() for m, q in zip(antennas, elements, strict=True)
    ]
    offset = np.array(centres)
    offset[np.abs(offset) <= 1e-12 * (user + surface)] = 0.0
    return Apertures(
        np.array(user_variances(scenario)), np.array([surface**2 * q.var() for q in elements]), offset
    )


def aperture_ratio(scenario: Scenario) -> FloatArray:
    """Width of the surface over that of the user's array, number times spacing, along y and z.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    (2,) array

    Examples
    --------
    >>> aperture_ratio(Scenario(irs_shape=(6, 4), user_spacing=0.25))
    array([3., 2.])
    """
    _validate.instance("scenario", scenario, Scenario)
    elements, antennas = np.array(scenario.irs_shape), np.array(scenario.user_shape)
    ratio: FloatArray = elements * scenario.irs_spacing / (antennas * scenario.user_spacing)
    return ratio


def aligned_beam(scenario: Scenario) -> ComplexArray:
    """Co-phased beam, of the largest gain towards the user: eta = 1.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    (L,) complex array

    Examples
    --------
    >>> from noisac.bounds import beam_sums
    >>> round(float(abs(beam_sums(Scenario(), aligned_beam(Scenario()))[0])), 12)
    16.0
    """
    _validate.instance("scenario", scenario, Scenario)
    beam: ComplexArray = sum_weights(scenario)[:, 0].conj()
    return beam


def direction_form(scenario: Scenario, direction: ArrayLike) -> FloatArray:
    """Matrix V_n 1 1^T + c_n c_n^T, whose quadratic form is the information of known symbols along n.

    Parameters
    ----------
    scenario : Scenario
    direction : (..., 2) array_like
        n, in direction cosines along y and z.

    Returns
    -------
    (..., L, L) array
        For eta, the beam counted from `aligned_beam`.

    Raises
    ------
    ValueError
        For directions of another shape.

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
    form: FloatArray = user[..., None, None] + c[..., :, None] * c[..., None, :]
    return form


def largest_eigenvalue(scenario: Scenario, direction: ArrayLike) -> FloatArray:
    """Largest eigenvalue of `direction_form` over L, from variances and centres alone.

    ``Lambda_n = (V_n + W_n + delta_n^2) / 2 + sqrt((V_n - W_n - delta_n^2)^2 / 4 + V_n delta_n^2)``. No beam has
    more information along n than ``scale * P * L^2 * Lambda_n``.

    Parameters
    ----------
    scenario : Scenario
    direction : (..., 2) array_like
        n, in direction cosines along y and z.

    Returns
    -------
    (...) array

    Raises
    ------
    ValueError
        For directions of another shape.

    Examples
    --------
    >>> float(largest_eigenvalue(Scenario(), [0.6, 0.8]) / np.pi**2)
    1.25
    """
    n = _directions(direction)
    arrays = apertures(scenario)
    user, surface = np.square(n) @ arrays.user, np.square(n) @ arrays.surface
    offset = np.square(n @ arrays.offset)
    rest = surface + offset
    value: FloatArray = (user + rest) / 2 + np.sqrt(np.square(user - rest) / 4 + user * offset)
    return value


def information_ceiling(scenario: Scenario) -> float:
    """Lambda*, the largest ratio Lambda_n / V_n over all directions, and so over all geometries.

    It is the largest eigenvalue of the 3 x 3 matrix of the quadratic form
    ``z_0^2 + |V^-1/2 (delta z_0 + W^1/2 (z_1, z_2))|^2``.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    float
        1 if the surface has nothing to add; infinite for a user without extent along an axis on which the surface
        has one.

    Examples
    --------
    >>> information_ceiling(Scenario()), round(information_ceiling(Scenario(irs_shape=(5, 5))), 4)
    (1.0, 2.3062)
    """
    return _ceiling(apertures(scenario))


def least_angle_crlb(scenario: Scenario, symbols: ArrayLike | SymbolMoments) -> FloatArray:
    """Lower bound on CRLB_angle over all beams of the surface, whatever their phases, for every symbol model.

    Since ``CRLB = max_n (g . n)^2 / J_n`` with the gradient g of an angle, each direction gives a bound through
    `largest_eigenvalue`; this is the best of many.

    Parameters
    ----------
    scenario : Scenario
    symbols : (T,) or (..., T) array_like, or SymbolMoments

    Returns
    -------
    (...) array
        In rad^2.

    Examples
    --------
    >>> from noisac.bounds import crlb
    >>> x = [1.0, 1j]
    >>> least = least_angle_crlb(Scenario(), x)
    >>> round(float(crlb(Scenario(), aligned_beam(Scenario()), x).angle / least), 3)
    1.0
    """
    moments = as_moments(symbols)
    turns = np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    arrays = apertures(scenario)
    directions = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    total = 0.0
    for gradient in angle_gradients(scenario):
        candidates = directions
        if np.all(arrays.user > 0):  # the best direction where only the user's aperture counts
            candidates = np.vstack([directions, gradient / arrays.user])
        values = largest_eigenvalue(scenario, candidates)
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = np.square(candidates @ gradient)
            total += float(np.max(np.where(squares > 0, squares / values, 0.0)))
    scale = information_scale(scenario, bs_gain(scenario)) * scenario.irs_elements**2
    with np.errstate(divide="ignore"):
        least: FloatArray = total / 2 / (scale * moments.power)
    return least


def imaginary_share(symbols: ArrayLike | SymbolMoments) -> FloatArray:
    """Share of the symbols' energy in their imaginary parts, sum (Im x)^2 / P: what may be mistaken for an offset.

    Parameters
    ----------
    symbols : (T,) or (..., T) array_like, or SymbolMoments

    Returns
    -------
    (...) array

    Examples
    --------
    >>> float(imaginary_share([1.0, 1j, 1j, 1j]).round(12))
    0.75
    """
    moments = as_moments(symbols)
    imaginary = np.square(moments.factor[..., 1, :]).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        share: FloatArray = np.where(moments.power > 0, imaginary / moments.power, 0.0)
    return share


def angle_range_bound(
    scenario: Scenario,
    slots: float,
    symbol_model: SymbolModel = "real",
    *,
    share: ArrayLike = 1.0,
    phases: Phases = "continuous",
) -> FloatArray:
    """Bound on CRLB_angle at zeta = 1 over that at zeta = 0, for every geometry.

    It holds for any beam that minimises CRLB_x over any that minimises CRLB_angle, and so for all pairs of
    weights.

    Parameters
    ----------
    scenario : Scenario
        Its arrays; the angles and the SNR do not matter.
    slots : float
        T.
    symbol_model : {"real", "complex"}
        What is unknown of the symbols.
    share : array_like
        `imaginary_share` of the symbols, in [0, 1]; it matters for "real" symbols and continuous phases. One, the
        default, is the worst of all draws.
    phases : {"continuous", "codebook"}
        Whether the phases are free, or those of the scenario's codebook.

    Returns
    -------
    array of the shape of ``share``
        A ratio, at least 1.

    Raises
    ------
    ValueError
        For T or a share out of range, or an unknown model or kind of phases.

    Examples
    --------
    >>> bounds = [angle_range_bound(Scenario(irs_shape=(n, n)), 2) for n in (3, 4, 5)]
    >>> (10 * np.log10(bounds)).round(2)
    array([2.83, 0.  , 4.42])
    """
    slots = _validate.real("slots", slots, positive=True)
    _validate.choice("symbol_model", symbol_model, ("real", "complex"))
    _validate.choice("phases", phases, _PHASES)
    fraction = _validate.real_array("share", share)
    if not np.all((fraction >= 0) & (fraction <= 1)):
        raise ValueError(f"share of the imaginary parts must lie in [0, 1], got {share!r}")
    arrays = apertures(scenario)
    gain = 1.0 if phases == "continuous" else quantised_gain(scenario.phase_bits)
    with np.errstate(invalid="ignore"):
        if phases == "codebook":
            spread = np.full(fraction.shape, _largest_spread(arrays, gain) / slots)
        elif symbol_model == "complex":
            spread = np.full(fraction.shape, arrays.eccentricity / slots)
        else:
            spread = _aligned_spread(arrays.eccentricity, fraction) / slots
    if symbol_model == "complex":
        return (1 + spread / 2) / gain
    bound: FloatArray = (1 + spread) * _ceiling(arrays) / gain
    return bound


def rate_range_bound(scenario: Scenario, slots: float) -> float:
    """Bound on the rate at zeta = 1 less that at zeta = 0, for every geometry and draw, with free phases.

    Parameters
    ----------
    scenario : Scenario
        Its arrays; the angles and the SNR do not matter.
    slots : float
        T.

    Returns
    -------
    float
        In bits per symbol, for "real" symbols. Infinite where the apertures alone do not keep the beam of least
        CRLB_angle from cancelling itself towards the user: for a surface that is as wide as the user's array.

    Raises
    ------
    ValueError
        For T out of range.

    Examples
    --------
    >>> rate_range_bound(Scenario(), 2), rate_range_bound(Scenario(irs_shape=(5, 5)), 2)
    (0.0, inf)
    """
    slots = _validate.real("slots", slots, positive=True)
    arrays = apertures(scenario)
    if _ceiling(arrays) <= 1:
        return 0.0
    margin = 1 - math.sqrt(float(arrays.ratio.max()))
    if margin <= 0 or not math.isfinite(arrays.eccentricity):
        return math.inf
    gain = margin**2 / (margin**2 + arrays.eccentricity)  # |s_0|^2 / L^2 is at least that
    return math.log2((1 + _largest_spread(arrays, gain) / slots) / gain) / 2


def aligned_beam_suffices(scenario: Scenario, slots: float) -> bool:
    """Whether the co-phased beam is sure to be optimal for angles and symbols with "complex" symbols.

    For the angles it always is. For the symbols a beam may give up gain to shift the centre of gravity of the lit
    surface by up to h (1 - s) / s, h being half of the surface's width and s the modulus of s_0 over L. It
    does not pay if
    ``2 v^2 - (H + k) v + 2 T >= 0`` for all v from 0 to k, with k^2 = kappa and H^2 = h^T V^-1 h.

    Parameters
    ----------
    scenario : Scenario
        Its arrays; the angles and the SNR do not matter.
    slots : float
        T.

    Returns
    -------
    bool
        True is a proof, for free phases; False leaves the question open.

    Raises
    ------
    ValueError
        For T out of range.

    Examples
    --------
    >>> [aligned_beam_suffices(Scenario(irs_shape=(n, n)), 2) for n in (3, 4, 5)]
    [True, True, True]
    >>> aligned_beam_suffices(Scenario(user_shape=(2, 2), irs_shape=(6, 6)), 2)
    False
    """
    slots = _validate.real("slots", slots, positive=True)
    arrays = apertures(scenario)
    half_width = np.pi * scenario.irs_spacing * (np.array(scenario.irs_shape) - 1)
    offset = math.sqrt(arrays.eccentricity)
    if offset == 0:
        return True
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = float(np.sqrt(np.where(half_width > 0, half_width**2 / arrays.user, 0.0).sum()))
    if not math.isfinite(offset + reach):
        return False
    if reach >= 3 * offset:
        return offset**2 - reach * offset + 2 * slots >= 0
    return (reach + offset) ** 2 <= 16 * slots


def quantised_gain(bits: int) -> float:
    """Share of L^2 that the best beam of a codebook reaches at least: (2^b / pi * sin(pi / 2^b))^2.

    Parameters
    ----------
    bits : int
        b.

    Returns
    -------
    float

    Examples
    --------
    >>> round(quantised_gain(2), 4)
    0.8106
    """
    bits = _validate.integer("bits", bits, at_least=1, at_most=8)
    return float(np.sinc(1 / 2**bits)) ** 2


def angle_gradients(scenario: Scenario) -> FloatArray:
    """Gradients of elevation and azimuth by the direction cosines along y and z.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    (2, 2) array
        One row per angle.

    Examples
    --------
    >>> angle_gradients(Scenario(user_aoa=(0.0, 0.0)))
    array([[0., 1.],
           [1., 0.]])
    """
    _validate.instance("scenario", scenario, Scenario)
    return np.array([gradient.vector for gradient in user_angle_gradients(scenario)])


def _ceiling(arrays: Apertures) -> float:
    """Largest eigenvalue of N^T N with N = [[1, 0], [V^-1/2 delta, V^-1/2 W^1/2]]."""
    ratio, eccentricity = arrays.ratio, arrays.eccentricity
    if not np.all(np.isfinite(ratio)) or not math.isfinite(eccentricity):
        return math.inf
    if eccentricity == 0:
        return max(1.0, float(ratio.max()))  # exactly, where an eigenvalue solver would round
    with np.errstate(invalid="ignore"):
        offset = np.where(arrays.offset != 0, arrays.offset / np.sqrt(arrays.user), 0.0)
    matrix = np.zeros((3, 3))
    matrix[0, 0] = 1
    matrix[1:, 0] = offset
    matrix[1:, 1:] = np.diag(np.sqrt(ratio))
    return float(np.linalg.norm(matrix, 2) ** 2)


def _aligned_spread(eccentricity: float, share: FloatArray) -> FloatArray:
    """T times the relative increase of the co-phased beam's CRLB_x by the unknown angles, at most."""
    if math.isinf(eccentricity):
        with np.errstate(divide="ignore"):
            return np.where(share > 0, share / (1 - share), 0.0)
    spread: FloatArray = share * eccentricity / (1 + (1 - share) * eccentricity)
    return spread


def _largest_spread(arrays: Apertures, gain: float) -> float:
    """T times that of any beam with |s_0|^2 of at least ``gain`` times L^2."""
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.where(arrays.offset != 0, arrays.offset**2 / arrays.user, 0.0)
        rest = arrays.ratio + offset
        along_axes = (1 + rest) / 2 + np.sqrt(np.square(1 - rest) / 4 + offset)
    if not np.all(np.isfinite(along_axes)):
        return math.inf
    return float(np.sum(along_axes / gain - 1))


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
