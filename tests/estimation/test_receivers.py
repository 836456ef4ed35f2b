"""The receivers: what they find without noise, in batches, at zeros of a beam and where little arrives."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noisac import (
    Scenario,
    draw_symbols,
    matched_bs_beam,
    random_beams,
    received_mean,
)
from noisac.bounds.closed_form import beam_sums
from noisac.estimation import (
    maximum_likelihood,
    squared_errors,
    symbols_at,
    what_is_known,
)
from noisac.estimation.search import direction_grid
from noisac.model.arrays import direction_cosines
from tests.estimation.cases import (
    CLEAN,
    LARGE_SURFACE,
    SECTION_V,
    SYMBOLS,
    designed,
    estimate,
    noisy,
    observation,
    small_case,
)
from tests.strategies import SYMBOL_MODELS, scenarios, setups, symbol_models, wide_users

BROADSIDE = SECTION_V.replace(user_aoa=(0.0, 0.0), irs_aoa=(0.0, 0.0))

CANCELLED = np.tile([1.0, -1.0], 8)  #: nothing of this beam goes to broadside


# The search
@pytest.mark.paper(3)
@given(setups(scenarios(user_shapes=wide_users, user_spacing=st.floats(0.25, 0.5))), symbol_models)
@settings(max_examples=60)
def test_signals_without_noise_give_back_the_truth(setup, model):
    scenario, beam, symbols = setup
    assume(abs(beam_sums(scenario, beam)[0]) > 0.1)
    assume(np.sum(np.abs(symbols) ** 2) > 1e-2)
    estimates = estimate(scenario, beam, received_mean(scenario, beam, symbols), model, symbols)
    errors = squared_errors(estimates, scenario, symbols)
    assert math.sqrt(errors.elevation) < 1e-6
    assert math.sqrt(errors.azimuth) < 1e-6
    assert math.sqrt(errors.symbol) < 1e-5
    energy = np.sum(np.abs(received_mean(scenario, beam, symbols)) ** 2)
    assert estimates.residual < 1e-12 * energy


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_the_truth_comes_back_where_the_surface_hardly_reflects_towards_the_user(model):
    # There the peak of "real" and "known" symbols is narrower than the grid.
    for seed in range(40):
        scenario, _, x, _, rng = small_case(seed, slots=2)
        beams = random_beams(scenario, 20, rng)
        beam = beams[np.abs(beam_sums(scenario, beams)[:, 0]).argmin()]
        received = received_mean(scenario, beam, x)
        found = estimate(scenario, beam, received, model, x)
        np.testing.assert_allclose(
            direction_cosines(found.elevation, found.azimuth), direction_cosines(*scenario.user_aoa), atol=1e-6
        )
        assert found.residual < 1e-12 * np.sum(np.abs(received) ** 2)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize(
    ("scenario", "snr_db"), [(SECTION_V, -33.0), (LARGE_SURFACE, -28.0), (LARGE_SURFACE, 0.0)]
)
def test_no_estimate_is_less_likely_than_the_truth(scenario, snr_db, model):
    scenario = scenario.replace(snr_db=snr_db)
    beam = designed(scenario.replace(snr_db=0.0), "real")
    received = noisy(scenario, beam, 2000)
    at_truth = symbols_at(scenario, beam, received)
    if model == "real":
        at_truth = at_truth.real + 1j * SYMBOLS.imag
    elif model == "known":
        at_truth = np.broadcast_to(SYMBOLS, at_truth.shape)
    left = np.sum(np.abs(received - received_mean(scenario, beam, at_truth)) ** 2, axis=(1, 2))
    estimates = estimate(scenario, beam, received, model)
    missed = estimates.residual > left * (1 + 1e-9)
    assert missed.mean() <= (0.001 if snr_db < 0 else 0)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_finer_grid_finds_no_better_maximum_in_the_threshold_region(model):
    scenario = LARGE_SURFACE.replace(snr_db=-28.0)
    beam = designed(LARGE_SURFACE, "real")
    received = noisy(scenario, beam, 1000)
    usual, finer = (estimate(scenario, beam, received, model, oversampling=o).residual for o in (4.0, 10.0))
    assert np.mean(usual > finer * (1 + 1e-6)) <= 0.005


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_batch_gives_what_each_draw_gives_alone(model):
    scenario = LARGE_SURFACE.replace(snr_db=-10.0)
    beam = designed(LARGE_SURFACE, "real")
    x = draw_symbols(np.random.default_rng(0), 3, size=(6,))
    received = noisy(scenario, beam, 6, symbols=x)
    together = estimate(scenario, beam, received.reshape(2, 3, 3, -1), model, x.reshape(2, 3, 3))
    assert together.elevation.shape == together.azimuth.shape == together.residual.shape == (2, 3)
    assert together.symbols.shape == together.fitted.shape == (2, 3, 3)
    for draw, index in enumerate(np.ndindex(2, 3)):
        alone = estimate(scenario, beam, received[draw], model, x[draw])
        for name in alone._fields:
            np.testing.assert_allclose(getattr(together, name)[index], getattr(alone, name), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_the_receiver_uses_neither_the_users_angles_nor_the_noise_variance(model):
    beam = designed(SECTION_V, "real")
    received = noisy(SECTION_V, beam, 20)
    told = estimate(SECTION_V, beam, received, model)
    elsewhere = estimate(SECTION_V.replace(user_aoa=(-0.4, 2.5), snr_db=30.0), beam, received, model)
    for one, other in zip(told, elsewhere, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_the_side_of_the_array_is_all_that_tells_front_from_back(model):
    beam, (elevation, azimuth) = designed(SECTION_V, "real"), SECTION_V.user_aoa
    received = received_mean(SECTION_V, beam, SYMBOLS)
    front = SECTION_V.replace(user_aoa=(elevation, math.pi - azimuth))
    found = estimate(front, beam, received, model)
    turned = (math.pi - azimuth + math.pi) % (2 * math.pi) - math.pi
    np.testing.assert_allclose([found.elevation, found.azimuth], [elevation, turned], atol=1e-8)


def test_errors_of_the_azimuth_go_the_short_way_round():
    scenario = SECTION_V.replace(user_aoa=(0.1, math.pi - 1e-3), snr_db=20.0)
    beam = designed(SECTION_V, "real")
    received = noisy(scenario, beam, 200)
    estimates = estimate(scenario, beam, received, "complex")
    assert (estimates.azimuth < 0).any()
    assert (estimates.azimuth > 0).any()
    assert squared_errors(estimates, scenario, SYMBOLS).azimuth.max() < 0.01


def test_without_knowledge_of_the_symbols_the_angles_do_not_depend_on_beam_or_path_gain():
    beam = designed(LARGE_SURFACE, "real")
    received = noisy(LARGE_SURFACE.replace(snr_db=-20.0), beam, 50)
    other = random_beams(LARGE_SURFACE, (), np.random.default_rng(3))
    told = estimate(LARGE_SURFACE, beam, received, "complex")
    lied_to = estimate(LARGE_SURFACE.replace(irs_user_gain=0.3j), other, received, "complex")
    np.testing.assert_allclose(lied_to.elevation, told.elevation, atol=1e-7)
    np.testing.assert_allclose(lied_to.azimuth, told.azimuth, atol=1e-7)
    turned = estimate(
        LARGE_SURFACE.replace(irs_user_gain=1j * LARGE_SURFACE.irs_user_gain), beam, received, "complex"
    )
    np.testing.assert_allclose(turned.symbols, -1j * told.symbols, rtol=1e-5)


def test_without_knowledge_of_the_symbols_the_search_has_nothing_to_do_with_the_surface():
    received = noisy(LARGE_SURFACE.replace(snr_db=-20.0), np.ones(64), 20)
    large = estimate(LARGE_SURFACE, np.ones(64), received, "complex")
    small = estimate(LARGE_SURFACE.replace(irs_shape=(2, 2)), np.ones(4), received, "complex")
    np.testing.assert_array_equal(large.elevation, small.elevation)  # the same grid: not even rounding differs
    np.testing.assert_array_equal(large.azimuth, small.azimuth)


def test_the_base_stations_beam_scales_the_symbols():
    beam = designed(SECTION_V, "real")
    w = 0.5j * matched_bs_beam(SECTION_V)
    received = received_mean(SECTION_V, beam, SYMBOLS, bs_beam=w)
    found = estimate(SECTION_V, beam, received, "complex", bs_beam=w)
    np.testing.assert_allclose(found.symbols, SYMBOLS, rtol=1e-6)
    np.testing.assert_allclose(symbols_at(SECTION_V, beam, received, bs_beam=w), SYMBOLS, rtol=1e-9)


def test_fitted_symbols_ignore_what_is_known():
    beam = designed(SECTION_V, "real")
    received = noisy(SECTION_V.replace(snr_db=-20.0), beam, 10)
    for model in SYMBOL_MODELS:
        found = estimate(SECTION_V, beam, received, model)
        for draw in range(10):
            there = SECTION_V.replace(user_aoa=(float(found.elevation[draw]), float(found.azimuth[draw])))
            np.testing.assert_allclose(found.fitted[draw], symbols_at(there, beam, received[draw]), rtol=1e-6)
    np.testing.assert_array_equal(found.symbols, np.broadcast_to(SYMBOLS, (10, 2)))


@pytest.mark.parametrize(
    ("beam", "bs_beam"),
    [(np.tile([1.0, -1.0], 8), None), (np.ones(16), np.zeros(8))],
    ids=["zero of the beam", "no power"],
)
def test_where_nothing_arrives_the_symbols_are_not_finite_and_no_warning_is_given(beam, bs_beam):
    assert not np.any(np.isfinite(symbols_at(BROADSIDE, beam, CLEAN, bs_beam=bs_beam)))


def test_a_signal_from_a_zero_of_the_beam_gives_the_direction_but_no_symbols():
    found = maximum_likelihood(BROADSIDE, CANCELLED, np.ones((1, 16)), "complex")
    np.testing.assert_allclose([found.elevation, found.azimuth], 0, atol=1e-12)
    assert not np.any(np.isfinite(found.symbols))
    assert found.residual == pytest.approx(0, abs=1e-12)


def test_at_a_zero_of_the_beam_the_likelihood_of_unknown_symbols_is_not_finite_and_no_warning_is_given():
    seen = observation(BROADSIDE, CANCELLED, np.ones((1, 1, 16), dtype=complex), "real", np.zeros(1))
    for part in seen.likelihood(np.zeros((1, 2))):
        assert not np.any(np.isfinite(part))


def test_a_direction_without_a_likelihood_is_never_the_most_likely_one():
    # The user's array by itself finds the zero of the beam.
    found = maximum_likelihood(BROADSIDE, CANCELLED, np.ones((1, 16)), "real", known=np.zeros(1))
    assert all(np.all(np.isfinite(part)) for part in found)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_silence_has_some_direction_too(model):
    found = maximum_likelihood(
        SECTION_V, np.ones(16), np.zeros((3, 2, 16)), model, known=what_is_known(np.zeros(2), model)
    )
    assert np.all(np.isfinite(found.elevation))
    assert np.all(np.isfinite(found.azimuth))
    assert np.all(found.residual == 0)


def test_silence_of_known_symbols_comes_from_a_zero_of_the_beam():
    found = maximum_likelihood(BROADSIDE, CANCELLED, np.zeros((1, 16)), "known", known=[1.0])
    assert found.residual == 0
    assert not np.any(np.isfinite(found.fitted))


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_path_may_be_as_weak_as_it_likes_and_the_residual_is_that_of_the_received_signal(model):
    scenario = SECTION_V.replace(bs_irs_gain=1e-12, irs_user_gain=1e-12j)
    received = noisy(scenario.replace(snr_db=-20.0), np.ones(16), 3)
    found = estimate(scenario, np.ones(16), received, model)
    for draw in range(3):
        there = scenario.replace(user_aoa=(float(found.elevation[draw]), float(found.azimuth[draw])))
        left = received[draw] - received_mean(there, np.ones(16), found.symbols[draw])
        assert found.residual[draw] == pytest.approx(np.sum(np.abs(left) ** 2), rel=1e-9, abs=0)


def test_a_bs_beam_is_refused_if_only_rounding_of_it_reaches_the_irs():
    rng, at_irs = np.random.default_rng(0), matched_bs_beam(SECTION_V)
    for _ in range(20):
        w = rng.normal(size=(8, 2)) @ [1, 1j]
        w -= at_irs * np.vdot(at_irs, w) / np.vdot(at_irs, at_irs)
        with pytest.raises(ValueError, match="sends nothing"):
            maximum_likelihood(SECTION_V, np.ones(16), CLEAN, bs_beam=w)


def test_without_any_aperture_the_step_is_one():
    grid, step = direction_grid(Scenario(user_shape=(1, 1)), "complex", 4.0)
    assert step == 1
    assert len(grid) == 7  # as many as go around the rim


def test_by_default_the_grid_has_four_points_per_period():
    received = noisy(SECTION_V.replace(snr_db=-30.0), np.ones(16), 20)
    usual, four, five = (
        estimate(SECTION_V, np.ones(16), received, "known", **options)
        for options in ({}, {"oversampling": 4.0}, {"oversampling": 5.0})
    )
    np.testing.assert_array_equal(usual.elevation, four.elevation)
    assert np.any(usual.elevation != five.elevation)  # other starts, other rounding
