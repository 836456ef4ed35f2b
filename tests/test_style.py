"""The house style: one sheet for the package and for readers, shipped with it, used by all that draws."""

import ast
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from noisac import _style
from noisac.experiments import _code_hash

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


def test_the_package_and_a_reader_get_the_same_settings():
    plt.get_backend()  # resolves the backend, which is a setting as well
    before = dict(mpl.rcParams)
    with _style.house_style():
        inside = dict(mpl.rcParams)
    with plt.style.context("noisac.house"):
        assert dict(mpl.rcParams) == inside
    assert dict(mpl.rcParams) == before
    assert inside != before


def test_all_settings_are_those_of_the_sheet():
    with _style.house_style():
        changed = {key: mpl.rcParams[key] for key in _style.style_sheet()}
    assert changed == _style.style_sheet()
    lines = (PACKAGE / SHEET).read_text(encoding="utf-8").splitlines()
    assert len(_style.style_sheet()) == sum(bool(line) and not line.startswith("#") for line in lines) > 10


def test_the_cycle_has_the_colours_that_the_drawings_use_and_begins_with_some_that_differ_in_grey():
    cycle = _style.style_sheet()["axes.prop_cycle"].by_key()["color"]
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


def test_pictures_on_disk_are_drawn_again_when_the_sheet_changes(tmp_path, monkeypatch):
    code_hash = _code_hash.code_hash.__wrapped__
    (tmp_path / "experiments").mkdir()
    for name in ("experiments/figures.py", "_style.py", SHEET):
        shutil.copy(PACKAGE / name, tmp_path / name)
    monkeypatch.setattr(_code_hash, "PACKAGE", tmp_path)
    before = code_hash(drawing=True)
    assert before == code_hash(drawing=True)
    (tmp_path / SHEET).write_text("font.size: 12\n")
    assert before != code_hash(drawing=True)


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
