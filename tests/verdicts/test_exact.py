"""The tests of claims that need no data, and what makes them come out otherwise."""

import itertools
import json
import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from noisac import fisher_information
from noisac.bounds.closed_form import crlb, modified_crlb, mutual_information
from noisac.model.channel import matched_bs_beam
from noisac.model.symbols import symbol_moments
from noisac.verdicts import exact
from noisac.verdicts.errata import log_prior
from noisac.verdicts.exact import EQUAL, _cases, _entropy, _equal, _inverse_bounds
from noisac.verdicts.ledger import CLAIMS
from noisac.verdicts.margins import NOT_REPRODUCED, SHAPE_ONLY, Estimate, Limits, Outcome
from tests.verdicts.made_up import BY_ID

RECORD = Path(__file__).parents[2] / "book" / "claims.ipynb"


def judged(claim):
    return BY_ID[claim].judge({}, Limits())


def test_the_cases_on_which_computations_are_compared_have_many_shapes():
    cases = _cases()
    scenarios = [scenario for scenario, _, _ in cases]
    assert len(cases) == 20
    assert {n for scenario in scenarios for n in scenario.irs_shape} == {2, 3, 4, 5, 6}
    assert {n for scenario in scenarios for n in scenario.user_shape} == {2, 3, 4}
    slots = [len(symbols) for _, _, symbols in cases]
    assert (min(slots), max(slots)) == (2, 8)
    angles = np.array([[scenario.user_aoa, scenario.irs_aoa] for scenario in scenarios])
    assert len(np.unique(angles)) == 20 * 2 * 2
    assert -1.2 < angles.min() < -1.1
    assert 1.1 < angles.max() < 1.2
    levels = [scenario.snr_db for scenario in scenarios]
    assert -10 < min(levels) < -7
    assert 17 < max(levels) < 20
    for scenario, beam, _ in cases:
        np.testing.assert_allclose(np.abs(beam), np.ones(scenario.irs_elements))


def test_the_cases_are_the_same_each_time():
    first = _cases()
    _cases.cache_clear()
    for one, other in zip(first, _cases(), strict=True):
        assert one[0] == other[0]
        np.testing.assert_array_equal(one[1], other[1])
        np.testing.assert_array_equal(one[2], other[2])


def test_bounds_by_inversion_are_the_diagonal_of_the_inverse():
    scenario, beam, symbols = _cases()[2]
    diagonal = np.diag(np.linalg.inv(fisher_information(scenario, beam, symbols)))
    found = _inverse_bounds(scenario, beam, symbols)
    np.testing.assert_allclose(found, [diagonal[:-2].mean(), diagonal[-2], diagonal[-1]], rtol=1e-6)


def test_equality_is_that_of_the_largest_deviation():
    outcome = _equal([0.0, 3e-7, 1e-8], "distance")
    assert outcome == Outcome(Estimate(1e-6 - 3e-7), None, "distance below 1e-6")
    outcome = _equal([0.0, 0.0312, 1e-8], "distance")
    assert outcome == Outcome(Estimate(1e-6 - 0.0312), None, "distance 3.1e-02")
    assert not _equal([0.0, np.nan], "distance").shape.decided
    tied = _equal([1e-6], "distance")
    assert (tied.verdict, tied.measured) == (NOT_REPRODUCED, "distance 1.0e-06")


def deviating(monkeypatch, target, change, where=lambda *_: True):
    """Replace a function of the tests by one whose results are changed for some of its arguments."""
    original = getattr(exact, target)

    def changed(*args, **options):
        result = original(*args, **options)
        return change(result) if where(*args) else result

    monkeypatch.setattr(exact, target, changed)


def test_theorem_1_is_compared_entry_by_entry_relative_to_the_diagonal(monkeypatch):
    def with_one_entry_less(information):
        information = information.copy()
        information[0, -1] -= 0.002 * math.sqrt(information[0, 0] * information[-1, -1])
        return information

    last = _cases()[-1][0]
    deviating(
        monkeypatch, "finite_difference_information", with_one_entry_less, lambda scenario, *_: scenario is last
    )
    outcome = judged("thm1-information")
    assert outcome.shape == (pytest.approx(1e-6 - 0.002, abs=1e-7), 0.0)
    assert outcome.measured == "largest deviation, relative to the diagonal, 2.0e-03"


@pytest.mark.parametrize("factors", [(100, 1, 1), (0.01, 1, 1), (1, 100, 100)])
def test_the_closed_form_is_compared_for_either_task_alone(monkeypatch, factors):
    # Symbols that are off by a factor of 100 show undiminished at zeta = 1, angles at zeta = 0.
    deviating(monkeypatch, "crlb", lambda bounds: type(bounds)(*np.multiply(bounds, factors)))
    outcome = judged("sec1-closed-form")
    assert outcome.shape == (pytest.approx(1e-6 - 2, abs=1e-7), 0.0)
    assert outcome.measured == "largest deviation of (31) 2.0e+00"


