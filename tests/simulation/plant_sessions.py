"""Anomalies of the order in which sessions see things."""

from itertools import pairwise

import msgspec

from harness.history import Event, Operation
from tests.simulation.anomaly import Anomaly, names
from tests.simulation.history_builder import numbered
from tests.simulation.loop import MS, SECOND
from tests.simulation.material import Material
from tests.simulation.oracle_sights import Sight, sights
from tests.simulation.oracle_state import answer
from tests.simulation.world import Options


def swapped_replies(run: Material) -> list[Event] | None:
    """Two reads on one connection are answered in the wrong order."""
    pair = run.pick(
        (one, other)
        for events in run.frames.values()
        for one, other in pairwise(events)
        if one.xid and other.xid and one.zxid == other.zxid and one.process.startswith("app")
        if not {one.f, other.f} & {"create", "set", "delete", "multi", "sync"}
        if not isinstance(run.invoked[one.index].value, dict)
        if not isinstance(run.invoked[other.index].value, dict)
    )
    return run.swap_on_wire(*pair) if pair else None


def ping_goes_back(run: Material) -> list[Event] | None:
    """The answer to a ping carries an older zxid than the session has seen."""
    ping = run.pick(e for e in run.events if e.f == "ping" and run.earlier(e) >= e.zxid)
    return run.change((ping, {"zxid": run.earlier(ping) - 1})) if ping else None


def _unchanged_since(run: Material, sight: Sight, zxid: int) -> bool:
    """Tell whether a read at an older zxid would have shown the same."""
    then, now = run.claims.at(zxid).get(sight.path), run.claims.at(sight.zxid).get(sight.path)
    return then == now and not (sight.stat and max(sight.stat.pzxid, sight.stat.mzxid) > zxid)


def read_goes_back(run: Material) -> list[Event] | None:
    """A read shows an older state than its session has seen, though nobody could tell by what it shows."""
    rows = []
    for sight in run.sights:
        older = run.earlier(answer(sight.op), replies=True) - 1
        single = sight.op.invoke.f != "multi-read"
        if older > run.claims.steps[0].zxid and single and _unchanged_since(run, sight, older):
            rows.append((answer(sight.op), {"zxid": older}))
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def stale_sync(run: Material) -> list[Event] | None:
    """A sync comes back with less than had been acknowledged before it was asked for."""
    rows, leaders = [], run.leaders
    for op in run.claims.answered:
        if op.invoke.f != "sync" or not op.invoke.process.startswith("app"):
            continue
        # A leader may lack what it has not applied yet.
        if answer(op).server.partition(":")[0] in leaders:
            continue
        before = run.earlier(answer(op))
        done = [w for w in run.claims.writes if answer(w).time < op.invoke.time and answer(w).zxid > before]
        if done and before:
            rows.append((answer(op), {"zxid": before}))
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def old_view(run: Material) -> list[Event] | None:
    """The first read of a new session is older than any server may be."""
    plan = run.claims.history.plan
    bound = round((int(plan.zoo["syncLimit"]) + 3) * plan.tick * SECOND)
    first = run.claims.steps[0].zxid
    rows = []
    for sight in run.sights:
        event = answer(sight.op)
        if run.earlier(event) or sight.op.invoke.f == "multi-read":
            continue
        old = [w for w in run.claims.writes if answer(w).time + bound < sight.op.invoke.time]
        older = max((answer(w).zxid for w in old), default=0) - 1
        if first < older < sight.zxid and _unchanged_since(run, sight, older):
            rows.append((event, {"zxid": older}))
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def shared_id(run: Material) -> list[Event] | None:
    """Two clients are given one session id."""
    told = [e for e in run.events if e.f == "session" and e.value["state"] == "connected"]
    pair = run.pick((one, other) for one in told for other in told if one.node < other.node)
    if not pair:
        return None
    one, other = pair
    copy = msgspec.structs.replace(other, session=one.session, conn=99, time=other.time + 1)
    events = list(run.events)
    events.insert(other.index + 1, copy)
    return numbered(events)


def success_after_closing(run: Material) -> list[Event] | None:
    """The closing of a session is ordered before its last success."""
    owners = {stat.ephemeralOwner for s in sights(run.claims) if (stat := s.stat)}
    # What nobody saw afterwards, and what was made without data, belongs to an owner all the same.
    owners |= {answer(op).session for op in run.claims.answered if _asked(op, "ephemeral")}
    rows = []
    for event in run.events:
        if event.f == "session" and event.value["state"] == "closed" and event.session not in owners:
            last = [a for op in run.claims.answered if (a := answer(op)).session == event.session]
            last = [a for a in last if a.type == "ok"]
            if last:
                rows.append((event, {"zxid": run.gap(max(a.zxid for a in last))}))
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def _asked(op: Operation, entry: str) -> bool:
    return isinstance(op.invoke.value, dict) and bool(op.invoke.value.get(entry))


ANOMALIES = (
    Anomaly(name="swapped-replies", expected=names("client-order"), edit=swapped_replies),
    Anomaly(name="ping-goes-back", expected=names("single-system-image"), edit=ping_goes_back),
    Anomaly(
        name="read-goes-back",
        expected=names("client-order", "single-system-image"),
        allowed=names("sync-read"),
        why="A reply is older than an earlier one of its session, which both forbid; that one may be a sync.",
        edit=read_goes_back,
    ),
    Anomaly(name="stale-sync", expected=names("sync-read"), edit=stale_sync),
    Anomaly(
        name="old-view",
        expected=names("timeliness"),
        allowed=names("sync-read"),
        why="The last call of that process, in its last session, may have been a sync.",
        options=Options(seconds=3, closings=6, keys=24, think=12 * MS),
        edit=old_view,
    ),
    Anomaly(name="shared-id", expected=names("session-identity"), edit=shared_id),
    Anomaly(
        name="success-after-closing",
        expected=names("no-resurrection"),
        options=Options(seconds=0.6, closings=20),
        edit=success_after_closing,
    ),
)
