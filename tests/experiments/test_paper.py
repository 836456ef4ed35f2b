"""The figures' data: what it holds, and that it can be repeated."""

import functools
import json

import numpy as np
import pytest
import xarray as xr

import noisac
from noisac import (
    EXPERIMENTS,
    FIGURES,
    Readings,
    Scenario,
    crlb,
    localisation_system,
    noisac_system,
    panel_of,
    random_beams,
    run_experiment,
    run_figure,
    tdisac_system,
)
from noisac.experiments.paper import DEFAULTS, LABELS, RANDOM_BEAMS, evaluate_point, sweep_of
from noisac.experiments.sweeps import Streams


@functools.cache
def two_draws(name):
    """Data of an experiment, run once for all tests that only look at them."""
    return run_experiment(name, draws=2, seed=1)


def assert_identical(first, second):
    """Equal to the last bit, NaN included."""
    assert set(first.data_vars) == set(second.data_vars)
    for name in first.data_vars:
        np.testing.assert_array_equal(first[name].values, second[name].values, err_msg=name)


def test_every_result_figure_of_the_paper_has_its_panels():
    panels = "fig04 fig05 fig06 fig08a fig08b fig09a fig09b fig10a fig10b fig11 fig12 fig13 fig14"
    assert sorted(FIGURES) == panels.split()
    assert {panel.experiment for panel in FIGURES.values()} == set(EXPERIMENTS)


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_figure_says_what_it_holds(name):
    data = run_figure(name, draws=2, seed=9)
    panel = FIGURES[name]
    experiment = EXPERIMENTS[panel.experiment]
    assert tuple(data.data_vars) == panel.variables
    assert data.attrs["figure"] == name
    assert data.attrs["experiment"] == panel.experiment
    assert data.attrs["title"] == experiment.title
    assert data.attrs["draws"] == 2
    assert data.attrs["seed"] == 9
    assert data.attrs["noisac_version"] == noisac.__version__
    parameters = json.loads(data.attrs["parameters"])
    assert parameters["scenario"]["irs_shape"] == [4, 4]
    assert parameters["scenario"]["snr_db"] == 0.0
    assert parameters["readings"]["symbol_model"] == "real"
    fixed = {**{key: value for key, value in DEFAULTS.items() if key not in experiment.grid}, **experiment.fixed}
    for key, value in fixed.items():
        assert parameters[key] == value
    for dim, values in experiment.grid.items():
        assert tuple(data[dim].values) == tuple(values)
    for variable in (*data.data_vars, *experiment.grid):
        assert (data[variable].attrs["long_name"], data[variable].attrs["units"]) == LABELS[variable]
    for variable in data.data_vars:
        extra = ("random_beam",) if variable.startswith("random_") else ()
        assert data[variable].dims == (*experiment.grid, "draw", *extra)
        assert data[variable].sizes["draw"] == 2
        assert np.isfinite(data[variable]).all()


def test_a_scenario_and_readings_of_ones_own_are_used_and_recorded():
    own = Scenario(snr_db=10.0, user_shape=(2, 2))
    readings = Readings(symbol_model="complex", weight_symbols=False)
    data = run_experiment("fig11", draws=2, seed=1, scenario=own, readings=readings)
    parameters = json.loads(data.attrs["parameters"])
    assert parameters["scenario"]["user_shape"] == [2, 2]
    assert parameters["readings"] == {
        "symbol_model": "complex",
        "design": "draw",
        "weight_symbols": False,
        "output": "best",
        "pilot_slots": "fraction",
    }
    streams = Streams(1, (0, 1), (sweep_of("fig11").key, 0))
    by_hand = noisac_system(own, streams.symbols(2), 0.0, rng=streams.searches(), **readings.options)
    np.testing.assert_array_equal(data.angle_crlb[0], by_hand.angle_crlb)


@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_the_same_seed_gives_the_same_data_and_another_seed_gives_others(name):
    again, other = (run_experiment(name, draws=2, seed=seed) for seed in (1, 5))
    assert_identical(two_draws(name), again)
    assert not np.array_equal(again.angle_crlb, other.angle_crlb)


@pytest.mark.parametrize("name", ["fig08", "fig11"])
def test_two_processes_give_the_data_of_one(name):
    assert_identical(*(run_experiment(name, draws=3, seed=4, jobs=jobs) for jobs in (1, 2)))


@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_the_first_draw_does_not_depend_on_how_many_follow(name):
    assert_identical(run_experiment(name, draws=1, seed=1), two_draws(name).isel(draw=[0]))


def test_the_first_draws_do_not_depend_on_how_many_follow():
    # 250 draws are computed together: fewer, exactly as many, and one more.
    many = run_experiment("fig11", draws=251, seed=6)
    for draws in (7, 250):
        assert_identical(run_experiment("fig11", draws=draws, seed=6), many.isel(draw=slice(0, draws)))


@pytest.mark.parametrize("name", ["fig08", "fig12"])
def test_every_point_sees_the_same_symbols(name):
    # The same at every point, so that differences along a curve are the system's and not the symbols'.
    points = [Streams(1, (0, 1, 2), (sweep_of(name).key, point)) for point in range(3)]
    symbols = [streams.symbols(4) for streams in points]
    np.testing.assert_array_equal(symbols[0], symbols[1])
    np.testing.assert_array_equal(symbols[0], symbols[2])
    assert len({streams.searches()[0].random() for streams in points}) == 3  # but the searches are independent
    assert len({streams.benchmark()[0].random() for streams in points}) == 1


