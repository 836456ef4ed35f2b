"""The two time blocks of a coherence block, with the user anywhere: scenarios, and information on the angles.

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
from noisac.beamforming.max_gain import max_gain_beam
from noisac.bounds.angles import equivalent_angle_information
from noisac.model.scenario import Geometry, Scenario
from noisac.model.symbols import SymbolModel, expected_symbol_moments


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

    Returns
    -------
    (Scenario, Scenario)

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
        As for `noisac.crlb`.
    beams : two (L,) array_likes, optional
        Phase-shift beams; those of `noisac.max_gain_beam` unless given.
    slots : int
        T, where no symbols are given.

    Returns
    -------
    (..., 2, 2, 2) array
        Sub-IRS, then (elevation, azimuth) twice; in rad^-2.

    Raises
    ------
    ValueError
        For symbols without an axis of length two for the time blocks, and as for `noisac.crlb`.

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
    return np.stack(
        [
            equivalent_angle_information(scenario, beam, block, symbol_model)
            for scenario, beam, block in zip(scenarios, beams, blocks, strict=True)
        ],
        axis=-3,
    )
