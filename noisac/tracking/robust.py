"""Beams for a prior of the user's angles: an expectation or a worst case that every search takes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.aims import Aim
from noisac.bounds.closed_form import zero_below_rounding
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments
from noisac.tracking.expectation import Origin, bounds_of_sums, checked_moments, columns_of, link_towards
from noisac.tracking.priors import AnglePrior

#: "log" is zeta E[lg CRLB_x] + (1 - zeta) E[lg CRLB_angle], "mean" has lg E in the place of E lg, "worst" the
#: largest value of (31) among the points of the prior.
Criterion: TypeAlias = Literal["log", "mean", "worst"]
_CRITERIA = ("log", "mean", "worst")


def prior_aim(
    scenario: Scenario,
    symbols: ArrayLike | SymbolMoments,
    weight: float,
    prior: AnglePrior,
    symbol_model: SymbolModel = "real",
    *,
    criterion: Criterion = "log",
    points: int = 17,
    origin: Origin = "first",
) -> Aim:
    """Modified CRLB (31) of a user of whose angles only a prior is known, as an aim for the searches.

    Parameters
    ----------
    scenario, symbols, weight, symbol_model
        As for `noisac.Aim.of_scenario`, errors included; the prior takes the place of the scenario's `user_aoa`.
    prior : AnglePrior
    criterion : {"log", "mean", "worst"}
        Expectation of the logarithms, logarithm of the expectations, or largest value among the points. The last
        has ridges on which a search by single changes may stop, some tenths of a dB from the best beam.
    points : int
        As for `noisac.expected_bounds`. Points further apart than a third of a beam let a search hide nulls
        between them: hold its beam against more of them.
    origin : {"first", "centre"}
        As for `bounds_towards`.

    Returns
    -------
    Aim
        A descent starts from random beams only, unless it is given those of `aimed_beams`.

    Examples
    --------
    >>> from noisac import coordinate_descent
    >>> prior = AnglePrior(Scenario().user_aoa, 0.01 * np.eye(2))
    >>> aim = prior_aim(Scenario(), [1.0, 1j], 0.5, prior, points=9)
    >>> starts = aimed_beams(Scenario(), prior.mean)
    >>> coordinate_descent(aim, rng=np.random.default_rng(0), restarts=2, starts=starts).beam.shape
    (16,)
    """
    moments = checked_moments(scenario, symbols, symbol_model, origin)
    _validate.instance("prior", prior, AnglePrior)
    _validate.choice("criterion", criterion, _CRITERIA)
    zeta = float(_validate.weights(_validate.real("weight", weight)))
    if symbol_model == "known" and zeta > 0:
        raise ValueError("weight (zeta) must be 0 when the symbols are known: they have no bound")
    if moments.factor.ndim != 2:
        raise ValueError(f"symbols must be those of one block, got a batch of shape {moments.factor.shape[:-2]}")
    nodes = prior.points(points)
    link = link_towards(scenario, nodes.angles, origin)
    rounding = link.rounding.T.ravel()

    def value(sums: ComplexArray) -> FloatArray:
        bounds = bounds_of_sums(link, zero_below_rounding(sums, rounding), moments, symbol_model)
        total: FloatArray = np.zeros(())
        with np.errstate(divide="ignore"):
            for share, values in ((zeta, bounds.symbol), (1 - zeta, bounds.angle)):
                if share > 0:
                    averaged = values @ nodes.weights if criterion == "mean" else values
                    total = total + share * np.log10(averaged)
        if criterion == "log":
            total = total @ nodes.weights
        return np.max(total, axis=-1) if criterion == "worst" else total

    return Aim(value, scenario, columns_of(link))


def aimed_beams(scenario: Scenario, direction: ArrayLike) -> ComplexArray:
    """Beams of continuous phases aimed at a direction: the sum beam and two difference beams, (3, L).

    The difference beams have a null there: one half of the surface, along y or along z, is turned by half a cycle.

    Parameters
    ----------
    scenario : Scenario
    direction : (2,) array_like
        Elevation and azimuth (gamma, phi)^A_I2U, in radians.

    Examples
    --------
    >>> bool(abs(aimed_beams(Scenario(), Scenario().user_aoa) - 1).max() < 2.1)
    True
    """
    _validate.instance("scenario", scenario, Scenario)
    angles = _validate.finite_array("direction", direction)
    if angles.shape != (2,):
        raise ValueError(f"direction must be an (elevation, azimuth) pair, got shape {angles.shape}")
    weights = link_towards(scenario, angles[None], "centre").weights[0]
    aligned = weights[:, 0].conj()
    places = (weights[:, 1:] * aligned[:, None]).real.T
    halves = np.where(places < 0, -1.0, 1.0)
    beams: ComplexArray = aligned * np.concatenate([np.ones((1, len(aligned))), halves])
    return beams
