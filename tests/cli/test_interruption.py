"""What a signal does to a command and to the workers of a sweep, at moments that the tests choose."""

import contextlib
import os
import signal
import sys
import threading
import time
import warnings

import numpy as np
import psutil
import pytest

from noisac.cli.interruption import Interruption, interruptible
from noisac.experiments import sweeps
from noisac.experiments.sweeps import Sweep, run_sweep

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends signals as POSIX systems do")

BOTH = pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM], ids=lambda which: which.name)
LABELS = {"point": ("point", "1"), "value": ("value", "1")}
SWEEP = Sweep("A sweep", {"point": (1, 2, 3, 4)}, lambda *_: {}, {}, 77, LABELS)


def disposition():
    return (
        signal.getsignal(signal.SIGINT),
        signal.getsignal(signal.SIGTERM),
        sys.unraisablehook,
        threading.excepthook,
    )


@pytest.fixture(autouse=True)
def nothing_changed():
    """What signals do, and which of them are blocked, is afterwards what it was before."""
    before = (disposition(), signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    yield
    assert (disposition(), signal.pthread_sigmask(signal.SIG_BLOCK, ())) == before


def workers():
    """Processes that run tasks for this one."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [child] if "popen_loky" in " ".join(child.cmdline()) else []
    return found


def signal_the_caller(task):
    """Send SIGTERM to the process that this worker works for."""
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(60)
    return {}


def signal_oneself(task):
    signal.raise_signal(signal.SIGTERM)
    return {}


def blocked(task):
    """1 if only SIGINT is blocked in this process, and 10 more if SIGTERM is."""
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return {"value": np.full(len(task.draws), (signal.SIGINT in waiting) + 10 * (signal.SIGTERM in waiting))}


def first_alone(task):
    """End at once at the first point, and not in time at the others."""
    if task.index != (0,):
        time.sleep(60)
    return {"value": np.ones(len(task.draws))}


@BOTH
def test_only_the_first_signal_is_an_exception(which):
    def signals():
        try:
            signal.raise_signal(which)
        finally:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)

    came = []
    with pytest.raises(Interruption), interruptible(came):
        signals()
    assert came == [which]


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible([]):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_signal_in_a_destructor_is_not_lost():
    class Fragile:
        def __del__(self):
            signal.raise_signal(signal.SIGTERM)

    def wait():
        Fragile()
        for _ in range(3000):
            time.sleep(0.01)

    came = []
    with pytest.raises(Interruption), interruptible(came):
        wait()
    assert set(came) == {signal.SIGTERM}


def test_threads_that_fail_say_so_before_a_signal_and_not_after(capsys, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)  # not pytest's, which collects
    said = []

    def fail():
        thread = threading.Thread(target=lambda: 1 // 0)
        thread.start()
        thread.join()
        said.append(capsys.readouterr().err.count("ZeroDivisionError: "))

    def interrupted():
        fail()
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            fail()

    with pytest.raises(Interruption), interruptible([]):
        interrupted()
    assert said == [1, 0]


@pytest.mark.parametrize(("jobs", "task"), [(1, signal_oneself), (2, signal_the_caller)])
def test_a_signal_while_tasks_run_ends_all_workers_in_silence(jobs, task):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Interruption), interruptible([]):
            run_sweep(SWEEP, draws=1, seed=8, jobs=jobs, run_task=task)
    assert jobs == 1 or workers() == []


@BOTH
def test_a_signal_while_workers_start_comes_when_they_have_started(which):
    reached = []

    def start():
        with sweeps._signals_wait():
            # A thread that does not block it may take what is sent to the process.
            other = threading.Thread(target=signal.raise_signal, args=(which,))
            other.start()
            other.join()
            signal.raise_signal(which)
            reached.append("the end of the block")
        reached.append("what follows")

    with pytest.raises(Interruption), interruptible([]):
        start()
    assert reached == ["the end of the block"]


def test_what_ends_the_reading_of_results_ends_all_workers_in_silence(monkeypatch):
    def reads_one(results, **_):
        yield next(results)
        assert len(workers()) == 2
        raise KeyboardInterrupt

    monkeypatch.setattr("tqdm.tqdm", reads_one)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(KeyboardInterrupt):
            run_sweep(SWEEP, draws=1, seed=8, jobs=2, run_task=first_alone)
    assert workers() == []


def test_ctrl_c_does_not_reach_workers_but_termination_does():
    data = run_sweep(SWEEP, draws=1, seed=8, jobs=2, run_task=blocked)
    np.testing.assert_array_equal(data.value, 1)
