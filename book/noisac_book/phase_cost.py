"""What coarse phases cost, where the optimum with continuous phases is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.certified import certified_optimum
from noisac.beamforming.descent import coordinate_descent
from noisac.bounds.aperture import aligned_beam
from noisac.bounds.closed_form import crlb, modified_crlb
from noisac.bounds.tradeoff import quantised_gain
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel

#: Bits of the phases of half a surface up to which the optimum is certified; beyond, that takes too long.
_CERTIFIED_BITS = 18


class PhaseCost(NamedTuple):
    """What b bits cost against continuous phases, one entry per number of bits.

    Attributes
    ----------
    bits : (B,) int array
    decibels : (B, draws) array
        10 times the difference of the modified CRLB from that of the aligned beam with continuous phases.
    certified : (B,) bool array
        Whether the beam is the certified optimum for its number of bits; otherwise it is the best known.
    """

    bits: NDArray[np.intp]
    decibels: FloatArray
    certified: NDArray[np.bool_]


def phase_cost(
    scenario: Scenario,
    symbols: ComplexArray,
    weight: float,
    bits: Sequence[int],
    *,
    seed: int,
    symbol_model: SymbolModel = "real",
) -> PhaseCost:
    """Loss by b-bit phases where the surface equals the user's array, so that the continuous optimum is known.

    Parameters
    ----------
    scenario : Scenario
        With equal shapes and spacings of surface and array.
    symbols : (draws, T) complex array
    weight : float
        zeta.
    bits : sequence of int
    seed : int
        Of the local search, where there are too many beams to certify.
    symbol_model : {"real", "complex"}

    Returns
    -------
    PhaseCost

    Raises
    ------
    ValueError
        If the arrays differ.

    Examples
    --------
    >>> square, draws = Scenario(irs_shape=(2, 2), user_shape=(2, 2)), np.array([[1.0, 1j], [0.5, 1.0]])
    >>> phase_cost(square, draws, 0.5, [1, 2], seed=0).certified
    array([ True,  True])
    """
    if (scenario.irs_shape, scenario.irs_spacing) != (scenario.user_shape, scenario.user_spacing):
        raise ValueError(
            "scenario must have equal shapes and spacings of surface and user's array, got "
            f"{scenario.irs_shape} at {scenario.irs_spacing:g} and {scenario.user_shape} at "
            f"{scenario.user_spacing:g} wavelengths"
        )
    continuous = modified_crlb(crlb(scenario, aligned_beam(scenario), symbols, symbol_model), weight)
    losses, certified = [], []
    for count in bits:
        case = scenario.replace(phase_bits=count)
        certified.append(count * (scenario.irs_elements // 2) <= _CERTIFIED_BITS)
        if certified[-1]:
            best = certified_optimum(case, symbols, weight, symbol_model=symbol_model).objective
        else:
            rng = np.random.default_rng(seed)
            best = coordinate_descent(case, symbols, weight, rng=rng, symbol_model=symbol_model).objective
        losses.append(10 * (best - continuous))
    return PhaseCost(np.array(bits), np.array(losses), np.array(certified))


def rounding_loss(bits: int) -> float:
    """Loss of |s_0|^2 by phases rounded to b bits, for many elements: sinc^2(1 / 2^b).

    Parameters
    ----------
    bits : int
        b.

    Returns
    -------
    float
        In dB.

    Examples
    --------
    >>> round(rounding_loss(2), 3)
    0.912
    """
    return float(-10 * np.log10(quantised_gain(bits)))
