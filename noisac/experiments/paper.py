"""The paper's figures as data: one entry per panel, each an xarray.Dataset with one value per draw."""

from __future__ import annotations

import functools
import math
import os
import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lazy_loader
import numpy as np

from noisac import _validate
from noisac._validate import FloatArray
from noisac.beamforming.beams import random_beams
from noisac.bounds.closed_form import crlb
from noisac.experiments import stored_tasks
from noisac.experiments.readings import Readings
from noisac.experiments.sweeps import Label, Point, Streams, Sweep, Task, run_sweep, tasks_of
from noisac.experiments.systems import Performance, localisation_system, noisac_system, tdisac_system
from noisac.model.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr
else:
    xr = lazy_loader.load("xarray")

DEFAULT_DRAWS = 1000
DEFAULT_SEED = 20221
#: Beams that the random benchmark tries for each draw of the symbols.
RANDOM_BEAMS = 20

NOISAC, TDISAC, PILOTS = "NO-ISAC", "TD-ISAC", "localisation"

#: Long names and units of all variables and dimensions.
LABELS: dict[str, Label] = {
    "rate": ("average mutual information", "bit/symbol"),
    "symbol_crlb": ("CRLB of the symbols", "1"),
    "angle_crlb": ("CRLB of the angles", "rad^2"),
    "iterations": ("iterations of Algorithm 1", "1"),
    "random_symbol_crlb": ("CRLB of the symbols, random beams", "1"),
    "random_angle_crlb": ("CRLB of the angles, random beams", "rad^2"),
    "slots": ("time slots per time block T", "1"),
    "weight": ("weight coefficient zeta", "1"),
    "variance": ("variance of the symbols sigma_x^2", "1"),
    "snr_db": ("SNR", "dB"),
    "irs_elements": ("elements of the IRS L", "1"),
    "system": ("system", "1"),
    "draw": ("draw of the symbols", "1"),
    "random_beam": ("random beam", "1"),
}

#: Section V's values of what is swept in some figure and fixed in the others.
DEFAULTS: dict[str, Any] = {"system": NOISAC, "slots": 2, "weight": 0.5, "variance": 1.0}


@dataclass(frozen=True)
class Experiment:
    """What one figure of the paper sweeps."""

    title: str
    grid: Mapping[str, Sequence[Any]]  # keys of `DEFAULTS`, "snr_db", "irs_elements" (square numbers)
    fixed: Mapping[str, Any]  # what differs from `DEFAULTS`
    random_benchmark: bool = False  # whether random beams are evaluated too


@dataclass(frozen=True)
class FigurePanel:
    """A panel of a figure: which experiment it shows, and which of its variables."""

    experiment: str
    variables: tuple[str, ...]


_SQUARES = (4, 9, 16, 25, 36)
_WEIGHTS = tuple(round(0.1 * i, 1) for i in range(11))

EXPERIMENTS: dict[str, Experiment] = {
    "fig04": Experiment(
        "NO-ISAC and localisation with pilots against the variance of the symbols",
        {"system": (NOISAC, PILOTS), "variance": tuple(round(0.1 * i, 1) for i in range(1, 11))},
        {"slots": 5},
    ),
    "fig05": Experiment(
        "NO-ISAC for several weights, and pilots, against the number of time slots",
        {"weight": (0.1, 0.5, 0.9), "system": (NOISAC, PILOTS), "slots": (2, 3, 5, 7, 10, 15, 20, 30)},
        {},
    ),
    "fig06": Experiment(
        "NO-ISAC for several variances, and pilots, against the number of elements",
        {"variance": (0.1, 0.5, 1.0), "system": (NOISAC, PILOTS), "irs_elements": _SQUARES},
        {"weight": 0.1},
    ),
    "fig08": Experiment(
        "NO-ISAC and TD-ISAC against the number of time slots",
        {"system": (NOISAC, TDISAC), "slots": tuple(range(5, 55, 5))},
        {},
    ),
    "fig09": Experiment(
        "NO-ISAC and TD-ISAC against the SNR", {"system": (NOISAC, TDISAC), "snr_db": tuple(range(-10, 25, 5))}, {}
    ),
    "fig10": Experiment(
        "NO-ISAC and TD-ISAC against the number of elements",
        {"system": (NOISAC, TDISAC), "irs_elements": _SQUARES},
        {},
    ),
    "fig11": Experiment("Proposed and random beams against the weight", {"weight": _WEIGHTS}, {}, True),
    "fig12": Experiment("Trade-off curves for several SNRs", {"snr_db": (-5, 0, 5), "weight": _WEIGHTS}, {}),
    "fig13": Experiment("Trade-off curves for several T", {"slots": (2, 4, 8), "weight": _WEIGHTS}, {}),
    "fig14": Experiment(
        "Trade-off curves for several numbers of elements", {"irs_elements": (9, 16, 25), "weight": _WEIGHTS}, {}
    ),
}

_RATE, _ANGLE, _BOTH = ("rate", "iterations"), ("angle_crlb", "iterations"), ("rate", "angle_crlb", "iterations")
#: Panels of the paper's figures, by name.
FIGURES: dict[str, FigurePanel] = {
    "fig04": FigurePanel("fig04", _BOTH),
    "fig05": FigurePanel("fig05", _ANGLE),
    "fig06": FigurePanel("fig06", _ANGLE),
    "fig08a": FigurePanel("fig08", _RATE),
    "fig08b": FigurePanel("fig08", _ANGLE),
    "fig09a": FigurePanel("fig09", _RATE),
    "fig09b": FigurePanel("fig09", _ANGLE),
    "fig10a": FigurePanel("fig10", _RATE),
    "fig10b": FigurePanel("fig10", _ANGLE),
    "fig11": FigurePanel(
        "fig11", ("symbol_crlb", "angle_crlb", "rate", "random_symbol_crlb", "random_angle_crlb", "iterations")
    ),
    "fig12": FigurePanel("fig12", _BOTH),
    "fig13": FigurePanel("fig13", _BOTH),
    "fig14": FigurePanel("fig14", _BOTH),
}


