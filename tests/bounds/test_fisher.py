"""Theorem 1 as `fisher.py` writes it: against numerical derivatives, simulated noise and the printed formulas."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import (
    Geometry,
    Scenario,
    bs_irs_channel,
    crlb,
    draw_symbols,
    finite_difference_information,
    fisher_information,
    irs_user_channel,
    irs_user_channel_derivatives,
    matched_bs_beam,
    random_beams,
    received_mean,
    score_samples,
)
from noisac.bounds.fisher import information_of_gradients
from tests.references import parameters_per_symbol
from tests.strategies import SYMBOL_MODELS, directions, scenarios, setups, shapes, symbol_models

SMALL = Scenario(irs_shape=(2, 3), user_shape=(2, 2), snr_db=-3.0, phase_convention="difference")
BEAM = np.array([1.0, 1j, -1.0, 1.0, -1j, 1j])
BLOCK = np.array([0.8 - 0.3j, -0.2 + 1.1j])


@pytest.mark.paper(22, 54)
@given(setups(), symbol_models)
def test_information_equals_that_of_finite_differences(setup, model):
    scenario, beam, symbols = setup
    exact = fisher_information(scenario, beam, symbols, model)
    numerical = finite_difference_information(scenario, beam, symbols, model)
    # The error is relative to what the elements could add up to, not to the little that a beam may leave of it.
    phase = (
        2
        * np.pi
        * (
            scenario.user_spacing * (max(scenario.user_shape) - 1)
            + scenario.irs_spacing * (max(scenario.irs_shape) - 1)
        )
    )
    loudest = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    loudest *= scenario.irs_elements**2 * max(1.0, np.sum(np.abs(symbols) ** 2)) * max(1.0, phase) ** 2
    np.testing.assert_allclose(numerical, exact, rtol=1e-7, atol=1e-9 * loudest)


def assert_covariance_is(scores, information):
    """The sample covariance lies within five standard errors of a Gaussian score's."""
    draws = len(scores)
    diagonal = np.diag(information)
    standard_error = np.sqrt((np.outer(diagonal, diagonal) + information**2) / draws)
    assert np.all(np.abs(scores.T @ scores / draws - information) < 5 * standard_error)
    assert np.all(np.abs(scores.mean(axis=0)) < 5 * np.sqrt(diagonal / draws))


@pytest.mark.paper(17, 21)
@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_information_is_the_covariance_of_the_score(model):
    scores = score_samples(SMALL, BEAM, BLOCK, model, draws=20_000, rng=np.random.default_rng(5))
    assert_covariance_is(scores, fisher_information(SMALL, BEAM, BLOCK, model))


def test_a_single_draw_of_the_score_is_drawn_and_real_symbols_are_the_default():
    default, real = (
        score_samples(SMALL, BEAM, BLOCK, *model, draws=1, rng=np.random.default_rng(6))
        for model in ((), ("real",))
    )
    assert default.shape == (1, len(BLOCK) + 2)
    np.testing.assert_array_equal(default, real)
    for information in (fisher_information, finite_difference_information):
        np.testing.assert_array_equal(information(SMALL, BEAM, BLOCK), information(SMALL, BEAM, BLOCK, "real"))


@pytest.mark.paper(2, 17)
def test_information_is_the_covariance_of_the_slope_of_the_log_likelihood():
    # As above, from the density of y itself: ln p(y | x) = -|y - h(theta)|^2 / sigma_z^2 + const.
    def mean(theta):
        shifted = SMALL.replace(user_aoa=(theta[4], theta[5]))
        return received_mean(shifted, BEAM, theta[0:4:2] + 1j * theta[1:4:2])

    def log_likelihood(received, theta):
        return -np.sum(np.abs(received - mean(theta)) ** 2, axis=(1, 2)) / SMALL.noise_variance

    theta = np.array([BLOCK[0].real, BLOCK[0].imag, BLOCK[1].real, BLOCK[1].imag, *SMALL.user_aoa])
    parts = np.random.default_rng(6).normal(scale=math.sqrt(SMALL.noise_variance / 2), size=(20_000, 2, 4, 2))
    received = mean(theta) + parts[..., 0] + 1j * parts[..., 1]
    step = 1e-5
    slopes = [
        (log_likelihood(received, theta + step * unit) - log_likelihood(received, theta - step * unit))
        / (2 * step)
        for unit in np.eye(6)
    ]
    assert_covariance_is(np.array(slopes).T, fisher_information(SMALL, BEAM, BLOCK, "complex"))


