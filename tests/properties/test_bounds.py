"""What must hold of the bounds for every scenario, beam and block of symbols."""

import cmath
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noisac import (
    Bounds,
    Scenario,
    SymbolMoments,
    crlb,
    crlb_per_symbol,
    draw_symbols,
    expected_symbol_moments,
    fisher_information,
    modified_crlb,
    pilots,
    random_beams,
    symbol_crlb_known_angles,
    symbol_moments,
)
from noisac._tolerance import LARGEST_SHARE, ROUNDING
from noisac.bounds._link import link_of
from noisac.bounds.closed_form import beam_sums, sum_weights, zero_below_rounding
from tests.strategies import (
    SYMBOL_MODELS,
    UNKNOWN_SYMBOLS,
    beams_for,
    scenarios,
    seeds,
    setups,
    symbol_blocks,
    symbol_models,
    weights,
    wide_setups,
    wide_users,
)

unknown_symbols = st.sampled_from(UNKNOWN_SYMBOLS)
phases = st.floats(-math.pi, math.pi)
#: Setups in which a bound is infinite only if the beam cancels itself.


def assert_equal_bounds(first, second, rtol=1e-9):
    for name, one, other in zip(Bounds._fields, first, second, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, err_msg=name)


def assert_never_larger(first, second):
    assert np.all(np.asarray(first) <= np.asarray(second) * (1 + 1e-9))


@given(setups())
def test_known_symbols_are_never_worse_than_real_ones_nor_these_than_complex_ones(setup):
    known, real, complex_ = (crlb(*setup, model) for model in ("known", "real", "complex"))
    for better, worse in ((known, real), (real, complex_)):
        assert_never_larger(better.elevation, worse.elevation)
        assert_never_larger(better.azimuth, worse.azimuth)
    assert_never_larger(real.symbol, complex_.symbol)


@given(setups(), unknown_symbols)
def test_unknown_angles_never_improve_the_bound_on_a_symbol(setup, model):
    scenario, beam, symbols = setup
    floor = {"real": 1, "complex": 2}[model] * symbol_crlb_known_angles(scenario, beam)
    assert_never_larger(floor, crlb_per_symbol(scenario, beam, symbols, model))


@pytest.mark.paper(13)
@given(setups(), unknown_symbols)
def test_the_bound_of_a_block_is_the_mean_over_its_symbols(setup, model):
    each = crlb_per_symbol(*setup, model)
    np.testing.assert_allclose(crlb(*setup, model).symbol, each.mean(), rtol=1e-9)


@given(wide_setups, symbol_models, phases)
def test_a_global_phase_of_the_beam_changes_nothing(setup, model, phase):
    scenario, beam, symbols = setup
    turned = crlb(scenario, beam * cmath.exp(1j * phase), symbols, model)
    assert_equal_bounds(turned, crlb(scenario, beam, symbols, model))


@given(wide_setups, st.sampled_from(["known", "complex"]), phases)
def test_a_global_phase_of_the_symbols_changes_nothing_unless_their_phase_is_used(setup, model, phase):
    scenario, beam, symbols = setup
    turned = crlb(scenario, beam, symbols * cmath.exp(1j * phase), model)
    assert_equal_bounds(turned, crlb(scenario, beam, symbols, model))


def test_a_global_phase_of_the_symbols_matters_to_the_real_parametrisation():
    scenario, beam = Scenario(), random_beams(Scenario(), (), np.random.default_rng(0))
    before, after = (crlb(scenario, beam, turn * pilots(2), "real") for turn in (1, 1j))
    assert not np.isclose(before.elevation, after.elevation, rtol=1e-2)


@given(setups(), symbol_blocks(), symbol_models)
def test_information_on_the_angles_adds_over_slots(setup, more, model):
    scenario, beam, symbols = setup

    def angle_block(block):
        return fisher_information(scenario, beam, block, model)[-2:, -2:]

    both = angle_block(np.r_[symbols, more])
    np.testing.assert_allclose(both, angle_block(symbols) + angle_block(more), rtol=1e-9, atol=1e-12 * both.max())


