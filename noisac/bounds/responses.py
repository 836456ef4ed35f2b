"""Bounds from the received signal and its derivatives, for arrays and channels that Section II does not have.

Theorem 1 asks three things of a channel: the noise-free signal of a symbol of one, and its derivatives by the two
angles. `noisac.bounds.closed_form` has them in closed form for rectangular arrays. Here they may be any arrays
of numbers, and `plane_wave_response` supplies them for antennas and elements at any places. The conditional
Cramér-Rao bound of one source needs the response alone: a second road to the angles' bounds.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import PHASED, equal_by_value, share_of_rounding
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds._angle_information import AngleInformation, Columns, measured_columns, without_rounding
from noisac.bounds.closed_form import REAL_PARAMETERS, Bounds, bs_gain, check_batches, mean_spread, weighted_sums
from noisac.bounds.fisher import information_of_gradients, one_block
from noisac.model.arrays import element_indices, position_derivatives, position_response
from noisac.model.channel import irs_sign
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, UNKNOWN_PARTS, SymbolModel, SymbolMoments, as_moments


@equal_by_value
class Response(NamedTuple):
    """Noise-free received signal of a symbol of one, and its derivatives: (..., M) complex arrays.

    Attributes
    ----------
    signal : array
        beta_x of (23).
    by_elevation, by_azimuth : arrays
        Derivatives by the two angles, per radian: (24) and (25) without their symbol.
    """

    signal: ComplexArray
    by_elevation: ComplexArray
    by_azimuth: ComplexArray


def plane_wave_response(
    scenario: Scenario,
    beams: ArrayLike,
    *,
    user_positions: ArrayLike | None = None,
    irs_positions: ArrayLike | None = None,
) -> Response:
    """Response of a user and a surface whose antennas and elements stand anywhere.

    Parameters
    ----------
    scenario : Scenario
        Angles, powers and path gains. Its shapes and spacings count for the arrays that are not given.
    beams : (..., L) array_like
        Phase-shift beams xi, of unit modulus.
    user_positions : (M, 2) or (M, 3) array_like, optional
        (y, z) or (x, y, z) of the user's antennas, in wavelengths; any number of them. The phases count from the
        origin.
    irs_positions : (L, 2) or (L, 3) array_like, optional
        Those of the elements of the surface: as many as the scenario's surface has, whatever its shape.

    Returns
    -------
    Response
        For the base station's beam (41).

    Examples
    --------
    >>> turn = 2 * np.pi * np.arange(12) / 12
    >>> ring = np.stack([np.cos(turn), np.sin(turn)], axis=-1)  # radius of one wavelength
    >>> response = plane_wave_response(Scenario(), np.ones((5, 16)), user_positions=ring)
    >>> response.signal.shape
    (5, 12)
    """
    _validate.instance("scenario", scenario, Scenario)
    beams = _validate.beams(beams, scenario.irs_elements)
    user = _positions("user_positions", user_positions, scenario.user_shape, scenario.user_spacing)
    irs = _positions("irs_positions", irs_positions, scenario.irs_shape, scenario.irs_spacing)
    if len(irs) != scenario.irs_elements:
        raise ValueError(
            f"irs_positions must have one row for each of the scenario's {scenario.irs_elements} elements, "
            f"got {len(irs)}; scenario.replace(irs_shape=(1, {len(irs)})) changes their number"
        )
    sign = irs_sign(scenario)
    at_user = position_response(user, *scenario.user_aoa)
    from_user = position_derivatives(user, *scenario.user_aoa)
    at_irs = position_response(sign * irs, *scenario.user_aoa)
    from_irs = position_derivatives(sign * irs, *scenario.user_aoa)
    arrival = position_response(irs, *scenario.irs_aoa)[:, None]
    weights = arrival * np.stack([at_irs, *from_irs], axis=-1)
    share = share_of_rounding(4 * np.pi * np.linalg.norm(irs, axis=-1))  # the phases of arrival and departure
    sums = weighted_sums(beams, weights, share @ np.abs(weights))[..., None]
    amplitude = scenario.bs_irs_gain * scenario.irs_user_gain * np.sqrt(bs_gain(scenario))
    signal, *shifts = np.moveaxis(amplitude * sums, -2, 0)  # s_0 and its derivatives, (..., 1)
    by_elevation, by_azimuth = (
        signal * own + shift * at_user for own, shift in zip(from_user, shifts, strict=True)
    )
    return Response(signal * at_user, by_elevation, by_azimuth)


def crlb_of_response(
    response: Response | tuple[ArrayLike, ArrayLike, ArrayLike],
    symbols: ArrayLike | SymbolMoments,
    symbol_model: SymbolModel = "real",
    *,
    noise_variance: float,
) -> Bounds:
    """Cramer-Rao bounds of Theorem 1 for any channel, from its response and the derivatives.

    The derivatives are split into what they have along the signal, which a change of the symbols can imitate, and
    the rest, which it cannot. No difference of two informations is formed, in which digits would cancel.

    Equations: (22), (28)-(30)

    Parameters
    ----------
    response : Response, or tuple of three (..., M) array_like
        Signal of a symbol of one and its derivatives by elevation and azimuth, from `plane_wave_response` or of
        one's own making. The two parameters may be others than these angles: the bounds are then theirs.
    symbols : (T,) or (..., T) array_like, or SymbolMoments
        Transmitted symbols; the leading axes broadcast with those of the response.
    symbol_model : {"real", "complex", "known"}
        As for `noisac.crlb`.
    noise_variance : float
        sigma_z^2, in the units of the response squared, such as `Scenario.noise_variance`.

    Returns
    -------
    Bounds
        Arrays of the broadcast shape; ``inf`` where a bound does not exist. For responses of which only numbers
        are known this is decided up to their rounding.

    Raises
    ------
    ValueError
        For responses of different shapes or with NaN, a variance that is not above zero, or an unknown model.

    Examples
    --------
    >>> from noisac import crlb
    >>> scenario, beam, symbols = Scenario(), np.ones(16), [1.0, 1j]
    >>> response = plane_wave_response(scenario, beam)
    >>> bounds = crlb_of_response(response, symbols, noise_variance=scenario.noise_variance)
    >>> bool(np.isclose(bounds.angle, crlb(scenario, beam, symbols).angle))
    True
    """
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    parts, power_of_two = _normalised(_checked(response))
    signal, *derivatives = parts
    noise_variance = _validate.factor("noise_variance", noise_variance)
    scale = _validate.scale("response, with noise_variance,", power_of_two**2 * (2 / noise_variance))
    moments = as_moments(symbols)
    check_batches(signal, moments)
    energy = np.sqrt(moments.power)
    sizes = [np.linalg.norm(derivative, axis=-1) for derivative in derivatives]
    amplitude = np.linalg.norm(signal, axis=-1)
    amplitude = without_rounding(amplitude, np.maximum(*sizes))  # beside its derivatives, per radian

    # Derivatives along the signal, and what they have besides.
    unit = signal / np.where(amplitude == 0, 1, amplitude)[..., None]
    unit = np.where((amplitude == 0)[..., None], 0, unit)
    along = [np.sum(unit.conj() * derivative, axis=-1) for derivative in derivatives]
    if symbol_model != "known":
        derivatives = [d - part[..., None] * unit for d, part in zip(derivatives, along, strict=True)]
    length, along_it, across_it = _triangle(derivatives, sizes)
    nothing = np.zeros(())
    columns: Columns = ((energy * length, energy * along_it, energy), (nothing, energy * across_it, energy))

    # A shift of an angle moves the signal by j e x relative to its amplitude, as in `noisac.bounds.closed_form`.
    e_first, e_second = (-1j * part for part in along)
    factor = moments.factor[..., 0, 0], moments.factor[..., 1, 0], moments.factor[..., 1, 1]
    if symbol_model == "real":
        columns = (*columns, *measured_columns(e_first, e_second, factor))
    rounding = PHASED * sizes[0], PHASED * sizes[1]
    information = AngleInformation(
        nothing, nothing, (), e_first, e_second, amplitude**2, factor, rounding, nothing, None
    ).with_columns(columns)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        elevation, azimuth = (information.inverse_form(*wish) / scale for wish in ((1.0, 0.0), (0.0, 1.0)))
        if symbol_model == "known":
            symbol = np.full(np.shape(elevation), np.nan)
        else:
            spread = mean_spread(information, moments.slots, symbol_model)
            symbol = (REAL_PARAMETERS[symbol_model] + spread) / (scale * information.power)
    return Bounds(symbol, elevation, azimuth)


def fisher_information_of_response(
    response: Response | tuple[ArrayLike, ArrayLike, ArrayLike],
    symbols: ArrayLike,
    symbol_model: SymbolModel = "real",
    *,
    noise_variance: float,
) -> FloatArray:
    """Fisher information matrix of Theorem 1 for any channel: dense, for checks of `crlb_of_response`.

    Equations: (22)-(25)

    Parameters
    ----------
    response : Response, or tuple of three (M,) array_like
        Of a single beam.
    symbols : (T,) array_like
    symbol_model, noise_variance
        As for `crlb_of_response`, errors included.

    Returns
    -------
    (K, K) array
        The parameters are in the order of `noisac.fisher_information`.

    Examples
    --------
    >>> from noisac import fisher_information
    >>> scenario, beam, symbols = Scenario(), np.ones(16), [1.0, 1j]
    >>> response = plane_wave_response(scenario, beam)
    >>> dense = fisher_information_of_response(response, symbols, noise_variance=scenario.noise_variance)
    >>> bool(np.allclose(dense, fisher_information(scenario, beam, symbols)))
    True
    """
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    signal, *derivatives = _checked(response)
    if signal.ndim != 1:
        raise ValueError(f"response must be that of one beam, arrays of shape (M,), got shape {signal.shape}")
    noise_variance = _validate.factor("noise_variance", noise_variance)
    unit = _normalised(Response(signal, *derivatives))[1]
    _validate.scale("response, with noise_variance,", unit**2 * (2 / noise_variance))
    symbols = one_block(symbols)
    rows = [np.outer(slot, part * signal) for slot in np.eye(len(symbols)) for part in UNKNOWN_PARTS[symbol_model]]
    rows += [np.outer(symbols, derivative) for derivative in derivatives]
    return information_of_gradients(np.array(rows), noise_variance)


def _triangle(
    derivatives: list[ComplexArray], sizes: list[FloatArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Length of the first of two vectors, and the second's parts along and across it, all clear of rounding."""
    parts = [np.concatenate([d.real, d.imag], axis=-1) for d in derivatives]
    parts = [without_rounding(part, size[..., None]) for part, size in zip(parts, sizes, strict=True)]
    length = np.linalg.norm(parts[0], axis=-1)
    divisor = np.where(length == 0, 1, length)
    direction = parts[0] / divisor[..., None]
    along = np.sum(direction * parts[1], axis=-1)
    across = np.linalg.norm(parts[1] - along[..., None] * direction, axis=-1)
    # Rounding of what was taken away turns either of them a little.
    return length, along, without_rounding(across, sizes[1] + sizes[0] * np.abs(along) / divisor)


