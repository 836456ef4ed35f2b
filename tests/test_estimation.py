"""Receivers: the maximum of the likelihood is found, the right bound is met and the wrong one missed."""

import functools
import itertools
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noisac import (
    Scenario,
    crlb,
    cross_entropy,
    draw_symbols,
    expected_symbol_moments,
    matched_bs_beam,
    random_beams,
    received_mean,
    symbol_crlb_known_angles,
)
from noisac.bounds.closed_form import beam_sums
from noisac.estimation import (
    Estimates,
    maximum_likelihood,
    nearest_symbols,
    qam,
    ratio_to_bound,
    simulate_error_rates,
    simulate_errors,
    simulate_received,
    squared_errors,
    symbol_error_rate,
    symbols_at,
    threshold_snr,
    what_is_known,
)
from noisac.estimation.likelihood import DirectionResponse, Observation
from noisac.estimation.receivers import _angles
from noisac.estimation.search import _newton_step, _tangents, climb, direction_grid
from noisac.model.arrays import direction_cosines
from noisac_book.bound_met import draw_error_rates, draw_errors
from tests.strategies import SYMBOL_MODELS, random_scenario, scenarios, seeds, setups, symbol_models, wide_users

SECTION_V = Scenario()
#: Here the three bounds are far apart, with a beam of Theorem 1.
LARGE_SURFACE = Scenario(irs_shape=(8, 8), user_shape=(2, 2))
SYMBOLS = draw_symbols(np.random.default_rng(11), 2)
DRAWS = 16_000
CLEAN = received_mean(SECTION_V, np.ones(16), SYMBOLS)
BROADSIDE = SECTION_V.replace(user_aoa=(0.0, 0.0), irs_aoa=(0.0, 0.0))
CANCELLED = np.tile([1.0, -1.0], 8)  #: nothing of this beam goes to broadside


@functools.cache
def designed(scenario, model, weight=0.0):
    rng = np.random.default_rng(8)
    return cross_entropy(scenario, SYMBOLS, weight, rng=rng, symbol_model=model).beam


@functools.cache
def at_high_snr(scenario):
    """Errors of all receivers at 10 dB, with the beam of Theorem 1."""
    rng = np.random.default_rng(1)
    return simulate_errors(scenario, designed(scenario, "real"), SYMBOLS, [10.0], draws=DRAWS, rng=rng).isel(
        snr_db=0
    )


def estimate(scenario, beam, received, model, symbols=SYMBOLS, **options):
    return maximum_likelihood(scenario, beam, received, model, known=what_is_known(symbols, model), **options)


def noisy(scenario, beam, draws, seed=0, symbols=SYMBOLS):
    return simulate_received(scenario, beam, symbols, draws=draws, rng=np.random.default_rng(seed))


# The signal


@pytest.mark.paper(1, 2)
def test_received_signals_scatter_about_their_mean_with_the_noise_variance():
    beam, draws = designed(SECTION_V, "real"), 4000
    noise = noisy(SECTION_V, beam, draws) - received_mean(SECTION_V, beam, SYMBOLS)
    samples = noise.reshape(-1) / math.sqrt(SECTION_V.noise_variance)
    for values, expected in (
        (samples.real, 0.0),
        (samples.imag, 0.0),
        (samples.real**2, 0.5),
        (samples.imag**2, 0.5),
        (samples.real * samples.imag, 0.0),
        ((noise[:, 0, 0] * noise[:, 1, 3].conj()).real / SECTION_V.noise_variance, 0.0),
    ):
        assert abs(values.mean() - expected) <= 5 * values.std() / math.sqrt(len(values))


def test_more_draws_begin_with_the_fewer():
    beam = designed(SECTION_V, "real")
    np.testing.assert_array_equal(noisy(SECTION_V, beam, 7)[:3], noisy(SECTION_V, beam, 3))


def test_each_draw_can_have_symbols_of_its_own():
    beam, x = designed(SECTION_V, "real"), draw_symbols(np.random.default_rng(0), 3, size=(5,))
    quiet = SECTION_V.replace(snr_db=200.0)
    received = noisy(quiet, beam, 5, symbols=x)
    np.testing.assert_allclose(received, received_mean(quiet, beam, x), rtol=1e-6)


def test_the_base_stations_beam_is_that_of_the_received_signal():
    w, quiet = np.exp(1j * np.arange(8.0)), SECTION_V.replace(snr_db=200.0)
    received = simulate_received(quiet, np.ones(16), SYMBOLS, draws=3, rng=np.random.default_rng(0), bs_beam=w)
    expected = received_mean(quiet, np.ones(16), SYMBOLS, bs_beam=w)
    np.testing.assert_allclose(received, np.broadcast_to(expected, received.shape), rtol=1e-6)


# The likelihood


def observation(scenario, beam, received, model, symbols):
    response = DirectionResponse.of(scenario, beam, matched_bs_beam(scenario))
    known = {"known": symbols, "real": 1j * symbols.imag, "complex": np.zeros_like(symbols)}[model]
    return Observation(response, received / response.path, model, np.broadcast_to(known, received.shape[:2]))


def small_case(seed, slots=3):
    """A random scenario that determines both angles, a beam, symbols, and noisy signals of four draws."""
    rng = np.random.default_rng(seed)
    scenario = random_scenario(rng).replace(user_shape=tuple(rng.integers(2, 4, 2)), user_spacing=0.5)
    beam, x = random_beams(scenario, (), rng), draw_symbols(rng, slots)
    loud = scenario.replace(snr_db=-10.0 - 10 * math.log10(scenario.irs_elements))
    received = simulate_received(loud, beam, x, draws=4, rng=rng)
    return scenario, beam, x, received, rng


