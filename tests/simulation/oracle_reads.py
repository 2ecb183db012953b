"""The guarantees about reads and sessions, as their sentences say them: quadratic and obvious."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from harness.history import Event, Stat
from tests.simulation.oracle_sights import Sight, sights
from tests.simulation.oracle_state import WRITES, Claims, Node, answer, parts
from tests.simulation.tree import data_length

if TYPE_CHECKING:
    from harness.history.views import Operation


def frames(claims: Claims) -> dict[tuple[int, int], list[Event]]:
    """Return everything received by (session, connection), in the order of the wire."""
    found: dict[tuple[int, int], list[Event]] = {}
    for event in claims.history:
        if event.wire:
            found.setdefault((event.session, event.conn), []).append(event)
    return {where: sorted(events, key=lambda event: event.wire) for where, events in sorted(found.items())}


def _replies(claims: Claims) -> Iterator[list[Event]]:
    """Yield the replies of each session, connection by connection, in the order of the wire."""
    rows: dict[int, list[Event]] = {}
    for (session, _), events in frames(claims).items():
        rows.setdefault(session, []).extend(event for event in events if event.xid)
    yield from rows.values()


def client_order(claims: Claims) -> bool:
    """Replies out of request order, writes out of the order of sending, or reads that go back."""
    for replies in _replies(claims):
        for one, other in pairwise(replies):
            if (one.conn, one.xid) >= (other.conn, other.xid) or one.zxid > other.zxid:
                return True
        written = sorted((e for e in replies if e.f in WRITES), key=lambda e: (e.conn, e.xid))
        if any(one.zxid >= other.zxid for one, other in pairwise(written)):
            return True
    return False


def single_system_image(claims: Claims) -> bool:
    """The zxid of a session goes back, pings included; what events tell is the zxid of something else."""
    last: dict[int, int] = {}
    for (session, _), events in frames(claims).items():
        for event in events:
            if event.f == "watch":
                continue
            if event.zxid < last.get(session, 0):
                return True
            last[session] = max(last.get(session, 0), event.zxid)
    return False


def prefix_reads(claims: Claims) -> bool:
    """A read differs from the state after all transactions up to its zxid."""
    return any(_differs(sight, claims.at(sight.zxid).get(sight.path)) for sight in sights(claims))


def _differs(sight: Sight, node: Node | None) -> bool:
    if node is None or not sight.alive:
        return sight.alive or node is not None
    if sight.data is not None and sight.data != node.data:
        return True
    if sight.children is not None and (
        set(sight.children) != node.children or len(sight.children) != len(node.children)
    ):
        return True
    stat = sight.stat
    return stat is not None and (stat.czxid, stat.mzxid, stat.version, stat.ephemeralOwner) != (
        node.czxid,
        node.mzxid,
        node.version,
        node.owner,
    )


def no_future_read(claims: Claims) -> bool:
    """A read shows data, or a zxid, of a write invoked after it, or data of a write that failed."""
    writers: dict[Any, list[Operation]] = defaultdict(list)
    for op in claims.history.operations:
        asked = op.invoke.value
        for part in asked if isinstance(asked, list) else [asked or {}]:
            if op.invoke.f in WRITES and part.get("data"):
                writers[part["data"]].append(op)
    makers = {answer(op).zxid: op for op in claims.done}
    for sight in sights(claims):
        by_data = writers.get(sight.data, [])
        by_zxid = [makers.get(zxid) for zxid in (sight.stat.czxid, sight.stat.mzxid)] if sight.stat else []
        if any(op.outcome == "fail" for op in by_data):
            return True
        if any(op and op.invoke.time > answer(sight.op).time for op in [*by_data, *by_zxid]):
            return True
    return False


def stat_coherence(claims: Claims) -> bool:
    """A Stat contradicts itself, its header, its data, or the creates before it."""
    contents: dict[tuple[str, int, int], str] = {}
    for sight in sights(claims):
        stat = sight.stat
        if stat is None:
            continue
        if sight.children is not None and stat.numChildren != len(sight.children):
            return True
        if sight.data is not None:
            before = contents.setdefault((sight.path, stat.czxid, stat.version), sight.data)
            if before != sight.data or stat.dataLength != data_length(sight.data):
                return True
    return any(_incoherent(claims, path, zxid, stat) for path, zxid, stat in _stats(claims))


def _stats(claims: Claims) -> Iterator[tuple[str, int, Stat]]:
    for sight in sights(claims):
        if sight.stat is not None:
            yield sight.path, sight.zxid, sight.stat
    for op in claims.done:
        stat = answer(op).stat
        if stat is not None:
            yield (
                next(told if f == "create" else path for f, path, _, told in parts(op)),
                answer(op).zxid,
                stat,
            )


def _incoherent(claims: Claims, path: str, zxid: int, stat: Stat) -> bool:
    if not (stat.czxid <= stat.mzxid <= zxid and stat.czxid <= stat.pzxid <= zxid):
        return True
    node = claims.at(zxid).get(path)
    known = node is not None and node.czxid == stat.czxid
    return known and node is not None and stat.cversion != 2 * node.made - stat.numChildren


def sync_read(claims: Claims) -> bool:
    """A sync is older than a write completed before it, or what its process does next is older than it."""
    for sync in [op for op in claims.answered if op.invoke.f == "sync"]:
        if any(
            answer(write).time < sync.invoke.time and answer(write).zxid > answer(sync).zxid
            for write in claims.writes
        ):
            return True
        after = [
            op
            for op in claims.answered
            if op.invoke.process == sync.invoke.process and op.invoke.time > answer(sync).time
        ]
        if after and answer(min(after, key=lambda op: op.invoke.time)).zxid < answer(sync).zxid:
            return True
    return False


def timeliness(claims: Claims) -> bool:
    """A read is older than what was acknowledged (syncLimit + 2) ticks before it was invoked."""
    plan = claims.history.plan
    bound = round((int(plan.zoo["syncLimit"]) + 2) * plan.tick * 1e9)
    return any(
        answer(write).time + bound < sight.op.invoke.time and answer(write).zxid > sight.zxid
        for sight in sights(claims)
        for write in claims.writes
    )


def session_identity(claims: Claims) -> bool:
    """Two clients have one session id."""
    whose: dict[int, str] = {}
    return any(
        whose.setdefault(event.session, event.process) != event.process
        for event in claims.history.select("session")
        if event.value["state"] == "connected"
    )


def no_resurrection(claims: Claims) -> bool:
    """A session succeeds with something after the transaction that closed it."""
    closed = {e.session: e.zxid for e in claims.history.select("session") if e.value["state"] == "closed"}
    return any(
        answer(op).zxid > closed.get(answer(op).session, answer(op).zxid)
        for op in claims.answered
        if op.outcome == "ok"
    )


def single_owner(claims: Claims) -> bool:
    """A write through an older connection is ordered after one of the same session through a newer one."""
    return any(
        one.session == other.session and (one.conn - other.conn) * (one.zxid - other.zxid) < 0
        for one, other in combinations([answer(op) for op in claims.writes], 2)
    )
