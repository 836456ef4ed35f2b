"""Bounds of arrays and channels of one's own, held against the closed form, dense matrices and differences."""

import numpy as np
import pytest
from hypothesis import given, settings

from noisac import (
    Response,
    Scenario,
    crlb,
    crlb_of_response,
    draw_symbols,
    fisher_information,
    fisher_information_of_response,
    irs_user_channel_derivatives,
    matched_bs_beam,
    plane_wave_response,
    random_beams,
    received_mean,
    symbol_moments,
)
from noisac.bounds import bs_gain, information_scale
from noisac.model.arrays import position_derivatives, position_response, steering_derivatives, steering_vector
from noisac.model.channel import bs_irs_channel
from tests import strategies as own
from tests.references import bounds_by_inversion, parameters_per_symbol

RING = np.stack([np.cos(2 * np.pi * np.arange(7) / 7), np.sin(2 * np.pi * np.arange(7) / 7)], axis=-1) * 0.8
BLOCK = draw_symbols(np.random.default_rng(3), 3)


def inverted(information, slots, symbol_model):
    """Mean bound of the symbols and bounds of the two parameters, from a dense matrix."""
    size = np.sqrt(np.diag(information))
    inverse = np.diag(np.linalg.inv(information / np.outer(size, size))) / size**2
    symbols = inverse[:-2].sum() / slots if parameters_per_symbol(symbol_model) else np.nan
    return np.array([symbols, inverse[-2], inverse[-1]])


def of(scenario, beams, symbols, model, **positions):
    response = plane_wave_response(scenario, beams, **positions)
    return crlb_of_response(response, symbols, model, noise_variance=scenario.noise_variance)


@given(own.setups(own.scenarios(user_shapes=own.wide_users)), own.symbol_models)
def test_on_rectangular_arrays_the_bounds_are_those_of_the_closed_form(setup, model):
    scenario, beam, symbols = setup
    _, condition = bounds_by_inversion(scenario, beam, symbols, model)
    if condition < 1e8:
        np.testing.assert_allclose(
            of(scenario, beam, symbols, model), crlb(scenario, beam, symbols, model), rtol=1e-6
        )


@given(own.setups(), own.symbol_models)
@pytest.mark.paper(22, 23, 24, 25)
def test_on_rectangular_arrays_the_dense_matrix_is_that_of_theorem_1(setup, model):
    scenario, beam, symbols = setup
    response = plane_wave_response(scenario, beam)
    dense = fisher_information_of_response(response, symbols, model, noise_variance=scenario.noise_variance)
    expected = fisher_information(scenario, beam, symbols, model)
    # A beam may leave nothing but rounding, which is small beside what all elements in phase would bring.
    in_phase = information_scale(scenario, bs_gain(scenario)) * scenario.irs_elements**2
    rounding = 1e-20 * in_phase * np.sum(np.abs(symbols) ** 2)
    np.testing.assert_allclose(dense, expected, rtol=0, atol=1e-9 * np.max(np.abs(expected)) + rounding)


@given(own.setups())
def test_the_response_of_rectangular_arrays_is_the_received_signal_of_a_symbol_of_one(setup):
    scenario, beam, _ = setup
    response = plane_wave_response(scenario, beam)
    scale = np.sum(np.abs(bs_irs_channel(scenario) @ matched_bs_beam(scenario))) * abs(scenario.irs_user_gain)
    close = {"rtol": 0, "atol": 1e-12 * scale}
    np.testing.assert_allclose(response.signal, received_mean(scenario, beam, [1.0])[0], **close)
    through = beam * (bs_irs_channel(scenario) @ matched_bs_beam(scenario))
    for found, channel in zip(response[1:], irs_user_channel_derivatives(scenario), strict=True):
        np.testing.assert_allclose(found, channel @ through, rtol=0, atol=1e-10 * scale)


@given(own.directions(), own.shapes())
def test_positions_on_a_grid_have_the_steering_vector_of_the_grid(direction, shape):
    grid = 0.4 * np.stack([a.ravel() for a in np.mgrid[0:1, : shape[0], : shape[1]]], axis=-1)
    np.testing.assert_allclose(position_response(grid, *direction), steering_vector(shape, 0.4, *direction))
    for found, expected in zip(
        position_derivatives(grid, *direction), steering_derivatives(shape, 0.4, *direction), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-9)


