"""Arguments that tests of bad input share."""

import math

import numpy as np

from noisac import (
    Geometry,
    Scenario,
    cross_entropy,
)

NAN, INF = math.nan, math.inf

S, ONES, X = Scenario(), np.ones(16), np.array([1.0, 1j])

G = Geometry.section_v()

PLACES, PAIRS = (G.irs_positions, G.user_position), np.tile(np.eye(2) * 1e6, (2, 1, 1))


def rng():
    return np.random.default_rng(0)


def search(scenario=S, symbols=X, weight=0.5, **options):
    return cross_entropy(scenario, symbols, weight, **({"rng": rng()} | options))
