"""Beams of the two ends of the weight, found by search: the trade-off's range, what the wrong model costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.descent import coordinate_descent
from noisac.beamforming.refinement import refine_phases
from noisac.bounds.closed_form import crlb, crlb_per_symbol
from noisac.bounds.tradeoff import PHASES, Phases
from noisac.model.scenario import Scenario
from noisac.model.symbols import SymbolModel

#: Bits of the codebook in which free phases are searched before they are refined.
_FINE_BITS = 6
#: Random starts of a search.
_RESTARTS = 16


@equal_by_value
class TradeoffRange(NamedTuple):
    """What the weight can move, one value per block of symbols.

    Attributes
    ----------
    angle_db : (...) array
        CRLB_angle at zeta = 1 over that at zeta = 0, in dB.
    rate_bits : (...) array
        Average mutual information at zeta = 1 less that at zeta = 0, in bits per symbol.
    """

    angle_db: FloatArray
    rate_bits: FloatArray


def design_beams(
    scenario: Scenario,
    symbols: ArrayLike,
    weight: float,
    *,
    rng: np.random.Generator,
    symbol_model: SymbolModel = "real",
    phases: Phases = "continuous",
) -> ComplexArray:
    """Beams (..., L) of low modified CRLB, by coordinate descent from many starts; refined if phases are free.

    Parameters
    ----------
    scenario, symbols, weight, symbol_model
        As for `noisac.coordinate_descent`, errors included.
    rng : numpy.random.Generator
    phases : {"continuous", "codebook"}
        Whether the phases are free, or those of the scenario's codebook.

    Examples
    --------
    >>> design_beams(Scenario(irs_shape=(2, 2)), [1.0, 1j], 0.5, rng=np.random.default_rng(0)).shape
    (4,)
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("phases", phases, PHASES)
    fine = scenario if phases == "codebook" else scenario.replace(phase_bits=_FINE_BITS)
    found = coordinate_descent(fine, symbols, weight, rng=rng, symbol_model=symbol_model, restarts=_RESTARTS)
    if phases == "codebook":
        return found.beam
    return refine_phases(scenario, found.beam, symbols, weight, symbol_model, halvings=10)


def tradeoff_range(
    scenario: Scenario,
    symbols: ArrayLike,
    *,
    rng: np.random.Generator,
    symbol_model: SymbolModel = "real",
    phases: Phases = "continuous",
) -> TradeoffRange:
    """Ranges of CRLB_angle and of the rate between the ends of the weight, as a search finds them.

    Parameters
    ----------
    scenario, symbols, rng, symbol_model, phases
        As for `design_beams`; not "known" symbols.

    Returns
    -------
    TradeoffRange
        Infinite where one of the ends has no bound, NaN where both have none.

    Examples
    --------
    >>> from noisac import draw_symbols
    >>> x = draw_symbols(np.random.default_rng(0), 2, size=(3,))
    >>> narrow = tradeoff_range(Scenario(), x, rng=np.random.default_rng(1))
    >>> bool(np.all(np.abs(narrow.angle_db) < 1e-3))
    True
    """
    ends = [
        design_beams(scenario, symbols, weight, rng=rng, symbol_model=symbol_model, phases=phases)
        for weight in (0.0, 1.0)
    ]
    angle = [crlb(scenario, beam, symbols, symbol_model).angle for beam in ends]
    each = [crlb_per_symbol(scenario, beam, symbols, symbol_model) for beam in ends]
    with np.errstate(divide="ignore", invalid="ignore"):
        decibels = 10 * np.log10(angle[1] / angle[0])
        bits = np.mean(np.log2(each[0] / each[1]), axis=-1) / 2
    return TradeoffRange(decibels, bits)
