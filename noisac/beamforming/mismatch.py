"""What it costs to trust the wrong bound: beams designed under each symbol model, judged under the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from noisac._validate import FloatArray
from noisac.beamforming.tradeoff_ranges import design_beams
from noisac.bounds.closed_form import crlb
from noisac.bounds.tradeoff import Phases
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS

#: Rows (designed under) and columns (judged under) of the table.
MODELS = SYMBOL_MODELS


def mismatch_db(
    scenario: Scenario, symbols: ArrayLike, *, rng: np.random.Generator, phases: Phases = "continuous"
) -> FloatArray:
    """Increase of CRLB_angle when a beam is designed under one model and meets another, in dB.

    The beams are those of least CRLB_angle, since known symbols have no bound of their own.

    Parameters
    ----------
    scenario : Scenario
    symbols : (..., T) array_like
    rng : numpy.random.Generator
    phases : {"continuous", "codebook"}
        As for `noisac.beamforming.design_beams`.

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
