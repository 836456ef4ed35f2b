"""One cheap valid call of every public function that takes an array, and what the array arguments are."""

import importlib
import inspect
import re

import numpy as np

import noisac
from noisac import AnglePrior, Bounds, Geometry, Response, Scenario, SymbolMoments
from noisac.bounds import plane_wave_response
from noisac.estimation import Estimates

ROOMS = ("model", "bounds", "beamforming", "estimation", "positioning", "experiments", "tracking", "verdicts")
#: Annotations of what is given as an array, or as a few numbers in a row.
ARRAY = re.compile(r"^(?!.*(xr\.|Callable)).*(Array|tuple\[(int|float|tuple))")

S = Scenario(irs_shape=(2, 2), user_shape=(2, 2), bs_antennas=2, phase_bits=1, bs_irs_gain=1.0, irs_user_gain=1.0)
G = Geometry((24.0, -16.0, 10.0), ((0.0, 0.0, 5.0), (0.0, 2.0, 5.0)), (4.0, 7.0, 0.0))
BEAM, SYMBOLS, BS = np.ones(4), np.array([1.0, -2.0]), np.array([1.0, 0.5])
ANCHORS, USER = np.array(G.irs_positions), np.array([4.0, 7.0, 0.0])
ANGLES = np.array([[-0.5, -2.0], [-0.5, -2.5]])
PAIRS = np.tile(np.eye(2) * 1024.0, (2, 1, 1))
POSITIONS = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5], [0.5, 0.5]])
RECEIVED = np.arange(1.0, 9.0).reshape(2, 4)
PRIOR = AnglePrior(S.user_aoa, 0.0625 * np.eye(2), "cosines")
BOUNDS = Bounds(*np.full((3, 2), 0.25))
MOMENTS = SymbolMoments(2, np.array([[1.0, 0.0], [0.5, 1.0]]))
ON_SURFACE = {"scenario": S, "beams": BEAM}
SENT = {"scenario": S, "beam": BEAM, "symbols": SYMBOLS}
SEARCH = {"candidates": 8, "elites": 2, "max_iterations": 2}
SEARCHED = {"scenario": S, "symbols": SYMBOLS, "weight": np.array([0.5, 0.25])}
SPACE = {"anchors": ANCHORS, "positions": USER, "angle_information": PAIRS}
GRID = {"shape": (2, 3), "spacing": 0.5, "elevation": np.array([0.25, 0.5]), "azimuth": np.array([0.5, 0.25])}


def count_ones(beams, problem):
    """Objective of a search over phases: how many elements have the phase zero."""
    return np.sum(beams.real > 0, axis=-1)


def response():
    """Response of the surface above, as arrays that a caller may change."""
    return plane_wave_response(S, BEAM)