def _normalised(response: Response) -> tuple[Response, FloatArray]:
    """Return the response of each block over a power of two, so that its powers are in range, and these."""
    parts = np.stack(response)
    largest = np.max(np.abs(parts), axis=(0, -1), initial=0.0)
    _validate.check_blocks("response", largest, _LARGEST_RESPONSE)
    exponent = np.frexp(largest)[1]
    return Response(*np.ldexp(1.0, -exponent)[..., None] * parts), np.ldexp(1.0, exponent)


def _checked(response: Response | tuple[ArrayLike, ArrayLike, ArrayLike]) -> Response:
    if not isinstance(response, tuple) or len(response) != 3:
        raise ValueError("response must be a Response or a tuple of three arrays: the signal, two derivatives")
    largest = _validate.LARGEST_FACTOR
    parts = [_validate.finite_complex(f"response[{i}]", part, largest) for i, part in enumerate(response)]
    if parts[0].ndim == 0 or len({part.shape for part in parts}) != 1:
        raise ValueError(
            "response must be three arrays of one shape (..., M), got shapes "
            + ", ".join(str(part.shape) for part in parts)
        )
    return Response(*parts)


def _positions(name: str, given: ArrayLike | None, shape: tuple[int, int], spacing: float) -> FloatArray:
    """Places (x, y, z) in wavelengths: those given, or those of a rectangular array."""
    if given is None:
        return spacing * np.stack([np.zeros(shape[0] * shape[1]), *element_indices(shape)], axis=-1)
    positions = _validate.finite_array(name, given)
    if positions.ndim != 2 or positions.shape[1] not in (2, 3) or len(positions) == 0:
        raise ValueError(f"{name} must have shape (N, 2), (y, z), or (N, 3), (x, y, z), got {positions.shape}")
    return positions if positions.shape[1] == 3 else np.pad(positions, ((0, 0), (1, 0)))


