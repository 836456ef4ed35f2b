"""Corollary 1: its entropies, what it counts of a complex symbol, and the rates of `noisac.bounds.rates`."""

import math
from functools import cache

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    bs_irs_channel,
    crlb,
    crlb_per_symbol,
    draw_symbols,
    fisher_information,
    irs_user_channel,
    matched_bs_beam,
    mutual_information,
    random_beams,
    symbol_crlb_known_angles,
)
from noisac.bounds.closed_form import sum_weights
from noisac.bounds.rates import angle_cost, effective_snr, gaussian_information
from noisac_book.closed_form import draw_rates
from noisac_book.derivations import closed_form, elimination, rates
from noisac_book.derivations.names import noise_variance, symbol_variance
from noisac_book.derivations.typesetting import compile_formula, numerical_letters
from tests.strategies import UNKNOWN_SYMBOLS, scenarios, setups, wide_setups, wide_users

variances = st.floats(0.05, 1.0)
bounds = st.floats(1e-6, 1e3)


def signal_response(scenario, beam):
    """beta_x of (23)."""
    return irs_user_channel(scenario) @ (beam * (bs_irs_channel(scenario) @ matched_bs_beam(scenario)))


@cache
def compiled_information(name):
    information = getattr(rates, name)().information
    return sp.lambdify((rates.bound, symbol_variance), information / sp.log(2), "numpy")


def in_bits(name, bound, variance):
    """Information by a derivation of `noisac_book.derivations.rates`, in bits."""
    return compiled_information(name)(bound, variance)


@pytest.mark.paper(35)
@pytest.mark.parametrize("variance", [0.01, 0.5, 3.0])
def test_entropies_are_those_of_samples(variance):
    # -ln p is averaged over draws: an estimate of the entropy that uses no integral.
    rng = np.random.default_rng(1)
    draws = 40_000
    real = rng.standard_normal(draws) * math.sqrt(variance)
    surprise = np.log(2 * np.pi * variance) / 2 + real**2 / (2 * variance)
    v = sp.Symbol("v", positive=True)
    expected = float(rates.real_entropy(v).subs(v, variance))
    assert abs(surprise.mean() - expected) < 5 * surprise.std() / math.sqrt(draws)
    parts = rng.standard_normal((draws, 2)) * math.sqrt(variance / 2)
    surprise = np.log(np.pi * variance) + np.sum(parts**2, axis=1) / variance
    expected = float(rates.complex_entropy(v).subs(v, variance))
    assert abs(surprise.mean() - expected) < 5 * surprise.std() / math.sqrt(draws)


@pytest.mark.paper(35)
def test_the_joint_entropy_is_that_of_two_independent_halves():
    v = sp.Symbol("v", positive=True)
    difference = rates.complex_entropy(v) - 2 * rates.real_entropy(v / 2)
    assert sp.simplify(sp.expand_log(difference)) == 0


@pytest.mark.paper(32, 33, 34, 35)
@given(bounds, variances)
def test_corollary_1_is_the_formula_of_the_package(bound, variance):
    derived = in_bits("corollary_1", bound, variance)
    assert mutual_information(bound, variance) == pytest.approx(derived, rel=1e-9, abs=1e-9)


@pytest.mark.paper(32)
@given(bounds, variances)
def test_corollary_1_is_half_a_bit_too_large_for_the_real_part_and_negative_for_large_bounds(bound, variance):
    printed = mutual_information(bound, variance)
    assert printed - in_bits("real_part", bound, variance) == pytest.approx(0.5)
    assert (printed < 0) == (bound > variance)
    assert gaussian_information(bound, variance, "real") > 0
    assert gaussian_information(bound, variance, "complex") > 0


@given(bounds, variances)
def test_the_rates_with_the_prior_are_the_derived_ones(bound, variance):
    for name, model in (("real_part_with_prior", "real"), ("composite_with_prior", "complex")):
        derived = in_bits(name, bound, variance)
        assert gaussian_information(bound, variance, model) == pytest.approx(derived, rel=1e-9)


def test_a_bound_that_is_infinite_carries_no_information():
    assert gaussian_information(np.inf, 1.0, "real") == 0
    assert gaussian_information(np.inf, 1.0, "complex") == 0
    assert mutual_information(np.inf, 1.0) == -np.inf  # Corollary 1 as printed: it has no prior to fall back on


