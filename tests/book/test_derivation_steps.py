"""Steps to Theorem 1: the prior, Gaussian vectors, the channel and its derivatives."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from noisac import (
    irs_user_channel,
    irs_user_channel_derivatives,
)
from noisac.model.arrays import element_indices
from noisac_book.derivations import (
    brute_force,
    channel,
    gaussian,
    prior,
    theorem,
)
from noisac_book.derivations.brute_force import SmallLink
from noisac_book.derivations.names import (
    azimuth,
    elevation,
    gain,
    imaginary_part,
    noise_variance,
    other_slot,
    real_part,
    slot,
    symbol,
    symbol_mean,
    symbol_variance,
    within_the_block,
)
from noisac_book.derivations.prior import curvatures_agree, curvatures_of_the_likelihood, response
from tests.strategies import scenarios, shapes

HALF_WAVELENGTH = {"irs_spacing": st.just(0.5), "user_spacing": st.just(0.5)}


# The prior -------------------------------------------------------------------------------------------------------
@pytest.mark.paper(50, 51, 52)
def test_the_priors_first_and_second_derivative_are_those_printed():
    printed = -sympy.conjugate(symbol[slot] - symbol_mean) / symbol_variance
    assert sympy.expand(prior.slope() - printed) == 0
    assert prior.printed_curvature() == 0


@pytest.mark.paper(49, 52, 53)
def test_the_priors_information_is_in_the_mixed_derivative_and_not_zero():
    delta = sympy.KroneckerDelta(slot, other_slot)
    assert prior.mixed_curvature() == -delta / symbol_variance
    assert prior.curvature_in_coordinates() == -2 * delta / symbol_variance * sympy.eye(2)
    assert prior.prior_information(2, as_printed=True).is_zero_matrix
    assert prior.prior_information(2) == sympy.diag(2 / symbol_variance, 2 / symbol_variance, 0, 0)
    assert prior.prior_information(1, "complex") == sympy.diag(2 / symbol_variance, 2 / symbol_variance, 0, 0)


@pytest.mark.paper(49, 53)
def test_the_information_of_the_prior_is_the_variance_of_its_score():
    # By quadrature, which is exact for the square of a linear function: E (d ln p / d Re x)^2.
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    variance, mean = 0.7, 0.4
    score = sympy.lambdify(
        real_part[1],
        within_the_block(sympy.diff(prior.log_prior(), real_part[slot]))
        .subs(slot, 1)
        .subs({symbol_variance: variance, symbol_mean: mean})
        .expand(),
    )
    squares = np.array([float(score(mean + node * np.sqrt(variance / 2))) ** 2 for node in nodes])
    expected = float(prior.prior_information(1)[0, 0].subs(symbol_variance, variance))
    assert squares @ weights / weights.sum() == pytest.approx(expected, rel=1e-12)


@pytest.mark.paper(18, 19, 20, 73)
@pytest.mark.parametrize("block_length", [1, 2])
def test_the_joint_density_adds_the_priors_information_to_that_of_the_data(block_length):
    link = SmallLink((1, 1), (1, 2), block_length)
    joint = brute_force.expected_information(brute_force.log_joint_density(link), link)
    data = brute_force.expected_information(brute_force.log_likelihood(link), link)
    of_the_prior = (joint - data).applyfunc(brute_force.normal_form)
    assert of_the_prior == prior.prior_information(block_length, "complex")
    assert theorem.theorem_1(block_length, "complex", prior="proper") == of_the_prior + theorem.theorem_1(
        block_length, "complex"
    )


@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(-9, 9), max_size=5))
@settings(max_examples=25)
def test_wirtinger_derivatives_hold_the_curvature_of_any_polynomial(coefficients):
    a, b = real_part[slot], imaginary_part[slot]
    polynomial = sum((c * a**m * b**n for (m, n), c in coefficients.items()), sympy.S.Zero)
    assert curvatures_agree(polynomial)


@pytest.mark.paper(52, 66, 67)
def test_the_derivative_of_52_would_make_66_zero():
    found = curvatures_of_the_likelihood()
    energy = response * sympy.conjugate(response)
    assert found.pure == 0
    assert found.real == 2 * found.mixed == 2 * energy / noise_variance
    # With zeros on the diagonal, an information matrix has zeros beside it.
    assert found.beside != 0


# The data: information in a Gaussian vector ----------------------------------------------------------------------
@pytest.mark.paper(17, 21, 54)
@pytest.mark.parametrize("theta_j", [gaussian.first, gaussian.second], ids=["i=j", "i!=j"])
def test_the_formula_for_gaussian_vectors_follows_from_the_definition(theta_j):
    assert gaussian.difference_in_general(gaussian.first, theta_j) == 0


@pytest.mark.paper(54)
def test_the_formula_for_gaussian_vectors_is_the_curvature_of_the_divergence():
    # Independent of any derivation: the Hessian of D(p_theta0 || p_theta) at theta0, by finite differences.
    s, t = gaussian.first, gaussian.second
    mean = sympy.Matrix([sympy.exp(sympy.I * s * t) + t, s**2 * sympy.exp(sympy.I * t)])
    beside = s * sympy.exp(sympy.I * t) / 4
    covariance = sympy.Matrix([[1 + s**2, beside], [sympy.conjugate(beside), 2 + sympy.sin(t)]])
    h, sigma = sympy.lambdify((s, t), mean), sympy.lambdify((s, t), covariance)

    def divergence(truth, other):
        h_0, h_1 = (np.asarray(h(*theta), complex)[:, 0] for theta in (truth, other))
        s_0, s_1 = (np.asarray(sigma(*theta), complex) for theta in (truth, other))
        inverse = np.linalg.inv(s_1)
        gap = h_1 - h_0
        logarithm = np.log(np.linalg.det(s_1).real / np.linalg.det(s_0).real)
        return (np.trace(inverse @ s_0) - 2 + gap.conj() @ inverse @ gap).real + logarithm

    truth, step = np.array([0.6, 0.3]), 1e-3
    for i, j in ((0, 0), (0, 1), (1, 1)):
        e_i, e_j = step * np.eye(2)[i], step * np.eye(2)[j]
        corners = [
            sign * divergence(truth, truth + p * e_i + q * e_j)
            for p, q, sign in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
        ]
        formula = gaussian.information_by_formula(mean, covariance, (s, t)[i], (s, t)[j])
        value = complex(formula.subs({s: truth[0], t: truth[1]}))
        assert abs(value.imag) < 1e-12
        assert sum(corners) / (4 * step**2) == pytest.approx(value.real, rel=1e-4)


@pytest.mark.paper(54, 55, 56)
@pytest.mark.parametrize("antennas", [1, 2])
def test_white_noise_leaves_the_real_part_of_inner_products_of_derivatives_of_the_mean(antennas):
    one, other = gaussian.first, gaussian.second
    printed = 0
    for h in gaussian.generic_mean(antennas):
        product = sympy.conjugate(h).diff(one) * h.diff(other)
        conjugate_product = h.diff(one) * sympy.conjugate(h).diff(other)
        printed += (product + conjugate_product) / noise_variance  # 2 Re{.} / sigma_z^2
    assert sympy.expand(gaussian.information_in_white_noise(antennas) - printed) == 0


def test_an_unknown_noise_variance_changes_no_other_bound():
    v, theta = gaussian.first, gaussian.second
    h = sympy.Matrix([sympy.Function("h")(theta)] * 2)
    assert gaussian.information_by_formula(h, v * sympy.eye(2), v, theta) == 0
    assert gaussian.information_by_formula(h, v * sympy.eye(2), v, v) == 2 / v**2


def test_an_expectation_that_needs_higher_moments_is_refused():
    e, conjugate_e = gaussian.pairs("e", 1)[0]
    with pytest.raises(ValueError, match="degree two"):
        gaussian.circular_expectation(e**2 * conjugate_e, [(e, conjugate_e)], sympy.eye(1))


# The channel and its derivatives ---------------------------------------------------------------------------------
@pytest.mark.paper(26, 27, 63, 64)
def test_differentiating_58_gives_26_and_27():
    found, printed = channel.path_derivatives(), channel.printed_path_derivatives()
    assert sympy.expand(found.by_elevation - printed.by_elevation) == 0
    assert sympy.expand(found.by_azimuth - printed.by_azimuth) == 0


@pytest.mark.paper(26, 27, 58, 59, 60, 63, 64)
@given(scenarios(**HALF_WAVELENGTH, phase_convention=st.just("difference")))
@settings(max_examples=40)
def test_the_packages_channel_and_derivatives_are_the_lambdified_ones(scenario):
    arguments = channel.offset_y, channel.offset_z, elevation, azimuth, gain
    by_hand = [
        sympy.lambdify(arguments, entry.subs(channel.path_letter, channel.path()))
        for entry in channel.path_derivatives()
    ]
    (m_y, m_z), (l_y, l_z) = element_indices(scenario.user_shape), element_indices(scenario.irs_shape)
    offsets = np.subtract.outer(m_y, l_y), np.subtract.outer(m_z, l_z)
    package = irs_user_channel(scenario), *irs_user_channel_derivatives(scenario)
    for function, expected in zip(by_hand, package, strict=True):
        values = function(*offsets, *scenario.user_aoa, scenario.irs_user_gain)
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-11 * abs(scenario.irs_user_gain))


@pytest.mark.paper(4, 5, 6)
@given(scenarios(**HALF_WAVELENGTH, phase_convention=st.sampled_from(["difference", "sum"])))
@settings(max_examples=20)
def test_4_adds_the_indices_and_its_plain_transpose_subtracts_them(scenario):
    product = channel.path_of_responses(transposed=scenario.phase_convention == "difference")
    product = product.subs(
        {channel.u_letter: channel.u_of_the_angles(), channel.v_letter: channel.v_of_the_angles()}
    )
    indices = channel.antenna_y, channel.antenna_z, channel.element_y, channel.element_z
    function = sympy.lambdify((*indices, elevation, azimuth, gain), product)
    (m_y, m_z), (l_y, l_z) = element_indices(scenario.user_shape), element_indices(scenario.irs_shape)
    values = function(m_y[:, None], m_z[:, None], l_y, l_z, *scenario.user_aoa, scenario.irs_user_gain)
    tolerance = 1e-11 * abs(scenario.irs_user_gain)
    np.testing.assert_allclose(values, irs_user_channel(scenario), rtol=1e-9, atol=tolerance)


@pytest.mark.paper(7, 8, 9, 10)
@given(shapes(largest=6))
def test_index_maps_are_the_packages(shape):
    numbers = range(1, shape[0] * shape[1] + 1)
    along_y, along_z = element_indices(shape)
    assert [channel.index_along_y(n, shape[1]) for n in numbers] == along_y.astype(int).tolist()
    assert [channel.index_along_z(n, shape[1]) for n in numbers] == along_z.astype(int).tolist()
