"""Sweeps over grids with many draws, on a sweep small enough to work out by hand, and summaries over draws."""

import json

import numpy as np
import pytest
import xarray as xr

import noisac
from noisac import Scenario, summarise
from noisac.experiments.summaries import ratio_of_means
from noisac.experiments.sweeps import DRAWS_PER_TASK, Streams, Sweep, run_sweep, tasks_of

LABELS = {"first": ("first name", "m"), "second": ("second name", "s"), "value": ("a value", "1")}
LABELS |= {"many": ("many values", "dB")}


def evaluate(point, streams, fixed):
    """A value that tells its point, its draw and its streams."""
    symbols = streams.symbols(1).real[:, 0]
    value = 100 * point["first"] + 10 * point["second"] + fixed["offset"] + symbols
    return {"value": value, "many": np.stack([rng.random(3) for rng in streams.searches()])}


SWEEP = Sweep(
    "A sweep",
    {"first": (1, 2), "second": (3, 4, 5)},
    evaluate,
    {"offset": 0.5, "scenario": Scenario()},
    77,
    LABELS,
    {"many": ("beam",)},
)


def test_each_point_and_draw_lands_in_its_place():
    data = run_sweep(SWEEP, draws=DRAWS_PER_TASK + 3, seed=8)
    assert data.value.dims == ("first", "second", "draw")
    assert data.many.dims == ("first", "second", "draw", "beam")
    assert data.value.shape == (*SWEEP.shape, DRAWS_PER_TASK + 3)
    for i, j in np.ndindex(SWEEP.shape):
        for draw in (0, 1, DRAWS_PER_TASK - 1, DRAWS_PER_TASK, DRAWS_PER_TASK + 2):
            streams = Streams(8, (draw,), (77, i, j))
            expected = 100 * (i + 1) + 10 * (j + 3) + 0.5 + streams.symbols(1).real[0, 0]
            assert data.value.values[i, j, draw] == expected
            np.testing.assert_array_equal(data.many.values[i, j, draw], streams.searches()[0].random(3))


def test_provenance_and_units_are_in_the_attributes():
    data = run_sweep(SWEEP, draws=2, seed=8)
    parameters = json.loads(data.attrs.pop("parameters"))
    assert data.attrs == {"title": "A sweep", "draws": 2, "seed": 8, "noisac_version": noisac.__version__}
    assert parameters["offset"] == 0.5
    assert parameters["scenario"]["bs_antennas"] == 8
    for name, (long_name, units) in LABELS.items():
        assert data[name].attrs == {"long_name": long_name, "units": units}


@pytest.mark.parametrize("draws", [1, DRAWS_PER_TASK, DRAWS_PER_TASK + 1, 3 * DRAWS_PER_TASK])
def test_tasks_cover_every_draw_of_every_point_once(draws):
    tasks = tasks_of(SWEEP, draws, 0)
    for index in np.ndindex(SWEEP.shape):
        covered = [draw for task in tasks if task.index == index for draw in task.draws]
        assert covered == list(range(draws))
    assert max(len(task.draws) for task in tasks) <= DRAWS_PER_TASK


def test_tasks_may_be_run_by_something_else():
    data = run_sweep(SWEEP, draws=2, seed=8, run_task=lambda task: {"value": np.full(len(task.draws), task.seed)})
    np.testing.assert_array_equal(data.value, 8)


def test_summary_by_hand():
    values = xr.DataArray([[1.0, 2.0, 4.0, 9.0], [0.0, 0.0, 0.0, 8.0]], dims=("point", "draw"))
    stats = summarise(values.assign_attrs(units="rad^2"))
    np.testing.assert_allclose(stats["mean"], [4.0, 2.0])
    deviations = [np.sqrt((9 + 4 + 0 + 25) / 3), np.sqrt((4 + 4 + 4 + 36) / 3)]
    np.testing.assert_allclose(stats["standard_error"], np.array(deviations) / 2)
    np.testing.assert_allclose(stats["median"], [3.0, 0.0])
    np.testing.assert_allclose(stats["lower"], [1.3, 0.0])  # a tenth of the way along the sorted values
    np.testing.assert_allclose(stats["upper"], [7.5, 5.6])
    assert stats.attrs["units"] == "rad^2"


def test_summary_over_beams_counts_draws_as_independent_and_beams_as_not():
    values = xr.DataArray([[1.0, 3.0], [5.0, 7.0]], dims=("draw", "random_beam"))
    stats = summarise(values, ("draw", "random_beam"))
    assert float(stats["mean"]) == 4.0
    assert float(stats["median"]) == 4.0
    assert float(stats["standard_error"]) == pytest.approx(np.std([2.0, 6.0], ddof=1) / np.sqrt(2))


def test_the_standard_error_of_one_draw_is_unknown():
    stats = summarise(xr.DataArray([2.0], dims="draw"))
    assert float(stats["mean"]) == 2.0
    assert np.isnan(stats["standard_error"])


def test_a_summary_of_bounds_that_do_not_exist_is_infinite_and_not_an_error():
    stats = summarise(xr.DataArray([1.0, np.inf, np.inf, np.inf], dims="draw"))
    assert stats["mean"] == np.inf
    assert stats["median"] == np.inf


@pytest.mark.parametrize("shared", [0.0, 0.6])
def test_the_error_of_a_ratio_of_means_is_the_spread_of_such_ratios(shared):
    rng = np.random.default_rng(3)
    common, one, other = rng.exponential(size=(3, 2000, 100))
    upper = xr.DataArray(shared * common + one, dims=("repetition", "draw"))
    lower = xr.DataArray(shared * common + 2 * other, dims=("repetition", "draw"))
    found = ratio_of_means(upper, lower)
    assert float(found.ratio.mean()) == pytest.approx((shared + 1) / (shared + 2), rel=0.02)
    assert float(found.standard_error.mean()) == pytest.approx(float(found.ratio.std()), rel=0.06)


def test_a_ratio_of_means_needs_the_same_draws():
    draws = xr.DataArray(np.ones((2, 3)), dims=("slots", "draw"))
    with pytest.raises(ValueError, match="'draw', got 3 and 2"):
        ratio_of_means(draws, draws.isel(draw=slice(2)))
    with pytest.raises(ValueError, match="'draw', got 3 and 0"):
        ratio_of_means(draws, draws.mean("draw"))
