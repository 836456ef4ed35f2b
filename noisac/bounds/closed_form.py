"""The bounds of Theorem 1 in closed form, batched over beams and draws, at a cost that does not depend on T.

With rank-one channels a beam enters (22) only through three sums over the elements of the IRS, and the symbols
only through their second moments. Eliminating the symbols from (22) leaves, for the direction cosines of the
user's angles, a 2 x 2 matrix that is written here as ``scale * K K^T``. Its inverse is then a ratio of sums of
squares, in which nothing cancels, and its determinant is zero exactly when the bound does not exist.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import equal_by_value, share_of_rounding
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._angle_information import (
    AngleInformation,
    angle_information,
    imitated_columns,
    measured_columns,
)
from noisac.bounds._link import Link, link_of
from noisac.model.arrays import linear_response
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments, moments_of

#: Beams that are multiplied together.
_ROWS = 16


@equal_by_value
class Bounds(NamedTuple):
    """Cramer-Rao bounds of one block, arrays of the shape of the batch.

    Equations: (13)-(14) : definition

    Attributes
    ----------
    symbol : array
        CRLB_x, (13): mean over the block. With "complex" symbols the bound on E|x - xhat|^2, the sum over real
        and imaginary part; NaN with "known" symbols.
    elevation : array
        (29), in rad^2.
    azimuth : array
        (30), in rad^2.
    """

    symbol: FloatArray
    elevation: FloatArray
    azimuth: FloatArray

    @property
    def angle(self) -> FloatArray:
        """CRLB_angle, (14): mean of the two angles' bounds, in rad^2."""
        return (self.elevation + self.azimuth) / 2


