"""The command line: what it accepts, refuses, writes and prints."""

import re
import subprocess
import sys

import joblib
import pytest

from noisac import FIGURES, run_figure
from noisac.cli import figures, main
from noisac.experiments.paper import DEFAULT_DRAWS, DEFAULT_SEED
from noisac.experiments.storage import read_data


def test_figures_writes_what_was_asked_for_and_prints_times(tmp_path, capsys):
    arguments = [
        "figures",
        "fig09a",
        "fig09b",
        "fig10a",
        "--draws",
        "2",
        "--seed",
        "7",
        "--out",
        str(tmp_path / "a"),
    ]
    assert main(arguments) == 0
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert re.fullmatch(r"fig09a fig09b +computed +\d+\.\d s", lines[0])
    assert re.fullmatch(r"fig10a +computed +\d+\.\d s", lines[1])
    assert re.fullmatch(r"total +\d+\.\d s", lines[2])
    assert "fig09: 100%" in output.err  # the progress bar
    names = {f"{name}.{suffix}" for name in ("fig09a", "fig09b", "fig10a") for suffix in ("nc", "csv", "png")}
    assert {path.name for path in (tmp_path / "a").iterdir() if path.is_file()} == names
    data = read_data(tmp_path / "a" / "fig10a.nc")
    assert data.identical(run_figure("fig10a", draws=2, seed=7).assign_attrs(code=data.attrs["code"]))

    (tmp_path / "a" / "fig10a.csv").unlink()
    assert main(arguments) == 0
    assert re.findall(r"was there|computed|completed", capsys.readouterr().out) == ["was there", "completed"]
    assert main(["figures", "fig10a", *arguments[4:], "--format", "pdf,svg"]) == 0
    assert {path.suffix for path in (tmp_path / "a").glob("fig10a.*")} == {".nc", ".csv", ".png", ".pdf", ".svg"}


def test_defaults_are_all_figures_at_the_papers_number_of_draws(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(figures, "store_figures", lambda names, **options: calls.append((names, options)) or [])
    monkeypatch.setattr(figures, "_print", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    assert main(["figures"]) == 0
    ((names, options),) = calls
    assert list(names) == list(FIGURES)
    assert (options["draws"], options["seed"], options["jobs"]) == (DEFAULT_DRAWS, DEFAULT_SEED, None)
    assert (str(options["out"]), options["formats"]) == ("results", ["png"])


@pytest.mark.parametrize("jobs", ["1", "2", "-1"])
def test_jobs_does_not_change_the_data(tmp_path, jobs):
    assert main(["figures", "fig09a", "--draws", "3", "--jobs", jobs, "--out", str(tmp_path)]) == 0
    expected = run_figure("fig09a", draws=3)
    data = read_data(tmp_path / "fig09a.nc")
    assert data.identical(expected.assign_attrs(code=data.attrs["code"]))


def test_without_jobs_an_enclosing_configuration_is_respected(tmp_path, monkeypatch):
    used = []
    original = joblib.Parallel.__call__
    monkeypatch.setattr(
        joblib.Parallel, "__call__", lambda self, tasks: used.append(self.n_jobs) or original(self, tasks)
    )
    with joblib.parallel_config("threading", n_jobs=3):
        main(["figures", "fig09a", "--draws", "1", "--out", str(tmp_path)])
    main(["figures", "fig10a", "--draws", "1", "--out", str(tmp_path)])
    assert used == [3, 1]


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["figures", "fig99"], "NAME must be one of 'fig04', "),
        (["figures", "fig04", "--format", "png,gif"], "format must be one of 'png', 'svg', 'pdf', got 'gif'"),
        (["figures", "--format", ""], "got ''"),
        (["figures", "--draws", "0"], "draws must be an integer of at least 1, got 0"),
        (["figures", "--draws", "many"], "draws must be an integer of at least 1, got 'many'"),
        (["figures", "--seed", "-1"], "seed must be an integer of at least 0"),
        (["figures", "--seed", str(2**63)], "seed must be an integer of at least 0 and at most"),
        (["figures", "--jobs", "0"], "jobs must be a number of processes, or -1 for one per core, got 0"),
        (["figures", "--jobs", "two"], "got 'two'"),
        (["claims", "--draws", "abc"], "draws must be an integer of at least 1, got 'abc'"),
        (["claims", "--jobs", "0"], "jobs must be a number of processes, or -1 for one per core, got 0"),
        ([], "required: COMMAND"),
    ],
)
def test_arguments_without_sense_exit_with_2_and_say_why(complaint_about, arguments, message):
    assert message in complaint_about(arguments)


def test_a_directory_that_cannot_be_made_exits_with_2(tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as exit_info:
        main(["figures", "fig04", "--out", str(tmp_path / "file")])
    assert exit_info.value.code == 2
    assert "argument --out" in capsys.readouterr().err


def test_an_interruption_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(figures, "store_figures", interrupted)
    assert main(["figures", "--out", str(tmp_path)]) == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_the_package_runs_as_a_module():
    command = [sys.executable, "-m", "noisac", "figures", "fig99"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "got 'fig99'" in result.stderr
