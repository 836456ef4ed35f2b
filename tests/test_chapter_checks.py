"""The comparisons that chapters show: the closed form, plane waves, and the rates of the two systems."""

import numpy as np
import pytest

from noisac import Geometry, Scenario
from noisac.channel import plane_wave_error
from noisac.closed_form_check import closed_form_errors
from noisac.rate_comparison import compare_rates


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


def test_a_wavelength_of_zero_is_refused():
    with pytest.raises(ValueError, match="wavelength"):
        plane_wave_error(Geometry.section_v(), 0.0)


@pytest.mark.paper(32, 48)
def test_the_ratio_of_the_rates_is_that_of_the_slots_in_either_count():
    counts = compare_rates(Scenario(), draws=40, seed=3)
    for rates in counts:
        assert rates.ratio == pytest.approx(1.25, rel=0.01)
    assert counts.both_parts.advantage > counts.printed.advantage
