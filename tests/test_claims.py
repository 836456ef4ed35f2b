"""The ledger of claims: verdicts can come out either way, close calls get more draws, the record is compared."""

import argparse
import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from noisac import Readings, run_experiment
from noisac.bounds.closed_form import crlb, mutual_information, weighted_logarithms
from noisac.cli import claims as claims_command
from noisac.cli.claims import add_command
from noisac.experiments.paper import EXPERIMENTS, NOISAC, PILOTS, TDISAC, sweep_of
from noisac.experiments.sweeps import provenance
from noisac.verdicts import exact
from noisac.verdicts import judge as judge_module
from noisac.verdicts.judge import Laboratory, claims, judge
from noisac.verdicts.ledger import CLAIMS, Claim
from noisac.verdicts.margins import (
    NOT_REPRODUCED,
    REPRODUCED,
    SHAPE_ONLY,
    Estimate,
    Limits,
    Outcome,
    all_of,
    estimates,
)
from noisac.verdicts.records import (
    VERDICTS,
    Record,
    count_verdicts,
    differences,
    format_ledger,
    ledger_html,
    recorded_verdicts,
    verdict_table_html,
)

RECORD = Path(__file__).parent.parent / "book" / "claims.ipynb"
MEASURED = [claim for claim in CLAIMS if claim.experiments]
EXACT = [claim for claim in CLAIMS if not claim.experiments]
NUMBERED = [
    "fig04-twice-worse",
    "fig04-seven-bits",
    "fig12-0db",
    "fig12-5db",
    "fig13-compensation",
    "fig14-rate-range",
    "fig14-angles-range",
    "fig14-rate-range-9",
    "fig14-rate-range-25",
    "fig14-angles-range-9",
    "fig14-angles-range-25",
]

# --- Worlds: data made up so that all claims hold, so that none does, and so that the numbers alone are wrong --


def dataset(name, draws, noise=1e-3, **variables):
    """An experiment's dataset from functions of its coordinates: rates in bits, bounds in dB."""
    grid = EXPERIMENTS[name].grid
    rng = np.random.default_rng(5)
    data = xr.Dataset(coords={dim: list(values) for dim, values in grid.items()}, attrs={"experiment": name})
    for variable, function in variables.items():
        points = [function(**dict(zip(grid, point, strict=True))) for point in itertools.product(*grid.values())]
        shape = [len(values) for values in grid.values()]
        extra = [3] if variable.startswith("random") else []
        values = np.reshape(points, [*shape, 1, *np.ones(len(extra), int)])
        values = values + noise * rng.standard_normal([*shape, draws, *extra])
        dims = (*grid, "draw", *(["random_beam"] if extra else []))
        data[variable] = (dims, values if variable == "rate" else 10 ** (values / 10))
    return data


def tradeoff(name, draws, dim, rate, db, rate_at=lambda value: 0.0, db_at=lambda value: 0.0):
    """Curves with three regions: most of the rate comes first, most of the angles' loss last."""

    def rate_of(weight, **at):
        return 4.0 + rate_at(at[dim]) + rate(at[dim]) * weight**0.3

    def db_of(weight, **at):
        return db_at(at[dim]) + db(at[dim]) * weight**3

    return dataset(name, draws, rate=rate_of, angle_crlb=db_of)


