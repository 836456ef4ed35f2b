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
from noisac.__main__ import main
from noisac.arrays import direction_cosines, element_indices, linear_steering_vector, steering_vector
from noisac.estimation import maximum_likelihood, qam, simulate_received, symbol_error_rate
from noisac.gain import crlb_unknown_gain
from noisac.orientation import pose_bound
from noisac.pattern import array_gain
from noisac.position_fix import intersect_lines
from noisac.position_fix import maximum_likelihood as position_fix
from noisac.positioning import (
    angle_covariance,
    angles_of_arrival,
    equivalent_angle_information,
    error_ellipse,
    position_error_bound,
)
from noisac.priors import bayesian_crlb, crlb_with_prior, marginal_crlb
from noisac.rates import effective_snr, gaussian_information
from noisac.tracking import block_scenarios, peb_map, simulate_errors
from noisac.tradeoff import angle_range_bound, apertures, quantised_gain, rate_range_bound

S = Scenario(irs_shape=(2, 2), user_shape=(2, 2))
BEAM, X = np.array([1, 1j, -1, 1]), np.array([1.0, 0.5 - 1j])
ANCHORS, POSITION = np.array([[0, 0, 5.0], [0, 2.0, 5.0]]), np.array([4.0, 7.0, 0.0])
INFORMATION = np.tile(np.eye(2) * 1e6, (2, 1, 1))
SECTION_V = Geometry.section_v()


def rng():
    return np.random.default_rng(0)


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
    noisac.noisac_system: {"scenario": S, "symbols": X, "weight": 0.5, "rng": rng},
    noisac.localisation_system: {"scenario": S, "slots": 2, "rng": rng},
    noisac.tdisac_system: {"scenario": S, "slots": 5, "rng": rng},
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
    position_fix: {
        "anchors": ANCHORS, "angles": angles_of_arrival(ANCHORS, POSITION), "angle_information": INFORMATION,
        "height": 0.0, "start": POSITION, "max_iterations": 5,
    },
    block_scenarios: {"geometry": SECTION_V, "position": POSITION, "snr_db": 1.0},
    peb_map: {"geometry": SECTION_V, "x": [4.0, 5.0], "y": [1.0, 2.0], "symbol_model": "real", "height": 0.0},
    simulate_errors: {
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
    SymbolMoments(2, np.zeros((2, 2))), SymbolMoments(-1, np.ones((2, 2))), range(4), slice(None), 10**30,
    np.longdouble(1.5), "difference", "known", [0.5, 0.5], np.array([[1e300, -1e300, 1e-300, 0.0]]),
]  # fmt: skip


def call(function, arguments):
    """Call, with a fresh generator where one is wanted."""
    return function(**{name: value() if value is rng else value for name, value in arguments.items()})


def numbers_of(result):
    """All numbers in a result, however it is nested."""
    if isinstance(result, tuple):
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