@given(seeds, symbol_models)
@settings(max_examples=30)
def test_gradient_and_hessian_equal_finite_differences(seed, model):
    scenario, beam, x, received, rng = small_case(seed)
    seen = observation(scenario, beam, received, model, x)
    at = rng.uniform(-0.6, 0.6, (4, 2))
    assume(np.abs(seen.response.reflected(at).sum(axis=-1)).min() > 0.3)  # away from zeros of the response
    _, gradient, hessian = seen.likelihood(at)
    step = 1e-5
    for axis in range(2):
        shift = step * np.eye(2)[axis]
        ahead, behind = seen.likelihood(at + shift), seen.likelihood(at - shift)
        numerical = (ahead[0] - behind[0]) / (2 * step)
        np.testing.assert_allclose(gradient[:, axis], numerical, atol=1e-5 * np.abs(gradient).max())
        numerical = (ahead[1] - behind[1]) / (2 * step)
        np.testing.assert_allclose(hessian[:, axis], numerical, atol=1e-5 * np.abs(hessian).max())


def least_residual_over_symbols(scenario, beam, received, model, x):
    """Real least squares over the unknown parts of the symbols of one draw, slot by slot."""
    response = received_mean(scenario, beam, [1.0])[0]
    columns = {"known": [], "real": [response], "complex": [response, 1j * response]}[model]
    total = 0.0
    for y, symbol in zip(received, x, strict=True):
        offset = {"known": symbol, "real": 1j * symbol.imag, "complex": 0.0}[model] * response
        left = y - offset
        if columns:
            design = np.stack([np.r_[column.real, column.imag] for column in columns], axis=-1)
            fit = np.linalg.lstsq(design, np.r_[left.real, left.imag], rcond=None)[0]
            left = left - sum(part * column for part, column in zip(fit, columns, strict=True))
        total += np.sum(np.abs(left) ** 2)
    return total


@given(seeds, symbol_models)
@settings(max_examples=30)
def test_concentrated_likelihood_equals_least_squares_over_the_symbols(seed, model):
    scenario, beam, x, received, rng = small_case(seed)
    seen = observation(scenario, beam, received, model, x)
    angles = rng.uniform(-1.2, 1.2, (4, 2))
    at = np.stack(direction_cosines(*angles.T), axis=-1)
    assume(np.abs(seen.response.reflected(at).sum(axis=-1)).min() > 1e-3)
    value = seen.likelihood(at)[0]
    for draw in range(4):
        there = scenario.replace(user_aoa=tuple(angles[draw]))
        energy = np.sum(np.abs(received[draw]) ** 2)
        residual = least_residual_over_symbols(there, beam, received[draw], model, x)
        concentrated = energy - value[draw] * abs(seen.response.path) ** 2
        assert concentrated == pytest.approx(residual, rel=1e-9, abs=1e-9 * energy)


@given(seeds, symbol_models)
@settings(max_examples=20)
def test_grid_and_climb_see_the_same_likelihood(seed, model):
    scenario, beam, x, received, _ = small_case(seed)
    seen = observation(scenario, beam, received, model, x)
    grid, step = direction_grid(scenario, model, 2.0)
    draws, points = seen.peaks(grid, apart=2.5 * step)
    size = np.abs(seen.response.reflected(grid).sum(axis=-1))
    for draw in range(4):
        everywhere = seen[np.full(len(grid), draw)].likelihood(grid)[0]
        best = everywhere[size > 1e-6].max()
        assert everywhere[points[draws == draw]].max() >= best - 1e-9 * abs(best)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_climbs_start_from_the_best_point_and_two_rivals_that_are_apart_and_not_far_below(model):
    grid = np.array([at for at in itertools.product(np.arange(-7, 8) / 8, repeat=2) if math.hypot(*at) < 1])
    counts = []
    for seed in range(6):
        scenario, beam, x, received, _ = small_case(seed)
        seen = observation(scenario, beam, received, model, x)
        for apart, draw in itertools.product((0.25, 1.0), range(4)):
            draws, points = seen.peaks(grid, apart=apart)
            values = seen[np.full(len(grid), draw)].likelihood(grid)[0]
            expected, left = [], list(np.argsort(-values))
            while left and len(expected) < 3 and values[left[0]] >= values.max() - 0.4 * abs(values.max()):
                expected.append(left[0])
                left = [i for i in left if np.abs(grid[i] - grid[expected[-1]]).max() >= apart]
            assert sorted(points[draws == draw]) == sorted(expected)
            counts.append(len(expected))
    assert set(counts) == {1, 2, 3}


@pytest.mark.parametrize("scale", [1e-15, 1.0, 1e15])
@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_no_climb_ends_below_its_start_even_with_steps_as_long_as_the_visible_region(model, scale):
    for seed in range(3):
        scenario, beam, x, received, rng = small_case(seed)
        many = observation(scenario, beam, scale * received, model, scale * x)[np.repeat(np.arange(4), 40)]
        start = rng.uniform(-0.7, 0.7, (160, 2))
        cosines, height = climb(many, start, 2.0)
        energy = np.sum(np.abs(many.received) ** 2, axis=(1, 2))
        assert np.all(height >= many.likelihood(start)[0] - 1e-12 * energy)
        assert np.all(np.abs(height - many.likelihood(cosines)[0]) <= 1e-9 * energy)


