"""The base station's beam (41), and why it can be chosen apart from the IRS's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import Scenario, crlb, crlb_per_symbol, fisher_information, matched_bs_beam, modified_crlb
from noisac.bounds.closed_form import bs_gain
from noisac.model.arrays import linear_steering_vector
from tests.strategies import UNKNOWN_SYMBOLS, scenarios, seeds, setups, weights, wide_users


def array_gain(scenario, w):
    """|a_B^H w|^2 of (40a)."""
    return abs(np.vdot(linear_steering_vector(scenario.bs_antennas, scenario.bs_aod), w)) ** 2


def random_w(scenario, seed):
    parts = np.random.default_rng(seed).standard_normal((scenario.bs_antennas, 2))
    return parts[:, 0] + 1j * parts[:, 1]


@pytest.mark.paper(41)
@given(scenarios())
def test_the_matched_beam_spends_the_whole_power_and_attains_the_largest_gain(scenario):
    w = matched_bs_beam(scenario)
    np.testing.assert_allclose(np.vdot(w, w).real, scenario.transmit_power, rtol=1e-12)
    largest = scenario.bs_antennas * scenario.transmit_power
    np.testing.assert_allclose(array_gain(scenario, w), largest, rtol=1e-12)
    assert bs_gain(scenario) == largest


@pytest.mark.paper(40, 41)
@given(scenarios(), seeds, st.just(0.0) | st.floats(1e-6, 1.0))
def test_no_beam_within_the_power_limit_does_better(scenario, seed, share):
    w = random_w(scenario, seed)
    w *= math.sqrt(share * scenario.transmit_power) / np.linalg.norm(w)
    best = array_gain(scenario, matched_bs_beam(scenario))
    assert array_gain(scenario, w) <= best * (1 + 1e-12)
    assert bs_gain(scenario, w) <= best * (1 + 1e-12)


@given(scenarios(), seeds, st.floats(1e-3, 0.5))
def test_any_move_away_from_the_matched_beam_loses_gain(scenario, seed, size):
    # A local check of (P2): sharper than random beams, which lie far from the optimum.
    matched = matched_bs_beam(scenario)
    moved = matched + size * np.linalg.norm(matched) * random_w(scenario, seed)
    moved *= math.sqrt(scenario.transmit_power) / np.linalg.norm(moved)
    assert array_gain(scenario, moved) <= array_gain(scenario, matched) * (1 + 1e-12)


@pytest.mark.paper(36, 37, 39)
@given(setups(scenarios(user_shapes=wide_users)), weights, seeds)
def test_the_objective_splits_into_a_part_of_each_beam(setup, weight, seed):
    # (37): w moves the objective by -2 lg |a_B^H w|, whatever the weight, the IRS's beam and the symbols are.
    scenario, beam, symbols = setup
    first, second = random_w(scenario, seed), random_w(scenario, seed + 1)
    values = [modified_crlb(crlb(scenario, beam, symbols, bs_beam=w), weight) for w in (first, second)]
    moves = [-2 * math.log10(math.sqrt(array_gain(scenario, w))) for w in (first, second)]
    if np.isfinite(values).all():
        np.testing.assert_allclose(values[1] - values[0], moves[1] - moves[0], atol=1e-9)
    else:
        np.testing.assert_array_equal(values[0], values[1])


@pytest.mark.paper(37)
@pytest.mark.parametrize("model", UNKNOWN_SYMBOLS)
def test_a_beam_with_a_quarter_of_the_gain_has_four_times_the_bounds(model):
    scenario = Scenario(irs_shape=(2, 2), user_shape=(2, 2))
    beam, symbols, half = [1, 1j, -1, 1], [1.0, 0.5 - 1j], matched_bs_beam(scenario) / 2
    best, worse = crlb(scenario, beam, symbols, model), crlb(scenario, beam, symbols, model, bs_beam=half)
    np.testing.assert_allclose(worse, 4 * np.array(best), rtol=1e-12)
    each = crlb_per_symbol(scenario, beam, symbols, model, bs_beam=half)
    np.testing.assert_allclose(each, 4 * crlb_per_symbol(scenario, beam, symbols, model), rtol=1e-12)
    information = fisher_information(scenario, beam, symbols, model, bs_beam=half)
    np.testing.assert_allclose(4 * information, fisher_information(scenario, beam, symbols, model), rtol=1e-12)
