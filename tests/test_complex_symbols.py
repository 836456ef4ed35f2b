"""Symbols with two unknown parts, priors, unknown path gains: the propositions of the book's chapter."""

import itertools
import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noisac import (
    Scenario,
    crlb,
    draw_symbols,
    finite_difference_information,
    fisher_information,
    pilots,
    random_beams,
    received_mean,
    run_experiment,
    symbol_moments,
)
from noisac.beamforming.tradeoff_ranges import MODELS, design_beams, mismatch_db, tradeoff_range
from noisac.bounds.aperture import aligned_beam, apertures
from noisac.bounds.closed_form import beam_sums
from noisac.bounds.priors import (
    bayesian_crlb,
    bayesian_information,
    crlb_with_prior,
    marginal_crlb,
    marginal_information,
    prior_information,
)
from noisac.bounds.tradeoff import aligned_beam_suffices, angle_gradients_by_cosines, angle_range_bound
from noisac.bounds.unknown_gain import GAIN_MODELS, crlb_unknown_gain, fisher_information_unknown_gain
from noisac.experiments.summaries import median_interval
from noisac_book.when_tradeoff import draw_models_beside
from tests.references import bounds_by_range_check
from tests.strategies import (
    SYMBOL_MODELS,
    scenarios,
    seeds,
    setups,
    shapes,
    symbol_blocks,
    symbol_models,
    wide_setups,
    wide_users,
)

gain_models = st.sampled_from(GAIN_MODELS)
fewer = settings(max_examples=40)
variances = st.floats(1e-4, 1.0)


def close(first, second, rtol=1e-7):
    np.testing.assert_allclose(first, second, rtol=rtol)


# The information that is left


@given(wide_setups)
def test_eliminating_complex_symbols_from_the_dense_matrix_leaves_the_users_aperture_alone(setup):
    scenario, beam, symbols = setup
    gain = np.abs(beam_sums(scenario, beam)[0]) ** 2
    assume(gain > 1e-3)
    information = fisher_information(scenario, beam, symbols, "complex")
    data, cross, angles = information[:-2, :-2], information[:-2, -2:], information[-2:, -2:]
    left = angles - cross.T @ np.linalg.solve(data, cross)
    gradients = angle_gradients_by_cosines(scenario)
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    expected = scale * gain * np.sum(np.abs(symbols) ** 2) * np.diag(apertures(scenario).user)
    # Cosines to angles: J = G^-T J_cosines G^-1, with G's rows the gradients of the angles.
    inverse = np.linalg.inv(gradients)
    np.testing.assert_allclose(left, inverse.T @ expected @ inverse, rtol=1e-6, atol=1e-9 * np.max(np.abs(angles)))


@given(setups(scenarios(user_shapes=st.sampled_from([(1, 1)]))))
def test_with_one_antenna_complex_symbols_tell_nothing_of_the_angles(setup):
    scenario, beam, _symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-3)
    bounds = crlb(*setup, "complex")
    assert np.isinf(bounds.elevation)
    assert np.isinf(bounds.azimuth)


@fewer
@given(wide_setups)
def test_it_is_the_conditional_bound_of_stoica_and_nehorai(setup):
    """{2 / sigma^2 sum_t Re[X^H D^H P_perp D X]}^-1, from the array response and its numerical derivatives."""
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 0.1)
    unit = np.ones(1)

    def response(elevation, azimuth):
        return received_mean(scenario.replace(user_aoa=(elevation, azimuth)), beam, unit)[0]

    elevation, azimuth = scenario.user_aoa
    a, step = response(elevation, azimuth), 1e-5
    derivatives = np.stack(
        [
            (response(elevation + step, azimuth) - response(elevation - step, azimuth)) / (2 * step),
            (response(elevation, azimuth + step) - response(elevation, azimuth - step)) / (2 * step),
        ],
        axis=-1,
    )
    projector = np.eye(len(a)) - np.outer(a, a.conj()) / np.vdot(a, a)
    middle = derivatives.conj().T @ projector @ derivatives
    total = sum((np.conj(x) * middle * x).real for x in symbols)
    information = 2 / scenario.noise_variance * total
    size = np.sqrt(np.diag(information))
    bound = np.diag(np.linalg.inv(information / np.outer(size, size))) / size**2
    bounds = crlb(*setup, "complex")
    close([bounds.elevation, bounds.azimuth], bound, rtol=1e-4)


