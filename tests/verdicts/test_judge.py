"""Close calls get more draws, up to a limit, and are not rounded to a verdict."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

from noisac import Readings, run_experiment
from noisac.experiments.paper import sweep_of
from noisac.experiments.sweeps import provenance
from noisac.verdicts import judge as judge_module
from noisac.verdicts.judge import Laboratory, claims, judge
from noisac.verdicts.ledger import Claim
from noisac.verdicts.margins import (
    NOT_REPRODUCED,
    REPRODUCED,
    Estimate,
    Limits,
    Outcome,
    all_of,
    estimates,
)
from noisac.verdicts.records import (
    Record,
)


class FakeRun:
    """Draws of a quantity with a given mean and unit spread, whose mean over the draws is exact."""

    def __init__(self, mean):
        self.mean = mean
        self.calls = []

    def __call__(self, name, draws):
        self.calls.append((name, draws))
        values = self.mean + np.where(np.arange(draws) % 2, 1.0, -1.0)
        return xr.Dataset({"value": ("draw", values)})


def claim_on(*names, number=None):
    def test(data, limits):
        found = [each for name in names for each in estimates(data[name]["value"])]
        shape = all_of(each.above(0.0) for each in found)
        return Outcome(shape, None if number is None else found[0].within(*number), found[0].text())

    return Claim("fig00-test", "V", "It is positive.", "Is it?", "positive", names, test, {REPRODUCED: "It is."})


def test_a_clear_claim_is_judged_with_the_draws_there_are():
    run = FakeRun(1.0)
    record = judge(claim_on("fig08"), Laboratory(run, 100))
    assert (record.verdict, record.draws, record.decided, record.why) == (REPRODUCED, 100, True, "It is.")
    assert run.calls == [("fig08", 100)]


@pytest.mark.parametrize(("mean", "draws"), [(0.3, 200), (0.25, 400), (0.15, 800), (0.11, 1600)])
def test_a_close_call_gets_as_many_draws_as_it_asks_for(mean, draws):
    # 100 draws give a standard error of 0.1: four of them are 0.4.
    run = FakeRun(mean)
    record = judge(claim_on("fig08"), Laboratory(run, 100))
    assert (record.verdict, record.draws, record.decided) == (REPRODUCED, draws, True)
    assert run.calls == [("fig08", 100), ("fig08", draws)]
    assert record.measured.endswith(f"({draws} draws)")


def test_a_margin_that_stays_inside_the_error_counts_as_not_shown():
    run = FakeRun(0.01)
    record = judge(claim_on("fig08"), Laboratory(run, 100))
    assert (record.verdict, record.draws, record.decided) == (NOT_REPRODUCED, 1600, False)
    assert "inside four standard errors" in record.why
    assert judge(claim_on("fig08"), Laboratory(FakeRun(0.3), 100), most_draws=1).decided is False


def test_a_negative_close_call_is_not_rounded_up():
    record = judge(claim_on("fig08"), Laboratory(FakeRun(-0.3), 100))
    assert (record.verdict, record.draws, record.decided) == (NOT_REPRODUCED, 200, True)


def test_an_undecided_number_gets_more_draws_only_if_the_shape_is_there():
    undecided = judge(claim_on("fig08", number=(1.5, 0.75)), Laboratory(FakeRun(1.0), 100))
    assert (undecided.verdict, undecided.draws) == (REPRODUCED, 400)
    refuted = judge(claim_on("fig08", number=(-1.5, 0.75)), Laboratory(FakeRun(-1.0), 100))
    assert (refuted.verdict, refuted.draws) == (NOT_REPRODUCED, 100)


def test_claims_share_what_was_run():
    run = FakeRun(0.25)
    laboratory = Laboratory(run, 100)
    for _ in range(2):
        judge(claim_on("fig08", "fig09"), laboratory)
    assert run.calls == [("fig08", 100), ("fig09", 100), ("fig08", 400), ("fig09", 400)]


def test_data_with_other_parameters_are_not_mixed_with_runs_of_the_defaults():
    run = FakeRun(0.25)
    record = judge(claim_on("fig08"), Laboratory(run, 10, {"fig08": run("fig08", 100)}))
    assert (record.verdict, record.draws, record.decided) == (NOT_REPRODUCED, 100, False)
    assert run.calls == [("fig08", 100)]


def undecided(data, limits):
    return Outcome(Estimate(0.0, 1.0), None, "nothing")


def options_of(draws, **changed):
    return {"draws": draws, "seed": 20221, "jobs": None, "progress": False} | changed


def test_claims_are_run_with_the_defaults_and_with_up_to_16_times_the_draws(only, asked):
    only(dataclasses.replace(claim_on("fig09"), judge=undecided))
    (record,) = claims()
    assert asked == [("fig09", options_of(1000)), ("fig09", options_of(16000))]
    assert (record.draws, record.decided, record.measured) == (16000, False, "nothing (16000 draws)")


def test_claims_pass_on_what_they_are_asked(only, asked):
    only(dataclasses.replace(claim_on("fig09"), judge=undecided))
    claims(draws=1, seed=0, jobs=3, progress=True, most_draws=1)
    claims(draws=5, seed=7, most_draws=2)
    assert asked == [
        ("fig09", options_of(1, seed=0, jobs=3, progress=True)),
        ("fig09", options_of(5, seed=7)),
        ("fig09", options_of(10, seed=7)),
    ]


def test_claims_come_in_their_order_with_thresholds_of_the_scale_asked_for(only, asked):
    seen = []

    def judge_with(data, limits):
        seen.append(limits)
        return Outcome(Estimate(1.0), None, "something")

    first = dataclasses.replace(claim_on(), id="fig00-first", judge=judge_with)
    only(first, dataclasses.replace(first, id="fig00-second"))
    assert [record.id for record in claims()] == ["fig00-first", "fig00-second"]
    claims(scale=2.0)
    assert seen == [Limits()] * 2 + [Limits().scaled(2.0)] * 2
    assert asked == []


def test_given_data_of_the_default_parameters_are_extended_with_their_own_seed(only, asked):
    only(dataclasses.replace(claim_on("fig09"), judge=undecided))
    given = run_experiment("fig09", draws=2, seed=3)
    (record,) = claims(data={"fig09": given}, seed=4, most_draws=2)
    assert asked == [("fig09", options_of(4, seed=3))]
    assert (record.draws, record.decided) == (4, False)


def test_data_of_other_parameters_or_of_no_seed_decide_as_they_are(only, asked):
    only(dataclasses.replace(claim_on("fig09"), judge=undecided))
    default = provenance(sweep_of("fig09"), 2, 3)
    other = provenance(sweep_of("fig09", readings=Readings(symbol_model="complex")), 2, 3)
    without = [{key: value for key, value in default.items() if key != name} for name in ("seed", "parameters")]
    for attributes in (other, *without):
        data = FakeRun(1.0)("fig09", 2).assign_attrs(attributes)
        (record,) = claims(data={"fig09": data}, seed=4, most_draws=2)
        assert (record.draws, record.decided, record.measured) == (2, False, "nothing")
    assert asked == []


def test_experiments_that_are_not_given_are_run(only, asked):
    only(dataclasses.replace(claim_on("fig08", "fig09"), judge=undecided))
    claims(data={"fig09": FakeRun(1.0)("fig09", 2)}, draws=5, seed=4, most_draws=1)
    assert asked == [("fig08", options_of(5, seed=4))]


def test_a_claim_on_two_experiments_gets_more_draws_only_if_both_can():
    run = FakeRun(0.25)
    fixed = Laboratory(run, 100, {"fig08": run("fig08", 100)})
    assert not fixed.can_extend(["fig08", "fig09"])
    assert fixed.can_extend(iter(["fig09", "fig10"]))
    assert not fixed.can_extend([])
    run.calls.clear()
    assert not judge(claim_on("fig08", "fig09"), fixed).decided
    assert run.calls == [("fig09", 100)]


def test_what_was_run_with_more_draws_serves_a_claim_that_asks_for_fewer():
    run = FakeRun(1.0)
    laboratory = Laboratory(run, 10)
    assert laboratory.data(["fig08"], 8)["fig08"].sizes["draw"] == 80
    assert laboratory.data(["fig08"], 4)["fig08"].sizes["draw"] == 80
    assert laboratory.data(["fig08"], 16)["fig08"].sizes["draw"] == 160
    assert laboratory.data(["fig08"], 2)["fig08"].sizes["draw"] == 80
    assert run.calls == [("fig08", 80), ("fig08", 160)]


def test_multiples_are_those_of_the_draws_that_were_given():
    run = FakeRun(1.0)
    laboratory = Laboratory(run, 10, {"fig08": run("fig08", 7)})
    assert laboratory.data(["fig08"], 1)["fig08"].sizes["draw"] == 7
    assert laboratory.data(["fig08"], 4)["fig08"].sizes["draw"] == 28


def test_a_record_takes_everything_from_the_claim_but_what_was_measured():
    claim = Claim("fig00-id", "V, Fig. 0", "It is.", "Is it?", "positive", ("fig08",), claim_on("fig08").judge, {})
    record = judge(claim, Laboratory(FakeRun(1.0), 100))
    assert record == Record(
        id="fig00-id",
        section="V, Fig. 0",
        statement="It is.",
        test="Is it?",
        expected="positive",
        measured="1.0 ± 0.2",
        verdict=REPRODUCED,
        why="Not explained: this is not the outcome that was found with the book's parameters.",
        draws=100,
        decided=True,
    )
    without_data = dataclasses.replace(claim, experiments=(), judge=undecided)
    record = judge(without_data, Laboratory(FakeRun(1.0), 100))
    assert (record.draws, record.decided) == (0, False)
    assert record.why == (
        "With 0 draws the margin is inside four standard errors, so that the claim counts as not shown."
    )


def test_thresholds_may_be_others():
    claim = dataclasses.replace(
        claim_on("fig08"), judge=lambda data, limits: Outcome(Estimate(limits.effect_db), None, str(limits.db))
    )
    assert judge(claim, Laboratory(FakeRun(1.0), 10)).measured == "1.0"
    assert judge(claim, Laboratory(FakeRun(1.0), 10), limits=Limits(db=3.0)).measured == "3.0"


def test_draws_are_added_until_the_most_are_reached():
    # Each look at the data leaves the margin at 2 standard errors, for which four times the draws would do.
    claim = dataclasses.replace(
        claim_on("fig08"), judge=lambda data, limits: Outcome(Estimate(2.0, 1.0), None, "close")
    )
    for most, counts in ((1, [10]), (3, [10, 30]), (16, [10, 40, 160]), (20, [10, 40, 160, 200])):
        run = FakeRun(1.0)
        record = judge(claim, Laboratory(run, 10), most_draws=most)
        assert [count for _, count in run.calls] == counts
        assert (record.draws, record.measured) == (
            counts[-1],
            "close" if most == 1 else f"close ({counts[-1]} draws)",
        )


@pytest.mark.parametrize(
    ("score", "wanted"), [(3.99, 2), (2.9, 2), (2.8, 4), (2.1, 4), (1.9, 8), (1.1, 16), (-3.9, 2), (-1.9, 8)]
)
def test_draws_grow_by_the_power_of_two_that_brings_four_standard_errors(score, wanted):
    # Errors fall with the root of the draws: 2 for a score of 4 / 2**(1/2) = 2.83 and more, 4 for 2 and more.
    assert judge_module._wanted(Outcome(Estimate(score, 1.0), None, "")) == wanted


@pytest.mark.parametrize("value", [0.0, np.nan, 1e-9])
def test_a_margin_of_nothing_asks_for_finitely_many_draws(value):
    # As for a thousandth of a standard error: (4 / 0.001)^2 is 2^23.9.
    assert judge_module._wanted(Outcome(Estimate(value, 1.0), None, "")) == 2**24
