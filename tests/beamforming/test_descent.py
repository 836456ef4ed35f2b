"""Coordinate descent, and the beam of the largest gain that it starts from."""

import itertools

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
    symbol_crlb_known_angles,
    symbol_moments,
)
from noisac.beamforming import descent as coordinates
from noisac.beamforming._problems import problems_of
from noisac.beamforming.beams import max_gain_phases
from noisac.beamforming.descent import SumsObjective, descend, phase_numbers
from noisac.bounds._link import link_of
from noisac.bounds.closed_form import beam_sums, printed_objective, sum_weights
from tests.beamforming.search_cases import BLOCK, SMALL
from tests.strategies import (
    SYMBOL_MODELS,
    generators,
    random_scenario,
    scenarios,
    seeds,
    setups,
    shapes,
    weights,
    wide_users,
)


def terms_of(scenario):
    return problems_of(scenario, BLOCK, 0.5, "real").terms()


def starts_of(scenario, batch, streams, restarts, given):
    problems = problems_of(scenario, BLOCK, np.full(batch, 0.5), "real")
    first = max_gain_phases(problems.link, problems.codebook)[None]
    return coordinates._starts(first, problems.terms().shape[:2], batch, streams, restarts, given)


class Recorder:
    """The objective of a single search, that keeps the sums it was asked about."""

    def __init__(self, scenario, weight):
        moments = symbol_moments(BLOCK[None])
        self.terms = terms_of(scenario)
        self.objective = SumsObjective(link_of(scenario), moments, np.array([weight]), "real")
        self.sums = []

    def __call__(self, sums, searches):
        self.sums.append(sums.copy())
        return self.objective(sums, searches)


@pytest.mark.parametrize("bits", [1, 2])
def test_sums_that_are_updated_are_those_of_the_beams(bits):
    scenario = Scenario(irs_shape=(2, 3), phase_bits=bits)
    every = np.array(list(itertools.product(phase_codebook(bits), repeat=6)))
    true = beam_sums(scenario, every)
    recorder = Recorder(scenario, 0.3)
    start = np.random.default_rng(0).integers(2**bits, size=(4, 6), dtype=np.uint8)
    found = descend(recorder, recorder.terms, start, np.zeros(4, int))
    assert found.sweeps.max() > 1
    seen = np.concatenate([sums.reshape(-1, 3) for sums in recorder.sums])
    distance = np.abs(seen[:, None] - true).max(axis=-1).min(axis=1)
    assert distance.max() < 1e-12


def test_a_trial_costs_the_same_whatever_the_number_of_elements_and_slots():
    # The objective is told three sums per trial, one trial per other phase, element and sweep.
    for shape in ((2, 2), (5, 5)):
        recorder = Recorder(Scenario(irs_shape=shape), 0.5)
        elements = shape[0] * shape[1]
        found = descend(recorder, recorder.terms, np.zeros((1, elements), np.uint8), np.zeros(1, int))
        assert all(sums.shape[-1] == 3 for sums in recorder.sums)
        trials = sum(sums[..., 0].size for sums in recorder.sums)
        assert found.evaluations[0] == 1 + found.sweeps[0] * elements * 3
        assert trials == found.evaluations[0] + 1  # the beam at the end once more, from fresh sums


