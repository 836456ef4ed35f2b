"""Buttons that open a chapter on Binder or Colab, and the first cell that Colab needs.

Both follow from one line of ``_config.yml``, ``url`` under ``repository``. While it is empty there are neither
buttons nor cells. As a Sphinx extension this file leaves out the buttons that cannot work. As a script it writes
the cell into the notebooks, because Colab opens a notebook alone: what noisac is and where it comes from must
stand in it. The cell does nothing where noisac is installed, and no page shows it.

    python book/_ext/launch.py           # write, change or remove the cell in every notebook
    python book/_ext/launch.py --check   # say in which notebooks it is not as it should be
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
CELL_ID = "install-noisac"
#: The widgets of ipywidgets 8 appear on Colab only after its last line.
CELL = """\
# Where noisac is not installed, as on Colab, it comes from the repository.
import importlib.util
import sys

if importlib.util.find_spec("noisac") is None:
    %pip install -q git+{url}@{branch}
    %pip install -q "ipywidgets>=8.1" myst-nb
if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()"""


def is_for_colab(url: str) -> bool:
    """Whether Colab can open notebooks of a repository: it knows GitHub alone."""
    return url.startswith("https://github.com/")


def check_address(url: str) -> None:
    """Refuse what no button can be made of."""
    if url and not re.fullmatch(r"https://[\w.-]+/[\w.-]+/[\w.-]+(?<!\.git)", url):
        raise ConfigError(f"_config.yml: repository.url must be https://HOST/OWNER/NAME or empty, got {url!r}")


def leave_out_what_cannot_work(app: Sphinx, config: Config) -> None:
    """Drop all buttons without an address, and Colab's where the repository is not on GitHub."""
    options = config.html_theme_options
    url = options.get("repository_url", "")
    check_address(url)
    if not url:
        options.pop("launch_buttons", None)
    elif not is_for_colab(url):
        options.get("launch_buttons", {}).pop("colab_url", None)


def first_cell(url: str, branch: str) -> NotebookNode | None:
    """Return the cell that installs noisac on Colab; none without an address that Colab can open."""
    check_address(url)
    if not is_for_colab(url):
        return None
    source = CELL.format(url=url, branch=branch)
    return nbformat.v4.new_code_cell(source, id=CELL_ID, metadata={"tags": ["remove-cell"]})


def with_first_cell(notebook: NotebookNode, cell: NotebookNode | None) -> NotebookNode:
    """Return a notebook that begins with the cell and is numbered as a fresh kernel would number it."""
    notebook = nbformat.from_dict(notebook)
    cells = [other for other in notebook.cells if other.get("id") != CELL_ID]
    notebook.cells = cells if cell is None else [nbformat.from_dict(cell), *cells]
    count = 0
    for code in notebook.cells:
        if code.cell_type != "code":
            continue
        count += 1
        if code.execution_count is not None or code.id == CELL_ID:
            code.execution_count = count
        for output in code.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the cells, or name the notebooks that are to be changed."""
    repository = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]
    cell = first_cell(repository["url"], repository["branch"])
    changed = []
    for path in sorted((root / "book").glob("*.ipynb")):
        stored = nbformat.read(path, as_version=4)
        wanted = with_first_cell(stored, cell)
        if wanted != stored:
            changed.append(path.name)
            if "--check" not in arguments:
                nbformat.write(wanted, path)
    if changed and "--check" in arguments:
        print(f"`make launch` would change {', '.join(changed)}", file=sys.stderr)
        return 1
    return 0


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the step."""
    app.connect("config-inited", leave_out_what_cannot_work)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
