"""Information rates of the link beside (32): with the prior, with both parts of a symbol, with unknown angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.bounds._angle_information import angle_information
from noisac.bounds.closed_form import checked_problem, symbol_crlb_known_angles
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel

_UNKNOWN: tuple[SymbolModel, ...] = ("real", "complex")


def effective_snr(scenario: Scenario, beams: ArrayLike, symbol_variance: ArrayLike = 1.0) -> FloatArray:
    """SNR of the whole link, sigma_x^2 ||beta_x||^2 / sigma_z^2, with all array gains: (...), linear.

    With known angles the receiver projects y(t) on beta_x and has a scalar Gaussian channel of this SNR, whose
    capacity is log2(1 + SNR). It is zero for a beam that cancels itself towards the user.

    Parameters
    ----------
    scenario, beams
        As for `noisac.crlb`, errors included.
    symbol_variance : array_like
        sigma_x^2, above zero.

    Examples
    --------
    >>> round(float(effective_snr(Scenario(irs_shape=(1, 1)), [1.0])), 9)  # 8 antennas and 16 antennas
    128.0
    """
    variance = _validate.positive_array("symbol_variance (sigma_x^2)", symbol_variance, finite=True)
    with np.errstate(over="ignore"):
        snr: FloatArray = variance / (2 * symbol_crlb_known_angles(scenario, beams))
    return snr


def gaussian_information(
    symbol_crlb: ArrayLike, symbol_variance: ArrayLike, symbol_model: SymbolModel = "complex"
) -> FloatArray:
    """Information between a Gaussian symbol and a value of it with an independent Gaussian error, in bits.

    Unlike (32) it makes use of the prior, so that it is never negative, and of the variance that the bound is on.

    Parameters
    ----------
    symbol_crlb : array_like
        Variance of the error: CRLB(x(t)) of the same symbol model; above zero, and infinite where nothing is
        known.
    symbol_variance : array_like
        sigma_x^2 = E|x - mu_x|^2, above zero.
    symbol_model : {"real", "complex"}
        "complex": the bound is on E|x - xhat|^2 and both parts carry information, log2(1 + sigma_x^2 / CRLB).
        "real": it is on the real part, whose variance is sigma_x^2 / 2, and only that part carries information,
        log2(1 + sigma_x^2 / (2 CRLB)) / 2.

    Examples
    --------
    >>> round(float(gaussian_information(1 / 15, 1.0)), 9)
    4.0
    >>> round(float(gaussian_information(1 / 30, 1.0, "real")), 9)
    2.0
    """
    _validate.choice("symbol_model", symbol_model, _UNKNOWN)
    bound = _validate.positive_array("symbol_crlb", symbol_crlb)
    variance = _validate.positive_array("symbol_variance (sigma_x^2)", symbol_variance, finite=True)
    with np.errstate(divide="ignore", over="ignore"):
        bits: FloatArray = np.log1p(variance / bound) / np.log(2)
        if symbol_model == "real":
            bits = np.log1p(variance / (2 * bound)) / np.log(4)
    return bits


def angle_cost(
    scenario: Scenario, beams: ArrayLike, symbols: ArrayLike, symbol_model: SymbolModel = "complex"
) -> FloatArray:
    """Information that a block loses to its unknown angles if the posterior is Gaussian, in bits per block.

    It is half the logarithm of the ratio by which the squared volume of the symbols' uncertainty grows,
    log2(Delta_known / Delta) / 2 with the determinants of the information on the angles with known and with
    unknown symbols. It holds at high SNR, where the posterior is Gaussian with covariance J^-1 and the prior of
    the angles is wide beside it, up to ambiguities of the angles, which (22) does not see.

    Parameters
    ----------
    scenario, beams, symbols
        As for `noisac.crlb`, errors included.
    symbol_model : {"real", "complex"}
        What is unknown of the symbols.

    Returns
    -------
    (...) array
        Not negative; ``inf`` where the unknown symbols leave no information on some direction, NaN where known
        ones leave none either.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> beam = np.exp(2j * np.pi * rng.random(16))
    >>> bool(angle_cost(Scenario(), beam, [1.0, 1j]) > angle_cost(Scenario(), beam, [1.0, 1j], "real") > 0)
    True
    """
    link, sums, moments = checked_problem(scenario, beams, symbols, symbol_model, allowed=_UNKNOWN)
    known, unknown = (
        angle_information(link, sums, moments, model).determinant for model in ("known", symbol_model)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        cost: FloatArray = np.log2(known / unknown) / 2
    return cost
