"""ZooKeeper's tree: what each write does to it or why it is refused, in the words of the history.

The order of the checks is that of ZooKeeper's PrepRequestProcessor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from harness.history import Stat

CONTAINER = -(2**63)
"""What a container's Stat shows as its owner."""

EVERYBODY = ["world:anyone:rwcda"]


@dataclass(frozen=True, slots=True)
class Znode:
    """One node in one state."""

    czxid: int
    mzxid: int
    pzxid: int
    ctime: int
    mtime: int
    version: int = 0
    owner: int = 0
    data: str = ""
    made: int = 0
    """So many children were ever created below it."""
    children: tuple[str, ...] = ()

    @property
    def stat(self) -> Stat:
        """The Stat that a client is shown."""
        return Stat(
            czxid=self.czxid,
            mzxid=self.mzxid,
            pzxid=self.pzxid,
            ctime=self.ctime,
            mtime=self.mtime,
            version=self.version,
            cversion=2 * self.made - len(self.children),
            ephemeralOwner=self.owner,
            dataLength=data_length(self.data),
            numChildren=len(self.children),
        )

    @property
    def ephemeral(self) -> bool:
        """Tell whether it belongs to a session."""
        return self.owner not in {0, CONTAINER}


Tree = dict[str, Znode]
Change = tuple[str, Znode | None]
Trigger = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """When and for whom a transaction happens."""

    zxid: int
    wall: int
    """The leader's wall clock (ms)."""
    session: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a write."""

    changes: tuple[Change, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    value: Any = None
    stat: Stat | None = None
    error: str = ""


class Refusal(Exception):
    """The name of kazoo's exception is the argument."""


def data_length(data: str) -> int:
    """Return the number of bytes that data has, of which the history tells a tag and perhaps a length."""
    _, padded, length = data.partition(":")
    return int(length) if padded else len(data)


def parent_of(path: str) -> str:
    """Return the path of the parent; that of a node at the top is `/`."""
    return path.rpartition("/")[0] or "/"


@dataclass(slots=True)
class Draft:
    """A tree with the changes of one transaction that is being made."""

    tree: Mapping[str, Znode]
    moment: Moment
    changed: dict[str, Znode | None] = field(default_factory=dict)
    triggers: list[Trigger] = field(default_factory=list)

    def find(self, path: str) -> Znode:
        """Return a node; raises Refusal where there is none."""
        node = self.changed[path] if path in self.changed else self.tree.get(path)
        if node is None:
            raise Refusal("NoNodeError")
        return node

    def expect(self, path: str, value: Mapping[str, Any]) -> Znode:
        """Return a node of the version that the call expects."""
        node = self.find(path)
        if value.get("version", -1) not in {-1, node.version}:
            raise Refusal("BadVersionError")
        return node

    def create(self, path: str, value: Mapping[str, Any]) -> tuple[str, Stat]:
        """Create a node."""
        above = parent_of(path)
        parent = self.find(above)
        if value.get("sequence"):
            path = f"{path}{parent.made:010d}"
        if (self.changed[path] if path in self.changed else self.tree.get(path)) is not None:
            raise Refusal("NodeExistsError")
        if parent.ephemeral:
            raise Refusal("NoChildrenForEphemeralsError")
        zxid, wall = self.moment.zxid, self.moment.wall
        owner = self.moment.session if value.get("ephemeral") else CONTAINER if value.get("container") else 0
        node = Znode(zxid, zxid, zxid, wall, wall, owner=owner, data=value.get("data", ""))
        self.changed[path] = node
        names = (*parent.children, path.rpartition("/")[2])
        self.changed[above] = replace(parent, pzxid=zxid, made=parent.made + 1, children=names)
        self.triggers += ((path, "CREATED"), (above, "CHILD"))
        return path, node.stat

    def delete(self, path: str, value: Mapping[str, Any]) -> None:
        """Delete a node."""
        if self.expect(path, value).children:
            raise Refusal("NotEmptyError")
        above = parent_of(path)
        parent = self.find(above)
        name = path.rpartition("/")[2]
        names = tuple(other for other in parent.children if other != name)
        self.changed[path] = None
        self.changed[above] = replace(parent, pzxid=self.moment.zxid, children=names)
        self.triggers += ((path, "DELETED"), (above, "CHILD"))

    def set(self, path: str, value: Mapping[str, Any]) -> Stat:
        """Write a node."""
        node = replace(
            self.expect(path, value),
            mzxid=self.moment.zxid,
            mtime=self.moment.wall,
            data=value.get("data", ""),
        )
        node = replace(node, version=node.version + 1)
        self.changed[path] = node
        self.triggers.append((path, "CHANGED"))
        return node.stat

    def outcome(self, value: Any = None, stat: Stat | None = None) -> Outcome:
        """Return the transaction that was made."""
        return Outcome(tuple(self.changed.items()), tuple(self.triggers), value, stat)


def execute(tree: Mapping[str, Znode], f: str, key: str, value: Any, moment: Moment) -> Outcome:
    """Return what a write does; `f`, `key` and `value` are those of the call."""
    draft = Draft(tree, moment)
    ask = value or {}
    if f == "multi":
        return _multi(draft, ask)
    try:
        if f == "create":
            path, stat = draft.create(key, ask)
            return draft.outcome(path, stat)
        if f == "set":
            return draft.outcome(stat=draft.set(key, ask))
        draft.delete(key, ask)
        return draft.outcome()
    except Refusal as refusal:
        return Outcome(error=str(refusal))


def _multi(draft: Draft, parts: Any) -> Outcome:
    results: list[Any] = []
    for number, part in enumerate(parts):
        f, key = part["f"], part["key"]
        try:
            if f == "create":
                results.append(draft.create(key, part)[0])
            elif f == "set":
                results.append(msgspec.to_builtins(draft.set(key, part)))
            else:
                draft.delete(key, part) if f == "delete" else draft.expect(key, part)
                results.append(None)
        except Refusal as refusal:
            return Outcome(error=str(refusal), value=number)
    return draft.outcome(results)


def owned_by(tree: Mapping[str, Znode], session: int) -> Iterator[str]:
    """Yield the paths of a session's nodes."""
    return (path for path in sorted(tree) if tree[path].owner == session)


def apply(tree: Tree, changes: tuple[Change, ...]) -> None:
    """Change a tree."""
    for path, node in changes:
        if node is None:
            tree.pop(path, None)
        else:
            tree[path] = node
