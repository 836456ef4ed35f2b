"""Section V: systems, readings, sweeps, figures, and the files that they are stored in."""

from noisac.experiments.figures import draw_figure
from noisac.experiments.paper import EXPERIMENTS, FIGURES, panel_of, run_experiment, run_figure
from noisac.experiments.readings import Readings
from noisac.experiments.resumable_runs import run_experiment_stored
from noisac.experiments.storage import read_data, store_figures, write_data
from noisac.experiments.summaries import ratio_of_means, summarise
from noisac.experiments.sweeps import Streams, run_sweep
from noisac.experiments.systems import Performance, localisation_system, noisac_system, tdisac_system

__all__ = [
    "EXPERIMENTS",
    "FIGURES",
    "Performance",
    "Readings",
    "Streams",
    "draw_figure",
    "localisation_system",
    "noisac_system",
    "panel_of",
    "ratio_of_means",
    "read_data",
    "run_experiment",
    "run_experiment_stored",
    "run_figure",
    "run_sweep",
    "store_figures",
    "summarise",
    "tdisac_system",
    "write_data",
]
