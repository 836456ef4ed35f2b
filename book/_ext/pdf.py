"""What the printed book needs beyond what the pages need: nothing may unfold, move or run out of the page.

- Equations and figures carry the numbers that they have on the pages.
- Outputs that are HTML become tables, lists and paragraphs.
- What unfolds on a page is shown; exercises of the first page keep their contents.
- A proof begins with that word and ends with a square.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import wrap_displaymath
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node

# By name, as Sphinx loads this file itself: local_extensions puts the folder on the path.
from html_nodes import read_html

PREAMBLE = r"""
% The marks of the ledger are in no bold italic font.
\usepackage{newunicodechar}
\newunicodechar{●}{{\normalfont\symbol{"25CF}}}
\newunicodechar{◐}{{\normalfont\symbol{"25D0}}}
\newunicodechar{○}{{\normalfont\symbol{"25CB}}}
% Tables are wide, and names of functions are not to be hyphenated.
\usepackage{etoolbox}
\AtBeginEnvironment{tabulary}{\footnotesize\setlength{\tabcolsep}{3pt}}
\AtBeginEnvironment{tabular}{\footnotesize\setlength{\tabcolsep}{3pt}}
\AtBeginEnvironment{longtable}{\footnotesize\setlength{\tabcolsep}{3pt}}
\AtBeginDocument{\appto\ttfamily{\hyphenchar\font=-1\relax}}
\makeatletter
% A figure as tall as the page would push its caption off it.
\AtBeginDocument{\spx@image@maxheight=.8\textheight}
% The fonts of unicode-math have their bold letters within.
\AtBeginDocument{\renewcommand{\boldsymbol}[1]{\symbf{#1}}}
% Names of functions may be broken after an underscore.
\AtBeginDocument{\let\book@underscore\_\protected\def\_{\book@underscore\ifmmode\else\allowbreak\fi}}
\makeatother
"""


class NumberedEquations(SphinxPostTransform):
    """Write the numbers that `paper_equations` has given, instead of LaTeX's own."""

    default_priority = 100
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Replace each labelled equation by LaTeX with a tag."""
        equations = self.env.get_domain("math").data["objects"]
        for node in list(self.document.findall(nodes.math_block)):
            label = node.get("label")
            if label in equations and not node.get("nowrap"):
                docname, number = equations[label]
                name = f"equation:{docname}:{label}"
                text = wrap_displaymath(node.astext(), name, False)
                tagged = text.replace(rf"\label{{{name}}}", rf"\label{{{name}}}\tag{{{number}}}", 1)
                node.replace_self(nodes.raw("", tagged, format="latex"))


class HtmlOutputs(SphinxPostTransform):
    """Translate outputs of cells that are HTML, right after MyST-NB has chosen them."""

    default_priority = 6
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Replace raw HTML by what it says."""
        for node in list(self.document.findall(nodes.raw)):
            if node["format"] == "html" and "text_html" in node["classes"]:
                node.replace_self(read_html(node.astext()))


class NothingHidden(SphinxPostTransform):
    """Show what unfolds on a page, and proofs without a frame that has no title."""

    default_priority = 7
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Take out what would hide or move contents."""
        for node in self.document.findall(nodes.container):
            node["classes"] = [name for name in node["classes"] if not name.startswith("tag_hide-")]
        for node in list(self.document.findall(nodes.section)):
            # sphinx-jupyterbook-latex takes these of the first page for its sections, and moves them to its end.
            if {"exercise-content", "solution-content"} & set(node["ids"]):
                node.replace_self(node.children)
        for node in list(self.document.findall(proof_node)):
            node.replace_self(_open_proof(node.children[0]))


class OpenSolutions(SphinxPostTransform):
    """Head a solution by its title instead of framing it: code in a frame runs over the foot of the page."""

    default_priority = 300  # sphinx-exercise has numbered the titles
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Replace each solution by its label, its title and its contents."""
        for node in list(self.document.findall(solution_node)):
            title, *contents = node.children
            registered = self.env.sphinx_exercise_registry[node["label"]]
            label = rf"\phantomsection\label{{{registered['docname']}:{node['label']}}}"
            heading = nodes.paragraph(
                "", "", nodes.raw("", label, format="latex"), nodes.strong("", title.astext())
            )
            node.replace_self([heading, *contents])


def _open_proof(proof: nodes.Element) -> list[nodes.Node]:
    first, last = proof.children[0], proof.children[-1]
    text = first.children[0]
    first.replace(text, [nodes.emphasis("", "Proof."), nodes.Text(text.astext().removeprefix("Proof."))])
    if not isinstance(last, nodes.paragraph):
        last = nodes.paragraph()
        proof += last
    last += nodes.raw("", r"\hfill\(\square\)", format="latex")
    return proof.children


def print_well(app: Sphinx, config: Config) -> None:
    """Set LaTeX's options, and choose HTML where the alternative is `<IPython.core.display.HTML object>`."""
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, ("latex", "text/html", 55)]
    config.latex_elements = {
        "papersize": "a4paper",
        "sphinxsetup": "hmargin=2.2cm, vmargin=2.4cm",
        "figure_align": "H",  # below the code that draws it; none may float within a solution
        "extraclassoptions": "openany,oneside",
        "preamble": PREAMBLE,
        **config.latex_elements,
    }


def number_figures_throughout(app: Sphinx) -> None:
    """Undo what sphinx-jupyterbook-latex has just set: on the pages figures are not numbered by chapters."""
    if app.builder.format == "latex":
        app.config.numfig_secnum_depth = 0


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the steps."""
    app.connect("config-inited", print_well)
    app.connect("builder-inited", number_figures_throughout, priority=900)
    for transform in (HtmlOutputs, NothingHidden, NumberedEquations, OpenSolutions):
        app.add_post_transform(transform)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
