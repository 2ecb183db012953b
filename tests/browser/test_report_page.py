"""The report in a real browser: it draws, it zooms, runs nothing foreign and asks nobody for anything."""

from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, FloatRect

from harness.history import History
from reports.html import write_report
from tests.browser.opened import OpenReport
from tests.unit.sample_history import sample_run

RUN_SECONDS = 82.0
HOSTILE = "</script><img src=x onerror=alert(1)>"

COLOURS = """() => {
  const canvas = document.getElementById('canvas');
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < pixels.length; i += 4) seen.add(pixels.slice(i, i + 4).join());
  return seen.size;
}"""


PIXELS = """(name) => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(--${name})`;
  const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
  probe.remove();
  const canvas = document.getElementById('canvas');
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) if (wanted.every((n, k) => pixels[i + k] === n)) count += 1;
  return count;
}"""


def test_every_kind_of_thing_is_drawn_in_its_colour(opened: OpenReport) -> None:
    report = opened(*sample_run())
    things = {
        "leader": 3000, "follower": 3000, "looking": 200, "belief": 3000, "connected": 2000, "suspended": 100,
        "lost": 8, "ok": 1000, "fail": 20, "info": 200, "fault": 1000, "mark": 480,
    }  # fmt: skip
    drawn = {name: report.page.evaluate(PIXELS, name) for name in things}
    assert {name: drawn[name] for name, least in things.items() if drawn[name] < least} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_quietly_and_draws(opened: OpenReport, tmp_path: Path, scheme: str) -> None:
    history, results = sample_run()
    report = opened(history, results, color_scheme=scheme)
    page = report.page
    assert page.locator("#sentence").inner_text() == results.sentence
    assert page.locator("#sentence").is_visible()
    assert page.evaluate(COLOURS) > 20
    assert int(page.locator("#timeline").get_attribute("data-drawn") or 0) > 500
    names = page.locator("#gutter .name").all_inner_texts()
    assert names[:4] == ["faults", "zk1", "zk2", "zk3"]
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(245, 246, 248)"
    assert dark == (scheme == "dark")
    page.screenshot(path=tmp_path / f"{scheme}-top.png")
    page.locator("#timeline").screenshot(path=tmp_path / f"{scheme}-timeline.png")
    page.screenshot(path=tmp_path / f"{scheme}-whole.png", full_page=True)
    report.be_quiet()


def test_a_violation_is_zoomed_on(opened: OpenReport) -> None:
    history, results = sample_run()
    report = opened(history, results)
    before = report.span()
    report.page.locator("section.panel button[data-violation]").click()
    after = report.span()
    assert after[1] - after[0] < before[1] - before[0]
    assert after[0] < 42.2
    assert after[1] > 62.6
    box = report.page.locator("#timeline").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 200
    report.be_quiet()


def test_wheel_drag_and_keys_move_the_view(opened: OpenReport) -> None:
    report = opened(*sample_run())
    page = report.page
    canvas = page.locator("#canvas")
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    canvas.hover(position={"x": 400, "y": 200})
    home = report.span()
    page.mouse.wheel(0, -300)
    wheel = report.span()
    assert home[0] < wheel[0] < wheel[1] < home[1]
    page.mouse.down()
    page.mouse.move(*_shifted(canvas.bounding_box(), 500, 200), steps=4)
    page.mouse.up()
    dragged = report.span()
    assert dragged[0] < wheel[0]
    assert dragged[1] - dragged[0] == pytest.approx(wheel[1] - wheel[0])
    canvas.press("ArrowRight")
    assert report.span()[0] > dragged[0]
    canvas.press("0")
    assert report.span() == pytest.approx(home)
    canvas.press("n")
    assert report.span()[0] > home[0]
    page.locator("[data-zoom=all]").click()
    assert report.span()[0] < 0 < RUN_SECONDS < report.span()[1]
    report.be_quiet()


def _shifted(box: FloatRect | None, x: float, y: float) -> tuple[float, float]:
    assert box is not None
    return box["x"] + x, box["y"] + y


def test_the_pointer_is_told_what_lies_under_it(opened: OpenReport) -> None:
    report = opened(*sample_run())
    told = set()
    box = report.page.locator("#canvas").bounding_box()
    assert box is not None
    report.page.locator("#canvas").scroll_into_view_if_needed()
    for y in range(50, int(box["height"]), 9):
        report.page.locator("#canvas").hover(position={"x": 640, "y": y})
        told.add(report.page.locator("#tip").inner_text())
    everything = "\n".join(told)
    assert "zk3: down" in everything
    assert "app3 believes that it leads" in everything
    assert "token 0x20000a474" in everything
    assert "session 0x7200000000000001" in everything
    assert "under kill-leader zk3" in everything
    report.be_quiet()


def test_hostile_text_is_shown_and_never_run(opened: OpenReport) -> None:
    history, results = sample_run()
    change = {"node": HOSTILE, "key": HOSTILE, "error": HOSTILE}
    events = [
        msgspec.structs.replace(e, **change, value=e.value or HOSTILE)
        if e.node in {"app3", "app4"} and e.f in {"leader", "work", "exists", "stepped-down", "session"}
        else e
        for e in history.events
    ]
    report = opened(History(events), results)
    page = report.page
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert HOSTILE in page.locator("table.witness").first.inner_text()
    assert HOSTILE in page.locator("#gutter").inner_text()
    assert page.locator("img").count() == 0
    page.locator("#canvas").scroll_into_view_if_needed()
    name = page.locator("#gutter div", has_text=HOSTILE).first
    top = name.evaluate("cell => cell.offsetTop")
    page.locator("#canvas").hover(position={"x": 560, "y": top + 14})
    assert HOSTILE in page.locator("#tip").inner_text()
    report.be_quiet()


def test_a_plan_alone_opens_quietly(opened: OpenReport) -> None:
    history, results = sample_run(rate=0.4)
    report = opened(
        History(history.events[:1]), msgspec.structs.replace(results, results=(), torn="line 2 was torn off")
    )
    assert "never closed" in report.page.locator("#verdict").inner_text()
    report.page.locator("[data-zoom=in]").click()
    report.be_quiet()


def test_without_scripts_the_page_says_what_is_missing(browser: Browser, tmp_path: Path) -> None:
    history, results = sample_run(rate=0.4)
    write_report(history, results, tmp_path / "report.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    assert "drawn by the page's own script" in page.locator("noscript").inner_text()
    assert not page.locator("#timeline").is_visible()
    assert page.locator("#recovery").is_visible()
    context.close()


def test_the_repeat_command_is_copied(opened: OpenReport) -> None:
    history, results = sample_run(rate=0.4)
    report = opened(history, results, permissions=["clipboard-read", "clipboard-write"])
    button = report.page.locator("[data-copy=repeat]")
    button.click()
    report.page.wait_for_timeout(200)
    if button.inner_text() == "Copied":
        assert report.page.evaluate("navigator.clipboard.readText()") == results.repeat
    else:
        assert report.page.evaluate("getSelection().toString()") == results.repeat
    report.be_quiet()
