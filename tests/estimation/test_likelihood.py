"""The signal's model and the climb: likelihood, gradients, steps and the grid from which it starts."""

import functools
import itertools
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from hypothesis import assume, given, settings

from noisac import (
    Scenario,
    draw_symbols,
    random_beams,
    received_mean,
)
from noisac.bounds.closed_form import beam_sums
from noisac.estimation import (
    simulate_received,
)
from noisac.estimation.receivers import _angles
from noisac.estimation.search import _newton_step, _tangents, climb, direction_grid
from noisac.model.arrays import direction_cosines
from tests.estimation.cases import CLEAN, SECTION_V, SYMBOLS, designed, estimate, noisy, observation, small_case
from tests.strategies import SYMBOL_MODELS, seeds, symbol_models


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

    @functools.lru_cache(maxsize=4)  # a difference quotient by a symbol asks for the same angles again
    def response(elevation, azimuth):
        there = scenario.replace(user_aoa=tuple(np.clip((elevation, azimuth), -1.57, 1.57)))
        return received_mean(there, beam, [1.0])[0]

    def residuals(parameters):
        left = (y - np.outer(symbols_of(parameters), response(*parameters[:2]))) / scale
        return np.r_[left.real.ravel(), left.imag.ravel()]

    best = None
    for start in rng.uniform(-1.3, 1.3, (8, 2)):
        found = scipy.optimize.least_squares(
            residuals, np.r_[start, np.zeros(count)], xtol=1e-12, ftol=1e-12, max_nfev=100
        )
        best = found if best is None or found.cost < best.cost else best
    estimates = estimate(scenario, beam, y, model, x)
    assert estimates.residual / scale**2 == pytest.approx(2 * best.cost, rel=1e-8)
    np.testing.assert_allclose([estimates.elevation, estimates.azimuth], best.x[:2], atol=1e-5)
    np.testing.assert_allclose(estimates.symbols, symbols_of(best.x), atol=1e-4)
