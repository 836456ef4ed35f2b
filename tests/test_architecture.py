"""The rooms of the package are those that CONTRIBUTING.md draws, and imports follow its arrows downwards."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DRAWING = re.search(r"^## Architecture on one screen\n.*?^```mermaid\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)[
    1
]
ROWS = {room: int(row) for room, row in re.findall(r"(\w+)\[\"(\d+) [^\"]*\"\]", DRAWING)}
ARROWS = {
    (above.strip(), below.strip())
    for line in re.findall(r"^\s*(\w[\w &]* --> .*)$", DRAWING, re.MULTILINE)
    for above in line.split(" --> ")[0].split(" & ")
    for below in line.split(" --> ")[1].split(" & ")
}
#: What all rooms may use, beside each other.
SHARED = {"_validate", "_tolerance", "_style"}


def modules():
    """Each file of both packages, with the parts of its dotted name."""
    for base in (ROOT, ROOT / "book"):
        for path in sorted(base.glob("noisac*/**/*.py")):
            yield path, path.relative_to(base).with_suffix("").parts


def room(parts):
    """Where a module stands: a folder of `noisac`, a file beside them, or all of `noisac_book`."""
    return parts[0] if parts[0] != "noisac" or len(parts) == 1 else parts[1]


def imported(text):
    """Dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def uses():
    """Pairs of rooms, the first of which imports from the second; the public door is left out."""
    return {
        (room(parts), room(tuple(name.split("."))))
        for path, parts in modules()
        if room(parts) != "__init__"
        for name in imported(path.read_text(encoding="utf-8"))
        if name.split(".")[0] in {"noisac", "noisac_book"}
    }


def reachable():
    """Pairs of rooms between which a way of one or several arrows leads downwards."""
    pairs = set(ARROWS)
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


def test_the_rooms_are_those_of_the_drawing():
    folders = {path.parent.name for path in (ROOT / "noisac").glob("*/__init__.py")}
    assert set(ROWS) == folders | {"noisac_book"}


def test_the_top_floor_has_at_most_seventeen_entries():
    entries = {path.name for path in (ROOT / "noisac").iterdir()} - {"__pycache__"}
    assert len(entries) <= 17


def test_there_are_at_most_seven_rows_and_every_arrow_goes_down():
    assert set(ROWS.values()) <= set(range(1, 8))
    assert [arrow for arrow in ARROWS if ROWS[arrow[0]] <= ROWS[arrow[1]]] == []


def test_rooms_import_only_along_the_arrows():
    between = {(a, b) for a, b in uses() if a != b and b not in SHARED and a != "__main__"}
    assert sorted(between - reachable()) == []
    assert ("__main__", "cli") in uses()


def test_every_arrow_is_an_import():
    assert sorted(ARROWS - uses()) == []


def test_what_all_rooms_use_imports_none_of_them():
    assert {(a, b) for a, b in uses() if a in SHARED and b not in SHARED} == set()


@pytest.mark.parametrize("name", ["sympy", "ipywidgets", "IPython", "noisac_book"])
def test_the_package_imports_nothing_that_only_the_book_needs(name):
    found = [
        path
        for path, parts in modules()
        if parts[0] == "noisac"
        for module in imported(path.read_text(encoding="utf-8"))
        if module.split(".")[0] == name
    ]
    assert found == []


def test_imports_are_seen_in_all_their_forms():
    text = "import a.b\ndef f():\n    from a.c import d, e\n    from a import g\n"
    assert list(imported(text)) == ["a.b", "a.c.d", "a.c.e", "a.g"]
