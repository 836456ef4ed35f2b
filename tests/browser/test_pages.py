"""Every page of the book, one by one: it loads, is typeset, fits, and can be read by everybody."""

import pytest

from tests.browser import _book
from tests.browser._page import (
    DESK,
    PHONE,
    Visit,
    equations,
    open_all,
    performance,
    set_theme,
    sideways,
    unresolved,
    violations,
)

#: Colours are all that the dark form changes.
RULES_OF_COLOUR = ("color-contrast", "link-in-text-block")
#: On a phone other boxes scroll, and they must be within reach of the keyboard there too.
RULES_OF_WIDTH = ("scrollable-region-focusable",)

SOLUTIONS = _book.pages_with('class="solution dropdown')


@pytest.fixture(
    scope="module",
    params=_book.pages() or ["index.html"],
)
def page_name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def visit(context, http, page_name):
    """The page from a server on this machine, loaded once for all tests of it."""
    visit = Visit(context, f"{http}/{page_name}").open()
    yield visit
    visit.close()


def test_page_loads_from_a_server_without_error_failed_request_or_other_host(visit, page_name, exercised):
    assert visit.faults == []
    exercised("pages, from a server", 1)
    measured = performance(visit.page)
    exercised("heaviest page with all it loads, kB", measured.bytes / 1000, page_name)
    exercised("latest first paint, ms", measured.first_paint, page_name)


def test_page_loads_from_a_file_without_error_failed_request_or_other_host(
    context, files, visit, page_name, exercised
):
    from_file = Visit(context, f"{files}/{page_name}").open()
    try:
        assert from_file.faults == []
        assert equations(from_file.page) == equations(visit.page)
    finally:
        from_file.close()
    exercised("pages, from files", 1)


def test_every_equation_is_typeset(visit, exercised):
    count, faults = equations(visit.page)
    assert faults == []
    exercised("equations typeset", count)


def test_no_reference_is_left_unresolved(visit):
    assert unresolved(visit.page) == []


def test_every_link_within_the_book_leads_to_a_place_that_is_there(book, page_name, exercised):
    checked = _book.check_links(page_name, book)
    assert checked.broken == []
    exercised("links within the book followed", checked.internal)
    exercised("links to other hosts, not followed", checked.external)


def test_solutions_are_hidden_and_open_by_click_and_by_key(visit, page_name, exercised):
    solutions = visit.page.locator(".solution.dropdown").all()
    assert SOLUTIONS
    # The address of the book itself leads on to its first page.
    assert bool(solutions) == (("book/intro.html" if page_name == "index.html" else page_name) in SOLUTIONS)
    # The mouse first: after a key, Chromium corrects the height of the page at the next press of the mouse only.
    for press in (lambda button: button.click(), lambda button: button.press("Enter")):
        for solution in solutions:
            button = solution.locator("button.toggle-button")
            content = solution.locator("xpath=./*[not(contains(@class, 'admonition-title'))]").all()
            assert not any(piece.is_visible() for piece in content)
            press(button)
            for piece in content:
                piece.wait_for(state="visible")
            assert len(solution.inner_text().split()) > 10
            press(button)
            for piece in content:
                piece.wait_for(state="hidden")
    assert visit.faults == []
    exercised("solutions opened and shut", len(solutions))
    exercised("code cells within solutions", visit.page.locator(".solution.dropdown .cell").count())


def test_nothing_sticks_out_at_1280_pixels(visit):
    visit.page.set_viewport_size(DESK)
    open_all(visit.page)
    assert sideways(visit.page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_violation(visit, axe, theme, exercised):
    visit.page.set_viewport_size(DESK)
    open_all(visit.page)
    set_theme(visit.page, theme)
    assert violations(visit.page, axe, () if theme == "light" else RULES_OF_COLOUR) == []
    exercised(f"pages without a serious violation, {theme}", 1)


def test_on_a_phone_the_page_does_not_scroll_sideways_and_what_does_has_a_bar(visit, axe):
    visit.page.set_viewport_size(PHONE)
    open_all(visit.page)
    assert sideways(visit.page) == []
    assert violations(visit.page, axe, RULES_OF_WIDTH) == []
