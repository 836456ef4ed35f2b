"""Chromium, the offline book, and a server for it; and what the suite exercised, at its end.

Without a browser or a book the tests are skipped and say why. With NOISAC_REQUIRE_BROWSER=1, as `make browser` has
it, they fail instead.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import pytest

from tests.browser import _book

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give all tests of a page to one process, which loads it once.

    (xdist's own groups are names that it appends to those of tests, which pytest 9.2 no longer lets it.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class OnePageOneProcess(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return page_of(nodeid)

    config.option.loadscopereorder = False  # the explorers and JupyterLab, which take longest, come first
    return OnePageOneProcess(config, log)


def page_of(nodeid: str) -> str:
    """Page among the parameters of a test, or else the test itself."""
    page = re.search(r"\[([^\]]+\.html)\b[^\]]*\]$", nodeid)
    return page[1] if page else nodeid


def required() -> bool:
    """Whether tests that cannot be run fail."""
    return os.environ.get("NOISAC_REQUIRE_BROWSER") == "1"


def lack(reason: str) -> NoReturn:
    """Skip, or fail where the browser is required."""
    if required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    """The browser. Playwright drives Debian's; it does not fetch one of its own."""
    program = shutil.which("chromium")
    if program is None:
        lack("no browser: there is no program chromium (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    from tests.browser._page import PATIENCE

    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(chromium):
    """Tabs of one window, for pages that are only looked at: a window costs more than many a page."""
    from tests.browser._page import new_context

    context = new_context(chromium)
    yield context
    context.close()


@pytest.fixture(scope="session")
def book() -> Path:
    if not (_book.BOOK / "index.html").exists():
        lack("no offline book was built: make offline")
    changed = _book.stale()
    if changed:
        lack(f"the offline book is older than {changed}: make offline")
    return _book.BOOK


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core, from npm by way of the offline book's mechanism, which verifies it."""
    archives = _book.ROOT / "_build" / "assets" / "archives"
    if not required() and not list(archives.glob("axe-core-*")):
        lack("axe-core is not there: make browser fetches it")
    command = [sys.executable, str(_book.ROOT / "book" / "_ext" / "fetch_assets.py"), "axe-core"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        lack(f"no axe-core: {run.stderr.strip()}")
    return Path(run.stdout.strip()) / "axe.min.js"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a page that was left before it had everything; what a page lacks, the tests notice."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def serve() -> Iterator[object]:
    """Serve a folder on this machine; returns its address."""
    servers = []

    def start(folder: Path) -> str:
        server = _Server(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def http(book, serve) -> str:
    return serve(book)


@pytest.fixture(scope="session")
def files(book) -> str:
    return book.as_uri()


@pytest.fixture
def exercised(record_property):
    """Count something for the summary."""
    return lambda what, number, page="": record_property("exercised", (what, number, page))


def pytest_terminal_summary(terminalreporter) -> None:
    """Say how much was exercised, and how heavy and how fast it was."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    notes = [
        value
        for report in reports
        if getattr(report, "when", "") == "call"
        for key, value in report.user_properties
        if key == "exercised"
    ]
    if not notes:
        return
    counts, most = Counter(), {}
    for what, number, page in notes:
        counts[what] += number
        most[what] = max(most.get(what, (0, "")), (number, page))
    line = terminalreporter.write_line
    terminalreporter.section("exercised in the browser")
    for what, number in sorted(counts.items()):
        if not what.endswith((", kB", ", ms")):
            line(f"{number:8d} {what}")
    for what, (number, page) in sorted(most.items()):
        if what.endswith((", kB", ", ms")):
            line(f"{number:8.0f} {what}: {page}")
