"""Explorers: controls that cannot go astray, frames for a page without a kernel, and a live form."""

import base64
import builtins
import dataclasses
import io
import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import ipywidgets
import matplotlib as mpl
import pytest

from noisac import _style
from noisac_book import explorers
from noisac_book.explorers import Control, Explorer
from noisac_book.explorers._core import new_figure

NAMES = [
    name for name in explorers.__all__ if getattr(explorers, name).__annotations__.get("return") == "Explorer"
]
KILOBYTES_OF_A_PAGE = 1500  # of the 2 MB that a page may weigh


def draw(slope, kind):
    figure = new_figure()
    axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
    axes.plot([0, 1], [0, slope], label=kind)
    axes.legend()
    return figure


def describe(slope, kind):
    return f"The slope is {slope} < 9 & the kind {kind}."


def toy(**changes):
    settings = {
        "name": "toy",
        "title": "A toy",
        "controls": (
            Control("slope", "slope", (0.5, 1, 2, -3), 1, "m"),
            Control("kind", "kind", ("one", "two", "three"), "two"),
        ),
        "draw": draw,
        "describe": describe,
        "prerendered": {"slope": (1, 2, -3), "kind": ("one", "two")},
    }
    return Explorer(**(settings | changes))


def widgets_within(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from widgets_within(child)


def pictures(form):
    return [w for w in widgets_within(form) if isinstance(w, ipywidgets.HTML) and 'role="img"' in w.value]


def selectors(form):
    return {
        w.description: w for w in form.children if isinstance(w, ipywidgets.SelectionSlider | ipywidgets.Dropdown)
    }


def shown(form):
    """What a reader of the page sees: follow the stacks as the browser does."""
    widget = next(child for child in form.children if isinstance(child, ipywidgets.Stack))
    while isinstance(widget, ipywidgets.Stack):
        widget = widget.children[widget.selected_index]
    return widget.value


def move(form, description, index):
    """Move a control and do what the browser does for each link."""
    selector = selectors(form)[description]
    selector.index = index
    for link in form.links:
        if link.source[0] is selector:
            setattr(*link.target, selector.index)


def thinned(explorer):
    """Leave 3 x 2 frames, the start and the ends: nbval draws all frames of the pages, which hold the rest."""
    kept = {}
    for number, (name, values) in enumerate(explorer.prerendered.items()):
        start, first, last = explorer.values()[name], values[0], values[-1]
        ends = {first, last} if number == 0 else {last if start == first else first}
        kept[name] = tuple(value for value in values if value in ends | {start})
    return dataclasses.replace(explorer, prerendered=kept)


@pytest.fixture(scope="module")
def frames_of():
    cache = {}

    def get(name):
        if name not in cache:
            explorer = thinned(getattr(explorers, name)())
            cache[name] = explorer, explorer.frames()
        return cache[name]

    return get


# Controls


def test_a_value_is_told_with_its_unit():
    slope, kind = toy().controls
    assert slope.text(0.5) == "0.5 m"
    assert slope.text(-3) == "−3 m"
    assert kind.text("one") == "one"
    assert Control("n", "n", (1, 2), 1, "1").text(2) == "2"
    assert Control("a", "a", (1, 2), 1, "°").text(2) == "2°"


def test_a_value_is_found_up_to_rounding():
    control = Control("x", "x", (0.1, 0.2, 0.30000000000000004), 0.1, "1")
    assert control.index(0.3) == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"values": ()}, "one or more"),
        ({"values": (1, 1)}, "all different"),
        ({"values": (1, "two")}, "all numbers or all strings"),
        ({"start": 7}, "must be one of 1, 2"),
        ({"unit": ""}, "must have a unit"),
        ({"values": ("a", "b"), "start": "a"}, "must have a unit"),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        Control(**({"name": "x", "label": "x", "values": (1, 2), "start": 1, "unit": "m"} | arguments))


