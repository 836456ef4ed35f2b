"""The stored sweep: all its stages, some ten minutes of one core, in one file beside this module."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import xarray as xr

from noisac_book.audit.confirmation import confirm
from noisac_book.audit.prediction import DEFAULT_SEED, needs_no_draws, predict
from noisac_book.audit.scores import Curves
from noisac_book.audit.sweep import (
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
#: Chains and steps of the local search: where each draw has a search of its own, where none does, of all factors.
_SLOW, _FAST, _ALL = (16, 30), (48, 50), (64, 100)
#: Variants of a class that are tried again with a stronger search of the beams, and those that are kept.
_AGAIN, _KEPT = 24, 6
#: Draws behind the confirmation, by the search of the beams.
_DRAWS = 1000
#: What is confirmed: this book's reading, it with (17), the closest of each class, and what meets most numbers.
LISTED = ("book", "(17) alone", *CLASSES, "most met")
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


def run_sweep(path: str | os.PathLike[str], report: Callable[[str], None] = print) -> None:
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
    for label in CLASSES:
        if "best" not in parts or label not in parts["best"]["label"]:
            more = _closest(label, variants, curves, parts.get("best"))
            parts["best"] = (
                xr.concat([parts["best"], more], "row", data_vars="minimal") if "best" in parts else more
            )
            _write(path, parts)
            report(f"{label}: {summary_of(from_dataset(more)[1])[0].min():.2f} dB")
    listed = to_confirm(parts["best"])
    for stage, chosen in (("descent", listed), ("algorithm 1", [v for v in listed if needs_no_draws(v)][1:])):
        if stage not in parts:
            parts[stage] = confirm(chosen, draws=_DRAWS, algorithm_1=stage == "algorithm 1")
            _write(path, parts)
            report(f"{stage}: done")


def pooled(parts: Parts) -> tuple[list[Variant], Curves]:
    """Both samples together."""
    pools = [from_dataset(parts[name]) for name in SAMPLES]
    return [variant for variants, _ in pools for variant in variants], _joined([curves for _, curves in pools])


def _joined(curves: list[Curves]) -> Curves:
    return Curves(*(np.concatenate(field) for field in zip(*curves, strict=True)))


def to_confirm(best: xr.Dataset) -> list[Variant]:
    """What `LISTED` names."""
    found, curves = from_dataset(best)
    score, met = summary_of(curves)
    labels = best["label"].to_numpy().tolist()
    closest = [found[labels.index(label)] for label in CLASSES]
    return [
        Variant(),
        Variant(information="expected"),
        *closest,
        found[int(np.lexsort((score.round(4), -met))[0])],
    ]


def _closest(label: str, variants: list[Variant], curves: Curves, others: xr.Dataset | None) -> xr.Dataset:
    """The closest variants of a class, from those of the others too where no factor is kept."""
    fixed = CLASSES[label]
    slow = fixed.get("information") == "theorem"
    chains, steps = _SLOW if slow else _FAST if fixed else _ALL
    order = np.argsort(summary_of(curves)[0].round(4), kind="stable")
    starts = [variants[i].replace(**fixed).canonical for i in order]
    if others is not None and not fixed:
        found, values = from_dataset(others)
        starts = [found[i] for i in distinct_best(found, summary_of(values)[0], chains // 2)] + starts
    rng = np.random.default_rng(np.random.SeedSequence(DEFAULT_SEED, spawn_key=(7, list(CLASSES).index(label))))
    near, rough = local_search(list(dict.fromkeys(starts))[:chains], steps=steps, rng=rng, fixed=fixed, draws=2)
    near = [near[i] for i in distinct_best(near, summary_of(rough)[0], _AGAIN)]
    strong = predict(near, draws=12, restarts=4 if slow else 16)
    kept = distinct_best(near, summary_of(strong)[0], _KEPT)
    data = to_dataset([near[i] for i in kept], strong.take(kept))
    return data.assign(label=("row", [label] * len(kept)))


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
