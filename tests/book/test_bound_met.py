"""What the chapters on receivers and on the certified optimum say of more than one block of symbols."""

import numpy as np
import pytest

import noisac
from noisac_book.bound_met import cost_of_trust


def test_the_cost_of_trusting_theorem_1_scatters_widely_and_its_factors_rest_on_a_known_phase():
    large_surface = noisac.Scenario(irs_shape=(8, 8), user_shape=(2, 2), snr_db=10.0)
    blocks = noisac.draw_symbols(np.random.default_rng(500), 2, size=(60,))
    cost = cost_of_trust(large_surface, blocks, np.random.default_rng(1))
    low, median, high = np.percentile(cost["loss in dB"], (10, 50, 90))
    assert 4 < median < 9
    assert low < 2
    assert high > 12
    assert 15 < np.median(cost["factor, angles"]) < 50
    assert 1 <= np.median(cost["factor, angles, phase unknown"]) < 3


@pytest.mark.parametrize(
    ("irs_shape", "user_shape", "model", "slots", "weight"),
    [((16, 1), (1, 4), "complex", 2, 1.0), ((2, 7), (1, 1), "real", 1, 0.0)],
)
def test_the_certificate_gives_up_on_large_problems_without_a_beam_that_has_a_bound(
    irs_shape, user_shape, model, slots, weight
):
    scenario = noisac.Scenario(irs_shape=irs_shape, user_shape=user_shape)
    for seed in (0, 1):
        symbols = noisac.draw_symbols(np.random.default_rng(seed), slots)
        with pytest.raises(ValueError, match="no beam with a bound was found"):
            noisac.certified_optimum(scenario, symbols, weight, symbol_model=model)