@given(setups(), symbol_models)
def test_information_is_symmetric_and_positive_semidefinite(setup, model):
    scenario, beam, symbols = setup
    information = fisher_information(scenario, beam, symbols, model)
    size = parameters_per_symbol(model) * len(symbols) + 2
    assert information.shape == (size, size)
    np.testing.assert_allclose(information, information.T, rtol=1e-12, atol=1e-12 * np.abs(information).max())
    smallest = np.linalg.eigvalsh(information).min()
    assert smallest >= -1e-12 * np.trace(information)


@pytest.mark.paper(15)
@given(setups())
def test_parameters_are_symbols_first_then_elevation_then_azimuth(setup):
    scenario, beam, symbols = setup
    real, complex_, known = (fisher_information(scenario, beam, symbols, model) for model in SYMBOL_MODELS)
    slots = len(symbols)
    real_parts = [*range(0, 2 * slots, 2), 2 * slots, 2 * slots + 1]
    largest = np.abs(complex_).max()
    np.testing.assert_allclose(real, complex_[np.ix_(real_parts, real_parts)], atol=1e-12 * largest)
    np.testing.assert_allclose(known, real[-2:, -2:], atol=1e-12 * largest)
    # An imaginary part turns every signal by j: the same energy, and Re and Im do not interfere.
    np.testing.assert_allclose(np.diag(complex_)[1 : 2 * slots : 2], np.diag(real)[:slots], rtol=1e-12)
    np.testing.assert_allclose(complex_[0 : 2 * slots : 2, 1 : 2 * slots : 2], 0, atol=1e-12 * largest)


def test_elevation_precedes_azimuth():
    # A user with a single column of antennas, and so an IRS, sees no azimuth: the last row is empty.
    scenario = Scenario(irs_shape=(1, 2), user_shape=(1, 2))
    angles = fisher_information(scenario, [1.0, 1.0], [1.0], "known")
    assert angles[0, 0] > 0
    assert angles[1, 1] == 0


@given(setups())
def test_symbols_of_different_slots_do_not_interfere(setup):
    scenario, beam, symbols = setup
    of_symbols = fisher_information(scenario, beam, symbols)[: len(symbols), : len(symbols)]
    np.testing.assert_allclose(np.diag(of_symbols), of_symbols[0, 0], rtol=1e-12)
    np.testing.assert_array_equal(of_symbols - np.diag(np.diag(of_symbols)), 0)


@given(
    setups(),
    symbol_models,
    st.tuples(st.floats(1e-6, 1e3), st.floats(-math.pi, math.pi)),
    st.tuples(st.floats(1e-6, 1e3), st.floats(-math.pi, math.pi)),
)
def test_path_gains_cancel(setup, model, first, second):
    scenario, beam, symbols = setup
    gains = [size * complex(math.cos(phase), math.sin(phase)) for size, phase in (first, second)]
    changed = scenario.replace(bs_irs_gain=gains[0], irs_user_gain=gains[1])
    before = fisher_information(scenario, beam, symbols, model)
    after = fisher_information(changed, beam, symbols, model)
    np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-12 * np.abs(before).max())
    np.testing.assert_array_equal(crlb(changed, beam, symbols, model), crlb(scenario, beam, symbols, model))


def test_reference_loss_cancels():
    quiet = dataclasses.replace(Geometry.section_v(), reference_loss_db=70.0).scenario()
    loud = Geometry.section_v().scenario()
    beam = random_beams(loud, (), np.random.default_rng(0))
    assert abs(quiet.irs_user_gain) < abs(loud.irs_user_gain) / 50
    before, after = fisher_information(loud, beam, BLOCK), fisher_information(quiet, beam, BLOCK)
    np.testing.assert_allclose(after, before, rtol=1e-9)


half_wavelength = {
    "irs_shapes": shapes(largest=3),
    "user_shapes": shapes(largest=3),
    "irs_spacing": st.just(0.5),
    "user_spacing": st.just(0.5),
}


def antenna_and_element(scenario):
    """Yield (m - 1, l - 1, m_y, m_z, l_y, l_z) with the floors of (7)-(10)."""
    for m in range(1, scenario.user_antennas + 1):
        for l in range(1, scenario.irs_elements + 1):  # noqa: E741
            m_y = math.floor((m - 1) / scenario.user_shape[1])
            m_z = m - m_y * scenario.user_shape[1] - 1
            l_y = math.floor((l - 1) / scenario.irs_shape[1])
            l_z = l - l_y * scenario.irs_shape[1] - 1
            yield m - 1, l - 1, m_y, m_z, l_y, l_z


