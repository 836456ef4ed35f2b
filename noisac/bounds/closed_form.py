"""The bounds of Theorem 1 in closed form, batched over beams and draws, at a cost that does not depend on T.

With rank-one channels a beam enters (22) only through three sums over the elements of the IRS, and the symbols
only through their second moments. Eliminating the symbols from (22) leaves, for the direction cosines of the
user's angles, a 2 x 2 matrix that is written here as ``scale * K K^T``. Its inverse is then a ratio of sums of
squares, in which nothing cancels, and its determinant is zero exactly when the bound does not exist.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import share_of_rounding
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._angle_information import (
    AngleInformation,
    angle_information,
    imitated_columns,
    measured_columns,
    sums_rounding,
    user_angle_gradients,
)
from noisac.model.arrays import element_indices, linear_steering_vector, steering_vector
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments, symbol_moments


class Bounds(NamedTuple):
    """Cramer-Rao bounds of one block, arrays of the shape of the batch.

    Attributes
    ----------
    symbol : array
        CRLB_x, (13): mean over the block. With "complex" symbols the bound on E|x - xhat|^2, the sum over real
        and imaginary part; NaN with "known" symbols.
    elevation : array
        (29), in rad^2.
    azimuth : array
        (30), in rad^2.

    Equations
    ---------
    (13)-(14) : definition
    """

    symbol: FloatArray
    elevation: FloatArray
    azimuth: FloatArray

    @property
    def angle(self) -> FloatArray:
        """CRLB_angle, (14): mean of the two angles' bounds, in rad^2."""
        mean: FloatArray = (self.elevation + self.azimuth) / 2
        return mean


def crlb(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> Bounds:
    """Cramer-Rao bounds (28)-(30) in closed form, for any number of beams and blocks of symbols at once.

    Parameters
    ----------
    scenario : Scenario
    beams : (..., L) array_like
        Phase-shift beams xi, of unit modulus.
    symbols : (T,) or (..., T) array_like, or SymbolMoments
        Transmitted symbols x(t); the leading axes broadcast with those of the beams.
    symbol_model : {"real", "complex", "known"}
        As for `noisac.fisher_information`.
    bs_beam : (N_t,) array_like, optional
        Beamforming vector w of the base station; (41) unless given.

    Returns
    -------
    Bounds
        Arrays of the broadcast shape; ``inf`` where a bound does not exist.

    Raises
    ------
    ValueError
        For beams or symbols of the wrong shape, beams without unit modulus, or an unknown model.

    Equations
    ---------
    (16), (29)-(30)

    Examples
    --------
    >>> bounds = crlb(Scenario(), np.ones((5, 16)), [1.0, 1j])
    >>> bounds.angle.shape
    (5,)
    >>> bool(np.isnan(crlb(Scenario(), np.ones(16), [1.0], "known").symbol))
    True
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    beams = _validate.beams(beams, scenario.irs_elements)
    moments = as_moments(symbols)
    check_batches(beams, moments)
    return bounds_from_sums(
        scenario, beam_sums(scenario, beams), moments, symbol_model, bs_gain(scenario, bs_beam)
    )


def crlb_per_symbol(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> FloatArray:
    """Bounds (28) on each symbol of a block, whose mean is `Bounds.symbol`.

    Parameters
    ----------
    scenario, beams, symbols, bs_beam
        As for `crlb`.
    symbol_model : {"real", "complex"}
        What is unknown of the symbols.

    Returns
    -------
    (..., T) array
        CRLB(x(t)); with "complex" symbols the bound on E|x(t) - xhat(t)|^2.

    Raises
    ------
    ValueError
        As for `crlb`, and for "known" symbols, which have no bound.

    Equations
    ---------
    (28)

    Examples
    --------
    >>> crlb_per_symbol(Scenario(), np.ones(16), [1.0, 1j, -1.0]).shape
    (3,)
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, ("real", "complex"))
    beams = _validate.beams(beams, scenario.irs_elements)
    symbols = _validate.symbols(symbols)
    moments = symbol_moments(symbols)
    check_batches(beams, moments)
    information = angle_information(scenario, beam_sums(scenario, beams), moments, symbol_model).slotwise()
    # What a shift of the direction cosines and a change of x(t) have in common: Im(e x).
    at_y, at_z = information.e_y * symbols, information.e_z * symbols
    with np.errstate(divide="ignore", invalid="ignore"):
        amplitude = np.abs(symbols)
        spread = information.regression_form(at_y.imag, at_z.imag, amplitude)
        if symbol_model == "complex":
            spread = spread + information.regression_form(at_y.real, at_z.real, amplitude)
        bound = (REAL_PARAMETERS[symbol_model] + spread) / information.power
    return bound / information_scale(scenario, bs_gain(scenario, bs_beam))


