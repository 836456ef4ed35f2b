"""Active beamforming at the base station, (40) and (41)."""

from __future__ import annotations

import numpy as np

from noisac import _validate
from noisac._validate import ComplexArray
from noisac.model.arrays import linear_steering_vector
from noisac.model.scenario import Scenario


def matched_bs_beam(scenario: Scenario) -> ComplexArray:
    """Beamforming vector (41): the steering vector scaled to the power limit.

    It solves (P2). For any w with ``||w||^2 <= P_t`` the Cauchy-Schwarz inequality gives
    ``|a_B^H w|^2 <= ||a_B||^2 ||w||^2 <= N_t P_t``, because the elements of a_B have unit modulus, and this w
    attains N_t P_t. Equality in the first step needs w parallel to a_B and in the second full power, so it is
    the only solution up to a phase.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    (N_t,) complex array
        w, with ``||w||^2 = P_t``.

    Equations
    ---------
    (40) : definition
    (41)

    Examples
    --------
    >>> w = matched_bs_beam(Scenario(transmit_power=2.0))
    >>> round(float(np.vdot(w, w).real), 12)
    2.0
    """
    _validate.instance("scenario", scenario, Scenario)
    steering = linear_steering_vector(scenario.bs_antennas, scenario.bs_aod)
    beam: ComplexArray = np.sqrt(scenario.transmit_power / scenario.bs_antennas) * steering
    return beam