@pytest.mark.parametrize("model", ["complex", "known"])
def test_a_climb_ends_where_the_gradient_vanishes(model):
    for seed in range(4):
        scenario, beam, x, received, rng = small_case(seed)
        many = observation(scenario, beam, received, model, x)[np.repeat(np.arange(4), 20)]
        cosines, _ = climb(many, rng.uniform(-0.7, 0.7, (80, 2)), 0.3)
        _, gradient, _ = many.likelihood(cosines)
        energy = np.sum(np.abs(many.received) ** 2, axis=(1, 2))
        inside = np.hypot(*cosines.T) < 0.9  # on the rim only the slope along it vanishes
        assert np.all(np.hypot(*gradient.T)[inside] < 1e-10 * energy[inside])


def test_in_random_scenarios_a_finer_grid_finds_no_better_maximum():
    for seed in range(60):
        scenario, beam, _, received, _ = small_case(seed)
        usual, finer = (
            estimate(scenario, beam, received, "complex", oversampling=o).residual for o in (4.0, 10.0)
        )
        assert np.all(usual <= finer * (1 + 1e-9))


def test_no_step_of_a_climb_leads_down(monkeypatch):
    scenario, beam, x, received, rng = small_case(1)
    many = observation(scenario, beam, received, "known", x)[np.repeat(np.arange(4), 60)]
    start = rng.uniform(-0.7, 0.7, (240, 2))
    heights = []
    for steps in range(1, 9):
        monkeypatch.setattr("noisac.estimation.search._MAX_ITERATIONS", steps)
        heights.append(climb(many, start, 2.0)[1])
    energy = np.sum(np.abs(many.received) ** 2, axis=(1, 2))
    assert np.all(np.diff(heights, axis=0) >= -1e-12 * energy)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_climb_ends_at_the_top_to_the_precision_of_the_numbers(model):
    found = estimate(SECTION_V, np.ones(16), CLEAN, model)
    np.testing.assert_allclose([found.elevation, found.azimuth], SECTION_V.user_aoa, rtol=0, atol=1e-12)


def test_tangents_of_the_sphere_are_orthonormal_everywhere():
    corners = np.array([at for at in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(at)])
    points = np.concatenate([corners, np.random.default_rng(0).normal(size=(50, 3))])
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    frame = np.concatenate([points[..., None], _tangents(points)], axis=-1)
    np.testing.assert_allclose(
        np.swapaxes(frame, 1, 2) @ frame, np.broadcast_to(np.eye(3), frame.shape), atol=1e-12
    )


def newton_setups(draws=6):
    """Points of the sphere, tangents there, and gradients and Hessians by the cosines of very different sizes."""
    rng = np.random.default_rng(0)
    at = rng.normal(size=(draws, 3))
    at /= np.linalg.norm(at, axis=1, keepdims=True)
    size = 10.0 ** rng.integers(-12, 13, draws)
    gradient, root = rng.normal(size=(draws, 2)), rng.normal(size=(draws, 2, 2))
    return at, _tangents(at), size[:, None] * gradient, size[:, None, None] * (root + np.swapaxes(root, 1, 2))


def test_a_step_is_newtons_on_the_sphere_uphill_along_both_principal_curvatures():
    at, frame, gradient, hessian = newton_setups()
    steps = _newton_step(at, frame, gradient, hessian)
    for x, tangents, g, h, step in zip(at, frame, gradient, hessian, steps, strict=True):

        def change(s, x=x, tangents=tangents, g=g, h=h):
            moved = x + tangents @ s
            d = (moved / np.linalg.norm(moved) - x)[1:]
            return g @ d + d @ h @ d / 2

        e, axes = 1e-4, np.eye(2)
        slope = np.array([change(e * a) - change(-e * a) for a in axes]) / (2 * e)
        bent = [[change(e * (a + b)) - change(e * (a - b)) for a in axes] for b in axes]
        bent += np.array([[change(-e * (a + b)) - change(e * (b - a)) for a in axes] for b in axes])
        values, vectors = np.linalg.eigh(bent / (4 * e**2))
        expected = vectors @ (vectors.T @ slope / np.abs(values))
        np.testing.assert_allclose(step, expected, atol=1e-4 * np.linalg.norm(expected))
        assert step @ slope > 0


def test_along_a_ridge_a_step_is_limited_by_a_millionth_of_the_curvature_across():
    at, frame = np.array([[1.0, 0.0, 0.0]] * 2), np.array([[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]] * 2)
    hessian = np.array([np.diag([-8.0, 0.0]), np.diag([-8e9, 0.0])])
    steps = _newton_step(at, frame, np.array([[2.0, 1.0]] * 2), hessian)
    np.testing.assert_allclose(steps, [[2 / 8, 1 / 8e-6], [2 / 8e9, 1 / 8e3]])


def test_at_a_zero_of_the_response_a_climb_stays_and_leaves_the_others_alone():
    at, frame, gradient, hessian = newton_setups()
    alone = _newton_step(at, frame, gradient, hessian)
    gradient, hessian = gradient.copy(), hessian.copy()
    hessian[1], gradient[3] = np.nan, np.nan
    steps = _newton_step(at, frame, gradient, hessian)
    np.testing.assert_array_equal(steps[[1, 3]], 0)
    np.testing.assert_array_equal(steps[[0, 2, 4, 5]], alone[[0, 2, 4, 5]])