def world_of_the_paper(draws=50):
    """Data of which every claim of the paper is true."""

    def by_system(no, other):
        return lambda system, **at: no(**at) if system == NOISAC else other(**at)

    def log_elements(irs_elements, **_):
        return np.log10(irs_elements)

    return {
        "fig04": dataset(
            "fig04",
            draws,
            rate=lambda system, variance: 7.0 + np.log2(variance) / 2,
            angle_crlb=by_system(lambda variance: 10 * np.log10(1 + variance), lambda variance: 0.0),
        ),
        "fig05": dataset(
            "fig05",
            draws,
            angle_crlb=by_system(lambda weight, slots: 6 * (0.1 + weight) / slots, lambda weight, slots: 0.0),
        ),
        "fig06": dataset("fig06", draws, angle_crlb=lambda irs_elements, **_: -20 * np.log10(irs_elements)),
        "fig08": dataset(
            "fig08",
            draws,
            rate=by_system(lambda slots: 7.5, lambda slots: 6.0),
            angle_crlb=by_system(
                lambda slots: 10 * np.log10(1 / slots) + 5 / slots, lambda slots: 10 * np.log10(5 / slots)
            ),
        ),
        "fig09": dataset(
            "fig09",
            draws,
            rate=by_system(lambda snr_db: 6 + 0.16 * snr_db, lambda snr_db: 0.8 * (6 + 0.16 * snr_db)),
            angle_crlb=by_system(lambda snr_db: -snr_db - 6.0, lambda snr_db: -snr_db + 0.0),
        ),
        "fig10": dataset(
            "fig10",
            draws,
            rate=by_system(
                lambda irs_elements: 3 + np.log2(irs_elements), lambda irs_elements: np.log2(irs_elements)
            ),
            angle_crlb=by_system(
                lambda irs_elements: -22 * np.log10(irs_elements) - 6,
                lambda irs_elements: -20 * np.log10(irs_elements),
            ),
        ).assign(
            rate=lambda data: (
                data["rate"]
                + (data["system"] == NOISAC) * xr.apply_ufunc(np.log10, data["irs_elements"]).astype(float)
            )
        ),
        "fig11": dataset(
            "fig11",
            draws,
            rate=lambda weight: 6.5 + weight,
            symbol_crlb=lambda weight: -6 * weight,
            angle_crlb=lambda weight: 4.8 * weight,
            random_symbol_crlb=lambda weight: 20.0,
            random_angle_crlb=lambda weight: 20.0,
        ),
        "fig12": tradeoff("fig12", draws, "snr_db", lambda snr: 2.5, lambda snr: 10.0),
        "fig13": tradeoff(
            "fig13",
            draws,
            "slots",
            lambda slots: 2.5,
            lambda slots: 10.0,
            db_at=lambda slots: -3.5 * np.log2(slots),
        ),
        "fig14": tradeoff(
            "fig14", draws, "irs_elements", {9: 1.0, 16: 2.0, 25: 3.0}.get, {9: 5.7, 16: 10.0, 25: 14.1}.get
        ),
    }


def opposite_world(draws=50):
    """Data of which no claim of the paper is true: systems exchanged, and curves that run the other way."""
    paper = world_of_the_paper(draws)
    turned = {NOISAC: TDISAC, TDISAC: NOISAC, PILOTS: NOISAC}

    def exchange(data):
        names = [turned[str(system)] for system in data["system"].to_numpy()]
        if PILOTS in data["system"]:
            names = [PILOTS, NOISAC]
        return data.assign_coords(system=names).sel(system=data["system"])

    def reverse(data, dim):
        return data.isel({dim: slice(None, None, -1)}).assign_coords({dim: data[dim]})

    variance = paper["fig04"]["variance"]
    return {
        "fig04": exchange(paper["fig04"]).assign(rate=paper["fig04"]["rate"] - 3 - 2 * variance),
        "fig05": reverse(reverse(paper["fig05"], "slots"), "weight"),
        "fig06": reverse(paper["fig06"], "irs_elements"),
        "fig08": exchange(paper["fig08"]).assign(rate=lambda data: data["rate"] + 0.01 * data["slots"]),
        "fig09": exchange(paper["fig09"]),
        "fig10": reverse(paper["fig10"], "irs_elements").assign(
            rate=lambda data: data["rate"] - 20 * (data["system"] == NOISAC),
            angle_crlb=lambda data: data["angle_crlb"] * 10.0 ** (10 * (data["system"] == NOISAC)),
        ),
        "fig11": reverse(paper["fig11"], "weight").assign(
            random_symbol_crlb=paper["fig11"]["random_symbol_crlb"] / 1e4,
            random_angle_crlb=paper["fig11"]["random_angle_crlb"] / 1e4,
        ),
        "fig12": tradeoff("fig12", draws, "snr_db", lambda snr: 0.0, lambda snr: 0.0),
        "fig13": tradeoff(
            "fig13",
            draws,
            "slots",
            lambda slots: 0.0,
            lambda slots: 0.0,
            rate_at=lambda slots: -0.1 * slots,
            db_at=lambda slots: 3.5 * np.log2(slots),
        ),
        "fig14": tradeoff("fig14", draws, "irs_elements", lambda count: 0.0, lambda count: 0.0),
    }


