"""Anomalies of ephemeral nodes and of servers that are planted in a finished history."""

from collections.abc import Callable

import msgspec

from harness.history import Event
from tests.simulation.anomaly import Anomaly, names
from tests.simulation.material import Fields, Material
from tests.simulation.oracle_sights import sights
from tests.simulation.oracle_state import answer
from tests.simulation.world import Options


def outlives_closing(run: Material) -> list[Event] | None:
    """A read shows a node after the transaction that closed its session."""
    stats = {s.stat.czxid: s for s in sights(run.claims) if s.stat and s.op.invoke.f == "get"}
    rows = []
    for sight in run.sights:
        last = run.claims.last_write(sight.path, sight.zxid)
        if sight.alive or sight.op.invoke.f != "get" or last is None or last.op is not None:
            continue
        shown = stats.get(last.before[sight.path].czxid)
        node = last.before[sight.path]
        if shown and shown.stat and shown.stat.mzxid == node.mzxid and shown.path == sight.path:
            rows.append(
                (answer(sight.op), {"type": "ok", "error": "", "value": node.data, "stat": shown.stat})
            )
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def second_leader(run: Material) -> list[Event] | None:
    """A follower says that it leads, in the epoch of another leader."""
    polls = [e for e in run.events if e.f == "server" and e.value["mode"] == "follower"]
    polls = polls[len(polls) // 4 : len(polls) // 2]
    changes = [(e, {"value": e.value | {"mode": "leader"}}) for e in polls if e.node == polls[0].node]
    return run.change(*changes) if changes else None


def _walked(run: Material, f: str, wanted: Callable[[Event], bool] = lambda event: True) -> Event | None:
    """Return what the final walk of a server saw of a node without children."""
    event: Event | None = run.pick(
        e
        for e in run.events
        if e.f == f and e.process == "final/zk2" and e.type == "ok" and e.stat and not e.stat.numChildren
        if wanted(e)
    )
    return event


def other_ctime(run: Material) -> list[Event] | None:
    """One server shows another time of creation."""
    event = _walked(run, "get")
    if event is None or event.stat is None:
        return None
    others = [e for e in run.events if e.process == "final/zk2" and e.key == event.key and e.stat]
    stat = msgspec.structs.replace(event.stat, ctime=event.stat.ctime + 7)
    return run.change(*((other, {"stat": stat}) for other in others))


def other_acl(run: Material) -> list[Event] | None:
    """One server shows other permissions."""
    event = _walked(run, "get-acl")
    return run.change((event, {"value": ["world:anyone:r"]})) if event else None


def other_data(run: Material) -> list[Event] | None:
    """One server shows other data."""
    event = _walked(run, "get", lambda event: bool(event.value) and ":" not in event.value)
    if event is None:
        return None
    return run.change((event, {"value": "?".ljust(len(event.value), "0")}))


def missing_node(run: Material) -> list[Event] | None:
    """One server lacks a node; it lists the parent without it and answers that there is none."""
    event = _walked(run, "get", lambda event: event.key.count("/") == 2)
    if event is None:
        return None
    name = event.key.rpartition("/")[2]
    gone: Fields = {"type": "fail", "error": "NoNodeError", "value": None, "stat": None}
    changes = []
    for other in run.events:
        if other.process != "final/zk2" or other.type != "ok":
            continue
        if other.key == event.key:
            changes.append((other, gone))
        elif other.f == "children" and other.key == "/keys":
            changes.append((other, {"value": [child for child in other.value if child != name]}))
    return run.change(*changes)


def other_digest(run: Material) -> list[Event] | None:
    """One server has another digest at a common zxid."""
    event = run.pick(e for e in run.events if e.f == "hash" and e.value["digests"])
    if not event:
        return None
    digests = dict(event.value["digests"])
    digests[max(digests)] = "12345"
    return run.change((event, {"value": event.value | {"digests": digests}}))


def counted_mismatch(run: Material) -> list[Event] | None:
    """One server has itself counted a digest that did not fit, and nobody else tells its latest one."""
    event = run.pick(e for e in run.events if e.f == "hash")
    if event is None:
        return None
    digests = dict(event.value["digests"])
    digests[str(max(map(int, digests), default=0) + 1)] = "12345"
    return run.change((event, {"value": event.value | {"digests": digests, "mismatches": 1}}))


_CONVERGENCE = names("replica-convergence")

ANOMALIES = (
    Anomaly(
        name="outlives-closing",
        expected=names("ephemeral-cleanup", "prefix-reads"),
        allowed=names("durability"),
        why="The node is not in the state at the read's zxid, which lacks an acknowledged closing.",
        options=Options(seconds=1.5, closings=10),
        edit=outlives_closing,
    ),
    Anomaly(name="second-leader", expected=names("one-leader-per-epoch"), edit=second_leader),
    Anomaly(name="other-ctime", expected=_CONVERGENCE, edit=other_ctime),
    Anomaly(name="other-acl", expected=_CONVERGENCE, edit=other_acl),
    Anomaly(
        name="other-data",
        expected=_CONVERGENCE | names("prefix-reads"),
        allowed=names("stat-coherence", "no-future-read"),
        why="Data that nobody wrote is in no state, and gives one version two contents.",
        edit=other_data,
    ),
    Anomaly(
        name="missing-node",
        expected=_CONVERGENCE | names("prefix-reads", "durability"),
        allowed=names("stat-coherence", "atomic-multi", "ephemeral-safety"),
        why="The walk lacks an acknowledged create, perhaps of a multi; the parent still counts it.",
        edit=missing_node,
    ),
    Anomaly(name="other-digest", expected=_CONVERGENCE, edit=other_digest),
    Anomaly(name="counted-mismatch", expected=_CONVERGENCE, edit=counted_mismatch),
)
