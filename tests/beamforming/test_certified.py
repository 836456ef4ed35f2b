"""The certified optimum of (P3): it equals complete search, whatever the way to it."""

import itertools
import tracemalloc

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
    max_gain_beam,
    modified_crlb,
    phase_codebook,
    random_beams,
    symbol_moments,
)
from noisac.beamforming import certified
from noisac.beamforming._problems import problems_of
from noisac.beamforming.descent import SumsObjective, phase_numbers
from noisac.beamforming.quadratic_bound import (
    QuadraticBound,
    information_map,
    mixture_of,
    quadratic_form,
    relax,
)
from noisac.bounds._link import link_of
from noisac.bounds.closed_form import beam_sums, sum_weights
from tests.beamforming.certified_cases import BROADSIDE, SURFACE, random_problem
from tests.beamforming.search_cases import BLOCK
from tests.strategies import SYMBOL_MODELS, seeds


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


def test_the_optimum_does_not_depend_on_the_local_search_or_the_fit(monkeypatch):
    scenario = Scenario(irs_shape=(3, 3))
    expected = certified_optimum(scenario, BLOCK, 0.3)

    def poor_search(best, problems, information, steps):
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
    (a, length_a, _), (b, length_b, _) = (certified._by_length(v, np.linalg.norm(v, axis=-1), 0.0) for v in (a, b))
    rows = certified._features(a, 1.0, length_a**2, np.ones(count))
    columns = certified._features(b, 2.0, np.ones(count), length_b**2)
    exact = np.sum(np.abs(a[:, None] + b) ** 2, axis=-1)
    slack = certified._SINGLE * (length_a[0] + length_b[0]) ** 2
    assert rows.dtype == np.float32
    assert np.max(np.abs(rows @ columns.T - exact)) <= slack


@given(seeds, st.integers(1, 2000), st.floats(0, 3))
@settings(max_examples=30)
def test_half_sums_come_longest_first_and_none_that_is_long_enough_is_left_out(seed, count, shortest):
    rng = np.random.default_rng(seed)
    vectors = (rng.standard_normal((count, 3, 2)) @ [1, 1j]).round(1)  # so that lengths tie
    lengths = np.linalg.norm(vectors, axis=-1)
    found, own, order = certified._by_length(vectors, lengths, shortest)
    everything = np.argsort(-lengths, kind="stable")
    assert len(order) >= np.count_nonzero(lengths >= shortest)
    np.testing.assert_array_equal(order, everything[: len(order)])
    np.testing.assert_array_equal(found, vectors[order])
    np.testing.assert_array_equal(own, lengths[order])


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
    halves = certified._Halves.of(problems_of(scenario, BLOCK, 0.5, "real").terms())
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
    halves = certified._Halves.of(problems_of(scenario, BLOCK, 0.5, "real").terms())
    objective = SumsObjective(link_of(scenario), symbol_moments(BLOCK[None]), np.array([weight]), "real")
    best = certified._Best(objective, halves.terms)
    best.offer(phase_numbers(optimum.beam, 4)[None].astype(int))
    compared = 0
    for pairs, beams in certified._pairs(best, bound, halves):
        compared += pairs
        best.offer(beams)

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
    terms = problems_of(Scenario(irs_shape=(1, 3)), BLOCK, 0.5, "real").terms()
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
    terms = problems_of(Scenario(irs_shape=(1, 2)), BLOCK, 0.5, "real").terms()
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


def test_all_silent_beams_are_looked_at_where_they_alone_have_a_bound():
    for start, bits in ((SURFACE, 1), (SURFACE, 2), (BROADSIDE, 1), (BROADSIDE, 2)):
        scenario = start.replace(user_shape=(1, 1), phase_bits=bits)
        halves = certified._Halves.of(problems_of(scenario, BLOCK, 0.0, "complex").terms())
        found = np.concatenate([beams for _, beams in certified._silent_pairs(halves)])
        every = np.concatenate(list(certified._every_beam(scenario.irs_elements, 2**bits)))
        silent = np.abs(beam_sums(scenario, phase_codebook(bits)[every])[:, 0]) < 1e-6
        assert {tuple(beam) for beam in found} == {tuple(beam) for beam in every[silent]}
        result = certified_optimum(scenario, BLOCK, 0.0, symbol_model="complex")
        assert result.objective == result.lower_bound
        np.testing.assert_allclose(
            result.objective, complete_search(scenario, BLOCK, 0.0, "complex").objective, atol=1e-9
        )


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
        return certified.angles_have_no_bound(problems_of(scenario, symbols, 0.0, model), moments, weight)

    if model != "known":
        nothing = np.isinf(complete_search(scenario, symbols, 0.5, model).objective)
        assert [never(weight) for weight in (0.01, 0.5, 0.99)] == [nothing] * 3
        assert not never(1.0)  # the angles do not count
    assert never(0.0) == (not np.any(symbols))  # a beam that is silent towards the user might tell the angles