# The trade-off


@given(wide_setups)
def test_the_symbols_bound_depends_on_gain_and_centre_of_gravity(setup):
    scenario, beam, symbols = setup
    sums = beam_sums(scenario, beam)
    assume(np.abs(sums[0]) > 1e-2)
    centre = sums[1:] / sums[0]
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    spread = np.sum(np.abs(centre) ** 2 / apertures(scenario).user) / len(symbols)
    close(crlb(*setup, "complex").symbol, (2 + spread) / (scale * np.abs(sums[0]) ** 2), rtol=1e-7)


@given(scenarios(user_shapes=wide_users), seeds, st.integers(1, 6))
def test_the_aligned_beam_is_best_for_the_angles_for_every_surface(scenario, seed, slots):
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, slots)
    others = np.exp(2j * np.pi * rng.random((20, scenario.irs_elements)))
    best = crlb(scenario, aligned_beam(scenario), symbols, "complex").angle
    assert np.all(crlb(scenario, others, symbols, "complex").angle >= best * (1 - 1e-9))


def test_where_the_aligned_beam_suffices_no_search_finds_a_better_one_for_the_symbols():
    rng = np.random.default_rng(7)
    checked = 0
    while checked < 60:
        scenario = Scenario(
            irs_shape=tuple(rng.integers(2, 5, 2)),
            user_shape=tuple(rng.integers(2, 5, 2)),
            irs_spacing=rng.uniform(0.2, 0.8),
        )
        slots = int(rng.integers(1, 4))
        if not aligned_beam_suffices(scenario, slots):
            continue
        symbols = draw_symbols(rng, slots)
        found = design_beams(scenario, symbols, 1.0, rng=rng, symbol_model="complex")
        best = crlb(scenario, aligned_beam(scenario), symbols, "complex").symbol
        assert crlb(scenario, found, symbols, "complex").symbol >= best * (1 - 1e-9)
        checked += 1


def test_a_small_user_and_a_large_surface_have_a_trade_off_with_complex_symbols_too():
    # The hypothesis that it vanishes for every L and M is false: the symbols' bound also depends on the centre.
    rng = np.random.default_rng(1)
    scenario = Scenario(user_shape=(2, 2), irs_shape=(6, 6))
    symbols = draw_symbols(rng, 2, size=(3,))
    found = tradeoff_range(scenario, symbols, rng=rng, symbol_model="complex")
    assert np.all(found.angle_db > 5)
    assert np.all(found.rate_bits > 0.2)
    assert np.all(found.angle_db <= 10 * np.log10(angle_range_bound(scenario, 2, "complex")) + 1e-9)


@pytest.mark.parametrize("side", [3, 4, 5, 6])
def test_at_the_papers_arrays_complex_symbols_leave_no_trade_off(side):
    rng = np.random.default_rng(side)
    scenario = Scenario(irs_shape=(side, side))
    assert aligned_beam_suffices(scenario, 2)
    symbols = draw_symbols(rng, 2, size=(3,))
    found = tradeoff_range(scenario, symbols, rng=rng, symbol_model="complex")
    assert np.all(np.abs(found.angle_db) < 1e-2)


# Unknown path gain


def eliminate(information, keep):
    """Angles' part of the inverse of a dense matrix, by a Schur complement with rank decided by eigenvalues."""
    nuisance, cross, angles = information[:-keep, :-keep], information[:-keep, -keep:], information[-keep:, -keep:]
    if not nuisance.size:
        return angles
    size = np.sqrt(np.diag(nuisance))
    pseudo = np.linalg.pinv(nuisance / np.outer(size, size), rcond=1e-10, hermitian=True) / np.outer(size, size)
    return angles - cross.T @ pseudo @ cross


