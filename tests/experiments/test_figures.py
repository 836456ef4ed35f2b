"""Drawings of the figures show the data they are given."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from noisac import EXPERIMENTS, FIGURES, draw_figure, panel_of, run_experiment, summarise


@pytest.fixture(scope="module")
def experiments():
    return {name: run_experiment(name, draws=3, seed=2) for name in EXPERIMENTS}


def plotted(figure):
    """Values of all lines, by their vertical coordinates."""
    return [np.asarray(line.get_ydata(), dtype=float) for axes in figure.axes for line in axes.lines]


def is_plotted(figure, values):
    return any(line.shape == values.shape and np.allclose(line, values) for line in plotted(figure))


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_every_panel_is_drawn_with_the_means_of_its_data(name, experiments):
    data = panel_of(experiments[FIGURES[name].experiment], name)
    figure = draw_figure(data)
    assert isinstance(figure, Figure)
    for axes in figure.axes:
        assert axes.get_ylabel()
    assert figure.axes[-1].get_xlabel()
    swept = list(EXPERIMENTS[FIGURES[name].experiment].grid)[-1]
    variable = "angle_crlb" if "angle_crlb" in data else "rate"
    means = summarise(data[variable])["mean"].transpose(..., swept).values
    for curve in means.reshape(-1, means.shape[-1]):
        if name in ("fig05", "fig06"):  # pilots do not depend on the series, and are drawn once
            continue
        assert is_plotted(figure, curve)


@pytest.mark.parametrize(("name", "series"), [("fig05", "weight"), ("fig06", "variance")])
def test_pilots_are_drawn_once(name, series, experiments):
    data = panel_of(experiments[name], name)
    figure = draw_figure(data)
    means = summarise(data["angle_crlb"])["mean"]
    for value in data[series].values:
        assert is_plotted(figure, means.sel({"system": "NO-ISAC", series: value}).values)
    assert is_plotted(figure, means.sel(system="localisation").isel({series: 0}).values)
    assert not is_plotted(figure, means.sel(system="localisation").isel({series: 1}).values)


def test_bounds_are_drawn_on_a_logarithmic_scale_and_rates_from_zero(experiments):
    bounds = draw_figure(panel_of(experiments["fig08"], "fig08b")).axes[0]
    assert bounds.get_yscale() == "log"
    rates = draw_figure(panel_of(experiments["fig08"], "fig08a")).axes[0]
    assert rates.get_yscale() == "linear"
    assert rates.get_ylim()[0] == 0


def test_the_legend_tells_the_number_of_draws_and_the_meaning_of_the_bars(experiments):
    (legend,) = draw_figure(panel_of(experiments["fig08"], "fig08a")).legends
    assert "3 draws" in legend.get_title().get_text()
    assert "2 standard errors" in legend.get_title().get_text()
    assert {text.get_text().split(",")[0] for text in legend.get_texts()} == {"NO-ISAC", "TD-ISAC"}


def test_data_that_belong_to_no_panel_are_refused(experiments):
    for data in (experiments["fig08"], xr.Dataset(attrs={"figure": "fig03"})):
        with pytest.raises(ValueError, match="figure"):
            draw_figure(data)
