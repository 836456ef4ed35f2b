"""Trade-off curves of a variant: the beams, searched for all draws at once, and their bounds."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.cross_entropy_method import cross_entropy
from noisac.beamforming.refinement import refine_phases
from noisac.bounds.closed_form import crlb, crlb_per_symbol, mutual_information
from noisac.experiments.sweeps import Streams
from noisac.experiments.systems import Design
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments, expected_symbol_moments, symbol_moments
from noisac_book.audit.averages import average_of, combine, inverse_energy
from noisac_book.audit.scores import CURVES, FIG04_SLOTS, Curves
from noisac_book.audit.variants import Average, PhaseResolution, Variant

Rows: TypeAlias = NDArray[np.intp] | None


class _Outcome(NamedTuple):
    """What NO-ISAC achieves for one T and L, by draw: (phases, model, design, variance, weight, draw)."""

    slots: int
    variances: tuple[float, ...]
    rate: FloatArray
    symbol: FloatArray
    angle: FloatArray
    power: FloatArray  # (variance, 1, draw)

    def averaged(self, average: Average, rows: Rows = None) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Rate, CRLB_x and CRLB_angle over all draws or over a resample of them."""
        chosen = slice(None) if rows is None else rows
        expected = [[inverse_energy(self.slots, variance, average)] for variance in self.variances]
        angle = combine(self.angle[..., chosen], self.power[..., chosen], average, expected)
        return average_of(average, self.rate[..., chosen]), average_of(average, self.symbol[..., chosen]), angle


class _Run(NamedTuple):
    """Outcomes for some curves and for Fig. 4."""

    curves: tuple[_Outcome, ...]
    fig04: _Outcome
    pilots: FloatArray

    def averaged(self, average: Average, rows: Rows = None) -> tuple[Curves, FloatArray]:
        """Curves (phases, model, design, variance, curve, weight), and CRLB_x; Fig. 4's end in weights."""
        parts = [outcome.averaged(average, rows) for outcome in self.curves]
        rate, symbol, angle = (np.stack(part, axis=-2) for part in zip(*parts, strict=True))
        fig04_rate, _, fig04_angle = self.fig04.averaged(average, rows)
        fig04_ratio = fig04_angle / self.pilots[:, None, None, None, None]
        shape = (*rate.shape[:4], fig04_rate.shape[-1])  # Fig. 4 has a variance of its own
        return Curves(rate, angle, np.broadcast_to(fig04_rate, shape), np.broadcast_to(fig04_ratio, shape)), symbol


@dataclass(frozen=True)
class Search:
    """Searches for all draws of a variant, or of several that share their arrays and angles."""

    variant: Variant
    draws: tuple[int, ...]
    seed: int
    models: tuple[SymbolModel, ...]
    designs: tuple[Design, ...]
    phases: tuple[PhaseResolution, ...]
    variances: tuple[float, ...]

    def run(
        self,
        weights: Sequence[float],
        fig04_weights: Sequence[float],
        conditions: Sequence[tuple[int, int]] = CURVES,
    ) -> _Run:
        """Search for all curves and for Fig. 4."""
        # One thread: products of small matrices gain nothing from more, and rounding must not depend on it.
        with threadpool_limits(limits=1):
            curves = tuple(self._outcome(*condition, weights, self.variances) for condition in conditions)
            return _Run(curves, self._outcome(FIG04_SLOTS, 16, fig04_weights, (1.0,)), self._pilots())

    def _outcome(
        self, slots: int, irs_elements: int, weights: Sequence[float], variances: tuple[float, ...]
    ) -> _Outcome:
        """All searches of one symbol model are one batch of Algorithm 1."""
        scenario = self.variant.scenario(irs_elements)
        # The symbols of a draw are the same for all variants: common random numbers.
        symbols = np.stack([Streams(self.seed, self.draws, ()).symbols(slots, v) for v in variances])[:, None]
        moments = symbol_moments(symbols)  # (variance, 1, draw)
        expected = np.stack([expected_symbol_moments(slots, v).factor for v in variances])[:, None, None]
        factors = {"draw": moments.factor, "distribution": np.broadcast_to(expected, moments.factor.shape)}
        designed_for = SymbolMoments(slots, np.stack([factors[design] for design in self.designs]))
        zeta, variance = np.array(weights)[:, None], np.array(variances)[:, None, None, None]
        labels = list(itertools.product(self.designs, variances, np.round(weights, 9).tolist()))
        shape = (
            len(self.phases),
            len(self.models),
            len(self.designs),
            len(variances),
            len(weights),
            len(self.draws),
        )
        rate, symbol, angle = np.empty(shape), np.empty(shape), np.empty(shape)
        for m, model in enumerate(self.models):
            if model == "complex" and scenario.user_antennas == 1:
                # A single antenna cannot tell a change of the angles from one of a complex symbol. With no
                # candidate to prefer, Algorithm 1 would only run into its limit.
                rate[:, m], symbol[:, m], angle[:, m] = -np.inf, np.inf, np.inf
                continue
            rng = [g for label in labels for g in self._streams(slots, irs_elements, model, *label)]
            start = self._search(scenario, designed_for, zeta, rng, model)
            for p, phases in enumerate(self.phases):
                beams = start
                if phases == "continuous":
                    beams = refine_phases(scenario, start, designed_for, zeta, model)
                bounds = crlb(scenario, beams, moments, model)
                symbol[p, m], angle[p, m] = bounds.symbol, bounds.angle
                per_symbol = crlb_per_symbol(scenario, beams, symbols, model)
                rate[p, m] = np.mean(mutual_information(per_symbol, variance), axis=-1)  # (47)
        return _Outcome(slots, variances, rate, symbol, angle, moments.power)

    def _pilots(self) -> FloatArray:
        """CRLB_angle with pilots in the slots of Fig. 4, mean over repetitions of the search, by phases."""
        scenario = self.variant.scenario(16)
        energy = np.broadcast_to(np.diag([math.sqrt(FIG04_SLOTS), 0.0]), (len(self.draws), 2, 2))
        moments = SymbolMoments(FIG04_SLOTS, energy)
        start = self._search(scenario, moments, np.zeros(1), self._streams("pilots"), "known")
        refined = refine_phases(scenario, start, moments, 0.0, "known")
        beams = {"quantised": start, "continuous": refined}
        return np.array([crlb(scenario, beams[p], moments, "known").angle.mean() for p in self.phases])

    def _search(
        self,
        scenario: Scenario,
        moments: SymbolMoments,
        zeta: FloatArray,
        rng: list[np.random.Generator],
        model: SymbolModel,
    ) -> ComplexArray:
        v = self.variant
        return cross_entropy(
            scenario, moments, zeta, rng=rng, symbol_model=model, output=v.output, tolerance=v.tolerance
        ).beam

    def _streams(self, *labels: object) -> list[np.random.Generator]:
        """One generator per draw. They depend on what is searched, not on the grid that it is a part of."""
        v = self.variant
        angles, arrays = (v.user_azimuth, v.bs_azimuth), (v.user_side, v.user_spacing, v.irs_spacing)
        key = zlib.crc32(repr((v.phase_convention, v.phase_bits, *angles, *arrays, *labels)).encode())
        return Streams(self.seed, self.draws, (key,)).searches()