@given(wide_setups, symbol_models, gain_models)
def test_the_closed_form_with_an_unknown_gain_is_the_inverse_of_the_dense_matrix(setup, model, gain):
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-2)
    factor = symbol_moments(symbols).factor
    if model == "real" and gain == "complex":
        assume(np.linalg.cond(factor) < 100)
    assume(abs(factor[0, 0]) > 1e-2)
    information = fisher_information_unknown_gain(scenario, beam, symbols, model, gain)
    left = eliminate(information, 2)
    size = np.sqrt(np.diag(left))
    bound = np.diag(np.linalg.inv(left / np.outer(size, size))) / size**2
    bounds = crlb_unknown_gain(scenario, beam, symbols, model, gain)
    close([bounds.elevation, bounds.azimuth], bound, rtol=1e-4)
    if model == "real":
        size = np.sqrt(np.diag(information))
        dense = np.diag(np.linalg.inv(information / np.outer(size, size))) / size**2
        close(bounds.symbol, dense[: len(symbols)].mean(), rtol=1e-4)


@fewer
@given(setups(), gain_models)
def test_complex_symbols_are_lost_beside_an_unknown_gain_and_the_angles_are_not(setup, gain):
    scenario, beam, symbols = setup
    bounds, before = crlb_unknown_gain(scenario, beam, symbols, "complex", gain), crlb(*setup, "complex")
    close([bounds.elevation, bounds.azimuth], [before.elevation, before.azimuth])
    if gain == "known":
        close(bounds.symbol, before.symbol)
    else:
        assert np.isinf(bounds.symbol)
        # The gain's derivatives are combinations of the symbols': the matrix is singular by as many dimensions.
        information = fisher_information_unknown_gain(scenario, beam, symbols, "complex", gain)
        largest = np.max(np.diag(information))
        added = {"phase": 1, "complex": 2}[gain]
        rank = np.linalg.matrix_rank(information[:-2, :-2], tol=1e-9 * largest, hermitian=True)
        assert rank <= len(information) - 2 - added


@fewer
@given(wide_setups)
def test_an_unknown_complex_gain_makes_all_symbol_models_equal_for_the_angles(setup):
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-2)
    user = crlb(*setup, "complex")
    for model in SYMBOL_MODELS:
        bounds = crlb_unknown_gain(scenario, beam, symbols, model, "complex")
        close([bounds.elevation, bounds.azimuth], [user.elevation, user.azimuth], rtol=1e-9)


@given(wide_setups, seeds)
def test_with_an_unknown_complex_gain_both_bounds_depend_on_the_beams_gain_alone(setup, seed):
    # So the co-phased beam is optimal for both, whatever the arrays: no trade-off in any symbol model.
    scenario, first, symbols = setup
    assume(len(symbols) > 1)
    assume(np.linalg.cond(symbol_moments(symbols).factor) < 1e4)
    second = random_beams(scenario, (), np.random.default_rng(seed))
    gains = [abs(beam_sums(scenario, beam)[0]) ** 2 for beam in (first, second)]
    assume(min(gains) > 1e-4)
    one, other = (crlb_unknown_gain(scenario, beam, symbols, "real", "complex") for beam in (first, second))
    close(one.angle * gains[0], other.angle * gains[1])
    close(one.symbol * gains[0], other.symbol * gains[1])


@fewer
@given(wide_setups, symbol_models)
def test_not_knowing_more_never_helps(setup, model):
    scenario, beam, symbols = setup
    bounds = [crlb_unknown_gain(scenario, beam, symbols, model, gain) for gain in GAIN_MODELS]
    for better, worse in itertools.pairwise(bounds):
        assert worse.elevation >= better.elevation * (1 - 1e-9)
        assert worse.azimuth >= better.azimuth * (1 - 1e-9)
        if model != "known":
            assert worse.symbol >= better.symbol * (1 - 1e-9)


