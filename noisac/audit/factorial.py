"""The sweep over all combinations, its best variants once more, and the effect of each factor."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Literal, NamedTuple, TypeAlias

import joblib
import numpy as np
import xarray as xr

from noisac import _validate
from noisac._validate import FloatArray
from noisac.audit.quoted import QUOTED
from noisac.audit.scores import (
    CURVES,
    DRAWN_CURVES,
    FIG04_WEIGHT,
    Curves,
    Fit,
    errors_db,
    fit_offset,
    met_by,
    score_of,
)
from noisac.audit.search import Rows, Search
from noisac.audit.variants import FACTORS, PRINTED_ANTENNAS, Average, Variant, effective_weight

Ranking: TypeAlias = Literal["score", "met", "all", "angles"]
DEFAULT_DRAWS = 6
DEFAULT_SEED = 20221
#: Weights of the first stage. Reading R7's are those from 1/2 on; 1/2 and 2/3 are zeta = 0.5 with and without it.
STAGE_1_WEIGHTS = (0.0, 0.25, 0.5, 2 / 3, 5 / 6, 1.0)
_ALL_ZETA = tuple(round(0.1 * i, 1) for i in range(11))
#: Factors that need searches with arrays and angles of their own, those that share a batch of searches with other
#: levels, and those that need none.
_ARRAY_FACTORS = ("phase_convention", "user_azimuth", "user_side", "user_spacing")
_BATCH_FACTORS = ("phases", "symbol_model", "design", "variance")
_FREE_FACTORS = ("weight_symbols", "array_gain")
_FITS: tuple[Fit, ...] = ("all", "angles")
_LABELS: dict[str, tuple[str, str]] = {
    "error_db": ("error", "dB"),
    "score": ("root mean square error over the quoted numbers", "dB"),
    "score_error": ("standard error of the score", "dB"),
    "met": ("quoted numbers met within their tolerance", "1"),
    "offset_db": ("fitted offset", "dB"),
    "fitted_score": ("score after the fitted offset", "dB"),
    "fitted_error_db": ("error after the fitted offset", "dB"),
    "fitted_met": ("quoted numbers met after the fitted offset", "1"),
    "redundant": ("says the same as another combination", "1"),
    "rate": ("average mutual information", "bit/symbol"),
    "symbol_crlb": ("CRLB of the symbols", "1"),
    "angle_crlb": ("CRLB of the angles", "rad^2"),
    "rate_error": ("standard error of the average mutual information", "bit/symbol"),
    "symbol_crlb_error": ("standard error of the CRLB of the symbols", "1"),
    "angle_crlb_error": ("standard error of the CRLB of the angles", "rad^2"),
    "rate_range": ("range of the average mutual information over zeta", "bit/symbol"),
    "angle_range": ("range of the CRLB of the angles over zeta", "dB"),
    "fig04_rate": ("average mutual information in Fig. 4", "bit/symbol"),
    "fig04_ratio": ("CRLB of the angles over that of pilots in Fig. 4", "1"),
}


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
    return _score_factorial(curves, grid).assign_attrs(_provenance("Factorial of the readings", draws, seed))


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
    offsets, fitted = np.empty((2, len(_FITS), *errors.shape[:-1]))
    for r, weighted in enumerate(grid["weight_symbols"]):
        kept = np.array(STAGE_1_WEIGHTS) >= (0.0 if weighted else 0.5)
        read = Curves(
            curves.rate[..., kept], curves.angle[..., kept], curves.fig04_rate[..., r], curves.fig04_ratio[..., r]
        )
        for g, gain in enumerate(grid["array_gain"]):
            heard = read.offset(gain_of_printed if gain == "kept" else 0 * gain_of_printed)
            errors[..., r, g, :] = errors_db(heard)
            for f, fit in enumerate(_FITS):
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
            "fit": list(_FITS),
        },
    )
    side, spacing, gain = data["user_side"], data["user_spacing"], data["array_gain"]
    same_gain = (side == 4) & (gain != gain[0])
    data["redundant"] = same_gain | ((side == 1) & (spacing != spacing[0]))
    return _with_labels(data.transpose(*FACTORS, "quoted", "fit"))


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
    _validate.choice("by", by, ("score", "met", *_FITS))
    chosen_score = data["fitted_score"].sel(fit=by) if by in _FITS else data["score"]
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

    Parameters
    ----------
    data : xarray.Dataset
        From `run_audit`.
    variants : sequence of Variant
        Where to start from; combinations of the data.

    Returns
    -------
    list of LevelEffect

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

    Parameters
    ----------
    variants : sequence of Variant
    draws : int
    start : int
        Number of the first draw.
    seed, jobs
        As for `run_audit`.
    curves : sequence of (int, int)
        T and L of the curves; the first ones must be `CURVES`. `DRAWN_CURVES` are all of Figs. 11-14.

    Returns
    -------
    xarray.Dataset
        Dimension "variant", in the order given. What `run_audit` returns, and errors and numbers met after
        fitting; score_error, the standard error of the
        score by resampling the draws; the curves that were scored, by zeta, at 0 dB, with their standard errors,
        and their ranges; Fig. 4's rate and ratio. Attribute "variants" holds the variants as JSON.

    Raises
    ------
    ValueError
        For no variants, curves that do not begin with `CURVES`, or draws, start or seed out of range.

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
            "fit": list(_FITS),
            "curve": [f"T = {slots}, L = {elements}" for slots, elements in curves],
            "zeta": list(_ALL_ZETA),
        },
    )
    described = json.dumps([dataclasses.asdict(variant) for variant in variants])
    attributes = _provenance("Variants on draws of their own", draws, seed)
    return _with_labels(data).assign_attrs(attributes | {"start": start, "variants": described})


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
    fits = [fit_offset(curves, fit) for fit in _FITS]
    fitted_errors = [errors_db(curves.offset(at, fit)) for (at, _), fit in zip(fits, _FITS, strict=True)]
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

    Parameters
    ----------
    variant : Variant
    **options
        draws, start, seed, jobs, as for `confirm`.

    Returns
    -------
    xarray.Dataset
        What `confirm` returns for one variant, with all curves. Another SNR moves a curve: each dB is 1 / 6.02 bit
        of rate and 1 dB of both bounds.

    Examples
    --------
    >>> data = tradeoff_data(Variant(), draws=3)
    >>> data.curve.to_numpy().tolist()
    ['T = 2, L = 16', 'T = 4, L = 16', 'T = 2, L = 9', 'T = 2, L = 25', 'T = 8, L = 16']
    """
    return confirm([variant], curves=DRAWN_CURVES, **options).isel(variant=0)


def _with_labels(data: xr.Dataset) -> xr.Dataset:
    for name in data.data_vars:
        long_name, units = _LABELS[str(name)]
        data[name].attrs.update(long_name=long_name, units=units)
    return data


def _provenance(title: str, draws: int, seed: int) -> dict[str, Any]:
    return {
        "title": title,
        "draws": draws,
        "seed": seed,
        "quoted": json.dumps([dataclasses.asdict(quoted) for quoted in QUOTED]),
        "noisac_version": version("noisac"),
    }
