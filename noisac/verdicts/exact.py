"""Tests of the claims of Sections I to IV, statements that need no simulation."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np

from noisac.beamforming.beams import random_beams
from noisac.bounds.aperture import aligned_beam
from noisac.bounds.closed_form import (
    Bounds,
    bs_gain,
    crlb,
    modified_crlb,
    mutual_information,
    printed_objective,
    sum_weights,
)
from noisac.bounds.fisher import finite_difference_information, fisher_information
from noisac.model.arrays import linear_steering_vector
from noisac.model.channel import matched_bs_beam
from noisac.model.scenario import Scenario
from noisac.model.symbols import draw_symbols, symbol_moments
from noisac.verdicts.errata import log_prior, second_derivatives
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


def _equal(deviations: list[float], what: str) -> Outcome:
    deviation = float(np.max(deviations))  # NaN if one of them is
    measured = f"{what} {'below 1e-6' if deviation < EQUAL else f'{deviation:.1e}'}"
    return Outcome(Estimate(deviation).below(EQUAL), None, measured)


def theorem_1(_: Data, limits: Limits) -> Outcome:
    deviations = []
    for scenario, beam, symbols in _cases():
        printed = fisher_information(scenario, beam, symbols)
        scale = np.sqrt(np.diag(printed))
        difference = finite_difference_information(scenario, beam, symbols) - printed
        deviations.append(float(np.max(np.abs(difference) / np.outer(scale, scale))))
    return _equal(deviations, "largest deviation, relative to the diagonal,")


def closed_form(_: Data, limits: Limits) -> Outcome:
    deviations = []
    for (scenario, beam, symbols), weight in itertools.product(_cases(), (0.0, 0.5, 1.0)):
        dense = modified_crlb(_inverse_bounds(scenario, beam, symbols), weight)
        deviations.append(abs(float(modified_crlb(crlb(scenario, beam, symbols), weight) - dense)))
    return _equal(deviations, "largest deviation of (31)")


def prior(_: Data, limits: Limits) -> Outcome:
    # The parameter of (22) moves a symbol along the real axis; (20) is the same for all symbols.
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
    distances = []
    for antennas, angle in itertools.product((1, 2, 8, 32), (-1.0, 0.0, 0.4)):
        scenario = Scenario(bs_antennas=antennas, bs_aod=angle, transmit_power=2.0)
        w = matched_bs_beam(scenario)
        steering = linear_steering_vector(antennas, angle)
        limit = scenario.transmit_power * np.linalg.eigvalsh(np.outer(steering, steering.conj()))[-1]
        excess = float(np.vdot(w, w).real) / scenario.transmit_power - 1
        distances += [abs(1 - bs_gain(scenario, w) / float(limit)), excess]
    return _equal(distances, "largest distance from the upper bound")


def cost(_: Data, limits: Limits) -> Outcome:
    deviations, rng = [], np.random.default_rng(2)
    sides, slots = (2, 3, 4, 5, 6), (2, 5, 30)
    for side, count in itertools.product(sides, slots):
        scenario = Scenario(irs_shape=(side, side))
        beam, symbols = random_beams(scenario, (), rng), draw_symbols(rng, count)
        from_sums = modified_crlb(crlb(scenario, beam, symbol_moments(symbols)), 0.5)
        from_matrix = modified_crlb(_inverse_bounds(scenario, beam, symbols), 0.5)
        deviations.append(abs(float(from_sums - from_matrix)))
    # What a candidate costs: one product per entry of the sums' weights; the moments come once per block.
    by_elements = [sum_weights(Scenario(irs_shape=(side, side))).size for side in sides]
    by_slots = [symbol_moments(np.ones(count)).factor.size for count in slots]
    shortcut = bool(np.max(deviations) < EQUAL)
    elements = math.log(by_elements[-1] / by_elements[0]) / math.log(sides[-1] ** 2 / sides[0] ** 2)
    time = math.log(by_slots[-1] / by_slots[0]) / math.log(slots[-1] / slots[0])
    exponents = (elements, time) if shortcut else (3.0, 1.0)
    stated = sides[2] ** 6 * (2 * slots[0] + 1)
    order = f"L^{exponents[0]:.0f} T^{exponents[1]:.0f}"
    measured = f"{order} suffices: {by_elements[2]} products for {stated} at L = 16, T = 2"
    needed = all_of([Estimate(exponents[0]).above(2.5), Estimate(exponents[1]).above(0.5)])
    return Outcome(needed, None, measured if shortcut else f"no shortcut gives the same values as {order}")
