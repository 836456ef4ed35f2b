"""What the explorers of geometry, beam and search show agrees with the package."""

import re

import numpy as np
import pytest

import noisac
from noisac.bounds.closed_form import beam_sums
from noisac_book import explorers
from noisac_book.explorers import beam_view, traced_search, user_at
from noisac_book.explorers._beam_pattern import SYMBOLS

PLACES = [(60, 10, 0), (0, 6, 0), (-75, 20, 4), (30, 14, 2)]
BEST = {"best for the angles, ζ = 0": 0.0, "best for both, ζ = 0.5": 0.5, "best for the data, ζ = 1": 1.0}


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", text.replace("−", "-"))]


def lines_of(axes):
    return [np.column_stack(line.get_data()) for line in axes.lines]


# Geometry


def test_the_geometry_starts_at_section_v():
    start = explorers.geometry().values()
    place = user_at(start["azimuth"], start["distance"], start["height"])
    assert np.allclose(place.user_position, noisac.Geometry.section_v().user_position)


@pytest.mark.parametrize("place", PLACES)
def test_the_user_stands_where_the_controls_say(place):
    azimuth, distance, height = place
    moved = user_at(*place)
    assert moved.distances(0)[1] == pytest.approx(distance)
    assert np.degrees(moved.user_aod(0)[1]) == pytest.approx(azimuth)
    assert moved.user_position[2] == height


def test_a_user_nearer_than_the_heights_allow_is_refused():
    with pytest.raises(ValueError, match="distance must exceed the difference in height, 5 m, got 5"):
        user_at(0, 5, 0)


@pytest.mark.parametrize("place", PLACES)
def test_the_sentence_of_the_geometry_tells_the_angles_of_the_package(place):
    azimuth, distance, height = place
    moved = user_at(*place)
    told = numbers(explorers.geometry().sentence(azimuth=azimuth, distance=distance, height=height, side=8))
    expected = [*moved.user_position, *np.degrees(moved.user_aoa(0)), *np.degrees(moved.user_aod(0)), 8, 8]
    np.testing.assert_allclose(told[:9], expected, atol=0.051)


@pytest.mark.parametrize("place", PLACES)
def test_the_hands_of_the_elements_turn_as_the_channel_does(place):
    azimuth, distance, height = place
    figure = explorers.geometry().figure(azimuth=azimuth, distance=distance, height=height, side=3)
    (quiver,) = [item for item in figure.axes[2].collections if hasattr(item, "U")]
    hands = quiver.U + 1j * quiver.V
    channel = noisac.irs_user_channel(user_at(*place).scenario(irs_shape=(3, 3)))[0]
    np.testing.assert_allclose(hands / hands[0], channel / channel[0], atol=1e-9)


def test_the_top_view_draws_the_path_from_the_base_station_over_the_surface_to_the_user():
    place = user_at(30, 14, 2)
    first, second = lines_of(explorers.geometry().figure(azimuth=30, distance=14, height=2).axes[0])[:2]
    np.testing.assert_allclose(first, [place.bs_position[:2], place.irs_positions[0][:2]])
    np.testing.assert_allclose(second, [place.irs_positions[0][:2], place.user_position[:2]])


# Beam pattern


@pytest.mark.parametrize("beam", explorers.beam_pattern().controls[0].values)
def test_the_sentence_of_the_beam_tells_sums_and_bounds_of_the_package(beam):
    view = beam_view(beam, 8, 2, 4, 60)
    gain, along_y, along_z = beam_sums(view.scenario, view.beam)
    differential = np.array([along_y, along_z]) / (np.pi * gain)
    bounds = noisac.crlb(view.scenario, view.beam, SYMBOLS)
    sentence = explorers.beam_pattern().sentence(beam=beam, side=8).replace("\N{MINUS SIGN}", "-")
    share = 20 * np.log10(64 / abs(gain))
    assert f"|s₀| = {abs(gain):.1f} of 64, {share:.1f} dB below all elements in phase" in sentence
    told = [complex(found.replace(" ", "")) for found in re.findall(r"-?\d+\.\d\d [+-] \d+\.\d\dj", sentence)]
    np.testing.assert_allclose(told, differential, atol=0.0075)
    assert f"{np.degrees(np.sqrt(bounds.angle)):.3f}°" in sentence
    assert f"{10 * np.log10(bounds.symbol):.1f} dB." in sentence


