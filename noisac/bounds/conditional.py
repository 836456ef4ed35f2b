"""The conditional Cramér-Rao bound of one source, from its response alone: a second road to the angles' bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.model.channel import received_mean
from noisac.model.scenario import Scenario

#: Eigenvalues of a matrix scaled to a unit diagonal that are rounding.
_SINGULAR = 1e-12
#: Share of a derivative's energy that is rounding once its part along the response is taken away.
_ROUNDING = (64 * float(np.finfo(float).eps)) ** 2


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
        P, the energy of the symbols of the block.
    noise_variance : float
        sigma_z^2.

    Returns
    -------
    (K,) array
        The diagonal of the bound, in squared units of the parameters; ``inf`` where it does not exist.

    Raises
    ------
    ValueError
        For shapes that do not fit, numbers that are not finite, or a power or a variance that is not positive.

    Examples
    --------
    >>> conditional_crlb([1.0, 1.0], [[0.0], [1j]], power=1.0, noise_variance=1.0)
    array([1.])
    """
    largest = _validate.LARGEST_FACTOR
    h = _validate.finite_complex("response", response, largest)
    d = _validate.finite_complex("derivatives", derivatives, largest)
    if h.ndim != 1 or d.ndim != 2 or len(h) != len(d):
        raise ValueError(f"derivatives must have shape (M, K) for M responses, got {d.shape} for {h.shape}")
    power = _validate.real("power", power, positive=True)
    noise_variance = _validate.real("noise_variance", noise_variance, positive=True)
    energy = np.vdot(h, h).real
    # Of a silent response there is nothing that a signal could imitate.
    projected = d if energy == 0 else d - np.outer(h, h.conj() @ d) / energy
    # A derivative along the response leaves nothing but rounding.
    whole, rest = (np.sum(np.abs(part) ** 2, axis=0) for part in (d, projected))
    projected = np.where(rest > _ROUNDING * whole, projected, 0)
    information = (projected.conj().T @ projected).real  # times 2 P / sigma_z^2
    size = np.sqrt(np.diag(information))
    size = np.where(size > 0, size, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    null = values < _SINGULAR
    bound = np.sum(vectors[:, ~null] ** 2 / values[~null], axis=1) / size**2
    # A parameter that has a part in what nothing is told of cannot be estimated.
    unknown = np.any(np.abs(vectors[:, null]) > _SINGULAR**0.5, axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(unknown, np.inf, noise_variance / (2 * power) * bound)


def numerical_response(
    scenario: Scenario, beam: ArrayLike, step: float = 1e-5
) -> tuple[ComplexArray, ComplexArray]:
    """Response of the path, and its derivatives by elevation and azimuth as central differences.

    Parameters
    ----------
    scenario : Scenario
    beam : (L,) array_like
        Phase-shift beam xi.
    step : float
        In radians.

    Returns
    -------
    (M,) complex array, (M, 2) complex array
        h and D of `conditional_crlb`.

    Raises
    ------
    ValueError
        For a beam of the wrong shape or without unit modulus, or a step that is not positive.

    Examples
    --------
    >>> h, d = numerical_response(Scenario(), np.ones(16))
    >>> h.shape, d.shape
    ((16,), (16, 2))
    """
    _validate.instance("scenario", scenario, Scenario)
    step = _validate.real("step", step, positive=True)

    def response(shift: ArrayLike) -> ComplexArray:
        elevation, azimuth = np.add(scenario.user_aoa, shift)
        moved = scenario.replace(user_aoa=(float(elevation), float(azimuth)))
        received: ComplexArray = received_mean(moved, beam, [1.0])[0]
        return received

    steps = step * np.eye(2)
    slopes = [(response(s) - response(-s)) / (2 * step) for s in steps]
    return response((0.0, 0.0)), np.stack(slopes, axis=-1)
