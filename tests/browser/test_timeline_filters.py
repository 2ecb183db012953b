"""Filters: what they admit, how many calls that leaves, and that the drawing follows."""

from collections.abc import Callable

import pytest

from harness.history import History, Operation
from tests.browser.opened import OpenReport
from tests.browser.timeline_page import TimelinePage
from tests.unit.sample_history import sample_run


@pytest.fixture
def timeline(opened: OpenReport) -> TimelinePage:
    return TimelinePage(opened(*sample_run(rate=1)))


def count(wanted: Callable[[Operation], bool]) -> int:
    history: History = sample_run(rate=1)[0]
    return sum(wanted(op) for op in history.operations)


def served(operation: Operation, server: str) -> bool:
    return operation.complete is not None and operation.complete.server == server


ALL = count(lambda _: True)
WORKS = count(lambda op: op.invoke.f == "work")


def waited(timeline: TimelinePage, expected: int) -> None:
    """Wait until so many calls are shown: typing is heeded after a moment."""
    timeline.page.wait_for_function(
        "n => document.getElementById('timeline').dataset.shown === String(n)", arg=expected
    )
    assert f"{expected:,} of {ALL:,} calls" in timeline.page.locator("#counts").inner_text()


TYPED: dict[tuple[str, str], Callable[[Operation], bool]] = {
    ("process", "app1/*"): lambda op: op.invoke.node == "app1",
    ("process", "app1/1.0"): lambda op: op.invoke.process == "app1/1.0",
    ("process", "1.0"): lambda op: "1.0" in op.invoke.process,
    ("key", "*/shared"): lambda op: op.invoke.key == "/zkchaos/shared",
    ("key", "elect"): lambda op: "elect" in op.invoke.key,
    ("key", "/zkchaos"): lambda op: op.invoke.key == "/zkchaos",
    ("key", "shared*"): lambda _: False,
    ("key", "/zkchaos.*"): lambda _: False,
}


def test_text_is_a_name_a_part_or_a_pattern(timeline: TimelinePage) -> None:
    for (name, typed), wanted in TYPED.items():
        field = timeline.page.locator(f"[data-filter={name}]")
        field.fill(typed)
        waited(timeline, count(wanted))
        timeline.page.get_by_role("button", name="Clear", exact=True).click()
        waited(timeline, ALL)
        assert field.input_value() == ""
    timeline.report.be_quiet()


def test_calls_servers_and_outcomes_are_chosen_from_what_there_is(timeline: TimelinePage) -> None:
    page = timeline.page
    offered = page.locator("[data-filter=f] option").all_inner_texts()
    assert offered == ["any", "children", "exists", "final-read", "work"]
    page.locator("[data-filter=f]").select_option("work")
    waited(timeline, WORKS)
    page.locator("[data-filter=server]").select_option("zk2")
    both = count(lambda op: op.invoke.f == "work" and served(op, "zk2"))
    assert 0 < both < WORKS
    waited(timeline, both)
    page.locator("[data-filter=f]").select_option("")
    waited(timeline, count(lambda op: served(op, "zk2")))


def test_outcomes_are_switched_off_and_tell_what_they_hold(timeline: TimelinePage) -> None:
    page = timeline.page
    unknown = count(lambda op: op.outcome == "info")
    button = page.locator("[data-type='2']")
    assert button.inner_text().split() == ["unknown", str(unknown)]
    assert timeline.pixels("info", "app1") > 20
    button.click()
    waited(timeline, ALL - unknown)
    assert button.get_attribute("aria-pressed") == "false"
    assert button.inner_text().split() == ["unknown", str(unknown)]
    assert timeline.pixels("info", "app1") == 0
    assert timeline.pixels("info", "latency") == 0
    assert timeline.pixels("info", "rate") == 0


def test_the_drawing_and_the_pointer_follow(timeline: TimelinePage) -> None:
    before = {row: timeline.pixels("ok", row) for row in ("app1", "app5", "latency")}
    timeline.page.locator("[data-filter=process]").fill("app1/*")
    waited(timeline, count(lambda op: op.invoke.node == "app1"))
    assert timeline.pixels("ok", "app1") == before["app1"] > 0
    assert timeline.pixels("ok", "app5") == 0
    assert timeline.pixels("ok", "latency") < before["latency"] / 2
    top, height = timeline.row("app5")
    told = set()
    for second in (16, 20, 24, 32, 38, 44):
        timeline.canvas.hover(position={"x": timeline.x(second), "y": top + height - 12})
        told.add(timeline.page.locator("#tip h4").inner_text())
    assert told == {"app5: session connected"}


def test_a_filter_and_a_selection_count_together(timeline: TimelinePage) -> None:
    timeline.press("+", "s")
    start, end = timeline.selection() or (0.0, 0.0)
    timeline.page.locator("[data-filter=f]").select_option("work")
    first = sample_run(rate=1)[0].start
    expected = count(lambda op: op.invoke.f == "work" and start <= (op.invoke.time - first) / 1e9 <= end)
    assert 0 < expected < WORKS
    waited(timeline, expected)
    assert "in the selected stretch" in timeline.page.locator("#counts").inner_text()
