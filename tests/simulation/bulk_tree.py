"""Servers for millions of events: one log of transactions, replicas that apply prefixes of it."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable

from tests.simulation.plans import ADDRESSES, ROOT, SERVERS, wall

KEEP = 4096
"""So many applied transactions are kept before the log is cut."""

Fire = Callable[[str, str], None]
"""Tells a connection of an event: path and type."""


class Record:
    """One znode in one state, never changed; its JSON is made once however often it is read."""

    __slots__ = ("_texts", "czxid", "made", "mzxid", "names", "owner", "pzxid", "times", "version", "written")

    def __init__(
        self,
        czxid: int,
        mzxid: int,
        times: tuple[int, int],
        version: int,
        written: tuple[str, int],
        owner: int = 0,
        *,
        pzxid: int = 0,
        made: int = 0,
        names: tuple[str, ...] = (),
    ):
        self.czxid = czxid
        self.mzxid = mzxid
        self.pzxid = pzxid or czxid
        self.times = times
        self.version = version
        self.written = written
        self.owner = owner
        self.made = made
        self.names = names
        self._texts: dict[str, str] = {}

    def changed(self, zxid: int, now: int, written: tuple[str, int]) -> "Record":
        """Return the record after a `set`."""
        return Record(
            self.czxid,
            zxid,
            (self.times[0], wall(now)),
            self.version + 1,
            written,
            self.owner,
            pzxid=self.pzxid,
            made=self.made,
            names=self.names,
        )

    def with_children(self, zxid: int, names: tuple[str, ...], made: int) -> "Record":
        """Return the record after a child came or went."""
        return Record(
            self.czxid,
            self.mzxid,
            self.times,
            self.version,
            self.written,
            self.owner,
            pzxid=zxid,
            made=made,
            names=names,
        )

    @property
    def stat(self) -> str:
        """The Stat as JSON."""
        text = self._texts.get("stat")
        if text is None:
            optional = (
                ("version", self.version),
                ("cversion", 2 * self.made - len(self.names)),
                ("ephemeralOwner", self.owner),
                ("dataLength", self.written[1]),
                ("numChildren", len(self.names)),
            )
            more = "".join([f',"{name}":{value}' for name, value in optional if value])
            text = self._texts["stat"] = (
                f'{{"czxid":{self.czxid},"mzxid":{self.mzxid},"pzxid":{self.pzxid},'
                f'"ctime":{self.times[0]},"mtime":{self.times[1]}{more}}}'
            )
        return text

    @property
    def listing(self) -> str:
        """The names of the children as JSON."""
        text = self._texts.get("listing")
        if text is None:
            text = self._texts["listing"] = "[" + ",".join([f'"{name}"' for name in self.names]) + "]"
        return text


Change = tuple[str, Record | None]
Trigger = tuple[str, str]
Transaction = tuple[int, list[Change], list[Trigger]]


class Replica:
    """One server: the prefix of the log that it has applied, and the watches of its connections."""

    def __init__(self, ensemble: "BulkEnsemble", name: str):
        self.ensemble = ensemble
        self.name = name
        self.address = ADDRESSES[name]
        self.zxid = 0
        self.tree: dict[str, Record] = {}
        self.applied = 0
        self.data_watches: dict[str, set[Fire]] = defaultdict(set)
        self.child_watches: dict[str, set[Fire]] = defaultdict(set)

    def catch_up(self, count: int) -> None:
        """Apply the first `count` transactions of the log; watches fire as they are applied."""
        log, tree = self.ensemble.log, self.tree
        for zxid, changes, triggers in log[self.applied - self.ensemble.cut : count - self.ensemble.cut]:
            for path, record in changes:
                if record is None:
                    tree.pop(path, None)
                else:
                    tree[path] = record
            self.zxid = zxid
            for path, kind in triggers:
                if path in self.data_watches or path in self.child_watches:
                    self._fire(path, kind)
        self.applied = max(self.applied, count)

    def _fire(self, path: str, kind: str) -> None:
        waiting: set[Fire] = set()
        if kind != "CHILD":
            waiting |= self.data_watches.pop(path, set())
        if kind in {"CHILD", "DELETED"}:
            waiting |= self.child_watches.pop(path, set())
        for fire in waiting:
            fire(path, kind)

    def forget(self, fire: Fire) -> None:
        """Drop all watches of a connection."""
        for table in (self.data_watches, self.child_watches):
            for path in [path for path, waiting in table.items() if fire in waiting]:
                table[path].discard(fire)
                if not table[path]:
                    del table[path]


class BulkEnsemble:
    """The order of transactions, the leader's tree, and the replicas behind it."""

    def __init__(self, dice: random.Random):
        self.dice = dice
        self.zxid = 1 << 32
        self.log: list[Transaction] = []
        self.cut = 0
        """So many transactions were cut off the front of the log."""
        self.tree: dict[str, Record] = {}
        self.owned: dict[int, set[str]] = defaultdict(set)
        self.replicas = [Replica(self, name) for name in SERVERS]
        self.made_in_root = 0
        self.root_pzxid = 0

    @property
    def length(self) -> int:
        """How many transactions there have been."""
        return self.cut + len(self.log)

    def commit(self, changes: list[Change], triggers: list[Trigger]) -> int:
        """Append a transaction; its zxid is the one that `zxid + 1` was when its records were made."""
        self.zxid += 1
        tree = self.tree
        for path, record in changes:
            if record is None:
                self._forget_owner(path)
                del tree[path]
            else:
                if path not in tree:
                    self.made_in_root += path.count("/") == 2
                    if record.owner:
                        self.owned[record.owner].add(path)
                tree[path] = record
            if record is None or record.czxid == self.zxid:
                self.root_pzxid = self.zxid if path.count("/") == 2 else self.root_pzxid
        self.log.append((self.zxid, changes, triggers))
        if len(self.log) > KEEP:
            self._trim()
        return self.zxid

    def _forget_owner(self, path: str) -> None:
        owner = self.tree[path].owner
        if owner:
            self.owned[owner].discard(path)

    def _trim(self) -> None:
        surplus = min(replica.applied for replica in self.replicas) - self.cut
        del self.log[:surplus]
        self.cut += surplus

    def removal(self, paths: Iterable[str]) -> tuple[list[Change], list[Trigger]]:
        """Return what deleting leaves changes, in one transaction: the nodes and their parents."""
        changes: dict[str, Record | None] = {}
        triggers: list[Trigger] = []
        for path in paths:
            parent, _, name = path.rpartition("/")
            changes[path] = None
            triggers += ((path, "DELETED"), (parent, "CHILD"))
            above = changes.get(parent) or self.tree.get(parent)
            if above is not None and parent != ROOT:
                names = tuple(other for other in above.names if other != name)
                changes[parent] = above.with_children(self.zxid + 1, names, above.made)
        return list(changes.items()), triggers

    def close(self, session: int) -> int:
        """End a session: all its ephemerals vanish in one transaction, whose zxid is returned."""
        return self.commit(*self.removal(sorted(self.owned.pop(session, ()))))

    def settle_root(self) -> None:
        """Give every server the children of the root, which nobody reads before the end."""
        names = tuple(path.rpartition("/")[2] for path in self.tree if path.count("/") == 2)
        root = self.tree[ROOT].with_children(self.root_pzxid, names, self.made_in_root)
        for replica in self.replicas:
            replica.catch_up(self.length)
            replica.tree[ROOT] = root

    def drift(self) -> None:
        """Let one replica apply a part of what it lacks."""
        replica = self.replicas[self.dice.getrandbits(8) % len(self.replicas)]
        behind = self.length - replica.applied
        if behind:
            replica.catch_up(self.length - self.dice.getrandbits(16) % (behind + 1))
