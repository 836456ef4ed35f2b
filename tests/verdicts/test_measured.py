"""The tests of claims about data turn where their thresholds say, in data made up for each."""

import numpy as np
import pytest
import xarray as xr

from noisac.verdicts.ledger import CLAIMS
from noisac.verdicts.margins import Limits
from noisac.verdicts.measured import _listed
from tests.verdicts.cases_of_figures_4_to_8 import FIG04_TO_08
from tests.verdicts.cases_of_figures_9_to_11 import FIG09_TO_11
from tests.verdicts.cases_of_figures_12_to_14 import FIG12_TO_14
from tests.verdicts.made_up import BY_ID, fig12_shape, pair

CASES = FIG04_TO_08 + FIG09_TO_11 + FIG12_TO_14


def names(cases):
    """Ids with a number each, for some claims have several worlds."""
    return [f"{case.claim}-{sum(c.claim == case.claim for c in cases[:i]) + 1}" for i, case in enumerate(cases)]


def is_margin(found, expected):
    return found == (
        pytest.approx(expected[0], rel=1e-9, abs=1e-11),
        pytest.approx(expected[1], rel=1e-9, abs=1e-11),
    )


def test_every_claim_about_data_is_in_the_table():
    assert {case.claim for case in CASES} == {claim.id for claim in CLAIMS if claim.experiments}


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_margins_of_a_claim_and_what_it_says_was_measured(case):
    data = case.world(case.at, 1.0)
    assert set(data) == set(BY_ID[case.claim].experiments)
    outcome = BY_ID[case.claim].judge(data, Limits())
    assert is_margin(outcome.shape, case.shape)
    assert (outcome.number is None) == (case.number is None)
    assert outcome.number is None or is_margin(outcome.number, case.number)
    assert outcome.measured == case.measured


TURNING = [case for case in CASES if case.turns]


@pytest.mark.parametrize("case", TURNING, ids=names(TURNING))
def test_the_verdict_on_a_claim_turns_at_its_thresholds(case):
    judge, just = BY_ID[case.claim].judge, 1e-6
    for threshold, lower, higher in case.turns:
        outcomes = [judge(case.world(threshold + step, 0.0), Limits()) for step in (-just, just)]
        assert [outcome.verdict for outcome in outcomes] == [lower, higher], threshold
        assert [outcome.pending for outcome in outcomes] == [None, None]


def test_the_ends_of_a_curve_are_no_points_of_a_region():
    # Half of a gain of 10 +- 4 bit lies within the error, at either end of the curve; at the points between them,
    # whose noise goes along, it is missed beyond any error.
    share, noise = np.array([0, 0.5, 0.5, 1]), 4.0
    data = fig12_shape(rates=(4, 4), rate_noise=noise * share, level_noise=noise * share)
    outcome = BY_ID["fig12-regions"].judge(data, Limits())
    assert outcome.shape.fails
    assert outcome.shape.value == pytest.approx(-1.0)


def test_a_curve_is_listed_with_the_largest_error_and_may_have_one_point():
    curve = xr.DataArray(pair([1.0, 12.5, -3.0], [0.02, 0.04, 0.03]), dims=("slots", "draw"))
    assert _listed(curve) == "1.00, 12.50, -3.00 (each ± 0.08)"
    assert _listed(curve[:1]) == "1.00 (each ± 0.04)"
