"""The sections beside the timeline in a real browser: sorting, the servers' logs, paper, a narrow screen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from checkers.linearizability.judge import judge_model
from checkers.result import Result, Results, Verdict
from harness.history import Event, History
from harness.history.foreign import read_any
from reports.model_page import model_page, write_model_page
from tests.browser.opened import Opened, OpenReport
from tests.unit.linearizability.test_lin_check import STALE, edn
from tests.unit.sample_history import BOOT, sample_run

BEGAN = datetime(2025, 3, 1, 10, 15, tzinfo=UTC)
HOSTILE = "</script><img src=x onerror=alert(1)>"

LINES = (
    (20.0, "zk1", "INFO", "QuorumPeer", "FOLLOWING"),
    (27.1, "zk3", "WARN", "Learner", "Exception when following the leader\n\tat java.io.EOFException"),
    (27.2, "zk1", "WARN", "Learner", "Exception when following the leader"),
    (49.4, "zk1", "ERROR", "Leader", f"Unexpected {HOSTILE}"),
    (60.0, "zk3", "INFO", "Sessions", "Expiring session 0x1"),
)


def with_logs(tmp_path: Path, *, offset: bool = True) -> tuple[History, Results]:
    """The sample run, with logs beside the report and the offset between the clocks told."""
    history, results = sample_run()
    by_server: dict[str, list[str]] = {}
    for second, server, level, logger, text in LINES:
        moment = BEGAN + timedelta(seconds=second)
        first, *rest = text.split("\n")
        stamp = f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z"
        own = f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03d}"
        by_server.setdefault(server, []).extend(
            [f"{stamp} {own} [main] {level} a.{logger} - {first}", *(f"{stamp} {line}" for line in rest)]
        )
    (tmp_path / "logs").mkdir()
    for server, lines in by_server.items():
        (tmp_path / "logs" / f"{server}.log").write_text("".join(f"{line}\n" for line in lines))
    if not offset:
        return history, results
    told = {"wall_clock_offset": round(BEGAN.timestamp()) * 10**9 - BOOT}
    return History([_with(e, told) if e.f == "environment" else e for e in history.events]), results


def _with(event: Event, told: dict[str, int]) -> Event:
    return msgspec.structs.replace(event, value={**event.value, **told})


def column(page: Page, table: str, place: int) -> list[str]:
    """Texts of a column, with ordinary spaces."""
    return [
        text.strip().replace("\xa0", " ")
        for text in page.locator(f"{table} tbody tr td:nth-child({place})").all_inner_texts()
    ]


def heading(page: Page, table: str, name: str) -> str:
    """Click a heading and return its aria-sort."""
    cell = page.locator(f"{table} thead tr:last-child th", has_text=name).first
    cell.get_by_role("button").click()
    return cell.get_attribute("aria-sort") or ""


def test_tables_sort_by_any_column_and_turn_round(opened: OpenReport) -> None:
    report = opened(*sample_run())
    page = report.page
    begun = column(page, "#recovery", 3)
    assert begun == ["27.000 s", "49.200 s", "50.100 s"]
    assert page.locator("#recovery [aria-sort]").count() == 0
    assert heading(page, "#recovery", "Begun") == "ascending"
    assert heading(page, "#recovery", "Begun") == "descending"
    assert column(page, "#recovery", 3) == begun[::-1]
    assert heading(page, "#recovery", "Lasted") == "ascending"
    assert column(page, "#recovery", 5) == ["6.00 s", "7.00 s", "12.00 s"]
    assert page.locator("#recovery [aria-sort]").count() == 1
    report.be_quiet()


def test_what_has_no_value_stays_last(opened: OpenReport) -> None:
    page = opened(*sample_run()).page
    place = 9
    assert "not seen" in column(page, "#recovery", place)
    for _ in range(2):
        page.locator("#recovery thead tr:last-child th").nth(place - 1).get_by_role("button").click()
        assert column(page, "#recovery", place)[-1] == "not seen"


def test_the_keyboard_sorts(opened: OpenReport) -> None:
    page = opened(*sample_run()).page
    button = page.locator("#operation-table thead th", has_text="Calls").get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    numbers = [int(text.replace(",", "")) for text in column(page, "#operation-table", 2)]
    assert numbers == sorted(numbers)
    page.keyboard.press("Space")
    turned = [int(text.replace(",", "")) for text in column(page, "#operation-table", 2)]
    assert turned == numbers[::-1]


def said(page: Page) -> list[str]:
    return [text.split("\n")[0] for text in page.locator("#log-rows td.said").all_inner_texts()]


def of_servers(page: Page) -> list[str]:
    return [text for text in said(page) if "kill-" not in text and "pause-" not in text]


def test_logs_stand_on_the_clock_of_the_run_and_are_filtered(opened: OpenReport, tmp_path: Path) -> None:
    report = opened(*with_logs(tmp_path))
    page = report.page
    assert of_servers(page) == [line[4].split("\n")[0] for line in LINES]
    assert page.locator("#log-rows button.moment").first.inner_text() == "20.000 s"
    assert page.locator("#log-rows img").count() == 0
    page.locator("#log-filters [name=server][value='0']").uncheck()
    assert of_servers(page) == ["Exception when following the leader", "Expiring session 0x1"]
    page.locator("#log-filters [name=level][value=INFO]").uncheck()
    assert of_servers(page) == ["Exception when following the leader"]
    assert "kill-leader (#1) on zk2 bites" in said(page)
    page.locator("#log-filters [name=server][value='0']").check()
    page.get_by_placeholder("part of a line or class").fill("LEARNER")
    assert said(page) == ["Exception when following the leader"] * 2
    assert page.locator("#log-count").inner_text() == f"2 of {len(LINES) + 12} lines"
    trace = page.locator("#log-rows details pre")
    assert not trace.is_visible()
    page.locator("#log-rows summary").click()
    assert "java.io.EOFException" in trace.inner_text()
    report.be_quiet()


def test_logs_follow_the_selected_stretch(opened: OpenReport, tmp_path: Path) -> None:
    report = opened(*with_logs(tmp_path))
    page = report.page
    select = "detail => document.dispatchEvent(new CustomEvent('rangechange', {detail}))"
    page.evaluate(select, {"from": 27.12, "to": 50.0})
    assert of_servers(page) == ["Exception when following the leader", f"Unexpected {HOSTILE}"]
    assert page.locator("#log-count").inner_text().endswith(", from 27.1 to 50.0 s")
    page.evaluate(select, None)
    assert len(of_servers(page)) == len(LINES)
    report.be_quiet()


def test_a_time_in_a_table_leads_to_the_timeline(opened: OpenReport, tmp_path: Path) -> None:
    report = opened(*with_logs(tmp_path))
    page = report.page
    page.evaluate("document.addEventListener('showmoment', e => { window.asked = e.detail.second; })")
    page.locator("#log-rows button.moment", has_text="60.000 s").click()
    assert page.evaluate("window.asked") == 60.0
    begin, end = report.span()
    assert begin < 60.0 < end
    assert end - begin < 40
    page.locator("#recovery button.moment").first.click()
    assert page.evaluate("window.asked") == 27.0
    report.be_quiet()


def test_logs_of_an_older_run_say_that_they_are_not_aligned(opened: OpenReport, tmp_path: Path) -> None:
    report = opened(*with_logs(tmp_path, offset=False))
    assert "cannot be placed on the timeline" in report.page.locator("#log-panel .note").inner_text()
    assert len(said(report.page)) == len(LINES)
    assert report.page.locator("#log-rows button.moment").count() == 0
    assert report.page.locator("#log-rows td").first.inner_text() == "2025-03-01 10:15:20,000"
    report.be_quiet()


def test_paper_is_white_has_everything_open_and_nothing_to_click(opened: OpenReport, tmp_path: Path) -> None:
    report = opened(*with_logs(tmp_path), color_scheme="dark")
    page = report.page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details:not([open])").count() == 0
    for hidden in (".toolbar", "#log-filters", "[data-copy=repeat]"):
        assert not page.locator(hidden).is_visible()
    assert page.locator("#recovery button.moment").first.is_visible()
    assert "FOLLOWING" not in page.locator("#log-rows").inner_text()
    report.be_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1360])
def test_a_narrow_screen_scrolls_tables_and_not_the_page(
    opened: OpenReport, tmp_path: Path, scheme: str, width: int
) -> None:
    history, results = with_logs(tmp_path)
    spread = {"min": 1, "median": 1, "max": 2}
    cost = {"departures": 3, "events": spread, "requests": spread}
    herd = Result(
        name="herd", verdict=Verdict.VALID, sentence="x", checked=1, measures={"by_candidates": {"5": cost}}
    )
    report = opened(
        history,
        msgspec.structs.replace(results, results=(*results.results, herd)),
        color_scheme=scheme,
    )
    page = report.page
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for section in ("#faults", "#herd", "#operations", "#logs", "#run"):
        expect(page.locator(section)).to_be_visible()
    page.screenshot(path=tmp_path / f"{scheme}-{width}.png", full_page=True)
    report.be_quiet()


@pytest.fixture
def opened_page(browser: Browser) -> Callable[[Path], Opened]:
    """Open a page that draws no timeline."""
    return lambda path: Opened(browser.new_context(), path.as_uri(), ready="#verdict")


def test_the_page_of_a_model_opens_quietly(opened_page: Callable[[Path], Opened], tmp_path: Path) -> None:
    foreign = read_any(edn(tmp_path, *STALE[:4], "2 invoke read nil", f'2 ok read "{HOSTILE}"'))
    page = model_page(foreign.history, foreign.lines, judge_model(foreign, "register"), "one value")
    write_model_page(page, tmp_path / "model.html")
    report = opened_page(tmp_path / "model.html")
    illegal = report.page.locator("tr.illegal")
    assert illegal.count() == 1
    assert HOSTILE in illegal.inner_text()
    red = "e => getComputedStyle(e).color"
    assert illegal.locator(".bad").last.evaluate(red) == "rgb(185, 43, 56)"
    assert report.page.locator("svg.calls rect").count() == 3
    report.be_quiet()
