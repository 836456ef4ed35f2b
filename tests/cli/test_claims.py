"""The command that compares the claims with their record."""

import argparse
import json
from pathlib import Path

import pytest

from noisac.cli import claims as claims_command
from noisac.cli.claims import add_command
from noisac.verdicts.ledger import CLAIMS
from noisac.verdicts.margins import (
    NOT_REPRODUCED,
    REPRODUCED,
    SHAPE_ONLY,
)
from noisac.verdicts.records import (
    VERDICTS,
    differences,
    format_ledger,
    recorded_verdicts,
)
from tests.verdicts.worlds import FAKE, RECORD, notebook_of, record_of


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    """Run the command on made-up records against a stored text; returns exit code, output and errors."""
    monkeypatch.setattr(claims_command, "claims", lambda **_: FAKE)

    def run(stored, *options):
        path = tmp_path / "claims.ipynb"
        if stored is not None:
            path.write_text(stored if isinstance(stored, str) else json.dumps(stored), encoding="utf-8")
        parser = argparse.ArgumentParser()
        add_command(parser.add_subparsers(required=True))
        arguments = parser.parse_args(["claims", "--recorded", str(path), *options])
        code = arguments.run(arguments)
        return code, *capsys.readouterr()

    return run


def test_the_command_agrees_with_its_record(command):
    code, out, err = command(notebook_of(FAKE))
    assert (code, err) == (0, "")
    assert format_ledger(FAKE) in out
    assert "3 claims: 1 reproduced, 1 shape only, 1 not reproduced" in out
    assert "all verdicts are those recorded" in out


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        (
            [*FAKE[:2], record_of(FAKE[2].id, REPRODUCED)],
            "fig02-claim: not reproduced, but recorded as reproduced",
        ),
        (FAKE[:2], "fig02-claim: not reproduced, but not recorded"),
        (
            [*FAKE, record_of("fig03-old", SHAPE_ONLY)],
            "fig03-old: recorded as shape only, but no longer in the ledger",
        ),
    ],
)
def test_the_command_notices_a_different_record(command, recorded, message):
    code, out, _ = command(notebook_of(recorded))
    assert code == 1
    assert "1 verdicts differ" in out
    assert message in out


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (None, "No such file"),
        ("not json", "Expecting value"),
        ("[1, 2]", "not a notebook"),
        ('{"cells": 3}', "not a notebook"),
        ({"cells": []}, "execute it first"),
        ({"cells": [{"cell_type": "code", "outputs": []}]}, "execute it first"),
    ],
)
def test_the_command_says_when_there_is_nothing_to_compare_with(command, stored, message):
    code, out, err = command(stored)
    assert code == 2
    assert message in err
    assert "--recorded" in err
    assert format_ledger(FAKE) in out  # the ledger is printed nevertheless


def test_contradicting_records_are_none(command):
    both = notebook_of(FAKE)
    both["cells"] += notebook_of([record_of(FAKE[0].id, NOT_REPRODUCED)])["cells"]
    code, _, err = command(both)
    assert code == 2
    assert "two verdicts on fig00-claim" in err


@pytest.mark.parametrize("options", [["--draws", "0"], ["--seed", "-1"], ["--jobs", "0"], ["--draws", "many"]])
def test_the_command_refuses_arguments_that_make_no_sense(command, options):
    with pytest.raises(SystemExit) as exit_:
        command(notebook_of(FAKE), *options)
    assert exit_.value.code == 2


def test_the_command_asks_for_what_was_typed(monkeypatch, tmp_path, capsys):
    asked = []

    def run(**options):
        asked.append(options)
        return FAKE

    monkeypatch.setattr(claims_command, "claims", run)
    parser = argparse.ArgumentParser()
    add_command(parser.add_subparsers())
    path = tmp_path / "claims.ipynb"
    path.write_text(json.dumps(notebook_of(FAKE)), encoding="utf-8")
    for typed in (
        ["--recorded", str(path)],
        ["--recorded", str(path), "--draws", "1", "--seed", "0", "--jobs", "-1"],
    ):
        arguments = parser.parse_args(["claims", *typed])
        assert arguments.run(arguments) == 0
    assert asked == [
        {"draws": 1000, "seed": 20221, "jobs": None, "progress": True},
        {"draws": 1, "seed": 0, "jobs": -1, "progress": True},
    ]
    assert capsys.readouterr().out == 2 * f"{format_ledger(FAKE)}\n\nall verdicts are those recorded in {path}\n"
    assert parser.parse_args(["claims"]).recorded == Path("book/claims.ipynb")
    assert parser.parse_args(["claims", "--recorded", "other.ipynb"]).recorded == Path("other.ipynb")
    assert parser.parse_args(["claims"]).parser.prog.endswith("claims")


