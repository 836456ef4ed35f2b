"""JupyterLab itself: an explorer's notebook is opened and run in it, and its live slider moves the figure."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.browser._book import ROOT
from tests.browser._page import PATIENCE, Visit

pytest.importorskip("jupyterlab")

NOTEBOOK = "explore_geometry.ipynb"
#: Not one of these may ask another host: no news, no look for a newer version, no catalogue of extensions.
QUIET = {
    "LabApp": {
        "extension_manager": "readonly",
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "news_url": None,
    },
    "ServerApp": {"open_browser": False, "quit_button": False},
}
NO_NEWS = {"checkForUpdates": False, "fetchNews": "false"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server of this environment's JupyterLab on a copy of the book, with settings and kernels of its own."""
    home = tmp_path_factory.mktemp("lab")
    folder = home / "book"
    shutil.copytree(ROOT / "book", folder, ignore=shutil.ignore_patterns("_*", ".*"))
    add_a_last_cell(folder / NOTEBOOK)
    (home / "config").mkdir()
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(QUIET))
    notification = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    notification.parent.mkdir(parents=True)
    notification.write_text(json.dumps(NO_NEWS))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    token = secrets.token_hex(16)
    private = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    private |= {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "spaces"),
    }
    private |= {"IPYTHONDIR": str(home / "ipython"), "HOME": str(home), "JUPYTER_TOKEN": token}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | private, cwd=home, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(server, Request(f"{address}/api/status", headers={"Authorization": f"token {token}"}))
        yield address, token
    except Exception as error:
        error.add_note(f"JupyterLab's log ends:\n{(home / 'log.txt').read_text()[-4000:]}")
        raise
    finally:
        server.terminate()
        server.wait()


def add_a_last_cell(path: Path) -> None:
    """Say at the end which Python ran the notebook; that it is said shows that all cells have run."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    source = "import sys\n\nprint('ran to the end in', sys.prefix)"
    notebook["cells"].append(
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "last",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
    )
    path.write_text(json.dumps(notebook), encoding="utf-8")


def wait_for(server: subprocess.Popen, request: Request) -> None:
    """Wait until the server answers."""
    while True:
        assert server.poll() is None, f"JupyterLab ended with status {server.returncode}"
        try:
            with urlopen(request, timeout=PATIENCE / 1000):
                return
        except OSError:
            time.sleep(0.5)


def test_live_slider_of_an_explorer_moves_its_figure_in_jupyterlab(chromium, lab, tmp_path, exercised):
    address, token = lab
    visit = Visit(chromium, f"{address}/lab/tree/{NOTEBOOK}?token={token}&reset")
    page = visit.page
    try:
        page.goto(visit.url)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        end = page.get_by_text(f"ran to the end in {sys.prefix}").last
        end.wait_for()

        form = page.locator(".jp-OutputArea-output .widget-vbox").filter(has=page.locator("svg[role=img]")).first
        slider = form.locator(".noUi-handle").first
        slider.scroll_into_view_if_needed()
        picture = form.locator("svg[role=img]")
        said = form.locator("p").first.inner_text()
        drawn = picture.first.evaluate("picture => picture.outerHTML")
        value = slider.get_attribute("aria-valuenow")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(
            "([form, drawn]) => form.querySelector('svg[role=img]').outerHTML != drawn",
            arg=[form.element_handle(), drawn],
        )
        assert slider.get_attribute("aria-valuenow") != value
        assert form.locator("p").first.inner_text() != said
        assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
        assert [fault for fault in visit.faults if "another host" in fault] == []
        exercised("live sliders moved in JupyterLab", 1)
    except Exception as error:
        page.screenshot(path=tmp_path / "lab.png")
        error.add_note(f"See {tmp_path / 'lab.png'}. Faults of the page: {visit.faults[-10:]}")
        raise
    finally:
        visit.close()
