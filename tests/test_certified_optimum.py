"""The certified optimum against complete search, and the bound that it discards beams by."""

import numpy as np
import pytest

from noisac import Scenario, certified_optimum, complete_search, draw_symbols
from tests.strategies import SYMBOL_MODELS, random_scenario

pytestmark = pytest.mark.paper(42, 43)


def random_problem(number):
    """A 3 x 3 or 2 x 4 problem with one or two bits: scenario, symbols, weight and symbol model."""
    rng = np.random.default_rng([5, number])
    shape, bits = [((3, 3), 1), ((2, 4), 1), ((3, 3), 2), ((2, 4), 2)][number % 4]
    scenario = random_scenario(rng).replace(irs_shape=shape, phase_bits=bits)
    model = SYMBOL_MODELS[number % 3]
    weight = 0.0 if model == "known" else [0.0, 1.0, 0.5, rng.random()][number // 3 % 4]
    return scenario, draw_symbols(rng, 1 + number % 5), weight, model


@pytest.mark.parametrize("number", range(50))
def test_it_equals_the_complete_search(number):
    scenario, symbols, weight, model = random_problem(number)
    certified = certified_optimum(scenario, symbols, weight, symbol_model=model)
    complete = complete_search(scenario, symbols, weight, model)
    np.testing.assert_allclose(certified.objective, complete.objective, rtol=0, atol=1e-9)
    assert certified.beams == complete.evaluated


def test_the_default_problem_is_settled_by_a_handful_of_beams():
    result = certified_optimum(Scenario(), draw_symbols(np.random.default_rng(1), 2), 0.5)
    assert result.beams == 4**15
    assert result.evaluated < 100
