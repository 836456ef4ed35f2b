"""Bad arguments are refused with a message that names them."""

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
    bs_irs_channel,
    certified_optimum,
    complete_search,
    coordinate_descent,
    crlb,
    crlb_of_response,
    crlb_per_symbol,
    cross_entropy,
    draw_symbols,
    expected_symbol_moments,
    finite_difference_information,
    fisher_information,
    irs_user_channel,
    irs_user_channel_derivatives,
    localisation_system,
    matched_bs_beam,
    minimise_over_all_beams,
    minimise_over_phases,
    modified_crlb,
    mutual_information,
    noisac_system,
    objective_lower_bound,
    path_gain,
    phase_codebook,
    pilots,
    plane_wave_response,
    random_beams,
    received_mean,
    run_experiment,
    run_figure,
    score_samples,
    summarise,
    symbol_crlb_known_angles,
    symbol_moments,
    tdisac_system,
)
from noisac.beamforming.pattern import array_gain, user_direction
from noisac.beamforming.refinement import refine_phases
from noisac.beamforming.tradeoff_ranges import design_beams, regime_map
from noisac.bounds.aperture import aligned_beam, aperture_ratio, direction_form, largest_eigenvalue
from noisac.bounds.closed_form import bs_gain, sum_weights
from noisac.bounds.priors import bounds_by_variance
from noisac.bounds.rates import angle_cost
from noisac.bounds.responses import conditional_crlb, numerical_response
from noisac.bounds.tradeoff import angle_gradients_by_cosines, angle_range_bound
from noisac.bounds.unknown_gain import fisher_information_unknown_gain
from noisac.estimation import Estimates, simulate_error_rates, simulate_errors, squared_errors, symbols_at
from noisac.experiments.sweeps import tasks_of
from noisac.model.arrays import (
    direction_cosines,
    linear_steering_vector,
    position_derivatives,
    position_response,
    steering_vector,
)
from noisac.model.channel import plane_wave_error
from noisac.positioning.blocks import block_scenarios, peb_by_separation, peb_map
from noisac.positioning.error_bound import error_ellipse, position_error_bound
from noisac.positioning.errors import errors_by_snr, root_mean_square, simulate_position_errors, simulate_track
from noisac.positioning.orientation import two_ended_factor
from noisac_book.bound import random_scenario

NAN, INF = math.nan, math.inf
S, ONES, X = Scenario(), np.ones(16), np.array([1.0, 1j])
G = Geometry.section_v()
PLACES, PAIRS = (G.irs_positions, G.user_position), np.tile(np.eye(2) * 1e6, (2, 1, 1))


def rng():
    return np.random.default_rng(0)


def with_element(value, length=16):
    array = np.ones(length, dtype=complex)
    array[1] = value
    return array


def search(scenario=S, symbols=X, weight=0.5, **options):
    return cross_entropy(scenario, symbols, weight, **({"rng": rng()} | options))


