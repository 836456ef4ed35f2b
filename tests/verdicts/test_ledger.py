"""The ledger: exact tests come out both ways, records, facts, fragile thresholds, and the recorded verdicts."""

import dataclasses
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from noisac.bounds.closed_form import crlb, mutual_information, weighted_logarithms
from noisac.experiments.paper import EXPERIMENTS, run_experiment
from noisac.model.arrays import steering_vector
from noisac.verdicts import (
    CLAIM_DRAWS,
    VERDICTS,
    Limits,
    Record,
    claims,
    count_outcomes,
    count_verdicts,
    exact,
    judge,
    judge_data,
    recorded_verdicts,
)
from noisac.verdicts.errata import Multiplications
from noisac.verdicts.ledger import CLAIMS, FACTS
from noisac.verdicts.margins import (
    NOT_REPRODUCED,
    REPRODUCED,
    SHAPE_ONLY,
    UNDECIDED,
    Claim,
    Estimate,
    Outcome,
)
from noisac_book.claims import fragile
from tests.verdicts.claim_worlds import PAPER, world

EXACT = {claim.id: claim for claim in CLAIMS if not claim.experiments}
BOOK = Path(__file__).parents[2] / "book"

# --- Claims that need no data ----------------------------------------------------------------------------------


def outcome_of_claim(name):
    return EXACT[name].judge({}, Limits())


def test_claims_without_data_as_they_are():
    assert {name: outcome_of_claim(name).verdict for name in EXACT} == {
        "sec1-closed-form": SHAPE_ONLY,
        "sec2-position": REPRODUCED,
        "thm1-derivatives": REPRODUCED,
        "thm1-expectation": NOT_REPRODUCED,
        "thm1-prior": SHAPE_ONLY,
        "eq4-channel": NOT_REPRODUCED,
        "cor1-information": SHAPE_ONLY,
        "eq37-decoupling": SHAPE_ONLY,
        "eq41-optimal": REPRODUCED,
        "eq44-distribution": NOT_REPRODUCED,
        "alg1-converges": REPRODUCED,
        "remark1-cost": REPRODUCED,
    }


def with_larger_bounds(*args, **options):
    bounds = crlb(*args, **options)
    return bounds._replace(symbol=1.01 * bounds.symbol)


def with_too_much_power(scenario):
    return 1.1 * np.sqrt(scenario.transmit_power / scenario.bs_antennas) * np.ones(scenario.bs_antennas)


def departure_as_arrival(shape, spacing, elevation, azimuth):
    """Angles of departure under which (4) is (58): those of arrival."""
    turned = azimuth > math.pi / 2
    return steering_vector(shape, spacing, -elevation if turned else elevation, azimuth - turned * math.pi)


def without_end(*args, **options):
    found = cross_entropy_once(*args, **options)
    return dataclasses.replace(found, converged=found.converged & (np.arange(200) > 0))


cross_entropy_once = exact.cross_entropy


def growing_as(elements, slots):
    return lambda scenario, count: Multiplications(1, scenario.irs_elements**elements * count**slots, 1, 1)


@pytest.mark.parametrize(
    ("name", "target", "replacement", "verdict"),
    [
        ("sec1-closed-form", "crlb", with_larger_bounds, NOT_REPRODUCED),
        ("sec1-closed-form", "crlb", lambda *_, **__: crlb(*_)._replace(azimuth=np.nan), NOT_REPRODUCED),
        ("sec2-position", "intersect_lines", lambda anchors, angles: np.zeros(3), NOT_REPRODUCED),
        ("thm1-derivatives", "finite_difference_information", lambda s, b, x: np.eye(len(x) + 2), NOT_REPRODUCED),
        (
            "thm1-expectation",
            "expected_information",
            lambda scenario, beam, slots, variance: exact.fisher_information(
                scenario, beam, _symbols(slots, beam)
            ),
            REPRODUCED,
        ),
        ("thm1-prior", "log_prior", lambda symbols, mean, variance: 0.0, REPRODUCED),
        ("thm1-prior", "fisher_information", lambda *_: np.eye(3), NOT_REPRODUCED),
        ("eq4-channel", "steering_vector", departure_as_arrival, REPRODUCED),
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
        ("eq44-distribution", "printed_candidate_factors", np.asarray, REPRODUCED),
        ("alg1-converges", "cross_entropy", without_end, NOT_REPRODUCED),
        ("remark1-cost", "multiplications", growing_as(4, 1), NOT_REPRODUCED),
        ("remark1-cost", "multiplications", growing_as(3, 2), NOT_REPRODUCED),
        ("remark1-cost", "multiplications", growing_as(3, 1), REPRODUCED),
    ],
)
def test_a_claim_without_data_can_come_out_otherwise(monkeypatch, name, target, replacement, verdict):
    monkeypatch.setattr(exact, target, replacement)
    assert outcome_of_claim(name).verdict == verdict


