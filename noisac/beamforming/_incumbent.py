"""The good beam that a certificate starts from, and how it gets better while cells are bounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noisac._tolerance import lower
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Problems
from noisac.beamforming.beams import max_gain_phases
from noisac.beamforming.descent import SumsObjective, descend, phase_numbers, sums_of
from noisac.beamforming.quadratic_bound import align, information_map_of, unit_directions
from noisac.beamforming.refinement import refine_phases
from noisac.bounds.closed_form import weighted_sums
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolMoments

#: Random starts of the first descent.
_RESTARTS = 32
#: Beams of each offer that are kept, and of all that are kept, those to descend from.
_KEPT, _STARTS = 8, 48
#: Ends of a descent in which pairs of elements are exchanged, elements whose pairs are tried, and tries in vain.
_EXCHANGED, _PAIRED, _FAILURES = 3, 64, 3


class Incumbent:
    """The best beam so far of one block of symbols; ``free`` phases are refined beyond the codebook."""

    def __init__(
        self, scenario: Scenario, problems: Problems, moments: SymbolMoments, weight: float, free: bool
    ) -> None:
        self.scenario, self.problems, self.moments, self.weight, self.free = (
            scenario, problems, moments, weight, free,
        )  # fmt: skip
        single = SymbolMoments(moments.slots, moments.factor[None])
        self.objective = SumsObjective(problems.link, single, np.array([weight]), problems.symbol_model)
        self.terms, self.rng = problems.terms(), np.random.default_rng(0)
        self.pool: list[tuple[FloatArray, ComplexArray]] = []
        self.beam: ComplexArray = np.ones(len(self.terms), complex)
        self.value = np.inf
        weights = problems.link.weights
        form = information_map_of(problems.link, moments, weight, problems.symbol_model)
        aligned, _ = align(self.terms, form.bound(weights.T @ weights.conj()).form, unit_directions())
        random = self.rng.integers(len(problems.codebook), size=(_RESTARTS, len(self.terms)))
        strongest = max_gain_phases(problems.link, problems.codebook)[None]
        self._descend(np.concatenate([strongest, aligned, random]).astype(np.uint8), 0)

    def values(self, beams: ComplexArray) -> FloatArray:
        """Objectives of beams (N, L)."""
        link = self.problems.link
        return self._of_sums(weighted_sums(beams, link.weights, link.rounding))

    def offer(self, beams: ComplexArray) -> None:
        """Take over the best of some beams (N, L) if it is better, and keep some to descend from."""
        values = self.values(beams)
        order = np.argsort(values, kind="stable")[:_KEPT]
        self.pool.append((values[order], beams[order]))
        self._take(beams[order[0]], float(values[order[0]]))

    def improve(self, beams: ComplexArray) -> None:
        """Descend from beams (N, L), and from the best that were offered since the last time."""
        if self.pool:
            values, offered = (np.concatenate(part) for part in zip(*self.pool, strict=True))
            self.pool = []
            beams = np.concatenate([beams, offered[np.argsort(values, kind="stable")[:_STARTS]]])
        starts = np.unique(phase_numbers(beams, len(self.problems.codebook)), axis=0)
        self._descend(starts, _EXCHANGED)

    def _of_sums(self, sums: ComplexArray) -> FloatArray:
        values: FloatArray = self.objective(sums[None], np.zeros(1, np.intp))[0]
        return values

    def _take(self, beam: ComplexArray, value: float) -> None:
        if lower(value, self.value):
            self.beam, self.value = beam, value

    def _descend(self, starts: NDArray[np.uint8], exchanged: int) -> None:
        """Descend, and let pairs of elements of the best ends change together."""
        found = descend(self.objective, self.terms, starts, np.zeros(len(starts), np.intp))
        best = np.argsort(found.values, kind="stable")
        for phases in found.phases[best[: max(exchanged, 1)]].astype(np.intp):
            beam = self.problems.codebook[self._exchanged(phases) if exchanged else phases]
            if self.free:
                model = self.problems.symbol_model
                beam = refine_phases(self.scenario, beam, self.moments, self.weight, model, halvings=20, rounds=2)
            self._take(beam, float(self.values(beam[None])[0]))

    def _exchanged(self, phases: NDArray[np.intp]) -> NDArray[np.intp]:
        """Phases after exchanges: element by element of some, the best pair with a later one, until none helps."""
        elements, size, _ = self.terms.shape
        phases, value, failures = phases.copy(), np.inf, 0
        while failures < (1 if elements <= _PAIRED else _FAILURES):
            before, some = value, np.arange(elements)
            if elements > _PAIRED:
                some = np.sort(self.rng.choice(elements, _PAIRED, replace=False))
            sums = sums_of(self.terms, phases[None])[0]
            for place, first in enumerate(some[:-1]):
                others = some[place + 1 :]
                changes = self.terms[others] - self.terms[others, phases[others]][:, None]
                own = sums + self.terms[first] - self.terms[first, phases[first]]
                trials = (own[:, None, None] + changes).reshape(-1, 3)
                values = self._of_sums(trials)
                number = int(np.argmin(values))
                if lower(values[number], value):
                    value, sums = float(values[number]), trials[number]
                    mine, other, its = np.unravel_index(number, (size, len(others), size))
                    phases[first], phases[others[other]] = mine, its
            failures = 0 if lower(value, before) else failures + 1
        return phases
