"""What can be broken in a big history: each plant does its harm when it can, and says whether it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation.bulk_tree import Record

if TYPE_CHECKING:
    from tests.simulation.big import BigRun

Plant = Callable[["BigRun"], bool]


def wrong_data(run: BigRun) -> bool:
    """One server shows other data until it is written again: `prefix-reads`, `stat-coherence`."""
    tree = run.ensemble.replicas[1].tree
    for path in sorted(set(run.requests.keys) & set(tree)):
        old = tree[path]
        lie = ("app1/1-lie", old.written[1])
        tree[path] = Record(old.czxid, old.mzxid, old.times, old.version, lie, old.owner)
    return True


def double_zxid(run: BigRun) -> bool:
    """Two transactions in a row get one zxid: `unique-zxid`, and what rests on the order."""
    run.ensemble.zxid -= 1
    return True


def missed_watches(run: BigRun) -> bool:
    """One server forgets all its watches: `no-missed-watch`."""
    waiting = run.ensemble.replicas[1].data_watches
    found = bool(waiting)
    if found:
        waiting.clear()
    return found


def lost_write(run: BigRun) -> bool:
    """All servers fall back to an older state of one node: `durability`, `write-legality`, `prefix-reads`."""
    path = run.requests.keys[0]
    trees = [run.ensemble.tree, *(replica.tree for replica in run.ensemble.replicas)]
    for replica in run.ensemble.replicas:
        replica.catch_up(run.ensemble.length)
    record = run.ensemble.tree.get(path)
    if record is None or record.version < 2:
        return False
    before = Record(
        record.czxid, record.mzxid - 1, record.times, record.version - 1, ("app1/1-old", 10), record.owner
    )
    for tree in trees:
        tree[path] = before
    return True


PLANTS: dict[str, Plant] = {
    "wrong-data": wrong_data,
    "double-zxid": double_zxid,
    "missed-watches": missed_watches,
    "lost-write": lost_write,
}
