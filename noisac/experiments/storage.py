"""Results on disk: the files of each panel.

Every file appears under its name only when it is complete, and identifies the parameters that it belongs to, so
that none is trusted for its name alone:

- finished tasks lie in ``.partial``, as `noisac.experiments.stored_tasks` puts them there;
- ``NAME.nc`` holds seed, draws, parameters and a hash of the code in its attributes;
- a picture holds a hash of these attributes in its metadata;
- ``NAME.csv`` is compared with what the data give.

Files may therefore be written in any order, at any time, by several processes.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import hashlib
import io
import itertools
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import lazy_loader
import numpy as np

from noisac import _style, _validate
from noisac.experiments.figures import draw_figure
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED, FIGURES, panel_of, sweep_of
from noisac.experiments.readings import Readings
from noisac.experiments.stored_tasks import (
    check_writable,
    code_hash,
    content_of,
    folder_of,
    read_or_run,
    write_whole,
)
from noisac.experiments.summaries import summarise
from noisac.experiments.sweeps import DRAWS_PER_TASK, Sweep, provenance, run_sweep
from noisac.model.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure
else:
    xr = lazy_loader.load("xarray")

#: Formats of pictures, and the entry of their metadata that takes free text.
FORMATS = {"png": "Description", "svg": "Description", "pdf": "Subject"}
#: Entries that differ from run to run, left out so that the same data give the same file.
_DATES: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
#: Largest seed that NetCDF can hold as an attribute.
LARGEST_SEED = 2**63 - 1

_PARTIAL = ".partial"
_STATISTICS = ("mean", "standard_error", "median", "lower", "upper")


class StorageReport(NamedTuple):
    """What `store_figures` did for the panels of one experiment."""

    figures: tuple[str, ...]  # names of the panels
    computed: bool  # whether the experiment was run
    written: tuple[Path, ...]
    unreadable: tuple[Path, ...]  # data that were damaged, or in the hands of another program, and computed again
    seconds: float


def store_figures(
    names: Iterable[str] = tuple(FIGURES),
    *,
    out: str | os.PathLike[str],
    formats: Sequence[str] = ("png",),
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    progress: bool = False,
    draws_per_task: int = DRAWS_PER_TASK,
) -> Iterator[StorageReport]:
    """Write pictures, data and summaries of panels, unless they are there already.

    A run that was interrupted at any moment goes on where it was. Finished tasks are kept in ``out/.partial``
    until all panels of their experiment are there, so that its second panel costs no computing.

    Parameters
    ----------
    names : iterable of str
        Keys of `noisac.FIGURES`.
    out : path
        Directory for NAME.FORMAT, NAME.nc (every draw) and NAME.csv (statistics of every point).
    formats : sequence of {"png", "svg", "pdf"}
        Of the pictures.
    draws, seed, jobs, progress, draws_per_task
        As for `run_experiment_stored`.

    Yields
    ------
    StorageReport
        One per experiment; panels of the same experiment share its run.

    Raises
    ------
    ValueError
        For an unknown name or format, or draws or seed out of range.
    OSError
        With the path that cannot be written, before anything is computed if that can be told then. What was there
        stays as it was.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as out:
    ...     (outcome,) = store_figures(["fig08a"], out=out, formats=["svg"], draws=2)
    ...     sorted(path.name for path in outcome.written)
    ['fig08a.csv', 'fig08a.nc', 'fig08a.svg']
    """
    panels: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        _validate.choice("names", name, tuple(FIGURES))
        panels.setdefault(FIGURES[name].experiment, []).append(name)
    for suffix in formats:
        _validate.choice("formats", suffix, tuple(FORMATS))
    _validate.integer("draws", draws, at_least=1)
    _validate.integer("seed", seed, at_least=0, at_most=LARGEST_SEED)
    for name in itertools.chain(*panels.values()):
        for suffix in ("nc", "csv", *formats):
            check_writable(Path(out, f"{name}.{suffix}"))
    options = {"draws": draws, "seed": seed, "jobs": jobs, "progress": progress, "draws_per_task": draws_per_task}
    return (_store_experiment(name, group, Path(out), formats, options) for name, group in panels.items())


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
    name, scenario, readings
        As for `noisac.run_experiment`, errors included.
    out : path
        Finished tasks are kept in ``out/.partial`` until `store_figures` has written all panels.
    draws, seed, jobs, progress, draws_per_task
        As for `noisac.experiments.run_sweep`. More draws reuse the full blocks of fewer.

    Returns
    -------
    xarray.Dataset
        That of `noisac.run_experiment`, to the last bit, and a hash of the code in its attributes.

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
    folder = folder_of(Path(out).resolve() / _PARTIAL, sweep, seed)
    data = run_sweep(
        sweep,
        draws=draws,
        seed=seed,
        jobs=jobs,
        progress=progress,
        description=name,
        run_task=functools.partial(read_or_run, folder),
        draws_per_task=draws_per_task,
    )
    return data.assign_attrs(_identity(name, sweep, draws, seed))


def discard_partial(out: str | os.PathLike[str], sweep: Sweep, seed: int) -> None:
    """Remove the finished tasks of a sweep that `run_experiment_stored` keeps for resuming."""
    folder = folder_of(Path(out, _PARTIAL), sweep, seed)
    # Another process may be writing there: it makes the folder anew, and removes it when it has finished.
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # not there, or in use for other parameters
        folder.parent.rmdir()


def write_data(data: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a dataset as NetCDF 4, all at once; an earlier file of that name is replaced.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> data = xr.Dataset({"rate": ("system", [7.5, 6.0])}, {"system": ["NO-ISAC", "TD-ISAC"]}, {"seed": 1})
    >>> with TemporaryDirectory() as out:
    ...     write_data(data, Path(out, "rate.nc"))
    ...     read_data(Path(out, "rate.nc")).identical(data)
    True
    """
    import h5netcdf

    # No fill value: every bit of the numbers stands for itself.
    encoding = {variable: {"_FillValue": None} for variable in data.variables}
    buffer = io.BytesIO()  # HDF5 does not survive a full disk
    with h5netcdf.File(buffer, "w") as file:
        data.dump_to_store(xr.backends.H5NetCDFStore(file), encoding=encoding)
    write_whole(Path(path), buffer.getvalue())


