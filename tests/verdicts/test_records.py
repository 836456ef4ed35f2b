"""Records of the claims: counted, as text and HTML, kept as JSON, and compared by the command."""

import argparse
import re

import pytest

from noisac.cli.claims import add_command
from noisac.verdicts import (
    CLAIM_DRAWS,
    Record,
    count_outcomes,
    count_verdicts,
    differences,
    facts_of,
    format_ledger,
    judge_data,
    outcome_of,
    record_verdicts,
    recorded_verdicts,
    summary,
)
from noisac.verdicts import judge as judge_module
from noisac.verdicts.ledger import FACTS
from noisac.verdicts.margins import NOT_REPRODUCED, REPRODUCED, SHAPE_ONLY, UNDECIDED
from noisac_book.claims import fact_table_html, ledger_html, verdict_table_html
from tests.verdicts.claim_worlds import OPPOSITE, world

# --- Facts, texts and tables -----------------------------------------------------------------------------------


def record_of(name, verdict, fact="all slots", measured="1.0 ± 0.1 dB"):
    return Record(name, "V & VI", fact, "A > B.", "Is A?", "yes", measured, verdict, "So & so.", 10)


FAKE = (
    record_of("abstract-more", REPRODUCED),
    record_of("fig04-first", REPRODUCED),
    record_of("fig04-second", SHAPE_ONLY, "block energy"),
    record_of("fig10-third", NOT_REPRODUCED, "one beam"),
    record_of("sec6-fourth", NOT_REPRODUCED, "one beam"),
    record_of("eq41-exact", UNDECIDED, "rank one"),
)


def test_facts_are_counted_once_and_before_claims():
    assert {fact: len(group) for fact, group in facts_of(FAKE).items()} == {
        "all slots": 2,
        "block energy": 1,
        "one beam": 2,
        "rank one": 1,
    }
    assert [outcome_of(group) for group in facts_of(FAKE).values()] == ["holds", "in part", "fails", "in part"]
    assert outcome_of([FAKE[0], FAKE[3]]) == "in part"
    assert count_outcomes(FAKE) == {"holds": 1, "in part": 2, "fails": 1}
    assert count_verdicts(FAKE) == {REPRODUCED: 2, SHAPE_ONLY: 1, NOT_REPRODUCED: 2, UNDECIDED: 1}
    assert summary(FAKE) == (
        "4 facts: holds 1, in part 2, fails 1\n"
        "6 claims that they decide: 2 reproduced, 1 shape only, 2 not reproduced, 1 undecided"
    )


def test_the_table_as_it_is_printed():
    # Lines are not broken within "L = 4" or "12.5 ± 0.1".
    long = "as many words as it takes to fill one line up to its end, and 12.5 ± 0.1 dB"
    rows = (FAKE[0], record_of("fig04-wrapped", SHAPE_ONLY, measured=long))
    assert format_ledger(rows) == (
        f"{summary(rows)}\n\n"
        "abstract-more  reproduced\n"
        "    V & VI; fact: all slots; expected: yes\n"
        "    measured: 1.0 ± 0.1 dB\n"
        "fig04-wrapped  shape only\n"
        "    V & VI; fact: all slots; expected: yes\n"
        "    measured: as many words as it takes to fill one line up to its end,\n"
        "        and 12.5 ± 0.1 dB"
    )


@pytest.mark.parametrize("words", ["T = 30", "1.5 ± 0.1"])
def test_no_line_is_longer_than_72_characters_or_broken_at_a_sign(words):
    for filling in range(20, 58):
        text = format_ledger([record_of("fig04-wrapped", REPRODUCED, measured=f"{'x' * filling} {words} end")])
        assert words in text
        assert max(map(len, text.splitlines())) <= 72


def test_the_html_is_escaped_and_holds_every_claim():
    text = ledger_html(FAKE)
    assert "<p><strong>V &amp; VI</strong></p>" in text
    assert "<dt>A &gt; B. <em>◐ shape only</em> <code>fig04-second</code></dt>" in text
    assert "<dd>Fact (one beam): So &amp; so.</dd>" in text
    assert text.count("<dt>") == len(FAKE)