@given(setups(scenarios(irs_shapes=shapes(largest=4), user_shapes=wide_users)), weights, seeds)
@settings(max_examples=40)
def test_no_change_of_one_element_betters_the_result(setup, weight, seed):
    scenario, _, symbols = setup
    result = coordinate_descent(scenario, symbols, weight, rng=np.random.default_rng(seed), restarts=3)
    value = modified_crlb(crlb(scenario, result.beam, symbols), weight)
    np.testing.assert_allclose(value, result.objective, rtol=1e-9)
    assert result.converged
    codebook = phase_codebook(scenario.phase_bits)
    for element in range(scenario.irs_elements):
        changed = np.repeat(result.beam[None], len(codebook), axis=0)
        changed[:, element] = codebook
        values = modified_crlb(crlb(scenario, changed, symbols), weight)
        assert np.all(values >= result.objective - 2e-9)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_result_is_never_worse_than_a_start(weight):
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(10,))
    ce = cross_entropy(SMALL, symbols, weight, rng=generators(10))
    random = random_beams(SMALL, (5, 10), np.random.default_rng(1))
    starts = np.concatenate([ce.beam[None], random])
    result = coordinate_descent(SMALL, symbols, weight, rng=generators(10), restarts=1, starts=starts)
    values = modified_crlb(
        crlb(SMALL, np.concatenate([starts, np.full((1, 10, 9), max_gain_beam(SMALL))]), symbols), weight
    )
    assert np.all(result.objective <= values.min(axis=0) + 1e-9)
    from_ce = coordinate_descent(SMALL, symbols, weight, rng=generators(10), restarts=1, starts=ce.beam)
    assert np.all(from_ce.objective <= ce.objective + 1e-9)


@pytest.mark.paper(42, 43)
@pytest.mark.parametrize("model", SYMBOL_MODELS)
def test_it_never_lies_below_the_complete_search_and_mostly_reaches_it(model):
    weight = 0.0 if model == "known" else 0.5
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(30,))
    best = complete_search(SMALL, symbols, weight, model).objective
    found = coordinate_descent(SMALL, symbols, weight, rng=np.random.default_rng(1), symbol_model=model).objective
    assert np.all(found >= best - 1e-9)
    assert np.mean(found <= best + 1e-9) > 0.9


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_it_reaches_the_certified_optimum_of_the_default_problem(weight):
    scenario = Scenario()
    symbols = draw_symbols(np.random.default_rng(5), 2, size=(8,))
    found = coordinate_descent(scenario, symbols, weight, rng=np.random.default_rng(6)).objective
    best = certified_optimum(scenario, symbols, weight).objective
    np.testing.assert_allclose(found, best, rtol=0, atol=1e-9)


def test_a_search_does_not_depend_on_the_batch_it_is_part_of():
    # More starts than are worked on together, so that the batch is split within a search.
    count = 300
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(count,))
    together = coordinate_descent(SMALL, symbols, 0.5, rng=generators(count))
    streams = generators(count)
    for number in (0, 84, 85, 86, 170, 299):
        alone = coordinate_descent(SMALL, symbols[number], 0.5, rng=[streams[number]])
        for name in ("beam", "objective", "evaluations", "sweeps", "converged"):
            np.testing.assert_array_equal(getattr(together, name)[number], getattr(alone, name))


def test_one_generator_spawns_a_stream_per_search_and_weights_may_differ():
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(2, 1))
    from_one = coordinate_descent(SMALL, symbols, [0.0, 0.5, 1.0], rng=np.random.default_rng(8))
    from_many = coordinate_descent(SMALL, symbols, [0.0, 0.5, 1.0], rng=np.random.default_rng(8).spawn(6))
    assert from_one.beam.shape == (2, 3, 9)
    assert [array.shape for array in from_one[1:]] == [(2, 3)] * 4
    assert [array.dtype for array in from_one[2:]] == [np.intp, np.intp, bool]
    for first, second in zip(from_one, from_many, strict=True):
        np.testing.assert_array_equal(first, second)
    value = modified_crlb(crlb(SMALL, from_one.beam, symbols), [0.0, 0.5, 1.0])
    np.testing.assert_allclose(value, from_one.objective, rtol=1e-9)


def test_sweeps_stop_at_their_limit_unconverged():
    result = coordinate_descent(Scenario(), BLOCK, 0.0, rng=np.random.default_rng(0), restarts=8, max_sweeps=1)
    assert result.sweeps == 1
    assert not result.converged
    assert result.evaluations == 8 * (1 + 16 * 3)


def test_there_are_32_starts_unless_another_number_is_given():
    for options, starts in (({}, 32), ({"restarts": 5}, 5), ({"starts": np.ones((3, 9))}, 35)):
        found = coordinate_descent(SMALL, BLOCK, 0.5, rng=np.random.default_rng(0), max_sweeps=1, **options)
        assert found.evaluations == starts * (1 + 9 * 3)


