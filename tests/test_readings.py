"""Each reading of the paper is an option, and does what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import (
    Bounds,
    Readings,
    Scenario,
    crlb,
    cross_entropy,
    draw_symbols,
    expected_symbol_moments,
    modified_crlb,
    noisac_system,
)
from noisac.bounds import printed_objective, weighted_logarithms
from tests.strategies import weights

SMALL = Scenario(irs_shape=(2, 3))
BLOCKS = draw_symbols(np.random.default_rng(0), 3, size=(4,))
positive = st.floats(1e-9, 1e3)


def generators():
    return list(np.random.default_rng(1).spawn(4))


@given(positive, positive, positive, weights)
def test_the_printed_objective_has_lost_the_weight_of_its_first_term(symbol, elevation, azimuth, weight):
    bounds = Bounds(np.array(symbol), np.array(elevation), np.array(azimuth))
    difference = printed_objective(bounds, np.array(weight)) - modified_crlb(bounds, weight)
    np.testing.assert_allclose(difference, (1 - weight) * np.log10(symbol), rtol=1e-9, atol=1e-12)


def test_both_objectives_agree_where_only_the_symbols_count():
    bounds = crlb(SMALL, np.ones(6), BLOCKS)
    np.testing.assert_array_equal(printed_objective(bounds, np.array(1.0)), modified_crlb(bounds, 1.0))


def test_default_readings_are_the_defaults_of_the_system():
    by_default = noisac_system(SMALL, BLOCKS, 0.5, rng=generators())
    explicit = noisac_system(SMALL, BLOCKS, 0.5, rng=generators(), **Readings().options)
    for one, other in zip(by_default, explicit, strict=True):
        np.testing.assert_array_equal(one, other)
    assert Readings().options == {
        "symbol_model": "real",
        "design": "draw",
        "metric": weighted_logarithms,
        "output": "best",
    }


@pytest.mark.parametrize("model", ["real", "complex"])
def test_a_beam_for_the_distribution_is_found_without_looking_at_the_draw(model):
    performance = noisac_system(
        SMALL, BLOCKS, 0.3, rng=generators(), symbol_variance=0.6, **Readings(model, "distribution").options
    )
    for number, stream in enumerate(generators()):
        moments = expected_symbol_moments(3, 0.6)
        beam = cross_entropy(SMALL, moments, 0.3, rng=stream, symbol_model=model).beam
        bounds = crlb(SMALL, beam, BLOCKS[number], model)  # and judged by the draw's own bounds
        np.testing.assert_allclose(performance.angle_crlb[number], bounds.angle, rtol=1e-12)
        np.testing.assert_allclose(performance.symbol_crlb[number], bounds.symbol, rtol=1e-12)


@pytest.mark.parametrize(
    ("readings", "search"),
    [
        (Readings(weight_symbols=False), {"metric": printed_objective}),
        (Readings(output="last"), {"output": "last"}),
        (Readings(symbol_model="complex"), {"symbol_model": "complex"}),
    ],
    ids=["R7", "R11", "R2"],
)
def test_a_reading_reaches_the_search(readings, search):
    performance = noisac_system(SMALL, BLOCKS, 0.3, rng=generators(), **readings.options)
    found = cross_entropy(SMALL, BLOCKS, 0.3, rng=generators(), **search)
    bounds = crlb(SMALL, found.beam, BLOCKS, readings.symbol_model)
    np.testing.assert_allclose(performance.angle_crlb, bounds.angle, rtol=1e-12)
    np.testing.assert_allclose(performance.symbol_crlb, bounds.symbol, rtol=1e-12)


def test_the_objective_of_a_search_is_that_of_its_metric():
    def worst_angle(bounds, weight):
        return np.log10(np.maximum(bounds.elevation, bounds.azimuth))

    for metric in (printed_objective, worst_angle):
        found = cross_entropy(SMALL, BLOCKS, 0.3, rng=generators(), metric=metric)
        expected = metric(crlb(SMALL, found.beam, BLOCKS), np.array(0.3))
        np.testing.assert_allclose(found.objective, expected, rtol=1e-12)
