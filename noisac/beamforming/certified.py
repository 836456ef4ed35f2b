"""The certified optimum of (P3): every beam is bounded, few are evaluated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import TIE, equal_by_value, lower
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Problems, angles_have_no_bound, problems_of
from noisac.beamforming.beams import max_gain_phases
from noisac.beamforming.certificate import Search
from noisac.beamforming.descent import SumsObjective, descend, phase_numbers, sums_of
from noisac.beamforming.quadratic_bound import (
    InformationMap,
    QuadraticBound,
    align,
    information_map_of,
    relax,
    relax_moduli,
    unit_directions,
)
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments

#: Bits of the longer list of half-sums: 2**20 of them.
_LIMIT = 20
#: Beams that may be evaluated one by one where no beam with a bound was found.
_EXHAUSTIVE = 2**24
#: Pairs that one form may leave to compare, and beams to evaluate, before many forms take its place.
_COMPARED, _LEFT = 2**28, 2**17
#: |s_0| of a beam that counts as silent, relative to L; cells in which sums are looked up, in the same unit.
_SILENT, _GRID = 1e-9, 1e-6
#: Width, in V, down to which directions are bounded before the beams of each are searched, and limit on the cells.
_WIDTH, _CELLS = 1e-2, 20_000
#: The same where there is nothing to search: the interval is the answer.
_INTERVAL, _MOST_CELLS = 1e-2, 200_000
#: Rows and columns of the table of pairs that are worked on together.
_ROWS, _COLUMNS = 256, 2**12
#: Beams whose objective is evaluated together.
_EVALUATED = 2**14
#: Beams this close to the best, in the objective, are not discarded: their own objective breaks the tie.
_TIES = 2 * TIE
#: The fit of the bound ends once it is this close to the best that one form can do.
_FIT = 1e-4
#: Largest rounding error of a form in single precision, relative to (largest |a| + largest |b|)^2: a product has
#: eight terms, of which each is rounded at most ten times.
_SINGLE = 16 * 2.0**-24


@equal_by_value
class CertifiedOptimum(NamedTuple):
    """The global minimum of (P3), with the size of its proof, or an interval for it.

    Attributes
    ----------
    beam : (..., L) complex array
        The best beam, with a phase of zero at the first element.
    objective : (...) array
        Its modified CRLB; ``inf`` where no beam with a bound was found.
    lower_bound : (...) array
        No beam has a lower modified CRLB. Equal to the objective where the proof is complete; below it where the
        half-sums do not fit into memory, a limit was reached, or no beam with a bound was found.
    incumbent : (...) array
        Modified CRLB of the best beam that the local searches had found before the proof.
    evaluated : (...) int array
        Beams whose bound was too low to discard them, so that their objective was evaluated.
    compared : (...) int array
        Pairs of half-sums for which the bound was computed.
    beams : int
        Beams among which the optimum is one, 2**(b (L - 1)): all of them, up to the global phase.
    """

    beam: ComplexArray
    objective: FloatArray
    lower_bound: FloatArray
    incumbent: FloatArray
    evaluated: NDArray[np.int64]
    compared: NDArray[np.int64]
    beams: int


def certified_optimum(
    scenario: Scenario,
    symbols: ArrayLike | SymbolMoments,
    weight: ArrayLike,
    *,
    symbol_model: SymbolModel = "real",
    relaxation_steps: int = 30,
    limit: int | None = None,
    progress: bool = False,
) -> CertifiedOptimum:
    """Solve (P3) and prove it: no beam has a lower modified CRLB than the one returned.

    A local search finds a good beam. `noisac.beamforming.quadratic_bound` gives a Hermitian form of the sums
    (s_0, D_y, D_z) that every better beam must make large. The sums of a beam are those of its two halves of the
    surface; both lists of half-sums are sorted by their length in the metric of the form, so that by the triangle
    inequality all but the longest are discarded unseen, and the form of the remaining pairs is one matrix product.
    What is left has its objective evaluated. Where one form leaves too much, as for users with few antennas, the
    directions of the sums are divided as for `noisac.certify`, and each cell that is left has a form of its own.

    The beam returned is the minimum up to the rounding of the objective itself: a beam is discarded only if its
    bound lies above the best objective by a margin (1e-9, and the largest error of the product in single
    precision) that is far above rounding. Beams that tie within that margin are all evaluated; of those within
    1e-9 of the lowest the first in the order of their phases is returned, whatever the local search found.

    There is always an answer. With more half-sums than fit into memory (more than 2**20: ``phase_bits *
    ceil((L - 1) / 2) > 20``, such as L = 22 with b = 2) it is the interval of `noisac.certify`. At the limit and
    at Ctrl-C it is the interval reached so far, for all blocks. Where no beam with a bound was found and there are
    too many to try each, it is a lower bound alone: so it is for irs_shape (16, 1), user_shape (1, 4), "complex"
    symbols and zeta = 1.

    Equations: (42), (43)

    Parameters
    ----------
    scenario, symbols, weight, symbol_model
        As for `noisac.cross_entropy`, errors included; problems of a batch share the lists of half-sums.
    relaxation_steps : int
        Limit on the steps that tighten the bound.
    limit : int, optional
        Pairs of half-sums that may be compared per block of symbols.
    progress : bool
        Whether to show a progress bar, over the blocks.

    Raises
    ------
    ValueError
        For bad arguments, or for a weight above 0 with "known" symbols.

    Examples
    --------
    >>> result = certified_optimum(Scenario(), [1.0, 1j], 0.5)
    >>> result.beams, bool(result.evaluated < 100), bool(result.lower_bound == result.objective)
    (1073741824, True, True)
    """
    from tqdm import tqdm  # only a search that lasts shows a bar

    problems = problems_of(scenario, symbols, weight, symbol_model)
    steps = _validate.integer("relaxation_steps", relaxation_steps, at_least=1)
    most = math.inf if limit is None else float(_validate.integer("limit", limit, at_least=1))
    elements, bits = scenario.irs_elements, scenario.phase_bits
    halves = _Halves.of(problems.terms()) if bits * (elements // 2) <= _LIMIT else None
    found: list[_Solution] = []
    blocks = tqdm(problems.each(), total=len(problems.weight), desc="certified optimum", disable=not progress)
    for moments, zeta in blocks:
        proof = _Proof(scenario, problems, moments, zeta, 0.0 if any(one.stopped for one in found) else most)
        found.append(proof.run(halves, steps))
    batch = problems.batch
    phases, objective, lower_bound, incumbent, evaluated, compared = (
        np.array([getattr(one, name) for one in found])
        for name in ("phases", "objective", "lower_bound", "incumbent", "evaluated", "compared")
    )
    return CertifiedOptimum(
        problems.codebook[phases].reshape(*batch, elements),
        objective.reshape(batch),
        lower_bound.reshape(batch),
        incumbent.reshape(batch),
        evaluated.reshape(batch),
        compared.reshape(batch),
        2 ** (bits * (elements - 1)),
    )


class _Halves(NamedTuple):
    """Sums of all phases of either half of the surface, the first element's phase being zero."""

    terms: ComplexArray  # (L, 2^b, 3), what each phase of each element adds to the sums
    split: int  # elements in the first half
    first: ComplexArray  # (N, 3), half-sums in the order of the numbers whose base-2^b digits are the phases
    second: ComplexArray

    @classmethod
    def of(cls, terms: ComplexArray) -> _Halves:
        split = (len(terms) + 1) // 2
        return cls(terms, split, _all_sums(terms[:split], fixed=1), _all_sums(terms[split:]))

    def phases(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.intp]:
        """Phases of the beams made of the given half-sums."""
        elements, size, _ = self.terms.shape
        bits = size.bit_length() - 1
        shifts = bits * np.arange(elements)[::-1]
        number = (first << (bits * (elements - self.split))) | second
        phases: NDArray[np.intp] = (number[:, None] >> shifts) & (size - 1)
        return phases


