"""From pairs of angles to a position: measurement, information, and the position error bound."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import Geometry, draw_symbols, received_mean
from noisac.beamforming.beams import max_gain_beam
from noisac.bounds.angles import equivalent_angle_information
from noisac.positioning.blocks import block_information, block_scenarios, peb_map
from noisac.positioning.error_bound import (
    angle_gradients_by_position,
    angles_of_arrival,
    position_covariance,
    position_error_bound,
    position_information,
)
from noisac.positioning.fixes import directions, intersect_lines
from tests.positioning.cases import ANCHORS, GEOMETRY, MODELS, USER, places, section_v


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