def world_of_smaller_effects(draws=50):
    """Data with effects of the right kind that are half as large as the paper says."""
    paper = world_of_the_paper(draws)
    fig04 = paper["fig04"].assign(rate=paper["fig04"]["rate"] + 1)
    fig04["angle_crlb"] = 1 + 0.5 * (fig04["angle_crlb"] - 1)
    half = {9: 0.5, 16: 1.0, 25: 1.5}.get, {9: 2.8, 16: 5.0, 25: 7.0}.get
    return {
        "fig04": fig04,
        "fig12": tradeoff("fig12", draws, "snr_db", lambda snr: 0.5, lambda snr: 2.0),
        "fig13": tradeoff(
            "fig13",
            draws,
            "slots",
            lambda slots: 0.6,
            lambda slots: 3.0,
            db_at=lambda slots: -3.5 * np.log2(slots),
        ),
        "fig14": tradeoff("fig14", draws, "irs_elements", *half),
    }


@pytest.fixture(scope="module")
def worlds():
    return {
        REPRODUCED: world_of_the_paper(),
        SHAPE_ONLY: world_of_smaller_effects(),
        NOT_REPRODUCED: opposite_world(),
    }


@pytest.mark.parametrize("claim", MEASURED, ids=lambda claim: claim.id)
@pytest.mark.parametrize("verdict", [REPRODUCED, NOT_REPRODUCED])
def test_a_claim_is_judged_by_the_data(worlds, claim, verdict):
    outcome = claim.judge(worlds[verdict], Limits())
    assert (outcome.verdict, outcome.pending) == (verdict, None), outcome


@pytest.mark.parametrize("name", NUMBERED)
def test_a_smaller_effect_than_the_papers_is_its_shape_only(worlds, name):
    (claim,) = (claim for claim in CLAIMS if claim.id == name)
    outcome = claim.judge(worlds[SHAPE_ONLY], Limits())
    assert (outcome.verdict, outcome.pending) == (SHAPE_ONLY, None), outcome


def test_every_measured_claim_with_a_number_is_in_that_test(worlds):
    numbered = [claim.id for claim in MEASURED if claim.judge(worlds[REPRODUCED], Limits()).number is not None]
    assert numbered == NUMBERED


def test_noise_alone_reproduces_no_claim_of_a_difference():
    # All systems and points the same, with much noise: what still passes are claims that nothing changes.
    data = {name: dataset(name, 30, noise=0.3, **_flat(name)) for name in EXPERIMENTS}
    passed = [claim.id for claim in MEASURED if claim.judge(data, Limits()).verdict != NOT_REPRODUCED]
    assert set(passed) <= {"abstract-close-to-pilots", "fig08-rate-flat", "fig13-rate", "fig04-seven-bits"}


def _flat(name):
    bounds = ["symbol_crlb", "random_symbol_crlb", "random_angle_crlb"] if name == "fig11" else []
    return {"rate": lambda **_: 7.0} | {variable: lambda **_: -50.0 for variable in ["angle_crlb", *bounds]}


# --- Claims that need no data ----------------------------------------------------------------------------------


def verdict_of(name):
    (claim,) = (claim for claim in EXACT if claim.id == name)
    return claim.judge({}, Limits()).verdict


def test_claims_without_data_as_they_are():
    assert {claim.id: verdict_of(claim.id) for claim in EXACT} == {
        "sec1-closed-form": REPRODUCED,
        "thm1-information": REPRODUCED,
        "thm1-prior": SHAPE_ONLY,
        "cor1-information": SHAPE_ONLY,
        "eq37-decoupling": SHAPE_ONLY,
        "eq41-optimal": REPRODUCED,
        "remark1-cost": NOT_REPRODUCED,
    }


def with_larger_bounds(*args, **options):
    bounds = crlb(*args, **options)
    return bounds._replace(symbol=1.01 * bounds.symbol)


def with_too_much_power(scenario):
    return 1.1 * np.sqrt(scenario.transmit_power / scenario.bs_antennas) * np.ones(scenario.bs_antennas)


