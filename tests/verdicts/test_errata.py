"""The errata: what the paper's formulas give, taken literally."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from scipy import integrate, stats

from noisac import (
    Bounds,
    Scenario,
    bs_irs_channel,
    crlb,
    cross_entropy,
    draw_symbols,
    fisher_information,
    irs_user_channel,
    matched_bs_beam,
    modified_crlb,
    mutual_information,
    noisac_system,
    phase_codebook,
    pilots,
    received_mean,
    run_experiment,
    symbol_crlb_known_angles,
    tdisac_system,
)
from noisac.bounds.closed_form import bs_gain, printed_objective, sum_weights
from noisac.bounds.priors import expected_information
from noisac.model.arrays import steering_vector
from noisac.verdicts.errata import (
    log_prior,
    multiplications,
    printed_candidate_factors,
    second_derivatives,
)
from noisac_book.errata import log_likelihood, tdisac_data_slots
from tests.strategies import random_scenario, scenarios, seeds, setups, wide_users

S = Scenario()


def number_of(erratum):
    return int(erratum[1:])


def aligned(scenario):
    return sum_weights(scenario)[:, 0].conj()


# --- Sections II and III -----------------------------------------------------------------------------------------
@pytest.mark.paper(4, 6, 58)
@given(scenarios())
def test_equation_4_with_the_departure_angles_of_appendix_a_gives_the_sum_of_the_phases(scenario):
    elevation, azimuth = scenario.user_aoa
    at_user = steering_vector(scenario.user_shape, scenario.user_spacing, elevation, azimuth)
    at_irs = steering_vector(scenario.irs_shape, scenario.irs_spacing, -elevation, azimuth + math.pi)
    for convention, response in (("sum", at_irs.conj()), ("difference", at_irs)):
        channel = irs_user_channel(scenario.replace(phase_convention=convention))
        expected = scenario.irs_user_gain * np.outer(at_user, response)
        np.testing.assert_allclose(channel, expected, atol=1e-12 * abs(scenario.irs_user_gain))


@pytest.mark.paper(11, 41)
@given(setups(scenarios(user_shapes=wide_users)), st.floats(-1.5, 1.5))
def test_the_base_stations_angle_cancels_with_the_matched_beam(setup, angle):
    scenario, beam, symbols = setup
    one, other = (crlb(s, beam, symbols) for s in (scenario, scenario.replace(bs_aod=angle)))
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)
    gain = bs_gain(scenario, matched_bs_beam(scenario))
    assert gain == pytest.approx(scenario.bs_antennas * scenario.transmit_power)


def test_steering_to_the_elevation_loses_more_than_ten_decibels():
    misread = S.replace(bs_aod=-S.irs_aoa[0])
    assert bs_gain(S, matched_bs_beam(misread)) < 0.1 * bs_gain(S)


@pytest.mark.paper(15, 22)
def test_only_theorem_1_depends_on_where_phase_zero_is():
    rng = np.random.default_rng(0)
    beam, symbols = phase_codebook(2)[rng.integers(4, size=16)], draw_symbols(rng, 2)
    turned = np.exp(0.7j) * symbols
    for model in ("complex", "known"):
        one, other = (crlb(S, beam, x, model).angle for x in (symbols, turned))
        assert float(one) == pytest.approx(float(other), rel=1e-10)
    # By the dense matrix of Theorem 1, as far as the paper goes.
    dense = [np.diag(np.linalg.inv(fisher_information(S, beam, x)))[-2:].sum() for x in (symbols, turned)]
    assert abs(dense[1] / dense[0] - 1) > 0.05


@pytest.mark.paper(17, 21, 22)
@settings(max_examples=40)
@given(setups(), st.just(0.0) | st.floats(1e-6, 1.0), st.integers(1, 4), st.sampled_from(["real", "complex"]))
def test_the_expected_information_is_the_mean_over_symbols_with_the_same_moments(setup, variance, slots, model):
    scenario, beam, _ = setup
    # Four points with mean mu_x and mean square 1: exact, since (22) is linear in x and |x|^2.
    points = math.sqrt(1 - variance) + math.sqrt(variance) * np.array([1, 1j, -1, -1j])
    mean = np.mean([fisher_information(scenario, beam, np.full(slots, x), model) for x in points], axis=0)
    found = expected_information(scenario, beam, slots, variance, model)
    np.testing.assert_allclose(found, mean, atol=1e-10 * np.max(np.diag(mean)))


@pytest.mark.paper(17, 22)
def test_taken_at_its_word_17_makes_unknown_symbols_free_and_as_good_as_pilots():
    rng = np.random.default_rng(1)
    for _ in range(20):
        scenario = random_scenario(rng).replace(user_shape=(2, 3))
        beam = np.exp(2j * np.pi * rng.random(scenario.irs_elements))
        information = expected_information(scenario, beam, 3, 1.0)
        assert not information[:3, 3:].any()
        known = fisher_information(scenario, beam, pilots(3), "known")
        np.testing.assert_allclose(information[3:, 3:], known, rtol=1e-10)


@pytest.mark.paper(17, 22)
def test_the_gap_of_figure_4_exists_only_because_the_conditional_bound_is_averaged():
    symbols = draw_symbols(np.random.default_rng(2), 5, size=(2000,))
    beam = cross_entropy(S, pilots(5), 0.0, rng=np.random.default_rng(3), symbol_model="known").beam
    known = float(crlb(S, beam, pilots(5), "known").angle)
    averaged = crlb(S, beam, symbols).angle / known
    inverse = np.linalg.inv(expected_information(S, beam, 5, 1.0))
    assert np.diag(inverse)[-2:].mean() / known == pytest.approx(1.0, abs=1e-9)
    error = averaged.std() / math.sqrt(2000)
    assert abs(averaged.mean() - 5 / 4) < 4 * error + 0.01  # T / (T - 1)
    assert averaged.mean() > 1 + 10 * error


@pytest.mark.paper(18)
def test_a_prior_on_the_angles_would_be_negligible():
    data = fisher_information(S, aligned(S), pilots(2))
    assert 12 / np.pi**2 / np.min(np.diag(data)[-2:]) < 1e-4


@pytest.mark.paper(32)
def test_the_mutual_information_is_negative_where_the_bound_exceeds_the_variance():
    for snr_db, negative in ((-49.0, True), (-48.0, False)):
        bound = symbol_crlb_known_angles(S.replace(snr_db=snr_db), aligned(S))
        assert bool(mutual_information(bound, 1.0) < 0) == negative
    # With the prior it never is, and at 0 dB the two are equal to a thousandth of a bit.
    bound = symbol_crlb_known_angles(S, aligned(S))
    assert 0 < np.log2(1 + 1 / bound) / 2 - mutual_information(bound, 1.0) < 1e-3


@pytest.mark.paper(32)
@pytest.mark.parametrize("name", ["fig04", "fig09", "fig10", "fig12"])
def test_the_prior_would_change_no_rate_of_a_figure_by_a_thousandth_of_a_bit(name):
    data = run_experiment(name, draws=10, seed=2)
    rate = data.rate.sel(system="NO-ISAC") if "system" in data.dims else data.rate
    ratio = 4.0**-rate  # bound over variance
    assert float((np.log2(1 + ratio) / 2).max()) < 1e-3


@pytest.mark.paper(34, 35)
def test_the_real_part_carries_half_a_bit_less_than_printed():
    rng = np.random.default_rng(4)
    part = float(symbol_crlb_known_angles(S, aligned(S)))  # of the real parameter of (22)
    x = draw_symbols(rng, 400_000)
    estimate = x.real + math.sqrt(part) * rng.standard_normal(x.size)
    information = -math.log2(1 - np.corrcoef(x.real, estimate)[0, 1] ** 2) / 2
    assert float(mutual_information(part, 1.0)) - information == pytest.approx(0.5, abs=0.01)


@pytest.mark.paper(14)
@given(st.floats(-1.4, 1.4), st.floats(-3.0, 3.0), st.floats(0.1, 10.0), st.floats(0.1, 10.0))
def test_an_error_of_the_direction_counts_the_azimuth_with_the_cosine_of_the_elevation(gamma, phi, var_g, var_p):
    def direction(g, p):
        return np.array([math.cos(g) * math.cos(p), math.cos(g) * math.sin(p), math.sin(g)])

    step = 1e-6
    by_g = (direction(gamma + step, phi) - direction(gamma - step, phi)) / (2 * step)
    by_p = (direction(gamma, phi + step) - direction(gamma, phi - step)) / (2 * step)
    square = var_g * by_g @ by_g + var_p * by_p @ by_p
    assert square == pytest.approx(var_g + math.cos(gamma) ** 2 * var_p, rel=1e-6)


@given(setups())
def test_front_and_back_give_the_same_signal(setup):
    scenario, beam, symbols = setup
    elevation, azimuth = scenario.user_aoa
    mirrored = scenario.replace(user_aoa=(elevation, math.pi - azimuth))
    one, other = (received_mean(s, beam, symbols) for s in (scenario, mirrored))
    size = abs(scenario.irs_user_gain * scenario.bs_irs_gain) * scenario.irs_elements
    np.testing.assert_allclose(one, other, atol=1e-12 * size * bs_gain(scenario) ** 0.5 * np.max(np.abs(symbols)))


@pytest.mark.paper(1)
def test_the_snr_at_an_antenna_is_larger_than_the_received_snr_by_the_gain_of_the_arrays():
    signal = received_mean(S, aligned(S), [1.0])
    at_antenna = np.mean(np.abs(signal) ** 2) / S.noise_variance
    assert at_antenna / S.snr == pytest.approx(8 * 1.0 * 16**2)


# --- Section IV --------------------------------------------------------------------------------------------------
@pytest.mark.paper(37, 38)
@given(st.floats(1e-9, 1.0), st.floats(1e-9, 1.0), st.floats(0.0, 1.0))
def test_the_printed_objective_sorts_beams_as_another_weight_does(symbol, angle, weight):
    bounds = Bounds(*(np.array(value) for value in (symbol, angle, angle)))
    other = modified_crlb(bounds, 1 / (2 - weight))
    np.testing.assert_allclose(printed_objective(bounds, np.array(weight)), (2 - weight) * other, atol=1e-9)


def printed_probability(phases, matrix):
    """(44), read off literally: element by element, product by product."""
    total, size = 1.0, matrix.shape[1]
    for element, phase in enumerate(phases):
        product = 1.0
        for s in range(size - 1):
            product *= matrix[element, s] ** (1 if phase == s else 0)
        total *= product * (1 - product)
    return total


def mended_probability(phases, matrix):
    """(44) with the second factor of the exercise."""
    total, last = 1.0, matrix.shape[1] - 1
    for element, phase in enumerate(phases):
        for s in range(last):
            total *= matrix[element, s] ** (1 if phase == s else 0)
        total *= (1 - matrix[element, :last].sum()) ** (1 if phase == last else 0)
    return total


matrices = st.tuples(st.integers(1, 3), st.integers(1, 2)).flatmap(
    lambda sizes: st_numpy.arrays(float, (sizes[0], 2 ** sizes[1]), elements=st.floats(0.01, 1.0))
)


@pytest.mark.paper(44, 45)
@settings(max_examples=40)
@given(matrices)
def test_equation_44_is_no_distribution_and_never_draws_the_last_phase(votes):
    matrix = votes / votes.sum(axis=1, keepdims=True)
    beams = list(itertools.product(range(matrix.shape[1]), repeat=matrix.shape[0]))
    values = np.array([printed_probability(beam, matrix) for beam in beams])
    factors = printed_candidate_factors(matrix)
    np.testing.assert_allclose(
        values, [np.prod(factors[range(len(matrix)), list(beam)]) for beam in beams], atol=1e-15
    )
    assert values.sum() == pytest.approx(factors.sum(axis=1).prod())
    assert values.sum() < 1
    last = matrix.shape[1] - 1
    assert not any(value for beam, value in zip(beams, values, strict=True) if last in beam)
    assert sum(mended_probability(beam, matrix) for beam in beams) == pytest.approx(1.0)


@pytest.mark.paper(44, 46)
def test_equation_44_is_zero_everywhere_once_a_column_is_certain_and_searches_get_there():
    symbols = draw_symbols(np.random.default_rng(5), 2)
    search = cross_entropy(S, symbols, 0.5, rng=np.random.default_rng(6), keep_history=True)
    totals = [printed_candidate_factors(p).sum(axis=-1).prod() for p in search.history.probabilities]
    certain = [bool(np.any(p == 1.0)) for p in search.history.probabilities]
    assert totals[0] == pytest.approx((9 / 16) ** 16)
    assert certain[-1]
    assert [total == 0 for total in totals] == certain


@pytest.mark.parametrize("probabilities", [1.0, [[1.0]]])
def test_probabilities_of_the_wrong_shape_are_refused(probabilities):
    with pytest.raises(ValueError, match="probabilities must have shape"):
        printed_candidate_factors(probabilities)


@pytest.mark.paper(23, 24, 25)
def test_multiplications_are_those_of_the_products():
    scenario, slots = Scenario(irs_shape=(2, 3), user_shape=(2, 2), bs_antennas=5), 3
    h, g, w = irs_user_channel(scenario), bs_irs_channel(scenario), matched_bs_beam(scenario)[:, None]
    theta = np.diag(np.ones(6))

    def product(*factors):
        """Multiplications of a product of matrices, from the left."""
        count, left = 0, factors[0]
        for right in factors[1:]:
            count += left.shape[0] * left.shape[1] * right.shape[1]
            left = left @ right
        return count

    found = multiplications(scenario, slots)
    with_symbols = 2 * slots * len(h)
    assert found.left_to_right == (2 * slots + 1) * product(h, theta, g, w) + with_symbols
    right = product(g, w) + theta.shape[0] + 3 * product(h, g @ w)
    assert found.right_to_left == right + with_symbols
    assert found.remark == 6**3 * 7
    assert found.sums == sum_weights(scenario).size


@pytest.mark.paper(23, 24, 25)
def test_the_cube_of_remark_1_is_a_square_times_the_users_antennas():
    large = [multiplications(S.replace(irs_shape=(side, side)), 2).left_to_right for side in (100, 200)]
    assert math.log(large[1] / large[0], 4) == pytest.approx(2.0, abs=0.01)
    equal = [
        multiplications(S.replace(irs_shape=(side, side), user_shape=(side, side)), 2).left_to_right
        for side in (100, 200)
    ]
    assert math.log(equal[1] / equal[0], 4) == pytest.approx(3.0, abs=0.01)


def test_the_last_batch_loses_next_to_nothing_against_the_best():
    symbols = draw_symbols(np.random.default_rng(7), 2, size=(200,))
    streams = [np.random.default_rng(8) for _ in range(2)]
    last, best = (
        cross_entropy(S, symbols, 0.5, rng=rng, output=output)
        for rng, output in zip(streams, ("last", "best"), strict=True)
    )
    loss = 10 * (last.objective - best.objective)
    assert np.all(loss > -1e-6)
    assert loss.mean() < 0.03


# --- Section V ---------------------------------------------------------------------------------------------------
@pytest.mark.paper(48)
@given(st.integers(1, 200))
def test_equation_48_has_one_slot_too_many(slots):
    count = tdisac_data_slots(slots)
    terms = [t for t in range(1, slots + 1) if 5 * t >= slots]  # t = T/5, ..., T
    assert count.printed == len(terms)
    pilots_only = [t for t in terms if 5 * t <= slots]  # the last pilot slot, where T/5 is a slot
    assert len(pilots_only) == (1 if slots % 5 == 0 else 0)
    if slots % 5 == 0:
        assert count.printed == count.data + 1


@pytest.mark.paper(48)
def test_at_two_slots_equation_48_leaves_none_for_pilots():
    assert tdisac_data_slots(2).printed == 2
    assert tdisac_data_slots(2).data == pytest.approx(1.6)


@pytest.mark.paper(48)
def test_one_whole_pilot_slot_takes_the_lead_in_localisation_away_at_two_slots():
    symbols = draw_symbols(np.random.default_rng(9), 2, size=(200,))
    no = noisac_system(S, symbols, 0.5, rng=np.random.default_rng(10))
    energy = np.sum(np.abs(symbols) ** 2, axis=-1)
    for share, mean_ratio in ((0.2, 2.5), (0.5, 1.0)):
        td = tdisac_system(S, 2, rng=np.random.default_rng(11), batch=(200,), pilot_share=share)
        # The energy taken out, whose inverse has the mean 1 at T = 2 but no variance.
        ratio = np.mean(td.angle_crlb) / np.mean(no.angle_crlb * energy)
        assert ratio == pytest.approx(mean_ratio, rel=0.05)


@given(st.integers(2, 12))
def test_elites_are_no_integer_for_odd_surfaces(side):
    elements = side**2
    assert ((5 * elements) % 10 == 0) == (side % 2 == 0)


@pytest.mark.parametrize("slots", [2, 3, 5, 10])
def test_the_mean_of_the_inverse_energy_is_one_over_slots_less_one(slots):
    mean, _ = integrate.quad(lambda p: stats.gamma.pdf(p, slots) / p, 0, np.inf)
    assert mean == pytest.approx(1 / (slots - 1))
    energy = np.sum(np.abs(draw_symbols(np.random.default_rng(12), slots, size=(4000,))) ** 2, axis=-1)
    assert stats.kstest(energy, "gamma", (slots,)).pvalue > 0.001


@pytest.mark.parametrize(("slots", "power"), [(1, 1), (2, 2)])
def test_moments_of_the_inverse_energy_that_do_not_exist_grow_with_the_logarithm(slots, power):
    # E[P^-power; P > e], for ever smaller e: mean at T = 1, second moment at T = 2.
    parts = [
        integrate.quad(lambda u: stats.gamma.pdf(math.exp(u), slots) * math.exp(u * (1 - power)), a, 0)[0]
        for a in (math.log(1e-4), math.log(1e-8), math.log(1e-12))
    ]
    growth = np.diff(parts)
    np.testing.assert_allclose(growth, math.log(1e4), rtol=1e-3)


@given(scenarios())
def test_a_quantised_beam_reaches_the_cosine_of_half_a_step(scenario):
    codebook = phase_codebook(scenario.phase_bits)
    wanted = aligned(scenario)
    nearest = codebook[np.argmax((codebook.conj() * wanted[:, None]).real, axis=1)]
    gain = abs(nearest @ sum_weights(scenario)[:, 0]) / scenario.irs_elements
    assert gain >= math.cos(math.pi / 2**scenario.phase_bits) - 1e-9


# --- Appendix A --------------------------------------------------------------------------------------------------
points = st.just(0j) | st.complex_numbers(min_magnitude=1e-3, max_magnitude=3.0)


@pytest.mark.parametrize(
    ("function", "holomorphic", "mixed", "real_axis"),
    [
        (lambda x: (x**2).real, 1.0, 0.0, 2.0),
        (lambda x: (x**2).imag, -1j, 0.0, 0.0),
        (lambda x: abs(x) ** 2, 0.0, 1.0, 2.0),
        (lambda x: x.imag**2, -0.5, 0.5, 0.0),
    ],
)
def test_second_derivatives_of_quadratic_functions(function, holomorphic, mixed, real_axis):
    found = second_derivatives(function, 0.4 - 0.3j)
    np.testing.assert_allclose(found, (holomorphic, mixed, real_axis), atol=1e-8)


@pytest.mark.paper(50, 51, 52)
@given(points, points, st.floats(0.1, 1.0))
def test_the_prior_has_no_information_by_the_rule_of_52_and_two_over_the_variance_by_a_real_parameter(
    at, mean, variance
):
    found = second_derivatives(lambda x: log_prior([x], mean, variance), at)
    assert abs(found.holomorphic) < 1e-3
    assert found.mixed == pytest.approx(-1 / variance, abs=1e-3)
    assert found.real_axis == pytest.approx(-2 / variance, abs=1e-3)


@pytest.mark.paper(50)
def test_the_prior_of_a_block_is_the_product_of_those_of_its_symbols():
    block = draw_symbols(np.random.default_rng(13), 4)
    one_by_one = sum(log_prior([x], 0.2j, 0.5) for x in block)
    assert log_prior(block, 0.2j, 0.5) == pytest.approx(one_by_one)


@pytest.mark.paper(50)
def test_the_prior_integrates_to_one():
    total, _ = integrate.dblquad(lambda b, a: math.exp(log_prior([a + 1j * b], 0.6, 0.64)), -6, 6, -6, 6)
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.paper(52, 66)
@settings(max_examples=30)
@given(scenarios(), seeds)
def test_the_rule_of_52_would_remove_the_data_as_well(scenario, seed):
    rng = np.random.default_rng(seed)
    at = complex(draw_symbols(rng, 1)[0])
    received = received_mean(scenario, aligned(scenario), [at])
    found = second_derivatives(lambda x: log_likelihood(scenario, aligned(scenario), received, [x]), at)
    printed = fisher_information(scenario, aligned(scenario), [at])[0, 0]
    assert -found.real_axis == pytest.approx(printed, rel=1e-6)
    assert abs(found.holomorphic) < 1e-6 * printed


@pytest.mark.parametrize("received", [0.0, np.zeros(16), np.zeros((2, 16)), np.full((1, 16), np.nan)])
def test_a_likelihood_of_signals_that_do_not_fit_is_refused(received):
    with pytest.raises(ValueError, match="received must"):
        log_likelihood(S, aligned(S), received, [1j])


@pytest.mark.paper(52, 53, 73)
def test_the_share_of_the_prior_is_negligible_at_0_db_and_half_at_minus_45():
    data = fisher_information(S, aligned(S), [1.0])[0, 0]
    assert 2 / data == pytest.approx(1 / 2**15)
    at_equality = 10 * math.log10(2 / data)  # the information is proportional to the SNR
    assert at_equality == pytest.approx(-45.15, abs=0.01)
    noisy = fisher_information(S.replace(snr_db=at_equality), aligned(S), [1.0])[0, 0]
    assert noisy == pytest.approx(2.0)


@pytest.mark.paper(50)
def test_the_second_derivative_of_the_density_is_not_that_of_its_logarithm():
    density = second_derivatives(lambda x: math.exp(log_prior([x], 0.0, 1.0)), 0.5 + 0.5j)
    expected = (4 * 0.25 - 2) * math.exp(-0.5) / math.pi  # of exp(-a^2 - b^2) / pi by a, twice
    assert density.real_axis == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("variance", [-0.1, 1.1])
def test_an_impossible_variance_is_refused(variance):
    with pytest.raises(ValueError, match="variance"):
        expected_information(S, np.ones(16), 2, variance)
