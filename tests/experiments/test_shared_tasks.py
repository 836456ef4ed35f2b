"""Results that several processes share while a book is built: the same to the last bit, each computed once."""

import subprocess
import sys

import pytest

from noisac import run_experiment
from noisac.experiments import stored_tasks
from noisac.experiments.sweeps import DRAWS_PER_TASK, Task

SMALL = {"draws": 3, "seed": 5}


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv(stored_tasks.SHARED, str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def ran(monkeypatch):
    """Count the tasks that are run."""
    tasks, run = [], Task.run
    monkeypatch.setattr(Task, "run", lambda task: tasks.append(task) or run(task))
    return tasks


@pytest.mark.parametrize("name", ["fig04", "fig09", "fig11"])
def test_shared_data_are_the_same_to_the_last_bit_when_computed_and_when_read(tmp_path, monkeypatch, name):
    direct = run_experiment(name, **SMALL)
    monkeypatch.setenv(stored_tasks.SHARED, str(tmp_path / "store"))
    assert run_experiment(name, **SMALL).identical(direct)
    assert run_experiment(name, **SMALL).identical(direct)


def test_what_was_computed_is_not_computed_again(store, ran):
    run_experiment("fig09", **SMALL)
    assert len(ran) == 14
    run_experiment("fig09", **SMALL)
    assert len(ran) == 14


def test_more_draws_compute_only_the_rest(store, ran):
    run_experiment("fig09", draws=DRAWS_PER_TASK, seed=5)
    run_experiment("fig09", draws=DRAWS_PER_TASK + 1, seed=5)
    assert [len(task.draws) for task in ran] == 14 * [DRAWS_PER_TASK] + 14 * [1]


@pytest.mark.parametrize("change", ["seed", "scenario", "readings", "experiment", "code"])
def test_nothing_is_read_that_was_computed_from_something_else(store, ran, monkeypatch, change):
    import noisac

    run_experiment("fig09", **SMALL)
    options = {
        "seed": {"draws": 3, "seed": 6},
        "scenario": SMALL | {"scenario": noisac.Scenario(phase_bits=1)},
        "readings": SMALL | {"readings": noisac.Readings(symbol_model="complex")},
    }.get(change, SMALL)
    if change == "code":
        monkeypatch.setattr(stored_tasks, "code_hash", lambda: "another")
    before = len(ran)
    data = run_experiment("fig10" if change == "experiment" else "fig09", **options)
    assert len(ran) - before == data.rate.sizes["system"] * data.rate.shape[1]


def test_without_the_variable_nothing_is_stored(tmp_path, monkeypatch):
    monkeypatch.delenv(stored_tasks.SHARED, raising=False)
    monkeypatch.chdir(tmp_path)
    run_experiment("fig09", **SMALL)
    assert not list(tmp_path.iterdir())


def test_processes_that_want_the_same_at_the_same_time_do_different_parts_of_it(store):
    """Each may repeat a task that the other has begun, and no more."""
    program = """
import noisac
from noisac.experiments.sweeps import Task
count, run = 0, Task.run
def counted(task):
    global count
    count += 1
    return run(task)
Task.run = counted
input()
data = noisac.run_experiment("fig12", draws=100, seed=5)
print(count, float(data.rate.sum()).hex())
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([sys.executable, "-c", program], **pipes) for _ in range(2)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate()[0].split() for process in processes]
    assert said[0][1] == said[1][1]
    together = sum(int(count) for count, _ in said)
    assert 33 <= together < 66
    assert len(list(store.glob("*/*.npz"))) == 33
