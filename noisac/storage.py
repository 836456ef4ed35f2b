"""Results on disk: experiments that survive being killed, and the files of each panel.

Every file is written whole under another name and then renamed, so that no reader ever sees half of one, and every
file can be told to belong to the parameters, so that none is trusted because of its name alone:

- a finished task, ``.partial/KEY/*.npz``, lies in a directory named after all that determines its result, and
  starts with a checksum of its content;
- ``NAME.nc`` holds seed, draws, parameters and a hash of the code in its attributes;
- a picture holds a stamp of its data and of the code that drew it in its metadata;
- ``NAME.csv`` is compared with what the data give.

Files may therefore be written in any order, at any time, by several processes.
"""

from __future__ import annotations

import ast
import contextlib
import csv
import functools
import hashlib
import io
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from noisac import _style, _validate
from noisac._validate import FloatArray
from noisac.experiments import DEFAULT_DRAWS, DEFAULT_SEED, FIGURES, panel_of, sweep_of
from noisac.figures import draw_figure
from noisac.readings import Readings
from noisac.scenario import Scenario
from noisac.summaries import summarise
from noisac.sweeps import DRAWS_PER_TASK, Sweep, Task, provenance, run_sweep

#: Formats of pictures, and the entry of their metadata that takes free text.
FORMATS = {"png": "Description", "svg": "Description", "pdf": "Subject"}
#: Entries that differ from run to run, left out so that the same data give the same file.
_DATES: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
#: Largest seed that NetCDF can hold as an attribute.
LARGEST_SEED = 2**63 - 1

_PARTIAL = ".partial"
_CHECKSUM_BYTES = 32
_PACKAGE = Path(__file__).parent
_STATISTICS = ("mean", "standard_error", "median", "lower", "upper")


class Outcome(NamedTuple):
    """What `store_figures` did for the panels of one experiment.

    Attributes
    ----------
    figures : tuple of str
        Names of the panels.
    computed : bool
        Whether the experiment was run.
    written : tuple of Path
        Files that were written; none if all were there.
    seconds : float
        Time that it took.
    """

    figures: tuple[str, ...]
    computed: bool
    written: tuple[Path, ...]
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
) -> Iterator[Outcome]:
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
    Outcome
        One per experiment; panels of the same experiment share its run.

    Raises
    ------
    ValueError
        For an unknown name or format, or draws or seed out of range.

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
    name : str
        A key of `noisac.EXPERIMENTS`.
    out : path
        Finished tasks are kept in ``out/.partial`` until `discard_partial` is called.
    draws, seed, jobs, progress, draws_per_task
        As for `noisac.sweeps.run_sweep`. More draws reuse the full blocks of fewer.
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
    return data.assign_attrs(_identity(name, sweep, draws, seed))


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