def test_the_closed_form_is_compared_at_three_weights(monkeypatch):
    weights = []

    def recorded(bounds, weight):
        weights.append(weight)
        return np.float64(0.0)

    monkeypatch.setattr(exact, "modified_crlb", recorded)
    assert judged("sec1-closed-form").shape == Estimate(1e-6)
    assert sorted(set(weights)) == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("variance", [0.3, 1.0])
def test_the_prior_of_a_symbol_is_circular_and_gaussian(variance):
    mean = math.sqrt(1 - variance)
    peak = log_prior([mean], mean, variance)
    assert math.exp(peak) == pytest.approx(1 / (math.pi * variance))
    for direction in (1, 1j, -1, (3 - 4j) / 5):
        away = log_prior([mean + 2 * math.sqrt(variance) * direction], mean, variance)
        assert peak - away == pytest.approx(4.0)


def test_the_prior_tells_2_over_the_variance():
    # The data tell 2 N_t M L^2 = 2^16 at 0 dB, with a beam that adds the amplitudes of all elements.
    outcome = judged("thm1-prior")
    assert outcome.shape == (pytest.approx(0.01 - 2 / 2**16, rel=1e-6), 0.0)
    assert outcome.number == (pytest.approx(1e-6 - 2, rel=1e-6), 0.0)
    assert outcome.measured == "2.00 per symbol at sigma_x^2 = 1, 3e-05 of what the data tell at 0 dB"


def test_information_is_the_curvature_along_the_real_axis(monkeypatch):
    # x^4 (1 + y) has the second derivative 12 x^2 (1 + y) along x, which at 0.3 + 0.4j is 1.512.
    monkeypatch.setattr(
        exact, "log_prior", lambda symbols, mean, variance: -(symbols[0].real ** 4) * (1 + symbols[0].imag)
    )
    assert judged("thm1-prior").number == (pytest.approx(-1.512, abs=2e-5), 0.0)


def test_entropy_of_gaussian_vectors():
    unit = 1 / (2 * math.pi * math.e)  # the variance at which the entropy of one part is zero
    assert _entropy(unit * np.eye(1)) == pytest.approx(0.0, abs=1e-12)
    assert _entropy(4 * unit * np.eye(3)) == pytest.approx(3.0)
    dependent = unit * np.array([[1.0, 0.6], [0.6, 1.0]])
    assert _entropy(dependent) == pytest.approx(math.log2(1 - 0.6**2) / 2)


def test_two_real_parts_share_twice_as_much():
    outcome = judged("cor1-information")
    assert outcome.shape == (pytest.approx(2.0), 0.0)
    assert outcome.number == (pytest.approx(0.15 - 1), 0.0)
    assert outcome.measured == "(33) with (34) gives 2.00 times (32), for bounds from 1e-6 to 1e-2"


@pytest.mark.parametrize(("growth", "verdict"), [(0.0100, SHAPE_ONLY), (0.0102, NOT_REPRODUCED)])
def test_a_multiple_is_fixed_if_it_spreads_by_less_than_a_hundredth(monkeypatch, growth, verdict):
    # Multiples 2, 2 (1 + growth / 4), ... 2 (1 + growth): they spread by 2 growth about 2 + growth.
    def growing(bound, variance):
        return mutual_information(bound, variance) / (1 + growth * (math.log10(bound) + 6) / 4)

    monkeypatch.setattr(exact, "mutual_information", growing)
    outcome = judged("cor1-information")
    assert outcome.verdict == verdict
    assert outcome.number.value == pytest.approx(0.15 - (1 + growth))
    if verdict == NOT_REPRODUCED:
        assert outcome.shape == (pytest.approx(0.01 * (2 + growth) - 2 * growth), 0.0)


def test_the_printed_objective_lacks_a_weight():
    # Without its weight the first term is off by (1 - zeta) lg CRLB_x, most at zeta = 0.1.
    levels = []
    for scenario, beam, symbols in _cases():
        unit_gain = matched_bs_beam(scenario) / math.sqrt(scenario.bs_antennas * scenario.transmit_power)
        levels.append(math.log10(crlb(scenario, beam, symbols, bs_beam=unit_gain).symbol))
    off = 0.9 * np.max(np.abs(levels))
    outcome = judged("eq37-decoupling")
    assert outcome.shape == (pytest.approx(1e-6, abs=1e-7), 0.0)
    assert outcome.number == (pytest.approx(1e-6 - off), 0.0)
    assert outcome.measured == f"separates; V of (38) is off by up to {off:.1f} as printed"


def test_what_the_decoupling_says_otherwise(monkeypatch):
    weighted = modified_crlb
    monkeypatch.setattr(exact, "printed_objective", weighted)
    assert judged("eq37-decoupling").measured == "separates; V of (38) is as printed"
    monkeypatch.setattr(exact, "bs_gain", lambda scenario, w=None: 1.0)
    assert judged("eq37-decoupling").measured.startswith("does not separate; V of (38) is off by up to ")


def test_the_active_beam_meets_the_bound():
    outcome = judged("eq41-optimal")
    assert outcome.shape == (pytest.approx(1e-6, abs=1e-12), 0.0)
    assert outcome.measured == "largest distance from the upper bound below 1e-6"


