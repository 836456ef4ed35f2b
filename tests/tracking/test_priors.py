"""Priors of the user's angles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import AnglePrior
from tests.strategies import directions, seeds

AIM = (np.pi / 6, -2 * np.pi / 3)


@given(directions(1.2), seeds)
def test_points_of_a_gaussian_have_its_mean_and_covariance(mean, seed):
    root = np.random.default_rng(seed).normal(size=(2, 2)) * 0.01
    prior = AnglePrior(mean, root @ root.T, cut=6.0)
    nodes = prior.points(33)
    for weights in (nodes.weights, nodes.coarse):
        shifts = nodes.angles - np.array(mean)
        np.testing.assert_allclose(weights @ shifts, 0, atol=1e-8)
        np.testing.assert_allclose(shifts.T @ (weights[:, None] * shifts), root @ root.T, atol=1e-6)


def test_a_gaussian_of_cosines_is_one_in_cosines_and_keeps_to_its_side():
    prior = AnglePrior(AIM, 1e-4 * np.eye(2), "cosines", cut=6.0)
    nodes = prior.points(33)
    elevation, azimuth = nodes.angles.T
    cosines = np.stack([np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    mean = cosines @ nodes.weights
    np.testing.assert_allclose(mean, [np.cos(AIM[0]) * np.sin(AIM[1]), np.sin(AIM[0])], atol=1e-12)
    np.testing.assert_allclose(np.cov(cosines, aweights=nodes.weights, bias=True), 1e-4 * np.eye(2), atol=1e-9)
    assert np.all(np.cos(azimuth) < 0)


@pytest.mark.parametrize("coordinates", ["angles", "cosines"])
def test_what_is_no_direction_has_no_weight(coordinates):
    nodes = AnglePrior((1.2, 0.1), 0.25 * np.eye(2), coordinates).points(33)
    assert len(nodes.angles) < 33**2
    assert np.all(np.abs(nodes.angles[:, 0]) < np.pi / 2)
    assert nodes.weights.sum() == pytest.approx(1)
    assert nodes.coarse.sum() == pytest.approx(1)


def test_an_axis_without_variance_has_one_point():
    assert len(AnglePrior(AIM, np.diag([0.0, 0.01])).points(9).angles) == 9
    assert len(AnglePrior(AIM, np.zeros((2, 2))).points(9).angles) == 1


def test_samples_are_taken_as_they_are():
    samples = np.array([[0.4, -2.0], [0.6, -2.2], [0.5, -2.0]])
    prior = AnglePrior.from_samples(samples)
    nodes = prior.points()
    np.testing.assert_array_equal(nodes.angles, samples)
    np.testing.assert_allclose(nodes.weights, 1 / 3)
    np.testing.assert_allclose(prior.covariance, np.cov(samples.T, bias=True))
    assert nodes.coarse is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"covariance": np.eye(3)}, "covariance must have shape"),
        ({"covariance": -np.eye(2)}, "covariance must be symmetric and positive semidefinite"),
        ({"covariance": [[1.0, 1.0], [0.0, 1.0]]}, "covariance must be symmetric"),
        ({"mean": (0.5, np.pi / 2)}, "mean = .* is at endfire"),
        ({"coordinates": "degrees"}, "coordinates must be one of"),
        ({"samples": np.ones(2)}, "samples must have shape"),
        ({"samples": np.full((2, 2), np.nan)}, "samples must"),
        ({"cut": 0.0}, "cut must"),
    ],
)
def test_what_is_no_prior_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=message):
        AnglePrior(**({"mean": AIM, "covariance": np.eye(2)} | change))


def test_a_rule_without_a_second_one_is_refused():
    with pytest.raises(ValueError, match="per_axis must be 4 k"):
        AnglePrior(AIM, np.eye(2)).points(16)


@given(st.floats(1e-4, 0.1))
def test_priors_are_equal_by_value(deviation):
    covariance = deviation**2 * np.eye(2)
    assert AnglePrior(AIM, covariance) == AnglePrior(AIM, covariance.copy())
    assert AnglePrior(AIM, covariance) != AnglePrior(AIM, 2 * covariance)
