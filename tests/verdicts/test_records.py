"""What came of the claims, as text and tables."""

import dataclasses
import json

import pytest

from noisac.verdicts.margins import (
    NOT_REPRODUCED,
    REPRODUCED,
    SHAPE_ONLY,
)
from noisac.verdicts.records import (
    Record,
    count_verdicts,
    differences,
    format_ledger,
    ledger_html,
    recorded_verdicts,
    verdict_table_html,
)
from tests.verdicts.worlds import FAKE, notebook_of


def test_the_table_is_narrow_and_can_be_read_back(records, tmp_path):
    text = format_ledger(records)
    assert max(map(len, text.splitlines())) <= 72
    path = tmp_path / "claims.ipynb"
    path.write_text(json.dumps(notebook_of(records)), encoding="utf-8")
    assert recorded_verdicts(path) == {record.id: record.verdict for record in records}
    assert differences(records, recorded_verdicts(path)) == []
    assert sum(count_verdicts(records).values()) == len(records)


ROWS = (
    Record(
        "abstract-more", "Abstract", "A > B.", "Is A?", "more", "1.0 ± 0.1 dB", REPRODUCED, "So & so.", 10, True
    ),
    Record(
        id="fig04-wrapped",
        section="V",
        statement="It holds.",
        test="Look.",
        expected="as many words as it takes to fill one line up to its end, at L = 4",
        measured="as many words again, so that the line ends within a number: 12.5 ± 0.1 dB",
        verdict=SHAPE_ONLY,
        why="Because.",
        draws=10,
        decided=True,
    ),
    Record("fig10-not", "V", "C.", "D", "e", "f", NOT_REPRODUCED, "G.", 10, True),
    Record("eq41-exact", "IV", "C.", "D", "e", "f", REPRODUCED, "G.", 0, True),
    Record("fig04-second", "V", "C.", "D", "e", "f", NOT_REPRODUCED, "G.", 10, True),
)


def test_the_table_as_it_is_printed():
    # Lines are not broken within "L = 4" or "12.5 ± 0.1".
    assert (
        format_ledger(ROWS)
        == """\
abstract-more  reproduced
    Abstract; expected: more
    measured: 1.0 ± 0.1 dB
fig04-wrapped  shape only
    V; expected: as many words as it takes to fill one line up to its
        end, at L = 4
    measured: as many words again, so that the line ends within a
        number: 12.5 ± 0.1 dB
fig10-not      not reproduced
    V; expected: e
    measured: f
eq41-exact     reproduced
    IV; expected: e
    measured: f
fig04-second   not reproduced
    V; expected: e
    measured: f

5 claims: 2 reproduced, 1 shape only, 2 not reproduced"""
    )
    assert format_ledger([]) == "\n0 claims: 0 reproduced, 0 shape only, 0 not reproduced"


def test_lines_are_filled_up_to_72_characters():
    def detail(measured):
        return format_ledger([dataclasses.replace(ROWS[0], measured=measured)]).splitlines()[2:-2]

    full, more = f"{'x' * 48} yy = 5678", f"{'x' * 48} yyy = 5678"
    assert detail(full) == [f"    measured: {full}"]
    assert len(detail(full)[0]) == 72
    assert len(detail(more)) == 2


@pytest.mark.parametrize("words", ["T = 30", "1.5 ± 0.1"])
def test_no_line_is_broken_at_a_sign(words):
    for filling in range(40, 72):
        text = format_ledger([dataclasses.replace(ROWS[0], measured=f"{'x' * filling} {words} end")])
        assert words in text


def test_the_html_as_it_is_shown():
    assert (
        ledger_html(ROWS[::2])
        == """\
<p><strong>Abstract</strong></p>
<dl>
<dt>A &gt; B. <em>● reproduced</em> <code>abstract-more</code></dt>
<dd>Test: Is A?</dd>
<dd>Expected: more</dd>
<dd>Measured: 1.0 ± 0.1 dB</dd>
<dd>Why: So &amp; so.</dd>
</dl>
<p><strong>V</strong></p>
<dl>
<dt>C. <em>○ not reproduced</em> <code>fig10-not</code></dt>
<dd>Test: D</dd>
<dd>Expected: e</dd>
<dd>Measured: f</dd>
<dd>Why: G.</dd>
<dt>C. <em>○ not reproduced</em> <code>fig04-second</code></dt>
<dd>Test: D</dd>
<dd>Expected: e</dd>
<dd>Measured: f</dd>
<dd>Why: G.</dd>
</dl>"""
    )
    assert "<em>◐ shape only</em>" in ledger_html(ROWS)
    section = dataclasses.replace(ROWS[0], section="I & II")
    assert "<strong>I &amp; II</strong>" in ledger_html([section])


def test_verdicts_are_counted_part_by_part():
    assert (
        verdict_table_html(ROWS)
        == """\
<table class="table">
<tr><th></th><th>reproduced</th><th>shape only</th><th>not reproduced</th></tr>
<tr><th>Abstract</th><td>1</td><td>·</td><td>·</td></tr>
<tr><th>Fig. 4</th><td>·</td><td>1</td><td>1</td></tr>
<tr><th>Fig. 10</th><td>·</td><td>·</td><td>1</td></tr>
<tr><th>Theory, Sections I to IV</th><td>1</td><td>·</td><td>·</td></tr>
<tr><th>All</th><td>2</td><td>1</td><td>2</td></tr>
</table>"""
    )


def test_the_html_is_escaped_and_holds_every_claim(records):
    text = ledger_html(FAKE)
    assert "yes &amp; &lt;no&gt;" in text
    assert text.count("<dt>") == len(FAKE)
    assert ledger_html(records).count("<dt>") == len(records)