def test_sweeps_end_after_100_unless_told_otherwise():
    scenario, calls = Scenario(irs_shape=(1, 2)), itertools.count()

    def ever_lower(bounds, _weight):
        return np.full(np.shape(bounds.symbol), -float(next(calls)))

    found = coordinate_descent(scenario, BLOCK, 0.5, rng=np.random.default_rng(0), metric=ever_lower, restarts=1)
    assert found.sweeps == 100
    assert not found.converged
    objective = SumsObjective(link_of(scenario), symbol_moments(BLOCK[None]), np.array([0.5]), "real", ever_lower)
    assert descend(objective, terms_of(scenario), np.zeros((1, 2), np.uint8), np.zeros(1, int)).sweeps == 100


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_each_start_ends_where_no_change_of_one_element_betters_it(bits):
    scenario = Scenario(irs_shape=(1, 3), phase_bits=bits)
    every = np.array(list(itertools.product(range(2**bits), repeat=3)), np.uint8)
    objective = SumsObjective(link_of(scenario), symbol_moments(BLOCK[None]), np.array([0.4]), "real")
    values = modified_crlb(crlb(scenario, phase_codebook(bits)[every], BLOCK), 0.4).reshape((2**bits,) * 3)
    found = descend(objective, terms_of(scenario), every, np.zeros(len(every), int))
    assert found.converged.all()
    for phases, value in zip(found.phases, found.values, strict=True):
        a, b, c = phases
        assert value == pytest.approx(values[a, b, c], abs=1e-12)
        assert value <= min(values[:, b, c].min(), values[a, :, c].min(), values[a, b, :].min()) + 2e-9


def test_a_single_search_draws_its_31_random_starts_from_the_generator_that_is_given():
    given, expected = np.random.default_rng(3), np.random.default_rng(3)
    coordinate_descent(SMALL, BLOCK, 0.5, rng=given, max_sweeps=1)
    expected.integers(4, size=(31, 9), dtype=np.uint8)
    assert given.bit_generator.state == expected.bit_generator.state


@pytest.mark.parametrize("bits", [2, 3])
@pytest.mark.parametrize("batch", [(), (4,), (2, 3)])
@pytest.mark.parametrize("count", [None, 1, 2, 4])
def test_each_search_begins_from_the_starts_that_are_given_for_it(batch, count, bits):
    scenario, codebook, searches = SMALL.replace(phase_bits=bits), phase_codebook(bits), int(np.prod(batch))
    given = random_beams(scenario, (*(() if count is None else (count,)), *batch), np.random.default_rng(1))
    index = starts_of(scenario, batch, generators(searches), 3, given)
    further = given.reshape(1 if count is None else count, searches, 9)
    np.testing.assert_array_equal(codebook[index[:, 3:]], np.swapaxes(further, 0, 1))
    without = starts_of(scenario, batch, generators(searches), 3, None)
    np.testing.assert_array_equal(index[:, :3], without)
    np.testing.assert_array_equal(codebook[without[:, 0]], np.tile(max_gain_beam(scenario), (searches, 1)))


def test_one_start_serves_a_batch_of_searches():
    start = random_beams(SMALL, (), np.random.default_rng(1))
    index = starts_of(SMALL, (2, 3), generators(6), 1, start)
    np.testing.assert_array_equal(phase_codebook(2)[index[:, 1]], np.tile(start, (6, 1)))


def test_random_starts_are_uniform_over_the_phases():
    index = starts_of(SMALL, (), generators(1), 4001, None)[0, 1:]
    for phase in range(4):
        np.testing.assert_allclose(np.mean(index == phase, axis=0), 0.25, atol=5 * np.sqrt(0.25 * 0.75 / 4000))


def test_another_metric_can_be_minimised():
    result = coordinate_descent(SMALL, BLOCK, 0.4, rng=np.random.default_rng(0), metric=printed_objective)
    bounds = crlb(SMALL, result.beam, BLOCK)
    np.testing.assert_allclose(result.objective, printed_objective(bounds, np.array(0.4)), rtol=1e-9)


