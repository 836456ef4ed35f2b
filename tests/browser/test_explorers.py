"""The sliders of pages without a kernel: each is moved by keyboard and by mouse, and another picture is shown."""

import pytest

from tests.browser import _book
from tests.browser._page import Visit

#: Explorers that the book must have; any other page with a slider is tried as well.
EXPLORERS = {
    f"book/explore_{name}.html" for name in ("geometry", "beam", "search", "tradeoff", "slots", "position")
}
PAGES = _book.pages_with("SliderModel")

#: What is to be seen in the output that holds a control: its pictures, and the text that stands for each.
SHOWN = """control => [...control.closest('.cell_output').querySelectorAll('svg[role=img], img')]
    .filter(picture => picture.getClientRects().length)
    .map(picture => [picture.outerHTML, picture.alt ?? picture.getAttribute('aria-label')
        ?? picture.getAttribute('aria-labelledby')?.split(' ').map(id => document.getElementById(id).textContent)
            .join(' ') ?? ''])"""
CHANGED = f"([control, before]) => JSON.stringify(({SHOWN})(control)) != before"


@pytest.fixture(scope="module", params=PAGES or ["none"])
def page(request, chromium, files):
    """A page with sliders, from a file: the hardest case."""
    if request.param == "none":
        pytest.fail("no page of the book has a slider")
    visit = Visit(chromium, f"{files}/{request.param}").open()
    yield visit.page
    assert visit.faults == []
    visit.close()


def test_book_has_its_six_explorers(book):
    assert set(PAGES) >= EXPLORERS


def handles(page):
    found = page.get_by_role("slider").all()
    assert found
    return found


def move(page, control, action):
    """What is shown before and after, once it is another thing."""
    before = control.evaluate(SHOWN)
    action()
    page.wait_for_function(CHANGED, arg=[control.element_handle(), _json(page, before)])
    return before, control.evaluate(SHOWN)


def _json(page, value):
    return page.evaluate("value => JSON.stringify(value)", value)


def assert_another_picture_with_its_own_text(before, after):
    assert len(before) == len(after) == 1
    assert before[0][0] != after[0][0]
    assert before[0][1] != after[0][1]
    assert len(after[0][1].split()) >= 8, "alternative text that says what is seen"


def test_every_slider_and_list_says_what_it_is_called_and_where_it_stands(page):
    for handle in handles(page):
        assert handle.get_attribute("aria-label")
        readout = handle.locator("xpath=ancestor::*[contains(@class, 'widget-slider')]").locator(".widget-readout")
        assert handle.get_attribute("aria-valuetext") == readout.inner_text()


def test_arrow_keys_on_a_slider_change_the_picture_and_its_text(page, exercised):
    for handle in handles(page):
        said = handle.get_attribute("aria-valuetext")
        last = float(handle.get_attribute("aria-valuenow")) == float(handle.get_attribute("aria-valuemax"))
        key, back = ("ArrowLeft", "ArrowRight") if last else ("ArrowRight", "ArrowLeft")
        handle.focus()
        before, after = move(page, handle, lambda key=key: page.keyboard.press(key))
        assert_another_picture_with_its_own_text(before, after)
        assert handle.get_attribute("aria-valuetext") != said
        _, again = move(page, handle, lambda back=back: page.keyboard.press(back))
        assert again == before
        exercised("sliders moved by keys", 1)


def test_dragging_a_slider_changes_the_picture_and_its_text(page, exercised):
    for handle in handles(page):
        handle.evaluate("handle => handle.scrollIntoView({ block: 'center' })")
        track = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box()
        start = handle.bounding_box()
        middle = start["y"] + start["height"] / 2
        near = start["x"] + start["width"] / 2
        left, right = track["x"] + 1, track["x"] + track["width"] - 1
        far = left if near - left > right - near else right

        def drag(near=near, far=far, middle=middle):
            page.mouse.move(near, middle)
            page.mouse.down()
            page.mouse.move((near + far) / 2, middle, steps=4)
            page.mouse.move(far, middle, steps=4)
            page.mouse.up()

        assert_another_picture_with_its_own_text(*move(page, handle, drag))
        exercised("sliders dragged", 1)


def test_choosing_from_a_list_changes_the_picture_and_its_text(page, exercised):
    for chooser in page.locator(".cell_output select").all():
        count = chooser.locator("option").count()
        index = chooser.evaluate("list => list.selectedIndex")
        chooser.focus()
        key = "ArrowUp" if index == count - 1 else "ArrowDown"
        assert_another_picture_with_its_own_text(*move(page, chooser, lambda key=key: page.keyboard.press(key)))
        exercised("lists chosen from", 1)
