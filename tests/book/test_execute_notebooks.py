"""Widgets in a stored notebook: those that the page shows, under names that do not change from run to run."""

import json
import random

import nbformat
import pytest

from tests.book_build import BOOK, load_extension

execute_notebooks = load_extension("execute_notebooks")
STATE, VIEW, tidy_widgets = execute_notebooks.STATE, execute_notebooks.VIEW, execute_notebooks.tidy_widgets
KEYS = ("form", "slider", "stack", "one", "two", "layout", "link", "live", "other")


def model(name, **state):
    return {"model_name": name, "model_module": "m", "model_module_version": "2", "state": {"null": None, **state}}


def notebook(seed=0, *, shown=True):
    """Build a slider linked to a stack of two pages, and a form in a cell whose output the page leaves out."""
    draw = random.Random(seed)
    name = {key: f"{draw.getrandbits(128):032x}" for key in KEYS}
    refer = {key: f"IPY_MODEL_{value}" for key, value in name.items()}
    state = {
        name["one"]: model("HTMLModel", value="one", layout=refer["layout"]),
        name["live"]: model("VBoxModel", children=[refer["other"]], layout=refer["layout"]),
        name["other"]: model("HTMLModel", value="live", layout=refer["layout"]),
        name["link"]: model(
            "LinkModel", source=[refer["slider"], "index"], target=[refer["stack"], "selected_index"]
        ),
        name["two"]: model("HTMLModel", value="two", layout=refer["layout"]),
        name["slider"]: model("SelectionSliderModel", index=0),
        name["form"]: model("VBoxModel", children=[refer["slider"], refer["stack"]], layout=refer["layout"]),
        name["stack"]: model("StackModel", children=[refer["one"], refer["two"]], layout=refer["layout"]),
        name["layout"]: model("LayoutModel", width="100%"),
    }
    cells = []
    for number, key in enumerate(["form", "live"] if shown else ["live"]):
        cell = nbformat.v4.new_code_cell("form", id=f"cell-{number}")
        view = {VIEW: {"model_id": name[key], "version_major": 2, "version_minor": 0}, "text/plain": key}
        cell.outputs = [nbformat.v4.new_output("execute_result", data=view)]
        cell.metadata["tags"] = ["remove-output"] if key == "live" else []
        cells.append(cell)
    metadata = {"widgets": {STATE: {"state": state, "version_major": 2, "version_minor": 0}}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def tidied(seed=0, **options):
    result = notebook(seed, **options)
    tidy_widgets(result)
    return result


def state_of(result):
    return result.metadata["widgets"][STATE]["state"]


def test_another_run_with_other_names_leaves_no_difference():
    assert json.dumps(notebook(1)) != json.dumps(notebook(2))
    assert json.dumps(tidied(1)) == json.dumps(tidied(2))


def test_names_count_in_the_order_of_appearance():
    result = tidied()
    assert list(state_of(result)) == [f"{number:032x}" for number in range(1, len(state_of(result)) + 1)]
    first = result.cells[0].outputs[0]["data"][VIEW]["model_id"]
    assert state_of(result)[first]["model_name"] == "VBoxModel"


def test_every_reference_is_met():
    result = tidied()
    text = json.dumps(state_of(result))
    names = {word.split('"')[0] for word in text.split("IPY_MODEL_")[1:]}
    assert names <= set(state_of(result))


def test_what_the_page_does_not_show_is_not_kept():
    result = tidied()
    assert sorted(content["model_name"] for content in state_of(result).values()) == sorted(
        ["VBoxModel", "SelectionSliderModel", "StackModel", "HTMLModel", "HTMLModel", "LayoutModel", "LinkModel"]
    )
    assert set(result.cells[1].outputs[0]["data"]) == {"text/plain"}


def test_a_link_stays_with_the_widgets_that_it_joins():
    (link,) = [content for content in state_of(tidied()).values() if content["model_name"] == "LinkModel"]
    joined = [end[0].removeprefix("IPY_MODEL_") for end in (link["state"]["source"], link["state"]["target"])]
    assert [state_of(tidied())[name]["model_name"] for name in joined] == ["SelectionSliderModel", "StackModel"]


def test_nulls_are_left_out():
    assert "null" not in json.dumps(state_of(tidied()))


def test_a_notebook_that_shows_no_widget_keeps_no_state():
    assert "widgets" not in tidied(shown=False).metadata


@pytest.mark.parametrize("path", sorted(BOOK.glob("explore_*.ipynb")), ids=lambda path: path.stem)
def test_a_stored_explorer_is_tidy_and_stands_in_print(path):
    stored = nbformat.read(path, as_version=4)
    again = nbformat.from_dict(json.loads(json.dumps(stored)))
    tidy_widgets(again)
    assert again == stored
    views = [
        output["data"]
        for cell in stored.cells
        for output in cell.get("outputs", [])
        if VIEW in output.get("data", {})
    ]
    assert views
    assert all("image/png" in data for data in views)
