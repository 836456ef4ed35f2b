"""Strict nbval on an execution that has just been made, instead of one of its own: ``--nbval-replay``.

What nbval asks a kernel to execute is answered with the outputs in the executed copy of the notebook, so that
`make book` and `make test` execute each notebook once. What is compared, and how, is nbval's own. A copy that is
not an execution of today's notebook by today's code is refused.

    python -m pytest -p tests.nbval_replay --nbval-replay _build/executed book
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbFile

from tests.book_build import load_extension

executions = load_extension("executions")

#: What a kernel would say again: messages of these types carry what the output of the same type holds.
OUTPUT_TYPES = {"stream", "display_data", "execute_result", "error"}


class ReplayedKernel:
    """Answers as the kernel answered that made a copy; nbval calls no other methods."""

    def __init__(self, copy: NotebookNode) -> None:
        self._cells = [cell for cell in copy.cells if cell.cell_type == "code"]
        self._messages: Iterator[dict[str, Any]] = iter(())
        #: Place among the notebook's code cells of the cell that is asked for next.
        self.place = 0

    def execute_cell_input(self, source: str, allow_stdin: bool | None = None) -> str:
        """Make the messages ready that executing a cell brought."""
        cell = self._cells[self.place]
        if cell.source != source:
            raise RuntimeError(f"code cell {self.place} was another when it was executed:\n{cell.source}")
        if source.strip() and cell.execution_count is None:
            raise RuntimeError(f"code cell {self.place} was not executed")
        unknown = {output.output_type for output in cell.outputs} - OUTPUT_TYPES
        if unknown:
            raise RuntimeError(f"code cell {self.place} has outputs of unknown types: {unknown}")
        name = f"cell {self.place}"
        said = [(output.output_type, output) for output in cell.outputs]
        said.append(("status", NotebookNode(execution_state="idle")))
        self._messages = iter(
            [{"parent_header": {"msg_id": name}, "msg_type": kind, "content": content} for kind, content in said]
        )
        return name

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Return at once: all has been executed."""

    def await_idle(self, msg_id: str, timeout: float) -> None:
        """Skip what is left."""
        self._messages = iter(())

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message."""
        return next(self._messages)

    def is_alive(self) -> bool:
        """Whether there is something to answer: always."""
        return True

    def stop(self) -> None:
        """Nothing runs."""


class ReplayedNotebook(IPyNbFile):
    """A notebook whose cells nbval compares with an executed copy."""

    def setup(self) -> None:
        """Take the copy in the place of a kernel."""
        self.kernel = ReplayedKernel(executions.read(self.path, Path(self.config.option.nbval_replay).resolve()))
        self.setup_sanitize_files()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the folder of the copies."""
    parser.addoption("--nbval-replay", metavar="FOLDER", help="compare notebooks with their executed copies there")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ReplayedNotebook | None:
    """Collect notebooks, unless nbval itself does."""
    if parent.config.option.nbval_replay and file_path.suffix == ".ipynb":
        return ReplayedNotebook.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Tell the copy which cell is next, because some may have been left out."""
    if isinstance(item.parent, ReplayedNotebook):
        item.parent.kernel.place = item.cell_num
