"""Research companion to *IRS-Aided Non-Orthogonal ISAC Systems: Performance Analysis and Beamforming Design*.

Equation numbers in the docstrings are those of that paper. Angles are radians, lengths are wavelengths unless
said otherwise, and leading axes of arrays are batch axes.
"""

from importlib.metadata import version as _version

from noisac.beamforming.beams import max_gain_beam, phase_codebook, random_beams
from noisac.beamforming.certified import CertifiedOptimum, certified_optimum
from noisac.beamforming.cross_entropy_method import (
    CrossEntropyHistory,
    CrossEntropyResult,
    cross_entropy,
    minimise_over_phases,
)
from noisac.beamforming.descent import CoordinateDescentResult, coordinate_descent
from noisac.beamforming.exhaustive_search import CompleteSearchResult, complete_search, minimise_over_all_beams
from noisac.beamforming.quadratic_bound import objective_lower_bound
from noisac.bounds.closed_form import (
    Bounds,
    crlb,
    crlb_per_symbol,
    modified_crlb,
    mutual_information,
    symbol_crlb_known_angles,
)
from noisac.bounds.fisher import finite_difference_information, fisher_information, score_samples
from noisac.bounds.responses import Response, crlb_of_response, fisher_information_of_response, plane_wave_response
from noisac.experiments.figures import draw_figure
from noisac.experiments.paper import EXPERIMENTS, FIGURES, panel_of, run_experiment, run_figure
from noisac.experiments.readings import Readings
from noisac.experiments.summaries import summarise
from noisac.experiments.systems import Performance, localisation_system, noisac_system, tdisac_system
from noisac.model.channel import (
    bs_irs_channel,
    irs_user_channel,
    irs_user_channel_derivatives,
    matched_bs_beam,
    received_mean,
)
from noisac.model.scenario import Geometry, Scenario, path_gain
from noisac.model.symbols import SymbolMoments, draw_symbols, expected_symbol_moments, pilots, symbol_moments
from noisac.verdicts.judge import claims

__version__ = _version("noisac")

__all__ = [
    "EXPERIMENTS",
    "FIGURES",
    "Bounds",
    "CertifiedOptimum",
    "CompleteSearchResult",
    "CoordinateDescentResult",
    "CrossEntropyHistory",
    "CrossEntropyResult",
    "Geometry",
    "Performance",
    "Readings",
    "Response",
    "Scenario",
    "SymbolMoments",
    "bs_irs_channel",
    "certified_optimum",
    "claims",
    "complete_search",
    "coordinate_descent",
    "crlb",
    "crlb_of_response",
    "crlb_per_symbol",
    "cross_entropy",
    "draw_figure",
    "draw_symbols",
    "expected_symbol_moments",
    "finite_difference_information",
    "fisher_information",
    "fisher_information_of_response",
    "irs_user_channel",
    "irs_user_channel_derivatives",
    "localisation_system",
    "matched_bs_beam",
    "max_gain_beam",
    "minimise_over_all_beams",
    "minimise_over_phases",
    "modified_crlb",
    "mutual_information",
    "noisac_system",
    "objective_lower_bound",
    "panel_of",
    "path_gain",
    "phase_codebook",
    "pilots",
    "plane_wave_response",
    "random_beams",
    "received_mean",
    "run_experiment",
    "run_figure",
    "score_samples",
    "summarise",
    "symbol_crlb_known_angles",
    "symbol_moments",
    "tdisac_system",
]