@given(setups(), symbol_blocks(), symbol_models)
def test_more_slots_never_raise_a_bound(setup, more, model):
    scenario, beam, symbols = setup
    short, long = crlb(scenario, beam, symbols, model), crlb(scenario, beam, np.r_[symbols, more], model)
    assert_never_larger(long.elevation, short.elevation)
    assert_never_larger(long.azimuth, short.azimuth)
    if model != "known":
        in_long = crlb_per_symbol(scenario, beam, np.r_[symbols, more], model)[: len(symbols)]
        assert_never_larger(in_long, crlb_per_symbol(scenario, beam, symbols, model))


@given(setups(), symbol_models, st.sampled_from([0, 1]))
def test_more_antennas_at_the_user_never_raise_a_bound(setup, model, axis):
    scenario, beam, symbols = setup
    shape = list(scenario.user_shape)
    shape[axis] += 1
    few, many = crlb(*setup, model), crlb(scenario.replace(user_shape=tuple(shape)), beam, symbols, model)
    assert_never_larger(many.elevation, few.elevation)
    assert_never_larger(many.azimuth, few.azimuth)
    if model != "known":
        assert_never_larger(many.symbol, few.symbol)


@given(setups(), symbol_models, st.floats(-20, 20), st.floats(0.1, 10), st.integers(2, 5))
def test_bounds_fall_as_one_over_snr_power_and_bs_antennas(setup, model, decibels, factor, antennas):
    scenario, beam, symbols = setup
    before = crlb(*setup, model)
    for change, gain in (
        ({"snr_db": scenario.snr_db + decibels}, 10 ** (decibels / 10)),
        ({"transmit_power": scenario.transmit_power * factor}, factor),
        ({"bs_antennas": scenario.bs_antennas * antennas}, antennas),
    ):
        after = crlb(scenario.replace(**change), beam, symbols, model)
        assert_equal_bounds(before, [bound * gain for bound in after], rtol=1e-12)
        known = symbol_crlb_known_angles(scenario.replace(**change), beam) * gain
        np.testing.assert_allclose(symbol_crlb_known_angles(scenario, beam), known, rtol=1e-12)


@given(setups(scenarios(), symbol_blocks(smallest=2)), seeds)
def test_symbols_enter_the_mean_bounds_only_through_their_moments(setup, seed):
    # A rotation of the slots mixes the symbols but keeps P = sum |x|^2 and Q = sum x^2.
    scenario, beam, symbols = setup
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(symbols),) * 2))
    for model in SYMBOL_MODELS:
        first, second = (crlb(scenario, beam, block, model) for block in (symbols, rotation @ symbols))
        assert_equal_bounds(first, second, rtol=1e-6)


@given(setups(), symbol_models)
def test_moments_stand_for_the_symbols(setup, model):
    scenario, beam, symbols = setup
    assert_equal_bounds(crlb(scenario, beam, symbol_moments(symbols), model), crlb(*setup, model), rtol=0)


@given(setups(), symbol_models)
def test_bounds_are_unchanged_in_a_mirror(setup, model):
    # Both angles to the other side, and the phases of beam and symbols conjugated: the received signal is, too.
    scenario, beam, symbols = setup
    mirrored = scenario.replace(
        user_aoa=tuple(-np.array(scenario.user_aoa)), irs_aoa=tuple(-np.array(scenario.irs_aoa))
    )
    assert_equal_bounds(crlb(mirrored, beam.conj(), symbols.conj(), model), crlb(*setup, model))


@given(wide_setups, seeds)
def test_with_complex_symbols_the_beam_enters_the_angles_through_its_gain_only(setup, seed):
    # Hence with complex symbols the beam of largest gain is best for the angles, whatever the surface.
    scenario, first, symbols = setup
    second = random_beams(scenario, (), np.random.default_rng(seed))
    gains = [abs(beam_sums(scenario, beam)[0]) ** 2 for beam in (first, second)]
    assume(min(gains) > 1e-6)
    one, other = (crlb(scenario, beam, symbols, "complex") for beam in (first, second))
    np.testing.assert_allclose(one.elevation * gains[0], other.elevation * gains[1], rtol=1e-9)
    np.testing.assert_allclose(one.azimuth * gains[0], other.azimuth * gains[1], rtol=1e-9)


