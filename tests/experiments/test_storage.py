"""Results on disk: what is in the files, what is reused, and that being killed costs nothing finished."""

import contextlib
import csv
import errno
import io
import os
import pickle
import random
import shutil
import signal
import struct
import subprocess
import sys
import time

import joblib
import numpy as np
import pytest
import xarray as xr
from joblib.parallel import ThreadingBackend

from noisac import FIGURES, Readings, Scenario, panel_of, run_experiment, run_figure, summarise
from noisac.experiments import storage, stored_tasks
from noisac.experiments.paper import DEFAULT_SEED, sweep_of
from noisac.experiments.storage import (
    FORMATS,
    discard_partial,
    read_data,
    run_experiment_stored,
    store_figures,
    summary_table,
    write_data,
)
from noisac.experiments.sweeps import Task, provenance, run_sweep, tasks_of

SMALL = {"draws": 4, "seed": 3, "draws_per_task": 2}
TASKS = 14 * 2  # of Fig. 9: seven SNRs, two systems, two blocks of draws


def assert_same_bits(first, second):
    """Equal in every byte of every variable and in all names, dimensions and attributes."""
    xr.testing.assert_identical(first, second)
    assert set(first.variables) == set(second.variables)
    for name in first.variables:
        assert first[name].dtype == second[name].dtype, name
        assert first[name].values.tobytes() == second[name].values.tobytes(), name


def files(directory):
    """Names and times of change of all files below a directory."""
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.stat().st_mtime_ns for path in paths}


def store(out, *names, **options):
    return list(store_figures(names, out=out, **{"formats": (), **SMALL, **options}))


@pytest.fixture(scope="module")
def reference():
    """Fig. 9 computed without storage and in other blocks."""
    return run_experiment("fig09", draws=4, seed=3)


@pytest.fixture
def tasks_run(monkeypatch):
    """Counts the tasks that are run rather than read."""
    run, count = Task.run, []
    monkeypatch.setattr(Task, "run", lambda task: count.append(task) or run(task))
    return count


# Files.


def test_netcdf_keeps_every_bit_and_attribute(tmp_path):
    odd = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000ABC))[0]  # NaN with a payload
    data = xr.Dataset(
        {
            "rate": (("system", "slots"), [[odd, np.inf, -0.0], [5e-324, 0.1, -np.inf]], {"long_name": "rate ζ"}),
            "iterations": (("system", "slots"), np.full((2, 3), 2**40), {"units": "days"}),
        },
        coords={"system": ("system", ["NO-ISAC", "localisation"], {"units": "1"}), "slots": [1, 2, 3]},
        attrs={"seed": 2**63 - 1, "draws": 1, "parameters": '{"a": [1, "π"]}', "scale": 0.1},
    )
    write_data(data, tmp_path / "data.nc")
    again = read_data(tmp_path / "data.nc")
    assert_same_bits(data, again)
    assert {key: type(value) for key, value in again.attrs.items()} == {
        **dict.fromkeys(("seed", "draws"), int),
        "parameters": str,
        "scale": float,
    }
    assert files(tmp_path).keys() == {"data.nc"}


@pytest.mark.parametrize("name", ["fig05", "fig11"])
def test_the_data_of_a_figure_survive_the_disk(tmp_path, name):
    data = run_figure(name, draws=2, seed=1)
    write_data(data, tmp_path / "data.nc")
    assert_same_bits(data, read_data(tmp_path / "data.nc"))
    with xr.open_dataset(tmp_path / "data.nc") as plain:  # as anyone would read it
        xr.testing.assert_identical(plain.load(), data)


@pytest.mark.parametrize("name", ["fig05", "fig11"])
def test_the_table_is_the_summary_of_every_variable_at_every_point(name):
    data = run_figure(name, draws=4, seed=1)
    rows = list(csv.DictReader(io.StringIO(summary_table(data))))
    grid = [dim for dim in data.dims if dim in data.coords]
    assert len(rows) == len(data.data_vars) * np.prod([data.sizes[dim] for dim in grid])
    for row in rows:
        values = data[row["variable"]]
        assert (row["long_name"], row["units"]) == (values.attrs["long_name"], values.attrs["units"])
        dims = ("draw", "random_beam") if row["variable"].startswith("random") else "draw"
        point = {dim: row[dim] if dim == "system" else float(row[dim]) for dim in grid}
        stats = summarise(values, dims).sel(point)
        for statistic in ("mean", "standard_error", "median", "lower", "upper"):
            assert float(row[statistic]) == float(stats[statistic])  # to the last bit
        assert row["draws"] == "4"


