"""The printed book says what the pages say: numbers of equations, outputs that are HTML, what unfolds."""

import re

import nbformat
import pytest

from tests.book_build import CONFIG, build, chapter, load_extension, write_book

html_nodes = load_extension("html_nodes")

CONTENTS = """\
format: jb-book
root: book/intro
parts:
  - caption: One
    chapters:
      - file: book/first
  - caption: Two
    chapters:
      - file: book/second
"""
INTRO = """\
# A chapter

$$
a = b
$$ (paper-22)

$$
c = d
$$ (own)

See {eq}`paper-22` and {eq}`own`.

```{prf:proof}
It is $e = f$.
```

## Exercises

```{exercise}
:label: one

What is asked?
```

```{solution} one
:class: dropdown

What is answered.
```
"""
TABLE = "<table><tr><th></th><th>seen</th></tr><tr><th>Fig. 4</th><td>3</td></tr></table>"


@pytest.fixture(scope="module")
def tex(tmp_path_factory):
    """LaTeX of a book of two parts with the project's configuration."""
    root = tmp_path_factory.mktemp("printed")
    chapters = {
        "intro": chapter(INTRO, table()),
        "first": chapter("# First", table("hide-output")),
        "second": chapter("# Second", table()),
    }
    write_book(root, CONTENTS, CONFIG.read_text(), **chapters)
    run = build(root, "--builder", "latex")
    assert run.returncode == 0, run.stdout + run.stderr
    return (root / "_build" / "latex" / "book.tex").read_text()


def table(*tags):
    """A cell whose output is a table in HTML."""
    data = {"text/html": TABLE, "text/plain": "<IPython.core.display.HTML object>"}
    return nbformat.v4.new_code_cell(
        "table",
        execution_count=1,
        outputs=[nbformat.v4.new_output("execute_result", data, execution_count=1)],
        metadata={"tags": list(tags)},
    )


def test_equations_carry_the_numbers_that_they_have_on_the_pages(tex):
    tags = dict(re.findall(r"\\label\{equation:book/intro:([a-z0-9-]+)\}\\tag\{(\w+)\}", tex))
    assert tags == {"paper-22": "22", "own": "N1"}
    assert r"\eqref{equation:book/intro:paper-22}" in tex


def test_figures_are_numbered_throughout_the_book_as_on_the_pages(tex):
    assert "nonumfigreset" in tex


def test_exercises_of_the_first_page_keep_their_contents(tex):
    ((title, text),) = re.findall(
        r"\\begin\{sphinxadmonition\}\{note\}\{(.*?)\}(.*?)\\end\{sphinxadmonition\}", tex, re.DOTALL
    )
    assert title == "Exercise 1"
    assert "What is asked?" in text


def test_a_solution_that_unfolds_on_the_page_is_shown_after_its_title(tex):
    assert re.search(
        r"\\sphinxstylestrong\{Solution to Exercise 1\}\s*\\sphinxAtStartPar\s*What is answered\.", tex
    )


def test_a_proof_begins_with_that_word_and_ends_with_a_square(tex):
    assert re.search(r"\\sphinxstyleemphasis\{Proof\.\} It is \\\(e = f\\\)\.\\hfill\\\(\\square\\\)", tex)


def test_a_table_that_is_html_is_printed_and_so_is_one_that_unfolds(tex):
    assert "IPython" not in tex
    assert len(re.findall(r"Fig\. 4", tex)) == 3


def test_html_keeps_its_order_its_words_set_apart_and_its_terms_with_their_definitions():
    text = (
        "<p><strong>Abstract</strong></p>\n<dl>\n<dt>It holds. <em>● shown</em> <code>key</code></dt>\n"
        "<dd>Test: a &lt; b</dd>\n<dt>And this.</dt><dd>Too.</dd></dl>"
    )
    heading, terms = html_nodes.read_html(text)
    assert heading.pformat().split() == ["<paragraph>", "<strong>", "Abstract"]
    first, second = terms.children
    assert " ".join(first.astext().split()) == "It holds. ● shown key Test: a < b"
    words = [child.tagname for child in first.children[0].children]
    assert words == ["#text", "emphasis", "#text", "literal"]
    assert " ".join(second.astext().split()) == "And this. Too."