def _all_sums(terms: ComplexArray, fixed: int = 0) -> ComplexArray:
    sums = np.zeros((1, 3), complex)
    for number, phases in enumerate(terms):
        sums = (sums[:, None] + phases[: 1 if number < fixed else None]).reshape(-1, 3)
    return sums


class _Best:
    """The best beam so far, and how many were evaluated."""

    def __init__(self, objective: SumsObjective, terms: ComplexArray) -> None:
        self.objective, self.terms = objective, terms
        self.phases: NDArray[np.intp] = np.zeros(len(terms), np.intp)
        self.value = self.least = math.inf  # of the beam that is kept, and of those that tie with it
        self.evaluated = 0

    def offer(self, phases: NDArray[np.intp]) -> None:
        """Evaluate beams and keep the best; among equals, the first in the order of the phases."""
        for start in range(0, len(phases), _EVALUATED):
            block = phases[start : start + _EVALUATED]
            sums = sums_of(self.terms, block)
            values = self.objective(sums[None], np.zeros(1, np.intp))[0]
            least = min(float(values.min()), self.least)
            ties = np.flatnonzero(~lower(least, values))
            if len(ties):
                winner = ties[np.lexsort(block[ties].T[::-1])[0]]
                if lower(least, self.value) or tuple(block[winner]) < tuple(self.phases):
                    self.value, self.phases = float(values[winner]), block[winner]
            self.least = least
            self.evaluated += len(block)


