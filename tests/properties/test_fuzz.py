"""Nothing that a user types crashes: a ValueError or TypeError that says what, or a result without a NaN."""

import contextlib
import io
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import noisac
from noisac import Bounds, Geometry, Scenario, SymbolMoments
from noisac.beamforming.pattern import array_gain, user_direction
from noisac.beamforming.refinement import refine_phases
from noisac.beamforming.tradeoff_ranges import design_beams, tradeoff_range
from noisac.bounds.angles import angle_covariance, equivalent_angle_information
from noisac.bounds.aperture import (
    aligned_beam,
    aperture_ratio,
    apertures,
    direction_form,
    information_ceiling,
    largest_eigenvalue,
)
from noisac.bounds.closed_form import bs_gain, sum_weights
from noisac.bounds.priors import (
    bayesian_crlb,
    bayesian_information,
    crlb_with_prior,
    expected_information,
    marginal_crlb,
    marginal_information,
    prior_information,
)
from noisac.bounds.rates import angle_cost, effective_snr, gaussian_information
from noisac.bounds.responses import conditional_crlb
from noisac.bounds.tradeoff import (
    aligned_beam_suffices,
    angle_gradients_by_cosines,
    angle_range_bound,
    imaginary_share,
    least_angle_crlb,
    quantised_gain,
    rate_range_bound,
)
from noisac.bounds.unknown_gain import crlb_unknown_gain, fisher_information_unknown_gain
from noisac.cli import main
from noisac.estimation import (
    maximum_likelihood,
    nearest_symbols,
    qam,
    simulate_error_rates,
    simulate_errors,
    simulate_received,
    squared_errors,
    symbol_error_rate,
    symbols_at,
    what_is_known,
)
from noisac.model.arrays import (
    direction_cosines,
    element_indices,
    linear_steering_vector,
    position_derivatives,
    position_response,
    steering_derivatives,
    steering_vector,
)
from noisac.positioning.blocks import block_information, block_scenarios, peb_map
from noisac.positioning.error_bound import (
    angle_gradients_by_position,
    angles_of_arrival,
    error_ellipse,
    position_covariance,
    position_error_bound,
    position_information,
)
from noisac.positioning.errors import simulate_fixes, simulate_position_errors, simulate_track
from noisac.positioning.fixes import directions, intersect_lines, most_likely_position
from noisac.positioning.orientation import direction_gradients, pose_bound, two_ended_factor
from noisac_book.bound import closed_form_errors, random_scenario
from noisac_book.complex_symbols import bounds_by_variance, mismatch_db, numerical_response
from noisac_book.mutual_information import compare_rates
from noisac_book.position import errors_by_snr, peb_by_separation
from noisac_book.system_model import plane_wave_error
from noisac_book.when_tradeoff import exact_changes

S = Scenario(irs_shape=(2, 2), user_shape=(2, 2))
BEAM, X = np.array([1, 1j, -1, 1]), np.array([1.0, 0.5 - 1j])
ANCHORS, POSITION = np.array([[0, 0, 5.0], [0, 2.0, 5.0]]), np.array([4.0, 7.0, 0.0])
INFORMATION = np.tile(np.eye(2) * 1e6, (2, 1, 1))
SECTION_V = Geometry.section_v()
RESPONSE = noisac.plane_wave_response(S, BEAM)
PLACES = np.array([[0, 0, 0], [0, 0.5, 0], [0, 0, 0.5], [0.1, 0.5, 0.5]])
OBSERVED = np.ones((1, 2, 4), complex)
FOUND = maximum_likelihood(S, BEAM, OBSERVED, "complex")


def rng():
    return np.random.default_rng(0)


def first_phase(beams, searches):
    return np.angle(beams[..., -1] * beams[..., 0].conj())


