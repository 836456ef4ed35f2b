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
from noisac.bounds.closed_form import printed_objective, weighted_logarithms
from tests.strategies import weights

# A user with few antennas and a surface too large to always find the optimum, so that each reading matters.
SMALL = Scenario(irs_shape=(3, 4), user_shape=(2, 1))
BLOCKS = draw_symbols(np.random.default_rng(0), 3, size=(40,))
positive = st.floats(1e-9, 1e3)


def generators():
    return list(np.random.default_rng(1).spawn(40))


@pytest.mark.paper(38)
@given(positive, positive, positive, weights)
def test_the_printed_objective_has_lost_the_weight_of_its_first_term(symbol, elevation, azimuth, weight):
    bounds = Bounds(np.array(symbol), np.array(elevation), np.array(azimuth))
    difference = printed_objective(bounds, np.array(weight)) - modified_crlb(bounds, weight)
    np.testing.assert_allclose(difference, (1 - weight) * np.log10(symbol), rtol=1e-9, atol=1e-12)


def test_both_objectives_agree_where_only_the_symbols_count():
    bounds = crlb(SMALL, np.ones(12), BLOCKS)
    np.testing.assert_array_equal(printed_objective(bounds, np.array(1.0)), modified_crlb(bounds, 1.0))


def test_an_angle_without_a_bound_does_not_matter_where_only_the_symbols_count():
    bounds = Bounds(np.array(0.01), np.array(1e-4), np.array(np.inf))
    assert printed_objective(bounds, np.array(1.0)) == modified_crlb(bounds, 1.0) == -2
    np.testing.assert_array_equal(printed_objective(bounds, np.array([1.0, 0.5])), [-2, np.inf])


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


def test_a_beam_for_the_distribution_is_found_without_looking_at_the_draw():
    options = Readings(design="distribution").options
    performance = noisac_system(SMALL, BLOCKS, 0.3, rng=generators(), symbol_variance=0.6, **options)
    for number, stream in enumerate(generators()):
        beam = cross_entropy(SMALL, expected_symbol_moments(3, 0.6), 0.3, rng=stream).beam
        bounds = crlb(SMALL, beam, BLOCKS[number])  # and judged by the draw's own bounds
        np.testing.assert_allclose(performance.angle_crlb[number], bounds.angle, rtol=1e-12)
        np.testing.assert_allclose(performance.symbol_crlb[number], bounds.symbol, rtol=1e-12)
    by_draw = noisac_system(SMALL, BLOCKS, 0.3, rng=generators(), symbol_variance=0.6)
    assert not np.array_equal(by_draw.angle_crlb, performance.angle_crlb)


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
    by_default = noisac_system(SMALL, BLOCKS, 0.3, rng=generators())
    assert not np.array_equal(by_default.angle_crlb, performance.angle_crlb)


def test_the_objective_of_a_search_is_that_of_its_metric():
    def worst_angle(bounds, weight):
        return np.log10(np.maximum(bounds.elevation, bounds.azimuth))

    for metric in (printed_objective, worst_angle):
        found = cross_entropy(SMALL, BLOCKS, 0.3, rng=generators(), metric=metric)
        expected = metric(crlb(SMALL, found.beam, BLOCKS), np.array(0.3))
        np.testing.assert_allclose(found.objective, expected, rtol=1e-12)