@given(own.directions(), own.seeds)
def test_derivatives_of_scattered_antennas_are_those_of_finite_differences(direction, seed):
    places, step = np.random.default_rng(seed).normal(size=(4, 3)), 1e-6
    for found, shift in zip(position_derivatives(places, *direction), np.eye(2) * step, strict=True):
        ahead = position_response(places, *np.add(direction, shift))
        behind = position_response(places, *np.subtract(direction, shift))
        np.testing.assert_allclose(found, (ahead - behind) / (2 * step), atol=1e-6)


@given(own.seeds, own.symbol_blocks(smallest=2), own.symbol_models)
@pytest.mark.paper(28, 29, 30)
def test_bounds_of_any_response_are_those_of_the_inverse_matrix(seed, symbols, model):
    # Three random vectors: a channel of no particular rank, with no angles behind it.
    parts = np.random.default_rng(seed).normal(size=(3, 5, 2)) @ [1, 1j]
    response, variance = Response(*parts), 0.37
    dense = fisher_information_of_response(response, symbols, model, noise_variance=variance)
    size = np.sqrt(np.diag(dense))
    if np.all(size > 0) and np.linalg.cond(dense / np.outer(size, size)) < 1e8:
        expected = inverted(dense, len(symbols), model)
        found = crlb_of_response(response, symbols, model, noise_variance=variance)
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("model", own.SYMBOL_MODELS)
def test_bounds_of_a_ring_and_a_scattered_surface_follow_from_differences_of_the_signal(model):
    rng = np.random.default_rng(5)
    scenario, places = Scenario(irs_shape=(1, 9)), rng.uniform(-1, 1, (9, 3))
    beam, step = random_beams(scenario, (), rng), 1e-6

    def signal(*angles):
        moved = scenario.replace(user_aoa=angles)
        return plane_wave_response(moved, beam, user_positions=RING, irs_positions=places).signal

    g, p = scenario.user_aoa
    differences = (signal(g + step, p) - signal(g - step, p), signal(g, p + step) - signal(g, p - step))
    numerical = signal(g, p), *(difference / (2 * step) for difference in differences)
    dense = fisher_information_of_response(numerical, BLOCK, model, noise_variance=scenario.noise_variance)
    found = of(scenario, beam, BLOCK, model, user_positions=RING, irs_positions=places)
    np.testing.assert_allclose(found, inverted(dense, len(BLOCK), model), rtol=1e-5)


@given(own.setups(own.scenarios(irs_shapes=own.shapes(1, 3), user_shapes=own.shapes(1, 2))), own.symbol_models)
@settings(max_examples=200)
def test_bounds_that_do_not_exist_are_infinite_as_in_the_closed_form(setup, model):
    scenario, beam, symbols = setup
    found, expected = of(scenario, beam, symbols, model), crlb(scenario, beam, symbols, model)
    # What an aligned beam gives to a parameter with a derivative of one.
    least = 1 / (information_scale(scenario, bs_gain(scenario)) * scenario.irs_elements**2)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(np.isnan(one), np.isnan(other))
        if np.isinf(one) != np.isinf(other):  # rounding may decide; then the other one is far beyond use
            assert min(one, other) > 1e10 * least


def test_a_single_antenna_sees_no_angle_if_both_parts_of_the_symbols_are_unknown():
    scenario = Scenario(user_shape=(1, 1))
    bounds = of(scenario, random_beams(scenario, (6,), np.random.default_rng(0)), BLOCK, "complex")
    assert np.all(np.isinf(bounds.elevation))
    assert np.all(np.isinf(bounds.azimuth))
    assert np.all(np.isinf(bounds.symbol))  # each angle can be taken for a change of the symbols


def test_a_vertical_line_sees_the_elevation_alone():
    line = np.stack([np.zeros(4), np.arange(4) / 2], axis=-1)
    bounds = of(Scenario(), np.ones(16), BLOCK, "complex", user_positions=line)
    assert np.isfinite(bounds.elevation)
    assert np.isinf(bounds.azimuth)


