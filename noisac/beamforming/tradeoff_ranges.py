"""Beams of the two ends of the weight, found by search: the trade-off's range, what the wrong model costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.descent import coordinate_descent
from noisac.beamforming.exhaustive_search import complete_search
from noisac.beamforming.refinement import refine_phases
from noisac.bounds.aperture import aperture_ratio
from noisac.bounds.closed_form import crlb, crlb_per_symbol
from noisac.bounds.tradeoff import PHASES, Phases, angle_range_bound, imaginary_share, rate_range_bound
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, draw_symbols

#: Bits of the codebook in which free phases are searched before they are refined.
_FINE_BITS = 6
#: Random starts of a search.
_RESTARTS = 16


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


class BoundChanges(NamedTuple):
    """Changes of the bounds from zeta = 0 to zeta = 1 in dB, one value per block of symbols.

    Attributes
    ----------
    symbol_db, angle_db : (...) arrays
        Of CRLB_x, which falls, and of CRLB_angle, which rises.
    """

    symbol_db: FloatArray
    angle_db: FloatArray


def exact_changes(scenario: Scenario, symbols: ArrayLike, *, symbol_model: SymbolModel = "real") -> BoundChanges:
    """What the weight moves if every beam of the codebook is tried at both of its ends.

    Parameters
    ----------
    scenario : Scenario
        Small enough for `noisac.complete_search`, whose errors these are.
    symbols : (T,) or (..., T) array_like
    symbol_model : {"real", "complex"}

    Returns
    -------
    BoundChanges
        Infinite where one of the ends has no bound, NaN where both have none.

    Examples
    --------
    >>> changes = exact_changes(Scenario(irs_shape=(2, 2), user_shape=(1, 2)), [1.0, 1j])
    >>> bool(changes.symbol_db <= 0 <= changes.angle_db)
    True
    """
    low, high = (
        crlb(scenario, complete_search(scenario, symbols, weight, symbol_model).beam, symbols, symbol_model)
        for weight in (0.0, 1.0)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return BoundChanges(10 * np.log10(high.symbol / low.symbol), 10 * np.log10(high.angle / low.angle))


def regime_map(
    irs_sides: Sequence[int],
    user_sides: Sequence[int],
    *,
    draws: int,
    slots: int = 2,
    rng: np.random.Generator,
    scenario: Scenario | None = None,
) -> xr.Dataset:
    """Range of the trade-off against the sizes of surface and user's array, beside the bounds on it.

    Parameters
    ----------
    irs_sides, user_sides : sequences of int
        Elements and antennas along each side of square arrays.
    draws, slots : int
        Blocks of symbols, the same for all sizes, and T; at least 1.
    rng : numpy.random.Generator
    scenario : Scenario, optional
        All but the shapes.

    Returns
    -------
    xarray.Dataset
        By "user_side", "irs_side", "phases" and "draw": angle_db and rate_bits; by the sizes: aperture_ratio,
        and the bounds angle_bound (for the worst draw of those drawn), angle_bound_all (for every draw) and
        rate_bound, which hold for free phases.

    Examples
    --------
    >>> data = regime_map([2], [2, 3], draws=2, rng=np.random.default_rng(0))
    >>> dict(data.angle_db.sizes)
    {'user_side': 2, 'irs_side': 1, 'phases': 2, 'draw': 2}
    """
    base = Scenario() if scenario is None else scenario
    _validate.instance("scenario", base, Scenario)
    draws = _validate.integer("draws", draws, at_least=1)
    symbols = draw_symbols(rng, slots, size=(draws,))
    sizes = len(user_sides), len(irs_sides)
    angle, rate = np.empty((*sizes, 2, draws)), np.empty((*sizes, 2, draws))
    ratio, drawn, every, bits = (np.empty(sizes) for _ in range(4))
    for i, user in enumerate(user_sides):
        for j, side in enumerate(irs_sides):
            case = base.replace(user_shape=(user, user), irs_shape=(side, side))
            for k, phases in enumerate(PHASES):
                angle[i, j, k], rate[i, j, k] = tradeoff_range(case, symbols, rng=rng, phases=phases)
            ratio[i, j] = aperture_ratio(case)[0]
            with np.errstate(divide="ignore"):
                drawn[i, j] = 10 * np.log10(angle_range_bound(case, slots, share=imaginary_share(symbols)).max())
                every[i, j] = 10 * np.log10(angle_range_bound(case, slots))
            bits[i, j] = rate_range_bound(case, slots)
    dims = ("user_side", "irs_side")
    return xr.Dataset(
        {
            "angle_db": ((*dims, "phases", "draw"), angle),
            "rate_bits": ((*dims, "phases", "draw"), rate),
            "aperture_ratio": (dims, ratio),
            "angle_bound": (dims, drawn),
            "angle_bound_all": (dims, every),
            "rate_bound": (dims, bits),
        },
        coords={"user_side": list(user_sides), "irs_side": list(irs_sides), "phases": list(PHASES)},
        attrs={"draws": draws, "slots": slots},
    )


#: Rows (designed under) and columns (judged under) of the table.
MODELS = SYMBOL_MODELS


def mismatch_db(
    scenario: Scenario, symbols: ArrayLike, *, rng: np.random.Generator, phases: Phases = "continuous"
) -> FloatArray:
    """Increase of CRLB_angle when a beam is designed under one model and meets another, in dB.

    The beams are those of least CRLB_angle, since known symbols have no bound of their own.

    Parameters
    ----------
    scenario, symbols, rng, phases
        As for `design_beams`.

    Returns
    -------
    (3, 3, ...) array
        By the model of the design, the model of the judgement, and block; both in the order of `MODELS`. Relative
        to the beam designed under the model of the judgement, so that the diagonal is zero; NaN where that beam
        has no bound either.

    Examples
    --------
    >>> table = mismatch_db(Scenario(irs_shape=(2, 2)), [[1.0, 1j]], rng=np.random.default_rng(0))
    >>> table.shape
    (3, 3, 1)
    """
    beams = [design_beams(scenario, symbols, 0.0, rng=rng, symbol_model=model, phases=phases) for model in MODELS]
    bounds = np.array([[crlb(scenario, beam, symbols, judge).angle for judge in MODELS] for beam in beams])
    own = np.stack([bounds[i, i] for i in range(len(MODELS))])
    with np.errstate(divide="ignore", invalid="ignore"):
        increase: FloatArray = 10 * np.log10(bounds / own)
    return increase