@given(wide_setups)
def test_complex_symbols_leave_what_the_users_aperture_alone_can_tell(setup):
    # (2 / sigma^2) |alpha|^2 N_t P_t M |s_0|^2 P diag(var m_y, var m_z), for (u, v) = 2 pi d (cos g sin p, sin g).
    scenario, beam, symbols = setup
    m_y, m_z = np.divmod(np.arange(scenario.user_antennas), scenario.user_shape[1])
    gain = 2 * scenario.snr * scenario.bs_antennas * scenario.transmit_power * scenario.user_antennas
    gain *= abs(beam_sums(scenario, beam)[0]) ** 2 * np.sum(np.abs(symbols) ** 2)
    assume(gain > 0)
    gain *= (2 * np.pi * scenario.user_spacing) ** 2
    elevation, azimuth = scenario.user_aoa
    of_v, of_u = 1 / (gain * m_z.var()), 1 / (gain * m_y.var())
    bounds = crlb(*setup, "complex")
    np.testing.assert_allclose(bounds.elevation, of_v / math.cos(elevation) ** 2, rtol=1e-9)
    slope = math.tan(elevation) * math.sin(azimuth)
    expected = (of_u + slope**2 * of_v) / (math.cos(elevation) * math.cos(azimuth)) ** 2
    np.testing.assert_allclose(bounds.azimuth, expected, rtol=1e-9)


@given(scenarios(), st.data(), symbol_models)
@settings(max_examples=30)
def test_a_batch_gives_what_a_loop_gives(scenario, data, model):
    beams = np.stack([data.draw(beams_for(scenario)) for _ in range(2)])
    blocks = draw_symbols(np.random.default_rng(data.draw(seeds)), 3, size=(4,))
    bounds = crlb(scenario, beams[:, None], blocks, model)
    for index in np.ndindex(2, 4):
        single = crlb(scenario, beams[index[0]], blocks[index[1]], model)
        assert_equal_bounds([bound[index] for bound in bounds], single)
    if model != "known":
        each = crlb_per_symbol(scenario, beams[:, None], blocks, model)
        for index in np.ndindex(2, 4):
            single = crlb_per_symbol(scenario, beams[index[0]], blocks[index[1]], model)
            np.testing.assert_allclose(each[index], single, rtol=1e-9)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize(
    ("beams", "symbols", "batch"),
    [
        ((), (), ()),
        ((5,), (), (5,)),
        ((), (5,), (5,)),
        ((3, 1), (4,), (3, 4)),
        ((3, 4), (2, 1, 1), (2, 3, 4)),
        ((0,), (), (0,)),
    ],
)
def test_leading_axes_of_beams_and_symbols_broadcast(model, beams, symbols, batch):
    scenario, rng = Scenario(irs_shape=(2, 2)), np.random.default_rng(0)
    xi, x = random_beams(scenario, beams, rng), draw_symbols(rng, 3, size=symbols)
    bounds = crlb(scenario, xi, x, model)
    assert [np.shape(bound) for bound in bounds] == [batch] * 3
    assert np.shape(bounds.angle) == batch
    assert modified_crlb(bounds, 0.0).shape == batch
    assert symbol_crlb_known_angles(scenario, xi).shape == beams
    if model != "known":
        assert crlb_per_symbol(scenario, xi, x, model).shape == (*batch, 3)


@pytest.mark.paper(14)
def test_the_bound_on_the_angles_is_their_mean():
    assert Bounds(np.array(1.0), np.array(2.0), np.array(5.0)).angle == 3.5


@pytest.mark.paper(12, 31)
@given(setups(scenarios(user_shapes=wide_users)), weights)
def test_modified_crlb_is_the_weighted_sum_of_logarithms(setup, weight):
    bounds = crlb(*setup)
    assume(np.isfinite(bounds.symbol))
    expected = weight * math.log10(bounds.symbol) + (1 - weight) * math.log10(bounds.angle)
    assert modified_crlb(bounds, weight) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_term_of_weight_zero_is_left_out_even_where_its_bound_is_infinite():
    no_symbol = Bounds(np.array(np.inf), np.array(1e-2), np.array(1e-2))
    no_angle = Bounds(np.array(1e-3), np.array(np.inf), np.array(1e-2))
    assert modified_crlb(no_symbol, 0.0) == -2.0
    assert modified_crlb(no_angle, 1.0) == -3.0
    assert modified_crlb(no_symbol, 0.5) == np.inf
    np.testing.assert_array_equal(modified_crlb(no_angle, [0.0, 0.5, 1.0]), [np.inf, np.inf, -3.0])
    np.testing.assert_array_equal(modified_crlb(no_symbol, [0.0, 0.5, 1.0]), [-2.0, np.inf, np.inf])


