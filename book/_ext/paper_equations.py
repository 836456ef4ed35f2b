"""Number the equations of the book as the paper does.

An equation labelled ``paper-22`` is shown and referred to as (22). Equations of this
book's own are numbered (N1), (N2), ... in the order of the table of contents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def in_order(env: BuildEnvironment, docname: str) -> Iterator[str]:
    """Documents in the order of the table of contents, from a document downwards."""
    yield docname
    for child in env.toctree_includes.get(docname, []):
        yield from in_order(env, child)


def number_equations(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Replace Sphinx's running numbers, once all documents are read."""
    equations = env.get_domain("math").data["objects"]
    place = {name: i for i, name in enumerate(in_order(env, env.config.root_doc))}
    own = 0
    for label, (docname, _) in sorted(
        equations.items(),
        key=lambda item: place.get(item[1][0], len(place)),
    ):
        paper = re.fullmatch(r"paper-(\d+[a-z]?)", label)
        if not paper:
            own += 1
        equations[label] = (docname, paper.group(1) if paper else f"N{own}")
    return sorted(env.found_docs)  # a new equation renumbers those after it


def show_numbers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the numbers beside the equations."""
    equations = app.env.get_domain("math").data["objects"]
    for node in doctree.findall(nodes.math_block):
        if node.get("label") in equations:
            node["number"] = equations[node["label"]][1]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect both steps."""
    app.connect("env-updated", number_equations)
    app.connect("doctree-resolved", show_numbers)
    return {
        "version": "2",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
