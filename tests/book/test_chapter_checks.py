"""The comparisons that chapters show: the closed form, plane waves, and the rates of the two systems."""

import numpy as np
import pytest

from noisac import Geometry, Scenario
from noisac_book.bound import closed_form_errors
from noisac_book.mutual_information import compare_rates
from noisac_book.system_model import plane_wave_error


@pytest.mark.paper(22)
def test_closed_form_equals_the_inverse_of_the_dense_matrix_in_all_models():
    errors = closed_form_errors(trials=20, rng=np.random.default_rng(11))
    assert errors.shape == (20, 3)
    assert np.all(errors < 1e-8)


def test_no_trials_are_refused():
    with pytest.raises(ValueError, match="trials"):
        closed_form_errors(trials=0, rng=np.random.default_rng(0))


@pytest.mark.paper(58)
@pytest.mark.parametrize("sub_irs", [0, 1])
def test_error_of_plane_waves_falls_as_one_over_the_distance(sub_irs):
    geometry = Geometry.section_v()
    near, far = (plane_wave_error(geometry, 0.01, distance=r, sub_irs=sub_irs) for r in (100.0, 1000.0))
    assert near / far == pytest.approx(10, rel=0.01)


@pytest.mark.paper(4, 58)
def test_only_the_difference_of_indices_follows_from_the_lengths_of_the_paths():
    geometry = Geometry.section_v()
    assert plane_wave_error(geometry, 0.01, distance=1e5) < 1e-5
    assert plane_wave_error(geometry, 0.01, distance=1e5, phase_convention="sum") > 1


@pytest.mark.paper(58)
@pytest.mark.parametrize("sub_irs", [0, 1])
@pytest.mark.parametrize("distance", [None, 7.3, 31.7])
def test_error_of_plane_waves_is_the_largest_difference_of_a_path_from_its_projection(distance, sub_irs):
    geometry, wavelength = Geometry.section_v(), 0.31
    scenario = geometry.scenario(sub_irs)
    away = np.subtract(geometry.user_position, geometry.irs_positions[sub_irs])
    towards = away / np.linalg.norm(away)
    user = away if distance is None else distance * towards
    first, worst = np.linalg.norm(user), 0.0
    for antenna in np.ndindex(scenario.user_shape):
        for element in np.ndindex(scenario.irs_shape):
            apart = scenario.user_spacing * np.array(antenna) - scenario.irs_spacing * np.array(element)
            apart = wavelength * np.array([0.0, *apart])
            exact, plane = np.linalg.norm(user + apart) - first, towards @ apart
            worst = max(worst, 2 * np.pi * abs(exact - plane) / wavelength)
    assert 0.01 < worst < np.pi
    error = plane_wave_error(geometry, wavelength, distance=distance, sub_irs=sub_irs)
    assert error == pytest.approx(worst, rel=1e-6)
    if sub_irs == 0:
        assert plane_wave_error(geometry, wavelength, distance=distance) == error


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_a_wavelength_or_a_distance_that_is_none_is_refused_by_name(value):
    with pytest.raises(ValueError, match=r"^wavelength must be a finite positive number"):
        plane_wave_error(Geometry.section_v(), value)
    with pytest.raises(ValueError, match=r"^distance must be a finite positive number"):
        plane_wave_error(Geometry.section_v(), 0.1, distance=value)


@pytest.mark.paper(32, 48)
def test_the_ratio_of_the_rates_is_that_of_the_slots_in_either_count():
    counts = compare_rates(Scenario(), draws=40, seed=3)
    for rates in counts:
        assert rates.ratio == pytest.approx(1.25, rel=0.01)
    assert counts.both_parts.advantage > counts.printed.advantage