@pytest.mark.parametrize(
    "changes",
    [
        {"prerendered": {"slop": (1,)}},
        {"prerendered": {"slope": (1, 7)}},
        {"prerendered": {"slope": (0.5, 2)}},  # not where the slider starts
        {"prerendered": {}},
        {"controls": (toy().controls[0], toy().controls[0])},
    ],
)
def test_an_explorer_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ValueError, match=r"slop|prerendered|different names"):
        toy(**changes)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"slop": 1}, "'slop' is no control of the explorer; it has slope, kind"),
        ({"slope": 7}, r"slope must be one of 0.5, 1, 2, -3 \(m\), got 7"),
        ({"slope": "one"}, "slope must be one of"),
        ({"slope": True}, "slope must be one of"),
        ({"kind": 1}, "kind must be one of"),
    ],
)
def test_a_bad_control_or_value_is_named(values, complaint):
    with pytest.raises(ValueError, match=complaint):
        toy().figure(**values)


def test_a_figure_takes_the_start_of_controls_that_are_not_given():
    explorer = toy()
    assert explorer.sentence() == describe(1, "two")
    assert explorer.figure(slope=2).axes[0].lines[0].get_ydata()[-1] == 2
    assert explorer.figure(slope=2).axes[0].get_legend().get_texts()[0].get_text() == "two"


# Pictures


def test_a_picture_is_well_formed_and_says_what_it_shows():
    html = toy().html("k", slope=2)
    svg, text = html[: html.index("<p id")], html[html.index("<p id") :]
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == re.search(r'<p id="([^"]*)"', text)[1]
    assert "The slope is 2 &lt; 9 &amp; the kind two." in text
    assert "width:100%" in root.get("style")
    assert not {"width", "height"} & set(root.keys())
    assert root.get("viewBox").startswith("0 0 360 ")


def test_the_same_picture_is_written_alike_and_without_a_date():
    html = toy().html("k")
    assert html == toy().html("k")
    assert not re.search(r"<metadata|<style|<!--|\d{4}-\d{2}-\d{2}T", html)


def test_rounding_moves_no_coordinate_by_more_than_a_hundredth_of_a_point():
    def line(text):
        with _style.house_style():
            colour = mpl.rcParams["axes.prop_cycle"].by_key()["color"][0].lower()
        (path,) = re.findall(rf'<path d="([^"]*)" clip-path="[^"]*" style="[^"]*stroke: {colour}', text)
        return [float(number) for number in re.findall(r"[-\d.]+", path)]

    buffer = io.StringIO()
    toy().figure(slope=0.5).savefig(buffer, format="svg")
    exact, rounded = line(buffer.getvalue()), line(toy().html("k", slope=0.5))
    assert exact == pytest.approx(rounded, abs=0.0051)
    assert exact != rounded


def test_ids_of_a_picture_carry_its_prefix_and_all_references_are_kept():
    html = toy().html("k")
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert ids
    assert all(name.startswith("toy-k-") for name in ids)
    assert set(re.findall(r'(?:href="#|url\(#|labelledby=")([^")]*)', html)) == set(ids)


# Frames


def test_frames_follow_both_controls():
    explorer = toy()
    form = explorer.frames()
    for (i, slope), (j, kind) in itertools.product(enumerate((1, 2, -3)), enumerate(("one", "two"))):
        move(form, "slope", i)
        move(form, "kind", j)
        assert explorer.sentence(slope=slope, kind=kind).replace("<", "&lt;").replace("&k", "&amp;k")[
            :17
        ] in shown(form)
        assert f"the kind {kind}." in shown(form)


def test_frames_start_where_the_controls_start():
    form = toy(prerendered={"slope": (0.5, 1)}).frames()
    assert "The slope is 1 " in shown(form)
    assert selectors(form)["slope"].index == 1


def test_what_stands_still_is_said_below_the_frames():
    form = toy(prerendered={"slope": (1, 2)}).frames()
    assert "Held fixed here: kind two." in form.children[-1].value


