"""Algorithm 1 on batches, block by block and part by part, and its variants."""

import numpy as np
import pytest

from noisac import (
    Scenario,
    crlb,
    cross_entropy,
    draw_symbols,
    minimise_over_phases,
    modified_crlb,
    symbol_moments,
)
from noisac._tolerance import order_of
from noisac.beamforming import cross_entropy_method as algorithm
from tests.beamforming.search_cases import BLOCK, SMALL, Recorder, assert_same_result, phase_indices
from tests.strategies import generators


def test_a_search_does_not_depend_on_the_batch_it_is_part_of():
    # More searches than are worked on together, so that the batch is split.
    count = 700
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(count,))
    together = cross_entropy(SMALL, symbols, 0.5, rng=generators(count))
    streams = generators(count)
    for number in (0, 1, 350, 646, 647, 648, 699):
        alone = cross_entropy(SMALL, symbols[number], 0.5, rng=[streams[number]])
        for name in ("beam", "objective", "iterations", "converged"):
            np.testing.assert_array_equal(getattr(together, name)[number], getattr(alone, name))


def test_the_order_of_a_batch_does_not_matter():
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(30,))
    order = np.random.default_rng(1).permutation(30)
    forward = cross_entropy(SMALL, symbols, 0.5, rng=generators(30))
    streams = generators(30)
    shuffled = cross_entropy(SMALL, symbols[order], 0.5, rng=[streams[i] for i in order])
    for name in ("beam", "objective", "iterations", "converged"):
        np.testing.assert_array_equal(getattr(forward, name)[order], getattr(shuffled, name))


@pytest.mark.parametrize("options", [{}, {"keep_elites": True}, {"output": "last"}])
@pytest.mark.parametrize("candidates_together", [1, 7, 23, 44])
def test_evaluating_candidates_part_by_part_changes_nothing(monkeypatch, candidates_together, options):
    whole = cross_entropy(SMALL, BLOCK, 0.5, rng=np.random.default_rng(3), keep_history=True, **options)
    monkeypatch.setattr(algorithm, "_PART", 9 * candidates_together)
    parts = cross_entropy(SMALL, BLOCK, 0.5, rng=np.random.default_rng(3), keep_history=True, **options)
    np.testing.assert_array_equal(parts.beam, whole.beam)
    np.testing.assert_array_equal(parts.iterations, whole.iterations)
    np.testing.assert_allclose(parts.history.values, whole.history.values, rtol=1e-12)  # products may round apart
    np.testing.assert_array_equal(parts.history.probabilities, whole.history.probabilities)


@pytest.mark.parametrize("searches_together", [1, 2, 3])
def test_searching_a_batch_block_by_block_changes_nothing(monkeypatch, searches_together):
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(2, 4))
    whole = cross_entropy(SMALL, symbols, 0.5, rng=generators(8), keep_history=True)
    assert len(set(whole.iterations.flat)) > 1  # blocks of different lengths
    monkeypatch.setattr(algorithm, "_BLOCK", 45 * 9 * searches_together)
    parts = cross_entropy(SMALL, symbols, 0.5, rng=generators(8), keep_history=True)
    assert_same_result(parts, whole)
    np.testing.assert_array_equal(parts.history.values, whole.history.values)
    np.testing.assert_array_equal(parts.history.probabilities, whole.history.probabilities)


def test_memory_does_not_grow_with_the_number_of_candidates(monkeypatch):
    monkeypatch.setattr(algorithm, "_PART", 9 * 100)
    largest = []

    def value(beams, _searches):
        largest.append(beams.size)
        return np.abs(beams.sum(axis=-1))

    minimise_over_phases(value, SMALL, rng=np.random.default_rng(0), candidates=1050, max_iterations=2)
    assert max(largest) == 900
    assert sum(largest) == 2 * 9 * 1050


@pytest.mark.parametrize("candidates_together", [1, 7])
def test_parts_of_a_search_without_any_bound_end_it_as_the_whole_does(monkeypatch, candidates_together):
    arguments = Scenario(irs_shape=(2, 2), user_shape=(1, 1)), [1.0, 1j], 0.0
    whole = cross_entropy(*arguments, rng=np.random.default_rng(0), symbol_model="complex")
    monkeypatch.setattr(algorithm, "_PART", 4 * candidates_together)
    parts = cross_entropy(*arguments, rng=np.random.default_rng(0), symbol_model="complex")
    assert_same_result(parts, whole)
    assert parts.objective == np.inf


@pytest.mark.parametrize("candidates_together", [1, 40])
def test_candidates_are_not_alike_because_those_without_end_are(monkeypatch, candidates_together):
    scenario = Scenario(irs_shape=(1, 1), phase_bits=1)

    def best_without_end(beams, _searches):
        return np.where(beams[..., 0] == 1, -np.inf, 0.0)

    monkeypatch.setattr(algorithm, "_PART", candidates_together)
    for seed in range(4):
        result = minimise_over_phases(best_without_end, scenario, rng=np.random.default_rng(seed), candidates=40)
        assert result.iterations == 2  # the first has both beams, whichever comes first
        np.testing.assert_array_equal(result.beam, [1])


def test_one_generator_spawns_a_stream_per_search():
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(2, 3))
    from_one = cross_entropy(SMALL, symbols, 0.5, rng=np.random.default_rng(8))
    from_many = cross_entropy(SMALL, symbols, 0.5, rng=np.random.default_rng(8).spawn(6))
    assert from_one.beam.shape == (2, 3, 9)
    for array in (from_one.objective, from_one.iterations, from_one.converged):
        assert array.shape == (2, 3)
    assert_same_result(from_one, from_many)


