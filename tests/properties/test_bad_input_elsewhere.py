"""What is refused by experiments, studies, responses and receivers, with a message that names it."""

import math
import re

import numpy as np
import pytest
import xarray as xr

from noisac import (
    Bounds,
    Geometry,
    Readings,
    Scenario,
    SymbolMoments,
    complete_search,
    crlb,
    crlb_of_response,
    cross_entropy,
    draw_symbols,
    expected_symbol_moments,
    finite_difference_information,
    localisation_system,
    minimise_over_all_beams,
    minimise_over_phases,
    modified_crlb,
    mutual_information,
    path_gain,
    random_beams,
    run_experiment,
    run_figure,
    score_samples,
    summarise,
)
from noisac.beamforming.pattern import array_gain
from noisac.beamforming.refinement import refine_phases
from noisac.bounds.aperture import direction_form, largest_eigenvalue
from noisac.bounds.closed_form import bs_gain
from noisac.bounds.responses import conditional_crlb
from noisac.bounds.tradeoff import angle_range_bound
from noisac.experiments.sweeps import tasks_of
from noisac.model.arrays import (
    direction_cosines,
    linear_steering_vector,
    position_derivatives,
    position_response,
    steering_vector,
)
from noisac.positioning.blocks import block_scenarios, peb_map
from noisac.positioning.error_bound import error_ellipse, position_error_bound
from noisac.positioning.errors import root_mean_square, simulate_position_errors
from noisac.positioning.orientation import two_ended_factor
from noisac_book.bound import random_scenario
from noisac_book.complex_symbols import bounds_by_variance, numerical_response
from noisac_book.position import errors_by_snr, peb_by_separation
from noisac_book.system_model import plane_wave_error
from noisac_book.when_tradeoff import regime_map
from tests.properties.bad_cases import INF, NAN, ONES, PAIRS, PLACES, G, S, X, rng, search