@fewer
@given(scenarios(user_shapes=wide_users), st.integers(1, 5), seeds, st.sampled_from(["known", "real"]))
def test_with_an_unknown_phase_the_gain_over_the_aligned_beam_is_at_most_the_ratio_of_variances(
    scenario, slots, seed, model
):
    # Hypothesis (b) holds here: (L_y^2 - 1) / (M_y^2 - 1) for equal spacings, wherever the centres are.
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, slots)
    beams = aligned_beam(scenario) * np.exp(
        1j * rng.uniform(0, 3) * rng.standard_normal((40, scenario.irs_elements))
    )
    best = crlb_unknown_gain(scenario, aligned_beam(scenario), symbols, model, "phase")
    others = crlb_unknown_gain(scenario, beams, symbols, model, "phase")
    limit = max(1.0, float(apertures(scenario).ratio.max()))
    assert np.all(best.elevation <= others.elevation * limit * (1 + 1e-9))
    assert np.all(best.azimuth <= others.azimuth * limit * (1 + 1e-9))
    if model == "real":
        assert np.all(others.symbol >= best.symbol * (1 - 1e-9))


def test_a_beam_that_cancels_itself_has_no_gain_to_be_unknown():
    scenario = Scenario(irs_shape=(1, 4), user_shape=(2, 2))
    beam = aligned_beam(scenario) * np.array([1, -1, -1, 1])
    bounds = crlb_unknown_gain(scenario, beam, [1.0, 1j], "known", "complex")
    close(bounds.elevation, crlb(scenario, beam, [1.0, 1j], "known").elevation)


# Priors


@fewer
@given(wide_setups, variances, st.sampled_from(["real", "complex"]))
def test_the_bayesian_bound_is_the_inverse_of_its_matrix(setup, variance, model):
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-2)
    information = bayesian_information(scenario, beam, len(symbols), variance, model)
    size = np.sqrt(np.diag(information))
    scaled = information / np.outer(size, size)
    assume(np.linalg.cond(scaled) < 1e9)
    dense = np.diag(np.linalg.inv(scaled)) / size**2
    bounds = bayesian_crlb(scenario, beam, len(symbols), variance, model)
    close([bounds.elevation, bounds.azimuth], dense[-2:], rtol=1e-5)
    close(bounds.symbol, dense[:-2].sum() / len(symbols), rtol=1e-5)


@fewer
@given(wide_setups, variances, st.sampled_from(["real", "complex"]))
def test_the_bound_with_a_prior_is_the_inverse_of_theorem_1_and_the_priors_information(setup, variance, model):
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1e-2)
    information = fisher_information(scenario, beam, symbols, model)
    information[:-2, :-2] += prior_information(variance) * np.eye(len(information) - 2)
    size = np.sqrt(np.diag(information))
    scaled = information / np.outer(size, size)
    assume(np.linalg.cond(scaled) < 1e9)
    dense = np.diag(np.linalg.inv(scaled)) / size**2
    bounds = crlb_with_prior(scenario, beam, symbols, variance, model)
    close([bounds.elevation, bounds.azimuth], dense[-2:], rtol=1e-5)
    close(bounds.symbol, dense[:-2].sum() / len(symbols), rtol=1e-5)


@pytest.mark.paper(19, 20)
@pytest.mark.parametrize("model", ["real", "complex"])
def test_the_bayesian_information_is_that_of_the_prior_and_the_mean_of_theorem_1_over_draws(model):
    scenario, variance, slots, draws = Scenario(irs_shape=(2, 3), user_shape=(2, 2)), 0.4, 2, 1000
    rng = np.random.default_rng(3)
    beam = random_beams(scenario, (), rng)
    blocks = draw_symbols(rng, slots, variance, size=(draws,))
    drawn = np.array([fisher_information(scenario, beam, block, model) for block in blocks])
    expected = bayesian_information(scenario, beam, slots, variance, model)
    expected[:-2, :-2] -= 2 / variance * np.eye(len(expected) - 2)
    size = np.sqrt(np.diag(expected))
    error = (drawn.mean(axis=0) - expected) / np.outer(size, size)
    deviation = drawn.std(axis=0) / np.outer(size, size) / math.sqrt(draws)
    assert np.all(np.abs(error) <= 4.5 * deviation + 1e-9)
    assert np.max(deviation) < 0.05