@pytest.mark.parametrize(
    ("name", "target", "replacement", "verdict"),
    [
        ("sec1-closed-form", "crlb", with_larger_bounds, NOT_REPRODUCED),
        ("sec1-closed-form", "crlb", lambda *_, **__: crlb(*_)._replace(azimuth=np.nan), NOT_REPRODUCED),
        ("thm1-information", "finite_difference_information", lambda s, b, x: np.eye(len(x) + 2), NOT_REPRODUCED),
        ("thm1-prior", "log_prior", lambda symbols, mean, variance: 0.0, REPRODUCED),
        ("thm1-prior", "fisher_information", lambda *_: np.eye(3), NOT_REPRODUCED),
        ("cor1-information", "mutual_information", lambda c, v: 2 * mutual_information(c, v), REPRODUCED),
        ("cor1-information", "mutual_information", lambda c, v: 7.0, NOT_REPRODUCED),
        ("eq37-decoupling", "printed_objective", weighted_logarithms, REPRODUCED),
        (
            "eq37-decoupling",
            "bs_gain",
            lambda scenario, w=None: 1 + abs((w if w is not None else [1])[0]),
            NOT_REPRODUCED,
        ),
        ("eq41-optimal", "matched_bs_beam", with_too_much_power, NOT_REPRODUCED),
        ("remark1-cost", "crlb", with_larger_bounds, REPRODUCED),
    ],
)
def test_a_claim_without_data_can_come_out_otherwise(monkeypatch, name, target, replacement, verdict):
    monkeypatch.setattr(exact, target, replacement)
    assert verdict_of(name) == verdict


# --- More draws where the margin is inside the error -----------------------------------------------------------


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


@pytest.fixture
def only(monkeypatch):
    """Make the given claims the only ones."""
    return lambda *chosen: monkeypatch.setattr(judge_module, "CLAIMS", chosen)


@pytest.fixture
def asked(monkeypatch):
    """What is asked of `run_experiment`, which gives data with the value 0 in place of running anything."""
    calls = []

    def run(name, **options):
        calls.append((name, options))
        return xr.Dataset({"value": ("draw", np.zeros(options["draws"]))})

    monkeypatch.setattr(judge_module, "run_experiment", run)
    return calls


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


# --- The ledger ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured():
    """Real data with few draws."""
    return {name: run_experiment(name, draws=100) for name in EXPERIMENTS}


@pytest.fixture(scope="module")
def records(measured):
    """All claims of real data: the verdicts of those that few draws decide are final."""
    return claims(data=measured, most_draws=1)


def test_the_ledger_is_complete(records):
    assert len(records) >= 30
    assert len({record.id for record in records}) == len(records)
    for record in records:
        assert record.verdict in VERDICTS
        for field in ("id", "section", "statement", "test", "expected", "measured", "why"):
            assert getattr(record, field).strip(), (record.id, field)
        assert (record.draws == 0) == (record.id in {claim.id for claim in EXACT})
    figures = {f"fig{number:02d}" for number in (4, 5, 6, 8, 9, 10, 11, 12, 13, 14)}
    assert figures <= {record.id[:5] for record in records}


def test_every_verdict_that_was_seen_is_explained(records):
    for record in records:
        assert not record.decided or "Not explained" not in record.why, record.id


def test_recorded_verdicts_are_those_computed(records):
    recorded = recorded_verdicts(RECORD)
    assert list(recorded) == [record.id for record in records]
    decided = [record for record in records if record.decided]
    assert len(decided) >= 35
    assert {record.id: record.verdict for record in decided} == {
        record.id: recorded[record.id] for record in decided
    }


def test_records_are_deterministic_and_cannot_be_changed(measured, records):
    assert claims(data=measured, most_draws=1) == records
    with pytest.raises(dataclasses.FrozenInstanceError):
        records[0].verdict = REPRODUCED


