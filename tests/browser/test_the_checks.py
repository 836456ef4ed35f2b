"""The checks can fail: each is given a page with the fault that it looks for."""

import pytest

from tests.browser import _book
from tests.browser._page import PHONE, Visit, equations, sideways, unresolved, violations
from tests.browser.conftest import page_of

HEAD = (
    "<!DOCTYPE html><html lang='en'><head><title>A page</title><link rel='icon' href='data:,'></head><body><main>"
)


@pytest.fixture
def page(chromium, serve, tmp_path):
    """Show a page with some content, and return its visit."""
    address = serve(tmp_path)
    visits = []

    def show(content, viewport=None):
        (tmp_path / "page.html").write_text(
            f"{HEAD}<h1>A page</h1><article>{content}</article></main></body></html>"
        )
        visits.append(Visit(chromium, f"{address}/page.html", viewport).open())
        return visits[-1]

    yield show
    for visit in visits:
        visit.close()


def test_a_page_without_a_fault_passes(page, axe):
    visit = page("<p>Nothing to see.</p>", PHONE)
    assert visit.faults == []
    assert equations(visit.page) == (0, [])
    assert unresolved(visit.page) == sideways(visit.page) == violations(visit.page, axe) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<script>console.error('oh')</script>", "console: oh"),
        ("<script>undefinedFunction()</script>", "script: undefinedFunction is not defined"),
        ("<script>Promise.reject(new Error('lost'))</script>", "script: lost"),
        ("<img src='missing.png' alt='none'>", "status 404"),
        (
            "<script src='http://other.invalid/x.js'></script>",
            "request to another host: http://other.invalid/x.js",
        ),
    ],
)
def test_what_goes_wrong_while_a_page_loads_is_noticed(page, content, fault):
    assert any(found.startswith(fault) for found in page(content).faults)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (r"<p>with \(x\) in it</p>", "raw TeX"),
        ("<p>$$x$$</p>", "raw TeX"),
        (r"<span class='math'>x</span>", "not typeset"),
        (
            "<span class='math'><mjx-container><mjx-merror>Undefined</mjx-merror></mjx-container></span>",
            "TeX error",
        ),
    ],
)
def test_an_equation_that_is_not_typeset_is_noticed(page, content, fault):
    assert any(found.startswith(fault) for found in equations(page(content).page)[1])


@pytest.mark.parametrize(
    "content", ["see {eq}`paper-1`", "Figure ??", "<span class='problematic'>x</span>", "[?]"]
)
def test_a_reference_left_unresolved_is_noticed(page, content):
    assert len(unresolved(page(f"<p>{content}</p>").page)) == 1


def test_the_same_in_code_is_no_fault(page):
    visit = page(r"<pre>{eq}`paper-1` $$ \( ??</pre><code>{ref}`x`</code>")
    assert unresolved(visit.page) == equations(visit.page)[1] == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<div style='width: 500px'>wide</div>", "the page is"),
        ("<div style='overflow: hidden; width: 300px'><pre style='width: 500px'>wide</pre></div>", "sticks out"),
        (
            "<div class='math' style='overflow: hidden; width: 300px'><p style='width: 500px'>wide</p></div>",
            "sticks",
        ),
    ],
)
def test_what_is_too_wide_for_a_phone_is_noticed(page, content, fault):
    assert any(found.startswith(fault) for found in sideways(page(content, PHONE).page))


def test_what_is_too_wide_and_has_a_bar_is_no_fault(page):
    wide = "<div style='overflow-x: auto; width: 300px'><pre style='width: 500px'>wide</pre></div>"
    assert sideways(page(wide, PHONE).page) == []


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("<div role='slider' tabindex='0' aria-valuenow='1'></div>", "aria-input-field-name (serious)"),
        ("<img src='data:,'>", "image-alt (critical)"),
        ("<p style='color: #aaa; background: #fff'>pale</p>", "color-contrast (serious)"),
    ],
)
def test_what_cannot_be_read_by_everybody_is_noticed(page, axe, content, rule):
    assert any(found.startswith(rule) for found in violations(page(content).page, axe))


def test_links_that_lead_nowhere_are_noticed_and_others_are_counted(tmp_path):
    (tmp_path / "a.html").write_text(
        "<p id='here'></p><a href='#here'></a><a href='#gone'></a>"
        "<a href='b.html#there'></a><a href='b.html#gone'></a>"
        "<a href='c.html'></a><a href='../a.html'></a><img src='x.png'><a href='https://other.invalid'></a>"
    )
    (tmp_path / "b.html").write_text("<p id='there'></p>")
    checked = _book.check_links("a.html", tmp_path)
    assert [fault.split(":")[0] for fault in checked.broken] == [
        "#gone",
        "b.html#gone",
        "c.html",
        "../a.html",
        "x.png",
    ]
    assert (checked.internal, checked.external) == (7, 1)


def test_a_book_older_than_a_source_is_noticed(tmp_path):
    import os

    for name, changed in (("_config.yml", 1), ("_toc.yml", 1), ("book/new.ipynb", 9), ("noisac/old.py", 1)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (changed, changed))
    built = tmp_path / "built"
    built.mkdir()
    (built / "index.html").touch()
    os.utime(built / "index.html", (5, 5))
    assert _book.stale(built, tmp_path) == "book/new.ipynb"
    os.utime(built / "index.html", (10, 10))
    assert _book.stale(built, tmp_path) == ""


def test_all_tests_of_a_page_go_to_one_process_and_others_are_their_own():
    where = "tests/browser/test_pages.py::test_it"
    assert page_of(f"{where}[book/bound.html]") == page_of(f"{where}[book/bound.html-dark]") == "book/bound.html"
    assert page_of("tests/browser/test_explorers.py::test_it[book/bound.html]") == "book/bound.html"
    assert page_of("test_reading.py::test_search[http]") == "test_reading.py::test_search[http]"
