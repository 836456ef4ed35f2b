"""The stored notebooks cannot be stale: executed in order, pictures alone exempt, and nbval notices an edit."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
EXEMPT_TYPES = {"image/png", "image/jpeg", "image/svg+xml", "application/vnd.jupyter.widget-view+json"}
# nbval reads its instructions from tags and from comments alike.
EXEMPTION_TAG = re.compile(r"nbval-(ignore-output|skip|raises-exception|variable-output)|raises-exception")
EXEMPTION_COMMENT = re.compile(r"#\s*(NBVAL_|PYTEST_VALIDATE_)")


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def problems(notebook: dict) -> list[str]:
    """What is wrong with a notebook as stored."""
    found = []
    for position, cell in enumerate(code_cells(notebook), start=1):
        if cell["execution_count"] != position:
            found.append(f"cell {position} has execution_count {cell['execution_count']}")
        if any(output["output_type"] == "error" for output in cell["outputs"]):
            found.append(f"cell {position} stores an error")
        if any(output.get("name") == "stderr" for output in cell["outputs"]):
            found.append(f"cell {position} stores text on stderr")
        if EXEMPTION_COMMENT.search("".join(cell["source"])):
            found.append(f"cell {position} exempts itself by a comment")
        tags = " ".join(cell["metadata"].get("tags", []))
        pictures = all(EXEMPT_TYPES & set(output.get("data", {})) for output in cell["outputs"])
        if EXEMPTION_TAG.search(tags) and not (pictures and cell["outputs"]):
            found.append(f"cell {position} is exempt ({tags}) but does not only hold pictures or widgets")
    return found


def load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def nbval(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-q", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_book_has_its_chapters():
    assert {path.stem for path in NOTEBOOKS} >= {"intro", "system_model", "bound", "cross_entropy"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_was_executed_in_order_and_exempts_only_pictures(path):
    assert problems(load(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_stores_no_path_of_a_machine(path):
    assert not re.search(r"/(home|root|work|tmp|Users)/", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_bracket_of_an_equation_is_taken_for_the_option_of_its_environment(path):
    """TeX swallows it, and the left-hand side is missing from the page. An empty group before it helps."""
    for cell in load(path)["cells"]:
        if cell["cell_type"] == "markdown":
            assert not re.search(r"\\begin\{(aligned|gathered|split)\}\s*\[", "".join(cell["source"]))


def test_a_notebook_that_was_never_executed_is_noticed():
    notebook = load(BOOK / "intro.ipynb")
    for cell in code_cells(notebook):
        cell.update(execution_count=None, outputs=[])
    assert problems(notebook)


def test_cells_executed_out_of_order_are_noticed():
    notebook = load(BOOK / "bound.ipynb")
    first, second = code_cells(notebook)[:2]
    first["execution_count"], second["execution_count"] = 2, 1
    assert problems(notebook)


@pytest.mark.parametrize("mark", ["tag", "comment"])
def test_exempting_a_cell_with_numbers_is_noticed(mark):
    notebook = load(BOOK / "intro.ipynb")
    cell = code_cells(notebook)[-1]
    if mark == "tag":
        cell["metadata"]["tags"] = ["nbval-ignore-output"]
    else:
        cell["source"] = ["# NBVAL_IGNORE_OUTPUT\n", *cell["source"]]
    assert problems(notebook)


def test_nbval_passes_on_a_copy_and_fails_when_a_stored_number_is_edited(tmp_path):
    notebook = load(BOOK / "intro.ipynb")
    (first, stream) = next(
        (cell, output) for cell in code_cells(notebook) for output in cell["outputs"] if "text" in output
    )
    notebook["cells"] = [first]
    (tmp_path / "untouched.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    text = "".join(stream["text"])
    last_digit = max(i for i, character in enumerate(text) if character.isdigit())
    edited = text[:last_digit] + str((int(text[last_digit]) + 1) % 10) + text[last_digit + 1 :]
    stream["text"] = edited
    (tmp_path / "edited.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    run = nbval(tmp_path)
    assert "1 failed, 1 passed" in run.stdout, run.stdout
    assert re.findall(r"FAILED (\w+)\.ipynb", run.stdout) == ["edited"]
    assert "mismatch" in run.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_glued_numbers_are_rounded_beyond_what_differs_between_machines(path):
    glued = [
        "".join(output["data"]["application/papermill.record/text/plain"])
        for cell in code_cells(load(path))
        for output in cell["outputs"]
        if "application/papermill.record/text/plain" in output.get("data", {})
    ]
    numbers = [text for text in glued if re.fullmatch(r"-?[\d.]+(e-?\d+)?", text)]
    assert all(len(re.findall(r"[1-9]\d*|\d", number.replace(".", ""))[0]) <= 6 for number in numbers), numbers


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_links_to_the_page_of_the_package(path):
    text = "".join("".join(cell["source"]) for cell in load(path)["cells"] if cell["cell_type"] == "markdown")
    assert re.search(r"\{py:(func|class|attr|obj)\}`|\{doc\}`api`", text)
