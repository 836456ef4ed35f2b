"""Buttons for Binder and Colab, and Colab's first cell, follow from one line of _config.yml, and only from it."""

import importlib.util
import re
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager

from tests.book_build import BOOK, CONFIG, ROOT, build, chapter, load_extension, write_book

NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
DUMMY = "https://github.com/someone/companion"

launch = load_extension("launch")


def config_with(address):
    """Text of _config.yml with another address, which stands in one line."""
    text, count = re.subn(r'(?m)^  url: ".*?"', f'  url: "{address}"', CONFIG.read_text())
    assert count == 1
    return text


def page(tmp_path, address):
    """The chapter's page, and what was said while it was rendered."""
    contents = "format: jb-book\nroot: book/intro\n"
    write_book(tmp_path, contents, config_with(address), intro=chapter("# A chapter"))
    run = build(tmp_path, "--keep-going")
    path = tmp_path / "_build" / "html" / "book" / "intro.html"
    return path.read_text() if path.exists() else "", run.stdout + run.stderr


def links(text):
    return sorted(re.findall(r'href="([^"]*(?:mybinder|colab)[^"]*)"', text))


def test_an_address_gives_both_buttons_and_their_links_lead_to_the_chapter(tmp_path):
    text, said = page(tmp_path, DUMMY)
    assert links(text) == [
        "https://colab.research.google.com/github/someone/companion/blob/main/book/intro.ipynb",
        "https://mybinder.org/v2/gh/someone/companion/main?urlpath=lab/tree/book/intro.ipynb",
    ], said


def test_without_an_address_there_is_no_button_and_nothing_of_thebe(tmp_path):
    text, said = page(tmp_path, "")
    assert "thebe" not in text
    assert "kernelName" not in text
    assert "A chapter" in text, said
    assert links(text) == []
    assert "launch-buttons" not in text


def test_a_repository_that_colab_cannot_open_gets_the_button_for_binder_alone_and_no_cell():
    address = "https://gitlab.com/someone/companion"
    buttons = yaml.safe_load(config_with(address))["launch_buttons"]
    options = {"repository_url": address, "launch_buttons": buttons}
    launch.leave_out_what_cannot_work(None, SimpleNamespace(html_theme_options=options))
    assert options["launch_buttons"].keys() == {"notebook_interface", "binderhub_url"}
    assert launch.with_first_cell(nbformat.v4.new_notebook(), address, "main").cells == []


@pytest.mark.parametrize(
    "address", ["github.com/someone/companion", DUMMY + ".git", DUMMY + "/book", "no address"]
)
def test_an_address_that_no_button_can_be_made_of_is_refused(address):
    with pytest.raises(launch.ConfigError, match=r"repository\.url"):
        first_cell(address)


def first_cell(address):
    return launch.with_first_cell(nbformat.v4.new_notebook(), address, "main").cells[0]


def test_every_notebook_has_the_first_cell_that_the_address_asks_for():
    """`make launch` puts it right."""
    repository = yaml.safe_load(CONFIG.read_text())["repository"]
    for path in NOTEBOOKS:
        stored = nbformat.read(path, as_version=4)
        assert launch.with_first_cell(stored, repository["url"], repository["branch"]) == stored, path.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_cell_is_put_first_once_renewed_and_taken_out_without_a_trace(path, tmp_path):
    (tmp_path / "book").mkdir()
    copy = tmp_path / "book" / path.name
    bare = launch.with_first_cell(nbformat.read(path, as_version=4), "", "main")
    nbformat.write(bare, copy)
    before = copy.read_bytes()
    for address in (DUMMY, DUMMY, DUMMY + "-moved"):
        (tmp_path / "_config.yml").write_text(config_with(address))
        launch.main(tmp_path)
        notebook = nbformat.read(copy, as_version=4)
        nbformat.validate(notebook)
        assert [cell.id == launch.CELL_ID for cell in notebook.cells].index(True) == 0
        assert sum(f"git+{address}@main" in cell.source for cell in notebook.cells) == 1
        codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    (tmp_path / "_config.yml").write_text(config_with(""))
    launch.main(tmp_path)
    assert copy.read_bytes() == before


def run(cell, monkeypatch, installed):
    """Execute the cell as IPython would, and return what it hands to %pip."""
    asked = []

    class Shell:
        def run_line_magic(self, name, arguments):
            asked.append((name, arguments))

    found = object() if installed else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    exec(TransformerManager().transform_cell(cell.source), {"get_ipython": Shell})
    return asked


def test_the_cell_installs_noisac_where_it_is_missing_and_does_nothing_where_it_is_not(monkeypatch):
    cell = first_cell(DUMMY)
    assert run(cell, monkeypatch, installed=True) == []
    assert run(cell, monkeypatch, installed=False) == [
        ("pip", f"install -q git+{DUMMY}@main"),
        ("pip", 'install -q "ipywidgets>=8.1" myst-nb'),
    ]


def test_no_page_shows_the_cell():
    assert first_cell(DUMMY).metadata.tags == ["remove-cell"]


def test_binder_installs_the_package_with_what_the_chapters_need():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pip == [".[book]"]
