"""Public names of `noisac.experiments`: what is imported from where, read at run time by the lazy loader."""

from .figures import draw_figure
from .paper import EXPERIMENTS, FIGURES, panel_of, run_experiment, run_figure
from .readings import Readings
from .storage import read_data, run_experiment_stored, store_figures, write_data
from .summaries import ratio_of_means, summarise
from .sweeps import Streams, run_sweep
from .systems import Performance, localisation_system, noisac_system, tdisac_system

__all__ = [
    "EXPERIMENTS", "FIGURES", "Performance", "Readings", "Streams", "draw_figure", "localisation_system",
    "noisac_system", "panel_of", "ratio_of_means", "read_data", "run_experiment", "run_experiment_stored",
    "run_figure", "run_sweep", "store_figures", "summarise", "tdisac_system", "write_data",
]  # fmt: skip
