"""Refinement of a codebook's beams to continuous phases, by coordinate descent."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import lowest
from noisac._validate import ComplexArray
from noisac.beamforming._problems import problems_of
from noisac.bounds.closed_form import weighted_sums, zero_below_rounding
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
    """Refine beams to almost continuous phases: turn each element by ever smaller steps while (31) falls.

    The result is never worse than the beam that it starts from.
    """
    problems = problems_of(scenario, symbols, weight, symbol_model)
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
    projection, rounding = problems.link.weights, problems.link.rounding
    rows = np.arange(searches)
    for halving in range(halvings):
        step = math.pi / 2 ** (2 + halving)
        turns = np.exp(1j * step * np.array([0.0, 1.0, -1.0]))
        for _ in range(rounds):
            sums = weighted_sums(current, projection, rounding)
            for element in range(elements):
                moved = current[:, element, None] * (turns - 1)  # (searches, 3)
                tried = sums[:, None] + moved[..., None] * projection[element]
                heard = zero_below_rounding(tried, rounding)
                best = lowest(problems.values(heard, block, zeta))
                sums = tried[rows, best]
                current[:, element] *= turns[best]
    return (current / np.abs(current)).reshape(*batch, elements)


def _fits(axes: tuple[int, ...], batch: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(axes, batch) == batch
    except ValueError:
        return False
