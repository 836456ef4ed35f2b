"""Theorem 1 derived: its blocks, exact against brute force, and lambdified against the package."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest
import sympy

from noisac import (
    Scenario,
    bs_irs_channel,
    crlb,
    draw_symbols,
    fisher_information,
    irs_user_channel,
    irs_user_channel_derivatives,
    matched_bs_beam,
    pilots,
    random_beams,
)
from noisac_book.derivation import draw_conditional_bounds
from noisac_book.derivations import (
    brute_force,
    gaussian,
    prior,
    random_symbols,
    theorem,
)
from noisac_book.derivations.brute_force import SmallLink, printed_information
from noisac_book.derivations.names import (
    azimuth,
    column,
    elevation,
    gain,
    imaginary_part,
    noise_variance,
    real_part,
    row,
    slot,
    slots,
    symbol_variance,
)
from noisac_book.derivations.theorem import Beta, RealInner, beta_gamma, beta_phi, beta_x

UNKNOWN = ("real", "complex")


def vectors_of(scenario, beam, block):
    """beta_x, [beta_gamma,t] and [beta_phi,t] from the package's channels."""
    through = beam * (bs_irs_channel(scenario) @ matched_bs_beam(scenario))
    by_elevation, by_azimuth = irs_user_channel_derivatives(scenario)
    return (
        irs_user_channel(scenario) @ through,
        [by_elevation @ through * x for x in block],
        [by_azimuth @ through * x for x in block],
    )


def evaluated(matrix, vectors, numbers):
    """A matrix of letters as an array, with vectors for the letters of Theorem 1 and numbers for other symbols."""

    def vector(expression):
        factor, letter = expression.as_independent(Beta)
        return complex(factor) * vectors[letter]

    inserted = sympy.Matrix(matrix).replace(
        RealInner, lambda left, right: sympy.Float(np.vdot(vector(left), vector(right)).real)
    )
    return np.array(inserted.subs(numbers), float)


def setup_of(seed, **fields):
    rng = np.random.default_rng(seed)
    scenario = Scenario(**{"irs_shape": (2, 3), "user_shape": (2, 2), "snr_db": 3.0, **fields})
    return scenario, random_beams(scenario, (), rng), rng


# Assembling the matrix -------------------------------------------------------------------------------------------
PHASES = [beta_x, sympy.I * beta_x, -2 * sympy.I * beta_x, beta_gamma(1), sympy.I * beta_gamma(1), 3 * beta_phi(2)]


def test_inner_products_of_letters_are_those_of_vectors():
    rng = np.random.default_rng(0)
    vectors = {letter: rng.standard_normal((3, 2)) @ [1, 1j] for letter in (beta_x, beta_gamma(1), beta_phi(2))}

    def vector(expression):
        factor, letter = expression.as_independent(Beta)
        return complex(factor) * vectors[letter]

    for left, right in itertools.product(PHASES, repeat=2):
        expected = np.vdot(vector(left), vector(right)).real
        (found,) = evaluated([[RealInner(left, right)]], vectors, {})[0]
        assert found == pytest.approx(expected, abs=1e-12), (left, right)


@pytest.mark.paper(57, 61, 62)
def test_a_slot_depends_on_its_own_symbol_and_on_the_angles():
    assert theorem.mean_derivative(real_part[slot]) == beta_x
    assert theorem.mean_derivative(real_part[row]).subs({row: 1, slot: 2}) == 0
    assert theorem.mean_derivative(imaginary_part[slot]) == sympy.I * beta_x
    assert theorem.mean_derivative(elevation) == beta_gamma(slot)
    assert theorem.mean_derivative(azimuth) == beta_phi(slot)


@pytest.mark.paper(65, 66, 67, 68)
def test_blocks_of_one_slot_are_those_printed():
    unit, delta = 2 / noise_variance, sympy.KroneckerDelta
    found = theorem.slot_blocks()
    assert found == found.T.subs({row: column, column: row}, simultaneous=True)
    assert found[0, 0] == unit * delta(row, slot) * delta(column, slot) * RealInner(beta_x, beta_x)
    assert found[0, 1] == unit * delta(row, slot) * RealInner(beta_x, beta_gamma(slot))
    assert found[0, 2] == unit * delta(row, slot) * RealInner(beta_x, beta_phi(slot))
    for (p, one), (q, other) in itertools.product(
        enumerate([beta_gamma(slot), beta_phi(slot)], start=1), repeat=2
    ):
        assert found[p, q] == unit * RealInner(one, other)