def test_information_is_finite_where_only_the_quotient_is_not():
    for bound, variance in ((1e-300, 1e90), (1e90, 1e-300)):
        assert mutual_information(bound, variance) == pytest.approx(
            195 * math.copysign(math.log2(10), variance - bound)
        )


def test_a_bound_near_zero_does_not_overflow():
    assert np.isfinite(gaussian_information(1e-300, 1.0))


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_bounds_and_variances_must_be_above_zero(bad):
    with pytest.raises(ValueError, match="symbol_crlb"):
        gaussian_information(bad, 1.0)
    with pytest.raises(ValueError, match="symbol_variance"):
        gaussian_information(1.0, bad)
    with pytest.raises(ValueError, match="symbol_variance"):
        effective_snr(Scenario(), np.ones(16), bad)
    with pytest.raises(ValueError, match="symbol_model"):
        gaussian_information(1.0, 1.0, "known")
    with pytest.raises(ValueError, match="symbol_model"):
        angle_cost(Scenario(), np.ones(16), [1.0], "known")


@pytest.mark.paper(34)
def test_the_posterior_is_that_of_the_joint_gaussian():
    # (x, xhat) with xhat = x + e: conditioning by the covariance matrix, which the derivation does not use.
    prior, error = sp.symbols("a b", positive=True)
    mu, estimate = sp.symbols("mu xhat", real=True)
    mean, variance = rates.posterior(prior, error)
    gain = prior / (prior + error)
    assert sp.simplify(variance - (prior - gain * prior)) == 0
    assert sp.simplify(mean - (mu + gain * (estimate - mu))) == 0
    assert sp.limit(variance, prior, sp.oo) == error
    assert sp.limit(mean, prior, sp.oo) == estimate


@pytest.mark.parametrize("antennas", [1, 2, 3])
def test_the_determinants_give_one_plus_the_snr(antennas):
    ratio = rates.received_over_noise(antennas)
    beta = sp.symbols(f"beta_1:{antennas + 1}")
    snr = symbol_variance / noise_variance * sum(sp.Abs(b) ** 2 for b in beta)
    assert sp.expand(ratio - 1 - snr) == 0


@given(wide_setups, variances)
def test_the_capacity_of_the_link_is_that_of_its_covariances(setup, variance):
    scenario, beam, _ = setup
    beta = signal_response(scenario, beam)
    signal = variance * np.outer(beta, beta.conj()) / scenario.noise_variance
    both = np.linalg.slogdet(np.eye(len(beta)) + signal)[1] / math.log(2)
    snr = effective_snr(scenario, beam, variance)
    assert np.log2(1 + snr) == pytest.approx(both, rel=1e-6, abs=1e-8)
    known = symbol_crlb_known_angles(scenario, beam)
    assert gaussian_information(2 * known, variance) == pytest.approx(both, rel=1e-6, abs=1e-8)
    # The real part alone, by the covariance of real and imaginary parts of y with and without Re x known.
    columns = np.stack([np.r_[beta.real, beta.imag], np.r_[-beta.imag, beta.real]]) * math.sqrt(variance / 2)
    noise = np.eye(2 * len(beta)) * scenario.noise_variance / 2
    with_both = np.linalg.slogdet(noise + columns.T @ columns)[1]
    with_imaginary = np.linalg.slogdet(noise + np.outer(columns[1], columns[1]))[1]
    half = (with_both - with_imaginary) / (2 * math.log(2))
    assert gaussian_information(known, variance, "real") == pytest.approx(half, rel=1e-6, abs=1e-8)


