"""What may be done to the whole problem, which bounds that must not move and which it does, and why."""

import math
import os
import subprocess
import sys

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noisac import (
    Scenario,
    crlb,
    crlb_per_symbol,
    draw_symbols,
    expected_symbol_moments,
    fisher_information,
    pilots,
    symbol_crlb_known_angles,
)
from noisac.bounds.closed_form import beam_sums
from tests import oracle
from tests.strategies import (
    SYMBOL_MODELS,
    UNKNOWN_SYMBOLS,
    directions,
    scenarios,
    seeds,
    symbol_blocks,
    symbol_models,
    wide_setups,
    wide_users,
)

unknown_symbols = st.sampled_from(UNKNOWN_SYMBOLS)


def close(first, second, rtol=1e-9):
    np.testing.assert_allclose(first, second, rtol=rtol)


def cosine_information(scenario, beam, symbols, symbol_model):
    """Information on the direction cosines along y and z, the symbols eliminated from the dense matrix."""
    matrix = fisher_information(scenario, beam, symbols, symbol_model)
    own, cross, angles = matrix[:-2, :-2], matrix[:-2, -2:], matrix[-2:, -2:]
    if len(own):
        angles = angles - cross.T @ np.linalg.solve(own, cross)
    elevation, azimuth = scenario.user_aoa
    # d(cos g sin p, sin g) / d(g, p)
    jacobian = np.array(
        [
            [-math.sin(elevation) * math.sin(azimuth), math.cos(elevation) * math.cos(azimuth)],
            [math.cos(elevation), 0.0],
        ]
    )
    inverse = np.linalg.inv(jacobian)
    return inverse.T @ angles @ inverse


def swap_axes(direction):
    """Elevation and azimuth whose direction cosines along y and z are those of the given ones, exchanged."""
    elevation, azimuth = direction
    along_y, along_z = math.cos(elevation) * math.sin(azimuth), math.sin(elevation)
    forward = math.cos(elevation) * math.cos(azimuth)
    return math.asin(along_y), math.atan2(along_z, forward)


# Symmetries


@given(
    scenarios(user_shapes=wide_users, user_aoa=directions(1.2), irs_aoa=directions(1.2)), st.data(), symbol_models
)
def test_exchanging_y_and_z_exchanges_the_cosines_and_leaves_the_symbols_alone(scenario, data, model):
    """Both arrays lie in the y-z plane: rows and columns are names. The angles' own bounds do move, because
    elevation and azimuth are not exchanged by any rotation of the frame.
    """
    beam = np.exp(2j * np.pi * np.random.default_rng(data.draw(seeds)).random(scenario.irs_shape))
    symbols = data.draw(symbol_blocks())
    assume(abs(beam_sums(scenario, beam.ravel())[0]) > 0.1)
    other = scenario.replace(
        irs_shape=scenario.irs_shape[::-1],
        user_shape=scenario.user_shape[::-1],
        user_aoa=swap_axes(scenario.user_aoa),
        irs_aoa=swap_axes(scenario.irs_aoa),
    )
    here = cosine_information(scenario, beam.ravel(), symbols, model)
    there = cosine_information(other, beam.T.ravel(), symbols, model)
    np.testing.assert_allclose(there[::-1, ::-1], here, rtol=0, atol=1e-8 * np.trace(here))
    if model != "known":
        bound = crlb(scenario, beam.ravel(), symbols, model).symbol
        close(crlb(other, beam.T.ravel(), symbols, model).symbol, bound, rtol=1e-7)


@given(wide_setups, symbol_models)
def test_conjugating_everything_changes_no_bound(setup, model):
    """Beam, symbols and, by mirrored angles, both channels: the mean is conjugated, the noise is circular."""
    scenario, beam, symbols = setup
    assume(abs(beam_sums(scenario, beam)[0]) > 1e-6)
    mirrored = scenario.replace(
        user_aoa=tuple(-angle for angle in scenario.user_aoa), irs_aoa=tuple(-angle for angle in scenario.irs_aoa)
    )
    close(crlb(mirrored, beam.conj(), symbols.conj(), model), crlb(scenario, beam, symbols, model))


