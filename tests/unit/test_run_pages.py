"""The page of a store: findings over many runs, what stands in the file, and when it is written."""

import base64
import hashlib
import html
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from harness.errors import SetupError
from harness.history import HistoryWriter
from harness.judging import report_run
from harness.run_index import index_runs
from harness.store import RunDirectory
from harness.store_page import write_page
from reports.store.findings import FindingRow, State, find_all
from reports.store.index import render_index
from reports.store.runs import Finding, StoredRun
from tests.unit.sample_store import night_after, plan_of, sample_runs, stored, write_runs

OVERLAP = (Finding("single-leader", "believed-overlap", "Two led."),)
HOSTILE = "</script><img src=x onerror=alert(1)>\u2028"


def found(*runs: StoredRun) -> FindingRow:
    (row,) = find_all(runs)
    return row


def broken(night: float, **fields: Any) -> StoredRun:
    return night_after(night, verdict="violation", findings=OVERLAP, **fields)


def clean(night: float, **fields: Any) -> StoredRun:
    return night_after(night, **fields)


def test_a_store_without_findings() -> None:
    assert find_all([]) == []
    assert find_all([clean(0), night_after(1, verdict="unknown")]) == []


def test_what_the_last_day_showed_first_is_new() -> None:
    row = found(clean(0), clean(1), broken(2), clean(2.1))
    assert (row.state, row.seen, row.chances, row.clean) == (State.NEW, 1, 4, 1)
    assert row.first == row.last == broken(2).began
    assert found(broken(0), clean(0.9)).state is State.NEW


def test_what_was_seen_before_is_ongoing() -> None:
    row = found(broken(0), clean(1), broken(2))
    assert (row.state, row.seen, row.chances, row.first_run) == (State.ONGOING, 2, 3, broken(0).run)
    assert found(broken(0), clean(1), clean(1.1)).state is State.ONGOING


def test_the_newest_run_tells_the_story() -> None:
    other = night_after(
        3, verdict="violation", findings=(Finding("single-leader", "believed-overlap", "Again."),)
    )
    assert found(other, broken(0)).sentence == "Again."


def test_what_every_run_showed_is_resolved_by_three_clean_ones() -> None:
    before = [broken(0), broken(1), broken(2)]
    row = found(*before, clean(3), clean(4))
    assert (row.state, row.clean, row.needed) == (State.ONGOING, 2, 3)
    assert found(*before, clean(3), clean(4), clean(5)).state is State.RESOLVED


def test_what_is_rare_needs_more_clean_runs() -> None:
    before = [broken(0), clean(1), clean(2), clean(3), broken(4), broken(5)]
    row = found(*before, *(clean(night) for night in range(6, 17)))
    assert (row.state, row.clean, row.needed) == (State.ONGOING, 11, 12)
    assert found(*before, *(clean(night) for night in range(6, 18))).state is State.RESOLVED


def test_what_showed_once_after_a_long_time_is_not_soon_resolved() -> None:
    before = [clean(night) for night in range(9)]
    assert found(*before, broken(9), *(clean(night) for night in range(10, 39))).state is State.ONGOING
    assert found(*before, broken(9), *(clean(night) for night in range(10, 40))).state is State.RESOLVED


def test_it_comes_back() -> None:
    resolved = [broken(0), *(clean(night) for night in range(1, 5))]
    assert found(*resolved).state is State.RESOLVED
    assert found(*resolved, broken(5)).state is State.ONGOING


@pytest.mark.parametrize(
    "fields",
    [
        {"nemesis": ("pause-holder",)},
        {"image": "zookeeper:3.8"},
        {"scenario": "lock:guid"},
        {"liveness": True},
        {"verdict": "unknown"},
        {"verdict": "no verdict"},
    ],
)
def test_runs_that_had_no_chance_to_show_it_say_nothing(fields: dict[str, Any]) -> None:
    row = found(broken(0), *(clean(night, **fields) for night in range(1, 9)))
    assert (row.state, row.chances, row.clean) == (State.ONGOING, 1, 0)


def test_every_situation_that_showed_it_has_to_be_clean() -> None:
    paused = ("pause-holder",)
    before = [broken(0), broken(0.1, nemesis=paused), *(clean(night) for night in range(1, 5))]
    row = found(*before)
    assert (row.state, row.clean, row.seen) == (State.ONGOING, 0, 2)
    after = [clean(night, nemesis=paused) for night in range(5, 8)]
    assert found(*before, *after).state is State.RESOLVED


