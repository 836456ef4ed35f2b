"""Maximum-likelihood receivers for the three symbol models, batched over received signals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._tolerance import equal_by_value
from noisac._validate import ComplexArray, FloatArray
from noisac.bounds.closed_form import beam_sums, bs_gain
from noisac.estimation.likelihood import DirectionResponse, Observation
from noisac.estimation.search import most_likely_directions
from noisac.model.channel import matched_bs_beam, received_mean
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel

#: Draws that are processed together.
_CHUNK = 1024
_Draws = TypeVar("_Draws", Observation, FloatArray)


@equal_by_value
class Estimates(NamedTuple):
    """Estimates of a receiver, for each received signal.

    Attributes
    ----------
    elevation, azimuth : (...) arrays
        (gamma, phi)^A_I2U in radians, the azimuth from -pi to pi.
    symbols : (..., T) complex array
        x(t), as estimated or as known. Not finite where the beam has a zero in the estimated direction.
    fitted : (..., T) complex array
        ``h^H y(t) / ||h||^2`` in the estimated direction: the symbols without regard to what is known of them.
    residual : (...) array
        What is left of the received energy: the least sum over t of ``||y(t) - h x(t)||^2``.
    """

    elevation: FloatArray
    azimuth: FloatArray
    symbols: ComplexArray
    fitted: ComplexArray
    residual: FloatArray


def simulate_received(
    scenario: Scenario,
    beam: ArrayLike,
    symbols: ArrayLike,
    *,
    draws: int,
    rng: np.random.Generator,
    bs_beam: ArrayLike | None = None,
) -> ComplexArray:
    """Received signals (1) of many realisations of the noise: (draws, T, M) complex.

    Equations: (1)-(2) : definition

    Parameters
    ----------
    scenario, beam, bs_beam
        As for `noisac.received_mean`, errors included.
    symbols : (T,) or (draws, T) array_like
        Transmitted symbols x(t): the same in all draws, or those of each.
    draws : int
    rng : numpy.random.Generator
        More draws from the same state begin with the fewer.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> simulate_received(Scenario(), np.ones(16), [1.0, 1j], draws=5, rng=rng).shape
    (5, 2, 16)
    """
    _validate.generator(rng)
    draws = _validate.integer("draws", draws, at_least=1)
    symbols = _validate.symbols(symbols)
    if symbols.ndim > 2 or (symbols.ndim == 2 and len(symbols) != draws):
        raise ValueError(
            f"symbols must have shape (T,) or (draws, T) with draws = {draws}, got shape {symbols.shape}"
        )
    mean = received_mean(scenario, beam, symbols, bs_beam=bs_beam)
    parts = rng.standard_normal((draws, *mean.shape[-2:], 2))
    noise = (parts[..., 0] + 1j * parts[..., 1]) * np.sqrt(scenario.noise_variance / 2)
    received: ComplexArray = mean + noise
    return received


def maximum_likelihood(
    scenario: Scenario,
    beam: ArrayLike,
    received: ArrayLike,
    symbol_model: SymbolModel = "complex",
    *,
    known: ArrayLike | None = None,
    bs_beam: ArrayLike | None = None,
    oversampling: float = 4.0,
) -> Estimates:
    """Jointly most likely angles and symbols, for any number of received signals at once.

    The receiver knows everything of the scenario but the user's angles, of which it knows only whether the IRS is
    in front of its array or behind it (a planar array cannot tell), and what ``known`` holds. The noise variance
    plays no part. A grid over the visible region, and what the user's array finds by itself, lead to the highest
    peak, and Newton steps to its top. Where several directions are equally likely, as with antennas more than half
    a wavelength apart or where a bound is infinite, the estimate is one of them.

    Parameters
    ----------
    scenario : Scenario
        Only the side of ``user_aoa`` is used.
    beam : (L,) array_like
        Phase-shift beam xi, of unit modulus.
    received : (..., T, M) array_like
        Received signals y(t).
    symbol_model : {"complex", "real", "known"}
        What is unknown of the symbols: both parts; the real part, as in Theorem 1; nothing.
    known : (T,) or (..., T) array_like, optional
        What the receiver knows of the symbols: x(t) with "known", Im x(t) with "real", nothing with "complex".
    bs_beam : (N_t,) array_like, optional
        Beamforming vector w of the base station; (41) unless given.
    oversampling : float
        Grid points per period of the fastest oscillation of the likelihood.

    Raises
    ------
    ValueError
        For arguments of the wrong shape, for knowledge that the model does not have or lacks, and where an axis of
        the arrays has one element, so that the model says nothing of the direction along it.

    Examples
    --------
    >>> scenario, beam = Scenario(), np.ones(16)
    >>> estimates = maximum_likelihood(scenario, beam, received_mean(scenario, beam, [1.0, 1j]))
    >>> bool(np.allclose([estimates.elevation, estimates.azimuth], scenario.user_aoa))
    True
    >>> bool(np.allclose(estimates.symbols, [1.0, 1j]))
    True
    """
    _validate.instance("scenario", scenario, Scenario)
    _validate.choice("symbol_model", symbol_model, SYMBOL_MODELS)
    return ReceivedSignals.of(scenario, beam, received, bs_beam, oversampling).estimate(symbol_model, known)


@dataclass(frozen=True)
class ReceivedSignals:
    """Signals (D, T, M) that any number of receivers look at, and what the user's array finds in them alone."""

    scenario: Scenario
    response: DirectionResponse
    received: ComplexArray  # divided by the gain of the path
    batch: tuple[int, ...]  # leading axes of what was given
    oversampling: float

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        beam: ArrayLike,
        received: ArrayLike,
        bs_beam: ArrayLike | None = None,
        oversampling: float = 4.0,
    ) -> ReceivedSignals:
        """Check the arguments of `maximum_likelihood`."""
        beam = _validate.one_beam(beam, scenario.irs_elements)
        bs_beam = matched_bs_beam(scenario) if bs_beam is None else bs_beam
        bs_beam = _validate.bs_beam(bs_beam, scenario.bs_antennas)
        signals = _signals(received, scenario.user_antennas)
        oversampling = _validate.real("oversampling", oversampling, positive=True)
        response = DirectionResponse.of(scenario, beam, bs_beam)
        flat = signals.reshape(-1, *signals.shape[-2:]) / response.path
        return cls(scenario, response, flat, signals.shape[:-2], oversampling)

    @cached_property
    def by_itself(self) -> FloatArray:
        """Directions that the user's array finds without the surface, (D, 2): those for "complex" symbols."""
        nothing = np.zeros(self.received.shape[:2], dtype=complex)
        return np.concatenate(
            [
                most_likely_directions(chunk, self.scenario, self.oversampling)
                for chunk in _chunks(Observation(self.response, self.received, "complex", nothing))
            ]
        )

    def estimate(self, symbol_model: SymbolModel, known: ArrayLike | None = None) -> Estimates:
        """Estimates of the receiver of a symbol model, as `maximum_likelihood`."""
        _check_apertures(self.scenario, symbol_model)
        slots = self.received.shape[1]
        knowledge = _knowledge(known, symbol_model, self.batch, slots)
        knowledge = np.broadcast_to(knowledge, (*self.batch, slots)).reshape(-1, slots)
        everything = Observation(self.response, self.received, symbol_model, knowledge)
        cosines = self.by_itself
        if symbol_model != "complex":
            cosines = np.concatenate(
                [
                    most_likely_directions(chunk, self.scenario, self.oversampling, start)
                    for chunk, start in zip(_chunks(everything), _chunks(cosines), strict=True)
                ]
            )
        parts = [_fit(chunk, at) for chunk, at in zip(_chunks(everything), _chunks(cosines), strict=True)]
        symbols, fitted, residual = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        elevation, azimuth = _angles(cosines, self.scenario)
        return Estimates(
            elevation.reshape(self.batch),
            azimuth.reshape(self.batch),
            symbols.reshape(*self.batch, slots),
            fitted.reshape(*self.batch, slots),
            residual.reshape(self.batch) * abs(self.response.path) ** 2,
        )


