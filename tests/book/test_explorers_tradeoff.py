"""What the explorer of the trade-off shows agrees with the package, complete searches and the theorems."""

import re

import numpy as np
import pytest

import noisac
from noisac.beamforming import tradeoff_ranges
from noisac_book import explorers
from noisac_book.explorers import no_tradeoff_with_free_phases, tradeoff_curve
from noisac_book.explorers._tradeoff import WEIGHTS
from tests.references import bounds_by_inversion

SYMBOLS = [1.0, 1j]  # their moments are the mean moments of two Gaussian symbols
MODELS = {"real": "real part unknown", "complex": "both parts unknown"}
SIZES = [
    (side, user_side, model)
    for side, user_side in ((2, 1), (3, 1), (3, 2), (4, 4))
    for model in MODELS
    if (user_side, model) != (1, "complex")  # where there is no bound at all
]


def decibels(ratio):
    return 10 * np.log10(ratio)


def told(**values):
    sentence = explorers.tradeoff().sentence(**values).replace("\N{MINUS SIGN}", "-")
    return sentence, [float(n) for n in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-\d+)?", sentence)]


@pytest.mark.parametrize(("side", "user_side", "model"), SIZES)
def test_the_beams_of_small_surfaces_are_certified_optima(side, user_side, model):
    curve = tradeoff_curve(side, user_side, model)
    for weight in (0.0, 0.5, 1.0):
        place = WEIGHTS.index(weight)
        optimum = noisac.certified_optimum(curve.scenario, SYMBOLS, weight, symbol_model=model).objective
        bounds = noisac.crlb(curve.scenario, curve.beams[place], SYMBOLS, model)
        assert noisac.modified_crlb(bounds, weight) == pytest.approx(optimum, abs=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_a_complete_search_finds_the_same_ends(model):
    curve = tradeoff_curve(2, 2, model)
    beams = noisac.phase_codebook(2)[np.indices((4,) * 3).reshape(3, -1).T]
    every = noisac.crlb(curve.scenario, np.column_stack([np.ones(len(beams)), beams]), SYMBOLS, model)
    for bound, other, end in ((every.angle, every.symbol, 0), (every.symbol, every.angle, -1)):
        ends = (curve.angle, curve.symbol) if end == 0 else (curve.symbol, curve.angle)
        assert ends[0][end] == pytest.approx(bound.min(), rel=1e-9)
        assert ends[1][end] == pytest.approx(other[bound <= bound.min() * (1 + 1e-9)].min(), rel=1e-9)


@pytest.mark.paper(16, 28, 29, 30)
@pytest.mark.parametrize("model", MODELS)
def test_the_bounds_are_those_of_the_dense_matrix(model):
    curve = tradeoff_curve(5, 2, model)
    for place in (0, 5, 10):
        (symbols, *angles), _ = bounds_by_inversion(curve.scenario, curve.beams[place], SYMBOLS, model)
        assert curve.symbol[place] == pytest.approx(np.mean(symbols), rel=1e-7)
        assert curve.angle[place] == pytest.approx(np.mean(angles), rel=1e-7)


@pytest.mark.parametrize(
    ("side", "user_side", "model"), [*SIZES, (4, 1, "real"), (4, 2, "real"), (5, 3, "real"), (6, 2, "complex")]
)
def test_along_the_weight_one_bound_falls_and_the_other_rises(side, user_side, model):
    curve = tradeoff_curve(side, user_side, model)
    assert np.all(np.diff(decibels(curve.symbol)) <= 1e-8)
    assert np.all(np.diff(decibels(curve.angle)) >= -1e-8)
    assert curve.ranges == pytest.approx(
        (decibels(curve.symbol.max() / curve.symbol.min()), decibels(curve.angle.max() / curve.angle.min()))
    )


@pytest.mark.parametrize("snr_db", [-10, 20])
def test_the_sentence_tells_bounds_at_the_snr_of_the_control(snr_db):
    sentence, numbers = told(weight=0.3, user_side=2, side=3, snr_db=snr_db)
    curve = tradeoff_curve(3, 2)
    scenario = curve.scenario.replace(snr_db=snr_db)
    bounds = noisac.crlb(scenario, curve.beams[3], SYMBOLS)
    largest = noisac.crlb(scenario, noisac.max_gain_beam(scenario), SYMBOLS)
    ends = [noisac.certified_optimum(scenario, SYMBOLS, weight).beam for weight in (0.001, 0.999)]
    first, last = (noisac.crlb(scenario, beam, SYMBOLS) for beam in ends)
    expected = [3, 3, 2, 2, snr_db, 0.3, decibels(bounds.symbol), np.degrees(np.sqrt(bounds.angle))]
    expected += [0, 1, decibels(first.symbol / last.symbol), decibels(last.angle / first.angle)]
    expected += [decibels(largest.symbol / last.symbol), decibels(largest.angle / first.angle), 2000]
    np.testing.assert_allclose(numbers[:7], expected[:7], atol=0.051)
    assert numbers[7] == pytest.approx(expected[7], rel=0.06)  # two digits
    np.testing.assert_allclose(numbers[8:15], expected[8:], atol=0.051)
    assert "no trade-off" not in sentence


@pytest.mark.parametrize("user_side", [2, 4])
def test_other_random_beams_are_where_the_cross_is(user_side):
    curve = tradeoff_curve(4, user_side)
    beams = noisac.random_beams(curve.scenario, (20_000,), np.random.default_rng(1))
    others = noisac.crlb(curve.scenario, beams, SYMBOLS)
    for quantiles, bound in ((curve.random_symbol, others.symbol), (curve.random_angle, others.angle)):
        ranks = np.searchsorted(np.sort(bound), quantiles) / len(bound)
        np.testing.assert_allclose(ranks, [0.05, 0.5, 0.95], atol=0.04)


def test_arrays_as_wide_as_the_user_leave_nothing_to_trade_once_phases_are_free():
    symbols = noisac.draw_symbols(np.random.default_rng(0), 2, size=(3,))
    for side, user_side, nothing in ((2, 2, True), (4, 4, True), (2, 4, False), (4, 2, False)):
        scenario = noisac.Scenario(irs_shape=(side, side), user_shape=(user_side, user_side))
        assert no_tradeoff_with_free_phases(scenario) == nothing
        assert ("nothing at all" in told(side=side, user_side=user_side)[0]) == nothing
        if nothing or user_side == 2:
            found = tradeoff_ranges.tradeoff_range(scenario, symbols, rng=np.random.default_rng(1))
            assert bool(np.all(np.abs(found.angle_db) < 1e-3)) == nothing
    wider = noisac.Scenario(irs_shape=(3, 3), user_shape=(5, 5), irs_spacing=1.0)  # as wide, but coarser
    assert not no_tradeoff_with_free_phases(wider)


def test_there_is_no_trade_off_at_section_v_and_a_large_one_with_a_single_antenna():
    assert "no trade-off" in told()[0]
    assert max(tradeoff_curve(4, 4).ranges) < 0.2
    assert min(tradeoff_curve(4, 1).ranges) > 8
    for model in MODELS:
        for side in (2, 3, 4, 5):
            assert max(tradeoff_curve(side, 4, model).ranges) < 0.2


def test_what_the_receiver_knows_decides_what_a_large_surface_trades():
    real, both = tradeoff_curve(4, 2, "real").ranges, tradeoff_curve(4, 2, "complex").ranges
    assert real[0] > 4
    assert both[0] < 0.2
    assert min(real) > 1.5


def test_with_both_parts_unknown_a_single_antenna_tells_no_angle():
    sentence, _ = told(user_side=1, symbols=MODELS["complex"])
    assert "no beam gives the angles a bound" in sentence
    scenario = tradeoff_curve(4, 1, "complex").scenario
    beams = noisac.random_beams(scenario, (100,), np.random.default_rng(0))
    assert np.all(np.isinf(noisac.crlb(scenario, beams, SYMBOLS, "complex").angle))
    assert not tradeoff_curve(4, 1, "complex").exists
    assert "No beam" in explorers.tradeoff().figure(user_side=1, symbols=MODELS["complex"]).texts[0].get_text()


def test_the_ring_of_the_picture_is_at_the_bounds_that_are_told():
    plane, losses = explorers.tradeoff().figure(user_side=2, weight=0.2, snr_db=10).axes
    (ring,) = [line for line in plane.lines if line.get_label() == "ζ = 0.2"]
    _, numbers = told(user_side=2, weight=0.2, snr_db=10)
    assert ring.get_xdata()[0] == pytest.approx(numbers[6], abs=0.051)
    assert ring.get_ydata()[0] == pytest.approx(numbers[7], rel=0.06)
    symbols, angles = (line.get_ydata() for line in losses.lines[1:])
    assert symbols[0] == pytest.approx(numbers[10], abs=0.051)
    assert angles[-1] == pytest.approx(numbers[11], abs=0.051)


def test_everything_that_is_drawn_is_within_the_picture():
    for user_side in (1, 2, 3, 4, 6):
        for side in (2, 3, 4, 5, 6):
            plane, losses = explorers.tradeoff().figure(user_side=user_side, side=side).axes
            for axes in (plane, losses):
                (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
                for line in axes.lines:
                    if len(line.get_xdata()) == 2:  # the line across at the weight
                        continue
                    assert np.all((line.get_xdata() >= left) & (line.get_xdata() <= right))
                    assert np.all((line.get_ydata() >= low) & (line.get_ydata() <= high))


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"weight": 1.1}, "weight must be one of"),
        ({"snr_db": 1}, "snr_db must be one of"),
        ({"symbols": "known"}, "symbols must be one of"),
        ({"slots": 2}, "'slots' is no control"),
    ],
)
def test_a_value_off_the_grid_is_refused(values, complaint):
    with pytest.raises(ValueError, match=complaint):
        explorers.tradeoff().figure(**values)


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match="symbol_model"):
        tradeoff_curve(2, 2, "imaginary")
