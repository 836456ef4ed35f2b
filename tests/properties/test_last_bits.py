"""No decision hangs on a last bit: moving every input by up to 4 units in the last place changes none of them."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noisac import Scenario, crlb, crlb_per_symbol, max_gain_beam
from noisac._tolerance import TIE, lowest, order_of
from noisac.beamforming.certified import certified_optimum
from noisac.beamforming.descent import coordinate_descent
from noisac.beamforming.exhaustive_search import complete_search
from noisac.beamforming.quadratic_bound import objective_lower_bound
from noisac.bounds.angles import equivalent_angle_information
from noisac.bounds.closed_form import beam_sums, bs_gain, sum_weights
from noisac.bounds.priors import bayesian_crlb, crlb_with_prior, marginal_crlb
from noisac.bounds.rates import angle_cost
from noisac.bounds.responses import conditional_crlb, crlb_of_response, plane_wave_response
from noisac.bounds.tradeoff import (
    aligned_beam_suffices,
    angle_range_bound,
    apertures,
    least_angle_crlb,
    rate_range_bound,
)
from noisac.bounds.unknown_gain import GAIN_MODELS, crlb_unknown_gain
from noisac.estimation import maximum_likelihood as receive
from noisac.estimation import symbols_at
from noisac.model.channel import received_mean
from noisac.model.scenario import Geometry
from noisac.model.symbols import symbol_moments
from noisac.positioning.error_bound import angles_of_arrival, position_error_bound
from noisac.positioning.fixes import intersect_lines, most_likely_position
from noisac.positioning.orientation import pose_bound
from noisac_book.complex_symbols import numerical_response
from tests.strategies import SYMBOL_MODELS, beams_for, directions, scenarios, seeds, setups, symbol_blocks

#: Fields of a scenario that are real numbers.
REAL = ("user_aoa", "irs_aoa", "irs_spacing", "user_spacing", "bs_aod", "snr_db", "transmit_power")
GEOMETRY = Geometry.section_v()
PAPER = [
    GEOMETRY.scenario(irs_shape=(side, side), snr_db=snr, **changes)
    for side, snr in ((3, 0.0), (4, -5.0), (5, 5.0))
    for changes in ({}, {"phase_convention": "sum"}, {"user_shape": (2, 2)})
]


def moved(value, rng):
    """Each number moved by up to 4 units in the last place, independently."""
    array = np.asarray(value)
    if np.iscomplexobj(array):
        return moved(array.real, rng) + 1j * moved(array.imag, rng)
    return array + rng.integers(-4, 5, array.shape) * np.spacing(np.abs(array)) * (array != 0)


def moved_scenario(scenario, rng):
    changes = {}
    for name in REAL:
        near = moved(getattr(scenario, name), rng)
        changes[name] = tuple(near.tolist()) if near.ndim else float(near)
    return scenario.replace(**changes)


def exist(bounds):
    """Which of some bounds are finite, which infinite, and which are none (NaN)."""
    return [np.where(np.isnan(bound), -1, np.isinf(bound)).tolist() for bound in bounds]


def decisions(scenario, beam, symbols):
    """Everything that is decided about one beam and one block of symbols."""
    found = {"silent": beam_sums(scenario, beam)[0] == 0, "factor": (symbol_moments(symbols).factor == 0).tolist()}
    with np.errstate(all="ignore"):
        response = plane_wave_response(scenario, beam)
        for model in SYMBOL_MODELS:
            found[model] = exist(crlb(scenario, beam, symbols, model))
            found[model, "response"] = exist(
                crlb_of_response(response, symbols, model, noise_variance=scenario.noise_variance)
            )
            for gain in GAIN_MODELS:
                found[model, gain] = exist(crlb_unknown_gain(scenario, beam, symbols, model, gain))
            if model != "known":
                found[model, "each"] = exist([crlb_per_symbol(scenario, beam, symbols, model)])
                found[model, "cost"] = exist([angle_cost(scenario, beam, symbols, model)])
                for variance in (0.0, 0.5, 1.0):
                    found[model, variance] = exist(crlb_with_prior(scenario, beam, symbols, variance, model))
                    found[model, variance, "Bayes"] = exist(bayesian_crlb(scenario, beam, 2, variance, model))
        for variance in (0.0, 0.5, 1.0):
            found["marginal", variance] = exist(marginal_crlb(scenario, beam, 2, variance))
        received = received_mean(scenario, beam, [1.0, 1j])
        found["symbols"] = np.isfinite(symbols_at(scenario, beam, received)).tolist()
    return found


def assert_nothing_is_decided_otherwise(scenario, beam, symbols, seed):
    rng = np.random.default_rng(seed)
    expected = decisions(scenario, beam, symbols)
    assert decisions(moved_scenario(scenario, rng), moved(beam, rng), moved(symbols, rng)) == expected


#: Degenerate blocks: silence, one slot, one line through zero at any angle, with and without empty slots.
line = st.builds(
    lambda turn, sizes: np.exp(1j * turn) * np.array(sizes),
    st.floats(-3.0, 3.0),
    st.lists(st.sampled_from([0.0, 1.0, -1.0, 0.3, 2.5]), min_size=1, max_size=4),
)
degenerate_blocks = line | st.sampled_from(
    [
        np.zeros(2),
        np.ones(2),
        1j * np.ones(2),
        np.full(2, 1 + 1j),
        np.full(5, 0.1 + 0.3j),
        np.array([1j]),
        np.ones(1),
    ]
)
narrow = st.tuples(st.integers(1, 2), st.integers(1, 3))


@st.composite
def degenerate_setups(draw):
    """Few antennas, equal angles at both ends, beams that are aligned or that cancel themselves in pairs."""
    common = draw(directions())
    equal = draw(st.booleans())
    axes = draw(st.sampled_from([(0.0, 0.0), (0.0, 0.7), (0.4, 0.0), (math.pi / 6, -2 * math.pi / 3)]))
    scenario = draw(
        scenarios(
            irs_shapes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
            user_shapes=narrow,
            user_aoa=st.just(common if equal else axes),
            irs_aoa=st.just(common)
            if equal
            else st.sampled_from([axes, (0.0, 0.0), (math.asin(1 / 6), -math.pi / 4)]),
        )
    )
    kind = draw(st.sampled_from(["any", "aligned", "pairs along y", "pairs along z", "largest gain"]))
    if kind == "any":
        return scenario, draw(beams_for(scenario))
    if kind == "largest gain":
        return scenario, max_gain_beam(scenario)
    aligned = sum_weights(scenario)[:, 0].conj()
    signs = np.ones(scenario.irs_shape)
    if kind == "pairs along y":
        signs[1::2, :] = -1
    elif kind == "pairs along z":
        signs[:, 1::2] = -1
    return scenario, aligned * signs.ravel()


@given(degenerate_setups(), degenerate_blocks | symbol_blocks(), seeds)
@settings(max_examples=40)
def test_where_a_bound_exists_beside_degenerate_beams_and_symbols(setup, symbols, seed):
    assert_nothing_is_decided_otherwise(*setup, symbols, seed)


@given(setups(), seeds)
@settings(max_examples=25)
def test_where_a_bound_exists_for_any_beam_and_symbols(setup, seed):
    assert_nothing_is_decided_otherwise(*setup, seed)


@given(st.sampled_from(PAPER), st.data(), seeds)
@settings(max_examples=40)
def test_where_a_bound_exists_in_the_papers_configurations(scenario, data, seed):
    beam = data.draw(beams_for(scenario))
    assert_nothing_is_decided_otherwise(scenario, beam, data.draw(symbol_blocks() | degenerate_blocks), seed)


def test_a_beam_that_cancels_itself_stays_silent_on_a_large_surface():
    scenario = Scenario(irs_shape=(64, 64))
    beam = sum_weights(scenario)[:, 0].conj() * np.repeat([1, -1], 2048)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        assert beam_sums(moved_scenario(scenario, rng), moved(beam, rng))[0] == 0
    audible = beam.copy()
    audible[0] *= np.exp(1e-6j)
    assert beam_sums(scenario, audible)[0] != 0
    assert np.isfinite(crlb(scenario, audible, [1.0, 1j]).symbol)


weights_as_given = st.sampled_from([0.0, 1.0]) | st.floats(0.05, 0.95)
small = scenarios(
    irs_shapes=st.sampled_from([(1, 1), (1, 2), (2, 2), (1, 4)]), user_shapes=narrow, phase_bits=st.integers(1, 2)
)


@given(
    small, degenerate_blocks | symbol_blocks(largest=3), weights_as_given, st.sampled_from(SYMBOL_MODELS), seeds
)
@settings(max_examples=40)
def test_what_a_search_returns_and_whether_any_beam_has_a_bound(scenario, symbols, weight, model, seed):
    rng = np.random.default_rng(seed)
    weight = 0.0 if model == "known" else weight

    def searched(scenario, symbols, weight):
        one = certified_optimum(scenario, symbols, weight, symbol_model=model)
        every = complete_search(scenario, symbols, weight, model)
        descent = coordinate_descent(
            scenario, symbols, weight, symbol_model=model, restarts=4, rng=np.random.default_rng(0)
        )
        found = [np.isinf(objective_lower_bound(scenario, symbols, weight, symbol_model=model)).tolist()]
        for result in (one, every, descent):
            found += [np.round(result.beam, 6).tolist(), bool(np.isinf(result.objective))]
        return found, np.round(max_gain_beam(scenario), 6).tolist()

    near = weight if weight in (0, 1) else float(moved(weight, rng))
    assert searched(moved_scenario(scenario, rng), moved(symbols, rng), near) == searched(
        scenario, symbols, weight
    )


@given(scenarios(user_shapes=narrow) | scenarios(irs_spacing=st.just(0.5), user_spacing=st.just(0.5)), seeds)
def test_what_the_apertures_allow(scenario, seed):
    def allowed(scenario):
        arrays = apertures(scenario)
        return (
            (arrays.offset == 0).tolist(),
            math.isinf(arrays.ceiling),
            [np.isinf(angle_range_bound(scenario, 2, model)) for model in ("real", "complex")],
            rate_range_bound(scenario, 2) == 0,
            math.isinf(rate_range_bound(scenario, 2)),
            aligned_beam_suffices(scenario, 2),
            bool(np.isinf(least_angle_crlb(scenario, [1.0, 1j]))),
        )

    assert allowed(moved_scenario(scenario, np.random.default_rng(seed))) == allowed(scenario)


ANCHORS = np.array([[0.0, 0.0, 5.0], [0.0, 2.0, 5.0]])
places = st.sampled_from([(4.0, 7.0, 0.0), (0.0, 7.0, 5.0), (0.0, -3.0, 5.0), (4.0, 1.0, 5.0), (1.3, 0.7, 0.2)])
information = st.sampled_from(
    [np.eye(2), np.ones((2, 2)), np.diag([1.0, 0.0]), np.array([[1.0, 1e-8], [1e-8, 1e-16]])]
)


@given(places, information, st.sampled_from([0.0, 1.3, 1e5]), st.booleans(), seeds)
def test_whether_angles_determine_a_position(place, pair, origin, height_known, seed):
    shift = np.array([origin, origin, 0.0])
    anchors, place = ANCHORS + shift, place + shift

    def determined(anchors, place, pairs):
        bound = position_error_bound(anchors, place, pairs, height_known=height_known)
        angles = angles_of_arrival(anchors, place)
        fix = most_likely_position(anchors, angles, pairs, height=float(place[2]) if height_known else None)
        return [np.isinf(bound), *np.isinf([*intersect_lines(anchors, angles), *fix.position])]

    if origin == 1e5 and pair[1, 1] == 0:
        return  # what is left of 16 digits at that distance does not tell the lines apart
    rng = np.random.default_rng(seed)
    pairs = np.stack([1e6 * pair] * 2)
    near = determined(anchors, place, moved(pairs, rng))
    assert near == determined(anchors, place, pairs)


@pytest.mark.parametrize("rotation", ["known", "yaw", "full"])
@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize("height_known", [False, True])
def test_the_rank_of_what_is_known_of_a_pose(rotation, model, height_known):
    def rank(geometry, **changes):
        return pose_bound(geometry, None, model, rotation=rotation, height_known=height_known, **changes).rank

    for changes in ({}, {"user_shape": (1, 4)}, {"irs_shape": (1, 4)}, {"user_shape": (1, 1)}):
        expected = rank(GEOMETRY, **changes)
        for seed in range(3):
            rng = np.random.default_rng(seed)
            points = {
                name: moved(getattr(GEOMETRY, name), rng).tolist()
                for name in ("bs_position", "user_position", "irs_positions")
            }
            assert rank(dataclasses.replace(GEOMETRY, **points), **changes) == expected


def test_points_that_coincide_up_to_rounding_coincide():
    irs = (0.1 + 0.2, 0.3, 5.0)
    with pytest.raises(ValueError, match="coincides"):
        Geometry((9.0, 1.0, 10.0), (irs, (0.0, 2.0, 5.0)), (0.3, 0.3, 5.0))
    with pytest.raises(ValueError, match="vertically"):
        angles_of_arrival([irs], [0.3, 0.3, 0.0])


def test_a_base_station_that_sends_nothing_to_the_surface_sends_nothing():
    scenario = Scenario()
    steering = np.exp(1j * np.pi * np.sin(scenario.bs_aod) * np.arange(8))
    w = steering * np.tile([1, -1], 4)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        assert bs_gain(moved_scenario(scenario, rng), moved(w, rng)) == 0
    w[0] *= np.exp(1e-9j)
    assert bs_gain(scenario, w) > 0


def test_the_conditional_bound_of_a_silent_response_and_of_one_along_its_derivative():
    h = np.exp(1j * np.arange(4))
    other = np.exp(2j * np.arange(4))
    for seed in range(5):
        rng = np.random.default_rng(seed)
        bound = conditional_crlb(moved(h, rng), moved(np.stack([2j * h, other], 1), rng), 1.0, 1.0)
        np.testing.assert_array_equal(np.isinf(bound), [True, False])
        silent = conditional_crlb(1e-15 * h, moved(np.stack([h, other], 1), rng), 1.0, 1.0)
        np.testing.assert_allclose(silent, conditional_crlb(0 * h, np.stack([h, other], 1), 1.0, 1.0), rtol=1e-9)
    assert numerical_response(Scenario(), np.ones(16))[0].shape == (16,)


@pytest.mark.parametrize("model", ["complex", "real", "known"])
def test_of_equally_likely_directions_a_receiver_takes_the_same(model):
    # Antennas a wavelength apart see each direction several times.
    scenario = Scenario(user_shape=(2, 2), user_spacing=1.0, irs_shape=(1, 1), user_aoa=(0.0, 0.0))
    symbols = np.array([1.0, 1j])
    known = {"complex": None, "real": symbols.imag, "known": symbols}[model]
    received = received_mean(scenario, np.ones(1), symbols)
    expected = receive(scenario, np.ones(1), received, model, known=known)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        found = receive(moved_scenario(scenario, rng), np.ones(1), moved(received, rng), model, known=known)
        np.testing.assert_allclose(
            [found.elevation, found.azimuth], [expected.elevation, expected.azimuth], atol=1e-6
        )


def test_information_of_one_direction_stays_of_rank_one():
    scenario, rng = Scenario(user_shape=(1, 1), irs_shape=(3, 2)), np.random.default_rng(0)
    beam = sum_weights(scenario)[:, 0].conj()
    for _ in range(10):
        pair = equivalent_angle_information(moved_scenario(scenario, rng), moved(beam, rng), [1.0, 1.0], "known")
        assert np.isinf(position_error_bound(ANCHORS[:1], [4.0, 7.0, 0.0], [pair], height_known=True))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), seeds)
def test_values_that_differ_by_rounding_are_in_the_order_of_their_places(levels, seed):
    rng = np.random.default_rng(seed)
    values = -3.0000000005 + 0.5 * np.array(levels)
    near = np.where(np.arange(len(levels)) % 5 == 4, np.inf, moved(values, rng))
    values = np.where(np.isinf(near), np.inf, values)
    np.testing.assert_array_equal(order_of(near), np.argsort(values, kind="stable"))
    assert lowest(near) == np.argmin(values)
    np.testing.assert_array_equal(order_of(np.stack([values, near]))[1], order_of(near))


def test_what_is_further_apart_than_a_tie_is_in_its_own_order():
    values = np.array([3 * TIE, 0.0, 1.5 * TIE, 0.5 * TIE])
    np.testing.assert_array_equal(order_of(values), [1, 3, 2, 0])
    assert lowest(values) == 1
