"""The summary for GitHub: read back by a parser of Markdown, whatever the runs say, and never too long."""

import re
from html import unescape

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.store.markdown import escaped, fenced
from reports.store.markdown_summary import LIMIT, markdown_summary
from reports.store.summary import summarise
from tests.unit.stored_runs import HOSTILE, ONE_OF_EACH, OVERLAP, a_run

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(html: str) -> str:
    """What a reader sees of HTML."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_every_run_is_in_the_table_and_each_that_is_not_valid_has_its_story() -> None:
    html = MARKDOWN.render(markdown_summary(summarise(ONE_OF_EACH)))
    assert html.count("<tr>") == 1 + 4
    assert html.count("<h3>") == 3
    assert "<strong>single-leader</strong> (3 times): app1 and app2 both believed that they lead." in html
    assert re.findall(r"<code>(.*?)\n</code>", html) == [
        f"zkchaos run election --seed {n}" for n in (3, 2, 4)
    ]
    assert "<h2>zkchaos: violation</h2>" in html
    assert "4 runs: 1 violation, 1 unknown, 1 no verdict, 1 valid." in html


def test_the_table_says_in_few_words_what_came_of_a_run() -> None:
    runs = [
        a_run(1, faults=12, operations=34567, scenario="/far/away/my_lock.py:Lock"),
        a_run(2, "violation"),
        a_run(3, "unknown", faults=1, sentence="Not enough evidence."),
        a_run(4, sentence="Nobody counted."),
        a_run(5, faults=1, operations=9),
    ]
    html = MARKDOWN.render(markdown_summary(summarise(runs)))
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in html.split("<tr>")[2:]]
    assert [(row[1], row[-1]) for row in cells] == [
        ("election", "single-leader broke"),
        ("election", "Not enough evidence."),
        ("my_lock.py:Lock", "12 faults proven, 34,567 operations"),
        ("election", "Nobody counted."),
        ("election", "1 fault proven, 9 operations"),
    ]


def test_no_runs_are_told_too() -> None:
    assert markdown_summary(summarise([])) == "## zkchaos: no verdict\n\nThere are no runs.\n"


def test_twins_that_broke_are_as_expected() -> None:
    summary = summarise([a_run(1, "violation", twin=True)], "violation")
    assert markdown_summary(summary).startswith("## zkchaos: as expected\n")
    assert "election (a broken twin)" in markdown_summary(summary)


def test_nothing_that_a_run_says_is_markup() -> None:
    run = a_run(
        1,
        "violation",
        scenario=HOSTILE,
        sentence=HOSTILE,
        report=HOSTILE,
        image=HOSTILE,
        nemesis=(HOSTILE,),
        repeat=f"````\n{HOSTILE}\n```",
        findings=(msgspec.structs.replace(OVERLAP, guarantee=HOSTILE, sentence=HOSTILE),),
    )
    html = MARKDOWN.render(markdown_summary(summarise([run])))
    tags = set(re.findall(r"</?([a-z0-9]+)", html))
    assert tags <= {
        *("h2", "h3", "p", "ul", "li", "strong", "pre", "code"),
        *("table", "thead", "tbody"),
        *("tr", "th", "td"),
    }
    assert html.count("<tr>") == 2
    assert html.count("<code>") == 1
    assert shown(html).count(HOSTILE) == 9


@given(st.text())
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    html = MARKDOWN.render(f"{escaped(text)}\n")
    assert " ".join(shown(html).split()) == " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split()).replace(
        "\x00", ""
    )


@given(st.text(alphabet="-+=#.) 1*_`>|<~[]!(\\ab\n", max_size=12))
def test_escaped_text_is_one_plain_paragraph(text: str) -> None:
    html = MARKDOWN.render(f"{escaped(text)}\n")
    assert set(re.findall(r"<[^>]*>", html)) <= {"<p>", "</p>"}


@given(st.text(alphabet="`a\n", max_size=12))
def test_a_fence_holds_every_command(text: str) -> None:
    html = MARKDOWN.render(f"{fenced(text)}\n\nafter\n")
    assert html.endswith("</code></pre>\n<p>after</p>\n")


@pytest.mark.parametrize("verdict", ["violation", "unknown"])
def test_thousands_of_long_runs_stay_below_the_limit_and_say_what_is_left_out(verdict: str) -> None:
    runs = [a_run(number, verdict, sentence="ü" * 5000, repeat="x" * 7000) for number in range(3000)]
    text = markdown_summary(summarise(runs))
    assert len(text.encode()) <= LIMIT
    html = MARKDOWN.render(text)
    table = re.search(r"([\d,]+) more runs are not shown", html)
    stories = re.search(r"([\d,]+) more runs are not told", html)
    assert table is not None
    assert stories is not None
    assert int(table[1].replace(",", "")) + html.count("<tr>") - 2 == 3000
    assert int(stories[1].replace(",", "")) + html.count("<h3>") == 3000
    assert html.count("<h3>") > 20


def test_a_command_that_is_too_long_is_not_cut_in_two() -> None:
    text = markdown_summary(summarise([a_run(1, "unknown", repeat="zkchaos run " + "x" * 9000)]))
    assert "too long to be shown" in text
    assert "xxx" not in text