class _Solution(NamedTuple):
    phases: NDArray[np.intp]
    objective: float
    lower_bound: float
    incumbent: float
    evaluated: int
    compared: int
    stopped: bool  # by Ctrl-C


class _Proof:
    """The search for one block of symbols: what is known so far, and what may still be spent."""

    def __init__(
        self, scenario: Scenario, problems: Problems, moments: SymbolMoments, weight: float, most: float
    ) -> None:
        self.scenario, self.problems, self.moments, self.weight = scenario, problems, moments, weight
        self.information = information_map_of(problems.link, moments, weight, problems.symbol_model)
        single = SymbolMoments(moments.slots, moments.factor[None])
        objective = SumsObjective(problems.link, single, np.array([weight]), problems.symbol_model)
        self.best = _Best(objective, problems.terms())
        self.most, self.compared, self.stopped = most, 0, False

    def run(self, halves: _Halves | None, steps: int) -> _Solution:
        """Beam and interval."""
        bound = _search_locally(self.best, self.problems, self.information, steps)
        incumbent, self.best.evaluated = self.best.value, 0
        lower_bound = -math.inf
        try:
            if bound is None and angles_have_no_bound(self.problems, self.moments, self.weight):
                lower_bound = math.inf
            elif bound is not None and halves is not None and self._settles(bound, halves):
                lower_bound = self.best.value
            else:
                lower_bound = self._by_cells(halves, steps)
        except KeyboardInterrupt:
            self.stopped = True
        if lower_bound == -math.inf:
            weights = self.problems.link.weights
            lower_bound = relax_moduli(self.information, weights, len(weights), steps)
        best = self.best
        lower_bound = min(lower_bound, best.value)
        return _Solution(
            best.phases, best.value, lower_bound, incumbent, best.evaluated, self.compared, self.stopped
        )

    def _settles(
        self, bound: QuadraticBound, halves: _Halves, compared: float = _COMPARED, left: float = _LEFT
    ) -> bool:
        """Whether all beams that a bound does not discard could be evaluated within what may be spent."""
        least = self.best.evaluated + left
        most = min(self.most, self.compared + compared)
        for pairs, beams in _pairs(self.best, bound, halves):
            self.compared += pairs
            if self.compared > most or self.best.evaluated + len(beams) > least:
                return False
            self.best.offer(beams)
        return True

    def _by_cells(self, halves: _Halves | None, steps: int) -> float:
        """Lower bound on all beams, by a form for each cell of directions."""
        size = len(self.problems.codebook)
        search = Search(self.scenario, self.problems, self.moments, self.weight, size)
        self._take(search)
        beams = int(size ** (len(self.best.phases) - 1))
        model = self.problems.symbol_model
        if halves is None or self.most == 0:
            if math.isinf(self.best.value):
                return -math.inf
            lower_bound, silent = search.run(_INTERVAL, _MOST_CELLS if self.most > 0 else 0)[2:4]
            self._take(search)
            self.stopped = self.stopped or search.stopped
            return min(lower_bound, silent)
        if self.weight == 0 and model != "known" and not self._offer_silent(halves):
            return -math.inf
        if math.isinf(self.best.value):  # of the cells none would be settled
            if self.weight == 0 and angles_have_no_bound(self.problems, self.moments, 0.5):
                return math.inf  # silent beams alone could have one
            return self._one_by_one() if beams <= min(_EXHAUSTIVE, self.most) else -math.inf
        bounds, forms = search.left_open(_WIDTH, _CELLS)
        self._take(search)
        for lower_bound, form in zip(bounds, forms, strict=True):
            if lower_bound >= self.best.value + _TIES:
                break
            try:
                settled = not search.stopped and self._settles(form, halves, math.inf, math.inf)
            except KeyboardInterrupt:
                self.stopped, settled = True, False
            if not settled:
                self.stopped = self.stopped or search.stopped
                return lower_bound
        return self.best.value

    def _offer_silent(self, halves: _Halves) -> bool:
        """Evaluate all beams with s_0 = 0, which are in no cell; whether that is within what may be spent."""
        for pairs, beams in _silent_pairs(halves):
            self.compared += pairs
            if self.compared > self.most:
                return False
            self.best.offer(beams)
        return True

    def _take(self, search: Search) -> None:
        """Take over the beam of another search, not counted as evaluated."""
        evaluated = self.best.evaluated
        phases = phase_numbers(search.best.beam[None], len(self.problems.codebook)).astype(np.intp)
        self.best.offer(_turned(phases, len(self.problems.codebook)))
        self.best.evaluated = evaluated

    def _one_by_one(self) -> float:
        """Evaluate every beam."""
        elements, size, _ = self.best.terms.shape
        for beams in _every_beam(elements, size):
            self.best.offer(beams)
            self.compared += len(beams)
        return self.best.value


