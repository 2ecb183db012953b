"""Moving about, the mini-map, and the selected stretch that numbers and tables follow."""

from typing import Any

import pytest

from tests.browser.opened import OpenReport
from tests.browser.timeline_page import TimelinePage, violated_run
from tests.unit.sample_history import BOOT, sample_run

RECORD = """() => {
  window.told = [];
  document.addEventListener('rangechange', (event) => window.told.push(event.detail));
}"""


@pytest.fixture
def timeline(opened: OpenReport) -> TimelinePage:
    return TimelinePage(opened(*sample_run(rate=1)))


def test_shift_and_dragging_selects_and_everything_is_told_of_it(timeline: TimelinePage) -> None:
    page = timeline.page
    page.evaluate(RECORD)
    view = timeline.span()
    page.keyboard.down("Shift")
    timeline.drag("#canvas", timeline.x(30), timeline.x(45))
    page.keyboard.up("Shift")
    assert timeline.selection() == pytest.approx((30, 45), abs=0.2)
    assert timeline.span() == view
    assert page.evaluate("window.told.length") == 1
    detail: dict[str, Any] = page.evaluate("window.told[0]")
    assert (detail["from"], detail["to"]) == timeline.selection()
    history, _ = sample_run(rate=1)
    start, end = timeline.selection() or (0, 0)
    inside = sum(start <= (op.invoke.time - BOOT) / 1e9 <= end for op in history.operations)
    assert timeline.told("shown") == str(inside)
    assert f"{inside} of" in page.locator("#counts").inner_text()
    page.locator("#unselect").click()
    assert timeline.selection() is None
    assert page.evaluate("window.told[1]") is None
    assert timeline.told("shown") == str(len(history.operations))
    timeline.report.be_quiet()


def test_what_lies_beside_the_selection_is_faint(timeline: TimelinePage) -> None:
    before = timeline.pixels("connected", "app1")
    timeline.page.keyboard.down("Shift")
    timeline.drag("#canvas", timeline.x(30), timeline.x(45))
    timeline.page.keyboard.up("Shift")
    assert 0 < timeline.pixels("connected", "app1") < before / 3


def test_a_button_makes_dragging_select_and_zooming_goes_to_it(timeline: TimelinePage) -> None:
    page = timeline.page
    page.get_by_role("button", name="Select", exact=True).click()
    timeline.drag("#canvas", timeline.x(20), timeline.x(40))
    selected = timeline.selection()
    assert selected == pytest.approx((20, 40), abs=0.2)
    page.get_by_role("button", name="Zoom", exact=True).click()
    assert timeline.span() == pytest.approx(selected)
    timeline.press("Escape", "Escape", "0", "s")
    assert timeline.selection() == pytest.approx(timeline.span())
    timeline.press("Escape")
    assert timeline.selection() is None


def test_the_window_of_the_minimap_is_moved_resized_and_put_elsewhere(timeline: TimelinePage) -> None:
    width = timeline.page.locator("#minimap").evaluate("canvas => canvas.clientWidth")
    whole = (-1.64, 83.64)

    def mini(second: float) -> float:
        return (second - whole[0]) / (whole[1] - whole[0]) * width

    timeline.press("+", "+")
    start, end = timeline.span()
    timeline.drag("#minimap", mini((start + end) / 2), mini((start + end) / 2 + 10))
    assert timeline.span() == pytest.approx((start + 10, end + 10), abs=0.3)
    start, end = timeline.span()
    timeline.drag("#minimap", mini(end), mini(end + 6))
    assert timeline.span() == pytest.approx((start, end + 6), abs=0.3)
    timeline.drag("#minimap", mini(start), mini(start - 5))
    assert timeline.span() == pytest.approx((start - 5, end + 6), abs=0.3)
    start, end = timeline.span()
    timeline.drag("#minimap", mini(10), mini(10))
    assert sum(timeline.span()) / 2 == pytest.approx(max(10, whole[0] + (end - start) / 2), abs=0.3)
    timeline.report.be_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_minimap_shows_rate_faults_and_violations(opened: OpenReport, scheme: str) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1), color_scheme=scheme))
    colours = """name => {
      const mini = document.getElementById('minimap');
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.color = `var(--${name})`;
      const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
      const pixels = mini.getContext('2d').getImageData(0, 0, mini.width, mini.height).data;
      let count = 0;
      for (let i = 0; i < pixels.length; i += 4) if (wanted.every((n, k) => pixels[i + k] === n)) count += 1;
      return count;
    }"""
    timeline.press("Home")
    timeline.span()
    assert timeline.page.evaluate(colours, "fault") > 400
    assert timeline.page.evaluate(colours, "mark") > 20
    rate = "(mini => mini.getContext('2d').getImageData(mini.width / 2, 38, 1, 1).data[3])"
    assert timeline.page.evaluate(f"{rate}(document.getElementById('minimap'))") > 0


def test_the_cursor_reads_latency_rate_and_lag_of_its_second(timeline: TimelinePage) -> None:
    for row in ("latency", "rate", "replica lag"):
        top, height = timeline.row(row)
        timeline.canvas.hover(position={"x": timeline.x(33), "y": top + height - 4})
        told = timeline.page.locator("#tip").inner_text()
        assert "latency: median" in told
        assert "rate: " in told
        assert "lag: zk1" in told


def test_two_fingers_zoom_and_a_tap_pins(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*sample_run(rate=1), has_touch=True))
    box = timeline.canvas.bounding_box()
    assert box is not None
    touch = timeline.page.context.new_cdp_session(timeline.page)

    def fingers(kind: str, *places: float) -> None:
        points = [{"x": box["x"] + x, "y": box["y"] + 60, "id": number} for number, x in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = timeline.span()
    fingers("touchStart", 500, 600)
    for step in range(1, 6):
        fingers("touchMove", 500 - 20 * step, 600 + 20 * step)
    fingers("touchEnd")
    after = timeline.span()
    assert after[1] - after[0] == pytest.approx((before[1] - before[0]) / 3, rel=0.1)
    timeline.press("0")
    top, _ = timeline.row("zk1")
    timeline.page.touchscreen.tap(box["x"] + timeline.x(20), box["y"] + top + 12)
    assert timeline.page.locator(".pin h4").inner_text() == "zk1: follower, epoch 1"
    timeline.report.be_quiet()


def test_other_parts_of_the_page_can_ask_for_a_moment(timeline: TimelinePage) -> None:
    timeline.page.evaluate(
        "document.dispatchEvent(new CustomEvent('showmoment', { detail: { second: 58.9 } }))"
    )
    start, end = timeline.span()
    assert (start + end) / 2 == pytest.approx(58.9)
    assert end - start <= 4
