"""Pinned events: all that is known of them, their like, and that no text of a run is ever markup."""

import msgspec
import pytest

from harness.history import Event, History, Operation
from tests.browser.opened import OpenReport
from tests.browser.timeline_page import TimelinePage, violated_run
from tests.unit.sample_history import BOOT, sample_run

HOSTILE = "</script><img src=x onerror=alert(1)>"
TEXTS = ("process", "server", "key", "value", "error")


@pytest.fixture
def timeline(opened: OpenReport) -> TimelinePage:
    return TimelinePage(opened(*sample_run(rate=1)))


def lone_call(history: History, node: str) -> Operation:
    """Return a call of a node that no other one of it is near to."""
    calls = [op for op in history.operations if op.invoke.node == node and op.complete]
    return max(
        calls,
        key=lambda op: min(abs(op.invoke.time - other.invoke.time) for other in calls if other is not op),
    )


def click_call(timeline: TimelinePage, operation: Operation) -> None:
    top, height = timeline.row(operation.invoke.node)
    second = (operation.invoke.time - BOOT) / 1e9
    timeline.canvas.click(position={"x": timeline.x(second), "y": top + height - 12})


def facts(timeline: TimelinePage, n: int = 0) -> dict[str, str]:
    card = timeline.page.locator(".pin").nth(n)
    names, texts = card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts()
    return dict(zip(names, texts, strict=True))


def test_a_click_pins_all_that_is_known_of_a_call(timeline: TimelinePage) -> None:
    history, _ = sample_run(rate=1)
    call = lone_call(history, "app2")
    assert call.complete is not None
    click_call(timeline, call)
    told = facts(timeline)
    second = (call.invoke.time - BOOT) / 1e9
    assert told["called"] == f"{second:.4f} s"
    assert told["answered"].startswith(f"{(call.complete.time - BOOT) / 1e9:.4f} s, after ")
    assert told["process"] == call.invoke.process
    assert told["server"] == call.complete.server
    assert told["session"] == f"{call.complete.session:#x}"
    assert told["zxid"] == f"{call.complete.zxid:#x}"
    assert told["key"] == call.invoke.key
    assert told["history"] == f"line {call.invoke.index + 1}"
    assert timeline.told("pins") == str(call.invoke.index)
    assert timeline.pixels("accent", "app2") > 20
    click_call(timeline, call)
    assert timeline.told("pins") == ""
    assert not timeline.page.locator("#pins").is_visible()
    timeline.report.be_quiet()


def test_the_like_of_a_pinned_call_stand_out(timeline: TimelinePage) -> None:
    history, _ = sample_run(rate=1)
    call = lone_call(history, "app2")
    answered = [op for op in history.operations if op.complete is not None]
    before = timeline.pixels("ok", "app4")
    click_call(timeline, call)
    same_key = sum(op.invoke.key == call.invoke.key for op in history.operations)
    assert timeline.told("alike") == str(same_key)
    timeline.page.get_by_role("button", name="Same session").click()
    same_session = sum(op.complete.session == call.complete.session for op in answered)  # type: ignore[union-attr]
    assert timeline.told("alike") == str(same_session)
    assert f"{same_session} calls" in timeline.page.locator(".like [aria-pressed=true]").inner_text()
    assert timeline.pixels("ok", "app2") > 20
    assert timeline.pixels("ok", "app4") < before / 10
    timeline.page.get_by_role("button", name="Same zxid").click()
    same_zxid = sum(op.complete.zxid == call.complete.zxid for op in answered)  # type: ignore[union-attr]
    assert timeline.told("alike") == str(same_zxid)
    timeline.page.get_by_role("button", name="Same zxid").click()
    assert timeline.told("alike") == "0"
    assert timeline.pixels("ok", "app4") == before


