"""The best beam of a small surface, by evaluating all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.codebook import phase_codebook
from noisac.bounds import beam_sums, bounds_from_sums, bs_gain, modified_crlb
from noisac.scenario import Scenario
from noisac.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments

_LIMIT = 2**24
_BLOCK = 2**14


class CompleteSearchResult(NamedTuple):
    """Outcome of a complete search.

    Attributes
    ----------
    beam : (..., L) complex array
        The optimal beam, with a phase of zero at the first element.
    objective : (...) array
        Its modified CRLB, the minimum over all beams.
    evaluated : int
        Beams evaluated, 2**(b (L - 1)).
    """

    beam: ComplexArray
    objective: FloatArray
    evaluated: int


def complete_search(
    scenario: Scenario,
    symbols: ArrayLike | SymbolMoments,
    weight: float,
    symbol_model: SymbolModel = "real",
) -> CompleteSearchResult:
    """Solve (P3) by evaluating every beam, up to the global phase, which changes nothing.

    Parameters
    ----------
    scenario : Scenario
        At most 2**24 beams: b (L - 1) <= 24.
    symbols : (T,) or (..., T) array_like, or SymbolMoments
        Transmitted symbols; leading axes are a batch of problems.
    weight : float
        zeta, in [0, 1].
    symbol_model : {"real", "complex", "known"}
        As for `noisac.crlb`.

    Returns
    -------
    CompleteSearchResult

    Raises
    ------
    ValueError
        If there are too many beams, or for bad arguments.

    Equations
    ---------
    (42)-(43)

    Examples
    --------
    >>> result = complete_search(Scenario(irs_shape=(2, 2)), [1.0, 1j], 0.5)
    >>> result.evaluated, result.beam.shape
    (64, (4,))
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    free = scenario.phase_bits * (scenario.irs_elements - 1)
    if 2**free > _LIMIT:
        raise ValueError(
            f"scenario has 2**{free} beams, too many for a complete search; "
            "phase_bits * (irs_elements - 1) must be at most 24"
        )
    if np.ndim(_validate.weights(weight)) != 0:
        raise ValueError(f"weight (zeta) must be a single number for a complete search, got {weight!r}")
    moments = as_moments(symbols)
    batch = moments.factor.shape[:-2]
    factors = moments.factor.reshape(-1, 1, 2, 2)
    best = np.full(len(factors), np.inf)
    winner = np.zeros(len(factors), np.int64)
    for start in range(0, 2**free, _BLOCK):
        numbers = np.arange(start, min(start + _BLOCK, 2**free))
        sums = beam_sums(scenario, _beams(scenario, numbers))
        for problem, factor in enumerate(factors):
            block = SymbolMoments(moments.slots, factor)
            bounds = bounds_from_sums(scenario, sums, block, symbol_model, bs_gain(scenario))
            values = modified_crlb(bounds, weight)
            first = int(np.argmin(values))
            if values[first] < best[problem]:
                best[problem], winner[problem] = values[first], numbers[first]
    beam = _beams(scenario, winner).reshape(*batch, scenario.irs_elements)
    return CompleteSearchResult(beam, best.reshape(batch), 2**free)


def _beams(scenario: Scenario, numbers: np.ndarray) -> ComplexArray:
    """Beams whose phase indices are the base-2^b digits of their numbers."""
    shifts = scenario.phase_bits * np.arange(scenario.irs_elements)[::-1]
    index = (numbers[:, None] >> shifts) & (2**scenario.phase_bits - 1)
    beams: ComplexArray = phase_codebook(scenario.phase_bits)[index]
    return beams
