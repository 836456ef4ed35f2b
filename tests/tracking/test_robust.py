"""Aims for a prior: against all beams of a small surface, and against the search that knows the angle."""

import numpy as np
import pytest

from noisac import (
    AnglePrior,
    Scenario,
    complete_search,
    coordinate_descent,
    expected_bounds,
    minimise_over_all_beams,
    random_beams,
)
from noisac.bounds import aligned_beam, beam_sums
from noisac.tracking import aimed_beams, bounds_towards, prior_aim

AIM = Scenario().user_aoa
SMALL = Scenario(irs_shape=(2, 3))
BLOCK = np.array([1.0, 0.4 - 1j])


@pytest.mark.parametrize("criterion", ["log", "mean", "worst"])
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_best_of_all_beams_is_that_of_bounds_point_by_point(criterion, weight):
    prior = AnglePrior(AIM, 0.1**2 * np.eye(2), "cosines")
    nodes = prior.points(9)

    def value(beams, searches):
        bounds = bounds_towards(SMALL, beams[0], BLOCK, nodes.angles)
        parts = []
        for share, part in ((weight, bounds.symbol), (1 - weight, bounds.angle)):
            if share:
                parts.append(share * np.log10(part @ nodes.weights if criterion == "mean" else part))
        total = sum(parts)
        if criterion == "mean":
            return total[None]
        return (total.max(axis=-1) if criterion == "worst" else total @ nodes.weights)[None]

    best = float(minimise_over_all_beams(value, SMALL).objective)
    aim = prior_aim(SMALL, BLOCK, weight, prior, criterion=criterion, points=9)
    assert float(complete_search(aim).objective) == pytest.approx(best, abs=1e-8)
    found = coordinate_descent(aim, rng=np.random.default_rng(0), restarts=40)
    # The largest of many values is an objective with ridges, on which single changes may stop.
    short = 0.03 if criterion == "worst" else 1e-8
    assert -1e-8 < float(found.objective) - best < short


def test_without_uncertainty_the_beam_is_that_of_the_paper_s_objective():
    aim = prior_aim(Scenario(), BLOCK, 0.5, AnglePrior(AIM, np.zeros((2, 2))))
    found = coordinate_descent(aim, rng=np.random.default_rng(0), restarts=16)
    nominal = coordinate_descent(Scenario(), BLOCK, 0.5, rng=np.random.default_rng(0))
    assert float(found.objective) == pytest.approx(float(nominal.objective), abs=1e-8)


def test_its_value_is_the_expectation_and_no_random_beam_is_better():
    prior = AnglePrior(AIM, 0.05**2 * np.eye(2), "cosines")
    rng = np.random.default_rng(1)
    aim = prior_aim(Scenario(), BLOCK, 0.0, prior, points=17, origin="centre")
    found = coordinate_descent(aim, rng=rng, restarts=8, starts=aimed_beams(Scenario(), AIM))
    beams = np.concatenate([found.beam[None], random_beams(Scenario(), (50,), rng)])
    expected = expected_bounds(Scenario(), beams, BLOCK, prior, points=17, origin="centre")
    assert expected.log_angle.value[0] == pytest.approx(float(found.objective), abs=1e-9)
    assert np.argmin(expected.log_angle.value) == 0


def test_the_sum_beam_is_aligned_and_the_difference_beams_have_a_null():
    aimed = aimed_beams(Scenario(), AIM)
    np.testing.assert_allclose(aimed[0] / aimed[0, 0], aligned_beam(Scenario()) / aligned_beam(Scenario())[0])
    signal, along_y, along_z = beam_sums(Scenario(), aimed).T
    np.testing.assert_allclose(abs(signal), [16, 0, 0], atol=1e-9)
    assert abs(along_y[1]) > 10 * abs(along_z[1])
    assert abs(along_z[2]) > 10 * abs(along_y[2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"criterion": "median"}, "criterion must be one of"),
        ({"weight": 1.5}, "weight"),
        ({"symbols": np.ones((3, 2))}, "symbols must be those of one block"),
        ({"symbol_model": "known"}, "weight .* must be 0"),
        ({"points": 6}, "per_axis"),
    ],
)
def test_bad_arguments_are_refused_by_name(change, message):
    arguments = {"scenario": SMALL, "symbols": BLOCK, "weight": 0.5, "prior": AnglePrior(AIM, np.eye(2))}
    with pytest.raises(ValueError, match=message):
        prior_aim(**(arguments | change))
    with pytest.raises(ValueError, match="direction must be"):
        aimed_beams(SMALL, [0.1])
