"""Position error bounds of one coherence block over the floor, and against the distance between the sub-IRSs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import FloatArray
from noisac.model.scenario import Geometry
from noisac.model.symbols import SymbolModel
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import position_error_bound


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
    """Position error bound with the user at the points of a grid.

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

    Returns
    -------
    (Y, X) array
        In metres.

    Examples
    --------
    >>> peb_map(Geometry.section_v(), [4.0, 5.0], [6.0, 7.0, 8.0]).shape
    (3, 2)
    """
    _validate.instance("geometry", geometry, Geometry)
    x, y = np.atleast_1d(_validate.finite_array("x", x)), np.atleast_1d(_validate.finite_array("y", y))
    height = _validate.real("height", height)
    grid = np.stack([*np.meshgrid(x, y), np.full((len(y), len(x)), height)], axis=-1)
    information = [
        block_information(block_scenarios(geometry, position, **changes), None, symbol_model)
        for position in grid.reshape(-1, 3)
    ]
    pairs = np.reshape(information, (*grid.shape[:-1], 2, 2, 2))
    return position_error_bound(geometry.irs_positions, grid, pairs, height_known=height_known)


def peb_by_separation(
    separations: ArrayLike, symbol_model: SymbolModel = "real", *, height_known: bool = False
) -> FloatArray:
    """Position error bound of Section V's user against the distance between the two sub-IRSs.

    Parameters
    ----------
    separations : (N,) array_like
        The place of the second sub-IRS along the wall in metres; negative away from the user.
    symbol_model : {"real", "complex", "known"}
    height_known : bool

    Returns
    -------
    (N,) array
        In metres.

    Raises
    ------
    ValueError
        For separations that are not finite real numbers, or an unknown model.

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