def symbols_at(
    scenario: Scenario, beam: ArrayLike, received: ArrayLike, *, bs_beam: ArrayLike | None = None
) -> ComplexArray:
    """Most likely symbols of a receiver that knows the user's angles: ``h^H y(t) / ||h||^2``.

    Parameters
    ----------
    scenario : Scenario
        With the angles that the receiver takes for the user's.
    beam, received, bs_beam
        As for `maximum_likelihood`, errors included.

    Returns
    -------
    (..., T) complex array
        Not finite where the surface is silent towards the user.

    Examples
    --------
    >>> scenario, beam = Scenario(), np.ones(16)
    >>> symbols_at(scenario, beam, received_mean(scenario, beam, [1.0, 1j])).round(9)
    array([1.+0.j, 0.+1.j])
    """
    _validate.instance("scenario", scenario, Scenario)
    signals = _signals(received, scenario.user_antennas)
    response = received_mean(scenario, beam, [1.0], bs_beam=bs_beam)[0]
    energy = np.vdot(response, response).real
    audible = beam_sums(scenario, _validate.one_beam(beam, scenario.irs_elements))[0] != 0
    if not audible or bs_gain(scenario, bs_beam) == 0:
        energy = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        symbols: ComplexArray = signals @ response.conj() / energy
    return symbols


