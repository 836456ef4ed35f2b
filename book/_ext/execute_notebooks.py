"""Execute notebooks in place, each from a fresh kernel, reproducibly.

A second run leaves no difference: timestamps and the interpreter's version are left
out, and pieces of printed text are joined, because how a kernel cuts them depends on
timing.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def execute(path: Path) -> Path:
    """Execute one notebook and write it back."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    client = NotebookClient(
        notebook,
        timeout=600,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)
    return path


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        for done in pool.map(execute, map(Path, sys.argv[1:])):
            print(done)