def _symbols(slots, beam):
    (found,) = (x for _, b, x in exact._cases() if b is beam)
    assert len(found) == slots
    return found


def test_a_closed_form_without_growing_inverses_would_be_one(monkeypatch):
    dense = exact.fisher_information
    short = lambda s, b, x: dense(s, b, x) if s.irs_shape != (4, 4) else np.eye(2)  # noqa: E731
    monkeypatch.setattr(exact, "fisher_information", short)
    assert all(scenario.irs_shape != (4, 4) for scenario, _, _ in exact._cases())
    assert outcome_of_claim("sec1-closed-form").verdict == REPRODUCED


def test_the_cases_on_which_computations_are_compared_have_many_shapes():
    cases = exact._cases()
    assert len(cases) == 20
    assert len({scenario.irs_shape for scenario, _, _ in cases}) > 8
    assert len({scenario.user_shape for scenario, _, _ in cases}) > 5
    assert {len(symbols) for _, _, symbols in cases} == {2, 3, 4, 5, 6, 8}
    assert exact._cases() is cases


def test_equality_is_that_of_the_largest_deviation():
    assert exact._equal([0.0, 0.9e-6], "it").verdict == REPRODUCED
    assert exact._equal([0.0, 1.1e-6], "it").verdict == NOT_REPRODUCED
    assert exact._equal([0.0, np.nan], "it").verdict == NOT_REPRODUCED


def test_the_prior_tells_2_over_the_variance_and_the_rate_doubles():
    assert outcome_of_claim("thm1-prior").measured.startswith("2.00 per symbol")
    assert "gives 2.00 times (32)" in outcome_of_claim("cor1-information").measured


@pytest.mark.parametrize(("growth", "verdict"), [(0.0100, SHAPE_ONLY), (0.0102, NOT_REPRODUCED)])
def test_a_multiple_is_fixed_if_it_spreads_by_less_than_a_hundredth(monkeypatch, growth, verdict):
    def slightly_off(bound, variance):
        factor = 1 + growth * 0.99 * (bound == 1e-2)
        return mutual_information(bound, variance) / factor

    monkeypatch.setattr(exact, "mutual_information", slightly_off)
    assert outcome_of_claim("cor1-information").verdict == verdict


# --- Records ---------------------------------------------------------------------------------------------------


def claim_of(value, error=1.0, **changes):
    judge_it = lambda data, limits: Outcome(Estimate(value, error), None, "5.0")  # noqa: E731
    claim = Claim("fig08-test", "V", "all slots", REPRODUCED, judge_it, "It is.", "Above {share}?", "yes", "So.")
    return dataclasses.replace(claim, **changes)


def test_a_record_takes_everything_from_the_claim_but_what_was_measured():
    data = world({"fig08": PAPER["fig08"]}, draws=7)
    (record,) = judge_data(data, ledger=[claim_of(5.0)])
    assert record == Record(
        id="fig08-test",
        section="V",
        fact="all slots",
        statement="It is.",
        test="Above 0.1?",
        expected="yes",
        measured="5.0",
        verdict=REPRODUCED,
        why=f"{FACTS['all slots']} So.",
        draws=7,
    )
    (other,) = judge_data(data, Limits(share=0.3), [claim_of(-5.0)])
    assert (other.test, other.verdict) == ("Above 0.3?", NOT_REPRODUCED)
    assert other.why.startswith("Not explained")
    (open_,) = judge_data(data, ledger=[claim_of(3.9)])
    assert (open_.verdict, open_.why) == (UNDECIDED, "With 7 draws the margin lies within four standard errors.")


@pytest.mark.parametrize(
    ("shape", "number", "verdict"),
    [
        (5, None, REPRODUCED),
        (-5, None, NOT_REPRODUCED),
        (3, None, UNDECIDED),
        (5, 5, REPRODUCED),
        (5, -5, SHAPE_ONLY),
        (5, 3, UNDECIDED),
        (-5, 3, NOT_REPRODUCED),
        (-3, 5, UNDECIDED),
    ],
)
def test_a_verdict_needs_the_shape_first_and_counts_nothing_undecided(shape, number, verdict):
    found = Outcome(Estimate(shape, 1.0), None if number is None else Estimate(number, 1.0), "")
    assert found.verdict == verdict


def test_only_claims_whose_experiments_are_there_are_judged():
    data = world({"fig09": PAPER["fig09"]}, draws=5)
    assert {record.id for record in judge_data(data) if record.draws} == {
        "fig09-rate-better",
        "fig09-angles-better",
        "fig09-rate-gap",
        "fig09-gap-cause",
    }


