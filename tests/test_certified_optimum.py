"""The certified optimum against complete search, and the bound that it discards beams by."""

import itertools
import tracemalloc
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noisac import (
    Scenario,
    certified_optimum,
    complete_search,
    coordinate_descent,
    crlb,
    cross_entropy,
    draw_symbols,
    expected_symbol_moments,
    max_gain_beam,
    modified_crlb,
    objective_lower_bound,
    phase_codebook,
    random_beams,
    symbol_moments,
)
from noisac.beamforming import certified
from noisac.beamforming import quadratic_bound as quadratic
from noisac.beamforming.descent import SumsObjective, phase_numbers, sums_of
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
from tests.strategies import (
    SYMBOL_MODELS,
    random_scenario,
    scenarios,
    seeds,
    setups,
    symbol_models,
    weights,
    wide_users,
)

BLOCK = np.array([0.9 - 0.2j, -0.4 + 1.2j])
SURFACE = Scenario(irs_shape=(2, 3))
#: All elements of the surface are in phase towards the user, so that beams of opposite halves cancel exactly.
BROADSIDE = Scenario(irs_shape=(2, 4), irs_aoa=(0.0, 0.0), user_aoa=(0.0, 0.0))


def random_problem(number):
    """A 3 x 3 or 2 x 4 problem with one or two bits: scenario, symbols, weight and symbol model."""
    rng = np.random.default_rng([5, number])
    shape, bits = [((3, 3), 1), ((2, 4), 1), ((3, 3), 2), ((2, 4), 2)][number % 4]
    scenario = random_scenario(rng).replace(irs_shape=shape, phase_bits=bits)
    model = SYMBOL_MODELS[number % 3]
    weight = 0.0 if model == "known" else [0.0, 1.0, 0.5, rng.random()][number // 3 % 4]
    return scenario, draw_symbols(rng, 1 + number % 5), weight, model


@pytest.mark.paper(42, 43)
@pytest.mark.parametrize("number", range(50))
def test_it_equals_the_complete_search(number):
    scenario, symbols, weight, model = random_problem(number)
    result = certified_optimum(scenario, symbols, weight, symbol_model=model)
    complete = complete_search(scenario, symbols, weight, model)
    np.testing.assert_allclose(result.objective, complete.objective, rtol=0, atol=1e-9)
    own = modified_crlb(crlb(scenario, result.beam, symbols, model), weight)
    np.testing.assert_allclose(own, result.objective, rtol=0, atol=1e-9)
    assert result.beam[0] == 1
    assert result.beams == complete.evaluated


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (3, 1)])
@pytest.mark.parametrize("bits", [1, 3])
def test_one_two_and_three_elements(shape, bits):
    scenario = Scenario(irs_shape=shape, phase_bits=bits)
    for weight in (0.0, 0.6, 1.0):
        result = certified_optimum(scenario, BLOCK, weight)
        assert result.beams == 2 ** (bits * (shape[0] * shape[1] - 1))
        assert 1 <= result.evaluated <= result.compared
        np.testing.assert_allclose(
            result.objective, complete_search(scenario, BLOCK, weight).objective, rtol=0, atol=1e-9
        )


@pytest.mark.paper(42, 43)
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_no_algorithm_beats_it_on_the_default_problem(weight):
    scenario = Scenario()
    symbols = draw_symbols(np.random.default_rng(1), 2, size=(4,))
    result = certified_optimum(scenario, symbols, weight)
    assert result.beams == 4**15
    assert np.all(result.evaluated < 100)  # a handful: the bound fits
    others = {
        "Algorithm 1": cross_entropy(scenario, symbols, weight, rng=np.random.default_rng(2)).beam,
        "smoothed": cross_entropy(scenario, symbols, weight, rng=np.random.default_rng(2), smoothing=0.3).beam,
        "local": coordinate_descent(scenario, symbols, weight, rng=np.random.default_rng(3)).beam,
        "gain": max_gain_beam(scenario),
        "random": random_beams(scenario, (1000, 1), np.random.default_rng(4)),
    }
    for name, beams in others.items():
        values = modified_crlb(crlb(scenario, beams, symbols), weight)
        assert np.all(values >= result.objective - 1e-9), name


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_beams_that_are_silent_towards_the_user_are_among_those_searched(weight):
    for symbols in (BLOCK, BLOCK[:1], draw_symbols(np.random.default_rng(0), 5)):
        for model in ("real", "complex"):
            result = certified_optimum(BROADSIDE, symbols, weight, symbol_model=model)
            complete = complete_search(BROADSIDE, symbols, weight, model)
            np.testing.assert_allclose(result.objective, complete.objective, rtol=0, atol=1e-9)