def test_where_there_are_no_widgets_the_first_picture_stands():
    bundle = toy().frames()._repr_mimebundle_()
    assert bundle["text/plain"] == "A toy"
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert "model_id" in bundle["application/vnd.jupyter.widget-view+json"]


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_frame_for_each_position_and_a_link_for_each_stack(name, frames_of):
    explorer, form = frames_of(name)
    sizes = [len(values) for values in explorer.prerendered.values()]
    found = pictures(form)
    assert len(found) == len({w.value for w in found}) == (sizes[0] * sizes[1] if len(sizes) == 2 else sizes[0])
    stacks = [w for w in widgets_within(form) if isinstance(w, ipywidgets.Stack)]
    assert {link.target for link in form.links} == {(stack, "selected_index") for stack in stacks}
    assert all(link.get_state()["_model_name"] == "LinkModel" for link in form.links)  # works without a kernel
    assert {link.source[0].description for link in form.links} == set(selectors(form))


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_shows_what_its_controls_say(name, frames_of):
    explorer, form = frames_of(name)
    labels = {control.name: control.label for control in explorer.controls}
    places = [list(enumerate(values)) for values in explorer.prerendered.values()]
    for position in itertools.product(*places):
        values = dict(zip(explorer.prerendered, (value for _, value in position), strict=True))
        for control, (index, _) in zip(explorer.prerendered, position, strict=True):
            move(form, labels[control], index)
        seen = re.sub(r"<.*?>", "", shown(form)[shown(form).index("<p id") :])
        assert seen.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == explorer.sentence(**values)


@pytest.mark.parametrize("name", NAMES)
def test_no_id_comes_twice_and_every_reference_is_met_on_the_page(name, frames_of):
    _, form = frames_of(name)
    page = "".join(w.value for w in widgets_within(form) if isinstance(w, ipywidgets.HTML))
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#|labelledby=")([^")]*)', page)) <= set(ids)
    assert "http" not in page


def test_explorers_have_different_names():
    names = [getattr(explorers, name)().name for name in NAMES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", NAMES)
def test_the_frames_are_light_enough_for_a_page(name, frames_of):
    _, form = frames_of(name)
    size = sum(len(w.value.encode()) for w in widgets_within(form) if isinstance(w, ipywidgets.HTML))
    assert size < KILOBYTES_OF_A_PAGE * 1000
    assert len(form.picture) < 300_000


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_a_label_and_a_unit_that_fit_beside_it(name, frames_of):
    explorer, form = frames_of(name)
    for control in explorer.controls:
        assert len(control.label) <= 20
        assert control.choices or control.unit
    assert {control.label for control in explorer.controls if control.name in explorer.prerendered} == set(
        selectors(form)
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_sentence_is_one_line(name):
    assert "\n" not in getattr(explorers, name)().sentence()


# Live


def test_a_move_of_a_live_control_changes_the_picture_without_a_browser():
    form = toy().live()
    (picture,) = pictures(form)
    assert "The slope is 1 " in picture.value
    selectors(form)["slope"].index = 3
    assert "The slope is -3 " in picture.value
    selectors(form)["kind"].value = 2
    assert "the kind three." in picture.value


def test_a_live_form_draws_once_for_each_move():
    drawn = []

    def count(**values):
        drawn.append(values)
        return draw(**values)

    form = toy(draw=count).live()
    slider = selectors(form)["slope"]
    slider.index = 0
    slider.index = 0
    assert [values["slope"] for values in drawn] == [1, 0.5]


def test_a_live_form_has_no_picture_that_would_stand_in_for_it():
    bundle = toy().live()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert bundle["text/plain"].startswith("A toy")


@pytest.mark.parametrize("name", NAMES)
def test_every_control_changes_the_picture_and_brings_it_back(name):
    explorer = getattr(explorers, name)()
    form = explorer.live()
    (picture,) = pictures(form)
    assert set(selectors(form)) == {control.label for control in explorer.controls}
    first = picture.value
    for control in explorer.controls:
        selector = selectors(form)[control.label]
        selector.index = len(control.values) - 1 if selector.index == 0 else 0
        assert picture.value != first
        selector.value = control.index(control.start)
        assert picture.value == first


# Imports


def test_the_package_itself_needs_no_widgets():
    code = "import sys, noisac; sys.exit('ipywidgets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_explorers_name_the_extra_that_they_need(monkeypatch):
    real = builtins.__import__

    def without_widgets(name, *arguments, **options):
        if name.startswith("ipywidgets"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    for module in [name for name in sys.modules if name.startswith("noisac_book.explorers")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", without_widgets)
    with pytest.raises(ImportError, match=r"noisac\[book\]"):
        __import__("noisac_book.explorers")
