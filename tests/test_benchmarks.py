"""The benchmark scripts run and count what they say; what they measure is for their reader to judge."""

import importlib
import importlib.util
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from noisac import (
    Scenario,
    complete_search,
    coordinate_descent,
    crlb,
    draw_symbols,
    modified_crlb,
    random_beams,
)

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SMALL = Scenario(irs_shape=(2, 3))
SYMBOLS = draw_symbols(np.random.default_rng(8), 2)
OUTSIDE = {
    "scipy dual_annealing": "scipy",
    "scipy differential_evolution": "scipy",
    "pymoo GA, rounded": "pymoo",
    "cmaes CatCMAwM": "cmaes",
    "nevergrad DiscreteOnePlusOne": "nevergrad",
}


@pytest.fixture(autouse=True)
def scripts_find_each_other(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)


def run(name, *arguments):
    runpy.run_path(str(BENCHMARKS / f"{name}.py"))["main"](list(arguments))


def test_bounds_prints_every_cost_and_ratio(capsys):
    run("bounds", "--repeats", "1")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"{'L = 16':>12}{'L = 64':>12}{'L = 256':>12}")
    for label in (
        "(a) Theorem",
        "(b) closed",
        "(c) floor",
        "(d) Algorithm",
        "(a) / (b)",
        "(b) / (c)",
        "(d) / (c)",
    ):
        (line,) = [line for line in lines if line.startswith(label)]
        assert all(float(number) > 0 for number in line.split()[-3:])
    assert "200 symbols" in lines[-2]


def test_scaling_prints_exponents_and_draws_its_figure(capsys, tmp_path):
    path = tmp_path / "scaling.png"
    run("scaling", "--quick", "--repeats", "1", "--out", str(path))
    output = capsys.readouterr().out
    for axis in "LCT":
        found = re.findall(rf"time ~ {axis}\^(-?\d+\.\d\d) \(aim [01]\), memory ~ {axis}\^(-?\d+\.\d\d)", output)
        assert len(found) == 2
    assert re.search(r"search with L = 16, C = 100, T = 100: \d+\.\d\d s an iteration", output)
    assert imread(path).std() > 0.05


def test_the_exponent_of_a_power_law_is_its_power():
    timing = runpy.run_path(str(BENCHMARKS / "scaling.py"))
    measurement = timing["Measurement"]([1, 10, 100, 1000], [7.0, 3.0, 300.0, 30000.0], [5, 5, 5, 5])
    assert measurement.exponent(measurement.seconds, 10) == pytest.approx(2)
    assert measurement.exponent(measurement.peaks, 1) == pytest.approx(0)


def test_peak_memory_is_that_of_the_largest_array_held():
    timing = importlib.import_module("_timing")
    assert timing.peak_memory(lambda: np.ones(10**6)) == pytest.approx(8e6, rel=0.01)
    assert timing.peak_memory(lambda: [np.ones(10**5).sum() for _ in range(9)]) == pytest.approx(8e5, rel=0.05)


def test_optimisers_prints_a_row_for_every_method_and_names_those_left_out(capsys):
    run("optimisers", "--quick")
    output = capsys.readouterr().out
    for name, package in OUTSIDE.items():
        rows = [line for line in output.splitlines() if line.startswith(name)]
        if importlib.util.find_spec(package) is None:
            assert not rows
            assert f"left out: {name}, because {package} is not installed" in output
        else:
            assert len(rows) == 2  # near and exact
    for name in ("coordinate descent", "Algorithm 1 as printed, C = 5 L"):
        assert sum(line.startswith(name + "  ") for line in output.splitlines()) >= 2
    assert "no method went below a certified optimum" in output


def test_explorers_prints_how_long_each_takes_to_answer(capsys):
    names = ("geometry", "cross_entropy_steps")
    run("explorers", *names, "--moves", "2", "--no-frames")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(names)
    for name in names:
        (line,) = [line for line in lines if line.startswith(name)]
        first, median, ninety, longest, size = map(float, line.split()[1:])
        assert 0 < median <= ninety <= longest
        assert first > 0
        assert size > 10


def test_a_method_that_beats_the_certified_optimum_is_a_failure(monkeypatch):
    names = runpy.run_path(str(BENCHMARKS / "optimisers.py"))

    def lucky(problem, _rng):
        problem.record(np.array([-100.0]))

    with pytest.raises(SystemExit, match="lucky beats the certified optimum of draw 0 at L = 4"):
        names["compare"](2, 1, 1.0, {"lucky": lucky})


def make_problem(budget=10**6, target=-np.inf):
    return importlib.import_module("_problem").Problem(SMALL, SYMBOLS, 0.5, budget, target)


def test_a_problem_is_the_modified_crlb_of_phase_indices():
    problem = make_problem()
    index = np.random.default_rng(0).integers(4, size=(50, 6))
    beams = problem.codebook[index]
    expected = modified_crlb(crlb(SMALL, beams, SYMBOLS), 0.5)
    np.testing.assert_allclose(problem.of_indices(index), expected, rtol=1e-12)
    np.testing.assert_allclose(problem.of_beams(beams[None])[0], expected, rtol=1e-12)
    assert problem.evaluations == 100
    assert problem.best == pytest.approx(expected.min())
    assert problem.trace[-1][0] == np.argmin(expected) + 1


def test_a_problem_ends_with_its_budget_and_does_not_look_beyond():
    problem = make_problem(budget=7)
    finished = importlib.import_module("_problem").Finished
    values = np.array([9.0, 8, 7, 6, 5, 4, 3, 2])
    with pytest.raises(finished):
        problem.record(values)
    assert (problem.evaluations, problem.best, problem.trace[-1][0]) == (7, 3.0, 7)


def test_evaluations_of_coordinate_descent_are_all_counted():
    problem = make_problem()
    found = coordinate_descent(
        SMALL, SYMBOLS, 0.5, rng=np.random.default_rng(0), restarts=3, metric=problem.metric
    )
    assert problem.evaluations == found.evaluations + 3  # at the end it values each start's last beam once more
    assert problem.best == pytest.approx(found.objective, abs=1e-9)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_general_optimiser_searches_until_the_problem_ends_it(name):
    if importlib.util.find_spec(OUTSIDE[name]) is None:
        pytest.skip(f"{OUTSIDE[name]} is not installed; pip install -e .[bench]")
    contestants, finished = importlib.import_module("_contestants"), importlib.import_module("_problem").Finished
    search = contestants.outside()[name]
    problem = make_problem(budget=600)
    with pytest.raises(finished):
        search(problem, np.random.default_rng(0))
    assert problem.evaluations == 600
    optimum = complete_search(SMALL, SYMBOLS, 0.5).objective
    beams = random_beams(SMALL, (600,), np.random.default_rng(1))
    typical = np.median(modified_crlb(crlb(SMALL, beams, SYMBOLS), 0.5))
    assert optimum - 1e-9 <= problem.best < optimum + 0.3 * (typical - optimum)
    solved = make_problem(target=optimum + 0.2)
    with pytest.raises(finished):
        search(solved, np.random.default_rng(0))
    assert solved.best <= optimum + 0.2