def test_cosines_above_one_by_rounding_are_at_the_pole():
    above = np.nextafter(1.0, 2.0)
    elevation, _ = _angles(np.array([[0.0, above], [0.0, -above]]), SECTION_V)
    np.testing.assert_array_equal(elevation, [np.pi / 2, -np.pi / 2])


@pytest.mark.parametrize(
    ("model", "along_y", "along_z"),
    [("complex", 2, 6), ("real", 8, 9), ("known", 8, 9)],  # points from 0 to 1, from the apertures in wavelengths
)
def test_the_grid_has_four_points_per_period_of_both_apertures_together(model, along_y, along_z):
    # Apertures of the user: 1/2 and 3/2; of the surface: 3/2 and 3/4. A period of a cosine is 1 over the aperture.
    scenario = Scenario(user_shape=(3, 7), user_spacing=0.25, irs_shape=(3, 2), irs_spacing=0.75)
    grid, step = direction_grid(scenario, model, 4.0)
    assert step == pytest.approx(1 / max(along_y, along_z))
    lattice = itertools.product(range(-along_y, along_y + 1), range(-along_z, along_z + 1))
    inside = [at for i, j in lattice if math.hypot(*(at := (i / along_y, j / along_z))) < 0.99]
    np.testing.assert_allclose(grid[: len(inside)], inside, atol=1e-12)
    rim = grid[len(inside) :] @ [1, 1j]
    np.testing.assert_allclose(np.abs(rim), 0.99)
    turns = np.angle(np.roll(rim, -1) / rim)
    np.testing.assert_allclose(turns, 2 * np.pi / len(rim))
    assert turns.max() <= step < turns.max() * (1 + 1 / (len(rim) - 1)) + 1e-12  # as few as will do


@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize("seed", range(4))
def test_the_estimate_equals_brute_force_over_angles_and_symbols_together(seed, model):
    # An optimiser that knows nothing of the concentration, from many starts, on the joint residual.
    rng = np.random.default_rng(seed)
    scenario = Scenario(irs_shape=(3, 2), user_shape=(2, 3), user_aoa=tuple(rng.uniform(-0.9, 0.9, 2)))
    beam, x = random_beams(scenario, (), rng), draw_symbols(rng, 2)
    gain = abs(beam_sums(scenario, beam)[0]) ** 2
    scenario = scenario.replace(snr_db=10 - 10 * math.log10(8 * gain))  # 10 dB at each antenna
    y = simulate_received(scenario, beam, x, draws=1, rng=rng)[0]
    scale = math.sqrt(scenario.noise_variance)
    count = {"known": 0, "real": 2, "complex": 4}[model]

    def symbols_of(parameters):
        if model == "known":
            return x
        return parameters[2:4] + 1j * (x.imag if model == "real" else parameters[4:6])

    def residuals(parameters):
        there = scenario.replace(user_aoa=tuple(np.clip(parameters[:2], -1.57, 1.57)))
        left = (y - received_mean(there, beam, symbols_of(parameters))) / scale
        return np.r_[left.real.ravel(), left.imag.ravel()]

    best = None
    for start in rng.uniform(-1.3, 1.3, (8, 2)):
        found = scipy.optimize.least_squares(residuals, np.r_[start, np.zeros(count)], xtol=1e-12, ftol=1e-12)
        best = found if best is None or found.cost < best.cost else best
    estimates = estimate(scenario, beam, y, model, x)
    assert estimates.residual / scale**2 == pytest.approx(2 * best.cost, rel=1e-8)
    np.testing.assert_allclose([estimates.elevation, estimates.azimuth], best.x[:2], atol=1e-5)
    np.testing.assert_allclose(estimates.symbols, symbols_of(best.x), atol=1e-4)


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
    [(np.tile([1.0, -1.0], 8), None), (np.ones(16), np.full(8, 1e-170))],
    ids=["zero of the beam", "power below the smallest number"],
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


# Bounds met and missed

CASES = [
    (model, quantity)
    for model in SYMBOL_MODELS
    for quantity in ("angle", "elevation", "azimuth", "symbol")
    if (model, quantity) != ("known", "symbol")
]


@pytest.mark.parametrize(("model", "quantity"), CASES)
@pytest.mark.parametrize("scenario", [SECTION_V, LARGE_SURFACE], ids=["Section V", "large surface"])
def test_at_high_snr_each_receiver_meets_the_bound_of_its_model_within_five_percent(scenario, model, quantity):
    ratio = ratio_to_bound(at_high_snr(scenario)).sel(model=model, quantity=quantity)
    assert ratio.lower > 0.95  # the whole 95 % interval lies within 5 % of the bound
    assert ratio.upper < 1.05


@pytest.mark.parametrize("quantity", ["angle", "elevation", "azimuth", "symbol"])
def test_a_receiver_that_knows_nothing_misses_the_bound_of_theorem_1(quantity):
    data = at_high_snr(LARGE_SURFACE)
    theorem_1 = data.bound.sel(model="real")
    ratio = ratio_to_bound(data.sel(model="complex"), theorem_1).sel(quantity=quantity)
    assert ratio.lower > 20


