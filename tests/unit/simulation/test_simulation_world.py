"""The simulated ensemble: deterministic, correct by the oracle, and rich in what is hard."""

from collections import Counter
from dataclasses import replace
from itertools import count, pairwise

import msgspec
import pytest

from harness.history import Event, read_history
from tests.simulation.clients import App, Client
from tests.simulation.history_builder import as_history, numbered, write
from tests.simulation.oracle import oracle
from tests.simulation.workload import Workload
from tests.simulation.world import Options, World

LOSSY = Options(seconds=1.0, nodes=3, breaks=12, closings=4, concurrency=3)
FAULTS = ("kill-leader", "kill-app", "expire-app", "kill-follower")


def omniscient(world: World, events: list[Event]) -> list[Event]:
    """Return the history as it would be if no answer and no end of a session had been lost."""
    happened = {
        (t.session, t.connection.number, t.request.xid): t
        for t in world.ensemble.log
        if t.connection is not None and t.request is not None
    }
    told = {e.session for e in events if e.f == "session" and e.value["state"] == "closed"}
    known = []
    for event in events:
        transaction = happened.get((event.session, event.conn, event.xid)) if event.type == "info" else None
        if transaction is not None:
            outcome = transaction.outcome
            answered = msgspec.structs.replace(
                event,
                type="fail" if outcome.error else "ok",
                error=outcome.error,
                value=outcome.value,
                stat=outcome.stat,
                zxid=transaction.zxid,
                time=max(e.time for e in events),
            )
            known.append(answered)
        else:
            known.append(event)
    for transaction in world.ensemble.log:
        if transaction.closes and transaction.closes not in told:
            end = {"session": transaction.closes, "zxid": transaction.zxid, "value": {"state": "closed"}}
            known.append(Event(index=0, time=events[-1].time, type="event", f="session", **end))
    return numbered(known)


def test_the_same_options_give_the_same_history() -> None:
    options = replace(LOSSY, faults=("kill-leader",), seconds=0.4)
    assert World(options).events() == World(options).events()
    assert World(options).events() != World(replace(options, seed=2)).events()


def test_a_history_reads_back_from_its_file(tmp_path) -> None:
    events = World(replace(LOSSY, faults=FAULTS, seconds=0.3)).events()
    write(events, tmp_path / "history.jsonl")
    history = read_history(tmp_path / "history.jsonl")
    assert list(history) == events
    assert history.closed
    assert history.plan.workload == "keys"
    assert [fault.fault for fault in history.faults] == list(FAULTS)
    assert all(fault.heal_outcome == "proven" for fault in history.faults)


@pytest.mark.parametrize("seed", range(12))
def test_the_oracle_finds_nothing_in_correct_runs(seed: int) -> None:
    history = World(Options(seed=seed, seconds=0.5, closings=4)).history()
    assert len(history.operations) > 300
    assert oracle(history) == set()


@pytest.mark.parametrize("seed", range(12))
def test_nor_where_answers_were_lost_if_it_is_told_what_happened(seed: int) -> None:
    faults = ((), ("kill-leader",), ("kill-follower",), ("expire-app",))[seed % 4]
    world = World(replace(LOSSY, seed=seed, seconds=0.6, faults=faults))
    events = world.events()
    assert any(event.type == "info" for event in events)
    assert oracle(as_history(omniscient(world, events))) == set()


def test_everything_that_a_history_can_hold_occurs() -> None:
    events = [
        event
        for seed in range(8)
        for event in World(replace(LOSSY, seed=seed, faults=(FAULTS[seed % 4],))).events()
    ]
    calls = {event.f for event in events if event.type == "ok"}
    assert calls >= {"create", "set", "delete", "get", "exists", "children", "multi", "multi-read", "sync"}
    assert calls >= {"ephemerals", "get-acl", "add-watch", "final-read"}
    assert {e.f for e in events if e.type == "event"} >= {
        "watch",
        "ping",
        "session",
        "server",
        "node",
        "hash",
    }
    states = {e.value["state"] for e in events if e.f == "session"}
    assert states == {"connected", "suspended", "lost", "closed", "abandoned"}
    assert {e.value["type"] for e in events if e.f == "watch"} == {"CREATED", "DELETED", "CHANGED", "CHILD"}
    errors = {e.error for e in events if e.type in {"fail", "info"}}
    assert errors >= {"NoNodeError", "NodeExistsError", "BadVersionError", "NotEmptyError", "process died"}
    assert errors >= {"NoChildrenForEphemeralsError", "ConnectionLoss", "not sent: ConnectionLoss"}
    asked = {name for e in events if e.type == "invoke" and e.f == "create" for name in e.value or {}}
    assert asked == {"data", "ephemeral", "sequence", "container"}
    modes = {e.value["mode"] for e in events if e.f == "server"}
    assert modes == {"leader", "follower", "looking", "down"}


