"""What the property tests draw from: scenarios, beams and blocks of symbols."""

import math

import numpy as np
from hypothesis import strategies as st

from noisac import Scenario, draw_symbols, phase_codebook

SYMBOL_MODELS = ("real", "complex", "known")
UNKNOWN_SYMBOLS = ("real", "complex")

symbol_models = st.sampled_from(SYMBOL_MODELS)
seeds = st.integers(0, 2**32 - 1)
weights = st.floats(0.0, 1.0)


def shapes(smallest=1, largest=5):
    side = st.integers(smallest, largest)
    return st.tuples(side, side)


@st.composite
def directions(draw, largest=1.4):
    """(elevation, azimuth) away from endfire, in front of the array or behind it."""
    elevation = draw(st.floats(-largest, largest))
    azimuth = draw(st.floats(-largest, largest)) + draw(st.sampled_from([0.0, math.pi]))
    return elevation, azimuth


def scenarios(irs_shapes=None, user_shapes=None, **fixed):
    """Random scenarios; keyword arguments fix fields or replace their strategies."""
    fields = {
        "irs_shape": shapes() if irs_shapes is None else irs_shapes,
        "user_shape": shapes() if user_shapes is None else user_shapes,
        "bs_antennas": st.integers(1, 12),
        "transmit_power": st.floats(0.1, 10.0),
        "snr_db": st.floats(-20.0, 30.0),
        "phase_bits": st.integers(1, 3),
        "user_aoa": directions(),
        "irs_aoa": directions(),
        "irs_spacing": st.floats(0.1, 1.0),
        "user_spacing": st.floats(0.1, 1.0),
        "bs_aod": st.floats(-1.5, 1.5),
        "phase_convention": st.sampled_from(["difference", "sum"]),
    }
    return st.builds(Scenario, **(fields | fixed))


@st.composite
def beams_for(draw, scenario):
    """One beam: from the codebook (which shrinks to all ones), or with arbitrary phases."""
    elements = scenario.irs_elements
    if draw(st.booleans()):
        codebook = phase_codebook(scenario.phase_bits)
        index = draw(st.lists(st.integers(0, len(codebook) - 1), min_size=elements, max_size=elements))
        return codebook[index]
    rng = np.random.default_rng(draw(seeds))
    return np.exp(2j * np.pi * rng.random(elements))


@st.composite
def symbol_blocks(draw, smallest=1, largest=8):
    """Symbols from CN(mu_x, sigma_x^2)."""
    slots = draw(st.integers(smallest, largest))
    variance = draw(st.floats(0.05, 1.0))
    return draw_symbols(np.random.default_rng(draw(seeds)), slots, variance)


@st.composite
def setups(draw, scenario_strategy=None, block_strategy=None):
    """A scenario, a beam for it, and a block of symbols."""
    scenario = draw(scenarios() if scenario_strategy is None else scenario_strategy)
    beam = draw(beams_for(scenario))
    symbols = draw(symbol_blocks() if block_strategy is None else block_strategy)
    return scenario, beam, symbols


#: User arrays that reach along y and along z: with them every bound exists unless the beam cancels itself.
wide_users = shapes(smallest=2, largest=4)
wide_setups = setups(scenarios(user_shapes=wide_users))


def generators(count, seed=0):
    """A stream per search."""
    return list(np.random.default_rng(seed).spawn(count))


def random_scenario(rng):
    """A scenario from a NumPy generator, for loops too long for hypothesis."""
    elevations, azimuths = rng.uniform(-1.4, 1.4, 2), rng.uniform(-1.4, 1.4, 2) + np.pi * rng.integers(0, 2, 2)
    return Scenario(
        irs_shape=tuple(rng.integers(1, 6, 2)),
        user_shape=tuple(rng.integers(1, 6, 2)),
        bs_antennas=int(rng.integers(1, 13)),
        transmit_power=rng.uniform(0.1, 10.0),
        snr_db=rng.uniform(-20.0, 30.0),
        phase_bits=int(rng.integers(1, 4)),
        user_aoa=(elevations[0], azimuths[0]),
        irs_aoa=(elevations[1], azimuths[1]),
        irs_spacing=rng.uniform(0.1, 1.0),
        user_spacing=rng.uniform(0.1, 1.0),
        bs_aod=rng.uniform(-1.5, 1.5),
        phase_convention=str(rng.choice(["difference", "sum"])),
    )