def test_a_receiver_told_im_x_misses_the_bound_of_pilots_and_beats_that_without_knowledge():
    data = at_high_snr(LARGE_SURFACE).sel(quantity="angle")
    real = data.sel(model="real")
    assert ratio_to_bound(real, data.bound.sel(model="known")).lower > 1.5
    assert ratio_to_bound(real, data.bound.sel(model="complex")).upper < 0.05


def test_at_section_v_the_three_receivers_cannot_be_told_apart_by_their_angles():
    data = at_high_snr(SECTION_V).sel(quantity="angle")
    for model in SYMBOL_MODELS:
        ratio = ratio_to_bound(data.sel(model=model), data.bound.sel(model="real"))
        assert ratio.lower > 0.95
        assert ratio.upper < 1.05


def test_a_beam_of_theorem_1_costs_a_receiver_that_knows_nothing_more_than_five_decibels():
    errors = {}
    for model in ("real", "complex"):
        beam = designed(LARGE_SURFACE, model)
        data = simulate_errors(
            LARGE_SURFACE,
            beam,
            SYMBOLS,
            [10.0],
            draws=2000,
            rng=np.random.default_rng(2),
            symbol_models=["complex"],
        )
        errors[model] = float(data.mse.sel(quantity="angle").squeeze())
        promised = float(crlb(LARGE_SURFACE.replace(snr_db=10.0), beam, SYMBOLS, model).angle)
        if model == "real":
            assert errors[model] > 20 * promised
        else:
            assert errors[model] == pytest.approx(promised, rel=0.1)
    assert 10 * math.log10(errors["real"] / errors["complex"]) > 5


def test_a_receiver_that_takes_im_x_for_zero_errs_by_degrees_without_any_noise():
    beam = designed(LARGE_SURFACE, "real")
    clean = received_mean(LARGE_SURFACE, beam, SYMBOLS)
    found = maximum_likelihood(LARGE_SURFACE, beam, clean, "real", known=np.zeros(2))
    assert math.degrees(math.sqrt(squared_errors(found, LARGE_SURFACE, SYMBOLS).angle)) > 2


# Errors beside bounds, by hand


def test_squared_errors_are_those_of_both_angles_and_the_mean_over_the_symbols():
    (elevation, azimuth), x = SECTION_V.user_aoa, np.array([1.0, 1j, -1.0, -1j])
    wrong = np.array([1.3, 1.4j, -1.0, -1j])
    off = Estimates(np.array([elevation + 0.1]), np.array([azimuth - 0.2]), wrong[None], wrong[None], np.zeros(1))
    errors = squared_errors(off, SECTION_V, x)
    for found, expected in zip((*errors, errors.angle), (0.01, 0.04, 0.25 / 4, 0.025), strict=True):
        np.testing.assert_allclose(found, [expected])


@functools.cache
def few_draws():
    return simulate_errors(LARGE_SURFACE, np.ones(64), SYMBOLS, [0.0, 5.0], draws=2, rng=np.random.default_rng(0))


def test_each_receiver_stands_beside_the_bound_of_its_own_symbol_model():
    for model in SYMBOL_MODELS:
        for level in (0.0, 5.0):
            bounds = crlb(LARGE_SURFACE.replace(snr_db=level), np.ones(64), SYMBOLS, model)
            for quantity in ("angle", "elevation", "azimuth", "symbol"):
                found = few_draws().bound.sel(model=model, snr_db=level, quantity=quantity)
                np.testing.assert_array_equal(found, getattr(bounds, quantity))


def test_known_symbols_have_no_error_and_everything_else_has():
    data = few_draws()
    nothing = (data.model == "known") & (data["quantity"] == "symbol")
    for name in ("mse", "mse_error"):
        xr.testing.assert_equal(
            np.isnan(data[name]), nothing.broadcast_like(data[name]).transpose(*data[name].dims)
        )


def test_runs_say_of_how_many_draws_slots_and_points_they_are():
    assert few_draws().attrs == {"draws": 2, "slots": 2}
    assert one_slot().attrs == {"draws": 40, "slots": 1, "order": 16}


@functools.cache
def one_slot():
    return simulate_error_rates(SECTION_V, np.ones(16), 16, 1, [-30.0], draws=40, rng=np.random.default_rng(0))


def test_in_blocks_of_one_slot_the_error_rate_has_the_standard_error_of_a_proportion():
    rate = one_slot().error_rate
    assert np.all((rate > 0) & (rate < 1))
    np.testing.assert_allclose(one_slot().error_rate_error, np.sqrt(rate * (1 - rate) / (40 - 1)))


def test_two_draws_are_enough_for_error_rates():
    data = simulate_error_rates(SECTION_V, np.ones(16), 4, 2, [10.0], draws=2, rng=np.random.default_rng(0))
    assert np.all(data.error_rate == 0)


def table_of(ratios, levels):
    """What `simulate_errors` returns, with these ratios of error and bound: rows per model, two quantities."""
    mse = np.repeat(np.array(ratios)[..., None], 2, axis=-1)
    dims = ("model", "snr_db", "quantity")
    coordinates = {"model": list("abcdefgh")[: len(mse)], "snr_db": levels, "quantity": ["angle", "symbol"]}
    return xr.Dataset(
        {"mse": (dims, mse), "mse_error": (dims, 0.1 * mse), "bound": (dims, 0 * mse + 1)}, coordinates
    )