def _fit(observation: Observation, cosines: FloatArray) -> tuple[ComplexArray, ComplexArray, FloatArray]:
    """Symbols, fitted symbols and residual energy of some draws in given directions."""
    response = observation.response
    combiner, scalar = response.combiner(cosines), response.scalar_jet(cosines)[:, 0]
    combined = np.einsum("dm,dtm->dt", combiner, observation.received)
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = combined / scalar[:, None]
        symbols = observation.symbols(fitted)
        modelled = combined if observation.model == "complex" else symbols * scalar[:, None]
        remainder = observation.received - modelled[..., None] * combiner.conj()[:, None, :]
    return symbols, fitted, np.sum(np.abs(remainder) ** 2, axis=(1, 2))


def _chunks(draws: _Draws) -> list[_Draws]:
    return [draws[start : start + _CHUNK] for start in range(0, len(draws), _CHUNK)]


def _angles(cosines: FloatArray, scenario: Scenario) -> tuple[FloatArray, FloatArray]:
    """Elevation and azimuth of direction cosines, on the side of the array that the scenario's user looks to."""
    elevation, azimuth = scenario.user_aoa
    side = np.copysign(1.0, np.cos(elevation) * np.cos(azimuth))
    ahead = np.sqrt(np.maximum(1 - np.sum(cosines**2, axis=-1), 0))
    return np.arcsin(np.clip(cosines[:, 1], -1, 1)), np.arctan2(cosines[:, 0], side * ahead)


def _signals(received: ArrayLike, antennas: int) -> ComplexArray:
    """Return received signals of shape (..., T, M), at least one of them."""
    signals = _validate.finite_complex("received", received)
    if signals.ndim < 2 or signals.shape[-1] != antennas or signals.size == 0:
        raise ValueError(
            f"received must have shape (..., T, {antennas}), one value per slot and antenna of the user, "
            f"got shape {signals.shape}"
        )
    return signals


def _knowledge(
    known: ArrayLike | None, symbol_model: SymbolModel, batch: tuple[int, ...], slots: int
) -> ComplexArray:
    """Return what is known of the symbols as `Observation` wants it."""
    if symbol_model == "complex":
        if known is not None:
            raise ValueError('known must be None with "complex" symbols: the receiver knows nothing of them')
        return np.zeros(slots, dtype=complex)
    wanted = "x(t)" if symbol_model == "known" else "Im x(t), real numbers"
    if known is None:
        raise ValueError(f'known must hold {wanted}, because the receiver knows it with "{symbol_model}" symbols')
    if symbol_model == "real" and np.asarray(known).dtype.kind == "c":
        raise ValueError(f'known must hold {wanted}, with "real" symbols, got complex numbers')
    array = _validate.symbols(known, "known")
    try:
        fits = np.broadcast_shapes(array.shape, (*batch, slots)) == (*batch, slots) and array.shape[-1] == slots
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"known must have shape ({slots},) or one that broadcasts to {(*batch, slots)}, "
            f"got shape {array.shape}"
        )
    if symbol_model == "real":
        array = 1j * array.real.astype(complex)
    return array


def _check_apertures(scenario: Scenario, symbol_model: SymbolModel) -> None:
    """Raise where the likelihood does not change along an axis."""
    for axis, name in enumerate("yz"):
        seen = scenario.user_shape[axis] > 1
        if symbol_model != "complex":
            seen = seen or scenario.irs_shape[axis] > 1
        if not seen:
            raise ValueError(
                f'with "{symbol_model}" symbols the received signal says nothing of the direction along {name}: '
                f"user_shape = {scenario.user_shape} needs at least 2 antennas along it"
            )