def _every_beam(elements: int, size: int) -> Iterator[NDArray[np.intp]]:
    """All beams whose first phase is zero, part by part, in the order of their phases."""
    count, shifts = int(size ** (elements - 1)), (size.bit_length() - 1) * np.arange(elements)[::-1]
    for start in range(0, count, _EVALUATED):
        yield (np.arange(start, min(start + _EVALUATED, count))[:, None] >> shifts) & (size - 1)


def _search_locally(
    best: _Best, problems: Problems, information: InformationMap, relaxation_steps: int
) -> QuadraticBound | None:
    """Find a good beam deterministically, and a bound fitted to it; None if no beam with a bound was found."""
    terms = best.terms
    size = terms.shape[1]

    weights = problems.link.weights
    everything = weights.T @ weights.conj()  # the mean of y y^H over all beams
    aligned, _ = align(terms, information.bound(everything).form, unit_directions())
    starts = np.concatenate([max_gain_phases(problems.link, problems.codebook)[None], aligned]).astype(np.uint8)
    found = descend(best.objective, terms, starts, np.zeros(len(starts), np.intp))
    best.offer(_turned(found.phases.astype(np.intp), size))
    if not math.isfinite(best.value):
        return None
    relaxed = relax(information, terms, sums_of(terms, best.phases[None])[0], _FIT, relaxation_steps)
    best.offer(_turned(relaxed.phases, size))
    return relaxed.bound


