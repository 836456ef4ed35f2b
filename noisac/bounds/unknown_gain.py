"""A path gain that the receiver does not know: its phase, or phase and modulus, estimated beside the rest.

The paper takes the two path gains for known. Both enter the received signal as one complex factor, so that an
unknown phase is one more real parameter and an unknown gain two, and each can be eliminated in closed form.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._angle_information import AngleInformation, angle_information, chosen_columns
from noisac.bounds.closed_form import Bounds, bounds_from_sums, checked_problem
from noisac.bounds.fisher import information_of_gradients, one_block
from noisac.model.channel import bs_irs_channel, irs_user_channel_derivatives, matched_bs_beam, received_mean
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, UNKNOWN_PARTS, SymbolModel, SymbolMoments

#: What is unknown of the path gain: nothing, its phase, or phase and modulus.
GainModel: TypeAlias = Literal["known", "phase", "complex"]
GAIN_MODELS: tuple[GainModel, ...] = ("known", "phase", "complex")


def crlb_unknown_gain(
    scenario: Scenario,
    beams: ArrayLike,
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel = "real",
    gain_model: GainModel = "phase",
) -> Bounds:
    """Bounds on symbols and angles where the gain of the path is unknown as well, in closed form.

    An unknown phase takes from the second term of the closed form whatever a common turn of all slots can imitate,
    and with it all that depends on the origin of the indices; an unknown complex gain takes all of the term, in
    every symbol model.

    Parameters
    ----------
    scenario, beams, symbols, symbol_model
        As for `noisac.crlb`, errors included.
    gain_model : {"known", "phase", "complex"}
        What is unknown of the path gain.

    Returns
    -------
    Bounds
        "complex" symbols beside an unknown gain have no bound (``inf``): only their product can be estimated.
        "real" ones have none where the symbols of the block do not tell the gain.

    Examples
    --------
    >>> beam, x = np.ones(16), [1.0, 1j, 0.5]
    >>> one, other = (crlb_unknown_gain(Scenario(), beam, x, model, "complex") for model in ("known", "real"))
    >>> bool(np.isclose(one.angle, other.angle))
    True
    """
    _validate.choice("gain_model", gain_model, GAIN_MODELS)
    link, sums, moments = checked_problem(scenario, beams, symbols, symbol_model)
    if gain_model == "known":
        return bounds_from_sums(link, sums, moments, symbol_model)
    information = _without_gain(angle_information(link, sums, moments, "complex"), symbol_model, gain_model)
    elevation, azimuth = information.angle_bounds(link)
    with np.errstate(divide="ignore", invalid="ignore"):
        if symbol_model == "known":
            symbol = np.full(np.shape(elevation), np.nan)
        elif symbol_model == "complex":
            symbol = np.full(np.shape(elevation), np.inf)
        else:
            spread = _symbol_spread(information, gain_model) / moments.slots
            symbol = (1 + spread) / (link.scale * information.power)
    return Bounds(symbol, elevation, azimuth)


def fisher_information_unknown_gain(
    scenario: Scenario,
    beam: ArrayLike,
    symbols: ArrayLike,
    symbol_model: SymbolModel = "real",
    gain_model: GainModel = "phase",
) -> FloatArray:
    """Fisher information matrix with the gain's phase and logarithmic modulus among the parameters.

    Equations: (54)

    Parameters
    ----------
    scenario, beam, symbols, symbol_model
        As for `noisac.fisher_information`, errors included.
    gain_model : {"known", "phase", "complex"}
        As for `crlb_unknown_gain`.

    Returns
    -------
    (K, K) array
        The symbols' parameters come first as in `noisac.fisher_information`, then the gain's, then elevation and
        azimuth. Singular for "complex" symbols, which can imitate any gain.

    Examples
    --------
    >>> fisher_information_unknown_gain(Scenario(), np.ones(16), [1.0, 1j], "real", "complex").shape
    (6, 6)
    """
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    _validate.choice("gain_model", gain_model, GAIN_MODELS)
    _validate.instance("scenario", scenario, Scenario)
    beam = _validate.one_beam(beam, scenario.irs_elements)
    symbols = one_block(symbols)
    rows: list[ComplexArray] = [
        received_mean(scenario, beam, part * unit)
        for unit in np.eye(len(symbols))
        for part in UNKNOWN_PARTS[symbol_model]
    ]
    mean = received_mean(scenario, beam, symbols)
    rows += {"known": [], "phase": [1j * mean], "complex": [1j * mean, mean]}[gain_model]
    through_irs = beam * (bs_irs_channel(scenario) @ matched_bs_beam(scenario))
    rows += [np.outer(symbols, by_angle @ through_irs) for by_angle in irs_user_channel_derivatives(scenario)]
    return information_of_gradients(np.array(rows), scenario.noise_variance)


def _without_gain(user: AngleInformation, symbol_model: SymbolModel, gain_model: GainModel) -> AngleInformation:
    """What is left of the columns of K, of ``user`` with "complex" symbols, once the gain is eliminated too."""
    if gain_model == "complex" or symbol_model == "complex":
        return user
    f11, f21, f22 = user.factor
    # Re(e) is what a common turn of all slots imitates; Im(e) is left, of real symbols in part.
    size = np.sqrt(f11**2 + f21**2 + f22**2)
    silent = user.power == 0  # no gain to be unknown: the column is known already
    if symbol_model == "real":  # without real parts, a turn has nothing to imitate
        size = np.where(f11 == 0, np.abs(f21), f22)
    column = (user.e_y.imag * size, user.e_z.imag * size, np.abs(size))
    return user.with_columns(chosen_columns(silent, user.columns, (column,)) if np.any(silent) else (column,))


def _symbol_spread(information: AngleInformation, gain_model: GainModel) -> FloatArray:
    """T times the relative increase of CRLB_x of "real" symbols by the unknown gain and angles."""
    f11, f21, f22 = information.factor
    if gain_model == "complex":  # what the gain leaves of the angles does not move the symbols
        total: FloatArray = (
            np.square(f11**2) + np.square(f21**2 + f22**2) + 2 * np.square(f11 * f21)
        ) / np.square(f11 * f22)
        return np.where(f11 * f22 == 0, np.inf, total)
    slope = np.where(f11 == 0, 0.0, f21 / np.where(f11 == 0, 1.0, f11))
    phase = np.where(f21**2 + f22**2 == 0, 0.0, (f21**2 + f22**2) / f11**2)
    amplitude = np.sqrt(f11**2 + 2 * f21 * slope * f11 + slope**2 * (f21**2 + f22**2))
    form = information.regression_form(
        information.e_y.imag * amplitude, information.e_z.imag * amplitude, amplitude
    )
    return phase + form
