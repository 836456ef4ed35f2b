"""Index maps, steering vectors, the two hops, and the received signal."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import (
    Scenario,
    bs_irs_channel,
    irs_user_channel,
    irs_user_channel_derivatives,
    matched_bs_beam,
    received_mean,
)
from noisac.model.arrays import (
    direction_cosines,
    element_indices,
    linear_steering_vector,
    steering_derivatives,
    steering_vector,
)
from tests.strategies import directions, scenarios, setups, shapes

spacings = st.floats(0.1, 1.0)


@pytest.mark.paper(7, 8, 9, 10)
@given(shapes(largest=9))
def test_index_maps_are_the_floors_of_the_paper(shape):
    y, z = element_indices(shape)
    for m in range(1, shape[0] * shape[1] + 1):
        m_y = math.floor((m - 1) / shape[1])  # (7), (9)
        m_z = m - m_y * shape[1] - 1  # (8), (10)
        assert (y[m - 1], z[m - 1]) == (m_y, m_z)
        assert 0 <= m_y < shape[0]
        assert 0 <= m_z < shape[1]
    assert len(set(zip(y, z, strict=True))) == shape[0] * shape[1]


@pytest.mark.paper(59, 60)
@given(directions())
def test_direction_cosines_are_the_components_of_a_unit_vector(direction):
    elevation, azimuth = direction
    along_y, along_z = direction_cosines(elevation, azimuth)
    along_x = math.cos(elevation) * math.cos(azimuth)
    assert along_x**2 + along_y**2 + along_z**2 == pytest.approx(1)
    assert along_z == pytest.approx(math.sin(elevation))


@given(shapes(), spacings, directions())
def test_steering_vectors_have_unit_modulus_and_start_at_phase_zero(shape, spacing, direction):
    response = steering_vector(shape, spacing, *direction)
    assert response.shape == (shape[0] * shape[1],)
    np.testing.assert_allclose(np.abs(response), 1, rtol=1e-14)
    assert response[0] == 1


@pytest.mark.paper(5, 6)
@given(shapes(), spacings, directions())
def test_steering_vectors_are_those_of_5_and_6(shape, spacing, direction):
    elevation, azimuth = direction
    response = steering_vector(shape, spacing, elevation, azimuth)
    for m, (y, z) in enumerate(zip(*element_indices(shape), strict=True)):
        phase = y * 2 * np.pi * spacing * math.cos(elevation) * math.sin(azimuth)
        phase += z * 2 * np.pi * spacing * math.sin(elevation)
        assert abs(response[m] - np.exp(1j * phase)) < 1e-12


def test_steering_vectors_and_their_derivatives_take_arrays_of_angles():
    elevations, azimuths = np.linspace(-1, 1, 5)[:, None], np.linspace(-2, 2, 3)
    response = steering_vector((2, 3), 0.5, elevations, azimuths)
    derivatives = steering_derivatives((2, 3), 0.5, elevations, azimuths)
    assert response.shape == (5, 3, 6)
    for i, j in np.ndindex(5, 3):
        angles = elevations[i, 0], azimuths[j]
        np.testing.assert_allclose(response[i, j], steering_vector((2, 3), 0.5, *angles))
        for many, one in zip(derivatives, steering_derivatives((2, 3), 0.5, *angles), strict=True):
            np.testing.assert_allclose(many[i, j], one)


@pytest.mark.parametrize("function", [steering_vector, steering_derivatives])
def test_angles_in_single_precision_are_computed_with_in_double(function):
    elevation, azimuth = np.float32(0.3), np.float32(-1.2)
    rounded = function((2, 3), 0.5, elevation, azimuth)
    np.testing.assert_array_equal(rounded, function((2, 3), 0.5, float(elevation), float(azimuth)))
    assert np.asarray(rounded).dtype == np.complex128


@pytest.mark.parametrize("function", [steering_vector, steering_derivatives])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_angles_that_are_no_finite_numbers_are_refused_by_name(function, value):
    with pytest.raises(ValueError, match=r"^elevation must be finite"):
        function((2, 3), 0.5, [0.1, value], 0.2)
    with pytest.raises(ValueError, match=r"^azimuth must be finite"):
        function((2, 3), 0.5, 0.1, [0.2, value])
    with pytest.raises(ValueError, match=r"^angle must be a finite number"):
        linear_steering_vector(3, value)


STEP = 1e-5


def differences(function, elevation, azimuth):
    """Central differences by elevation and by azimuth."""
    return (
        (function(elevation + STEP, azimuth) - function(elevation - STEP, azimuth)) / (2 * STEP),
        (function(elevation, azimuth + STEP) - function(elevation, azimuth - STEP)) / (2 * STEP),
    )


@given(shapes(), spacings, directions())
def test_steering_derivatives_equal_finite_differences(shape, spacing, direction):
    numerical = differences(lambda g, p: steering_vector(shape, spacing, g, p), *direction)
    exact = steering_derivatives(shape, spacing, *direction)
    for analytic, numeric in zip(exact, numerical, strict=True):
        np.testing.assert_allclose(analytic, numeric, atol=1e-5)


@pytest.mark.paper(26, 27, 63, 64)
@given(scenarios())
def test_channel_derivatives_equal_finite_differences(scenario):
    numerical = differences(lambda g, p: irs_user_channel(scenario.replace(user_aoa=(g, p))), *scenario.user_aoa)
    gain = abs(scenario.irs_user_gain)
    for analytic, numeric in zip(irs_user_channel_derivatives(scenario), numerical, strict=True):
        np.testing.assert_allclose(analytic / gain, numeric / gain, atol=2e-5)


@given(scenarios())
def test_channels_have_rank_one_and_the_gain_of_their_path(scenario):
    for channel, gain in (
        (irs_user_channel(scenario), scenario.irs_user_gain),
        (bs_irs_channel(scenario), scenario.bs_irs_gain),
    ):
        np.testing.assert_allclose(np.abs(channel), abs(gain), rtol=1e-12)
        assert channel[0, 0] == gain
        np.testing.assert_allclose(
            channel * channel[0, 0], np.outer(channel[:, 0], channel[0]), rtol=0, atol=1e-12 * abs(gain) ** 2
        )


@pytest.mark.paper(11)
@given(scenarios())
def test_bs_irs_channel_is_11(scenario):
    at_irs = steering_vector(scenario.irs_shape, scenario.irs_spacing, *scenario.irs_aoa)
    at_bs = [np.exp(1j * np.pi * n * math.sin(scenario.bs_aod)) for n in range(scenario.bs_antennas)]
    expected = scenario.bs_irs_gain * np.array([[i * np.conj(b) for b in at_bs] for i in at_irs])
    np.testing.assert_allclose(bs_irs_channel(scenario), expected, atol=1e-12 * abs(scenario.bs_irs_gain))


@given(st.integers(1, 20), st.floats(-1.5, 1.5))
def test_the_bs_array_has_a_constant_phase_step_of_half_a_wavelength(antennas, angle):
    response = linear_steering_vector(antennas, angle)
    steps = response[1:] / response[:-1]
    np.testing.assert_allclose(steps, np.exp(1j * np.pi * math.sin(angle)), rtol=1e-12)


@pytest.mark.paper(1, 3, 23)
@given(setups(scenarios()), st.integers(0, 99))
def test_received_signal_is_the_product_of_1(setup, seed):
    scenario, beam, symbols = setup
    parts = np.random.default_rng(seed).standard_normal((scenario.bs_antennas, 2))
    gain = abs(scenario.bs_irs_gain * scenario.irs_user_gain)
    for w in (None, parts[:, 0] + 1j * parts[:, 1]):
        used = matched_bs_beam(scenario) if w is None else w
        signal = received_mean(scenario, beam, symbols, bs_beam=w)
        scale = gain * scenario.irs_elements * np.abs(used).sum() * np.abs(symbols).max()
        assert signal.shape == (len(symbols), scenario.user_antennas)
        for t, x in enumerate(symbols):
            expected = irs_user_channel(scenario) @ np.diag(beam) @ bs_irs_channel(scenario) @ used * x  # (3)
            np.testing.assert_allclose(signal[t], expected, rtol=0, atol=1e-13 * scale)


def test_received_signal_takes_a_batch_of_blocks():
    scenario = Scenario(irs_shape=(2, 2))
    blocks = np.arange(1, 7).reshape(2, 3) * 1j
    signal = received_mean(scenario, np.ones(4), blocks)
    assert signal.shape == (2, 3, 16)
    np.testing.assert_array_equal(signal[1], received_mean(scenario, np.ones(4), blocks[1]))


def test_a_beam_that_undoes_the_phases_of_both_hops_adds_up_all_elements():
    scenario = Scenario()
    at_irs = bs_irs_channel(scenario)[:, 0] / scenario.bs_irs_gain
    towards_user = irs_user_channel(scenario)[0] / scenario.irs_user_gain
    signal = received_mean(scenario, np.conj(at_irs * towards_user), [1.0])
    amplitude = abs(scenario.bs_irs_gain * scenario.irs_user_gain)
    expected = amplitude * scenario.irs_elements * math.sqrt(scenario.bs_antennas * scenario.transmit_power)
    np.testing.assert_allclose(np.abs(signal), expected, rtol=1e-12)
