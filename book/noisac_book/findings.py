"""The book's results beside what they are if the receiver does not know the phase of the path.

Theorem 1 takes the phase of the path at index (0, 0) of both arrays for known, so that its bounds depend on which
element and antenna have that index. With an unknown common phase they do not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import gamma

from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming import max_gain_beam, minimise_over_all_beams, minimise_over_phases
from noisac.beamforming.cross_entropy_method import Objective
from noisac.bounds import (
    angle_range_bound,
    apertures,
    crlb_unknown_gain,
    fisher_information_unknown_gain,
    modified_crlb,
    mutual_information,
)
from noisac.bounds.unknown_gain import GainModel
from noisac.model import Geometry, Scenario, draw_symbols
from noisac.model.symbols import SymbolModel, SymbolMoments, symbol_moments
from noisac.positioning import block_scenarios, position_error_bound

#: Candidates per element of the searches here: ten times Algorithm 1's, to come nearer to the best beam.
CANDIDATES_PER_ELEMENT = 50
#: What the receiver knows of the phase of the path: Theorem 1, and an unknown common phase.
PHASE_MODELS: tuple[GainModel, GainModel] = ("known", "phase")


class Row(NamedTuple):
    """A result as a number, with the phase of the path known, as in Theorem 1, and unknown."""

    name: str
    known: float
    unknown: float


class Mean(NamedTuple):
    """A bound on the angles over all blocks: its mean, its median, and the standard error of the mean."""

    mean: float
    median: float
    standard_error: float


def objective_of(
    scenario: Scenario, symbols: ComplexArray, weight: float, gain_model: GainModel, symbol_model: SymbolModel
) -> Objective:
    """Modified CRLB (31) of beams for symbols (draws, T), as the searches take it."""
    moments = symbol_moments(symbols)

    def objective(beams: ComplexArray, searches: NDArray[np.intp]) -> FloatArray:
        own = SymbolMoments(moments.slots, moments.factor[searches][:, None])
        return modified_crlb(crlb_unknown_gain(scenario, beams, own, symbol_model, gain_model), weight)

    return objective


def best_beams(
    scenario: Scenario,
    symbols: ComplexArray,
    weight: float,
    gain_model: GainModel,
    symbol_model: SymbolModel = "real",
    *,
    rng: np.random.Generator,
) -> ComplexArray:
    """Beams (draws, L) of low modified CRLB for symbols (draws, T), by cross-entropy with many candidates."""
    objective = objective_of(scenario, symbols, weight, gain_model, symbol_model)
    size = CANDIDATES_PER_ELEMENT * scenario.irs_elements
    return minimise_over_phases(objective, scenario, (len(symbols),), rng=rng, candidates=size).beam


def rates(scenario: Scenario, beams: ComplexArray, symbols: ComplexArray, gain_model: GainModel) -> FloatArray:
    """(47) of each draw, from the inverse of the dense information matrix."""
    slots = symbols.shape[-1]
    found = [
        np.diag(np.linalg.inv(fisher_information_unknown_gain(scenario, beam, block, "real", gain_model)))
        for beam, block in zip(beams, symbols, strict=True)
    ]
    rate: FloatArray = mutual_information(np.array(found)[:, :slots], 1.0).mean(axis=-1)
    return rate


def mean_over_energy(bound: ArrayLike, symbols: ArrayLike) -> Mean:
    """Mean and median of a bound (draws,) on the angles over symbols (draws, T) from CN(0, 1), exact in their P.

    The bound times P does not depend on P, which is Gamma(T) and independent of the rest, and E[1/P] = 1/(T - 1).
    At T = 2 the mean of the draws has no standard error; this one has. The median is that of the product of the
    draws with the distribution of P. The beam must not depend on P.
    """
    values, blocks = np.asarray(bound), np.asarray(symbols)
    slots = blocks.shape[-1]
    products = values * np.sum(np.abs(blocks) ** 2, axis=-1)  # the bound at P = 1
    mean = float(products.mean()) / (slots - 1)
    error = float(products.std(ddof=1)) / np.sqrt(len(products)) / (slots - 1)

    def share_below(logarithm: float) -> float:
        return float(np.mean(gamma.sf(products / np.exp(logarithm), slots))) - 0.5

    middle = np.log(products / gamma.median(slots))
    median = np.exp(brentq(share_below, middle.min() - 1, middle.max() + 1, xtol=1e-10))
    return Mean(mean, float(median), float(error))


def ratio_over_energy(other: ArrayLike, bound: ArrayLike, symbols: ArrayLike) -> Mean:
    """Mean and median of another system's bound over those of ``bound``, as `mean_over_energy` takes them."""
    values, own = np.asarray(other), mean_over_energy(bound, symbols)
    ratio = float(values.mean()) / own.mean
    spread = np.hypot(own.standard_error / own.mean, values.std(ddof=1) / np.sqrt(values.size) / values.mean())
    return Mean(ratio, float(np.median(values)) / own.median, ratio * float(spread))


def angle_bounds(
    scenario: Scenario, symbols: ComplexArray, weight: float, gain_model: GainModel, rng: np.random.Generator
) -> FloatArray:
    """CRLB_angle (draws,) of NO-ISAC with beams of its own."""
    beams = best_beams(scenario, symbols, weight, gain_model, rng=rng)
    return crlb_unknown_gain(scenario, beams, symbols, "real", gain_model).angle