def test_the_optimum_may_be_a_silent_beam():
    # One antenna and one unknown symbol: a beam that reaches the user tells one angle at most.
    scenario = BROADSIDE.replace(user_shape=(1, 1))
    result = certified_optimum(scenario, BLOCK[:1], 0.0)
    assert np.isfinite(result.objective)
    assert beam_sums(scenario, result.beam)[0] == 0
    np.testing.assert_allclose(
        result.objective, complete_search(scenario, BLOCK[:1], 0.0).objective, rtol=0, atol=1e-9
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
    terms, form = certified._Halves.of(SURFACE).terms, size * random_form(0)

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
    terms, form = certified._Halves.of(SURFACE).terms, random_form(1)
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
    terms = certified._Halves.of(SURFACE).terms
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


def test_the_optimum_does_not_depend_on_the_local_search_or_the_fit(monkeypatch):
    scenario = Scenario(irs_shape=(3, 3))
    expected = certified_optimum(scenario, BLOCK, 0.3)

    def poor_search(best, scenario, information, steps):
        best.offer(np.zeros((1, 9), int))
        return information.bound(np.diag([1.0, 5.0, 0.2]).astype(complex))

    monkeypatch.setattr(certified, "_search_locally", poor_search)
    result = certified_optimum(scenario, BLOCK, 0.3)
    assert result.incumbent > result.objective + 0.1
    assert result.evaluated > expected.evaluated
    np.testing.assert_array_equal(result.beam, expected.beam)
    np.testing.assert_allclose(result.objective, expected.objective, rtol=1e-12)


def test_it_does_not_matter_how_the_pairs_are_cut_into_blocks(monkeypatch):
    scenario = Scenario(irs_shape=(2, 4), user_shape=(2, 2))
    expected = certified_optimum(scenario, BLOCK, 0.0)
    monkeypatch.setattr(certified, "_ROWS", 3)
    monkeypatch.setattr(certified, "_COLUMNS", 5)
    monkeypatch.setattr(certified, "_EVALUATED", 7)
    result = certified_optimum(scenario, BLOCK, 0.0)
    np.testing.assert_array_equal(result.beam, expected.beam)
    assert result.objective == expected.objective


def test_ties_go_to_the_first_beam_in_the_order_of_the_phases():
    # A square surface at broadside: beams that are mirrored are equal.
    scenario = Scenario(irs_shape=(2, 2), user_shape=(1, 1), irs_aoa=(0.0, 0.0), user_aoa=(0.0, 0.0))
    codebook = phase_codebook(2)
    every = np.array([(1, *rest) for rest in itertools.product(codebook, repeat=3)])
    values = np.round(modified_crlb(crlb(scenario, every, BLOCK), 0.0), 9)
    first = np.flatnonzero(values == values.min())
    assert len(first) > 1
    np.testing.assert_array_equal(certified_optimum(scenario, BLOCK, 0.0).beam, every[first[0]])


@given(seeds, st.integers(1, 300), st.floats(-3, 3))
@settings(max_examples=50)
def test_the_margin_covers_the_error_of_single_precision(seed, count, spread):
    rng = np.random.default_rng(seed)
    a, b = (rng.standard_normal((count, 3, 2)) @ [1, 1j] * 10 ** (spread * rng.random((count, 1))) for _ in "ab")
    (a, length_a, _), (b, length_b, _) = certified._by_length(a), certified._by_length(b)
    rows = certified._features(a, 1.0, length_a**2, np.ones(count))
    columns = certified._features(b, 2.0, np.ones(count), length_b**2)
    exact = np.sum(np.abs(a[:, None] + b) ** 2, axis=-1)
    slack = certified._SINGLE * (length_a[0] + length_b[0]) ** 2
    assert rows.dtype == np.float32
    assert np.max(np.abs(rows @ columns.T - exact)) <= slack


def test_the_margin_in_single_precision_is_that_of_ten_roundings_of_each_term():
    # Each of the eight terms of a product is rounded twice as a factor, once as a product, and in up to seven
    # sums; together they are at most (|a| + |b|)^2. Not much more than that is given away.
    rounding = 2.0**-24
    assert (1 + rounding) ** 10 - 1 <= certified._SINGLE < 2 * ((1 + rounding) ** 10 - 1)


@pytest.mark.parametrize("value", [-3.0, 0.0, 2.5])
def test_the_margin_in_the_objective_is_twice_that_within_which_beams_tie(value):
    for level in (-1.0, 1.0):
        threshold = certified._threshold(value, QuadraticBound(level, np.eye(3)))
        assert level - np.log10(threshold) - value == pytest.approx(2e-9, abs=1e-14)


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("elements", range(1, 8))
def test_the_two_lists_make_all_beams_and_neither_is_longer_than_half_of_the_elements_ask(elements, bits):
    if bits * elements > 14:
        bits = 1
    scenario = Scenario(irs_shape=(1, elements), phase_bits=bits)
    halves = certified._Halves.of(scenario)
    first, second = (np.arange(len(sums)) for sums in (halves.first, halves.second))
    assert max(len(first), len(second)) == 2 ** (bits * (elements // 2))
    i, j = (index.ravel() for index in np.meshgrid(first, second, indexing="ij"))
    phases = halves.phases(i, j)
    every = [(0, *rest) for rest in itertools.product(range(2**bits), repeat=elements - 1)]
    np.testing.assert_array_equal(phases, every)
    sums = phase_codebook(bits)[phases] @ sum_weights(scenario)
    np.testing.assert_allclose(halves.first[i] + halves.second[j], sums, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("single", [1e-6, 1e-2, 0.1, 10.0])
def test_the_pairs_that_are_compared_and_the_beams_that_are_evaluated_are_those_that_the_bound_does_not_settle(
    monkeypatch, single, rows
):
    # The best beam is known from the start, so that nothing depends on the order.
    monkeypatch.setattr(certified, "_ROWS", rows)
    monkeypatch.setattr(certified, "_COLUMNS", 5)
    monkeypatch.setattr(certified, "_SINGLE", single)
    scenario, weight = Scenario(irs_shape=(2, 3)), 0.3
    optimum = certified_optimum(scenario, BLOCK, weight)
    moments = symbol_moments(BLOCK)
    sums = beam_sums(scenario, optimum.beam)
    bound = information_map(scenario, moments, weight, "real").bound(mixture_of(sums))
    halves = certified._Halves.of(scenario)
    objective = SumsObjective(scenario, symbol_moments(BLOCK[None]), np.array([weight]), "real")
    best = certified._Best(objective, halves.terms)
    best.offer(phase_numbers(optimum.beam, 4)[None].astype(int))
    compared = certified._search_pairs(best, bound, halves)

    a, b = (np.sqrt(quadratic_form(bound.form, half)) for half in (halves.first, halves.second))
    least = 10 ** (bound.level - float(optimum.objective) - 2e-9) - single * (a.max() + b.max()) ** 2
    longest = np.sort(a)[::-1][np.arange(len(a)) // rows * rows]  # of the rows that are worked on together
    assert compared == np.sum(longest[:, None] + b >= np.sqrt(max(least, 0.0)))
    forms = quadratic_form(bound.form, halves.first[:, None] + halves.second)
    if single > 1e-5:  # the error of single precision is smaller than the margin, and settles nothing
        assert best.evaluated - 1 == np.sum(forms >= least)
    assert 1 <= best.evaluated - 1 <= compared <= optimum.beams
    assert best.value == optimum.objective


def test_of_beams_that_tie_the_first_in_the_order_of_the_phases_is_kept_in_whatever_order_they_come(monkeypatch):
    monkeypatch.setattr(certified, "_EVALUATED", 5)
    terms = certified._Halves.of(Scenario(irs_shape=(1, 3))).terms
    every = np.array(list(itertools.product(range(4), repeat=3)))[3:]  # a few are not met
    for seed in range(5):
        best = certified._Best(lambda sums, _: np.zeros(sums.shape[:2]), terms)
        order = np.random.default_rng(seed).permutation(len(every))
        best.offer(every[order[:30]])
        assert best.evaluated == 30
        best.offer(every[order[30:]])
        np.testing.assert_array_equal(best.phases, every[0])
        assert (best.value, best.evaluated) == (0.0, 61)


def test_beams_are_turned_so_that_the_phase_of_the_first_element_is_zero():
    phases = np.array(list(itertools.product(range(4), repeat=3)))
    beams, turned = phase_codebook(2)[phases], phase_codebook(2)[certified._turned(phases, 4)]
    np.testing.assert_array_equal(turned, beams / beams[:, :1])


def test_a_beam_that_is_better_by_what_counts_is_kept_and_one_that_is_better_by_rounding_is_not():
    terms = certified._Halves.of(Scenario(irs_shape=(1, 2))).terms
    for by, kept in ((1e-8, [0, 2]), (1e-11, [0, 1])):
        values = iter([1.0, 1.0 - by])
        best = certified._Best(lambda sums, _, values=values: np.full(sums.shape[:2], next(values)), terms)
        best.offer(np.array([[0, 1]]))
        best.offer(np.array([[0, 2]]))
        np.testing.assert_array_equal(best.phases, kept)


def test_memory_is_that_of_the_lists_not_of_the_pairs():
    # 2^16 x 2^18 pairs of half-sums: as one table in single precision, 69 GB.
    scenario = Scenario(irs_shape=(3, 6))
    tracemalloc.start()
    certified_optimum(scenario, BLOCK, 0.5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120e6


def test_a_batch_gives_what_a_loop_gives():
    scenario = Scenario(irs_shape=(2, 3))
    blocks = draw_symbols(np.random.default_rng(0), 2, size=(3, 1))
    together = certified_optimum(scenario, blocks, [0.0, 0.7])
    assert together.beam.shape == (3, 2, 6)
    for i, j in np.ndindex(3, 2):
        alone = certified_optimum(scenario, symbol_moments(blocks[i, 0]), [0.0, 0.7][j])
        for name in ("beam", "objective", "incumbent", "evaluated", "compared"):
            np.testing.assert_array_equal(getattr(together, name)[i, j], getattr(alone, name))


@pytest.mark.parametrize(
    ("changes", "symbols", "weight", "model"),
    [
        ({"user_shape": (1, 1)}, BLOCK, 0.5, "complex"),
        ({"user_shape": (1, 4)}, BLOCK, 0.5, "complex"),
        ({"user_shape": (1, 1)}, BLOCK[:1], 0.5, "real"),
        ({}, np.zeros(2), 0.5, "real"),
    ],
)
def test_where_no_beam_has_a_bound_the_objective_is_infinite(changes, symbols, weight, model):
    result = certified_optimum(Scenario(**changes), symbols, weight, symbol_model=model)
    assert np.isinf(result.objective)
    assert result.evaluated == result.compared == 0
    small = Scenario(irs_shape=(2, 2), **changes)
    assert np.isinf(complete_search(small, symbols, weight, model).objective)


def test_few_beams_are_looked_at_each_where_none_with_a_bound_was_found():
    scenario = Scenario(irs_shape=(2, 2), user_shape=(1, 1))
    result = certified_optimum(scenario, BLOCK, 0.0, symbol_model="complex")
    assert np.isinf(result.objective)
    assert result.evaluated == result.compared == result.beams == 64


@pytest.mark.parametrize("user_shape", [(1, 1), (1, 4), (4, 1), (2, 2)])
@pytest.mark.parametrize(
    "symbols",
    [np.zeros(2), BLOCK[:1], 0.5 * BLOCK, [1 + 1j, 1 + 1j], [1.0, 2.0]],
    ids=["silence", "one", "two", "twice the same", "in phase"],
)
@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_where_no_beam_can_have_a_bound_is_known_beforehand(user_shape, symbols, model):
    scenario, moments = Scenario(irs_shape=(2, 2), user_shape=user_shape), symbol_moments(symbols)

    def never(weight):
        return certified._angles_have_no_bound(scenario, moments, weight, model)

    if model != "known":
        nothing = np.isinf(complete_search(scenario, symbols, 0.5, model).objective)
        assert [never(weight) for weight in (0.01, 0.5, 0.99)] == [nothing] * 3
        assert not never(1.0)  # the angles do not count
    assert never(0.0) == (not np.any(symbols))  # a beam that is silent towards the user might tell the angles


@pytest.mark.parametrize(("elements", "bits"), [(1, 2), (6, 1), (4, 2), (3, 3)])
def test_where_beams_are_looked_at_each_it_is_all_of_them_once(monkeypatch, elements, bits):
    monkeypatch.setattr(certified, "_EVALUATED", 7)
    scenario, seen = Scenario(irs_shape=(1, elements), phase_bits=bits), []
    terms = certified._Halves.of(scenario).terms
    best = SimpleNamespace(terms=terms, offer=lambda phases: seen.extend(map(tuple, phases)))
    count = certified._search_one_by_one(best, scenario, symbol_moments(BLOCK), 0.5, "real")
    assert seen == [(0, *rest) for rest in itertools.product(range(2**bits), repeat=elements - 1)]
    assert count == len(seen)


def test_many_beams_of_which_none_with_a_bound_was_found_are_not_called_settled():
    with pytest.raises(ValueError, match="no beam with a bound was found"):
        certified_optimum(Scenario(user_shape=(1, 1)), BLOCK, 0.0, symbol_model="complex")


@pytest.mark.parametrize(("shape", "bits"), [((2, 11), 2), ((6, 7), 1), ((2, 7), 3)])
def test_too_many_beams_are_refused(shape, bits):
    with pytest.raises(ValueError, match="too many to certify an optimum"):
        certified_optimum(Scenario(irs_shape=shape, phase_bits=bits), BLOCK, 0.5)


@pytest.mark.parametrize(("shape", "bits"), [((2, 3), 2), ((3, 3), 1), ((1, 5), 3)])
def test_as_many_half_sums_as_the_limit_are_not_too_many(monkeypatch, shape, bits):
    scenario = Scenario(irs_shape=shape, phase_bits=bits)
    longest = bits * (scenario.irs_elements // 2)
    monkeypatch.setattr(certified, "_LIMIT", longest)
    certified_optimum(scenario, BLOCK, 0.5)
    monkeypatch.setattr(certified, "_LIMIT", longest - 1)
    with pytest.raises(ValueError, match=f"must be at most {longest - 1}, got {longest}$"):
        certified_optimum(scenario, BLOCK, 0.5)


def test_as_many_beams_as_the_limit_are_looked_at_each_and_twice_as_many_are_not(monkeypatch):
    options = {"symbols": BLOCK, "weight": 0.0, "symbol_model": "complex"}
    with pytest.raises(ValueError, match=r"2\*\*25 beams are too many to look at each"):
        certified_optimum(Scenario(irs_shape=(2, 13), phase_bits=1, user_shape=(1, 1)), **options)
    monkeypatch.setattr(certified, "_EXHAUSTIVE", 64)
    small = Scenario(irs_shape=(2, 2), user_shape=(1, 1))
    assert certified_optimum(small, **options).evaluated == 64
    monkeypatch.setattr(certified, "_EVALUATED", 7)
    assert certified_optimum(small, **options).evaluated == 64


def test_the_bound_is_fitted_in_30_steps_unless_told_otherwise(monkeypatch):
    limits = []

    def counted(*arguments):
        limits.append(arguments[-1])
        return relax(*arguments)

    monkeypatch.setattr(certified, "relax", counted)
    certified_optimum(Scenario(irs_shape=(2, 2)), BLOCK, 0.5)
    certified_optimum(Scenario(irs_shape=(2, 2)), BLOCK, 0.5, relaxation_steps=1)
    assert limits == [30, 1]


@pytest.mark.parametrize("weight", [0.3, 0.5, 0.7])
def test_the_bound_is_as_good_as_one_form_can_be_to_within_a_ten_thousandth(monkeypatch, weight):
    fitted = []

    def kept(information, terms, start, gap, steps):
        fitted.append(relax(information, terms, start, gap, steps))
        fitted.append(relax(information, terms, start, 1e-7, 300))
        return fitted[-2]

    monkeypatch.setattr(certified, "relax", kept)
    certified_optimum(SURFACE, BLOCK, weight)
    ours, best = fitted
    assert best.value - 1e-4 < ours.value <= best.value
    assert len(ours.phases) > 1


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="zeta"):
        certified_optimum(Scenario(), BLOCK, 1.5)
    with pytest.raises(ValueError, match="symbol_model"):
        certified_optimum(Scenario(), BLOCK, 0.5, symbol_model="both")
    with pytest.raises(ValueError, match="known"):
        certified_optimum(Scenario(), BLOCK, 0.5, symbol_model="known")
    with pytest.raises(ValueError, match="relaxation_steps"):
        certified_optimum(Scenario(), BLOCK, 0.5, relaxation_steps=0)


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
