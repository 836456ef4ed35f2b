"""Bounds with the symbols' prior, against dense matrices and draws."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    crlb,
    draw_symbols,
    fisher_information,
    pilots,
    random_beams,
    received_mean,
)
from noisac.bounds.aperture import apertures
from noisac.bounds.closed_form import beam_sums
from noisac.bounds.priors import (
    bayesian_crlb,
    bayesian_information,
    crlb_with_prior,
    marginal_crlb,
    marginal_information,
    prior_information,
)
from noisac.bounds.tradeoff import angle_gradients_by_cosines
from tests.bounds.cases import close, fewer
from tests.strategies import (
    scenarios,
    seeds,
    wide_setups,
    wide_users,
)

variances = st.floats(1e-4, 1.0)


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
@given(wide_setups, st.just(0.0) | st.floats(1e-6, 1.0))
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
