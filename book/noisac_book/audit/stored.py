"""The stored sweep: all its stages, some twenty minutes of one core, in one file beside this module."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import xarray as xr

from noisac_book.audit.confirmation import confirm
from noisac_book.audit.prediction import DEFAULT_SEED, needs_no_draws, predict
from noisac_book.audit.scores import Curves, errors_db
from noisac_book.audit.sweep import (
    CHAINS,
    CLASSES,
    NEAR,
    distinct_best,
    from_dataset,
    local_search,
    sample,
    summary_of,
    to_dataset,
)
from noisac_book.audit.variants import Variant

#: The file that the chapter reads.
STORED = Path(str(resources.files("noisac_book.audit") / "sweep.nc"))
#: Points of the sample over all factors, and over those where the cross terms are left out and antennas are close.
SAMPLES = {"everywhere": 1024, "near": 3072}
_CHUNK = 256
_STEPS, _FEW_STEPS = 25, 12
_KEPT = 6
_CONFIRMED = {"descent": 1000, "algorithm 1": 200}
Report = Callable[[str], None]
Parts = dict[str, xr.Dataset]


def read_sweep(path: str | os.PathLike[str] = STORED) -> Parts:
    """Read the stages of a stored sweep.

    Parameters
    ----------
    path : path, optional
        The file that comes with the book unless given.

    Returns
    -------
    dict of str to xarray.Dataset
        "everywhere" and "near", the two samples; "best", the closest of each class; "descent" and
        "algorithm 1", the closest confirmed.

    Examples
    --------
    >>> sorted(read_sweep())
    ['algorithm 1', 'best', 'descent', 'everywhere', 'near']
    """
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        return {name: node.to_dataset().load() for name, node in tree.children.items()}


def run_sweep(path: str | os.PathLike[str], report: Report = print) -> None:
    """Make the stages that a file lacks, and write it after each part, so that an interrupted run loses little."""
    path = Path(path)
    parts = read_sweep(path) if path.exists() else {}
    for name, count in SAMPLES.items():
        while (done := parts[name].sizes["row"] if name in parts else 0) < count:
            variants = sample(min(_CHUNK, count - done), done, NEAR if name == "near" else None)
            more = to_dataset(variants, predict(variants))
            parts[name] = xr.concat([parts[name], more], "row", data_vars="minimal") if done else more
            _write(path, parts)
            report(f"{name}: {parts[name].sizes['row']} of {count}")
    variants, curves = pooled(parts)
    for stage in ("best", "descent", "algorithm 1"):
        if stage in parts:
            continue
        if stage == "best":
            parts[stage] = _best(variants, curves, report)
        else:
            report(f"{stage}: {_CONFIRMED[stage]} draws")
            chosen = to_confirm(parts["best"])
            if stage == "algorithm 1":  # the classes without cross terms, which stand last
                chosen = [variant for variant in chosen if needs_no_draws(variant)][-4:]
            parts[stage] = confirm(chosen, draws=_CONFIRMED[stage], algorithm_1=stage == "algorithm 1")
        _write(path, parts)


def pooled(parts: Parts) -> tuple[list[Variant], Curves]:
    """Both samples together."""
    pools = [from_dataset(parts[name]) for name in SAMPLES]
    return [v for variants, _ in pools for v in variants], Curves(
        *(np.concatenate(field) for field in zip(*(curves for _, curves in pools), strict=True))
    )


def to_confirm(best: xr.Dataset) -> list[Variant]:
    """The book's reading, it with (17), and the closest variant of each class."""
    variants, _ = from_dataset(best)
    labels = best["label"].to_numpy().tolist()
    return [Variant(), Variant(information="expected"), *(variants[labels.index(label)] for label in CLASSES)]


def _best(variants: list[Variant], curves: Curves, report: Report) -> xr.Dataset:
    """The closest variants of each class."""
    score, _ = summary_of(curves)
    order = np.argsort(score.round(4), kind="stable")
    rows: list[xr.Dataset] = []
    labels: list[str] = []
    for number, (label, fixed) in enumerate(CLASSES.items()):
        confined = [variants[i].replace(**fixed).canonical for i in order]
        near = [variant for data in rows for variant in from_dataset(data)[0][:1]] if not fixed else []
        starts = list(dict.fromkeys([*near, *confined]))[:CHAINS]
        rng = np.random.default_rng(np.random.SeedSequence(DEFAULT_SEED, spawn_key=(7, number)))
        few = fixed.get("information") == "theorem"  # a search for each draw, and nothing close
        found, values = local_search(
            starts[: 8 if few else None],
            steps=_FEW_STEPS if few else _STEPS,
            rng=rng,
            fixed=fixed,
            draws=2,
            restarts=4,
            progress=functools.partial(_report, report, label),
        )
        kept = distinct_best(found, errors_db(values), _KEPT)
        rows.append(to_dataset([found[i] for i in kept], values.take(kept)))
        labels += [label] * len(kept)
    return xr.concat(rows, "row", data_vars="minimal").assign(label=("row", labels))


def _report(report: Report, label: str, text: str) -> None:
    report(f"{label}: {text}")


def variants_of(data: xr.Dataset) -> list[Variant]:
    """Variants of a dataset of `confirm`."""
    return [Variant(**fields) for fields in json.loads(data.attrs["variants"])]


def _write(path: Path, parts: Parts) -> None:
    half = path.with_suffix(".part")
    packed = {
        f"/{name}": {str(key): {"zlib": True} for key in data if data[key].dtype.kind in "if"}
        for name, data in parts.items()
    }
    xr.DataTree.from_dict({f"/{name}": data for name, data in parts.items()}).to_netcdf(
        half, engine="h5netcdf", encoding=packed
    )
    os.replace(half, path)
