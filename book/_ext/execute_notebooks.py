"""Execute notebooks in place, each from a fresh kernel, reproducibly.

A second run leaves no difference: timestamps and the interpreter's version are left
out, and pieces of printed text are joined, because how a kernel cuts them depends on
timing. Widgets are numbered in the order in which the page meets them, in place of
their random names, and only those that the page shows are kept.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


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
    tidy_widgets(notebook)
    nbformat.write(notebook, path)
    return path


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


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        for done in pool.map(execute, map(Path, sys.argv[1:])):
            print(done)
