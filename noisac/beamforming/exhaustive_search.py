"""The best beam of a small surface, by evaluating all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import TIE, equal_by_value, lower, lowest
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Metric, problems_of
from noisac.beamforming.aims import Aim
from noisac.beamforming.beams import codebook_of
from noisac.beamforming.cross_entropy_method import Objective
from noisac.bounds._link import Link
from noisac.bounds.closed_form import REAL_PARAMETERS, bounds_from_sums, weighted_logarithms, weighted_sums
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments

_LIMIT = 2**24
_BLOCK = 2**14
#: Beams of a block that are evaluated before its others are held against the best of them.
_FIRST = 64


@equal_by_value
class CompleteSearchResult(NamedTuple):
    """Outcome of a complete search.

    Attributes
    ----------
    beam : (..., L) complex array
        The optimal beam, with a phase of zero at the first element. Of beams that tie within 1e-9, the first.
    objective : (...) array
        Its modified CRLB (or the value of the objective that was given), the minimum over all beams.
    evaluated : int
        Beams among which the optimum is one, 2**(b (L - 1)).
    """

    beam: ComplexArray
    objective: FloatArray
    evaluated: int


def complete_search(
    scenario: Scenario | Aim,
    symbols: ArrayLike | SymbolMoments | None = None,
    weight: float | None = None,
    symbol_model: SymbolModel = "real",
    *,
    metric: Metric = weighted_logarithms,
) -> CompleteSearchResult:
    """Solve (P3) by going through every beam, up to the global phase, which changes nothing.

    With (31) as the metric, a beam is passed over if it would not be the best even with known angles for the
    symbols and known symbols for the angles: that floor is the same for all problems up to a constant.

    Equations: (42)-(43)

    Parameters
    ----------
    scenario : Scenario or Aim
        At most 2**24 beams: b (L - 1) <= 24. An aim stands for all arguments.
    symbols, symbol_model, metric
        As for `noisac.cross_entropy`, errors included.
    weight : float
        zeta, in [0, 1], the same for all problems of a batch.

    Examples
    --------
    >>> result = complete_search(Scenario(irs_shape=(2, 2)), [1.0, 1j], 0.5)
    >>> result.evaluated, result.beam.shape
    (64, (4,))
    """
    if isinstance(scenario, Aim):
        return minimise_over_all_beams(scenario, scenario)
    if weight is None or np.ndim(_validate.weights(weight)) != 0:
        raise ValueError(f"weight (zeta) must be a single number for a complete search, got {weight!r}")
    problems = problems_of(scenario, symbols, weight, symbol_model)
    best, zeta = _Best.of(len(problems.weight)), np.asarray(weight, dtype=float)
    for numbers, beams in _all_beams(scenario):
        sums = weighted_sums(beams, problems.link.weights, problems.link.rounding)
        floors = np.full(len(sums), -np.inf)
        if metric is weighted_logarithms:
            floors = _floors(problems.link, sums, zeta, symbol_model)
        order = np.argsort(floors, kind="stable")
        floors = floors[order]
        bounded = int(np.searchsorted(floors, np.inf))
        for problem, (moments, _) in enumerate(problems.each()):

            def value_of(
                some: NDArray[np.intp], moments: SymbolMoments = moments, sums: ComplexArray = sums
            ) -> FloatArray:
                return problems.values(sums[some], moments, zeta, metric)

            with np.errstate(divide="ignore", invalid="ignore"):
                shift = (1 - zeta) * np.log10(moments.power) if zeta < 1 else 0.0
                lowest_yet = min(best.values[problem], value_of(order[:_FIRST]).min())
                count = int(np.searchsorted(floors, lowest_yet + shift + 2 * TIE, "right"))
            # Whether there is a bound is not for a floor to decide: what has none comes along.
            possible = np.sort(np.concatenate([order[: min(count, bounded)], order[bounded:]]))
            if len(possible):
                best.offer(problem, numbers[possible], value_of(possible))
    return best.result(scenario, problems.batch)


def _floors(link: Link, sums: ComplexArray, weight: FloatArray, symbol_model: SymbolModel) -> FloatArray:
    """What (31) would be for symbols of unit power if the angles were known to the symbols, and the reverse."""
    floor = bounds_from_sums(link, sums, SymbolMoments(1, np.diag([1.0, 0.0])), "known")
    if symbol_model != "known":
        with np.errstate(divide="ignore"):
            power = np.abs(sums[:, 0]) ** 2
            floor = floor._replace(symbol=REAL_PARAMETERS[symbol_model] / (link.scale * power))
    return weighted_logarithms(floor, weight)


def minimise_over_all_beams(
    objective: Objective, scenario: Scenario | Aim, batch: tuple[int, ...] = ()
) -> CompleteSearchResult:
    """Complete search for any objective that a global phase of the beam does not change.

    Parameters
    ----------
    objective : callable
        As for `noisac.minimise_over_phases`, errors included: takes beams (1, N, L) and the flat number of the
        problem that they belong to, (1,), and returns their values, (1, N).
    scenario : Scenario or Aim
        Gives L and b; at most 2**24 beams: b (L - 1) <= 24, or b L <= 24 for an aim that a global phase changes.
    batch : tuple of int
        Shape of the batch of independent problems.

    Examples
    --------
    >>> def phase_sum(beams, searches):
    ...     return -np.abs(beams.sum(axis=-1))
    >>> result = minimise_over_all_beams(phase_sum, Scenario(irs_shape=(2, 2)))
    >>> float(result.objective), result.beam.real
    (-4.0, array([1., 1., 1., 1.]))
    """
    if not isinstance(scenario, Aim):
        _validate.instance("scenario", scenario, Scenario)
    batch = _validate.batch_shape("batch", batch)
    best = _Best.of(int(np.prod(batch)))
    for numbers, beams in _all_beams(scenario):
        for problem in range(len(best.values)):
            values = np.asarray(objective(beams[None], np.array([problem])), dtype=float)
            if values.shape != (1, len(beams)) or np.any(np.isnan(values)):
                raise ValueError(
                    f"objective must return a number for every beam, shape {(1, len(beams))}, "
                    f"got shape {values.shape}" + " with NaN" * bool(np.any(np.isnan(values)))
                )
            best.offer(problem, numbers, values[0])
    return best.result(scenario, batch)


class _Best(NamedTuple):
    """The lowest value of each problem so far and the number of its beam."""

    values: FloatArray
    numbers: NDArray[np.int64]

    @classmethod
    def of(cls, problems: int) -> _Best:
        return cls(np.full(problems, np.inf), np.zeros(problems, np.int64))

    def offer(self, problem: int, numbers: NDArray[np.int64], values: FloatArray) -> None:
        first = int(lowest(values))
        if lower(values[first], self.values[problem]):
            self.values[problem], self.numbers[problem] = values[first], numbers[first]

    def result(self, scenario: Scenario | Aim, batch: tuple[int, ...]) -> CompleteSearchResult:
        beam = _beams(scenario, self.numbers).reshape(*batch, scenario.irs_elements)
        return CompleteSearchResult(beam, self.values.reshape(batch), _count(scenario))


def _count(scenario: Scenario | Aim) -> int:
    turns = not isinstance(scenario, Aim) or scenario.turns
    free = scenario.phase_bits * (scenario.irs_elements - turns)
    if 2**free > _LIMIT:
        raise ValueError(
            f"scenario has 2**{free} beams, too many for a complete search; "
            f"phase_bits * {'(irs_elements - 1)' if turns else 'irs_elements'} must be at most 24"
        )
    return int(2**free)


def _all_beams(scenario: Scenario | Aim) -> Iterator[tuple[NDArray[np.int64], ComplexArray]]:
    """All beams, with a phase of zero at the first element where it is free, and their numbers, block by block."""
    count = _count(scenario)
    for start in range(0, count, _BLOCK):
        numbers = np.arange(start, min(start + _BLOCK, count))
        yield numbers, _beams(scenario, numbers)


def _beams(scenario: Scenario | Aim, numbers: NDArray[np.int64]) -> ComplexArray:
    """Beams whose phase indices are the base-2^b digits of their numbers."""
    shifts = scenario.phase_bits * np.arange(scenario.irs_elements)[::-1]
    index = (numbers[:, None] >> shifts) & (2**scenario.phase_bits - 1)
    beams: ComplexArray = codebook_of(scenario.phase_bits)[index]
    return beams
