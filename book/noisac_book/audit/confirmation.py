"""Some variants once more: many draws that took no part in their selection, all zeta, and standard errors."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import joblib
import numpy as np
import xarray as xr

from noisac import _validate
from noisac._validate import FloatArray
from noisac_book.audit._datasets import DEFAULT_SEED, provenance, with_labels
from noisac_book.audit.quoted import QUOTED
from noisac_book.audit.scores import (
    CURVES,
    DRAWN_CURVES,
    FIG04_WEIGHT,
    FITS,
    Curves,
    errors_db,
    fit_offset,
    met_by,
    score_of,
)
from noisac_book.audit.search import Rows, Search
from noisac_book.audit.variants import Variant, effective_weight

_ALL_ZETA = tuple(round(0.1 * i, 1) for i in range(11))
#: Resamples of the draws behind the standard errors.
_RESAMPLES = 50


def confirm(
    variants: Sequence[Variant],
    *,
    draws: int = 100,
    start: int = 1000,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    curves: Sequence[tuple[int, int]] = CURVES,
) -> xr.Dataset:
    """Score variants with many draws and all zeta, on draws that did not take part in their selection.

    Examples
    --------
    >>> data = confirm([Variant(), Variant(average="median")], draws=3)
    >>> dict(data.score.sizes), data.rate.dims
    ({'variant': 2}, ('variant', 'curve', 'zeta'))
    """
    if not variants:
        raise ValueError("variants must hold at least one Variant")
    if tuple(curves[: len(CURVES)]) != CURVES:
        raise ValueError(f"curves must begin with {CURVES}, got {curves!r}")
    draws = _validate.integer("draws", draws, at_least=1)
    start = _validate.integer("start", start, at_least=0)
    seed = _validate.integer("seed", seed, at_least=0)
    numbers = tuple(range(start, start + draws))
    # Variants that differ only in how draws are combined, or in a gain, share their searches.
    shared: dict[Variant, list[Variant]] = {}
    for variant in variants:
        shared.setdefault(variant.canonical.replace(average="mean", array_gain="own"), []).append(variant)
    results = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(_confirm_alike)(searched, alike, numbers, seed, tuple(curves))
        for searched, alike in shared.items()
    )
    found = {
        variant: values
        for alike, part in zip(shared.values(), results, strict=True)
        for variant, values in zip(alike, part, strict=True)
    }
    extra: dict[str, tuple[str, ...]] = {"error_db": ("quoted",), "offset_db": ("fit",), "fitted_score": ("fit",)}
    for name in ("rate", "symbol_crlb", "angle_crlb"):
        extra[name] = extra[f"{name}_error"] = ("curve", "zeta")
    extra |= {"fitted_error_db": ("fit", "quoted"), "fitted_met": ("fit",)}
    extra["rate_range"] = extra["angle_range"] = ("curve",)
    data = xr.Dataset(
        {
            name: (("variant", *extra.get(name, ())), np.array([found[variant][name] for variant in variants]))
            for name in found[variants[0]]
        },
        coords={
            "quoted": [quoted.name for quoted in QUOTED],
            "fit": list(FITS),
            "curve": [f"T = {slots}, L = {elements}" for slots, elements in curves],
            "zeta": list(_ALL_ZETA),
        },
    )
    described = json.dumps([dataclasses.asdict(variant) for variant in variants])
    attributes = provenance("Variants on draws of their own", draws, seed)
    return with_labels(data).assign_attrs(attributes | {"start": start, "variants": described})


def _confirm_alike(
    searched: Variant,
    alike: Sequence[Variant],
    numbers: tuple[int, ...],
    seed: int,
    curves: Sequence[tuple[int, int]],
) -> list[dict[str, Any]]:
    """Search once, and score under each of some variants that share the searches."""
    options = ((searched.symbol_model,), (searched.design,), (searched.phases,), (searched.variance,))
    weights = effective_weight(_ALL_ZETA, searched.weight_symbols).tolist()
    fig04_weights = [float(effective_weight(FIG04_WEIGHT, searched.weight_symbols))]
    run = Search(searched, numbers, seed, *options).run(weights, fig04_weights, curves)
    # The same resamples of the draws for all variants.
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(3,)))
    resamples = rng.integers(len(numbers), size=(_RESAMPLES, len(numbers)))

    def heard(variant: Variant, rows: Rows = None) -> tuple[Curves, FloatArray]:
        read, symbol = run.averaged(variant.average, rows)
        one = Curves(read.rate[0, 0, 0, 0], read.angle[0, 0, 0, 0], *(part[0, 0, 0, 0, 0] for part in read[2:]))
        louder = variant.scenario(1).snr_db
        return one.offset(louder), symbol[0, 0, 0, 0] * 10 ** (-louder / 10)

    return [_judged(*heard(variant), [heard(variant, rows) for rows in resamples]) for variant in alike]


def _judged(curves: Curves, symbol: FloatArray, resampled: list[tuple[Curves, FloatArray]]) -> dict[str, Any]:
    others = Curves(*map(np.stack, zip(*(other for other, _ in resampled), strict=True)))
    fits = [fit_offset(curves, fit) for fit in FITS]
    fitted_errors = [errors_db(curves.offset(at, fit)) for (at, _), fit in zip(fits, FITS, strict=True)]
    errors = errors_db(curves)
    with np.errstate(invalid="ignore"):  # the deviation of bounds that do not exist is NaN
        derived = {
            "rate_error": np.std(others.rate, axis=0, ddof=1),
            "symbol_crlb_error": np.std([other for _, other in resampled], axis=0, ddof=1),
            "angle_crlb_error": np.std(others.angle, axis=0, ddof=1),
            "rate_range": np.ptp(curves.rate, axis=-1),
            "angle_range": np.ptp(10 * np.log10(curves.angle), axis=-1),
        }
    return derived | {
        "error_db": errors,
        "score": score_of(errors),
        "score_error": np.std(score_of(errors_db(others)), ddof=1),
        "met": met_by(errors),
        "offset_db": np.array([offset for offset, _ in fits]),
        "fitted_score": np.array([score for _, score in fits]),
        "fitted_error_db": np.array(fitted_errors),
        "fitted_met": met_by(fitted_errors),
        "fig04_rate": curves.fig04_rate,
        "fig04_ratio": curves.fig04_ratio,
        "rate": curves.rate,
        "symbol_crlb": symbol,
        "angle_crlb": curves.angle,
    }


def tradeoff_data(variant: Variant, **options: Any) -> xr.Dataset:
    """Data of Figs. 11-14 under a variant: rate and both bounds by curve (T and L) and zeta, at 0 dB.

    Examples
    --------
    >>> data = tradeoff_data(Variant(), draws=3)
    >>> data.curve.to_numpy().tolist()
    ['T = 2, L = 16', 'T = 4, L = 16', 'T = 2, L = 9', 'T = 2, L = 25', 'T = 8, L = 16']
    """
    return confirm([variant], curves=DRAWN_CURVES, **options).isel(variant=0)
