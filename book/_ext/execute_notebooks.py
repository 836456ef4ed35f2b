"""Execute notebooks side by side, one on each core and each from a fresh kernel, reproducibly.

    python book/_ext/execute_notebooks.py NOTEBOOKS          # in place, what `make notebooks` does
    python book/_ext/execute_notebooks.py --copies NOTEBOOKS # copies in _build/executed, what `make book` does

A second run leaves no difference: timestamps and the interpreter's version are left
out, and pieces of printed text are joined, because how a kernel cuts them depends on
timing. Widgets are numbered in the order in which the page meets them, in place of
their random names, and only those that the page shows are kept.

No cell has a time limit: a machine may be slow or busy. A line for every notebook that has finished says which are
running and how many are left; a table of times comes last. Failures, text on stderr among
them, are shown and make the exit status 1; the other notebooks are executed all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nbformat
import zmq
from nbclient import NotebookClient

# Python and Sphinx have the folder of this file on the path.
import executions

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"

#: Names the folder in which the kernels of one run share the results of experiments; noisac looks there.
STORE = "NOISAC_STORE"
#: These begin first where no earlier execution tells the times. Out of date, it costs nothing but time.
LONG = ("bound_met", "audit", "certified_optimum", "claims", "tradeoff", "against_localisation", "complex_symbols")
#: Seconds that nbclient waits for a kernel to start, and for an output that was announced.
PATIENCE = 7 * 24 * 3600


class Client(NotebookClient):
    """A client that leaves signals to the loop in which several of them run, so that Ctrl-C reaches all."""

    @asynccontextmanager
    async def async_setup_kernel(self, **options: Any) -> AsyncGenerator[None, None]:
        """Start a kernel, and stop it however the execution ends."""
        self.km = self.create_kernel_manager()
        if zmq.has("curve"):
            self.km.transport_encryption = "auto"  # without, a kernel warns of plain text
        try:
            await self.async_start_new_kernel(**options)
            await self.async_start_new_kernel_client()
            yield
        except BaseException:
            self.shutdown_kernel = "immediate"
            raise
        finally:
            await self._async_cleanup_kernel()


class Run:
    """The execution of some notebooks.

    Parameters
    ----------
    paths : sequence of Path
    folder : Path, optional
        Where executed copies go; in place unless given.
    jobs : int
        Kernels at a time.
    """

    def __init__(self, paths: Sequence[Path], folder: Path | None, jobs: int) -> None:
        self.paths = sorted(paths, key=_expected_seconds, reverse=True)
        self.folder = folder
        self.jobs = jobs
        self.running: list[str] = []
        self.seconds: dict[str, float] = {}
        self.failures: dict[str, str] = {}

    def execute(self) -> bool:
        """Execute all; returns whether all went well."""
        executions.ROOT.joinpath("_build").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="store-", dir=executions.ROOT / "_build") as store:
            asyncio.run(self._execute_all(store))
        for name, failure in self.failures.items():
            print(f"\n{name} failed:\n{failure}", file=sys.stderr, flush=True)
        print("\nseconds  notebook")
        for name, seconds in sorted(self.seconds.items(), key=lambda item: -item[1]):
            print(f"{seconds:7.1f}  {name}{'  FAILED' if name in self.failures else ''}")
        return not self.failures

    async def _execute_all(self, store: str) -> None:
        free = asyncio.Semaphore(self.jobs)
        async with asyncio.TaskGroup() as group:
            for path in self.paths:
                group.create_task(self._execute_one(path, free, store))

    async def _execute_one(self, path: Path, free: asyncio.Semaphore, store: str) -> None:
        async with free:
            self.running.append(path.stem)
            start = time.perf_counter()
            try:
                await self._execute(path, store, start)
            except Exception as error:
                if asyncio.current_task().cancelling():  # nbclient takes Ctrl-C for the death of the kernel
                    raise asyncio.CancelledError from error
                self.failures[path.stem] = f"{type(error).__name__}: {error}"
            self.running.remove(path.stem)
            self.seconds[path.stem] = time.perf_counter() - start
        self._report(path.stem)

    def _report(self, name: str) -> None:
        """Say that a notebook has finished, and what is still to come."""
        done, total = len(self.seconds), len(self.paths)
        what = "FAILED" if name in self.failures else "done"
        line = f"{done}/{total} {what} in {self.seconds[name]:.0f} s: {name}; {total - done} left"
        print(f"{line}, running: {', '.join(self.running)}" if self.running else line, flush=True)

    async def _execute(self, path: Path, store: str, start: float) -> None:
        copy = self.folder / path.name if self.folder else path
        if self.folder:
            copy.unlink(missing_ok=True)
        stamp = executions.stamp(path)
        notebook = executions.without_outputs(nbformat.read(path, as_version=4))
        client = Client(
            notebook,
            timeout=None,
            startup_timeout=PATIENCE,
            iopub_timeout=PATIENCE,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(path.parent)}},
        )
        await client.async_execute(env=os.environ | {STORE: store})
        notebook.metadata["language_info"] = {"name": "python"}
        _refuse_stderr(notebook)
        tidy_widgets(notebook)
        if self.folder:
            executions.write(notebook, copy, stamp, time.perf_counter() - start)
        else:
            nbformat.write(notebook, path)


def _expected_seconds(path: Path) -> tuple[float, int]:
    """Seconds that a notebook took before, else by its place among the long ones; then its size decides."""
    before = executions.facts(executions.FOLDER / path.name).get("seconds")
    guess = 100.0 - LONG.index(path.stem) if path.stem in LONG else 0.0
    return before or guess, path.stat().st_size


def _refuse_stderr(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RuntimeError(f"a cell writes to stderr:\n{cell.source}\n\n{output.text}")


def tidy_widgets(notebook: nbformat.NotebookNode) -> None:
    """Keep the widgets that the page shows, numbered in the order of their appearance."""
    state = notebook.metadata.pop("widgets", {}).get(STATE, {}).get("state", {})
    views = list(_views(notebook))
    if not views:
        return
    order = _closure(views, state)
    names = {model: f"{place:032x}" for place, model in enumerate(order, start=1)}
    for data in _view_data(notebook):
        data[VIEW]["model_id"] = names[data[VIEW]["model_id"]]
    notebook.metadata["widgets"] = {
        STATE: {
            "state": {names[model]: _renamed(state[model], names) for model in order},
            "version_major": 2,
            "version_minor": 0,
        }
    }


def _view_data(notebook: nbformat.NotebookNode) -> Iterator[dict]:
    """Outputs that show a widget. Those that the page leaves out lose it on the way."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if VIEW in data and "remove-output" in cell.metadata.get("tags", []):
                del data[VIEW]
            if VIEW in data:
                yield data