@pytest.mark.parametrize("beam", BEST)
@pytest.mark.parametrize("user_side", [2, 4, 8])
def test_the_best_beams_of_two_bits_are_certified_optima_where_these_are_known(beam, user_side):
    for side in (2, 3, 4):
        view = beam_view(beam, side, 2, user_side, 60)
        optimum = noisac.certified_optimum(view.scenario, SYMBOLS, BEST[beam]).objective
        assert noisac.modified_crlb(view.bounds, BEST[beam]) == pytest.approx(optimum, abs=1e-9)


def test_no_beam_of_the_list_has_more_gain_than_the_beam_of_the_largest_gain():
    for side in (4, 8):
        gains = {
            beam: abs(beam_view(beam, side, 2, 4, 60).gain) for beam in explorers.beam_pattern().controls[0].values
        }
        assert max(gains.values()) == pytest.approx(gains["largest gain"])


def test_the_path_of_the_terms_ends_at_s_0():
    view = beam_view("random phases", 4, 2, 4, 60)
    axes = explorers.beam_pattern().figure(beam="random phases").axes[2]
    path = lines_of(axes)[1]
    np.testing.assert_allclose(path[-1], [abs(view.gain) / 16, 0], atol=1e-12)
    np.testing.assert_allclose(np.hypot(*np.diff(path, axis=0).T), 1 / 16)


def test_the_pattern_at_the_user_is_the_gain_that_is_told():
    view = beam_view("largest gain", 8, 2, 4, 60)
    gain = noisac.beamforming.array_gain(
        view.scenario, view.beam, *noisac.beamforming.pattern.user_direction(view.scenario)
    )
    assert gain == pytest.approx(abs(view.gain) ** 2 / 64**2)


def test_a_beam_that_cancels_itself_towards_the_user_is_told_and_drawn():
    explorer = explorers.beam_pattern()
    assert "s₀ = 0" in explorer.sentence(beam="equal phases", side=6)
    assert np.isinf(beam_view("equal phases", 6, 2, 4, 60).bounds.angle)
    assert len(explorer.figure(beam="equal phases", side=6).axes) == 4


# Algorithm 1


def test_the_search_is_that_of_the_package():
    run = traced_search(3, 80, 10)
    symbols = noisac.draw_symbols(np.random.default_rng(1), 2)
    found = noisac.cross_entropy(noisac.Scenario(), symbols, 0.5, rng=np.random.default_rng(3), keep_history=True)
    np.testing.assert_array_equal(run.values, found.history.values)
    np.testing.assert_array_equal(run.probabilities, found.history.probabilities)
    assert (run.iterations, run.elites) == (found.iterations, 8)
    best = noisac.certified_optimum(noisac.Scenario(), symbols, 0.5)
    assert run.optimum == pytest.approx(best.objective)
    assert np.allclose(noisac.phase_codebook(2)[run.target], best.beam)


@pytest.mark.parametrize("iteration", [1, 3, 6])
def test_the_sentence_of_a_step_tells_the_numbers_of_the_history(iteration):
    run = traced_search(1, 80, 10)
    told = numbers(explorers.cross_entropy_steps().sentence(iteration=iteration, seed=1))
    values = run.values[iteration - 1]
    phases = np.mean(np.sum(run.probabilities[iteration - 1] > 0, axis=1))
    gap = 10 * (run.values[:iteration].min() - run.optimum)
    np.testing.assert_allclose(told[:3], [iteration, run.iterations, phases], atol=0.051)
    np.testing.assert_allclose(told[3:], [80, values.min(), values.max(), 8, gap], atol=0.0051)


