"""Section V's geometry, and the angles that it fixes."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from noisac import Geometry, Scenario, path_gain
from noisac.model.arrays import direction_cosines

BOTH = pytest.mark.parametrize("sub_irs", [0, 1])


def test_heights_and_distances_are_those_of_section_v():
    geometry = Geometry.section_v()
    assert geometry.bs_position[2] == 10
    assert geometry.user_position[2] == 0
    assert [position[2] for position in geometry.irs_positions] == [5, 5]
    assert geometry.distances(0) == pytest.approx((30, 10))


@given(st.floats(-1.4, 1.4), st.floats(-1.4, 1.4), st.floats(0.1, 20))
def test_azimuths_and_separation_are_those_asked_for(user_azimuth, bs_azimuth, separation):
    geometry = Geometry.section_v(user_azimuth, bs_azimuth, separation)
    assert geometry.user_aod(0) == pytest.approx((-math.pi / 6, user_azimuth))
    assert geometry.irs_aoa(0) == pytest.approx((math.asin(5 / 30), bs_azimuth))
    assert math.dist(*geometry.irs_positions) == pytest.approx(separation)
    assert geometry.distances(0) == pytest.approx((30, 10))  # the first sub-IRS fixes them


def test_default_scenario_is_that_of_section_v():
    default, from_geometry = Scenario(), Geometry.section_v().scenario()
    for field in dataclasses.fields(Scenario):
        ours, theirs = getattr(default, field.name), getattr(from_geometry, field.name)
        if isinstance(ours, str):
            assert ours == theirs
        else:
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=field.name)


def test_defaults_are_the_values_of_section_v():
    scenario = Scenario()
    assert scenario.irs_elements == scenario.user_antennas == 16
    assert (scenario.bs_antennas, scenario.transmit_power, scenario.phase_bits) == (8, 1, 2)
    assert scenario.snr == 1
    assert scenario.irs_spacing == scenario.user_spacing == 0.5
    assert scenario.phase_convention == "difference"  # (58) as printed, reading R1


@BOTH
def test_path_losses_follow_their_exponents(sub_irs):
    geometry = Geometry.section_v()
    to_irs, to_user = geometry.distances(sub_irs)
    decibels = [20 * math.log10(gain) for gain in geometry.path_gains(sub_irs)]
    assert decibels[0] == pytest.approx(-30 - 23 * math.log10(to_irs))
    assert decibels[1] == pytest.approx(-30 - 22 * math.log10(to_user))


@given(st.floats(0.1, 1e4), st.floats(0, 6), st.floats(1.1, 10))
def test_path_gain_is_a_power_law_from_the_loss_at_one_metre(distance, exponent, factor):
    assert path_gain(1.0, exponent, 30.0) ** 2 == pytest.approx(1e-3)
    ratio = path_gain(distance * factor, exponent) / path_gain(distance, exponent)
    assert ratio**2 == pytest.approx(factor**-exponent)


@given(st.floats(-60, 60), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_snr_is_the_ratio_of_path_gain_and_noise(snr_db, first, second):
    scenario = Scenario(snr_db=snr_db, bs_irs_gain=first, irs_user_gain=second)
    assert 10 * math.log10((first * second) ** 2 / scenario.noise_variance) == pytest.approx(snr_db, abs=1e-9)
    assert scenario.snr == pytest.approx(10 ** (snr_db / 10))


points = st.tuples(*[st.floats(-50, 50)] * 3)


@given(points, points)
def test_angles_of_arrival_and_departure_are_opposite(irs, user):
    assume(math.dist(irs[:2], user[:2]) > 1e-3)
    geometry = Geometry((99.0, 99.0, 99.0), (irs, irs), user)
    (gamma_a, phi_a), (gamma_d, phi_d) = geometry.user_aoa(0), geometry.user_aod(0)
    assert gamma_a == pytest.approx(-gamma_d)
    assert abs(phi_a - phi_d) == pytest.approx(math.pi)


@BOTH
def test_angles_point_from_one_end_to_the_other(sub_irs):
    geometry = Geometry.section_v()
    irs = np.array(geometry.irs_positions[sub_irs])
    to_irs, to_user = geometry.distances(sub_irs)

    def unit_vector(elevation, azimuth):
        along_y, along_z = direction_cosines(elevation, azimuth)
        return np.array([math.cos(elevation) * math.cos(azimuth), along_y, along_z])

    user_to_irs = to_user * unit_vector(*geometry.user_aoa(sub_irs))
    np.testing.assert_allclose(geometry.user_position + user_to_irs, irs, atol=1e-12)
    irs_to_bs = to_irs * unit_vector(*geometry.irs_aoa(sub_irs))
    np.testing.assert_allclose(irs + irs_to_bs, geometry.bs_position, atol=1e-12)
    # The base station's array lies along y: its only angle is the one to that axis.
    along_y = (irs[1] - geometry.bs_position[1]) / to_irs
    assert math.sin(geometry.bs_aod(sub_irs)) == pytest.approx(along_y)


def test_the_second_sub_irs_sees_the_user_from_elsewhere():
    geometry = Geometry.section_v()
    first, second = geometry.scenario(0), geometry.scenario(1)
    assert geometry.irs_positions[1] == (0.0, 2.0, 5.0)
    assert first.user_aoa != second.user_aoa
    assert second.user_aoa == geometry.user_aoa(1)
    assert second.irs_aoa == geometry.irs_aoa(1)
    assert second.bs_aod == geometry.bs_aod(1)
    assert (second.bs_irs_gain, second.irs_user_gain) == geometry.path_gains(1)
    x, y, _ = geometry.user_position
    assert geometry.distances(1)[1] == pytest.approx(math.sqrt(x**2 + (y - 2) ** 2 + 25))


def test_fields_given_to_scenario_override_the_geometry():
    scenario = Geometry.section_v().scenario(1, snr_db=7.0, user_aoa=(0.1, 0.2))
    assert scenario.snr_db == 7.0
    assert scenario.user_aoa == (0.1, 0.2)


def test_fields_are_kept_as_numbers_of_python_whatever_kind_of_number_came():
    given = {
        "irs_shape": np.array([2, 3]),
        "user_shape": [np.int8(3), 2],
        "bs_antennas": np.uint8(200),
        "transmit_power": np.float32(0.5),
        "snr_db": np.array(3),
        "phase_bits": np.int64(1),
        "user_aoa": np.array([0.1, 0.2]),
        "irs_aoa": [1, -1],
        "irs_spacing": np.float32(0.25),
        "user_spacing": 1,
        "bs_aod": np.array(0.5),
        "bs_irs_gain": 1,
        "irs_user_gain": np.complex64(1j),
    }
    kept = dataclasses.asdict(Scenario(**given))
    del kept["phase_convention"]
    expected = {
        "irs_shape": (2, 3),
        "user_shape": (3, 2),
        "bs_antennas": 200,
        "transmit_power": 0.5,
        "snr_db": 3.0,
        "phase_bits": 1,
        "user_aoa": (0.1, 0.2),
        "irs_aoa": (1.0, -1.0),
        "irs_spacing": 0.25,
        "user_spacing": 1.0,
        "bs_aod": 0.5,
        "bs_irs_gain": 1 + 0j,
        "irs_user_gain": 1j,
    }
    assert repr(kept) == repr(expected)  # 1 and 1.0 are equal, and so are a list of NumPy and one of Python


def test_points_are_kept_as_numbers_of_python():
    geometry = Geometry([0, 0, 9], np.array([[1, 0, 5], [2, 0, 5]]), np.float32([2, 3, 0]), np.float32(2.5))
    expected = ((0.0, 0.0, 9.0), ((1.0, 0.0, 5.0), (2.0, 0.0, 5.0)), (2.0, 3.0, 0.0), 2.5, 2.2, 30.0)
    assert repr(dataclasses.astuple(geometry)) == repr(expected)


def test_the_reference_loss_weakens_both_hops():
    usual = Geometry.section_v()
    weaker = dataclasses.replace(usual, reference_loss_db=50.0)
    for before, after in zip(usual.path_gains(1), weaker.path_gains(1), strict=True):
        assert after == pytest.approx(before / 10)


def test_scenarios_are_frozen_hashable_and_compare_by_value():
    scenario = Scenario(irs_shape=[4, 4], user_aoa=np.array([0.1, 0.2]))
    assert scenario.irs_shape == (4, 4)
    assert scenario == Scenario(user_aoa=(0.1, 0.2))
    assert hash(scenario) == hash(Scenario(user_aoa=(0.1, 0.2)))
    assert scenario.replace(snr_db=1.0) != scenario
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.snr_db = 3.0
