"""Problems that tests of the certified optimum share."""

import numpy as np

from noisac import (
    Scenario,
    draw_symbols,
)
from tests.strategies import (
    SYMBOL_MODELS,
    random_scenario,
)

SURFACE = Scenario(irs_shape=(2, 3))

#: All elements of the surface are in phase towards the user, so that beams of opposite halves cancel exactly.
BROADSIDE = Scenario(irs_shape=(2, 4), irs_aoa=(0.0, 0.0), user_aoa=(0.0, 0.0))


def random_problem(number):
    """A 3 x 3 or 2 x 4 problem with one or two bits: scenario, symbols, weight and symbol model."""
    rng = np.random.default_rng([5, number])
    shape, bits = [((3, 3), 1), ((2, 4), 1), ((3, 3), 2), ((2, 4), 2)][number % 4]
    scenario = random_scenario(rng).replace(irs_shape=shape, phase_bits=bits)
    model = SYMBOL_MODELS[number % 3]
    weight = 0.0 if model == "known" else [0.0, 1.0, 0.5, rng.random()][number // 3 % 4]
    return scenario, draw_symbols(rng, 1 + number % 5), weight, model
