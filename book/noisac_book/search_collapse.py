"""How the choice of Algorithm 1 narrows as it runs, and whether the optimum is still among what is left."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.cross_entropy_method import CrossEntropyHistory, cross_entropy, minimise_over_phases
from noisac.beamforming.descent import phase_numbers
from noisac.model.scenario import Scenario


class Collapse(NamedTuple):
    """How the choice of Algorithm 1 narrows, by iteration.

    Attributes
    ----------
    reachable : (I,) array
        Share of the draws in which every phase of the optimal beam, or of a turned copy, still has a probability
        above zero.
    phases : (I,) array
        Mean number of phases of an element that have one.
    """

    reachable: FloatArray
    phases: FloatArray


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
    """Follow the probabilities of Algorithm 1 and ask whether the optimum can still be drawn from them.

    Parameters
    ----------
    scenario : Scenario
    symbols : (draws, T) complex array
    weight : float
        zeta.
    beams : (draws, L) complex array
        The optimal beams.
    seed : int
    iterations : int
        Iterations to follow; a search that has stopped keeps its last probabilities.
    **options
        For `noisac.cross_entropy`.

    Returns
    -------
    Collapse

    Examples
    --------
    >>> small, draws = Scenario(irs_shape=(2, 2)), np.array([[1.0, 1j]])
    >>> found = collapse(small, draws, 0.5, np.ones((1, 4), complex), seed=0, iterations=3)
    >>> float(found.reachable[0]), float(found.phases[0])
    (1.0, 4.0)
    """
    found = cross_entropy(scenario, symbols, weight, rng=np.random.default_rng(seed), keep_history=True, **options)
    assert found.history is not None
    return _collapse(found.history, phase_numbers(beams, 2**scenario.phase_bits), iterations)


def collapse_by_chance(
    scenario: Scenario, draws: int, *, seed: int, iterations: int = 12, **options: Any
) -> Collapse:
    """Run Algorithm 1 with noise in place of the objective: what is lost is lost by chance.

    Parameters
    ----------
    scenario : Scenario
    draws : int
    seed, iterations, **options
        As for `collapse`; the beam that is followed has all phases equal, which is as good as any.

    Returns
    -------
    Collapse

    Examples
    --------
    >>> found = collapse_by_chance(Scenario(irs_shape=(2, 2)), 3, seed=0, iterations=4)
    >>> found.phases.shape, bool(np.all(np.diff(found.phases) <= 0))
    ((4,), True)
    """
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