def test_a_panel_is_stored_as_picture_data_and_table(tmp_path, reference):
    (outcome,) = store(tmp_path, "fig09a", "fig09b", formats=FORMATS)
    assert outcome.figures == ("fig09a", "fig09b")
    assert outcome.computed
    names = {f"{name}.{suffix}" for name in outcome.figures for suffix in (*FORMATS, "nc", "csv")}
    assert {path.name for path in outcome.written} == names
    assert files(tmp_path).keys() == names  # nothing temporary or partial is left
    assert not (tmp_path / ".partial").exists()
    for name in outcome.figures:
        data = read_data(tmp_path / f"{name}.nc")
        expected = panel_of(reference, name).assign_attrs(code=data.attrs["code"])
        assert_same_bits(data, expected)
        assert (tmp_path / f"{name}.csv").read_text() == summary_table(data)
        for suffix, start in {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}.items():
            content = (tmp_path / f"{name}.{suffix}").read_bytes()
            assert content.startswith(start)
            assert f"noisac {name}: 4 draws, seed 3".encode() in content


def test_the_same_data_give_the_same_files(tmp_path):
    store(tmp_path / "first", "fig09a", formats=("svg", "pdf", "png"))
    store(tmp_path / "second", "fig09a", formats=("png", "pdf", "svg"))
    for path in (tmp_path / "first").glob("fig*"):
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, error):
    def fsync(_):
        raise error

    stored_tasks.write_whole(tmp_path / "data.nc", b"old")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(type(error)) as info:
        stored_tasks.write_whole(tmp_path / "data.nc", b"new")
    assert isinstance(error, KeyboardInterrupt) or info.value.filename == str(tmp_path / "data.nc")
    assert (tmp_path / "data.nc").read_bytes() == b"old"
    assert files(tmp_path).keys() == {"data.nc"}


def test_a_write_survives_another_process_tidying_up(tmp_path, monkeypatch):
    attempts, replace = [], os.replace

    def tidied_up(source, target):
        attempts.append(source)
        if len(attempts) == 1:
            source.unlink()
            source.parent.rmdir()
        replace(source, target)

    monkeypatch.setattr(os, "replace", tidied_up)
    stored_tasks.write_whole(tmp_path / "directory" / "file", b"whole")
    assert (tmp_path / "directory" / "file").read_bytes() == b"whole"
    assert len(attempts) == 2


