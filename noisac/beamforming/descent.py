"""Coordinate descent on the phases: a local search in which a trial costs the same whatever L and T are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import TIE, equal_by_value, lower, lowest
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Generators, Metric, generators_of, problems_of, values_of_sums
from noisac.beamforming.aims import Aim
from noisac.beamforming.beams import codebook_of, max_gain_phases
from noisac.bounds._link import Link
from noisac.bounds.closed_form import weighted_logarithms, zero_below_rounding
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments

#: Trials (restarts x phases) that are evaluated together: few enough to stay in the processor's cache.
_BLOCK = 2**13


@equal_by_value
class CoordinateDescentResult(NamedTuple):
    """Outcome of coordinate descent, for one block of symbols or for a batch of them.

    Attributes
    ----------
    beam : (..., L) complex array
        The best beam over all restarts.
    objective : (...) array
        Its modified CRLB.
    evaluations : (...) int array
        Beams whose objective was evaluated, over all restarts.
    sweeps : (...) int array
        Passes over the elements until the last restart stood still.
    converged : (...) bool array
        Whether the beam returned stood still: no change of a single element betters it.
    """

    beam: ComplexArray
    objective: FloatArray
    evaluations: NDArray[np.intp]
    sweeps: NDArray[np.intp]
    converged: NDArray[np.bool_]


def coordinate_descent(
    scenario: Scenario | Aim,
    symbols: ArrayLike | SymbolMoments | None = None,
    weight: ArrayLike | None = None,
    *,
    rng: Generators,
    symbol_model: SymbolModel = "real",
    metric: Metric = weighted_logarithms,
    restarts: int = 32,
    starts: ArrayLike | None = None,
    max_sweeps: int = 100,
) -> CoordinateDescentResult:
    """Find a beam of low modified CRLB by changing one phase at a time, from many starts.

    An element's phase enters the bounds through one term of each of the sums (s_0, D_y, D_z), so that a trial
    replaces that term: O(1), whatever L and T are. The elements take turns; each takes the best of its 2^b phases,
    until a whole sweep changes nothing. The first start is `noisac.max_gain_beam`, the others are random.

    Equations: (42), (43)

    Parameters
    ----------
    scenario, symbols, weight, rng, symbol_model, metric
        As for `noisac.cross_entropy`, errors included; the random starts come from ``rng``.
    restarts : int
        Starts, the beam of the largest gain among them.
    starts : (..., L) or (S, ..., L) array_like, optional
        One further start per search, such as the beam of `noisac.cross_entropy`, or S of them. The nearest
        phases of the codebook are taken.
    max_sweeps : int
        Limit on the sweeps.

    Examples
    --------
    >>> result = coordinate_descent(Scenario(), [1.0, 1j], 0.5, rng=np.random.default_rng(0))
    >>> result.beam.shape, bool(result.converged)
    ((16,), True)
    """
    restarts = _validate.integer("restarts", restarts, at_least=1)
    max_sweeps = _validate.integer("max_sweeps", max_sweeps, at_least=1)
    objective: SumsFunction
    batch: tuple[int, ...] = ()
    if isinstance(scenario, Aim):
        searches, first = 1, scenario.starts()
        objective, terms, codebook = scenario.of_sums, scenario.terms(), codebook_of(scenario.phase_bits)
    else:
        problems = problems_of(scenario, symbols, weight, symbol_model)
        batch, searches = problems.batch, len(problems.weight)
        objective = SumsObjective(problems.link, problems.moments, problems.weight, symbol_model, metric)
        terms, codebook = problems.terms(), problems.codebook
        first = max_gain_phases(problems.link, codebook)[None]
    generators = generators_of(rng, batch, searches)
    index = _starts(first, terms.shape[:2], batch, generators, restarts, starts)
    count, elements = index.shape[1:]
    found = descend(
        objective,
        terms,
        index.reshape(searches * count, elements),
        np.repeat(np.arange(searches), count),
        max_sweeps,
    )
    first = lowest(found.values.reshape(searches, count)) + count * np.arange(searches)
    return CoordinateDescentResult(
        codebook[found.phases[first]].reshape(*batch, elements),
        found.values[first].reshape(batch),
        found.evaluations.reshape(*batch, count).sum(axis=-1),
        found.sweeps.reshape(*batch, count).max(axis=-1),
        found.converged[first].reshape(batch),
    )


class SumsObjective(NamedTuple):
    """The objective of a batch of searches as a function of the sums of `noisac.bounds.sum_weights`."""

    link: Link
    moments: SymbolMoments
    weight: FloatArray
    symbol_model: SymbolModel
    metric: Metric = weighted_logarithms

    def __call__(self, sums: ComplexArray, searches: NDArray[np.intp]) -> FloatArray:
        """Values of sums (N, K, 3) that belong to searches (N,); (N, K)."""
        block = SymbolMoments(self.moments.slots, self.moments.factor[searches][:, None])
        sums = zero_below_rounding(sums, self.link.rounding)
        weight = self.weight[searches][:, None]
        return values_of_sums(self.link, sums, block, self.symbol_model, weight, self.metric)


#: Values (N, K) of sums (N, K, ...) that belong to searches (N,).
SumsFunction: TypeAlias = SumsObjective | Callable[[ComplexArray, NDArray[np.intp]], FloatArray]


class Descent(NamedTuple):
    """Where `descend` ended, one row per start."""

    phases: NDArray[np.uint8]
    values: FloatArray
    evaluations: NDArray[np.intp]
    sweeps: NDArray[np.intp]
    converged: NDArray[np.bool_]


def descend(
    objective: SumsFunction,
    terms: ComplexArray,
    index: NDArray[np.uint8],
    searches: NDArray[np.intp],
    max_sweeps: int = 100,
) -> Descent:
    """Descend from starts (N, L) that belong to searches (N,), all at once; terms (L, 2^b, K)."""
    rows = max(1, 3 * _BLOCK // ((terms.shape[1] - 1) * max(3, terms.shape[2])))
    parts = [
        _descend_block(objective, terms, index[start : start + rows], searches[start : start + rows], max_sweeps)
        for start in range(0, len(index), rows)
    ]
    return Descent(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _descend_block(
    objective: SumsFunction,
    terms: ComplexArray,
    index: NDArray[np.uint8],
    searches: NDArray[np.intp],
    max_sweeps: int,
) -> Descent:
    count, (elements, size, _) = len(index), terms.shape
    result = Descent(
        index.copy(), np.empty(count), np.ones(count, np.intp), np.zeros(count, np.intp), np.zeros(count, bool)
    )
    active, others = np.arange(count), np.arange(1, size)
    index = index.astype(np.intp)
    sums = sums_of(terms, index)
    values = objective(sums[:, None], searches)[:, 0]
    for _ in range(max_sweeps):
        changed = np.zeros(len(active), bool)
        for element in range(elements):
            phase = index[:, element]
            trials = (phase[:, None] + others) % size
            rest = sums - terms[element, phase]
            trial_sums = rest[:, None] + terms[element, trials]
            trial_values = objective(trial_sums, searches[active])
            best = lowest(trial_values)
            better = np.flatnonzero(lower(np.take_along_axis(trial_values, best[:, None], axis=1)[:, 0], values))
            best = best[better]
            values[better] = trial_values[better, best]
            index[better, element] = trials[better, best]
            sums[better] = trial_sums[better, best]
            changed[better] = True
        sums = sums_of(terms, index)  # afresh, so that rounding does not add up from sweep to sweep
        result.evaluations[active] += elements * (size - 1)
        result.sweeps[active] += 1
        result.phases[active] = index
        result.converged[active[~changed]] = True
        active, index, sums, values = active[changed], index[changed], sums[changed], values[changed]
        if len(active) == 0:
            break
    result.values[:] = objective(sums_of(terms, result.phases)[:, None], searches)[:, 0]
    return result


def sums_of(terms: ComplexArray, index: NDArray[np.integer]) -> ComplexArray:
    """Sums of beams given by the numbers of their phases, added up in the same order whatever the batch."""
    sums = np.zeros((len(index), terms.shape[-1]), complex)
    for element, phases in enumerate(terms):
        sums += phases[index[:, element]]
    return sums


def _starts(
    first: NDArray[np.intp],
    shape: tuple[int, ...],
    batch: tuple[int, ...],
    generators: Sequence[np.random.Generator],
    restarts: int,
    starts: ArrayLike | None,
) -> NDArray[np.uint8]:
    """Phases of all starts, (searches, restarts, L), the given ones first."""
    searches, (elements, size) = len(generators), shape
    index = np.empty((searches, restarts, elements), np.uint8)
    given_first = min(len(first), restarts)
    index[:, :given_first] = first[:given_first]
    for search, generator in enumerate(generators):
        random = generator.integers(size, size=(restarts - given_first, elements), dtype=np.uint8)
        index[search, given_first:] = random
    if starts is None:
        return index
    given = _validate.beams(starts, elements, "starts")
    if given.shape[:-1] == batch or given.ndim == 1:
        given = given[None]
    try:
        given = np.broadcast_to(given, (len(given), *batch, elements))
    except ValueError:
        raise ValueError(
            f"starts must have shape {(*batch, elements)}, one beam per search, or a further axis before it, "
            f"got {np.shape(starts)}"
        ) from None
    further = phase_numbers(given, size).reshape(len(given), searches, elements)
    return np.concatenate([index, np.swapaxes(further, 0, 1)], axis=1)


def phase_numbers(beams: ComplexArray, size: int) -> NDArray[np.uint8]:
    """Numbers of the phases of the codebook that are nearest to those of beams."""
    steps = np.angle(beams) * (size / (2 * np.pi))
    return np.mod(np.floor(steps + (0.5 + TIE)), size).astype(np.uint8)  # of two that are as near, the further