#: Functions with one valid call each: what is fuzzed is one or two of its arguments.
CALLS = {
    Scenario: {
        "irs_shape": (2, 2), "user_shape": (2, 2), "bs_antennas": 2, "transmit_power": 1.0, "snr_db": 0.0,
        "phase_bits": 2, "user_aoa": (0.1, 0.2), "irs_aoa": (0.1, 0.2), "irs_spacing": 0.5, "user_spacing": 0.5,
        "bs_aod": 0.1, "bs_irs_gain": 1.0, "irs_user_gain": 1j, "phase_convention": "sum",
    },
    Geometry: {
        "bs_position": (20.0, 0, 10), "irs_positions": ANCHORS, "user_position": POSITION, "bs_irs_exponent": 2.0,
        "irs_user_exponent": 2.0, "reference_loss_db": 30.0,
    },
    Geometry.section_v: {"user_azimuth": 1.0, "bs_azimuth": -0.5, "irs_separation": 2.0},
    noisac.path_gain: {"distance": 10.0, "exponent": 2.0, "reference_loss_db": 30.0},
    noisac.crlb: {"scenario": S, "beams": BEAM, "symbols": X, "symbol_model": "real", "bs_beam": np.ones(8)},
    noisac.crlb_per_symbol: {"scenario": S, "beams": BEAM, "symbols": X, "symbol_model": "complex"},
    noisac.symbol_crlb_known_angles: {"scenario": S, "beams": BEAM},
    noisac.modified_crlb: {"bounds": Bounds(np.array(0.1), np.array(0.2), np.array(0.3)), "weight": 0.5},
    noisac.mutual_information: {"symbol_crlb": 0.1, "symbol_variance": 1.0},
    noisac.fisher_information: {"scenario": S, "beam": BEAM, "symbols": X, "symbol_model": "real"},
    noisac.finite_difference_information: {"scenario": S, "beam": BEAM, "symbols": X, "symbol_model": "real"},
    noisac.received_mean: {"scenario": S, "beam": BEAM, "symbols": X},
    noisac.draw_symbols: {"rng": rng, "slots": 3, "variance": 0.5, "size": (2,)},
    noisac.pilots: {"slots": 3},
    noisac.expected_symbol_moments: {"slots": 3, "variance": 0.5},
    noisac.symbol_moments: {"symbols": X},
    noisac.phase_codebook: {"bits": 2},
    noisac.random_beams: {"scenario": S, "size": (2,), "rng": rng},
    noisac.max_gain_beam: {"scenario": S},
    noisac.objective_lower_bound: {"scenario": S, "symbols": X, "weight": 0.5, "symbol_model": "real"},
    noisac.complete_search: {"scenario": S, "symbols": X, "weight": 0.5, "symbol_model": "real"},
    noisac.certified_optimum: {"scenario": S, "symbols": X, "weight": 0.5, "symbol_model": "real"},
    noisac.cross_entropy: {
        "scenario": S, "symbols": X, "weight": 0.5, "symbol_model": "real", "rng": rng, "candidates": 12,
        "elites": 3, "tolerance": 1e-3, "max_iterations": 4,
    },
    noisac.coordinate_descent: {"scenario": S, "symbols": X, "weight": 0.5, "symbol_model": "real", "rng": rng},
    refine_phases: {
        "scenario": S, "beams": BEAM, "symbols": X, "weight": 0.5, "symbol_model": "real", "halvings": 1
    },
    noisac.noisac_system: {"scenario": S, "symbols": X, "weight": 0.5, "rng": rng},
    noisac.localisation_system: {"scenario": S, "slots": 2, "rng": rng, "batch": ()},
    noisac.tdisac_system: {"scenario": S, "slots": 5, "rng": rng, "batch": (), "pilot_share": 0.2},
    element_indices: {"shape": (2, 2)},
    direction_cosines: {"elevation": 0.1, "azimuth": 0.2},
    steering_vector: {"shape": (2, 2), "spacing": 0.5, "elevation": 0.1, "azimuth": 0.2},
    linear_steering_vector: {"antennas": 3, "angle": 0.1},
    crlb_unknown_gain: {"scenario": S, "beams": BEAM, "symbols": X, "symbol_model": "real", "gain_model": "phase"},
    bayesian_crlb: {"scenario": S, "beams": BEAM, "slots": 2, "variance": 0.5, "symbol_model": "real"},
    crlb_with_prior: {"scenario": S, "beams": BEAM, "symbols": X, "variance": 0.5, "symbol_model": "real"},
    marginal_crlb: {"scenario": S, "beams": BEAM, "slots": 2, "variance": 0.5},
    effective_snr: {"scenario": S, "beams": BEAM, "symbol_variance": 0.5},
    gaussian_information: {"symbol_crlb": 0.1, "symbol_variance": 1.0, "symbol_model": "real"},
    array_gain: {"scenario": S, "beam": BEAM, "along_y": 0.1, "along_z": 0.2},
    equivalent_angle_information: {"scenario": S, "beams": BEAM, "symbols": X, "symbol_model": "real"},
    angle_covariance: {"scenario": S, "beams": BEAM, "symbols": X, "symbol_model": "real"},
    angles_of_arrival: {"anchors": ANCHORS, "positions": POSITION},
    position_error_bound: {
        "anchors": ANCHORS, "positions": POSITION, "angle_information": INFORMATION, "height_known": True
    },
    error_ellipse: {"covariance": np.eye(2), "confidence": 0.9},
    intersect_lines: {"anchors": ANCHORS, "angles": angles_of_arrival(ANCHORS, POSITION)},
    most_likely_position: {
        "anchors": ANCHORS, "angles": angles_of_arrival(ANCHORS, POSITION), "angle_information": INFORMATION,
        "height": 0.0, "start": POSITION, "max_iterations": 5,
    },
    block_scenarios: {"geometry": SECTION_V, "position": POSITION, "snr_db": 1.0},
    peb_map: {"geometry": SECTION_V, "x": [4.0, 5.0], "y": [1.0, 2.0], "symbol_model": "real", "height": 0.0},
    simulate_position_errors: {
        "anchors": ANCHORS, "position": POSITION, "angle_information": INFORMATION, "draws": 3, "rng": rng
    },
    pose_bound: {"geometry": SECTION_V, "symbol_model": "complex", "rotation": "yaw", "height_known": False},
    simulate_received: {"scenario": S, "beam": BEAM, "symbols": X, "draws": 2, "rng": rng},
    maximum_likelihood: {
        "scenario": S, "beam": BEAM, "received": np.ones((1, 2, 4), complex), "symbol_model": "complex",
        "oversampling": 2.0,
    },
    qam: {"order": 16},
    symbol_error_rate: {"order": 16, "snr": 1.0},
    apertures: {"scenario": S},
    angle_range_bound: {"scenario": S, "slots": 2.0, "symbol_model": "real", "share": 1.0, "phases": "continuous"},
    rate_range_bound: {"scenario": S, "slots": 2.0},
    quantised_gain: {"bits": 2},
    noisac.score_samples: {
        "scenario": S, "beam": BEAM, "symbols": X, "symbol_model": "real", "draws": 2, "rng": rng, "step": 1e-5
    },
    noisac.irs_user_channel: {"scenario": S},
    noisac.irs_user_channel_derivatives: {"scenario": S},
    noisac.bs_irs_channel: {"scenario": S},
    noisac.matched_bs_beam: {"scenario": S},
    noisac.plane_wave_response: {
        "scenario": S, "beams": BEAM, "user_positions": PLACES, "irs_positions": PLACES[:, 1:]
    },
    noisac.crlb_of_response: {
        "response": RESPONSE, "symbols": X, "symbol_model": "real", "noise_variance": 1e-10
    },
    noisac.fisher_information_of_response: {
        "response": RESPONSE, "symbols": X, "symbol_model": "real", "noise_variance": 1e-10
    },
    noisac.minimise_over_phases: {
        "objective": first_phase, "scenario": S, "batch": (), "rng": rng, "candidates": 8, "elites": 2,
        "max_iterations": 3, "smoothing": 0.5,
    },
    noisac.minimise_over_all_beams: {"objective": first_phase, "scenario": S, "batch": ()},
    plane_wave_error: {
        "geometry": SECTION_V, "wavelength": 0.01, "distance": 5.0, "sub_irs": 1, "phase_convention": "sum"
    },
    bs_gain: {"scenario": S, "bs_beam": np.ones(8)},
    sum_weights: {"scenario": S},
    closed_form_errors: {"trials": 1, "rng": rng},
    random_scenario: {"rng": rng},
    conditional_crlb: {
        "response": RESPONSE.signal, "derivatives": np.stack(RESPONSE[1:], axis=-1), "power": 1.0,
        "noise_variance": 1e-10,
    },
    numerical_response: {"scenario": S, "beam": BEAM, "step": 1e-5},
    steering_derivatives: {"shape": (2, 2), "spacing": 0.5, "elevation": 0.1, "azimuth": 0.2},
    position_response: {"positions": PLACES, "elevation": 0.1, "azimuth": 0.2},
    position_derivatives: {"positions": PLACES, "elevation": 0.1, "azimuth": 0.2},
    fisher_information_unknown_gain: {
        "scenario": S, "beam": BEAM, "symbols": X, "symbol_model": "real", "gain_model": "complex"
    },
    angle_cost: {"scenario": S, "beams": BEAM, "symbols": X, "symbol_model": "complex"},
    compare_rates: {"scenario": S, "slots": 5, "draws": 1, "seed": 0},
    mismatch_db: {"scenario": S, "symbols": X, "rng": rng, "phases": "codebook"},
    user_direction: {"scenario": S},
    two_ended_factor: {"scenario": S, "beam": BEAM, "symbols": X, "symbol_model": "real"},
    direction_gradients: {"anchor": ANCHORS[0], "position": POSITION},
    angle_gradients_by_position: {"anchors": ANCHORS, "positions": POSITION},
    position_information: {"anchors": ANCHORS, "positions": POSITION, "angle_information": INFORMATION},
    position_covariance: {
        "anchors": ANCHORS, "positions": POSITION, "angle_information": INFORMATION, "height_known": True
    },
    directions: {"angles": (0.1, 0.2)},
    block_information: {
        "scenarios": (S, S), "symbols": None, "symbol_model": "real", "beams": (BEAM, BEAM), "slots": 2
    },
    errors_by_snr: {"geometry": SECTION_V, "snr_db": [0.0], "draws": 2, "rng": rng},
    peb_by_separation: {"separations": [1.0], "symbol_model": "real", "height_known": False},
    simulate_fixes: {"geometry": SECTION_V, "position": POSITION, "draws": 2, "rng": rng, "slots": 2},
    simulate_track: {"geometry": SECTION_V, "path": [POSITION], "rng": rng, "slots": 2},
    aperture_ratio: {"scenario": S},
    aligned_beam: {"scenario": S},
    direction_form: {"scenario": S, "direction": [1.0, 0.0]},
    largest_eigenvalue: {"scenario": S, "direction": [1.0, 0.0]},
    information_ceiling: {"scenario": S},
    least_angle_crlb: {"scenario": S, "symbols": X},
    imaginary_share: {"symbols": X},
    aligned_beam_suffices: {"scenario": S, "slots": 2.0},
    angle_gradients_by_cosines: {"scenario": S},
    design_beams: {
        "scenario": S, "symbols": X, "weight": 0.5, "rng": rng, "symbol_model": "real", "phases": "continuous"
    },
    tradeoff_range: {
        "scenario": S, "symbols": X, "rng": rng, "symbol_model": "real", "phases": "codebook"
    },
    exact_changes: {"scenario": S, "symbols": X, "symbol_model": "real"},
    prior_information: {"variance": 0.5},
    expected_information: {"scenario": S, "beam": BEAM, "slots": 2, "variance": 0.5, "symbol_model": "real"},
    bayesian_information: {"scenario": S, "beam": BEAM, "slots": 2, "variance": 0.5, "symbol_model": "real"},
    marginal_information: {"scenario": S, "beams": BEAM, "slots": 2, "variance": 0.5},
    bounds_by_variance: {"scenario": S, "beam": BEAM, "slots": 2, "variances": [0.5, 1.0]},
    symbols_at: {"scenario": S, "beam": BEAM, "received": OBSERVED, "bs_beam": np.ones(8)},
    simulate_errors: {
        "scenario": S, "beam": BEAM, "symbols": X, "snr_db": [0.0], "draws": 2, "rng": rng,
        "symbol_models": ("complex",),
    },
    simulate_error_rates: {
        "scenario": S, "beam": BEAM, "order": 4, "slots": 2, "snr_db": [0.0], "draws": 2, "rng": rng
    },
    squared_errors: {"estimates": FOUND, "scenario": S, "symbols": X},
    what_is_known: {"symbols": X, "symbol_model": "real"},
    nearest_symbols: {"estimates": X, "order": 16},
}  # fmt: skip