def test_facts_and_verdicts_are_counted_part_by_part():
    rows = re.findall(r"<tr><th>([^<]+)</th>(<td>.+?)</tr>", verdict_table_html(FAKE))
    assert {name: re.findall(r"<td>(.*?)</td>", cells) for name, cells in rows} == {
        "Abstract and conclusion": ["2", "1", "·", "1", "·"],
        "Fig. 4": ["2", "1", "1", "·", "·"],
        "Fig. 10": ["1", "·", "·", "1", "·"],
        "Theory, Sections I to IV": ["1", "·", "·", "·", "1"],
        "All": ["4", "2", "1", "2", "1"],
    }
    assert f"<tr><th>{FACTS['block energy']}</th><td>in part</td><td>·</td><td>1</td>" in fact_table_html(FAKE)
    assert "undecided" not in fact_table_html(FAKE[:-1])


# --- The recorded verdicts and the command ---------------------------------------------------------------------


def test_verdicts_are_written_and_read_back(tmp_path):
    path = tmp_path / "claims.json"
    record_verdicts(FAKE, path)
    assert recorded_verdicts(path) == recorded_verdicts(str(path)) == {r.id: r.verdict for r in FAKE}
    assert differences(FAKE, recorded_verdicts(path)) == []


def test_differences_are_named_one_by_one():
    recorded = {"abstract-more": REPRODUCED, "fig04-first": SHAPE_ONLY, "fig09-old": SHAPE_ONLY}
    assert differences(FAKE[:3], recorded) == [
        "fig04-first: reproduced, but recorded as shape only",
        "fig04-second: shape only, but not recorded",
        "fig09-old: recorded as shape only, but no longer in the ledger",
    ]


@pytest.fixture
def command(monkeypatch, capsys):
    """Run the command on made-up records; returns exit code, output, errors, and what was asked of `claims`."""
    asked = []
    monkeypatch.setattr(judge_module, "claims", lambda **options: asked.append(options) or FAKE)

    def run(*options):
        parser = argparse.ArgumentParser(prog="noisac")
        add_command(parser.add_subparsers(required=True))
        arguments = parser.parse_args(["claims", *map(str, options)])
        return arguments.run(arguments), *capsys.readouterr(), asked

    return run


def test_the_command_agrees_with_what_it_recorded(command, tmp_path):
    path = tmp_path / "claims.json"
    assert command("--record", path)[0] == 1  # the book has others
    code, out, err, asked = command("--recorded", path, "--draws", 7, "--seed", 0, "--jobs", -1)
    assert (code, err) == (0, "")
    assert out == f"{format_ledger(FAKE)}\n\nall verdicts are those recorded in {path}\n"
    assert asked == [
        {"draws": CLAIM_DRAWS, "seed": 20221, "jobs": None, "progress": True},
        {"draws": 7, "seed": 0, "jobs": -1, "progress": True},
    ]


def test_the_command_names_what_differs(command, tmp_path):
    path = tmp_path / "claims.json"
    record_verdicts([record_of("fig09-gone", REPRODUCED), *FAKE[1:]], path)
    code, out, _, _ = command("--recorded", path)
    assert code == 1
    assert out.endswith(
        f"2 verdicts differ from those recorded in {path}:\n"
        "  abstract-more: reproduced, but not recorded\n"
        "  fig09-gone: recorded as reproduced, but no longer in the ledger\n"
    )


def test_without_a_file_the_command_compares_with_the_book_from_anywhere(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _, _ = command()
    assert code == 1
    assert "recorded in the book" in out


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (None, "No such file"),
        ("not json", "Expecting value"),
        ("[1, 2]", "must hold one of"),
        ("{}", "must hold one of"),
        ('{"fig04-first": "proved"}', "must hold one of"),
    ],
)
def test_the_command_refuses_a_record_that_is_none_before_it_computes(command, tmp_path, stored, message):
    path = tmp_path / "claims.json"
    if stored is not None:
        path.write_text(stored, encoding="utf-8")
    code, out, err, asked = command("--recorded", path)
    assert (code, out, asked) == (2, "", [])
    assert message in err


@pytest.mark.parametrize("options", [["--draws", "0"], ["--seed", "-1"], ["--jobs", "0"], ["--draws", "many"]])
def test_the_command_refuses_arguments_that_make_no_sense(command, options):
    with pytest.raises(SystemExit) as exit_:
        command(*options)
    assert exit_.value.code == 2


def test_an_opposite_world_is_noticed_by_the_comparison():
    data = world({"fig09": OPPOSITE["fig09"]})
    found = [r for r in judge_data(data) if r.draws]
    assert len(differences(found, {r.id: recorded_verdicts()[r.id] for r in found})) == len(found)