def write_data(data: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a dataset as NetCDF 4, all at once.

    Parameters
    ----------
    data : xarray.Dataset
    path : path
        An earlier file of that name is replaced.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> data = xr.Dataset({"rate": ("system", [7.5, 6.0])}, {"system": ["NO-ISAC", "TD-ISAC"]}, {"seed": 1})
    >>> with TemporaryDirectory() as out:
    ...     write_data(data, Path(out, "rate.nc"))
    ...     read_data(Path(out, "rate.nc")).identical(data)
    True
    """
    # No fill value: every bit of the numbers stands for itself.
    encoding = {variable: {"_FillValue": None} for variable in data.variables}
    _write(Path(path), lambda temporary: data.to_netcdf(temporary, engine="h5netcdf", encoding=encoding))


def read_data(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a dataset from NetCDF, exactly as `write_data` got it.

    Parameters
    ----------
    path : path

    Returns
    -------
    xarray.Dataset
        In memory; the file is closed.

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
    data = xr.load_dataset(path, engine="h5netcdf", decode_times=False, mask_and_scale=False)
    data.attrs = _as_python(data.attrs)
    for variable in data.variables.values():
        variable.attrs = _as_python(variable.attrs)
    return data


def summary_table(data: xr.Dataset) -> str:
    """Summarise every variable at every point, as CSV.

    Parameters
    ----------
    data : xarray.Dataset
        From `noisac.run_figure`; dimensions without coordinates, such as the draws, are summarised over.

    Returns
    -------
    str
        One row per variable and point: the point, the variable's name, long name and unit, the statistics of
        `noisac.summarise` in full precision, and the number of draws.

    Examples
    --------
    >>> data = xr.Dataset({"rate": (("slots", "draw"), [[1.0, 3.0]], {"units": "bit"})}, {"slots": [5]})
    >>> print(summary_table(data))
    slots,variable,long_name,units,mean,standard_error,median,lower,upper,draws
    5,rate,,bit,2.0,1.0,2.0,1.2,2.8,2
    <BLANKLINE>
    """
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


def _store_experiment(
    experiment: str, names: Sequence[str], out: Path, formats: Sequence[str], options: Mapping[str, Any]
) -> Outcome:
    start = time.perf_counter()
    sweep, draws, seed = sweep_of(experiment), options["draws"], options["seed"]
    identity = _identity(experiment, sweep, draws, seed)
    _remove_temporaries(out, names)
    stored = {name: _read_if_current(out / f"{name}.nc", {**identity, "figure": name}) for name in names}
    run = None
    written: list[Path] = []
    if any(data is None for data in stored.values()):
        run = run_experiment_stored(experiment, out=out, **options)
    for name, data in stored.items():
        if data is None:
            assert run is not None
            data = panel_of(run, name)
            write_data(data, out / f"{name}.nc")
            written.append(out / f"{name}.nc")
        written += _write_missing(data, name, out, formats)
    siblings = [name for name, panel in FIGURES.items() if panel.experiment == experiment and name not in names]
    if all(_read_if_current(out / f"{name}.nc", {**identity, "figure": name}) is not None for name in siblings):
        discard_partial(experiment, out=out, seed=seed)
    return Outcome(tuple(names), run is not None, tuple(written), time.perf_counter() - start)


def _write_missing(data: xr.Dataset, name: str, out: Path, formats: Sequence[str]) -> list[Path]:
    """Write the summary and the pictures of a panel that are not there or belong to other data."""
    table, path = summary_table(data).encode(), out / f"{name}.csv"
    written = []
    if _content(path) != table:
        _write(path, lambda temporary: temporary.write_bytes(table))
        written.append(path)
    stamp = _stamp(data)
    paths = {suffix: out / f"{name}.{suffix}" for suffix in dict.fromkeys(formats)}
    missing = [suffix for suffix, path in paths.items() if stamp.encode() not in _content(path)]
    text = f"noisac {name}: {data.attrs['draws']} draws, seed {data.attrs['seed']}, {stamp}"
    for suffix in missing:
        metadata = {FORMATS[suffix]: text, **_DATES.get(suffix, {})}
        figure = draw_figure(data)  # anew: constrained layout starts from where it stopped in the last format
        with _style.house_style():
            _write(paths[suffix], functools.partial(figure.savefig, format=suffix, metadata=metadata))
        written.append(paths[suffix])
    return written


def _read_or_run(directory: Path, task: Task) -> dict[str, FloatArray]:
    """Read the result of a task if it is on disk and whole; otherwise run the task and write it."""
    index = "-".join(map(str, task.index))
    path = directory / f"{index}_draws_{task.draws[0]}_to_{task.draws[-1]}.npz"
    content = _content(path)
    if content and content == _with_checksum(path, content[_CHECKSUM_BYTES:]):
        with np.load(io.BytesIO(content[_CHECKSUM_BYTES:]), allow_pickle=False) as arrays:
            return dict(arrays)
    result = task.run()
    buffer = io.BytesIO()
    # Without allow_pickle=False, which NumPy stores as an array up to 2.0: arrays of numbers need no pickle.
    np.savez(buffer, **result)  # type: ignore[arg-type]
    content = _with_checksum(path, buffer.getvalue())
    _write(path, lambda temporary: temporary.write_bytes(content))
    return result


def _with_checksum(path: Path, payload: bytes) -> bytes:
    """Put a checksum of the payload, and of the task that it belongs to, in front of it."""
    task = f"{path.parent.name}/{path.name}\0"
    return hashlib.sha256(task.encode() + payload).digest() + payload


def _write(path: Path, save: Callable[[Path], object], attempts: int = 5) -> None:
    """Save under a temporary name, then rename: a file of the final name is always whole."""
    for attempt in range(1, attempts + 1):
        temporary = path.parent / f".{path.name}.{secrets.token_hex(8)}.tmp"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save(temporary)
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(temporary, path)
            return
        except (FileNotFoundError, FileExistsError):
            # Another process tidied up meanwhile, see _remove_temporaries and discard_partial.
            if attempt == attempts:
                raise
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _remove_temporaries(out: Path, names: Iterable[str]) -> None:
    """Remove what killed runs left half-written. A run that is alive notices and writes its file again."""
    for name in names:
        for path in out.glob(f".{name}.*.tmp"):
            path.unlink(missing_ok=True)


def _read_if_current(path: Path, attributes: Mapping[str, Any]) -> xr.Dataset | None:
    try:
        data = read_data(path)
    except (OSError, ValueError, KeyError, RuntimeError):  # not there, or damaged: h5py raises any of these
        return None
    return data if dict(data.attrs) == dict(attributes) else None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _identity(name: str, sweep: Sweep, draws: int, seed: int) -> dict[str, Any]:
    """Return the attributes of an experiment's data, which tell whether stored data are those asked for."""
    return {**provenance(sweep, draws, seed), "experiment": name, "code": _code_hash(drawing=False)}


def _partial_directory(out: Path, name: str, sweep: Sweep, seed: int) -> Path:
    """Name the directory of finished tasks after all that determines them, but for their place in the sweep."""
    facts = {
        **_identity(name, sweep, 0, seed),
        "grid": {dim: list(values) for dim, values in sweep.grid.items()},
        "key": sweep.key,
        "numpy": np.__version__,  # another version may round, or draw, differently
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True, default=repr).encode()).hexdigest()
    return out / _PARTIAL / f"{name}-{digest[:24]}"


