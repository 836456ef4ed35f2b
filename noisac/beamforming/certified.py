"""The certified optimum of (P3): every beam is bounded, few are evaluated."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import TIE, equal_by_value, lower
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Problems, problems_of
from noisac.beamforming.beams import max_gain_phases
from noisac.beamforming.descent import SumsObjective, descend, sums_of
from noisac.beamforming.quadratic_bound import (
    InformationMap,
    QuadraticBound,
    align,
    information_map_of,
    relax,
    unit_directions,
)
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments

#: Bits of the longer list of half-sums: 2**20 of them.
_LIMIT = 20
#: Beams that may be evaluated one by one where no beam with a bound was found.
_EXHAUSTIVE = 2**24
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
    """The global minimum of (P3), with the size of its proof.

    Attributes
    ----------
    beam : (..., L) complex array
        The optimal beam, with a phase of zero at the first element.
    objective : (...) array
        Its modified CRLB, the minimum over all beams; ``inf`` where no beam has a bound.
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
) -> CertifiedOptimum:
    """Solve (P3) and prove it: no beam has a lower modified CRLB than the one returned.

    A local search finds a good beam. `noisac.beamforming.quadratic_bound` gives a Hermitian form of the sums
    (s_0, D_y, D_z) that every better beam must make large. The sums of a beam are those of its two halves of the
    surface; both lists of half-sums are sorted by their length in the metric of the form, so that by the triangle
    inequality all but the longest are discarded unseen, and the form of the remaining pairs is one matrix product.
    What is left has its objective evaluated.

    The beam returned is the minimum up to the rounding of the objective itself: a beam is discarded only if its
    bound lies above the best objective by a margin (2e-9, and the largest error of the product in single
    precision) that is far above rounding. Beams that tie within that margin are all evaluated; of those within
    1e-9 of the lowest the first in the order of their phases is returned, whatever the local search found.
    How many beams have to be evaluated depends on how well the form fits: fewer than a hundred at the paper's
    parameters, thousands to tens of millions where the user's array is much smaller than the surface (2 x 2
    antennas before 3 x 5 elements), most of them where it has no aperture along an axis. The limit on L is one of
    memory: with small arrays and near that limit a problem may take minutes, and there is no limit on the time.

    Equations: (42), (43)

    Parameters
    ----------
    scenario : Scenario
        With at most 2**20 half-sums: ``phase_bits * ceil((L - 1) / 2) <= 20``, such as L = 21 with b = 2. This is
        what fits into memory, not a promise that the search ends soon.
    symbols, weight, symbol_model
        As for `noisac.cross_entropy`; problems of a batch share the lists of half-sums.
    relaxation_steps : int
        Limit on the steps that tighten the bound.

    Raises
    ------
    ValueError
        If there are too many beams, for bad arguments, for a weight above 0 with "known" symbols, or if the
        local search found no beam with a bound, although one may exist, and there are more than 2**24 beams to
        evaluate one by one. So it is for irs_shape (16, 1), user_shape (1, 4), "complex" symbols and zeta = 1.

    Examples
    --------
    >>> result = certified_optimum(Scenario(), [1.0, 1j], 0.5)
    >>> result.beams, bool(result.evaluated < 100)
    (1073741824, True)
    """
    problems = problems_of(scenario, symbols, weight, symbol_model)
    relaxation_steps = _validate.integer("relaxation_steps", relaxation_steps, at_least=1)
    elements, bits = scenario.irs_elements, scenario.phase_bits
    if bits * (elements // 2) > _LIMIT:
        raise ValueError(
            f"scenario has 2**{bits * (elements - 1)} beams, too many to certify an optimum; "
            f"phase_bits * ceil((irs_elements - 1) / 2) must be at most {_LIMIT}, got {bits * (elements // 2)}"
        )
    batch, halves = problems.batch, _Halves.of(problems.terms())
    found = [_solve(problems, moments, zeta, halves, relaxation_steps) for moments, zeta in problems.each()]
    phases, objective, incumbent, evaluated, compared = (
        np.array([getattr(one, name) for one in found])
        for name in ("phases", "objective", "incumbent", "evaluated", "compared")
    )
    return CertifiedOptimum(
        problems.codebook[phases].reshape(*batch, elements),
        objective.reshape(batch),
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
    incumbent: float
    evaluated: int
    compared: int


def _solve(
    problems: Problems, moments: SymbolMoments, weight: float, halves: _Halves, relaxation_steps: int
) -> _Solution:
    link, symbol_model = problems.link, problems.symbol_model
    single = SymbolMoments(moments.slots, moments.factor[None])
    objective = SumsObjective(link, single, np.array([weight]), symbol_model)
    information = information_map_of(link, moments, weight, symbol_model)
    best = _Best(objective, halves.terms)
    bound = _search_locally(best, problems, information, relaxation_steps)
    incumbent, best.evaluated = best.value, 0
    if bound is None:
        compared = _search_one_by_one(best, problems, moments, weight)
    else:
        compared = _search_pairs(best, bound, halves)
    return _Solution(best.phases, best.value, incumbent, best.evaluated, compared)


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


def _search_pairs(best: _Best, bound: QuadraticBound, halves: _Halves) -> int:
    """Evaluate all beams that the bound does not discard; returns the number of pairs that were compared."""
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
    compared = 0
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
            compared += forms.size
            kept = np.flatnonzero(forms >= np.float32(_threshold(best.value, bound) - slack))
            if len(kept):
                i, j = np.divmod(kept, forms.shape[1])
                best.offer(halves.phases(order_a[start + i], order_b[left + j]))
    return compared


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


def _search_one_by_one(best: _Best, problems: Problems, moments: SymbolMoments, weight: float) -> int:
    """Settle what the bound cannot: no beam with a finite objective was found."""
    elements, size, _ = best.terms.shape
    beams = int(size ** (elements - 1))
    if angles_have_no_bound(problems, moments, weight):
        return 0
    if beams > _EXHAUSTIVE:
        raise ValueError(
            "scenario, symbols: no beam with a bound was found, and 2**"
            f"{beams.bit_length() - 1} beams are too many to evaluate one by one (at most 2**24)"
        )
    shifts = (size.bit_length() - 1) * np.arange(elements)[::-1]
    for start in range(0, beams, _EVALUATED):
        numbers = np.arange(start, min(start + _EVALUATED, beams))
        best.offer((numbers[:, None] >> shifts) & (size - 1))
    return beams


def angles_have_no_bound(problems: Problems, moments: SymbolMoments, weight: float) -> bool:
    """Whether no beam both determines the angles and carries symbols, as the objective asks."""
    if weight == 1:
        return False
    if not np.any(moments.factor):
        return True
    variances, symbol_model = problems.link.variances, problems.symbol_model
    if symbol_model == "complex":  # the user's own aperture is all there is
        return weight > 0 and min(variances) == 0.0
    collinear = bool(moments.factor[1, 1] == 0)  # exactly: `symbol_moments` has set to zero what is rounding
    return symbol_model == "real" and weight > 0 and max(variances) == 0 and collinear
