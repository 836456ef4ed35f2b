"""A book that asks no other host for anything: ``offline: true`` among Sphinx's options in ``_config.yml``.

MathJax and the manager of the widgets come from `fetch_assets` instead of a content delivery network. Both are
taken in the forms that need no module loader and no font of MathJax's, so that pages work from ``file://``.
Whether offline or not, the theme's scripts for live code, which this book does not offer, are left out.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

# Sphinx loads this file by name from its own folder, which local_extensions puts on the path.
from fetch_assets import AssetError, fetch


def use_local_scripts(app: Sphinx, config: Config) -> None:
    """Point Sphinx and MyST-NB to the copies."""
    if config.offline:
        config.mathjax_path = "../mathjax/tex-svg-full.js"
        config.nb_ipywidgets_js = {"../html-manager/embed.js": {}}


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


def copy_scripts(app: Sphinx, exception: Exception | None) -> None:
    """Put the scripts beside the pages."""
    if exception is None and app.config.offline and app.builder.format == "html":
        for name in ("mathjax", "html-manager"):
            shutil.copytree(_fetched(name), Path(app.outdir) / name, dirs_exist_ok=True)


def _fetched(name: str) -> Path:
    try:
        return fetch(name)
    except AssetError as error:
        raise ExtensionError(str(error)) from error


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the steps."""
    app.add_config_value("offline", False, "html", [bool])
    app.connect("config-inited", use_local_scripts)
    app.connect("env-updated", drop_live_code)
    app.connect("doctree-resolved", drop_settings_of_live_code, priority=900)
    app.connect("build-finished", copy_scripts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
