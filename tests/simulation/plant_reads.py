"""Anomalies of what reads show."""

import msgspec

from harness.history import Event
from tests.simulation.anomaly import Anomaly, names
from tests.simulation.material import Material
from tests.simulation.oracle_sights import Sight
from tests.simulation.oracle_state import answer
from tests.simulation.tree import data_length


def _gets(run: Material) -> list[Sight]:
    return [s for s in run.sights if s.op.invoke.f == "get" and s.data and s.stat]


def older_data(run: Material) -> list[Event] | None:
    """A read shows the node's older data with the Stat of the newer."""
    rows = []
    for sight in _gets(run):
        assert sight.data is not None
        history = {
            step.after[sight.path].data
            for step in run.claims.steps
            if sight.path in step.paths and sight.path in step.after and step.zxid < sight.zxid
        }
        same = [d for d in history if d != sight.data and data_length(d) == data_length(sight.data)]
        rows += [(answer(sight.op), {"value": data}) for data in sorted(same)]
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def wrong_owner(run: Material) -> list[Event] | None:
    """A read shows a node of another session."""
    sight = run.pick(s for s in _gets(run) if s.stat and s.stat.ephemeralOwner > 0)
    if not sight:
        return None
    stat = msgspec.structs.replace(sight.stat, ephemeralOwner=sight.stat.ephemeralOwner + 1)
    return run.change((answer(sight.op), {"stat": stat}))


def wrong_version(run: Material) -> list[Event] | None:
    """A read shows a version too many."""
    sight = run.pick(_gets(run))
    if not sight:
        return None
    stat = msgspec.structs.replace(sight.stat, version=sight.stat.version + 1)
    return run.change((answer(sight.op), {"stat": stat}))


def lost_child(run: Material) -> list[Event] | None:
    """A listing lacks a child."""
    sight = run.pick(s for s in run.sights if s.op.invoke.f == "children" and s.children and not s.stat)
    return run.change((answer(sight.op), {"value": list(sight.children[1:])})) if sight else None


def extra_child(run: Material) -> list[Event] | None:
    """A listing shows a child that nobody made."""
    sight = run.pick(s for s in run.sights if s.op.invoke.f == "children" and s.children and not s.stat)
    return run.change((answer(sight.op), {"value": [*sight.children, "nobody"]})) if sight else None


def blind_read(run: Material) -> list[Event] | None:
    """A read finds no node where one lives."""
    rows = []
    for sight in run.sights:
        node = run.claims.at(sight.zxid).get(sight.path)
        last = run.claims.last_write(sight.path, sight.zxid)
        maker = last.op.invoke.f if last and last.op else "multi"
        if sight.op.invoke.f == "exists" and node and node.owner == 0 and maker != "multi":
            rows.append(answer(sight.op))
    event = run.pick(rows)
    return run.change((event, {"value": False, "stat": None})) if event else None


def future_data(run: Material) -> list[Event] | None:
    """A read shows data that is written later."""
    rows = [
        (answer(sight.op), {"value": write.invoke.value["data"]})
        for sight in _gets(run)
        for write in run.written
        if write.outcome == "ok" and write.invoke.key == sight.path
        if write.invoke.time > answer(sight.op).time
        if data_length(write.invoke.value["data"]) == data_length(sight.data or "")
    ]
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def refused_data(run: Material) -> list[Event] | None:
    """A read shows data of a write that was refused."""
    rows = [
        (answer(sight.op), {"value": write.invoke.value["data"]})
        for sight in _gets(run)
        for write in run.written
        if write.outcome == "fail" and write.invoke.key == sight.path
        if answer(write).time < sight.op.invoke.time
        if data_length(write.invoke.value["data"]) == data_length(sight.data or "")
    ]
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def _with_stat(run: Material, **by: int) -> list[Event] | None:
    """Change numbers of a parent's or a node's Stat."""
    parent = "cversion" in by
    sight = run.pick(s for s in run.sights if s.op.invoke.f in ({"exists"} if parent else {"get"}) and s.stat)
    if not sight:
        return None
    changed = {name: getattr(sight.stat, name) + more for name, more in by.items()}
    return run.change((answer(sight.op), {"stat": msgspec.structs.replace(sight.stat, **changed)}))


def wrong_length(run: Material) -> list[Event] | None:
    """The length in a Stat is not that of the data."""
    return _with_stat(run, dataLength=1)


def wrong_cversion(run: Material) -> list[Event] | None:
    """The number of changes of children does not fit to the creates."""
    return _with_stat(run, cversion=1)


def pzxid_before_birth(run: Material) -> list[Event] | None:
    """Children changed before the node was there."""
    sight = run.pick(_gets(run))
    if not sight:
        return None
    stat = msgspec.structs.replace(sight.stat, pzxid=sight.stat.czxid - 1)
    return run.change((answer(sight.op), {"stat": stat}))


_WRONG = names("prefix-reads")
_COHERENCE = names("stat-coherence")
_TWO_CONTENTS = "One version has two contents where another answer tells the right one."

ANOMALIES = (
    Anomaly(name="older-data", expected=_WRONG, allowed=_COHERENCE, why=_TWO_CONTENTS, edit=older_data),
    Anomaly(name="wrong-owner", expected=_WRONG, edit=wrong_owner),
    Anomaly(name="wrong-version", expected=_WRONG, allowed=_COHERENCE, why=_TWO_CONTENTS, edit=wrong_version),
    Anomaly(
        name="lost-child",
        expected=_WRONG,
        allowed=names("durability"),
        why="An acknowledged create is missing from a later listing.",
        edit=lost_child,
    ),
    Anomaly(name="extra-child", expected=_WRONG, edit=extra_child),
    Anomaly(
        name="blind-read",
        expected=_WRONG,
        allowed=names("durability"),
        why="An acknowledged create is missing from a later prefix.",
        edit=blind_read,
    ),
    Anomaly(
        name="future-data",
        expected=_WRONG | names("no-future-read"),
        allowed=_COHERENCE,
        why=f"Data of the future is not the state at the read's zxid. {_TWO_CONTENTS}",
        edit=future_data,
    ),
    Anomaly(
        name="refused-data",
        expected=_WRONG | names("no-future-read"),
        allowed=_COHERENCE,
        why=f"What was refused is in no state. {_TWO_CONTENTS}",
        edit=refused_data,
    ),
    Anomaly(name="wrong-length", expected=_COHERENCE, edit=wrong_length),
    Anomaly(name="wrong-cversion", expected=_COHERENCE, edit=wrong_cversion),
    Anomaly(name="pzxid-before-birth", expected=_COHERENCE, edit=pzxid_before_birth),
)
