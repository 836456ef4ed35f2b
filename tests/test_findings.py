"""What the figures' data say, held with a margin against the search's noise and the draws'."""

import numpy as np
import pytest

from noisac import Scenario, complete_search, crlb, draw_symbols, run_experiment, summarise


@pytest.fixture(scope="module")
def against_tdisac():
    return run_experiment("fig08", draws=200, seed=1)


def paired(data, variable):
    """Mean over draws of NO-ISAC minus TD-ISAC, and its standard error, at each T."""
    stats = summarise(data[variable].sel(system="NO-ISAC") - data[variable].sel(system="TD-ISAC"))
    return stats["mean"].values, stats["standard_error"].values


def test_noisac_communicates_better_than_tdisac_at_every_block_length(against_tdisac):
    mean, error = paired(against_tdisac, "rate")
    assert np.all(mean > 20 * error)
    assert np.all(mean > 1.0)  # measured: 1.55 bit, a fifth of 7.8


def test_noisac_locates_better_than_tdisac_at_every_block_length(against_tdisac):
    mean, error = paired(np.log10(against_tdisac), "angle_crlb")
    assert np.all(mean < -20 * error)
    assert np.all(mean < -0.5)  # measured: -0.63 to -0.69; five times the energy makes up for unknown symbols


def test_the_rate_hardly_depends_on_the_block_length(against_tdisac):
    rates = against_tdisac.rate.mean("draw")
    spread = rates.max("slots") - rates.min("slots")
    assert np.all(spread < 0.1)  # bit per symbol


def test_the_angle_bound_falls_as_one_over_the_block_length(against_tdisac):
    bounds = against_tdisac.angle_crlb.mean("draw")
    times_slots = bounds * bounds.slots
    ratio = times_slots / times_slots.isel(slots=-1)
    assert np.all(np.abs(ratio.sel(system="TD-ISAC") - 1) < 0.15)
    assert np.all(ratio.sel(system="NO-ISAC") < 2)


def mean_decibels(values, dim="draw"):
    return 10 * np.log10(values).mean(dim)


def test_the_weight_makes_no_trade_off_in_the_default_scenario():
    # Fig. 11 is not reproduced: over all weights the curves move by less than a third of a decibel.
    # Measured at 400 draws, three seeds: 0.15 dB for the symbols, 0.07 dB for the angles, search noise included.
    data = run_experiment("fig11", draws=400, seed=1)
    for variable in ("symbol_crlb", "angle_crlb"):
        curve = mean_decibels(data[variable])
        assert float(curve.max() - curve.min()) < 0.3


def test_the_proposed_beams_are_far_better_than_random_ones():
    data = run_experiment("fig11", draws=200, seed=1)
    for variable in ("symbol_crlb", "angle_crlb"):
        random = mean_decibels(data[f"random_{variable}"], ("draw", "random_beam"))
        assert np.all(random - mean_decibels(data[variable]) > 3.0)


def optima(user_shape, all_weights):
    """Mean bounds in dB of the optimal beams of a small surface, by weight."""
    scenario = Scenario(irs_shape=(2, 4), user_shape=user_shape)
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(20,))
    bounds = [crlb(scenario, complete_search(scenario, symbols, w).beam, symbols) for w in all_weights]
    return np.log10([bound.symbol for bound in bounds]), np.log10([bound.angle for bound in bounds])


@pytest.mark.parametrize("user_shape", [(1, 1), (2, 1), (2, 2), (4, 4)])
def test_more_weight_on_the_symbols_never_hurts_them_nor_helps_the_angles(user_shape):
    # Of the minima of a weighted sum this holds draw by draw.
    symbol, angle = optima(user_shape, (0.1, 0.5, 0.9))
    assert np.all(np.diff(symbol, axis=0) <= 1e-9)
    assert np.all(np.diff(angle, axis=0) >= -1e-9)


def test_there_is_a_trade_off_for_a_user_with_a_single_antenna():
    # So its absence for an array of 4 x 4 is the array's doing, not that of the weight or of the search.
    symbol, angle = optima((1, 1), (0.1, 0.9))
    gain, loss = 10 * (symbol[0] - symbol[1]).mean(), 10 * (angle[1] - angle[0]).mean()
    assert gain > 2.0
    assert loss > 2.0


def test_there_is_no_trade_off_for_a_large_user_even_between_optimal_beams():
    symbol, angle = optima((4, 4), (0.0, 0.5, 1.0))
    assert 10 * np.ptp(symbol.mean(axis=1)) < 0.5
    assert 10 * np.ptp(angle.mean(axis=1)) < 0.5
