"""What tests of Algorithm 1 share."""

import numpy as np

from noisac import (
    Scenario,
    crlb,
    modified_crlb,
    phase_codebook,
)

SMALL = Scenario(irs_shape=(3, 3))

BLOCK = np.array([0.9 - 0.2j, -0.4 + 1.2j])


def assert_same_result(first, second):
    for name in ("beam", "objective", "iterations", "converged"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), err_msg=name)


class Recorder:
    """An objective that keeps the beams it was asked about."""

    def __init__(self, scenario, symbols, weight):
        self.arguments, self.batches = (scenario, symbols, weight), []

    def __call__(self, beams, searches):
        scenario, symbols, weight = self.arguments
        self.batches.append(beams[0].copy())
        return modified_crlb(crlb(scenario, beams, symbols), weight)


def phase_indices(beams, bits):
    index = np.argmin(np.abs(beams[..., None] - phase_codebook(bits)), axis=-1)
    np.testing.assert_array_equal(phase_codebook(bits)[index], beams)
    return index
