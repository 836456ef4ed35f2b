"""Thresholds, outcomes and verdicts."""

import pytest

from noisac.verdicts.margins import Estimate, Limits, Outcome


def test_all_thresholds_scale_together():
    assert Limits().scaled(2.0) == Limits(0.1, 0.02, 1.0, 0.2, 0.1, 0.2, 0.3, 0.5, 2.0)
    assert Limits().scaled(1.0) == Limits()


SURE, REFUTED, OPEN = Estimate(9.0, 1.0), Estimate(-9.0, 1.0), Estimate(1.0, 1.0)


@pytest.mark.parametrize(
    ("shape", "number", "verdict", "pending"),
    [
        (SURE, None, "reproduced", None),
        (SURE, SURE, "reproduced", None),
        (SURE, REFUTED, "shape only", None),
        (SURE, OPEN, "shape only", OPEN),
        (REFUTED, None, "not reproduced", None),
        (REFUTED, SURE, "not reproduced", None),
        (REFUTED, OPEN, "not reproduced", None),
        (OPEN, None, "not reproduced", OPEN),
        (OPEN, SURE, "not reproduced", OPEN),
    ],
)
def test_a_verdict_needs_the_shape_first_and_counts_nothing_undecided(shape, number, verdict, pending):
    outcome = Outcome(shape, number, "")
    assert (outcome.verdict, outcome.pending) == (verdict, pending)
