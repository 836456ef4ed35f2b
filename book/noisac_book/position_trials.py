"""Errors of positions by Monte Carlo, from received signals and from angles, and the spacing of the sub-IRSs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.beamforming import max_gain_beam
from noisac.bounds._link import link_of
from noisac.estimation import Estimates, maximum_likelihood, simulate_received
from noisac.model import Geometry, Scenario, draw_symbols
from noisac.model.symbols import SymbolModel
from noisac.positioning import most_likely_position
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import position_error_bound
from noisac.positioning.errors import MeanError, root_mean_square, simulate_position_errors


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
    on_cosines = np.diag(link_of(scenario).variances) * (2 * signal / scenario.noise_variance)[..., None, None]
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


class ErrorsBySnr(NamedTuple):
    """What `errors_by_snr` returns."""

    bounds: dict[str, FloatArray]
    errors: dict[str, tuple[str, list[MeanError]]]


def errors_by_snr(geometry: Geometry, snr_db: ArrayLike, *, draws: int, rng: np.random.Generator) -> ErrorsBySnr:
    """Compare three estimators of the position of a geometry's user with their bounds, at several SNRs.

    Labelled as `noisac_book.position.draw_errors` shows them.

    Parameters
    ----------
    geometry : Geometry
    snr_db : (S,) array_like
    draws : int
        Draws of the angles at each SNR, from a stream of its own; at least 2.
    rng : numpy.random.Generator

    Examples
    --------
    >>> found = errors_by_snr(Geometry.section_v(), [0, 20], draws=10, rng=np.random.default_rng(0))
    >>> found.bounds["PEB, height known"].shape
    (2,)
    """
    _validate.instance("geometry", geometry, Geometry)
    _validate.generator(rng)
    draws = _validate.integer("draws", draws, at_least=2)
    anchors, user = geometry.irs_positions, geometry.user_position
    levels = np.atleast_1d(_validate.finite_array("snr_db", snr_db)).tolist()
    free, floor = "PEB, height unknown", "PEB, height known"
    bounds: dict[str, list[float]] = {free: [], floor: []}
    errors: dict[str, tuple[str, list[MeanError]]] = {
        "intersection of lines": (free, []),
        "ML, height unknown": (free, []),
        "ML, height known": (floor, []),
    }
    for level, stream in zip(levels, rng.spawn(len(levels)), strict=True):
        pairs = block_information(block_scenarios(geometry, snr_db=level))
        for label, known in ((free, False), (floor, True)):
            bounds[label].append(float(position_error_bound(anchors, user, pairs, height_known=known)))
        squared = simulate_position_errors(anchors, user, pairs, draws=draws, rng=stream)
        for (_, measured), values in zip(errors.values(), squared, strict=True):
            measured.append(root_mean_square(values))
    return ErrorsBySnr({label: np.array(values) for label, values in bounds.items()}, errors)


def peb_by_separation(
    separations: ArrayLike, symbol_model: SymbolModel = "real", *, height_known: bool = False
) -> FloatArray:
    """Position error bound of Section V's user against the distance between the two sub-IRSs: (N,), in metres.

    Parameters
    ----------
    separations : (N,) array_like
        The place of the second sub-IRS along the wall in metres; negative away from the user.
    symbol_model, height_known
        As for `peb_map`.

    Examples
    --------
    >>> near, far = peb_by_separation([1.0, 4.0])
    >>> bool(near > far)
    True
    """
    values = []
    for separation in np.atleast_1d(_validate.finite_array("separations", separations)).tolist():
        geometry = Geometry.section_v(irs_separation=separation)
        pairs = block_information(block_scenarios(geometry), None, symbol_model)
        values.append(
            position_error_bound(geometry.irs_positions, geometry.user_position, pairs, height_known=height_known)
        )
    return np.array(values, dtype=float)
