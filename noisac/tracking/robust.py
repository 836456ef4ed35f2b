"""Beams for a prior of the user's angles: coordinate descent on an expectation or on the worst case."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import equal_by_value, lowest
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.beams import codebook_of
from noisac.beamforming.descent import descend, phase_numbers
from noisac.bounds._link import Link
from noisac.bounds.closed_form import zero_below_rounding
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments, as_moments
from noisac.tracking.expectation import Origin, bounds_of_sums, link_towards
from noisac.tracking.priors import AnglePrior

#: "log" is zeta E[lg CRLB_x] + (1 - zeta) E[lg CRLB_angle], "mean" has lg E in the place of E lg, "worst" the
#: largest value of (31) among the points of the prior.
Criterion: TypeAlias = Literal["log", "mean", "worst"]
_CRITERIA = ("log", "mean", "worst")


class PriorObjective(NamedTuple):
    """Value of a beam for a prior, as a function of its sums (..., 3 N) towards the N points of the prior."""

    link: Link
    weights: FloatArray
    moments: SymbolMoments
    weight: float
    symbol_model: SymbolModel
    criterion: Criterion

    def __call__(self, sums: ComplexArray, searches: object = None) -> FloatArray:
        """Values of sums (..., 3 N), shape (...)."""
        clean = zero_below_rounding(sums, self.link.rounding.T.ravel())
        bounds = bounds_of_sums(self.link, clean, self.moments, self.symbol_model)
        total: FloatArray = np.zeros(())
        with np.errstate(divide="ignore", invalid="ignore"):
            for share, values in ((self.weight, bounds.symbol), (1 - self.weight, bounds.angle)):
                if share == 0:
                    continue
                if self.criterion == "mean":
                    total = total + share * np.log10(values @ self.weights)
                else:
                    total = total + share * np.log10(values)
        if self.criterion == "mean":
            return total
        value: FloatArray = np.max(total, axis=-1) if self.criterion == "worst" else total @ self.weights
        return value

    def terms(self, codebook: ComplexArray) -> ComplexArray:
        """What each phase of each element adds to the sums, (L, 2^b, 3 N)."""
        columns = np.moveaxis(self.link.weights, 1, 0).reshape(self.link.weights.shape[1], 1, -1)
        return columns * codebook[:, None]


@equal_by_value
class RobustBeam(NamedTuple):
    """Outcome of `robust_beam`.

    Attributes
    ----------
    beam : (L,) complex array
        The best beam over all starts.
    objective : float
        Its value at the points of the prior, in decades.
    phases : (S, L) array
        Where the starts ended, as numbers of phases, to be the starts of a neighbouring problem.
    """

    beam: ComplexArray
    objective: float
    phases: NDArray[np.uint8]


def robust_beam(
    scenario: Scenario,
    symbols: ArrayLike | SymbolMoments,
    weight: float,
    prior: AnglePrior,
    *,
    rng: np.random.Generator,
    symbol_model: SymbolModel = "real",
    criterion: Criterion = "log",
    points: int = 17,
    restarts: int = 8,
    starts: ArrayLike | None = None,
    origin: Origin = "first",
) -> RobustBeam:
    """Find a beam that is good for a prior of the user's angles, by changing one phase at a time from many starts.

    The first start is aimed at the mean of the prior, two more are difference beams there, the others random.

    Parameters
    ----------
    scenario, symbols, symbol_model
        As for `noisac.coordinate_descent`, errors included; one block, or its expected moments.
    weight : float
        zeta, in [0, 1].
    prior : AnglePrior
    rng : numpy.random.Generator
        Draws the random starts.
    criterion : {"log", "mean", "worst"}
        Expectation of the logarithms, logarithm of the expectations, or largest value among the points. The last
        has ridges on which a search by single changes may stop, some tenths of a dB from the best beam.
    points : int
        As for `noisac.expected_bounds`. Points further apart than a third of a beam let the search hide nulls
        between them: hold the beam against more of them.
    restarts : int
        Random starts.
    starts : (S, L) array_like, optional
        Further starts, such as beams found for another prior.
    origin : {"first", "centre"}
        As for `bounds_towards`.

    Examples
    --------
    >>> prior = AnglePrior(Scenario().user_aoa, 0.01 * np.eye(2))
    >>> rng = np.random.default_rng(0)
    >>> robust_beam(Scenario(), [1.0, 1j], 0.5, prior, rng=rng, points=9, restarts=2).beam.shape
    (16,)
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.instance("prior", prior, AnglePrior)
    _validate.generator(rng)
    _validate.choice("criterion", criterion, _CRITERIA)
    zeta = float(_validate.weights(_validate.real("weight", weight)))
    if symbol_model == "known" and zeta > 0:
        raise ValueError("weight (zeta) must be 0 when the symbols are known: they have no bound")
    moments = as_moments(symbols)
    if moments.factor.ndim != 2:
        raise ValueError(f"symbols must be those of one block, got a batch of shape {moments.factor.shape[:-2]}")
    restarts = _validate.integer("restarts", restarts, at_least=0)
    nodes, codebook = prior.points(points), codebook_of(scenario.phase_bits)
    link = link_towards(scenario, nodes.angles, origin)
    objective = PriorObjective(link, nodes.weights, moments, zeta, symbol_model, criterion)
    aimed = link_towards(scenario, np.array([prior.mean]), "centre").weights[0]
    # Aimed at the mean, and turned by half a cycle where the position along y, or along z, is negative.
    given = [aimed[:, 0].conj()]
    for column in (1, 2):
        sign = np.where((aimed[:, column] * aimed[:, 0].conj()).real < 0, -1, 1)
        given.append(given[0] * sign)
    if starts is not None:
        given.extend(np.atleast_2d(_validate.beams(starts, scenario.irs_elements, "starts")))
    drawn = rng.integers(len(codebook), size=(restarts, scenario.irs_elements), dtype=np.uint8)
    index = np.concatenate([phase_numbers(np.array(given), len(codebook)), drawn])
    found = descend(objective, objective.terms(codebook), index, np.zeros(len(index), np.intp))  # type: ignore[arg-type]
    best = int(lowest(found.values))
    return RobustBeam(codebook[found.phases[best]], float(found.values[best]), found.phases)