def test_the_threshold_is_where_the_error_last_crosses_the_limit_on_logarithmic_axes():
    table = table_of(
        [
            [8.0, 8.0, 4.0, 1.0],  # halfway, in decibels of the error, from 4 to 1
            [8.0, 1.0, 8.0, 0.5],  # again above after it was below
            [8.0, 4.0, 4.0, 2.0],  # at the limit itself
            [2.0, 1.0, 1.0, 1.0],  # never above
            [8.0, 8.0, 8.0, 2.1],  # always
        ],
        [-20.0, -10.0, 0.0, 8.0],
    )
    edge = threshold_snr(table)
    assert edge.dims == ("model", "quantity")
    assert set(edge.coords) == {"model", "quantity"}
    for quantity in ("angle", "symbol"):
        np.testing.assert_allclose(edge.sel(quantity=quantity), [4.0, 4.0, 8.0, np.nan, np.nan], atol=1e-12)
    xr.testing.assert_allclose(threshold_snr(table.transpose("quantity", "snr_db", "model")), edge.T)
    xr.testing.assert_allclose(threshold_snr(table.isel(quantity=0)), edge.isel(quantity=0))
    np.testing.assert_allclose(threshold_snr(table, factor=4.0).isel(quantity=0)[:2], [0.0, 2.0], atol=1e-12)


def test_one_snr_has_no_threshold():
    assert np.all(np.isnan(threshold_snr(table_of([[1.0], [8.0]], [0.0]))))


def test_the_interval_is_one_of_95_percent_on_a_logarithmic_axis():
    ratio = ratio_to_bound(table_of([[3.0, 2.0]], [0.0, 10.0]))
    np.testing.assert_allclose(np.log(ratio.upper / ratio.ratio) / 0.1, scipy.stats.norm.ppf(0.975), atol=1e-4)
    np.testing.assert_allclose(ratio.upper * ratio.lower, ratio.ratio**2)
    np.testing.assert_allclose(ratio.ratio.squeeze().isel(quantity=0), [3.0, 2.0])


# Threshold, long blocks


def test_below_the_threshold_the_errors_leave_the_bound():
    levels = [-45.0, -40.0, -35.0, -30.0, -25.0, -20.0]
    data = simulate_errors(
        SECTION_V,
        designed(SECTION_V, "real"),
        SYMBOLS,
        levels,
        draws=1000,
        rng=np.random.default_rng(3),
        symbol_models=["known", "complex"],
    )
    ratio = ratio_to_bound(data).sel(quantity="angle", model="complex")
    assert ratio.lower.sel(snr_db=-40.0) > 5
    assert ratio.upper.sel(snr_db=-20.0) < 1.3
    edge = threshold_snr(data).sel(quantity="angle")
    assert -36 < edge.sel(model="complex") < -30
    assert edge.sel(model="known") < edge.sel(model="complex")
    assert np.isnan(threshold_snr(data.sel(snr_db=[-45.0, -40.0])).sel(quantity="angle", model="complex"))


def test_in_a_long_block_of_noisy_slots_unknown_symbols_cost_the_known_factor():
    # One source: 1 + sigma^2 / (|p|^2 mean |x|^2), however large T is; Stoica and Nehorai (1990).
    slots = 50
    beam, x = designed(SECTION_V, "complex"), draw_symbols(np.random.default_rng(4), slots)
    snr_db = 10 * math.log10(4 * 2 * symbol_crlb_known_angles(SECTION_V, beam))
    data = simulate_errors(
        SECTION_V,
        beam,
        x,
        [snr_db],
        draws=1000,
        rng=np.random.default_rng(5),
        symbol_models=["complex", "known"],
    )
    ratio = ratio_to_bound(data).isel(snr_db=0).sel(quantity="elevation")
    expected = 1 + 1 / (4 * np.mean(np.abs(x) ** 2))
    assert ratio.lower.sel(model="complex") > 1.05
    error = float(np.log(ratio.upper / ratio.ratio).sel(model="complex")) / 1.96
    assert abs(math.log(ratio.ratio.sel(model="complex") / expected)) < 4 * error
    assert abs(math.log(ratio.ratio.sel(model="known"))) < 4 * error


# Constellations


@pytest.mark.parametrize("order", [4, 16, 64, 256])
def test_constellations_have_unit_mean_power_zero_mean_and_decide_for_themselves(order):
    points = qam(order)
    assert len(set(points)) == order
    assert np.mean(np.abs(points) ** 2) == pytest.approx(1)
    assert abs(points.mean()) < 1e-12
    np.testing.assert_allclose(nearest_symbols(points, order), points, atol=1e-12)


@given(st.sampled_from([4, 16, 64]), seeds)
@settings(max_examples=20)
def test_the_decision_is_the_nearest_point(order, seed):
    estimates = np.random.default_rng(seed).normal(size=(50, 2)) @ [1, 1j]
    points = qam(order)
    nearest = points[np.abs(estimates[:, None] - points).argmin(axis=1)]
    np.testing.assert_allclose(nearest_symbols(estimates, order), nearest, atol=1e-12)


def test_estimates_that_are_not_finite_are_decided_for_some_point():
    decided = nearest_symbols([complex(np.inf, -np.inf), complex(np.nan, np.nan)], 16)
    assert np.abs(decided[:, None] - qam(16)).min(axis=1).max() < 1e-12
    assert decided[0] == pytest.approx(3 / math.sqrt(10) * (1 - 1j))


@pytest.mark.parametrize("order", [4, 16, 64, 256])
def test_what_is_not_a_number_is_decided_for_an_innermost_point(order):
    innermost = np.abs(qam(order)).min()
    assert abs(nearest_symbols(complex(np.nan, np.nan), order)) == pytest.approx(innermost)


