"""Algorithm 1: cross-entropy search for the IRS's phases, batched over many draws of the symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import equal_by_value, lower, order_of
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Generators, Metric, generators_of, problems_of
from noisac.beamforming.aims import Aim
from noisac.beamforming.beams import codebook_of
from noisac.bounds.closed_form import weighted_logarithms, weighted_sums
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments

#: Maps beams (draws, candidates, L) and the numbers of their draws to values (draws, candidates).
Objective: TypeAlias = Callable[[ComplexArray, NDArray[np.intp]], FloatArray]
Output: TypeAlias = Literal["best", "last"]

#: Candidates per iteration and element of the surface, unless their number is given.
CANDIDATES_PER_ELEMENT = 5
#: Elements (draws x candidates x L) searched together: few enough to stay in the processor's cache.
_BLOCK = 2**18
#: Elements (candidates x L) of one search that are drawn and evaluated together, so that memory stays bounded.
_PART = 2**19


@equal_by_value
@dataclass(frozen=True)
class CrossEntropyHistory:
    """Candidates' values and probabilities, one entry per iteration.

    Attributes
    ----------
    values : (I, ..., C) array
        V, the objective of each candidate; NaN once a draw has stopped.
    probabilities : (I, ..., L, 2**b) array
        P^i, from which the candidates were drawn; NaN once a draw has stopped.
    """

    values: FloatArray
    probabilities: FloatArray


@equal_by_value
@dataclass(frozen=True)
class CrossEntropyResult:
    """Outcome of Algorithm 1, for one block of symbols or for a batch of them.

    Attributes
    ----------
    beam : (..., L) complex array
        The phase-shift beam found.
    objective : (...) array
        Its modified CRLB (or the value of the objective that was given).
    iterations : (...) int array
        Iterations until the stopping rule held, or until the limit.
    converged : (...) bool array
        Whether the stopping rule held.
    history : CrossEntropyHistory or None
        Kept on request.
    """

    beam: ComplexArray
    objective: FloatArray
    iterations: NDArray[np.intp]
    converged: NDArray[np.bool_]
    history: CrossEntropyHistory | None


def cross_entropy(
    scenario: Scenario | Aim,
    symbols: ArrayLike | SymbolMoments | None = None,
    weight: ArrayLike | None = None,
    *,
    rng: Generators,
    symbol_model: SymbolModel = "real",
    metric: Metric = weighted_logarithms,
    candidates: int | None = None,
    elites: int | None = None,
    tolerance: float = 1e-3,
    max_iterations: int = 200,
    output: Output = "best",
    keep_history: bool = False,
    smoothing: float = 1.0,
    keep_elites: bool = False,
) -> CrossEntropyResult:
    """Find a beam of low modified CRLB by Algorithm 1.

    Each element's phase is drawn from its own column of P (reading R10 of (44)); the elites of the C candidates
    set the next P by (46); the search stops when the values of all candidates lie within the tolerance.

    Equations: (36), (42) : definition

    Parameters
    ----------
    scenario : Scenario or Aim
        An aim stands for symbols, weight, symbol_model and metric as well.
    symbols : (T,) or (..., T) array_like, or SymbolMoments
        Transmitted symbols. Leading axes are a batch of independent searches.
    weight : array_like
        zeta, in [0, 1]; a scalar, or one per search.
    rng : numpy.random.Generator or sequence of them
        Source of the candidates. A batch spawns one child per search, or takes the given ones, so that the
        result of a search does not depend on the batch that it is part of.
    symbol_model : {"real", "complex", "known"}
        As for `noisac.crlb`.
    metric : callable
        Combines `noisac.Bounds` and the weight into the value to be made small: (31) unless given.
        `noisac.bounds.printed_objective` is (38), and a metric of one's own will do.
    candidates : int, optional
        C; 5 L unless given.
    elites : int, optional
        C_elite; C / 10, rounded down but at least 1, unless given.
    tolerance : float
        kappa.
    max_iterations : int
        Limit on the iterations; the paper has none.
    output : {"best", "last"}
        "best": the best beam that was seen. "last": the first of the last sorted batch, as the last line of
        Algorithm 1 says (reading R11).
    keep_history : bool
        Keep all V and P.
    smoothing : float
        Share of the frequencies (46) in the next P, above 0 and at most 1; the rest is the P before. At 1, as
        printed, a phase that no elite has is lost for good.
    keep_elites : bool
        Whether the elites of one iteration compete with the candidates of the next. As printed they do not.

    Raises
    ------
    ValueError
        For an argument outside its range, or a weight above 0 with "known" symbols.

    Examples
    --------
    >>> result = cross_entropy(Scenario(), [1.0, 1j], 0.5, rng=np.random.default_rng(0))
    >>> result.beam.shape, bool(result.converged)
    ((16,), True)
    """
    value_of: Objective
    batch: tuple[int, ...] = ()
    if isinstance(scenario, Aim):
        value_of = scenario
    else:
        problems = problems_of(scenario, symbols, weight, symbol_model)
        batch, link = problems.batch, problems.link
        factors, weights = problems.moments.factor[:, None], problems.weight[:, None]

        def value_of(beams: ComplexArray, searches: NDArray[np.intp]) -> FloatArray:
            sums = weighted_sums(beams, link.weights, link.rounding)
            block = SymbolMoments(problems.moments.slots, factors[searches])
            return problems.values(sums, block, weights[searches], metric)

    return minimise_over_phases(
        value_of,
        scenario,
        batch,
        rng=rng,
        candidates=candidates,
        elites=elites,
        tolerance=tolerance,
        max_iterations=max_iterations,
        output=output,
        keep_history=keep_history,
        smoothing=smoothing,
        keep_elites=keep_elites,
    )


def minimise_over_phases(
    objective: Objective,
    scenario: Scenario | Aim,
    batch: tuple[int, ...] = (),
    *,
    rng: Generators,
    candidates: int | None = None,
    elites: int | None = None,
    tolerance: float = 1e-3,
    max_iterations: int = 200,
    output: Output = "best",
    keep_history: bool = False,
    smoothing: float = 1.0,
    keep_elites: bool = False,
) -> CrossEntropyResult:
    """Algorithm 1 for any objective, such as a metric of one's own.

    Equations: (44)-(46) : definition

    Parameters
    ----------
    objective : callable
        Takes beams (searches, candidates, L) and the flat numbers of the searches that they belong to, returns
        the values to be made small, (searches, candidates), never NaN. Each value may depend on its own beam and
        search only. The array of the beams is written over afterwards.
    scenario : Scenario or Aim
        Gives L and b.
    batch : tuple of int
        Shape of the batch of independent searches.
    rng, candidates, elites, tolerance, max_iterations, output, keep_history, smoothing, keep_elites
        As for `cross_entropy`.

    Examples
    --------
    >>> def phase_sum(beams, searches):
    ...     return -np.abs(beams.sum(axis=-1))
    >>> result = minimise_over_phases(phase_sum, Scenario(), rng=np.random.default_rng(0))
    >>> bool(-16 <= result.objective < -10)
    True
    """
    if not isinstance(scenario, Aim):
        _validate.instance("scenario", scenario, Scenario)
    elements, bits = scenario.irs_elements, scenario.phase_bits
    if candidates is None:
        candidates = CANDIDATES_PER_ELEMENT * elements
    candidates = _validate.integer("candidates", candidates, at_least=1)
    if elites is None:
        elites = max(1, candidates // 10)
    elites = _validate.integer("elites", elites, at_least=1, at_most=candidates)
    tolerance = _validate.real("tolerance", tolerance, positive=True)
    max_iterations = _validate.integer("max_iterations", max_iterations, at_least=1)
    _validate.choice("output", output, ("best", "last"))
    smoothing = _validate.real("smoothing", smoothing, positive=True)
    if smoothing > 1:
        raise ValueError(f"smoothing must be above 0 and at most 1, got {smoothing!r}")
    batch = _validate.batch_shape("batch", batch)
    searches = int(np.prod(batch))
    generators = generators_of(rng, batch, searches)

    options = SearchOptions(
        codebook_of(bits),
        elements,
        candidates,
        elites,
        tolerance,
        max_iterations,
        output,
        keep_history,
        smoothing,
        keep_elites,
    )
    block = max(1, _BLOCK // (candidates * elements))
    parts = [
        _search_block(
            objective, np.arange(start, min(start + block, searches)), generators[start : start + block], options
        )
        for start in range(0, searches, block)
    ]
    history = None
    if keep_history:
        longest = max(len(part.values) for part in parts)
        values = np.concatenate([_pad(part.values, longest) for part in parts], axis=1)
        probabilities = np.concatenate([_pad(part.probabilities, longest) for part in parts], axis=1)
        history = CrossEntropyHistory(
            values.reshape(longest, *batch, candidates), probabilities.reshape(longest, *batch, elements, 2**bits)
        )
    return CrossEntropyResult(
        np.concatenate([part.beam for part in parts]).reshape(*batch, elements),
        np.concatenate([part.objective for part in parts]).reshape(batch),
        np.concatenate([part.iterations for part in parts]).reshape(batch),
        np.concatenate([part.converged for part in parts]).reshape(batch),
        history,
    )


@dataclass(frozen=True)
class SearchOptions:
    """What searches of Algorithm 1 have in common: F, L, C, N_elite, the tolerance, all checked."""

    codebook: ComplexArray
    elements: int
    candidates: int
    elites: int
    tolerance: float
    max_iterations: int
    output: Output
    keep_history: bool
    smoothing: float
    keep_elites: bool


@dataclass
class _Block:
    """Running state of the searches of one block."""

    beam: ComplexArray
    objective: FloatArray
    iterations: NDArray[np.intp]
    converged: NDArray[np.bool_]
    values: list[FloatArray]
    probabilities: list[FloatArray]


class _Ranked(NamedTuple):
    """Candidates in the order of their values: phase indices (searches, N, L) and values (searches, N)."""

    phases: NDArray[np.uint8]
    values: FloatArray


def _search_block(
    objective: Objective,
    searches: NDArray[np.intp],
    generators: Sequence[np.random.Generator],
    options: SearchOptions,
) -> _Block:
    codebook, elements, elites = options.codebook, options.elements, options.elites
    count, size = len(searches), len(codebook)
    state = _Block(
        np.ones((count, elements), complex),
        np.full(count, np.inf),
        np.zeros(count, np.intp),
        np.zeros(count, bool),
        [],
        [],
    )
    active = np.arange(count)
    # Probabilities are held as votes for each phase, (searches, 2^b, L), so that their sums are exact.
    votes, voters = np.ones((count, size, elements)), float(size)  # P^0
    kept: _Ranked | None = None
    # Kept from one iteration to the next: to give memory back and ask for it again takes as long as to use it.
    together = count, min(options.candidates, max(1, _PART // elements)), elements
    uniform, beams = np.empty(together), np.empty(together, complex)
    for _ in range(options.max_iterations):
        cumulative = np.cumsum(votes, axis=1)[:, :-1] / voters
        values, best, alike = _sample(
            objective, searches, generators, active, cumulative, options, (uniform, beams)
        )
        if options.keep_history:
            state.values.append(_scatter(values, active, count))
            state.probabilities.append(_scatter(np.swapaxes(votes, 1, 2) / voters, active, count))
        if kept is not None:
            best = _best_of([kept, best], elites)  # first among equals

        better = lower(best.values[:, 0], state.objective[active])
        if options.output == "last":
            better[:] = True
        state.objective[active[better]] = best.values[better, 0]
        state.beam[active[better]] = codebook[best.phases[better, 0]]
        state.iterations[active] += 1
        with np.errstate(invalid="ignore"):
            done = values.max(axis=1) - values.min(axis=1) < options.tolerance
        # inf - inf: such a search is over once all of its candidates are the same beam
        done |= np.isinf(values.min(axis=1)) & alike
        state.converged[active[done]] = True

        going = ~done
        active = active[going]
        if len(active) == 0:
            break
        best = _Ranked(best.phases[going], best.values[going])
        if options.keep_elites:
            kept = best
        new_votes = np.stack([(best.phases == phase).sum(axis=1) for phase in range(size)], axis=1)  # (46)
        if options.smoothing == 1:
            votes, voters = new_votes, float(elites)
        else:
            new, old = options.smoothing, 1 - options.smoothing
            votes, voters = new * new_votes / elites + old * votes[going] / voters, 1.0
    return state


def _sample(
    objective: Objective,
    searches: NDArray[np.intp],
    generators: Sequence[np.random.Generator],
    active: NDArray[np.intp],
    cumulative: FloatArray,
    options: SearchOptions,
    space: tuple[FloatArray, ComplexArray],
) -> tuple[FloatArray, _Ranked, NDArray[np.bool_]]:
    """Draw and evaluate an iteration's candidates: values (searches, C), elites, whether all are one beam."""
    candidates, elites = options.candidates, options.elites
    size = space[0].shape[1]
    values = np.empty((len(active), candidates))
    lists: list[_Ranked] = []  # merged only when they are long, so that no beam is copied more than a few times
    for start in range(0, candidates, size):
        part = slice(start, min(start + size, candidates))
        uniform = space[0][: len(active), : part.stop - start]
        beams = space[1][: len(active), : part.stop - start]
        index = _draw(generators, active, cumulative, uniform)
        options.codebook.take(index, out=beams, mode="clip")  # "raise" would copy
        values[:, part] = objective(beams, searches[active])
        if np.isnan(values[:, part].min()):
            raise ValueError("objective must return a number for every beam, got NaN")
        lists.append(_ranked(index, values[:, part], elites))
        if sum(ranked.values.shape[1] for ranked in lists) > 2 * elites:
            lists = [_best_of(lists, elites)]
        if start == 0:
            first, alike = index[:, :1].copy(), np.ones(len(active), bool)
        if np.any(np.isinf(values[:, part])):
            alike &= np.all(index == first, axis=(1, 2))
        else:  # only searches without any bound ask, and a part of these has none either
            alike[:] = False
    return values, lists[0] if len(lists) == 1 else _best_of(lists, elites), alike


