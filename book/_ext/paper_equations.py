"""Number the equations of the book as the paper does.

An equation labelled ``paper-22`` is shown and referred to as (22). Equations of this
book's own are numbered (N1), (N2), ... in the order of reading.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain


class PaperMathDomain(MathDomain):
    """The math domain, with numbers taken from the labels."""

    def note_equation(
        self, docname: str, labelid: str, location: Any = None
    ) -> None:
        """Register an equation under the paper's number, or the next of our own."""
        super().note_equation(docname, labelid, location)
        paper = re.fullmatch(r"paper-(\d+[a-z]?)", labelid)
        if paper:
            number = paper.group(1)
        else:
            own = [
                n
                for _, n in self.equations.values()
                if str(n).startswith("N")
            ]
            number = f"N{len(own) + 1}"
        self.equations[labelid] = (docname, number)  # type: ignore[assignment]


def setup(app: Sphinx) -> dict[str, Any]:
    """Put the domain in place of Sphinx's."""
    app.add_domain(PaperMathDomain, override=True)
    return {
        "version": "1",
        "parallel_read_safe": False,
        "parallel_write_safe": True,
    }
