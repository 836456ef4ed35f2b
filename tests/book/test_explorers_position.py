"""What the explorer of the position shows agrees with the package, the received signals and simulation."""

import math
import re

import numpy as np
import pytest

import noisac
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import angles_of_arrival, error_ellipse
from noisac.positioning.errors import draw_angles
from noisac.positioning.fixes import most_likely_position
from noisac_book import explorers
from noisac_book.explorers import bound_map, position_view
from noisac_book.explorers._position import _X, _Y

PLACES = [(60, 10, 2), (-75, 20, 4), (0, 6, 1), (30, 14, 8)]


def told(**values):
    sentence = explorers.position().sentence(**values).replace("\N{MINUS SIGN}", "-")
    return sentence, [float(n) for n in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", sentence)]


def bound(covariance):
    return math.sqrt(np.trace(covariance))


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_the_covariance_follows_from_the_received_signals_themselves(place, known):
    # All unknowns of both time blocks, two symbols each and the position, from differences of the signal.
    view = position_view(*place)
    geometry = noisac.Geometry.section_v(irs_separation=place[2])
    axes, step, symbols = 2 if known else 3, 1e-5, np.array([1.0, 1j])
    information = np.zeros((4 + axes, 4 + axes))
    for i, scenario in enumerate(block_scenarios(geometry, view.place)):
        beam = noisac.max_gain_beam(scenario)
        mean = noisac.received_mean(scenario, beam, symbols)
        gradients = np.zeros((4 + axes, *mean.shape), complex)
        for slot in (0, 1):
            gradients[2 * i + slot, slot] = mean[slot] / symbols[slot]
        for axis in range(axes):
            ends = []
            for sign in (1, -1):
                angles = angles_of_arrival(view.anchors, view.place + sign * step * np.eye(3)[axis])[i]
                ends.append(noisac.received_mean(scenario.replace(user_aoa=tuple(angles)), beam, symbols))
            gradients[4 + axis] = (ends[0] - ends[1]) / (2 * step)
        flat = gradients.reshape(4 + axes, -1)
        information += 2 / scenario.noise_variance * (flat.conj() @ flat.T).real
    expected = np.linalg.inv(information)[4:, 4:]
    found = (view.on_floor if known else view.covariance)[:axes, :axes]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6 * np.trace(expected))


@pytest.mark.parametrize("known", [False, True])
def test_fixes_of_simulated_blocks_fill_the_ellipse(known):
    view, draws = position_view(60, 10, 2, 20), 4000
    geometry = noisac.Geometry.section_v()
    pairs = block_information(block_scenarios(geometry, view.place, snr_db=20))
    angles = draw_angles(view.anchors, view.place, pairs, draws=draws, rng=np.random.default_rng(0))
    fixes = most_likely_position(view.anchors, angles, pairs, height=0.0 if known else None).position
    major, minor, turn = error_ellipse((view.on_floor if known else view.covariance)[:2, :2])
    along = (fixes - view.place)[:, :2] @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    inside = np.mean((along[:, 0] / major) ** 2 + (along[:, 1] / minor) ** 2 < 1)
    assert abs(inside - 0.95) < 4 * math.sqrt(0.95 * 0.05 / draws)
    np.testing.assert_allclose(
        along.std(axis=0), np.array([major, minor]) / math.sqrt(2 * math.log(20)), rtol=0.05
    )


@pytest.mark.parametrize("separation", [1, 2, 8])
def test_the_map_is_the_bound_at_the_user_where_the_user_stands_on_its_grid(separation):
    free, on_floor = bound_map(separation)
    for column, row in ((3, 4), (8, 20), (12, 12)):
        x, y = _X[column], _Y[row]
        distance = math.hypot(x, y, 5)
        view = position_view(math.degrees(math.atan2(y, x)), distance, separation)
        np.testing.assert_allclose(view.place, (x, y, 0), atol=1e-9)
        assert free[row, column] == pytest.approx(bound(view.covariance), rel=1e-6)
        assert on_floor[row, column] == pytest.approx(bound(view.on_floor), rel=1e-6)


