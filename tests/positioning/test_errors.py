"""Errors of position estimates by Monte Carlo, and what is refused."""

import math

import numpy as np
import pytest
from scipy.stats import chi2

from noisac import Scenario
from noisac.bounds.angles import angle_covariance, equivalent_angle_information
from noisac.positioning.blocks import block_information, block_scenarios
from noisac.positioning.error_bound import (
    angle_gradients_by_position,
    angles_of_arrival,
    error_ellipse,
    position_covariance,
    position_error_bound,
)
from noisac.positioning.errors import draw_angles, root_mean_square, simulate_position_errors, simulate_track
from noisac.positioning.fixes import directions, intersect_lines, most_likely_position
from noisac.positioning.orientation import direction_gradients, pose_bound
from tests.positioning.cases import ANCHORS, GEOMETRY, USER, section_v


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
