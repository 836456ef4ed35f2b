"""The three systems that Section V compares, small enough to work out by hand."""

import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    complete_search,
    crlb,
    crlb_per_symbol,
    cross_entropy,
    draw_symbols,
    localisation_system,
    mutual_information,
    noisac_system,
    pilots,
    symbol_crlb_known_angles,
    tdisac_system,
)
from noisac.experiments.systems import SearchOptions

SMALL = Scenario(irs_shape=(2, 3))
BLOCK = np.array([0.9 - 0.2j, -0.4 + 1.2j, 0.3 + 0.1j])


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.paper(32)
@given(st.floats(1e-9, 1e3), st.floats(1e-3, 1.0))
def test_mutual_information_is_half_the_binary_logarithm_of_the_ratio(bound, variance):
    expected = 0.5 * math.log(variance / bound) / math.log(2)  # (32), in bits
    assert mutual_information(bound, variance) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_mutual_information_by_hand():
    np.testing.assert_allclose(mutual_information([1 / 4, 1.0, 4.0], 1.0), [1.0, 0.0, -1.0])
    assert mutual_information(np.inf, 1.0) == -np.inf  # nothing is learnt from what has no bound


@pytest.mark.paper(47)
@pytest.mark.parametrize("model", ["real", "complex"])
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_noisac_averages_the_information_of_its_symbols(model, weight):
    performance = noisac_system(SMALL, BLOCK, weight, rng=rng(), symbol_variance=0.6, symbol_model=model)
    beam = cross_entropy(SMALL, BLOCK, weight, rng=rng(), symbol_model=model).beam
    each = crlb_per_symbol(SMALL, beam, BLOCK, model)
    by_hand = sum(0.5 * math.log2(0.6 / bound) for bound in each) / 3  # (47): mean of logarithms, not of bounds
    assert performance.rate == pytest.approx(by_hand, rel=1e-9)
    assert performance.symbol_crlb == pytest.approx(each.mean(), rel=1e-9)
    assert performance.angle_crlb == pytest.approx(float(crlb(SMALL, beam, BLOCK, model).angle), rel=1e-12)


def test_noisac_designs_its_beam_for_the_draw():
    # Reading R3. A single antenna, for which the best beam differs from draw to draw.
    scenario = Scenario(irs_shape=(2, 3), user_shape=(1, 1))
    symbols = draw_symbols(rng(), 2, size=(20,))
    found = noisac_system(scenario, symbols, 0.5, rng=rng(), candidates=2000)
    best = complete_search(scenario, symbols, 0.5)
    assert len({tuple(beam) for beam in best.beam}) > 5
    value = 0.5 * np.log10(found.symbol_crlb) + 0.5 * np.log10(found.angle_crlb)
    assert np.median(value - best.objective) < 0.01


def test_the_rate_is_at_least_that_of_the_mean_bound():
    # Jensen: the logarithm of the mean bound, which the objective uses, understates (47).
    symbols = draw_symbols(rng(), 5, size=(20,))
    performance = noisac_system(SMALL, symbols, 0.5, rng=rng())
    assert np.all(performance.rate >= mutual_information(performance.symbol_crlb, 1.0) - 1e-12)


def test_localisation_sends_no_data():
    performance = localisation_system(SMALL, 4, rng=rng())
    assert performance.rate == 0
    assert np.isnan(performance.symbol_crlb)


@pytest.mark.parametrize("slots", [0.2, 1, 7.5, 40])
def test_localisation_depends_on_its_slots_through_their_energy_only(slots):
    unit, many = (localisation_system(SMALL, count, rng=rng()) for count in (1, slots))
    assert many.angle_crlb * slots == pytest.approx(unit.angle_crlb, rel=1e-9)


def test_localisation_uses_pilots_of_unit_power():
    performance = localisation_system(SMALL, 5, rng=rng())
    found = cross_entropy(SMALL, pilots(5), 0.0, rng=rng(), symbol_model="known")
    bounds = crlb(SMALL, found.beam, np.exp(2j * np.arange(5)), "known")  # the phases of pilots do not matter
    assert performance.angle_crlb == pytest.approx(float(bounds.angle), rel=1e-9)


