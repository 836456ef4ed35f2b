"""The paper's figures as data: one entry per panel, each an xarray.Dataset with one value per draw."""

from __future__ import annotations

import dataclasses
import itertools
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeAlias

import joblib
import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from noisac import _validate
from noisac._validate import ComplexArray, FloatArray
from noisac.beamforming.codebook import random_beams
from noisac.bounds import crlb
from noisac.scenario import Scenario
from noisac.symbols import draw_symbols
from noisac.systems import Performance, noisac_system, tdisac_system

DEFAULT_DRAWS = 1000
DEFAULT_SEED = 20221
#: Draws that are computed together; fixed, so that results do not depend on the number of workers.
_DRAWS_PER_TASK = 250
#: Beams that the random benchmark tries for each draw of the symbols.
RANDOM_BEAMS = 20

Point: TypeAlias = Mapping[str, Any]
NOISAC, TDISAC = "NO-ISAC", "TD-ISAC"


@dataclass(frozen=True)
class Streams:
    """Random streams of some draws at one point of a sweep.

    The symbols of a draw are the same at every point (common random numbers); the searches have streams of
    their own at every point and draw.
    """

    seed: int
    draws: tuple[int, ...]
    point_key: tuple[int, ...]

    def symbols(self, slots: int, variance: float = 1.0) -> ComplexArray:
        """Symbols of the draws, (draws, T)."""
        return np.stack([draw_symbols(rng, slots, variance) for rng in self._generators((0,))])

    def searches(self) -> list[np.random.Generator]:
        """One generator per draw for Algorithm 1."""
        return self._generators((1, *self.point_key))

    def benchmark(self) -> list[np.random.Generator]:
        """One generator per draw for random beams, the same at every point."""
        return self._generators((2,))

    def _generators(self, key: tuple[int, ...]) -> list[np.random.Generator]:
        sequences = (np.random.SeedSequence(self.seed, spawn_key=(*key, draw)) for draw in self.draws)
        return [np.random.default_rng(sequence) for sequence in sequences]


@dataclass(frozen=True)
class Experiment:
    """A sweep over a grid of points, many draws at each.

    Attributes
    ----------
    title : str
        What is swept.
    grid : mapping
        Dimension names to their values; the points are their product.
    evaluate : callable
        Takes a point and its streams; returns arrays (draws, ...) by variable.
    parameters : mapping
        What is fixed, for the record.
    extra_dims : mapping
        Names of further dimensions, by variable.
    """

    title: str
    grid: Mapping[str, Sequence[Any]]
    evaluate: Callable[[Point, Streams], dict[str, FloatArray]]
    parameters: Mapping[str, Any]
    extra_dims: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class FigurePanel:
    """A panel of a figure: which experiment it shows, and which of its variables."""

    experiment: str
    variables: tuple[str, ...]


#: Long names and units of all variables and dimensions.
LABELS: dict[str, tuple[str, str]] = {
    "rate": ("average mutual information", "bit/symbol"),
    "symbol_crlb": ("CRLB of the symbols", "1"),
    "angle_crlb": ("CRLB of the angles", "rad^2"),
    "iterations": ("iterations of Algorithm 1", "1"),
    "random_symbol_crlb": ("CRLB of the symbols, random beams", "1"),
    "random_angle_crlb": ("CRLB of the angles, random beams", "rad^2"),
    "slots": ("time slots per time block T", "1"),
    "weight": ("weight coefficient zeta", "1"),
    "system": ("system", "1"),
    "draw": ("draw of the symbols", "1"),
    "random_beam": ("random beam", "1"),
}


def _fields(performance: Performance) -> dict[str, FloatArray]:
    return {name: np.asarray(value) for name, value in performance._asdict().items()}


def _against_tdisac(point: Point, streams: Streams) -> dict[str, FloatArray]:
    scenario, slots, rng = Scenario(), point["slots"], streams.searches()
    if point["system"] == NOISAC:
        return _fields(noisac_system(scenario, streams.symbols(slots), 0.5, rng=rng))
    return _fields(tdisac_system(scenario, slots, rng=rng, batch=(len(rng),)))


