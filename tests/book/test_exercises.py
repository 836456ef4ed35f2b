"""Every exercise of the book has one solution, and every solution runs code that checks it."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

BOOK = Path(__file__).parents[2] / "book"
CHAPTERS = sorted(BOOK.glob("*.ipynb"))
# A directive opens a fence of three or more backticks: gated or not, as sphinx-exercise has them.
DIRECTIVE = re.compile(
    r"^`{3,}\{(exercise|exercise-start|solution|solution-start|solution-end)\}[ \t]*(\S*)", re.M
)
LABEL = re.compile(r"^:label:\s*(\S+)", re.M)
#: Exercises of the whole book, at the least.
LEAST = 30


class Solution(NamedTuple):
    """What stands between the gates of a solution."""

    label: str
    code: list[dict]
    closed: bool
    dropdown: bool


def cells_of(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text_of(cell: dict) -> str:
    return "".join(cell["source"])


def exercises_in(cells: list[dict]) -> list[str]:
    labels = []
    for cell in cells:
        if cell["cell_type"] != "markdown":
            continue
        text = text_of(cell)
        for directive in DIRECTIVE.finditer(text):
            if directive[1] in ("exercise", "exercise-start"):
                found = LABEL.match(text[directive.end() :].lstrip())
                labels.append(found[1] if found else "(an exercise without a label)")
    return labels


def solutions_in(cells: list[dict]) -> list[Solution]:
    """Solutions in order; one that is not gated holds no cell and counts as closed."""
    solutions: list[Solution] = []
    inside = False
    for cell in cells:
        if cell["cell_type"] == "code":
            if inside:
                solutions[-1].code.append(cell)
            continue
        text = text_of(cell)
        for directive in DIRECTIVE.finditer(text):
            kind, label = directive.groups()
            if kind in ("solution", "solution-start"):
                options = text[directive.end() :].lstrip().split("\n", 1)[0]
                solutions.append(Solution(label, [], kind == "solution", options == ":class: dropdown"))
                inside = kind == "solution-start"
            elif kind == "solution-end":
                assert inside, "a gate closes that was never opened"
                solutions[-1] = solutions[-1]._replace(closed=True)
                inside = False
    return solutions


def checks(cell: dict) -> bool:
    """Whether a code cell asserts something or shows a result that nbval compares."""
    shows = any("text" in output or "text/plain" in output.get("data", {}) for output in cell["outputs"])
    return shows or re.search(r"^\s*assert ", text_of(cell), re.M) is not None


def has_exercises(path: Path) -> bool:
    return any(
        cell["cell_type"] == "markdown" and re.search(r"^#+ Exercises", text_of(cell), re.M)
        for cell in cells_of(path)
    )


WITH_EXERCISES = [path for path in CHAPTERS if has_exercises(path)]


def test_the_book_has_thirty_exercises_and_no_label_twice():
    labels = Counter(label for path in CHAPTERS for label in exercises_in(cells_of(path)))
    assert labels.total() >= LEAST
    assert [label for label, count in labels.items() if count > 1] == []


@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)
def test_a_chapter_has_two_exercises_and_an_explorer_one(path):
    least = 1 if path.stem.startswith("explore_") else 2
    assert len(exercises_in(cells_of(path))) >= least


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_exercise_has_exactly_one_solution_which_unfolds(path):
    cells = cells_of(path)
    solutions = solutions_in(cells)
    assert sorted(solution.label for solution in solutions) == sorted(exercises_in(cells))
    assert [solution.label for solution in solutions if not solution.closed] == []
    assert [solution.label for solution in solutions if not solution.dropdown] == []


@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)
def test_every_solution_runs_code_that_checks_it(path):
    unchecked = [s.label for s in solutions_in(cells_of(path)) if not any(map(checks, s.code))]
    assert unchecked == []


def markdown(text: str) -> dict:
    return {"cell_type": "markdown", "source": text}


def code(text: str, *outputs: dict) -> dict:
    return {"cell_type": "code", "source": text, "outputs": list(outputs)}


EXERCISE = markdown(
    "```{exercise}\n:label: one\n\nWhy?\n```\n\n```{solution-start} one\n:class: dropdown\n```\n\nSo."
)
END = markdown("```{solution-end}\n```")


def test_a_gated_solution_owns_the_cells_between_its_gates():
    (solution,) = solutions_in([EXERCISE, code("assert 1 < 2"), END, code("print(3)")])
    assert [text_of(cell) for cell in solution.code] == ["assert 1 < 2"]
    assert solution.closed
    assert solution.dropdown


def test_a_gate_left_open_and_a_cell_that_checks_nothing_are_noticed():
    (solution,) = solutions_in([EXERCISE, code("x = 1")])
    assert not solution.closed
    assert not any(map(checks, solution.code))
    assert checks(code("print(1)", {"output_type": "stream", "text": "1"}))
    assert not checks(code("draw()", {"output_type": "display_data", "data": {"image/png": ""}}))
