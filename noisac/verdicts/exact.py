"""Tests of the claims of Sections I to IV and of Appendix A, statements that need no experiment's data."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np

from noisac.beamforming.beams import random_beams
from noisac.beamforming.cross_entropy_method import cross_entropy
from noisac.bounds.aperture import aligned_beam
from noisac.bounds.closed_form import Bounds, bs_gain, crlb, modified_crlb, mutual_information, printed_objective
from noisac.bounds.fisher import finite_difference_information, fisher_information
from noisac.bounds.priors import expected_information
from noisac.model.arrays import linear_steering_vector, steering_vector
from noisac.model.channel import irs_user_channel, matched_bs_beam
from noisac.model.scenario import Geometry, Scenario
from noisac.model.symbols import draw_symbols, pilots
from noisac.positioning.error_bound import angles_of_arrival
from noisac.positioning.fixes import intersect_lines
from noisac.verdicts.errata import log_prior, multiplications, printed_candidate_factors, second_derivatives
from noisac.verdicts.margins import Data, Estimate, Limits, Outcome, all_of

#: Largest relative or logarithmic deviation that counts as equality of two computations.
EQUAL = 1e-6


@cache
def _cases() -> tuple[tuple[Scenario, np.ndarray, np.ndarray], ...]:
    """Scenarios, beams and blocks of symbols of many shapes, on which two computations are compared."""
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(20):
        user_aoa, irs_aoa = (tuple(rng.uniform(-1.2, 1.2, 2)) for _ in range(2))
        scenario = Scenario(
            irs_shape=tuple(rng.integers(2, 7, 2)),
            user_shape=tuple(rng.integers(2, 5, 2)),
            user_aoa=user_aoa,
            irs_aoa=irs_aoa,
            snr_db=rng.uniform(-10, 20),
        )
        cases.append((scenario, random_beams(scenario, (), rng), draw_symbols(rng, int(rng.integers(1, 9)))))
    return tuple(cases)


def _inverse_bounds(scenario: Scenario, beam: np.ndarray, symbols: np.ndarray) -> Bounds:
    """(13), (29), (30) from the inverse of the dense matrix (22)."""
    information = fisher_information(scenario, beam, symbols)
    scale = np.sqrt(np.diag(information))
    diagonal = np.diag(np.linalg.inv(information / np.outer(scale, scale))) / scale**2
    return Bounds(np.mean(diagonal[:-2]), diagonal[-2], diagonal[-1])


def _relative(difference: np.ndarray, information: np.ndarray) -> float:
    """Largest entry of a difference from an information matrix, relative to the matrix's diagonal."""
    scale = np.sqrt(np.diag(information))
    return float(np.max(np.abs(difference) / np.outer(scale, scale)))


def _equal(deviations: list[float], what: str) -> Outcome:
    deviation = float(np.max(np.nan_to_num(deviations, nan=np.inf)))
    text = "below 1e-6" if deviation < EQUAL else f"{deviation:.1e}" if deviation < 0.1 else f"{deviation:.1f}"
    return Outcome(Estimate(deviation).below(EQUAL), None, f"{what} {text}")


def position(_: Data, limits: Limits) -> Outcome:
    """Whether the lines of exact angles meet at the user."""
    anchors = Geometry.section_v().irs_positions
    users = np.random.default_rng(3).uniform((2.0, -8.0, 0.0), (9.0, 8.0, 2.0), (20, 3))
    fixes = intersect_lines(anchors, angles_of_arrival(anchors, users))
    errors = np.linalg.norm(fixes - users, axis=-1)
    return _equal(list(errors), "largest distance from the user, in metres,")


def printed_channel(_: Data, limits: Limits) -> Outcome:
    """Whether (4) with the angles of departure of Appendix A is (58)."""
    deviations = []
    for scenario, _beam, _symbols in _cases():
        elevation, azimuth = scenario.user_aoa
        at_user = steering_vector(scenario.user_shape, scenario.user_spacing, elevation, azimuth)  # (5)
        at_irs = steering_vector(scenario.irs_shape, scenario.irs_spacing, -elevation, azimuth + math.pi)  # (6)
        product = scenario.irs_user_gain * np.outer(at_user, at_irs.conj())  # (4)
        difference = np.abs(product - irs_user_channel(scenario)) / abs(scenario.irs_user_gain)
        deviations.append(float(np.max(difference)))
    return _equal(deviations, "largest deviation of an entry, relative to its modulus,")


