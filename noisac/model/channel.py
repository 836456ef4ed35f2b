"""The base station's beam (40), (41), the two hops (4), (11), (58), their product and derivatives (26), (27)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray
from noisac.model.arrays import array_response, grid_indices, linear_response
from noisac.model.scenario import Scenario


def matched_bs_beam(scenario: Scenario) -> ComplexArray:
    """Beamforming vector (41), the steering vector scaled to the power limit: (N_t,) complex.

    It solves (P2). For any w with ``||w||^2 <= P_t`` the Cauchy-Schwarz inequality gives
    ``|a_B^H w|^2 <= ||a_B||^2 ||w||^2 <= N_t P_t``, because the elements of a_B have unit modulus, and this w
    attains N_t P_t. Equality in the first step needs w parallel to a_B and in the second full power, so it is
    the only solution up to a phase.

    Equations: (40) : definition; (41)

    Examples
    --------
    >>> w = matched_bs_beam(Scenario(transmit_power=2.0))
    >>> round(float(np.vdot(w, w).real), 12)
    2.0
    """
    _validate.instance("scenario", scenario, Scenario)
    steering = linear_response(scenario.bs_antennas, scenario.bs_aod)
    beam: ComplexArray = np.sqrt(scenario.transmit_power / scenario.bs_antennas) * steering
    return beam


def irs_sign(scenario: Scenario) -> float:
    """Sign of the IRS's indices in (58): -1 as printed there, +1 as (4)-(6) give it (reading R1)."""
    return -1.0 if scenario.phase_convention == "difference" else 1.0


def irs_user_channel(scenario: Scenario) -> ComplexArray:
    """H_I2U, the channel from the IRS to the user, (58): (M, L) complex.

    Equations: (4), (58) : definition

    Examples
    --------
    >>> irs_user_channel(Scenario()).shape
    (16, 16)
    """
    _validate.instance("scenario", scenario, Scenario)
    at_user = array_response(scenario.user_shape, scenario.user_spacing, *scenario.user_aoa)
    at_irs = array_response(scenario.irs_shape, scenario.irs_spacing, *scenario.user_aoa)
    if scenario.phase_convention == "difference":
        at_irs = at_irs.conj()
    return scenario.irs_user_gain * np.outer(at_user, at_irs)


def irs_user_channel_derivatives(scenario: Scenario) -> tuple[ComplexArray, ComplexArray]:
    """H_I2U,gamma and H_I2U,phi, (27) and (26): derivatives of `irs_user_channel` by elevation and azimuth.

    Two (M, L) complex arrays, per radian. With half-wavelength spacing these are the printed formulas.

    Equations: (26)-(27), (63)-(64)

    Examples
    --------
    >>> by_elevation, by_azimuth = irs_user_channel_derivatives(Scenario())
    >>> by_elevation.shape
    (16, 16)
    """
    channel = irs_user_channel(scenario)
    m_y, m_z = grid_indices(scenario.user_shape)
    l_y, l_z = grid_indices(scenario.irs_shape)
    at_user, at_irs = 2 * np.pi * scenario.user_spacing, 2 * np.pi * scenario.irs_spacing * irs_sign(scenario)
    along_y = np.add.outer(at_user * m_y, at_irs * l_y)  # pi (m_y - l_y)
    along_z = np.add.outer(at_user * m_z, at_irs * l_z)  # pi (m_z - l_z)
    elevation, azimuth = scenario.user_aoa
    by_azimuth = 1j * along_y * np.cos(elevation) * np.cos(azimuth) * channel  # (26), (64)
    by_elevation = 1j * along_z * np.cos(elevation) * channel  # (27), (63), first line
    by_elevation -= 1j * along_y * np.sin(elevation) * np.sin(azimuth) * channel  # second line
    return by_elevation, by_azimuth


def bs_irs_channel(scenario: Scenario) -> ComplexArray:
    """H_B2I, the channel from the base station to the IRS, (11): (L, N_t) complex.

    Equations: (11) : definition

    Examples
    --------
    >>> bs_irs_channel(Scenario()).shape
    (16, 8)
    """
    _validate.instance("scenario", scenario, Scenario)
    at_irs = array_response(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
    at_bs = linear_response(scenario.bs_antennas, scenario.bs_aod)
    return scenario.bs_irs_gain * np.outer(at_irs, at_bs.conj())


def received_mean(
    scenario: Scenario, beam: ArrayLike, symbols: ArrayLike, *, bs_beam: ArrayLike | None = None
) -> ComplexArray:
    """h_x(t), the received signal (1)-(3) without its noise: (..., T, M) complex.

    Equations: (1)-(3) : definition

    Parameters
    ----------
    scenario : Scenario
    beam : (L,) array_like
        Phase-shift beam xi, of unit modulus.
    symbols : (..., T) array_like
        Transmitted symbols x(t).
    bs_beam : (N_t,) array_like, optional
        Beamforming vector w of the base station; (41) unless given.

    Examples
    --------
    >>> received_mean(Scenario(), np.ones(16), [1.0, 1j]).shape
    (2, 16)
    """
    _validate.instance("scenario", scenario, Scenario)
    beam = _validate.one_beam(beam, scenario.irs_elements)
    symbols = _validate.symbols(symbols)
    if bs_beam is None:
        bs_beam = matched_bs_beam(scenario)
    bs_beam = _validate.bs_beam(bs_beam, scenario.bs_antennas)
    through_irs = beam * (bs_irs_channel(scenario) @ bs_beam)  # Theta H_B2I w
    response: ComplexArray = irs_user_channel(scenario) @ through_irs
    return symbols[..., None] * response