@pytest.mark.parametrize(("factor", "distance"), [(1.1, 0.21), (0.5, 0.75)])
def test_a_beam_of_another_power_misses_the_bound_by_its_share(monkeypatch, factor, distance):
    deviating(monkeypatch, "matched_bs_beam", lambda beam: factor * beam)
    assert judged("eq41-optimal").shape.value == pytest.approx(1e-6 - distance)


def test_a_beam_of_more_power_than_allowed_is_not_the_best(monkeypatch):
    # Power that adds nothing to the gain, at two antennas: along (1, -1) rotated onto broadside.
    def wasteful(beam):
        if len(beam) != 2:
            return beam
        across = beam * [1, -1]
        return beam + across * math.sqrt(0.1)

    deviating(monkeypatch, "matched_bs_beam", wasteful)
    assert judged("eq41-optimal").shape.value == pytest.approx(1e-6 - 0.1)


def test_a_beam_that_forgets_the_power_is_noticed(monkeypatch):
    deviating(monkeypatch, "matched_bs_beam", lambda beam: beam / np.linalg.norm(beam))
    assert judged("eq41-optimal").shape.value == pytest.approx(1e-6 - 0.5)


@pytest.mark.parametrize("antennas", [1, 2, 8, 32])
@pytest.mark.parametrize("angle", [-1.0, 0.0, 0.4])
def test_a_beam_that_is_wrong_for_one_base_station_is_noticed(monkeypatch, antennas, angle):
    deviating(
        monkeypatch,
        "matched_bs_beam",
        lambda beam: 0.5 * beam,
        lambda scenario: (scenario.bs_antennas, scenario.bs_aod) == (antennas, angle),
    )
    outcome = judged("eq41-optimal")
    assert outcome.shape.value == pytest.approx(1e-6 - 0.75)
    assert outcome.measured == "largest distance from the upper bound 7.5e-01"


def test_the_cost_of_a_candidate_as_it_is():
    outcome = judged("remark1-cost")
    assert outcome == Outcome(Estimate(1 - 2.5), None, "L^1 T^0 suffices: 48 products for 20480 at L = 16, T = 2")


@pytest.mark.parametrize(("elements", "slots"), [(4, 2), (9, 2), (16, 5), (25, 30), (36, 30), (4, 30), (36, 2)])
def test_without_a_shortcut_at_every_size_the_stated_cost_stands(monkeypatch, elements, slots):
    deviating(
        monkeypatch,
        "crlb",
        lambda bounds: bounds._replace(symbol=1.01 * bounds.symbol),
        lambda scenario, beam, moments: (scenario.irs_elements, moments.slots) == (elements, slots),
    )
    outcome = judged("remark1-cost")
    assert outcome == Outcome(Estimate(3 - 2.5), None, "no shortcut gives the same values as L^3 T^1")


def test_a_shortcut_has_to_come_closer_than_the_tolerance(monkeypatch):
    pairs = itertools.cycle([0.0, EQUAL])
    monkeypatch.setattr(exact, "modified_crlb", lambda bounds, weight: next(pairs))
    assert judged("remark1-cost").measured == "no shortcut gives the same values as L^3 T^1"


class Sized(NamedTuple):
    """Stands for an array, or for moments that hold one."""

    size: int

    @property
    def factor(self):
        return self


@pytest.mark.parametrize(
    ("by_elements", "by_slots", "margin", "text"),
    [
        (lambda count: 2 * count**3, lambda slots: 7 * slots, 0.5, "L^3 T^1 suffices: 8192 products"),
        (lambda count: 3 * count**2, lambda slots: 7 * slots**2, -0.5, "L^2 T^2 suffices: 768 products"),
        (lambda count: 3 * count**3, lambda slots: 5, -0.5, "L^3 T^0 suffices: 12288 products"),
        (lambda count: 3, lambda slots: slots, -2.5, "L^0 T^1 suffices: 3 products"),
    ],
)
def test_exponents_are_read_off_the_sizes_of_what_enters(monkeypatch, by_elements, by_slots, margin, text):
    # The bounds themselves are those of the package, whatever is counted.
    def moments(symbols):
        return Sized(by_slots(len(symbols))) if np.all(np.equal(symbols, 1)) else symbol_moments(symbols)

    monkeypatch.setattr(exact, "symbol_moments", moments)
    monkeypatch.setattr(exact, "sum_weights", lambda scenario: Sized(by_elements(scenario.irs_elements)))
    outcome = judged("remark1-cost")
    assert outcome.shape == (pytest.approx(margin), 0.0)
    assert outcome.measured == f"{text} for 20480 at L = 16, T = 2"


def test_claims_without_data_measure_what_the_book_has_stored():
    cells = json.loads(RECORD.read_text(encoding="utf-8"))["cells"]
    outputs = itertools.chain.from_iterable(cell.get("outputs", []) for cell in cells)
    stored = re.sub(r"\s+", " ", " ".join("".join(output.get("text", [])) for output in outputs))
    for claim in CLAIMS:
        if not claim.experiments:
            assert f"measured: {judged(claim.id).measured} " in stored, claim.id
