"""Where the information is singular, a bound is infinite exactly if its parameter lies outside the range."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import Scenario, crlb, crlb_per_symbol, random_beams, symbol_crlb_known_angles
from noisac._tolerance import ROUNDING
from noisac.bounds._angle_information import AngleInformation
from noisac.bounds.closed_form import mean_spread
from tests.references import bounds_by_range_check
from tests.strategies import SYMBOL_MODELS, UNKNOWN_SYMBOLS, symbol_models

SIDEWAYS = (0.3, 0.7)
TWO_SLOTS = np.array([1.0, 0.3 - 1.1j])


def assert_bounds_exist_where_they_should(scenario, beam, symbols, model):
    per_symbol, elevation, azimuth = bounds_by_range_check(scenario, beam, symbols, model)
    bounds = crlb(scenario, beam, symbols, model)
    np.testing.assert_allclose(bounds.elevation, elevation, rtol=1e-6)
    np.testing.assert_allclose(bounds.azimuth, azimuth, rtol=1e-6)
    if model == "known":
        assert np.isnan(bounds.symbol)
    else:
        np.testing.assert_allclose(bounds.symbol, per_symbol.mean(), rtol=1e-6)
        each = crlb_per_symbol(scenario, beam, symbols, model)
        np.testing.assert_allclose(each, per_symbol, rtol=1e-6)
    return bounds


def finite(bounds):
    """Whether (elevation, azimuth) have bounds."""
    return bool(np.isfinite(bounds.elevation)), bool(np.isfinite(bounds.azimuth))


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_user_and_an_irs_in_a_column_see_the_elevation_only(model):
    scenario = Scenario(irs_shape=(1, 4), user_shape=(1, 3))
    beam = random_beams(scenario, (), np.random.default_rng(0))
    bounds = assert_bounds_exist_where_they_should(scenario, beam, TWO_SLOTS, model)
    assert finite(bounds) == (True, False)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize(
    ("elevation", "seen"),
    [(0.4, (False, False)), (0.0, (False, True))],
    ids=["at an elevation the two angles are confused", "on the horizon the azimuth is seen"],
)
def test_a_user_and_an_irs_in_a_row_see_the_azimuth_on_the_horizon_only(model, elevation, seen):
    scenario = Scenario(irs_shape=(4, 1), user_shape=(3, 1), user_aoa=(elevation, 0.5))
    beam = random_beams(scenario, (), np.random.default_rng(0))
    bounds = assert_bounds_exist_where_they_should(scenario, beam, TWO_SLOTS, model)
    assert finite(bounds) == seen


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_single_antenna_needs_known_symbols_or_two_slots(model):
    scenario = Scenario(irs_shape=(3, 3), user_shape=(1, 1))
    beam = random_beams(scenario, (), np.random.default_rng(1))
    one = assert_bounds_exist_where_they_should(scenario, beam, TWO_SLOTS[:1], model)
    two = assert_bounds_exist_where_they_should(scenario, beam, TWO_SLOTS, model)
    assert finite(one) == (model == "known",) * 2
    assert finite(two) == (model != "complex",) * 2


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_a_single_antenna_never_tells_complex_symbols_from_angles(slots):
    scenario = Scenario(irs_shape=(3, 3), user_shape=(1, 1))
    rng = np.random.default_rng(2)
    symbols = rng.standard_normal(slots) + 1j * rng.standard_normal(slots)
    bounds = assert_bounds_exist_where_they_should(scenario, random_beams(scenario, (), rng), symbols, "complex")
    assert np.isinf(bounds.symbol)
    assert finite(bounds) == (False, False)


def test_collinear_symbols_leave_a_single_antenna_with_one_direction():
    scenario = Scenario(irs_shape=(3, 3), user_shape=(1, 1))
    beam = random_beams(scenario, (), np.random.default_rng(3))
    collinear = (0.6 + 0.8j) * np.array([1.0, -0.5, 2.0])
    bounds = assert_bounds_exist_where_they_should(scenario, beam, collinear, "real")
    assert finite(bounds) == (False, False)


@pytest.mark.parametrize("model", UNKNOWN_SYMBOLS)
def test_one_element_and_one_antenna_carry_symbols_but_no_angles(model):
    scenario = Scenario(irs_shape=(1, 1), user_shape=(1, 1))
    bounds = assert_bounds_exist_where_they_should(scenario, [1.0], TWO_SLOTS, model)
    assert finite(bounds) == (False, False)
    parameters = {"real": 1, "complex": 2}[model]
    assert bounds.symbol == pytest.approx(parameters * symbol_crlb_known_angles(scenario, [1.0]))


@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize("user_shape", [(1, 1), (2, 2)])
def test_a_beam_that_cancels_itself_carries_no_symbol_but_shows_one_angle(model, user_shape):
    # Equal angles on both sides of the IRS: its elements are in phase, and a half turn cancels them.
    scenario = Scenario(irs_shape=(1, 2), user_shape=user_shape, irs_aoa=SIDEWAYS, user_aoa=SIDEWAYS)
    bounds = assert_bounds_exist_where_they_should(scenario, [1.0, -1.0], TWO_SLOTS, model)
    assert finite(bounds) == (True, False)
    if model != "known":
        assert np.isinf(bounds.symbol)
    assert np.isinf(symbol_crlb_known_angles(scenario, [1.0, -1.0]))


@pytest.mark.parametrize("angle", [1e-3, 1e-6, 1e-9, 1e-12])
def test_a_beam_that_nearly_cancels_itself_still_carries_symbols(angle):
    # Only what is zero to rounding counts as zero: |1 - e^(j angle)| = 2 sin(angle / 2).
    scenario = Scenario(irs_shape=(1, 2), user_shape=(2, 2), irs_aoa=SIDEWAYS, user_aoa=SIDEWAYS)
    beam = [1.0, -np.exp(1j * angle)]
    information = 2 * scenario.bs_antennas * scenario.user_antennas * (2 * np.sin(angle / 2)) ** 2
    rounding = 1e-15 / angle
    assert symbol_crlb_known_angles(scenario, beam) == pytest.approx(1 / information, rel=4 * rounding)
    bounds = crlb(scenario, beam, TWO_SLOTS)
    assert np.isfinite([bounds.symbol, bounds.elevation, bounds.azimuth]).all()


def test_symbol_models_agree_where_the_beam_cancels_itself():
    # Nothing of the angles is lost to a symbol that does not arrive.
    scenario = Scenario(irs_shape=(2, 2), irs_aoa=SIDEWAYS, user_aoa=SIDEWAYS)
    beam = [1.0, 1j, -1j, -1.0]
    known, real, complex_ = (crlb(scenario, beam, TWO_SLOTS, model) for model in ("known", "real", "complex"))
    assert finite(known) == (True, True)
    assert (known.elevation, known.azimuth) == (real.elevation, real.azimuth)
    assert (known.elevation, known.azimuth) == (complex_.elevation, complex_.azimuth)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_a_checkerboard_shows_nothing_at_all(model):
    scenario = Scenario(irs_shape=(4, 4), irs_aoa=SIDEWAYS, user_aoa=SIDEWAYS)
    beam = [(-1.0) ** (y + z) for y, z in itertools.product(range(4), repeat=2)]
    bounds = assert_bounds_exist_where_they_should(scenario, beam, TWO_SLOTS, model)
    assert finite(bounds) == (False, False)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_silence_tells_nothing_of_the_angles(model):
    scenario, beam = Scenario(), np.ones(16)
    bounds = assert_bounds_exist_where_they_should(scenario, beam, np.zeros(3), model)
    assert finite(bounds) == (False, False)
    if model == "real":  # what is unknown of a symbol that is zero is unaffected by the angles
        assert bounds.symbol == pytest.approx(symbol_crlb_known_angles(scenario, beam))


# Shapes, phases and symbols from small sets, so that most examples are singular in one way or another.
few_angles = st.sampled_from([(0.0, 0.0), (0.0, 0.7), (0.3, 0.7), (-0.5, 3.0)])
few_sides = st.tuples(st.integers(1, 3), st.integers(1, 3))
awkward_scenarios = st.builds(
    Scenario,
    irs_shape=few_sides,
    user_shape=st.sampled_from([(1, 1), (1, 1), (1, 2), (2, 1), (2, 2)]),
    user_aoa=few_angles,
    irs_aoa=st.just((0.21, -0.94)),
)
awkward_symbols = st.lists(
    st.sampled_from([0.0, 1 + 0.3j, 0.4 + 2j, 0.5 - 1j]), min_size=1, max_size=3, unique=True
)


@given(st.data(), awkward_scenarios, awkward_symbols, symbol_models)
def test_bounds_exist_exactly_where_the_range_of_the_matrix_says(data, scenario, symbols, model):
    phases = st.sampled_from([1.0, 1.0, -1.0, 1j, -1j])
    elements = scenario.irs_elements
    beam = data.draw(st.lists(phases, min_size=elements, max_size=elements))
    assert_bounds_exist_where_they_should(scenario, beam, np.array(symbols, dtype=complex), model)


@given(st.data(), awkward_scenarios, awkward_symbols, st.sampled_from(["complex", "known"]))
def test_bounds_exist_exactly_where_the_range_says_with_elements_in_phase(data, scenario, symbols, model):
    # Now the elements are exactly in phase, so that many beams cancel themselves.
    scenario = scenario.replace(irs_aoa=scenario.user_aoa)
    phases = st.sampled_from([1.0, -1.0, 1j, -1j])
    elements = scenario.irs_elements
    beam = data.draw(st.lists(phases, min_size=elements, max_size=elements))
    assert_bounds_exist_where_they_should(scenario, beam, np.array(symbols, dtype=complex), model)


@given(st.data(), awkward_scenarios, awkward_symbols, symbol_models)
def test_bounds_are_positive_or_infinite_and_never_nan(data, scenario, symbols, model):
    beams = random_beams(scenario, (20,), np.random.default_rng(data.draw(st.integers(0, 99))))
    bounds = crlb(scenario, beams, symbols, model)
    assert np.all(bounds.elevation > 0)
    assert np.all(bounds.azimuth > 0)
    if model == "known":
        assert np.isnan(bounds.symbol).all()
    else:
        assert np.all(bounds.symbol > 0)
        assert np.all(crlb_per_symbol(scenario, beams, symbols, model) > 0)


# Elements exactly in phase and symbols on one line leave sums that are nothing but rounding.
few_angles = st.sampled_from([(0.0, 0.0), (0.0, 0.7), (0.3, 0.7), (-0.5, 3.0)])
aligned = st.builds(
    Scenario,
    irs_shape=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    user_shape=st.sampled_from([(1, 1), (1, 1), (1, 2), (2, 1), (2, 2)]),
    user_aoa=few_angles,
    irs_aoa=few_angles,
)
collinear = st.lists(st.sampled_from([0.0, 1.0, -1.0, 2.0, 1j, 1 + 1j, -2 - 2j]), min_size=1, max_size=3)


@given(st.data(), aligned, collinear, st.sampled_from(SYMBOL_MODELS))
def test_bounds_exist_exactly_where_the_range_says_with_symbols_on_one_line(data, scenario, symbols, model):
    phases = st.sampled_from([1.0, 1.0, -1.0, 1j, -1j])
    beam = data.draw(st.lists(phases, min_size=scenario.irs_elements, max_size=scenario.irs_elements))
    assert_bounds_exist_where_they_should(scenario, beam, np.array(symbols, dtype=complex), model)


def test_pilots_sent_as_data_show_a_single_antenna_one_direction_only():
    scenario = Scenario(irs_shape=(3, 2), user_shape=(1, 1), user_aoa=(0.0, 0.7), irs_aoa=(0.21, -0.94))
    for symbols in ((1 + 0.3j) * np.array([1.0, -2.0]), [1 + 0.3j, 1 + 0.3j]):
        assert_bounds_exist_where_they_should(scenario, np.ones(6), np.array(symbols), "real")


def test_a_co_phased_beam_and_a_single_antenna_keep_the_bound_on_the_symbol():
    scenario = Scenario(irs_shape=(2, 2), user_shape=(1, 1), irs_aoa=(0.0, 0.7), user_aoa=(0.0, 0.7))
    assert crlb(scenario, np.ones(4), [1.0]).symbol == pytest.approx(1 / (2 * 8 * 16))


def information_of(*columns, e_y=1.0, e_z=1.0):
    """K of the given columns, without an aperture of the user."""
    nothing, one = np.zeros(()), np.ones(())
    e_y, e_z = np.asarray(e_y, dtype=complex), np.asarray(e_z, dtype=complex)
    rounding = ROUNDING * np.abs(e_y), ROUNDING * np.abs(e_z)
    user = AngleInformation(nothing, nothing, (), e_y, e_z, one, (one, one, one), rounding, nothing, None)
    return user.with_columns(tuple((np.asarray(k_y), np.asarray(k_z), one) for k_y, k_z in columns))


@pytest.mark.parametrize("column", [(3.0, -4.0), (-4.0, 3.0), (4.0, 3.0), (5.0, -5.0), (5.0, 5.0), (0.0, 2.0)])
@pytest.mark.parametrize("size", [1e-15, 1e-3, 1.0, 1e6])
@np.errstate(divide="ignore", invalid="ignore")  # as those do who ask
def test_one_column_informs_its_own_direction_and_no_other(column, size):
    k_y, k_z = column
    information = information_of(column)
    # K K^T = k k^T, so that v = c k has the bound c^2.
    assert information.inverse_form(size * k_y, size * k_z) == pytest.approx(size**2, rel=1e-12)
    for v_y, v_z in ((-k_z, k_y), (k_y + 1e-6, k_z + 2e-6), (-k_z + 1.0, k_y), (k_y - 1.0, -k_z)):
        assert np.isinf(information.inverse_form(size * v_y, size * v_z))
    assert information.inverse_form(0.0, 0.0) == 0


@np.errstate(divide="ignore", invalid="ignore")  # as those do who ask
def test_two_columns_are_one_direction_when_they_are_parallel_to_rounding():
    distinct, parallel = (information_of((1.0, 1.0), (0.0, angle)) for angle in (1e-10, 1e-15))
    assert distinct.inverse_form(1.0, 0.0) == pytest.approx(1e20)
    assert np.isinf(parallel.inverse_form(1.0, 0.0))
    assert parallel.inverse_form(2.0, 2.0) == pytest.approx(4.0)


@pytest.mark.parametrize("amplitude", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("turned", [False, True])
@np.errstate(divide="ignore", invalid="ignore")  # as those do who ask
def test_what_counts_as_rounding_is_measured_by_the_terms_of_the_sum(amplitude, turned):
    column, v = (1.0, 0.0), 0.5 * amplitude

    def form(rest):
        information = information_of(column[::-1] if turned else column)
        return information.regression_form(*((rest, v) if turned else (v, rest)), amplitude)

    assert form(1e-14 * amplitude) == pytest.approx(v**2)
    assert np.isinf(form(1e-12 * amplitude))
    # A larger e makes larger terms, and larger rounding.
    larger = information_of((1.0, 1.0), e_y=100.0, e_z=100.0)
    assert larger.regression_form(1e-12 * amplitude, -1e-12 * amplitude, amplitude) == 0


@pytest.mark.parametrize("size", [1e-2, 1e2])
@pytest.mark.parametrize(
    ("place", "along"), [(0, 1j), (1, 1.0), (2, 1.0)], ids=["first column", "its imaginary part", "second column"]
)
@np.errstate(divide="ignore", invalid="ignore")  # as those do who ask
def test_a_shift_that_real_symbols_imitate_is_rounding_beside_the_size_of_their_factor(place, along, size):
    # Only y is informed. What symbols imitate of z is Im(e x): `rest` of the size of |e| |x|.
    factor = [np.zeros(()), np.zeros(()), np.zeros(())]
    factor[place] = np.array(size)
    for rest, expected in ((60, 0.0), (200, np.inf)):
        e_z = along * rest * np.finfo(float).eps + along * 1j
        information = information_of((1.0, 0.0), e_y=0.0, e_z=e_z)._replace(factor=tuple(factor))
        assert mean_spread(information, 3, "real") == expected
