"""Errors of position estimates by Monte Carlo, angles being drawn from their bound: at a place, on a walk."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.beams import max_gain_beam
from noisac.model.scenario import Geometry, Scenario
from noisac.model.symbols import SymbolModel, draw_symbols
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import (
    angles_of_arrival,
    information_pairs,
    points,
    position_covariance,
    position_error_bound,
)
from noisac.positioning.fixes import PositionFix, intersect_lines, most_likely_position


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
        Inverses of the covariances of the pairs of angles, which the estimator knows.
    draws : int
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        For information that is singular, which has no covariance to draw from.

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
    truth = angles_of_arrival(anchors, position)
    pairs = information_pairs(angle_information, len(truth))
    try:
        factor = np.linalg.cholesky(pairs)
    except np.linalg.LinAlgError:
        raise ValueError("angle_information must be positive definite to draw angles from its inverse") from None
    noise = rng.standard_normal((draws, *truth.shape, 1))
    errors = np.linalg.solve(np.swapaxes(factor, -1, -2), noise)[..., 0]
    angles: FloatArray = truth + errors
    return angles


class MeanError(NamedTuple):
    """Root mean squared error with its confidence interval, in metres."""

    rmse: float
    low: float
    high: float


def root_mean_square(squared_errors: ArrayLike, standard_errors: float = 1.96) -> MeanError:
    """Root of the mean of squared errors, and of the mean plus and minus some standard errors of it."""
    values = _validate.real_array("squared_errors", squared_errors)
    if values.ndim != 1 or len(values) < 2 or not np.all(values >= 0):
        raise ValueError(f"squared_errors must be at least two numbers, none below 0, got {squared_errors!r}")
    if not np.all(np.isfinite(values)):  # some draw has no estimate
        return MeanError(math.inf, math.inf, math.inf)
    mean, error = values.mean(), standard_errors * values.std(ddof=1) / math.sqrt(values.size)
    low, high = max(mean - error, 0.0), mean + error
    return MeanError(math.sqrt(mean), math.sqrt(low), math.sqrt(high))


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


class Track(NamedTuple):
    """A user's path over N coherence blocks, and where each block places them."""

    path: FloatArray
    fix: PositionFix
    on_floor: PositionFix
    bound: FloatArray
    bound_on_floor: FloatArray


def simulate_track(
    geometry: Geometry,
    path: ArrayLike,
    *,
    rng: np.random.Generator,
    symbol_model: SymbolModel = "real",
    slots: int = 2,
    **changes: Any,
) -> Track:
    """Follow a user over the coherence blocks of a frame, one independent fix per block.

    The beams of a block point at the fix of the block before, that with the height known; those of the first block
    point at the user. Symbols are drawn afresh in each time block, and angles are drawn with the covariance of the
    bound for them.

    Parameters
    ----------
    geometry, **changes
        As for `block_scenarios`, errors included.
    path : (N, 3) array_like
        Position of the user in each coherence block, in metres.
    rng : numpy.random.Generator
    symbol_model : {"real", "complex", "known"}
    slots : int
        T.

    Examples
    --------
    >>> track = simulate_track(
    ...     Geometry.section_v(), [[4.0, 6.0, 0.0], [4.0, 7.0, 0.0]], rng=np.random.default_rng(0)
    ... )
    >>> track.fix.position.shape
    (2, 3)
    """
    _validate.instance("geometry", geometry, Geometry)
    _validate.generator(rng)
    path = points("path", path)
    if path.ndim != 2 or len(path) == 0:
        raise ValueError(f"path must have shape (N, 3), a point per coherence block, got {path.shape}")
    anchors = geometry.irs_positions
    aimed_at, fixes, floors, drawn = path[0], [], [], []
    for position in path:
        scenarios = block_scenarios(geometry, position, **changes)
        beams = _beams_towards(geometry, aimed_at, scenarios)
        symbols = draw_symbols(rng, slots, size=(2,))
        pairs = block_information(scenarios, symbols, symbol_model, beams=beams)
        angles = draw_angles(anchors, position, pairs, draws=1, rng=rng)[0]
        fixes.append(most_likely_position(anchors, angles, pairs))
        floors.append(most_likely_position(anchors, angles, pairs, height=float(position[2])))
        drawn.append(pairs)
        aimed_at = floors[-1].position
    bound, on_floor = (position_covariance(anchors, path, drawn, height_known=known) for known in (False, True))
    return Track(path, _stack(fixes), _stack(floors), bound, on_floor)


def _beams_towards(
    geometry: Geometry, position: FloatArray, scenarios: tuple[Scenario, ...]
) -> tuple[ComplexArray, ...]:
    """Beams for a user at the given position, who may be elsewhere."""
    aimed = dataclasses.replace(geometry, user_position=tuple(position))
    return tuple(
        max_gain_beam(scenario.replace(user_aoa=aimed.user_aoa(sub_irs)))
        for sub_irs, scenario in enumerate(scenarios)
    )


def _stack(fixes: list[PositionFix]) -> PositionFix:
    return PositionFix(*(np.stack(parts) for parts in zip(*fixes, strict=True)))
