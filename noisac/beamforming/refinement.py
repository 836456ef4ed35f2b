"""Refinement of beams to continuous phases: where a codebook's best leaves off."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import lowest
from noisac._validate import ComplexArray
from noisac.beamforming._problems import Problems
from noisac.bounds._angle_information import sums_rounding
from noisac.bounds.closed_form import (
    bounds_from_sums,
    bs_gain,
    sum_weights,
    weighted_logarithms,
    weighted_sums,
    zero_below_rounding,
)
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments


def refine_phases(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    weight: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    halvings: int = 4,
    rounds: int = 1,
) -> ComplexArray:
    """Refine beams to (almost) continuous phases by coordinate descent on the modified CRLB (31).

    One element after the other is turned forwards or backwards by a step if that lowers the objective; the step
    starts at half of that of the 2-bit codebook and is halved after its rounds. So the result is never worse than
    the beam that it starts from. Algorithm 1 itself is no way to fine phases: of 2**6 of them, its 5 L candidates
    try each at an element once or twice.

    Parameters
    ----------
    scenario : Scenario
    beams : (..., L) array_like
        Where to start.
    symbols : (T,) or (..., T) array_like, or SymbolMoments
        Leading axes are those of the beams.
    weight : array_like
        zeta.
    symbol_model : {"real", "complex", "known"}
    halvings : int
        Step sizes, up to 50: pi / 4 down to pi / 2**(halvings + 1).
    rounds : int
        Rounds over all elements at each step size.

    Returns
    -------
    (..., L) complex array

    Raises
    ------
    ValueError
        For beams of the wrong shape or without unit modulus, or axes of symbols or weight that do not fit it.

    Examples
    --------
    >>> from noisac import cross_entropy, crlb
    >>> scenario, x = Scenario(), [1.0, 1j]
    >>> start = cross_entropy(scenario, x, 1.0, rng=np.random.default_rng(0)).beam
    >>> gain = crlb(scenario, start, x).symbol / crlb(scenario, refine_phases(scenario, start, x, 1.0), x).symbol
    >>> bool(gain > 1.1)
    True
    """
    problems = Problems.of(scenario, symbols, weight, symbol_model)
    halvings = _validate.integer("halvings", halvings, at_least=1, at_most=50)
    rounds = _validate.integer("rounds", rounds, at_least=1)
    beams = _validate.beams(beams, scenario.irs_elements)
    batch, elements = beams.shape[:-1], beams.shape[-1]
    if not _fits(problems.batch, batch):
        raise ValueError(f"leading axes of symbols and weight, {problems.batch}, must fit those of beams, {batch}")
    searches = int(np.prod(batch))
    current = beams.reshape(searches, elements).copy()
    slots, factor = problems.moments
    factor = np.broadcast_to(factor.reshape(*problems.batch, 2, 2), (*batch, 2, 2)).reshape(searches, 1, 2, 2)
    block = SymbolMoments(slots, factor)
    zeta = np.broadcast_to(problems.weight.reshape(problems.batch), batch).reshape(searches, 1)
    projection, rounding = sum_weights(scenario), sums_rounding(scenario)
    gain, rows = bs_gain(scenario), np.arange(searches)
    for halving in range(halvings):
        step = math.pi / 2 ** (2 + halving)
        turns = np.exp(1j * step * np.array([0.0, 1.0, -1.0]))
        for _ in range(rounds):
            sums = weighted_sums(current, projection, rounding)
            for element in range(elements):
                moved = current[:, element, None] * (turns - 1)  # (searches, 3)
                tried = sums[:, None] + moved[..., None] * projection[element]
                heard = zero_below_rounding(tried, rounding)
                bounds = bounds_from_sums(scenario, heard, block, symbol_model, gain)
                best = lowest(weighted_logarithms(bounds, zeta))
                sums = tried[rows, best]
                current[:, element] *= turns[best]
    refined: ComplexArray = (current / np.abs(current)).reshape(*batch, elements)
    return refined


def _fits(axes: tuple[int, ...], batch: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(axes, batch) == batch
    except ValueError:
        return False
