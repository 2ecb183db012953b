"""Reports of long runs in a real browser: small enough, quick enough, and never silently shortened."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser

from checkers.result import Results, Verdict
from harness.history import Event, History, read_history
from reports.html import write_report
from reports.timeline.thinning import chosen_calls
from tests.browser.opened import Opened, OpenReport
from tests.browser.test_report_page import PIXELS
from tests.simulation.big import BigRun, Size
from tests.unit.sample_history import BOOT, sample_run

INTERACTIVE = 5000
"""Milliseconds that a busy machine may take where an idle one takes 500."""

Simulated = Callable[[int], History]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Return the function that gives a history of that many calls, every thousandth without an answer."""

    def simulate(operations: int) -> History:
        path = tmp_path_factory.mktemp("simulated") / "history.jsonl"
        with path.open("wb") as out:
            BigRun(Size(operations=operations, unknown=0.001), out).write()
        return read_history(path)

    return simulate


def nothing_judged(history: History) -> Results:
    return Results(
        run="simulated",
        scenario="keys",
        seed=1,
        verdict=Verdict.UNKNOWN,
        sentence="Nobody judged.",
        results=(),
        events=len(history),
    )


def data_of(report: Opened, name: str) -> float:
    return float(report.page.locator("#timeline").get_attribute(f"data-{name}") or "nan")