def test_the_scale_moves_the_thresholds(worlds, only):
    only(*(claim for claim in CLAIMS if claim.id in ("fig08-rate-better", "fig14-rate-range")))
    world = worlds[REPRODUCED]
    assert [record.verdict for record in claims(data=world)] == [REPRODUCED, REPRODUCED]
    assert [record.verdict for record in claims(data=world, scale=0.5)] == [REPRODUCED, REPRODUCED]
    assert [record.verdict for record in claims(data=world, scale=200.0)] == [NOT_REPRODUCED, NOT_REPRODUCED]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws must be an integer of at least 1"),
        ({"seed": -1}, "seed must be an integer of at least 0"),
        ({"most_draws": 0}, "most_draws must be an integer of at least 1"),
        ({"scale": 0.0}, "scale must be a finite positive number"),
        ({"data": {"fig99": xr.Dataset()}}, "data must be one of 'fig04'"),
        ({"data": {"fig08": xr.Dataset(attrs={"experiment": "fig09"})}}, "fig08"),
    ],
)
def test_claims_refuses_what_makes_no_sense(only, options, message):
    only()  # so that nothing is run if it does not
    with pytest.raises(ValueError, match=message):
        claims(**options)


# --- The command -----------------------------------------------------------------------------------------------


def record_of(name, verdict):
    return Record(name, "V, Fig. 0", "It holds.", "Look.", "yes", "yes & <no>", verdict, "So.", 10, True)


FAKE = tuple(record_of(f"fig0{i}-claim", verdict) for i, verdict in enumerate(VERDICTS))


def notebook_of(records):
    """A notebook that has printed the ledger, in pieces as a kernel may cut it."""
    text = format_ledger(records)
    pieces = [text[:40], text[40:]]
    cells = [
        {"cell_type": "markdown", "source": ["fig00-claim  not reproduced"]},
        {"cell_type": "code", "outputs": [{"output_type": "stream", "name": "stdout", "text": pieces}]},
        {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {"text/plain": "'29'"}}]},
    ]
    return {"cells": cells, "nbformat": 4}


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    """Run the command on made-up records against a stored text; returns exit code, output and errors."""
    monkeypatch.setattr(claims_command, "claims", lambda **_: FAKE)

    def run(stored, *options):
        path = tmp_path / "claims.ipynb"
        if stored is not None:
            path.write_text(stored if isinstance(stored, str) else json.dumps(stored), encoding="utf-8")
        parser = argparse.ArgumentParser()
        add_command(parser.add_subparsers(required=True))
        arguments = parser.parse_args(["claims", "--recorded", str(path), *options])
        code = arguments.run(arguments)
        return code, *capsys.readouterr()

    return run


def test_the_command_agrees_with_its_record(command):
    code, out, err = command(notebook_of(FAKE))
    assert (code, err) == (0, "")
    assert format_ledger(FAKE) in out
    assert "3 claims: 1 reproduced, 1 shape only, 1 not reproduced" in out
    assert "all verdicts are those recorded" in out


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        (
            [*FAKE[:2], record_of(FAKE[2].id, REPRODUCED)],
            "fig02-claim: not reproduced, but recorded as reproduced",
        ),
        (FAKE[:2], "fig02-claim: not reproduced, but not recorded"),
        (
            [*FAKE, record_of("fig03-old", SHAPE_ONLY)],
            "fig03-old: recorded as shape only, but no longer in the ledger",
        ),
    ],
)
def test_the_command_notices_a_different_record(command, recorded, message):
    code, out, _ = command(notebook_of(recorded))
    assert code == 1
    assert "1 verdicts differ" in out
    assert message in out


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (None, "No such file"),
        ("not json", "Expecting value"),
        ("[1, 2]", "not a notebook"),
        ('{"cells": 3}', "not a notebook"),
        ({"cells": []}, "execute it first"),
        ({"cells": [{"cell_type": "code", "outputs": []}]}, "execute it first"),
    ],
)
def test_the_command_says_when_there_is_nothing_to_compare_with(command, stored, message):
    code, out, err = command(stored)
    assert code == 2
    assert message in err
    assert "--recorded" in err
    assert format_ledger(FAKE) in out  # the ledger is printed nevertheless


def test_contradicting_records_are_none(command):
    both = notebook_of(FAKE)
    both["cells"] += notebook_of([record_of(FAKE[0].id, NOT_REPRODUCED)])["cells"]
    code, _, err = command(both)
    assert code == 2
    assert "two verdicts on fig00-claim" in err