@pytest.mark.parametrize("place", PLACES)
def test_more_snr_and_more_blocks_only_scale_the_ellipse(place):
    once, better = position_view(*place), position_view(*place, snr_db=20, blocks=10)
    np.testing.assert_allclose(better.covariance, once.covariance / 1000, rtol=1e-9)
    np.testing.assert_allclose(better.on_floor, once.on_floor / 1000, rtol=1e-9)


@pytest.mark.parametrize("height", ["unknown", "known"])
@pytest.mark.parametrize(("azimuth", "distance"), [(60, 10), (-45, 16), (75, 6)])
def test_the_sentence_tells_the_numbers_of_the_covariance(azimuth, distance, height):
    _, numbers = told(azimuth=azimuth, distance=distance, height=height, snr_db=5, blocks=5)
    view = position_view(azimuth, distance, 2, 5, 5)
    chosen, other = view.covariance, view.on_floor
    if height == "known":
        chosen, other = other, chosen
    values, vectors = np.linalg.eigh(chosen[:2, :2])
    sight = view.place[:2] / np.linalg.norm(view.place[:2])
    off = np.degrees(np.arccos(min(1.0, abs(sight @ vectors[:, 1]))))
    minor, major = 100 * np.sqrt(-2 * np.log(0.05) * values)
    np.testing.assert_allclose(numbers[:2], view.place[:2], atol=0.051)
    assert numbers[3:6] == [2, 5, 5]
    assert numbers[7] == pytest.approx(100 * bound(chosen), abs=0.051)
    np.testing.assert_allclose(numbers[9:11], [major, minor], atol=0.051)
    assert numbers[11] == pytest.approx(off, abs=0.51)
    assert numbers[13] == pytest.approx(100 * bound(other), abs=0.051)


def test_the_known_height_helps_everywhere_and_the_long_axis_points_at_the_surfaces():
    for separation in (1, 2, 4, 8):
        free, on_floor = bound_map(separation)
        assert np.all(on_floor < free)
    for azimuth in range(-60, 61, 15):
        view = position_view(azimuth, 20)
        turn = float(error_ellipse(view.covariance[:2, :2])[2])
        off = abs((math.degrees(turn) - azimuth + 90) % 180 - 90)
        assert off < 6


def test_bounds_are_written_in_metres_where_they_are_large():
    sentence, _ = told(azimuth=75, distance=20, separation=1, snr_db=-10)
    assert f"bound is {bound(position_view(75, 20, 1, -10).covariance):.1f} m." in sentence
    closer = explorers.position().figure(azimuth=75, distance=20, separation=1, snr_db=-10).axes[-1]
    assert closer.get_xlabel() == "x (m)"


def test_the_ellipses_of_the_picture_are_those_that_are_told_and_fit_into_it():
    for height in ("unknown", "known"):
        _, numbers = told(height=height, azimuth=-30)
        axes = explorers.position().figure(height=height, azimuth=-30).axes[-1]
        chosen, other = axes.patches
        assert [chosen.width / 2, chosen.height / 2] == pytest.approx(numbers[9:11], abs=0.051)
        assert chosen.get_label() == f"height {height}"
        assert max(chosen.width, other.width) / 2 < axes.get_xlim()[1]


def test_the_map_of_the_picture_follows_the_height_the_snr_and_the_separation():
    def steps(**values):
        return [
            len(path.vertices) for path in explorers.position().figure(**values).axes[0].collections[0].get_paths()
        ]

    start = steps()
    assert steps(azimuth=0) == start
    for change in ({"height": "known"}, {"snr_db": 20}, {"separation": 8}, {"blocks": 10}):
        assert steps(**change) != start


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"distance": 5}, "distance must be one of"),
        ({"height": 0}, "height must be one of"),
        ({"z": 1}, "no control"),
    ],
)
def test_a_value_off_the_grid_is_refused(values, complaint):
    with pytest.raises(ValueError, match=complaint):
        explorers.position().figure(**values)


def test_a_place_out_of_reach_and_a_missing_block_are_refused():
    with pytest.raises(ValueError, match="distance must exceed"):
        position_view(0, 5)
    with pytest.raises(ValueError, match="blocks"):
        position_view(0, 10, blocks=0)
