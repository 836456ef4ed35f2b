"""The runs of `make kernels`: which there are, what they are told, and what is said of them."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import scipy.linalg  # noqa: F401  (brings a library of its own)
import threadpoolctl

from tests.conftest import is_numeric

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def kernels(monkeypatch):
    """The script, as a module."""
    specification = importlib.util.spec_from_file_location("kernels", ROOT / ".ci" / "kernels.py")
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "kernels", module)
    specification.loader.exec_module(module)
    return module


def test_names_of_kernels_are_read_from_the_library_itself(kernels):
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"]
    names = [name for pool in pools for name in kernels.names_in(pool["filepath"])]
    if not names:
        pytest.skip("no library here has a table of kernels that can be read")
    assert {pool["architecture"] for pool in pools} <= set(names)
    assert len(names) > 3


def test_names_that_come_to_the_same_kernel_are_run_once(kernels, monkeypatch):
    took = {"native": "Big", "Old": "Small", "Small": "Small", "Big": "Big", "Lost": None}
    probed = {
        name: used and {"kernels": [used], "openblas": ["library"], "simd": ["X"]} for name, used in took.items()
    }
    monkeypatch.setattr(kernels, "names_in", lambda library: ["Old", "Small", "Big", "Lost"])
    monkeypatch.setattr(kernels.Setting, "probe", lambda self: probed[self.kernel])
    assert kernels.kernels() == ({"native": "Big", "Small": "Small"}, ["Lost"], ["X"])
    assert kernels.kernels(["Old", "Big"], other=True) == ({"Old": "Small"}, [], ["X"])


def test_every_kernel_is_run_with_every_number_of_threads_and_one_without_simd(kernels):
    runs = list(kernels.settings({"native": "A", "Old": "B"}, ["X", "Y"], [1, 2], ["on", "off"]))
    assert len(runs) == len(set(runs)) == 6
    assert {(run.kernel, run.threads) for run in runs if not run.disabled} == {
        (kernel, threads) for kernel in ("native", "Old") for threads in (1, 2)
    }
    assert [run.disabled for run in runs if run.disabled] == [("X", "Y")] * 2


def test_a_run_is_told_its_kernel_and_nothing_of_what_was_set_outside(kernels, monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Other")
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "Z")
    native = kernels.Setting().environment()
    assert not native.keys() & {"OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES"}
    told = kernels.Setting("Old", ("X", "Y"), 2).environment()
    assert told["OPENBLAS_CORETYPE"] == "Old"
    assert told["NPY_DISABLE_CPU_FEATURES"] == "X Y"
    assert told["OPENBLAS_NUM_THREADS"] == "2"


def test_a_test_that_fails_under_a_kernel_is_named_and_fails_the_command(kernels, monkeypatch, tmp_path, capsys):
    (tmp_path / "test_it.py").write_text(
        "import os\n\ndef test_right():\n    pass\n\n"
        "def test_wrong():\n    assert os.environ.get('OPENBLAS_CORETYPE') != 'Old'\n"
    )
    monkeypatch.setattr(kernels, "ROOT", tmp_path)
    monkeypatch.setattr(kernels, "PATHS", ["test_it.py"])
    monkeypatch.setattr(kernels, "kernels", lambda only, other: ({"native": "Big", "Old": "Small"}, [], []))
    assert kernels.main(["--threads", "1", "--jobs", "1"]) == 1
    said = capsys.readouterr().out
    assert "FAILED test_it::test_wrong under:\n    Old Small on 1\n" in said
    assert kernels.main(["--threads", "1", "--jobs", "1", "-k", "right"]) == 0
    assert "FAILED" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "marks", "numeric"),
    [
        ("noisac/bounds/closed_form.py", (), True),
        ("tests/test_symmetries.py", (), True),
        ("tests/bounds/test_something_new.py", (), True),
        ("tests/test_repository.py", (), False),
        ("tests/book/test_notebooks.py", (), False),
        ("tests/cli/test_arguments.py", (), False),
        ("tests/bounds/test_something_new.py", ("bad_input",), False),
    ],
)
def test_what_is_new_counts_as_numeric_and_files_programs_and_refusals_do_not(path, marks, numeric):
    item = SimpleNamespace(
        path=ROOT / path,
        config=SimpleNamespace(rootpath=ROOT),
        get_closest_marker=lambda name: name if name in marks else None,
    )
    assert is_numeric(item) == numeric
