"""Constellations, decisions and error rates."""

import functools
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from noisac import (
    cross_entropy,
    expected_symbol_moments,
    symbol_crlb_known_angles,
)
from noisac.estimation import (
    nearest_symbols,
    qam,
    simulate_error_rates,
    symbol_error_rate,
)
from noisac.model.arrays import direction_cosines
from tests.estimation.cases import LARGE_SURFACE, SECTION_V, SYMBOLS, designed, estimate, noisy
from tests.strategies import seeds


# Constellations
@pytest.mark.parametrize("order", [4, 16, 64, 256])
def test_constellations_have_unit_mean_power_zero_mean_and_decide_for_themselves(order):
    points = qam(order)
    assert len(set(points)) == order
    assert np.mean(np.abs(points) ** 2) == pytest.approx(1)
    assert abs(points.mean()) < 1e-12
    np.testing.assert_allclose(nearest_symbols(points, order), points, atol=1e-12)


@given(st.sampled_from([4, 16, 64]), seeds)
@settings(max_examples=20)
def test_the_decision_is_the_nearest_point(order, seed):
    estimates = np.random.default_rng(seed).normal(size=(50, 2)) @ [1, 1j]
    points = qam(order)
    nearest = points[np.abs(estimates[:, None] - points).argmin(axis=1)]
    np.testing.assert_allclose(nearest_symbols(estimates, order), nearest, atol=1e-12)


def test_estimates_that_are_not_finite_are_decided_for_some_point():
    decided = nearest_symbols([complex(np.inf, -np.inf), complex(np.nan, np.nan)], 16)
    assert np.abs(decided[:, None] - qam(16)).min(axis=1).max() < 1e-12
    assert decided[0] == pytest.approx(3 / math.sqrt(10) * (1 - 1j))


@pytest.mark.parametrize("order", [4, 16, 64, 256])
def test_what_is_not_a_number_is_decided_for_an_innermost_point(order):
    innermost = np.abs(qam(order)).min()
    assert abs(nearest_symbols(complex(np.nan, np.nan), order)) == pytest.approx(innermost)


def test_decisions_for_estimates_in_single_precision_are_points_of_the_constellation_to_the_last_digit():
    points = qam(16)
    decided = nearest_symbols(points.astype(np.complex64), 16)
    np.testing.assert_allclose(decided, points, rtol=1e-15)


@pytest.mark.parametrize("order", [4, 16, 64])
def test_the_error_rate_is_that_of_the_decision_regions(order):
    # Probability of the square about each point, from the normal distribution, point by point.
    snr, points = 10 ** (np.sqrt(order) / 4), qam(order)
    half = np.abs(points[1] - points[0]) / 2
    spread = math.sqrt(1 / (2 * snr))
    edge = np.abs(points.real).max()
    right = []
    for point in points:
        inside = 1.0
        for part in (point.real, point.imag):
            above = np.inf if part > edge - 1e-9 else half
            below = -np.inf if part < -edge + 1e-9 else -half
            inside *= scipy.stats.norm.cdf(above / spread) - scipy.stats.norm.cdf(below / spread)
        right.append(inside)
    assert symbol_error_rate(order, snr) == pytest.approx(1 - np.mean(right), rel=1e-9)


@functools.cache
def with_data(order):
    """Rates at the SNRs where the formula gives 0.2 and 0.02, at Section V."""
    beam = designed(SECTION_V, "complex")
    base = 2 * float(symbol_crlb_known_angles(SECTION_V, beam))
    snrs = np.logspace(-1, 4, 20_001)
    levels = [
        10 * math.log10(base * np.interp(-rate, -symbol_error_rate(order, snrs), snrs)) for rate in (0.2, 0.02)
    ]
    rng = np.random.default_rng(6)
    return simulate_error_rates(SECTION_V, beam, order, 10, levels, draws=1500, rng=rng)


@pytest.mark.parametrize("order", [4, 16])
def test_the_error_rate_at_known_angles_is_the_textbooks(order):
    data = with_data(order)
    np.testing.assert_allclose(data.formula, [0.2, 0.02], rtol=1e-3)
    known = data.sel(receiver="known angles")
    deviation = (known.error_rate - known.formula) / known.error_rate_error
    assert np.all(np.abs(deviation) < 3.5)


@pytest.mark.parametrize("order", [4, 16])
def test_unknown_angles_cost_little_at_section_v_and_never_help(order):
    rate, error = with_data(order).error_rate, with_data(order).error_rate_error
    excess = rate.sel(receiver="joint") - rate.sel(receiver="known angles")
    assert np.all(excess > -3 * error.sel(receiver="joint"))
    assert excess.isel(snr_db=1) < 0.01


def test_decisions_as_pilots_reach_the_bound_of_pilots_below_that_of_theorem_1():
    moments = expected_symbol_moments(10, 1.0)
    beam = cross_entropy(LARGE_SURFACE, moments, 0.0, rng=np.random.default_rng(8)).beam
    data = simulate_error_rates(
        LARGE_SURFACE,
        beam,
        4,
        10,
        [0.0],
        draws=4000,
        rng=np.random.default_rng(7),
    ).isel(snr_db=0)
    assert (data.error_rate == 0).all()
    mse, error = data.angle_mse, data.angle_mse_error
    for receiver, model in (("decision-directed", "known"), ("joint", "complex")):
        ratio = float(mse.sel(receiver=receiver) / data.bound.sel(model=model))
        assert abs(ratio - 1) < 4 * float(error.sel(receiver=receiver) / mse.sel(receiver=receiver))
    assert mse.sel(receiver="decision-directed") < 0.6 * data.bound.sel(model="real")


def test_a_wrong_direction_turns_the_block_by_the_lever_between_the_arrays():
    scenario = LARGE_SURFACE.replace(snr_db=0.0)
    beam = designed(LARGE_SURFACE, "complex")
    found = estimate(scenario, beam, noisy(scenario, beam, 1000), "complex")
    wrong = np.subtract(
        direction_cosines(found.elevation, found.azimuth),
        np.reshape(direction_cosines(*scenario.user_aoa), (2, 1)),
    )
    turn = np.angle(found.symbols @ SYMBOLS.conj())
    predicted = np.pi * (3.5 - 0.5) * wrong.sum(axis=0)
    assert np.mean((turn - predicted) ** 2) < 0.03 * np.mean(turn**2)
