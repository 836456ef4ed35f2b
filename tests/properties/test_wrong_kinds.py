"""An object of another kind is a type error that names the argument."""

import numpy as np
import pytest

from noisac import (
    bs_irs_channel,
    certified_optimum,
    complete_search,
    coordinate_descent,
    crlb,
    crlb_per_symbol,
    cross_entropy,
    finite_difference_information,
    fisher_information,
    irs_user_channel,
    irs_user_channel_derivatives,
    matched_bs_beam,
    minimise_over_all_beams,
    minimise_over_phases,
    modified_crlb,
    objective_lower_bound,
    plane_wave_response,
    score_samples,
    symbol_crlb_known_angles,
)
from noisac.beamforming.pattern import user_direction
from noisac.beamforming.refinement import refine_phases
from noisac.beamforming.tradeoff_ranges import design_beams
from noisac.bounds.aperture import aligned_beam, aperture_ratio
from noisac.bounds.closed_form import bs_gain, sum_weights
from noisac.bounds.rates import angle_cost
from noisac.bounds.tradeoff import angle_gradients_by_cosines
from noisac.bounds.unknown_gain import fisher_information_unknown_gain
from noisac.estimation import Estimates, simulate_error_rates, simulate_errors, squared_errors, symbols_at
from noisac.positioning.blocks import peb_map
from noisac.positioning.errors import simulate_fixes, simulate_track
from noisac.positioning.orientation import two_ended_factor
from noisac_book.complex_symbols import numerical_response
from noisac_book.position import errors_by_snr
from noisac_book.system_model import plane_wave_error
from noisac_book.when_tradeoff import regime_map
from tests.properties.bad_cases import ONES, PLACES, G, S, X, rng

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
    "simulate_fixes": lambda: simulate_fixes(None, draws=1, rng=rng()),
    "simulate_track": lambda: simulate_track(None, [PLACES[1]], rng=rng()),
}


@pytest.mark.bad_input
@pytest.mark.parametrize(("attempt", "message"), WRONG_KINDS.values(), ids=WRONG_KINDS.keys())
def test_an_object_of_another_kind_is_a_type_error_that_names_the_argument(attempt, message):
    with pytest.raises(TypeError, match=message):
        attempt()
