"""The complete search against enumeration of all beams, global phase and all."""

import itertools

import numpy as np
import pytest

from noisac import (
    Scenario,
    complete_search,
    crlb,
    draw_symbols,
    modified_crlb,
    phase_codebook,
    symbol_moments,
)
from tests.references import bounds_by_inversion
from tests.strategies import SYMBOL_MODELS

BLOCK = np.array([0.9 - 0.2j, -0.4 + 1.2j])


@pytest.mark.paper(42, 43)
@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize("bits", [1, 2])
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


@pytest.mark.parametrize(("shape", "bits"), [((4, 4), 2), ((5, 6), 1), ((2, 5), 3)])
def test_too_many_beams_are_refused(shape, bits):
    with pytest.raises(ValueError, match="too many for a complete search"):
        complete_search(Scenario(irs_shape=shape, phase_bits=bits), BLOCK, 0.5)
