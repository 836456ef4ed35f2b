"""(P3) for one draw of the symbols, as a counted function of phase indices: what every optimiser minimises."""

import time

import numpy as np

import noisac
from noisac.bounds._angle_information import sums_rounding
from noisac.bounds.closed_form import bounds_from_sums, bs_gain, sum_weights, weighted_logarithms, weighted_sums
from noisac.model.symbols import SymbolMoments


class Finished(Exception):  # noqa: N818 - not an error: it ends an optimiser that has no way to be stopped
    """The target is met, or the evaluations are spent."""


class Problem:
    """The modified CRLB of beams, the number of them so far, and the best of them.

    Parameters
    ----------
    scenario : noisac.Scenario
    symbols : (T,) array
    weight : float
    budget : int
        Evaluations after which the run is over.
    target : float
        Value at which the run is over.

    Attributes
    ----------
    trace : list of (evaluations, seconds, value)
        One entry per improvement; the seconds are processor time since ``start``.
    """

    def __init__(self, scenario, symbols, weight, budget, target=-np.inf):
        self.scenario, self.weight, self.budget, self.target = scenario, np.array(weight), budget, target
        self.elements, self.phases = scenario.irs_elements, 2**scenario.phase_bits
        self.codebook = noisac.phase_codebook(scenario.phase_bits)
        self.projection, self.gain = sum_weights(scenario), bs_gain(scenario)
        self.moments = noisac.symbol_moments(symbols)
        self.start()

    def start(self):
        """Forget all evaluations and start the clock."""
        self.evaluations, self.best, self.trace, self.spent = 0, np.inf, [], 0.0
        self.began = time.process_time()

    @property
    def seconds(self):
        """Processor time since the start."""
        return time.process_time() - self.began

    @property
    def left(self):
        """Evaluations that are left."""
        return self.budget - self.evaluations

    def of_indices(self, index):
        """Values of beams given by phase indices (N, L)."""
        began = time.process_time()
        values = self._values(self.codebook.take(index))
        self.spent += time.process_time() - began
        return self.record(values)

    def of_beams(self, beams, _searches=None):
        """Values of beams (..., L); as an objective of `noisac.minimise_over_phases`."""
        began = time.process_time()
        values = self._values(beams)
        self.spent += time.process_time() - began
        return self.record(values)

    def metric(self, bounds, weight):
        """Count evaluations that an algorithm of the package makes itself: (31) as its ``metric``."""
        return self.record(weighted_logarithms(bounds, weight))

    def record(self, values):
        """Take note of values in the order in which they came; end the run if it is over."""
        flat = np.ravel(values)[: self.left]
        lowest = flat.min(initial=np.inf)
        if lowest < self.best - 1e-12:
            self.best = float(lowest)
            self.trace.append((self.evaluations + int(np.argmin(flat)) + 1, self.seconds, self.best))
        self.evaluations += flat.size
        if self.best <= self.target or self.left <= 0:
            raise Finished
        return values

    def _values(self, beams):
        sums = weighted_sums(beams, self.projection, sums_rounding(self.scenario))
        moments = SymbolMoments(self.moments.slots, self.moments.factor)
        return weighted_logarithms(bounds_from_sums(self.scenario, sums, moments, "real", self.gain), self.weight)