def test_the_matched_filter_has_the_capacity_by_simulation():
    scenario = Scenario(snr_db=-36.0)
    beam = random_beams(scenario, (), np.random.default_rng(0))
    beta, rng, draws = signal_response(scenario, beam), np.random.default_rng(1), 20_000
    x = draw_symbols(rng, draws)
    noise = rng.standard_normal((draws, len(beta), 2)) @ [1, 1j] * math.sqrt(scenario.noise_variance / 2)
    estimate = (np.outer(x, beta) + noise) @ beta.conj() / np.vdot(beta, beta).real
    error = estimate - x
    expected = symbol_crlb_known_angles(scenario, beam)
    squares = error.real**2
    assert abs(squares.mean() - expected) < 5 * squares.std() / math.sqrt(draws)  # the bound of ONE real part
    squares = np.abs(error) ** 2
    assert abs(squares.mean() - 2 * expected) < 5 * squares.std() / math.sqrt(draws)
    # Of jointly Gaussian variables with correlation rho the information is -log2(1 - |rho|^2).
    correlation = abs(np.vdot(x, estimate)) / (np.linalg.norm(x) * np.linalg.norm(estimate))
    information = -np.log2(1 - correlation**2)
    capacity = np.log2(1 + effective_snr(scenario, beam))
    assert 0.3 < capacity < 6
    assert information == pytest.approx(capacity, abs=0.05)  # standard error sqrt(2 |rho|^2 / N) / ln 2 < 0.015


@pytest.mark.paper(32)
def test_capacity_and_corollary_1_part_as_stated():
    printed = rates.at_snr(rates.corollary_1().information, 1)
    capacity = rates.at_snr(rates.composite_with_prior().information, 2)
    snr = rates.snr
    assert sp.solve(sp.diff(capacity - printed, snr), snr) == [1]
    assert sp.simplify((capacity - printed).subs(snr, 1) - sp.log(2) / 2) == 0
    assert sp.limit(printed / capacity, snr, sp.oo) == sp.Rational(1, 2)
    real = rates.at_snr(rates.real_part_with_prior().information, 1)
    assert sp.limit(printed - real, snr, sp.oo) == sp.log(2) / 2
    assert rates.real_symbol().information == rates.corollary_1().information
    real_symbol = rates.at_snr(rates.real_symbol_with_prior().information, 1)
    assert sp.limit(real_symbol - printed, snr, sp.oo) == 0


@given(setups(), variances)
def test_corollary_1_is_never_within_half_a_bit_of_the_capacity(setup, variance):
    scenario, beam, symbols = setup
    snr = effective_snr(scenario, beam, variance)
    assume(snr > 0)
    printed = mutual_information(crlb_per_symbol(scenario, beam, symbols), variance)
    assert np.all(printed <= np.log2(1 + snr) - 0.5 + 1e-9)


@given(wide_setups, variances)
def test_unknown_angles_cost_no_more_than_the_offset_of_the_lit_surface_allows(setup, variance):
    scenario, beam, symbols = setup
    snr = effective_snr(scenario, beam, variance)
    assume(snr > 1e-6)
    known = 2 * symbol_crlb_known_angles(scenario, beam)
    bound = crlb(scenario, beam, symbols, "complex").symbol
    lower, upper = gaussian_information(bound, variance), np.log2(1 + snr)
    assert lower <= upper + 1e-9
    assert upper - lower <= np.log2(bound / known) + 1e-9  # bound / known = 1 + delta / (2 T)


@given(wide_setups, st.sampled_from(UNKNOWN_SYMBOLS))
def test_the_cost_of_the_angles_is_the_growth_of_the_symbols_uncertainty(setup, model):
    scenario, beam, symbols = setup
    information = fisher_information(scenario, beam, symbols, model)
    size = np.sqrt(np.diag(information))
    scaled = information / np.outer(size, size)
    assume(np.linalg.cond(scaled) < 1e8)
    known = np.linalg.slogdet(scaled[:-2, :-2])[1]
    unknown = np.linalg.slogdet(np.linalg.inv(scaled)[:-2, :-2])[1]
    expected = (known + unknown) / (2 * math.log(2))
    assert angle_cost(scenario, beam, symbols, model) == pytest.approx(expected, abs=1e-6)


@given(wide_setups)
def test_a_block_never_loses_more_than_its_symbols_one_by_one(setup):
    # Hadamard's inequality: the errors of the symbols have the angles' error in common.
    scenario, beam, symbols = setup
    assume(effective_snr(scenario, beam) > 1e-6)
    known = symbol_crlb_known_angles(scenario, beam)
    one_by_one = np.sum(np.log2(crlb_per_symbol(scenario, beam, symbols) / known)) / 2
    cost = angle_cost(scenario, beam, symbols, "real")
    assert -1e-9 <= cost <= one_by_one + 1e-9
    assert cost <= angle_cost(scenario, beam, symbols, "complex") + 1e-9