def derivatives(_: Data, limits: Limits) -> Outcome:
    """Whether (22) is (54) with numerical derivatives."""
    deviations = []
    for scenario, beam, symbols in _cases():
        printed = fisher_information(scenario, beam, symbols)
        deviations.append(_relative(finite_difference_information(scenario, beam, symbols) - printed, printed))
    return _equal(deviations, "largest deviation, relative to the diagonal,")


def expectation(_: Data, limits: Limits) -> Outcome:
    """Whether the cross terms of (22) are their expectation over the symbols."""
    deviations = []
    for scenario, beam, symbols in _cases():
        printed = fisher_information(scenario, beam, symbols)
        expected = expected_information(scenario, beam, len(symbols), 1.0)
        cross = np.zeros_like(printed)  # the energy of a block has no bearing on the form of the matrix
        cross[:-2, -2:] = (printed - expected)[:-2, -2:]
        deviations.append(_relative(cross, printed))
    return _equal(deviations, "largest deviation of a cross term, relative to the diagonal,")


def closed_form(_: Data, limits: Limits) -> Outcome:
    """Whether (31) has a form without an inverse, and whether the printed one is such."""
    deviations = []
    for (scenario, beam, symbols), weight in itertools.product(_cases(), (0.0, 0.5, 1.0)):
        dense = modified_crlb(_inverse_bounds(scenario, beam, symbols), weight)
        deviations.append(abs(float(modified_crlb(crlb(scenario, beam, symbols), weight) - dense)))
    small, large = (len(fisher_information(Scenario(), np.ones(16), pilots(slots))) for slots in (2, 8))
    exists = _equal(deviations, "deviation of a formula without an inverse")
    inverts = f"as printed (31) inverts {small} x {small} entries at T = 2 and {large} x {large} at T = 8"
    return Outcome(exists.shape, Estimate(small - large + 0.5), f"{exists.measured}; {inverts}")


def prior(_: Data, limits: Limits) -> Outcome:
    # The parameter of (22) moves a symbol along the real axis; (20) is the same for all symbols.
    """How much the prior tells of a symbol, beside the data and beside zero."""
    at, variance = 0.3 + 0.4j, 1.0
    curvature = second_derivatives(lambda symbol: log_prior([symbol], math.sqrt(1 - variance), variance), at)
    information = -curvature.real_axis
    share = information / float(fisher_information(Scenario(), aligned_beam(Scenario()), [at])[0, 0])
    measured = f"{information:.2f} per symbol at sigma_x^2 = 1, {share:.0e} of what the data tell at 0 dB"
    return Outcome(Estimate(abs(share)).below(0.01), Estimate(abs(information)).below(EQUAL), measured)


def _entropy(covariance: np.ndarray) -> float:
    """Differential entropy of a Gaussian vector, in bits."""
    return float(np.linalg.slogdet(2 * math.pi * math.e * covariance)[1]) / (2 * math.log(2))


def information_of_complex_symbols(_: Data, limits: Limits) -> Outcome:
    """What multiple of (32) the entropies (33) of the variables of (34) give."""
    ratios = []
    for bound in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2):
        # (33) and (34): the symbol and what is left of it, circular, with variances 1 and the bound.
        parts = [_entropy(v / 2 * np.eye(2)) for v in (1.0, bound)]
        ratios.append((parts[0] - parts[1]) / float(mutual_information(bound, 1.0)))
    mean = float(np.mean(ratios))
    shape = all_of([Estimate(min(ratios)).above(0), Estimate(float(np.ptp(ratios))).below(0.01 * abs(mean))])
    measured = f"(33) with (34) gives {mean:.2f} times (32), for bounds from 1e-6 to 1e-2"
    return Outcome(shape, Estimate(mean).within(1.0, limits.ratio), measured)


