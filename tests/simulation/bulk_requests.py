"""Requests for histories of millions of events: each is what is asked for, and its effect on the servers."""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count

from tests.simulation.bulk_clients import Answer, Client, Effect
from tests.simulation.bulk_tree import BulkEnsemble, Change, Record, Replica, Trigger
from tests.simulation.plans import ROOT, wall

Request = tuple[str, str, str, Effect]
"""What is called, its path, its value as JSON, and what it does."""

Written = tuple[str, int]
"""Data as the history shows it, and its length."""

CHILDREN = 24
"""So many children a parent has at most, more or less."""

WEIGHTS = {
    "get": 38,
    "set": 22,
    "exists": 8,
    "create": 10,
    "delete": 4,
    "children": 4,
    "create_child": 3,
    "delete_child": 3,
    "multi": 3,
    "multi_read": 1,
    "sync": 1,
    "get_acl": 1,
    "watched": 3,
}


class Requests:
    """Draws requests. `now` is the time at which the effects happen."""

    def __init__(self, ensemble: BulkEnsemble, dice: random.Random, keys: int, parents: int):
        self.ensemble = ensemble
        self.dice = dice
        self.now = 0
        weights = [1 / (place + 1) ** 0.7 for place in range(keys)]
        paths = [f"{ROOT}/k{number}" for number in range(keys)]
        self.keys = dice.choices(paths, weights, k=4096)
        self.parents = [f"{ROOT}/d{number}" for number in range(parents)]
        self.tags = count()
        names = dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=4096)
        self.kinds: list[Callable[[Client, str, int], Request]] = [getattr(self, name) for name in names]

    def draw(self, client: Client) -> Request:
        """Return the next request of a client."""
        bits = self.dice.getrandbits(40)
        kind = self.kinds[bits & 4095]
        return kind(client, self.keys[bits >> 12 & 4095], bits >> 24)

    def fresh(self, client: Client, bits: int) -> Written:
        """Return new data as the history shows it, and its length; one in four is padded."""
        tag = f"{client.voice.life}-{next(self.tags)}"
        return (tag, len(tag)) if bits & 3 else (f"{tag}:256", 256)

    def making(self, path: str) -> Request:
        """Return the request that makes a node of the beginning."""
        written = ("", 0)
        return "create", path, "", lambda client: self._create(client, path, written, False)

    def walk(self, replica: Replica) -> Iterator[Request]:
        """Yield the requests that read a whole tree."""
        yield "sync", ROOT, "", self._sync
        for path in sorted(replica.tree):
            yield "get", path, "", partial(self._get, path=path)
            yield "children", path, "", partial(self._children, path=path)
            yield "get-acl", path, "", partial(self._get_acl, path=path)

    # -- reads

    def get(self, client: Client, path: str, bits: int) -> Request:
        """Read a node."""
        return "get", path, "", lambda client: self._get(client, path)

    def watched(self, client: Client, path: str, bits: int) -> Request:
        """Read with a watch: data, existence or children."""
        if bits & 3 == 0:
            parent = self.parents[bits % len(self.parents)]
            return "children", parent, '{"watch":true}', lambda client: self._children(client, parent, True)
        if bits & 3 == 1:
            return "exists", path, '{"watch":true}', lambda client: self._exists(client, path, True)
        return "get", path, '{"watch":true}', lambda client: self._get(client, path, True)

    def exists(self, client: Client, path: str, bits: int) -> Request:
        """Ask for a node, or for a parent's Stat."""
        asked = self.parents[bits % len(self.parents)] if bits & 3 == 0 else path
        return "exists", asked, "", lambda client: self._exists(client, asked)

    def children(self, client: Client, path: str, bits: int) -> Request:
        """List the children of a parent."""
        parent = self.parents[bits % len(self.parents)]
        return "children", parent, "", lambda client: self._children(client, parent)

    def get_acl(self, client: Client, path: str, bits: int) -> Request:
        """Read the access list."""
        return "get-acl", path, "", lambda client: self._get_acl(client, path)

    def multi_read(self, client: Client, path: str, bits: int) -> Request:
        """Read a node and a listing in one."""
        parent = self.parents[bits % len(self.parents)]
        ask = f'[{{"f":"get","key":"{path}"}},{{"f":"children","key":"{parent}"}}]'
        return "multi-read", "", ask, lambda client: self._multi_read(client, path, parent)

    def sync(self, client: Client, path: str, bits: int) -> Request:
        """Bring the client's server up to date."""
        return "sync", path, "", self._sync

    def _get(self, client: Client, path: str, watch: bool = False) -> Answer:
        replica = client.replica
        record = replica.tree.get(path)
        if record is None:
            return "fail", replica.zxid, ',"error":"NoNodeError"'
        if watch:
            replica.data_watches[path].add(client.notify)
        return "ok", replica.zxid, f',"value":"{record.written[0]}","stat":{record.stat}'

    def _exists(self, client: Client, path: str, watch: bool = False) -> Answer:
        replica = client.replica
        record = replica.tree.get(path)
        if watch:
            replica.data_watches[path].add(client.notify)
        if record is None:
            return "ok", replica.zxid, ',"value":false'
        return "ok", replica.zxid, f',"value":true,"stat":{record.stat}'

    def _children(self, client: Client, path: str, watch: bool = False) -> Answer:
        replica = client.replica
        record = replica.tree[path]
        if watch:
            replica.child_watches[path].add(client.notify)
        return "ok", replica.zxid, f',"value":{record.listing},"stat":{record.stat}'

    def _get_acl(self, client: Client, path: str) -> Answer:
        replica = client.replica
        record = replica.tree.get(path)
        if record is None:
            return "fail", replica.zxid, ',"error":"NoNodeError"'
        return "ok", replica.zxid, f',"value":["world:anyone:rwcda"],"stat":{record.stat}'

    def _multi_read(self, client: Client, path: str, parent: str) -> Answer:
        replica = client.replica
        record = replica.tree.get(path)
        first = '{"error":"NoNodeError"}'
        if record is not None:
            first = f'{{"data":"{record.written[0]}","stat":{record.stat}}}'
        return "ok", replica.zxid, f',"value":[{first},{{"children":{replica.tree[parent].listing}}}]'

    def _sync(self, client: Client) -> Answer:
        client.replica.catch_up(self.ensemble.length)
        return "ok", client.replica.zxid, ""

    # -- writes

    def set(self, client: Client, path: str, bits: int) -> Request:
        """Write a node, half of the time with the version that the client's server shows."""
        written = self.fresh(client, bits)
        record = client.replica.tree.get(path) if bits & 4 else None
        expected = -1 if record is None else record.version
        more = f',"version":{expected}' if record else ""
        return (
            "set",
            path,
            f'{{"data":"{written[0]}"{more}}}',
            lambda client: self._set(client, path, written, expected),
        )

    def create(self, client: Client, path: str, bits: int) -> Request:
        """Create a node, one in four of them ephemeral."""
        written = self.fresh(client, bits)
        ephemeral = bits & 12 == 0
        more = ',"ephemeral":true' if ephemeral else ""
        return (
            "create",
            path,
            f'{{"data":"{written[0]}"{more}}}',
            lambda client: self._create(client, path, written, ephemeral),
        )

    def delete(self, client: Client, path: str, bits: int) -> Request:
        """Delete a node, whatever its version."""
        return "delete", path, "", lambda client: self._delete(client, path)

    def create_child(self, client: Client, path: str, bits: int) -> Request:
        """Create a sequential node below a parent, one in four of them ephemeral."""
        parent = self.parents[bits % len(self.parents)]
        if len(self.ensemble.tree[parent].names) > CHILDREN:
            return self.delete_child(client, path, bits)
        written = self.fresh(client, bits)
        ephemeral = bits & 12 == 0
        more = ',"ephemeral":true' if ephemeral else ""
        return (
            "create",
            f"{parent}/s-",
            f'{{"data":"{written[0]}","sequence":true{more}}}',
            lambda client: self._create_child(client, parent, written, ephemeral),
        )

    def delete_child(self, client: Client, path: str, bits: int) -> Request:
        """Delete a child of a parent."""
        parent = self.parents[bits % len(self.parents)]
        names = self.ensemble.tree[parent].names
        if not names:
            return self.create_child(client, path, bits)
        child = f"{parent}/{names[bits % len(names)]}"
        return "delete", child, "", lambda client: self._delete(client, child)

    def multi(self, client: Client, path: str, bits: int) -> Request:
        """Check one node and write it and another one."""
        other = self.keys[bits & 4095]
        record = client.replica.tree.get(path)
        version = 0 if record is None else record.version
        one, two = self.fresh(client, bits), self.fresh(client, bits)
        ask = (
            f'[{{"f":"check","key":"{path}","version":{version}}},'
            f'{{"f":"set","key":"{path}","data":"{one[0]}"}},'
            f'{{"f":"set","key":"{other}","data":"{two[0]}"}}]'
        )
        return "multi", "", ask, lambda client: self._multi(client, version, ((path, one), (other, two)))

    def _done(self, client: Client, changes: list[Change], triggers: list[Trigger]) -> int:
        zxid = self.ensemble.commit(changes, triggers)
        client.replica.catch_up(self.ensemble.length)
        return zxid

    def _refused(self, client: Client, error: str, more: str = "") -> Answer:
        return "fail", self._done(client, [], []), f',"error":"{error}"{more}'

    def _set(self, client: Client, path: str, written: Written, expected: int) -> Answer:
        record = self.ensemble.tree.get(path)
        if record is None:
            return self._refused(client, "NoNodeError")
        if expected not in {-1, record.version}:
            return self._refused(client, "BadVersionError")
        after = record.changed(self.ensemble.zxid + 1, self.now, written)
        zxid = self._done(client, [(path, after)], [(path, "CHANGED")])
        return "ok", zxid, f',"stat":{after.stat}'

    def _new(self, written: Written, owner: int) -> Record:
        zxid, now = self.ensemble.zxid + 1, wall(self.now)
        return Record(zxid, zxid, (now, now), 0, written, owner)

    def _create(self, client: Client, path: str, written: Written, ephemeral: bool) -> Answer:
        if path in self.ensemble.tree:
            return self._refused(client, "NodeExistsError")
        record = self._new(written, client.session if ephemeral else 0)
        zxid = self._done(client, [(path, record)], [(path, "CREATED")])
        return "ok", zxid, f',"value":"{path}"'

    def _create_child(self, client: Client, parent: str, written: Written, ephemeral: bool) -> Answer:
        above = self.ensemble.tree[parent]
        record = self._new(written, client.session if ephemeral else 0)
        name = f"s-{above.made:010d}"
        after = above.with_children(record.czxid, (*above.names, name), above.made + 1)
        path = f"{parent}/{name}"
        zxid = self._done(client, [(path, record), (parent, after)], [(path, "CREATED"), (parent, "CHILD")])
        return "ok", zxid, f',"value":"{path}"'

    def _delete(self, client: Client, path: str) -> Answer:
        if path not in self.ensemble.tree:
            return self._refused(client, "NoNodeError")
        changes, triggers = self.ensemble.removal([path])
        return "ok", self._done(client, changes, triggers), ""

    def _multi(self, client: Client, version: int, sets: Sequence[tuple[str, Written]]) -> Answer:
        before = {path: record for path, _ in sets if (record := self.ensemble.tree.get(path))}
        first = sets[0][0]
        if first not in before:
            return self._refused(client, "NoNodeError", ',"value":0')
        if before[first].version != version:
            return self._refused(client, "BadVersionError", ',"value":0')
        stats = ["null"]
        changes: list[Change] = []
        for place, (path, written) in enumerate(sets):
            if path not in before:
                return self._refused(client, "NoNodeError", f',"value":{place + 1}')
            before[path] = before[path].changed(self.ensemble.zxid + 1, self.now, written)
            stats.append(before[path].stat)
            changes.append((path, before[path]))
        zxid = self._done(client, changes, [(path, "CHANGED") for path, _ in sets])
        return "ok", zxid, f',"value":[{",".join(stats)}]'