@given(wide_setups)
def test_conjugating_the_symbols_alone_moves_the_real_model_only(setup):
    """|x|^2 is all that enters where a symbol is known or both its parts are unknown; one real unknown makes the
    symbol's phase matter, through x^2.
    """
    scenario, beam, symbols = setup
    for model in ("known", "complex"):
        close(crlb(scenario, beam, symbols.conj(), model), crlb(scenario, beam, symbols, model))
    one = np.array([1.0, np.exp(0.5j), 1.2 * np.exp(1.1j)])
    before, after = (crlb(Scenario(), np.exp(1j * np.arange(16) ** 2), x) for x in (one, one.conj()))
    assert abs(after.angle / before.angle - 1) > 1e-3


@pytest.mark.parametrize("reference", [(1.5, 1.5), (-3, 7.25)])
def test_where_the_users_phase_is_zero_matters_unless_both_parts_of_a_symbol_are_unknown(reference):
    """Moving the phase reference multiplies the array response by a phase that depends on the angles.

    With two real unknowns a symbol takes that phase up: the angles' bounds must not move; those of the symbols do,
    because the symbol that is estimated is another. With known symbols or one real unknown the phase tells of the
    angles, and their bounds move.
    """
    scenario = Scenario(irs_shape=(2, 2), user_shape=(2, 3))
    rng = np.random.default_rng(5)
    beam, symbols = np.exp(2j * np.pi * rng.random(4)), draw_symbols(rng, 3)
    moved = {model: oracle.bounds(scenario, beam, symbols, model, reference) for model in SYMBOL_MODELS}
    for model, (symbol, *angles) in moved.items():
        here = crlb(scenario, beam, symbols, model)
        change = [abs(float(new) / old - 1) for new, old in zip(angles, here[1:], strict=True)]
        if model == "complex":
            assert max(change) < 1e-11
            assert abs(float(symbol) / here.symbol - 1) > 1e-3
        else:
            assert max(change) > 1e-3


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_the_surfaces_phase_reference_matters_as_the_users_does(model):
    """An element of the surface at another index has another phase; shifting all of them adds a common step."""
    scenario = Scenario(irs_shape=(1, 2), user_shape=(2, 2))
    longer = scenario.replace(irs_shape=(1, 3))
    symbols, beam = draw_symbols(np.random.default_rng(5), 3), np.array([1.0, 1j])
    exact = oracle.bounds(scenario, beam, symbols, model)
    shifted = shifted_surface_bounds(longer, beam, symbols, model)
    change = max(abs(float(new / old - 1)) for new, old in zip(shifted[1:], exact[1:], strict=True))
    assert change < 1e-11 if model == "complex" else change > 1e-3


def shifted_surface_bounds(longer, beam, symbols, model):
    """Bounds of a surface whose first element does not reflect: the others stand one step further."""
    with mp.workdps(oracle.WORKING_DIGITS):
        return oracle.bounds(longer, np.r_[0.0, beam], symbols, model)


# Scaling laws


@given(wide_setups, unknown_symbols, st.floats(0.1, 10.0))
def test_louder_symbols_help_the_angles_by_their_energy_and_the_symbols_not_at_all(setup, model, factor):
    """A symbol's own information does not depend on its size; what the angles cost it scales out as well."""
    scenario, beam, symbols = setup
    assume(abs(beam_sums(scenario, beam)[0]) > 1e-6)
    quiet, loud = crlb(scenario, beam, symbols, model), crlb(scenario, beam, factor * symbols, model)
    close(loud.symbol, quiet.symbol)
    close(loud.elevation * factor**2, quiet.elevation)
    close(loud.azimuth * factor**2, quiet.azimuth)


@given(scenarios(), st.data(), st.integers(1, 5), st.integers(1, 5))
def test_with_known_angles_a_symbols_bound_falls_as_one_over_the_users_antennas(scenario, data, rows, columns):
    beam = np.exp(2j * np.pi * np.random.default_rng(data.draw(seeds)).random(scenario.irs_elements))
    single = symbol_crlb_known_angles(scenario.replace(user_shape=(1, 1)), beam)
    several = symbol_crlb_known_angles(scenario.replace(user_shape=(rows, columns)), beam)
    close(several * rows * columns, single)


@given(wide_setups, symbol_models, st.integers(2, 6))
def test_repeating_a_block_divides_the_angles_bounds_and_brings_the_symbols_to_known_angles(setup, model, repeats):
    scenario, beam, symbols = setup
    assume(abs(beam_sums(scenario, beam)[0]) > 1e-6)
    once, often = crlb(scenario, beam, symbols, model), crlb(scenario, beam, np.tile(symbols, repeats), model)
    close(often.angle * repeats, once.angle)
    if model != "known":
        floor = symbol_crlb_known_angles(scenario, beam) * (2 if model == "complex" else 1)
        close((often.symbol - floor) * repeats, once.symbol - floor, rtol=1e-6)


