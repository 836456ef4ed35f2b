"""How far searches end from the optimum of (P3), why they end there, and how low its quadratic bound lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.beams import phase_codebook
from noisac.beamforming.certified import certified_optimum
from noisac.beamforming.cross_entropy_method import (
    CANDIDATES_PER_ELEMENT,
    CrossEntropyHistory,
    cross_entropy,
    minimise_over_phases,
)
from noisac.beamforming.descent import coordinate_descent, phase_numbers
from noisac.beamforming.quadratic_bound import information_map, relax
from noisac.bounds.closed_form import beam_sums, crlb, modified_crlb, sum_weights
from noisac.model.scenario import Scenario
from noisac.model.symbols import draw_symbols, symbol_moments


class Collapse(NamedTuple):
    """How the choice of Algorithm 1 narrows, by iteration."""

    reachable: FloatArray  # share of draws in which the optimum, or a turned copy, can still be drawn
    phases: FloatArray  # mean number of phases of an element that have one


def collapse(
    scenario: Scenario,
    symbols: ComplexArray,
    weight: float,
    beams: ComplexArray,
    *,
    seed: int,
    iterations: int = 12,
    **options: Any,
) -> Collapse:
    """Follow the probabilities of Algorithm 1 and ask whether the optimum can still be drawn from them."""
    found = cross_entropy(scenario, symbols, weight, rng=np.random.default_rng(seed), keep_history=True, **options)
    assert found.history is not None
    return _collapse(found.history, phase_numbers(beams, 2**scenario.phase_bits), iterations)


def collapse_by_chance(
    scenario: Scenario, draws: int, *, seed: int, iterations: int = 12, **options: Any
) -> Collapse:
    """Run Algorithm 1 with noise in place of the objective: what is lost is lost by chance."""
    noise = np.random.default_rng(seed)
    found = minimise_over_phases(
        lambda beams, searches: noise.random(beams.shape[:2]),
        scenario,
        (draws,),
        rng=np.random.default_rng(seed + 1),
        max_iterations=iterations,
        keep_history=True,
        **options,
    )
    assert found.history is not None
    return _collapse(found.history, np.zeros((draws, scenario.irs_elements), np.intp), iterations)


def _collapse(history: CrossEntropyHistory, target: NDArray[np.integer], iterations: int) -> Collapse:
    """History (I, draws, L, 2^b) and the phases of the optimum (draws, L)."""
    possible = history.probabilities > 0
    stopped = np.isnan(history.probabilities[..., :1, :1])
    for i in range(1, len(possible)):
        possible[i] = np.where(stopped[i], possible[i - 1], possible[i])
    possible = possible[np.minimum(np.arange(iterations), len(possible) - 1)]
    size = possible.shape[-1]
    reachable = np.zeros(possible.shape[:2], bool)
    for turn in range(size):
        turned = ((target + turn) % size)[None, ..., None]
        reachable |= np.take_along_axis(possible, turned, axis=-1)[..., 0].all(axis=-1)
    return Collapse(reachable.mean(axis=1), possible.sum(axis=-1).mean(axis=(1, 2)))


#: Objectives closer than this are equal.
_EQUAL = 1e-8


class BoundedBeams(NamedTuple):
    """Objectives of some beams and the quadratic bound on them.

    Attributes
    ----------
    values, bounds : (N,) arrays
    """

    values: FloatArray
    bounds: FloatArray


def bound_on_beams(
    scenario: Scenario, symbols: ComplexArray, weight: float, beams: Mapping[str, ComplexArray]
) -> dict[str, BoundedBeams]:
    """Evaluate beams, and the bound by which `noisac.certified_optimum` would discard them."""
    best = certified_optimum(scenario, symbols, weight).beam
    information = information_map(scenario, symbol_moments(symbols), weight, "real")
    terms = sum_weights(scenario)[:, None] * phase_codebook(scenario.phase_bits)[:, None]
    bound = relax(information, terms, beam_sums(scenario, best), 1e-4, 30).bound
    return {
        label: BoundedBeams(
            modified_crlb(crlb(scenario, some, symbols), weight), bound.values(beam_sums(scenario, some))
        )
        for label, some in beams.items()
    }


class Gaps(NamedTuple):
    """Distances of a search's beams from the certified optimum, one per draw, and beams that it evaluated."""

    decibels: FloatArray
    evaluations: FloatArray

    @property
    def reached(self) -> float:
        """Share of the draws in which the search ended at the optimum."""
        return float(np.mean(self.decibels <= 10 * _EQUAL))


