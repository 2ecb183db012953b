"""The first screen of a report, and its stories, in a real browser."""

import msgspec
import pytest

from checkers.result import Results, Verdict
from harness.history import History
from reports.sections.proofs import GROUPS
from tests.browser.opened import Opened, OpenReport
from tests.unit.sample_history import sample_results, sample_run

SCREEN = 900
HOSTILE = "</script><img src=x onerror=alert(1)>"


def bottom(report: Opened, selector: str) -> float:
    box = report.page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box["y"] + box["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_broke_where_under_which_fault_and_how_to_repeat_it_are_on_the_first_screen(
    opened: OpenReport, scheme: str
) -> None:
    history, results = sample_run()
    command = (
        f"zkchaos run election:no-stepdown --nemesis {','.join(['pause-app-leader'] * 8)} --time 60 --seed 7"
    )
    report = opened(history, msgspec.structs.replace(results, repeat=command), color_scheme=scheme)
    for selector in (
        "#sentence",
        "#verdict .where",
        "#repeat",
        "[data-copy=repeat]",
        ".story li:nth-child(3)",
    ):
        assert report.page.locator(selector).first.is_visible()
        assert bottom(report, selector) < SCREEN
    where = report.page.locator("#verdict .where").inner_text()
    for said in (
        "single-leader",
        "app3, app4",
        "58.900",
        "pause-app-leader on app3 (#3)",
        "zk1 leader, epoch 3",
    ):
        assert said in where
    assert report.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    report.be_quiet()


def test_what_was_proven_is_on_the_first_screen_however_many_guarantees_there_are(opened: OpenReport) -> None:
    history, _ = sample_run(rate=0.4)
    results = sample_results(history, broken=False)
    one = results.results[0]
    names = ["single-leader", "fencing", *(name for _, _, group in GROUPS[1:] for name in group.split())]
    many = tuple(msgspec.structs.replace(one, name=name) for name in names)
    report = opened(history, msgspec.structs.replace(results, results=many))
    groups = report.page.locator("details.proof")
    assert groups.count() == 8
    assert bottom(report, "details.proof:last-child") < SCREEN
    writes = report.page.locator("details.proof", has=report.page.get_by_text("Writes", exact=True))
    told = writes.locator("li", has_text="durability")
    assert not told.is_visible()
    writes.locator("summary").click()
    assert told.is_visible()
    report.be_quiet()


def test_a_moment_of_the_story_leads_to_the_timeline(opened: OpenReport) -> None:
    report = opened(*sample_run())
    moment = report.page.locator(".story li", has_text="app4 began to believe").locator("button.moment")
    assert moment.inner_text() == "58.900\u00a0s"
    moment.click()
    start, end = report.span()
    assert start < 58.9 < end
    assert end - start < 60
    box = report.page.locator("#timeline").bounding_box()
    assert box is not None
    assert -5 <= box["y"] < 300
    report.be_quiet()


def test_the_number_of_a_witness_opens_its_row(opened: OpenReport) -> None:
    report = opened(*sample_run())
    row = report.page.locator("#witness-1-2")
    assert not row.is_visible()
    report.page.locator(".story a.of", has_text="2").first.click()
    assert row.is_visible()
    assert "app4" in row.inner_text()
    report.be_quiet()


def test_hostile_names_stay_text_in_the_story(opened: OpenReport) -> None:
    history, results = sample_run(rate=0.4)
    events = [
        msgspec.structs.replace(e, node=HOSTILE, key=HOSTILE, error=HOSTILE) if e.node == "app3" else e
        for e in history.events
    ]
    report = opened(History(events), results)
    assert HOSTILE in report.page.locator(".story").first.inner_text()
    assert report.page.locator("img").count() == 0
    report.be_quiet()


def test_an_undecided_run_shows_what_was_missing_and_what_to_do(opened: OpenReport) -> None:
    history, results = sample_run(rate=0.4)
    sentence = (
        "There was no acknowledged write during kill-leader on zk2 at 27.0 s; the plan asks for at least 1."
    )
    lacking = msgspec.structs.replace(results.results[0], verdict=Verdict.UNKNOWN, missing=(sentence,))
    unknown: Results = msgspec.structs.replace(
        results, verdict=Verdict.UNKNOWN, sentence=f"Not enough evidence: {sentence}", results=(lacking,)
    )
    report = opened(history, unknown)
    told = report.page.locator(".lacking li")
    assert sentence in told.inner_text()
    assert "Hold each fault for longer" in told.inner_text()
    assert bottom(report, ".lacking") < SCREEN
    report.be_quiet()