#: What somebody might type, or a computation hand on. No count is large enough to fill the memory.
JUNK = [
    None, True, False, 0, 1, -1, 2, 3, 0.0, -0.0, 0.5, 1.5, -1e-300, 1e-300, 1e300, -1e300, math.pi / 2, math.nan,
    math.inf, -math.inf, 1j, complex(math.nan, 1), "", "real", "0.5", b"4", [], (), [[]], {}, set(), (1, 2),
    (2.0, 2), [1, "a"], [[1, 2], [3]], (math.nan, 0.1), object(), print, Scenario, S, rng,
    np.array(1.0), np.array([]), np.zeros(4), np.ones(4), np.ones(5), np.ones((3, 4)), np.ones((0, 4)),
    np.ones((4, 1)),
    np.full(4, np.nan), np.full(4, np.inf), np.array([1, "a"]), np.array([None, 1]), np.array([1 + 1j, 0]),
    np.zeros((2, 2)), -np.eye(2), np.full((2, 2, 2), np.nan), np.zeros((2, 2, 2)), np.ones((2, 3)),
    np.zeros((2, 3)),
    np.bool_(True), np.int8(2), np.float32(0.5), np.datetime64("2020-01-01"), np.array([True, False, True, True]),
    SymbolMoments(2, np.zeros((2, 2))), SymbolMoments(2, np.full((2, 2), 1e90)),
    SymbolMoments(-1, np.ones((2, 2))), range(4), slice(None), 10**30,
    np.longdouble(1.5), "difference", "known", [0.5, 0.5], np.array([[1e300, -1e300, 1e-300, 0.0]]),
    np.full(8, 1e300), np.full(4, 1e90), np.full(4, 1e30), np.full((4, 2), 1e30), (np.full(4, 1e30j),) * 3,
    np.full(8, 1e-300), np.zeros(8), np.ones((4, 2)), np.ones((4, 3)), np.zeros(3), np.zeros((2, 4)),
    S.replace(snr_db=1000.0), S.replace(snr_db=-1000.0), S.replace(bs_irs_gain=1e50, irs_user_gain=1e-50j),
    S.replace(irs_shape=(1, 1), user_shape=(1, 1)), S.replace(user_aoa=(math.pi / 2 - 1e-8, 0.0)),
    S.replace(transmit_power=1e100), S.replace(transmit_power=1e-100), S.replace(user_spacing=1e-30),
    S.replace(user_spacing=1e30), [S, S], "phase", "complex", "codebook",
]  # fmt: skip