def test_findings_are_in_the_order_of_what_to_look_at() -> None:
    old = stored(
        run="old",
        scenario="lock:guid",
        verdict="violation",
        findings=(Finding("fencing", "x", "Old."),),
        began=5.0,
    )
    twin = night_after(8, scenario="lock:unfenced", verdict="violation", findings=OVERLAP, twin=True)
    rows = find_all([twin, old, broken(8), *(broken(night, scenario="queue:kazoo") for night in (1, 2))])
    assert [(row.scenario, row.state.value) for row in rows] == [
        ("election:predecessor", "new"), ("lock:unfenced", "new"), ("queue:kazoo", "ongoing"),
        ("lock:guid", "ongoing"),
    ]  # fmt: skip
    assert [row.twin for row in rows] == [False, True, False, False]


def embedded(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    data: dict[str, Any] = json.loads(text)
    return data


def test_the_page_admits_its_own_script_and_style_and_nothing_else() -> None:
    page = render_index(sample_runs(30), written=0)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    admitted = html.unescape(policy)
    assert admitted.startswith("default-src 'none'; ")
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in admitted
    assert not re.search(
        r"\bon[a-z]+\s*=\s*[\"']|https?://|style=", page.replace("http://www.w3.org/2000/svg", "")
    )


def test_nothing_hostile_ends_the_script() -> None:
    run = stored(
        run=HOSTILE, scenario=HOSTILE, sentence=HOSTILE, image=HOSTILE, nemesis=(HOSTILE,),
        verdict="violation", findings=(Finding(HOSTILE, HOSTILE, HOSTILE),), recovery={HOSTILE: 1.0},
    )  # fmt: skip
    page = render_index([run], written=0)
    assert "<img" not in page
    assert "\u2028" not in page
    data = embedded(page)
    assert data["runs"]["run"] == [HOSTILE]
    assert data["texts"]["scenario"] == [HOSTILE]
    assert data["findings"][0]["kind"] == HOSTILE


def test_five_thousand_runs_are_less_than_three_megabytes() -> None:
    assert len(render_index(sample_runs(5000), written=0)) < 3_000_000


def test_a_long_sentence_is_cut_on_the_page_alone() -> None:
    run = stored(sentence="word " * 500)
    (sentence,) = embedded(render_index([run], written=0))["texts"]["sentence"]
    assert sentence.endswith("word…")
    assert len(sentence) < 400


def test_the_page_is_written_in_one_step(tmp_path: Path) -> None:
    write_runs(tmp_path, sample_runs(5))
    page = write_page(tmp_path)
    assert page == tmp_path / "index.html"
    assert len(embedded(page.read_text())["runs"]["run"]) == 5
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        ".index.json", ".index.lock", "index.html",
    ]  # fmt: skip


def test_what_is_not_ours_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>mine</h1>")
    with pytest.raises(SetupError, match=r"index\.html was not made by zkchaos; move it away"):
        write_page(tmp_path)
    assert (tmp_path / "index.html").read_text() == "<h1>mine</h1>"
    (tmp_path / "index.html").unlink()
    write_page(tmp_path)
    write_page(tmp_path)


def test_a_place_that_cannot_hold_the_page_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"^there is no directory .*absent; name the one of the runs"):
        write_page(tmp_path / "absent")
    (tmp_path / ".index.lock").mkdir()
    with pytest.raises(SetupError, match=r"^cannot write .*index\.html: Is a directory; `zkchaos serve`"):
        write_page(tmp_path)


def test_of_runs_that_end_at_once_none_is_forgotten(tmp_path: Path) -> None:
    rows = sample_runs(24)
    barrier = threading.Barrier(len(rows))

    def end(row: StoredRun) -> None:
        barrier.wait()
        write_runs(tmp_path, [row])
        write_page(tmp_path)

    threads = [threading.Thread(target=end, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(embedded((tmp_path / "index.html").read_text())["runs"]["run"]) == len(rows)
    assert len(index_runs(tmp_path)) == len(rows)
    assert list(tmp_path.glob(".*.part")) == []


def a_run(runs: Path) -> RunDirectory:
    """A run with a history in which nothing happened."""
    plan = plan_of(stored(planned=0))
    run = RunDirectory.create(runs, plan)
    writer = HistoryWriter(run.history)
    writer.write(time=1, type="event", f="plan", process="harness", value=plan)
    writer.write(time=2, type="event", f="phase", process="harness", value="closed")
    writer.close()
    return run


def test_a_judged_run_is_on_the_page(tmp_path: Path) -> None:
    report_run(a_run(tmp_path))
    data = embedded((tmp_path / "index.html").read_text())
    assert data["verdicts"][data["runs"]["verdict"][0]] == "unknown"
    assert data["runs"]["report"] == [1]


def test_a_run_that_is_not_listed_leaves_its_surroundings_alone(tmp_path: Path) -> None:
    report_run(a_run(tmp_path), listed=False)
    assert [path.name for path in tmp_path.iterdir()] == [stored().run]


def test_a_page_that_cannot_be_written_does_not_touch_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    _, results = report_run(a_run(tmp_path))
    assert results.verdict == "unknown"
    assert (tmp_path / "index.html").read_text() == "mine"
