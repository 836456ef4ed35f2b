"""Theorem 1 as printed: dense, slow and obvious. `noisac.bounds.closed_form` is fast, and held equal by tests."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.model.channel import (
    bs_irs_channel,
    irs_user_channel,
    irs_user_channel_derivatives,
    matched_bs_beam,
    received_mean,
)
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, UNKNOWN_PARTS, SymbolModel


def fisher_information(
    scenario: Scenario,
    beam: ArrayLike,
    symbols: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    bs_beam: ArrayLike | None = None,
) -> FloatArray:
    """Fisher information matrix of Theorem 1, (22)-(27).

    Equations: (15) : definition; (17), (22)-(25)

    Parameters
    ----------
    scenario : Scenario
    beam : (L,) array_like
        Phase-shift beam xi, of unit modulus.
    symbols : (T,) array_like
        Transmitted symbols x(t).
    symbol_model : {"real", "complex", "known"}
        What is unknown besides the two angles. "real": one real parameter per symbol, the paper's (15).
        "complex": Re x(t) and Im x(t), side by side. "known": nothing, the symbols are pilots.
    bs_beam : (N_t,) array_like, optional
        Beamforming vector w of the base station; (41) unless given.

    Returns
    -------
    (K, K) array
        K = T + 2, 2 T + 2 or 2; the angles (elevation, azimuth) come last.

    Raises
    ------
    ValueError
        For a beam or symbols of the wrong shape, a beam without unit modulus, or an unknown model.

    Examples
    --------
    >>> scenario = Scenario()
    >>> fisher_information(scenario, np.ones(16), [1.0, 1j]).shape
    (4, 4)
    >>> fisher_information(scenario, np.ones(16), [1.0, 1j], "complex").shape
    (6, 6)
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    beam = _validate.one_beam(beam, scenario.irs_elements)
    symbols = one_block(symbols)
    if bs_beam is None:
        bs_beam = matched_bs_beam(scenario)
    bs_beam = _validate.bs_beam(bs_beam, scenario.bs_antennas)

    theta_h_w = np.diag(beam) @ bs_irs_channel(scenario) @ bs_beam  # Theta H_B2I w
    by_elevation, by_azimuth = irs_user_channel_derivatives(scenario)
    beta_x = irs_user_channel(scenario) @ theta_h_w  # (23)
    beta_gamma = [by_elevation @ theta_h_w * x for x in symbols]  # (24)
    beta_phi = [by_azimuth @ theta_h_w * x for x in symbols]  # (25)

    gradients: list[list[ComplexArray]] = []  # one row per parameter, one entry per slot: (57), (61), (62)
    nothing = np.zeros_like(beta_x)
    for t in range(len(symbols)):
        if symbol_model != "known":
            gradients.append([beta_x if s == t else nothing for s in range(len(symbols))])
        if symbol_model == "complex":
            gradients.append([1j * beta_x if s == t else nothing for s in range(len(symbols))])
    gradients += [beta_gamma, beta_phi]
    return information_of_gradients(np.array(gradients), scenario.noise_variance)


def finite_difference_information(
    scenario: Scenario,
    beam: ArrayLike,
    symbols: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    step: float = 1e-5,
) -> FloatArray:
    """Fisher information from central differences of the noise-free signal (2), without (22)-(27): (K, K).

    Equations: (54), (56)-(57)

    Parameters
    ----------
    scenario, beam, symbols, symbol_model
        As for `fisher_information`, errors included.
    step : float
        Half width of the difference, in radians and relative to the largest symbol; above zero.

    Examples
    --------
    >>> beam, x = np.ones(16), [1.0, 1j]
    >>> exact = fisher_information(Scenario(), beam, x)
    >>> error = finite_difference_information(Scenario(), beam, x) - exact
    >>> bool(np.max(np.abs(error)) < 1e-8 * np.max(exact))
    True
    """
    gradients = _numerical_gradients(scenario, beam, symbols, symbol_model, step)
    return information_of_gradients(gradients, scenario.noise_variance)


def score_samples(
    scenario: Scenario,
    beam: ArrayLike,
    symbols: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    draws: int,
    rng: np.random.Generator,
    step: float = 1e-5,
) -> FloatArray:
    """Scores of simulated received signals, (draws, K); their covariance is the Fisher information.

    The noise z of (1) is drawn, and the score ``d ln p(y | x) / d theta`` is evaluated at the true parameters
    with numerical derivatives of (2).

    Equations: (17), (21)

    Parameters
    ----------
    scenario, beam, symbols, symbol_model, step
        As for `finite_difference_information`, errors included.
    draws : int
        Number of noise realisations, at least 1.
    rng : numpy.random.Generator

    Examples
    --------
    >>> scores = score_samples(Scenario(), np.ones(16), [1.0], draws=10, rng=np.random.default_rng(0))
    >>> scores.shape
    (10, 3)
    """
    _validate.generator(rng)
    draws = _validate.integer("draws", draws, at_least=1)
    gradients = _numerical_gradients(scenario, beam, symbols, symbol_model, step)
    flat = gradients.reshape(len(gradients), -1)  # (K, T M)
    parts = rng.standard_normal((draws, flat.shape[1], 2))
    noise = (parts[..., 0] + 1j * parts[..., 1]) * np.sqrt(scenario.noise_variance / 2)
    scores: FloatArray = (noise @ flat.conj().T).real * (2 / scenario.noise_variance)
    return scores


def one_block(symbols: ArrayLike) -> ComplexArray:
    """Return the symbols of a single block, shape (T,)."""
    block = _validate.symbols(symbols)
    if block.ndim != 1:
        raise ValueError(f"symbols must be those of one block, shape (T,), got shape {block.shape}")
    return block


def information_of_gradients(gradients: ComplexArray, noise_variance: float) -> FloatArray:
    """Second line of (54), from the derivatives of h_x by parameter, shape (K, T, M)."""
    flat = gradients.reshape(len(gradients), -1)
    # By a power of two, which rounds nothing: gains and noise may each be such that their squares vanish.
    unit = math.ldexp(1.0, -(math.frexp(noise_variance)[1] // 2))
    flat = flat * unit
    with np.errstate(over="ignore"):
        information: FloatArray = 2 / (noise_variance * unit**2) * (flat.conj() @ flat.T).real
    return information


def _numerical_gradients(
    scenario: Scenario, beam: ArrayLike, symbols: ArrayLike, symbol_model: SymbolModel, step: float
) -> ComplexArray:
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    symbols = one_block(symbols)
    step = _validate.real("step", step, positive=True)
    width = step * (float(np.max(np.abs(symbols))) or 1.0)
    shifts = [part * unit for unit in np.eye(len(symbols)) for part in UNKNOWN_PARTS[symbol_model]]
    rows = [
        (received_mean(scenario, beam, symbols + width * shift) -
         received_mean(scenario, beam, symbols - width * shift)) / (2 * width)
        for shift in shifts
    ]  # fmt: skip
    elevation, azimuth = scenario.user_aoa
    for d_elevation, d_azimuth in ((step, 0.0), (0.0, step)):
        ahead = scenario.replace(user_aoa=(elevation + d_elevation, azimuth + d_azimuth))
        behind = scenario.replace(user_aoa=(elevation - d_elevation, azimuth - d_azimuth))
        difference = received_mean(ahead, beam, symbols) - received_mean(behind, beam, symbols)
        rows.append(difference / (2 * step))
    return np.array(rows)
