"""Public names of `noisac.beamforming`: what is imported from where, read at run time by the lazy loader."""

from .aims import Aim
from .beams import max_gain_beam, phase_codebook, random_beams
from .certificate import Certificate, certify
from .certified import CertifiedOptimum, certified_optimum
from .cross_entropy_method import CrossEntropyHistory, CrossEntropyResult, cross_entropy, minimise_over_phases
from .descent import CoordinateDescentResult, coordinate_descent
from .exhaustive_search import CompleteSearchResult, complete_search, minimise_over_all_beams
from .pattern import array_gain
from .quadratic_bound import information_map, objective_lower_bound
from .tradeoff_ranges import TradeoffRange, design_beams, tradeoff_range

__all__ = [
    "Aim", "Certificate", "CertifiedOptimum", "CompleteSearchResult", "CoordinateDescentResult",
    "CrossEntropyHistory", "CrossEntropyResult", "TradeoffRange", "array_gain", "certified_optimum", "certify",
    "complete_search", "coordinate_descent", "cross_entropy", "design_beams", "information_map", "max_gain_beam",
    "minimise_over_all_beams", "minimise_over_phases", "objective_lower_bound", "phase_codebook", "random_beams",
    "tradeoff_range",
]  # fmt: skip