@pytest.mark.paper(69, 70, 71, 72)
def test_blocks_of_all_slots_are_those_printed_for_a_t_that_stays_a_letter():
    unit, found = 2 / noise_variance, theorem.blocks()
    assert found[0, 0] == unit * sympy.KroneckerDelta(row, column) * RealInner(beta_x, beta_x)
    assert found[0, 1] == unit * RealInner(beta_x, beta_gamma(row))
    assert found[0, 2] == unit * RealInner(beta_x, beta_phi(row))
    for (p, one), (q, other) in itertools.product(
        enumerate([beta_gamma(slot), beta_phi(slot)], start=1), repeat=2
    ):
        assert found[p, q] == unit * sympy.Sum(RealInner(one, other), (slot, 1, slots))


@pytest.mark.paper(22, 54, 69)
@pytest.mark.parametrize("model", UNKNOWN)
@pytest.mark.parametrize("block_length", [1, 2, 3])
def test_blocks_hold_the_same_as_a_sum_over_explicit_slots(block_length, model):
    numbers = range(1, block_length + 1)
    parameters = [p for t in numbers for p in theorem.unknowns(t, model)[:-2]] + [elevation, azimuth]

    def element(one, other):
        gradients = [[theorem.mean_derivative(p).subs(slot, t) for p in (one, other)] for t in numbers]
        return sum(2 / noise_variance * RealInner(*pair) for pair in gradients)

    direct = sympy.Matrix([[element(one, other) for other in parameters] for one in parameters])
    assert sympy.Matrix(theorem.data_information(block_length, model)).expand() == direct.expand()


def test_known_symbols_and_empty_blocks_are_refused():
    with pytest.raises(ValueError, match="symbol_model"):
        theorem.theorem_1(2, "known")
    with pytest.raises(ValueError, match="symbol_model"):
        prior.prior_information(2, "known")
    with pytest.raises(ValueError, match="block_length"):
        theorem.theorem_1(0)


# Brute force -----------------------------------------------------------------------------------------------------
@pytest.mark.paper(22, 23, 24, 25, 26, 27, 69, 70, 71, 72, 73)
@pytest.mark.parametrize("model", UNKNOWN)
@pytest.mark.parametrize(
    "link",
    [SmallLink((2, 2), (2, 2), 2), SmallLink((2, 2), (2, 2), 1), SmallLink((1, 2), (2, 1), 3)],
    ids=lambda link: f"M={link.user_shape}-L={link.irs_shape}-T={link.block_length}",
)
def test_differentiating_the_likelihood_gives_theorem_1_exactly(link, model):
    difference = brute_force.difference(link, model)
    size = (1 if model == "real" else 2) * link.block_length + 2
    assert difference.shape == (size, size)
    assert difference.is_zero_matrix


def test_the_comparison_notices_a_wrong_sign():
    link = SmallLink((2, 2), (1, 2), 1)
    right = printed_information(link)
    differentiated = brute_force.with_real_symbols(
        brute_force.expected_information(brute_force.log_likelihood(link), link)
    )
    wrong = right.subs(azimuth, -azimuth)
    assert (differentiated - right).applyfunc(brute_force.normal_form).is_zero_matrix
    assert not (differentiated - wrong).applyfunc(brute_force.normal_form).is_zero_matrix


@pytest.mark.paper(17, 21)
def test_inserting_the_mean_is_the_expectation_over_the_received_signal():
    # Second derivation: moments of the errors, quadratic terms included, as for an arbitrary Gaussian vector.
    link = SmallLink((1, 2), (1, 2), 1)
    real = dict(zip(link.parameters[:2], sympy.symbols("re im", real=True), strict=True))
    mean = sympy.Matrix([h.subs(real) for h in brute_force.received_mean(link)])
    inserted = brute_force.expected_information(brute_force.log_likelihood(link), link).subs(real)
    parameters = [real.get(parameter, parameter) for parameter in link.parameters]
    for i, j in itertools.combinations_with_replacement(range(len(parameters)), 2):
        averaged = gaussian.information_by_definition(
            mean, gaussian.white_covariance(len(mean)), parameters[i], parameters[j]
        )
        assert brute_force.normal_form(averaged - inserted[i, j]) == 0


# Lambdified, against the package ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def lambdified_information():
    """The brute-force matrix of the "complex" model for M = L = 2 x 2 and T = 2, as a function of numbers."""
    link = SmallLink((2, 2), (2, 2), 2)
    information = brute_force.expected_information(brute_force.log_likelihood(link), link)
    arguments = [link.surface, gain, noise_variance, *link.parameters]
    return sympy.lambdify(arguments, information, cse=True)