def test_a_silent_beam_bounds_the_angles_and_not_the_symbols():
    scenario = Scenario(irs_shape=(1, 2), irs_aoa=(0.0, 0.0), user_aoa=(0.0, 0.3))
    bounds = of(scenario, [1.0, -1.0], BLOCK, "real")
    assert np.isinf(bounds.symbol)
    expected = crlb(scenario, [1.0, -1.0], BLOCK)
    np.testing.assert_allclose(bounds.elevation, expected.elevation)


@pytest.mark.parametrize("model", own.SYMBOL_MODELS)
def test_a_batch_of_beams_and_blocks_is_computed_as_one_by_one(model):
    scenario = Scenario(irs_shape=(2, 3))
    beams = random_beams(scenario, (4, 1), np.random.default_rng(1))
    blocks = draw_symbols(np.random.default_rng(2), 3, size=(5,))
    together = of(scenario, beams, blocks, model, user_positions=RING)
    assert together.angle.shape == (4, 5)
    for (i, j), angle in np.ndenumerate(together.angle):
        alone = of(scenario, beams[i, 0], blocks[j], model, user_positions=RING)
        np.testing.assert_allclose(angle, alone.angle, rtol=1e-12)
    moments = symbol_moments(blocks)
    np.testing.assert_array_equal(of(scenario, beams, moments, model, user_positions=RING), together)


def test_where_the_users_origin_lies_matters_only_if_the_phase_of_the_symbols_is_known():
    moved = RING + np.array([0.7, -1.3])
    for model, same in (("complex", True), ("real", False), ("known", False)):
        here, there = (
            of(Scenario(), np.ones(16), BLOCK, model, user_positions=places).angle for places in (RING, moved)
        )
        assert np.isclose(here, there, rtol=1e-9) == same


def test_a_ring_turned_about_the_boresight_has_the_bounds_of_a_user_turned_the_other_way():
    # With the surface out of the picture (both parts unknown) only the ring and the direction are left.
    turn = 2 * np.pi / 7  # a symmetry of the ring
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    scenario = Scenario(irs_shape=(1, 1))
    here, there = (
        of(scenario, [1.0], BLOCK, "complex", user_positions=places) for places in (RING, RING @ rotation.T)
    )
    np.testing.assert_allclose(here, there, rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"user_positions": np.zeros((3, 4))}, r"^user_positions must have shape \(N, 2\), \(y, z\), or \(N, 3\)"),
        ({"user_positions": np.zeros((0, 2))}, r"^user_positions must have shape"),
        ({"user_positions": [[np.nan, 0.0]]}, r"^user_positions must be finite"),
        ({"irs_positions": np.zeros((3, 2))}, r"^irs_positions .* 16 elements, got 3; .*irs_shape=\(1, 3\)"),
    ],
)
def test_positions_that_make_no_sense_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        plane_wave_response(Scenario(), np.ones(16), **change)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ((np.ones(2), np.ones(3), np.ones(2)), [1.0], "real", 1.0),
            r"^response must be three arrays of one shape",
        ),
        (((1.0, 1.0, 1.0), [1.0], "real", 1.0), r"^response must be three arrays of one shape"),
        (((np.ones(2), np.ones(2)), [1.0], "real", 1.0), r"^response must be a Response or a tuple of three"),
        (((np.ones(2), [np.inf, 0], np.ones(2)), [1.0], "real", 1.0), r"^response\[1\] must be finite"),
        (((np.ones(2),) * 3, [1.0], "both", 1.0), r"^symbol_model must be one of"),
        (((np.ones(2),) * 3, [1.0], "real", 0.0), r"^noise_variance must be a finite positive number"),
        (((np.ones((3, 2)),) * 3, np.ones((2, 4)), "real", 1.0), r"^the leading axes"),
    ],
)
def test_responses_that_make_no_sense_are_refused(arguments, message):
    response, symbols, model, variance = arguments
    with pytest.raises(ValueError, match=message):
        crlb_of_response(response, symbols, model, noise_variance=variance)


def test_a_dense_matrix_is_that_of_one_beam():
    with pytest.raises(ValueError, match=r"^response must be that of one beam"):
        fisher_information_of_response((np.ones((2, 3)),) * 3, [1.0], noise_variance=1.0)