def test_pilots_locate_a_single_antenna_which_as_unknown_symbols_would_tell_it_nothing():
    # The beam has to be designed for known symbols: as unknown ones, pilots give no beam a bound on the angles.
    scenario = SMALL.replace(user_shape=(1, 1))
    performance = localisation_system(scenario, 3, rng=rng(), candidates=2000)
    assert np.isinf(complete_search(scenario, pilots(3), 0.0, "real").objective)
    best = complete_search(scenario, pilots(3), 0.0, "known")
    assert np.log10(performance.angle_crlb) == pytest.approx(float(best.objective), abs=1e-9)


@pytest.mark.paper(48)
def test_tdisac_by_hand():
    # Fig. 7: two pilots, then eight data slots with known angles; (48) divides by all ten (readings R8, R9).
    performance = tdisac_system(SMALL, 10, rng=rng(), symbol_variance=0.5)
    sensing = localisation_system(SMALL, 2, rng=rng())
    assert performance.angle_crlb == sensing.angle_crlb
    by_hand = sum(0.5 * math.log2(0.5 / performance.symbol_crlb) for _ in range(8)) / 10
    assert performance.rate == pytest.approx(by_hand, rel=1e-12)


def test_tdisac_rate_does_not_depend_on_the_number_of_slots():
    rates = [float(tdisac_system(SMALL, slots, rng=rng()).rate) for slots in (5, 10, 50)]
    assert rates == pytest.approx([rates[0]] * 3, rel=1e-12)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_share_of_pilots_trades_rate_for_accuracy(share):
    usual, other = tdisac_system(SMALL, 10, rng=rng()), tdisac_system(SMALL, 10, rng=rng(), pilot_share=share)
    assert other.angle_crlb * share == pytest.approx(usual.angle_crlb * 0.2, rel=1e-9)
    assert other.rate / (1 - share) == pytest.approx(usual.rate / 0.8, rel=1e-12)


def least_bound_with_known_angles(scenario):
    """By enumeration, up to the global phase."""
    free = scenario.irs_elements - 1
    index = np.indices((4,) * free).reshape(free, -1).T
    beams = np.concatenate([np.ones((4**free, 1)), np.array([1, 1j, -1, -1j])[index]], axis=1)
    return symbol_crlb_known_angles(scenario, beams).min()


def test_tdisac_data_slots_use_the_beam_of_largest_gain():
    performance = tdisac_system(SMALL, 5, rng=rng(), candidates=2000)
    assert performance.symbol_crlb == pytest.approx(least_bound_with_known_angles(SMALL), rel=1e-9)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_noisac_never_beats_the_best_beam_with_pilots_of_its_energy(weight):
    symbols = draw_symbols(rng(), 3, size=(30,))
    performance = noisac_system(SMALL, symbols, weight, rng=rng(1))
    best = complete_search(SMALL, symbols, 0.0, "known")
    bound = crlb(SMALL, best.beam, symbols, "known").angle
    assert np.all(performance.angle_crlb >= bound * (1 - 1e-9))


def test_noisac_never_beats_known_angles():
    symbols = draw_symbols(rng(), 3, size=(30,))
    performance = noisac_system(SMALL, symbols, 1.0, rng=rng(1))
    assert np.all(performance.symbol_crlb >= least_bound_with_known_angles(SMALL) * (1 - 1e-9))


def test_batches_of_systems_have_the_shape_asked_for():
    noisac = noisac_system(SMALL, draw_symbols(rng(), 2, size=(4, 3)), 0.5, rng=rng())
    tdisac = tdisac_system(SMALL, 5, rng=rng(), batch=(4, 3))
    localisation = localisation_system(SMALL, 5, rng=rng(), batch=(4, 3))
    for performance in (noisac, tdisac, localisation):
        assert [np.shape(value) for value in performance] == [(4, 3)] * 4
        assert np.all(performance.iterations >= 1)


def test_search_options_reach_the_algorithm():
    options = {"candidates": 30, "elites": 5, "max_iterations": 1}
    assert noisac_system(SMALL, BLOCK, 0.5, rng=rng(), **options).iterations == 1
    assert localisation_system(SMALL, 5, rng=rng(), **options).iterations == 1
    assert tdisac_system(SMALL, 5, rng=rng(), **options).iterations == 2  # one search per kind of slot


def test_options_of_the_search_are_those_of_algorithm_1_and_none_has_to_be_given():
    assert SearchOptions.__required_keys__ == frozenset()
    assert SearchOptions.__optional_keys__ <= inspect.signature(cross_entropy).parameters.keys()