def crlb(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> Bounds:
    """Cramer-Rao bounds (28)-(30) in closed form, for any number of beams and blocks of symbols at once.

    Equations: (16), (29)-(30)

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

    Examples
    --------
    >>> bounds = crlb(Scenario(), np.ones((5, 16)), [1.0, 1j])
    >>> bounds.angle.shape
    (5,)
    >>> bool(np.isnan(crlb(Scenario(), np.ones(16), [1.0], "known").symbol))
    True
    """
    link, sums, moments = checked_problem(scenario, beams, symbols, symbol_model, bs_beam)
    return bounds_from_sums(link, sums, moments, symbol_model)


def checked_problem(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel,
    bs_beam: ArrayLike | None = None,
    allowed: tuple[str, ...] = SYMBOL_MODELS,
) -> tuple[Link, ComplexArray, SymbolMoments]:
    """Check the arguments of a bound and reduce them to what (22) takes: the link, sums (..., 3) and moments."""
    _validate.choice("symbol_model", symbol_model, allowed)
    link, sums = checked_sums(scenario, beams)
    moments = as_moments(symbols)
    check_batches(sums, moments)
    if bs_beam is not None:
        link = link.with_gain(bs_gain(scenario, bs_beam), scenario)
    return link, sums, moments


def checked_sums(scenario: Scenario, beams: ArrayLike) -> tuple[Link, ComplexArray]:
    """Check a scenario and beams, and return the link and the beams' sums (..., 3)."""
    _validate.instance("scenario", scenario, Scenario)
    beams = _validate.beams(beams, scenario.irs_elements)
    link = link_of(scenario)
    return link, weighted_sums(beams, link.weights, link.rounding)


def crlb_per_symbol(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> FloatArray:
    """Bounds (28) on each symbol of a block, whose mean is `Bounds.symbol`.

    Equations: (28)

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

    Examples
    --------
    >>> crlb_per_symbol(Scenario(), np.ones(16), [1.0, 1j, -1.0]).shape
    (3,)
    """
    symbols = _validate.symbols(symbols)
    link, sums, moments = checked_problem(
        scenario, beams, moments_of(symbols), symbol_model, bs_beam, ("real", "complex")
    )
    information = angle_information(link, sums, moments, symbol_model).slotwise()
    # What a shift of the direction cosines and a change of x(t) have in common: Im(e x).
    at_y, at_z = information.e_y * symbols, information.e_z * symbols
    with np.errstate(divide="ignore", invalid="ignore"):
        amplitude = np.abs(symbols)
        spread = information.regression_form(at_y.imag, at_z.imag, amplitude)
        if symbol_model == "complex":
            spread = spread + information.regression_form(at_y.real, at_z.real, amplitude)
        bound = (REAL_PARAMETERS[symbol_model] + spread) / information.power
    return bound / link.scale


def symbol_crlb_known_angles(scenario: Scenario, beams: ArrayLike) -> FloatArray:
    """Bound on a symbol's real parameter when the user's angles are known: 1 / [J]_tt of (22).

    Parameters
    ----------
    scenario, beams
        As for `crlb`, errors included.

    Returns
    -------
    (...) array
        ``inf`` where the beam cancels itself in the user's direction.

    Examples
    --------
    >>> round(float(symbol_crlb_known_angles(Scenario(irs_shape=(1, 1)), [1.0])) * 2 * 8 * 16, 9)
    1.0
    """
    link, sums = checked_sums(scenario, beams)
    with np.errstate(divide="ignore"):
        return 1 / (link.scale * np.abs(sums[..., 0]) ** 2)


def modified_crlb(bounds: Bounds, weight: ArrayLike) -> FloatArray:
    """Modified CRLB (12), (31): weighted sum of the logarithms of the two bounds.

    Equations: (12) : definition; (31)

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

    Examples
    --------
    >>> round(float(modified_crlb(Bounds(np.array(0.1), np.array(1e-4), np.array(1e-4)), 0.5)), 9)
    -2.5
    """
    bounds, weight = _checked(bounds, weight)
    _validate.weights(weight)
    if np.any(weight > 0) and np.any(np.isnan(bounds.symbol)):
        raise ValueError("weight (zeta) must be 0 when the symbols are known: they have no bound")
    return weighted_logarithms(bounds, weight)


def weighted_logarithms(bounds: Bounds, weight: FloatArray) -> FloatArray:
    """`modified_crlb` of weights in [0, 1], for the inner loop of a search."""
    bounds, weight = _checked(bounds, weight)
    total: FloatArray = np.zeros(())
    with np.errstate(invalid="ignore"):
        if np.any(weight > 0):
            total = total + np.where(weight > 0, weight * np.log10(bounds.symbol), 0.0)
        if np.any(weight < 1):
            total = total + np.where(weight < 1, (1 - weight) * np.log10(bounds.angle), 0.0)
    return total


def _checked(bounds: Bounds, weight: ArrayLike) -> tuple[Bounds, FloatArray]:
    """Return bounds and weights as arrays of real numbers, which broadcast."""
    _validate.instance("bounds", bounds, Bounds)
    parts = [
        _validate.real_array(f"bounds.{name}", part) for name, part in zip(Bounds._fields, bounds, strict=True)
    ]
    weight = _validate.real_array("weight", weight)
    _validate.together("bounds and weight", *parts, weight)
    return Bounds(*parts), weight


def printed_objective(bounds: Bounds, weight: FloatArray) -> FloatArray:
    """V of (38) as printed, where the symbols' term has lost its weight (reading R7).

    lg CRLB_x + (1 - zeta) lg CRLB_angle, up to the base station's gain, which shifts all beams alike.

    Equations: (38)

    Parameters
    ----------
    bounds, weight
        As for `modified_crlb`.

    Examples
    --------
    >>> round(float(printed_objective(Bounds(np.array(0.1), np.array(1e-4), np.array(1e-4)), np.array(0.5))), 9)
    -3.0
    """
    bounds, weight = _checked(bounds, weight)
    with np.errstate(invalid="ignore"):
        angle = np.where(weight < 1, (1 - weight) * np.log10(bounds.angle), 0.0)
        total: FloatArray = np.log10(bounds.symbol) + angle
    return total


def mutual_information(symbol_crlb: ArrayLike, symbol_variance: ArrayLike) -> FloatArray:
    """Mutual information between a symbol and its estimate, (32), in bits.

    Equations: (32)

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

    Examples
    --------
    >>> round(float(mutual_information(1 / 16, 1.0)), 9)
    2.0
    """
    bound = _validate.positive_array("symbol_crlb", symbol_crlb)
    variance = _validate.positive_array("symbol_variance (sigma_x^2)", symbol_variance, finite=True)
    _validate.together("symbol_crlb and symbol_variance", bound, variance)
    return (np.log2(variance) - np.log2(bound)) / 2


def sum_weights(scenario: Scenario) -> ComplexArray:
    """Weights of the three sums through which a beam enters Theorem 1: (L, 3) complex, not writeable.

    ``beams @ sum_weights(scenario)`` is (s_0, D_y, D_z): s_0 sums the elements co-phased towards the user, and
    D is the derivative of j ln(signal) by a direction cosine, times s_0, averaged over the user's antennas:
    ``D_y = 2 pi (d_user mean(m_y) s_0 - d_IRS s_y)`` with ``s_y`` the sum weighted by l_y.

    Examples
    --------
    >>> sum_weights(Scenario()).shape
    (16, 3)
    """
    _validate.instance("scenario", scenario, Scenario)
    return link_of(scenario).weights


def beam_sums(scenario: Scenario, beams: ArrayLike) -> ComplexArray:
    """Sums (s_0, D_y, D_z) of beams of shape (..., L), with sums below rounding set to zero."""
    return checked_sums(scenario, beams)[1]


def weighted_sums(beams: ComplexArray, weights: ComplexArray, rounding: FloatArray) -> ComplexArray:
    """``beams @ weights``, the same to the last bit whatever else is in the batch, and zero below rounding."""
    rows = beams.reshape(-1, beams.shape[-1])
    # How BLAS rounds a row depends on how many there are: products of a fixed number of rows, the last ones zero.
    missing = -len(rows) % _ROWS
    if missing:
        rows = np.concatenate([rows, np.zeros((missing, rows.shape[-1]), rows.dtype)])
    product = (rows.reshape(-1, _ROWS, rows.shape[-1]) @ weights).reshape(-1, weights.shape[-1])
    product = product[: len(rows) - missing]
    return zero_below_rounding(product.reshape(*beams.shape[:-1], weights.shape[-1]), rounding)


def zero_below_rounding(sums: ComplexArray, rounding: FloatArray) -> ComplexArray:
    """Set sums to zero that are not above their largest errors, so that from here on s_0 = 0 is exact."""
    small = sums.real**2 + sums.imag**2 <= rounding**2
    if np.any(small):
        sums = np.where(small, 0, sums)
    return sums


def bounds_from_sums(
    link: Link,
    sums: ComplexArray,
    moments: SymbolMoments,
    symbol_model: SymbolModel,
    weight: FloatArray | None = None,
) -> Bounds:
    """Bounds from the sums of `beam_sums`; for a weight only those that enter (31), the others are NaN."""
    information = angle_information(link, sums, moments, symbol_model)
    shape = np.broadcast_shapes(information.power.shape, moments.factor.shape[:-2])
    symbol = elevation = azimuth = np.full(shape, np.nan)
    if weight is None or np.any(weight < 1):
        elevation, azimuth = information.angle_bounds(link)
    with np.errstate(divide="ignore", invalid="ignore"):
        if symbol_model != "known" and (weight is None or np.any(weight > 0)):
            spread = mean_spread(information, moments.slots, symbol_model)
            symbol = (REAL_PARAMETERS[symbol_model] + spread) / (link.scale * information.power)
    return Bounds(symbol, elevation, azimuth)


def bs_gain(scenario: Scenario, bs_beam: ArrayLike | None = None) -> float:
    """Gain ``|a_B^H w|^2`` of the base station's beam, which is N_t P_t for the optimal beam (41).

    Equations: (37), (39)

    Parameters
    ----------
    scenario : Scenario
    bs_beam : (N_t,) array_like, optional
        Beamforming vector w of the base station, finite; (41) unless given.

    Examples
    --------
    >>> bs_gain(Scenario())
    8.0
    """
    _validate.instance("scenario", scenario, Scenario)
    if bs_beam is None:
        return scenario.bs_antennas * scenario.transmit_power
    bs_beam = _validate.bs_beam(bs_beam, scenario.bs_antennas)
    amplitude = abs(np.vdot(linear_response(scenario.bs_antennas, scenario.bs_aod), bs_beam))
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
    """Mean over the slots of the increase of CRLB_x by the unknown angles, relative to known ones."""
    columns = imitated_columns(information.e_y, information.e_z, information.factor)
    if symbol_model == "complex":
        columns = (*columns, *measured_columns(information.e_y, information.e_z, information.factor))
    first, *others = (information.regression_form(*column) for column in columns)
    return sum(others, first) / slots
