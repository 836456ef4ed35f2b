"""The formulas of `noisac_book.derivations` for (28)-(30) and (37)-(41) hold exactly and equal the package."""

from functools import cache

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    crlb,
    crlb_per_symbol,
    draw_symbols,
    fisher_information,
    matched_bs_beam,
    modified_crlb,
    random_beams,
)
from noisac.bounds.closed_form import bs_gain, printed_objective
from noisac.model.arrays import steering_vector
from noisac_book.closed_form import direction_covariance
from noisac_book.derivations import closed_form, elimination, objective
from noisac_book.derivations.elimination import vanishes
from noisac_book.derivations.names import azimuth, elevation, weight
from noisac_book.derivations.typesetting import Formula, compile_formula, numerical_letters
from tests.strategies import SYMBOL_MODELS, UNKNOWN_SYMBOLS, scenarios, setups, symbol_models, wide_users

#: Section II's spacing and (58)'s sign, which the formulas are written for.
PAPER = {
    "irs_spacing": st.just(0.5),
    "user_spacing": st.just(0.5),
    "phase_convention": st.just("difference"),
}
paper_setups = setups(scenarios(**PAPER))
wide_setups = setups(scenarios(user_shapes=wide_users, **PAPER))


def letters(scenario, beam, symbols):
    values = numerical_letters(scenario, beam, symbols)
    assume(abs(values[elimination.s_0]) > 0.05)
    return values


#: The formulas of `closed_form`, each derived once.
formula = cache(lambda name, *model: getattr(closed_form, name)(*model))


@cache
def compiled(name, model):
    """A function of the letters for a formula of `closed_form`, written out for a symbol model."""
    expression = formula(name, model) if "symbol" in name else formula(name)
    return compile_formula(closed_form.written_out(expression, model))


@cache
def compiled_blocks(model):
    blocks = elimination.information_blocks(model)
    return compile_formula(blocks.cross), compile_formula(blocks.angles)


def numerical_jacobian(scenario):
    at = dict(zip((elevation, azimuth), scenario.user_aoa, strict=True))
    return np.array(closed_form.angle_jacobian().subs(at), dtype=float)


@pytest.mark.paper(23, 24, 25)
def test_the_signal_depends_on_the_beam_through_three_sums_only():
    gradients = elimination.signal_gradients()
    assert set().union(*(g.free_symbols for g in gradients)) == {
        elimination.x,
        elimination.s_0,
        elimination.s_y,
        elimination.s_z,
        elimination._m_y,
        elimination._m_z,
    }


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_the_schur_complement_of_a_slot_is_the_formula_in_p_and_q(model):
    one_slot = {elimination.power: sp.Abs(elimination.x) ** 2, elimination.pseudo_power: elimination.x**2}
    formula = elimination.angle_information(model).subs(one_slot)
    derived = elimination.eliminate_symbol(elimination.information_blocks(model))
    assert all(vanishes(entry) for entry in formula - derived)


def test_what_vanishes_is_told_from_what_does_not():
    d, x = elimination.d_y, elimination.x
    assert vanishes(sp.re(d * x) ** 2 + sp.im(d * x) ** 2 - sp.Abs(d) ** 2 * sp.Abs(x) ** 2)
    assert not vanishes(sp.re(d * x) ** 2 - sp.im(d * x) ** 2 - sp.Abs(d) ** 2 * sp.Abs(x) ** 2)
    assert not vanishes(closed_form.determinant("real") - closed_form.determinant("known"))


@pytest.mark.paper(22, 28, 29, 30)
@pytest.mark.parametrize("unknowns", [1, 2, 3])
def test_the_block_inverse_is_the_inverse_of_the_dense_matrix(unknowns):
    information, inverse = elimination.dense_pair(unknowns)
    assert (information.inv() - inverse).applyfunc(sp.simplify).is_zero_matrix


@pytest.mark.paper(22, 28, 29, 30)
def test_the_block_inverse_holds_for_any_number_of_slots():
    product = elimination.block_product(elimination.block_inverse())
    assert [block.is_Identity for block in (product[0], product[3])] == [True, True]
    assert product[1].is_ZeroMatrix
    assert product[2].is_ZeroMatrix


