"""What the mutation testing of `tests/mutants` changes, and what its list of equivalent mutants says."""

import pytest

from tests.mutants.results import equivalents
from tests.mutants.settings import MODULES, ROOT

LISTED = equivalents()


def mutants(source):
    pytest.importorskip("mutmut", reason="mutmut is not installed")
    from tests.mutants.mutations import mutants_of

    return [(m.function, m.before, m.after) for m in mutants_of("noisac.example", source)]


@pytest.mark.parametrize("key", LISTED, ids=lambda key: f"{key[0]}-{key[1]}")
def test_what_is_listed_as_equivalent_is_still_there_and_has_a_reason(key):
    module, function, before, after = key
    assert module.removeprefix("noisac.") in MODULES
    source = (ROOT / (module.replace(".", "/") + ".py")).read_text()
    assert set(before.split("\n")) <= {line.strip() for line in source.splitlines()}
    assert function.split(".")[-1] in source
    assert before != after
    assert LISTED[key].endswith(".")


def test_each_place_is_changed_once():
    assert mutants("def f(a, b):\n    return a + b * 2\n") == [
        ("f", "return a + b * 2", "return a - b * 2"),
        ("f", "return a + b * 2", "return a + b / 2"),
        ("f", "return a + b * 2", "return a + b * 3"),
    ]


def test_properties_and_what_runs_at_import_are_changed_too():
    source = "LIMIT = 1\n\nclass A:\n    @property\n    def f(self):\n        return -1\n"
    assert {(function, after) for function, _, after in mutants(source)} == {
        ("", "LIMIT = None"),
        ("", "LIMIT = 2"),
        ("A.f", "return +1"),
        ("A.f", "return -2"),
    }


def test_defaults_run_at_import():
    assert mutants("def f(a=1):\n    pass\n") == [("", "def f(a=1):", "def f(a=2):")]


def test_docstrings_annotations_and_wording_stay():
    source = '"""Text."""\n\ndef f(a: "int") -> "int":\n    """Text."""\n    raise ValueError(f"{a + 1} is bad")\n'
    assert [after for _, _, after in mutants(source)] == ["raise ValueError(None)"]


def test_a_text_is_changed_to_what_no_pattern_finds():
    assert [after for _, _, after in mutants("def f():\n    return 'a'\n")] == ["return 'A'"]