@pytest.fixture(scope="module")
def paper():
    return world(PAPER)


def test_records_are_complete_deterministic_and_cannot_be_changed(paper):
    records = claims(data=paper)
    few = {"fig09": paper["fig09"]}
    assert judge_data(few) == judge_data(few)
    assert [record.id for record in records] == [claim.id for claim in CLAIMS]
    for record in records:
        assert record.verdict in VERDICTS
        assert all(str(value).strip() for value in dataclasses.astuple(record)), record.id
        assert "{" not in record.test
    with pytest.raises(dataclasses.FrozenInstanceError):
        records[0].verdict = REPRODUCED


def test_experiments_that_are_not_given_are_run_as_asked(monkeypatch, paper):
    asked = []

    def run(name, **options):
        asked.append((name, options))
        return paper[name]

    monkeypatch.setattr(judge, "judge_data", lambda data: ())
    monkeypatch.setattr(judge, "run_experiment", run)
    claims(
        draws=5, seed=4, jobs=2, progress=True, data={name: paper[name] for name in EXPERIMENTS if name != "fig09"}
    )
    assert asked == [("fig09", {"draws": 5, "seed": 4, "jobs": 2, "progress": True})]
    asked.clear()
    claims()
    assert [name for name, _ in asked] == list(EXPERIMENTS)
    assert asked[0][1]["draws"] == CLAIM_DRAWS


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws must be an integer of at least 1"),
        ({"seed": -1}, "seed must be an integer of at least 0"),
        ({"data": {"fig99": xr.Dataset()}}, "data must be one of 'fig04'"),
        ({"data": {"fig08": xr.Dataset(attrs={"experiment": "fig09", "seed": 1})}}, "fig08"),
        ({"data": {"fig08": xr.Dataset(attrs={"experiment": "fig08"})}}, "run_experiment"),
    ],
)
def test_claims_refuses_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        claims(**options)


def test_verdicts_turn_one_threshold_at_a_time(paper):
    data = {name: paper[name] for name in ("fig08", "fig13")}
    turned = fragile(data, factors=(0.5, 2.0, 40.0))
    assert len(turned) == 3 * len(dataclasses.fields(Limits))
    assert turned["much_db", 2.0] == {"fig13-angles": NOT_REPRODUCED}  # 5.2 dB where 3 are asked for, and then 6
    assert turned["effect_bits", 2.0] == {}
    assert "fig08-advantage-with-slots" in turned["effect_db", 40.0]  # 0.9 dB
    assert "fig08-rate-better" not in turned["effect_db", 40.0]


# --- Verdicts of real data -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def records():
    """All claims of real data: the verdicts of those that few draws decide are final."""
    return claims(data={name: run_experiment(name, draws=40) for name in EXPERIMENTS})


def test_recorded_verdicts_are_those_computed(records):
    recorded = recorded_verdicts()
    assert list(recorded) == [record.id for record in records]
    decided = {record.id: record.verdict for record in records if record.verdict != UNDECIDED}
    assert len(decided) >= 35
    assert decided == {name: recorded[name] for name in decided}
    assert UNDECIDED not in recorded.values()


def test_every_verdict_that_was_seen_is_explained(records):
    recorded = recorded_verdicts()
    assert {claim.id: claim.found for claim in CLAIMS} == recorded
    assert all("Not explained" not in record.why for record in records)


def record_of(claim, verdict):
    return Record(claim.id, "", claim.fact, "", "", "", "", verdict, "", 0)


def test_the_readme_counts_what_is_recorded():
    kept = [record_of(claim, recorded_verdicts()[claim.id]) for claim in CLAIMS]
    (start, *_), counts = count_outcomes(kept).values(), count_verdicts(kept)
    text = (BOOK.parent / "README.md").read_text(encoding="utf-8")
    assert f"{len(FACTS)} facts decide {len(kept)} statements of the paper: {start} facts hold" in text
    assert f"{counts[REPRODUCED]} are reproduced,\n{counts[SHAPE_ONLY]} in shape only" in text
    assert f"and {counts[NOT_REPRODUCED]} are not reproduced" in text


def test_the_chapter_prints_the_recorded_verdicts():
    notebook = json.loads((BOOK / "claims.ipynb").read_text(encoding="utf-8"))
    texts = ["".join(o.get("text", "")) for cell in notebook["cells"] for o in cell.get("outputs", [])]
    rows = re.findall(rf"^([a-z0-9-]+) +({'|'.join(VERDICTS)})$", "\n".join(texts), re.MULTILINE)
    assert dict(rows) == recorded_verdicts()