def test_a_search_that_has_stopped_stays_at_its_last_step():
    explorer, run = explorers.cross_entropy_steps(), traced_search(0, 80, 10)
    assert f"Iteration {run.iterations} of {run.iterations} (it stopped there, before 20)" in explorer.sentence(
        iteration=20
    )


def test_no_step_goes_below_the_certified_optimum():
    for seed in range(10):
        run = traced_search(seed, 160, 20)
        assert run.values.min() >= run.optimum - 1e-9


def test_what_is_out_of_reach_once_stays_out_of_reach():
    for seed in range(10):
        run = traced_search(seed, 80, 10)
        reachable = [run.reachable(step) for step in range(1, run.iterations + 1)]
        assert reachable == sorted(reachable, reverse=True)
        assert reachable[0]


def test_a_search_that_finds_the_optimum_never_had_it_out_of_reach():
    run = traced_search(0, 80, 10)
    assert run.values.min() == pytest.approx(run.optimum, abs=1e-9)
    assert run.reachable(run.iterations)


def test_the_boxes_are_the_optimum_up_to_a_common_phase():
    run = traced_search(2, 80, 10)
    for step in range(1, run.iterations + 1):
        turn = (run.nearest_target(step) - run.target) % 4
        assert len(set(turn)) == 1


def test_the_histogram_counts_all_candidates_and_the_elites():
    axes = next(
        axes
        for axes in explorers.cross_entropy_steps().figure(iteration=2, seed=1).axes
        if axes.get_ylabel() == "count"
    )
    everyone, elites = (patch.get_data().values for patch in axes.patches)
    assert everyone.sum() == 80
    assert elites.sum() == 8
    assert np.all(elites <= everyone)


# What the pages say


def test_both_ends_of_the_path_see_the_same_line_from_everywhere():
    for azimuth in range(-75, 76, 15):
        gamma, phi = np.degrees(user_at(azimuth, 10, 0).user_aoa(0))
        seen_gamma, seen_phi = np.degrees(user_at(azimuth, 10, 0).user_aod(0))
        assert gamma == pytest.approx(-seen_gamma)
        assert abs(phi - seen_phi) == pytest.approx(180)


def test_with_equal_arrays_the_beam_of_the_largest_gain_is_best_for_both_and_for_the_data():
    largest = beam_view("largest gain", 4, 2, 4, 60)
    for beam in ("best for both, ζ = 0.5", "best for the data, ζ = 1"):
        view = beam_view(beam, 4, 2, 4, 60)
        np.testing.assert_allclose(view.bounds, largest.bounds)
        np.testing.assert_allclose(view.beam / view.beam[0], largest.beam / largest.beam[0], atol=1e-9)


def test_on_a_larger_surface_the_best_beam_for_the_angles_gives_up_gain_for_a_lower_bound():
    angles, largest = (beam_view(beam, 8, 2, 4, 60) for beam in ("best for the angles, ζ = 0", "largest gain"))
    assert 2 < 20 * np.log10(abs(largest.gain) / abs(angles.gain)) < 3
    assert 0.8 < np.sqrt(angles.bounds.angle / largest.bounds.angle) < 0.9
    assert np.linalg.norm(angles.differential.imag) > 10 * np.linalg.norm(largest.differential.imag)
    np.testing.assert_allclose(angles.differential.real, largest.differential.real, atol=0.1)


def test_with_eight_elites_most_searches_lose_the_optimum_by_the_third_iteration():
    runs = [traced_search(seed, 80, 10) for seed in range(10)]
    assert sum(not run.reachable(3) for run in runs) == sum(not run.reachable(run.iterations) for run in runs) == 8
    assert sum(run.values.min() < run.optimum + 1e-9 for run in runs) == 2
    assert not runs[1].reachable(3)


def test_two_elites_leave_two_phases_at_most_and_no_optimum():
    for seed in range(10):
        run = traced_search(seed, 40, 5)
        assert run.possible(2).sum(axis=1).max() <= 2
        assert not run.reachable(2)