def _views(notebook: nbformat.NotebookNode) -> Iterator[str]:
    return (data[VIEW]["model_id"] for data in _view_data(notebook))


def _closure(models: list[str], state: dict) -> list[str]:
    """Models in the order of their appearance, with those that they refer to, and the links between these."""
    order: list[str] = []
    waiting = list(models)
    while waiting:
        model = waiting.pop(0)
        if model not in order:
            order.append(model)
            waiting += _references(state[model])
        if not waiting:
            waiting = [
                link
                for link, content in state.items()
                if content["model_name"] == "LinkModel"
                and link not in order
                and set(_references(content)) <= set(order)
            ]
    return order


def _references(content: dict) -> list[str]:
    return re.findall(r"IPY_MODEL_(\w+)", json.dumps(content["state"], sort_keys=True))


def _renamed(content: dict, names: dict[str, str]) -> dict:
    text = json.dumps(content)
    renamed = json.loads(re.sub(r"IPY_MODEL_(\w+)", lambda found: f"IPY_MODEL_{names[found[1]]}", text))
    # What is null is as the browser has it anyway.
    renamed["state"] = {key: value for key, value in renamed["state"].items() if value is not None}
    return renamed


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(arguments: Sequence[str]) -> int:
    """Execute the notebooks that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    everything = sorted((executions.ROOT / "book").glob("*.ipynb"))
    parser.add_argument("notebooks", nargs="*", type=lambda name: Path(name).resolve(), default=everything)
    parser.add_argument("--copies", action="store_true", help="write executed copies to _build/executed")
    parser.add_argument("--stale", action="store_true", help="those whose copies are out of date")
    parser.add_argument("--jobs", type=int, default=cores(), help="notebooks at a time: one for each core")
    given = parser.parse_args(arguments)
    folder = executions.FOLDER if given.copies or given.stale else None
    paths = given.notebooks
    if given.stale:
        paths = [path for path in paths if not executions.is_fresh(path)]
        print(f"{len(given.notebooks) - len(paths)} of {len(given.notebooks)} notebooks need no new execution")
    try:
        return 0 if not paths or Run(paths, folder, given.jobs).execute() else 1
    except KeyboardInterrupt:
        print("interrupted: all kernels are stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