# (what is tried, what the message says)
BAD = {
    # Scenario
    "flat IRS shape": (lambda: Scenario(irs_shape=16), r"^irs_shape must be two positive integers"),
    "IRS shape of three": (lambda: Scenario(irs_shape=(4, 4, 1)), r"^irs_shape must be two positive integers"),
    "IRS shape as text": (lambda: Scenario(irs_shape="44"), r"^irs_shape must be two positive integers"),
    "empty IRS": (lambda: Scenario(irs_shape=(0, 4)), r"^irs_shape\[0\] must be an integer of at least 1"),
    "negative user shape": (lambda: Scenario(user_shape=(4, -1)), r"^user_shape\[1\] must be an integer"),
    "fractional user shape": (lambda: Scenario(user_shape=(4, 2.5)), r"^user_shape\[1\] must be an integer"),
    "whole float in a shape": (lambda: Scenario(user_shape=(4.0, 2)), r"^user_shape\[0\] must be an integer"),
    "no BS antennas": (lambda: Scenario(bs_antennas=0), r"^bs_antennas must be an integer of at least 1"),
    "fractional BS antennas": (lambda: Scenario(bs_antennas=7.5), r"^bs_antennas must be an integer"),
    "zero power": (lambda: Scenario(transmit_power=0), r"^transmit_power must be a finite positive number"),
    "negative power": (lambda: Scenario(transmit_power=-1.0), r"^transmit_power must be a finite positive"),
    "NaN power": (lambda: Scenario(transmit_power=NAN), r"^transmit_power must be a finite positive number"),
    "infinite power": (lambda: Scenario(transmit_power=INF), r"^transmit_power must be a finite positive"),
    "NaN SNR": (lambda: Scenario(snr_db=NAN), r"^snr_db must be a finite number"),
    "infinite SNR": (lambda: Scenario(snr_db=-INF), r"^snr_db must be a finite number"),
    "SNR in words": (lambda: Scenario(snr_db="loud"), r"^snr_db must be a finite number, got 'loud'"),
    "complex SNR": (lambda: Scenario(snr_db=1j), r"^snr_db must be a finite number"),
    "no SNR": (lambda: Scenario(snr_db=None), r"^snr_db must be a finite number"),
    "zero bits": (lambda: Scenario(phase_bits=0), r"^phase_bits must be an integer of at least 1 and at most 8"),
    "nine bits": (lambda: Scenario(phase_bits=9), r"^phase_bits must be an integer of at least 1 and at most 8"),
    "fractional bits": (lambda: Scenario(phase_bits=2.0), r"^phase_bits must be an integer"),
    "bits as a truth value": (lambda: Scenario(phase_bits=True), r"^phase_bits must be an integer.*got True"),
    "bits in words": (lambda: Scenario(phase_bits="two"), r"^phase_bits must be an integer"),
    "zero spacing": (lambda: Scenario(irs_spacing=0.0), r"^irs_spacing must be a finite positive number"),
    "negative spacing": (lambda: Scenario(user_spacing=-0.5), r"^user_spacing must be a finite positive"),
    "NaN spacing": (lambda: Scenario(user_spacing=NAN), r"^user_spacing must be a finite positive number"),
    "one angle": (lambda: Scenario(user_aoa=0.1), r"^user_aoa must be an \(elevation, azimuth\) pair"),
    "three angles": (lambda: Scenario(irs_aoa=(0.1, 0.2, 0.3)), r"^irs_aoa must be an \(elevation, azimuth\)"),
    "NaN elevation": (lambda: Scenario(user_aoa=(NAN, 0.1)), r"^user_aoa\[0\] must be a finite number"),
    "infinite azimuth": (lambda: Scenario(irs_aoa=(0.1, INF)), r"^irs_aoa\[1\] must be a finite number"),
    "angle in words": (lambda: Scenario(user_aoa=("up", 0.0)), r"^user_aoa\[0\] must be a finite number"),
    "elevation beyond the zenith": (lambda: Scenario(user_aoa=(1.6, 0.0)), r"^user_aoa\[0\], an elevation"),
    "elevation in degrees": (lambda: Scenario(irs_aoa=(30.0, 0.0)), r"^irs_aoa\[0\], an elevation.*radians"),
    "zenith": (lambda: Scenario(user_aoa=(math.pi / 2, 0.1)), r"^user_aoa = .* is at endfire"),
    "azimuth at endfire": (lambda: Scenario(user_aoa=(0.1, math.pi / 2)), r"^user_aoa = .* is at endfire"),
    "IRS angle at endfire": (lambda: Scenario(irs_aoa=(0.1, -math.pi / 2)), r"^irs_aoa = .* is at endfire"),
    "NaN angle at the BS": (lambda: Scenario(bs_aod=NAN), r"^bs_aod must be a finite number"),
    "zero path gain": (lambda: Scenario(bs_irs_gain=0), r"^bs_irs_gain must be a finite non-zero complex"),
    "NaN path gain": (lambda: Scenario(irs_user_gain=complex(NAN, 0)), r"^irs_user_gain must be a finite"),
    "infinite path gain": (lambda: Scenario(irs_user_gain=INF), r"^irs_user_gain must be a finite non-zero"),
    "path gain in words": (lambda: Scenario(bs_irs_gain="weak"), r"^bs_irs_gain must be a finite non-zero"),
    "unknown convention": (
        lambda: Scenario(phase_convention="m+l"),
        r"^phase_convention must be one of 'difference', 'sum', got 'm\+l'",
    ),
    "unknown field": (lambda: S.replace(bits=3, snr=1.0), r"^Scenario has no field bits, snr$"),
    "bad value in replace": (lambda: S.replace(phase_bits=0), r"^phase_bits must be"),
    # Geometry and paths
    "user on the IRS": (
        lambda: Geometry((0, 0, 9), ((1, 0, 5), (2, 0, 5)), (2, 0, 5)),
        r"^irs_positions\[1\] coincides with the base station or the user",
    ),
    "BS on the IRS": (lambda: Geometry((1, 0, 5), ((1, 0, 5), (2, 0, 5)), (9, 0, 0)), r"^irs_positions\[0\] coin"),
    "three sub-IRSs": (
        lambda: Geometry((0, 0, 9), ((1, 0, 5),) * 3, (2, 0, 0)),
        r"^irs_positions must hold two points",
    ),
    "one sub-IRS": (lambda: Geometry((0, 0, 9), ((1, 0, 5),), (2, 0, 0)), r"^irs_positions must hold two points"),
    "NaN position": (lambda: Geometry((0, NAN, 9), ((1, 0, 5),) * 2, (2, 0, 0)), r"^bs_position\[1\] must be"),
    "infinite position": (lambda: Geometry((0, 0, 9), ((1, 0, 5),) * 2, (INF, 0, 0)), r"^user_position\[0\] must"),
    "position in a plane": (
        lambda: Geometry((0, 9), ((1, 0, 5),) * 2, (2, 0, 0)),
        r"^bs_position must be a point",
    ),
    "sub-IRS in a plane": (
        lambda: Geometry((0, 0, 9), ((1, 0), (1, 0, 5)), (2, 0, 0)),
        r"^irs_positions\[0\] must",
    ),
    "third sub-IRS": (lambda: G.distances(2), r"^sub_irs must be an integer of at least 0 and at most 1, got 2"),
    "NaN exponent": (lambda: Geometry((0, 0, 9), ((1, 0, 5),) * 2, (2, 0, 0), NAN), r"^bs_irs_exponent must be"),
    "user straight to the side": (lambda: Geometry.section_v(math.pi / 2).scenario(), r"^user_aoa .* endfire"),
    "zero distance": (lambda: path_gain(0.0, 2.0), r"^distance must be a finite positive number"),
    # Beams
    "short beam": (lambda: crlb(S, np.ones(15), X), r"^beams must have shape \(\.\.\., 16\).*got \(15,\)"),
    "scalar beam": (lambda: crlb(S, 1.0, X), r"^beams must have shape \(\.\.\., 16\)"),
    "transposed beams": (lambda: crlb(S, np.ones((16, 3)), X), r"^beams must have shape"),
    "loud element": (lambda: crlb(S, with_element(2.0), X), r"^beams must have elements of unit modulus"),
    "dark element": (lambda: crlb(S, with_element(0.0), X), r"^beams must have elements of unit modulus"),
    "modulus off by a millionth": (lambda: crlb(S, ONES * (1 + 1e-6), X), r"^beams must have elements of unit"),
    "NaN in a beam": (lambda: crlb(S, with_element(NAN), X), r"^beams must have elements of unit modulus"),
    "infinity in a beam": (lambda: crlb(S, with_element(INF), X), r"^beams must have elements of unit modulus"),
    "beam in words": (lambda: crlb(S, ["on"] * 16, X), r"^beams must be a numeric array"),
    "phases as a beam": (lambda: crlb_per_symbol(S, np.zeros(16), X), r"^beams must have elements of unit"),
    "short beam, known angles": (lambda: symbol_crlb_known_angles(S, np.ones(9)), r"^beams must have shape"),
    "two beams at once": (lambda: fisher_information(S, np.ones((2, 16)), X), r"^beam must be a single beam"),
    "two beams for one signal": (lambda: received_mean(S, np.ones((2, 16)), X), r"^beam must be a single beam"),
    "short BS beam": (
        lambda: crlb(S, ONES, X, bs_beam=np.ones(7)),
        r"^bs_beam must have shape \(8,\), got \(7,\)",
    ),
    "NaN in the BS beam": (lambda: crlb(S, ONES, X, bs_beam=with_element(NAN, 8)), r"^bs_beam must be finite"),
    "BS beam, dense": (lambda: fisher_information(S, ONES, X, bs_beam=[1.0]), r"^bs_beam must have shape"),
    "BS beam in words": (
        lambda: received_mean(S, ONES, X, bs_beam=["a"] * 8),
        r"^bs_beam must be a numeric array",
    ),
    # Symbols
    "no symbols": (lambda: crlb(S, ONES, []), r"^symbols must have shape \(\.\.\., T\) with T of at least 1"),
    "no slots": (lambda: symbol_moments(np.ones((3, 0))), r"^symbols must have shape .* got shape \(3, 0\)"),
    "scalar symbol": (lambda: crlb(S, ONES, 1.0), r"^symbols must have shape \(\.\.\., T\)"),
    "NaN symbol": (lambda: crlb(S, ONES, [1.0, NAN]), r"^symbols must be finite"),
    "infinite symbol": (lambda: crlb_per_symbol(S, ONES, [1.0, INF]), r"^symbols must be finite"),
    "symbols in words": (lambda: crlb(S, ONES, ["one"]), r"^symbols must be a numeric array"),
    "two blocks, dense": (lambda: fisher_information(S, ONES, np.ones((2, 3))), r"^symbols must be those of one"),
    "NaN symbol in a search": (lambda: search(symbols=[NAN, 1.0]), r"^symbols must be finite"),
    "zero pilots": (lambda: pilots(0), r"^slots must be an integer of at least 1"),
    "zero drawn symbols": (lambda: draw_symbols(rng(), 0), r"^slots must be an integer of at least 1"),
    "negative variance": (lambda: draw_symbols(rng(), 2, -0.1), r"^variance \(sigma_x\^2\) must lie in \[0, 1\]"),
    "variance above one": (lambda: draw_symbols(rng(), 2, 1.1), r"^variance \(sigma_x\^2\) must lie in \[0, 1\]"),
    "NaN variance": (lambda: expected_symbol_moments(2, NAN), r"^variance must be a finite number"),
    # Models and weights
    "unknown symbol model": (lambda: crlb(S, ONES, X, "reel"), r"^symbol_model must be one of .* got 'reel'"),
    "unknown model, dense": (lambda: fisher_information(S, ONES, X, "qam"), r"^symbol_model must be one of"),
    "unknown model in a search": (lambda: search(symbol_model=None), r"^symbol_model must be one of"),
    "unknown model, differences": (
        lambda: finite_difference_information(S, ONES, X, "QAM"),
        r"^symbol_model must be one of 'real', 'complex', 'known', got 'QAM'",
    ),
    "known symbols have no bound": (lambda: crlb_per_symbol(S, ONES, X, "known"), r"^symbol_model must be one of"),
    "negative weight": (lambda: search(weight=-0.1), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "weight above one": (lambda: search(weight=1.1), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "NaN weight": (lambda: search(weight=NAN), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "one bad weight of many": (lambda: search(weight=[0.5, 2.0]), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "no weight": (lambda: modified_crlb(crlb(S, ONES, X), []), r"^weight \(zeta\) must lie in \[0, 1\]"),
    "weight in words": (
        lambda: modified_crlb(crlb(S, ONES, X), "half"),
        r"^weight must be an array of real numbers",
    ),
    "weight on known symbols": (
        lambda: modified_crlb(crlb(S, ONES, X, "known"), 0.5),
        r"^weight \(zeta\) must be 0 when the symbols are known",
    ),
    "weight on known symbols in a search": (
        lambda: search(symbol_model="known"),
        r"^weight \(zeta\) must be 0 when the symbols are known",
    ),
    "weight on known symbols, complete": (
        lambda: complete_search(S.replace(irs_shape=(2, 2)), X, 0.1, "known"),
        r"^weight \(zeta\) must be 0 when the symbols are known",
    ),
    "weight outside, complete": (
        lambda: complete_search(S.replace(irs_shape=(2, 2)), X, 2.0),
        r"^weight \(zeta\)",
    ),
    # Algorithm 1
    "no candidates": (lambda: search(candidates=0), r"^candidates must be an integer of at least 1"),
    "fractional candidates": (lambda: search(candidates=80.0), r"^candidates must be an integer"),
    "no elites": (lambda: search(elites=0), r"^elites must be an integer of at least 1 and at most 80"),
    "more elites than candidates": (lambda: search(candidates=10, elites=11), r"^elites must be .* at most 10"),
    "zero tolerance": (lambda: search(tolerance=0.0), r"^tolerance must be a finite positive number"),
    "NaN tolerance": (lambda: search(tolerance=NAN), r"^tolerance must be a finite positive number"),
    "no iterations": (lambda: search(max_iterations=0), r"^max_iterations must be an integer of at least 1"),
    "unknown output": (lambda: search(output="first"), r"^output must be one of 'best', 'last', got 'first'"),
    "too few generators": (lambda: search(weight=[0.1, 0.2], rng=[rng()]), r"^rng must be .* sequence of 2"),
    "seeds for generators": (lambda: search(rng=[1]), r"^rng must be a numpy.random.Generator"),
    "objective of one's own": (
        lambda: minimise_over_phases(lambda b, s: 0, S, rng=rng(), elites=-1),
        r"^elites must be an integer",
    ),
    "too many beams": (lambda: complete_search(S, X, 0.5), r"2\*\*30 beams, too many .* at most 24"),
    "zero bits of a codebook": (
        lambda: phase_codebook(0),
        r"^bits must be an integer of at least 1 and at most 8",
    ),
    # Systems
    "pilots only": (lambda: tdisac_system(S, 5, rng=rng(), pilot_share=1), r"^pilot_share must lie strictly"),
    "no pilots": (
        lambda: tdisac_system(S, 5, rng=rng(), pilot_share=0),
        r"^pilot_share must be a finite positive",
    ),
    "NaN share": (lambda: tdisac_system(S, 5, rng=rng(), pilot_share=NAN), r"^pilot_share must be a finite"),
    "no slots for TD-ISAC": (lambda: tdisac_system(S, 0, rng=rng()), r"^slots must be an integer of at least 1"),
    "fractional slots for TD-ISAC": (lambda: tdisac_system(S, 2.5, rng=rng()), r"^slots must be an integer"),
    "no slots for localisation": (
        lambda: localisation_system(S, 0, rng=rng()),
        r"^slots must be a finite positive",
    ),
    "pilots for NO-ISAC": (lambda: noisac_system(S, X, 0, rng=rng(), symbol_model="known"), r"^symbol_model must"),
    "no variance for NO-ISAC": (lambda: noisac_system(S, X, 0, rng=rng(), symbol_variance=0), r"^symbol_variance"),
    "no variance for TD-ISAC": (lambda: tdisac_system(S, 5, rng=rng(), symbol_variance=0), r"^symbol_variance"),
    "unknown design": (lambda: noisac_system(S, X, 0, rng=rng(), design="mean"), r"^design must be one of"),
    "bound of zero": (lambda: mutual_information(0.0, 1.0), r"^symbol_crlb must be above 0"),
    "negative bound": (lambda: mutual_information([1.0, -1.0], 1.0), r"^symbol_crlb must be above 0"),
    "NaN bound": (lambda: mutual_information(NAN, 1.0), r"^symbol_crlb must be above 0"),
    "zero variance": (lambda: mutual_information(1.0, 0.0), r"^symbol_variance \(sigma_x\^2\) must be finite"),
    "infinite variance": (lambda: mutual_information(1.0, INF), r"^symbol_variance \(sigma_x\^2\) must be finite"),
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
    "moments of no slots": (lambda: crlb(S, ONES, SymbolMoments(0, np.eye(2))), "^symbols, .* slots above 0"),
    "no slots of expected moments": (lambda: expected_symbol_moments(0, 1.0), "^slots must be an integer"),
    "moments that are no numbers": (
        lambda: crlb(S, ONES, SymbolMoments(2, np.full((2, 2), NAN))),
        "^symbols, .* a finite factor",
    ),
    "moments that overflow": (
        lambda: crlb(S, ONES, SymbolMoments(2, np.full((2, 2), 1e90))),
        r"^symbols, given as SymbolMoments, must be of magnitude up to 1e\+35",
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


WRONG_KINDS = {
    "beams before the scenario": (lambda: crlb(ONES, S, X), r"^scenario must be a noisac.Scenario, got array"),
    "a geometry for a scenario": (
        lambda: cross_entropy(G, X, 0.5, rng=rng()),
        "^scenario must be a noisac.Scenario",
    ),
    "no scenario, differences": (
        lambda: finite_difference_information(None, ONES, X),
        "^scenario must be a noisac.Scenario",
    ),
    "no scenario, scores": (
        lambda: score_samples("S", ONES, X, draws=1, rng=rng()),
        "^scenario must be a noisac.Scenario, got 'S'",
    ),
    "no scenario, each symbol": (lambda: crlb_per_symbol(None, ONES, X), "^scenario must be a noisac.Scenario"),
    "no scenario, known angles": (
        lambda: symbol_crlb_known_angles(G, ONES),
        "^scenario must be a noisac.Scenario",
    ),
    "no scenario": (lambda: fisher_information(None, ONES, X), "^scenario must be a noisac.Scenario, got None"),
    "no scenario, objective of one's own": (
        lambda: minimise_over_phases(lambda b, s: 0, None, rng=rng()),
        "^scenario must be a noisac.Scenario",
    ),
    "no scenario, all beams": (
        lambda: minimise_over_all_beams(lambda b, s: 0, None),
        "^scenario must be a noisac.Scenario",
    ),
    "a scenario for a geometry": (lambda: peb_map(S, [4.0], [1.0]), "^geometry must be a noisac.Geometry"),
    "three numbers for bounds": (lambda: modified_crlb((0.1, 0.1, 0.1), 0.5), "^bounds must be a noisac.Bounds"),
    "a geometry for a map": (
        lambda: regime_map([2], [2], draws=1, rng=rng(), scenario=G),
        "^scenario must be a noisac.Scenario",
    ),
    "three numbers for estimates": (
        lambda: squared_errors((0.1, 0.1, 0.1), S, X),
        "^estimates must be a noisac.estimation.Estimates",
    ),
}

#: Functions of a scenario or a geometry, called without one.
WITHOUT_A_SCENARIO = {
    "irs_user_channel": lambda: irs_user_channel(None),
    "irs_user_channel_derivatives": lambda: irs_user_channel_derivatives(None),
    "bs_irs_channel": lambda: bs_irs_channel(None),
    "matched_bs_beam": lambda: matched_bs_beam(None),
    "bs_gain": lambda: bs_gain(None),
    "sum_weights": lambda: sum_weights(None),
    "plane_wave_response": lambda: plane_wave_response(None, ONES),
    "numerical_response": lambda: numerical_response(None, ONES),
    "fisher_information_unknown_gain": lambda: fisher_information_unknown_gain(None, ONES, X),
    "angle_cost": lambda: angle_cost(None, ONES, X),
    "user_direction": lambda: user_direction(None),
    "two_ended_factor": lambda: two_ended_factor(None, ONES, X),
    "minimise_over_all_beams": lambda: minimise_over_all_beams(lambda b, s: 0, None),
    "coordinate_descent": lambda: coordinate_descent(None, X, 0.5, rng=rng()),
    "certified_optimum": lambda: certified_optimum(None, X, 0.5),
    "objective_lower_bound": lambda: objective_lower_bound(None, X, 0.5),
    "complete_search": lambda: complete_search(None, X, 0.5),
    "refine_phases": lambda: refine_phases(None, ONES, X, 0.5),
    "aperture_ratio": lambda: aperture_ratio(None),
    "aligned_beam": lambda: aligned_beam(None),
    "angle_gradients_by_cosines": lambda: angle_gradients_by_cosines(None),
    "design_beams": lambda: design_beams(None, X, 0.5, rng=rng()),
    "symbols_at": lambda: symbols_at(None, ONES, np.ones((2, 16))),
    "squared_errors": lambda: squared_errors(Estimates(*np.zeros(5)), None, X),
    "simulate_errors": lambda: simulate_errors(None, ONES, X, [0.0], draws=2, rng=rng()),
    "simulate_error_rates": lambda: simulate_error_rates(None, ONES, 4, 2, [0.0], draws=2, rng=rng()),
}
WITHOUT_A_GEOMETRY = {
    "plane_wave_error": lambda: plane_wave_error(None, 0.1),
    "errors_by_snr": lambda: errors_by_snr(None, [0.0], draws=2, rng=rng()),
    "simulate_track": lambda: simulate_track(None, [PLACES[1]], rng=rng()),
}
WRONG_KINDS |= {
    f"no {name}, {function}": (attempt, f"^{name} must be a noisac.{name.title()}, got None")
    for name, attempts in (("scenario", WITHOUT_A_SCENARIO), ("geometry", WITHOUT_A_GEOMETRY))
    for function, attempt in attempts.items()
}


@pytest.mark.bad_input
@pytest.mark.parametrize(("attempt", "message"), WRONG_KINDS.values(), ids=WRONG_KINDS.keys())
def test_an_object_of_another_kind_is_a_type_error_that_names_the_argument(attempt, message):
    with pytest.raises(TypeError, match=message):
        attempt()


@pytest.mark.bad_input
@pytest.mark.parametrize(("attempt", "message"), BAD.values(), ids=BAD.keys())
def test_it_is_refused_with_a_message_that_names_the_argument(attempt, message):
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
