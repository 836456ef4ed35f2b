"""The interval for the optimum at any size: held to complete search, each link of the proof by itself."""

import itertools

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from scipy import optimize

from noisac import (
    Scenario,
    certified_optimum,
    certify,
    coordinate_descent,
    crlb,
    draw_symbols,
    max_gain_beam,
    modified_crlb,
    phase_codebook,
    random_beams,
)
from noisac.beamforming import certificate
from noisac.beamforming._cells import cells_of
from noisac.beamforming._problems import problems_of
from noisac.bounds.closed_form import beam_sums
from tests.strategies import SYMBOL_MODELS, scenarios, seeds, symbol_blocks

BLOCK = np.array([0.9 - 0.2j, -0.4 + 1.2j])
small = scenarios(
    irs_shapes=st.sampled_from([(1, 1), (1, 3), (2, 2), (1, 5), (2, 3)]),
    user_shapes=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    phase_bits=st.integers(1, 2),
)
degenerate = st.sampled_from([[1.0], [1j, 1j], [1.0, -0.3, 0.0], [0.5 + 0.5j, 1 + 1j], [0.0, 0.0]])
some_weights = st.sampled_from([0.0, 0.1, 0.5, 1.0])


def all_beams(scenario):
    """All beams whose first phase is zero."""
    codebook = phase_codebook(scenario.phase_bits)
    others = itertools.product(codebook, repeat=scenario.irs_elements - 1)
    return np.array([(1.0, *rest) for rest in others], complex).reshape(-1, scenario.irs_elements)


def objective(scenario, beams, symbols, weight, model):
    with np.errstate(all="ignore"):
        return modified_crlb(crlb(scenario, beams, symbols, model), weight)


@given(small, symbol_blocks(largest=3) | degenerate, some_weights, st.sampled_from(SYMBOL_MODELS))
@settings(max_examples=40, phases=(Phase.explicit, Phase.generate))
def test_no_beam_of_a_small_problem_lies_below_the_interval(scenario, symbols, weight, model):
    weight = 0.0 if model == "known" else weight
    found = certify(scenario, symbols, weight, symbol_model=model, limit=1000)
    beams = all_beams(scenario)
    values = objective(scenario, beams, symbols, weight, model)
    silent = (beam_sums(scenario, beams)[:, 0] == 0) & (model != "known")
    assert values[~silent].min(initial=np.inf) >= found.lower_bound
    assert values[silent].min(initial=np.inf) >= found.silent_bound
    assert found.objective >= values.min() - 1e-9
    assert np.isclose(found.objective, objective(scenario, found.beam, symbols, weight, model), rtol=0, atol=1e-9)


@pytest.mark.parametrize("size", [2, 4, 8])
def test_the_support_function_is_that_of_all_beams(size):
    rng = np.random.default_rng(size)
    bits = size.bit_length() - 1
    scenario = Scenario(irs_shape=(1, 4), phase_bits=bits)
    weights = rng.normal(size=(4, 3)) + 1j * rng.normal(size=(4, 3))
    b = rng.normal(size=(30, 3)) + 1j * rng.normal(size=(30, 3))
    high, sums, beams = certificate.largest_sums(b, weights, size)
    every = np.abs((all_beams(scenario) @ weights) @ b.conj().T).max(axis=0)
    np.testing.assert_allclose(high, every, rtol=1e-9)
    assert np.all(high >= every * (1 - 1e-15))
    np.testing.assert_allclose(beams @ weights, sums)
    np.testing.assert_allclose(np.abs(np.sum(b.conj() * sums, axis=1)), every)
    free, *_ = certificate.largest_sums(b, weights, 0)
    assert np.all(free >= every * (1 - 1e-12))


def boxes_around(directions, rng, width):
    """Cells of a width that hold the directions, on the faces on which these lie."""
    axis = np.argmax(np.abs(directions), axis=1)
    rows = np.arange(len(axis))
    points = directions / np.abs(directions[rows, axis])[:, None]
    low = points - width * rng.random(points.shape)
    low[:, 0] = np.maximum(low[:, 0], 0)
    high = np.maximum(points + width * rng.random(points.shape), low)
    low[rows, axis] = high[rows, axis] = points[rows, axis]
    return cells_of(low, high)


@given(scenarios(irs_shapes=st.tuples(st.integers(1, 6), st.integers(1, 6))), st.data(), seeds)
@settings(max_examples=60, phases=(Phase.explicit, Phase.generate))
def test_the_bound_of_a_cell_holds_for_beams_in_it(scenario, data, seed):
    model = data.draw(st.sampled_from(SYMBOL_MODELS))
    weight = 0.0 if model == "known" else data.draw(some_weights)
    symbols = data.draw(symbol_blocks(largest=3) | degenerate)
    rng = np.random.default_rng(seed)
    problems = problems_of(scenario, symbols, weight, model)
    ((moments, zeta),) = problems.each()
    search = certificate.Search(scenario, problems, moments, zeta, 2**scenario.phase_bits)
    beams = random_beams(scenario, 20, rng)
    sums = beam_sums(scenario, beams)
    beams, sums = beams[sums[:, 0] != 0], sums[sums[:, 0] != 0]
    assume(len(beams) > 0)
    turned = np.linalg.solve(search.whiten, (sums * (sums[:, :1].conj() / np.abs(sums[:, :1]))).T).T
    parts = [turned[:, :1].real, np.ascontiguousarray(turned[:, 1:]).view(float).reshape(len(beams), 4)]
    cells = boxes_around(np.concatenate(parts, axis=1), rng, data.draw(st.sampled_from([1e-6, 0.05, 0.5])))
    bounded, _ = search._bounded(cells, search.parts, 0.01)
    assert np.all(bounded.bound <= objective(scenario, beams, symbols, weight, model) + 1e-9)


