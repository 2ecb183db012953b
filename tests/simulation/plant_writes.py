"""Anomalies of writes."""

import msgspec

from harness.history import Event, Stat
from harness.history.views import Operation
from tests.simulation.anomaly import Anomaly, names
from tests.simulation.history_builder import numbered
from tests.simulation.material import Fields, Material
from tests.simulation.oracle_sights import Sight, sights
from tests.simulation.oracle_state import Node, Step, answer
from tests.simulation.tree import data_length

STALE = names("prefix-reads", "durability")


def double_zxid(run: Material) -> list[Event] | None:
    """A refused write claims the zxid of the refused write before it."""
    pair = run.pick(
        (one, other)
        for one, other in run.neighbours
        if run.earlier(answer(other)) <= answer(one).zxid and answer(one).time >= other.invoke.time
    )
    return run.change((answer(pair[1]), {"zxid": answer(pair[0]).zxid})) if pair else None


def swapped_writes(run: Material) -> list[Event] | None:
    """Two refused writes, one after the other in time, are ordered the other way round."""
    syncs = [op for op in run.claims.answered if op.invoke.f == "sync"]

    def fits(one: Operation, other: Operation) -> bool:
        low, high = answer(one), answer(other)
        late = any(s.invoke.time > low.time and answer(s).zxid < high.zxid for s in syncs)
        in_time = low.time < other.invoke.time and not late
        return in_time and run.later(low) >= high.zxid and run.earlier(high) <= low.zxid

    pair = run.pick(pair for pair in run.neighbours if fits(*pair))
    if not pair:
        return None
    low, high = answer(pair[0]), answer(pair[1])
    return run.change((low, {"zxid": high.zxid}), (high, {"zxid": low.zxid}))


def _refusal(run: Material, f: tuple[str, ...], told: tuple[str, ...], lie: str) -> list[Event] | None:
    op = run.pick(op for op in run.refused if op.invoke.f in f and answer(op).error in told)
    return run.change((answer(op), {"error": lie})) if op else None


def claims_no_node(run: Material) -> list[Event] | None:
    """A create is refused for want of a parent that is there."""
    return _refusal(run, ("create",), ("NodeExistsError",), "NoNodeError")


def claims_node_exists(run: Material) -> list[Event] | None:
    """A create is refused because of a node that is not there."""
    return _refusal(run, ("create",), ("NoNodeError", "NoChildrenForEphemeralsError"), "NodeExistsError")


def claims_bad_version(run: Material) -> list[Event] | None:
    """A write without a node is refused because of its version."""
    return _refusal(run, ("set", "delete"), ("NoNodeError", "NotEmptyError"), "BadVersionError")


def claims_not_empty(run: Material) -> list[Event] | None:
    """A delete is refused because of children that are not there."""
    return _refusal(run, ("delete",), ("NoNodeError", "BadVersionError"), "NotEmptyError")


def right_version_refused(run: Material) -> list[Event] | None:
    """A write that expects the version that the node has is refused because of it."""
    rows = []
    for step in run.claims.steps:
        op = step.op
        if op and answer(op).error == "BadVersionError" and op.invoke.f in {"set", "delete"}:
            node = step.before[op.invoke.key]
            if op.invoke.f == "set" or not node.children:
                rows.append((op, node.version))
    picked = run.pick(rows)
    if not picked:
        return None
    op, version = picked
    return run.change((op.invoke, {"value": op.invoke.value | {"version": version}}))


def wrong_path(run: Material) -> list[Event] | None:
    """A create answers with another path than the one that was asked for."""
    op = run.pick(
        op for op in run.claims.done if op.invoke.f == "create" and op.invoke.key.startswith("/keys/k")
    )
    return run.change((answer(op), {"value": f"{op.invoke.key}x"})) if op else None


def stale_version_accepted(run: Material) -> list[Event] | None:
    """A set succeeds though the version that it expects is one behind."""
    op = run.pick(
        op for op in run.claims.done if op.invoke.f == "set" and op.invoke.value.get("version", -1) >= 1
    )
    if not op:
        return None
    value = op.invoke.value
    return run.change((op.invoke, {"value": value | {"version": value["version"] - 1}}))


def as_before(run: Material, sight: Sight, node: Node) -> Fields | None:
    """Return a read's answer as it would have been before the last write, None where that is not known."""
    known = [s.stat for s in sights(run.claims) if s.stat and s.path == sight.path]
    known += [told for op in run.claims.done if op.invoke.key == sight.path and (told := answer(op).stat)]
    past = next((s for s in known if (s.czxid, s.version) == (node.czxid, node.version)), None)
    if past is None or sight.stat is None:
        return None
    stat: Stat = msgspec.structs.replace(
        sight.stat,
        mzxid=node.mzxid,
        version=node.version,
        mtime=past.mtime,
        dataLength=data_length(node.data),
    )
    return {"stat": stat} | ({"value": node.data} if sight.data is not None else {})


def _stale(run: Material, sight: Sight, last: Step | None) -> Fields | None:
    """Return the answer of a read that does not see the last write of a node."""
    if last is None or sight.stat is None or sight.op.invoke.f == "multi-read":
        return None
    before, after = last.before.get(sight.path), last.after.get(sight.path)
    if before is None or after is None or before.czxid != after.czxid or before.mzxid == after.mzxid:
        return None
    return as_before(run, sight, before)