def test_a_wrong_block_inverse_does_not_pass():
    information, inverse = elimination.block_inverse()
    wrong = sp.BlockMatrix([[inverse.blocks[0, 0], -inverse.blocks[0, 1]], list(inverse.blocks[1, :])])
    assert not elimination.block_product(elimination.Inverse(information, wrong))[1].is_ZeroMatrix


@pytest.mark.paper(22, 59, 60)
@given(paper_setups, symbol_models)
def test_the_blocks_in_direction_cosines_are_those_of_theorem_1(setup, model):
    scenario, beam, symbols = setup
    values = letters(*setup)
    jacobian = numerical_jacobian(scenario)
    scale = values[elimination.c] * abs(values[elimination.s_0]) ** 2
    rows = []
    angles = np.zeros((2, 2))
    for x in symbols:
        one_slot = values | {elimination.x: x}
        cross, both = compiled_blocks(model)
        rows.append(np.reshape(cross(one_slot), (-1, 2)))
        angles = angles + both(one_slot)
    unknowns = sum(len(row) for row in rows)
    expected = np.zeros((unknowns + 2,) * 2)
    expected[:unknowns, :unknowns] = np.eye(unknowns)
    expected[:unknowns, unknowns:] = np.concatenate(rows) @ jacobian
    expected[unknowns:, :unknowns] = expected[:unknowns, unknowns:].T
    expected[unknowns:, unknowns:] = jacobian.T @ angles @ jacobian
    information = fisher_information(scenario, beam, symbols, model)
    np.testing.assert_allclose(scale * expected, information, rtol=1e-7, atol=1e-9 * np.abs(information).max())


@pytest.mark.paper(14, 29, 30)
@given(wide_setups, symbol_models)
def test_the_formulas_for_the_angles_equal_the_package(setup, model):
    values, bounds = letters(*setup), crlb(*setup, model)
    np.testing.assert_allclose(compiled("elevation_bound", model)(values), bounds.elevation, rtol=1e-6)
    np.testing.assert_allclose(compiled("azimuth_bound", model)(values), bounds.azimuth, rtol=1e-6)
    np.testing.assert_allclose(compiled("angle_bound", model)(values), bounds.angle, rtol=1e-6)


@pytest.mark.paper(13, 28)
@given(wide_setups, st.sampled_from(UNKNOWN_SYMBOLS))
def test_the_formulas_for_the_symbols_equal_the_package(setup, model):
    values, bounds = letters(*setup), crlb(*setup, model)
    each = crlb_per_symbol(*setup, model)
    np.testing.assert_allclose(compiled("symbol_bound", model)(values), each, rtol=1e-6)
    np.testing.assert_allclose(compiled("mean_symbol_bound", model)(values), bounds.symbol, rtol=1e-6)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_the_determinant_is_a_sum_of_terms_that_are_not_negative(model):
    assert vanishes(closed_form.determinant(model) - elimination.angle_information(model).det())
    rng = np.random.default_rng(0)
    numbers = sp.lambdify(_LETTERS, closed_form.determinant(model).args, "numpy")
    for _ in range(50):
        x, d = draw_symbols(rng, 3), rng.standard_normal((2, 2)) @ [1, 1j]
        assert min(map(float, numbers(np.sum(abs(x) ** 2), np.sum(x**2), *d, *rng.random(2)))) > -1e-12


_LETTERS = (
    elimination.power,
    elimination.pseudo_power,
    elimination.d_y,
    elimination.d_z,
    elimination.V_y,
    elimination.V_z,
)


def test_a_single_antenna_needs_two_slots_that_are_not_collinear():
    single = closed_form.determinant("real").subs({elimination.V_y: 0, elimination.V_z: 0})
    one_slot = {elimination.power: sp.Abs(elimination.x) ** 2, elimination.pseudo_power: elimination.x**2}
    assert vanishes(single.subs(one_slot))
    real_d = {letter: sp.Symbol(letter.name, real=True) for letter in (elimination.d_y, elimination.d_z)}
    assert single.subs(real_d) == 0  # nor does the co-phased beam, whose d is real, ever do
    assert not vanishes(single)


def test_with_known_and_unknown_symbols_the_information_differs_by_what_symbols_imitate():
    x = elimination.x
    b = sp.Matrix([sp.im(elimination.d_y * x), sp.im(elimination.d_z * x)])
    one_slot = {elimination.power: sp.Abs(x) ** 2, elimination.pseudo_power: x**2}
    imitated = closed_form.imitated_information().subs(one_slot)
    assert all(vanishes(entry) for entry in imitated - b * b.T)