def test_the_help_of_the_command_names_its_options_and_their_defaults(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    parser = argparse.ArgumentParser(prog="noisac")
    add_command(parser.add_subparsers())
    assert " claims    test every claim of the paper\n" in parser.format_help()
    with pytest.raises(SystemExit):
        parser.parse_args(["claims", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.startswith(
        "usage: noisac claims [-h] [--draws DRAWS] [--seed SEED] [--jobs JOBS] [--recorded PATH] Print every "
        "claim of the paper with its verdict, and compare the verdicts with those that the book has stored. "
        "Exit code 1 if any differs or is missing on either side, 2 without a record."
    )
    assert shown.endswith(
        "--draws DRAWS draws a point; default: 1000 --seed SEED of all draws; default: 20221 --jobs JOBS "
        "processes, -1 for one per core; default: 1 --recorded PATH executed notebook; default: book/claims.ipynb"
    )


def test_what_the_command_prints_about_differences(command, tmp_path):
    code, out, err = command(notebook_of([record_of("fig09-gone", REPRODUCED), *FAKE[:2]]))
    assert (code, err) == (1, "")
    assert (
        out
        == f"""\
{format_ledger(FAKE)}

2 verdicts differ from those recorded in {tmp_path / "claims.ipynb"}:
  fig02-claim: not reproduced, but not recorded
  fig09-gone: recorded as reproduced, but no longer in the ledger
"""
    )


def test_what_the_command_prints_without_a_record(command, tmp_path):
    code, out, err = command(None)
    assert (code, out) == (2, f"{format_ledger(FAKE)}\n")
    assert err == (
        f"noisac: cannot read verdicts from {tmp_path / 'claims.ipynb'}: No such file or directory\n"
        "noisac: nothing to compare with; --recorded names an executed claims.ipynb\n"
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["--draws", "0"], "argument --draws: draws must be an integer of at least 1, got 0"),
        (["--seed", "-1"], "argument --seed: seed must be an integer of at least 0, got -1"),
        (["--jobs", "0"], "argument --jobs: jobs must be a number of processes, or -1 for one per core, got 0"),
        (
            ["--jobs", "two"],
            "argument --jobs: jobs must be a number of processes, or -1 for one per core, got 'two'",
        ),
    ],
)
def test_the_command_says_what_is_wrong_with_an_argument(command, capsys, typed, message):
    with pytest.raises(SystemExit):
        command(notebook_of(FAKE), *typed)
    assert message in capsys.readouterr().err


def test_a_record_is_read_from_printed_and_from_displayed_text(tmp_path):
    path = tmp_path / "claims.ipynb"
    outputs = [
        {"text": "fig00-first  reproduced\n"},
        {"text": ["fig00-second  shape", " only\nfig00-third   not reproduced  \n"]},
        {"data": {"text/plain": "fig00-fourth  shape only"}},
        {"data": {"text/plain": ["fig00-fifth  ", "reproduced"]}},
        {"data": {"image/png": "fig00-sixth  reproduced"}},
        {"text": "fig00-seventh  reproduced, or nearly\n  fig00-eighth  reproduced\nsingle  reproduced\n"},
        {"text": "Fig00-ninth  reproduced\nfig00-tenth  REPRODUCED\nfig00-first  reproduced\n"},
    ]
    cells = [{"source": "fig00-text  reproduced"}, {"outputs": outputs[:3]}, {"outputs": outputs[3:]}]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    for name in (path, str(path)):
        assert recorded_verdicts(name) == {
            "fig00-first": REPRODUCED,
            "fig00-second": SHAPE_ONLY,
            "fig00-third": NOT_REPRODUCED,
            "fig00-fourth": SHAPE_ONLY,
            "fig00-fifth": REPRODUCED,
        }


def test_differences_are_named_one_by_one():
    recorded = {"fig00-claim": REPRODUCED, "fig01-claim": REPRODUCED, "fig09-old": SHAPE_ONLY}
    assert differences(FAKE, recorded) == [
        "fig01-claim: shape only, but recorded as reproduced",
        "fig02-claim: not reproduced, but not recorded",
        "fig09-old: recorded as shape only, but no longer in the ledger",
    ]


def test_the_stored_book_is_a_record(monkeypatch):
    monkeypatch.chdir(RECORD.parent.parent)
    recorded = recorded_verdicts()
    assert recorded == recorded_verdicts(RECORD)
    assert list(recorded) == [claim.id for claim in CLAIMS]
    assert set(recorded.values()) <= set(VERDICTS)


def test_doctoring_the_stored_book_is_noticed(command, tmp_path, monkeypatch):
    recorded = recorded_verdicts(RECORD)
    real = tuple(record_of(name, verdict) for name, verdict in recorded.items())
    monkeypatch.setattr(claims_command, "claims", lambda **_: real)
    text = RECORD.read_text(encoding="utf-8")
    assert command(text)[0] == 0
    name = next(name for name, verdict in recorded.items() if verdict == REPRODUCED)
    notebook = json.loads(text)
    streams = [output for cell in notebook["cells"] for output in cell.get("outputs", []) if "text" in output]
    for output in streams:
        output["text"] = [
            line.replace(REPRODUCED, SHAPE_ONLY) if line.startswith(f"{name} ") else line
            for line in "".join(output["text"]).splitlines(keepends=True)
        ]
    code, out, _ = command(notebook)
    assert code == 1
    assert f"{name}: reproduced, but recorded as shape only" in out