@pytest.mark.paper(20, 52, 53)
def test_the_priors_information_is_the_curvature_of_its_logarithm_and_not_zero():
    # (51) and (52) differentiate by x and x as if x* did not move with it; along a real part it does.
    variance, at, step = 0.7, 0.3 - 0.4j, 1e-4
    for direction in (1.0, 1j):
        ahead, here, behind = (
            -(abs(at + shift * direction - math.sqrt(1 - variance)) ** 2) / variance for shift in (step, 0, -step)
        )
        curvature = -(ahead - 2 * here + behind) / step**2
        close(prior_information(variance), curvature, rtol=1e-6)


@fewer
@given(wide_setups, st.floats(0.0, 1.0))
def test_the_marginal_information_is_that_of_a_gaussian_signal(setup, variance):
    """Slepian and Bangs' formula with numerical derivatives of mean and covariance."""
    scenario, beam, symbols = setup
    assume(np.abs(beam_sums(scenario, beam)[0]) > 0.1)
    slots, step = len(symbols), 1e-6
    elevation, azimuth = scenario.user_aoa
    unit = 1 / math.sqrt(scenario.noise_variance)  # noise of unit variance

    def mean_and_covariance(d_elevation, d_azimuth):
        moved = scenario.replace(user_aoa=(elevation + d_elevation, azimuth + d_azimuth))
        h = unit * received_mean(moved, beam, np.ones(1))[0]
        return math.sqrt(1 - variance) * h, np.eye(len(h)) + variance * np.outer(h, h.conj())

    inverse = np.linalg.inv(mean_and_covariance(0, 0)[1])
    derivatives = []
    for shift in ((step, 0), (0, step)):
        ahead, behind = mean_and_covariance(*shift), mean_and_covariance(-shift[0], -shift[1])
        derivatives.append([(p - m) / (2 * step) for p, m in zip(ahead, behind, strict=True)])
    information = np.empty((2, 2))
    for i, (mean_i, cov_i) in enumerate(derivatives):
        for j, (mean_j, cov_j) in enumerate(derivatives):
            trace = np.trace(inverse @ cov_i @ inverse @ cov_j).real
            information[i, j] = slots * (trace + 2 * (mean_i.conj() @ inverse @ mean_j).real)
    gradients = angle_gradients_by_cosines(scenario)
    of_cosines = gradients.T @ information @ gradients
    found = marginal_information(scenario, beam, slots, variance)
    size = np.sqrt(np.diag(found))
    np.testing.assert_allclose(found / np.outer(size, size), of_cosines / np.outer(size, size), atol=1e-4)
    bounds = marginal_crlb(scenario, beam, slots, variance)
    size = np.sqrt(np.diag(information))
    scaled = information / np.outer(size, size)
    assume(np.linalg.cond(scaled) < 1e4)
    close([bounds.elevation, bounds.azimuth], np.diag(np.linalg.inv(scaled)) / size**2, rtol=1e-3)


@given(wide_setups, st.sampled_from(["real", "complex"]))
def test_all_three_bounds_with_a_prior_begin_at_pilots(setup, model):
    scenario, beam, symbols = setup
    known = crlb(scenario, beam, symbols, "known")
    sharp = crlb_with_prior(scenario, beam, symbols, 0.0, model)
    close([sharp.elevation, sharp.azimuth], [known.elevation, known.azimuth], rtol=1e-6)
    assert sharp.symbol == 0
    slots = len(symbols)
    of_pilots = crlb(scenario, beam, pilots(slots), "known")
    for bounds in (bayesian_crlb(scenario, beam, slots, 0.0, model), marginal_crlb(scenario, beam, slots, 0.0)):
        close([bounds.elevation, bounds.azimuth], [of_pilots.elevation, of_pilots.azimuth], rtol=1e-6)


@given(wide_setups, st.sampled_from(["real", "complex"]))
def test_the_bayesian_bound_ends_at_pilots_too_and_so_says_nothing_of_data(setup, model):
    # E x = 0 at sigma_x^2 = 1: the expected matrix has no correlation of symbols and angles left.
    scenario, beam, symbols = setup
    of_pilots = crlb(scenario, beam, pilots(len(symbols)), "known")
    data = bayesian_crlb(scenario, beam, len(symbols), 1.0, model)
    close([data.elevation, data.azimuth], [of_pilots.elevation, of_pilots.azimuth], rtol=1e-9)


