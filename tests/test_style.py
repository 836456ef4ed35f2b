"""The house style: one sheet for the package and for readers, shipped with it, used by all that draws."""

import ast
import io
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from noisac import _style, draw_figure, run_figure

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "noisac"
SHEET = "house.mplstyle"


def calls(tree):
    """Names of the functions that a module calls."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in functions}


DRAWING = {
    path.relative_to(ROOT).as_posix(): calls(ast.parse(path.read_text(encoding="utf-8")))
    for package in (PACKAGE, ROOT / "book" / "noisac_book")
    for path in package.rglob("*.py")
}
DRAWING = {name: called for name, called in DRAWING.items() if called & {"Figure", "new_figure"}}


def settings():
    """Settings inside the package's style, of which some differ from those outside."""
    with _style.house_style():
        return dict(mpl.rcParams)


def test_the_package_and_a_reader_get_the_same_settings():
    plt.get_backend()  # resolves the backend, which is a setting as well
    before = dict(mpl.rcParams)
    inside = settings()
    with plt.style.context("noisac.house"):
        assert dict(mpl.rcParams) == inside
    assert dict(mpl.rcParams) == before
    assert inside != before


def test_threads_that_draw_at_the_same_time_leave_the_settings_alone_and_draw_what_one_draws():
    data = run_figure("fig09b", draws=2)

    def picture(_=None):
        buffer = io.BytesIO()
        draw_figure(data).savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue()

    plt.get_backend()
    alone, before = picture(), dict(mpl.rcParams)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(picture, range(8)))
    assert dict(mpl.rcParams) == before
    assert set(together) == {alone}


def test_the_cycle_has_the_colours_that_the_drawings_use_and_begins_with_some_that_differ_in_grey():
    cycle = settings()["axes.prop_cycle"].by_key()["color"]
    known = [_style.BLACK, _style.BLUE, _style.RED, _style.GREEN, _style.ORANGE, _style.SKY]
    assert sorted(cycle) == sorted(known)
    grey = sorted(float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114))) for colour in cycle[:3])
    assert np.min(np.diff(grey)) > 0.25


@pytest.mark.parametrize("name", sorted(DRAWING.keys() - {"noisac/_style.py"}))
def test_a_module_that_makes_figures_applies_the_house_style(name):
    # The explorers' drawings are called by their core alone.
    path = ROOT / name
    applies = path.with_name("_core.py") if path.parent.name == "explorers" else path
    assert "house_style" in calls(ast.parse(applies.read_text(encoding="utf-8")))


def test_there_are_modules_that_make_figures():
    assert len(DRAWING) > 10


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_the_sheet_is_shipped(target, tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.iterdir()
    if target == "wheel":
        with zipfile.ZipFile(archive) as wheel:
            names = wheel.namelist()
    else:
        with tarfile.open(archive) as sdist:
            names = sdist.getnames()
    assert any(name.endswith(f"noisac/{SHEET}") for name in names)