def test_decisions_for_estimates_in_single_precision_are_points_of_the_constellation_to_the_last_digit():
    points = qam(16)
    decided = nearest_symbols(points.astype(np.complex64), 16)
    np.testing.assert_allclose(decided, points, rtol=1e-15)


@pytest.mark.parametrize("order", [4, 16, 64])
def test_the_error_rate_is_that_of_the_decision_regions(order):
    # Probability of the square about each point, from the normal distribution, point by point.
    snr, points = 10 ** (np.sqrt(order) / 4), qam(order)
    half = np.abs(points[1] - points[0]) / 2
    spread = math.sqrt(1 / (2 * snr))
    edge = np.abs(points.real).max()
    right = []
    for point in points:
        inside = 1.0
        for part in (point.real, point.imag):
            above = np.inf if part > edge - 1e-9 else half
            below = -np.inf if part < -edge + 1e-9 else -half
            inside *= scipy.stats.norm.cdf(above / spread) - scipy.stats.norm.cdf(below / spread)
        right.append(inside)
    assert symbol_error_rate(order, snr) == pytest.approx(1 - np.mean(right), rel=1e-9)


@functools.cache
def with_data(order):
    """Rates at the SNRs where the formula gives 0.2 and 0.02, at Section V."""
    beam = designed(SECTION_V, "complex")
    base = 2 * float(symbol_crlb_known_angles(SECTION_V, beam))
    snrs = np.logspace(-1, 4, 20_001)
    levels = [
        10 * math.log10(base * np.interp(-rate, -symbol_error_rate(order, snrs), snrs)) for rate in (0.2, 0.02)
    ]
    rng = np.random.default_rng(6)
    return simulate_error_rates(SECTION_V, beam, order, 10, levels, draws=1500, rng=rng)


@pytest.mark.parametrize("order", [4, 16])
def test_the_error_rate_at_known_angles_is_the_textbooks(order):
    data = with_data(order)
    np.testing.assert_allclose(data.formula, [0.2, 0.02], rtol=1e-3)
    known = data.sel(receiver="known angles")
    deviation = (known.error_rate - known.formula) / known.error_rate_error
    assert np.all(np.abs(deviation) < 3.5)


@pytest.mark.parametrize("order", [4, 16])
def test_unknown_angles_cost_little_at_section_v_and_never_help(order):
    rate, error = with_data(order).error_rate, with_data(order).error_rate_error
    excess = rate.sel(receiver="joint") - rate.sel(receiver="known angles")
    assert np.all(excess > -3 * error.sel(receiver="joint"))
    assert excess.isel(snr_db=1) < 0.01


def test_decisions_as_pilots_reach_the_bound_of_pilots_below_that_of_theorem_1():
    moments = expected_symbol_moments(10, 1.0)
    beam = cross_entropy(LARGE_SURFACE, moments, 0.0, rng=np.random.default_rng(8)).beam
    data = simulate_error_rates(
        LARGE_SURFACE,
        beam,
        4,
        10,
        [0.0],
        draws=4000,
        rng=np.random.default_rng(7),
    ).isel(snr_db=0)
    assert (data.error_rate == 0).all()
    mse, error = data.angle_mse, data.angle_mse_error
    for receiver, model in (("decision-directed", "known"), ("joint", "complex")):
        ratio = float(mse.sel(receiver=receiver) / data.bound.sel(model=model))
        assert abs(ratio - 1) < 4 * float(error.sel(receiver=receiver) / mse.sel(receiver=receiver))
    assert mse.sel(receiver="decision-directed") < 0.6 * data.bound.sel(model="real")


def test_a_wrong_direction_turns_the_block_by_the_lever_between_the_arrays():
    scenario = LARGE_SURFACE.replace(snr_db=0.0)
    beam = designed(LARGE_SURFACE, "complex")
    found = estimate(scenario, beam, noisy(scenario, beam, 1000), "complex")
    wrong = np.subtract(
        direction_cosines(found.elevation, found.azimuth),
        np.reshape(direction_cosines(*scenario.user_aoa), (2, 1)),
    )
    turn = np.angle(found.symbols @ SYMBOLS.conj())
    predicted = np.pi * (3.5 - 0.5) * wrong.sum(axis=0)
    assert np.mean((turn - predicted) ** 2) < 0.03 * np.mean(turn**2)


# Drivers and bad input


def test_a_run_is_repeatable_and_longer_lists_of_snr_begin_with_the_shorter():
    beam = designed(SECTION_V, "real")

    def run(levels):
        return simulate_errors(SECTION_V, beam, SYMBOLS, levels, draws=30, rng=np.random.default_rng(0))

    once, again, longer = run([-10.0]), run([-10.0]), run([-10.0, 0.0])
    assert once.identical(again)
    assert once.mse.equals(longer.mse.sel(snr_db=[-10.0]))


def test_means_are_drawn_only_above_the_snr_where_a_few_draws_decide():
    data = simulate_errors(
        SECTION_V, np.ones(16), SYMBOLS, [-20.0, 0.0, 10.0], draws=50, rng=np.random.default_rng(0)
    )
    data.mse_error.loc[{"snr_db": 0.0, "quantity": "symbol"}] = np.inf
    figure = draw_errors(data)
    markers = [line for line in figure.axes[1].lines if line.get_marker() == "s"]
    np.testing.assert_array_equal(np.isfinite(markers[0].get_ydata()), [False, False, True])


