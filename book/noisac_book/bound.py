"""The chapter on the bound: its closed form against inverses of the dense matrix, and the symbol models drawn."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from noisac import _style, _validate
from noisac._validate import FloatArray
from noisac.beamforming.beams import random_beams
from noisac.bounds.closed_form import beam_sums, crlb
from noisac.bounds.fisher import fisher_information
from noisac.model.scenario import Scenario
from noisac.model.symbols import SYMBOL_MODELS, SymbolModel, draw_symbols


def random_scenario(rng: np.random.Generator) -> Scenario:
    """Draw a scenario: 2 to 5 elements and 2 to 4 antennas a side, all angles, the SNR from -20 to 30 dB.

    Examples
    --------
    >>> min(random_scenario(np.random.default_rng(0)).user_shape) >= 2
    True
    """
    _validate.generator(rng)
    return Scenario(
        irs_shape=tuple(rng.integers(2, 6, 2)),
        user_shape=tuple(rng.integers(2, 5, 2)),
        user_aoa=(rng.uniform(-1.2, 1.2), rng.uniform(-1.2, 1.2)),
        irs_aoa=(rng.uniform(-1.2, 1.2), rng.uniform(-1.2, 1.2)),
        snr_db=rng.uniform(-20, 30),
    )


def closed_form_errors(*, trials: int, rng: np.random.Generator) -> FloatArray:
    """Relative differences (trials, 3) of `noisac.crlb` and the inverse of (22) on the bounds on the angles.

    Each trial has a random scenario, a random beam and one to eight random symbols; for the models "real",
    "complex" and "known" the larger of the differences of elevation and azimuth is taken.

    Examples
    --------
    >>> bool(np.all(closed_form_errors(trials=3, rng=np.random.default_rng(0)) < 1e-8))
    True
    """
    errors = np.empty((_validate.integer("trials", trials, at_least=1), len(SYMBOL_MODELS)))
    for row in errors:
        scenario = random_scenario(rng)
        beam = random_beams(scenario, (), rng)
        symbols = draw_symbols(rng, int(rng.integers(1, 9)))
        for i, model in enumerate(SYMBOL_MODELS):
            inverse = np.linalg.inv(fisher_information(scenario, beam, symbols, model)).diagonal()[-2:]
            closed = crlb(scenario, beam, symbols, model)
            row[i] = np.max(np.abs(np.array([closed.elevation, closed.azimuth]) / inverse - 1))
    return errors


def draw_symbol_models(scenario: Scenario, symbols: ArrayLike, *, beams: int, rng: np.random.Generator) -> Figure:
    """Plot CRLB_angle of random beams under the three symbol models, against the gain towards the user."""
    sample = random_beams(scenario, (_validate.integer("beams", beams, at_least=1),), rng)
    gain = np.abs(beam_sums(scenario, sample)[..., 0]) ** 2 / scenario.irs_elements**2
    styles: dict[SymbolModel, tuple[str, str, str]] = {
        "complex": ("Re x and Im x unknown", _style.ORANGE, "s"),
        "real": ("one real parameter unknown (Theorem 1)", _style.BLUE, "o"),
        "known": ("known (pilots)", _style.BLACK, "^"),
    }
    with _style.house_style():
        figure, (axes,) = _style.new_figure()
        for model, (label, colour, marker) in styles.items():
            bound = crlb(scenario, sample, symbols, model).angle
            axes.scatter(gain, bound, s=14, color=colour, marker=marker, label=label, alpha=0.75, linewidths=0)
        axes.set(xscale="log", yscale="log", ylabel=r"CRLB$_\mathrm{angle}$ (rad$^2$)")
        axes.set(xlabel=r"gain towards the user, $|s_0|^2 / L^2$")
        figure.legend(title=f"{len(sample)} random beams, symbols:", loc="outside upper center", markerscale=1.6)
    return figure
