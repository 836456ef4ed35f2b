"""Which variants come close: a space-filling sample, then a local search of the score over the mixed factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import qmc

from noisac._validate import FloatArray
from noisac_book.audit.prediction import DEFAULT_SEED, ZETA, predict
from noisac_book.audit.scores import Curves, errors_db, met_by, score_of
from noisac_book.audit.variants import (
    FACTORS,
    HALF_OVER_TURN,
    LEVELS,
    PRINTED_ARRAYS,
    READINGS,
    Variant,
    moved_level,
    sampled_level,
)

#: Where the cross terms are left out and the user's array is small: half of the stored sample lies there.
NEAR: dict[str, Any] = {"information": ("expected", "dropped"), "user_spacing": (0.02, 0.2)}
_AS_PRINTED = {name: getattr(Variant(), name) for name in FACTORS}
_AZIMUTHS = ("user_azimuth", "bs_azimuth")
_ONLY_AZIMUTHS = {name: level for name, level in _AS_PRINTED.items() if name not in _AZIMUTHS}
_READINGS = {name: level for name, level in _AS_PRINTED.items() if name not in (*READINGS, "bs_azimuth")}
#: Classes of variants, by the factors that keep a level while the others are searched.
CLASSES: dict[str, dict[str, Any]] = {
    "readings R1-R7": _READINGS,
    "printed arrays, cross terms": PRINTED_ARRAYS | {"information": "theorem"},
    "printed arrays": dict(PRINTED_ARRAYS),
    "cross terms": {"information": "theorem"},
    "(17), spread / 16": _ONLY_AZIMUTHS | {"information": "expected", "spread_divisor": 16.0},
    "(17), l centred, 0.0796": _ONLY_AZIMUTHS
    | {"information": "expected", "irs_centred": True, "user_spacing": HALF_OVER_TURN},
    "(17), l centred": {k: v for k, v in _ONLY_AZIMUTHS.items() if k != "user_spacing"}
    | {"information": "expected", "irs_centred": True},
    "anything": {},
}
#: Stands for a number that is not finite.
_NONE = 300.0


def sample(count: int, start: int = 0, near: Mapping[str, Any] | None = None) -> list[Variant]:
    """Draw variants from a Sobol sequence over all factors: any number of its points fills the space evenly."""
    engine = qmc.Sobol(len(FACTORS), scramble=True, rng=np.random.default_rng(DEFAULT_SEED))
    if start:
        engine.fast_forward(start)
    variants = []
    for point in engine.random(count):
        values = {name: sampled_level(name, u) for name, u in zip(FACTORS, point.tolist(), strict=True)}
        for name, allowed in (near or {}).items():
            u = point[FACTORS.index(name)]
            if name in LEVELS:
                values[name] = allowed[int(u * len(allowed))]
            else:
                values[name] = float(allowed[0] * (allowed[1] / allowed[0]) ** u)
        variants.append(Variant(**values).canonical)
    return variants


def local_search(
    starts: Sequence[Variant], *, steps: int, rng: np.random.Generator, fixed: Mapping[str, Any], draws: int = 6
) -> tuple[list[Variant], Curves]:
    """Lower the score of some variants, one or two factors at a time, all chains at once.

    After every tenth step, or fifth of more than fifty, the worse half of the chains goes on from the better one.
    """
    free = [name for name in FACTORS if name not in fixed]
    variants = [start.replace(**fixed).canonical for start in starts]
    curves = predict(variants, draws=draws)
    scores, _ = summary_of(curves)
    for step in range(1, steps + 1):
        tried = []
        for variant in variants:
            chosen = rng.choice(free, size=1 + int(rng.random() < 0.4), replace=False)
            moved = {str(name): moved_level(str(name), getattr(variant, name), rng) for name in chosen}
            tried.append(variant.replace(**moved).replace(**fixed).canonical)
        found = predict(tried, draws=draws)
        values, _ = summary_of(found)
        better = values < scores
        scores = np.where(better, values, scores)
        variants = [new if b else old for new, old, b in zip(tried, variants, better, strict=True)]
        curves = Curves(*(np.where(_like(better, old), new, old) for new, old in zip(found, curves, strict=True)))
        if step % max(10, steps // 5) == 0 and step < steps:
            order = np.argsort(scores.round(6), kind="stable")
            order = np.concatenate([order[: (len(order) + 1) // 2], order[: len(order) // 2]])
            variants, curves, scores = [variants[i] for i in order], curves.take(order), scores[order]
    order = np.argsort(scores.round(6), kind="stable")
    return [variants[i] for i in order], curves.take(order)


def _like(flags: Any, values: FloatArray) -> Any:
    return flags.reshape(-1, *[1] * (values.ndim - 1))


def distinct_best(variants: Sequence[Variant], score: FloatArray, count: int) -> list[int]:
    """Numbers of the variants of lowest score, each variant once."""
    first: dict[Variant, int] = {}
    for i in np.argsort(score.round(4), kind="stable"):
        first.setdefault(variants[i], int(i))
    return list(first.values())[:count]


def to_dataset(variants: Sequence[Variant], curves: Curves) -> xr.Dataset:
    """Predicted numbers of some variants, in hundredths of a decibel and of a bit, with the variants."""
    with np.errstate(divide="ignore"):
        values = {
            "rate": (("row", "slots", "zeta"), curves.rate),
            "angle_db": (("row", "slots", "zeta"), 10 * np.log10(curves.angle)),
            "rate_range": (("row", "irs_elements"), curves.rate_range),
            "angle_range_db": (("row", "irs_elements"), curves.angle_range),
            "fig04_rate": (("row",), curves.fig04_rate),
            "fig04_ratio_db": (("row",), 10 * np.log10(curves.fig04_ratio)),
        }
    data = xr.Dataset(
        {name: (dims, _hundredths(field)) for name, (dims, field) in values.items()},
        coords={"slots": [2, 4], "irs_elements": [9, 25], "zeta": ZETA},
    )
    for name in FACTORS:
        column = [getattr(variant, name) for variant in variants]
        if name in LEVELS:
            data[name] = ("row", np.array([LEVELS[name].index(value) for value in column], np.int8))
        else:
            data[name] = ("row", np.array(column, np.float32))
    return data


def _hundredths(values: FloatArray) -> Any:
    within = np.clip(np.nan_to_num(values, nan=_NONE, posinf=_NONE, neginf=-_NONE), -_NONE, _NONE)
    return np.round(within * 100).astype(np.int16)


def from_dataset(data: xr.Dataset) -> tuple[list[Variant], Curves]:
    """Variants and their predicted numbers from `to_dataset`; what is out of range has no finite bound."""
    columns: dict[str, list[Any]] = {}
    for name in FACTORS:
        values = data[name].to_numpy().tolist()
        columns[name] = [LEVELS[name][i] for i in values] if name in LEVELS else values
    variants = [Variant(**dict(zip(FACTORS, row, strict=True))) for row in zip(*columns.values(), strict=True)]
    stored = {name: data[name].to_numpy() / 100 for name in data if data[name].dtype == np.int16}
    back = {str(name): np.where(abs(field) < _NONE, field, np.nan) for name, field in stored.items()}
    return variants, Curves(
        back["rate"],
        10 ** (back["angle_db"] / 10),
        back["rate_range"],
        back["angle_range_db"],
        back["fig04_rate"],
        10 ** (back["fig04_ratio_db"] / 10),
    )


def summary_of(curves: Curves) -> tuple[FloatArray, Any]:
    """Score in dB and the quoted numbers met, by variant."""
    errors = errors_db(curves)
    return score_of(errors), met_by(errors)