def pilot_bound(scenario: Scenario, energy: float, gain_model: GainModel, rng: np.random.Generator) -> float:
    """CRLB_angle of pilots of a given energy, with the best of twenty searches."""
    pilots = np.ones((20, 1), complex)
    beams = best_beams(scenario, pilots, 0.0, gain_model, "known", rng=rng)
    return float(crlb_unknown_gain(scenario, beams, pilots, "known", gain_model).angle.min()) / energy


def changes_with_the_weight(
    scenario: Scenario, symbols: ComplexArray, gain_model: GainModel, rng: np.random.Generator
) -> tuple[float, float]:
    """Mean change of CRLB_angle in dB and of the rate in bits as zeta goes from 0 to 1."""
    levels = []
    for weight in (0.0, 1.0):
        beams = best_beams(scenario, symbols, weight, gain_model, rng=rng)
        bound = crlb_unknown_gain(scenario, beams, symbols, "real", gain_model).angle
        levels.append((10 * np.log10(bound).mean(), rates(scenario, beams, symbols, gain_model).mean()))
    angles, rate = np.subtract(levels[1], levels[0])
    return float(angles), float(rate)


def range_bound(scenario: Scenario, slots: int, gain_model: GainModel) -> float:
    """Proved bound on the range of CRLB_angle in dB, for free phases and every geometry."""
    if gain_model == "known":
        return 10 * float(np.log10(angle_range_bound(scenario, slots)))
    return 10 * float(np.log10(max(1.0, *apertures(scenario).ratio)))


def average_position_bound(gain_model: GainModel) -> float:
    """Position error bound in cm of Section V's user, for symbols of mean second moments at T = 2."""
    geometry, pairs = Geometry.section_v(), []
    for scenario in block_scenarios(geometry):
        # 1 and j have the second moments of two symbols from CN(0, 1).
        matrix = fisher_information_unknown_gain(scenario, max_gain_beam(scenario), [1.0, 1j], "real", gain_model)
        rest, cross = matrix[:-2, :-2], matrix[:-2, -2:]
        pairs.append(matrix[-2:, -2:] - cross.T @ np.linalg.solve(rest, cross))
    return 100 * float(position_error_bound(geometry.irs_positions, geometry.user_position, np.array(pairs)))


def search_gap(
    scenario: Scenario, symbols: ComplexArray, gain_model: GainModel, rng: np.random.Generator
) -> float:
    """Median gap in dB of Algorithm 1 as printed to the best of all beams, at zeta = 1/2."""
    objective = objective_of(scenario, symbols, 0.5, gain_model, "real")
    found = minimise_over_phases(objective, scenario, (len(symbols),), rng=rng)
    best = minimise_over_all_beams(objective, scenario, (len(symbols),))
    return 10 * float(np.median(found.objective - best.objective))


def headlines(draws: int, rng: np.random.Generator) -> list[Row]:
    """The book's results in numbers, with the phase of the path known and unknown, each with beams of its own."""
    seed = int(rng.integers(2**32))
    columns = [_headlines(draws, model, np.random.default_rng(seed)) for model in PHASE_MODELS]
    return [Row(name, known, columns[1][name]) for name, known in columns[0].items()]


def _headlines(draws: int, model: GainModel, rng: np.random.Generator) -> dict[str, float]:
    square = {elements: Scenario(irs_shape=(side, side)) for side in (3, 4, 5, 6) for elements in (side**2,)}
    two, five = (draw_symbols(rng, slots, size=(draws,)) for slots in (2, 5))
    found = {}
    beams = best_beams(square[16], two, 0.5, model, rng=rng)
    found["rate, Section V's defaults (bit/symbol)"] = float(rates(square[16], beams, two, model).mean())
    for elements in (9, 16, 25):
        angles, rate = changes_with_the_weight(square[elements], two, model, rng)
        found[f"angles, weight 0 to 1, L = {elements} (dB)"] = angles
        found[f"rate, weight 0 to 1, L = {elements} (bit)"] = rate
    for elements in (9, 25):
        found[f"bound on the angles' range, L = {elements} (dB)"] = range_bound(square[elements], 2, model)
    for elements in (16, 36):
        pilot = pilot_bound(square[elements], 1.0, model, rng)
        bound = mean_over_energy(angle_bounds(square[elements], two, 0.5, model, rng), two)
        found[f"TD over NO, T = 2, 0.4 slots, L = {elements}, mean"] = 2.5 * pilot / bound.mean
        found[f"TD over NO, T = 2, 1 slot, L = {elements}, mean"] = pilot / bound.mean
        found[f"TD over NO, T = 2, 1 slot, L = {elements}, median"] = pilot / bound.median
    pilot = pilot_bound(square[16], 1.0, model, rng)
    bound = mean_over_energy(angle_bounds(square[16], five, 0.5, model, rng), five)
    found["TD over NO, T = 5, mean"] = pilot / bound.mean
    found["NO over pilots, T = 5, mean"] = 5 * bound.mean / pilot
    small = Scenario(irs_shape=(8, 8), user_shape=(2, 2))
    beams = best_beams(small, two[:40], 0.0, model, rng=rng)
    both, one = (crlb_unknown_gain(small, beams, two[:40], parts, model).angle for parts in ("complex", "real"))
    found["angles, two unknowns over one, 8 x 8 and 2 x 2"] = float(np.median(both / one))
    found["Algorithm 1 above the best beam, L = 9 (dB)"] = search_gap(square[9], two[:40], model, rng)
    found["position error bound (cm)"] = average_position_bound(model)
    return found