def symbols_of_draws(draws: int, *, slots: int = 2, seed: int = 0) -> ComplexArray:
    """Symbols of some draws, each from a stream of its own."""
    streams = np.random.default_rng(seed).spawn(_validate.integer("draws", draws, at_least=1))
    return np.stack([draw_symbols(stream, slots) for stream in streams])


def algorithm_gaps(
    scenario: Scenario, symbols: ComplexArray, weight: float, *, seed: int, optimum: FloatArray, **options: Any
) -> Gaps:
    """How far Algorithm 1 ends from the certified optimum."""
    found = cross_entropy(scenario, symbols, weight, rng=np.random.default_rng(seed), **options)
    candidates = options.get("candidates") or CANDIDATES_PER_ELEMENT * scenario.irs_elements
    return Gaps(10 * (found.objective - optimum), candidates * found.iterations.astype(float))


def descent_gaps(
    scenario: Scenario, symbols: ComplexArray, weight: float, *, seed: int, optimum: FloatArray, **options: Any
) -> Gaps:
    """How far coordinate descent ends from the certified optimum."""
    found = coordinate_descent(scenario, symbols, weight, rng=np.random.default_rng(seed), **options)
    return Gaps(10 * (found.objective - optimum), found.evaluations.astype(float))


def gaps_by(
    cases: Mapping[Any, tuple[Scenario, float, Mapping[str, Any]]], symbols: ComplexArray, *, seed: int
) -> dict[Any, Gaps]:
    """Gaps of Algorithm 1 for several cases, with the same symbols."""
    optima: dict[tuple[Scenario, float], FloatArray] = {}
    gaps = {}
    for value, (scenario, weight, options) in cases.items():
        if (scenario, weight) not in optima:
            optima[scenario, weight] = certified_optimum(scenario, symbols, weight).objective
        gaps[value] = algorithm_gaps(
            scenario, symbols, weight, seed=seed, optimum=optima[scenario, weight], **options
        )
    return gaps


def gap_panels(
    scenario: Scenario, symbols: ComplexArray, optima: Mapping[float, FloatArray], *, seed: int
) -> dict[str, dict[Any, Gaps]]:
    """Gaps of Algorithm 1 against the weight, the size of the surface, the bits and the number of candidates."""
    if 0.5 not in optima:
        raise ValueError(f"optima must hold the weight 0.5, got the weights {sorted(optima)}")
    shapes = ((2, 2), (2, 3), (3, 3), (3, 4), (4, 4), (3, 6))
    sizes: dict[Any, tuple[Scenario, float, Mapping[str, Any]]] = {
        rows * columns: (scenario.replace(irs_shape=(rows, columns)), 0.5, {}) for rows, columns in shapes
    }
    bits: dict[Any, tuple[Scenario, float, Mapping[str, Any]]] = {
        b: (scenario.replace(irs_shape=(3, 3), phase_bits=b), 0.5, {}) for b in (1, 2, 3, 4)
    }
    return {
        "zeta": {
            weight: algorithm_gaps(scenario, symbols, weight, seed=seed, optimum=optimum)
            for weight, optimum in optima.items()
        },
        "L": gaps_by(sizes, symbols, seed=seed + 1),
        "b": gaps_by(bits, symbols, seed=seed + 2),
        "C / L": {
            factor: algorithm_gaps(
                scenario,
                symbols,
                0.5,
                seed=seed + 3,
                optimum=optima[0.5],
                candidates=factor * scenario.irs_elements,
            )
            for factor in (2, 5, 10, 20, 50)
        },
    }