def _ranked(phases: NDArray[np.uint8], values: FloatArray, count: int) -> _Ranked:
    """Return the best of some candidates, among equals the first."""
    order = order_of(values)[:, :count]
    rows = np.arange(len(order))[:, None]
    return _Ranked(phases[rows, order], values[rows, order])


def _best_of(lists: Sequence[_Ranked], count: int) -> _Ranked:
    """Return the best of some lists, among equals those of the list that comes first."""
    phases = np.concatenate([ranked.phases for ranked in lists], axis=1)
    return _ranked(phases, np.concatenate([ranked.values for ranked in lists], axis=1), count)


def _draw(
    generators: Sequence[np.random.Generator],
    active: NDArray[np.intp],
    cumulative: FloatArray,
    uniform: FloatArray,
) -> NDArray[np.uint8]:
    """Phase indices of the candidates, (searches, C, L), each from its own column of P; fills ``uniform``."""
    for search, row in zip(active, uniform, strict=True):  # one stream per search, whatever the batch
        generators[search].random(out=row)
    index = np.zeros(uniform.shape, np.uint8)
    passed = np.empty(uniform.shape, bool)
    for threshold in np.moveaxis(cumulative, 1, 0):
        np.greater_equal(uniform, threshold[:, None], out=passed)
        index += passed.view(np.uint8)  # added as they are; as truth values they would be converted first
    return index


def _scatter(values: FloatArray, active: NDArray[np.intp], count: int) -> FloatArray:
    full = np.full((count, *values.shape[1:]), np.nan)
    full[active] = values
    return full


def _pad(entries: list[FloatArray], length: int) -> FloatArray:
    blank = np.full_like(entries[0], np.nan)
    return np.stack(entries + [blank] * (length - len(entries)))
