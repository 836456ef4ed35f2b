"""Public names of `noisac.bounds`: what is imported from where, read at run time by the lazy loader."""

from ._link import information_scale
from .angles import angle_covariance, equivalent_angle_information
from .aperture import (
    Apertures,
    aligned_beam,
    aperture_ratio,
    apertures,
    direction_form,
    information_ceiling,
    largest_eigenvalue,
)
from .closed_form import (
    Bounds,
    beam_sums,
    bs_gain,
    crlb,
    crlb_per_symbol,
    modified_crlb,
    mutual_information,
    printed_objective,
    sum_weights,
    symbol_crlb_known_angles,
    weighted_logarithms,
)
from .fisher import finite_difference_information, fisher_information, score_samples
from .priors import (
    bayesian_crlb,
    bayesian_information,
    crlb_with_prior,
    expected_information,
    marginal_crlb,
    marginal_information,
    prior_information,
)
from .responses import (
    Response,
    conditional_crlb,
    crlb_of_response,
    fisher_information_of_response,
    plane_wave_response,
)
from .tradeoff import (
    RateLimits,
    aligned_beam_suffices,
    angle_gradients_by_cosines,
    angle_range_bound,
    best_rate_limits,
    imaginary_share,
    least_angle_crlb,
    quantised_gain,
    rate_range_bound,
)
from .unknown_gain import GAIN_MODELS, crlb_unknown_gain, fisher_information_unknown_gain

__all__ = [
    "GAIN_MODELS", "Apertures", "Bounds", "RateLimits", "Response", "aligned_beam", "aligned_beam_suffices",
    "angle_covariance", "angle_gradients_by_cosines", "angle_range_bound", "aperture_ratio", "apertures",
    "bayesian_crlb", "bayesian_information", "beam_sums", "best_rate_limits", "bs_gain", "conditional_crlb",
    "crlb", "crlb_of_response", "crlb_per_symbol", "crlb_unknown_gain", "crlb_with_prior", "direction_form",
    "equivalent_angle_information", "expected_information", "finite_difference_information", "fisher_information",
    "fisher_information_of_response", "fisher_information_unknown_gain", "imaginary_share", "information_ceiling",
    "information_scale", "largest_eigenvalue", "least_angle_crlb", "marginal_crlb", "marginal_information",
    "modified_crlb", "mutual_information", "plane_wave_response", "printed_objective", "prior_information",
    "quantised_gain", "rate_range_bound", "score_samples", "sum_weights", "symbol_crlb_known_angles",
    "weighted_logarithms",
]  # fmt: skip
