"""Receivers run over many draws of the noise: mean squared errors beside the bounds, and symbol error rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds.closed_form import crlb, symbol_crlb_known_angles
from noisac.bounds.fisher import one_block
from noisac.estimation.modulation import nearest_symbols, qam, symbol_error_rate
from noisac.estimation.receivers import Estimates, ReceivedSignals, simulate_received, symbols_at
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel

#: What an error is measured of; "angle" is the mean over the two angles, as in (14).
QUANTITIES = ("angle", "elevation", "azimuth", "symbol")
#: Receivers of data, by what they know.
DATA_RECEIVERS = ("known angles", "joint", "decision-directed")


@equal_by_value
class SquaredErrors(NamedTuple):
    """Squared errors of estimates, one per draw.

    Attributes
    ----------
    elevation, azimuth : (...) arrays
        In rad^2; the error of the azimuth is taken the short way round.
    symbol : (...) array
        Mean of ``|x - xhat|^2`` over the block.
    """

    elevation: FloatArray
    azimuth: FloatArray
    symbol: FloatArray

    @property
    def angle(self) -> FloatArray:
        """Mean of the two angles' squared errors."""
        return (self.elevation + self.azimuth) / 2


def squared_errors(estimates: Estimates, scenario: Scenario, symbols: ArrayLike) -> SquaredErrors:
    """Squared errors of estimates against the angles of a scenario and the symbols that were sent.

    Parameters
    ----------
    estimates : Estimates
    scenario : Scenario
    symbols : (T,) or (..., T) array_like

    Examples
    --------
    >>> exact = Estimates(*map(np.array, Scenario().user_aoa), np.ones(1), np.ones(1), np.array(0.0))
    >>> float(squared_errors(exact, Scenario(), [1.0]).angle)
    0.0
    """
    if not isinstance(estimates, Estimates):
        raise TypeError(f"estimates must be a noisac.estimation.Estimates, got {estimates!r}")
    _validate.instance("scenario", scenario, Scenario)
    elevation, azimuth = scenario.user_aoa
    angles = [_validate.real_array(f"estimates.{n}", getattr(estimates, n)) for n in ("elevation", "azimuth")]
    sent = _validate.complex_array("estimates.symbols", estimates.symbols)
    turn = (angles[1] - azimuth + np.pi) % (2 * np.pi) - np.pi
    missed = np.mean(np.abs(sent - _validate.symbols(symbols)) ** 2, axis=-1)
    return SquaredErrors((angles[0] - elevation) ** 2, turn**2, missed)


def what_is_known(symbols: ArrayLike, symbol_model: SymbolModel) -> ComplexArray | FloatArray | None:
    """What a receiver of a symbol model knows of symbols (..., T): the argument ``known`` of `maximum_likelihood`.

    Examples
    --------
    >>> what_is_known([1 + 2j], "real")
    array([2.])
    """
    symbols = _validate.symbols(symbols)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    if symbol_model == "complex":
        return None
    return symbols if symbol_model == "known" else symbols.imag


def simulate_errors(
    scenario: Scenario,
    beam: ArrayLike,
    symbols: ArrayLike,
    snr_db: Sequence[float] | FloatArray,
    *,
    draws: int,
    rng: np.random.Generator,
    symbol_models: Sequence[SymbolModel] = SYMBOL_MODELS,
) -> xr.Dataset:
    """Mean squared errors of the maximum-likelihood receivers over the SNR, beside their Cramer-Rao bounds.

    Beam and symbols stay the same in all draws, since the bounds are those of given symbols; the noise is drawn
    anew. At a given SNR all receivers see the same draws.

    Parameters
    ----------
    scenario, beam
        As for `maximum_likelihood`, errors included.
    symbols : (T,) array_like
        Transmitted symbols x(t).
    snr_db : sequence of float
        Section V's SNR.
    draws : int
        Draws of the noise per SNR, at least 2.
    rng : numpy.random.Generator
        Spawns a stream per SNR; more draws begin with the fewer.
    symbol_models : sequence of {"real", "complex", "known"}

    Returns
    -------
    xarray.Dataset
        With dimensions ``model``, ``snr_db`` and ``quantity`` (`QUANTITIES`): ``mse``, its standard error
        ``mse_error``, ``bound``. The symbols of a receiver that knows them have NaN.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> data = simulate_errors(Scenario(), np.ones(16), [1.0, 1j], [0.0, 10.0], draws=20, rng=rng)
    >>> dict(data.sizes)
    {'model': 3, 'snr_db': 2, 'quantity': 4}
    """
    _validate.instance("scenario", scenario, Scenario)
    symbols = one_block(symbols)
    levels, draws = _levels(snr_db), _validate.integer("draws", draws, at_least=2)
    _validate.generator(rng)
    shape = (len(symbol_models), len(levels), len(QUANTITIES))
    mse, error, bound = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    for j, (level, stream) in enumerate(zip(levels, rng.spawn(len(levels)), strict=True)):
        case = scenario.replace(snr_db=level)
        received = simulate_received(case, beam, symbols, draws=draws, rng=stream)
        signals = ReceivedSignals.of(case, beam, received)
        for i, model in enumerate(symbol_models):
            estimates = signals.estimate(model, what_is_known(symbols, model))
            errors, bounds = squared_errors(estimates, case, symbols), crlb(case, beam, symbols, model)
            for k, quantity in enumerate(QUANTITIES):
                bound[i, j, k] = getattr(bounds, quantity)
                if quantity != "symbol" or model != "known":
                    mse[i, j, k], error[i, j, k] = _mean_and_error(getattr(errors, quantity))
    dims = ("model", "snr_db", "quantity")
    return xr.Dataset(
        {"mse": (dims, mse), "mse_error": (dims, error), "bound": (dims, bound)},
        {"model": list(symbol_models), "snr_db": levels, "quantity": list(QUANTITIES)},
        {"draws": draws, "slots": len(symbols)},
    )


