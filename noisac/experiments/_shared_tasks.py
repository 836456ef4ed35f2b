"""Tasks of sweeps that several processes share: what one has finished, the others read.

Many chapters of a book show the same experiments. Whoever executes them together names an empty folder in the
variable `FOLDER` of the environment; without it nothing is stored. Results are those of the task, bit for bit.
"""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import xarray as xr

from noisac._validate import FloatArray
from noisac.experiments import _code_hash, _whole_files
from noisac.experiments.sweeps import Sweep, Task, run_sweep, tasks_of

FOLDER = "NOISAC_STORE"


def folder() -> Path | None:
    """Return the folder that is shared, none if nothing is."""
    name = os.environ.get(FOLDER)
    return Path(name) if name else None


def run_shared_sweep(folder: Path, sweep: Sweep, *, draws: int, seed: int) -> xr.Dataset:
    """Run a sweep in one of several processes that share a folder, without workers of its own.

    Each process takes the tasks in an order of its own. Processes that want the same sweep at the same time so do
    different parts of it, and none has to wait for another. Now and then two do the same task, which does no harm.
    """
    run = partial(read_or_run, folder)
    tasks = tasks_of(sweep, draws, seed)
    for task in random.Random(os.getpid()).sample(tasks, len(tasks)):
        run(task)
    return run_sweep(sweep, draws=draws, seed=seed, run_task=run)


def read_or_run(folder: Path, task: Task) -> dict[str, FloatArray]:
    """Read the result of a task, or run it and write it, under a name made of the code and the task."""
    path = folder / f"{joblib.hash((_code_hash.code_hash(drawing=False), task))}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    result = task.run()

    def save(temporary: Path) -> None:
        with temporary.open("wb") as file:  # to a name, NumPy would add a suffix
            np.savez(file, **result)  # type: ignore[arg-type]

    _whole_files.write(path, save)
    return result
