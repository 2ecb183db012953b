"""Replica lag: what a server was known to lack when it answered, never more than that."""

from typing import Any

from harness.history import Event, History
from reports.clock import Clock
from reports.timeline.lag import ServerLag, build_lag
from reports.timeline.packing import unpack

S = 10**9
EPOCH = 1 << 32
ADDRESSES = {"zk1": "10.0.0.1", "zk2": "10.0.0.2"}


def told(second: float, type: str, f: str, **fields: Any) -> Event:  # noqa: A002
    return Event(index=0, time=round(second * S), type=type, f=f, **fields)  # type: ignore[arg-type]


def poll(server: str, sent: float, answered: float, zxid: int) -> Event:
    value = {"mode": "follower", "zxid": zxid, "sent": round(sent * S)}
    return told(answered, "event", "server", process="monitor", node=server, value=value)


def reply(server: str, sent: float, received: float, zxid: int, process: str = "app1/1.1") -> list[Event]:
    seen = {"server": f"{ADDRESSES[server]}:2181", "session": 7, "conn": 1, "xid": 1, "zxid": zxid}
    times = {"sent": round(sent * S), "received": round(received * S)}
    return [
        told(sent, "invoke", "get", process=process),
        told(received, "ok", "get", process=process, **seen, **times),
    ]


def ping(server: str, received: float, zxid: int, session: int = 7) -> Event:
    seen = {"server": f"{ADDRESSES[server]}:2181", "session": session, "conn": 1, "zxid": zxid}
    return told(received, "event", "ping", process="app1/1.0", received=round(received * S), **seen)


def lag_of(*events: Event | list[Event]) -> dict[str, ServerLag]:
    first = told(0, "event", "environment", process="harness", value={"servers": ADDRESSES})
    flat = [e for event in events for e in (event if isinstance(event, list) else [event])]
    found = build_lag(History([first, *flat]), Clock(0))
    return {server.server: server for server in found.servers}


def test_a_poll_that_lacks_what_was_told_before_it_was_sent_is_behind() -> None:
    found = lag_of(
        reply("zk1", 1.0, 1.1, EPOCH | 9), reply("zk1", 1.2, 1.3, EPOCH | 12), poll("zk2", 2, 2.1, EPOCH | 5)
    )
    zk2 = found["zk2"]
    assert (zk2.most, zk2.longest) == (7, 900_000)
    assert unpack(zk2.behind).tolist() == [7]
    assert found["zk1"].most == 0


def test_what_was_told_while_the_answer_was_on_its_way_does_not_count() -> None:
    found = lag_of(poll("zk1", 1.0, 1.5, EPOCH | 9), poll("zk2", 1.4, 1.6, EPOCH | 5))
    assert found["zk2"].most == 0


def test_replies_are_measured_from_when_their_call_was_sent() -> None:
    found = lag_of(
        reply("zk1", 1.0, 1.1, EPOCH | 9),
        reply("zk2", 1.05, 3.0, EPOCH | 5, "app1/1.2"),
        reply("zk2", 4.0, 4.1, EPOCH | 8, "app1/1.3"),
    )
    assert unpack(found["zk2"].behind).tolist() == [0, 1]
    assert unpack(found["zk2"].late).tolist() == [0, 2_900_000]


def test_an_answer_to_a_ping_is_not_older_than_the_answer_before_it() -> None:
    found = lag_of(
        ping("zk2", 1.0, EPOCH | 5),
        reply("zk1", 1.4, 1.5, EPOCH | 9),
        ping("zk2", 2.0, EPOCH | 5),
        ping("zk2", 3.0, EPOCH | 5),
        ping("zk2", 3.5, EPOCH | 5, session=8),
    )
    assert unpack(found["zk2"].behind).tolist() == [0, 4]
    assert found["zk2"].longest == 500_000


def test_counters_start_anew_in_each_epoch() -> None:
    later = 2 * EPOCH
    found = lag_of(
        reply("zk1", 1.0, 1.1, EPOCH | 100),
        reply("zk1", 2.0, 2.1, later | 3),
        poll("zk2", 3.0, 3.1, EPOCH | 98),
    )
    assert found["zk2"].most == 2 + 3


def test_that_an_epoch_began_is_no_transaction() -> None:
    found = lag_of(
        reply("zk1", 1.0, 1.1, EPOCH | 100),
        poll("zk1", 2.0, 2.1, 2 * EPOCH),
        poll("zk2", 3, 3.1, EPOCH | 100),
    )
    assert (found["zk2"].most, found["zk2"].longest) == (0, 0)


def test_the_worst_of_each_stretch_is_kept_and_stretches_stay_few() -> None:
    events: list[Event | list[Event]] = [reply("zk1", 0.1, 0.2, EPOCH | 50)]
    events += [poll("zk2", 1 + n / 10, 1.05 + n / 10, EPOCH | 40 + n) for n in range(10)]
    events += [poll("zk2", 86_400, 86_400.1, EPOCH | 49)]
    found = lag_of(*events)
    assert unpack(found["zk2"].behind).tolist() == [10, 1]
    whole = build_lag(History([e for x in events for e in (x if isinstance(x, list) else [x])]), Clock(0))
    assert whole.step * 1200 >= 86_400


def test_strange_evidence_and_unknown_servers_do_no_harm() -> None:
    assert lag_of() == {}
    odd = told(1, "event", "server", process="monitor", node="zk9", value={"zxid": True, "sent": "x"})
    stranger = {"server": "elsewhere:1", "session": 1, "conn": 1, "received": 5, "zxid": EPOCH | 70}
    found = lag_of(odd, told(1, "event", "ping", **stranger), poll("zk2", 2, 2.1, EPOCH | 60))
    assert found["zk2"].most == 10
    assert set(found) == {"zk2"}