def co_phased(scenario):
    incoming = steering_vector(scenario.irs_shape, 0.5, *scenario.irs_aoa)
    outgoing = steering_vector(scenario.irs_shape, 0.5, *scenario.user_aoa).conj()
    return (incoming * outgoing).conj()


@pytest.mark.paper(28, 29, 30)
@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_the_bounds_of_the_co_phased_beam_can_be_computed_by_hand(model):
    # c = 2 SNR N_t P_t M = 256, |s_0|^2 = 256: 2^16 in all; d = 0; P = 2; var m = 15 / 12.
    scenario = Scenario()
    bounds = crlb(scenario, co_phased(scenario), [1.0, 1j], model)
    if model != "known":
        assert bounds.symbol == pytest.approx({"real": 1, "complex": 2}[model] / 2**16, rel=1e-12)
    gamma, phi = scenario.user_aoa  # 30 degrees and -120 degrees
    of_u = 12 / (2**16 * 2 * 15 * np.pi**2)
    assert bounds.elevation == pytest.approx(of_u / np.cos(gamma) ** 2, rel=1e-9)
    slope = np.tan(gamma) * np.sin(phi)
    assert slope == pytest.approx(-1 / 2)
    assert bounds.azimuth == pytest.approx(of_u * (1 + slope**2) / (np.cos(gamma) * np.cos(phi)) ** 2, rel=1e-9)
    assert bounds.azimuth / bounds.elevation == pytest.approx(5, rel=1e-9)


@given(scenarios(**PAPER))
def test_the_co_phased_beam_lights_the_middle_of_the_surface(scenario):
    values = letters(scenario, co_phased(scenario), np.ones(1))
    beam = formula("co_phased_beam")
    sizes = dict(zip(("L_y", "L_z"), scenario.irs_shape, strict=True))
    sizes |= dict(zip(("M_y", "M_z"), scenario.user_shape, strict=True))
    for name in ("s_0", "d_y", "d_z"):
        derived = getattr(beam, name)
        number = derived.subs({letter: sizes[letter.name] for letter in derived.free_symbols})
        assert values[getattr(elimination, name)] == pytest.approx(complex(number), abs=1e-9)


#: A 2 x 2 surface whose opposite corners cancel, as seen from the user.
SILENT = np.array([1, 1j, -1j, -1])


def silent_setup():
    scenario = Scenario(irs_shape=(2, 2))
    return scenario, co_phased(scenario) * SILENT, draw_symbols(np.random.default_rng(3), 2)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_silent_beam_informs_on_the_angles_and_on_no_symbol(model):
    scenario, beam, symbols = silent_setup()
    values = numerical_letters(scenario, beam, symbols)
    information = compile_formula(closed_form.information_at_silence())(values)
    jacobian = numerical_jacobian(scenario)
    c = 2 * scenario.snr * bs_gain(scenario) * scenario.user_antennas
    inverse = np.linalg.inv(jacobian.T @ information @ jacobian * c)
    bounds = crlb(scenario, beam, symbols, model)
    np.testing.assert_allclose([bounds.elevation, bounds.azimuth], np.diag(inverse), rtol=1e-9)
    if model != "known":
        assert bounds.symbol == np.inf


@pytest.mark.parametrize("phase", [0.0, 0.7, 2.5])
@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_near_silence_the_information_tends_to_its_limit(model, phase):
    scenario, beam, symbols = silent_setup()
    # Turned by a little, the corners leave s_0 = 2e-6 e^(j phase) to first order.
    turns = 1e-6 * np.array([np.sin(phase), -np.cos(phase), np.cos(phase), -np.sin(phase)])
    near = numerical_letters(scenario, beam * np.exp(1j * turns), symbols)
    assert np.angle(near[elimination.s_0]) == pytest.approx(phase, abs=1e-5)
    at_zero = numerical_letters(scenario, beam, symbols) | {sp.Symbol("psi", real=True): phase}
    limit = compile_formula(closed_form.information_near_silence(model))(at_zero)
    direct = compile_formula(elimination.angle_information(model))(near) * abs(near[elimination.s_0]) ** 2
    np.testing.assert_allclose(direct, limit, atol=1e-4)


