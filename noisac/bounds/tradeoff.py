"""When there is a trade-off: bounds on how far the weight changes the metrics, for every geometry.

They are about the information (22). All hold for (17), with its expectation over the symbols, and for (22) without
its cross terms as well, but for `aligned_beam_suffices`, which needs the cross terms of both parts of a symbol.

They follow from the apertures of the two arrays, `noisac.bounds.aperture`.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import ROUNDING
from noisac._validate import FloatArray
from noisac.bounds._link import link_of
from noisac.bounds.aperture import Apertures, apertures, largest_eigenvalue
from noisac.bounds.closed_form import mutual_information
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments, as_moments

#: Whether phases are free, or multiples of 2 pi / 2**b.
Phases: TypeAlias = Literal["continuous", "codebook"]
PHASES: tuple[Phases, ...] = ("continuous", "codebook")
#: Directions in which `least_angle_crlb` looks for the best bound; each of them gives a valid one.
_DIRECTIONS = 360


def least_angle_crlb(scenario: Scenario, symbols: ArrayLike | SymbolMoments) -> FloatArray:
    """Lower bound on CRLB_angle over all beams of the surface, for every symbol model: (...), in rad^2.

    Since ``CRLB = max_n (g . n)^2 / J_n`` with the gradient g of an angle, each direction gives a bound through
    `largest_eigenvalue`; this is the best of many.

    Parameters
    ----------
    scenario : Scenario
    symbols : (T,) or (..., T) array_like, or SymbolMoments

    Examples
    --------
    >>> from noisac import crlb
    >>> from noisac.bounds import aligned_beam
    >>> x = [1.0, 1j]
    >>> least = least_angle_crlb(Scenario(), x)
    >>> round(float(crlb(Scenario(), aligned_beam(Scenario()), x).angle / least), 3)
    1.0
    """
    moments = as_moments(symbols)
    turns = np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    arrays = apertures(scenario)
    directions = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    directions[_DIRECTIONS // 2] = 0.0, 1.0  # exactly along z: an array without extent along it shows nothing
    total = 0.0
    for gradient in angle_gradients_by_cosines(scenario):
        candidates = directions
        if np.all(arrays.user > 0):  # the best direction where only the user's aperture counts
            candidates = np.vstack([directions, gradient / arrays.user])
        values = largest_eigenvalue(scenario, candidates)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = candidates @ gradient
            share[np.abs(share) <= ROUNDING * np.hypot(*gradient) * np.hypot(*candidates.T)] = 0.0
            squares = np.square(share)
            total += float(np.max(np.where(squares > 0, squares / values, 0.0)))
    scale = link_of(scenario).scale * scenario.irs_elements**2
    with np.errstate(divide="ignore"):
        least: FloatArray = total / 2 / (scale * moments.power)
    return least


def imaginary_share(symbols: ArrayLike | SymbolMoments) -> FloatArray:
    """Share of the symbols' energy in their imaginary parts, sum (Im x)^2 / P: what may be mistaken for an offset.

    For symbols (..., T), or their moments, of shape (...).

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
    """Bound on CRLB_angle of (22) or (17) at zeta = 1 over that at zeta = 0, for every geometry.

    It holds for any beam that minimises CRLB_x over any that minimises CRLB_angle, and so for all pairs of
    weights.

    Parameters
    ----------
    scenario, slots
        As for `rate_range_bound`.
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

    Examples
    --------
    >>> bounds = [angle_range_bound(Scenario(irs_shape=(n, n)), 2) for n in (3, 4, 5)]
    >>> (10 * np.log10(bounds)).round(2)
    array([2.83, 0.  , 4.42])
    """
    slots = _validate.real("slots", slots, positive=True)
    _validate.choice("symbol_model", symbol_model, ("real", "complex"))
    _validate.choice("phases", phases, PHASES)
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
    return (1 + spread) * arrays.ceiling / gain


def rate_range_bound(scenario: Scenario, slots: float) -> float:
    """Bound on the rate by (22) or (17) at zeta = 1 less that at zeta = 0, for all geometries, with free phases.

    Parameters
    ----------
    scenario : Scenario
        Its arrays; the angles and the SNR do not matter.
    slots : float
        T, above zero.

    Returns
    -------
    float
        In bits per symbol, for "real" symbols. Infinite where the apertures alone do not keep the beam of least
        CRLB_angle from cancelling itself towards the user: for a surface that is as wide as the user's array.

    Examples
    --------
    >>> rate_range_bound(Scenario(), 2), rate_range_bound(Scenario(irs_shape=(5, 5)), 2)
    (0.0, inf)
    """
    slots = _validate.real("slots", slots, positive=True)
    arrays = apertures(scenario)
    if arrays.ceiling <= 1 + ROUNDING:
        return 0.0
    margin = 1 - math.sqrt(float(arrays.ratio.max()))
    if margin <= ROUNDING or not math.isfinite(arrays.eccentricity):
        return math.inf
    gain = margin**2 / (margin**2 + arrays.eccentricity)  # |s_0|^2 / L^2 is at least that
    return math.log2((1 + _largest_spread(arrays, gain) / slots) / gain) / 2


