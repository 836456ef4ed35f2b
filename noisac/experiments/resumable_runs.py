"""Experiments that survive being killed: finished tasks lie on disk, and a later run reads them from there.

A finished task, ``.partial/KEY/*.npz``, lies in a directory named after all that determines its result, and starts
with a checksum of its content.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from noisac._validate import FloatArray
from noisac.experiments import _code_hash, _whole_files
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED, sweep_of
from noisac.experiments.readings import Readings
from noisac.experiments.sweeps import DRAWS_PER_TASK, Sweep, Task, provenance, run_sweep
from noisac.model.scenario import Scenario

_PARTIAL = ".partial"
_CHECKSUM_BYTES = 32


def run_experiment_stored(
    name: str,
    *,
    out: str | os.PathLike[str],
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    progress: bool = False,
    scenario: Scenario | None = None,
    readings: Readings | None = None,
    draws_per_task: int = DRAWS_PER_TASK,
) -> xr.Dataset:
    """Run an experiment, or the rest of it: tasks that an earlier run has finished are read from disk.

    Workers write the tasks that they finish themselves. Those of a cluster need ``out`` to be on a disk that they
    share; without, the data are the same, but each machine resumes only what it ran itself.

    Parameters
    ----------
    name : str
        A key of `noisac.EXPERIMENTS`.
    out : path
        Finished tasks are kept in ``out/.partial`` until `discard_partial` is called.
    draws, seed, jobs, progress, draws_per_task
        As for `noisac.experiments.run_sweep`. More draws reuse the full blocks of fewer.
    scenario, readings
        As for `noisac.run_experiment`.

    Returns
    -------
    xarray.Dataset
        That of `noisac.run_experiment`, to the last bit, and a hash of the code in its attributes.

    Raises
    ------
    ValueError
        For an unknown name, or draws or seed out of range.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as out:
    ...     first, again = (run_experiment_stored("fig09", out=out, draws=2, seed=1) for _ in range(2))
    >>> first.identical(again)
    True
    """
    sweep = sweep_of(name, scenario=scenario, readings=readings)
    # Resolved, because workers on a cluster may have been started in another directory.
    directory = _partial_directory(Path(out).resolve(), name, sweep, seed)
    data = run_sweep(
        sweep,
        draws=draws,
        seed=seed,
        jobs=jobs,
        progress=progress,
        description=name,
        run_task=functools.partial(_read_or_run, directory),
        draws_per_task=draws_per_task,
    )
    return data.assign_attrs(identity_of(name, sweep, draws, seed))


def discard_partial(
    name: str,
    *,
    out: str | os.PathLike[str],
    seed: int = DEFAULT_SEED,
    scenario: Scenario | None = None,
    readings: Readings | None = None,
) -> None:
    """Remove what `run_experiment_stored` keeps for resuming.

    Parameters
    ----------
    name, out, seed, scenario, readings
        As given to `run_experiment_stored`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as out:
    ...     _ = run_experiment_stored("fig09", out=out, draws=1)
    ...     discard_partial("fig09", out=out)
    ...     os.listdir(out)
    []
    """
    directory = _partial_directory(Path(out), name, sweep_of(name, scenario=scenario, readings=readings), seed)
    # Another process may be writing there: it makes the directory anew, and removes it when it has finished.
    shutil.rmtree(directory, ignore_errors=True)
    with contextlib.suppress(OSError):  # not there, or in use for other parameters
        directory.parent.rmdir()


def identity_of(name: str, sweep: Sweep, draws: int, seed: int) -> dict[str, Any]:
    """Return the attributes of an experiment's data, which tell whether stored data are those asked for."""
    return {**provenance(sweep, draws, seed), "experiment": name, "code": _code_hash.code_hash(drawing=False)}


def _read_or_run(directory: Path, task: Task) -> dict[str, FloatArray]:
    """Read the result of a task if it is on disk and whole; otherwise run the task and write it."""
    index = "-".join(map(str, task.index))
    path = directory / f"{index}_draws_{task.draws[0]}_to_{task.draws[-1]}.npz"
    content = _whole_files.content_of(path)
    if content and content == _with_checksum(path, content[_CHECKSUM_BYTES:]):
        with np.load(io.BytesIO(content[_CHECKSUM_BYTES:]), allow_pickle=False) as arrays:
            return dict(arrays)
    result = task.run()
    buffer = io.BytesIO()
    # Without allow_pickle=False, which NumPy stores as an array up to 2.0: arrays of numbers need no pickle.
    np.savez(buffer, **result)  # type: ignore[arg-type]
    content = _with_checksum(path, buffer.getvalue())
    _whole_files.write(path, lambda temporary: temporary.write_bytes(content))
    return result


def _with_checksum(path: Path, payload: bytes) -> bytes:
    """Put a checksum of the payload, and of the task that it belongs to, in front of it."""
    task = f"{path.parent.name}/{path.name}\0"
    return hashlib.sha256(task.encode() + payload).digest() + payload


def _partial_directory(out: Path, name: str, sweep: Sweep, seed: int) -> Path:
    """Name the directory of finished tasks after all that determines them, but for their place in the sweep."""
    facts = {
        **identity_of(name, sweep, 0, seed),
        "grid": {dim: list(values) for dim, values in sweep.grid.items()},
        "key": sweep.key,
        "numpy": np.__version__,  # another version may round, or draw, differently
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=repr).encode()).hexdigest()
    return out / _PARTIAL / f"{name}-{digest[:24]}"
