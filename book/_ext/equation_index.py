"""Write the index of the paper's equations from the marks in chapters, code and tests.

An equation's place in the book is its label ``(paper-N)`` in a notebook. What implements or derives it is
every function or class whose docstring names it in a line ``Equations: (7)-(10), (45) : definition; (46)``, where
``: definition`` says that there is nothing to prove. What checks it is every test that is marked ``paper(N)``.
What is wrong with it is in the errata, whose entries begin with the equations that they correct.

    python book/_ext/equation_index.py           # write the page
    python book/_ext/equation_index.py --check   # say what is missing, and whether the page is up to date
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from equation_subjects import SUBJECTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("book/equation_index.md")
NUMBERS = range(1, 74)
STATUSES = {
    "corrected": "printed with a fault, or contradicting another equation, as {doc}`errata` describes",
    "derived": "follows from what stands before it, by a derivation that runs",
    "defined": "says what a letter means; there is nothing to prove",
    "checked numerically": "compared with an independent computation",
}
#: Words that the name of a test cannot write as a sentence does.
SPELLED = {
    "bayesian": "Bayesian",
    "bs": "BS",
    "ce": "CE",
    "corollary": "Corollary",
    "crlb": "CRLB",
    "db": "dB",
    "fim": "FIM",
    "gaussian": "Gaussian",
    "irs": "IRS",
    "noisac": "NO-ISAC",
    "p": "P",
    "snr": "SNR",
    "t": "T",
    "tdisac": "TD-ISAC",
    "theorem": "Theorem",
}


class MarkError(ValueError):
    """A mark that cannot be read, or that points nowhere."""


@dataclass
class Entry:
    """What the marks say of one equation."""

    subject: str = ""
    places: list[str] = field(default_factory=list)  # chapters that display it
    code: list[str] = field(default_factory=list)  # dotted names
    tests: list[str] = field(default_factory=list)  # the facts they hold, the most specific first
    errata: list[str] = field(default_factory=list)  # labels
    defined: bool = False
    derived: bool = False

    @property
    def status(self) -> str:
        """One of `STATUSES`: the strongest that its marks support."""
        if self.errata:
            return "corrected"
        if self.derived:
            return "derived"
        return "defined" if self.defined else "checked numerically"

    @property
    def missing(self) -> list[str]:
        """What a complete entry would have besides."""
        found = []
        if len(self.places) != 1:
            found.append(f"one place in the book, not {len(self.places)}")
        if not self.code:
            found.append("a function")
        if not self.tests:
            found.append("a test")
        return found


def collect(root: Path = ROOT) -> dict[int, Entry]:
    """Read all marks below a checkout's root."""
    entries = {number: Entry() for number in NUMBERS}
    for first, last, text in SUBJECTS:
        for number in range(first, last + 1):
            entries[number].subject = text
    for path in sorted((root / "book").glob("*.ipynb")):
        for number in _labels(path):
            _entry(entries, number, path.name).places.append(path.stem)
    sources = [(root, path) for path in sorted((root / "noisac").rglob("*.py"))]
    sources += [(root / "book", path) for path in sorted((root / "book" / "noisac_book").rglob("*.py"))]
    for base, path in sources:
        for name, numbers, definition in _docstring_marks(path, base):
            for number in numbers:
                entry = _entry(entries, number, name)
                entry.code.append(name)
                entry.defined |= definition
                entry.derived |= name.startswith("noisac_book.derivations.") and not definition
    marked = [mark for path in sorted((root / "tests").rglob("test_*.py")) for mark in _test_marks(path)]
    for test, numbers in sorted(marked, key=lambda mark: len(mark[1])):
        for number in numbers:
            _entry(entries, number, test).tests.append(fact(test, numbers))
    for label, numbers in _errata(root / "book" / "errata.ipynb"):
        for number in numbers:
            _entry(entries, number, label).errata.append(label)
    return entries


def page(entries: dict[int, Entry]) -> str:
    """Text of the page."""
    counts = Counter(entry.status for entry in entries.values())
    lines = [
        "# Equation index",
        "",
        "<!-- Written by book/_ext/equation_index.py from the marks in chapters, code and tests. -->",
        "",
        f"All {len(entries)} numbered equations of the paper: where this book shows them, what computes or",
        "derives them, which test checks them, and what became of them.",
        "",
        "| Status | Equations | Meaning |",
        "|---|---:|---|",
        *(f"| {status} | {counts[status]} | {text} |" for status, text in STATUSES.items()),
        f"| all | {sum(counts.values())} | |",
        "",
        "A name in the column *code* leads to its description; a test is quoted by the fact that it is named",
        "after. An equation is *corrected* when an entry of the errata finds a fault in it as printed, whether or",
        "not the fault matters to a figure.",
        "",
        "```{list-table}",
        ":header-rows: 1",
        ":widths: 7 27 25 28 13",
        "",
        *_row(["No.", "What it says, and where", "Code", "Test", "Status"]),
        *(line for number, entry in entries.items() for line in _row(_cells(number, entry))),
        "```",
    ]
    return "\n".join(lines) + "\n"


def problems(entries: dict[int, Entry]) -> list[str]:
    """Name the equations whose entry is incomplete."""
    return [f"({number}) lacks {' and '.join(e.missing)}" for number, e in entries.items() if e.missing]