def read_data(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a dataset from NetCDF into memory, exactly as `write_data` got it.

    Raises
    ------
    OSError
        If there is no such file, or it is damaged.

    Examples
    --------
    >>> read_data("missing.nc")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    FileNotFoundError: ...
    """
    # Nothing is decoded: no variable is scaled, and none is a time because of its units.
    # Read by us: HDF5 would lock the file, and refuse one that another program has locked.
    content = io.BytesIO(Path(path).read_bytes())
    data = xr.load_dataset(content, engine="h5netcdf", decode_times=False, mask_and_scale=False)
    data.attrs = _as_python(data.attrs)
    for variable in data.variables.values():
        variable.attrs = _as_python(variable.attrs)
    return data


def summary_table(data: xr.Dataset) -> str:
    """Summarise every variable at every point as CSV: a row each, with the statistics of `noisac.summarise`."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    grid = [str(dim) for dim in data.dims if dim in data.coords]
    table.writerow([*grid, "variable", "long_name", "units", *_STATISTICS, "draws"])
    for name, values in data.data_vars.items():
        stats = summarise(values, tuple(str(dim) for dim in values.dims if dim not in data.coords))
        about = [name, values.attrs.get("long_name", ""), values.attrs.get("units", "")]
        for index in np.ndindex(stats["mean"].shape):
            point = dict(zip(stats["mean"].dims, index, strict=True))
            cells = [data[dim].values[point[dim]].item() for dim in grid]
            numbers = [float(stats[statistic].values[index]) for statistic in _STATISTICS]
            table.writerow([*cells, *about, *numbers, data.sizes["draw"]])
    return text.getvalue()


def _identity(name: str, sweep: Sweep, draws: int, seed: int) -> dict[str, Any]:
    """Return the attributes of an experiment's data, which tell whether stored data are those asked for."""
    return {**provenance(sweep, draws, seed), "experiment": name, "code": code_hash()}


def _store_experiment(
    experiment: str, names: Sequence[str], out: Path, formats: Sequence[str], options: Mapping[str, Any]
) -> StorageReport:
    start = time.perf_counter()
    sweep, seed = sweep_of(experiment), options["seed"]
    identity = _identity(experiment, sweep, options["draws"], seed)
    for path in itertools.chain(*(out.glob(f".{name}.*.tmp") for name in names)):
        path.unlink(missing_ok=True)  # left by a killed run; one that is alive notices and writes its file again
    unreadable: list[Path] = []

    def stored(name: str) -> xr.Dataset | None:
        path = out / f"{name}.nc"
        try:
            data = read_data(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, RuntimeError, TypeError):  # h5py raises any of these
            unreadable.append(path)
            return None
        return data if dict(data.attrs) == {**identity, "figure": name} else None

    panels, written = {name: stored(name) for name in names}, []
    computed = any(data is None for data in panels.values())
    if computed:
        run = run_experiment_stored(experiment, out=out, **options)
        for name in [name for name, data in panels.items() if data is None]:
            panel = panels[name] = panel_of(run, name)
            write_data(panel, out / f"{name}.nc")
            written.append(out / f"{name}.nc")
    for name, data in panels.items():
        assert data is not None
        written += _write_missing(data, name, out, formats)
    report = StorageReport(tuple(names), computed, tuple(written), tuple(unreadable), time.perf_counter() - start)
    siblings = [name for name, panel in FIGURES.items() if panel.experiment == experiment and name not in names]
    if all(stored(name) is not None for name in siblings):
        discard_partial(out, sweep, seed)
    return report


def _write_missing(data: xr.Dataset, name: str, out: Path, formats: Sequence[str]) -> list[Path]:
    """Write the summary and the pictures of a panel that are not there or belong to other data."""
    written = []
    table, path = summary_table(data).encode(), out / f"{name}.csv"
    if content_of(path) != table:
        write_whole(path, table)
        written.append(path)
    stamp = f"sha256:{hashlib.sha256(json.dumps(data.attrs, sort_keys=True).encode()).hexdigest()}"
    text = f"noisac {name}: {data.attrs['draws']} draws, seed {data.attrs['seed']}, {stamp}"
    for suffix in dict.fromkeys(formats):
        path = out / f"{name}.{suffix}"
        if stamp.encode() not in content_of(path):
            figure = draw_figure(data)  # anew: constrained layout starts from where it stopped in the last format
            write_picture(figure, path, {FORMATS[suffix]: text, **_DATES.get(suffix, {})})
            written.append(path)
    return written


def write_picture(figure: Figure, path: Path, metadata: Mapping[str, str | None] | None = None) -> None:
    """Write a figure in the format that the path's suffix names, all at once."""
    buffer = io.BytesIO()
    with _style.house_style():
        figure.savefig(buffer, format=path.suffix[1:], metadata=metadata)
    write_whole(path, buffer.getvalue())


def _as_python(attributes: Mapping[Any, Any]) -> dict[Any, Any]:
    """Turn the numpy scalars that a file gives into the int, float or str that they were."""
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in attributes.items()}
