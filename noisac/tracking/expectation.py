"""Bounds towards many directions at once, and their expectation over a prior of the user's angles."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import equal_by_value, share_of_rounding
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._link import AngleGradient, Link, information_scale, link_of
from noisac.bounds.closed_form import Bounds, bounds_from_sums, check_batches, weighted_sums
from noisac.model.arrays import array_response, grid_indices
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments
from noisac.tracking.priors import AnglePrior

#: Where the phase of the path is known: at the element and antenna with index (0, 0), as in the paper, or at the
#: centres of the two arrays.
Origin: TypeAlias = Literal["first", "centre"]
_ORIGINS = ("first", "centre")


def link_towards(scenario: Scenario, angles: FloatArray, origin: Origin = "first") -> Link:
    """The link of `noisac.bounds` for user's angles (N, 2): weights (N, L, 3), rounding (3, N), gradients (N,)."""
    elevation, azimuth = angles.T
    arrival = array_response(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
    departure = array_response(scenario.irs_shape, scenario.irs_spacing, elevation, azimuth)
    antennas, elements = grid_indices(scenario.user_shape), grid_indices(scenario.irs_shape)
    user, irs, sign = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing, irs_sign(scenario)
    phase = arrival * (departure.conj() if sign < 0 else departure)
    share = share_of_rounding(2 * irs * (elements[0] + elements[1]))
    columns, limits = [np.ones(scenario.irs_elements)], [share.sum()]
    for m, element in zip(antennas, elements, strict=True):
        of_user, of_irs = user * m.mean(), irs * element
        limits.append(share @ (of_user + of_irs))
        if origin == "centre":
            of_user, of_irs = 0.0, of_irs - of_irs.mean()
        columns.append(of_user + sign * of_irs)
    gradients = (
        AngleGradient((0.0, 1.0), np.cos(elevation)),
        AngleGradient((1.0, np.tan(elevation) * np.sin(azimuth)), np.cos(elevation) * np.cos(azimuth)),
    )
    scale = information_scale(scenario, scenario.bs_antennas * scenario.transmit_power)
    rounding = np.repeat(np.array(limits)[:, None], len(angles), axis=1)
    weights = phase[..., None] * np.stack(columns, axis=-1)
    return Link(weights, rounding, link_of(scenario).variances, gradients, scale)


def bounds_towards(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    angles: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    origin: Origin = "first",
) -> Bounds:
    """Cramer-Rao bounds of Theorem 1 if the user were where it is not thought to be: towards many directions.

    Parameters
    ----------
    scenario, beams, symbols, symbol_model
        As for `noisac.crlb`, errors included; the scenario's own `user_aoa` does not count.
    angles : (N, 2) array_like
        Elevations and azimuths (gamma, phi)^A_I2U, in radians.
    origin : {"first", "centre"}
        Where the phase of the path is known: at the first element and antenna, as in the paper, or at the centres
        of both arrays.

    Returns
    -------
    Bounds
        Arrays (..., N), the leading axes those of beams and symbols.

    Examples
    --------
    >>> bounds_towards(Scenario(), np.ones((5, 16)), [1.0, 1j], [[0.5, -2.0], [0.6, -2.0]]).angle.shape
    (5, 2)
    """
    moments = checked_moments(scenario, symbols, symbol_model, origin)
    places = _validate.finite_array("angles", angles)
    if places.ndim != 2 or places.shape[1] != 2 or len(places) == 0:
        raise ValueError(f"angles must have shape (N, 2), elevation and azimuth, got {places.shape}")
    beams = _validate.beams(beams, scenario.irs_elements)
    link = link_towards(scenario, places, origin)
    check_batches(beams, moments)
    sums = weighted_sums(beams, columns_of(link), link.rounding.T.ravel())
    return bounds_of_sums(link, sums, moments, symbol_model)


def columns_of(link: Link) -> ComplexArray:
    """Weights of the sums towards all N directions of a link, side by side: (L, 3 N)."""
    return np.moveaxis(link.weights, 1, 0).reshape(link.weights.shape[1], -1)


def bounds_of_sums(link: Link, sums: ComplexArray, moments: SymbolMoments, symbol_model: SymbolModel) -> Bounds:
    """Bounds (..., N) from sums (..., 3 N) of a link towards N directions."""
    block = SymbolMoments(moments.slots, moments.factor[..., None, :, :])
    return bounds_from_sums(link, sums.reshape(*sums.shape[:-1], -1, 3), block, symbol_model)


@equal_by_value
class Mean(NamedTuple):
    """An expectation and the error of what it was computed by: arrays of the shape of the batch.

    Attributes
    ----------
    value : array
    error : array
        For a quadrature the distance to the rule with half the points along each axis, which bounds the error
        wherever the two have begun to converge; for samples the standard error.
    """

    value: FloatArray
    error: FloatArray


@equal_by_value
class ExpectedBounds(NamedTuple):
    """Expectations over the prior of the two bounds and of their logarithms to base 10.

    Attributes
    ----------
    symbol, angle : Mean
        E[CRLB_x] and E[CRLB_angle]. Where the beam has a null, a few directions carry nearly all of it, and for
        "complex" symbols both are infinite if the null is exact: 1 / r^2 has no integral around a point.
    log_symbol, log_angle : Mean
        E[lg CRLB_x] and E[lg CRLB_angle]; finite, as the logarithm of a null is integrable.
    """

    symbol: Mean
    angle: Mean
    log_symbol: Mean
    log_angle: Mean


def expected_bounds(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    prior: AnglePrior,
    symbol_model: SymbolModel = "real",
    *,
    points: int = 65,
    origin: Origin = "first",
) -> ExpectedBounds:
    """Expected bounds of a user of whose angles only a prior is known.

    The expectation of the logarithm is the one to design beams by: it is what (31) averages. The expectation of
    the bound itself hangs on the nulls; look at its error before anything is concluded from it.

    Parameters
    ----------
    scenario, beams, symbols, symbol_model
        As for `noisac.crlb`, errors included; the prior takes the place of the scenario's `user_aoa`.
    prior : AnglePrior
    points : int
        Points of the quadrature along each axis, 4 k + 1; samples are taken as they are.
    origin : {"first", "centre"}
        As for `bounds_towards`.

    Returns
    -------
    ExpectedBounds

    Examples
    --------
    >>> known = AnglePrior(Scenario().user_aoa, np.zeros((2, 2)))
    >>> expected = expected_bounds(Scenario(), np.ones(16), [1.0, 1j], known)
    >>> from noisac import crlb
    >>> bool(np.isclose(expected.angle.value, crlb(Scenario(), np.ones(16), [1.0, 1j]).angle))
    True
    """
    _validate.instance("prior", prior, AnglePrior)
    nodes = prior.points(points)
    bounds = bounds_towards(scenario, beams, symbols, nodes.angles, symbol_model, origin=origin)
    means = []
    for values in (bounds.symbol, bounds.angle):
        with np.errstate(divide="ignore"):
            for kind in (values, np.log10(values)):
                means.append(_mean(kind, nodes.weights, nodes.coarse))
    return ExpectedBounds(means[0], means[2], means[1], means[3])


def _mean(values: FloatArray, weights: FloatArray, coarse: FloatArray | None) -> Mean:
    """Weighted mean along the last axis, and how far it is to be trusted."""
    with np.errstate(invalid="ignore"):
        mean = np.sum(values * weights, axis=-1)
        if coarse is not None:
            kept = coarse > 0
            return Mean(mean, np.abs(mean - np.sum(values[..., kept] * coarse[kept], axis=-1)))
        spread = np.sum(weights * np.square(values - mean[..., None]), axis=-1)
        return Mean(mean, np.sqrt(spread / max(len(weights) - 1, 1)))


def checked_moments(
    scenario: Scenario, symbols: ArrayLike | SymbolMoments, symbol_model: SymbolModel, origin: Origin
) -> SymbolMoments:
    """Check what bounds towards many directions take, and reduce the symbols to their moments."""
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    _validate.choice("origin", origin, _ORIGINS)
    return as_moments(symbols)
