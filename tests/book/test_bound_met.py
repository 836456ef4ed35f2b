"""What the chapters on receivers and on the certified optimum say of more than one block of symbols."""

import numpy as np
import pytest

import noisac
from noisac import estimation
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
    ("irs_shape", "user_shape", "model", "slots", "weight", "proven"),
    [((16, 1), (1, 4), "complex", 2, 1.0, False), ((2, 7), (1, 1), "real", 1, 0.0, True)],
)
def test_the_certificate_says_what_it_knows_of_large_problems_without_a_beam_that_has_a_bound(
    irs_shape, user_shape, model, slots, weight, proven
):
    scenario = noisac.Scenario(irs_shape=irs_shape, user_shape=user_shape)
    for seed in (0, 1):
        symbols = noisac.draw_symbols(np.random.default_rng(seed), slots)
        result = noisac.certified_optimum(scenario, symbols, weight, symbol_model=model)
        assert np.isinf(result.objective)
        assert np.isinf(result.lower_bound) == proven
        assert result.lower_bound > -10


def test_with_section_vs_arrays_the_surface_adds_next_to_nothing_to_what_the_array_finds():
    blocks = noisac.draw_symbols(np.random.default_rng(500), 2, size=(60,))
    cost = cost_of_trust(noisac.Scenario(snr_db=10.0), blocks, np.random.default_rng(1))
    low, median, high = np.percentile(cost["factor, angles"], (10, 50, 90))
    assert 1 <= low <= median < 1.05
    assert high < 1.15
    assert abs(np.median(cost["loss in dB"])) < 0.3
    np.testing.assert_allclose(np.median(cost["factor, symbols"]), 2, rtol=0.02)


@pytest.mark.parametrize(("snr_db", "most"), [(-40.0, 0.08), (-32.0, 0.01), (-24.0, 0.0)])
def test_the_search_of_the_receivers_seldom_misses_the_highest_peak_of_a_user_off_its_grid(snr_db, most):
    scenario = noisac.Scenario(
        irs_shape=(8, 8), user_shape=(2, 2), snr_db=snr_db, user_aoa=tuple(np.radians((33.0, -57.0)))
    )
    rng = np.random.default_rng(2)
    symbols = noisac.draw_symbols(rng, 2)
    beam = noisac.cross_entropy(scenario, symbols, 0.0, rng=rng).beam
    noisy = estimation.simulate_received(scenario, beam, symbols, draws=400, rng=rng)
    default, fine = (
        estimation.maximum_likelihood(scenario, beam, noisy, "real", known=symbols.imag, oversampling=o).residual
        for o in (4.0, 12.0)
    )
    assert np.mean(default > fine * (1 + 1e-9)) <= most