def test_several_pins_stay_side_by_side_and_escape_takes_the_last(timeline: TimelinePage) -> None:
    history, _ = sample_run(rate=1)
    for node in ("app2", "app4"):
        click_call(timeline, lone_call(history, node))
    top, _ = timeline.row("zk1")
    timeline.canvas.click(position={"x": timeline.x(20), "y": top + 12})
    faults, _ = timeline.row("faults")
    timeline.canvas.click(position={"x": timeline.x(52), "y": faults + 40})
    titles = timeline.page.locator(".pin h4").all_inner_texts()
    assert titles[2:] == ["zk1: follower, epoch 1", "pause-app-leader #3"]
    assert facts(timeline, 3)["on"] == "app3"
    timeline.press("Escape")
    assert timeline.page.locator(".pin").count() == 3
    timeline.page.get_by_role("button", name="Unpin zk1").click()
    assert timeline.page.locator(".pin h4").all_inner_texts() == titles[:2]


def test_a_witness_is_pinned_as_what_it_is(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1)))
    top, _ = timeline.row("app4")
    timeline.canvas.click(position={"x": timeline.x(58.9), "y": top + 15})
    card = timeline.page.locator(".pin")
    assert card.locator("h4").inner_text() == "leader (event)"
    assert card.locator(".alert").inner_text() == "Witness of violation 1"
    assert "token" in facts(timeline)["value"]


def test_everything_is_reached_with_keys_alone(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*sample_run(rate=1)))
    page = timeline.page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "canvas":
            break
    page.keyboard.press(".")
    first = timeline.told("stepped")
    assert "app1. " in page.locator("#said").inner_text()
    page.keyboard.press(".")
    assert timeline.told("stepped") != first
    page.keyboard.press(",")
    assert timeline.told("stepped") == first
    page.keyboard.press("Enter")
    assert timeline.told("pins") == first
    page.keyboard.press("ArrowDown")
    assert "app2. " in page.locator("#said").inner_text()
    page.keyboard.press("Enter")
    assert page.locator(".pin").count() == 2
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    assert page.locator("dialog dt").count() > 10
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    assert page.locator(".pin").count() == 2
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.dataset.filter") == "key"
    timeline.report.be_quiet()


def test_stepping_keeps_to_what_is_shown(timeline: TimelinePage) -> None:
    timeline.page.locator("[data-filter=f]").select_option("work")
    timeline.press(".")
    seen = set()
    for _ in range(6):
        seen.add(timeline.page.locator("#tip h4").inner_text().partition(":")[0])
        timeline.page.keyboard.press(".")
    assert seen == {"work"}


def hostile(event: Event) -> Event:
    """Return an event with hostile text wherever text can be."""
    call = event.type != "event"
    return msgspec.structs.replace(
        event,
        node=HOSTILE,
        process=event.process.replace("app2", HOSTILE),
        key=HOSTILE,
        error=HOSTILE,
        value=HOSTILE if call else event.value,
        server=HOSTILE if event.server else "",
        f=HOSTILE if call else event.f,
    )


def test_a_hostile_name_is_text_in_tip_panel_and_choices(opened: OpenReport) -> None:
    history, results = violated_run(rate=1)
    rows = [hostile(event) if event.node == "app2" else event for event in history.events]
    call = next(op for op in History(rows).operations if op.invoke.node == HOSTILE and op.complete)
    timeline = TimelinePage(opened(History(rows), results))
    page = timeline.page
    top, height = timeline.row(HOSTILE)
    second = (call.invoke.time - BOOT) / 1e9
    timeline.canvas.hover(position={"x": timeline.x(second), "y": top + height - 12})
    assert page.locator("#tip").inner_text().count(HOSTILE) >= 4
    page.mouse.down()
    page.mouse.up()
    told = facts(timeline)
    assert {name for name, text in told.items() if HOSTILE in text} == set(TEXTS)
    for name in ("f", "server"):
        assert HOSTILE in page.locator(f"[data-filter={name}] option").all_inner_texts()
    for name in ("process", "key"):
        values = page.locator(f"#{name}-choices option").evaluate_all("all => all.map(one => one.value)")
        assert HOSTILE in "".join(values)
    page.locator("[data-filter=key]").fill(HOSTILE)
    address = timeline.hash("key=")
    assert "<" not in address
    page.reload()
    page.wait_for_selector("#timeline[data-drawn]")
    assert page.locator("[data-filter=key]").input_value() == HOSTILE
    assert HOSTILE in page.locator("#pins").inner_text()
    assert page.locator("img").count() == 0
    timeline.report.be_quiet()
