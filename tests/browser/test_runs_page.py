"""The page of a store in a real browser: search, filters, links that hold them, many runs, bad names."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from harness.serving import StoreServer
from reports.store.index import render_index
from reports.store.runs import Finding, StoredRun
from tests.browser.opened import Opened
from tests.unit.sample_store import night_after, sample_runs, stored, write_runs

DRAWN = "#store[data-shown]"
HOSTILE = "</script><img src=x onerror=alert(1)>"
OpenStore = Callable[..., Opened]


@pytest.fixture
def store(browser: Browser, tmp_path: Path) -> Iterator[OpenStore]:
    """Write the page of runs and open it; `fragment` is appended to its address."""
    contexts: list[BrowserContext] = []

    def open_store(runs: Sequence[StoredRun], *, fragment: str = "", **options: Any) -> Opened:
        path = tmp_path / "index.html"
        path.write_text(render_index(runs, written=0), encoding="utf-8")
        context = browser.new_context(viewport={"width": 1360, "height": 900}, **options)
        contexts.append(context)
        return Opened(context, path.as_uri() + fragment, ready=DRAWN)

    yield open_store
    for context in contexts:
        context.close()


def shown(page: Page) -> int:
    return int(page.locator("#store").get_attribute("data-shown") or -1)


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#table tbody tr td:nth-child({number})").all_inner_texts()


def count(runs: Sequence[StoredRun], **fields: Any) -> int:
    return sum(all(getattr(run, name) == value for name, value in fields.items()) for run in runs)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_quietly_and_shows_all_runs(store: OpenStore, tmp_path: Path, scheme: str) -> None:
    runs = sample_runs(300)
    opened = store(runs, color_scheme=scheme)
    page = opened.page
    assert shown(page) == 300
    assert page.locator("#count").inner_text() == "300 runs"
    for verdict in ("valid", "violation", "unknown", "no verdict"):
        chip = page.locator(f'[data-verdict="{verdict}"] b')
        assert chip.inner_text() == str(count(runs, verdict=verdict))
    assert column(page, 1)[0] == "2026-01-17 01:52"
    assert page.locator("#grid-rows tr").count() == 6
    assert page.locator("#charts figure").count() == 4
    assert page.locator("#charts circle, #charts path").count() == 300 - count(runs, verdict="no verdict")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(245, 246, 248)") == (scheme == "light")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
    opened.be_quiet()


def test_a_search_takes_every_word(store: OpenStore) -> None:
    runs = sample_runs(300)
    page = store(runs).page
    page.locator("#q").fill("LOCK:guid expire-holder valid")
    wanted = [r for r in runs if r.scenario == "lock:guid" and r.nemesis == ("expire-holder",)]
    assert shown(page) == count(wanted, verdict="valid")
    page.locator("#q").fill(f"seed {runs[77].seed}")
    assert shown(page) == 1
    assert page.locator("#table tbody tr").get_attribute("data-run") == runs[77].run
    page.locator("#q").fill("believed")
    assert shown(page) == count(runs, verdict="violation")
    page.locator("#q").fill("no such thing")
    assert shown(page) == 0
    expect(page.locator("#none")).to_have_text("No run is like that; clear a filter to see more.")
    expect(page.locator("#runs")).to_be_hidden()
    page.locator("#clear").click()
    assert shown(page) == 300


def test_filters_are_in_the_link(store: OpenStore) -> None:
    runs = sample_runs(300)
    page = store(runs).page
    one = next(run for run in runs if run.verdict == "unknown")
    page.locator('[data-verdict="violation"]').click()
    page.locator('[data-verdict="unknown"]').press("Enter")
    page.locator("#scenario").select_option(one.scenario)
    page.locator("#nemesis").select_option(one.nemesis[0])
    page.locator("#image").select_option(one.image)
    page.locator("#by").select_option("seed")
    page.locator("#measure").select_option("outage")
    page.locator('[data-sort="seed"]').click()
    wanted = [
        run
        for run in runs
        if run.verdict in {"violation", "unknown"}
        and (run.scenario, run.nemesis, run.image) == (one.scenario, one.nemesis, one.image)
    ]
    assert 0 < len(wanted) == shown(page)
    seeds = [str(seed) for seed in sorted(run.seed or 0 for run in wanted)]
    assert column(page, 4) == seeds
    fragment = page.url.partition("#")[2]
    again = store(runs, fragment=f"#{fragment}")
    assert shown(again.page) == len(wanted)
    assert column(again.page, 4) == seeds
    for name, value in (("scenario", one.scenario), ("by", "seed"), ("measure", "outage")):
        assert again.page.locator(f"#{name}").input_value() == value
    assert again.page.locator('[data-verdict="unknown"]').get_attribute("aria-pressed") == "true"
    again.be_quiet()


def test_a_link_that_changes_is_followed(store: OpenStore) -> None:
    runs = sample_runs(100)
    page = store(runs).page
    page.evaluate("location.hash = '#scenario=lock%3Aguid'")
    expect(page.locator(DRAWN)).to_have_attribute("data-shown", str(count(runs, scenario="lock:guid")))


@pytest.mark.parametrize(
    "fragment",
    [
        "#page=99&sort=bogus",
        "#page=x&scenario=gone",
        "#finding=gone",
        "#verdict=,",
        "#%%%",
        "#measure=x&by=y",
    ],
)
def test_a_link_of_nonsense_breaks_nothing(store: OpenStore, fragment: str) -> None:
    opened = store(sample_runs(60), fragment=fragment)
    assert shown(opened.page) in {0, 60}
    opened.be_quiet()


def test_sorting_and_pages(store: OpenStore) -> None:
    runs = sample_runs(130)
    page = store(runs).page
    assert page.locator("#table tbody tr").count() == 50
    expect(page.locator("#shown")).to_have_text("1 to 50 of 130")
    page.get_by_role("button", name="last page").click()
    assert page.locator("#table tbody tr").count() == 30
    assert column(page, 1)[-1] == "2026-01-05 01:30"
    page.locator('[data-sort="operations"]').click()
    expect(page.locator("#shown")).to_have_text("1 to 50 of 130")
    fewest = sorted(run.operations for run in runs if run.operations is not None)
    assert column(page, 7)[:3] == [f"{number:,}" for number in fewest[:3]]
    page.locator('[data-sort="operations"]').press("Enter")
    assert page.locator('th[aria-sort="descending"]').inner_text().startswith("operations")
    page.locator('[data-sort="verdict"]').click()
    assert column(page, 2)[0].strip() == "✗ violation"


def test_a_finding_leads_to_its_runs(store: OpenStore) -> None:
    overlap = (Finding("single-leader", "believed-overlap", "Two led."),)
    runs = [
        night_after(0, verdict="violation", findings=overlap),
        *(night_after(night) for night in range(1, 5)),
        night_after(
            9, scenario="queue:kazoo", verdict="violation", findings=(Finding("queue", "lost-item", "Lost."),)
        ),
        night_after(9.1, scenario="lock:unfenced", twin=True, verdict="violation", findings=overlap),
    ]
    opened = store(runs)
    page = opened.page
    assert page.locator("#findings .state").all_inner_texts() == ["new", "new", "resolved"]
    expect(page.locator("#findings-count")).to_have_text("2 new · 0 ongoing · 1 resolved")
    expect(page.locator("#findings tr.resolved")).to_contain_text("1 of 5 chances")
    expect(page.locator("#findings tr.resolved")).to_contain_text("4 runs")
    link = page.locator("#findings tr.resolved a").first
    assert link.get_attribute("href") == f"./{runs[0].run}/report.html"
    page.locator("#who").select_option("none")
    assert page.locator("#findings .state").count() == 2
    page.locator("#findings tr.new button").click()
    assert shown(page) == 1
    assert "finding=queue" in page.url
    page.locator("#finding-chip button").click()
    assert shown(page) == 6
    opened.be_quiet()


def test_verdicts_by_seed_stand_in_the_column_of_their_seed(store: OpenStore) -> None:
    runs = [
        night_after(night, seed=seed, scenario=scenario, verdict=verdict)
        for night, seed, scenario, verdict in (
            (0, 7, "lock:guid", "violation"), (1, 7, "lock:guid", "valid"), (2, 11, "queue:kazoo", "unknown"),
        )
    ]  # fmt: skip
    page = store(runs, fragment="#across=seed").page
    assert page.locator("#grid-rows th.seed").all_inner_texts() == ["7", "11"]
    rows = page.locator("#grid-rows tbody tr")
    assert [cells.split("\t")[2:] for cells in rows.all_inner_texts()] == [["✓", ""], ["", "?"]]


def test_the_command_that_repeats_a_run_is_copied(store: OpenStore) -> None:
    runs = [stored(seed=11)]
    page = store(runs, permissions=["clipboard-read", "clipboard-write"]).page
    button = page.get_by_role("button", name="repeat")
    button.click()
    expect(page.get_by_role("button", name="copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == runs[0].repeat


@pytest.mark.parametrize("place", ["scenario", "sentence", "image", "run", "nemesis", "repeat", "finding"])
def test_hostile_text_is_only_text(store: OpenStore, place: str) -> None:
    broken = (Finding(HOSTILE, HOSTILE, HOSTILE),) if place == "finding" else (Finding("g", "k", "Broke."),)
    fields: dict[str, Any] = (
        {} if place == "finding" else {place: (HOSTILE,) if place == "nemesis" else HOSTILE}
    )
    run = stored(verdict="violation", findings=broken, recovery={HOSTILE: 1.0}, **fields)
    opened = store([run, stored(run="javascript:alert(1)")])
    assert opened.page.locator("img").count() == 0
    hrefs = opened.page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert all(href == "#" or href.startswith("./") for href in hrefs)
    opened.be_quiet()


def test_an_empty_store_says_what_to_do(store: OpenStore) -> None:
    opened = store([])
    expect(opened.page.locator("#none")).to_contain_text("There are no runs yet: `zkchaos run election")
    opened.be_quiet()


def test_five_thousand_runs_are_quick(store: OpenStore) -> None:
    opened = store(sample_runs(5000))
    page = opened.page
    # Time of the page's own thread, so that other load on the machine does not count.
    meter = page.context.new_cdp_session(page)
    meter.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = meter.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

    before = busy()
    page.reload()
    page.wait_for_selector(DRAWN)
    opening = busy()
    page.locator("#q").fill("lock:guid violation")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert 0 < shown(page) < 5000
    assert opening - before < 1.0
    assert busy() - opening < 0.5
    opened.be_quiet()


def test_it_works_when_it_is_served(browser: Browser, tmp_path: Path) -> None:
    runs = sample_runs(5)
    write_runs(tmp_path, runs)
    (tmp_path / runs[0].run / "report.html").write_text("<!doctype html><title>a report</title>")
    with StoreServer(tmp_path, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        context = browser.new_context()
        opened = Opened(context, server.url, ready=DRAWN)
        page = opened.page
        with page.expect_download() as download:
            # Opened lets nothing but the page itself through; this one is meant.
            context.unroute_all()
            page.locator(f'[data-run="{runs[0].run}"]').get_by_text("download").click()
        assert download.value.suggested_filename == f"{runs[0].run}.tar.gz"
        assert download.value.path().stat().st_size > 100
        page.locator(f'[data-run="{runs[0].run}"]').get_by_text("report", exact=True).click()
        expect(page).to_have_title("a report")
        assert opened.complaints == []
        context.close()
        server.shutdown()
        thread.join()


def test_rows_follow_the_runs(store: OpenStore) -> None:
    run = msgspec.structs.replace(stored(), report="")
    page = store([run]).page
    assert page.locator("#table").get_by_text("report", exact=True).count() == 0
    assert page.locator("#table").get_by_text("download").count() == 0
