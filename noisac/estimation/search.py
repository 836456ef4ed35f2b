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
    """Direction cosines of the visible region, fine enough for the fastest oscillation of the likelihood."""
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


def most_likely_directions(
    observation: Observation, scenario: Scenario, oversampling: float, by_itself: FloatArray | None = None
) -> FloatArray:
    """Direction cosines of the highest maximum of the likelihood, for each draw.

    Climbs start from the highest points of a grid and, where something is known of the symbols, from the direction
    that the user's array finds alone, ``by_itself`` if known already: near a zero of the surface's response a peak
    may be narrower than the grid. With one antenna along an axis such a peak may still be missed.
    """
    if by_itself is None and observation.model != "complex":
        by_itself = most_likely_directions(replace(observation, model="complex"), scenario, oversampling)
    observation = observation.condensed()
    grid, step = direction_grid(scenario, observation.model, oversampling)
    draws, points = observation.peaks(grid, apart=2.5 * step)
    start = grid[points]
    if by_itself is not None:
        start = np.concatenate([start, by_itself])
        draws = np.concatenate([draws, np.arange(len(by_itself))])
    cosines, height = climb(observation[draws], start, step)
    height = np.where(np.isnan(height), -np.inf, height)
    highest = np.full(len(observation.received), -np.inf)
    np.maximum.at(highest, draws, height)
    slack = _TIED * np.sum(np.abs(observation.received) ** 2, axis=(1, 2))
    tied = np.flatnonzero(height >= (highest - slack)[draws])
    _, first = np.unique(draws[tied], return_index=True)  # of each draw
    return cosines[tied[first]]


def climb(observation: Observation, start: FloatArray, longest: float) -> tuple[FloatArray, FloatArray]:
    """Climb from given directions to the nearest maximum of the likelihood, one climb per draw.

    On the unit sphere the rim of the visible region is no edge. A step is Newton's with the modulus of the
    curvatures, which points upwards, shortened until the likelihood rises.
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
        ahead = at + frame[:, :, 0] * step[:, :1] + frame[:, :, 1] * step[:, 1:]
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
    """Two orthonormal vectors in the plane that touches the sphere, (D, 3, 2), near the axes along y and z."""
    x, y, z = points.T
    side = np.copysign(1.0, x)
    both = -y * z / (1 + np.abs(x))
    frame = np.empty((len(points), 3, 2))
    frame[:, 0, 0], frame[:, 0, 1] = -side * y, -side * z
    frame[:, 1, 0], frame[:, 2, 1] = 1 - y**2 / (1 + np.abs(x)), 1 - z**2 / (1 + np.abs(x))
    frame[:, 2, 0] = frame[:, 1, 1] = both
    return frame


def _newton_step(at: FloatArray, frame: FloatArray, gradient: FloatArray, hessian: FloatArray) -> FloatArray:
    """Newton's step within the tangent plane, uphill along both principal curvatures, (D, 2)."""
    (y_0, y_1), (z_0, z_1) = frame[:, 1].T, frame[:, 2].T  # cosines per unit of the two tangents
    slope_0, slope_1 = (gradient[:, 0] * y + gradient[:, 1] * z for y, z in ((y_0, z_0), (y_1, z_1)))
    bent_0, bent_1 = (hessian[:, i, 0] * y_0 + hessian[:, i, 1] * z_0 for i in range(2))
    away = gradient[:, 0] * at[:, 1] + gradient[:, 1] * at[:, 2]  # the sphere falls away
    first, across = y_0 * bent_0 + z_0 * bent_1 - away, y_1 * bent_0 + z_1 * bent_1
    second = hessian[:, 0, 0] * y_1**2 + 2 * hessian[:, 0, 1] * y_1 * z_1 + hessian[:, 1, 1] * z_1**2 - away
    # Curvatures are mean +- spread, along axes that (tilt, across) / spread turns to.
    mean, tilt = (first + second) / 2, (first - second) / 2
    spread = np.hypot(tilt, across)
    largest = np.abs(mean) + spread
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = [
            1 / np.maximum(np.abs(c), np.maximum(_FLAT * largest, 1e-300)) for c in (mean + spread, mean - spread)
        ]
        half_sum, half_difference = (inverse[0] + inverse[1]) / 2, (inverse[0] - inverse[1]) / 2
        turned = np.where(spread > 0, half_difference / spread, 0)
        step: FloatArray = np.stack(
            [
                half_sum * slope_0 + turned * (tilt * slope_0 + across * slope_1),
                half_sum * slope_1 + turned * (across * slope_0 - tilt * slope_1),
            ],
            axis=-1,
        )
    step[~np.isfinite(largest + slope_0 + slope_1)] = 0  # at a zero of the response
    return step
