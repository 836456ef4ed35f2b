"""Bounds towards many directions and their expectations, against one direction at a time and closed integrals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import AnglePrior, Scenario, crlb, crlb_of_response, expected_bounds, plane_wave_response, random_beams
from noisac.bounds import symbol_crlb_known_angles
from noisac.model.arrays import element_indices
from noisac.tracking import bounds_towards
from tests.strategies import directions, setups, symbol_models

AIM = (np.pi / 6, -2 * np.pi / 3)


@given(setups(), symbol_models, st.lists(directions(1.2), min_size=1, max_size=3))
def test_towards_many_directions_each_bound_is_that_of_its_scenario(setup, model, angles):
    scenario, beam, symbols = setup
    found = bounds_towards(scenario, beam, symbols, angles, model)
    for number, direction in enumerate(angles):
        one = crlb(scenario.replace(user_aoa=direction), beam, symbols, model)
        for many, alone in zip(found, one, strict=True):
            np.testing.assert_allclose(many[number], alone, rtol=1e-7)


@given(directions(1.2), symbol_models)
def test_counted_from_the_centres_the_bounds_are_those_of_arrays_that_stand_there(direction, model):
    scenario = Scenario(irs_shape=(5, 6), user_shape=(3, 2), user_aoa=direction)
    rng = np.random.default_rng(0)
    beam, symbols = np.exp(2j * np.pi * rng.random(30)), np.array([1.0, 0.5j, -1 + 1j])
    places = []
    for shape in (scenario.user_shape, scenario.irs_shape):
        grid = 0.5 * np.stack(element_indices(shape), axis=-1)
        places.append(grid - grid.mean(axis=0))
    response = plane_wave_response(scenario, beam, user_positions=places[0], irs_positions=places[1])
    dense = crlb_of_response(response, symbols, model, noise_variance=scenario.noise_variance)
    found = bounds_towards(scenario, beam, symbols, [direction], model, origin="centre")
    for one, other in zip(found, dense, strict=True):
        np.testing.assert_allclose(one[0], other, rtol=1e-6)


def test_batches_of_beams_and_blocks_broadcast():
    rng = np.random.default_rng(1)
    beams, symbols = random_beams(Scenario(), (3, 1), rng), rng.normal(size=(4, 2)) + 1j
    prior = AnglePrior(AIM, 1e-4 * np.eye(2))
    whole = expected_bounds(Scenario(), beams, symbols, prior, points=9)
    part = expected_bounds(Scenario(), beams[2, 0], symbols[1], prior, points=9)
    assert whole.angle.value.shape == (3, 4)
    np.testing.assert_allclose(whole.log_angle.value[2, 1], part.log_angle.value, rtol=1e-12)


def test_a_single_element_has_the_same_expected_bound_as_bound():
    scenario = Scenario(irs_shape=(1, 1))
    prior = AnglePrior(AIM, 0.01 * np.eye(2))
    expected = expected_bounds(scenario, [1.0], [1.0, 1j], prior, "complex", origin="centre")
    np.testing.assert_allclose(expected.symbol.value, 2 * symbol_crlb_known_angles(scenario, [1.0]), rtol=1e-12)
    np.testing.assert_allclose(expected.log_symbol.value, np.log10(expected.symbol.value))


@pytest.mark.parametrize("model", ["real", "complex"])
def test_the_stated_error_holds_the_distance_to_a_finer_rule(model):
    beam = random_beams(Scenario(), (), np.random.default_rng(2))
    prior = AnglePrior(AIM, 0.02**2 * np.eye(2))
    coarse, fine = (expected_bounds(Scenario(), beam, [1.0, 1j], prior, model, points=n) for n in (33, 129))
    for one, other in zip(coarse, fine, strict=True):
        assert abs(one.value - other.value) <= one.error + 1e-12 * abs(other.value)


def test_samples_give_their_mean_and_its_standard_error():
    samples = np.random.default_rng(3).normal(AIM, 0.02, (500, 2))
    expected = expected_bounds(Scenario(), np.ones(16), [1.0, 1j], AnglePrior.from_samples(samples))
    values = [crlb(Scenario(user_aoa=tuple(pair)), np.ones(16), [1.0, 1j]).angle for pair in samples]
    np.testing.assert_allclose(expected.angle.value, np.mean(values))
    np.testing.assert_allclose(expected.angle.error, np.std(values, ddof=1) / np.sqrt(500))


def test_around_a_null_the_expected_logarithm_converges_and_the_expected_bound_does_not():
    """Over a plane 1 / r^2 has no integral: it grows with each halving of the spacing; ln r has one."""
    scenario, beam = Scenario(irs_shape=(2, 2)), np.array([1.0, 1j, -1.0, 1.0])
    prior = AnglePrior(AIM, 0.3**2 * np.eye(2), "cosines", cut=3.0)
    rules = [expected_bounds(scenario, beam, [1.0, 1j], prior, "complex", points=n) for n in (33, 65, 129, 257)]
    logs = np.array([rule.log_symbol.value for rule in rules])
    assert abs(logs[3] - logs[2]) < 0.01
    means = np.array([rule.symbol.value for rule in rules])
    assert np.ptp(means[1:]) > 0.1 * means[0]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"prior": 1.0}, TypeError, "prior must be a"),
        ({"origin": "middle"}, ValueError, "origin must be one of"),
        ({"points": 8}, ValueError, "per_axis must be"),
        ({"beams": np.ones(4)}, ValueError, "beams"),
        ({"scenario": None}, TypeError, "scenario must be"),
    ],
)
def test_bad_arguments_are_refused_by_name(change, error, message):
    arguments = {
        "scenario": Scenario(),
        "beams": np.ones(16),
        "symbols": [1.0],
        "prior": AnglePrior(AIM, np.eye(2)),
    }
    with pytest.raises(error, match=message):
        expected_bounds(**(arguments | change))
    with pytest.raises(ValueError, match="angles must have shape"):
        bounds_towards(Scenario(), np.ones(16), [1.0], np.ones(3))