#: What is undefined where there is no signal, and says so: ratios of bounds that do not exist, and estimates.
UNDEFINED = (angle_cost, mismatch_db, tradeoff_range, exact_changes, symbols_at)


def call(function, arguments):
    """Call, with a fresh generator where one is wanted."""
    return function(**{name: value() if value is rng else value for name, value in arguments.items()})


def numbers_of(result):
    """All numbers in a result, however it is nested."""
    if isinstance(result, dict):
        result = tuple(result.values())
    if isinstance(result, tuple | list):
        return [number for part in result for number in numbers_of(part)]
    if isinstance(result, np.ndarray | float | complex | np.number):
        return [np.asarray(result)]
    return []


def without_the_symbols(result):
    """Leave out what is NaN on purpose: symbols that are known have no bound."""
    if isinstance(result, Bounds):
        return result.elevation, result.azimuth
    return result.angle_crlb if isinstance(result, noisac.Performance) else result


@settings(max_examples=1000)
@given(st.data())
def test_whatever_is_typed_is_refused_by_name_or_gives_numbers(data):
    function = data.draw(st.sampled_from(list(CALLS)))
    arguments = dict(CALLS[function])
    for name in data.draw(st.lists(st.sampled_from(list(arguments)), min_size=1, max_size=2, unique=True)):
        arguments[name] = data.draw(st.sampled_from(JUNK))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            result = call(function, arguments)
        except (ValueError, TypeError):
            return
    if function in UNDEFINED:
        return
    for number in numbers_of(without_the_symbols(result)):
        assert not np.any(np.isnan(number)), (function, arguments, result)


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__qualname__)
def test_the_call_that_is_fuzzed_works(function):
    for number in numbers_of(without_the_symbols(call(function, CALLS[function]))):
        assert not np.any(np.isnan(number))


