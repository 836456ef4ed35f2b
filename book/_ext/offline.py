"""A book that asks no other host for anything, as a copy of the rendered one: ``make offline``.

    python book/_ext/offline.py _build/html _build/offline

Pages take MathJax and the manager of the widgets from a content delivery network. In the copy they take those that
`fetch_assets` has put beside them, in builds that need neither a module loader nor MathJax's fonts, so that
pages work from ``file://``. Nothing is rendered again.

As a Sphinx extension this file leaves out the theme's scripts for live code, which this book does not offer.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# Sphinx loads this file by name from its own folder, which local_extensions puts on the path.
from fetch_assets import AssetError, fetch

#: A script of another host.
REMOTE = re.compile(r'<script\b[^>]*\bsrc="(?:https?:)?//([^"]+)"[^>]*></script>')
#: What stands for it in the copy, by words of its address; nothing where none is needed.
LOCAL = {
    "/mathjax@": '<script defer="defer" src="{root}mathjax/tex-svg-full.js"></script>',
    "/html-manager@": '<script src="{root}html-manager/embed.js"></script>',
    "/require.js/": "",
}


class RemoteScriptError(RuntimeError):
    """A script of another host for which there is none in the copy."""


def with_local_scripts(page: str, root: str) -> str:
    """Let a page take its scripts from the folders in ``root``, which is a relative address."""

    def local(found: re.Match[str]) -> str:
        for word, script in LOCAL.items():
            if word in found[1]:
                return script.format(root=root)
        raise RemoteScriptError(f"nothing stands for the script {found[1]}: see LOCAL in book/_ext/offline.py")

    return REMOTE.sub(local, page)


def copy_book(rendered: Path, copy: Path) -> None:
    """Make the copy anew."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(rendered, copy)
    for name in ("mathjax", "html-manager"):
        shutil.copytree(fetch(name), copy / name)
    for path in copy.rglob("*.html"):
        root = "../" * (len(path.relative_to(copy).parts) - 1)
        page = path.read_text(encoding="utf-8")
        path.write_text(with_local_scripts(page, root), encoding="utf-8")


def drop_live_code(app: Sphinx, env: BuildEnvironment) -> None:
    """Take out the scripts that sphinx-thebe adds to every page, one of which holds an address."""
    if app.builder.format != "html":
        return
    for files in (app.registry.js_files, app.registry.css_files):  # for pages to come, as (name, attributes)
        files[:] = [(name, a) for name, a in files if "thebe" not in f"{name} {a.get('body', '')}"]
    for files in (app.builder._js_files, app.builder._css_files):
        files[:] = [f for f in files if "thebe" not in f"{f.filename} {f.attributes.get('body', '')}"]


def drop_settings_of_live_code(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take out what sphinx-thebe writes into every page."""
    for node in list(doctree.findall(nodes.raw)):
        if re.match(r"\s*<script( type=\"text/x-thebe-config\"|>kernelName = )", node.astext()):
            node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect what leaves out live code."""
    app.connect("env-updated", drop_live_code)
    app.connect("doctree-resolved", drop_settings_of_live_code, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    try:
        copy_book(Path(sys.argv[1]), Path(sys.argv[2]))
    except (AssetError, RemoteScriptError) as error:
        sys.exit(f"offline: {error}")