def _stamp(data: xr.Dataset) -> str:
    """Tell the picture of these data, drawn by this code, from all others."""
    facts = json.dumps([data.attrs, _code_hash(drawing=True)], sort_keys=True)
    return f"sha256:{hashlib.sha256(facts.encode()).hexdigest()}"


@functools.cache
def _code_hash(*, drawing: bool) -> str:
    """Hash the modules that draw panels, or those that compute data.

    The version alone does not tell: between releases the code changes and the version does not.
    """
    drawn_by = {_PACKAGE / name for name in ("figures.py", "_style.py", "house.mplstyle")}
    paths = drawn_by if drawing else _modules_behind("experiments.py")
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _modules_behind(name: str) -> set[Path]:
    """Find a module of the package and all that it imports from the package, directly or not."""
    found: set[Path] = set()
    queue = [_PACKAGE / name]
    while queue:
        path = queue.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "noisac":
                parent = _PACKAGE.joinpath(*(node.module or "").split(".")[1:])
                queue += [parent / f"{alias.name}.py" for alias in node.names]
                if parent != _PACKAGE:  # whose __init__ imports everything, computing or not
                    queue += [parent.with_suffix(".py"), parent / "__init__.py"]
    return found


def _as_python(attributes: Mapping[Any, Any]) -> dict[Any, Any]:
    """Turn the numpy scalars that a file gives into the int, float or str that they were."""
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in attributes.items()}
