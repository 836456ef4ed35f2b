"""Position bounds when the orientation of the user's array is unknown, and ranks of the information.

With parallel arrays one pair of angles describes both ends of the path from a sub-IRS to the user. Once the user's
array may turn, the two ends part: the array meets the path at direction cosines in its own frame, the sub-IRS at
direction cosines in the room's.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import ROUNDING, equal_by_value
from noisac._validate import FloatArray
from noisac.beamforming.beams import max_gain_beam
from noisac.bounds._link import link_of
from noisac.bounds.closed_form import beam_sums
from noisac.model.arrays import element_indices
from noisac.model.scenario import Geometry, Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments, expected_symbol_moments
from noisac.positioning.blocks import block_scenarios
from noisac.positioning.error_bound import points

#: What is known of the orientation: all of it, all but a turn about the vertical, or nothing.
Rotation: TypeAlias = Literal["known", "yaw", "full"]
_AXES: dict[Rotation, tuple[int, ...]] = {"known": (), "yaw": (2,), "full": (0, 1, 2)}
#: Singular values below this fraction of the largest, with columns scaled to unit length, are zero: beside the
#: rounding of the factor, as far as the phases of a large surface carry it, some orders of magnitude.
_SINGULAR = 1e-7


def two_ended_factor(
    scenario: Scenario, beam: ArrayLike, symbols: ArrayLike | SymbolMoments, symbol_model: SymbolModel = "real"
) -> FloatArray:
    """Factor of the information on the direction cosines at both ends, once the symbols are eliminated.

    The parameters are the cosines along y and z of the direction from the user to the sub-IRS, first in the frame
    of the user's array, then in that of the sub-IRS.

    Parameters
    ----------
    scenario, beam, symbols, symbol_model
        As for `noisac.fisher_information`, errors included; or `noisac.SymbolMoments`.

    Returns
    -------
    (4, 4) array
        F; the information is F^T F. Setting both ends equal gives back that of Theorem 1.

    Examples
    --------
    >>> factor = two_ended_factor(Scenario(), np.ones(16), [1.0, 1j], "complex")
    >>> int(np.linalg.matrix_rank(factor))
    2
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    beam = _validate.one_beam(beam, scenario.irs_elements)
    moments = as_moments(symbols)
    if moments.factor.ndim != 2:
        raise ValueError(
            f"symbols must be those of one block, shape (T,), got a batch of shape {moments.factor.shape[:-2]}"
        )
    s_0, d_y, d_z = beam_sums(scenario, beam)
    # D = 2 pi (d_user mean(m) s_0 - d_IRS s) splits into what the array and what the surface contribute.
    antennas = element_indices(scenario.user_shape)
    at_user = np.array([2 * np.pi * scenario.user_spacing * m.mean() * s_0 for m in antennas])
    common = np.concatenate([at_user, np.array([d_y, d_z]) - at_user])
    if s_0 != 0:
        common = common * s_0.conjugate() / abs(s_0)
    power = float(moments.power)
    if symbol_model == "known" or s_0 == 0:  # a silent beam carries no symbol that could hide the angles
        shared = np.sqrt(power) * np.array([common.real, common.imag])
    elif symbol_model == "real":  # Re(e x) survives, as in Theorem 1
        parts = moments.factor
        shared = np.array([common.real * parts[0, 0] - common.imag * parts[1, 0], -common.imag * parts[1, 1]])
    else:
        shared = np.zeros((2, 4))
    own = np.zeros((2, 4))
    own[0, 0], own[1, 1] = np.sqrt(np.array(link_of(scenario).variances) * power) * abs(s_0)
    factor: FloatArray = np.sqrt(link_of(scenario).scale) * np.concatenate([own, shared])
    return factor