@pytest.mark.parametrize("model", SYMBOL_MODELS)
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_interval_holds_the_certified_optimum_of_the_default_problem(model, weight):
    weight = 0.0 if model == "known" else weight
    exact = certified_optimum(Scenario(), BLOCK, weight, symbol_model=model).objective
    found = certify(Scenario(), BLOCK, weight, symbol_model=model)
    assert found.lower_bound <= exact <= found.objective + 1e-9
    assert found.width_db <= 0.1 + 1e-6
    assert found.objective - exact <= 1e-9


@pytest.mark.parametrize(("side", "weight"), [(6, 0.1), (8, 0.5), (8, 1.0)])
def test_larger_surfaces_are_settled_to_a_tenth_of_a_decibel(side, weight):
    scenario = Scenario(irs_shape=(side, side))
    found = certify(scenario, BLOCK, weight)
    assert 0 <= found.width_db <= 0.1 + 1e-6
    narrower = certify(scenario, BLOCK, weight, tolerance_db=0.05)
    assert narrower.lower_bound <= found.objective + 1e-9
    assert found.lower_bound <= narrower.objective + 1e-9


def test_without_a_part_of_the_symbols_the_beam_of_the_largest_gain_is_the_optimum_for_the_angles():
    scenario = Scenario(irs_shape=(16, 16))
    found = certify(scenario, BLOCK, 0.0, symbol_model="complex")
    strongest = objective(scenario, max_gain_beam(scenario), BLOCK, 0.0, "complex")
    assert found.lower_bound <= strongest <= found.lower_bound + 1e-4


def test_no_optimiser_of_free_phases_ends_below_the_interval():
    scenario = Scenario(irs_shape=(5, 5), user_shape=(2, 2))
    found = certify(scenario, BLOCK, 0.5, phases="continuous")
    on_codebook = certify(scenario, BLOCK, 0.5)
    assert found.objective <= on_codebook.objective + 1e-9
    rng = np.random.default_rng(0)

    def value(phases):
        return float(objective(scenario, np.exp(1j * phases), BLOCK, 0.5, "real"))

    for _ in range(5):
        end = optimize.minimize(value, rng.uniform(0, 2 * np.pi, 25), method="L-BFGS-B")
        assert end.fun >= found.lower_bound
    assert optimize.minimize(value, np.angle(found.beam), method="L-BFGS-B").fun >= found.lower_bound


def test_a_silent_beam_is_bounded_apart():
    for weight in (0.5, 1.0):
        assert certify(Scenario(), BLOCK, weight).silent_bound == np.inf
    broadside = Scenario(irs_shape=(2, 4), irs_aoa=(0.0, 0.0), user_aoa=(0.0, 0.0), user_shape=(1, 2))
    beams = all_beams(broadside)
    silent = beams[beam_sums(broadside, beams)[:, 0] == 0]
    values = objective(broadside, silent, BLOCK, 0.0, "complex")
    found = certify(broadside, BLOCK, 0.0, symbol_model="complex", limit=1000)
    assert np.isfinite(values.min())
    assert found.silent_bound <= values.min()
    known = certify(Scenario(), BLOCK, 0.0, symbol_model="known")
    assert known.silent_bound == known.lower_bound


def test_a_limit_or_ctrl_c_gives_the_interval_reached(monkeypatch):
    scenario = Scenario(irs_shape=(6, 6), user_shape=(2, 2))
    full = certify(scenario, BLOCK, 0.0)
    short = certify(scenario, BLOCK, 0.0, limit=100)
    assert short.cells < full.cells
    halved, calls = certificate.halved, []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return halved(*arguments)

    monkeypatch.setattr(certificate, "halved", interrupted)
    stopped = certify(scenario, BLOCK, 0.0)
    calls.clear()
    batch = certify(scenario, [BLOCK] * 3, 0.0)
    assert batch.cells[0] > batch.cells[1] == batch.cells[2]
    assert len(calls) == 3
    for one in (short, stopped):
        assert one.width_db > 0.1
        assert np.isfinite(one.lower_bound)
        assert one.lower_bound <= full.objective


def test_a_batch_gives_what_single_blocks_give():
    blocks = draw_symbols(np.random.default_rng(1), 2, size=(2, 1))
    found = certify(Scenario(irs_shape=(3, 3)), blocks, [0.0, 0.5])
    assert found.beam.shape == (2, 2, 9)
    assert found.width_db.shape == found.cells.shape == (2, 2)
    for i, j in np.ndindex(2, 2):
        one = certify(Scenario(irs_shape=(3, 3)), blocks[i, 0], [0.0, 0.5][j])
        assert one.objective == found.objective[i, j]
        assert one.lower_bound == found.lower_bound[i, j]


def test_where_no_beam_has_a_bound_the_interval_is_infinite():
    found = certify(Scenario(), [0.0, 0.0], 0.5)
    assert (found.objective, found.lower_bound, found.width_db) == (np.inf, np.inf, 0.0)


def test_a_descent_with_few_starts_never_ends_below_the_interval():
    scenario = Scenario(irs_shape=(8, 8), user_shape=(2, 2))
    found = certify(scenario, BLOCK, 0.5)
    for seed in range(3):
        end = coordinate_descent(scenario, BLOCK, 0.5, rng=np.random.default_rng(seed), restarts=2)
        assert end.objective >= found.lower_bound


@pytest.mark.parametrize(
    ("options", "word"),
    [({"tolerance_db": 0.0}, "tolerance_db"), ({"limit": 0}, "limit"), ({"phases": "free"}, "phases")],
)
def test_what_makes_no_sense_is_refused_by_name(options, word):
    with pytest.raises(ValueError, match=word):
        certify(Scenario(), BLOCK, 0.5, **options)