@given(wide_setups, st.floats(0.05, 1.0), st.floats(0.05, 1.3), st.floats(0.05, 1.3))
def test_only_the_product_of_spacing_and_direction_cosine_enters(setup, spacing, first, second):
    scenario, beam, symbols = setup
    ratio = math.sin(first) / math.sin(second)
    here = scenario.replace(user_aoa=(0.0, first), irs_aoa=(0.0, first), user_spacing=spacing, irs_spacing=spacing)
    there = scenario.replace(
        user_aoa=(0.0, second), irs_aoa=(0.0, second), user_spacing=spacing * ratio, irs_spacing=spacing * ratio
    )
    expected = cosine_information(here, beam, symbols, "known") * ratio**2
    got = cosine_information(there, beam, symbols, "known")
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9 * np.trace(expected))


# Limits


@given(scenarios(user_shapes=wide_users), st.data(), symbol_models, st.integers(1, 6))
def test_symbols_of_vanishing_variance_have_the_bounds_of_pilots(scenario, data, model, slots):
    rng = np.random.default_rng(data.draw(seeds))
    beam = np.exp(2j * np.pi * rng.random(scenario.irs_elements))
    assume(abs(beam_sums(scenario, beam)[0]) > 1e-3)
    at_pilots = crlb(scenario, beam, pilots(slots), model)
    # Pilots in phase may leave one direction to the user's aperture alone, or to nothing.
    assume(at_pilots.angle < 1e6)
    close(crlb(scenario, beam, draw_symbols(rng, slots, 1e-24), model).angle, at_pilots.angle, rtol=1e-6)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_with_many_slots_a_block_has_the_bound_of_the_distribution(model):
    """The gap between the mean over draws and the bound of the mean information closes as 1 / T."""
    scenario, beam = Scenario(), np.exp(1j * np.arange(16) ** 2)
    gaps = []
    for slots in (10, 100, 1000):
        drawn = crlb(scenario, beam, draw_symbols(np.random.default_rng(slots), slots, size=2000), model)
        mean, error = np.mean(drawn.angle), np.std(drawn.angle) / math.sqrt(2000)
        exact = crlb(scenario, beam, expected_symbol_moments(slots, 1.0), model).angle
        gaps.append((slots * (mean / exact - 1), slots * error / exact))
    (first, _), (second, second_error), (third, third_error) = gaps
    assert 0.5 < first < 3
    assert abs(second - first) < 0.2 * first + 4 * second_error
    assert abs(third - first) < 0.2 * first + 4 * third_error


# Independence of how the work is split


@settings(max_examples=25)
@given(seeds, st.integers(1, 40), symbol_models)
def test_splitting_a_batch_of_blocks_changes_no_bit(seed, cut, model):
    rng = np.random.default_rng(seed)
    scenario = Scenario(irs_shape=(3, 3), user_shape=(2, 3))
    beams = np.exp(2j * np.pi * rng.random((41, 9)))
    symbols = draw_symbols(rng, 3, size=41)
    whole = crlb(scenario, beams, symbols, model)
    for part in (slice(0, cut), slice(cut, None)):
        for one, all_of_them in zip(crlb(scenario, beams[part], symbols[part], model), whole, strict=True):
            np.testing.assert_array_equal(one, all_of_them[part] if np.ndim(all_of_them) else all_of_them)
    if model != "known":
        per_symbol = crlb_per_symbol(scenario, beams, symbols, model)
        np.testing.assert_array_equal(
            crlb_per_symbol(scenario, beams[:cut], symbols[:cut], model), per_symbol[:cut]
        )


THREADS = """
import hashlib
from noisac import run_experiment
data = run_experiment("fig11", draws=3, seed=4)
print(hashlib.sha256(b"".join(data[name].values.tobytes() for name in sorted(data))).hexdigest())
"""


def test_the_platforms_threads_change_no_bit():
    found = set()
    for threads in ("1", "4"):
        environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)
        result = subprocess.run(
            [sys.executable, "-c", THREADS], env=environment, check=True, capture_output=True, text=True
        )
        found.add(result.stdout)
    assert len(found) == 1