BAD_ELSEWHERE = {
    # Experiments and readings
    "unknown figure": (lambda: run_figure("fig99"), r"^name must be one of 'fig04', .* got 'fig99'"),
    "panel without its letter": (lambda: run_figure("fig08"), r"^name must be one of .* got 'fig08'"),
    "unknown experiment": (lambda: run_experiment("fig08a"), r"^name must be one of .* got 'fig08a'"),
    "no draws": (lambda: run_figure("fig11", draws=0), r"^draws must be an integer of at least 1"),
    "fractional draws": (lambda: run_figure("fig11", draws=2.0), r"^draws must be an integer of at least 1"),
    "negative seed": (lambda: run_figure("fig11", draws=1, seed=-1), r"^seed must be an integer of at least 0"),
    "no draws of a sweep": (lambda: tasks_of(None, 0, 0), r"^draws must be an integer of at least 1"),
    "no draws of the score": (lambda: score_samples(S, ONES, X, draws=0, rng=rng()), r"^draws must be an integer"),
    "summary without draws": (
        lambda: summarise(xr.DataArray([1.0], dims="slots"), "slots"),
        r"^dim must contain 'draw'",
    ),
    "summary over what is not there": (
        lambda: summarise(xr.DataArray([1.0], dims="draw"), ("draw", "beam")),
        r"^dim must contain 'draw' and be dimensions of the values \('draw',\)",
    ),
    "pilots as a reading": (lambda: Readings(symbol_model="known"), r"^symbol_model must be one of"),
    "unknown reading of R3": (lambda: Readings(design="all"), r"^design must be one of 'draw', 'distribution'"),
    "unknown reading of R7": (lambda: Readings(weight_symbols=1), r"^weight_symbols must be True or False, got 1"),
    "unknown reading of R11": (lambda: Readings(output="best seen"), r"^output must be one of"),
    "SNR as text": (lambda: Scenario(snr_db="5"), "^snr_db must be"),
    "power as a truth value": (lambda: Scenario(transmit_power=True), "^transmit_power must be"),
    "angles as text": (lambda: Scenario(user_aoa=("0.1", "0.2")), "^user_aoa"),
    "gain as text": (lambda: Scenario(bs_irs_gain="1"), "^bs_irs_gain must be"),
    "symbols as text": (lambda: crlb(S, ONES, ["1", "2"]), "^symbols must be a numeric array"),
    "beams as text": (lambda: crlb(S, ["1"] * 16, X), "^beams must be a numeric array"),
    "weight as text": (lambda: cross_entropy(S, X, "0.5", rng=rng()), "^weight"),
    "complex weights": (lambda: cross_entropy(S, X, np.array([0.5 + 1j]), rng=rng()), "^weight"),
    "bound in words": (lambda: mutual_information("a", 1.0), "^symbol_crlb"),
    "variance in words": (lambda: mutual_information(1.0, "a"), "^symbol_variance"),
    "complex bound": (lambda: mutual_information(np.array(1j), 1.0), "^symbol_crlb"),
    "a seed for a generator": (lambda: cross_entropy(S, X, 0.5, rng=5), "^rng must be"),
    "no generator": (lambda: cross_entropy(S, X, 0.5, rng=None), "^rng must be"),
    "a seed for drawn symbols": (lambda: draw_symbols(5, 2), "^rng must be"),
    "several weights, complete": (
        lambda: complete_search(Scenario(irs_shape=(2, 2)), X, np.linspace(0, 1, 64)),
        "^weight",
    ),
    "two weights, complete": (lambda: complete_search(Scenario(irs_shape=(2, 2)), X, [0.1, 0.2]), "^weight"),
    "infinite reference loss": (lambda: path_gain(1.0, 2.0, np.inf), "^reference_loss_db must be"),
    "exponent in words": (lambda: path_gain(1.0, "two"), "^exponent must be"),
    "azimuth in words": (lambda: Geometry.section_v(user_azimuth="a"), "^user_azimuth"),
    "azimuth of the BS that is no number": (lambda: Geometry.section_v(bs_azimuth=NAN), "^bs_azimuth must be"),
    "infinite separation": (lambda: Geometry.section_v(irs_separation=INF), "^irs_separation must be"),
    "two path gains": (lambda: Scenario(bs_irs_gain=[1.0, 2.0]), "^bs_irs_gain must be a finite non-zero complex"),
    "no sub-IRSs": (lambda: Geometry((0, 0, 0), None, (1, 1, 1)), "^irs_positions"),
    "beams and symbols that do not fit": (lambda: crlb(S, np.ones((3, 16)), np.ones((2, 4))), "beams.*symbols"),
    "SNR beyond floating point": (lambda: Scenario(snr_db=1e6), "^snr_db"),
    "SNR just beyond the limit": (lambda: Scenario(snr_db=-1000.5), "^snr_db must lie within 1000"),
    "half step of zero": (lambda: finite_difference_information(S, ONES, X, step=0), "^step must be"),
    "an objective that is no number": (
        lambda: minimise_over_phases(lambda beams, _: np.full(beams.shape[:2], NAN), S, rng=rng()),
        "^objective",
    ),
    "symbols that cannot be squared": (lambda: crlb(S, ONES, [1e200]), "^symbols must be of magnitude up to 1e"),
    "power that cannot be squared": (
        lambda: Scenario(transmit_power=1e200),
        "^transmit_power must be of magnitude",
    ),
    "distance beyond floating point": (lambda: path_gain(1e-90, 5.0), "^distance"),
    "complex angle in an array": (
        lambda: Scenario(user_aoa=np.array([1j, 0])),
        r"^user_aoa\[0\] must be a finite",
    ),
    "axes as text": (lambda: draw_symbols(rng(), 2, size="3"), "^size must be an integer"),
    "negative axis": (
        lambda: draw_symbols(rng(), 2, size=(3, -1)),
        r"^size\[1\] must be an integer of at least 0",
    ),
    "fractional axes of beams": (lambda: random_beams(S, 2.5, rng()), "^size must be an integer"),
    "one number for a shape": (lambda: steering_vector(4, 0.5, 0.0, 0.0), "^shape must be two positive integers"),
    "spacing in words": (lambda: steering_vector((2, 2), "half", 0.0, 0.0), "^spacing must be a finite positive"),
    "NaN elevation of a response": (lambda: steering_vector((2, 2), 0.5, NAN, 0.0), "^elevation must be finite"),
    "complex azimuth": (lambda: direction_cosines(0.0, 1j), "^azimuth must be an array of real numbers"),
    "no antennas in a row": (lambda: linear_steering_vector(0, 0.0), "^antennas must be an integer of at least 1"),
    "direction that is no number": (lambda: array_gain(S, ONES, [NAN], 0.0), "^along_y must be finite"),
    "complex information": (
        lambda: position_error_bound(*PLACES, 1j * PAIRS),
        "^angle_information must be an arr",
    ),
    "complex covariance": (lambda: error_ellipse(1j * np.eye(2)), "^covariance must be an array of real numbers"),
    "infinite map": (lambda: peb_map(G, [INF], [1.0]), "^x must be finite"),
    "height in words": (lambda: peb_map(G, [4.0], [1.0], height="floor"), "^height must be a finite number"),
    "position that is a number": (lambda: block_scenarios(G, 4.0), r"^position must be a point"),
    "two positions to draw for": (
        lambda: simulate_position_errors(PLACES[0], np.ones((2, 3)), PAIRS, draws=2, rng=rng()),
        r"^position must be a point",
    ),
    "complex share": (lambda: angle_range_bound(S, 2.0, share=1j), "^share must be an array of real numbers"),
    "moments of no slots": (
        lambda: crlb(S, ONES, SymbolMoments(0, np.eye(2))),
        "^symbols, .* slots must be a fin",
    ),
    "no slots of expected moments": (lambda: expected_symbol_moments(0, 1.0), "^slots must be an integer"),
    "moments that are no numbers": (
        lambda: crlb(S, ONES, SymbolMoments(2, np.full((2, 2), NAN))),
        "^symbols, .* factor must be finite",
    ),
    "moments that overflow": (
        lambda: crlb(S, ONES, SymbolMoments(2, np.full((2, 2), 1e90))),
        r"^symbols, given as SymbolMoments, factor must be of magnitude up to 1e\+35",
    ),
    # Products of these to the fourth power would leave floating point, and a bound would be 0 or NaN
    "symbols of 1e80": (lambda: crlb(S, ONES, [1e80, 1j]), r"^symbols must be of magnitude up to 1e\+30"),
    "spacing of 1e80": (
        lambda: Scenario(user_spacing=1e80),
        r"^user_spacing must be of magnitude 1e-30 to 1e\+30",
    ),
    "spacing of 1e-80": (
        lambda: Scenario(irs_spacing=1e-80),
        r"^irs_spacing must be of magnitude 1e-30 to 1e\+30",
    ),
    "power of 1e-200": (lambda: Scenario(transmit_power=1e-200), "^transmit_power must be of magnitude 1e-100"),
    "gain of 1e-200": (
        lambda: Scenario(bs_irs_gain=1e-200j),
        r"^bs_irs_gain must be of magnitude 1e-50 to 1e\+50",
    ),
    "gain of 1e200": (
        lambda: Scenario(irs_user_gain=1e200),
        r"^irs_user_gain must be of magnitude .* got \(1e\+200",
    ),
    "BS beam of 1e200": (lambda: bs_gain(S, np.full(8, 1e200)), "^bs_beam must be of magnitude up to 1e"),
    "response of 1e80": (
        lambda: crlb_of_response((np.full(2, 1e80),) * 3, X, noise_variance=1.0),
        r"^response\[0\] must be of magnitude up to 1e\+30",
    ),
    "direction of 1e80": (
        lambda: largest_eigenvalue(S, [1e80, 0]),
        r"^direction must be of magnitude up to 1e\+30",
    ),
    # Arrays at any places, and responses
    "complex positions": (lambda: position_response([[1j, 0, 0]], 0, 0), "^positions must be an array of real"),
    "NaN position of an antenna": (lambda: position_response([[NAN, 0, 0]], 0, 0), "^positions must be finite"),
    "positions in a plane": (
        lambda: position_response([[0.0, 1.0]], 0, 0),
        r"^positions must have shape \(N, 3\).* got \(1, 2\)",
    ),
    "complex positions, derivatives": (
        lambda: position_derivatives([[1j, 0, 0]], 0, 0),
        "^positions must be an array of real numbers",
    ),
    "one position, derivatives": (lambda: position_derivatives([0, 0, 0], 0, 0), r"^positions must have shape"),
    "infinite elevation of a response": (
        lambda: position_response([[0, 0, 0]], INF, 0),
        "^elevation must be a finite number",
    ),
    "complex azimuth of a response": (
        lambda: position_response([[0, 0, 0]], 0, 1j),
        "^azimuth must be a finite number",
    ),
    "infinite elevation, derivatives": (
        lambda: position_derivatives([[0, 0, 0]], INF, 0),
        "^elevation must be a finite number",
    ),
    "complex azimuth, derivatives": (
        lambda: position_derivatives([[0, 0, 0]], 0, 1j),
        "^azimuth must be a finite number",
    ),
    "NaN response": (lambda: conditional_crlb([NAN], [[1.0]], 1.0, 1.0), "^response must be finite"),
    "infinite derivative": (lambda: conditional_crlb([1.0], [[INF]], 1.0, 1.0), "^derivatives must be finite"),
    "no step": (lambda: numerical_response(S, ONES, 0.0), "^step must be a finite positive number"),
    "wavelength in words": (lambda: plane_wave_error(G, "long"), "^wavelength must be a finite positive number"),
    "distance of zero": (lambda: plane_wave_error(G, 0.1, distance=0), "^distance must be a finite positive"),
    "two blocks at two ends": (
        lambda: two_ended_factor(S, ONES, np.ones((2, 3))),
        r"^symbols must be those of one block, shape \(T,\), got a batch of shape \(2,\)",
    ),
    "complex direction": (lambda: direction_form(S, [1j, 0]), "^direction must be an array of real numbers"),
    "direction in space": (lambda: direction_form(S, [1, 0, 0]), r"^direction must have shape \(\.\.\., 2\)"),
    # Studies over a range
    "complex variances": (lambda: bounds_by_variance(S, ONES, 2, [1j]), "^variances must be an array of real"),
    "NaN among variances": (lambda: bounds_by_variance(S, ONES, 2, [0.5, NAN]), "^variances must be finite"),
    "complex SNRs": (
        lambda: errors_by_snr(G, [1j], draws=2, rng=rng()),
        "^snr_db must be an array of real numbers",
    ),
    "NaN among SNRs": (lambda: errors_by_snr(G, [NAN], draws=2, rng=rng()), "^snr_db must be finite"),
    "one draw for an interval": (
        lambda: errors_by_snr(G, [0.0], draws=1, rng=rng()),
        "^draws must be an integer of at least 2",
    ),
    "a seed for errors by SNR": (lambda: errors_by_snr(G, [0.0], draws=2, rng=1), "^rng must be a numpy.random"),
    "one error": (lambda: root_mean_square([1.0]), "^squared_errors must be at least two numbers"),
    "negative square": (lambda: root_mean_square([1.0, -1.0]), "^squared_errors must be at least two numbers"),
    "complex errors": (lambda: root_mean_square([1.0, 1j]), "^squared_errors must be an array of real numbers"),
    "complex separations": (lambda: peb_by_separation([1j]), "^separations must be an array of real numbers"),
    "NaN separation": (lambda: peb_by_separation(NAN), "^separations must be finite"),
    "a seed for a scenario": (lambda: random_scenario(1), "^rng must be a numpy.random.Generator"),
    "no draws of a map": (
        lambda: regime_map([2], [2], draws=0, rng=rng()),
        "^draws must be an integer of at least 1",
    ),
    # Batches of searches
    "51 halvings": (
        lambda: refine_phases(S, ONES, X, 0.5, halvings=51),
        "^halvings must be .* at most 50, got 51",
    ),
    "no halvings": (
        lambda: refine_phases(S, ONES, X, 0.5, halvings=0),
        "^halvings must be an integer of at least 1",
    ),
    "weights without beams of their own": (
        lambda: refine_phases(S, ONES, X, [0.5, 0.6]),
        r"^leading axes of symbols and weight, \(2,\), must fit those of beams, \(\)",
    ),
    "weights that do not fit the beams": (
        lambda: refine_phases(S, np.ones((3, 16)), X, [0.5, 0.6]),
        r"^leading axes of symbols and weight, \(2,\), must fit those of beams, \(3,\)",
    ),
    "no rounds": (lambda: refine_phases(S, ONES, X, 0.5, rounds=0), "^rounds must be an integer of at least 1"),
    "weight on known symbols, refined": (
        lambda: refine_phases(S, ONES, X, 0.5, "known"),
        r"^weight \(zeta\) must be 0 when the symbols are known",
    ),
    "negative batch": (
        lambda: minimise_over_phases(lambda b, s: 0, S, (-1,), rng=rng()),
        r"^batch\[0\] must be an integer of at least 0",
    ),
    "batch beyond memory": (
        lambda: minimise_over_phases(lambda b, s: 0, S, 2**31, rng=rng()),
        "^batch must be an integer of at least 0 and at most 2147483647, got 2147483648",
    ),
    "negative batch of pilots": (
        lambda: localisation_system(S, 2, rng=rng(), batch=(-1,)),
        r"^batch\[0\] must be an integer of at least 0",
    ),
    "fractional batch, all beams": (
        lambda: minimise_over_all_beams(lambda b, s: 0, S, (1.5,)),
        r"^batch\[0\] must be an integer",
    ),
    "weights and symbols that do not fit": (
        lambda: search(symbols=np.ones((3, 2)), weight=[0.1, 0.2]),
        r"^the axes of weight and the leading axes of symbols must broadcast, got \(2,\) and \(3,\)",
    ),
}


