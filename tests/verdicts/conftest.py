"""Fixtures of several files."""

import numpy as np
import pytest
import xarray as xr

from noisac import run_experiment
from noisac.experiments.paper import EXPERIMENTS
from noisac.verdicts import judge as judge_module
from noisac.verdicts.judge import claims


@pytest.fixture
def only(monkeypatch):
    """Make the given claims the only ones."""
    return lambda *chosen: monkeypatch.setattr(judge_module, "CLAIMS", chosen)


@pytest.fixture
def asked(monkeypatch):
    """What is asked of `run_experiment`, which gives data with the value 0 in place of running anything."""
    calls = []

    def run(name, **options):
        calls.append((name, options))
        return xr.Dataset({"value": ("draw", np.zeros(options["draws"]))})

    monkeypatch.setattr(judge_module, "run_experiment", run)
    return calls


@pytest.fixture(scope="module")
def measured():
    """Real data with few draws."""
    return {name: run_experiment(name, draws=100) for name in EXPERIMENTS}


@pytest.fixture(scope="module")
def records(measured):
    """All claims of real data: the verdicts of those that few draws decide are final."""
    return claims(data=measured, most_draws=1)
