"""Some variants once more: many draws that took no part in their selection, by descent or by Algorithm 1."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from noisac import _validate
from noisac_book.audit.prediction import DEFAULT_SEED, ZETA, How, curves_of, needs_no_draws, outcomes
from noisac_book.audit.quoted import DECIBELS_PER_BIT, QUOTED
from noisac_book.audit.scores import CURVES, errors_db, met_by, score_of
from noisac_book.audit.variants import Variant

#: Resamples of the draws behind the standard errors.
_RESAMPLES = 50
_FEW_RESTARTS = 3
#: All curves of Figs. 12-14: those of the quoted numbers, and T = 8.
DRAWN = (*CURVES, (8, 16))


class MeanRate(NamedTuple):
    """Rate in bit/symbol over draws."""

    mean: float
    error: float
    median: float


def confirm(
    variants: Sequence[Variant],
    *,
    draws: int = 100,
    start: int = 1000,
    seed: int = DEFAULT_SEED,
    restarts: int = 16,
    algorithm_1: bool = False,
) -> xr.Dataset:
    """Score variants with many draws that took no part in their selection, and a stronger search.

    Parameters
    ----------
    variants : sequence of Variant
    draws, start, seed : int
        Number of draws, number of the first, and root of their streams. Where the cross terms are left out no
        draw enters, and only runs of Algorithm 1 differ.
    restarts : int
        Starts of coordinate descent, of which at most 3 where each draw has beams of its own; the best beam of all
        starts and weights is taken.
    algorithm_1 : bool
        Search by Algorithm 1 instead, once for each draw.

    Returns
    -------
    xarray.Dataset
        By variant: error_db (by quoted number), score and its standard error in dB, by resampling the draws, and
        met. Attribute "variants" holds the variants as JSON.

    Raises
    ------
    ValueError
        For no variants, or draws or start out of range.

    Examples
    --------
    >>> confirm([Variant(information="expected")], draws=3).score_error.item()
    0.0
    """
    if not variants:
        raise ValueError("variants must hold at least one Variant")
    draws = _validate.integer("draws", draws, at_least=1)
    start = _validate.integer("start", start, at_least=0)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(3,)))
    resamples = rng.integers(draws, size=(_RESAMPLES, draws))
    errors, deviations = [], []
    for variant in (variant.canonical for variant in variants):
        alone = [variant]
        shared = needs_no_draws(variant)
        few, stride = (restarts, 1) if shared else (min(restarts, _FEW_RESTARTS), 2)
        found = outcomes(alone, How(draws, start, seed, few, algorithm_1, stride))
        errors.append(errors_db(curves_of(alone, found))[0])
        rows = resamples if algorithm_1 or variant.information == "theorem" else resamples[:0]
        again = [score_of(errors_db(curves_of(alone, found, some))) for some in rows]
        deviations.append(float(np.std(again, ddof=1)) if again else 0.0)
    return xr.Dataset(
        {
            "error_db": (("variant", "quoted"), np.array(errors), {"units": "dB"}),
            "score": ("variant", score_of(errors), {"units": "dB"}),
            "score_error": ("variant", np.array(deviations), {"units": "dB"}),
            "met": ("variant", met_by(errors)),
        },
        coords={"quoted": [quoted.name for quoted in QUOTED]},
        attrs={
            "draws": draws,
            "start": start,
            "seed": seed,
            "search": "algorithm 1" if algorithm_1 else f"{restarts} starts",
            "variants": json.dumps([dataclasses.asdict(variant.canonical) for variant in variants]),
        },
    )


def tradeoff_curves(variant: Variant, *, draws: int = 100, restarts: int = 16) -> xr.Dataset:
    """Data of Figs. 12-14 under a variant: rate and CRLB_angle by curve (T and L) and zeta, at 0 dB."""
    alone = [variant.canonical]
    found = outcomes(alone, How(1 if needs_no_draws(alone[0]) else draws, 1000, restarts=restarts), DRAWN)
    parts = [part.averaged(alone, slots)[:, 0] for part, (slots, _) in zip(found.curves, DRAWN, strict=True)]
    rate, angle = np.stack(parts, axis=1)
    names = [f"T = {slots}, L = {elements}" for slots, elements in DRAWN]
    fields = {"rate": (("curve", "zeta"), rate), "angle_crlb": (("curve", "zeta"), angle)}
    return xr.Dataset(fields, coords={"curve": names, "zeta": ZETA})


def rate_ceiling(variant: Variant, *, snr_db: float = 5.0, draws: int = 500) -> MeanRate:
    """Rate in bit/symbol at zeta = 1, where nothing is given to the angles: mean over draws, its error, median."""
    alone = [variant.canonical]
    rate = outcomes(alone, How(draws, 1000, restarts=2), ((2, 16),)).curves[0].rate[0, -1]
    rate = rate + snr_db / DECIBELS_PER_BIT
    return MeanRate(float(rate.mean()), float(rate.std() / np.sqrt(len(rate))), float(np.median(rate)))
