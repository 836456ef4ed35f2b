"""What the explorer of the slots shows agrees with the package, with complete searches and with fresh draws."""

import re

import numpy as np
import pytest

import noisac
from noisac.model.symbols import expected_symbol_moments
from noisac_book import explorers
from noisac_book.explorers import slot_curves
from noisac_book.explorers._slots import DRAWS, SLOTS, _blocks
from tests.references import bounds_by_inversion


def told(**values):
    sentence = explorers.slots().sentence(**values).replace("\N{MINUS SIGN}", "-")
    return sentence, [float(n) for n in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-\d+)?", sentence)]


@pytest.mark.parametrize(("side", "user_side"), [(2, 1), (3, 2), (4, 4)])
def test_the_beams_of_small_surfaces_are_certified_optima(side, user_side):
    for weight in (0.0, 0.5, 1.0):
        curves = slot_curves(side, user_side, weight)
        for slots in (2, 50):
            moments = expected_symbol_moments(slots, 1.0)
            optimum = noisac.certified_optimum(curves.scenario, moments, weight).objective
            bounds = noisac.crlb(curves.scenario, curves.beams[SLOTS.index(slots)], moments)
            assert noisac.modified_crlb(bounds, weight) == pytest.approx(optimum, abs=1e-9)


@pytest.mark.parametrize(("side", "user_side"), [(2, 1), (2, 3), (3, 2)])
def test_pilots_and_td_isac_have_the_best_of_all_beams(side, user_side):
    curves = slot_curves(side, user_side, 0.5)
    every = noisac.phase_codebook(2)[np.indices((4,) * (side**2 - 1)).reshape(side**2 - 1, -1).T]
    beams = np.column_stack([np.ones(len(every)), every])
    pilots = np.ones(5)
    least = np.nanmin(noisac.crlb(curves.scenario, beams, pilots, "known").angle)
    assert curves.pilots[SLOTS.index(5)] == pytest.approx(least, rel=1e-9)
    assert curves.sensing[SLOTS.index(10)] == pytest.approx(least * 5 / 2, rel=1e-9)  # pilots in 2 of 10 slots
    gain = np.min(noisac.symbol_crlb_known_angles(curves.scenario, beams))
    assert curves.data == pytest.approx(0.8 * np.log2(1 / gain) / 2)


def test_algorithm_1_comes_close_to_td_isac_and_to_no_isac():
    curves = slot_curves(4, 4, 0.5)
    place, draws = SLOTS.index(10), 100
    options = {"candidates": 400, "elites": 40}
    rng = np.random.default_rng(1)
    divided = noisac.tdisac_system(curves.scenario, 10, rng=rng, **options)
    assert 1 - 1e-9 <= divided.angle_crlb / curves.sensing[place] < 1.1
    assert -0.1 < divided.rate - curves.data <= 1e-9
    shared = noisac.noisac_system(
        curves.scenario, _blocks(10)[0][:draws], 0.5, rng=rng.spawn(draws), design="distribution", **options
    )
    assert np.median(shared.angle_crlb) / np.median(curves.angle[place]) == pytest.approx(1, abs=0.15)
    assert np.median(shared.rate) == pytest.approx(np.median(curves.rate[place]), abs=0.1)


@pytest.mark.paper(16, 28, 29, 30, 47)
@pytest.mark.parametrize("slots", [2, 5])
def test_bounds_and_rates_are_those_of_the_dense_matrix(slots):
    curves, place = slot_curves(4, 2, 0.5), SLOTS.index(slots)
    angles, rates = [], []
    for block in _blocks(slots)[0]:
        (symbols, *pair), _ = bounds_by_inversion(curves.scenario, curves.beams[place], block, "real")
        angles.append(np.mean(pair))
        rates.append(np.mean(np.log2(1 / symbols) / 2))
    np.testing.assert_allclose(np.sort(angles), curves.angle[place], rtol=1e-6)
    np.testing.assert_allclose(np.sort(rates), curves.rate[place], rtol=1e-6)


