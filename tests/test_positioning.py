"""Positions from angles of arrival: measurement, bound, estimators, coherence blocks and unknown orientation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from noisac import Geometry, Scenario, crlb, draw_symbols, fisher_information, matched_bs_beam, received_mean
from noisac.beamforming.beams import max_gain_beam
from noisac.bounds.angles import angle_covariance, equivalent_angle_information
from noisac.bounds.closed_form import sum_weights
from noisac.positioning.blocks import block_information, block_scenarios, peb_map
from noisac.positioning.error_bound import (
    angle_gradients_by_position,
    angles_of_arrival,
    error_ellipse,
    position_covariance,
    position_error_bound,
    position_information,
)
from noisac.positioning.errors import draw_angles, root_mean_square, simulate_position_errors, simulate_track
from noisac.positioning.fixes import directions, intersect_lines, most_likely_position
from noisac.positioning.orientation import direction_gradients, pose_bound, two_ended_factor
from tests.strategies import scenarios, seeds, setups, symbol_blocks, symbol_models, wide_setups

GEOMETRY = Geometry.section_v()
ANCHORS, USER = np.array(GEOMETRY.irs_positions), np.array(GEOMETRY.user_position)
MODELS = ("real", "complex", "known")


def section_v(symbol_model="real", **changes):
    return block_information(block_scenarios(GEOMETRY, **changes), None, symbol_model)


@st.composite
def places(draw):
    """Two anchors, a user well off the line through them, and information on the pairs of angles."""
    rng = np.random.default_rng(draw(seeds))
    while True:
        anchors, user = rng.uniform(-5, 5, (2, 3)), rng.uniform(-5, 5, 3)
        offsets = anchors - user
        lines = offsets / np.linalg.norm(offsets, axis=1, keepdims=True)
        level = np.hypot(offsets[:, 0], offsets[:, 1])
        if np.linalg.norm(np.cross(*lines)) > 0.2 and level.min() > 1:
            break
    roots = rng.standard_normal((2, 2, 2)) + 2 * np.eye(2)
    return anchors, user, 1e6 * roots @ np.swapaxes(roots, 1, 2)


# --- The pair of angles of a time block


@pytest.mark.paper(16, 22, 29, 30)
@given(wide_setups, symbol_models)
@settings(max_examples=60)
def test_the_angles_covariance_is_the_block_of_the_inverse_of_the_dense_matrix(setup, model):
    scenario, beam, _ = setup
    dense = fisher_information(*setup, model)
    if model != "known" and abs(beam @ sum_weights(scenario)[:, 0]) < 1e-2:
        return  # a beam that cancels itself has no bound to compare
    size = np.sqrt(np.diag(dense))
    block = np.linalg.inv(dense / np.outer(size, size))[-2:, -2:] / np.outer(size[-2:], size[-2:])
    covariance = angle_covariance(*setup, model)
    scale = np.sqrt(np.outer(np.diag(block), np.diag(block)))
    np.testing.assert_allclose(covariance / scale, block / scale, atol=1e-6)


@given(setups(), symbol_models)
def test_its_diagonal_is_that_of_crlb_and_it_is_never_nan(setup, model):
    bounds, covariance = crlb(*setup, model), angle_covariance(*setup, model)
    assert covariance[0, 0] == bounds.elevation
    assert covariance[1, 1] == bounds.azimuth
    assert covariance[0, 1] == covariance[1, 0]
    assert not np.any(np.isnan(covariance))


@pytest.mark.paper(22)
@given(setups(scenarios(), symbol_blocks(largest=4)), symbol_models)
@settings(max_examples=60)
def test_the_angles_information_is_the_schur_complement_of_the_dense_matrix(setup, model):
    scenario, beam, _ = setup
    if model != "known" and abs(beam @ sum_weights(scenario)[:, 0]) < 1e-2:
        return
    dense = fisher_information(*setup, model)
    angles, cross, symbols = dense[-2:, -2:], dense[:-2, -2:], dense[:-2, :-2]
    expected = angles - cross.T @ np.linalg.solve(symbols, cross) if len(symbols) else angles
    found = equivalent_angle_information(*setup, model)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9 * np.max(angles))


@given(wide_setups, symbol_models)
def test_the_angles_information_inverts_their_covariance(setup, model):
    covariance = angle_covariance(*setup, model)
    information = equivalent_angle_information(*setup, model)
    root = np.sqrt(np.diag(information))
    if np.all(np.isfinite(covariance)):
        product = (covariance * np.outer(root, root)) @ (information / np.outer(root, root))
        np.testing.assert_allclose(product, np.eye(2), atol=1e-6 * np.max(covariance * np.outer(root, root)))


def test_angle_matrices_come_in_batches():
    scenario, rng = Scenario(), np.random.default_rng(0)
    beams = np.exp(2j * np.pi * rng.random((3, 1, 16)))
    symbols = draw_symbols(rng, 4, size=(5,))
    for function in (angle_covariance, equivalent_angle_information):
        batch = function(scenario, beams, symbols)
        assert batch.shape == (3, 5, 2, 2)
        for i, j in np.ndindex(3, 5):
            np.testing.assert_allclose(batch[i, j], function(scenario, beams[i, 0], symbols[j]), rtol=1e-9)


@given(setups(), symbol_models, st.floats(0.1, 3.0))
@settings(max_examples=20)
def test_the_angles_information_grows_with_the_power_that_reaches_the_irs(setup, model, amplitude):
    w = 1j * amplitude * matched_bs_beam(setup[0])
    information, covariance = (f(*setup, model) for f in (equivalent_angle_information, angle_covariance))
    scaled = equivalent_angle_information(*setup, model, bs_beam=w)
    np.testing.assert_allclose(scaled, amplitude**2 * information, rtol=1e-9, atol=1e-12 * np.max(information))
    scaled = angle_covariance(*setup, model, bs_beam=w)
    np.testing.assert_allclose(amplitude**2 * scaled, covariance, rtol=1e-9)


@pytest.mark.parametrize("user_shape", [(1, 1), (4, 1), (1, 4)])
def test_where_the_information_is_singular_the_errors_have_no_covariance(user_shape):
    scenario = Scenario(user_shape=user_shape, user_aoa=(0.4, 0.3))
    covariance = angle_covariance(scenario, max_gain_beam(scenario), [1.0, 1j], "complex")
    assert np.isinf(np.diag(covariance)).any()
    assert covariance[0, 1] == covariance[1, 0] == 0


# --- Measurement


@given(places())
def test_angles_are_those_of_the_geometry(place):
    anchors, user, _ = place
    geometry = Geometry((30.0, 0.0, 10.0), tuple(map(tuple, anchors)), tuple(user))
    np.testing.assert_allclose(
        angles_of_arrival(anchors, user), [geometry.user_aoa(i) for i in (0, 1)], rtol=1e-12
    )


@given(places())
def test_gradients_are_central_differences_of_the_angles(place):
    anchors, user, _ = place
    step = 1e-5 * np.eye(3)
    change = angles_of_arrival(anchors, user + step) - angles_of_arrival(anchors, user - step)
    change = (change + np.pi) % (2 * np.pi) - np.pi
    gradients = angle_gradients_by_position(anchors, user)
    np.testing.assert_allclose(gradients, np.moveaxis(change, 0, -1) / 2e-5, rtol=1e-6, atol=1e-8)


@given(places())
def test_a_direction_does_not_change_along_its_own_line(place):
    anchors, user, _ = place
    lines = directions(angles_of_arrival(anchors, user))
    np.testing.assert_allclose(
        np.einsum("iac,ic->ia", angle_gradients_by_position(anchors, user), lines), 0, atol=1e-12
    )
    np.testing.assert_allclose(np.cross(lines, anchors - user), 0, atol=1e-12)


# --- Position from exact angles


@given(places())
def test_exact_angles_give_back_the_position(place):
    anchors, user, information = place
    angles = angles_of_arrival(anchors, user)
    np.testing.assert_allclose(intersect_lines(anchors, angles), user, atol=1e-9)
    np.testing.assert_allclose(intersect_lines(anchors, angles, [0.1, 7.0]), user, atol=1e-9)
    fix = most_likely_position(anchors, angles, information)
    assert fix.converged
    np.testing.assert_allclose(fix.position, user, atol=1e-8)
    assert fix.cost == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(fix.covariance, position_covariance(anchors, user, information), rtol=1e-6)


@given(places(), seeds)
def test_maximum_likelihood_finds_the_position_from_a_start_elsewhere(place, seed):
    anchors, user, information = place
    start = user + np.random.default_rng(seed).uniform(-0.3, 0.3, 3)
    fix = most_likely_position(anchors, angles_of_arrival(anchors, user), information, start=start)
    np.testing.assert_allclose(fix.position, user, atol=1e-7)


def test_a_whole_turn_of_an_azimuth_changes_nothing():
    angles = angles_of_arrival(ANCHORS, USER)
    turned = angles + np.array([[0.0, 2 * np.pi], [0.0, -2 * np.pi]])
    for shifted in (angles, turned):
        fix = most_likely_position(ANCHORS, shifted, section_v())
        np.testing.assert_allclose(fix.position, USER, atol=1e-9)


@given(places(), seeds, st.floats(0.05, 20.0))
def test_the_intersection_divides_the_common_perpendicular_in_the_ratio_of_the_weights(place, seed, weight):
    anchors, user, _ = place
    angles = angles_of_arrival(anchors, user) + np.random.default_rng(seed).normal(0, 0.02, (2, 2))
    lines = directions(angles)
    # Feet of the common perpendicular, from the two conditions that it is at right angles to both lines.
    matrix = np.array([[1, -lines[0] @ lines[1]], [lines[0] @ lines[1], -1]])
    along = np.linalg.solve(matrix, lines @ (anchors[1] - anchors[0]))
    first, second = anchors + along[:, None] * lines
    expected = (first + weight * second) / (1 + weight)
    np.testing.assert_allclose(intersect_lines(anchors, angles, [1.0, weight]), expected, atol=1e-8)
    np.testing.assert_allclose(intersect_lines(anchors, angles), (first + second) / 2, atol=1e-8)


@given(places(), seeds)
def test_the_fix_is_a_minimum_of_the_mahalanobis_distance(place, seed):
    anchors, user, information = place
    rng = np.random.default_rng(seed)
    angles = angles_of_arrival(anchors, user) + rng.normal(0, 1e-3, (2, 2))
    fix = most_likely_position(anchors, angles, information)
    assert fix.converged
    around = fix.position + 1e-3 * rng.standard_normal((200, 3))
    residual = (angles - angles_of_arrival(anchors, around) + np.pi) % (2 * np.pi) - np.pi
    cost = np.einsum("nia,iab,nib->n", residual, information, residual)
    assert np.all(cost >= fix.cost)


def test_fixes_come_in_batches():
    angles = draw_angles(ANCHORS, USER, section_v(), draws=6, rng=np.random.default_rng(0)).reshape(2, 3, 2, 2)
    fix = most_likely_position(ANCHORS, angles, section_v(), height=0.0)
    assert fix.position.shape == (2, 3, 3)
    assert fix.covariance.shape == (2, 3, 3, 3)
    assert fix.cost.shape == fix.converged.shape == (2, 3)
    assert np.all(fix.position[..., 2] == 0)
    single = most_likely_position(ANCHORS, angles[1, 2], section_v(), height=0.0)
    np.testing.assert_allclose(fix.position[1, 2], single.position, atol=1e-9)


# --- Position error bound


@pytest.mark.parametrize("height_known", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_the_bound_follows_from_the_received_signals_themselves(model, height_known):
    # All unknowns of both time blocks at once, the position among them, from differences of the signal (2).
    rng, step = np.random.default_rng(3), 1e-6
    unknown = {"real": [1.0], "complex": [1.0, 1j], "known": []}[model]
    axes = 2 if height_known else 3
    symbols, fixed = draw_symbols(rng, 2, size=(2,)), block_scenarios(GEOMETRY)
    beams = [max_gain_beam(scenario) for scenario in fixed]
    count = 2 * len(unknown) * 2 + axes
    information, pairs = np.zeros((count, count)), []
    for i, (scenario, beam, x) in enumerate(zip(fixed, beams, symbols, strict=True)):
        gradients = np.zeros((count, 16 * 2), dtype=complex)
        for k, (slot, direction) in enumerate(itertools.product(range(2), unknown)):
            shift = step * direction * np.eye(2)[slot]
            ahead, behind = (received_mean(scenario, beam, x + s * shift) for s in (1, -1))
            gradients[2 * len(unknown) * i + k] = np.ravel(ahead - behind) / (2 * step)
        for axis in range(axes):
            ends = []
            for sign in (1, -1):
                angles = angles_of_arrival(ANCHORS, USER + sign * step * np.eye(3)[axis])
                ends.append(received_mean(scenario.replace(user_aoa=tuple(angles[i])), beam, x))
            gradients[count - axes + axis] = np.ravel(ends[0] - ends[1]) / (2 * step)
        information += 2 / scenario.noise_variance * (gradients.conj() @ gradients.T).real
        pairs.append(equivalent_angle_information(scenario, beam, x, model))
    expected = math.sqrt(np.trace(np.linalg.inv(information)[-axes:, -axes:]))
    bound = position_error_bound(ANCHORS, USER, pairs, height_known=height_known)
    assert bound == pytest.approx(expected, rel=1e-5)


@given(places())
def test_covariance_inverts_information(place):
    anchors, user, information = place
    product = position_covariance(anchors, user, information) @ position_information(anchors, user, information)
    np.testing.assert_allclose(product, np.eye(3), atol=1e-7)
    trace = np.trace(position_covariance(anchors, user, information))
    assert position_error_bound(anchors, user, information) == pytest.approx(math.sqrt(trace))


@pytest.mark.parametrize("height_known", [False, True])
def test_covariances_come_in_batches_of_any_number_of_axes(height_known):
    users = USER + np.arange(5.0).reshape(5, 1, 1) * [0.3, -0.2, 0.1]
    covariances = position_covariance(ANCHORS, users, section_v(), height_known=height_known)
    assert covariances.shape == (5, 1, 3, 3)
    for i in range(5):
        single = position_covariance(ANCHORS, users[i, 0], section_v(), height_known=height_known)
        np.testing.assert_allclose(covariances[i, 0], single, rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-24, 1e-12, 1e-3, 1e12, 1e24])
def test_the_bound_falls_as_one_over_the_square_root_of_the_information_however_little_there_is(scale):
    reference = position_error_bound(ANCHORS, USER, section_v())
    scaled = position_error_bound(ANCHORS, USER, scale * section_v())
    assert scaled * math.sqrt(scale) == pytest.approx(float(reference), rel=1e-9)


@given(places())
def test_to_first_order_no_intersection_has_less_error_than_the_bound(place):
    # Delta method through the closed form, by differences: its covariance less the bound is positive semidefinite.
    anchors, user, information = place
    angles = angles_of_arrival(anchors, user)
    steps = 1e-6 * np.eye(4).reshape(4, 2, 2)
    slopes = (intersect_lines(anchors, angles + steps) - intersect_lines(anchors, angles - steps)).T / 2e-6
    covariance = np.zeros((4, 4))
    covariance[:2, :2], covariance[2:, 2:] = np.linalg.inv(information)
    excess = slopes @ covariance @ slopes.T - position_covariance(anchors, user, information)
    assert np.linalg.eigvalsh(excess)[0] >= -1e-6 * np.trace(slopes @ covariance @ slopes.T)


@given(places(), st.integers(2, 6))
def test_information_of_blocks_at_one_position_adds(place, blocks):
    anchors, user, information = place
    once, often = (
        position_error_bound(np.tile(anchors, (n, 1)), user, np.tile(information, (n, 1, 1))) for n in (1, blocks)
    )
    assert often == pytest.approx(once / math.sqrt(blocks))


@given(places())
def test_knowing_the_height_never_raises_the_bound(place):
    anchors, user, information = place
    free, known = (position_covariance(anchors, user, information, height_known=k) for k in (False, True))
    assert np.linalg.eigvalsh(free[:2, :2] - known[:2, :2])[0] >= -1e-9 * np.trace(free)
    assert np.all(known[2] == 0)


def test_symbols_with_fewer_unknowns_never_raise_the_bound():
    symbols = draw_symbols(np.random.default_rng(0), 3, size=(50, 2))
    beams = np.exp(2j * np.pi * np.random.default_rng(1).random((2, 50, 16)))
    known, real, complex_ = (
        position_error_bound(
            ANCHORS, USER, block_information(block_scenarios(GEOMETRY), symbols, model, beams=tuple(beams))
        )
        for model in ("known", "real", "complex")
    )
    assert np.all(known <= real * (1 + 1e-9))
    assert np.all(real <= complex_ * (1 + 1e-9))
    assert np.median(complex_ / real) > 1.1  # for beams that are not aimed the model does matter


def test_at_section_v_the_bound_is_eight_centimetres_whatever_the_model():
    bounds = [float(position_error_bound(ANCHORS, USER, section_v(model))) for model in MODELS]
    assert bounds == pytest.approx([0.0802, 0.0803, 0.0802], abs=2e-4)
    on_floor = [float(position_error_bound(ANCHORS, USER, section_v(m), height_known=True)) for m in MODELS]
    assert on_floor == pytest.approx([0.0152, 0.0153, 0.0151], abs=1e-4)


def test_equally_precise_angles_are_best_crossed_at_seventy_degrees():
    # All at one height: spread q = (s / 2 h)^2 gives a squared bound of h^2 (1 + q)^3 / (2 q), least at q = 1/2.
    height, spacings = 4.0, np.linspace(1, 12, 2201)
    bounds = []
    for spacing in spacings:
        anchors = [[0.0, -spacing / 2, 0.0], [0.0, spacing / 2, 0.0]]
        bounds.append(float(position_error_bound(anchors, [height, 0.0, 0.0], [np.eye(2)] * 2, height_known=True)))
    q = (spacings / 2 / height) ** 2
    np.testing.assert_allclose(np.square(bounds), height**2 * (1 + q) ** 3 / (2 * q), rtol=1e-9)
    assert spacings[np.argmin(bounds)] == pytest.approx(math.sqrt(2) * height, abs=0.01)
    assert np.degrees(2 * np.arctan(math.sqrt(0.5))) == pytest.approx(70.5, abs=0.05)


def test_no_weights_of_the_lines_reach_the_bound_at_section_v():
    # The length of the common perpendicular, of no use to weights, is correlated with the error along the lines.
    information = section_v()
    angles, steps = angles_of_arrival(ANCHORS, USER), 1e-6 * np.eye(4).reshape(4, 2, 2)
    covariance = np.zeros((4, 4))
    covariance[:2, :2], covariance[2:, 2:] = np.linalg.inv(information)
    for weight in (1e-3, 0.1, 1.0, 2.0, 10.0, 1e3):
        ends = [intersect_lines(ANCHORS, angles + s * steps, [1.0, weight]) for s in (1, -1)]
        slopes = (ends[0] - ends[1]).T / 2e-6
        error = math.sqrt(np.trace(slopes @ covariance @ slopes.T))
        assert 1.25 < error / position_error_bound(ANCHORS, USER, information) < 1.28


def test_errors_at_section_v_lie_along_the_lines_of_sight():
    values, axes = np.linalg.eigh(position_covariance(ANCHORS, USER, section_v()))
    assert 0.95 < values[-1] / values.sum() < 1
    lines = directions(angles_of_arrival(ANCHORS, USER))
    assert np.degrees(np.arccos(np.abs(lines @ axes[:, -1]).max())) < 4


def test_far_away_the_error_grows_as_the_distance_to_the_power_of_about_three():
    # r^1.1 from the amplitude of the path, r^2 from the geometry: with and without the height.
    for known in (False, True):
        bounds = [
            peb_map(GEOMETRY, [d * math.cos(0.5)], [d * math.sin(0.5)], height_known=known).item()
            for d in (80, 160)
        ]
        assert math.log2(bounds[1] / bounds[0]) == pytest.approx(3.1, abs=0.1)


def test_a_larger_distance_between_the_surfaces_helps_up_to_nine_metres_at_section_v():
    def bound(separation):
        at = Geometry.section_v(irs_separation=separation)
        return float(position_error_bound(at.irs_positions, USER, block_information(block_scenarios(at))))

    bounds = [bound(s) for s in (0.5, 1, 2, 4, 8, 9)]
    assert np.all(np.diff(bounds) < 0)
    assert bounds[-1] == pytest.approx(0.0146, abs=2e-4)
    assert bound(12.0) > bounds[-1]
    assert bound(16.0) > bound(12.0)


def test_one_surface_and_the_floor_give_the_two_errors_of_the_exercise():
    pair = section_v()[:1]
    elevation, azimuth = np.diag(np.linalg.inv(pair[0]))
    expected = math.sqrt((10.0**2 / 5) ** 2 * elevation + 75.0 * azimuth)
    assert position_error_bound(ANCHORS[:1], USER, pair, height_known=True) == pytest.approx(expected)


def test_a_small_distance_between_the_surfaces_costs_in_inverse_proportion():
    user, pairs = [6.0, 0.0, 0.0], [np.eye(2)] * 2
    wide, narrow = (
        position_error_bound([[0.0, -s / 2, 5.0], [0.0, s / 2, 5.0]], user, pairs) for s in (0.02, 0.01)
    )
    assert narrow / wide == pytest.approx(2, rel=1e-4)


# --- Degenerate geometries


@pytest.mark.parametrize("user", [[0.0, 7.5, 5.0], [0.0, -3.0, 5.0], [0.0, 1.0, 5.0]])
def test_on_the_line_through_both_surfaces_nothing_is_found(user):
    # Beyond them both are seen in one direction, between them in opposite ones: parallel lines either way.
    pairs = [np.eye(2) * 1e6] * 2
    assert position_error_bound(ANCHORS, user, pairs) == np.inf
    assert np.all(position_covariance(ANCHORS, user, pairs) == np.inf)
    angles = angles_of_arrival(ANCHORS, user)
    assert np.all(intersect_lines(ANCHORS, angles) == np.inf)
    fix = most_likely_position(ANCHORS, angles, pairs)
    assert np.all(fix.position == np.inf)
    assert np.all(fix.covariance == np.inf)
    assert not fix.converged


def test_one_degenerate_member_leaves_the_others_of_a_batch_alone():
    users = np.array([USER, [0.0, 7.5, 5.0]])
    bounds = position_error_bound(ANCHORS, users, section_v())
    assert np.isfinite(bounds[0])
    assert bounds[1] == np.inf
    fix = most_likely_position(ANCHORS, angles_of_arrival(ANCHORS, users), section_v())
    np.testing.assert_allclose(fix.position[0], USER, atol=1e-9)
    np.testing.assert_array_equal(fix.converged, [True, False])


def test_one_surface_is_enough_if_and_only_if_the_height_is_known():
    pair = section_v()[:1]
    assert position_error_bound(ANCHORS[:1], USER, pair) == np.inf
    assert 0 < position_error_bound(ANCHORS[:1], USER, pair, height_known=True) < 0.1
    angles = angles_of_arrival(ANCHORS[:1], USER)
    for start in (None, USER - np.array([0.5, -0.5, 0.0])):
        fix = most_likely_position(ANCHORS[:1], angles, pair, height=0.0, start=start)
        np.testing.assert_allclose(fix.position, USER, atol=1e-8)
    assert np.all(most_likely_position(ANCHORS[:1], angles, pair).position == np.inf)


def test_a_known_height_helps_where_both_surfaces_are_seen_in_one_direction():
    tilted, user = np.array([[0.0, 0.0, 5.0], [0.0, 2.0, 4.0]]), np.array([0.0, 10.0, 0.0])
    angles, pairs = angles_of_arrival(tilted, user), [np.eye(2) * 1e6] * 2
    assert np.all(most_likely_position(tilted, angles, pairs).position == np.inf)
    np.testing.assert_allclose(most_likely_position(tilted, angles, pairs, height=0.0).position, user, atol=1e-8)


def test_a_user_with_one_row_of_antennas_is_not_located_with_complex_symbols():
    # Each block tells one direction cosine: two numbers for three unknowns, and two for the two of a known height.
    row = section_v("complex", user_shape=(4, 1))
    assert position_error_bound(ANCHORS, USER, row) == np.inf
    assert np.isfinite(position_error_bound(ANCHORS, USER, row, height_known=True))
    assert (
        position_error_bound(ANCHORS, USER, section_v("complex", user_shape=(1, 1)), height_known=True) == np.inf
    )


# --- Monte Carlo


def test_maximum_likelihood_attains_the_bound_at_high_snr_and_the_intersection_stays_above_it():
    information = section_v(snr_db=10.0)
    errors = simulate_position_errors(ANCHORS, USER, information, draws=40_000, rng=np.random.default_rng(1))
    bound = position_error_bound(ANCHORS, USER, information)
    on_floor = position_error_bound(ANCHORS, USER, information, height_known=True)
    for squared, reference in ((errors.likelihood, bound), (errors.on_floor, on_floor)):
        measured = root_mean_square(squared)
        assert 0.95 < measured.low / reference < 1.0 + 0.01
        assert 1.0 - 0.01 < measured.high / reference < 1.05
    assert root_mean_square(errors.intersection).low > 1.2 * bound


@pytest.mark.parametrize("seed", range(5))
def test_the_intersection_is_never_better_than_the_bound(seed):
    rng = np.random.default_rng(seed)
    user = np.array([rng.uniform(1, 12), rng.uniform(-8, 10), 0.0])
    information = block_information(block_scenarios(GEOMETRY, user, snr_db=30.0))
    errors = simulate_position_errors(ANCHORS, user, information, draws=4000, rng=rng)
    bound = position_error_bound(ANCHORS, user, information)
    assert root_mean_square(errors.intersection, 4.0).high > bound
    likelihood = root_mean_square(errors.likelihood, 4.0)
    assert likelihood.low < bound < likelihood.high


def test_estimates_are_unbiased_and_have_the_covariance_of_the_bound_at_high_snr():
    information = section_v(snr_db=20.0)
    angles = draw_angles(ANCHORS, USER, information, draws=20_000, rng=np.random.default_rng(2))
    fix = most_likely_position(ANCHORS, angles, information)
    assert np.all(fix.converged)
    expected = position_covariance(ANCHORS, USER, information)
    root = np.linalg.inv(np.linalg.cholesky(expected))
    whitened = (fix.position - USER) @ root.T
    np.testing.assert_allclose(whitened.mean(axis=0), 0, atol=5 / math.sqrt(20_000))
    np.testing.assert_allclose(np.cov(whitened.T), np.eye(3), atol=5 * math.sqrt(2 / 20_000))
    # Four angles and three unknowns leave one degree of freedom.
    assert np.mean(fix.cost) == pytest.approx(1, abs=5 * math.sqrt(2 / 20_000))
    assert np.mean(fix.cost < chi2.ppf(0.95, 1)) == pytest.approx(0.95, abs=5 * math.sqrt(0.05 * 0.95 / 20_000))


def test_ellipses_hold_their_share_of_the_fixes():
    information = section_v(snr_db=20.0)
    angles = draw_angles(ANCHORS, USER, information, draws=10_000, rng=np.random.default_rng(4))
    fix = most_likely_position(ANCHORS, angles, information)
    for confidence in (0.5, 0.95):
        major, minor, angle = error_ellipse(fix.covariance[:, :2, :2], confidence)
        offset = (USER - fix.position)[:, :2]
        along = offset[:, 0] * np.cos(angle) + offset[:, 1] * np.sin(angle)
        across = offset[:, 1] * np.cos(angle) - offset[:, 0] * np.sin(angle)
        share = np.mean((along / major) ** 2 + (across / minor) ** 2 < 1)
        assert share == pytest.approx(
            confidence, abs=5 * math.sqrt(confidence * (1 - confidence) / 10_000) + 0.002
        )


def test_an_ellipse_holds_95_percent_unless_told_otherwise():
    covariance = [[3.0, 1.0], [1.0, 2.0]]
    np.testing.assert_array_equal(error_ellipse(covariance), error_ellipse(covariance, 0.95))


def test_the_ellipse_of_a_covariance_of_rank_one_is_a_line_along_its_range():
    # Rounding leaves a good part of the smaller eigenvalues below zero.
    lines = np.random.default_rng(0).standard_normal((50, 2))
    covariances = lines[:, :, None] * lines[:, None, :]
    assert np.linalg.eigvalsh(covariances)[:, 0].min() < 0
    major, minor, angle = error_ellipse(covariances, 0.5)
    np.testing.assert_allclose(minor, 0, atol=1e-7)
    np.testing.assert_allclose(major, np.sqrt(chi2.ppf(0.5, 2)) * np.hypot(*lines.T))
    np.testing.assert_allclose(np.cos(angle) * lines[:, 1], np.sin(angle) * lines[:, 0], atol=1e-12)


def test_at_low_snr_the_bound_is_left_behind_unless_the_height_is_known():
    information = section_v(snr_db=-26.0)
    errors = simulate_position_errors(ANCHORS, USER, information, draws=10_000, rng=np.random.default_rng(5))
    assert root_mean_square(errors.likelihood).low > 1.05 * position_error_bound(ANCHORS, USER, information)
    on_floor = position_error_bound(ANCHORS, USER, information, height_known=True)
    assert root_mean_square(errors.on_floor).rmse == pytest.approx(on_floor, rel=0.03)


def test_drawn_angles_have_the_covariance_of_the_bound():
    information = section_v()
    angles = draw_angles(ANCHORS, USER, information, draws=20_000, rng=np.random.default_rng(6))
    for i in (0, 1):
        product = np.cov(angles[:, i].T) @ information[i]
        np.testing.assert_allclose(product, np.eye(2), atol=0.06)


# --- Coherence blocks, maps and tracks


def test_the_snr_follows_the_path_gains_and_holds_at_the_reference():
    first, second = block_scenarios(GEOMETRY, snr_db=3.0)
    assert first.snr_db == pytest.approx(3.0)
    assert second.noise_variance == pytest.approx(first.noise_variance)
    farther = block_scenarios(GEOMETRY, [8.0, 12.0, 0.0], snr_db=3.0)
    assert all(s.noise_variance == pytest.approx(first.noise_variance) for s in farther)
    assert farther[0].snr_db < first.snr_db


def test_mean_information_stands_for_the_mean_over_blocks():
    symbols = draw_symbols(np.random.default_rng(7), 2, size=(20_000, 2))
    scenarios_ = block_scenarios(GEOMETRY)
    for model in ("real", "complex"):
        drawn, mean = block_information(scenarios_, symbols, model), block_information(scenarios_, None, model)
        np.testing.assert_allclose(drawn.mean(axis=0), mean, rtol=0.03, atol=0.005 * mean.max())


def test_a_map_is_the_bound_at_each_point():
    x, y = np.array([2.0, 5.0]), np.array([-3.0, 0.5, 8.0])
    for known in (False, True):
        bounds = peb_map(GEOMETRY, x, y, "complex", height_known=known, snr_db=5.0)
        assert bounds.shape == (3, 2)
        user = [5.0, 8.0, 0.0]
        pairs = block_information(block_scenarios(GEOMETRY, user, snr_db=5.0), None, "complex")
        assert bounds[2, 1] == pytest.approx(position_error_bound(ANCHORS, user, pairs, height_known=known))


def test_a_track_follows_the_path_within_its_own_ellipses():
    t = np.linspace(0, 1, 60)
    path = np.stack([4 + 4 * np.sin(np.pi * t), -3 + 11 * t, 0 * t], axis=-1)
    track = simulate_track(GEOMETRY, path, rng=np.random.default_rng(8), snr_db=5.0)
    for fix, free in ((track.fix, 3), (track.on_floor, 2)):
        error = (fix.position - path)[:, :free, None]
        inverse = np.linalg.inv(fix.covariance[:, :free, :free])
        distance = (np.swapaxes(error, 1, 2) @ inverse @ error)[:, 0, 0]
        assert 0.95 - 3 * math.sqrt(0.95 * 0.05 / 60) <= np.mean(distance < chi2.ppf(0.95, free)) <= 1
        assert np.mean(distance) == pytest.approx(free, abs=5 * math.sqrt(2 * free / 60))
    assert np.all(np.trace(track.bound_on_floor, axis1=1, axis2=2) < np.trace(track.bound, axis1=1, axis2=2))


# --- Unknown orientation


@given(wide_setups, symbol_models)
@settings(max_examples=60)
def test_setting_both_ends_equal_gives_back_theorem_1(setup, model):
    scenario, _, _ = setup
    factor = two_ended_factor(*setup, model)
    joined = factor[:, :2] + factor[:, 2:]
    elevation, azimuth = scenario.user_aoa
    to_cosines = np.array(
        [
            [-math.sin(elevation) * math.sin(azimuth), math.cos(elevation) * math.cos(azimuth)],
            [math.cos(elevation), 0.0],
        ]
    )
    expected = equivalent_angle_information(*setup, model)
    found = (joined @ to_cosines).T @ (joined @ to_cosines)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.max(expected))


@given(places())
def test_gradients_of_both_ends_are_central_differences(place):
    anchors, user, _ = place

    def cosines(position, rotation):
        angle = np.linalg.norm(rotation)
        x, y, z = rotation / angle if angle else rotation
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        matrix = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
        direction = (anchors[0] - position) / np.linalg.norm(anchors[0] - position)
        return np.concatenate([(matrix.T @ direction)[1:], direction[1:]])

    gradients = direction_gradients(anchors[0], user)
    zero = np.zeros(3)
    for axis, shift in enumerate(1e-6 * np.eye(3)):
        by_position = (cosines(user + shift, zero) - cosines(user - shift, zero)) / 2e-6
        by_rotation = (cosines(user, shift) - cosines(user, -shift)) / 2e-6
        np.testing.assert_allclose(gradients[:, axis], by_position, atol=1e-8)
        np.testing.assert_allclose(gradients[:, 3 + axis], by_rotation, atol=1e-8)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("height_known", [False, True])
def test_with_known_orientation_the_pose_bound_is_the_position_error_bound(model, height_known):
    pose = pose_bound(GEOMETRY, None, model, rotation="known", height_known=height_known)
    expected = position_error_bound(ANCHORS, USER, section_v(model), height_known=height_known)
    assert pose.position[0] == pytest.approx(float(expected))
    assert pose.rank == pose.unknowns == (2 if height_known else 3)
    assert pose.rotation.shape == (0,)


def path_of(blocks, seed=0):
    rng = np.random.default_rng(seed)
    return np.stack([rng.uniform(2, 9, blocks), rng.uniform(-4, 9, blocks), np.zeros(blocks)], axis=-1)


@pytest.mark.parametrize("blocks", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("rotation", "height_known", "rank"),
    [
        ("yaw", False, lambda n: 3 * n + 1),  # as many as the unknowns
        ("yaw", True, lambda n: 2 * n + 1),
        ("full", False, lambda n: min(4 * n, 3 * n + 2)),  # never the 3 N + 3 unknowns
        ("full", True, lambda n: min(4 * n, 2 * n + 3)),  # all of them from two positions on
    ],
)
def test_rank_of_what_complex_symbols_tell_of_position_and_orientation(blocks, seed, rotation, height_known, rank):
    bound = pose_bound(GEOMETRY, path_of(blocks, seed), "complex", rotation=rotation, height_known=height_known)
    assert bound.rank == rank(blocks)
    assert bound.unknowns == (2 if height_known else 3) * blocks + {"yaw": 1, "full": 3}[rotation]
    assert np.all(np.isfinite(bound.position)) == (bound.rank == bound.unknowns)
    assert np.all(np.isfinite(bound.rotation)) == (bound.rank == bound.unknowns)


@given(places(), seeds)
def test_turning_user_and_array_about_the_line_through_both_surfaces_changes_no_angle(place, seed):
    anchors, user, _ = place
    axis = (anchors[1] - anchors[0]) / np.linalg.norm(anchors[1] - anchors[0])
    x, y, z = axis
    cross, turn = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]]), np.random.default_rng(seed).uniform(0, 6)
    matrix = np.eye(3) + math.sin(turn) * cross + (1 - math.cos(turn)) * cross @ cross
    moved = anchors[0] + matrix @ (user - anchors[0])
    for anchor in anchors:
        np.testing.assert_allclose(matrix.T @ (anchor - moved), anchor - user, atol=1e-12)
        gradients = direction_gradients(anchor, user)[:2]  # the array's own end
        motion = np.concatenate([np.cross(axis, user - anchors[0]), axis])
        np.testing.assert_allclose(gradients @ motion, 0, atol=1e-12)


@pytest.mark.parametrize("height_known", [False, True])
def test_an_unknown_orientation_never_lowers_the_bound(height_known):
    path = path_of(3)
    bounds = [
        pose_bound(GEOMETRY, path, "complex", rotation=rotation, height_known=height_known).position
        for rotation in ("known", "yaw", "full")
    ]
    assert np.all(bounds[0] <= bounds[1])
    assert np.all(bounds[1] <= bounds[2])
    together = [pose_bound(GEOMETRY, path[:n], "complex", height_known=height_known) for n in (1, 2, 3)]
    assert together[0].rotation > together[1].rotation > together[2].rotation


def test_symbols_with_one_unknown_would_give_the_whole_pose_from_one_block():
    for model in ("real", "known"):
        bound = pose_bound(GEOMETRY, None, model, rotation="full")
        assert bound.rank == bound.unknowns == 6
    real, complex_ = (
        pose_bound(GEOMETRY, None, model, rotation="yaw").position[0] for model in ("real", "complex")
    )
    assert real == pytest.approx(0.0808, abs=2e-4)
    assert complex_ == pytest.approx(0.1331, abs=3e-4)
    on_floor = pose_bound(GEOMETRY, None, "complex", rotation="yaw", height_known=True)
    assert on_floor.position[0] == pytest.approx(0.1011, abs=3e-4)


# --- Bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: angles_of_arrival([0.0, 1.0, 2.0], USER), "anchors"),
        (lambda: angles_of_arrival(ANCHORS, [1.0, 2.0]), "positions"),
        (lambda: angles_of_arrival([[0.0, 1.0]], USER), "anchors must hold points"),
        (lambda: angles_of_arrival(ANCHORS, 5.0), "positions must hold points"),
        (lambda: angles_of_arrival(ANCHORS, ["x", "y", "z"]), "positions must be an array of real numbers"),
        (lambda: angles_of_arrival(ANCHORS, [np.nan, 2.0, 0.0]), "positions must be finite"),
        (lambda: angle_gradients_by_position(ANCHORS, [0.0, 0.0, 0.0]), "vertically"),
        (lambda: intersect_lines(ANCHORS[:1], np.zeros((1, 2))), "at least 2"),
        (lambda: intersect_lines(ANCHORS, np.zeros(2)), "angles must have shape"),
        (lambda: intersect_lines(ANCHORS, np.full((2, 2), np.inf)), "angles must be finite"),
        (lambda: intersect_lines(ANCHORS, np.zeros((2, 2)), [1.0, 0.0]), "weights"),
        (lambda: intersect_lines(ANCHORS, np.zeros((2, 2)), [1.0]), "weights must have shape"),
        (lambda: directions("up"), "angles"),
        (lambda: position_error_bound(ANCHORS, USER, np.eye(2)), "angle_information must have shape"),
        (lambda: position_error_bound(ANCHORS, USER, [np.eye(2)]), "angle_information must have shape"),
        (
            lambda: position_error_bound(ANCHORS, USER, [["a"]]),
            "angle_information must be an array of real numbers",
        ),
        (lambda: position_error_bound(ANCHORS, USER, np.full((2, 2, 2), np.inf)), "finite"),
        (lambda: most_likely_position(ANCHORS, np.zeros((2, 2)), section_v(), height=np.nan), "height"),
        (lambda: most_likely_position(ANCHORS, np.zeros((2, 2)), section_v(), max_iterations=0), "max_iterations"),
        (lambda: error_ellipse(np.eye(2), 1.0), "confidence"),
        (lambda: error_ellipse(np.eye(2), 0.0), "confidence must be a finite positive number"),
        (lambda: error_ellipse(np.eye(3)), "covariance"),
        (lambda: error_ellipse(np.full((2, 2), np.inf)), "covariance"),
        (lambda: angle_covariance(Scenario(), np.ones(16), [1.0], "imaginary"), "symbol_model"),
        (
            lambda: angle_covariance(Scenario(), np.ones((2, 16)), np.ones((3, 4))),
            r"leading axes of beams and symbols must broadcast, got \(2,\) and \(3,\)",
        ),
        (lambda: block_information(block_scenarios(GEOMETRY), np.ones((3, 2))), "symbols must have shape"),
        (lambda: draw_angles(ANCHORS, USER, section_v(), draws=1, rng=7), "rng"),
        (
            lambda: draw_angles(ANCHORS, USER, np.zeros((2, 2, 2)), draws=1, rng=np.random.default_rng(0)),
            "definite",
        ),
        (lambda: simulate_track(GEOMETRY, USER, rng=np.random.default_rng(0)), "path"),
        (lambda: pose_bound(GEOMETRY, rotation="pitch"), "rotation"),
        (lambda: pose_bound(GEOMETRY, [[USER]]), "path"),
        (lambda: direction_gradients(USER, USER), "different points"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("function", [equivalent_angle_information, angle_covariance])
def test_what_is_no_scenario_is_named(function):
    with pytest.raises(TypeError, match=r"scenario must be a noisac\.Scenario"):
        function("Section V", np.ones(16), [1.0])