def test_the_cost_of_the_angles_is_the_difference_of_informations_at_high_snr():
    # The model linearised about one block: Gaussian symbols, Gaussian angles, exact information by determinants.
    scenario = Scenario(snr_db=10.0)
    rng = np.random.default_rng(5)
    beam, symbols = random_beams(scenario, (), rng), draw_symbols(rng, 3)
    information = fisher_information(scenario, beam, symbols, "complex")
    prior = np.diag(np.r_[np.full(6, 2.0), np.full(2, 1e-2)])  # 1 / variance: Re x and Im x have 1/2
    symbols_known_angles = information[:6, :6] + prior[:6, :6]
    all_unknown = information + prior
    angles_given_symbols = information[6:, 6:] + prior[6:, 6:]

    def log_det(matrix):
        return np.linalg.slogdet(matrix)[1]

    with_angles = log_det(symbols_known_angles) - log_det(prior[:6, :6])
    # I(x; y) = I(x, angles; y) - I(angles; y | x)
    without = log_det(all_unknown) - log_det(prior) - (log_det(angles_given_symbols) - log_det(prior[6:, 6:]))
    loss = (with_angles - without) / (2 * math.log(2))
    cost = angle_cost(scenario, beam, symbols)
    assert cost > 0.1
    assert loss == pytest.approx(cost, rel=1e-2)


def test_the_ratio_of_uncertainties_is_that_of_the_angles_determinants():
    for unknowns in (1, 2, 3):
        information, inverse = elimination.dense_pair(unknowns)
        angles = slice(unknowns, None)
        by_angles = information[angles, angles].det() * inverse[angles, angles].det()
        assert sp.simplify(rates.uncertainty_ratio(unknowns) - by_angles) == 0


@given(
    setups(
        scenarios(
            user_shapes=wide_users,
            irs_spacing=st.just(0.5),
            user_spacing=st.just(0.5),
            phase_convention=st.just("difference"),
        )
    ),
    st.sampled_from(UNKNOWN_SYMBOLS),
)
def test_the_cost_of_the_angles_is_the_derived_ratio(setup, model):
    letters = numerical_letters(*setup)
    assume(abs(letters[elimination.s_0]) > 0.05)
    known, unknown = (COMPILED[name](letters) for name in ("known", model))
    assert angle_cost(*setup, model) == pytest.approx(np.log2(known / unknown) / 2, abs=1e-8)


COMPILED = {model: compile_formula(closed_form.determinant(model)) for model in ("real", "complex", "known")}


def test_the_co_phased_beam_loses_nothing_to_unknown_angles():
    scenario = Scenario()
    beam = sum_weights(scenario)[:, 0].conj()
    for model in UNKNOWN_SYMBOLS:
        assert angle_cost(scenario, beam, [1.0, 1j, 0.5], model) == pytest.approx(0, abs=1e-9)


def test_costs_and_rates_are_batched():
    scenario = Scenario()
    beams = random_beams(scenario, (3, 1), np.random.default_rng(0))
    symbols = draw_symbols(np.random.default_rng(1), 2, size=(4,))
    assert angle_cost(scenario, beams, symbols).shape == (3, 4)
    assert effective_snr(scenario, beams, 0.5).shape == (3, 1)
    assert gaussian_information(np.ones((2, 3)), 1.0).shape == (2, 3)


def test_the_curves_drawn_are_the_rates():
    scenario, rng = Scenario(), np.random.default_rng(0)
    beam, blocks = random_beams(scenario, (), rng), draw_symbols(rng, 2, size=(20,))
    curves = {
        line.get_label(): dict(zip(*line.get_data(), strict=True))
        for line in draw_rates(scenario, beam, blocks, [-50.0, -40.0, 0.0]).axes[0].get_lines()
    }
    for snr_db in (-50.0, 0.0):
        case = scenario.replace(snr_db=snr_db)
        real, both = (crlb(case, beam, blocks, model).symbol.mean() for model in UNKNOWN_SYMBOLS)
        assert curves["(32)"][snr_db] == pytest.approx(mutual_information(real, 1.0))
        assert curves["both parts, unknown angles"][snr_db] == pytest.approx(gaussian_information(both, 1.0))
        capacity = curves[r"$\log_2(1 + \mathsf{S})$, known angles"][snr_db]
        assert capacity == pytest.approx(np.log2(1 + effective_snr(case, beam)))