def _against_weight(point: Point, streams: Streams) -> dict[str, FloatArray]:
    scenario, symbols = Scenario(), streams.symbols(2)
    proposed = noisac_system(scenario, symbols, point["weight"], rng=streams.searches())
    beams = np.stack([random_beams(scenario, (RANDOM_BEAMS,), rng) for rng in streams.benchmark()])
    benchmark = crlb(scenario, beams, symbols[:, None])
    return {
        **_fields(proposed),
        "random_symbol_crlb": benchmark.symbol,
        "random_angle_crlb": benchmark.angle,
    }


EXPERIMENTS: dict[str, Experiment] = {
    "fig08": Experiment(
        "NO-ISAC and TD-ISAC against the number of time slots",
        {"system": (NOISAC, TDISAC), "slots": tuple(range(5, 55, 5))},
        _against_tdisac,
        {"weight": 0.5, "symbol_variance": 1.0},
    ),
    "fig11": Experiment(
        "Proposed and random beams against the weight",
        {"weight": tuple(round(0.1 * i, 1) for i in range(11))},
        _against_weight,
        {"slots": 2, "symbol_variance": 1.0},
        {"random_symbol_crlb": ("random_beam",), "random_angle_crlb": ("random_beam",)},
    ),
}

#: Panels of the paper's figures, by name.
FIGURES: dict[str, FigurePanel] = {
    "fig08a": FigurePanel("fig08", ("rate", "iterations")),
    "fig08b": FigurePanel("fig08", ("angle_crlb", "iterations")),
    "fig11": FigurePanel(
        "fig11", ("symbol_crlb", "angle_crlb", "rate", "random_symbol_crlb", "random_angle_crlb", "iterations")
    ),
}


def run_figure(
    name: str,
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    progress: bool = False,
) -> xr.Dataset:
    """Compute the data of one panel of the paper's figures.

    Parameters
    ----------
    name : str
        A key of `FIGURES`.
    draws, seed, jobs, progress
        As for `run_experiment`.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    ValueError
        For an unknown name.

    Examples
    --------
    >>> data = run_figure("fig08a", draws=2)
    >>> dict(data.rate.sizes)
    {'system': 2, 'slots': 10, 'draw': 2}
    """
    _validate.choice("name", name, tuple(FIGURES))
    panel = FIGURES[name]
    data = run_experiment(panel.experiment, draws=draws, seed=seed, jobs=jobs, progress=progress)
    return panel_of(data, name)


def panel_of(data: xr.Dataset, name: str) -> xr.Dataset:
    """Select the variables of one panel from the data of its experiment.

    Parameters
    ----------
    data : xarray.Dataset
        From `run_experiment`.
    name : str
        A key of `FIGURES`.

    Returns
    -------
    xarray.Dataset
    """
    _validate.choice("name", name, tuple(FIGURES))
    if data.attrs.get("experiment") != FIGURES[name].experiment:
        raise ValueError(
            f"data must come from run_experiment({FIGURES[name].experiment!r}) to draw {name}, "
            f"got experiment {data.attrs.get('experiment')!r}"
        )
    return data[list(FIGURES[name].variables)].assign_attrs(figure=name)