@pytest.mark.paper(22)
@pytest.mark.parametrize("seed", range(10))
def test_the_packages_information_is_that_of_the_differentiated_likelihood(seed, lambdified_information):
    rng = np.random.default_rng(seed)
    scenario = Scenario(
        irs_shape=(2, 2),
        user_shape=(2, 2),
        user_aoa=tuple(rng.uniform(-1.3, 1.3, 2)),
        irs_aoa=tuple(rng.uniform(-1.3, 1.3, 2)),
        snr_db=rng.uniform(-20, 30),
        irs_user_gain=complex(*rng.normal(size=2)),
    )
    beam, block = random_beams(scenario, (), rng), draw_symbols(rng, 2)
    through = beam * (bs_irs_channel(scenario) @ matched_bs_beam(scenario))
    parts = np.stack([block.real, block.imag], axis=-1).ravel()
    found = lambdified_information(
        through, scenario.irs_user_gain, scenario.noise_variance, *parts, *scenario.user_aoa
    )
    assert np.max(np.abs(np.imag(found))) < 1e-9 * np.max(np.abs(found))
    for model in UNKNOWN:
        expected = fisher_information(scenario, beam, block, model)
        kept = np.real(found) if model == "complex" else np.real(found)[np.ix_([0, 2, 4, 5], [0, 2, 4, 5])]
        np.testing.assert_allclose(kept, expected, rtol=1e-8, atol=1e-10 * np.max(np.abs(expected)))


@pytest.mark.paper(22, 23, 24, 25)
@pytest.mark.parametrize("model", UNKNOWN)
@pytest.mark.parametrize("block_length", [1, 2, 3, 5])
def test_the_packages_information_is_theorem_1_with_numbers_in_it(block_length, model):
    for seed in range(3):
        scenario, beam, rng = setup_of(seed, user_aoa=(0.4 * seed - 0.5, 0.7 - 0.3 * seed))
        block = draw_symbols(rng, block_length)
        by_symbol, by_elevation, by_azimuth = vectors_of(scenario, beam, block)
        vectors = {beta_x: by_symbol}
        vectors |= {beta_gamma(t): v for t, v in enumerate(by_elevation, start=1)}
        vectors |= {beta_phi(t): v for t, v in enumerate(by_azimuth, start=1)}
        expected = fisher_information(scenario, beam, block, model)
        printed = theorem.theorem_1(block_length, model)
        found = evaluated(printed, vectors, {noise_variance: scenario.noise_variance})
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.max(np.abs(expected)))


@pytest.mark.paper(16)
def test_bounds_are_the_diagonal_of_the_inverse():
    matrix = sympy.Matrix([[4, 1, 0], [1, 3, -1], [0, -1, 2]])
    expected = np.linalg.inv(np.array(matrix, float)).diagonal()
    np.testing.assert_allclose(np.array(theorem.bounds(matrix), float), expected, rtol=1e-12)


# The expectation over the symbols --------------------------------------------------------------------------------
def averaged_information(scenario, beam, block_length, variance, model):
    """Mean of (22) over CN(sqrt(1 - variance), variance) by quadrature, exact for its second-degree elements."""
    nodes = np.sqrt(1 - variance) + np.sqrt(variance / 2) * np.array([1 + 1j, 1 - 1j, -1 + 1j, -1 - 1j])
    blocks = itertools.product(nodes, repeat=block_length)
    return np.mean([fisher_information(scenario, beam, block, model) for block in blocks], axis=0)


def expected_with_numbers(scenario, beam, block_length, variance, model):
    """`expected_blocks` for concrete slots and numbers."""
    by_symbol, (by_elevation,), (by_azimuth,) = vectors_of(scenario, beam, [1.0])
    letters = sympy.Symbol("gamma"), sympy.Symbol("varphi")
    vectors = {beta_x: by_symbol, Beta(letters[0]): by_elevation, Beta(letters[1]): by_azimuth}
    pattern = random_symbols.expected_blocks(model, mean=sympy.Float(np.sqrt(1 - variance)))
    rows = [(t, p) for t in range(1, block_length + 1) for p in range(pattern.rows - 2)]
    rows += [(0, pattern.rows - 2), (0, pattern.rows - 1)]
    full = [[pattern[p, q].subs({row: i, column: j}) for j, q in rows] for i, p in rows]
    return evaluated(full, vectors, {noise_variance: scenario.noise_variance, slots: block_length})


@pytest.mark.paper(17, 21, 22)
@pytest.mark.parametrize("variance", [0.3, 1.0])
@pytest.mark.parametrize("model", UNKNOWN)
def test_the_expected_matrix_is_the_average_of_theorem_1_over_the_symbols(model, variance):
    scenario, beam, _ = setup_of(3)
    found = expected_with_numbers(scenario, beam, 2, variance, model)
    expected = averaged_information(scenario, beam, 2, variance, model)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11 * np.max(expected))


