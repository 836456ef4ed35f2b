"""The ledger: verdicts can come out either way, in worlds made up for it and in the book's record."""

import dataclasses
import itertools

import numpy as np
import pytest
import xarray as xr

from noisac.bounds.closed_form import crlb, mutual_information, weighted_logarithms
from noisac.experiments.paper import EXPERIMENTS, NOISAC, PILOTS, TDISAC
from noisac.verdicts import exact
from noisac.verdicts.judge import claims
from noisac.verdicts.ledger import CLAIMS
from noisac.verdicts.margins import (
    NOT_REPRODUCED,
    REPRODUCED,
    SHAPE_ONLY,
    Limits,
)
from noisac.verdicts.records import (
    VERDICTS,
    recorded_verdicts,
)
from tests.verdicts.worlds import RECORD

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
