"""A real dask.distributed cluster of two worker processes on this machine."""

import os

import joblib
import pytest

from noisac import panel_of, run_experiment
from noisac.experiments.paper import sweep_of
from noisac.experiments.storage import read_data, store_figures
from noisac.experiments.sweeps import run_sweep

distributed = pytest.importorskip("distributed", reason="needs dask.distributed: pip install noisac[cluster]")


@pytest.fixture(scope="module")
def serial():
    return run_experiment("fig09", draws=4, seed=3, jobs=1)


@pytest.fixture(scope="module")
def workers():
    """Process ids of the workers of a cluster that `joblib.parallel_config("dask")` finds."""
    with (
        distributed.LocalCluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield set(client.run(os.getpid).values())


def assert_same_bits(first, second):
    assert first.identical(second)
    for name in first.variables:
        assert first[name].values.tobytes() == second[name].values.tobytes(), name


def test_both_workers_are_used_and_this_process_is_not(workers):
    with joblib.parallel_config("dask"):
        used = set(joblib.Parallel(batch_size=1)(joblib.delayed(os.getpid)() for _ in range(20)))
    assert used == workers
    assert len(workers - {os.getpid()}) == 2


def test_a_cluster_gives_the_same_bits_as_one_process(workers, serial):
    with joblib.parallel_config("dask"):
        assert_same_bits(run_experiment("fig09", draws=4, seed=3), serial)


def test_a_cluster_gives_the_same_bits_from_many_small_tasks(workers, serial):
    with joblib.parallel_config("dask"):
        data = run_sweep(sweep_of("fig09"), draws=4, seed=3, draws_per_task=1)
    assert_same_bits(data.assign_attrs(experiment="fig09"), serial)


def test_results_of_a_cluster_are_stored_and_resumed(workers, serial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the workers are elsewhere, so a relative directory must not lead them astray
    with joblib.parallel_config("dask"):
        (outcome,) = store_figures(["fig09a"], out="out", draws=4, seed=3, draws_per_task=2)
    assert outcome.computed
    assert len(list(tmp_path.rglob("out/.partial/*/*.npz"))) == 28
    data = read_data(tmp_path / "out" / "fig09a.nc")
    assert_same_bits(data, panel_of(serial, "fig09a").assign_attrs(code=data.attrs["code"]))
