"""A user who walks: the coherence blocks of a frame, one independent fix per block."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.max_gain import max_gain_beam
from noisac.model.scenario import Geometry, Scenario
from noisac.model.symbols import SymbolModel, draw_symbols
from noisac.positioning._position_checks import points
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import position_covariance
from noisac.positioning.errors import draw_angles
from noisac.positioning.fixes import PositionFix, maximum_likelihood


class Track(NamedTuple):
    """A user's path over N coherence blocks, and where each block places them.

    Attributes
    ----------
    path : (N, 3) array
        True positions in metres.
    fix : PositionFix
        Estimates with the height unknown, and their covariances as the receiver computes them.
    on_floor : PositionFix
        The same with the height known.
    bound, bound_on_floor : (N, 3, 3) arrays
        Bounds on the covariance at the true positions, with the height unknown and known.
    """

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
    geometry : Geometry
        As for `block_scenarios`.
    path : (N, 3) array_like
        Position of the user in each coherence block, in metres.
    rng : numpy.random.Generator
    symbol_model : {"real", "complex", "known"}
    slots : int
        T.
    **changes
        Fields of `noisac.Scenario`.

    Returns
    -------
    Track

    Raises
    ------
    ValueError
        For a path of the wrong shape, and as for `block_scenarios`.

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
        fixes.append(maximum_likelihood(anchors, angles, pairs))
        floors.append(maximum_likelihood(anchors, angles, pairs, height=float(position[2])))
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
