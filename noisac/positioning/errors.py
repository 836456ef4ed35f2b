"""Errors of position estimates by Monte Carlo: angles drawn from their bound, or found by a receiver."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.beams import max_gain_beam
from noisac.bounds._link import link_of
from noisac.estimation.receivers import Estimates, maximum_likelihood, simulate_received
from noisac.model.scenario import Geometry, Scenario
from noisac.model.symbols import draw_symbols
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import angles_of_arrival, information_pairs, points, position_covariance
from noisac.positioning.fixes import PositionFix, intersect_lines, most_likely_position


@equal_by_value
class PositionErrors(NamedTuple):
    """Squared errors of the estimates of one position over many draws, (draws,) arrays in m^2."""

    intersection: FloatArray
    likelihood: FloatArray
    on_floor: FloatArray


def simulate_position_errors(
    anchors: ArrayLike, position: ArrayLike, angle_information: ArrayLike, *, draws: int, rng: np.random.Generator
) -> PositionErrors:
    """Draw the angles of a coherence block from the Gaussian distribution of their bound, and locate the user.

    Parameters
    ----------
    anchors : (I, 3) array_like
    position : (3,) array_like
        Where the user is, in metres.
    angle_information : (I, 2, 2) array_like
        Inverses of the covariances of the pairs of angles, not singular, which the estimator knows.
    draws : int
    rng : numpy.random.Generator

    Examples
    --------
    >>> errors = simulate_position_errors(
    ...     [[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]], [4.0, 7.0, 0.0], [np.eye(2) * 1e6] * 2,
    ...     draws=10, rng=np.random.default_rng(0),
    ... )
    >>> errors.likelihood.shape
    (10,)
    """
    truth = np.array(_validate.position("position", position))
    angles = draw_angles(anchors, truth, angle_information, draws=draws, rng=rng)
    fixes = (
        intersect_lines(anchors, angles),
        most_likely_position(anchors, angles, angle_information).position,
        most_likely_position(anchors, angles, angle_information, height=float(truth[2])).position,
    )
    return PositionErrors(*(np.sum((fix - truth) ** 2, axis=-1) for fix in fixes))


def draw_angles(
    anchors: ArrayLike, position: ArrayLike, angle_information: ArrayLike, *, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw pairs of angles around the true ones, Gaussian with the inverse of the information as covariance."""
    _validate.generator(rng)
    draws = _validate.integer("draws", draws, at_least=1)
    truth = angles_of_arrival(anchors, _validate.position("position", position))
    pairs = information_pairs(angle_information, len(truth))
    try:
        factor = np.linalg.cholesky(pairs)
    except np.linalg.LinAlgError:
        raise ValueError("angle_information must be positive definite to draw angles from its inverse") from None
    noise = rng.standard_normal((draws, *truth.shape, 1))
    errors = np.linalg.solve(np.swapaxes(factor, -1, -2), noise)[..., 0]
    return truth + errors


class MeanError(NamedTuple):
    """Root mean squared error with its confidence interval, in metres."""

    rmse: float
    low: float
    high: float


