"""What a beam aimed past the user costs, to second order, and the scale of a fix from a beam without an aim."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import FloatArray
from noisac.bounds._link import link_of
from noisac.bounds.aperture import apertures
from noisac.bounds.tradeoff import imaginary_share
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, SymbolMoments, as_moments


@equal_by_value
class AimGrowth(NamedTuple):
    """Factors, less one, by which the bounds grow; negative where the miss helps."""

    symbol: FloatArray
    angle: FloatArray


def aim_growth(
    scenario: Scenario,
    symbols: ArrayLike | SymbolMoments,
    miss: ArrayLike,
    symbol_model: SymbolModel = "real",
) -> AimGrowth:
    """Growth of the two bounds if a beam of continuous phases is aimed past the user, to second order.

    Let W and V be the variances of the surface's and the user's positions, chi the share of the symbols' energy
    that the receiver knows beforehand: 1 of "known" symbols, that of the imaginary parts of "real" ones, 0 of
    "complex" ones. Averaged over the direction of the miss, CRLB_angle grows by W d^2 (1 - chi W / (2 V)). CRLB_x
    grows by W d^2 (1 + (1 - chi) W / (T V)) for "real" symbols and by W d^2 (1 + W / (2 T V)) for "complex" ones,
    whatever the direction.

    Parameters
    ----------
    scenario : Scenario
        With arrays of equal extent along y and z; their positions count from their centres.
    symbols : (T,) or (..., T) array_like, or SymbolMoments
    miss : array_like
        d, distance of the aim in direction cosines; broadcasts with the leading axes of the symbols.
    symbol_model : {"real", "complex", "known"}
        As for `noisac.crlb`.

    Returns
    -------
    AimGrowth
        ``symbol`` is NaN for "known" symbols.

    Raises
    ------
    ValueError
        For arrays that are not square.

    Examples
    --------
    >>> round(float(aim_growth(Scenario(irs_shape=(16, 16)), [1.0, 1j], 0.001, "known").angle), 6)
    -0.001573
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    moments, shift = as_moments(symbols), _validate.finite_array("miss", miss)
    arrays = apertures(scenario)
    for name, (along_y, along_z) in (("irs_shape", arrays.surface), ("user_shape", arrays.user)):
        if not np.isclose(along_y, along_z):
            raise ValueError(f"{name} must be square, got {getattr(scenario, name)}")
    _validate.together("miss and symbols", shift, moments.power)
    surface, user = float(arrays.surface[0]), float(arrays.user[0])
    share = imaginary_share(moments) if symbol_model == "real" else np.array(float(symbol_model == "known"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.divide(surface, user)
        angle = surface * shift**2 * (1 - share * ratio / 2)
        imitated = (1 - share) if symbol_model == "real" else 0.5
        symbol = surface * shift**2 * (1 + imitated * ratio / moments.slots)
    if symbol_model == "known":
        symbol = np.full(np.shape(angle), np.nan)
    return AimGrowth(*np.broadcast_arrays(symbol, angle))


def beamwidth(scenario: Scenario) -> float:
    """Width BW of a beam in a direction cosine: 1 / (spacing in wavelengths times L_y), half its width in nulls.

    Examples
    --------
    >>> beamwidth(Scenario())
    0.5
    """
    _validate.instance("scenario", scenario, Scenario)
    return 1 / (scenario.irs_shape[0] * scenario.irs_spacing)


def fix_deviation(scenario: Scenario, symbols: ArrayLike | SymbolMoments) -> FloatArray:
    """Scale of the error of a fix from one random beam, per direction cosine: 1 / sqrt(c P V L).

    It is the bound with ``|s_0|^2`` at its mean, L, and with what the user's own aperture tells alone. It is no
    root mean square: with "complex" symbols that is infinite, as random beams of continuous phases have nulls.

    Parameters
    ----------
    scenario : Scenario
        The user's extent along y counts.
    symbols : (T,) or (..., T) array_like, or SymbolMoments

    Examples
    --------
    >>> bool(abs(fix_deviation(Scenario(), [1.0, 1j]) / beamwidth(Scenario()) - 1 / 159) < 1e-4)
    True
    """
    _validate.instance("scenario", scenario, Scenario)
    link, power = link_of(scenario), as_moments(symbols).power
    with np.errstate(divide="ignore"):
        deviation: FloatArray = 1 / np.sqrt(link.scale * power * link.variances[0] * scenario.irs_elements)
    return deviation
