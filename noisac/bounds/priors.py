"""What a receiver gains from knowing the distribution of the symbols, from pilots to data.

Symbols are CN(mu_x, sigma_x^2) with mu_x^2 = 1 - sigma_x^2, so that each real part brings the information
``2 / sigma_x^2`` of its prior, which (52) sets to zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.bounds._angle_information import (
    AngleInformation,
    Column,
    Columns,
    angle_information,
    imitated_columns,
    known_columns,
    measured_columns,
    symmetric,
)
from noisac.bounds._link import Link
from noisac.bounds.closed_form import Bounds, checked_sums
from noisac.bounds.fisher import fisher_information
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments, as_moments, pilots

_MODELS = ("real", "complex")


def prior_information(variance: float) -> float:
    """Information 2 / sigma_x^2 of the prior on a real part of a symbol; infinite for pilots.

    Parameters
    ----------
    variance : float
        sigma_x^2, in [0, 1].

    Examples
    --------
    >>> prior_information(0.5), prior_information(0.0)
    (4.0, inf)
    """
    variance = _validate.symbol_variance(variance)
    return np.inf if variance == 0 else 2 / variance


def expected_information(
    scenario: Scenario, beam: ArrayLike, slots: int, variance: float, symbol_model: SymbolModel = "real"
) -> FloatArray:
    """Expectation of (22) over symbols from CN(mu_x, sigma_x^2): what (17) and (21) define.

    The symbols enter the cross terms linearly, so that their mean is left, and the angles' block through
    |x(t)|^2, which has the mean 1.

    Equations: (17), (21), (22)

    Parameters
    ----------
    scenario : Scenario
    beam : (L,) array_like
        Phase-shift beam xi, of unit modulus.
    slots : int
        T, at least 1.
    variance : float
        sigma_x^2, in [0, 1]; mu_x is the positive root of 1 - sigma_x^2.
    symbol_model : {"real", "complex"}
        As for `noisac.fisher_information`.

    Returns
    -------
    (K, K) array
        K = T + 2 or 2 T + 2; the angles come last.

    Examples
    --------
    >>> information = expected_information(Scenario(), np.ones(16), 2, 1.0)
    >>> information[:2, 2:]
    array([[0., 0.],
           [0., 0.]])
    """
    slots = _validate.integer("slots", slots, at_least=1)
    variance = _validate.symbol_variance(variance)
    _validate.choice("symbol_model", symbol_model, _MODELS)
    mean = np.sqrt(1 - variance) * pilots(slots)  # E x, for all that is linear in the symbols
    information = fisher_information(scenario, beam, mean, symbol_model)
    information[-2:, -2:] = fisher_information(scenario, beam, pilots(slots), "known")  # E|x|^2 = 1
    return information + 0.0  # no minus sign before a zero


def bayesian_information(
    scenario: Scenario, beam: ArrayLike, slots: int, variance: float, symbol_model: SymbolModel = "real"
) -> FloatArray:
    """Van Trees' information (19): the expectation of (22) over the symbols, and their prior's own.

    Equations: (19)-(20)

    Parameters
    ----------
    scenario, beam, slots, variance, symbol_model
        As for `expected_information`, errors included; a variance of 0 is one too.

    Returns
    -------
    (K, K) array
        Parameters as in `noisac.fisher_information`. The angles have no prior.

    Examples
    --------
    >>> bayesian_information(Scenario(), np.ones(16), 3, 1.0, "complex").shape
    (8, 8)
    """
    _validate.choice("symbol_model", symbol_model, _MODELS)
    added = prior_information(variance)
    if not np.isfinite(added):
        raise ValueError("variance (sigma_x^2) must be above 0 for a matrix; pilots are symbols that are known")
    information = expected_information(scenario, beam, slots, variance, symbol_model)
    information[:-2, :-2] += added * np.eye(len(information) - 2)
    return information


def bayesian_crlb(
    scenario: Scenario, beams: ArrayLike, slots: int, variance: float, symbol_model: SymbolModel = "real"
) -> Bounds:
    """Bayesian bound on angles and symbols, the inverse of `bayesian_information` in closed form.

    It is a valid bound on the error averaged over the symbols, and a loose one: the expectation is taken before
    the symbols are eliminated.

    Parameters
    ----------
    scenario, beams
        As for `noisac.crlb`.
    slots, variance, symbol_model
        As for `expected_information`, errors included.

    Examples
    --------
    >>> from noisac import crlb
    >>> data = bayesian_crlb(Scenario(), np.ones(16), 2, 1.0, "complex")
    >>> bool(np.isclose(data.angle, crlb(Scenario(), np.ones(16), [1.0, 1.0], "known").angle))
    True
    """
    _validate.choice("symbol_model", symbol_model, _MODELS)
    variance = _validate.symbol_variance(variance)
    moments = as_moments(pilots(slots))
    information, link = _user_part(scenario, beams, moments)
    power = link.scale * information.power
    mean_square = 1 - variance
    taken = mean_square * _data_share(power, variance)  # of what the symbols can imitate
    real, imaginary = known_columns(information.e_y, information.e_z, np.sqrt(np.asarray(slots, float)))
    kept = np.sqrt(1 - taken)
    columns: Columns = (real, _scaled(imaginary, kept))
    if symbol_model == "complex":
        columns = (_scaled(real, kept), _scaled(imaginary, kept))
    information = information.with_columns(columns)
    # A symbol's error contains what the angles' does to it: E(x) alone correlates the two.
    seen = (imaginary,) if symbol_model == "real" else (imaginary, real)
    affected = tuple(_scaled(column, np.sqrt(mean_square / slots)) for column in seen)
    return _bounds(information, link, variance, symbol_model, affected, 1.0)


def crlb_with_prior(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    variance: float,
    symbol_model: SymbolModel = "real",
) -> Bounds:
    """Inverse of (22) with the prior's information 2 / sigma_x^2 on each real part in place of (53).

    What a receiver that uses the prior knows about a given block, to the accuracy of a second-order expansion of
    its posterior. It is not a bound in Van Trees' sense, for which the expectation must precede the inversion.

    Equations: (19)

    Parameters
    ----------
    scenario, beams, symbols
        As for `noisac.crlb`, errors included.
    variance : float
        sigma_x^2, in [0, 1].
    symbol_model : {"real", "complex"}

    Examples
    --------
    >>> from noisac import crlb
    >>> sharp = crlb_with_prior(Scenario(), np.ones(16), [1.0, 1j], 0.0).angle
    >>> bool(np.isclose(sharp, crlb(Scenario(), np.ones(16), [1.0, 1j], "known").angle))
    True
    """
    _validate.choice("symbol_model", symbol_model, _MODELS)
    variance = _validate.symbol_variance(variance)
    moments = as_moments(symbols)
    information, link = _user_part(scenario, beams, moments)
    kept = np.sqrt(1 - _data_share(link.scale * information.power, variance))
    measured = measured_columns(information.e_y, information.e_z, information.factor)
    imitated = imitated_columns(information.e_y, information.e_z, information.factor)
    columns = tuple(_scaled(column, kept) for column in imitated)
    if symbol_model == "real":
        columns = (*measured, *columns)
    else:
        columns = (*columns, *(_scaled(column, kept) for column in measured))
    information = information.with_columns(columns)
    affected = imitated if symbol_model == "real" else (*imitated, *measured)
    return _bounds(information, link, variance, symbol_model, affected, moments.slots)


def marginal_information(scenario: Scenario, beams: ArrayLike, slots: int, variance: float) -> FloatArray:
    """Exact Fisher information on the direction cosines of a receiver that knows the symbols' distribution only.

    The received signal is Gaussian, with mean and covariance that depend on the angles; the symbols are no
    parameters. At sigma_x^2 = 0 these are pilots; at 1 it is the unconditional bound of array processing.

    Parameters
    ----------
    scenario, beams
        As for `noisac.crlb`.
    slots, variance
        As for `expected_information`, errors included.

    Returns
    -------
    (..., 2, 2) array
        By the direction cosines along y and z.

    Examples
    --------
    >>> marginal_information(Scenario(), np.ones((3, 16)), 2, 0.5).shape
    (3, 2, 2)
    """
    information, link = _marginal_part(scenario, beams, slots, variance)
    return link.scale * symmetric(*information.elements)


def marginal_crlb(scenario: Scenario, beams: ArrayLike, slots: int, variance: float) -> Bounds:
    """Bounds on the angles from `marginal_information`; the symbols, which are no parameters, have NaN.

    Parameters
    ----------
    scenario, beams, slots, variance
        As for `marginal_information`, errors included.

    Examples
    --------
    >>> from noisac import crlb
    >>> sharp = marginal_crlb(Scenario(), np.ones(16), 2, 0.0).angle
    >>> bool(np.isclose(sharp, crlb(Scenario(), np.ones(16), [1.0, 1.0], "known").angle))
    True
    """
    information, link = _marginal_part(scenario, beams, slots, variance)
    elevation, azimuth = information.angle_bounds(link)
    return Bounds(np.full(np.shape(elevation), np.nan), elevation, azimuth)


def _marginal_part(
    scenario: Scenario, beams: ArrayLike, slots: int, variance: float
) -> tuple[AngleInformation, Link]:
    """Return the information of a receiver that knows the distribution only, and the link."""
    variance = _validate.symbol_variance(variance)
    information, link = _user_part(scenario, beams, as_moments(pilots(slots)))
    power = link.scale * information.power
    ratio = variance * power / 2  # r, the SNR of the random part of a symbol after combining all antennas
    direct, shrunk = 1 - variance, 1 / (1 + ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        loudness = np.where(power > 0, np.square(ratio * shrunk) / power, 0.0)
    heard = direct + variance * ratio * shrunk
    real, imaginary = known_columns(information.e_y, information.e_z, np.sqrt(np.asarray(slots, float)))
    columns = (
        _scaled(real, np.sqrt(direct * shrunk)),
        _scaled(imaginary, np.sqrt(direct * shrunk + 4 * loudness)),
    )
    user = information._replace(user_y=heard * information.user_y, user_z=heard * information.user_z)
    return user.with_columns(columns), link


def _user_part(scenario: Scenario, beams: ArrayLike, moments: SymbolMoments) -> tuple[AngleInformation, Link]:
    """Check scenario and beams; return the information of the user's aperture alone, and the link."""
    link, sums = checked_sums(scenario, beams)
    return angle_information(link, sums, moments, "complex").with_columns(()), link


def _data_share(power: FloatArray, variance: float) -> FloatArray:
    """Share of the data in what is known of a real part of a symbol: q / (q + 2 / sigma_x^2)."""
    return power * variance / (power * variance + 2)


def _scaled(column: Column, by: FloatArray) -> Column:
    return by * column[0], by * column[1], by * column[2]


def _bounds(
    information: AngleInformation,
    link: Link,
    variance: float,
    symbol_model: SymbolModel,
    affected: Columns,
    slots: float,
) -> Bounds:
    """Bounds from the information on the angles, and from what symbols have in common with them."""
    power = link.scale * information.power
    parts = 1.0 if symbol_model == "real" else 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        share = _data_share(power, variance)
        spread = sum((information.regression_form(*column) for column in affected), np.zeros(())) / slots
        alone = np.where(variance == 0, 0.0, variance / (power * variance + 2))  # 1 / (q + 2 / sigma_x^2)
        symbol = alone * (parts + np.where(share == 0, 0.0, share * spread))
    return Bounds(symbol, *information.angle_bounds(link))