def test_draws_are_independent_of_each_other_and_of_the_searches():
    streams = Streams(1, (0, 1, 2), (99, 0))
    symbols = streams.symbols(2)
    assert len(set(symbols.ravel())) == 6
    assert streams.searches()[0].random() != streams.benchmark()[0].random()
    np.testing.assert_array_equal(Streams(1, (1,), (99, 0)).symbols(2)[0], symbols[1])


def test_experiments_have_streams_of_their_own():
    assert len({sweep_of(name).key for name in EXPERIMENTS}) == len(EXPERIMENTS)


def test_the_random_benchmark_is_the_same_at_every_weight():
    data = run_experiment("fig11", draws=3, seed=1)
    assert data.random_angle_crlb.sizes["random_beam"] == RANDOM_BEAMS
    for name in ("random_symbol_crlb", "random_angle_crlb"):
        for point in data[name].transpose("weight", ...).values:
            np.testing.assert_array_equal(point, data[name].values[0])
    streams = Streams(1, (0, 1, 2), ())
    beams = random_beams(Scenario(), (RANDOM_BEAMS,), streams.benchmark()[2])
    by_hand = crlb(Scenario(), beams, streams.symbols(2)[2]).angle
    np.testing.assert_allclose(data.random_angle_crlb[0, 2], by_hand, rtol=1e-12)


def noisac_by_hand(scenario, streams, slots, weight, variance=1.0):
    symbols, rng = streams.symbols(slots, variance), streams.searches()
    return noisac_system(scenario, symbols, weight, rng=rng, symbol_variance=variance)


def localisation_by_hand(scenario, streams, slots):
    return localisation_system(scenario, slots, rng=streams.searches(), batch=(2,))


def tdisac_by_hand(scenario, streams, slots):
    return tdisac_system(scenario, slots, rng=streams.searches(), batch=(2,))


# One point of each experiment: its index in the grid, and the system worked out without the experiment.
POINTS = [
    ("fig04", (0, 2), lambda s, r: noisac_by_hand(s, r, 5, 0.5, 0.3)),
    ("fig04", (1, 2), lambda s, r: localisation_by_hand(s, r, 5)),
    ("fig05", (2, 0, 1), lambda s, r: noisac_by_hand(s, r, 3, 0.9)),
    ("fig05", (2, 1, 1), lambda s, r: localisation_by_hand(s, r, 3)),
    ("fig06", (0, 0, 3), lambda s, r: noisac_by_hand(s.replace(irs_shape=(5, 5)), r, 2, 0.1, 0.1)),
    ("fig06", (0, 1, 3), lambda s, r: localisation_by_hand(s.replace(irs_shape=(5, 5)), r, 2)),
    ("fig08", (0, 1), lambda s, r: noisac_by_hand(s, r, 10, 0.5)),
    ("fig08", (1, 1), lambda s, r: tdisac_by_hand(s, r, 10)),
    ("fig09", (0, 6), lambda s, r: noisac_by_hand(s.replace(snr_db=20.0), r, 2, 0.5)),
    ("fig09", (1, 6), lambda s, r: tdisac_by_hand(s.replace(snr_db=20.0), r, 2)),
    ("fig10", (0, 1), lambda s, r: noisac_by_hand(s.replace(irs_shape=(3, 3)), r, 2, 0.5)),
    ("fig10", (1, 1), lambda s, r: tdisac_by_hand(s.replace(irs_shape=(3, 3)), r, 2)),
    ("fig11", (4,), lambda s, r: noisac_by_hand(s, r, 2, 0.4)),
    ("fig12", (0, 3), lambda s, r: noisac_by_hand(s.replace(snr_db=-5.0), r, 2, 0.3)),
    ("fig13", (1, 3), lambda s, r: noisac_by_hand(s, r, 4, 0.3)),
    ("fig14", (2, 3), lambda s, r: noisac_by_hand(s.replace(irs_shape=(5, 5)), r, 2, 0.3)),
]


@pytest.mark.parametrize(("name", "index", "by_hand"), POINTS, ids=[f"{p[0]}-{p[1]}" for p in POINTS])
def test_a_point_is_the_system_it_names(name, index, by_hand):
    data = two_draws(name)
    expected = by_hand(Scenario(), Streams(1, (0, 1), (sweep_of(name).key, *index)))
    for variable in ("rate", "symbol_crlb", "angle_crlb", "iterations"):
        np.testing.assert_array_equal(data[variable].values[index], getattr(expected, variable), err_msg=variable)


def test_the_variance_of_the_symbols_reaches_every_system_that_sends_data():
    fixed = sweep_of("fig08").fixed | {"variance": 0.5, "slots": 5}
    streams = Streams(1, (0, 1), (99,))
    tdisac = tdisac_system(Scenario(), 5, rng=streams.searches(), batch=(2,), symbol_variance=0.5)
    noisac_ = noisac_by_hand(Scenario(), streams, 5, 0.5, 0.5)
    for name, expected in (("TD-ISAC", tdisac), ("NO-ISAC", noisac_)):
        rate = evaluate_point({"system": name}, streams, fixed)["rate"]
        np.testing.assert_array_equal(rate, expected.rate)


def test_a_panel_refuses_data_of_another_experiment():
    data = run_experiment("fig11", draws=1)
    with pytest.raises(ValueError, match="fig08"):
        panel_of(data, "fig08a")
    with pytest.raises(ValueError, match="got experiment None"):
        panel_of(xr.Dataset(), "fig11")