@pytest.mark.paper(23, 24, 25, 37, 39)
@given(wide_setups, st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_the_base_stations_beam_shifts_the_objective_of_all_beams_alike(setup, seed, zeta):
    scenario, beam, symbols = setup
    w = np.random.default_rng(seed).standard_normal((scenario.bs_antennas, 2)) @ [1, 1j]
    shift = np.log10(bs_gain(scenario, w) / bs_gain(scenario))
    first = modified_crlb(crlb(scenario, beam, symbols), zeta)
    assume(np.isfinite(first))
    second = modified_crlb(crlb(scenario, beam, symbols, bs_beam=w), zeta)
    assert second == pytest.approx(first - shift, abs=1e-8)


@pytest.mark.paper(37, 38, 39)
def test_the_objective_splits_with_the_weight_and_not_as_printed():
    split = objective.split_objective()
    whole = objective.modified_crlb(
        objective.X / objective.bs_amplitude**2, objective.Y / objective.bs_amplitude**2
    )
    assert sp.simplify(sp.expand_log(whole - split.surface - split.base_station)) == 0
    assert objective.dependence_on_bs_beam() == (objective.bs_amplitude**-2,) * 2
    error = objective.error_of_printed_split()
    assert sp.expand(error - (1 - weight) * sp.log(objective.X)) == 0


@pytest.mark.paper(38)
@given(st.floats(0, 1))
def test_the_printed_term_ranks_the_beams_by_another_weight(zeta):
    scenario = Scenario()
    rng = np.random.default_rng(0)
    bounds = crlb(scenario, random_beams(scenario, (50,), rng), draw_symbols(rng, 2))
    other = float(objective.weight_of_printed_term().subs(weight, zeta))
    printed = printed_objective(bounds, np.asarray(zeta))
    np.testing.assert_allclose(printed, (2 - zeta) * modified_crlb(bounds, other), rtol=1e-12)


@pytest.mark.paper(23, 24, 25)
@pytest.mark.parametrize("antennas", [1, 2, 3])
def test_the_base_stations_beam_enters_the_derivatives_as_one_factor(antennas):
    assert objective.received_direction(antennas).is_zero_matrix


@pytest.mark.paper(40, 41)
@pytest.mark.parametrize("antennas", [2, 3, 4])
def test_what_a_beam_misses_of_the_largest_gain_is_a_sum_of_squares(antennas):
    identity = objective.lagrange_identity(antennas)
    assert sp.expand(identity.gap - identity.squares) == 0
    assert objective.matched_gain(antennas) == antennas * sp.Symbol("P_t", positive=True)


@pytest.mark.paper(41)
def test_the_matched_gain_is_that_of_the_package():
    scenario = Scenario(bs_antennas=3, transmit_power=2.0)
    formula = objective.matched_gain(3).subs(sp.Symbol("P_t", positive=True), 2.0)
    assert bs_gain(scenario, matched_bs_beam(scenario)) == pytest.approx(float(formula))


def test_a_formula_is_shown_with_its_left_hand_side():
    formula = Formula("y", sp.Matrix([[1, 0], [0, 1]]), sp.Symbol("P"))
    assert repr(formula).startswith("y = P \\, ")
    assert formula._repr_latex_().startswith("$")


def test_the_formulas_are_for_the_papers_spacing_and_sign_only():
    for change in ({"irs_spacing": 0.4}, {"user_spacing": 0.4}, {"phase_convention": "sum"}):
        with pytest.raises(ValueError, match="spacing"):
            numerical_letters(Scenario(**change), np.ones(16), [1.0])


@given(wide_setups, symbol_models)
def test_the_ellipses_drawn_are_those_of_the_formula(setup, model):
    values = letters(*setup)
    information = compile_formula(elimination.angle_information(model))(values) / values[elimination.power]
    covariance = direction_covariance(*setup, model)
    np.testing.assert_allclose(covariance, np.linalg.inv(information), rtol=1e-6, atol=1e-9)


def test_ellipses_need_a_gain_and_an_array_with_rows_and_columns():
    scenario, beam, symbols = silent_setup()
    with pytest.raises(ValueError, match="cancels itself"):
        direction_covariance(scenario, beam, symbols, "real")
    with pytest.raises(ValueError, match="user_shape"):
        direction_covariance(scenario.replace(user_shape=(1, 4)), beam, symbols, "real")
