"""The phases that the surface can take, and random beams of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import Scenario, crlb, draw_symbols, modified_crlb, phase_codebook, random_beams
from noisac._tolerance import TIE
from noisac.beamforming import beams as codebooks
from tests.strategies import shapes, weights


@pytest.mark.paper(43)
@pytest.mark.parametrize("bits", range(1, 9))
def test_codebook_divides_the_circle_evenly(bits):
    codebook = phase_codebook(bits)
    expected = [np.exp(2j * np.pi * s / 2**bits) for s in range(2**bits)]
    np.testing.assert_allclose(codebook, expected, atol=1e-15)


@pytest.mark.parametrize("bits", [2, 3, 8])
def test_quarter_turns_are_exact(bits):
    np.testing.assert_array_equal(phase_codebook(bits)[:: 2 ** (bits - 2)], [1, 1j, -1, -1j])


def test_what_lies_a_rounding_away_from_a_quarter_turn_is_taken_for_it():
    # Whatever a machine's cosine makes of it; what lies further away stays.
    near = np.array([1, -1, 0, 0.5**0.5])
    for rounding in (2e-16, -2e-16):
        np.testing.assert_array_equal(codebooks._snap(near + rounding)[:3], near[:3])
    np.testing.assert_array_equal(codebooks._snap(near - 1e-10), near - 1e-10)


def test_random_beams_are_uniform_over_the_codebook():
    scenario, count = Scenario(phase_bits=2), 20_000
    beams = random_beams(scenario, (count,), np.random.default_rng(0))
    for phase in phase_codebook(2):
        share = (beams == phase).mean(axis=0)  # one per element
        np.testing.assert_allclose(share, 0.25, atol=5 * np.sqrt(0.25 * 0.75 / count))
    # Elements are independent: the mean of the product of two is the product of their means, zero.
    correlation = beams.conj().T @ beams / count - np.eye(16)
    assert np.abs(correlation).max() < 5 / np.sqrt(count)


@given(shapes(smallest=2, largest=4), weights, st.integers(0, 99))
def test_beams_a_global_phase_apart_tie(shape, weight, seed):
    # Half a turn is a change of sign, which is exact. A quarter turn may move the last bit, where a processor
    # fuses multiplication and addition, by far less than makes two beams differ.
    scenario, rng = Scenario(irs_shape=shape), np.random.default_rng(seed)
    beams, symbols = random_beams(scenario, (50,), rng), draw_symbols(rng, 2)
    values = [modified_crlb(crlb(scenario, turn * beams, symbols), weight) for turn in (1, -1, 1j, -1j)]
    np.testing.assert_array_equal(values[0], values[1])
    for turned in values[1:]:
        np.testing.assert_allclose(turned, values[0], rtol=0, atol=1e-3 * TIE)
