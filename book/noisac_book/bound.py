"""The closed form of the bounds against inverses of the dense matrix, on random scenarios."""

from __future__ import annotations

import numpy as np

from noisac import _validate
from noisac._validate import FloatArray
from noisac.beamforming.codebook import random_beams
from noisac.bounds.closed_form import crlb
from noisac.bounds.fisher import fisher_information
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, draw_symbols


def random_scenario(rng: np.random.Generator) -> Scenario:
    """Draw a scenario: shapes up to 5 x 5 elements and 4 x 4 antennas, all angles, the SNR from -20 to 30 dB.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    Scenario
        With at least two elements and two antennas along each axis.

    Raises
    ------
    ValueError
        For a generator that is none.

    Examples
    --------
    >>> min(random_scenario(np.random.default_rng(0)).user_shape) >= 2
    True
    """
    _validate.generator(rng)
    return Scenario(
        irs_shape=tuple(rng.integers(2, 6, 2)),
        user_shape=tuple(rng.integers(2, 5, 2)),
        user_aoa=(rng.uniform(-1.2, 1.2), rng.uniform(-1.2, 1.2)),
        irs_aoa=(rng.uniform(-1.2, 1.2), rng.uniform(-1.2, 1.2)),
        snr_db=rng.uniform(-20, 30),
    )


def closed_form_errors(*, trials: int, rng: np.random.Generator) -> FloatArray:
    """Relative differences of `noisac.crlb` and the inverse of (22) on the bounds on the angles.

    Each trial has a random scenario, a random beam and one to eight random symbols.

    Parameters
    ----------
    trials : int
    rng : numpy.random.Generator

    Returns
    -------
    (trials, 3) array
        The larger of those of elevation and azimuth, for the models "real", "complex" and "known".

    Raises
    ------
    ValueError
        For less than one trial.

    Examples
    --------
    >>> bool(np.all(closed_form_errors(trials=3, rng=np.random.default_rng(0)) < 1e-8))
    True
    """
    errors = np.empty((_validate.integer("trials", trials, at_least=1), len(SYMBOL_MODELS)))
    for row in errors:
        scenario = random_scenario(rng)
        beam = random_beams(scenario, (), rng)
        symbols = draw_symbols(rng, int(rng.integers(1, 9)))
        for i, model in enumerate(SYMBOL_MODELS):
            inverse = np.linalg.inv(fisher_information(scenario, beam, symbols, model)).diagonal()[-2:]
            closed = crlb(scenario, beam, symbols, model)
            row[i] = np.max(np.abs(np.array([closed.elevation, closed.azimuth]) / inverse - 1))
    return errors
