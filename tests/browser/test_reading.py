"""What readers do: search, open solutions and sidebars, change the colours, wait for the first page."""

import re
from urllib.parse import unquote

import pytest

from tests.browser import _book
from tests.browser._page import PHONE, Visit, performance


@pytest.fixture
def visit(chromium):
    """Visit addresses; all are left at the end, and none may have caused a fault."""
    visits = []

    def start(url, viewport=None):
        visits.append(Visit(chromium, url, viewport).open())
        return visits[-1].page

    yield start
    for each in visits:
        each.close()
        assert each.faults == []


@pytest.mark.parametrize("origin", ["http", "files"])
def test_search_for_theorem_1_lists_the_pages_that_have_it_with_excerpts(visit, book, request, origin):
    page = visit(f"{request.getfixturevalue(origin)}/search.html?q=Theorem+1")
    page.get_by_text("Search finished").wait_for()
    results = page.locator("#search-results li")
    addresses = [unquote(a.get_attribute("href")) for a in results.locator("> a").all()]
    found = {address.split("#")[0] for address in addresses}
    assert found == {name for name in _book.pages(book) if "theorem" in _book.article(book / name).lower()} - {
        "genindex.html",
        "py-modindex.html",
    }
    assert {"book/bound.html", "book/derivation.html"} <= {address.split("#")[0] for address in addresses[:5]}, (
        "the chapters that have it in their title come first"
    )
    page.wait_for_function(
        """() => [...document.querySelectorAll('#search-results li')].every(found =>
            found.querySelector('a').getAttribute('href').includes('#') || found.querySelector('p.context'))"""
    )
    for result in results.all():
        if "#" not in result.locator("a").first.get_attribute("href"):
            assert "theorem" in result.locator("p.context").inner_text().lower()


def test_search_from_the_dialog_leads_to_the_results(visit, http):
    page = visit(f"{http}/book/intro.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("Theorem 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=Theorem+1")
    page.locator("#search-results li").first.wait_for()


def test_on_a_phone_the_navigation_opens_leads_on_and_closes(visit, http):
    page = visit(f"{http}/book/intro.html", PHONE)
    drawer = page.locator("#pst-primary-sidebar-modal")
    toggle = page.locator("button.primary-toggle:visible")
    toggle.click()
    drawer.wait_for(state="visible")
    assert drawer.bounding_box()["width"] <= PHONE["width"]
    page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")
    toggle.click()
    drawer.get_by_role("link", name=re.compile("^Is Theorem 1 right")).click()
    page.wait_for_url("**/book/bound.html")
    assert not drawer.is_visible()


def test_on_a_phone_the_contents_of_the_page_open_and_lead_to_a_section(visit, http):
    page = visit(f"{http}/book/bound.html", PHONE)
    contents = page.locator("#pst-secondary-sidebar-modal")
    page.locator("button.secondary-toggle:visible").click()
    link = contents.get_by_role("link").nth(2)
    section = page.locator(link.get_attribute("href"))
    link.click()
    contents.wait_for(state="hidden")
    page.wait_for_function(
        "e => e.getBoundingClientRect().top >= 0 && e.getBoundingClientRect().top < innerHeight / 2",
        arg=section.element_handle(),
    )


def test_the_button_for_colours_switches_to_the_dark_form_which_stays(visit, http):
    page = visit(f"{http}/book/intro.html")
    button = page.get_by_role("button", name=re.compile("Color mode")).locator("visible=true")
    for _ in range(3):  # light, dark, whatever the system has
        if page.evaluate("() => document.documentElement.dataset.mode") == "dark":
            break
        button.click()
    dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", dark)[:3])) < 64
    page.reload()
    assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"


def test_first_page_asks_for_little(visit, http, book, exercised):
    loads = [performance(visit(f"{http}/index.html")) for _ in range(2)]
    assert loads[0].bytes < 6_000_000
    assert loads[0].requests < 40
    exercised("whole book, kB", _book.weight(book) / 1000, f"{len(_book.pages(book))} pages")
    exercised("first page, kB", loads[0].bytes / 1000, f"{loads[0].requests} requests")
    # Whatever else the machine does only adds to these.
    best = f"the best of {len(loads)}"
    exercised("first page, first contentful paint, ms", min(load.first_paint for load in loads), best)
    exercised("first page, equations typeset, ms", min(load.typeset for load in loads), best)