@pytest.mark.parametrize(
    "function", [function for function in CALLS if "scenario" in CALLS[function]], ids=lambda f: f.__qualname__
)
def test_what_is_no_scenario_is_refused_by_that_name(function):
    with pytest.raises(TypeError, match=r"^scenario must be a noisac\.Scenario, got None$"):
        call(function, CALLS[function] | {"scenario": None})


@pytest.mark.parametrize(
    "function", [function for function in CALLS if "symbol_model" in CALLS[function]], ids=lambda f: f.__qualname__
)
def test_an_unknown_symbol_model_is_refused_by_that_name(function):
    with pytest.raises(ValueError, match=r"^symbol_model must be one of .*, got 'imaginary'$"):
        call(function, CALLS[function] | {"symbol_model": "imaginary"})


#: A command that takes no time, and options of it whose values are typed.
COMMAND = {
    "--irs": "2x2", "--user": "2x2", "--bits": "1", "--snr": "0", "--slots": "2", "--weight": "0.5",
    "--variance": "1", "--symbol-model": "real", "--seed": "1", "--method": "certificate",
}  # fmt: skip
TYPED = [
    "",
    " ",
    "0",
    "-1",
    "1.5",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "2x",
    "x2",
    "2x2x2",
    "0x2",
    "-2x2",
    "2X2",
    "99999999999999999999",
    "a",
    "--",
    "-",
    "real",
    "None",
    "1j",
    "1e-400",
    "99999999999999999999",
    "0.5,0.5",
    "\N{SUPERSCRIPT TWO}",
    "/",
    ".",
    "[1]",
    "'1'",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(list(COMMAND)), min_size=1, max_size=2, unique=True), st.data())
def test_whatever_is_typed_at_the_command_line_ends_with_0_or_with_2_and_a_message(options, data):
    typed = COMMAND | {option: data.draw(st.sampled_from(TYPED)) for option in options}
    words = [word for pair in typed.items() for word in pair]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            code = main(["optimise", *words])
        except SystemExit as leaving:
            code = leaving.code
    if code == 0:
        assert "nan" not in out.getvalue().lower()
    else:
        assert code == 2
        assert "error: " in err.getvalue()