@pytest.mark.parametrize("options", [["--draws", "0"], ["--seed", "-1"], ["--jobs", "0"], ["--draws", "many"]])
def test_the_command_refuses_arguments_that_make_no_sense(command, options):
    with pytest.raises(SystemExit) as exit_:
        command(notebook_of(FAKE), *options)
    assert exit_.value.code == 2


def test_the_command_asks_for_what_was_typed(monkeypatch, tmp_path, capsys):
    asked = []

    def run(**options):
        asked.append(options)
        return FAKE

    monkeypatch.setattr(claims_command, "claims", run)
    parser = argparse.ArgumentParser()
    add_command(parser.add_subparsers())
    path = tmp_path / "claims.ipynb"
    path.write_text(json.dumps(notebook_of(FAKE)), encoding="utf-8")
    for typed in (
        ["--recorded", str(path)],
        ["--recorded", str(path), "--draws", "1", "--seed", "0", "--jobs", "-1"],
    ):
        arguments = parser.parse_args(["claims", *typed])
        assert arguments.run(arguments) == 0
    assert asked == [
        {"draws": 1000, "seed": 20221, "jobs": None, "progress": True},
        {"draws": 1, "seed": 0, "jobs": -1, "progress": True},
    ]
    assert capsys.readouterr().out == 2 * f"{format_ledger(FAKE)}\n\nall verdicts are those recorded in {path}\n"
    assert parser.parse_args(["claims"]).recorded == Path("book/claims.ipynb")
    assert parser.parse_args(["claims", "--recorded", "other.ipynb"]).recorded == Path("other.ipynb")
    assert parser.parse_args(["claims"]).parser.prog.endswith("claims")