def simulate_error_rates(
    scenario: Scenario,
    beam: ArrayLike,
    order: int,
    slots: int,
    snr_db: Sequence[float] | FloatArray,
    *,
    draws: int,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Symbol error rates and errors of the angles of receivers of QAM, each draw with data of its own.

    "known angles" detects with the user's true angles. "joint" estimates angles and symbols together, both parts
    of the symbols being unknown to it, and decides for the nearest points. "decision-directed" goes on from there:
    it takes the decisions for pilots, estimates the angles anew, and decides again.

    Parameters
    ----------
    scenario, beam, snr_db, draws
        As for `simulate_errors`, errors included.
    order, slots : int
        Points of the constellation: 4, 16, 64, ...; and T.
    rng : numpy.random.Generator
        Spawns one stream for the data and one for the noise per SNR.

    Returns
    -------
    xarray.Dataset
        With dimensions ``receiver`` (`DATA_RECEIVERS`) and ``snr_db``: ``error_rate``, ``error_rate_error``, and
        ``angle_mse``, ``angle_mse_error`` (NaN with known angles). The standard errors are those of blocks, since
        the symbols of a block share their angles. ``formula`` is `symbol_error_rate`, and ``bound``, over
        ``model``, is CRLB_angle averaged over the blocks' data.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> data = simulate_error_rates(Scenario(), np.ones(16), 4, 2, [-40.0, 0.0], draws=20, rng=rng)
    >>> data["error_rate"].sel(snr_db=0.0).values
    array([0., 0., 0.])
    """
    _validate.instance("scenario", scenario, Scenario)
    points = qam(order)
    levels, draws = _levels(snr_db), _validate.integer("draws", draws, at_least=2)
    slots = _validate.integer("slots", slots, at_least=1)
    _validate.generator(rng)
    shape = (len(DATA_RECEIVERS), len(levels))
    rate, rate_error = np.empty(shape), np.empty(shape)
    mse, mse_error = np.full(shape, np.nan), np.full(shape, np.nan)
    bound, formula = np.empty((len(SYMBOL_MODELS), len(levels))), np.empty(len(levels))
    for j, (level, stream) in enumerate(zip(levels, rng.spawn(len(levels)), strict=True)):
        for_data, for_noise = stream.spawn(2)
        case = scenario.replace(snr_db=level)
        x = points[for_data.integers(order, size=(draws, slots))]
        received = simulate_received(case, beam, x, draws=draws, rng=for_noise)
        formula[j] = symbol_error_rate(order, 1 / (2 * symbol_crlb_known_angles(case, beam)))
        for i, model in enumerate(SYMBOL_MODELS):
            bound[i, j] = np.mean(crlb(case, beam, x, model).angle)
        signals = ReceivedSignals.of(case, beam, received)
        joint = signals.estimate("complex")
        directed = signals.estimate("known", nearest_symbols(joint.symbols, order))
        seen = symbols_at(case, beam, received)
        for i, symbols in enumerate((seen, joint.fitted, directed.fitted)):
            wrong = np.abs(nearest_symbols(symbols, order) - x) > 1e-9
            rate[i, j], rate_error[i, j] = _mean_and_error(np.mean(wrong, axis=-1))
        for i, estimates in ((1, joint), (2, directed)):
            mse[i, j], mse_error[i, j] = _mean_and_error(squared_errors(estimates, case, x).angle)
    dims = ("receiver", "snr_db")
    return xr.Dataset(
        {
            "error_rate": (dims, rate),
            "error_rate_error": (dims, rate_error),
            "angle_mse": (dims, mse),
            "angle_mse_error": (dims, mse_error),
            "formula": ("snr_db", formula),
            "bound": (("model", "snr_db"), bound),
        },
        {"receiver": list(DATA_RECEIVERS), "snr_db": levels, "model": list(SYMBOL_MODELS)},
        {"draws": draws, "slots": slots, "order": order},
    )


def _levels(snr_db: Sequence[float] | FloatArray) -> list[float]:
    return _validate.numbers("snr_db", snr_db, "a sequence of at least one SNR in dB")


def _mean_and_error(samples: FloatArray) -> tuple[float, float]:
    """Mean and its standard error; infinite where a sample is."""
    if not np.all(np.isfinite(samples)):
        return np.inf, np.inf
    return float(samples.mean()), float(samples.std(ddof=1) / np.sqrt(len(samples)))
