"""Scenarios and signals that several tests of the receivers share."""

import functools
import math

import numpy as np

from noisac import (
    Scenario,
    cross_entropy,
    draw_symbols,
    matched_bs_beam,
    random_beams,
    received_mean,
)
from noisac.estimation import (
    maximum_likelihood,
    simulate_received,
    what_is_known,
)
from noisac.estimation.likelihood import DirectionResponse, Observation
from tests.strategies import random_scenario

SECTION_V = Scenario()

#: Here the three bounds are far apart, with a beam of Theorem 1.
LARGE_SURFACE = Scenario(irs_shape=(8, 8), user_shape=(2, 2))

SYMBOLS = draw_symbols(np.random.default_rng(11), 2)

CLEAN = received_mean(SECTION_V, np.ones(16), SYMBOLS)


@functools.cache
def designed(scenario, model, weight=0.0):
    rng = np.random.default_rng(8)
    return cross_entropy(scenario, SYMBOLS, weight, rng=rng, symbol_model=model).beam


def estimate(scenario, beam, received, model, symbols=SYMBOLS, **options):
    return maximum_likelihood(scenario, beam, received, model, known=what_is_known(symbols, model), **options)


def noisy(scenario, beam, draws, seed=0, symbols=SYMBOLS):
    return simulate_received(scenario, beam, symbols, draws=draws, rng=np.random.default_rng(seed))


# The likelihood
def observation(scenario, beam, received, model, symbols):
    response = DirectionResponse.of(scenario, beam, matched_bs_beam(scenario))
    known = {"known": symbols, "real": 1j * symbols.imag, "complex": np.zeros_like(symbols)}[model]
    return Observation(response, received / response.path, model, np.broadcast_to(known, received.shape[:2]))


def small_case(seed, slots=3):
    """A random scenario that determines both angles, a beam, symbols, and noisy signals of four draws."""
    rng = np.random.default_rng(seed)
    scenario = random_scenario(rng).replace(user_shape=tuple(rng.integers(2, 4, 2)), user_spacing=0.5)
    beam, x = random_beams(scenario, (), rng), draw_symbols(rng, slots)
    loud = scenario.replace(snr_db=-10.0 - 10 * math.log10(scenario.irs_elements))
    received = simulate_received(loud, beam, x, draws=4, rng=rng)
    return scenario, beam, x, received, rng
