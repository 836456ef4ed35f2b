"""The equation index is complete, current, and notices marks that point nowhere."""

import importlib
import json
import re
import shutil
from collections import Counter

import pytest

import noisac
from tests.book_build import ROOT, load_extension

index = load_extension("equation_index")
PAGE = (ROOT / index.PAGE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def entries():
    return index.collect()


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the script reads, to be tampered with."""
    for folder in ("book", "noisac", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    return tmp_path


def described_names():
    """Functions and classes on the page of the package."""
    text = (ROOT / "book" / "api.md").read_text(encoding="utf-8")
    names = set(re.findall(r"auto(?:function|class):: ([\w.]+)", text))
    for module in re.findall(r"automodule:: ([\w.]+)", text):
        members = vars(importlib.import_module(module)).items()
        names |= {f"{module}.{name}" for name, member in members if getattr(member, "__module__", "") == module}
    return names


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_equation_has_one_place_in_the_book_a_function_and_a_test(entries):
    assert sorted(entries) == list(range(1, 74))
    assert index.problems(entries) == []
    assert all(entry.subject for entry in entries.values())


def test_the_page_is_what_the_marks_say(entries):
    assert index.page(entries) == PAGE


def test_the_page_counts_the_equations_of_each_status(entries):
    counts = Counter(entry.status for entry in entries.values())
    for status in index.STATUSES:
        assert f"| {status} | {counts[status]} |" in PAGE
    assert sum(counts.values()) == 73
    assert len(re.findall(r"^\* - \{eq\}`paper-\d+`$", PAGE, re.MULTILINE)) == 73


def test_every_name_in_the_index_is_described_on_the_page_of_the_package(entries):
    described = described_names()
    linked = set(re.findall(r"\{py:obj\}`\w+ <([\w.]+)>`", PAGE))
    assert linked <= described
    for name in linked:
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


def test_every_public_name_is_described_on_the_page_of_the_package():
    public = {f"noisac.{name}" for name in noisac.__all__ if not name.isupper()}
    assert public <= described_names()


def test_a_label_that_is_taken_away_leaves_an_equation_without_a_place(checkout):
    edit(checkout / "book" / "derivation.ipynb", "$$ (paper-22)", "$$ (other-22)")
    assert any("(22) lacks one place" in problem for problem in index.problems(index.collect(checkout)))


def test_a_label_that_stands_twice_is_noticed(checkout):
    path = checkout / "book" / "intro.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "\n$$\nx\n$$ (paper-5)\n"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert "(5) lacks one place in the book, not 2" in index.problems(index.collect(checkout))


def test_an_equation_without_a_test_is_noticed(checkout):
    for path in (checkout / "tests").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"@pytest\.mark\.paper\([^)]*\b11\b[^)]*\)\n", "", text), encoding="utf-8")
    assert "(11) lacks a test" in index.problems(index.collect(checkout))


def test_an_equation_without_a_function_is_noticed(checkout):
    edit(checkout / "noisac" / "model" / "channel.py", "Equations: (11) : def", "Equations: (1) : def")
    assert "(11) lacks a function" in index.problems(index.collect(checkout))


def test_a_mark_of_an_equation_that_does_not_exist_is_refused(checkout):
    edit(checkout / "noisac" / "model" / "channel.py", "Equations: (11) : def", "Equations: (74) : def")
    with pytest.raises(index.MarkError, match=r"bs_irs_channel names equation \(74\)"):
        index.collect(checkout)


@pytest.mark.parametrize("mark", ["(3", "(9)-(7)", "(3) and (4)", "(3) : proof", "22"])
def test_a_mark_that_cannot_be_read_is_refused(mark):
    with pytest.raises(index.MarkError):
        index.read_mark(mark, "somewhere")


def test_marks_name_ranges_lists_and_definitions():
    assert index.read_mark("(7)-(10), (45) : definition", "") == ([7, 8, 9, 10, 45], True)
    assert index.read_mark("(22)", "") == ([22], False)


def test_the_name_of_a_test_is_quoted_as_a_sentence_with_its_capitals_and_its_equations():
    name = "test_theorem_1_gives_the_crlb_of_18_bits_at_the_snr_of_1_and_22"
    assert index.fact(name, [1, 22]) == "Theorem 1 gives the CRLB of 18 bits at the SNR of (1) and (22)"


def test_an_entry_of_the_errata_makes_its_equation_corrected(entries):
    corrected = [number for number, entry in entries.items() if entry.status == "corrected"]
    assert {38, 44, 48, 52, 53} <= set(corrected)
    labels = {label for number in corrected for label in entries[number].errata}
    errata = (ROOT / "book" / "errata.ipynb").read_text(encoding="utf-8")
    assert all(f"({label})=" in errata for label in labels)


def test_an_error_that_is_not_labelled_is_refused(checkout):
    edit(checkout / "book" / "errata.ipynb", "(erratum-", "(fault-")
    with pytest.raises(index.MarkError, match="without a label"):
        index.collect(checkout)