def test_a_hundred_thousand_calls_fit_into_five_megabytes_and_open_at_once(
    opened: OpenReport, simulated: Simulated, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history = simulated(100_000)
    report = opened(history, nothing_judged(history))
    size = (tmp_path / "report.html").stat().st_size
    report.page.wait_for_selector("#timeline[data-interactive]")
    took = data_of(report, "interactive")
    with capsys.disabled():
        sys.stdout.write(
            f" {len(history.calls):,} calls, {size / 1e6:.2f} MB, interactive after {took:.0f} ms "
        )
    assert len(history.calls) >= 100_000
    assert size <= 5_000_000
    assert took < INTERACTIVE
    assert data_of(report, "shown") == len(history.calls)
    before = report.span()
    report.page.locator("[data-zoom=in]").click()
    after = report.span()
    assert after[1] - after[0] == pytest.approx((before[1] - before[0]) / 2)
    report.be_quiet()


COUNT = "() => [0, 1, 2].map(o => document.querySelector(`[data-type='${o}'] b`).textContent)"


def test_every_call_of_the_history_arrives_in_the_browser(opened: OpenReport, simulated: Simulated) -> None:
    history = simulated(3000)
    report = opened(history, nothing_judged(history))
    outcomes = [sum(op.outcome == outcome for op in history.operations) for outcome in ("ok", "fail", "info")]
    assert report.page.evaluate(COUNT) == [f"{count:,}" for count in outcomes]
    report.be_quiet()


def test_a_call_under_the_pointer_tells_what_was_packed(opened: OpenReport, simulated: Simulated) -> None:
    history = simulated(400)
    report = opened(history, nothing_judged(history))
    calls = [op for op in history.operations if op.invoke.node == "app1" and op.outcome == "ok"]
    stats = [op for op in calls if op.complete is not None and op.complete.stat is not None]
    chosen = stats[len(stats) // 2]
    done = chosen.complete
    assert done is not None
    assert done.stat is not None
    report = opened(history, nothing_judged(history), fragment=f"#pin={chosen.invoke.index}")
    told = report.page.locator("#pins").inner_text()
    for wanted in (
        chosen.invoke.key,
        f"{done.session:#x}",
        f"{done.zxid:#x}",
        f"version {done.stat.version}, czxid {done.stat.czxid:#x}, mzxid {done.stat.mzxid:#x}",
        f"line {chosen.invoke.index + 1}",
    ):
        assert wanted in told
    report.be_quiet()


def test_a_run_without_any_call_opens_quietly(opened: OpenReport) -> None:
    history, results = sample_run(rate=0.4)
    events = [event for event in history.events if event.type == "event"]
    report = opened(
        History([msgspec.structs.replace(event, index=i) for i, event in enumerate(events)]),
        msgspec.structs.replace(results, results=()),
    )
    assert "No operation was recorded" in report.page.locator("main").inner_text()
    names = report.page.locator("#gutter .name").all_inner_texts()
    assert "app1" in names
    assert "latency" not in names
    report.page.locator("[data-zoom=in]").click()
    report.be_quiet()


def test_a_shortened_timeline_says_so_and_keeps_what_is_unknown(
    opened: OpenReport, simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.model.chosen_calls", lambda outcomes: chosen_calls(outcomes, 1000))
    history = simulated(5000)
    report = opened(history, nothing_judged(history))
    assert f"Of {len(history.calls):,} calls the timeline" in report.page.locator("main").inner_text()
    assert "show 1,000," in report.page.locator("main").inner_text()
    counted = f"1,000 of 1,000 calls on this page (the run made {len(history.calls):,})"
    assert report.page.locator("#counts").inner_text() == counted
    unknown = sum(operation.outcome == "info" for operation in history.operations)
    assert report.page.evaluate(COUNT)[2] == str(unknown)
    report.be_quiet()


def test_a_browser_that_cannot_decompress_says_so_and_draws_the_rest(
    browser: Browser, tmp_path: Path
) -> None:
    write_report(*sample_run(rate=0.4), tmp_path / "report.html")
    context = browser.new_context()
    context.add_init_script("delete window.DecompressionStream")
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_selector("#timeline[data-drawn]")
    assert "no DecompressionStream" in page.locator("#undrawn").inner_text()
    assert "zk1" in page.locator("#gutter").inner_text()
    assert int(page.locator("#timeline").get_attribute("data-drawn") or 0) > 10
    assert errors == []
    context.close()


def test_rate_and_latency_follow_a_filter(opened: OpenReport, simulated: Simulated) -> None:
    history = simulated(20_000)
    report = opened(history, nothing_judged(history))
    canvas = report.page.locator("#canvas")
    whole = canvas.evaluate("c => c.toDataURL()")
    for outcome in (0, 1):
        report.page.locator(f"[data-type='{outcome}']").click()
    unknown = sum(operation.outcome == "info" for operation in history.operations)
    report.page.wait_for_function(
        "n => document.querySelector('#timeline').dataset.shown === String(n)", arg=unknown
    )
    report.page.wait_for_function(
        "before => document.querySelector('#canvas').toDataURL() !== before", arg=whole
    )
    box = canvas.bounding_box()
    rate = report.page.locator("#gutter div", has_text="rate").last
    assert box is not None
    canvas.scroll_into_view_if_needed()
    canvas.hover(position={"x": box["width"] / 2, "y": rate.evaluate("cell => cell.offsetTop") + 30})
    assert "rate: 0 ok, 0 failed" in report.page.locator("#tip").inner_text()
    report.be_quiet()


def crowded(strays: Iterable[str]) -> History:
    """Return a run of 30,000 acknowledged calls in a second, among them one of each stray outcome."""
    quiet = [event for event in sample_run(rate=0.4)[0].events if event.type == "event"]
    outcomes: list[str] = ["ok"] * 30_000
    for place, outcome in enumerate(strays):
        outcomes[10_000 + 5000 * place] = outcome
    calls = []
    for place, outcome in enumerate(outcomes):
        at, who = BOOT + 20 * 10**9 + place * 33_333, f"app1/1.{place}"
        calls.append(Event(index=0, time=at, type="invoke", f="get", process=who))
        calls.append(Event(index=0, time=at + 900_000, type=outcome, f="get", process=who))  # type: ignore[arg-type]
    ordered = sorted([*quiet, *calls], key=lambda event: event.time)
    return History([msgspec.structs.replace(event, index=i) for i, event in enumerate(ordered)])


@pytest.mark.parametrize("outcome", ["fail", "info"])
def test_one_call_that_did_not_succeed_is_seen_among_thirty_thousand(
    opened: OpenReport, outcome: str
) -> None:
    counts = []
    for strays in ([], [outcome]):
        history = crowded(strays)
        report = opened(history, nothing_judged(history), fragment="#t=19.9_21.1")
        counts.append(report.page.evaluate(PIXELS, outcome))
        report.be_quiet()
    # A tick in the lane, at least five pixels of it, and a mark of four or more in the chart.
    assert counts[1] - counts[0] >= 9


def test_lag_is_told_for_every_server(opened: OpenReport, simulated: Simulated) -> None:
    history = simulated(20_000)
    report = opened(history, nothing_judged(history))
    canvas = report.page.locator("#canvas")
    lag = report.page.locator("#gutter div", has_text="replica lag")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    canvas.hover(position={"x": box["width"] / 3, "y": lag.evaluate("cell => cell.offsetTop") + 20})
    told = report.page.locator("#tip").inner_text()
    assert all(f"{server} " in told for server in ("zk1", "zk2", "zk3"))
    assert "behind" in told
    report.be_quiet()
