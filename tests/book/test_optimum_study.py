"""What the chapter on the certified optimum says about searches, in small."""

import numpy as np
import pytest

from noisac import (
    Scenario,
    certified_optimum,
    complete_search,
    crlb,
    max_gain_beam,
    modified_crlb,
    objective_lower_bound,
    random_beams,
)
from noisac.beamforming.cross_entropy_method import CrossEntropyHistory
from noisac_book import optimum_study as study
from noisac_book.certified_optimum import draw_gaps, draw_quality, phase_cost, rounding_loss
from noisac_book.optimum_study import _collapse, collapse, collapse_by_chance

SMALL = Scenario(irs_shape=(3, 3))
DRAWS = study.symbols_of_draws(24, seed=3)


@pytest.fixture(scope="module")
def default_optimum():
    return certified_optimum(Scenario(), DRAWS, 0.5)


def test_symbols_of_a_draw_do_not_depend_on_the_number_of_draws():
    np.testing.assert_array_equal(study.symbols_of_draws(5, seed=1), study.symbols_of_draws(9, seed=1)[:5])


def test_gaps_are_ten_times_the_distance_from_the_minimum_and_never_negative():
    minimum = complete_search(SMALL, DRAWS, 0.5).objective
    gaps = study.algorithm_gaps(SMALL, DRAWS, 0.5, seed=1, optimum=minimum)
    assert gaps.decibels.min() >= -1e-7
    assert np.all(gaps.evaluations % 45 == 0)
    cases = {"a": (SMALL, 0.5, {}), "b": (SMALL, 0.5, {"candidates": 450})}
    by_case = study.gaps_by(cases, DRAWS, seed=1)
    np.testing.assert_allclose(by_case["a"].decibels, gaps.decibels, rtol=0, atol=1e-7)
    assert by_case["b"].reached > by_case["a"].reached


@pytest.mark.paper(46)
def test_at_the_papers_size_algorithm_1_misses_the_optimum_and_each_change_does_what_the_chapter_says(
    default_optimum,
):
    scenario, weight, minimum = Scenario(), 0.5, default_optimum.objective

    def gaps(**options):
        return study.algorithm_gaps(scenario, DRAWS, weight, seed=2, optimum=minimum, **options)

    printed = gaps()
    assert printed.reached < 0.25
    assert 0.25 < np.median(printed.decibels) < 0.9
    np.testing.assert_allclose(gaps(tolerance=1e-9).decibels, printed.decibels, rtol=0, atol=0.02)
    assert abs(np.mean(gaps(keep_elites=True).decibels - printed.decibels)) < 0.25
    for better in (gaps(smoothing=0.3), gaps(candidates=320)):
        assert np.mean(better.decibels) < 0.3 * np.mean(printed.decibels)
        assert np.mean(better.evaluations) > 3 * np.mean(printed.evaluations)
    descent = study.descent_gaps(scenario, DRAWS, weight, seed=2, optimum=minimum)
    assert descent.reached == 1.0
    one = study.descent_gaps(scenario, DRAWS, weight, seed=2, optimum=minimum, restarts=1)
    assert np.mean(one.decibels) < 0.01
    assert np.mean(one.evaluations) < 100
    gain = modified_crlb(crlb(scenario, max_gain_beam(scenario), DRAWS), weight)
    assert 10 * np.mean(gain - minimum) < 0.03


def test_phases_that_were_lost_are_counted_and_the_optimum_may_be_turned():
    # Two iterations, one draw, two elements of two phases; the search stops after the second.
    probabilities = np.array([[[[0.5, 0.5], [0.5, 0.5]]], [[[0.0, 1.0], [0.3, 0.7]]], [[[np.nan] * 2] * 2]])
    history = CrossEntropyHistory(np.zeros((3, 1, 4)), probabilities)
    straight = _collapse(history, np.array([[1, 1]]), 4)
    np.testing.assert_array_equal(straight.phases, [2, 1.5, 1.5, 1.5])
    np.testing.assert_array_equal(straight.reachable, 1)
    np.testing.assert_array_equal(_collapse(history, np.array([[0, 0]]), 4).reachable, 1)  # turned
    history.probabilities[1, 0, 1] = [0.0, 1.0]
    np.testing.assert_array_equal(_collapse(history, np.array([[0, 1]]), 4).reachable, [1, 0, 0, 0])


def test_eight_elites_lose_phases_as_fast_as_on_noise_at_first(default_optimum):
    scenario, beams = Scenario(), default_optimum.beam
    kept = collapse(scenario, DRAWS, 0.5, beams, seed=4)
    noise = collapse_by_chance(scenario, len(DRAWS), seed=5)
    assert kept.phases[1] == pytest.approx(4 * (1 - 0.75**8), abs=0.06)
    assert noise.phases[1] == pytest.approx(4 * (1 - 0.75**8), abs=0.06)
    assert kept.reachable[2] < 0.5
    assert kept.phases[8] < 1.2
    smoothed = collapse(scenario, DRAWS, 0.5, beams, seed=4, smoothing=0.5)
    np.testing.assert_array_equal(smoothed.reachable, 1)


@pytest.mark.parametrize("model", ["real", "complex"])
def test_the_loss_by_coarse_phases_falls_with_each_bit_and_is_never_negative(model):
    square = Scenario(irs_shape=(3, 3), user_shape=(3, 3))
    cost = phase_cost(square, DRAWS[:3], 0.5, (1, 2, 3, 5), seed=0, symbol_model=model)
    np.testing.assert_array_equal(cost.certified, [True, True, True, False])
    assert np.all(np.diff(cost.decibels, axis=0) < 0)
    assert np.all(cost.decibels > 0)
    assert np.all(cost.decibels[1] < 1)


def test_the_loss_is_that_of_the_gain_for_many_elements():
    scenario = Scenario(irs_shape=(24, 24), user_shape=(24, 24))
    value = modified_crlb(crlb(scenario, max_gain_beam(scenario), DRAWS[:1]), 1.0)
    limit = objective_lower_bound(scenario, DRAWS[:1], 1.0)
    assert 10 * (value - limit) == pytest.approx(rounding_loss(2), abs=0.1)


def test_unequal_arrays_have_no_known_continuous_optimum():
    with pytest.raises(ValueError, match="equal shapes"):
        phase_cost(Scenario(irs_shape=(2, 2)), DRAWS, 0.5, (1,), seed=0)


def test_the_bound_that_is_drawn_lies_below_the_objectives():
    beams = random_beams(SMALL, (50,), np.random.default_rng(0))
    shown = study.bound_on_beams(SMALL, DRAWS[0], 0.3, {"random": beams})["random"]
    np.testing.assert_allclose(shown.values, modified_crlb(crlb(SMALL, beams, DRAWS[0]), 0.3))
    assert np.all(shown.bounds <= shown.values + 1e-9)


def test_figures_show_what_they_are_given():
    gaps = study.Gaps(np.array([0.0, 1.0, 2.0]), np.array([10.0, 20.0, 30.0]))
    panel = draw_gaps({"$L$": {4: gaps, 9: gaps}}).axes[0]
    assert [tick.get_text() for tick in panel.get_xticklabels()] == ["4", "9"]
    np.testing.assert_array_equal(panel.lines[0].get_ydata(), [1.0, 1.0])  # medians
    np.testing.assert_array_equal(panel.lines[1].get_ydata(), [2.0, 2.0])  # largest
    axes = draw_quality({"search": {"a": gaps}}).axes[0]
    assert axes.texts[0].get_text() == "a"
    assert axes.texts[0].xy == (20.0, 1.0)