@given(st.integers(1, 6), st.floats(0, 1))
def test_expected_moments_are_those_of_the_distribution(slots, variance):
    draws = 4000
    blocks = draw_symbols(np.random.default_rng(1), slots, variance, size=(draws,))
    expected = expected_symbol_moments(slots, variance)
    assert expected.slots == slots
    power, pseudo = np.sum(np.abs(blocks) ** 2, axis=1), np.sum(blocks**2, axis=1)
    for drawn, mean in (
        (power, expected.power),
        (pseudo.real, expected.pseudo_power.real),
        (pseudo.imag, expected.pseudo_power.imag),
    ):
        assert abs(drawn.mean() - mean) <= 5 * drawn.std() / math.sqrt(draws) + 1e-12


@given(setups(scenarios(user_shapes=wide_users)), seeds, symbol_models)
def test_moments_averaged_over_draws_give_the_averaged_information(setup, seed, model):
    # Reading R3: what a single beam for many draws is judged by. The information on the angles that is left once
    # the symbols are eliminated is averaged here over five draws of a block.
    scenario, beam, _ = setup
    assume(abs(beam_sums(scenario, beam)[0]) > 1e-3)
    blocks = draw_symbols(np.random.default_rng(seed), 3, 0.8, size=(5,))
    left = []
    for block in blocks:
        information = fisher_information(scenario, beam, block, model)
        symbols, cross, angles = information[:-2, :-2], information[:-2, -2:], information[-2:, -2:]
        left.append(angles - cross.T @ np.linalg.solve(symbols, cross))
    inverse = np.linalg.inv(np.mean(left, axis=0))
    factors = symbol_moments(blocks).factor
    mean = np.linalg.cholesky(np.mean(factors @ np.swapaxes(factors, 1, 2), axis=0))
    bounds = crlb(scenario, beam, SymbolMoments(3, mean), model)
    np.testing.assert_allclose([bounds.elevation, bounds.azimuth], np.diag(inverse), rtol=1e-5)


def test_the_weights_that_searches_share_cannot_be_overwritten():
    with pytest.raises(ValueError, match="read-only"):
        sum_weights(Scenario())[0, 0] = 0


def test_a_sum_is_zero_below_the_rounding_of_its_own_terms_and_stands_above():
    limit = np.array([4e-15, 4e-14, 4e-16])
    phases = np.exp(2j * np.pi * np.arange(8) / 8)[:, None]
    np.testing.assert_array_equal(zero_below_rounding(0.99 * limit * phases, limit), 0)
    above = 1.01 * limit * phases
    np.testing.assert_array_equal(zero_below_rounding(above, limit), above)


def test_the_rounding_of_the_sums_grows_with_their_terms_and_with_their_phases():
    one = link_of(Scenario(irs_shape=(1, 1), user_shape=(1, 1))).rounding
    np.testing.assert_array_equal(one, [ROUNDING, 0, 0])
    four = link_of(Scenario(irs_shape=(4, 1), user_shape=(1, 3), irs_spacing=0.25, user_spacing=0.5)).rounding
    shares = ROUNDING * (1 + np.pi * np.arange(4))  # two hops
    expected = [shares.sum(), shares @ (np.pi / 2 * np.arange(4)), shares.sum() * np.pi]
    np.testing.assert_allclose(four, expected, rtol=1e-12)
    assert np.all(link_of(Scenario(irs_spacing=1e20)).rounding[0] <= 16 * LARGEST_SHARE)


@pytest.mark.parametrize("elements", [4, 9, 16, 25])
def test_the_sums_of_a_beam_do_not_depend_on_its_company_to_the_last_bit(elements):
    scenario = Scenario(irs_shape=(1, elements))
    beams = random_beams(scenario, (40,), np.random.default_rng(0))
    together = beam_sums(scenario, beams)
    for count in range(1, 40):
        np.testing.assert_array_equal(beam_sums(scenario, beams[:count]), together[:count])
        np.testing.assert_array_equal(beam_sums(scenario, beams[count]), together[count])