@pytest.mark.parametrize(("elements", "bits"), [(1, 2), (6, 1), (4, 2), (3, 3)])
def test_where_beams_are_looked_at_each_it_is_all_of_them_once(monkeypatch, elements, bits):
    monkeypatch.setattr(certified, "_EVALUATED", 7)
    seen = [tuple(beam) for beams in certified._every_beam(elements, 2**bits) for beam in beams]
    assert seen == [(0, *rest) for rest in itertools.product(range(2**bits), repeat=elements - 1)]


@pytest.mark.parametrize("number", range(24))
def test_forms_for_cells_prove_what_one_form_does(monkeypatch, number):
    scenario, symbols, weight, model = random_problem(number)
    monkeypatch.setattr(certified, "_LEFT", 0)
    monkeypatch.setattr(certified, "_COMPARED", 0)
    result = certified_optimum(scenario, symbols, weight, symbol_model=model)
    complete = complete_search(scenario, symbols, weight, model)
    np.testing.assert_allclose(result.objective, complete.objective, atol=1e-9)
    assert result.lower_bound == result.objective
    np.testing.assert_array_equal(result.beam, complete.beam)


def test_users_with_few_antennas_have_their_optimum_proven():
    for model in ("real", "complex"):
        result = certified_optimum(Scenario(user_shape=(2, 2)), BLOCK, 0.0, symbol_model=model)
        assert result.lower_bound == result.objective
        assert result.evaluated < 300_000
        searched = coordinate_descent(
            Scenario(user_shape=(2, 2)), BLOCK, 0.0, rng=np.random.default_rng(0), symbol_model=model
        )
        assert result.objective <= searched.objective + 1e-9


@pytest.mark.parametrize(("shape", "bits"), [((2, 11), 2), ((6, 7), 1), ((2, 7), 3)])
def test_where_half_sums_do_not_fit_there_is_an_interval(shape, bits):
    scenario = Scenario(irs_shape=shape, phase_bits=bits)
    result = certified_optimum(scenario, BLOCK, 0.5)
    assert result.evaluated == result.compared == 0
    assert result.objective - 0.011 < result.lower_bound < result.objective
    np.testing.assert_allclose(modified_crlb(crlb(scenario, result.beam, BLOCK), 0.5), result.objective)


@pytest.mark.parametrize("limit", [1, 10_000])
def test_a_limit_leaves_an_interval(limit):
    full = certified_optimum(Scenario(), BLOCK, [0.0, 0.5])
    result = certified_optimum(Scenario(), BLOCK, [0.0, 0.5], limit=limit)
    assert np.all(result.lower_bound < full.objective)
    assert np.all(result.lower_bound > full.objective - 0.3)
    assert np.all(result.objective >= full.objective)


def test_an_interrupt_ends_with_what_was_reached_for_all_blocks(monkeypatch):
    full, pairs, calls = certified_optimum(Scenario(), BLOCK, [0.0, 0.3, 0.5]), certified._pairs, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return pairs(*arguments)

    monkeypatch.setattr(certified, "_pairs", interrupted)
    result = certified_optimum(Scenario(), BLOCK, [0.0, 0.3, 0.5])
    assert result.lower_bound[0] == result.objective[0] == full.objective[0]
    assert np.all(result.lower_bound[1:] < full.objective[1:])
    assert np.all(np.isfinite(result.lower_bound))


def test_where_no_beam_with_a_bound_is_known_there_is_a_lower_bound_alone():
    scenario = Scenario(irs_shape=(16, 1), user_shape=(1, 4))
    result = certified_optimum(scenario, BLOCK, 1.0, symbol_model="complex")
    assert np.isinf(result.objective)
    assert -10 < result.lower_bound < 0


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
