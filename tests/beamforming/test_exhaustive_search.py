"""The complete search against enumeration of all beams, global phase and all."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from noisac import (
    Scenario,
    complete_search,
    crlb,
    cross_entropy,
    draw_symbols,
    minimise_over_all_beams,
    minimise_over_phases,
    modified_crlb,
    phase_codebook,
    symbol_moments,
)
from noisac.beamforming import exhaustive_search as complete
from noisac.bounds.closed_form import weighted_logarithms
from tests.references import bounds_by_inversion
from tests.strategies import SYMBOL_MODELS

BLOCK = np.array([0.9 - 0.2j, -0.4 + 1.2j])


@pytest.mark.paper(42, 43)
@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("convention", ["difference", "sum"])
def test_it_equals_the_minimum_over_all_beams(bits, model, convention):
    scenario = Scenario(irs_shape=(2, 2), phase_bits=bits, phase_convention=convention)
    every = np.array(list(itertools.product(phase_codebook(bits), repeat=4)))
    assert len(every) == 2 ** (4 * bits)
    for weight in (0.0,) if model == "known" else (0.0, 0.3, 1.0):
        values = modified_crlb(crlb(scenario, every, BLOCK, model), weight)
        result = complete_search(scenario, BLOCK, weight, model)
        np.testing.assert_allclose(result.objective, values.min(), rtol=1e-12)
        own = modified_crlb(crlb(scenario, result.beam, BLOCK, model), weight)
        np.testing.assert_allclose(own, result.objective, rtol=1e-12)
        assert result.evaluated == 2 ** (3 * bits)
        assert result.beam[0] == 1


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_it_equals_the_minimum_by_theorem_1_as_printed(weight):
    scenario = Scenario(irs_shape=(2, 2), phase_bits=1, user_shape=(2, 2))
    values = []
    for beam in itertools.product([1.0, -1.0], repeat=4):
        (per_symbol, elevation, azimuth), _ = bounds_by_inversion(scenario, np.array(beam), BLOCK, "real")
        angle = (elevation + azimuth) / 2
        values.append(weight * np.log10(per_symbol.mean()) + (1 - weight) * np.log10(angle))
    np.testing.assert_allclose(complete_search(scenario, BLOCK, weight).objective, min(values), rtol=1e-9)


def test_more_beams_than_are_evaluated_together():
    # 4^8 beams are evaluated in several blocks, of which any may hold the optimum.
    scenario = Scenario(irs_shape=(3, 3), user_shape=(2, 2))
    result = complete_search(scenario, BLOCK, 0.5)
    assert result.evaluated == 4**8
    index = np.indices((4,) * 8, dtype=np.uint8).reshape(8, -1).T
    codebook = phase_codebook(2)
    every = np.concatenate([np.ones((4**8, 1)), codebook[index]], axis=1)
    values = modified_crlb(crlb(scenario, every, BLOCK), 0.5)
    np.testing.assert_allclose(result.objective, values.min(), rtol=1e-12)


def test_a_batch_of_problems_gives_what_a_loop_gives():
    scenario = Scenario(irs_shape=(2, 2))
    blocks = draw_symbols(np.random.default_rng(0), 2, size=(2, 3))
    together = complete_search(scenario, blocks, 0.5)
    assert together.beam.shape == (2, 3, 4)
    for index in np.ndindex(2, 3):
        alone = complete_search(scenario, symbol_moments(blocks[index]), 0.5)
        np.testing.assert_array_equal(together.beam[index], alone.beam)
        assert together.objective[index] == pytest.approx(float(alone.objective), rel=1e-12)


def test_a_single_element_has_one_beam():
    result = complete_search(Scenario(irs_shape=(1, 1)), BLOCK, 0.5)
    assert result.evaluated == 1
    np.testing.assert_array_equal(result.beam, [1.0])


def test_where_no_beam_has_a_bound_the_objective_is_infinite():
    scenario = Scenario(irs_shape=(2, 2), user_shape=(1, 1))
    assert np.isinf(complete_search(scenario, BLOCK, 0.5, "complex").objective)


@pytest.mark.parametrize(("shape", "bits"), [((4, 4), 2), ((5, 6), 1), ((2, 5), 3), ((2, 13), 1)])
def test_too_many_beams_are_refused(shape, bits):
    with pytest.raises(ValueError, match="too many for a complete search"):
        complete_search(Scenario(irs_shape=shape, phase_bits=bits), BLOCK, 0.5)


def test_as_many_beams_as_the_limit_are_not_too_many():
    assert complete._count(Scenario(irs_shape=(5, 5), phase_bits=1)) == 2**24


@pytest.mark.parametrize("user_shape", [(3, 3), (2, 2), (1, 2)])
@pytest.mark.parametrize(
    ("model", "weight"), [("real", 0.0), ("real", 0.4), ("real", 1.0), ("complex", 0.4), ("known", 0.0)]
)
def test_a_beam_that_is_passed_over_is_never_the_best(user_shape, model, weight):
    scenario = Scenario(irs_shape=(3, 3), user_shape=user_shape, phase_bits=1)
    for slots in (1, 2, 5):
        blocks = draw_symbols(np.random.default_rng(slots), slots, size=(6,))
        found = complete_search(scenario, blocks, weight, model)
        every = complete_search(scenario, blocks, weight, model, metric=lambda b, w: weighted_logarithms(b, w))
        np.testing.assert_array_equal(found.beam, every.beam)
        np.testing.assert_array_equal(found.objective, every.objective)


SURFACE = Scenario(irs_shape=(2, 3), user_shape=(2, 2))
BLOCKS = draw_symbols(np.random.default_rng(4), 2, size=(3,))


def built_in(beams, searches):
    """(31) as anybody would write it."""
    return modified_crlb(crlb(SURFACE, beams, BLOCKS[searches][:, None]), 0.4)


def test_the_built_in_objective_given_as_a_callable_is_the_same_to_the_last_bit():
    expected = complete_search(SURFACE, BLOCKS, 0.4)
    for found in (
        minimise_over_all_beams(built_in, SURFACE, (3,)),
        complete_search(SURFACE, BLOCKS, 0.4, metric=weighted_logarithms),
    ):
        np.testing.assert_array_equal(found.beam, expected.beam)
        np.testing.assert_array_equal(found.objective, expected.objective)
        assert found.evaluated == expected.evaluated


def test_algorithm_1_with_the_built_in_objective_as_a_callable_is_the_same_to_the_last_bit():
    streams = np.random.default_rng(0).spawn(3), np.random.default_rng(0).spawn(3)
    expected = cross_entropy(SURFACE, BLOCKS, 0.4, rng=streams[0], keep_history=True)
    found = minimise_over_phases(built_in, SURFACE, (3,), rng=streams[1], keep_history=True)
    np.testing.assert_array_equal(found.beam, expected.beam)
    np.testing.assert_array_equal(found.objective, expected.objective)
    np.testing.assert_array_equal(found.history.values, expected.history.values)


def test_a_metric_of_ones_own_has_its_minimum_over_all_beams():
    def worst_angle(bounds, weight):
        return np.maximum(bounds.elevation, bounds.azimuth)

    every = np.array(list(itertools.product(phase_codebook(2), repeat=6)))
    bounds = crlb(SURFACE, every, BLOCK)
    found = complete_search(SURFACE, BLOCK, 0.0, metric=worst_angle)
    np.testing.assert_allclose(found.objective, worst_angle(bounds, None).min(), rtol=1e-12)


@pytest.mark.parametrize(
    "values", [lambda beams: np.full(beams.shape[:2], np.nan), lambda beams: np.zeros(3)], ids=["NaN", "shape"]
)
def test_an_objective_without_a_number_for_every_beam_is_refused(values):
    with pytest.raises(ValueError, match=r"^objective must return a number for every beam, shape \(1, 1024\)"):
        minimise_over_all_beams(lambda beams, _: values(beams), SURFACE)


@pytest.mark.parametrize("together", [1, 7, 64, 100])
def test_each_beam_is_evaluated_once_however_many_are_evaluated_together(monkeypatch, together):
    monkeypatch.setattr(complete, "_BLOCK", together)
    seen = []

    def value(beams, _searches):
        seen.extend(tuple(beam) for beam in beams[0])
        return np.zeros(beams.shape[:2])

    found = minimise_over_all_beams(value, Scenario(irs_shape=(2, 2)))
    assert seen == [(1, *rest) for rest in itertools.product(phase_codebook(2), repeat=3)]
    assert found.evaluated == 64
    np.testing.assert_array_equal(found.beam, np.ones(4))  # of those that are equal, the first


def test_an_objective_may_return_numbers_of_any_kind():
    def thirds(beams, _searches):
        return [[Fraction(int(np.sum(beam == 1j)), -3) for beam in beams[0]]]

    found = minimise_over_all_beams(thirds, Scenario(irs_shape=(2, 2)))
    assert found.objective == -1.0
    np.testing.assert_array_equal(found.beam, [1, 1j, 1j, 1j])


def test_too_many_beams_are_refused_for_an_objective_of_ones_own():
    with pytest.raises(ValueError, match="too many for a complete search"):
        minimise_over_all_beams(built_in, Scenario())


def test_known_symbols_have_no_weight_in_a_complete_search_whatever_the_metric():
    with pytest.raises(ValueError, match=r"^weight \(zeta\) must be 0 when the symbols are known"):
        complete_search(SURFACE, BLOCK, 0.5, "known", metric=lambda bounds, weight: bounds.angle)