@given(wide_setups, variances, st.sampled_from(["real", "complex"]))
def test_a_prior_helps_and_pilots_help_more(setup, variance, model):
    scenario, beam, symbols = setup
    without, known = crlb(scenario, beam, symbols, model), crlb(scenario, beam, symbols, "known")
    bounds = crlb_with_prior(scenario, beam, symbols, variance, model)
    for name in ("elevation", "azimuth"):
        assert getattr(known, name) <= getattr(bounds, name) * (1 + 1e-9)
        assert getattr(bounds, name) <= getattr(without, name) * (1 + 1e-9)
    assert bounds.symbol <= without.symbol * (1 + 1e-9)


def test_at_unit_variance_the_prior_is_worth_nothing_at_the_papers_snr():
    rng = np.random.default_rng(0)
    scenario, symbols = Scenario(), draw_symbols(rng, 2, size=(20,))
    beam = random_beams(scenario, (20,), rng)
    for model in ("real", "complex"):
        without = crlb(scenario, beam, symbols, model)
        bounds = crlb_with_prior(scenario, beam, symbols, 1.0, model)
        strong = np.abs(beam_sums(scenario, beam)[:, 0]) > 4
        assert np.any(strong)
        np.testing.assert_allclose(bounds.angle[strong], without.angle[strong], rtol=2e-2)


@fewer
@given(scenarios(user_shapes=wide_users, snr_db=st.floats(30, 40)), st.integers(1, 4), seeds)
def test_the_marginal_bound_of_data_tends_to_that_of_complex_symbols(scenario, slots, seed):
    beam = random_beams(scenario, (), np.random.default_rng(seed))
    assume(np.abs(beam_sums(scenario, beam)[0]) > 1)
    found = marginal_information(scenario, beam, slots, 1.0)
    power = np.abs(beam_sums(scenario, beam)[0]) ** 2
    scale = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    user = scale * power * slots * np.diag(apertures(scenario).user)
    e = np.abs(beam_sums(scenario, beam)[1:]) ** 2 / power
    np.testing.assert_allclose(
        np.diag(found) - np.diag(user), 0, atol=1e-2 * np.diag(user).max() + 4 * slots * e.max()
    )


# The wrong bound


def test_no_beam_judged_under_a_model_beats_the_one_designed_for_it():
    rng = np.random.default_rng(2)
    scenario = Scenario(irs_shape=(3, 3), user_shape=(2, 2))
    symbols = draw_symbols(rng, 2, size=(20,))
    table = mismatch_db(scenario, symbols, rng=rng, phases="codebook")
    assert table.shape == (3, 3, 20)
    for i in range(len(MODELS)):
        np.testing.assert_allclose(table[i, i], 0, atol=1e-9)
    assert np.all(table > -1e-6)
    assert table[MODELS.index("known"), MODELS.index("complex")].mean() > 0.5


def test_between_equal_arrays_the_model_does_not_matter_for_free_phases():
    rng = np.random.default_rng(3)
    symbols = draw_symbols(rng, 2, size=(5,))
    table = mismatch_db(Scenario(irs_shape=(3, 3), user_shape=(3, 3)), symbols, rng=rng)
    assert np.all(np.abs(table) < 1e-2)


# Singular and bad input