def symbol_crlb_known_angles(scenario: Scenario, beams: ArrayLike) -> FloatArray:
    """Bound on a symbol's real parameter when the user's angles are known: 1 / [J]_tt of (22).

    Parameters
    ----------
    scenario : Scenario
    beams : (..., L) array_like

    Returns
    -------
    (...) array
        ``inf`` where the beam cancels itself in the user's direction.

    Raises
    ------
    ValueError
        For beams of the wrong shape or without unit modulus.

    Examples
    --------
    >>> round(float(symbol_crlb_known_angles(Scenario(irs_shape=(1, 1)), [1.0])) * 2 * 8 * 16, 9)
    1.0
    """
    _validate.instance("scenario", scenario, Scenario)
    sums = beam_sums(scenario, _validate.beams(beams, scenario.irs_elements))
    with np.errstate(divide="ignore"):
        return 1 / (information_scale(scenario, bs_gain(scenario)) * np.abs(sums[..., 0]) ** 2)


def modified_crlb(bounds: Bounds, weight: ArrayLike) -> FloatArray:
    """Modified CRLB (12), (31): weighted sum of the logarithms of the two bounds.

    Parameters
    ----------
    bounds : Bounds
    weight : array_like
        zeta, in [0, 1]; broadcasts with the bounds. A term of weight zero is left out, whatever its bound.

    Returns
    -------
    array
        zeta lg CRLB_x + (1 - zeta) lg CRLB_angle, with lg the logarithm to base 10.

    Raises
    ------
    ValueError
        For a weight outside [0, 1], or above zero where the symbols are known and have no bound.

    Equations
    ---------
    (12) : definition
    (31)

    Examples
    --------
    >>> round(float(modified_crlb(Bounds(np.array(0.1), np.array(1e-4), np.array(1e-4)), 0.5)), 9)
    -2.5
    """
    _validate.instance("bounds", bounds, Bounds)
    weight = _validate.weights(weight)
    if np.any(weight > 0) and np.any(np.isnan(bounds.symbol)):
        raise ValueError("weight (zeta) must be 0 when the symbols are known: they have no bound")
    return weighted_logarithms(bounds, weight)


def weighted_logarithms(bounds: Bounds, weight: FloatArray) -> FloatArray:
    """`modified_crlb` without its checks, for the inner loop of a search."""
    total: FloatArray = np.zeros(())
    with np.errstate(invalid="ignore"):
        if np.any(weight > 0):
            total = total + np.where(weight > 0, weight * np.log10(bounds.symbol), 0.0)
        if np.any(weight < 1):
            total = total + np.where(weight < 1, (1 - weight) * np.log10(bounds.angle), 0.0)
    return total


def printed_objective(bounds: Bounds, weight: FloatArray) -> FloatArray:
    """V of (38) as printed, where the symbols' term has lost its weight (reading R7).

    Parameters
    ----------
    bounds : Bounds
    weight : array
        zeta, in [0, 1].

    Returns
    -------
    array
        lg CRLB_x + (1 - zeta) lg CRLB_angle, up to the base station's gain, which shifts all beams alike.

    Equations
    ---------
    (38)

    Examples
    --------
    >>> round(float(printed_objective(Bounds(np.array(0.1), np.array(1e-4), np.array(1e-4)), np.array(0.5))), 9)
    -3.0
    """
    with np.errstate(invalid="ignore"):
        angle = np.where(weight < 1, (1 - weight) * np.log10(bounds.angle), 0.0)
        total: FloatArray = np.log10(bounds.symbol) + angle
    return total