@pytest.mark.paper(26, 27, 58)
@given(scenarios(**half_wavelength, phase_convention=st.just("difference")))
def test_channel_and_its_derivatives_are_the_printed_ones_at_half_wavelength(scenario):
    channel = irs_user_channel(scenario)
    by_elevation, by_azimuth = irs_user_channel_derivatives(scenario)
    gamma, phi = scenario.user_aoa
    u, v = math.pi * math.cos(gamma) * math.sin(phi), math.pi * math.sin(gamma)  # (59), (60)
    cos, sin, pi = math.cos, math.sin, math.pi
    gain = abs(scenario.irs_user_gain)
    for m, l, m_y, m_z, l_y, l_z in antenna_and_element(scenario):  # noqa: E741
        h = scenario.irs_user_gain * np.exp(1j * ((m_y - l_y) * u + (m_z - l_z) * v))  # (58)
        assert abs(channel[m, l] - h) < 1e-13 * gain
        h_phi = 1j * pi * (m_y - l_y) * cos(gamma) * cos(phi) * h  # (26)
        assert abs(by_azimuth[m, l] - h_phi) < 1e-12 * gain
        h_gamma = (
            1j * pi * (m_z - l_z) * cos(gamma) * h - 1j * pi * (m_y - l_y) * sin(gamma) * sin(phi) * h
        )  # (27)
        assert abs(by_elevation[m, l] - h_gamma) < 1e-12 * gain


@pytest.mark.paper(4)
@given(scenarios(**half_wavelength, phase_convention=st.just("sum")))
def test_the_sum_convention_is_the_product_of_two_steering_vectors(scenario):
    gamma_a, phi_a = scenario.user_aoa
    gamma_d, phi_d = -gamma_a, phi_a + math.pi  # Appendix A
    channel = irs_user_channel(scenario)
    cos, sin = math.cos, math.sin
    for m, l, m_y, m_z, l_y, l_z in antenna_and_element(scenario):  # noqa: E741
        b_u = np.exp(1j * math.pi * (m_y * cos(gamma_a) * sin(phi_a) + m_z * sin(gamma_a)))  # (5)
        b_i = np.exp(1j * math.pi * (l_y * cos(gamma_d) * sin(phi_d) + l_z * sin(gamma_d)))  # (6)
        h = scenario.irs_user_gain * b_u * b_i.conjugate()  # (4)
        assert abs(channel[m, l] - h) < 1e-12 * abs(scenario.irs_user_gain)


def test_both_conventions_agree_for_a_single_element_and_differ_otherwise():
    one = Scenario(irs_shape=(1, 1))
    np.testing.assert_array_equal(irs_user_channel(one), irs_user_channel(one.replace(phase_convention="sum")))
    many = Scenario()
    change = irs_user_channel(many) - irs_user_channel(many.replace(phase_convention="sum"))
    assert np.abs(change).max() > abs(many.irs_user_gain)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_an_explicit_bs_beam_of_41_changes_nothing(model):
    default = fisher_information(SMALL, BEAM, BLOCK, model)
    explicit = fisher_information(SMALL, BEAM, BLOCK, model, bs_beam=matched_bs_beam(SMALL))
    np.testing.assert_array_equal(default, explicit)


@pytest.mark.paper(22, 24, 25)
@given(scenarios(user_shapes=shapes(largest=3), irs_shapes=shapes(largest=3)), directions(), st.integers(0, 99))
def test_information_is_that_of_two_hops_multiplied_out(scenario, direction, seed):
    # Column by column from the channels, without Theorem 1's block structure: J = (2 / sigma^2) Re{G^H G}.
    scenario = scenario.replace(user_aoa=direction)
    rng = np.random.default_rng(seed)
    beam, symbols = random_beams(scenario, (), rng), draw_symbols(rng, 2)
    through = np.diag(beam) @ bs_irs_channel(scenario) @ matched_bs_beam(scenario)
    h, (h_gamma, h_phi) = irs_user_channel(scenario), irs_user_channel_derivatives(scenario)
    gradient = np.stack(
        [
            np.r_[h @ through, 0 * (h @ through)],
            np.r_[0 * (h @ through), h @ through],
            np.concatenate([h_gamma @ through * x for x in symbols]),
            np.concatenate([h_phi @ through * x for x in symbols]),
        ],
        axis=1,
    )
    expected = 2 / scenario.noise_variance * (gradient.conj().T @ gradient).real
    information = fisher_information(scenario, beam, symbols)
    np.testing.assert_allclose(information, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())


def test_information_beyond_all_numbers_is_infinite_and_not_an_error():
    assert information_of_gradients(np.full((1, 1, 1), 1e200 + 0j), 1.0) == np.inf