def run_experiment(
    name: str,
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    jobs: int | None = None,
    progress: bool = False,
) -> xr.Dataset:
    """Run a sweep: every draw of every point.

    Parameters
    ----------
    name : str
        A key of `EXPERIMENTS`.
    draws : int
        Draws of the symbols at each point.
    seed : int
        Root of all random streams; the same seed gives the same data for any number of jobs.
    jobs : int, optional
        Worker processes, as joblib counts them: -1 for one per core. Unless given, the setting of an enclosing
        ``joblib.parallel_config``, or a single process.
    progress : bool
        Show a progress bar.

    Returns
    -------
    xarray.Dataset
        One value per point and draw; units, seed, parameters and version in the attributes.

    Raises
    ------
    ValueError
        For an unknown name, or draws or seed out of range.

    Examples
    --------
    >>> data = run_experiment("fig11", draws=2, seed=1)
    >>> dict(data.angle_crlb.sizes), data.attrs["seed"]
    ({'weight': 11, 'draw': 2}, 1)
    """
    _validate.choice("name", name, tuple(EXPERIMENTS))
    draws = _validate.integer("draws", draws, at_least=1)
    seed = _validate.integer("seed", seed, at_least=0)
    experiment = EXPERIMENTS[name]
    shape = tuple(len(values) for values in experiment.grid.values())
    blocks = [tuple(range(s, min(s + _DRAWS_PER_TASK, draws))) for s in range(0, draws, _DRAWS_PER_TASK)]
    tasks = list(itertools.product(np.ndindex(shape), blocks))
    run = joblib.Parallel(n_jobs=jobs, return_as="generator")
    results = run(joblib.delayed(_run_task)(name, index, block, seed) for index, block in tasks)
    parts = list(tqdm(results, total=len(tasks), desc=name, disable=not progress))

    per_point = len(blocks)
    data = xr.Dataset(
        coords={dim: (dim, list(values), _label(dim)) for dim, values in experiment.grid.items()},
        attrs={
            "experiment": name,
            "title": experiment.title,
            "draws": draws,
            "seed": seed,
            "scenario": json.dumps(dataclasses.asdict(Scenario()), default=str),
            "parameters": json.dumps(dict(experiment.parameters)),
            "noisac_version": version("noisac"),
        },
    )
    for variable in parts[0]:
        joined = [
            np.concatenate([part[variable] for part in parts[i : i + per_point]])
            for i in range(0, len(parts), per_point)
        ]
        values = np.stack(joined).reshape(*shape, *joined[0].shape)
        dims = (*experiment.grid, "draw", *experiment.extra_dims.get(variable, ()))
        data[variable] = (dims, values, _label(variable))
    return data


def summarise(values: xr.DataArray, dim: str | tuple[str, ...] = "draw") -> xr.Dataset:
    """Mean, standard error, median and quantiles over draws.

    Parameters
    ----------
    values : xarray.DataArray
        One value per draw.
    dim : str or tuple of str
        Dimensions to reduce. The standard error treats draws as independent; other dimensions are averaged
        first, because values of one draw are not independent.

    Returns
    -------
    xarray.Dataset
        Variables mean, standard_error, median, lower (10 %) and upper (90 %).

    Examples
    --------
    >>> stats = summarise(xr.DataArray([1.0, 2.0, 3.0], dims="draw"))
    >>> float(stats["mean"]), float(stats["median"]), round(float(stats["standard_error"]), 3)
    (2.0, 2.0, 0.577)
    """
    dims = (dim,) if isinstance(dim, str) else tuple(dim)
    if "draw" not in dims or not set(dims) <= set(values.dims):
        raise ValueError(f"dim must contain 'draw' and be dimensions of the values {values.dims}, got {dim!r}")
    per_draw = values.mean([d for d in dims if d != "draw"])
    count = values.sizes["draw"]
    quantiles = values.quantile([0.1, 0.5, 0.9], dim=dims)
    deviation = per_draw.std("draw", ddof=1) if count > 1 else per_draw.mean("draw") * np.nan
    return xr.Dataset(
        {
            "mean": per_draw.mean("draw"),
            "standard_error": deviation / np.sqrt(count),
            "median": quantiles.sel(quantile=0.5, drop=True),
            "lower": quantiles.sel(quantile=0.1, drop=True),
            "upper": quantiles.sel(quantile=0.9, drop=True),
        },
        attrs=dict(values.attrs),
    )


def _run_task(name: str, index: tuple[int, ...], draws: tuple[int, ...], seed: int) -> dict[str, FloatArray]:
    experiment = EXPERIMENTS[name]
    point = {dim: values[i] for (dim, values), i in zip(experiment.grid.items(), index, strict=True)}
    streams = Streams(seed, draws, (zlib.crc32(name.encode()), *index))
    # One thread: products of small matrices gain nothing from more, and their rounding must not depend on it.
    with threadpool_limits(limits=1):
        return experiment.evaluate(point, streams)


def _label(name: str) -> dict[str, str]:
    long_name, units = LABELS[name]
    return {"long_name": long_name, "units": units}
