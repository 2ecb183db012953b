"""A tree for histories by hand: one server that does what ZooKeeper does, and notes what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.history import Event, History, Stat
from tests.unit.checkers.build import BOOT, zxid

Row = dict[str, Any]
Part = tuple[str, str, Row]


@dataclass(frozen=True)
class Node:
    czxid: int
    mzxid: int
    pzxid: int
    data: str = ""
    version: int = 0
    owner: int = 0
    made: int = 0
    names: tuple[str, ...] = ()

    @property
    def stat(self) -> Stat:
        return Stat(
            czxid=self.czxid,
            mzxid=self.mzxid,
            pzxid=self.pzxid,
            version=self.version,
            cversion=2 * self.made - len(self.names),
            ephemeralOwner=self.owner,
            dataLength=len(self.data),
            numChildren=len(self.names),
        )


class RefusedError(Exception):
    pass


def above(path: str) -> str:
    return path.rpartition("/")[0] or "/"


State = dict[str, Node]


def change(state: State, z: int, part: Part, session: int) -> Any:
    """Do one write and return what the answer tells: the path made, or the node set."""
    f, path, ask = part
    version = ask.get("version", -1)
    if f == "create":
        parent = state.get(above(path))
        if parent is None:
            raise RefusedError("NoNodeError")
        if ask.get("sequence"):
            path = f"{path}{parent.made:010d}"
        if path in state:
            raise RefusedError("NodeExistsError")
        if parent.owner > 0:
            raise RefusedError("NoChildrenForEphemeralsError")
        names = (*parent.names, path.rpartition("/")[2])
        state[above(path)] = replace(parent, pzxid=z, made=parent.made + 1, names=names)
        owner = session if ask.get("ephemeral") else -(2**63) if ask.get("container") else 0
        state[path] = Node(z, z, z, ask.get("data", ""), owner=owner)
        return path
    if path not in state:
        raise RefusedError("NoNodeError")
    node = state[path]
    if version not in {-1, node.version}:
        raise RefusedError("BadVersionError")
    if f == "set":
        state[path] = replace(node, mzxid=z, version=node.version + 1, data=ask.get("data", ""))
        return state[path]
    if f == "delete":
        if node.names:
            raise RefusedError("NotEmptyError")
        remove(state, z, path)
    return None


def remove(state: State, z: int, path: str) -> None:
    parent = state[above(path)]
    names = tuple(name for name in parent.names if name != path.rpartition("/")[2])
    state[above(path)] = replace(parent, pzxid=z, names=names)
    del state[path]


@dataclass
class SmallTree:
    """Calls come one after the other; each returns its completion, which a test may falsify afterwards."""

    state: State = field(default_factory=lambda: {"/": Node(0, 0, 0)})
    rows: list[Row] = field(default_factory=list)
    z: int = field(default_factory=lambda: zxid(0))
    now: int = BOOT
    calls: int = 0

    def write(self, f: str, path: str, session: int = 1, **ask: Any) -> Row:
        """Create, set or delete."""
        z = self.next_zxid()
        draft = dict(self.state)
        try:
            told = change(draft, z, (f, path, ask), session)
        except RefusedError as error:
            return self._call(f, path, ask, type="fail", error=str(error), session=session, zxid=z)
        self.state = draft
        answer: Row = {"value": told} if f == "create" else {"stat": told.stat} if f == "set" else {}
        return self._call(f, path, ask, session=session, zxid=z, **answer)

    def create(self, path: str, **ask: Any) -> Row:
        return self.write("create", path, **ask)

    def set(self, path: str, data: str = "", **ask: Any) -> Row:
        return self.write("set", path, data=data, **ask)

    def delete(self, path: str, **ask: Any) -> Row:
        return self.write("delete", path, **ask)

    def multi(self, *parts: Part, session: int = 1) -> Row:
        """Do some writes as one transaction."""
        z, draft, told = self.next_zxid(), dict(self.state), []
        asked = [{"f": f, "key": path, **ask} for f, path, ask in parts]
        for number, part in enumerate(parts):
            try:
                answer = change(draft, z, part, session)
            except RefusedError as error:
                refusal: Row = {"type": "fail", "error": str(error), "value": number}
                return self._call("multi", "", asked, session=session, zxid=z, **refusal)
            stat = answer.stat if isinstance(answer, Node) else None
            told.append({name: getattr(stat, name) for name in stat.__struct_fields__} if stat else answer)
        self.state = draft
        return self._call("multi", "", asked, session=session, zxid=z, value=told)

    def get(self, path: str, **fields: Any) -> Row:
        node = self.state.get(path)
        told = {"value": node.data, "stat": node.stat} if node else self._none()
        return self._read("get", path, told, fields)

    def exists(self, path: str, **fields: Any) -> Row:
        node = self.state.get(path)
        told: Row = {"value": True, "stat": node.stat} if node else {"value": False}
        return self._read("exists", path, told, fields)

    def children(self, path: str, *, stat: bool = False, **fields: Any) -> Row:
        node = self.state.get(path)
        told = {"value": list(node.names)} if node else self._none()
        if node and stat:
            told["stat"] = node.stat
        return self._read("children", path, told, fields)

    def close(self, session: int, *, told: bool = True) -> None:
        """End a session; `told` lets its closing be heard of."""
        z = self.next_zxid()
        for path in [path for path, node in self.state.items() if node.owner == session]:
            remove(self.state, z, path)
        if told:
            self.say("session", session=session, zxid=z, value={"state": "closed"})

    def lost(self, f: str, path: str, *, session: int = 0, happens: bool = True, **ask: Any) -> Part:
        """Call without an answer; with `happens` it takes effect now. Returns it, for `late`."""
        if happens:
            self.late((f, path, ask), session)
        self._call(f, path, ask, type="info", error="ConnectionLoss", session=session)
        return f, path, ask

    def lost_multi(self, *parts: Part, happens: bool = True) -> None:
        """Call a multi without an answer."""
        if happens:
            self.late_multi(parts)
        asked = [{"f": f, "key": path, **ask} for f, path, ask in parts]
        self._call("multi", "", asked, type="info", error="ConnectionLoss")

    def late(self, part: Part, session: int = 0) -> None:
        """Let what was lost take effect, if it may."""
        self.late_multi([part], session)

    def late_multi(self, parts: Sequence[Part], session: int = 0) -> None:
        z, draft = self.next_zxid(), dict(self.state)
        try:
            for part in parts:
                change(draft, z, part, session)
        except RefusedError:
            return
        self.state = draft

    def say(self, f: str, **fields: Any) -> None:
        """Note an occurrence."""
        self.now += 10**6
        told = {"type": "event", "process": "app1/1.0", "node": "app1", "time": self.now}
        self.rows.append(told | {"f": f} | fields)

    def next_zxid(self) -> int:
        self.z += 1
        return self.z

    def history(self) -> History:
        return History([Event(index=i, **row) for i, row in enumerate(self.rows)])

    def _none(self) -> Row:
        return {"type": "fail", "error": "NoNodeError"}

    def _read(self, f: str, path: str, told: Row, fields: Row) -> Row:
        return self._call(f, path, None, **({"zxid": self.z} | told | fields))

    def _call(self, f: str, path: str, ask: Any, **answer: Any) -> Row:
        self.calls += 1
        process = answer.pop("process", f"app1/1.{self.calls}")
        who = {"process": process, "node": process.partition("/")[0], "f": f, "key": path}
        self.rows.append({"type": "invoke", "time": self.now + 10**6, "value": ask or None} | who)
        self.now += 2 * 10**6
        row = {"type": "ok", "time": self.now, "server": "zk1"} | who | answer
        self.rows.append(row)
        return row


def a_node() -> SmallTree:
    """/a is made in transaction 1 and set in transaction 2."""
    tree = SmallTree()
    tree.create("/a", data="made")
    tree.set("/a", "set")
    return tree