def mutual_information(symbol_crlb: ArrayLike, symbol_variance: ArrayLike) -> FloatArray:
    """Mutual information between a symbol and its estimate, (32), in bits.

    Parameters
    ----------
    symbol_crlb : array_like
        CRLB(x(t)), above zero.
    symbol_variance : array_like
        sigma_x^2, above zero.

    Returns
    -------
    array
        log2(sigma_x^2 / CRLB) / 2. It is negative where the bound exceeds the variance, since (32) ignores that
        a receiver knows the prior.

    Raises
    ------
    ValueError
        For a bound or a variance that is not above zero.

    Equations
    ---------
    (32)

    Examples
    --------
    >>> round(float(mutual_information(1 / 16, 1.0)), 9)
    2.0
    """
    bound = _validate.positive_array("symbol_crlb", symbol_crlb)
    variance = _validate.positive_array("symbol_variance (sigma_x^2)", symbol_variance, finite=True)
    information: FloatArray = (np.log2(variance) - np.log2(bound)) / 2
    return information


@lru_cache(maxsize=128)  # the same at each step of a search; read-only, because it is shared
def sum_weights(scenario: Scenario) -> ComplexArray:
    """Weights of the three sums through which a beam enters Theorem 1.

    ``beams @ sum_weights(scenario)`` is (s_0, D_y, D_z): s_0 sums the elements co-phased towards the user, and
    D is the derivative of j ln(signal) by a direction cosine, times s_0, averaged over the user's antennas:
    ``D_y = 2 pi (d_user mean(m_y) s_0 - d_IRS s_y)`` with ``s_y`` the sum weighted by l_y.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    (L, 3) complex array
        Not writeable.

    Examples
    --------
    >>> sum_weights(Scenario()).shape
    (16, 3)
    """
    _validate.instance("scenario", scenario, Scenario)
    arrival = steering_vector(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
    departure = steering_vector(scenario.irs_shape, scenario.irs_spacing, *scenario.user_aoa)
    sign = irs_sign(scenario)
    phase = arrival * (departure.conj() if sign < 0 else departure)
    user, irs = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing
    columns = [np.ones(scenario.irs_elements)]
    for antennas, elements in zip(
        element_indices(scenario.user_shape), element_indices(scenario.irs_shape), strict=True
    ):
        columns.append(user * antennas.mean() + sign * irs * elements)
    weights: ComplexArray = phase[:, None] * np.stack(columns, axis=-1)
    weights.setflags(write=False)
    return weights


def beam_sums(scenario: Scenario, beams: ComplexArray) -> ComplexArray:
    """Sums (s_0, D_y, D_z) of beams of shape (..., L), with sums below rounding set to zero."""
    return weighted_sums(beams, sum_weights(scenario), sums_rounding(scenario))


def weighted_sums(beams: ComplexArray, weights: ComplexArray, rounding: FloatArray) -> ComplexArray:
    """``beams @ weights``, the same to the last bit whatever else is in the batch, and zero below rounding."""
    rows = beams.reshape(-1, beams.shape[-1])
    # BLAS has a routine of its own for a single row, which rounds differently.
    product = rows @ weights if len(rows) != 1 else (np.repeat(rows, 2, axis=0) @ weights)[:1]
    return zero_below_rounding(product.reshape(*beams.shape[:-1], weights.shape[-1]), rounding)


def zero_below_rounding(sums: ComplexArray, rounding: FloatArray) -> ComplexArray:
    """Set sums to zero that are not above their largest errors, so that from here on s_0 = 0 is exact."""
    small = sums.real**2 + sums.imag**2 <= rounding**2
    if np.any(small):
        sums = np.where(small, 0, sums)
    return sums


def bounds_from_sums(
    scenario: Scenario, sums: ComplexArray, moments: SymbolMoments, symbol_model: SymbolModel, gain: float
) -> Bounds:
    """Bounds from the sums of `beam_sums`; what a search evaluates for each candidate.

    Parameters
    ----------
    scenario : Scenario
    sums : (..., 3) complex array
    moments : SymbolMoments
        Broadcasting with the leading axes of ``sums``.
    symbol_model : {"real", "complex", "known"}
    gain : float
        ``|a_B^H w|^2``.

    Returns
    -------
    Bounds
    """
    scale = information_scale(scenario, gain)
    information = angle_information(scenario, sums, moments, symbol_model)
    with np.errstate(divide="ignore", invalid="ignore"):
        elevation, azimuth = (
            information.inverse_form(*direction) / (scale * divisor**2)
            for direction, divisor in user_angle_gradients(scenario)
        )
        if symbol_model == "known":
            symbol = np.full(np.shape(elevation), np.nan)
        else:
            spread = mean_spread(information, moments.slots, symbol_model)
            symbol = (REAL_PARAMETERS[symbol_model] + spread) / (scale * information.power)
    return Bounds(symbol, elevation, azimuth)


def information_scale(scenario: Scenario, gain: float) -> float:
    """Information per ``|s_0|^2``: ``2 |alpha_B2I alpha_I2U|^2 |a_B^H w|^2 M / sigma_z^2``, free of path gains."""
    return 2 * scenario.snr * gain * scenario.user_antennas


def bs_gain(scenario: Scenario, bs_beam: ArrayLike | None = None) -> float:
    """Gain ``|a_B^H w|^2`` of the base station's beam, which is N_t P_t for the optimal beam (41).

    Parameters
    ----------
    scenario : Scenario
    bs_beam : (N_t,) array_like, optional
        Beamforming vector w of the base station; (41) unless given.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For a beamforming vector of the wrong shape, or one that is not finite.

    Equations
    ---------
    (37), (39)

    Examples
    --------
    >>> bs_gain(Scenario())
    8.0
    """
    _validate.instance("scenario", scenario, Scenario)
    if bs_beam is None:
        return scenario.bs_antennas * scenario.transmit_power
    bs_beam = _validate.bs_beam(bs_beam, scenario.bs_antennas)
    amplitude = abs(np.vdot(linear_steering_vector(scenario.bs_antennas, scenario.bs_aod), bs_beam))
    if amplitude <= np.abs(bs_beam) @ share_of_rounding(np.pi * np.arange(float(len(bs_beam)))):
        return 0.0  # nothing is sent towards the surface
    return float(amplitude**2)


def check_batches(beams: ComplexArray, moments: SymbolMoments) -> None:
    """Raise unless the leading axes of beams (..., L) and of symbols broadcast."""
    batches = beams.shape[:-1], moments.factor.shape[:-2]
    try:
        np.broadcast_shapes(*batches)
    except ValueError:
        raise ValueError(
            f"the leading axes of beams and symbols must broadcast, got {batches[0]} and {batches[1]}"
        ) from None


#: Unknown real numbers in a symbol.
REAL_PARAMETERS: dict[SymbolModel, float] = {"real": 1.0, "complex": 2.0}


def mean_spread(information: AngleInformation, slots: float, symbol_model: SymbolModel) -> FloatArray:
    """Increase of CRLB_x by the unknown angles, relative to known angles: a mean over the slots.

    The slots enter through the columns of the symbols' factor, as they do in the angles' own information.
    """
    columns = imitated_columns(information.e_y, information.e_z, information.factor)
    if symbol_model == "complex":
        columns = (*columns, *measured_columns(information.e_y, information.e_z, information.factor))
    first, *others = (information.regression_form(*column) for column in columns)
    return sum(others, first) / slots
