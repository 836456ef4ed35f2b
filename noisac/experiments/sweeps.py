"""Sweeps over a grid of points with many draws at each: streams, tasks, workers, and the dataset they give."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any, TypeAlias

import lazy_loader
import numpy as np

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.model.symbols import draw_symbols

if TYPE_CHECKING:
    import xarray as xr
else:
    xr = lazy_loader.load("xarray")

#: Draws that are computed together; fixed, so that results do not depend on the number of workers. Runs
#: of multiples of it have tasks in common.
DRAWS_PER_TASK = 100

Point: TypeAlias = Mapping[str, Any]
#: Long name and unit of a variable or dimension.
Label: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Streams:
    """Random streams of some draws at one point: symbols are common to all points, searches have their own."""

    seed: int
    draws: tuple[int, ...]
    point_key: tuple[int, ...]

    def symbols(self, slots: int, variance: float = 1.0) -> ComplexArray:
        """Symbols of the draws, (draws, T)."""
        return _symbols(self.seed, self.draws, slots, variance)

    def searches(self) -> list[np.random.Generator]:
        """One generator per draw for Algorithm 1."""
        return self._generators((1, *self.point_key))

    def benchmark(self) -> list[np.random.Generator]:
        """One generator per draw for random beams, the same at every point."""
        return self._generators((2,))

    def _generators(self, key: tuple[int, ...]) -> list[np.random.Generator]:
        return _generators(self.seed, key, self.draws)


def _generators(seed: int, key: tuple[int, ...], draws: tuple[int, ...]) -> list[np.random.Generator]:
    sequences = (np.random.SeedSequence(seed, spawn_key=(*key, draw)) for draw in draws)
    return [np.random.default_rng(sequence) for sequence in sequences]


@lru_cache(maxsize=64)  # the same at every point of a sweep; read-only, because it is shared
def _symbols(seed: int, draws: tuple[int, ...], slots: int, variance: float) -> ComplexArray:
    symbols = np.stack([draw_symbols(rng, slots, variance) for rng in _generators(seed, (0,), draws)])
    symbols.setflags(write=False)
    return symbols


@dataclass(frozen=True)
class Sweep:
    """A grid of points and what is evaluated at each."""

    title: str
    grid: Mapping[str, Sequence[Any]]  # values by dimension; the points are their product
    #: Takes a point, its streams and what is fixed; gives arrays (draws, ...). Workers find it by its name.
    evaluate: Callable[[Point, Streams, Mapping[str, Any]], dict[str, FloatArray]]
    fixed: Mapping[str, Any]
    key: int  # separates the streams of this sweep from those of others
    labels: Mapping[str, Label]  # of all variables and dimensions
    #: Further dimensions, by variable.
    extra_dims: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values along each dimension of the grid."""
        return tuple(len(values) for values in self.grid.values())


@dataclass(frozen=True)
class Task:
    """Some draws at one point of a sweep: the unit of work, of parallelism and of resuming."""

    sweep: Sweep
    index: tuple[int, ...]
    draws: tuple[int, ...]
    seed: int

    def run(self) -> dict[str, FloatArray]:
        """Evaluate the draws; returns arrays (draws, ...) by variable."""
        from threadpoolctl import threadpool_limits

        point = {dim: values[i] for (dim, values), i in zip(self.sweep.grid.items(), self.index, strict=True)}
        streams = Streams(self.seed, self.draws, (self.sweep.key, *self.index))
        # One thread: products of small matrices gain nothing from more, and rounding must not depend on it.
        with threadpool_limits(limits=1):
            return self.sweep.evaluate(point, streams, self.sweep.fixed)


def tasks_of(sweep: Sweep, draws: int, seed: int, draws_per_task: int = DRAWS_PER_TASK) -> list[Task]:
    """All tasks of a sweep, point by point, blocks of draws within a point in order."""
    draws = _validate.integer("draws", draws, at_least=1)
    seed = _validate.integer("seed", seed, at_least=0)
    size = _validate.integer("draws_per_task", draws_per_task, at_least=1)
    blocks = [tuple(range(start, min(start + size, draws))) for start in range(0, draws, size)]
    return [Task(sweep, index, block, seed) for index, block in itertools.product(np.ndindex(sweep.shape), blocks)]