def direction_gradients(anchor: ArrayLike, position: ArrayLike) -> FloatArray:
    """Gradients of the direction cosines at both ends by the position and by a rotation of the user's array.

    Parameters
    ----------
    anchor, position : (3,) array_like
        Sub-IRS and user in metres, apart from each other. The array stands parallel to y-z, and a small rotation
        vector turns it.

    Returns
    -------
    (4, 6) array
        Rows as for `two_ended_factor`; columns x, y, z in m^-1, then the rotations about x, y and z in rad^-1.

    Examples
    --------
    >>> direction_gradients([0.0, 0.0, 5.0], [5.0, 0.0, 0.0]).shape
    (4, 6)
    """
    offset = points("anchor", anchor) - points("position", position)
    distance = float(np.linalg.norm(offset))
    if offset.shape != (3,) or distance <= ROUNDING * max(np.linalg.norm(anchor), np.linalg.norm(position)):
        raise ValueError("anchor and position must be two different points of shape (3,)")
    x, y, z = direction = offset / distance
    by_position = -(np.eye(3) - np.outer(direction, direction)) / distance
    # An array that turns by w sees a fixed direction k turn by -w x k.
    by_rotation = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    gradients = np.zeros((4, 6))
    gradients[:2] = np.concatenate([by_position, by_rotation], axis=1)[1:]
    gradients[2:, :3] = by_position[1:]
    return gradients


@equal_by_value
class PoseBound(NamedTuple):
    """Bounds on N positions and one orientation from N coherence blocks.

    Attributes
    ----------
    unknowns, rank : int
        Number of unknowns, and rank of their information.
    position : (N,) array
        Position error bounds in metres; ``inf`` where the rank falls short.
    rotation : array
        Standard deviations of the unknown rotations in radians; ``inf`` where the rank falls short.
    """

    unknowns: int
    rank: int
    position: FloatArray
    rotation: FloatArray


def pose_bound(
    geometry: Geometry,
    path: ArrayLike | None = None,
    symbol_model: SymbolModel = "complex",
    *,
    rotation: Rotation = "yaw",
    height_known: bool = False,
    symbols: ArrayLike | SymbolMoments | None = None,
    **changes: object,
) -> PoseBound:
    """Bound on the position when the orientation of the user's array is unknown but constant.

    Parameters
    ----------
    geometry : Geometry
        As for `noisac.positioning.block_scenarios`.
    path : (N, 3) array_like, optional
        Positions of the user in N coherence blocks, all unknown; the geometry's position, N = 1, unless given.
    symbol_model : {"real", "complex", "known"}
    rotation : {"known", "yaw", "full"}
        What is unknown of the orientation: nothing, a turn about the vertical, or everything.
    height_known : bool
        Whether the height of the user is known in every block.
    symbols : (T,) array_like or SymbolMoments, optional
        Symbols of every time block; the second moments of T = 2 Gaussian symbols unless given.
    **changes
        Fields of `noisac.Scenario`.

    Examples
    --------
    >>> bound = pose_bound(Geometry.section_v(), rotation="full")
    >>> bound.unknowns, bound.rank
    (6, 4)
    """
    _validate.instance("geometry", geometry, Geometry)
    _validate.choice("rotation", rotation, tuple(_AXES))
    path = points("path", [geometry.user_position] if path is None else path)
    if path.ndim != 2 or len(path) == 0:
        raise ValueError(f"path must have shape (N, 3), a point per coherence block, got {path.shape}")
    moments = expected_symbol_moments(2, 1.0) if symbols is None else as_moments(symbols)
    axes = [3 + axis for axis in _AXES[rotation]]
    size = 2 if height_known else 3
    unknowns = size * len(path) + len(axes)
    rows = []
    for block, position in enumerate(path):
        for anchor, scenario in zip(
            geometry.irs_positions, block_scenarios(geometry, position, **changes), strict=True
        ):
            factor = two_ended_factor(scenario, max_gain_beam(scenario), moments, symbol_model)
            gradients = factor @ direction_gradients(anchor, position)
            row = np.zeros((4, unknowns))
            row[:, size * block : size * (block + 1)] = gradients[:, :size]
            row[:, size * len(path) :] = gradients[:, axes]
            rows.append(row)
    matrix = np.concatenate(rows)
    length = np.linalg.norm(matrix, axis=0)
    scale = np.where(length > 0, length, 1.0)
    _, values, right = np.linalg.svd(matrix / scale, full_matrices=False)
    rank = int(np.sum(values > _SINGULAR * values[0])) if values[0] > 0 else 0
    if rank < unknowns:
        return PoseBound(unknowns, rank, np.full(len(path), np.inf), np.full(len(axes), np.inf))
    variances = np.sum((right.T / values) ** 2, axis=1) / scale**2
    positions = np.sqrt(variances[: size * len(path)].reshape(len(path), size).sum(axis=1))
    return PoseBound(unknowns, rank, positions, np.sqrt(variances[size * len(path) :]))