def test_data_that_another_program_has_locked_are_read(tmp_path, tasks_run):
    store(tmp_path, "fig09a")
    before = files(tmp_path)
    program = "import sys, h5py; file = h5py.File(sys.argv[1], 'a'); print('open', flush=True); input()"
    command = [sys.executable, "-c", program, str(tmp_path / "fig09a.nc")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"open\n"
        (outcome,) = store(tmp_path, "fig09a")
        process.communicate(b"\n")
    assert (outcome.computed, outcome.unreadable) == (False, ())
    assert files(tmp_path).keys() == before.keys()
    assert len(tasks_run) == TASKS


def test_what_cannot_be_written_is_named_before_anything_is_computed(tmp_path, tasks_run):
    (tmp_path / "fig09a.nc").mkdir()
    with pytest.raises(IsADirectoryError, match=r"fig09a\.nc"):
        store(tmp_path, "fig09a")
    assert [path.name for path in tmp_path.iterdir()] == ["fig09a.nc"]
    assert not tasks_run


# What is reused.


def test_a_second_run_changes_nothing(tmp_path, tasks_run):
    store(tmp_path, "fig09a", "fig09b", formats=("png",))
    assert len(tasks_run) == TASKS
    before = files(tmp_path)
    (outcome,) = store(tmp_path, "fig09a", "fig09b", formats=("png",))
    assert (outcome.computed, outcome.written) == (False, ())
    assert len(tasks_run) == TASKS
    assert files(tmp_path) == before


def test_a_second_panel_of_an_experiment_costs_no_computing(tmp_path, tasks_run):
    store(tmp_path, "fig09a")
    assert len(tasks_run) == TASKS
    assert (tmp_path / ".partial").exists()
    store(tmp_path, "fig09b")
    assert len(tasks_run) == TASKS
    assert not (tmp_path / ".partial").exists()  # all panels of the experiment are complete


def test_a_missing_picture_is_drawn_without_computing(tmp_path, tasks_run):
    store(tmp_path, "fig09a", "fig09b", formats=("png",))
    (tmp_path / "fig09b.png").unlink()
    before = files(tmp_path)
    (outcome,) = store(tmp_path, "fig09a", "fig09b", formats=("png", "svg"))
    assert not outcome.computed
    assert {path.name for path in outcome.written} == {"fig09a.svg", "fig09b.png", "fig09b.svg"}
    assert files(tmp_path).items() >= before.items()
    assert len(tasks_run) == TASKS


@pytest.mark.parametrize("change", [{"seed": 4}, {"draws": 5}])
def test_other_parameters_are_computed_and_replace_what_was_there(tmp_path, change):
    store(tmp_path, "fig09a", formats=("svg",))
    (outcome,) = store(tmp_path, "fig09a", formats=("svg",), **change)
    assert outcome.computed
    assert {path.name for path in outcome.written} == {"fig09a.nc", "fig09a.csv", "fig09a.svg"}
    expected = run_figure("fig09a", **{"draws": 4, "seed": 3, **change})
    data = read_data(tmp_path / "fig09a.nc")
    assert_same_bits(data, expected.assign_attrs(code=data.attrs["code"]))


def test_a_picture_of_other_data_is_drawn_again(tmp_path):
    store(tmp_path, "fig09a", formats=("png", "svg"))
    store(tmp_path, "fig09a", seed=4, formats=("png",))  # leaves the old svg
    (outcome,) = store(tmp_path, "fig09a", seed=4, formats=("png", "svg"))
    assert [path.name for path in outcome.written] == ["fig09a.svg"]
    assert b"seed 4" in (tmp_path / "fig09a.svg").read_bytes()


def test_changed_code_computes_and_draws_again(tmp_path, monkeypatch):
    store(tmp_path, "fig09a", formats=("png",))
    for module in (storage, stored_tasks):
        monkeypatch.setattr(module, "code_hash", lambda: "another")
    (outcome,) = store(tmp_path, "fig09a", formats=("png",))
    assert outcome.computed
    assert {path.name for path in outcome.written} == {"fig09a.nc", "fig09a.png"}


@pytest.mark.parametrize("name", ["bounds/closed_form.py", "_style.py", "house.mplstyle"])
def test_the_hash_of_the_code_depends_on_what_computes_and_on_what_draws(tmp_path, monkeypatch, name):
    package = tmp_path / "noisac"
    shutil.copytree(stored_tasks._PACKAGE, package)
    monkeypatch.setattr(stored_tasks, "_PACKAGE", package)
    before = stored_tasks.code_hash.__wrapped__()
    assert before == stored_tasks.code_hash.__wrapped__() == stored_tasks.code_hash()
    (package / name).write_text("# changed")
    assert stored_tasks.code_hash.__wrapped__() != before


def test_more_draws_reuse_full_blocks_of_an_interrupted_run(tmp_path, tasks_run):
    run_experiment_stored("fig09", out=tmp_path, draws=5, seed=3, draws_per_task=2)
    assert len(tasks_run) == 14 * 3
    data = run_experiment_stored("fig09", out=tmp_path, draws=8, seed=3, draws_per_task=2)
    assert len(tasks_run) == 14 * 3 + 14 * 2  # draws 0 to 3 are there, draw 4 stood in a shorter block
    assert_same_bits(data.drop_attrs(deep=False), run_experiment("fig09", draws=8, seed=3).drop_attrs(deep=False))


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 4},
        {"scenario": Scenario(snr_db=1.0, user_shape=(2, 2))},
        {"readings": Readings(output="last")},
        {"draws_per_task": 3},
    ],
)
def test_finished_tasks_of_other_parameters_are_not_used(tmp_path, tasks_run, change):
    run_experiment_stored("fig09", out=tmp_path, **SMALL)
    tasks_run.clear()
    run_experiment_stored("fig09", out=tmp_path, **{**SMALL, **change})
    assert len(tasks_run) == TASKS


