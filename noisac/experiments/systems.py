"""The three systems that Section V compares: NO-ISAC, localisation with pilots, and TD-ISAC."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming._problems import Generators, Metric
from noisac.beamforming.cross_entropy_method import Output, cross_entropy, minimise_over_phases
from noisac.bounds.closed_form import (
    crlb,
    crlb_per_symbol,
    mutual_information,
    symbol_crlb_known_angles,
    weighted_logarithms,
)
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel, SymbolMoments, expected_symbol_moments, symbol_moments

#: What a beam is designed for: each draw of the symbols, or their distribution (reading R3).
Design: TypeAlias = Literal["draw", "distribution"]
#: Share of a block that TD-ISAC spends on pilots (Fig. 7).
PILOT_SHARE = 0.2


class SearchOptions(TypedDict, total=False):
    """Parameters of Algorithm 1 that the systems pass on to it."""

    candidates: int
    elites: int
    tolerance: float
    max_iterations: int
    output: Output


@equal_by_value
class Performance(NamedTuple):
    """What a system achieves in one block, arrays of the shape of the batch.

    Attributes
    ----------
    rate : array
        Average mutual information, (47) or (48), in bits per symbol duration; 0 without data.
    symbol_crlb : array
        CRLB_x, (13); NaN without data.
    angle_crlb : array
        CRLB_angle, (14), in rad^2.
    iterations : int array
        Iterations of Algorithm 1, over all beams of the block.
    """

    rate: FloatArray
    symbol_crlb: FloatArray
    angle_crlb: FloatArray
    iterations: NDArray[np.intp]


def noisac_system(
    scenario: Scenario,
    symbols: ArrayLike,
    weight: float,
    *,
    rng: Generators,
    symbol_variance: float = 1.0,
    symbol_model: SymbolModel = "real",
    design: Design = "draw",
    metric: Metric = weighted_logarithms,
    **search: Unpack[SearchOptions],
) -> Performance:
    """NO-ISAC: data and localisation share all slots, with one beam from Algorithm 1 per block.

    Equations: (47) : definition

    Parameters
    ----------
    scenario : Scenario
    symbols : (..., T) array_like
        Transmitted symbols.
    weight, rng, metric, symbol_model, **search
        As for `noisac.cross_entropy`, errors included; not "known" symbols.
    symbol_variance : float
        sigma_x^2, above 0, for the mutual information.
    design : {"draw", "distribution"}
        Whether the beam is designed for the block's own symbols or for their expected moments (reading R3).

    Examples
    --------
    >>> performance = noisac_system(Scenario(), [1.0, 1j], 0.5, rng=np.random.default_rng(0))
    >>> performance.rate.shape
    ()
    """
    _validate.choice("design", design, ("draw", "distribution"))
    moments = symbol_moments(symbols)
    if design == "distribution":
        expected = expected_symbol_moments(int(moments.slots), symbol_variance)
        designed_for = SymbolMoments(moments.slots, np.broadcast_to(expected.factor, moments.factor.shape))
    else:
        designed_for = moments
    found = cross_entropy(
        scenario, designed_for, weight, rng=rng, symbol_model=symbol_model, metric=metric, **search
    )
    bounds = crlb(scenario, found.beam, moments, symbol_model)
    per_symbol = crlb_per_symbol(scenario, found.beam, symbols, symbol_model)
    rate = np.mean(mutual_information(per_symbol, symbol_variance), axis=-1)  # (47)
    return Performance(rate, bounds.symbol, bounds.angle, found.iterations)


def localisation_system(
    scenario: Scenario,
    slots: float,
    *,
    rng: Generators,
    batch: tuple[int, ...] = (),
    **search: Unpack[SearchOptions],
) -> Performance:
    """Localisation only: known pilots of unit power in all slots, and the beam of least CRLB_angle.

    Parameters
    ----------
    scenario, rng, **search
        As for `noisac.cross_entropy`, errors included.
    slots : float
        T, above 0. The bound depends on the pilots' energy only, so that a fraction of a slot has a meaning:
        TD-ISAC with T / 5 below one needs it.
    batch : tuple of int
        Shape of a batch of independent searches.

    Examples
    --------
    >>> performance = localisation_system(Scenario(), 5, rng=np.random.default_rng(0))
    >>> float(performance.rate)
    0.0
    """
    slots = _validate.real("slots", slots, positive=True)
    batch = _validate.batch_shape("batch", batch)
    pilots = SymbolMoments(slots, np.broadcast_to(np.diag([np.sqrt(slots), 0.0]), (*batch, 2, 2)))
    found = cross_entropy(scenario, pilots, 0.0, rng=rng, symbol_model="known", **search)
    bounds = crlb(scenario, found.beam, pilots, "known")
    return Performance(np.zeros(batch), bounds.symbol, bounds.angle, found.iterations)


def tdisac_system(
    scenario: Scenario,
    slots: int,
    *,
    rng: Generators,
    batch: tuple[int, ...] = (),
    symbol_variance: float = 1.0,
    pilot_share: float = PILOT_SHARE,
    **search: Unpack[SearchOptions],
) -> Performance:
    """TD-ISAC: pilots in the first T / 5 slots, data in the others (Fig. 7), each with a beam of its own.

    The sensing slots use the beam of least CRLB_angle with pilots. The data slots use the beam of least CRLB_x
    with known angles, the most favourable assumption for TD-ISAC (reading R9). The mean in (48) runs over
    the T - T / 5 data slots (reading R8).

    Equations: (48) : definition

    Parameters
    ----------
    scenario, rng, batch, **search
        As for `localisation_system`, errors included.
    slots : int
        T, at least 1.
    symbol_variance : float
        sigma_x^2, above 0.
    pilot_share : float
        Share of the slots used for pilots, strictly between 0 and 1. At the default T = 2 of Figs. 9 and 10 the
        printed fifth is 0.4 slots, of which only the energy is taken; `noisac.Readings.pilot_share` has the
        share with whole slots (reading R13), at which TD-ISAC no longer localises worse than NO-ISAC in the mean.

    Examples
    --------
    >>> performance = tdisac_system(Scenario(), 10, rng=np.random.default_rng(0))
    >>> performance.angle_crlb.shape
    ()
    """
    slots = _validate.integer("slots", slots, at_least=1)
    pilot_share = _validate.real("pilot_share", pilot_share, positive=True)
    if pilot_share >= 1:
        raise ValueError(f"pilot_share must lie strictly between 0 and 1, got {pilot_share!r}")

    def known_angle_crlb(beams: ComplexArray, _searches: NDArray[np.intp]) -> FloatArray:
        return np.log10(symbol_crlb_known_angles(scenario, beams))

    sensing = localisation_system(scenario, slots * pilot_share, rng=rng, batch=batch, **search)
    data = minimise_over_phases(known_angle_crlb, scenario, batch, rng=rng, **search)
    symbol = symbol_crlb_known_angles(scenario, data.beam)
    rate = (1 - pilot_share) * mutual_information(symbol, symbol_variance)  # (48)
    return Performance(rate, symbol, sensing.angle_crlb, sensing.iterations + data.iterations)