def half_a_multi(run: Material) -> list[Event] | None:
    """A read lacks what a multi did to the node."""
    rows = []
    for sight in run.sights:
        last = run.claims.last_write(sight.path, sight.zxid)
        if last and last.op and last.op.invoke.f == "multi" and len(last.paths) > 1:
            fields = _stale(run, sight, last)
            if fields:
                rows.append((answer(sight.op), fields))
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def stale_read(run: Material) -> list[Event] | None:
    """A read shows data and Stat as they were before an acknowledged set."""
    rows = []
    for sight in run.sights:
        last = run.claims.last_write(sight.path, sight.zxid)
        if last and last.op and last.op.invoke.f == "set":
            fields = _stale(run, sight, last)
            if fields:
                rows.append((answer(sight.op), fields))
    picked = run.pick(rows)
    return run.change(picked) if picked else None


def _forgotten(run: Material, where: str) -> list[Event] | None:
    """Take a node's last set back in everything that `where` shows of it."""
    last_of = {path: step for step in run.claims.steps for path in step.paths}
    rows = []
    for path, step in last_of.items():
        if step.op is None or step.op.invoke.f != "set":
            continue
        seen = [s for s in sights(run.claims) if s.path == path and s.zxid >= step.zxid and s.stat]
        seen = [s for s in seen if s.op.invoke.process.startswith(where)]
        changes = [(answer(s.op), _stale(run, s, step)) for s in seen]
        if seen and all(fields for _, fields in changes):
            rows.append([(event, fields) for event, fields in changes if fields])
    picked = run.pick(rows)
    return run.change(*picked) if picked else None


def lost_write(run: Material) -> list[Event] | None:
    """An acknowledged set is gone for everybody."""
    return _forgotten(run, "")


def lost_on_one_server(run: Material) -> list[Event] | None:
    """An acknowledged set is missing in the final walk of one server."""
    return _forgotten(run, "final/zk2")


def _renamed(run: Material, old: str, new: str) -> list[Event]:
    """Return the events with a name replaced wherever it is spoken of."""
    told = [msgspec.json.encode(event).replace(old.encode(), new.encode()) for event in run.events]
    return numbered([msgspec.json.decode(line, type=Event) for line in told])


def _sequential(run: Material) -> list[tuple[Operation, str, int]]:
    made = [op for op in run.claims.done if op.invoke.f == "create" and op.invoke.value]
    made = [op for op in made if op.invoke.value.get("sequence")]
    paths = [answer(op).value for op in made]
    return [(op, path.rpartition("/")[2], int(path[-10:])) for op, path in zip(made, paths, strict=True)]


def wrong_suffix(run: Material) -> list[Event] | None:
    """A sequential node has a number that is too high."""
    picked = run.pick(_sequential(run))
    if not picked:
        return None
    _, name, number = picked
    return _renamed(run, name, f"{name[:-10]}{number + 5000:010d}")


def double_suffix(run: Material) -> list[Event] | None:
    """Two sequential nodes have the same number."""
    rows = _sequential(run)
    pairs = [
        (name, number)
        for _, name, _ in rows
        for _, other, number in rows
        if other[:-10] != name[:-10] and f"{name[:-10]}{number:010d}" != name
    ]
    picked = run.pick(pairs)
    return _renamed(run, picked[0], f"{picked[0][:-10]}{picked[1]:010d}") if picked else None


_LEGALITY = names("write-legality")

ANOMALIES = (
    Anomaly(name="double-zxid", expected=names("unique-zxid"), edit=double_zxid),
    Anomaly(name="swapped-writes", expected=names("write-order"), edit=swapped_writes),
    Anomaly(name="claims-no-node", expected=_LEGALITY, edit=claims_no_node),
    Anomaly(name="claims-node-exists", expected=_LEGALITY, edit=claims_node_exists),
    Anomaly(name="claims-bad-version", expected=_LEGALITY, edit=claims_bad_version),
    Anomaly(name="claims-not-empty", expected=_LEGALITY, edit=claims_not_empty),
    Anomaly(name="right-version-refused", expected=_LEGALITY, edit=right_version_refused),
    Anomaly(
        name="wrong-path",
        expected=_LEGALITY,
        allowed=STALE
        | names("stat-coherence", "watch-once", "no-missed-watch", "atomic-multi", "no-future-read")
        | names("ephemeral-safety", "ephemeral-cleanup", "sequence-names", "compare-and-set"),
        why="Whoever believes it finds no trace of that path, and a node at the other.",
        edit=wrong_path,
    ),
    Anomaly(
        name="stale-version-accepted",
        expected=names("compare-and-set", "write-legality"),
        why="The model refuses what should not have matched.",
        edit=stale_version_accepted,
    ),
    Anomaly(
        name="half-a-multi",
        expected=names("atomic-multi", "prefix-reads"),
        allowed=names("durability"),
        why="The read is not the state at its zxid, and the acknowledged multi is missing from it.",
        edit=half_a_multi,
    ),
    Anomaly(
        name="stale-read",
        expected=names("prefix-reads"),
        allowed=names("durability"),
        why="The acknowledged set is missing from a later prefix.",
        edit=stale_read,
    ),
    Anomaly(
        name="lost-write",
        expected=STALE,
        why="Every read that lacks the write is not the state at its zxid.",
        edit=lost_write,
    ),
    Anomaly(
        name="lost-on-one-server",
        expected=STALE | names("replica-convergence"),
        why="The walk lacks the write, is not the state at its zxid, and differs from the other walks.",
        edit=lost_on_one_server,
    ),
    Anomaly(
        name="wrong-suffix",
        expected=names("sequence-names"),
        allowed=names("write-legality"),
        why="The created path is a result that the model can tell too.",
        edit=wrong_suffix,
    ),
    Anomaly(
        name="double-suffix",
        expected=names("sequence-names"),
        allowed=names("write-legality"),
        why="The created path is a result that the model can tell too.",
        edit=double_suffix,
    ),
)
