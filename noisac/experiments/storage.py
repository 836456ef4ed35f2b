"""Results on disk: the files of each panel.

Every file is written whole under another name and then renamed, so that no reader ever sees half of one, and every
file can be told to belong to the parameters, so that none is trusted because of its name alone:

- a finished task lies where `noisac.experiments.resumable_runs` puts it;
- ``NAME.nc`` holds seed, draws, parameters and a hash of the code in its attributes;
- a picture holds a stamp of its data and of the code that drew it in its metadata;
- ``NAME.csv`` is compared with what the data give.

Files may therefore be written in any order, at any time, by several processes.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from noisac import _style, _validate
from noisac.experiments import _code_hash, _whole_files
from noisac.experiments.figures import draw_figure
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED, FIGURES, panel_of, sweep_of
from noisac.experiments.resumable_runs import discard_partial, identity_of, run_experiment_stored
from noisac.experiments.summaries import summarise
from noisac.experiments.sweeps import DRAWS_PER_TASK

#: Formats of pictures, and the entry of their metadata that takes free text.
FORMATS = {"png": "Description", "svg": "Description", "pdf": "Subject"}
#: Entries that differ from run to run, left out so that the same data give the same file.
_DATES: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
#: Largest seed that NetCDF can hold as an attribute.
LARGEST_SEED = 2**63 - 1

_STATISTICS = ("mean", "standard_error", "median", "lower", "upper")


class StorageReport(NamedTuple):
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
    _whole_files.write(
        Path(path), lambda temporary: data.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
    )


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
) -> StorageReport:
    start = time.perf_counter()
    sweep, draws, seed = sweep_of(experiment), options["draws"], options["seed"]
    identity = identity_of(experiment, sweep, draws, seed)
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
    return StorageReport(tuple(names), run is not None, tuple(written), time.perf_counter() - start)


def _write_missing(data: xr.Dataset, name: str, out: Path, formats: Sequence[str]) -> list[Path]:
    """Write the summary and the pictures of a panel that are not there or belong to other data."""
    table, path = summary_table(data).encode(), out / f"{name}.csv"
    written = []
    if _whole_files.content_of(path) != table:
        _whole_files.write(path, lambda temporary: temporary.write_bytes(table))
        written.append(path)
    stamp = _stamp(data)
    paths = {suffix: out / f"{name}.{suffix}" for suffix in dict.fromkeys(formats)}
    missing = [suffix for suffix, path in paths.items() if stamp.encode() not in _whole_files.content_of(path)]
    text = f"noisac {name}: {data.attrs['draws']} draws, seed {data.attrs['seed']}, {stamp}"
    for suffix in missing:
        metadata = {FORMATS[suffix]: text, **_DATES.get(suffix, {})}
        figure = draw_figure(data)  # anew: constrained layout starts from where it stopped in the last format
        with _style.house_style():
            _whole_files.write(paths[suffix], functools.partial(figure.savefig, format=suffix, metadata=metadata))
        written.append(paths[suffix])
    return written


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


def _stamp(data: xr.Dataset) -> str:
    """Tell the picture of these data, drawn by this code, from all others."""
    facts = json.dumps([data.attrs, _code_hash.code_hash(drawing=True)], sort_keys=True)
    return f"sha256:{hashlib.sha256(facts.encode()).hexdigest()}"


def _as_python(attributes: Mapping[Any, Any]) -> dict[Any, Any]:
    """Turn the numpy scalars that a file gives into the int, float or str that they were."""
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in attributes.items()}