def test_what_was_sent_and_not_answered_happened_or_not_and_sometimes_late() -> None:
    happened: Counter[bool] = Counter()
    late = 0
    for seed in range(6):
        world = World(replace(LOSSY, seed=seed, breaks=40))
        events = world.events()
        done = {
            (t.session, t.connection.number, t.request.xid): t
            for t in world.ensemble.log
            if t.connection is not None and t.request is not None
        }
        connected = {
            (e.session, e.conn): e.time
            for e in events
            if e.f == "session" and e.value["state"] == "connected"
        }
        for event in events:
            if event.type == "info" and event.f in {"create", "set", "delete", "multi"}:
                assert event.session
                assert event.sent
                assert (event.zxid, event.wire, event.received) == (0, 0, 0)
                transaction = done.get((event.session, event.conn, event.xid))
                happened[transaction is not None] += 1
                if transaction is not None:
                    again = [t for (s, c), t in connected.items() if s == event.session and c > event.conn]
                    moment = world.ensemble.times[transaction.zxid]
                    late += any(time < moment for time in again)
    assert happened[True] > 10
    assert happened[False] > 10
    assert late >= 1


def test_lines_of_different_nodes_arrive_in_disorder() -> None:
    events = World(replace(LOSSY, seed=3, seconds=0.3)).events()
    assert sum(one.time > other.time for one, other in pairwise(events)) > 10
    for node in {event.node for event in events if event.process.startswith("app")}:
        mine = [
            e.time
            for e in events
            if e.node == node and e.process.startswith("app") and e.error != "process died"
        ]
        assert mine == sorted(mine)


def test_calls_are_pipelined_and_servers_lag() -> None:
    history = World(Options(seed=2, seconds=0.5)).history()
    spans = [
        (op.complete.session, op.complete.sent, op.complete.received)
        for op in history.operations
        if op.complete.xid
    ]
    overlapping = sum(one[0] == other[0] and one[1] < other[1] < one[2] for one in spans for other in spans)
    assert overlapping > 50
    replies = sorted(
        (op.complete.received, op.complete.zxid) for op in history.operations if op.complete.zxid
    )
    assert sum(one[1] > other[1] for one, other in pairwise(replies)) > 20


def test_a_silent_session_expires_within_a_tick_after_its_timeout() -> None:
    world = World(Options(seed=5, seconds=0.3, faults=("kill-app",), closings=0))
    events = world.events()
    died = next(e.time for e in events if e.f == "node" and e.value["state"] == "died")
    last_life = {e.session for e in events if e.f == "session" and e.process.startswith(_dead(events))}
    ends = [world.ensemble.times[t.zxid] for t in world.ensemble.log if t.closes in last_life]
    timeout, tick = 1.2e9, 0.2e9
    assert len(ends) == 2
    assert all(timeout / 2 < end - died <= timeout + 2 * tick for end in ends)


def test_a_server_that_is_behind_a_session_refuses_it() -> None:
    world = World(Options(seed=1, seconds=0.2, closings=0))
    world.events()
    world.ensemble.loop.run_until(world.ensemble.loop.now + 10**9)
    app = App("app9", 1, count(1), Workload(world.dice, "app9/1", 3))
    client = Client(app, world.ensemble, world.book, world.dice, timeout=10**9, think=10**6)
    client.seen = world.ensemble.servers[0].zxid + 100
    client.connect()
    world.loop.run_until(world.loop.now + 5 * 10**8)
    assert client.state == "connecting"
    assert client.number > 3
    client.seen = 0
    world.loop.run_until(world.loop.now + 5 * 10**8)
    assert client.state == "connected"


def _dead(events: list[Event]) -> str:
    event = next(e for e in events if e.f == "node" and e.value["state"] == "died")
    return f"{event.node}/{event.value['life']}."