#: Arguments of a valid call, by the name of the function. The call draws from a generator of its own.
CALLS = {
    "Scenario": lambda rng: {
        "irs_shape": (2, 3),
        "user_shape": (2, 2),
        "user_aoa": (0.25, 0.5),
        "irs_aoa": (0.5, 0.25),
    },
    "Geometry": lambda rng: {
        "bs_position": G.bs_position,
        "irs_positions": G.irs_positions,
        "user_position": USER,
    },
    "aimed_beams": lambda rng: {"scenario": S, "direction": (0.5, 0.25)},
    "aim_growth": lambda rng: {"scenario": S, "symbols": SYMBOLS, "miss": np.array([0.25, 0.5])},
    "angle_covariance": lambda rng: ON_SURFACE | {"symbols": SYMBOLS, "bs_beam": BS},
    "angle_gradients_by_position": lambda rng: {"anchors": ANCHORS, "positions": USER},
    "angle_range_bound": lambda rng: {"scenario": S, "slots": 2.0, "share": np.array([0.5, 1.0])},
    "angles_of_arrival": lambda rng: {"anchors": ANCHORS, "positions": USER},
    "array_gain": lambda rng: {
        "scenario": S,
        "beam": BEAM,
        "along_y": np.array([0.5]),
        "along_z": np.array([0.25]),
    },
    "bayesian_crlb": lambda rng: ON_SURFACE | {"slots": 2, "variance": 0.5},
    "bayesian_information": lambda rng: {"scenario": S, "beam": BEAM, "slots": 2, "variance": 0.5},
    "beam_sums": lambda rng: dict(ON_SURFACE),
    "block_information": lambda rng: {
        "scenarios": (S, S),
        "symbols": np.tile(SYMBOLS, (2, 1)),
        "beams": (BEAM, BEAM),
    },
    "block_scenarios": lambda rng: {"geometry": G, "position": USER},
    "bs_gain": lambda rng: {"scenario": S, "bs_beam": BS},
    "certified_optimum": lambda rng: dict(SEARCHED),
    "certify": lambda rng: dict(SEARCHED),
    "complete_search": lambda rng: SEARCHED | {"weight": 0.5},
    "conditional_crlb": lambda rng: {
        "response": np.array([1.0, 1.0]),
        "derivatives": np.array([[0.0], [1.0]]),
        "power": 1.0,
        "noise_variance": 1.0,
    },
    "coordinate_descent": lambda rng: SEARCHED | {"rng": rng, "restarts": 2, "starts": np.tile(BEAM, (2, 1))},
    "crlb": lambda rng: ON_SURFACE | {"symbols": SYMBOLS, "bs_beam": BS},
    "bounds_towards": lambda rng: ON_SURFACE | {"symbols": SYMBOLS, "angles": ANGLES},
    "crlb_of_response": lambda rng: {"response": response(), "symbols": SYMBOLS, "noise_variance": 1.0},
    "crlb_per_symbol": lambda rng: ON_SURFACE | {"symbols": SYMBOLS, "bs_beam": BS},
    "crlb_unknown_gain": lambda rng: ON_SURFACE | {"symbols": SYMBOLS},
    "crlb_with_prior": lambda rng: ON_SURFACE | {"symbols": SYMBOLS, "variance": 0.5},
    "cross_entropy": lambda rng: SEARCHED | SEARCH | {"rng": rng},
    "design_beams": lambda rng: {"scenario": S, "symbols": SYMBOLS[None], "weight": 0.5, "rng": rng},
    "direction_cosines": lambda rng: {"elevation": np.array([0.25, 0.5]), "azimuth": np.array([0.5, 0.25])},
    "direction_form": lambda rng: {"scenario": S, "direction": np.array([1.0, 0.5])},
    "direction_gradients": lambda rng: {"anchor": ANCHORS[0], "position": USER},
    "directions": lambda rng: {"angles": ANGLES},
    "draw_angles": lambda rng: {
        "anchors": ANCHORS,
        "position": USER,
        "angle_information": PAIRS,
        "draws": 2,
        "rng": rng,
    },
    "draw_symbols": lambda rng: {"rng": rng, "slots": 2, "size": (2, 3)},
    "element_indices": lambda rng: {"shape": (2, 3)},
    "equivalent_angle_information": lambda rng: ON_SURFACE | {"symbols": SYMBOLS, "bs_beam": BS},
    "error_ellipse": lambda rng: {"covariance": np.array([[2.0, 0.5], [0.5, 1.0]])},
    "expected_bounds": lambda rng: ON_SURFACE | {"symbols": SYMBOLS, "prior": PRIOR, "points": 5},
    "expected_information": lambda rng: {"scenario": S, "beam": BEAM, "slots": 2, "variance": 0.5},
    "finite_difference_information": lambda rng: dict(SENT),
    "fisher_information": lambda rng: SENT | {"bs_beam": BS},
    "fisher_information_of_response": lambda rng: {
        "response": response(),
        "symbols": SYMBOLS,
        "noise_variance": 1.0,
    },
    "fisher_information_unknown_gain": lambda rng: dict(SENT),
    "fix_deviation": lambda rng: {"scenario": S, "symbols": SYMBOLS},
    "imaginary_share": lambda rng: {"symbols": SYMBOLS},
    "intersect_lines": lambda rng: {"anchors": ANCHORS, "angles": ANGLES, "weights": np.array([1.0, 2.0])},
    "largest_eigenvalue": lambda rng: {"scenario": S, "direction": np.array([1.0, 0.5])},
    "least_angle_crlb": lambda rng: {"scenario": S, "symbols": SYMBOLS},
    "localisation_system": lambda rng: {"scenario": S, "slots": 2.0, "rng": rng, "batch": (2,)} | SEARCH,
    "marginal_crlb": lambda rng: ON_SURFACE | {"slots": 2, "variance": 0.5},
    "marginal_information": lambda rng: ON_SURFACE | {"slots": 2, "variance": 0.5},
    "maximum_likelihood": lambda rng: {
        "scenario": S,
        "beam": BEAM,
        "received": RECEIVED,
        "symbol_model": "known",
        "known": SYMBOLS,
        "bs_beam": BS,
    },
    "minimise_over_all_beams": lambda rng: {"objective": count_ones, "scenario": S, "batch": (2,)},
    "minimise_over_phases": lambda rng: (
        {"objective": count_ones, "scenario": S, "batch": (2,), "rng": rng} | SEARCH
    ),
    "modified_crlb": lambda rng: {"bounds": BOUNDS, "weight": np.array([0.5, 0.25])},
    "most_likely_position": lambda rng: {
        "anchors": ANCHORS,
        "angles": ANGLES,
        "angle_information": PAIRS,
        "start": USER,
        "max_iterations": 3,
    },
    "mutual_information": lambda rng: {
        "symbol_crlb": np.array([0.5, 0.25]),
        "symbol_variance": np.array([1.0, 0.5]),
    },
    "nearest_symbols": lambda rng: {"estimates": np.array([0.5, -0.25]), "order": 4},
    "noisac_system": lambda rng: {"scenario": S, "symbols": SYMBOLS[None], "weight": 0.5, "rng": rng} | SEARCH,
    "objective_lower_bound": lambda rng: SEARCHED | {"steps": 2},
    "peb_map": lambda rng: {"geometry": G, "x": np.array([4.0]), "y": np.array([7.0])},
    "plane_wave_response": lambda rng: ON_SURFACE | {"user_positions": POSITIONS, "irs_positions": POSITIONS},
    "pose_bound": lambda rng: {"geometry": G, "path": USER[None], "symbols": SYMBOLS},
    "position_covariance": lambda rng: dict(SPACE),
    "position_derivatives": lambda rng: {"positions": ANCHORS, "elevation": 0.25, "azimuth": 0.5},
    "position_error_bound": lambda rng: dict(SPACE),
    "position_information": lambda rng: dict(SPACE),
    "position_response": lambda rng: {"positions": ANCHORS, "elevation": 0.25, "azimuth": 0.5},
    "prior_aim": lambda rng: {"scenario": S, "symbols": SYMBOLS, "weight": 0.5, "prior": PRIOR, "points": 5},
    "printed_objective": lambda rng: {"bounds": BOUNDS, "weight": np.array([0.5, 0.25])},
    "random_beams": lambda rng: {"scenario": S, "size": (2, 3), "rng": rng},
    "received_mean": lambda rng: SENT | {"bs_beam": BS},
    "root_mean_square": lambda rng: {"squared_errors": np.array([1.0, 2.0])},
    "score_samples": lambda rng: SENT | {"draws": 2, "rng": rng},
    "simulate_error_rates": lambda rng: {
        "scenario": S,
        "beam": BEAM,
        "order": 4,
        "slots": 2,
        "snr_db": np.array([20.0]),
        "draws": 2,
        "rng": rng,
    },
    "simulate_errors": lambda rng: SENT | {"snr_db": np.array([20.0]), "draws": 2, "rng": rng},
    "simulate_fixes": lambda rng: {
        "geometry": G,
        "position": USER,
        "draws": 1,
        "rng": rng,
        "beams": (np.ones(16), np.ones(16)),
    },
    "simulate_position_errors": lambda rng: {
        "anchors": ANCHORS,
        "position": USER,
        "angle_information": PAIRS,
        "draws": 2,
        "rng": rng,
    },
    "simulate_received": lambda rng: SENT | {"draws": 2, "rng": rng, "bs_beam": BS},
    "simulate_track": lambda rng: {"geometry": G, "path": USER[None], "rng": rng},
    "squared_errors": lambda rng: {
        "estimates": Estimates(*np.full((2, 1), 0.25), *np.full((2, 1, 2), 0.5), np.ones(1)),
        "scenario": S,
        "symbols": SYMBOLS,
    },
    "steering_derivatives": lambda rng: dict(GRID),
    "steering_vector": lambda rng: dict(GRID),
    "symbol_crlb_known_angles": lambda rng: dict(ON_SURFACE),
    "symbol_error_rate": lambda rng: {"order": 4, "snr": np.array([1.0, 2.0])},
    "symbol_moments": lambda rng: {"symbols": SYMBOLS},
    "symbols_at": lambda rng: {"scenario": S, "beam": BEAM, "received": RECEIVED, "bs_beam": BS},
    "tdisac_system": lambda rng: {"scenario": S, "slots": 5, "rng": rng, "batch": (2,)} | SEARCH,
    "tradeoff_range": lambda rng: {"scenario": S, "symbols": SYMBOLS[None], "rng": rng},
    "two_ended_factor": lambda rng: dict(SENT),
    "weighted_logarithms": lambda rng: {"bounds": BOUNDS, "weight": np.array([0.5, 0.25])},
    "what_is_known": lambda rng: {"symbols": SYMBOLS, "symbol_model": "real"},
}