@fewer
@given(setups(scenarios(irs_shapes=shapes(1, 3), user_shapes=shapes(1, 3)), symbol_blocks(1, 3)))
def test_known_gain_is_theorem_1(setup):
    for model in SYMBOL_MODELS:
        for one, other in zip(crlb_unknown_gain(*setup, model, "known"), crlb(*setup, model), strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_dense_matrix_without_an_unknown_gain_is_theorem_1():
    scenario, x = Scenario(irs_shape=(2, 2)), [1.0, 0.3 + 1j]
    beam = random_beams(scenario, (), np.random.default_rng(0))
    for model in SYMBOL_MODELS:
        dense = fisher_information_unknown_gain(scenario, beam, x, model, "known")
        close(dense, fisher_information(scenario, beam, x, model), rtol=1e-9)
        size = np.sqrt(np.diag(dense))
        numerical = finite_difference_information(scenario, beam, x, model)
        np.testing.assert_allclose(numerical / np.outer(size, size), dense / np.outer(size, size), atol=1e-7)


@pytest.mark.parametrize("beam", [np.ones(4), np.array([1, -1, 1, -1])])
def test_bounds_that_do_not_exist_are_infinite(beam):
    scenario = Scenario(irs_shape=(2, 2), user_shape=(1, 1))
    _, elevation, azimuth = bounds_by_range_check(scenario, beam, np.array([1.0, 1j]), "complex")
    assert np.isinf([elevation, azimuth]).all()
    bounds = crlb_unknown_gain(scenario, beam, [1.0, 1j], "known", "complex")
    assert not np.isnan(bounds.angle)
    assert np.isinf(crlb_unknown_gain(scenario, beam, [1.0, 2.0], "real", "complex").symbol)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crlb_unknown_gain(Scenario(), np.ones(16), [1.0], "real", "modulus"), "gain_model must be"),
        (lambda: fisher_information_unknown_gain(Scenario(), np.ones(16), [1.0], "x"), "symbol_model must be"),
        (lambda: prior_information(1.5), "variance"),
        (lambda: bayesian_information(Scenario(), np.ones(16), 2, 0.0), "variance .* above 0"),
        (lambda: bayesian_crlb(Scenario(), np.ones(16), 2, 1.0, "known"), "symbol_model must be"),
        (lambda: marginal_information(Scenario(), np.ones(16), 0, 1.0), "slots must be"),
        (lambda: aligned_beam_suffices(Scenario(), 0), "slots must be"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_figures_of_both_models_draw_every_experiment():
    names = ("fig04", "fig05", "fig06", "fig08", "fig09", "fig10", "fig11", "fig12", "fig13", "fig14")
    data = {name: run_experiment(name, draws=1, seed=1) for name in names}
    figure = draw_models_beside({"real": data, "complex": data})
    titles = [axes.get_title() for axes in figure.axes]
    assert all(any(f"Fig. {int(name[3:])}" in title for title in titles) for name in names)
    assert all(axes.lines for axes in figure.axes)


def test_the_figures_of_both_models_draw_what_is_given_two_panels_in_a_row():
    data = {name: run_experiment(name, draws=1, seed=1) for name in ("fig04", "fig11", "fig12")}
    figure = draw_models_beside({"real": data, "complex": data})
    assert [axes.get_title() for axes in figure.axes] == ["Fig. 4", "Fig. 4", "Fig. 11a", "Fig. 11b", "Fig. 12"]
    assert {axes.get_subplotspec().colspan.start for axes in figure.axes} == {0, 1}
    explained = {name.get_text().split()[0] for name in figure.legends[0].get_texts()}
    assert explained == {"one", "both", "pilots"}
    alone = draw_models_beside({model: {"fig12": data["fig12"]} for model in ("real", "complex")})
    assert {name.get_text().split()[0] for name in alone.legends[0].get_texts()} == {"one", "both"}


def test_the_interval_of_a_median_holds_it_in_95_percent_of_all_cases():
    rng = np.random.default_rng(0)
    values = xr.DataArray(rng.standard_exponential((4000, 100)), dims=("case", "draw"))
    low, high = median_interval(values)
    held = np.mean((low <= np.log(2)) & (np.log(2) <= high))
    assert 0.94 < held < 0.98


def test_a_silent_beam_shows_the_distributions_receiver_the_one_angle_that_it_shows_to_pilots():
    scenario = Scenario(irs_shape=(1, 4), user_shape=(2, 2), user_aoa=(0.0, 0.0), irs_aoa=(0.0, 0.0))
    beam = np.array([1.0, 1.0, -1.0, -1.0])
    known = crlb(scenario, beam, pilots(1), "known")
    found = marginal_crlb(scenario, beam, 1, 0.0)
    assert np.isfinite(known.elevation)
    assert np.isinf(known.azimuth)
    close(found.elevation, known.elevation, rtol=1e-12)
    assert np.isinf(found.azimuth)
    assert np.isinf(marginal_crlb(scenario, beam, 1, 1.0).angle)
