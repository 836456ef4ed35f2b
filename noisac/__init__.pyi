"""Public names of `noisac`: what is imported from where, read at run time by the lazy loader."""

from .beamforming.aims import Aim
from .beamforming.beams import max_gain_beam, phase_codebook, random_beams
from .beamforming.certificate import Certificate, certify
from .beamforming.certified import CertifiedOptimum, certified_optimum
from .beamforming.cross_entropy_method import (
    CrossEntropyHistory,
    CrossEntropyResult,
    cross_entropy,
    minimise_over_phases,
)
from .beamforming.descent import CoordinateDescentResult, coordinate_descent
from .beamforming.exhaustive_search import CompleteSearchResult, complete_search, minimise_over_all_beams
from .beamforming.quadratic_bound import objective_lower_bound
from .bounds.closed_form import (
    Bounds,
    crlb,
    crlb_per_symbol,
    modified_crlb,
    mutual_information,
    symbol_crlb_known_angles,
)
from .bounds.fisher import finite_difference_information, fisher_information, score_samples
from .bounds.responses import Response, crlb_of_response, fisher_information_of_response, plane_wave_response
from .experiments.figures import draw_figure
from .experiments.paper import EXPERIMENTS, FIGURES, panel_of, run_experiment, run_figure
from .experiments.readings import Readings
from .experiments.summaries import summarise
from .experiments.systems import Performance, localisation_system, noisac_system, tdisac_system
from .model.channel import (
    bs_irs_channel,
    irs_user_channel,
    irs_user_channel_derivatives,
    matched_bs_beam,
    received_mean,
)
from .model.scenario import Geometry, Scenario, path_gain
from .model.symbols import SymbolMoments, draw_symbols, expected_symbol_moments, pilots, symbol_moments
from .tracking.expectation import ExpectedBounds, expected_bounds
from .tracking.priors import AnglePrior
from .verdicts.judge import claims

__version__: str
__all__ = [
    "EXPERIMENTS", "FIGURES", "Aim", "AnglePrior", "Bounds", "Certificate", "CertifiedOptimum",
    "CompleteSearchResult", "CoordinateDescentResult", "CrossEntropyHistory", "CrossEntropyResult",
    "ExpectedBounds", "Geometry", "Performance", "Readings", "Response", "Scenario", "SymbolMoments",
    "bs_irs_channel", "certified_optimum", "certify", "claims", "complete_search", "coordinate_descent", "crlb",
    "crlb_of_response", "crlb_per_symbol", "cross_entropy", "draw_figure", "draw_symbols", "expected_bounds",
    "expected_symbol_moments", "finite_difference_information", "fisher_information",
    "fisher_information_of_response", "irs_user_channel", "irs_user_channel_derivatives", "localisation_system",
    "matched_bs_beam", "max_gain_beam", "minimise_over_all_beams", "minimise_over_phases", "modified_crlb",
    "mutual_information", "noisac_system", "objective_lower_bound", "panel_of", "path_gain", "phase_codebook",
    "pilots", "plane_wave_response", "random_beams", "received_mean", "run_experiment", "run_figure",
    "score_samples", "summarise", "symbol_crlb_known_angles", "symbol_moments", "tdisac_system",
]  # fmt: skip
