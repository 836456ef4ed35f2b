"""Executed copies of the notebooks, each with a stamp that tells whether it would come out the same today.

`execute_notebooks` makes them, `make book` renders them, and `make test` has nbval compare them with the notebooks
as they are committed. As a Sphinx extension this file puts the copies in the place of the stored notebooks, where
``executed`` among Sphinx's options in ``_config.yml`` names their folder.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "_build" / "executed"
#: Key of a copy's metadata under which its stamp and the seconds that it took are kept.
KEY = "noisac_execution"
#: What outputs depend on beside the notebook itself: code, what it needs, and the variables that steer both.
FOLDERS = ("noisac", "book/noisac_book")
FILES = ("book/_ext/execute_notebooks.py", "pyproject.toml", "requirements.lock")
VARIABLES = ("PYTHON", "OPENBLAS_", "OMP_", "MKL_", "NPY_", "MPL")


class StaleExecutionError(ExtensionError):
    """There is no execution of a notebook as it is now."""


def stamp(path: Path) -> str:
    """Hash all that can change the outputs of a notebook, and none of its outputs."""
    notebook = without_outputs(nbformat.read(path, as_version=4))
    text = json.dumps([notebook.cells, surroundings()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook as if it had never been executed."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


@functools.cache
def surroundings(root: Path = ROOT) -> str:
    """Hash the code, the versions of everything installed, and the environment."""
    digest = hashlib.sha256()
    # What tools leave behind, such as caches, is no code.
    paths = [
        path
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if not any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(root).parts)
    ]
    for path in sorted(path for path in (*paths, *(root / name for name in FILES)) if path.is_file()):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    versions = sorted({f"{found.name}=={found.version}" for found in metadata.distributions()})
    chosen = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(VARIABLES))
    for fact in (*versions, *chosen, platform.python_version(), platform.machine(), platform.processor()):
        digest.update(f"{fact}\0".encode())
    return digest.hexdigest()


def write(notebook: NotebookNode, path: Path, stamp: str, seconds: float) -> None:
    """Write an executed copy, which appears under its name only when it is complete."""
    notebook.metadata[KEY] = {"stamp": stamp, "seconds": round(seconds, 1)}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    nbformat.write(notebook, temporary)
    temporary.replace(path)


def facts(path: Path) -> dict[str, Any]:
    """Return stamp and seconds of an executed copy: none if there is no copy."""
    if not path.exists():
        return {}
    return dict(nbformat.read(path, as_version=4).metadata.get(KEY, {}))


def is_fresh(path: Path, folder: Path = FOLDER) -> bool:
    """Whether there is an execution of a notebook as it is now, with the code as it is now."""
    return facts(folder / path.name).get("stamp") == stamp(path)


def read(path: Path, folder: Path = FOLDER) -> NotebookNode:
    """Read the execution of a notebook as it is now, with the code as it is now.

    Raises
    ------
    StaleExecutionError
        If it was not executed, failed, or anything has changed since.
    """
    if not is_fresh(path, folder):
        raise StaleExecutionError(f"{path.name} was not executed as it is now, or failed: see `make book`")
    notebook = nbformat.read(folder / path.name, as_version=4)
    del notebook.metadata[KEY]
    return notebook


def show_execution(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give Sphinx the executed copy of a notebook, if it shall not render the stored one."""
    path = Path(app.env.doc2path(docname))
    if app.config.executed and path.suffix == ".ipynb":
        source[0] = nbformat.writes(read(path, Path(app.confdir, app.config.executed)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the step."""
    app.add_config_value("executed", "", "env", [str])
    app.connect("source-read", show_execution)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
