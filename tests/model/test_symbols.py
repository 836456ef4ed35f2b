"""Draws of the symbols, and the moments that stand for them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import draw_symbols, expected_symbol_moments, pilots, symbol_moments
from noisac.model.symbols import SymbolMoments, as_moments
from tests.strategies import seeds, symbol_blocks

variances = st.just(0.0) | st.floats(1e-6, 1.0)


@pytest.mark.paper(50)
@pytest.mark.parametrize("variance", [0.0, 0.1, 0.5, 1.0])
def test_symbols_have_unit_power_and_the_variance_asked_for(variance):
    count = 100_000
    x = draw_symbols(np.random.default_rng(0), count, variance)
    mean = math.sqrt(1 - variance)
    noise = x - mean

    def within_five_errors(samples, expected):
        assert abs(samples.mean() - expected) <= 5 * samples.std() / math.sqrt(count) + 1e-12

    within_five_errors(np.abs(x) ** 2, 1.0)
    within_five_errors(x.real, mean)
    within_five_errors(x.imag, 0.0)
    within_five_errors(noise.real**2, variance / 2)  # circular: the same in real and imaginary part
    within_five_errors(noise.imag**2, variance / 2)
    within_five_errors(noise.real * noise.imag, 0.0)


@pytest.mark.paper(50)
def test_symbols_are_gaussian():
    x = draw_symbols(np.random.default_rng(1), 100_000)
    shares = [(np.sqrt(2) * x.real < limit).mean() for limit in (-2, -1, 0, 1, 2)]
    expected = [0.5 * (1 + math.erf(limit / math.sqrt(2))) for limit in (-2, -1, 0, 1, 2)]
    np.testing.assert_allclose(shares, expected, atol=5 * 0.5 / math.sqrt(100_000))


@given(seeds, st.integers(1, 8), st.integers(1, 8), variances)
def test_a_longer_block_begins_with_the_shorter_one(seed, first, second, variance):
    short, long = sorted((first, second))
    blocks = [draw_symbols(np.random.default_rng(seed), slots, variance) for slots in (short, long)]
    np.testing.assert_array_equal(blocks[0], blocks[1][:short])


@given(seeds, st.integers(1, 8), st.floats(0.01, 1), st.floats(0.01, 1))
def test_draws_of_different_variance_share_their_noise(seed, slots, first, second):
    noises = [
        (draw_symbols(np.random.default_rng(seed), slots, variance) - math.sqrt(1 - variance))
        / math.sqrt(variance)
        for variance in (first, second)
    ]
    np.testing.assert_allclose(noises[0], noises[1], rtol=1e-9, atol=1e-12)


@given(seeds, st.integers(1, 8))
def test_symbols_without_variance_are_pilots(seed, slots):
    np.testing.assert_array_equal(draw_symbols(np.random.default_rng(seed), slots, 0.0), pilots(slots))


def test_a_symbol_takes_two_numbers_of_the_stream_its_real_part_first():
    rng, numbers = np.random.default_rng(3), np.random.default_rng(3).standard_normal(8)
    drawn = [*draw_symbols(rng, 3), *draw_symbols(rng, 1)]
    np.testing.assert_array_equal(drawn, (numbers[0::2] + 1j * numbers[1::2]) * np.sqrt(0.5))


def test_draws_have_the_leading_axes_asked_for():
    assert draw_symbols(np.random.default_rng(0), 3, size=(2, 5)).shape == (2, 5, 3)


@given(symbol_blocks())
def test_moments_hold_power_and_pseudo_power(symbols):
    moments = symbol_moments(symbols)
    power, pseudo = np.sum(np.abs(symbols) ** 2), np.sum(symbols**2)
    assert moments.slots == len(symbols)
    np.testing.assert_allclose(moments.power, power, rtol=1e-12)
    np.testing.assert_allclose(moments.pseudo_power, pseudo, rtol=1e-12, atol=1e-12 * power)
    assert moments.factor.shape == (2, 2)
    assert moments.factor[0, 1] == 0


@given(symbol_blocks())
def test_the_factor_is_a_root_of_the_gram_matrix(symbols):
    parts = np.array([symbols.real, symbols.imag])
    factor = symbol_moments(symbols).factor
    np.testing.assert_allclose(factor @ factor.T, parts @ parts.T, rtol=1e-12, atol=1e-12 * np.sum(parts**2))


def test_moments_of_a_batch_are_those_of_its_blocks():
    blocks = draw_symbols(np.random.default_rng(0), 4, size=(2, 3))
    together = symbol_moments(blocks)
    assert together.power.shape == together.pseudo_power.shape == (2, 3)
    for index in np.ndindex(2, 3):
        alone = symbol_moments(blocks[index])
        np.testing.assert_allclose(together.factor[index], alone.factor, rtol=1e-13)


@pytest.mark.parametrize("blocks", [np.ones(1), np.arange(1, 7).reshape(2, 3) * 1j])
def test_moments_are_taken_as_they_are(blocks):
    moments = symbol_moments(blocks)
    again = as_moments(moments)
    assert again.slots == moments.slots
    np.testing.assert_array_equal(again.factor, moments.factor)
    np.testing.assert_array_equal(as_moments(blocks).factor, moments.factor)


@given(st.integers(2, 8), seeds, st.floats(1e-12, 1e-3), st.floats(-3, 3))
def test_nearly_collinear_symbols_keep_their_digits(slots, seed, width, phase):
    # What crosses the common direction, of relative size `width`, decides whether angles can be told from symbols.
    # From P and Q it would be a difference of squares, and gone below 1e-8.
    rng = np.random.default_rng(seed)
    symbols = np.exp(1j * phase) * (rng.uniform(0.5, 2, slots) + 1j * width * rng.standard_normal(slots))
    real, imag = [Fraction(float(x)) for x in symbols.real], [Fraction(float(x)) for x in symbols.imag]
    crosses = [(real[i] * imag[j] - real[j] * imag[i]) ** 2 for i in range(slots) for j in range(i)]
    exact = math.sqrt(sum(crosses))  # square root of the Gram determinant, by Lagrange's identity
    factor = symbol_moments(symbols).factor
    power = float(np.sum(np.abs(symbols) ** 2))
    np.testing.assert_allclose(abs(factor[0, 0] * factor[1, 1]), exact, rtol=1e-12, atol=1e-15 * power)


@given(st.integers(1, 20), variances)
def test_expected_moments_have_unit_power_per_slot(slots, variance):
    moments = expected_symbol_moments(slots, variance)
    np.testing.assert_allclose(moments.power, slots)
    np.testing.assert_allclose(moments.pseudo_power, slots * (1 - variance), atol=1e-12 * slots)


def test_expected_moments_of_pilots_are_their_moments():
    expected, own = expected_symbol_moments(3, 0.0), symbol_moments(pilots(3))
    assert isinstance(own, SymbolMoments)
    np.testing.assert_allclose(expected.power, own.power)
    np.testing.assert_allclose(expected.pseudo_power, own.pseudo_power, atol=1e-12)