def root_mean_square(squared_errors: ArrayLike, standard_errors: float = 1.96) -> MeanError:
    """Root of the mean of squared errors, and of the mean plus and minus some standard errors of it."""
    standard_errors = _validate.real("standard_errors", standard_errors)
    values = _validate.real_array("squared_errors", squared_errors)
    if values.ndim != 1 or len(values) < 2 or not np.all(values >= 0):
        raise ValueError(f"squared_errors must be at least two numbers, none below 0, got {squared_errors!r}")
    if not np.all(np.isfinite(values)):  # some draw has no estimate
        return MeanError(math.inf, math.inf, math.inf)
    root = math.ldexp(1.0, math.frexp(values.max())[1] // 2)
    values = values / root / root  # squares of what is very large or small would leave floating point
    mean, error = values.mean(), standard_errors * values.std(ddof=1) / math.sqrt(values.size)
    low, high = max(mean - error, 0.0), mean + error
    return MeanError(*(root * math.sqrt(part) for part in (mean, low, high)))


@equal_by_value
class Track(NamedTuple):
    """Where a user is in N coherence blocks, where a receiver finds him, and the bound for the symbols sent.

    The covariances that `fix` and `on_floor` hold are the receiver's own; ``bound`` and ``bound_on_floor``,
    (N, 3, 3), take the true position and symbols.
    """

    path: FloatArray
    fix: PositionFix
    on_floor: PositionFix
    bound: FloatArray
    bound_on_floor: FloatArray

    def error_over_bound(self, *, height_known: bool) -> FloatArray:
        """Distance of each fix from the user, over the position error bound of its block, (N,)."""
        fix, bound = (self.on_floor, self.bound_on_floor) if height_known else (self.fix, self.bound)
        squared = np.sum((fix.position - self.path) ** 2, axis=-1)
        ratio: FloatArray = np.sqrt(squared / np.trace(bound, axis1=-2, axis2=-1))
        return ratio

    def inside(self, confidence: float = 0.95, *, height_known: bool) -> NDArray[np.bool_]:
        """Whether the user stands, seen from above, inside the ellipse that the receiver draws around each fix."""
        fix = self.on_floor if height_known else self.fix
        offset = (fix.position - self.path)[:, :2]
        away = np.einsum("na,nab,nb->n", offset, np.linalg.inv(fix.covariance[:, :2, :2]), offset)
        within: NDArray[np.bool_] = away < -2 * math.log(1 - confidence)
        return within


def measured_information(scenario: Scenario, estimates: Estimates, energy: FloatArray) -> FloatArray:
    """Information (draws, 2, 2) on the angles, as a receiver takes it from its own estimates.

    With both parts of the symbols unknown it is 2 / sigma_z^2 times the energy of the signal times the variances
    of the antennas' positions, on the direction cosines; the angles are the estimated ones. ``energy`` is the
    received energy of each block, of which the signal's is what the fit explains.
    """
    signal = np.maximum(energy - estimates.residual, 0.0)
    elevation, azimuth = estimates.elevation, estimates.azimuth
    to_cosines = np.zeros((*elevation.shape, 2, 2))
    to_cosines[..., 0, 0] = -np.sin(elevation) * np.sin(azimuth)
    to_cosines[..., 0, 1] = np.cos(elevation) * np.cos(azimuth)
    to_cosines[..., 1, 0] = np.cos(elevation)
    on_cosines = np.diag(link_of(scenario).variances) * (2 * signal / scenario.noise_variance)[..., None, None]
    return np.swapaxes(to_cosines, -1, -2) @ on_cosines @ to_cosines


def simulate_fixes(
    geometry: Geometry,
    position: ArrayLike | None = None,
    *,
    draws: int,
    rng: np.random.Generator,
    beams: tuple[ArrayLike, ...] | None = None,
    slots: int = 2,
    **changes: Any,
) -> Track:
    """Simulate the signals of independent coherence blocks, and let a receiver find a user who stands still.

    Both parts of all symbols are drawn from CN(0, 1) afresh and unknown. The receiver knows the noise variance,
    estimates the angles by maximum likelihood from the received signals, and weighs them by what it has found
    itself (`measured_information`); its covariances rest on nothing else.

    Parameters
    ----------
    geometry : Geometry
        As for `block_scenarios`.
    position : (3,) array_like, optional
        Where the user is, in metres; the geometry's own position unless given.
    draws : int
        Coherence blocks.
    rng : numpy.random.Generator
    beams : two (L,) array_likes, optional
        Phase-shift beams; those of `noisac.max_gain_beam` unless given.
    slots : int
        T.
    **changes
        Fields of `noisac.Scenario`.

    Returns
    -------
    Track
        Its path is the same place ``draws`` times.

    Raises
    ------
    ValueError
        As for `block_scenarios` and `noisac.estimation.maximum_likelihood`.

    Examples
    --------
    >>> track = simulate_fixes(Geometry.section_v(), draws=20, rng=np.random.default_rng(0))
    >>> bool(0.02 < np.median(np.linalg.norm(track.fix.position - track.path, axis=-1)) < 0.3)
    True
    """
    _validate.instance("geometry", geometry, Geometry)
    _validate.generator(rng)
    draws, slots = _validate.integer("draws", draws, at_least=1), _validate.integer("slots", slots, at_least=1)
    scenarios = block_scenarios(geometry, position, **changes)
    place = geometry.user_position if position is None else _validate.position("position", position)
    beams = tuple(max_gain_beam(scenario) for scenario in scenarios) if beams is None else beams
    angles, pairs, sent = [], [], []
    for scenario, beam in zip(scenarios, beams, strict=True):
        symbols = draw_symbols(rng, slots, size=(draws,))
        received = simulate_received(scenario, beam, symbols, draws=draws, rng=rng)
        found = maximum_likelihood(scenario, beam, received)
        angles.append(np.stack([found.elevation, found.azimuth], axis=-1))
        pairs.append(measured_information(scenario, found, np.sum(np.abs(received) ** 2, axis=(-2, -1))))
        sent.append(symbols)
    anchors, measured, weights = geometry.irs_positions, np.stack(angles, axis=1), np.stack(pairs, axis=1)
    truth = block_information(scenarios, np.stack(sent, axis=1), "complex", beams=beams)
    return Track(
        np.tile(place, (draws, 1)),
        most_likely_position(anchors, measured, weights),
        most_likely_position(anchors, measured, weights, height=place[2]),
        *(position_covariance(anchors, place, truth, height_known=known) for known in (False, True)),
    )


def simulate_track(
    geometry: Geometry, path: ArrayLike, *, rng: np.random.Generator, slots: int = 2, **changes: Any
) -> Track:
    """Follow a user over the coherence blocks of a frame, one independent fix per block.

    Signals, receiver and covariances are those of `simulate_fixes`. The beams of a block point at the fix of the
    block before, that with the height known; those of the first block point at the user.

    Parameters
    ----------
    geometry : Geometry
        As for `block_scenarios`.
    path : (N, 3) array_like
        Position of the user in each coherence block, in metres.
    rng : numpy.random.Generator
    slots : int
        T.
    **changes
        Fields of `noisac.Scenario`.

    Raises
    ------
    ValueError
        For a path of the wrong shape, and as for `simulate_fixes`.

    Examples
    --------
    >>> track = simulate_track(
    ...     Geometry.section_v(), [[4.0, 6.0, 0.0], [4.0, 7.0, 0.0]], rng=np.random.default_rng(0)
    ... )
    >>> track.fix.position.shape
    (2, 3)
    """
    _validate.instance("geometry", geometry, Geometry)
    path = points("path", path)
    if path.ndim != 2 or len(path) == 0:
        raise ValueError(f"path must have shape (N, 3), a point per coherence block, got {path.shape}")
    aimed_at, blocks = path[0], []
    for position in path:
        beams = _beams_towards(geometry, aimed_at, block_scenarios(geometry, position, **changes))
        blocks.append(simulate_fixes(geometry, position, draws=1, rng=rng, beams=beams, slots=slots, **changes))
        aimed_at = blocks[-1].on_floor.position[0]
    _, fixes, floors, bounds, on_floor = zip(*blocks, strict=True)
    return Track(path, _joined(fixes), _joined(floors), np.concatenate(bounds), np.concatenate(on_floor))


def _beams_towards(
    geometry: Geometry, position: FloatArray, scenarios: tuple[Scenario, ...]
) -> tuple[ComplexArray, ...]:
    """Beams for a user at the given position, who may be elsewhere."""
    aimed = dataclasses.replace(geometry, user_position=tuple(position))
    return tuple(
        max_gain_beam(scenario.replace(user_aoa=aimed.user_aoa(sub_irs)))
        for sub_irs, scenario in enumerate(scenarios)
    )


def _joined(fixes: tuple[PositionFix, ...]) -> PositionFix:
    return PositionFix(*(np.concatenate(parts) for parts in zip(*fixes, strict=True)))