class RateLimits(NamedTuple):
    """Limits in bits per symbol on the rate (47) of the codebook's beam of least CRLB_x.

    Attributes
    ----------
    lowest : float
        With unknown angles, as in Theorem 1.
    known_angles : float
        The lowest with known angles.
    highest : float
        All elements in phase and known angles.
    """

    lowest: float
    known_angles: float
    highest: float


def best_rate_limits(scenario: Scenario, slots: float, symbol_variance: float = 1.0) -> RateLimits:
    """Limits on the rate of the codebook's best beam for "real" symbols, for every geometry and draw.

    Some turn of the aligned beam, rounded to the codebook, keeps ``quantised_gain`` of the gain, and what unknown
    angles add to its CRLB_x is bounded through the apertures.

    Parameters
    ----------
    scenario : Scenario
        Its arrays, codebook and SNR; the angles do not matter.
    slots : float
        T, above zero.
    symbol_variance : float
        sigma_x^2, above zero.

    Examples
    --------
    >>> [round(limit, 2) for limit in best_rate_limits(Scenario(), 2)]
    [7.7, 7.85, 8.0]
    """
    slots = _validate.real("slots", slots, positive=True)
    gain = quantised_gain(scenario.phase_bits)
    aligned = 1 / (link_of(scenario).scale * scenario.irs_elements**2)
    spread = _largest_spread(apertures(scenario), gain) / slots
    bounds = np.array([(1 + spread) / gain, 1 / gain, 1.0]) * aligned
    return RateLimits(*(float(rate) for rate in mutual_information(bounds, symbol_variance)))


def aligned_beam_suffices(scenario: Scenario, slots: float) -> bool:
    """Whether (22) with "complex" symbols is sure to have the aligned beam as optimum for angles and symbols.

    True is a proof, for free phases; False leaves the question open. For the angles it always is. For the symbols
    a beam may give up gain to shift the centre of gravity of the lit surface by up to h (1 - s) / s, h being half
    of the surface's width and s the modulus of s_0 over L. It does not pay if
    ``2 v^2 - (H + k) v + 2 T >= 0`` for all v from 0 to k, with k^2 = kappa and H^2 = h^T V^-1 h.

    Parameters
    ----------
    scenario, slots
        As for `rate_range_bound`.

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
    slots *= 1 + ROUNDING  # equality is enough
    if reach >= 3 * offset:
        return offset**2 - reach * offset + 2 * slots >= 0
    return (reach + offset) ** 2 <= 16 * slots


def quantised_gain(bits: int) -> float:
    """Share of L^2 that the best beam of a codebook of b bits has at least: (2^b / pi * sin(pi / 2^b))^2.

    Examples
    --------
    >>> round(quantised_gain(2), 4)
    0.8106
    """
    bits = _validate.integer("bits", bits, at_least=1, at_most=8)
    return float(np.sinc(1 / 2**bits)) ** 2


def angle_gradients_by_cosines(scenario: Scenario) -> FloatArray:
    """Gradients of elevation and azimuth, a row each, by the direction cosines along y and z: (2, 2).

    Examples
    --------
    >>> angle_gradients_by_cosines(Scenario(user_aoa=(0.0, 0.0)))
    array([[0., 1.],
           [1., 0.]])
    """
    _validate.instance("scenario", scenario, Scenario)
    return np.array([gradient.vector for gradient in link_of(scenario).gradients])


def _aligned_spread(eccentricity: float, share: FloatArray) -> FloatArray:
    """T times the relative increase of the aligned beam's CRLB_x by the unknown angles, at most."""
    if math.isinf(eccentricity):
        with np.errstate(divide="ignore"):
            return np.where(share > 0, share / (1 - share), 0.0)
    return share * eccentricity / (1 + (1 - share) * eccentricity)


def _largest_spread(arrays: Apertures, gain: float) -> float:
    """T times that of any beam with |s_0|^2 of at least ``gain`` times L^2."""
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.where(arrays.offset != 0, arrays.offset**2 / arrays.user, 0.0)
        rest = arrays.ratio + offset
        along_axes = (1 + rest) / 2 + np.sqrt(np.square(1 - rest) / 4 + offset)
    if not np.all(np.isfinite(along_axes)):
        return math.inf
    return float(np.sum(along_axes / gain - 1))
