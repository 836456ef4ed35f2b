"""Studies of the chapter on symbols with two unknown parts: pilots to data, and the cost of a wrong model."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.tradeoff_ranges import design_beams
from noisac.bounds.closed_form import Bounds, crlb
from noisac.bounds.priors import bayesian_crlb, crlb_with_prior, marginal_crlb
from noisac.bounds.tradeoff import Phases
from noisac.model.channel import received_mean
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, expected_symbol_moments

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


def bounds_by_variance(
    scenario: Scenario, beam: ArrayLike, slots: int, variances: ArrayLike
) -> dict[str, FloatArray]:
    """CRLB_angle from pilots to data, for one beam, with and without the symbols' prior.

    The second moments of a block are the expected ones; at variance zero all symbols are pilots.

    Parameters
    ----------
    scenario, beam, slots
        As for `expected_information`, errors included.
    variances : (N,) array_like
        sigma_x^2, in [0, 1].

    Returns
    -------
    dict
        Label to bounds in rad^2, (N,), as `noisac_book.when_tradeoff.draw_priors` shows them.

    Examples
    --------
    >>> found = bounds_by_variance(Scenario(), np.ones(16), 2, [0.1, 1.0])
    >>> bool(np.isclose(found["pilots"][0], found["pilots"][1]))
    True
    """
    grid = np.atleast_1d(_validate.finite_array("variances", variances)).tolist()
    models: tuple[tuple[str, SymbolModel], ...] = (("one part", "real"), ("both parts", "complex"))
    blocks = [expected_symbol_moments(slots, v) for v in grid]

    def alone(model: SymbolModel) -> list[Bounds]:
        return [crlb(scenario, beam, block, model) for block in blocks]

    found: dict[str, list[Bounds]] = {}
    for label, model in models:
        found[f"prior, {label} unknown"] = [
            crlb_with_prior(scenario, beam, block, v, model) for v, block in zip(grid, blocks, strict=True)
        ]
    found["exact, symbols integrated out"] = [marginal_crlb(scenario, beam, slots, v) for v in grid]
    found["Bayesian bound (Van Trees)"] = [bayesian_crlb(scenario, beam, slots, v, "complex") for v in grid]
    found["pilots"] = alone("known")
    for label, model in models:
        found[f"no prior, {label} unknown"] = alone(model)
    return {label: np.array([float(bound.angle) for bound in bounds]) for label, bounds in found.items()}


def numerical_response(
    scenario: Scenario, beam: ArrayLike, step: float = 1e-5
) -> tuple[ComplexArray, ComplexArray]:
    """Response h of the path, (M,), and its central differences D by elevation and azimuth, (M, 2).

    Parameters
    ----------
    scenario : Scenario
    beam : (L,) array_like
        Phase-shift beam xi, of unit modulus.
    step : float
        In radians, above zero.

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
