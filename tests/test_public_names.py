"""The doors of the package and of its rooms: every public name is there, and an import loads little."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import noisac

PACKAGE = Path(noisac.__file__).parent
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.pyi"))


@pytest.mark.parametrize("name", ["noisac", *(f"noisac.{room}" for room in ROOMS)])
def test_every_public_name_can_be_imported(name):
    door = importlib.import_module(name)
    assert door.__all__
    assert [public for public in door.__all__ if not hasattr(door, public)] == []


@pytest.mark.parametrize("name", ["noisac", *(f"noisac.{room}" for room in ROOMS)])
def test_what_the_stub_lists_is_what_the_door_opens(name):
    door = importlib.import_module(name)
    stub: dict[str, list[str]] = {}
    text = Path(str(door.__file__)).with_suffix(".pyi").read_text(encoding="utf-8")
    exec(text[text.index("__all__ =") :], stub)
    assert sorted(stub["__all__"]) == sorted(door.__all__)


@pytest.mark.parametrize(
    "module", ["noisac", "noisac.bounds.closed_form", "noisac.beamforming.certified", "noisac.cli"]
)
def test_an_import_loads_neither_scipy_nor_matplotlib_nor_xarray(module):
    heavy = "{'scipy', 'matplotlib', 'pandas', 'xarray', 'joblib', 'tqdm', 'sympy', 'IPython'}"
    program = f"import sys, {module}; print(sorted({heavy} & {{n.split('.')[0] for n in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    # The proxies of the lazy loader are in sys.modules before anything is loaded.
    loaded = [name for name in eval(run.stdout) if not _is_proxy(module, name)]
    assert loaded == []


def _is_proxy(module: str, name: str) -> bool:
    program = f"import sys, {module}; print(type(sys.modules[{name!r}]).__name__)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.strip() == "_LazyModule"
