"""Positions from angles: exact ones, batches, and geometries in which nothing is found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac.positioning.error_bound import (
    angles_of_arrival,
    position_covariance,
    position_error_bound,
)
from noisac.positioning.errors import draw_angles
from noisac.positioning.fixes import directions, intersect_lines, most_likely_position
from tests.positioning.cases import ANCHORS, USER, places, section_v
from tests.strategies import seeds


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
