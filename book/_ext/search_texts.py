"""Excerpts among the results of a search in the book, also where it is opened as a file.

Sphinx fetches every page that it found in order to quote from it, which browsers forbid from ``file://``. The text
of all pages therefore comes with the page of the search, as a script, and stands for what would be fetched.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

SCRIPT = "search_texts.js"

#: The part of Sphinx's script that makes the excerpt looks for the element whose role is main.
USE_TEXTS = """
if (location.protocol === "file:") {
    window.fetch = async (address) => ({ text: async () => `<div role="main">${TEXTS[address]}</div>` });
}
"""


def load_texts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the script on the page of the search alone."""
    if pagename == "search":
        app.add_js_file(SCRIPT)


def write_texts(app: Sphinx, exception: Exception | None) -> None:
    """Write the script, from the finished pages, under the addresses by which Sphinx asks for them."""
    if exception is not None or app.builder.format != "html":
        return
    texts = {f"./{name}.html": page_text(Path(app.outdir, f"{name}.html")) for name in sorted(app.env.found_docs)}
    script = f"const TEXTS = {json.dumps(texts, ensure_ascii=False)};\n{USE_TEXTS}"
    Path(app.outdir, "_static", SCRIPT).write_text(script, encoding="utf-8")


def page_text(path: Path) -> str:
    """Text of a page's article, without pictures and scripts, escaped for HTML."""
    article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find("article")
    if article is None:
        return ""
    for other in article(["script", "style", "svg"]) + article.select(".headerlink"):
        other.decompose()
    return html.escape(" ".join(article.get_text().split()), quote=False)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect both steps."""
    app.connect("html-page-context", load_texts)
    app.connect("build-finished", write_texts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