def test_the_same_seed_gives_the_same_beam_and_another_seed_another_path():
    first, second, other = (
        cross_entropy(SMALL, BLOCK, 0.5, rng=np.random.default_rng(seed), keep_history=True) for seed in (1, 1, 2)
    )
    assert_same_result(first, second)
    np.testing.assert_array_equal(first.history.values, second.history.values)
    assert not np.array_equal(first.history.values[0], other.history.values[0])


def test_weights_may_differ_between_the_searches_of_a_batch():
    streams = generators(3), generators(3)
    together = cross_entropy(SMALL, BLOCK, [0.0, 0.4, 1.0], rng=streams[0])
    for number, weight in enumerate([0.0, 0.4, 1.0]):
        alone = cross_entropy(SMALL, BLOCK, weight, rng=[streams[1][number]])
        np.testing.assert_array_equal(together.beam[number], alone.beam)
        np.testing.assert_allclose(together.objective[number], alone.objective, rtol=1e-12)


def test_moments_stand_for_the_symbols():
    first, second = (
        cross_entropy(SMALL, symbols, 0.5, rng=np.random.default_rng(4))
        for symbols in (BLOCK, symbol_moments(BLOCK))
    )
    assert_same_result(first, second)


def test_without_smoothing_and_without_kept_elites_it_is_algorithm_1_as_printed():
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(20,))
    options = {"keep_history": True}
    printed = cross_entropy(SMALL, symbols, 0.5, rng=generators(20), **options)
    explicit = cross_entropy(SMALL, symbols, 0.5, rng=generators(20), smoothing=1.0, keep_elites=False, **options)
    assert_same_result(printed, explicit)
    np.testing.assert_array_equal(printed.history.probabilities, explicit.history.probabilities)


@pytest.mark.paper(46)
@pytest.mark.parametrize("smoothing", [0.3, 0.7])
def test_smoothing_mixes_the_frequencies_with_the_p_before(smoothing):
    recorder, elites = Recorder(SMALL, BLOCK, 0.5), 7
    rng = np.random.default_rng(1)
    options = {"candidates": 60, "elites": elites, "keep_history": True, "smoothing": smoothing}
    result = minimise_over_phases(recorder, SMALL, rng=rng, max_iterations=6, **options)
    values, probabilities = result.history.values, result.history.probabilities
    for i, beams in enumerate(recorder.batches[:-1]):
        index = phase_indices(beams, 2)
        order = order_of(values[i])[:elites]
        frequencies = np.stack([(index[order] == phase).mean(axis=0) for phase in range(4)], axis=-1)
        expected = smoothing * frequencies + (1 - smoothing) * probabilities[i]
        np.testing.assert_allclose(probabilities[i + 1], expected, rtol=0, atol=1e-14)
        assert np.all(probabilities[i + 1] > 0)  # no phase is lost


@pytest.mark.paper(46)
def test_kept_elites_are_the_best_of_all_candidates_so_far():
    recorder, elites = Recorder(SMALL, BLOCK, 0.5), 7
    rng = np.random.default_rng(1)
    options = {"candidates": 60, "elites": elites, "keep_history": True, "keep_elites": True}
    result = minimise_over_phases(recorder, SMALL, rng=rng, max_iterations=6, **options)
    assert result.iterations > 3
    for i in range(len(recorder.batches) - 1):
        index = phase_indices(np.concatenate(recorder.batches[: i + 1]), 2)
        best = order_of(np.concatenate(result.history.values[: i + 1]))
        frequencies = np.stack([(index[best[:elites]] == phase).mean(axis=0) for phase in range(4)], axis=-1)
        np.testing.assert_allclose(result.history.probabilities[i + 1], frequencies, rtol=0, atol=1e-15)


def test_its_options_are_those_of_algorithm_1_for_any_objective():
    options = {"candidates": 50, "elites": 6, "tolerance": 0.1, "max_iterations": 5, "output": "last"}
    options |= {"keep_history": True, "smoothing": 0.6, "keep_elites": True}
    ours = cross_entropy(SMALL, BLOCK, 0.5, rng=np.random.default_rng(6), **options)
    theirs = minimise_over_phases(Recorder(SMALL, BLOCK, 0.5), SMALL, rng=np.random.default_rng(6), **options)
    assert_same_result(ours, theirs)
    np.testing.assert_array_equal(ours.history.probabilities, theirs.history.probabilities)


@pytest.mark.parametrize(
    "options", [{"smoothing": 0.4}, {"keep_elites": True}, {"smoothing": 0.4, "keep_elites": True}]
)
def test_variants_do_not_depend_on_the_batch_and_report_their_own_beam(options):
    symbols = draw_symbols(np.random.default_rng(0), 2, size=(30,))
    together = cross_entropy(SMALL, symbols, 0.5, rng=generators(30), **options)
    np.testing.assert_allclose(
        modified_crlb(crlb(SMALL, together.beam, symbols), 0.5), together.objective, rtol=1e-9
    )
    streams = generators(30)
    for number in (0, 17, 29):
        alone = cross_entropy(SMALL, symbols[number], 0.5, rng=[streams[number]], **options)
        np.testing.assert_array_equal(together.beam[number], alone.beam)
        assert together.iterations[number] == alone.iterations


@pytest.mark.parametrize("smoothing", [0.0, 1.5, -1.0, float("nan"), "0.5"])
def test_smoothing_outside_its_range_is_refused(smoothing):
    with pytest.raises(ValueError, match="smoothing"):
        cross_entropy(SMALL, BLOCK, 0.5, rng=np.random.default_rng(0), smoothing=smoothing)
