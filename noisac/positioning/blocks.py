"""The two time blocks of a coherence block, with the user anywhere, and their bounds over the floor.

The SNR of Section V contains the two path gains. Where the user moves, the noise stays and the path gains change,
so here an SNR holds where ``geometry`` puts the user, through the first sub-IRS, and follows the path gains
elsewhere.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.beamforming.beams import max_gain_beam
from noisac.bounds.angles import equivalent_angle_information
from noisac.model.scenario import Geometry, Scenario
from noisac.model.symbols import SymbolModel, expected_symbol_moments
from noisac.positioning.error_bound import position_error_bound


def block_scenarios(geometry: Geometry, position: ArrayLike | None = None, **changes: Any) -> tuple[Scenario, ...]:
    """Scenarios of the two time blocks of a coherence block, with the user anywhere and the noise unchanged.

    Parameters
    ----------
    geometry : Geometry
        Its user is where ``snr_db`` holds, through sub-IRS 0.
    position : (3,) array_like, optional
        Where the user is in this block, in metres; the geometry's own position unless given.
    **changes
        Fields of `noisac.Scenario`, such as ``snr_db``, the same for both.

    Raises
    ------
    ValueError
        For a position at which `noisac.Geometry` or `noisac.Scenario` is undefined, such as endfire of the array.

    Examples
    --------
    >>> [round(s.snr_db, 2) for s in block_scenarios(Geometry.section_v())]
    [0.0, 0.97]
    """
    _validate.instance("geometry", geometry, Geometry)
    moved = geometry
    if position is not None:
        moved = dataclasses.replace(geometry, user_position=_validate.position("position", position))
    reference = math.prod(geometry.path_gains(0))
    snr_db = _validate.real("snr_db", changes.pop("snr_db", 0.0))
    scenarios = []
    for sub_irs in (0, 1):
        gained = 20 * math.log10(math.prod(moved.path_gains(sub_irs)) / reference)
        scenarios.append(moved.scenario(sub_irs, snr_db=snr_db + gained, **changes))
    return tuple(scenarios)


def block_information(
    scenarios: tuple[Scenario, ...],
    symbols: ArrayLike | None = None,
    symbol_model: SymbolModel = "real",
    *,
    beams: tuple[ArrayLike, ...] | None = None,
    slots: int = 2,
) -> FloatArray:
    """Information on the two pairs of angles of a coherence block.

    Parameters
    ----------
    scenarios : (Scenario, Scenario)
        As from `block_scenarios`.
    symbols : (..., 2, T) array_like, optional
        Transmitted symbols of the two time blocks. Unless given, the second moments of T symbols from CN(0, 1)
        take their place, which gives the mean of the information over all blocks.
    symbol_model : {"real", "complex", "known"}
        As for `noisac.crlb`, errors included.
    beams : two (L,) array_likes, optional
        Phase-shift beams; those of `noisac.max_gain_beam` unless given.
    slots : int
        T, where no symbols are given.

    Returns
    -------
    (..., 2, 2, 2) array
        Sub-IRS, then (elevation, azimuth) twice; in rad^-2.

    Examples
    --------
    >>> block_information(block_scenarios(Geometry.section_v())).shape
    (2, 2, 2)
    """
    if beams is None:
        beams = tuple(max_gain_beam(scenario) for scenario in scenarios)
    blocks: list[Any]
    if symbols is None:
        blocks = [expected_symbol_moments(slots, 1.0)] * 2
    else:
        array = _validate.symbols(symbols)
        if array.ndim < 2 or array.shape[-2] != 2:
            raise ValueError(f"symbols must have shape (..., 2, T), a row per time block, got {array.shape}")
        blocks = [array[..., i, :] for i in (0, 1)]
    pairs = [
        equivalent_angle_information(scenario, beam, block, symbol_model)
        for scenario, beam, block in zip(scenarios, beams, blocks, strict=True)
    ]
    _validate.together("beams and symbols of the two time blocks", *pairs)
    return np.stack(np.broadcast_arrays(*pairs), axis=-3)


def peb_map(
    geometry: Geometry,
    x: ArrayLike,
    y: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    height: float = 0.0,
    height_known: bool = False,
    **changes: Any,
) -> FloatArray:
    """Position error bound with the user at the points of a grid: (Y, X), in metres.

    Each point has its own beams of the largest gain and the second moments of T = 2 Gaussian symbols.

    Parameters
    ----------
    geometry : Geometry
        As for `block_scenarios`.
    x, y : (X,) and (Y,) array_like
        Coordinates of the grid in metres.
    symbol_model : {"real", "complex", "known"}
    height : float
        Height of the grid in metres.
    height_known : bool
        Whether the receiver knows it.
    **changes
        Fields of `noisac.Scenario`.

    Examples
    --------
    >>> peb_map(Geometry.section_v(), [4.0, 5.0], [6.0, 7.0, 8.0]).shape
    (3, 2)
    """
    x, y = np.atleast_1d(_validate.finite_array("x", x)), np.atleast_1d(_validate.finite_array("y", y))
    height = _validate.real("height", height)
    grid = np.stack([*np.meshgrid(x, y), np.full((len(y), len(x)), height)], axis=-1)
    information = [
        block_information(block_scenarios(geometry, position, **changes), None, symbol_model)
        for position in grid.reshape(-1, 3)
    ]
    pairs = np.reshape(information, (*grid.shape[:-1], 2, 2, 2))
    return position_error_bound(geometry.irs_positions, grid, pairs, height_known=height_known)
