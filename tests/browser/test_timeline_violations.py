"""From violation to violation: what is told, what is zoomed on, and what is drawn of the rest."""

import pytest

from tests.browser.opened import OpenReport
from tests.browser.timeline_page import SENTENCES, TimelinePage, violated_run
from tests.unit.sample_history import sample_results, sample_run


def test_n_and_p_go_round_and_each_is_told(opened: OpenReport) -> None:
    report = opened(*violated_run(rate=1))
    timeline = TimelinePage(report)
    visit = report.page.locator("#visit")
    assert not visit.is_visible()
    told = []
    for key in ("n", "n", "n", "n", "p"):
        report.page.keyboard.press(key)
        told.append(visit.locator("p").inner_text())
    assert [line[:8] for line in told] == ["1 of 3: ", "2 of 3: ", "3 of 3: ", "1 of 3: ", "3 of 3: "]
    assert all(sentence in line for sentence, line in zip(SENTENCES, told, strict=False))
    assert timeline.told("visited") == "3"
    timeline.press("Escape")
    assert not visit.is_visible()
    assert timeline.told("visited") == ""
    report.be_quiet()


def test_a_visit_zooms_on_the_witness_alone(opened: OpenReport) -> None:
    history, results = violated_run(rate=1)
    timeline = TimelinePage(opened(history, results))
    broken = results.results[-1].violations[1]
    first, last = (
        (history.events[index].time - history.events[0].time) / 1e9
        for index in (min(broken.witness), max(broken.witness))
    )
    timeline.page.keyboard.press("p")
    start, end = timeline.span()
    assert first - 0.2 - (last - first) < start < first
    assert last < end < last + 0.2 + (last - first)


def test_only_the_calls_of_the_witness_are_drawn_until_all_are_asked_for(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1)))
    page = timeline.page
    everywhere = {row: timeline.pixels("ok", row) for row in ("app1", "app3", "latency")}
    assert min(everywhere.values()) > 30
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert timeline.told("shown") == "1"
    assert "only the call of the witness" in page.locator("#counts").inner_text()
    timeline.press("0")
    assert timeline.pixels("ok", "app3") == 0
    assert timeline.pixels("ok", "latency") < 10
    assert timeline.pixels("mark", "app1") > 10
    page.get_by_role("button", name="Show all").click()
    assert timeline.told("alone") == ""
    assert timeline.pixels("ok", "app3") == everywhere["app3"]
    assert page.get_by_role("button", name="Show all").get_attribute("aria-pressed") == "true"
    page.keyboard.press("a")
    assert timeline.told("shown") == "1"


def test_rows_that_have_no_part_in_it_are_faint_and_other_violations_are_not_marked(
    opened: OpenReport,
) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1)))
    assert timeline.pixels("connected", "app4") > 500
    timeline.page.keyboard.press("n")
    timeline.page.keyboard.press("n")
    timeline.press("0")
    assert timeline.pixels("connected", "app1") > 500
    assert timeline.pixels("leader", "zk1") > 500
    assert timeline.pixels("connected", "app4") == 0
    assert timeline.pixels("mark", "app4") == 0


def test_keys_of_the_page_do_not_reach_into_text_fields(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=0.4)))
    timeline.page.locator("[data-filter=key]").focus()
    timeline.page.keyboard.type("np?")
    assert timeline.told("visited") == ""
    assert timeline.page.locator("[data-filter=key]").input_value() == "np?"
    assert not timeline.page.locator("dialog").is_visible()


@pytest.mark.parametrize("number", [1, 3])
def test_buttons_of_the_page_go_to_their_violation(opened: OpenReport, number: int) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=0.4)))
    button = timeline.page.locator(f"#guarantees ~ * [data-violation='{number}']").first
    # All but the first violation of a guarantee are folded.
    for fold in timeline.page.locator(
        f"details:not([open]):has([data-violation='{number}']) > summary"
    ).all():
        fold.click()
    button.click()
    assert timeline.told("visited") == str(number)
    box = timeline.page.locator("#timeline").bounding_box()
    assert box is not None
    assert -2 <= box["y"] < 200
    timeline.page.get_by_role("button", name="Leave the violation").click()
    assert timeline.told("visited") == ""
    assert int(timeline.told("shown")) > 50


def test_without_violations_there_is_nothing_to_jump_to(opened: OpenReport) -> None:
    history, _ = sample_run(rate=0.4)
    timeline = TimelinePage(opened(history, sample_results(history, broken=False)))
    home = timeline.span()
    timeline.page.keyboard.press("n")
    timeline.page.keyboard.press("a")
    assert timeline.span() == home
    assert timeline.page.locator("[data-step]").count() == 0
    timeline.report.be_quiet()
