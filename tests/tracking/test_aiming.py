"""The second-order law of a missed aim, against the closed form and the dense matrix at small misses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noisac import Scenario, crlb, fisher_information, fisher_information_of_response, plane_wave_response
from noisac.bounds import aligned_beam
from noisac.tracking import aim_growth, beamwidth, fix_deviation
from tests.strategies import directions, seeds, symbol_models

#: Distance of the aim, in beams, so small that the fourth order does not count.
SMALL = 2e-3


def missed(scenario, miss):
    """Aligned beams whose aim is off by a vector of direction cosines, (..., L)."""
    y, z = np.divmod(np.arange(scenario.irs_elements), scenario.irs_shape[1])
    slope = 2 * np.pi * scenario.irs_spacing * (miss[..., :1] * y + miss[..., 1:] * z)
    return aligned_beam(scenario) * np.exp(1j * slope)


def around(radius):
    turn = 2 * np.pi * np.arange(8) / 8
    return radius * np.stack([np.cos(turn), np.sin(turn)], axis=-1)


@given(st.integers(2, 5), directions(1.2), seeds, symbol_models, st.integers(1, 4), st.floats(0.2, 0.8))
def test_a_small_miss_costs_what_the_law_says(side, direction, seed, model, slots, spacing):
    """Equal arrays have their centres at the same index, so that `crlb` counts from them."""
    scenario = Scenario(
        irs_shape=(side, side),
        user_shape=(side, side),
        user_aoa=direction,
        irs_spacing=spacing,
        user_spacing=spacing,
    )
    rng = np.random.default_rng(seed)
    symbols = rng.normal(size=slots) + 1j * rng.normal(size=slots)
    radius = SMALL * beamwidth(scenario)
    law = aim_growth(scenario, symbols, radius, model)
    aimed = crlb(scenario, aligned_beam(scenario), symbols, model)
    off = crlb(scenario, missed(scenario, around(radius)), symbols, model)
    scale = aim_growth(scenario, symbols, radius, "complex").angle
    assert abs(np.mean(off.angle / aimed.angle - 1) - law.angle) < 1e-3 * scale
    if model != "known":
        np.testing.assert_allclose(off.symbol / aimed.symbol - 1, law.symbol, atol=1e-3 * scale)


@pytest.mark.parametrize("model", ["real", "complex", "known"])
def test_the_dense_matrix_obeys_the_law_for_a_surface_larger_than_the_user(model):
    """Both arrays stand around the origin, from which `plane_wave_response` counts; W = 35 / 8 V."""
    scenario = Scenario(irs_shape=(6, 6), user_shape=(3, 3))
    places = [0.5 * (np.stack(np.divmod(np.arange(n * n), n), axis=-1) - (n - 1) / 2) for n in (3, 6)]
    symbols = np.array([1.0, 0.3 + 0.8j])
    radius = SMALL * beamwidth(scenario)

    def bound(miss):
        elevation, azimuth = scenario.user_aoa
        towards = np.array([np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
        e, a = scenario.irs_aoa
        phase = places[1] @ (np.array([np.cos(e) * np.sin(a), np.sin(e)]) - towards - miss)
        beam = np.exp(-2j * np.pi * phase)
        response = plane_wave_response(scenario, beam, user_positions=places[0], irs_positions=places[1])
        dense = fisher_information_of_response(response, symbols, model, noise_variance=scenario.noise_variance)
        size = np.sqrt(np.diag(dense))
        diagonal = np.diag(np.linalg.inv(dense / np.outer(size, size))) / size**2
        return np.mean(diagonal[-2:]), np.sum(diagonal[:-2]) / 2

    angle, symbol = bound(np.zeros(2))
    off = np.array([bound(miss) for miss in around(radius)])
    law = aim_growth(scenario, symbols, radius, model)
    assert np.mean(off[:, 0]) / angle - 1 == pytest.approx(law.angle, rel=2e-3, abs=1e-8)
    if model != "known":
        assert np.mean(off[:, 1]) / symbol - 1 == pytest.approx(law.symbol, rel=2e-3)


def test_known_symbols_gain_by_a_miss_from_twice_the_user_on():
    for shape, helps in (((4, 4), False), ((5, 5), False), ((6, 6), True), ((16, 16), True)):
        scenario = Scenario(irs_shape=shape)
        ratio = np.mean((np.array(shape) ** 2 - 1) / 15)
        assert (ratio > 2) == helps
        assert (aim_growth(scenario, [1.0, 1j], 0.01, "known").angle < 0) == helps
        assert aim_growth(scenario, [1.0, 1j], 0.01, "complex").angle > 0


def test_the_scale_of_a_fix_is_a_part_of_a_beam():
    scenario = Scenario()
    in_beams = fix_deviation(scenario, [1.0, 1j]) / beamwidth(scenario)
    information = 2 * 8 * 16 * 2 * 1.25 * np.pi**2 * 16  # c P V L
    assert in_beams == pytest.approx(information**-0.5 / 0.5)


def test_at_a_beam_of_mean_gain_the_scale_of_a_fix_is_the_bound_of_complex_symbols():
    scenario = Scenario(irs_shape=(2, 1), user_aoa=(0.0, 0.0))
    beam = aligned_beam(scenario) * np.array([1.0, 1j])  # |s_0|^2 = 2 = L
    information = fisher_information(scenario, beam, [1.0, 2.0], "complex")
    bound = np.linalg.inv(information)[-1, -1]  # broadside: azimuth and cosine are the same
    assert np.sqrt(bound) == pytest.approx(fix_deviation(scenario, [1.0, 2.0]))


@pytest.mark.parametrize("change", [{"irs_shape": (4, 5)}, {"user_shape": (1, 2)}])
def test_arrays_that_are_not_square_are_refused(change):
    with pytest.raises(ValueError, match=f"{next(iter(change))} must be square"):
        aim_growth(Scenario(**change), [1.0], 0.01)