def run_sweep(
    sweep: Sweep,
    *,
    draws: int,
    seed: int,
    jobs: int | None = None,
    progress: bool = False,
    description: str = "",
    run_task: Callable[[Task], dict[str, FloatArray]] = Task.run,
    draws_per_task: int = DRAWS_PER_TASK,
) -> xr.Dataset:
    """Run all tasks of a sweep and join their results.

    Parameters
    ----------
    sweep : Sweep
    draws : int
        Draws of the symbols at each point, at least 1.
    seed : int
        Root of all random streams, at least 0; the same seed gives the same data for any number of jobs.
    jobs : int, optional
        Worker processes, as joblib counts them: -1 for one per core. Unless given, the setting of an enclosing
        ``joblib.parallel_config``, or a single process.
    progress : bool
        Show a progress bar.
    description : str
        Its label.
    run_task : callable
        Runs one task; `noisac.experiments.storage` puts a look at the disk in its place. It must be picklable.
    draws_per_task : int
        Draws that are computed together; fewer make more tasks.

    Returns
    -------
    xarray.Dataset
        One value per point and draw; units, seed, parameters and version in the attributes.

    Examples
    --------
    >>> from noisac.experiments.paper import sweep_of
    >>> dict(run_sweep(sweep_of("fig09"), draws=2, seed=1).rate.sizes)
    {'system': 2, 'snr_db': 7, 'draw': 2}
    """
    import joblib
    from tqdm import tqdm

    tasks = tasks_of(sweep, draws, seed, draws_per_task)
    calls = [joblib.delayed(_run_for)(os.getpid(), run_task, task) for task in tasks]
    with contextlib.closing(_results(calls, jobs)) as results:
        parts = list(tqdm(results, total=len(tasks), desc=description, disable=not progress))
    per_point = len(tasks) // int(np.prod(sweep.shape))
    data = xr.Dataset(
        coords={dim: (dim, list(values), _attributes(sweep, dim)) for dim, values in sweep.grid.items()},
        attrs=provenance(sweep, draws, seed),
    )
    for variable in parts[0]:
        joined = [
            np.concatenate([part[variable] for part in parts[i : i + per_point]])
            for i in range(0, len(parts), per_point)
        ]
        values = np.stack(joined).reshape(*sweep.shape, *joined[0].shape)
        dims = (*sweep.grid, "draw", *sweep.extra_dims.get(variable, ()))
        data[variable] = (dims, values, _attributes(sweep, variable))
    return data


def provenance(sweep: Sweep, draws: int, seed: int) -> dict[str, Any]:
    """What determines the data of a sweep: title, draws, seed, parameters, version."""
    return {
        "title": sweep.title,
        "draws": draws,
        "seed": seed,
        "parameters": json.dumps(sweep.fixed, default=to_json, sort_keys=True),
        "noisac_version": version("noisac"),
    }


class _GivenUpError(Exception):
    """Nobody waits for the results any more."""


def _results(calls: Sequence[Any], jobs: int | None) -> Generator[dict[str, FloatArray]]:
    """Results of calls, in order; whatever ends this early stops the workers, in silence."""
    import joblib

    try:
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator")
    except ValueError:
        # joblib's "multiprocessing" backend cannot; it gives all results at the end, so the bar moves only then.
        yield from joblib.Parallel(n_jobs=jobs)(calls)
        return
    results: Generator[dict[str, FloatArray]] | None = None
    try:
        with _signals_wait():
            results = parallel(calls)
        for result in results:  # noqa: UP028 - "yield from" would close joblib's generator, which warns then
            yield result
    except BaseException:
        if results is not None:
            with contextlib.suppress(_GivenUpError):
                results.throw(_GivenUpError)
        raise


@contextlib.contextmanager
def _signals_wait() -> Iterator[None]:
    """Have SIGINT and SIGTERM wait until the end of the block, and SIGINT not reach processes that it starts.

    A worker that is told halfway what to do prints a traceback, and so does one that Ctrl-C in a terminal reaches.
    """
    came: list[int] = []
    handlers = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(number)) and threading.current_thread() is threading.main_thread()
    }
    try:
        for number in handlers:  # not by the mask: any thread that does not block a signal takes it
            signal.signal(number, lambda number, _: came.append(number))
        with _no_interrupt_inherited():
            yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for waiting in came:
            signal.raise_signal(waiting)


@contextlib.contextmanager
def _no_interrupt_inherited() -> Iterator[None]:
    """Have SIGINT blocked in processes that are started in the block."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # Python 3.11 unblocks SIGINT when the first worker needs it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_for(caller: int, run_task: Callable[[Task], dict[str, FloatArray]], task: Task) -> dict[str, FloatArray]:
    """Run a task; a worker process ends when the process that started it and waits for the result has died."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid == caller:
        _watch_parent(caller)
    return run_task(task)


@functools.cache
def _watch_parent(parent: int) -> None:
    """End this process within a second of its parent's death."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _attributes(sweep: Sweep, name: str) -> dict[str, str]:
    long_name, units = sweep.labels[name]
    return {"long_name": long_name, "units": units}


def to_json(value: object) -> object:
    """Give `json.dumps` what stands for a parameter, the same in every process."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()  # str leaves out the middle of a long array
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"  # str has an address that differs between processes
    return str(value)