def test_figures_label_their_axes():
    data = simulate_error_rates(SECTION_V, np.ones(16), 4, 2, [-20.0], draws=10, rng=np.random.default_rng(0))
    figure = draw_error_rates({"one": [data], "two": [data]})
    assert [axes.get_ylabel() for axes in figure.axes] == ["symbol error rate"] * 2
    with pytest.raises(ValueError, match="quantities"):
        draw_errors(data, ["phase"])


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((SECTION_V, np.ones(16), CLEAN, "imaginary"), {}, "symbol_model"),
        ((SECTION_V, np.ones(9), CLEAN), {}, "beam"),
        ((SECTION_V, 2 * np.ones(16), CLEAN), {}, "unit modulus"),
        ((SECTION_V, np.ones(16), CLEAN[:, :9]), {}, "received must have shape"),
        ((SECTION_V, np.ones(16), CLEAN[0]), {}, "received must have shape"),
        ((SECTION_V, np.ones(16), CLEAN[:0]), {}, "received must have shape"),
        ((SECTION_V, np.ones(16), np.full((2, 16), np.nan)), {}, "received must be finite"),
        ((SECTION_V, np.ones(16), np.full((2, 16), "y")), {}, "numeric"),
        ((SECTION_V, np.ones(16), CLEAN, "complex"), {"known": SYMBOLS}, "known must be None"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {}, "known must hold x"),
        ((SECTION_V, np.ones(16), CLEAN, "real"), {}, "known must hold Im x"),
        ((SECTION_V, np.ones(16), CLEAN, "real"), {"known": SYMBOLS}, "real numbers"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {"known": np.ones(3)}, "known must have shape"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {"known": np.ones(1)}, "known must have shape"),
        ((SECTION_V, np.ones(16), CLEAN, "known"), {"known": np.ones((4, 2))}, "known must have shape"),
        ((SECTION_V, np.ones(16), CLEAN), {"bs_beam": np.ones(3)}, "bs_beam"),
        ((SECTION_V, np.ones(16), CLEAN), {"bs_beam": np.zeros(8)}, "sends nothing"),
        ((SECTION_V, np.ones(16), CLEAN), {"oversampling": 0.0}, "oversampling"),
        ((SECTION_V.replace(user_shape=(1, 16)), np.ones(16), CLEAN), {}, "along y"),
        (
            (SECTION_V.replace(user_shape=(16, 1), irs_shape=(16, 1)), np.ones(16), CLEAN, "known"),
            {"known": SYMBOLS},
            "along z",
        ),
    ],
)
def test_bad_arguments_of_the_receiver_are_named(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        maximum_likelihood(*arguments, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: qam(8), "power of 4"),
        (lambda: qam(36), "power of 4"),
        (lambda: nearest_symbols([1.0], 2), "order"),
        (lambda: symbol_error_rate(4, 0.0), "snr"),
        (lambda: noisy(SECTION_V, np.ones(16), 0), "draws"),
        (lambda: noisy(SECTION_V, np.ones(16), 3, symbols=np.ones((2, 2))), "symbols must have shape"),
        (lambda: noisy(SECTION_V, np.ones(16), 3, symbols=np.ones((1, 3, 2))), "symbols must have shape"),
        (lambda: simulate_received(SECTION_V, np.ones(16), [1.0], draws=2, rng=0), "rng"),
        (lambda: what_is_known([1.0], "none"), "symbol_model"),
        (
            lambda: simulate_errors(SECTION_V, np.ones(16), [1.0], [], draws=2, rng=np.random.default_rng(0)),
            "snr_db",
        ),
        (
            lambda: simulate_errors(SECTION_V, np.ones(16), [1.0], [0.0], draws=1, rng=np.random.default_rng(0)),
            "draws",
        ),
        (
            lambda: simulate_error_rates(
                SECTION_V, np.ones(16), 4, 2, [0.0], draws=1, rng=np.random.default_rng(0)
            ),
            "draws must be an integer of at least 2",
        ),
        (
            lambda: simulate_errors(
                SECTION_V, np.ones(16), [1.0], [0.0, np.nan], draws=2, rng=np.random.default_rng(0)
            ),
            r"snr_db\[1\] must be a finite number",
        ),
        (lambda: threshold_snr(few_draws(), 0.0), "factor must be a finite positive number"),
        (
            lambda: simulate_error_rates(
                SECTION_V, np.ones(16), 4, 0, [0.0], draws=2, rng=np.random.default_rng(0)
            ),
            "slots",
        ),
    ],
)
def test_other_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_one_row_of_antennas_is_enough_where_something_of_the_symbols_is_known():
    for shape in ((4, 4), (2, 4)):
        scenario = Scenario(irs_shape=shape, user_shape=(1, 4), user_aoa=(0.3, 0.5))
        beam = random_beams(scenario, (), np.random.default_rng(12))
        clean = received_mean(scenario, beam, SYMBOLS)
        for model in ("known", "real"):
            found = estimate(scenario, beam, clean, model)
            np.testing.assert_allclose([found.elevation, found.azimuth], scenario.user_aoa, atol=1e-6)


def test_what_is_no_scenario_is_named():
    with pytest.raises(TypeError, match=r"scenario must be a noisac\.Scenario"):
        maximum_likelihood("Section V", np.ones(16), CLEAN)