@pytest.mark.bad_input
@pytest.mark.parametrize(("attempt", "message"), BAD_ELSEWHERE.values(), ids=BAD_ELSEWHERE.keys())
def test_elsewhere_it_is_refused_with_a_message_that_names_the_argument(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt()


def test_scenarios_that_only_just_pass_are_accepted():
    Scenario(phase_bits=8, user_aoa=(1.57, 0.0), irs_aoa=(0.0, math.pi))
    Scenario(snr_db=1000.0, phase_convention="difference")
    Scenario(snr_db=-1000.0, phase_convention="sum")
    Scenario(irs_spacing=1e-30, user_spacing=1e30, bs_irs_gain=1e50j, irs_user_gain=-1e-50)
    Scenario(transmit_power=1e-100)
    Scenario(transmit_power=1e100)
    Scenario(irs_shape=np.array([2, 3]), phase_bits=np.int64(1), bs_antennas=np.uint8(3))


def test_what_only_just_passes_is_accepted():
    crlb(S, ONES * (1 + 1e-10), X)
    crlb(S, ONES, np.full(10_000, 1e30))
    draw_symbols(rng(), 1, 0)
    draw_symbols(rng(), 1, 1)
    modified_crlb(Bounds(np.array(NAN), np.array(1.0), np.array(1.0)), 0.0)
    search(candidates=3, elites=3, tolerance=1e-300, max_iterations=1)
    complete_search(S.replace(irs_shape=(2, 2), phase_bits=4), X, 1.0)


@pytest.mark.parametrize("where", [0, 700, 2999])
@pytest.mark.parametrize("modulus", [1 + 0.9e-9, 1 - 0.9e-9, 1 + 1.1e-9, 1 - 1.1e-9, 0.0, 1e200, INF, NAN])
def test_one_modulus_in_many_beams_decides_wherever_it_is(where, modulus):
    beams = np.exp(1j * np.arange(3000 * 16)).reshape(3000, 16)
    beams[where, 5] *= modulus
    if abs(modulus - 1) < 1e-9:
        crlb(S, beams, X)
    else:
        away = re.escape(f"{abs(modulus - 1):.3g}")
        with pytest.raises(ValueError, match=rf"^beams must have elements of unit modulus.* {away} away from 1"):
            crlb(S, beams, X)
