"""From received signals to a position and its error: what a user would measure."""

from __future__ import annotations

import numpy as np

from noisac._validate import FloatArray
from noisac.beamforming import max_gain_beam
from noisac.bounds._angle_information import user_variances
from noisac.estimation import Estimates, maximum_likelihood, simulate_received
from noisac.model import Geometry, Scenario, draw_symbols
from noisac.positioning import block_scenarios, most_likely_position


def measured_information(scenario: Scenario, estimates: Estimates, energy: FloatArray) -> FloatArray:
    """Information (draws, 2, 2) on the angles, as a receiver takes it from its own estimates.

    With both parts of the symbols unknown it is 2 / sigma_z^2 times the energy of the signal times the variances
    of the antennas' positions, on the direction cosines; the angles are the estimated ones. ``energy`` is the
    received energy of each block.
    """
    signal = np.maximum(energy - estimates.residual, 0.0)
    elevation, azimuth = estimates.elevation, estimates.azimuth
    to_cosines = np.zeros((*elevation.shape, 2, 2))
    to_cosines[..., 0, 0] = -np.sin(elevation) * np.sin(azimuth)
    to_cosines[..., 0, 1] = np.cos(elevation) * np.cos(azimuth)
    to_cosines[..., 1, 0] = np.cos(elevation)
    on_cosines = np.diag(user_variances(scenario)) * (2 * signal / scenario.noise_variance)[..., None, None]
    result: FloatArray = np.swapaxes(to_cosines, -1, -2) @ on_cosines @ to_cosines
    return result


def position_errors(
    geometry: Geometry, *, draws: int, rng: np.random.Generator, height_known: bool = False, slots: int = 2
) -> FloatArray:
    """Distances (draws,) in metres between the user and where a receiver finds it, one coherence block each.

    Both parts of all symbols are drawn from CN(0, 1) afresh and unknown, angles are estimated by maximum
    likelihood from the received signals, and the position from the angles, weighted by what the receiver itself
    has found.

    Examples
    --------
    >>> errors = position_errors(Geometry.section_v(), draws=20, rng=np.random.default_rng(0))
    >>> bool(0.02 < np.median(errors) < 0.3)
    True
    """
    angles, pairs = [], []
    for scenario in block_scenarios(geometry):
        beam = max_gain_beam(scenario)
        symbols = draw_symbols(rng, slots, size=(draws,))
        received = simulate_received(scenario, beam, symbols, draws=draws, rng=rng)
        found = maximum_likelihood(scenario, beam, received)
        angles.append(np.stack([found.elevation, found.azimuth], axis=-1))
        pairs.append(measured_information(scenario, found, np.sum(np.abs(received) ** 2, axis=(-2, -1))))
    fix = most_likely_position(
        geometry.irs_positions,
        np.stack(angles, axis=1),
        np.stack(pairs, axis=1),
        height=geometry.user_position[2] if height_known else None,
    )
    errors: FloatArray = np.linalg.norm(fix.position - np.array(geometry.user_position), axis=-1)
    return errors
