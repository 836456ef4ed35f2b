"""The most likely direction: a grid over the visible region, then Newton steps on the sphere, for all draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from noisac._tolerance import PHASED, ROUNDING
from noisac._validate import FloatArray
from noisac.estimation.likelihood import Observation
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel

#: A step shorter than this, in radians, is the last: the error after it is about its square.
_TOLERANCE = 1e-9
_MAX_ITERATIONS = 60
#: Curvatures below this fraction of the larger one are raised to it.
_FLAT = 1e-6
#: Radius of the outermost points of the grid. On the rim itself the likelihood has no slope across it, so that a
#: climb could not leave it.
_NEAR_RIM = 0.99
#: Maxima that differ by less, relative to the received energy, are equally high.
_TIED = PHASED
#: Fall of the likelihood, relative to the received energy, that is only rounding.
_ROUNDING = ROUNDING


def direction_grid(scenario: Scenario, symbol_model: SymbolModel, oversampling: float) -> tuple[FloatArray, float]:
    """Direction cosines of the visible region, fine enough not to miss a peak of the likelihood.

    Along an axis, no term of the likelihood oscillates faster than the two apertures allow; "complex" symbols
    leave the user's only.

    Parameters
    ----------
    scenario : Scenario
        Its shapes and spacings.
    symbol_model : {"real", "complex", "known"}
    oversampling : float
        Points per period of the fastest oscillation.

    Returns
    -------
    grid : (G, 2) array
        Direction cosines: a rectangular grid within the unit circle, and points close to the circle.
    step : float
        The smaller of the grid's spacings along y and z.

    Examples
    --------
    >>> grid, step = direction_grid(Scenario(user_shape=(2, 2)), "complex", 4.0)
    >>> round(step, 3), bool(np.all(np.hypot(*grid.T) < 1))
    (0.5, True)
    """
    axes, step = [], 1.0
    for axis in range(2):
        aperture = scenario.user_spacing * (scenario.user_shape[axis] - 1)
        if symbol_model != "complex":
            aperture += scenario.irs_spacing * (scenario.irs_shape[axis] - 1)
        points = 2 * int(np.ceil(oversampling * aperture)) + 1
        axes.append(np.linspace(-1, 1, points))
        step = min(step, 2 / max(points - 1, 1))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = grid[np.hypot(*grid.T) < _NEAR_RIM]
    around = int(np.ceil(2 * np.pi / step))
    turn = 2 * np.pi * np.arange(around) / around
    rim = _NEAR_RIM * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return np.concatenate([inside, rim]), step


def most_likely_directions(observation: Observation, scenario: Scenario, oversampling: float) -> FloatArray:
    """Direction cosines of the highest maximum of the likelihood, for each draw.

    Climbs start from the highest points of a grid and, where something is known of the symbols, from the direction
    that the user's array finds by itself: near a zero of the surface's response a peak may be narrower than the
    grid, but by itself the array sees none that is narrow. (With one antenna along an axis it sees nothing of that
    direction cosine, and such a peak may still be missed.)

    Parameters
    ----------
    observation : Observation
    scenario, oversampling
        As for `direction_grid`.

    Returns
    -------
    (D, 2) array
    """
    grid, step = direction_grid(scenario, observation.model, oversampling)
    draws, points = observation.peaks(grid, apart=2.5 * step)
    start = grid[points]
    if observation.model != "complex":
        by_itself = most_likely_directions(replace(observation, model="complex"), scenario, oversampling)
        start = np.concatenate([start, by_itself])
        draws = np.concatenate([draws, np.arange(len(by_itself))])
    cosines, height = climb(observation[draws], start, step)
    height = np.where(np.isnan(height), -np.inf, height)
    highest = np.full(len(observation.received), -np.inf)
    np.maximum.at(highest, draws, height)
    slack = _TIED * np.sum(np.abs(observation.received) ** 2, axis=(1, 2))
    tied = np.flatnonzero(height >= (highest - slack)[draws])
    _, first = np.unique(draws[tied], return_index=True)  # of each draw
    found: FloatArray = cosines[tied[first]]
    return found


def climb(observation: Observation, start: FloatArray, longest: float) -> tuple[FloatArray, FloatArray]:
    """Climb from given directions to the nearest maximum of the likelihood, one climb per draw.

    The climb moves on the unit sphere, where the rim of the visible region is not an edge: the likelihood is the
    same in front of the array and behind it. A step is Newton's with the modulus of the curvatures, which always
    points upwards; it is shortened until the likelihood rises, so that no draw ends below its start.

    Parameters
    ----------
    observation : Observation
    start : (D, 2) array
        Direction cosines.
    longest : float
        Longest step, in radians.

    Returns
    -------
    cosines : (D, 2) array
        Direction cosines of the maxima.
    height : (D,) array
        The likelihood there.
    """
    points = np.concatenate([np.sqrt(np.maximum(1 - np.sum(start**2, axis=-1, keepdims=True), 0)), start], axis=-1)
    draws = np.arange(len(points))  # those still climbing
    value, gradient, hessian = observation.likelihood(points[:, 1:])
    height = value.copy()
    reach = np.full(len(points), longest)
    slack = _ROUNDING * np.sum(np.abs(observation.received) ** 2, axis=(1, 2))
    for _ in range(_MAX_ITERATIONS):
        if not len(draws):
            break
        at = points[draws]
        frame = _tangents(at)
        step = _newton_step(at, frame, gradient, hessian)
        length = np.hypot(*step.T)
        step *= np.minimum(1, reach / np.maximum(length, 1e-300))[:, None]
        ahead = at + np.einsum("dik,dk->di", frame, step)
        ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
        new_value, new_gradient, new_hessian = observation[draws].likelihood(ahead[:, 1:])
        short = np.hypot(*step.T)
        rises = new_value >= value - slack[draws]
        points[draws[rises]], height[draws[rises]] = ahead[rises], new_value[rises]
        value = np.where(rises, new_value, value)
        gradient = np.where(rises[:, None], new_gradient, gradient)
        hessian = np.where(rises[:, None, None], new_hessian, hessian)
        reach = np.where(rises, longest, short / 4)
        going = short > _TOLERANCE
        draws, value, gradient, hessian, reach = (a[going] for a in (draws, value, gradient, hessian, reach))
    return points[:, 1:], height


def _tangents(points: FloatArray) -> FloatArray:
    """Two orthonormal vectors in the plane that touches the sphere, (D, 3, 2)."""
    aside = np.where(np.abs(points[:, 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    first = np.cross(aside, points)
    first /= np.linalg.norm(first, axis=-1, keepdims=True)
    return np.stack([first, np.cross(points, first)], axis=-1)


def _newton_step(at: FloatArray, frame: FloatArray, gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    """Newton's step within the tangent plane, uphill along both principal curvatures, (D, 2)."""
    along = frame[:, 1:, :]  # cosines per unit of the two tangents
    slope = np.einsum("di,dik->dk", gradient, along)
    bent = np.einsum("dik,dij,djl->dkl", along, hessian, along)
    bent -= np.einsum("di,di->d", gradient, at[:, 1:])[:, None, None] * np.eye(2)  # the sphere falls away
    broken = ~(np.isfinite(bent).all(axis=(1, 2)) & np.isfinite(slope).all(axis=1))  # at a zero of the response
    bent[broken], slope[broken] = np.eye(2), 0
    curvature, vectors = np.linalg.eigh(bent)
    size = np.abs(curvature)
    size = np.maximum(size, np.maximum(_FLAT * size.max(axis=-1, keepdims=True), 1e-300))
    step: FloatArray = np.einsum("dik,dk->di", vectors, np.einsum("dik,di->dk", vectors, slope) / size)
    return step