def decoupling(_: Data, limits: Limits) -> Outcome:
    """Whether the objective splits, and whether (38) is the surface's part."""
    rng = np.random.default_rng(1)
    apart, off = [], []
    for (scenario, beam, symbols), weight in itertools.product(_cases(), (0.1, 0.5, 0.9)):
        surface = []  # (37) without the base station's part
        for _trial in range(3):
            w = rng.standard_normal(scenario.bs_antennas) + 1j * rng.standard_normal(scenario.bs_antennas)
            objective = modified_crlb(crlb(scenario, beam, symbols, bs_beam=w), weight)
            surface.append(float(objective) + math.log10(bs_gain(scenario, w)))
        unit_gain = matched_bs_beam(scenario) / math.sqrt(bs_gain(scenario))  # then J is J_xi of (39)
        v = printed_objective(crlb(scenario, beam, symbols, bs_beam=unit_gain), np.array(weight))
        apart.append(float(np.ptp(surface)))
        off.append(float(np.max(np.abs(np.subtract(surface, v)))))
    shape, number = (Estimate(float(np.max(each))).below(EQUAL) for each in (apart, off))
    agrees = "as printed" if number.passes else f"off by up to {np.max(off):.1f} as printed"
    return Outcome(shape, number, f"{'separates' if shape.passes else 'does not separate'}; V of (38) is {agrees}")


def active_beam(_: Data, limits: Limits) -> Outcome:
    """Whether (41) meets the upper bound on the gain within the power limit."""
    distances = []
    for antennas, angle in itertools.product((1, 2, 8, 32), (-1.0, 0.0, 0.4)):
        scenario = Scenario(bs_antennas=antennas, bs_aod=angle, transmit_power=2.0)
        w = matched_bs_beam(scenario)
        steering = linear_steering_vector(antennas, angle)
        limit = scenario.transmit_power * np.linalg.eigvalsh(np.outer(steering, steering.conj()))[-1]
        excess = float(np.vdot(w, w).real) / scenario.transmit_power - 1
        distances += [abs(1 - bs_gain(scenario, w) / float(limit)), excess]
    return _equal(distances, "largest distance from the upper bound")


def distribution(_: Data, limits: Limits) -> Outcome:
    """Whether the factors of (44) are the probabilities P."""
    rng = np.random.default_rng(4)
    table = np.concatenate([np.full((1, 4), 0.25), rng.dirichlet(np.ones(4), 19)])  # P^0 and others
    factors = printed_candidate_factors(table)
    off = _equal(list(np.abs(factors - table).ravel()), "")
    total = f"{factors[0].sum():.2f}"
    measured = (
        f"with P^0 the factors of an element add up to {total}; that of the last phase is {factors[0, -1]:.2f}"
    )
    return Outcome(off.shape, None, measured)


def search_ends(_: Data, limits: Limits) -> Outcome:
    """Whether 200 searches of Algorithm 1 end."""
    rng = np.random.default_rng(5)
    found = cross_entropy(Scenario(), draw_symbols(rng, 2, size=(200,)), 0.5, rng=rng)
    ended, steps = int(np.sum(found.converged)), found.iterations
    measured = f"{ended} of 200 searches end, the longest after {steps.max()} iterations"
    return Outcome(Estimate(ended - 199.5), None, measured)


def cost(_: Data, limits: Limits) -> Outcome:
    """How the products of (23)-(25), as written, grow with L and T."""
    sides, slots = (4, 32), (2, 64)
    by_elements = [multiplications(Scenario(irs_shape=(side, side)), 2) for side in sides]
    by_slots = [multiplications(Scenario(), count) for count in slots]
    length = math.log(sides[1] ** 2 / sides[0] ** 2), math.log(slots[1] / slots[0])
    elements = math.log(by_elements[1].left_to_right / by_elements[0].left_to_right) / length[0]
    time = math.log(by_slots[1].left_to_right / by_slots[0].left_to_right) / length[1]
    fewest = f"three sums need {by_elements[0].sums} for {by_elements[0].remark} at L = 16, T = 2"
    measured = f"as written the products grow as L^{elements:.1f} and T^{time:.1f}; {fewest}"
    return Outcome(all_of([Estimate(elements).below(3.01), Estimate(time).below(1.01)]), None, measured)
