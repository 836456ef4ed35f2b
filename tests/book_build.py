"""The scripts and extensions of `book/_ext`, and small books that are built with the project's configuration."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
CONFIG = ROOT / "_config.yml"
EXTENSIONS = BOOK / "_ext"


def load_extension(name: str) -> ModuleType:
    """Import a file of `book/_ext` as Sphinx does: by its name, with its folder on the path."""
    sys.path.insert(0, str(EXTENSIONS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(EXTENSIONS))


def chapter(text: str, *cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A notebook that begins with a text."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    notebook.cells = [nbformat.v4.new_markdown_cell(text), *cells]
    return notebook


def write_book(root: Path, contents: str, config: str, **chapters: nbformat.NotebookNode) -> None:
    """A book of a few chapters under a configuration such as the project's, which executes nothing."""
    for name in ("_ext", "_static"):
        shutil.copytree(BOOK / name, root / "book" / name)
    (root / "book" / "references.bib").touch()
    (root / "_config.yml").write_text(config)
    (root / "_toc.yml").write_text(contents)
    for name, notebook in chapters.items():
        nbformat.write(notebook, root / "book" / f"{name}.ipynb")


def build(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run Jupyter Book; warnings are errors."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
