"""The chapter on errata: numbering, entries and summary."""

import itertools
import json
import re
from pathlib import Path

import pytest

CELLS = json.loads((Path(__file__).parents[2] / "book" / "errata.ipynb").read_text(encoding="utf-8"))["cells"]
HEAD = re.compile(r"\(erratum-([a-z-]+)\)=\n### ([EG]\d+)\. (\S.+)\n")
ENTRIES = [
    (match.group(2), match.group(1), "".join(cell["source"]), following)
    for cell, following in itertools.pairwise(CELLS)
    if cell["cell_type"] == "markdown" and (match := HEAD.match("".join(cell["source"])))
]
NUMBERS = [number for number, _, _, _ in ENTRIES]
TRIVIA = re.findall(
    r"^\| (E\d+)[, ]",
    next("".join(c["source"]) for c in CELLS if "## Trivia: " in "".join(c["source"])),
    re.MULTILINE,
)
SUMMARY = "".join(CELLS[0]["source"])


def number_of(erratum):
    return int(erratum[1:])


def test_errata_are_numbered_in_order_and_before_the_gaps():
    errata = [n for n in NUMBERS if n.startswith("E")]
    gaps = NUMBERS[len(errata) :]
    assert sorted([*errata, *TRIVIA], key=number_of) == [f"E{i + 1}" for i in range(22)]
    assert errata == sorted(errata, key=number_of)
    assert gaps == [f"G{i + 1}" for i in range(len(gaps))]
    assert len(gaps) >= 10


def test_no_entry_escapes_the_numbering():
    headings = [line for cell in CELLS for line in "".join(cell["source"]).splitlines() if line.startswith("### ")]
    assert len(headings) == len(ENTRIES)


def test_trivia_stand_in_one_table_behind_all_entries():
    places = [i for i, cell in enumerate(CELLS) if "## Trivia: " in "".join(cell["source"])]
    last = max(i for i, cell in enumerate(CELLS) if HEAD.match("".join(cell["source"])))
    assert len(places) == 1
    assert places[0] > last
    assert TRIVIA == ["E12", "E13", "E14", "E20"]


def test_the_summary_ranks_errata_by_what_they_change():
    groups = [
        re.findall(r"^\| \{ref\}`(E\d+) .*\| ([^|]+) \|$", part, re.MULTILINE) for part in SUMMARY.split(":\n\n")
    ]
    ranked = [group for group in groups if group]
    assert [[number for number, _ in group] for group in (ranked[0], ranked[-1])] == [
        ["E4", "E6", "E9", "E19"],
        TRIVIA,
    ]
    for number, figures in itertools.chain(*ranked[:2]):
        assert not figures.startswith("none"), number
    for number, figures in itertools.chain(*ranked[3:]):
        assert figures.startswith("none"), number


@pytest.mark.parametrize("entry", ENTRIES, ids=NUMBERS)
def test_an_entry_says_what_is_printed_what_is_right_and_which_figures_depend_on_it(entry):
    number, _, text, _ = entry
    parts = [text.index(f"**{part}**") for part in ("Printed.", "Right.", "Figures.")]
    relation = re.search(r"\*\*(Corrects|Concerns)\*\* (.+)", text)
    assert relation is not None
    assert relation.start() < parts[0] < parts[1] < parts[2]
    assert relation.group(1) == "Concerns" or "{eq}`paper-" in relation.group(2)
    assert number.startswith("E") or relation.group(1) == "Concerns"
    assert all(1 <= int(n) <= 73 for n in re.findall(r"\{eq\}`paper-(\d+)`", text))


@pytest.mark.parametrize("entry", ENTRIES, ids=NUMBERS)
def test_an_entry_computes_its_effect_and_prints_it_as_text(entry):
    code = entry[3]
    assert code["cell_type"] == "code"
    printed = "".join("".join(output.get("text", "")) for output in code["outputs"])
    assert re.search(r"\d|True", printed)


def test_the_summary_and_the_entries_are_in_step():
    rows = re.findall(r"^\| \{ref\}`([EG]\d+) <erratum-([a-z-]+)>`(.*)$", SUMMARY, re.MULTILINE)
    named = {(number, label) for number, label, _ in rows if number not in TRIVIA}
    assert named == {(number, label) for number, label, _, _ in ENTRIES}
    assert len(rows) == len(ENTRIES) + len(TRIVIA)
    for number, _, rest in rows:
        assert rest.count("|") == 4, number
        assert all(cell.strip() for cell in rest.split("|")[1:4]), number


def test_the_summary_counts_its_rows():
    counts = [int(n) for n in re.findall(r": (\d+)(?: of them)?\.", SUMMARY)]
    assert counts == [sum(n.startswith(kind) for n in [*NUMBERS, *TRIVIA]) for kind in "EG"]


def test_all_readings_that_are_a_fault_of_the_paper_are_named():
    text = "".join(text for _, _, text, _ in ENTRIES)
    assert {f"R{i}" for i in range(1, 14)} <= set(re.findall(r"\bR\d+\b", text))
