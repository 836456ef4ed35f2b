"""Beams for a prior: against all beams of a small surface, and against the search that knows the angle."""

import numpy as np
import pytest

from noisac import (
    AnglePrior,
    Scenario,
    coordinate_descent,
    expected_bounds,
    minimise_over_all_beams,
    random_beams,
)
from noisac.tracking import bounds_towards, robust_beam

AIM = Scenario().user_aoa
SMALL = Scenario(irs_shape=(2, 3))
BLOCK = np.array([1.0, 0.4 - 1j])


@pytest.mark.parametrize("criterion", ["log", "mean", "worst"])
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_best_of_all_beams_is_found_but_for_ridges_of_the_worst_case(criterion, weight):
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

    best = minimise_over_all_beams(value, SMALL)
    found = robust_beam(
        SMALL, BLOCK, weight, prior, rng=np.random.default_rng(0), criterion=criterion, points=9, restarts=40
    )
    # The largest of many values is an objective with ridges, on which single changes may stop.
    short = 0.03 if criterion == "worst" else 1e-8
    assert -1e-8 < found.objective - float(best.objective) < short
    assert value(found.beam[None, None], [0])[0, 0] == pytest.approx(found.objective, abs=1e-8)


def test_without_uncertainty_the_beam_is_that_of_coordinate_descent():
    prior = AnglePrior(AIM, np.zeros((2, 2)))
    found = robust_beam(Scenario(), BLOCK, 0.5, prior, rng=np.random.default_rng(0), restarts=16)
    nominal = coordinate_descent(Scenario(), BLOCK, 0.5, rng=np.random.default_rng(0))
    assert found.objective == pytest.approx(float(nominal.objective), abs=1e-8)


def test_its_value_is_the_expectation_and_no_random_beam_is_better():
    prior = AnglePrior(AIM, 0.05**2 * np.eye(2), "cosines")
    rng = np.random.default_rng(1)
    found = robust_beam(Scenario(), BLOCK, 0.0, prior, rng=rng, points=17, origin="centre")
    beams = np.concatenate([found.beam[None], random_beams(Scenario(), (50,), rng)])
    expected = expected_bounds(Scenario(), beams, BLOCK, prior, points=17, origin="centre")
    assert expected.log_angle.value[0] == pytest.approx(found.objective, abs=1e-9)
    assert np.argmin(expected.log_angle.value) == 0


def test_further_starts_are_taken():
    prior = AnglePrior(AIM, 0.05**2 * np.eye(2))
    starts = random_beams(Scenario(), (3,), np.random.default_rng(2))
    found = robust_beam(
        Scenario(), BLOCK, 0.0, prior, rng=np.random.default_rng(0), points=5, restarts=2, starts=starts
    )
    assert found.phases.shape == (3 + 3 + 2, 16)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"criterion": "median"}, "criterion must be one of"),
        ({"weight": 1.5}, "weight"),
        ({"symbols": np.ones((3, 2))}, "symbols must be those of one block"),
        ({"symbol_model": "known"}, "weight .* must be 0"),
        ({"starts": np.ones(4)}, "starts"),
        ({"restarts": -1}, "restarts"),
    ],
)
def test_bad_arguments_are_refused_by_name(change, message):
    arguments = {
        "scenario": SMALL, "symbols": BLOCK, "weight": 0.5, "prior": AnglePrior(AIM, np.zeros((2, 2))),
        "rng": np.random.default_rng(0),
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        robust_beam(**(arguments | change))
