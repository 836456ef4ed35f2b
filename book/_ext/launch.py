"""Buttons for Binder and Colab, and Colab's first cell, from ``repository.url`` in ``_config.yml``."""

import re
from pathlib import Path
from typing import Any

import nbformat
import yaml
from sphinx.application import Sphinx
from sphinx.errors import ConfigError

CELL_ID, CELL = "install-noisac", Path(__file__).with_name("colab_cell.txt").read_text(encoding="utf-8").rstrip()


def is_for_colab(url: str) -> bool:
    """Whether Colab, which knows GitHub alone, can open notebooks of an address; without any, it cannot."""
    if url and not re.fullmatch(r"https://[\w.-]+/[\w.-]+/[\w.-]+(?<!\.git)", url):
        raise ConfigError(f"_config.yml: repository.url must be https://HOST/OWNER/NAME or empty, got {url!r}")
    return url.startswith("https://github.com/")


def leave_out_what_cannot_work(app: Sphinx, config: Any) -> None:
    """Drop Colab's buttons where it cannot open the address, and all without one."""
    options = config.html_theme_options
    if not options.get("repository_url"):
        options.pop("launch_buttons", None)
    elif not is_for_colab(options["repository_url"]):
        options["launch_buttons"].pop("colab_url", None)


def with_first_cell(notebook: Any, url: str, branch: str) -> Any:
    """Return a notebook with the cell where Colab can open the address, numbered as by a fresh kernel."""
    notebook = nbformat.from_dict(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") != CELL_ID]
    if is_for_colab(url):
        source, hidden = CELL.format(url=url, branch=branch), {"tags": ["remove-cell"]}
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source, id=CELL_ID, metadata=hidden))
    for count, code in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        for numbered in [code, *(output for output in code.outputs if output.output_type == "execute_result")]:
            numbered["execution_count"] = count
    return notebook


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", leave_out_what_cannot_work)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def main(root: Path) -> None:
    """Write the notebooks of a checkout, with the cell or without."""
    repository = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]
    for path in sorted((root / "book").glob("*.ipynb")):
        nbformat.write(with_first_cell(nbformat.read(path, 4), repository["url"], repository["branch"]), path)


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[2])
