"""What no beam can pass: bounds by a quadratic form, for the codebook and for any phases."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noisac import (
    Scenario,
    certified_optimum,
    coordinate_descent,
    crlb,
    draw_symbols,
    expected_symbol_moments,
    modified_crlb,
    objective_lower_bound,
    random_beams,
    symbol_moments,
)
from noisac.beamforming import quadratic_bound as quadratic
from noisac.beamforming._problems import problems_of
from noisac.beamforming.descent import sums_of
from noisac.beamforming.quadratic_bound import (
    QuadraticBound,
    align,
    information_map,
    mixture_of,
    quadratic_form,
    relax,
    unit_directions,
)
from noisac.bounds.closed_form import beam_sums, sum_weights
from noisac.bounds.fisher import fisher_information
from tests.beamforming.certified_cases import BROADSIDE, SURFACE, random_problem
from tests.beamforming.search_cases import BLOCK
from tests.strategies import (
    random_scenario,
    scenarios,
    seeds,
    setups,
    symbol_models,
    weights,
    wide_users,
)


def lower_bound(scenario, symbols, weight, model, designs):
    """The bound that is fitted to a mixture of beams."""
    moments = symbols if hasattr(symbols, "factor") else symbol_moments(symbols)
    sums = beam_sums(scenario, designs)
    mixture = np.mean([mixture_of(y) for y in sums], axis=0)
    return information_map(scenario, moments, weight, model).bound(mixture)


@given(setups(), weights, symbol_models, seeds, st.integers(1, 4))
@settings(max_examples=200)
def test_the_bound_never_exceeds_the_objective(setup, weight, model, seed, count):
    scenario, beam, symbols = setup
    weight = 0.0 if model == "known" else weight
    rng = np.random.default_rng(seed)
    phases = rng.random((count, scenario.irs_elements))
    bound = lower_bound(scenario, symbols, weight, model, np.exp(2j * np.pi * phases))
    beams = np.concatenate([beam[None], random_beams(scenario, (20,), rng)])
    values = modified_crlb(crlb(scenario, beams, symbols, model), weight)
    assert np.all(bound.values(beam_sums(scenario, beams)) <= values + 1e-9)


@given(seeds, weights, st.sampled_from(["real", "complex"]), wide_users)
def test_the_bound_never_exceeds_the_objective_of_a_silent_beam(seed, weight, model, user_shape):
    scenario, rng = BROADSIDE.replace(user_shape=user_shape), np.random.default_rng(seed)
    half = random_beams(scenario.replace(irs_shape=(1, 4)), (), rng)
    silent = rng.permutation(np.concatenate([half, -half]))
    assert beam_sums(scenario, silent)[0] == 0
    bound = lower_bound(scenario, BLOCK, weight, model, random_beams(scenario, (3,), rng))
    value = modified_crlb(crlb(scenario, silent, BLOCK, model), weight)
    assert bound.values(beam_sums(scenario, silent)) <= value + 1e-9


@given(setups(scenarios(user_shapes=wide_users)), weights, symbol_models)
def test_the_bound_is_exact_at_the_beam_that_it_is_fitted_to(setup, weight, model):
    scenario, beam, symbols = setup
    weight = 0.0 if model == "known" else weight
    sums = beam_sums(scenario, beam)
    value = modified_crlb(crlb(scenario, beam, symbols, model), weight)
    if abs(sums[0]) > 0.03 * np.abs(sums).max():  # away from singular information
        bound = lower_bound(scenario, symbols, weight, model, beam[None])
        np.testing.assert_allclose(bound.values(sums), value, rtol=0, atol=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("size", [1e-3, 1e3])
def test_the_bound_is_as_exact_for_faint_and_for_loud_symbols(size, weight):
    scenario, symbols = Scenario(), size * np.array([1.0, 1j, 0.3])
    beam = random_beams(scenario, (1,), np.random.default_rng(2))
    bound = lower_bound(scenario, symbols, weight, "real", beam)
    value = modified_crlb(crlb(scenario, beam[0], symbols), weight)
    np.testing.assert_allclose(bound.values(beam_sums(scenario, beam[0])), value, rtol=0, atol=1e-6)


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_symbols_of_which_the_second_is_a_quarter_turn_ahead_are_two(weight):
    scenario, beam = Scenario(), random_beams(Scenario(), (1,), np.random.default_rng(2))
    for second in (1j, -1j):
        bound = lower_bound(scenario, [1.0, second], weight, "real", beam)
        value = modified_crlb(crlb(scenario, beam[0], [1.0, second]), weight)
        np.testing.assert_allclose(bound.values(beam_sums(scenario, beam[0])), value, rtol=0, atol=1e-8)


def test_a_bound_is_lowered_by_the_largest_rounding_error_of_its_form():
    # The form of (1, -1, 0) is exactly zero, beside terms of 1 and 9 times the squares of its sums.
    vector = np.array([1.0, 1.0, 1.0])
    bound = QuadraticBound(2.0, np.outer(vector, vector).astype(complex))
    eps = np.finfo(float).eps
    for size in (0.5, 3.0, 3.0j):
        silent = np.array([[size, -size, 0.0], [0.0, size, -size]])
        expected = 2.0 - np.log10(64 * eps * 2 * abs(size) ** 2)
        np.testing.assert_allclose(bound.values(silent), expected, rtol=0, atol=0.01)
        loud = np.array([2 * size, -size, 0.0])
        np.testing.assert_allclose(bound.values(loud), 2.0 - np.log10(abs(size) ** 2), rtol=0, atol=1e-12)
    assert bound.values(np.zeros(3, complex)) == np.inf


def test_directions_are_all_vectors_of_zeros_and_powers_of_j_once_each_up_to_a_common_phase():
    def turned(vector):  # so that the first element that is not zero is 1
        first = next(element for element in vector if element != 0)
        return tuple(complex(element / first) for element in vector)

    entries = (0, 1, 1j, -1, -1j)
    every = {turned(v) for v in itertools.product(entries, repeat=3) if any(v)}
    directions = [tuple(vector) for vector in unit_directions()]
    assert len(directions) == len(every) == 31
    assert set(directions) == every


def random_form(seed):
    root = np.random.default_rng(seed).standard_normal((3, 3, 2)) @ [1, 1j]
    return root.conj().T @ root * np.outer([1, 5, 0.2], [1, 5, 0.2])


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_a_beam_is_aligned_first_with_a_direction_and_then_with_the_gradient_of_its_form(size):
    terms, form = problems_of(SURFACE, BLOCK, 0.5, "real").terms(), size * random_form(0)

    def aligned_with(vector):
        return [int(np.argmax([(vector.conj() @ term).real for term in element])) for element in terms]

    directions = unit_directions()
    expected = [aligned_with(v * np.sqrt(np.diag(form).real)) for v in directions]
    for rounds in range(1, 4):
        index, sums = align(terms, form, directions, rounds)
        np.testing.assert_array_equal(index, expected)
        np.testing.assert_allclose(sums, [sum(terms[np.arange(6), i]) for i in index], rtol=1e-12)
        expected = [aligned_with(form @ y) for y in sums]


def test_no_round_of_alignment_lowers_the_form_and_the_last_changes_nothing():
    terms, form = problems_of(SURFACE, BLOCK, 0.5, "real").terms(), random_form(1)
    values = [quadratic_form(form, align(terms, form, unit_directions(), rounds)[1]) for rounds in range(1, 12)]
    assert np.all(np.diff(values, axis=0) >= -1e-9)
    index, sums = align(terms, form, unit_directions())
    np.testing.assert_array_equal(align(terms, form, unit_directions(), 1000)[0], index)
    gains = np.einsum("lkc,nc->nlk", terms, (sums @ form.T).conj()).real
    np.testing.assert_array_equal(np.argmax(gains, axis=2), index)


@pytest.mark.parametrize(("wanted", "found"), [(1.0, 0), (0.5, 1), (0.3, 2), (2.0**-12, 12), (0.0, 12)])
def test_a_line_search_takes_the_best_of_shares_that_halve_twelve_times(wanted, found):
    class Distance(NamedTuple):
        level: float

    class Information:
        def bound(self, mixture):
            return Distance(abs(mixture[0, 0].real - (3 + 4 * wanted)))

    start, end = 3 * np.eye(3, dtype=complex), 7 * np.eye(3, dtype=complex)
    mixture = quadratic._line_search(Information(), start, end)
    np.testing.assert_allclose(mixture, (3 + 4 * 0.5**found) * np.eye(3), rtol=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_a_relaxation_proves_what_it_says_and_more_with_each_step(weight):
    information = information_map(SURFACE, symbol_moments(BLOCK), weight, "real")
    terms = problems_of(SURFACE, BLOCK, 0.5, "real").terms()
    every = np.array([(0, *rest) for rest in itertools.product(range(4), repeat=5)])
    sums = sums_of(terms, every)
    start = sums[0]  # not a good beam
    proven = []
    for steps in range(1, 8):
        relaxed = relax(information, terms, start, -np.inf, steps)
        assert relaxed.phases.shape == (steps, 6)
        np.testing.assert_allclose(sums_of(terms, relaxed.phases), relaxed.sums, rtol=0, atol=1e-12)
        least = relaxed.bound.level - np.log10(quadratic_form(relaxed.bound.form, sums).max())
        if weight < 1 or steps > 2:  # at first the local searches miss the largest form for the symbols alone
            assert relaxed.value == pytest.approx(least, abs=1e-9)
        proven.append(relaxed.value)
    assert np.all(np.diff(proven) >= 0)
    assert proven[-1] > proven[0] + 0.03
    # It stops once the objective of the mixture is as close as asked to what has been proven.
    close = relax(information, terms, start, 1e-4, 50)
    assert 1 < len(close.phases) < 8
    assert abs(close.bound.level - close.value) < 1e-4
    assert len(relax(information, terms, start, 0.5, 50).phases) == 1


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_the_bound_holds_where_one_block_stands_for_many(weight):
    # Expected moments: more columns with symbols than slots.
    scenario, moments = Scenario(user_shape=(2, 2)), expected_symbol_moments(1, 0.7)
    rng = np.random.default_rng(0)
    beams = random_beams(scenario, (500,), rng)
    bound = lower_bound(scenario, moments, weight, "real", beams[:2])
    assert np.all(
        bound.values(beam_sums(scenario, beams)) <= modified_crlb(crlb(scenario, beams, moments), weight)
    )


@pytest.mark.paper(22)
@given(setups(), symbol_models)
@settings(max_examples=50)
def test_the_information_behind_the_bound_is_that_of_theorem_1_once_the_slots_are_transformed(setup, model):
    # An orthogonal transform of the slots leaves the angles' block and what the symbols take from it.
    scenario, beam, symbols = setup
    mapping = information_map(scenario, symbol_moments(symbols), 0.0, model)
    mine = mapping.scale * mapping.information(mixture_of(beam_sums(scenario, beam)))
    printed = fisher_information(scenario, beam, symbols, model)
    elevation, azimuth = scenario.user_aoa
    jacobian = np.array(
        [
            [-np.sin(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth)],
            [np.cos(elevation), 0.0],
        ]
    )
    angles, scale = printed[-2:, -2:], max(np.abs(printed).max(), 1e-300)
    np.testing.assert_allclose(jacobian.T @ mine[:2, :2] @ jacobian, angles, rtol=0, atol=1e-9 * scale)
    if model != "known" and printed[0, 0] > 1e-6 * scale:
        cross, own = printed[-2:, :-2], printed[0, 0]
        lost = cross @ cross.T / own
        cross, own = mine[:2, 2:], mine[2, 2]
        np.testing.assert_allclose(
            jacobian.T @ (cross @ cross.T / own) @ jacobian, lost, rtol=0, atol=1e-9 * scale
        )


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_surfaces_beyond_the_paper_are_settled_too(weight):
    # 4^17 beams, 16 times those of the default problem.
    scenario = Scenario(irs_shape=(3, 6))
    result = certified_optimum(scenario, BLOCK, weight)
    local = coordinate_descent(scenario, BLOCK, weight, rng=np.random.default_rng(0))
    assert result.evaluated < 100
    assert local.objective >= result.objective - 1e-9


@pytest.mark.paper(31, 42)
@pytest.mark.parametrize("number", range(0, 50, 7))
def test_the_bound_for_any_phases_lies_below_the_certified_optimum(number):
    scenario, symbols, weight, model = random_problem(number)
    bound = objective_lower_bound(scenario, symbols, weight, symbol_model=model)
    assert bound <= certified_optimum(scenario, symbols, weight, symbol_model=model).objective + 1e-9


@given(setups(), weights, symbol_models, seeds)
def test_the_bound_for_any_phases_lies_below_all_beams(setup, weight, model, seed):
    scenario, beam, symbols = setup
    weight = 0.0 if model == "known" else weight
    bound = objective_lower_bound(scenario, symbols, weight, symbol_model=model, steps=10)
    phases = np.random.default_rng(seed).random((20, scenario.irs_elements))
    beams = np.concatenate([beam[None], np.exp(2j * np.pi * phases)])
    assert np.all(bound <= modified_crlb(crlb(scenario, beams, symbols, model), weight) + 1e-9)


@pytest.mark.parametrize("side", [3, 4, 12])
@pytest.mark.parametrize("model", ["real", "complex"])
def test_with_equal_arrays_the_aligned_beam_attains_the_bound_for_any_phases(side, model):
    scenario = Scenario(irs_shape=(side, side), user_shape=(side, side))
    weights = np.linspace(0, 1, 5)
    aligned = sum_weights(scenario)[:, 0].conj()
    bound = objective_lower_bound(scenario, BLOCK, weights, symbol_model=model)
    values = modified_crlb(crlb(scenario, aligned, BLOCK, model), weights)
    np.testing.assert_allclose(bound, values, rtol=0, atol=1e-6)


@pytest.mark.parametrize("number", range(12))
def test_not_even_by_rounding_does_the_bound_for_any_phases_lie_above_the_only_beam(number):
    rng = np.random.default_rng(number)
    scenario, symbols = random_scenario(rng).replace(irs_shape=(1, 1), user_shape=(3, 2)), draw_symbols(rng, 3)
    for weight in (0.0, 0.5, 1.0):
        value = modified_crlb(crlb(scenario, [1.0], symbols), weight)
        bound = objective_lower_bound(scenario, symbols, weight)
        assert value - 1e-9 < bound <= value


def test_where_nothing_can_be_told_of_the_angles_the_bound_for_any_phases_is_infinite():
    assert objective_lower_bound(Scenario(), np.zeros(2), 0.0) == np.inf
    nothing = Scenario(irs_shape=(1, 1), user_shape=(1, 1))
    assert objective_lower_bound(nothing, BLOCK, 0.0, symbol_model="known") == np.inf


def test_the_bound_for_any_phases_is_fitted_in_100_steps_unless_told_otherwise(monkeypatch):
    steps = []

    def counted(information, start, end):
        steps.append(np.trace(start).real)
        return start + end

    monkeypatch.setattr(quadratic, "_line_search", counted)
    monkeypatch.setattr(quadratic, "_RELAXED", -np.inf)
    for options, count in (({}, 100), ({"steps": 1}, 1), ({"steps": 7}, 7)):
        steps.clear()
        objective_lower_bound(Scenario(irs_shape=(2, 2)), BLOCK, 0.5, **options)
        assert len(steps) == count


def test_the_bound_for_any_phases_names_bad_arguments():
    with pytest.raises(ValueError, match="steps"):
        objective_lower_bound(Scenario(), BLOCK, 0.5, steps=0)
    with pytest.raises(ValueError, match="known"):
        objective_lower_bound(Scenario(), BLOCK, 0.5, symbol_model="known")