#: Arrays within an argument: how the call's arguments follow from one of them.
WITHIN = {
    ("modified_crlb", "bounds"): (BOUNDS.symbol, lambda part: BOUNDS._replace(symbol=part)),
    ("printed_objective", "bounds"): (BOUNDS.symbol, lambda part: BOUNDS._replace(elevation=part)),
    ("weighted_logarithms", "bounds"): (BOUNDS.symbol, lambda part: BOUNDS._replace(azimuth=part)),
    ("crlb", "symbols"): (MOMENTS.factor, lambda part: MOMENTS._replace(factor=part)),
    ("certified_optimum", "symbols"): (MOMENTS.factor, lambda part: MOMENTS._replace(factor=part)),
    ("certify", "symbols"): (MOMENTS.factor, lambda part: MOMENTS._replace(factor=part)),
    ("crlb_of_response", "response"): (
        np.ones(4),
        lambda part: Response(part, np.arange(4.0), np.arange(4.0) ** 2),
    ),
    ("fisher_information_of_response", "response"): (np.ones(4), lambda part: (np.ones(4), part, np.ones(4))),
    ("block_information", "beams"): (BEAM, lambda part: (part, BEAM)),
    ("simulate_fixes", "beams"): (np.ones(16), lambda part: (np.ones(16), part)),
    ("squared_errors", "estimates"): (
        np.full(1, 0.25),
        lambda part: Estimates(part, np.full(1, 0.25), *np.full((2, 1, 2), 0.5), np.ones(1)),
    ),
    ("Geometry", "irs_positions"): (ANCHORS[0], lambda part: (part, (0.0, 2.0, 5.0))),
}


def public_functions():
    """Every public function and the two classes that check their fields, by name."""
    found = {}
    for door in (noisac, *(importlib.import_module(f"noisac.{room}") for room in ROOMS)):
        for name in door.__all__:
            member = getattr(door, name)
            if inspect.isfunction(member) or member in (Scenario, Geometry):
                found[name] = member
    return found


def array_arguments(function):
    """Names of the arguments of a function that are annotated as arrays."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if ARRAY.search(str(p.annotation))]