@pytest.mark.parametrize("damage", ["truncated", "emptied", "one bit", "of another task"])
def test_a_damaged_task_is_computed_again(tmp_path, tasks_run, reference, damage):
    run_experiment_stored("fig09", out=tmp_path, **SMALL)
    tasks_run.clear()
    victim, other = sorted(tmp_path.rglob("*.npz"))[7:9]
    content = victim.read_bytes()
    middle = len(content) // 2
    victim.write_bytes(
        {
            "truncated": content[:-1],
            "emptied": b"",
            "one bit": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "of another task": other.read_bytes(),
        }[damage]
    )
    data = run_experiment_stored("fig09", out=tmp_path, **SMALL)
    assert len(tasks_run) == 1
    assert victim.read_bytes() == content
    assert_same_bits(data, reference.assign_attrs(code=data.attrs["code"]))


def test_damaged_data_are_computed_again(tmp_path):
    store(tmp_path, "fig09a", "fig09b")
    content = (tmp_path / "fig09a.nc").read_bytes()
    (tmp_path / "fig09a.nc").write_bytes(content[: len(content) // 2])
    (tmp_path / "fig09b.csv").write_text("half a li")
    (outcome,) = store(tmp_path, "fig09a", "fig09b")
    assert {path.name for path in outcome.written} == {"fig09a.nc", "fig09b.csv"}
    assert outcome.unreadable == (tmp_path / "fig09a.nc",)
    assert (tmp_path / "fig09a.nc").read_bytes() == content


def test_discarding_leaves_other_parameters_alone(tmp_path):
    for seed in (1, 2):
        run_experiment_stored("fig09", out=tmp_path, draws=1, seed=seed)
    discard_partial(tmp_path, sweep_of("fig09"), 1)
    assert len(files(tmp_path)) == 14
    discard_partial(tmp_path, sweep_of("fig09"), 2)
    assert not list(tmp_path.iterdir())


def test_unusable_arguments_are_named_before_anything_is_written(tmp_path):
    for name, call in {
        "names": lambda: store(tmp_path, "fig99"),
        "formats": lambda: store(tmp_path, "fig09a", formats=("gif",)),
        "draws": lambda: store(tmp_path, "fig09a", draws=0),
        "seed": lambda: store(tmp_path, "fig09a", seed=2**63),
    }.items():
        with pytest.raises(ValueError, match=rf"^{name} "):
            call()
    assert not list(tmp_path.iterdir())


# Workers.


def test_one_process_two_processes_and_none_of_the_storage_give_the_same_bits(tmp_path, reference):
    for jobs in (1, 2):
        data = run_experiment_stored("fig09", out=tmp_path / str(jobs), jobs=jobs, **SMALL)
        assert_same_bits(data, reference.assign_attrs(code=data.attrs["code"]))
        assert len(list((tmp_path / str(jobs)).rglob("*.npz"))) == TASKS  # workers wrote them


def test_without_jobs_the_enclosing_configuration_counts(tmp_path, reference, monkeypatch):
    used = []

    class Backend(ThreadingBackend):
        supports_return_generator = False  # as joblib's "multiprocessing"

        def configure(self, *args, **kwargs):
            used.append(self)
            return super().configure(*args, **kwargs)

    joblib.register_parallel_backend("watched", Backend)
    with joblib.parallel_config("watched", n_jobs=2):
        data = run_experiment_stored("fig09", out=tmp_path, **SMALL)
    assert used
    assert_same_bits(data, reference.assign_attrs(code=data.attrs["code"]))


@pytest.mark.parametrize("name", ["fig05", "fig09", "fig11"])
def test_sweeps_and_tasks_can_be_pickled(name):
    task = tasks_of(sweep_of(name), 1, 1)[0]
    again = pickle.loads(pickle.dumps(task)).run()
    for variable, values in task.run().items():
        np.testing.assert_array_equal(again[variable], values)


def test_the_size_of_tasks_must_be_positive():
    with pytest.raises(ValueError, match="draws_per_task"):
        run_sweep(sweep_of("fig09"), draws=1, seed=1, draws_per_task=0)


def a_function():
    """Stands for a parameter that is a function."""


def test_provenance_does_not_depend_on_the_process_nor_shorten_arrays():
    sweep = sweep_of("fig09")
    fixed = {"function": a_function, "array": np.arange(2000), "number": np.float64(0.1)}
    text = provenance(type(sweep)(**{**vars(sweep), "fixed": fixed}), 1, 1)["parameters"]
    assert '"tests.experiments.test_storage.a_function"' in text
    assert " 1000, " in text
    assert '"number": 0.1' in text


# Death.

SCRIPT = """
import sys
from noisac.experiments.storage import store_figures
out, jobs = sys.argv[1:]
list(store_figures(["fig09a", "fig09b"], out=out, jobs=int(jobs), draws=4, seed=3, draws_per_task=2))
"""


def start(out, jobs=1):
    """Run the small figure 9 in a process group of its own."""
    command = [sys.executable, "-c", SCRIPT, str(out), str(jobs)]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)


def kill_when(process, condition):
    """Kill a process and its workers at once when the condition holds; says whether it was alive."""
    while not condition() and process.poll() is None:
        time.sleep(0.001)
    alive = process.poll() is None
    os.killpg(process.pid, signal.SIGKILL) if alive else None
    process.communicate()
    return alive


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX signals")
def test_killed_runs_lose_nothing_finished_and_end_with_the_same_bits(tmp_path, reference):
    out, rng = tmp_path / "out", random.Random(20221)
    finished = {}

    def paths():
        with contextlib.suppress(FileNotFoundError):  # the run has just removed the folder
            return list(out.glob(".partial/*/*.npz"))
        return []

    def tasks():
        return {path.name: path.stat().st_mtime_ns for path in paths()}

    # At a random count of finished tasks, and a random moment after; the last while panels are written.
    for jobs, target in zip((1, 2, 1), (*sorted(rng.sample(range(1, TASKS), 2)), None), strict=True):
        process = start(out, jobs)
        delay = rng.uniform(0, 0.02)
        if target is None:
            killed = kill_when(process, lambda: any(out.glob("fig09*")) or any(out.glob(".fig09*")))
        else:
            killed = kill_when(process, lambda t=target, d=delay: len(paths()) >= t and not time.sleep(d))
        if not killed:  # on a machine that stalls, the run can end before this process looks again
            assert process.returncode == 0
            break
        now = tasks()
        assert now.items() >= finished.items()  # still there, and not written again
        assert len(now) >= (TASKS if target is None else target)
        finished = now
    process = start(out)
    process.communicate()
    assert process.returncode == 0
    assert files(out).keys() == {f"fig09{panel}.{suffix}" for panel in "ab" for suffix in ("nc", "csv", "png")}
    assert not (out / ".partial").exists()
    for name in ("fig09a", "fig09b"):
        data = read_data(out / f"{name}.nc")
        assert_same_bits(data, panel_of(reference, name).assign_attrs(code=data.attrs["code"]))
        assert (out / f"{name}.csv").read_text() == summary_table(data)


def test_two_processes_may_write_the_same_directory_at_once(tmp_path, reference):
    processes = [start(tmp_path) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    assert files(tmp_path).keys() == {
        f"fig09{panel}.{suffix}" for panel in "ab" for suffix in ("nc", "csv", "png")
    }
    data = read_data(tmp_path / "fig09a.nc")
    assert_same_bits(data, panel_of(reference, "fig09a").assign_attrs(code=data.attrs["code"]))


def test_what_killed_runs_left_half_written_is_removed(tmp_path):
    store(tmp_path, "fig09a", "fig09b")
    before = files(tmp_path)
    (tmp_path / ".fig09a.nc.0123456789abcdef.tmp").write_bytes(b"half")
    (tmp_path / "mine.tmp").write_bytes(b"mine")
    store(tmp_path, "fig09a", "fig09b")
    assert files(tmp_path).keys() == before.keys() | {"mine.tmp"}


def test_every_figure_of_the_package_can_be_stored(tmp_path):
    outcomes = list(store_figures(out=tmp_path, draws=1, formats=()))
    assert [name for outcome in outcomes for name in outcome.figures] == list(FIGURES)
    assert files(tmp_path).keys() == {f"{name}.{suffix}" for name in FIGURES for suffix in ("nc", "csv")}
    assert read_data(tmp_path / "fig04.nc").attrs["seed"] == DEFAULT_SEED
