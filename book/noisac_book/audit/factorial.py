"""All combinations of readings with few draws: their scores, the best of them, and the effect of each factor."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import joblib
import numpy as np
import xarray as xr

from noisac import _validate
from noisac_book.audit._datasets import DEFAULT_SEED, provenance, with_labels
from noisac_book.audit.quoted import QUOTED
from noisac_book.audit.scores import FIG04_WEIGHT, FITS, Curves, errors_db, fit_offset, met_by, score_of
from noisac_book.audit.search import Search
from noisac_book.audit.variants import FACTORS, PRINTED_ANTENNAS, Average, Variant, effective_weight

Ranking: TypeAlias = Literal["score", "met", "all", "angles"]
DEFAULT_DRAWS = 6
#: Weights of the first stage. Reading R7's are those from 1/2 on; 1/2 and 2/3 are zeta = 0.5 with and without it.
STAGE_1_WEIGHTS = (0.0, 0.25, 0.5, 2 / 3, 5 / 6, 1.0)
#: Factors that need searches with arrays and angles of their own, those that share a batch of searches with other
#: levels, and those that need none.
_ARRAY_FACTORS = ("phase_convention", "user_azimuth", "user_side", "user_spacing")
_BATCH_FACTORS = ("phases", "symbol_model", "design", "variance")
_FREE_FACTORS = ("weight_symbols", "array_gain")


def run_audit(
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> xr.Dataset:
    """Score every combination of readings with few draws: a full factorial.

    Parameters
    ----------
    draws : int
        Draws of the symbols, the same for all combinations.
    seed : int
        Root of all random streams; the same seed gives the same data for any number of jobs.
    jobs : int, optional
        Worker processes, as joblib counts them.
    levels : mapping, optional
        Levels that replace those of some of the `FACTORS`.

    Returns
    -------
    xarray.Dataset
        One dimension per factor. error_db (by quoted number) and score in dB; met, the number of quoted values
        within tolerance; offset_db and fitted_score of `fit_offset`; redundant, where a combination says the same
        as another one.

    Raises
    ------
    ValueError
        For an unknown factor, or draws or seed out of range.

    Examples
    --------
    >>> one = {name: levels[:1] for name, levels in FACTORS.items()}
    >>> data = run_audit(draws=2, levels=one | {"average": ("mean", "median")})
    >>> data.score.size, data.error_db.sizes["quoted"]
    (2, 11)
    """
    draws = _validate.integer("draws", draws, at_least=1)
    seed = _validate.integer("seed", seed, at_least=0)
    unknown = set(levels or {}) - set(FACTORS)
    if unknown:
        raise ValueError(f"levels has no factor {', '.join(sorted(unknown))}; there are {', '.join(FACTORS)}")
    grid = {name: tuple((levels or {}).get(name, values)) for name, values in FACTORS.items()}
    batch = (grid["symbol_model"], grid["design"], grid["phases"], grid["variance"])
    searches = []
    for values in itertools.product(*(grid[name] for name in _ARRAY_FACTORS)):
        variant = Variant(**dict(zip(_ARRAY_FACTORS, values, strict=True))).canonical
        searches.append(Search(variant, tuple(range(draws)), seed, *batch))
    distinct = list(dict.fromkeys(searches))
    fig04 = [float(effective_weight(FIG04_WEIGHT, weighted)) for weighted in grid["weight_symbols"]]
    results = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(_by_average)(search, grid["average"], fig04) for search in distinct
    )
    found = dict(zip(distinct, results, strict=True))
    shape = tuple(len(grid[name]) for name in _ARRAY_FACTORS)
    fields = [np.stack(field) for field in zip(*(found[search] for search in searches), strict=True)]
    curves = Curves(*(field.reshape(*shape, *field.shape[1:]) for field in fields))
    return _score_factorial(curves, grid).assign_attrs(provenance("Factorial of the readings", draws, seed))


def _by_average(search: Search, averages: Sequence[Average], fig04_weights: Sequence[float]) -> Curves:
    """Curves with an axis of averages in front."""
    run = search.run(STAGE_1_WEIGHTS, fig04_weights)
    return Curves(*map(np.stack, zip(*(run.averaged(average)[0] for average in averages), strict=True)))


def _score_factorial(curves: Curves, grid: Mapping[str, tuple[Any, ...]]) -> xr.Dataset:
    """Score the curves under the factors that need no search of their own too."""
    leading = (*_ARRAY_FACTORS, "average", *_BATCH_FACTORS)
    dims = (*leading, *_FREE_FACTORS)
    sides = np.reshape(grid["user_side"], [-1 if name == "user_side" else 1 for name in leading])
    gain_of_printed = 10 * np.log10(PRINTED_ANTENNAS / sides**2)
    errors = np.empty((*curves.fig04_rate.shape, len(grid["array_gain"]), len(QUOTED)))
    offsets, fitted = np.empty((2, len(FITS), *errors.shape[:-1]))
    for r, weighted in enumerate(grid["weight_symbols"]):
        kept = np.array(STAGE_1_WEIGHTS) >= (0.0 if weighted else 0.5)
        read = Curves(
            curves.rate[..., kept], curves.angle[..., kept], curves.fig04_rate[..., r], curves.fig04_ratio[..., r]
        )
        for g, gain in enumerate(grid["array_gain"]):
            heard = read.offset(gain_of_printed if gain == "kept" else 0 * gain_of_printed)
            errors[..., r, g, :] = errors_db(heard)
            for f, fit in enumerate(FITS):
                offsets[f, ..., r, g], fitted[f, ..., r, g] = fit_offset(heard, fit)
    data = xr.Dataset(
        {
            "error_db": ((*dims, "quoted"), errors),
            "score": (dims, score_of(errors)),
            "met": (dims, met_by(errors)),
            "offset_db": (("fit", *dims), offsets),
            "fitted_score": (("fit", *dims), fitted),
        },
        coords={
            **{name: (name, list(grid[name])) for name in dims},
            "quoted": [quoted.name for quoted in QUOTED],
            "fit": list(FITS),
        },
    )
    side, spacing, gain = data["user_side"], data["user_spacing"], data["array_gain"]
    same_gain = (side == 4) & (gain != gain[0])
    data["redundant"] = same_gain | ((side == 1) & (spacing != spacing[0]))
    return with_labels(data.transpose(*FACTORS, "quoted", "fit"))


def best_variants(data: xr.Dataset, count: int, by: Ranking = "score") -> list[Variant]:
    """Combinations of lowest score, or best by another measure, each once, best first.

    Scores count to 0.01 dB, and among equals the order is that of the `FACTORS`: the last digits of a score, which
    may differ between machines, then seldom decide.

    Parameters
    ----------
    data : xarray.Dataset
        From `run_audit`.
    count : int
    by : {"score", "met", "all", "angles"}
        "met" sorts by the quoted numbers that are met, and by the score among equals; "all" and "angles" by the
        score that `fit_offset` leaves.

    Returns
    -------
    list of Variant

    Examples
    --------
    >>> one = {name: levels[:1] for name, levels in FACTORS.items()}
    >>> len(best_variants(run_audit(draws=2, levels=one | {"average": ("mean", "median")}), 2))
    2
    """
    count = _validate.integer("count", count, at_least=1)
    _validate.choice("by", by, ("score", "met", *FITS))
    chosen_score = data["fitted_score"].sel(fit=by) if by in FITS else data["score"]
    score = chosen_score.transpose(*FACTORS).round(2).to_numpy()
    distinct = ~data["redundant"].broadcast_like(data["score"]).transpose(*FACTORS).to_numpy()
    met = data["met"].transpose(*FACTORS).to_numpy() if by == "met" else np.zeros(score.shape)
    order = np.lexsort((score.ravel(), -met.ravel()))  # the last key counts first; stable
    order = order[distinct.ravel()[order]][:count]
    levels = {name: data[name].to_numpy().tolist() for name in FACTORS}
    chosen = [np.unravel_index(flat, score.shape) for flat in order]
    return [Variant(**{name: levels[name][i] for name, i in zip(FACTORS, at, strict=True)}) for at in chosen]


class LevelEffect(NamedTuple):
    """Scores of `run_audit` in dB at one level of one factor.

    Attributes
    ----------
    factor : str
    level : str, float, int or bool
    alone : tuple of float
        Scores of the given variants with this level in place of their own.
    best : float
        Lowest score of all combinations that have this level.
    """

    factor: str
    level: Any
    alone: tuple[float, ...]
    best: float


def level_effects(data: xr.Dataset, variants: Sequence[Variant]) -> list[LevelEffect]:
    """One-at-a-time effect of every level of every factor.

    Examples
    --------
    >>> one = {name: levels[:1] for name, levels in FACTORS.items()}
    >>> data = run_audit(draws=2, levels=one | {"average": ("mean", "median")})
    >>> [effect.level for effect in level_effects(data, [Variant()]) if effect.factor == "average"]
    ['mean', 'median']
    """
    effects = []
    for name in FACTORS:
        for level in data[name].to_numpy().tolist():
            where = [
                {factor: getattr(variant, factor) for factor in FACTORS} | {name: level} for variant in variants
            ]
            alone = tuple(float(data["score"].sel(indexers)) for indexers in where)
            effects.append(LevelEffect(name, level, alone, float(data["score"].sel({name: level}).min())))
    return effects
