"""What docstrings need to become a page: links to equations and to other functions, types and bars as text."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

#: Sphinx's own reader of sections stands at 500.
BEFORE_SECTIONS, AFTER_SECTIONS = 400, 600


class NameRole(PyXRefRole):
    """What stands between single backticks: a link where the page describes it, code where it does not."""

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: pending_xref,
        has_explicit_title: bool,
        title: str,
        target: str,
    ) -> tuple[str, str]:
        """Make a reference to any kind of object, which need not exist."""
        title, target = super().process_link(env, refnode, has_explicit_title, title, target)
        refnode.attributes.update(reftype="obj", optional=True)
        return title, target


def find_or_show_as_code(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Look for a name at the top level of the package, and leave one without a description as it is written."""
    if not node.get("optional"):
        return None
    public = f"noisac.{node['reftarget']}"
    found = env.get_domain("py").objects.get(public)
    if found is None:
        return content
    return make_refnode(app.builder, node["refdoc"], found.docname, found.node_id, content, public)


def link_equations(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn ``(22)`` in a line that begins with ``Equations:`` into a reference to the label ``paper-22``."""
    for i, line in enumerate(lines):
        if line.startswith("Equations: "):
            lines[i] = re.sub(r"\((\d+)\)", r":eq:`paper-\1`", line).replace("Equations:", "**Equations:**", 1)


def escape_bars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Escape the bars of ``|x|^2`` in plain text, which would be read as a substitution."""
    end = lines.index("Examples") if "Examples" in lines else len(lines)
    for i in range(end):
        pieces = lines[i].split("``")  # every other piece is code
        pieces[::2] = [piece.replace("|", r"\|") for piece in pieces[::2]]
        lines[i] = "``".join(pieces)


def skip_fields_of_tuples(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Skip the fields of a named tuple, which its section ``Attributes`` describes."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def write_types_as_text(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Write a type such as ``(..., L) complex array`` as text, since no class has that name."""
    lines[:] = [re.sub(r"^( *):type: (.*)$", r"\1Type: ``\2``", line) for line in lines]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the steps."""
    app.add_role_to_domain("py", "name", NameRole())
    app.connect("missing-reference", find_or_show_as_code)
    app.connect("autodoc-skip-member", skip_fields_of_tuples)
    app.connect("autodoc-process-docstring", escape_bars, priority=BEFORE_SECTIONS)
    app.connect("autodoc-process-docstring", link_equations, priority=BEFORE_SECTIONS)
    app.connect("autodoc-process-docstring", write_types_as_text, priority=AFTER_SECTIONS)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