def _turned(phases: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Beams turned by a global phase, so that the first element's is zero."""
    return (phases - phases[:, :1]) % size


def _pairs(best: _Best, bound: QuadraticBound, halves: _Halves) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Beams that the bound does not discard, part by part, each with the number of pairs that were compared."""
    values, vectors = np.linalg.eigh(bound.form)
    root = (np.sqrt(np.maximum(values, 0))[:, None] * vectors.conj().T).T  # y^H H y = |y root|^2
    first, second = halves.first @ root, halves.second @ root
    lengths_a, lengths_b = (np.sqrt(np.sum(half.real**2 + half.imag**2, axis=-1)) for half in (first, second))
    longest_a, longest_b = lengths_a.max(), lengths_b.max()
    slack = _SINGLE * (longest_a + longest_b) ** 2
    shortest = math.sqrt(max(_threshold(best.value, bound) - slack, 0.0))  # that a pair may be
    a, length_a, order_a = _by_length(first, lengths_a, shortest - longest_b)
    b, length_b, order_b = _by_length(second, lengths_b, shortest - longest_a)
    rows = _features(a, 1.0, length_a**2, np.ones(len(a)))
    columns = np.ascontiguousarray(_features(b, 2.0, np.ones(len(b)), length_b**2).T)
    for start in range(0, len(rows), _ROWS):
        least = _threshold(best.value, bound) - slack
        reach = math.sqrt(max(least, 0.0)) - length_a[start]
        count = int(np.searchsorted(-length_b, -reach, side="right"))
        if count == 0:
            break  # the rows that follow are shorter
        for left in range(0, count, _COLUMNS):
            # Kernels for arm64 fill their registers with what the product does not use, and set flags for that.
            with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
                forms = rows[start : start + _ROWS] @ columns[:, left : min(left + _COLUMNS, count)]
            kept = np.flatnonzero(forms >= np.float32(_threshold(best.value, bound) - slack))
            i, j = np.divmod(kept, forms.shape[1])
            yield forms.size, halves.phases(order_a[start + i], order_b[left + j])


def _silent_pairs(halves: _Halves) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Beams with s_0 = 0, part by part, each with the number of pairs that were compared."""
    reach, grid = _SILENT * len(halves.terms), _GRID * len(halves.terms)
    wanted, given = -halves.first[:, 0], halves.second[:, 0]

    def places(sums: ComplexArray) -> NDArray[np.int64]:
        return (np.floor(sums.real / grid) * 2**32 + np.floor(sums.imag / grid)).astype(np.int64)

    order = np.argsort(places(given), kind="stable")
    known = places(given)[order]
    seen: list[NDArray[np.int64]] = []
    for corner in (-1 - 1j, -1 + 1j, 1 - 1j, 1 + 1j):  # of what lies within reach; nearly always in one place
        place = places(wanted + reach * corner)
        low, high = np.searchsorted(known, place), np.searchsorted(known, place + 1)
        counts = high - low
        for other in seen:
            counts[place == other] = 0
        seen.append(place)
        rows = np.flatnonzero(counts)
        for some in np.split(rows, np.flatnonzero(np.diff(np.cumsum(counts[rows]) // _EVALUATED)) + 1):
            first = np.repeat(some, counts[some])
            steps = np.arange(len(first)) - np.repeat(np.cumsum(counts[some]) - counts[some], counts[some])
            second = order[low[first] + steps]
            silent = np.abs(given[second] - wanted[first]) <= reach
            yield len(first), halves.phases(first[silent], second[silent])


def _threshold(value: float, bound: QuadraticBound) -> float:
    """Form below which a beam's bound lies above the given objective, by more than the margin."""
    return float(10 ** (bound.level - value - _TIES))


def _by_length(
    vectors: ComplexArray, lengths: FloatArray, shortest: float
) -> tuple[ComplexArray, FloatArray, NDArray[np.intp]]:
    """Vectors with their lengths and numbers, longest first: down to a length, in whole rows of the table."""
    count = min(len(lengths), _ROWS * math.ceil(np.count_nonzero(lengths >= shortest) / _ROWS))
    if count == 0:
        return vectors[:0], lengths[:0], np.zeros(0, np.intp)
    last = np.partition(lengths, len(lengths) - count)[len(lengths) - count]
    kept = np.flatnonzero(lengths >= last)
    order = kept[np.argsort(-lengths[kept], kind="stable")][:count]
    return vectors[order], lengths[order], order


def _features(vectors: ComplexArray, scale: float, *squares: FloatArray) -> NDArray[np.float32]:
    """Real vectors of which the inner products are |a + b|^2 = 2 Re a^H b + |a|^2 + |b|^2, in single precision."""
    parts = (scale * vectors.real, scale * vectors.imag, *(square[:, None] for square in squares))
    return np.concatenate(parts, axis=1, dtype=np.float32, casting="same_kind")