def evaluate_point(point: Point, streams: Streams, fixed: Mapping[str, Any]) -> dict[str, FloatArray]:
    """Evaluate one system at one point of an experiment: arrays (draws, ...) by variable."""
    values = {**fixed, **point}
    scenario: Scenario = values["scenario"]
    if "snr_db" in point:
        scenario = scenario.replace(snr_db=point["snr_db"])
    if "irs_elements" in point:
        side = math.isqrt(point["irs_elements"])
        scenario = scenario.replace(irs_shape=(side, side))
    slots, variance, rng = values["slots"], values["variance"], streams.searches()
    readings: Readings = values["readings"]
    output, batch = readings.output, (len(rng),)
    if values["system"] == PILOTS:
        return _fields(localisation_system(scenario, slots, rng=rng, batch=batch, output=output))
    if values["system"] == TDISAC:
        share = readings.pilot_share(slots)
        td = tdisac_system(
            scenario, slots, rng=rng, batch=batch, symbol_variance=variance, pilot_share=share, output=output
        )
        return _fields(td)
    symbols = streams.symbols(slots, variance)
    no = noisac_system(scenario, symbols, values["weight"], rng=rng, symbol_variance=variance, **readings.options)
    if not values["random_benchmark"]:
        return _fields(no)
    beams = np.stack([random_beams(scenario, (RANDOM_BEAMS,), stream) for stream in streams.benchmark()])
    benchmark = crlb(scenario, beams, symbols[:, None], readings.symbol_model)
    return {**_fields(no), "random_symbol_crlb": benchmark.symbol, "random_angle_crlb": benchmark.angle}


def sweep_of(name: str, *, scenario: Scenario | None = None, readings: Readings | None = None) -> Sweep:
    """Make the sweep of an experiment, at Section V's parameters unless others are given."""
    _validate.choice("name", name, tuple(EXPERIMENTS))
    experiment = EXPERIMENTS[name]
    fixed = {
        **{key: value for key, value in DEFAULTS.items() if key not in experiment.grid},
        **experiment.fixed,
        "scenario": scenario or Scenario(),
        "readings": readings or Readings(),
        "random_benchmark": experiment.random_benchmark,
    }
    beams = dict.fromkeys(("random_symbol_crlb", "random_angle_crlb"), ("random_beam",))
    key = zlib.crc32(name.encode())
    return Sweep(experiment.title, experiment.grid, evaluate_point, fixed, key, LABELS, beams)


def run_figure(name: str, **options: Any) -> xr.Dataset:
    """Compute the data of one panel of the paper's figures.

    Parameters
    ----------
    name : str
        A key of `FIGURES`.
    **options
        draws, seed, jobs, progress, scenario, readings, as for `run_experiment`, errors included.

    Examples
    --------
    >>> data = run_figure("fig08a", draws=2)
    >>> dict(data.rate.sizes)
    {'system': 2, 'slots': 10, 'draw': 2}
    """
    _validate.choice("name", name, tuple(FIGURES))
    return panel_of(run_experiment(FIGURES[name].experiment, **options), name)


def panel_of(data: xr.Dataset, name: str) -> xr.Dataset:
    """Select the variables of one panel from the data of its experiment.

    Parameters
    ----------
    data : xarray.Dataset
        From `run_experiment`.
    name : str
        A key of `FIGURES`.

    Raises
    ------
    ValueError
        For an unknown name, or data of another experiment.

    Examples
    --------
    >>> panel_of(run_experiment("fig08", draws=1), "fig08b").attrs["figure"]
    'fig08b'
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
    scenario: Scenario | None = None,
    readings: Readings | None = None,
) -> xr.Dataset:
    """Run one of the paper's experiments: every draw of every point.

    Parameters
    ----------
    name : str
        A key of `EXPERIMENTS`.
    draws, seed, jobs, progress
        As for `noisac.experiments.run_sweep`, errors included.
    scenario : Scenario, optional
        Section V's unless given; the swept parameters replace its own.
    readings : Readings, optional
        This book's defaults unless given.

    Returns
    -------
    xarray.Dataset
        One value per point and draw; units, seed, parameters and version in the attributes.

    Examples
    --------
    >>> data = run_experiment("fig11", draws=2, seed=1)
    >>> dict(data.angle_crlb.sizes), data.attrs["seed"]
    ({'weight': 11, 'draw': 2}, 1)
    """
    sweep = sweep_of(name, scenario=scenario, readings=readings)
    run_task = Task.run
    shared = os.environ.get(stored_tasks.SHARED)
    if shared:
        folder = stored_tasks.folder_of(Path(shared), sweep, seed)
        run_task, jobs, progress = functools.partial(stored_tasks.read_or_run, folder), 1, False
        # Each process in an order of its own: those that want the same do different parts of it, and none waits.
        tasks = tasks_of(sweep, draws, seed)
        for task in random.Random(os.getpid()).sample(tasks, len(tasks)):
            run_task(task)
    data = run_sweep(
        sweep, draws=draws, seed=seed, jobs=jobs, progress=progress, description=name, run_task=run_task
    )
    return data.assign_attrs(experiment=name)


def _fields(performance: Performance) -> dict[str, FloatArray]:
    return {name: np.asarray(value) for name, value in performance._asdict().items()}