def test_a_search_in_which_no_beam_has_a_bound_ends():
    scenario = Scenario(irs_shape=(2, 2), user_shape=(1, 1))
    result = coordinate_descent(scenario, BLOCK, 0.0, rng=np.random.default_rng(0), symbol_model="complex")
    assert np.isinf(result.objective)
    assert result.sweeps == 1


def test_bad_arguments_are_named():
    options = {"rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match="restarts"):
        coordinate_descent(SMALL, BLOCK, 0.5, restarts=0, **options)
    with pytest.raises(ValueError, match="max_sweeps"):
        coordinate_descent(SMALL, BLOCK, 0.5, max_sweeps=0, **options)
    with pytest.raises(ValueError, match="starts must have shape"):
        coordinate_descent(SMALL, [BLOCK, BLOCK], 0.5, starts=np.ones((2, 3, 9)), **options)
    with pytest.raises(ValueError, match="rng"):
        coordinate_descent(SMALL, BLOCK, 0.5, rng=7)
    with pytest.raises(ValueError, match="known"):
        coordinate_descent(SMALL, BLOCK, 0.5, symbol_model="known", **options)


@given(st.integers(1, 8), seeds)
def test_phase_numbers_invert_the_codebook(bits, seed):
    numbers = np.random.default_rng(seed).integers(2**bits, size=20)
    np.testing.assert_array_equal(phase_numbers(phase_codebook(bits)[numbers], 2**bits), numbers)


@pytest.mark.paper(42, 43)
@given(scenarios(irs_shapes=st.sampled_from([(1, 1), (1, 2), (2, 2), (5, 1), (2, 3)])))
def test_the_beam_of_the_largest_gain_equals_the_best_of_all_beams(scenario):
    if scenario.phase_bits * scenario.irs_elements > 12:
        scenario = scenario.replace(phase_bits=2)
    codebook = phase_codebook(scenario.phase_bits)
    every = np.array(list(itertools.product(codebook, repeat=scenario.irs_elements)))
    best = np.abs(every @ sum_weights(scenario)[:, 0]).max()
    beam = max_gain_beam(scenario)
    assert np.abs(beam @ sum_weights(scenario)[:, 0]) == pytest.approx(best, rel=1e-12)
    assert beam[0] == 1
    assert np.abs(beam[:, None] - codebook).min(axis=1).max() == 0


def test_the_beam_of_the_largest_gain_begins_with_a_phase_of_zero_whichever_elements_turn():
    # In some of these the best beam is one in which the first element has turned, so that all are turned back.
    rng = np.random.default_rng(0)
    for bits in (2, 3) * 50:
        assert max_gain_beam(random_scenario(rng).replace(phase_bits=bits))[0] == 1


@given(scenarios(irs_shapes=st.sampled_from([(4, 4), (8, 8), (7, 16)])), st.floats(0, 2 * np.pi))
@settings(max_examples=50)
def test_no_co_phased_beam_has_a_larger_gain_than_the_largest(scenario, angle):
    weights = sum_weights(scenario)[:, 0]
    codebook = phase_codebook(scenario.phase_bits)
    nearest = codebook[phase_numbers(np.exp(1j * angle) / weights, len(codebook))]
    assert abs(max_gain_beam(scenario) @ weights) >= abs(nearest @ weights) * (1 - 1e-12)


def test_the_beam_of_the_largest_gain_is_the_optimum_for_the_symbols_with_known_angles():
    scenario = Scenario(irs_shape=(3, 3))
    numbers = np.indices((4,) * 8, dtype=np.uint8).reshape(8, -1).T
    every = np.concatenate([np.ones((4**8, 1)), phase_codebook(2)[numbers]], axis=1)
    best = symbol_crlb_known_angles(scenario, every).min()
    assert symbol_crlb_known_angles(scenario, max_gain_beam(scenario)) == pytest.approx(best, rel=1e-12)
