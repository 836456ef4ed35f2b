"""Sentences of the book in numbers, so that they cannot drift from what the code computes."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noisac import (
    Geometry,
    Readings,
    Scenario,
    certified_optimum,
    crlb,
    crlb_per_symbol,
    draw_symbols,
    max_gain_beam,
    mutual_information,
    noisac_system,
    phase_codebook,
    plane_wave_response,
    tdisac_system,
)
from noisac.bounds import beam_sums, best_rate_limits, crlb_unknown_gain, quantised_gain
from noisac.positioning import block_information, block_scenarios, position_error_bound, simulate_fixes
from noisac_book.explorers import beam_view
from noisac_book.findings import headlines, mean_over_energy, ratio_over_energy
from tests.strategies import scenarios, seeds, wide_users

S = Scenario()


def blocks(slots, draws, seed=20):
    return draw_symbols(np.random.default_rng(seed), slots, size=(draws,))


# --- the levels of Fig. 12 ---------------------------------------------------------------------------------------


@given(scenarios())
def test_some_quantised_beam_keeps_the_mean_cosine_of_the_rounding_errors(scenario):
    least = math.sqrt(quantised_gain(scenario.phase_bits)) * scenario.irs_elements
    found = abs(beam_sums(scenario, np.asarray(max_gain_beam(scenario)))[0])
    assert found >= least * (1 - 1e-9)


def test_the_rates_quoted_from_fig_12_lie_below_the_limits_on_the_best_rate():
    for snr_db, quoted, known, unknown in ((0.0, 7.5, 0.35, 0.20), (5.0, 8.4, 0.28, 0.13)):
        limits = best_rate_limits(S.replace(snr_db=snr_db), 2)
        assert limits.known_angles - quoted == pytest.approx(known, abs=0.005)
        assert limits.lowest - quoted == pytest.approx(unknown, abs=0.005)


@settings(max_examples=10, deadline=None)
@given(seeds, st.sampled_from([(2, 3), (3, 3), (4, 2)]), st.floats(-1.2, 1.2), st.floats(-1.2, 1.2))
def test_the_beam_that_is_best_for_the_symbols_has_a_rate_within_the_limits(seed, shape, elevation, azimuth):
    scenario = Scenario(irs_shape=shape, user_shape=(4, 4), user_aoa=(elevation, azimuth))
    symbols = draw_symbols(np.random.default_rng(seed), 2)
    beam = certified_optimum(scenario, symbols, 1.0).beam
    rate = mutual_information(crlb_per_symbol(scenario, beam, symbols), 1.0).mean()
    limits = best_rate_limits(scenario, 2)
    assert limits.lowest - 1e-9 <= rate <= limits.highest + 1e-9


# --- the pilots of TD-ISAC ---------------------------------------------------------------------------------------


@given(st.integers(1, 200))
def test_whole_pilot_slots_are_the_next_whole_number_of_a_fifth(slots):
    share = Readings(pilot_slots="whole").pilot_share(slots)
    assert round(share * slots) == pytest.approx(share * slots)
    assert 0 <= share * slots - slots / 5 < 1
    assert Readings().pilot_share(slots) == 0.2
    if slots % 5 == 0:
        assert share == pytest.approx(0.2)


@pytest.mark.parametrize(("side", "low", "high"), [(4, 0.95, 1.02), (6, 0.68, 0.78)])
def test_with_one_whole_pilot_slot_tdisac_has_the_lower_mean_and_noisac_the_lower_median(side, low, high):
    scenario, symbols = S.replace(irs_shape=(side, side)), blocks(2, 200)
    no = noisac_system(scenario, symbols, 0.5, rng=np.random.default_rng(1)).angle_crlb
    ratios = {}
    for kind in ("fraction", "whole"):
        share = Readings(pilot_slots=kind).pilot_share(2)
        td = tdisac_system(scenario, 2, rng=np.random.default_rng(2), batch=(200,), pilot_share=share).angle_crlb
        ratios[kind] = ratio_over_energy(td, no, symbols)
    assert low < ratios["whole"].mean < high
    assert ratios["whole"].median > 1.1
    assert ratios["fraction"].mean > 1.7


def test_the_mean_over_the_energy_is_that_of_many_draws_where_these_have_a_variance():
    symbols = blocks(6, 4000)
    bound = crlb(S, max_gain_beam(S), symbols).angle
    found = mean_over_energy(bound, symbols)
    drawn, error = bound.mean(), bound.std() / math.sqrt(4000)
    assert abs(found.mean - drawn) < 4 * error
    assert found.standard_error < error / 5
    assert found.median == pytest.approx(np.median(bound), rel=0.05)


def test_mean_over_median_of_the_bound_is_1_68_at_two_slots():
    symbols = blocks(2, 200)
    exact = mean_over_energy(1 / np.sum(np.abs(symbols) ** 2, axis=-1), symbols)
    assert exact.mean / exact.median == pytest.approx(1.678, abs=0.001)


# --- the phase at index 0 ----------------------------------------------------------------------------------------


def test_even_a_single_element_has_the_second_term_of_the_closed_form():
    single = Scenario(irs_shape=(1, 1))
    bounds = {m: float(crlb(single, [1.0], [1.0, 1j], m).angle) for m in ("known", "real", "complex")}
    assert bounds == pytest.approx({"known": 5.51e-4, "real": 5.65e-4, "complex": 6.33e-4}, rel=1e-3)
    unknown = [float(crlb_unknown_gain(single, [1.0], [1.0, 1j], m).angle) for m in bounds]
    assert unknown == pytest.approx([bounds["complex"]] * 3, rel=1e-12)


def bound_with_unknown_phase(response, symbols, noise_variance):
    """CRLB_angle by the dense matrix of one real unknown per symbol, the common phase, and the angles."""
    rows = [np.outer(unit, response.signal) for unit in np.eye(len(symbols))]
    rows += [1j * np.outer(symbols, response.signal)]
    rows += [np.outer(symbols, derivative) for derivative in response[1:]]
    gradients = np.array([row.ravel() for row in rows])
    matrix = 2 / noise_variance * np.real(gradients.conj() @ gradients.T)
    size = np.sqrt(np.diag(matrix))
    return np.mean((np.diag(np.linalg.inv(matrix / np.outer(size, size))) / size**2)[-2:])


@settings(max_examples=40, deadline=None)
@given(
    scenarios(user_shapes=wide_users),
    seeds,
    st.tuples(*[st.floats(-3.0, 3.0)] * 4),
)
def test_with_an_unknown_phase_no_bound_depends_on_the_origin_of_the_indices(scenario, seed, origin):
    scenario = scenario.replace(phase_convention="difference")
    rng = np.random.default_rng(seed)
    symbols = draw_symbols(rng, 3)
    beam = phase_codebook(2)[rng.integers(4, size=scenario.irs_elements)]
    if abs(beam_sums(scenario, beam)[0]) < 0.1:
        return

    def positions(shape, spacing, shift):
        grid = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1).reshape(-1, 2)
        return spacing * grid - np.array(shift)

    found = [
        bound_with_unknown_phase(
            plane_wave_response(
                scenario,
                beam,
                user_positions=positions(scenario.user_shape, scenario.user_spacing, shift[:2]),
                irs_positions=positions(scenario.irs_shape, scenario.irs_spacing, shift[2:]),
            ),
            symbols,
            scenario.noise_variance,
        )
        for shift in ((0.0, 0.0, 0.0, 0.0), origin)
    ]
    assert found[1] == pytest.approx(found[0], rel=1e-5)


@pytest.fixture(scope="module")
def table():
    return {row.name: row for row in headlines(12, np.random.default_rng(5))}


def test_no_trade_off_comes_back_with_an_unknown_phase(table):
    for elements in (9, 16, 25):
        limits = {
            f"angles, weight 0 to 1, L = {elements} (dB)": 0.3,
            f"rate, weight 0 to 1, L = {elements} (bit)": 0.15,
        }
        for name, limit in limits.items():
            assert abs(table[name].known) < limit
            assert abs(table[name].unknown) < limit
    proved = table["bound on the angles' range, L = 25 (dB)"]
    assert proved.unknown == pytest.approx(10 * math.log10(1.6), abs=1e-6)


def test_the_comparisons_of_the_systems_do_not_hang_on_the_phase(table):
    for name, row in table.items():
        if name.startswith(("TD over NO", "NO over pilots")):
            assert (row.known > 1) == (row.unknown > 1), name
    rate = table["rate, Section V's defaults (bit/symbol)"]
    assert 0.3 < rate.known - rate.unknown < 0.7
    place = table["position error bound (cm)"]
    assert place.unknown == pytest.approx(place.known, rel=0.01)


def test_most_of_the_distance_to_two_unknowns_rests_on_the_known_phase(table):
    row = table["angles, two unknowns over one, 8 x 8 and 2 x 2"]
    assert row.known > 15
    assert row.unknown < 4


# --- single sentences --------------------------------------------------------------------------------------------


def test_with_the_heights_given_the_distance_decides_the_elevation_and_so_the_bounds():
    near = Geometry.section_v()
    x, y, z = near.user_position
    far = dataclasses.replace(near, user_position=(2 * x, 2 * y, z))
    cases = [geometry.scenario(snr_db=0.0) for geometry in (near, far)]
    elevations = [case.user_aoa[0] for case in cases]
    assert elevations[1] < 0.6 * elevations[0]
    bounds = [float(crlb(case, max_gain_beam(case), [1.0, 1j]).elevation) for case in cases]
    assert abs(bounds[1] / bounds[0] - 1) > 0.1


def test_a_mirror_with_the_user_in_its_null_bounds_the_elevation_alone():
    bounds = beam_view("equal phases", 6, 2, 4, 60).bounds
    assert bounds.elevation == pytest.approx(2.2e-7, rel=0.01)
    assert math.isinf(bounds.symbol)
    assert math.isinf(bounds.azimuth)


def test_the_certificate_is_cheap_between_equal_arrays_and_not_before_a_small_user():
    symbols = draw_symbols(np.random.default_rng(2), 2)
    assert certified_optimum(S, symbols, 0.0).evaluated < 100
    small = Scenario(irs_shape=(3, 5), user_shape=(2, 2))
    assert certified_optimum(small, symbols, 0.0).evaluated > 10_000


def test_over_random_blocks_the_position_error_is_that_of_the_bound_over_random_blocks():
    geometry = Geometry.section_v()
    cases, user = block_scenarios(geometry), geometry.user_position
    symbols = draw_symbols(np.random.default_rng(1), 2, size=(4000, 2))
    each = position_error_bound(geometry.irs_positions, user, block_information(cases, symbols, "complex"))
    average = position_error_bound(geometry.irs_positions, user, block_information(cases, None, "complex"))
    assert math.sqrt(np.mean(each**2)) / average == pytest.approx(math.sqrt(2), rel=0.1)
    fixes = simulate_fixes(geometry, draws=1500, rng=np.random.default_rng(5)).fix.position
    errors = np.linalg.norm(fixes - np.array(user), axis=-1)
    assert math.sqrt(np.mean(errors**2)) == pytest.approx(math.sqrt(np.mean(each**2)), rel=0.15)
    assert math.sqrt(np.mean(errors**2)) > 1.2 * average


@pytest.mark.parametrize("snr_db", [0.0, -10.0])
def test_a_receiver_attains_the_position_error_bound_and_knows_how_wrong_it_is(snr_db):
    draws = 3000
    track = simulate_fixes(Geometry.section_v(), draws=draws, rng=np.random.default_rng(7), snr_db=snr_db)
    for known in (False, True):
        over = track.error_over_bound(height_known=known)
        assert math.sqrt(np.mean(over**2)) == pytest.approx(1, abs=0.06)
        assert np.mean(track.inside(height_known=known)) == pytest.approx(
            0.95, abs=4 * math.sqrt(0.05 * 0.95 / draws)
        )