#: Inverse of the smallest response, whose square is still in range.
_LARGEST_RESPONSE = 1e140
#: Eigenvalues of a matrix scaled to a unit diagonal that are rounding.
_SINGULAR = 1e-12
#: Share of a derivative's energy that is rounding once its part along the response is taken away, and energy of a
#: response that is none, beside the derivatives' per squared unit of the parameters.
_ROUNDING = PHASED**2


def conditional_crlb(
    response: ArrayLike, derivatives: ArrayLike, power: float, noise_variance: float
) -> FloatArray:
    """Bound on the parameters of one source whose complex signals are all unknown.

    It is the bound of Stoica and Nehorai with the signals as deterministic unknowns: the derivatives are projected
    onto the complement of the response, because an unknown signal can imitate every complex multiple of it.

    Parameters
    ----------
    response : (M,) array_like
        h, what the antennas receive of a symbol 1.
    derivatives : (M, K) array_like
        D, the derivatives of h by the parameters.
    power : float
        P, the energy of the symbols of the block, above zero.
    noise_variance : float
        sigma_z^2, above zero.

    Returns
    -------
    (K,) array
        The diagonal of the bound, in squared units of the parameters; ``inf`` where it does not exist.

    Examples
    --------
    >>> conditional_crlb([1.0, 1.0], [[0.0], [1j]], power=1.0, noise_variance=1.0).round(9)
    array([1.])
    """
    largest = _validate.LARGEST_FACTOR
    h = _validate.finite_complex("response", response, largest)
    d = _validate.finite_complex("derivatives", derivatives, largest)
    if h.ndim != 1 or d.ndim != 2 or len(h) != len(d):
        raise ValueError(f"derivatives must have shape (M, K) for M responses, got {d.shape} for {h.shape}")
    power = _validate.factor("power", power)
    noise_variance = _validate.factor("noise_variance", noise_variance)
    sizes = np.array([np.max(np.abs(part), initial=0.0) for part in (h, d)])
    _validate.check_blocks("response, with derivatives,", sizes.max(), _LARGEST_RESPONSE)
    unit = math.ldexp(1.0, math.frexp(sizes.max())[1])
    h, d = h / unit, d / unit
    scale = _validate.scale("response, with power and noise_variance,", unit**2 * (2 * power / noise_variance))
    energy, whole = np.vdot(h, h).real, np.sum(np.abs(d) ** 2, axis=0)
    # Of a silent response there is nothing that a signal could imitate.
    silent = energy <= _ROUNDING * whole.max(initial=0.0)
    projected = d if silent else d - np.outer(h, h.conj() @ d) / energy
    # A derivative along the response leaves nothing but rounding.
    rest = np.sum(np.abs(projected) ** 2, axis=0)
    projected = np.where(rest > _ROUNDING * whole, projected, 0)
    information = (projected.conj().T @ projected).real  # times 2 P / sigma_z^2
    size = np.sqrt(np.diag(information))
    size = np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    null = values < _SINGULAR
    bound = np.sum(vectors[:, ~null] ** 2 / values[~null], axis=1) / size**2
    # A parameter that has a part in the null space cannot be estimated.
    unknown = np.any(np.abs(vectors[:, null]) > _SINGULAR**0.5, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(unknown, np.inf, bound / scale)