def _row(cells: list[str]) -> list[str]:
    return [f"{' ' if i else '*'} - {cell}" for i, cell in enumerate(cells)]


def _cells(number: int, entry: Entry) -> list[str]:
    places = " ".join(f"{{doc}}`{place.replace('_', ' ')} <{place}>`" for place in entry.places)
    code = ", ".join(_link(name) for name in entry.code)
    tests = entry.tests[0] if entry.tests else ""
    if len(entry.tests) > 1:
        tests += f"; {len(entry.tests) - 1} more"
    status = entry.status
    if entry.errata:
        status += ": " + ", ".join(f"{{ref}}`{_short(label)} <{label}>`" for label in entry.errata)
    return [f"{{eq}}`paper-{number}`", f"{entry.subject} · {places}", code, tests, status]


def fact(test: str, numbers: Collection[int] = ()) -> str:
    """Write the name of a test as a sentence, with equations that it checks in the paper's brackets."""
    text = " ".join(SPELLED.get(word, word) for word in test.removeprefix("test_").split("_"))
    for number in numbers:
        text = re.sub(rf"(?<!Theorem )(?<!Corollary )\b{number}\b", f"({number})", text)
    return text


def _short(label: str) -> str:
    return label.removeprefix("erratum-").replace("-", " ")


def _link(name: str) -> str:
    return f"{{py:obj}}`{name.rsplit('.', 1)[-1]} <{public_name(name)}>`"


def public_name(name: str) -> str:
    """Shortest path by which an object of the package can be reached."""
    *modules, last = name.split(".")
    target = getattr(importlib.import_module(".".join(modules)), last)
    for length in range(1, len(modules)):
        package = ".".join(modules[:length])
        if getattr(importlib.import_module(package), last, None) is target:
            return f"{package}.{last}"
    return name


def _entry(entries: dict[int, Entry], number: int, source: str) -> Entry:
    if number not in entries:
        raise MarkError(f"{source} names equation ({number}), which the paper does not have")
    return entries[number]


def _markdown(path: Path) -> Iterator[str]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"])


def _labels(path: Path) -> Iterator[int]:
    for text in _markdown(path):
        for label in re.findall(r"^\$\$ \(paper-(\d+)\)$", text, re.MULTILINE):
            yield int(label)


def _docstring_marks(path: Path, root: Path) -> Iterator[tuple[str, list[int], bool]]:
    module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            name = f"{module}.{node.name}"
            for mark in marks_in(ast.get_docstring(node) or ""):
                numbers, definition = read_mark(mark, name)
                yield name, numbers, definition


def marks_in(docstring: str) -> list[str]:
    """Marks in the line of a docstring that begins with ``Equations:``, which semicolons part."""
    found = re.search(r"^Equations: (.+)$", docstring, re.MULTILINE)
    return found.group(1).split("; ") if found else []


def read_mark(mark: str, source: str) -> tuple[list[int], bool]:
    """Numbers named by a mark such as ``(7)-(10), (45) : definition``, and whether it is a definition."""
    body, colon, note = mark.partition(" : ")
    if colon and note != "definition":
        raise MarkError(f"{source}: a mark of equations ends in ' : definition' or in nothing, got {mark!r}")
    numbers: list[int] = []
    for item in body.split(", "):
        found = re.fullmatch(r"\((\d+)\)(?:-\((\d+)\))?", item)
        if not found:
            raise MarkError(f"{source}: expected equations such as (7)-(10), (45), got {mark!r}")
        first, last = int(found.group(1)), int(found.group(2) or found.group(1))
        if last < first:
            raise MarkError(f"{source}: equations must ascend, got {mark!r}")
        numbers += range(first, last + 1)
    return numbers, bool(colon)


def _test_marks(path: Path) -> Iterator[tuple[str, list[int]]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.paper":
                numbers = [ast.literal_eval(argument) for argument in decorator.args]
                if not node.name.startswith("test_") or not numbers:
                    raise MarkError(f"{path.name}: {node.name} is marked but checks no equation")
                yield node.name, numbers


def _errata(path: Path) -> Iterator[tuple[str, list[int]]]:
    for text in _markdown(path):
        label = re.search(r"^\((erratum-[a-z0-9-]+)\)=$", text, re.MULTILINE)
        corrects = re.search(r"^\*\*Corrects\*\*((?:[^*\n]|\n(?!\n))*)", text, re.MULTILINE)
        if corrects and not label:
            raise MarkError(f"errata: an entry without a label corrects {corrects.group(1).strip()!r}")
        if label and corrects:
            yield label.group(1), [int(number) for number in re.findall(r"\{eq\}`paper-(\d+)`", corrects.group(1))]


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    entries = collect()
    missing = problems(entries)
    text = page(entries)
    if arguments == ["--check"]:
        current = (ROOT / PAGE).exists() and (ROOT / PAGE).read_text(encoding="utf-8") == text
        if not current:
            missing.append(f"{PAGE} is out of date: run python book/_ext/equation_index.py")
    else:
        (ROOT / PAGE).write_text(text, encoding="utf-8")
    print("\n".join(missing) or f"{len(entries)} equations, all complete")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
