"""The workload `keys` on a real ensemble: everything that its history is meant to hold is really there."""

from collections import Counter
from pathlib import Path

import pytest

from checkers.result import Verdict
from harness.chaos import Chaos, Outcome, Workshop
from harness.history import Event, History
from harness.plugin.settings import Settings
from workloads.keys.mix import WEIGHTS
from workloads.keys.workload import GUARANTEES

BYTES_OF_A_MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def outcome(
    workshop: Workshop,
    runs: set[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Outcome:
    """One run for all tests: leaders die, connections and sessions come and go, values reach the limit."""
    place = tmp_path_factory.mktemp("keys")
    chaos = Chaos(workshop, Settings(runs=place))  # no single test owns this run
    outcome = chaos.run("keys", nemesis="kill-leader", time=25, params={"renew": 4.0, "large": 0.01})
    runs.add(outcome.directory.name)
    return outcome


@pytest.fixture(scope="module")
def history(outcome: Outcome) -> History:
    return outcome.history


def answered(history: History) -> list[Event]:
    """Completions that came from a server."""
    return [e for e in history if e.type in {"ok", "fail"} and e.zxid and e.node.startswith("app")]


def test_every_guarantee_holds_and_really_compared_something(outcome: Outcome) -> None:
    assert outcome.verdict is Verdict.VALID
    checked = {result.name: result.checked for result in outcome.results.results}
    assert set(GUARANTEES) < set(checked)
    assert all(checked.values()), checked


def test_every_kind_of_request_was_made_and_some_were_refused(history: History) -> None:
    done = Counter((e.type, e.f) for e in history if e.node.startswith("app"))
    kinds = {op.invoke.f for op in history.operations}
    assert kinds >= {"create", "set", "delete", "get", "exists", "children", "sync", "multi", "multi-read"}
    assert kinds >= {"get-acl", "ephemerals", "add-watch"}
    assert len(kinds) >= len(WEIGHTS) - 6
    for f in ("create", "set", "delete", "multi"):
        assert done["ok", f], f
        assert done["fail", f], f
    assert any(e.type == "info" for e in history)


def test_every_answer_tells_what_the_connection_saw(history: History) -> None:
    for event in answered(history):
        assert event.session, event
        assert event.conn >= 1, event
        assert event.xid >= 1, event
        assert event.wire >= 1, event
        assert event.server, event
        assert 0 < event.sent <= event.received <= event.time, event


def test_a_call_without_an_answer_says_whether_it_was_sent(history: History) -> None:
    lost = [op.complete for op in history.operations if op.complete and op.complete.type == "info"]
    assert lost
    for event in lost:
        assert event.zxid == event.wire == event.received == 0, event
        assert event.xid == 0 or (event.sent and event.session), event


def test_positions_on_the_wire_have_no_gaps(history: History) -> None:
    seen: dict[tuple[int, int], list[int]] = {}
    for event in history:
        if event.wire and event.node.startswith("app"):
            seen.setdefault((event.session, event.conn), []).append(event.wire)
    assert seen
    for frames in seen.values():
        # The reply to the closing of a session is told by its `session` event, which has no position.
        assert sorted(frames) == list(range(1, len(frames) + 1))


def test_watches_fire_and_tell_their_transaction(history: History) -> None:
    events = history.select("watch", type="event")
    assert {e.value["type"] for e in events} >= {"CREATED", "DELETED", "CHANGED", "CHILD"}
    # The image's ZooKeeper is a 3.9, whose events carry the zxid of what they tell.
    assert all(e.zxid and e.wire and e.session and e.received for e in events)


def test_values_reach_the_limit(history: History) -> None:
    sizes = [
        int(e.value["data"].rpartition(":")[2])
        for e in history.select("set", "create", type="invoke")
        if e.value and ":" in e.value.get("data", "")
    ]
    assert max(sizes) > BYTES_OF_A_MEGABYTE // 2
    assert min(sizes) < 1000


def test_sessions_end_in_good_order_and_new_ones_begin(history: History) -> None:
    closed = {e.session for e in history.select("session") if e.value["state"] == "closed" and e.zxid}
    opened = {e.session for e in history.select("session") if e.value["state"] == "connected"}
    assert len(closed) > history.plan.nodes
    assert closed <= opened


def test_every_server_is_walked_at_the_end(history: History) -> None:
    walks = Counter(
        e.node for e in history.select("get", type="ok") if e.process.startswith("final/") and e.stat
    )
    assert set(walks) == {"zk1", "zk2", "zk3"}
    assert len(set(walks.values())) == 1
    assert {e.node for e in history.select("hash")} == {"zk1", "zk2", "zk3"}


def test_the_report_is_written(outcome: Outcome, tmp_path: Path) -> None:
    page = outcome.directory.report.read_text()
    assert all(name in page for name in GUARANTEES)