@pytest.mark.parametrize("user_side", [1, 4])
def test_fresh_blocks_have_the_same_median_and_band(user_side):
    curves, place = slot_curves(4, user_side, 0.5), SLOTS.index(5)
    blocks = noisac.draw_symbols(np.random.default_rng(99), 5, size=(20_000,))
    fresh = np.sort(noisac.crlb(curves.scenario, curves.beams[place], blocks).angle)
    levels = np.array([0.05, 0.5, 0.95])
    ranks = np.searchsorted(fresh, np.quantile(curves.angle[place], levels)) / len(fresh)
    assert np.all(np.abs(ranks - levels) < 4 * np.sqrt(levels * (1 - levels) * (1 / DRAWS + 1 / len(fresh))))


def test_the_interval_of_the_median_covers_it_in_95_of_100_samples():
    uniform = np.sort(np.random.default_rng(3).random((2000, DRAWS)), axis=1)
    curves = slot_curves(2, 2, 0.5)._replace(angle=uniform)
    covered = [low < 0.5 < high for low, high in map(curves.interval, range(len(uniform)))]
    assert 0.935 < np.mean(covered) < 0.97


@pytest.mark.parametrize("snr_db", [-10, 20])
def test_the_sentence_tells_bounds_and_rates_at_the_snr_of_the_control(snr_db):
    values = {"slots": 10, "user_side": 2, "side": 3, "weight": 0.25, "snr_db": snr_db}
    _, numbers = told(**values)
    curves = slot_curves(3, 2, 0.25)
    scenario, beam, block = curves.scenario.replace(snr_db=snr_db), curves.beams[2], _blocks(10)[0]
    rate = noisac.mutual_information(noisac.crlb_per_symbol(scenario, beam, block), 1.0).mean(axis=1)
    root = np.degrees(np.sqrt(np.median(noisac.crlb(scenario, beam, block).angle)))
    loudest = noisac.symbol_crlb_known_angles(scenario, noisac.max_gain_beam(scenario))
    assert numbers[:7] == [10, 3, 3, 2, 2, 0.25, snr_db]
    assert numbers[7] == pytest.approx(root, rel=0.006)
    assert numbers[8:10] == [DRAWS, 95]
    assert numbers[10] <= numbers[7] <= numbers[11]
    assert numbers[12] / numbers[13] == pytest.approx(np.sqrt(5), rel=0.012)
    data = 0.8 * noisac.mutual_information(loudest, 1.0)
    np.testing.assert_allclose(numbers[14:], [np.median(rate), data], atol=0.051)


def test_sharing_wins_at_section_v_and_loses_with_a_single_antenna_and_two_slots():
    assert "Sharing is better for the angles and for the data" in told()[0]
    assert "Dividing is better for the angles and for the data" in told(user_side=1, slots=2)[0]
    assert (
        "Dividing is better for the angles, sharing is better for the data"
        in told(user_side=2, side=6, weight=1.0)[0]
    )


def test_at_section_v_the_angles_gain_the_factor_of_the_energy_and_the_rate_that_of_the_slots():
    curves = slot_curves(4, 4, 0.5)
    place = SLOTS.index(50)
    assert curves.sensing[place] / np.median(curves.angle[place]) == pytest.approx(5, rel=0.05)
    assert np.median(curves.rate[place]) / curves.data == pytest.approx(1 / 0.8, rel=0.002)


def test_the_line_of_the_picture_goes_through_the_bounds_that_are_told():
    upper, lower = explorers.slots().figure(slots=20, user_side=2, snr_db=10).axes
    _, numbers = told(slots=20, user_side=2, snr_db=10)
    place = SLOTS.index(20)
    lines = {line.get_label(): line.get_ydata()[place] for line in upper.lines[:3]}
    assert list(lines.values()) == pytest.approx([numbers[7], numbers[12], numbers[13]], rel=0.006)
    assert [line.get_ydata()[place] for line in lower.lines[:2]] == pytest.approx(numbers[14:], abs=0.051)
    assert upper.lines[3].get_xdata()[0] == 20


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"slots": 3}, "slots must be one of"),
        ({"weight": 0.1}, "weight must be one of"),
        ({"bits": 1}, "no control"),
    ],
)
def test_a_value_off_the_grid_is_refused(values, complaint):
    with pytest.raises(ValueError, match=complaint):
        explorers.slots().figure(**values)


def test_a_weight_for_which_nothing_was_searched_is_refused():
    with pytest.raises(ValueError, match=r"weight \(zeta\) must be one of 0.0, 0.25"):
        slot_curves(2, 2, 0.3)
