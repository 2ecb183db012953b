"""What the acknowledged writes of a small history claim, replayed one by one in the order of their zxids."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from harness.history import Event, History
from harness.history.views import Operation

CONTAINER = -(2**63)
"""What a container's Stat shows as its owner."""

WRITES = ("create", "set", "delete", "multi")


@dataclass(frozen=True, slots=True)
class Node:
    """A node as the writes claim it to be."""

    czxid: int
    mzxid: int
    version: int
    owner: int
    data: str
    made: int = 0
    children: frozenset[str] = frozenset()


State = dict[str, Node]
Trigger = tuple[str, str]

EMPTY: State = {"/": Node(0, 0, 0, 0, "")}


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction: before, after, what it triggers, and where it is told."""

    zxid: int
    before: State
    after: State
    triggers: tuple[Trigger, ...] = ()
    op: Operation | None = None
    paths: frozenset[str] = frozenset()
    """Nodes that were created, written or deleted."""


@dataclass
class Claims:
    """All transactions of a history in order, and the calls that it holds."""

    history: History
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answered = [op for op in self.history.operations if op.complete and op.complete.zxid]
        self.writes = [op for op in self.answered if op.invoke.f in WRITES]
        self.done = [op for op in self.writes if op.outcome == "ok"]
        closings = [e for e in self.history.select("session") if e.value["state"] == "closed"]
        told: list[tuple[int, Operation | Event]] = [(answer(op).zxid, op) for op in self.writes]
        told += [(event.zxid, event) for event in closings]
        state = EMPTY
        for zxid, what in sorted(told, key=lambda row: row[0]):
            step = _closing(state, what) if isinstance(what, Event) else _step(state, zxid, what)
            self.steps.append(step)
            state = step.after

    def at(self, zxid: int) -> State:
        """Return the state after all transactions up to a zxid."""
        return next((step.after for step in reversed(self.steps) if step.zxid <= zxid), EMPTY)

    def last_write(self, path: str, zxid: int) -> Step | None:
        """Return the last transaction up to a zxid that touched a node."""
        return next((step for step in reversed(self.steps) if step.zxid <= zxid and path in step.paths), None)


def answer(op: Operation) -> Event:
    """Return the completion of a call that has one."""
    assert op.complete is not None
    return op.complete


def parts(op: Operation) -> Iterator[tuple[str, str, dict[str, Any], Any]]:
    """Yield (f, path, what was asked, what was answered) of a write that succeeded, or of a multi's parts."""
    event = answer(op)
    if op.invoke.f != "multi":
        yield op.invoke.f, op.invoke.key, op.invoke.value or {}, event.value
        return
    for part, told in zip(op.invoke.value, event.value, strict=True):
        yield part["f"], part["key"], part, told


def parent_of(path: str) -> str:
    """Return the path of the parent."""
    return path.rpartition("/")[0] or "/"


def _step(state: State, zxid: int, op: Operation) -> Step:
    if op.outcome != "ok":
        return Step(zxid, state, state, op=op)
    after, triggers, paths = dict(state), [], set()
    for f, path, ask, told in parts(op):
        if f == "create":
            owner = answer(op).session if ask.get("ephemeral") else CONTAINER if ask.get("container") else 0
            add(after, told, Node(zxid, zxid, 0, owner, ask.get("data", "")))
            triggers += [(told, "CREATED"), (parent_of(told), "CHILD")]
        elif f == "delete":
            remove(after, path)
            triggers += [(path, "DELETED"), (parent_of(path), "CHILD")]
        elif f == "set" and path in after:
            node = after[path]
            after[path] = replace(node, mzxid=zxid, version=node.version + 1, data=ask.get("data", ""))
            triggers.append((path, "CHANGED"))
        if f != "check":
            paths.add(told if f == "create" else path)
    return Step(zxid, state, after, tuple(triggers), op, frozenset(paths))


def _closing(state: State, event: Event) -> Step:
    after, triggers = dict(state), []
    owned = sorted(path for path, node in state.items() if node.owner == event.session)
    for path in owned:
        remove(after, path)
        triggers += [(path, "DELETED"), (parent_of(path), "CHILD")]
    return Step(event.zxid, state, after, tuple(triggers), paths=frozenset(owned))


def add(state: State, path: str, node: Node) -> None:
    """Put a node into a state."""
    state[path] = node
    above = state.get(parent_of(path))
    if above is not None:
        names = above.children | {path.rpartition("/")[2]}
        state[parent_of(path)] = replace(above, made=above.made + 1, children=names)


def remove(state: State, path: str) -> None:
    """Take a node out of a state."""
    state.pop(path, None)
    above = state.get(parent_of(path))
    if above is not None:
        state[parent_of(path)] = replace(above, children=above.children - {path.rpartition("/")[2]})