def test_the_help_of_the_command_names_its_options_and_their_defaults(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    parser = argparse.ArgumentParser(prog="noisac")
    add_command(parser.add_subparsers())
    assert " claims    test every claim of the paper\n" in parser.format_help()
    with pytest.raises(SystemExit):
        parser.parse_args(["claims", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.startswith(
        "usage: noisac claims [-h] [--draws DRAWS] [--seed SEED] [--jobs JOBS] [--recorded PATH] Print every "
        "claim of the paper with its verdict, and compare the verdicts with those that the book has stored. "
        "Exit code 1 if any differs or is missing on either side, 2 without a record."
    )
    assert shown.endswith(
        "--draws DRAWS draws a point; default: 1000 --seed SEED of all draws; default: 20221 --jobs JOBS "
        "processes, -1 for one per core; default: 1 --recorded PATH executed notebook; default: book/claims.ipynb"
    )


def test_what_the_command_prints_about_differences(command, tmp_path):
    code, out, err = command(notebook_of([record_of("fig09-gone", REPRODUCED), *FAKE[:2]]))
    assert (code, err) == (1, "")
    assert (
        out
        == f"""\
{format_ledger(FAKE)}

2 verdicts differ from those recorded in {tmp_path / "claims.ipynb"}:
  fig02-claim: not reproduced, but not recorded
  fig09-gone: recorded as reproduced, but no longer in the ledger
"""
    )


def test_what_the_command_prints_without_a_record(command, tmp_path):
    code, out, err = command(None)
    assert (code, out) == (2, f"{format_ledger(FAKE)}\n")
    assert err == (
        f"noisac: cannot read verdicts from {tmp_path / 'claims.ipynb'}: No such file or directory\n"
        "noisac: nothing to compare with; --recorded names an executed claims.ipynb\n"
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["--draws", "0"], "argument --draws: draws must be an integer of at least 1, got 0"),
        (["--seed", "-1"], "argument --seed: seed must be an integer of at least 0, got -1"),
        (["--jobs", "0"], "argument --jobs: jobs must be a number of processes, or -1 for one per core, got 0"),
        (
            ["--jobs", "two"],
            "argument --jobs: jobs must be a number of processes, or -1 for one per core, got 'two'",
        ),
    ],
)
def test_the_command_says_what_is_wrong_with_an_argument(command, capsys, typed, message):
    with pytest.raises(SystemExit):
        command(notebook_of(FAKE), *typed)
    assert message in capsys.readouterr().err


def test_a_record_is_read_from_printed_and_from_displayed_text(tmp_path):
    path = tmp_path / "claims.ipynb"
    outputs = [
        {"text": "fig00-first  reproduced\n"},
        {"text": ["fig00-second  shape", " only\nfig00-third   not reproduced  \n"]},
        {"data": {"text/plain": "fig00-fourth  shape only"}},
        {"data": {"text/plain": ["fig00-fifth  ", "reproduced"]}},
        {"data": {"image/png": "fig00-sixth  reproduced"}},
        {"text": "fig00-seventh  reproduced, or nearly\n  fig00-eighth  reproduced\nsingle  reproduced\n"},
        {"text": "Fig00-ninth  reproduced\nfig00-tenth  REPRODUCED\nfig00-first  reproduced\n"},
    ]
    cells = [{"source": "fig00-text  reproduced"}, {"outputs": outputs[:3]}, {"outputs": outputs[3:]}]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    for name in (path, str(path)):
        assert recorded_verdicts(name) == {
            "fig00-first": REPRODUCED,
            "fig00-second": SHAPE_ONLY,
            "fig00-third": NOT_REPRODUCED,
            "fig00-fourth": SHAPE_ONLY,
            "fig00-fifth": REPRODUCED,
        }


def test_differences_are_named_one_by_one():
    recorded = {"fig00-claim": REPRODUCED, "fig01-claim": REPRODUCED, "fig09-old": SHAPE_ONLY}
    assert differences(FAKE, recorded) == [
        "fig01-claim: shape only, but recorded as reproduced",
        "fig02-claim: not reproduced, but not recorded",
        "fig09-old: recorded as shape only, but no longer in the ledger",
    ]


def test_the_stored_book_is_a_record(monkeypatch):
    monkeypatch.chdir(RECORD.parent.parent)
    recorded = recorded_verdicts()
    assert recorded == recorded_verdicts(RECORD)
    assert list(recorded) == [claim.id for claim in CLAIMS]
    assert set(recorded.values()) <= set(VERDICTS)


def test_doctoring_the_stored_book_is_noticed(command, tmp_path, monkeypatch):
    recorded = recorded_verdicts(RECORD)
    real = tuple(record_of(name, verdict) for name, verdict in recorded.items())
    monkeypatch.setattr(claims_command, "claims", lambda **_: real)
    text = RECORD.read_text(encoding="utf-8")
    assert command(text)[0] == 0
    name = next(name for name, verdict in recorded.items() if verdict == REPRODUCED)
    notebook = json.loads(text)
    streams = [output for cell in notebook["cells"] for output in cell.get("outputs", []) if "text" in output]
    for output in streams:
        output["text"] = [
            line.replace(REPRODUCED, SHAPE_ONLY) if line.startswith(f"{name} ") else line
            for line in "".join(output["text"]).splitlines(keepends=True)
        ]
    code, out, _ = command(notebook)
    assert code == 1
    assert f"{name}: reproduced, but recorded as shape only" in out


# --- Texts -----------------------------------------------------------------------------------------------------


def test_the_table_is_narrow_and_can_be_read_back(records, tmp_path):
    text = format_ledger(records)
    assert max(map(len, text.splitlines())) <= 72
    path = tmp_path / "claims.ipynb"
    path.write_text(json.dumps(notebook_of(records)), encoding="utf-8")
    assert recorded_verdicts(path) == {record.id: record.verdict for record in records}
    assert differences(records, recorded_verdicts(path)) == []
    assert sum(count_verdicts(records).values()) == len(records)


ROWS = (
    Record(
        "abstract-more", "Abstract", "A > B.", "Is A?", "more", "1.0 ± 0.1 dB", REPRODUCED, "So & so.", 10, True
    ),
    Record(
        id="fig04-wrapped",
        section="V",
        statement="It holds.",
        test="Look.",
        expected="as many words as it takes to fill one line up to its end, at L = 4",
        measured="as many words again, so that the line ends within a number: 12.5 ± 0.1 dB",
        verdict=SHAPE_ONLY,
        why="Because.",
        draws=10,
        decided=True,
    ),
    Record("fig10-not", "V", "C.", "D", "e", "f", NOT_REPRODUCED, "G.", 10, True),
    Record("eq41-exact", "IV", "C.", "D", "e", "f", REPRODUCED, "G.", 0, True),
    Record("fig04-second", "V", "C.", "D", "e", "f", NOT_REPRODUCED, "G.", 10, True),
)


def test_the_table_as_it_is_printed():
    # Lines are not broken within "L = 4" or "12.5 ± 0.1".
    assert (
        format_ledger(ROWS)
        == """\
abstract-more  reproduced
    Abstract; expected: more
    measured: 1.0 ± 0.1 dB
fig04-wrapped  shape only
    V; expected: as many words as it takes to fill one line up to its
        end, at L = 4
    measured: as many words again, so that the line ends within a
        number: 12.5 ± 0.1 dB
fig10-not      not reproduced
    V; expected: e
    measured: f
eq41-exact     reproduced
    IV; expected: e
    measured: f
fig04-second   not reproduced
    V; expected: e
    measured: f

5 claims: 2 reproduced, 1 shape only, 2 not reproduced"""
    )
    assert format_ledger([]) == "\n0 claims: 0 reproduced, 0 shape only, 0 not reproduced"


def test_lines_are_filled_up_to_72_characters():
    def detail(measured):
        return format_ledger([dataclasses.replace(ROWS[0], measured=measured)]).splitlines()[2:-2]

    full, more = f"{'x' * 48} yy = 5678", f"{'x' * 48} yyy = 5678"
    assert detail(full) == [f"    measured: {full}"]
    assert len(detail(full)[0]) == 72
    assert len(detail(more)) == 2


@pytest.mark.parametrize("words", ["T = 30", "1.5 ± 0.1"])
def test_no_line_is_broken_at_a_sign(words):
    for filling in range(40, 72):
        text = format_ledger([dataclasses.replace(ROWS[0], measured=f"{'x' * filling} {words} end")])
        assert words in text


def test_the_html_as_it_is_shown():
    assert (
        ledger_html(ROWS[::2])
        == """\
<p><strong>Abstract</strong></p>
<dl>
<dt>A &gt; B. <em>● reproduced</em> <code>abstract-more</code></dt>
<dd>Test: Is A?</dd>
<dd>Expected: more</dd>
<dd>Measured: 1.0 ± 0.1 dB</dd>
<dd>Why: So &amp; so.</dd>
</dl>
<p><strong>V</strong></p>
<dl>
<dt>C. <em>○ not reproduced</em> <code>fig10-not</code></dt>
<dd>Test: D</dd>
<dd>Expected: e</dd>
<dd>Measured: f</dd>
<dd>Why: G.</dd>
<dt>C. <em>○ not reproduced</em> <code>fig04-second</code></dt>
<dd>Test: D</dd>
<dd>Expected: e</dd>
<dd>Measured: f</dd>
<dd>Why: G.</dd>
</dl>"""
    )
    assert "<em>◐ shape only</em>" in ledger_html(ROWS)
    section = dataclasses.replace(ROWS[0], section="I & II")
    assert "<strong>I &amp; II</strong>" in ledger_html([section])


def test_verdicts_are_counted_part_by_part():
    assert (
        verdict_table_html(ROWS)
        == """\
<table class="table">
<tr><th></th><th>reproduced</th><th>shape only</th><th>not reproduced</th></tr>
<tr><th>Abstract</th><td>1</td><td>·</td><td>·</td></tr>
<tr><th>Fig. 4</th><td>·</td><td>1</td><td>1</td></tr>
<tr><th>Fig. 10</th><td>·</td><td>·</td><td>1</td></tr>
<tr><th>Theory, Sections I to IV</th><td>1</td><td>·</td><td>·</td></tr>
<tr><th>All</th><td>2</td><td>1</td><td>2</td></tr>
</table>"""
    )


def test_the_html_is_escaped_and_holds_every_claim(records):
    text = ledger_html(FAKE)
    assert "yes &amp; &lt;no&gt;" in text
    assert text.count("<dt>") == len(FAKE)
    assert ledger_html(records).count("<dt>") == len(records)