@pytest.mark.paper(17, 22)
@pytest.mark.parametrize("model", UNKNOWN)
def test_averaged_over_symbols_without_mean_the_angles_bound_is_that_of_pilots(model):
    assert random_symbols.expected_blocks(model, mean=sympy.S.Zero)[-2:, :-2].is_zero_matrix
    assert random_symbols.expected_blocks(model, mean=sympy.S.Zero)[-2:, -2:] == random_symbols.pilot_blocks()
    scenario, beam, _ = setup_of(4)
    averaged = np.linalg.inv(averaged_information(scenario, beam, 2, 1.0, model))[-2:, -2:]
    known = np.linalg.inv(fisher_information(scenario, beam, pilots(2), "known"))
    np.testing.assert_allclose(averaged, known, rtol=1e-8)


@pytest.mark.paper(22)
@pytest.mark.parametrize("model", UNKNOWN)
def test_the_average_of_conditional_bounds_is_above_the_bound_of_the_averaged_information(model):
    scenario, beam, rng = setup_of(5)
    blocks = draw_symbols(rng, 4, size=(500,))
    informations = [fisher_information(scenario, beam, block, model) for block in blocks]
    conditional = np.mean([np.linalg.inv(matrix).diagonal() for matrix in informations], axis=0)
    of_the_average = np.linalg.inv(np.mean(informations, axis=0)).diagonal()
    assert np.all(conditional > of_the_average)


@pytest.mark.parametrize("variance", [1e-6, 0.2, 0.6, 1.0])
def test_symbols_with_a_mean_and_their_prior_cost_the_angles_what_the_exercise_says(variance):
    scenario, beam, _ = setup_of(6)
    block_length = 3
    by_symbol, (by_elevation,), (by_azimuth,) = vectors_of(scenario, beam, [1.0])
    angles = np.stack([by_elevation, by_azimuth], axis=-1)
    gram = (angles.conj().T @ angles).real
    beside = np.sqrt(1 - variance) * (by_symbol.conj() @ angles).real
    weight = 1 / (np.vdot(by_symbol, by_symbol).real + scenario.noise_variance / variance)
    formula = 2 * block_length / scenario.noise_variance * (gram - weight * np.outer(beside, beside))

    full = expected_with_numbers(scenario, beam, block_length, variance, "real")
    of_the_prior = prior.prior_information(block_length).subs(symbol_variance, variance)
    eliminated = np.linalg.inv(np.linalg.inv(full + np.array(of_the_prior, float))[-2:, -2:])
    np.testing.assert_allclose(eliminated, formula, rtol=1e-8)


def test_conditional_bounds_stay_above_those_of_pilots_for_many_slots():
    # What the chapter says of its figure, with its beam: near 1.3 and 1.7 at T = 32.
    scenario = Scenario()
    beam = random_beams(scenario, (), np.random.default_rng(2))
    blocks = draw_symbols(np.random.default_rng(0), 32, size=(4000,))
    known = crlb(scenario, beam, pilots(32), "known").angle
    real, complex_ = (np.mean(crlb(scenario, beam, blocks, model).angle) / known for model in UNKNOWN)
    assert real == pytest.approx(1.3, abs=0.05)
    assert complex_ == pytest.approx(1.7, abs=0.05)


def test_the_figure_of_conditional_bounds_refuses_blocks_without_a_standard_error():
    with pytest.raises(ValueError, match="slots"):
        draw_conditional_bounds(Scenario(), np.ones(16), slots=[2, 4], draws=4, rng=np.random.default_rng(0))


# What the book displays ------------------------------------------------------------------------------------------
DISPLAYED = """
from sympy import latex
from noisac_book.derivations import brute_force, channel, gaussian, prior, random_symbols, theorem
small = brute_force.SmallLink((1, 2), (1, 2), 1)
for shown in (
    prior.in_symbols(prior.log_prior()), prior.slope(), prior.mixed_curvature(), prior.curvature_in_coordinates(),
    *prior.curvatures_of_the_likelihood(), gaussian.information_in_white_noise(1), *channel.path_derivatives(),
    theorem.slot_blocks("complex"), theorem.in_units_of_the_noise(theorem.blocks()), theorem.theorem_1(2),
    brute_force.received_mean(small), random_symbols.expected_blocks(), channel.path_of_responses(),
):
    print(shown, latex(shown))
"""


def test_what_is_displayed_does_not_depend_on_the_order_of_hashes(capsys):
    exec(DISPLAYED, {})
    here = capsys.readouterr().out
    seed = str(int(os.environ.get("PYTHONHASHSEED", "0")) + 7)
    there = subprocess.run(
        [sys.executable, "-c", DISPLAYED],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout == here
