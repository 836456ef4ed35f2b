"""Coherence blocks, maps and tracks, and users whose orientation is unknown."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import chi2

from noisac import draw_symbols
from noisac.bounds.angles import equivalent_angle_information
from noisac.positioning.blocks import block_information, block_scenarios, peb_map
from noisac.positioning.error_bound import (
    position_error_bound,
)
from noisac.positioning.errors import simulate_track
from noisac.positioning.orientation import direction_gradients, pose_bound, two_ended_factor
from tests.positioning.cases import ANCHORS, GEOMETRY, MODELS, USER, places, section_v
from tests.strategies import seeds, symbol_models, wide_setups


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
