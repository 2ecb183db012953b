"""The mix of the workload `keys`: which operation comes next, on what, with which data."""

import math
import random
from collections.abc import Callable, Mapping
from itertools import accumulate

from harness.client import Member, Operation, Outcome
from harness.client.data_token import padded
from harness.client.operation import (
    add_watch,
    check,
    children,
    create,
    delete,
    ephemerals,
    exists,
    get,
    get_acl,
    multi,
    multi_read,
    set_data,
    sync,
)
from workloads.keys.space import EXTENDED, REMEMBERED, ROOT, KeySpace

WEIGHTS: Mapping[str, float] = {
    "get": 30,
    "exists": 9,
    "children": 9,
    "set": 22,
    "create": 9,
    "delete": 9,
    "sync": 3,
    "multi": 5,
    "multi-read": 2,
    "get-acl": 0.5,
    "ephemerals": 0.5,
    "add-watch": 0.1,
    "extended": 0.9,
}
"""How often each kind of operation comes; `extended` makes containers and znodes with a time to live."""

LIMIT = 0xFFFFF
"""jute.maxbuffer, ZooKeeper's limit of a request in bytes."""

LARGE = 1 << 16

STALE = 0.2
"""Share of the expected versions that are one too old on purpose."""


class KeyMix:
    """Chooses operations; the same seed chooses the same ones as long as the answers are the same."""

    def __init__(self, params: Mapping[str, float], chance: random.Random, tag: str):
        self._params = params
        self._chance = chance
        self._tag = tag
        self._writes = 0
        self.space = KeySpace(max(int(params["keys"]), 1), chance)
        makers: Mapping[str, Callable[[], Operation]] = {
            "get": lambda: get(self._readable(), watch=self._watching()),
            "exists": lambda: exists(self._readable(), watch=self._watching()),
            "children": self._children,
            "set": self._set,
            "create": self._create,
            "delete": self._delete,
            "sync": lambda: sync(self.space.key()),
            "multi": self._multi,
            "multi-read": self._multi_read,
            "get-acl": lambda: get_acl(self._readable()),
            "ephemerals": lambda: ephemerals(ROOT),
            "add-watch": self._add_watch,
            "extended": self._extended,
        }
        self._makers = [makers[kind] for kind in WEIGHTS]
        self._weights = list(accumulate(params[kind] for kind in WEIGHTS))

    def next(self, member: Member) -> Operation:
        """Choose what comes next; a sync is followed by a read of the same process."""
        operation = self._chance.choices(self._makers, cum_weights=self._weights)[0]()
        if operation.f == "sync":
            member.then = get(operation.key)
        return operation

    def learn(self, operation: Operation, outcome: Outcome) -> None:
        """Hear what became of an operation."""
        self.space.learn(operation, outcome)

    def _often(self, share: float) -> bool:
        return self._chance.random() < share

    def _watching(self) -> bool:
        return self._often(self._params["watch"])

    def _readable(self) -> str:
        which = self._chance.random()
        if which < 0.1:
            return self.space.child()
        if which < 0.15:
            return self.space.parent()
        return (self.space.sequential() if which < 0.2 else None) or self.space.key()

    def _data(self) -> bytes:
        self._writes += 1
        return padded(f"{self._tag}-{self._writes}", self._size())

    def _size(self) -> int:
        if self._often(self._params["large"]):
            if self._often(0.3):
                return LIMIT + self._chance.randrange(-1024, 1024)
            return int(math.exp(self._chance.uniform(math.log(LARGE), math.log(LIMIT))))
        if self._often(0.02):
            return 0
        return self._chance.randrange(int(self._params["size"] * 2) + 1)

    def _version(self, path: str, share: float) -> int:
        """Version to expect: any, the one seen last, or one that is certainly too old."""
        seen = self.space.versions.get(path)
        if seen is None or not self._often(share):
            return -1
        return seen - 1 if seen and self._often(STALE) else seen

    def _children(self) -> Operation:
        which = self._chance.random()
        if which < 0.45:
            path = self.space.parent()
        elif which < 0.85:
            path = self.space.queue()
        elif which < 0.95:
            path = self.space.living_key()
        else:
            path = EXTENDED if which < 0.98 else ROOT
        return children(path, watch=self._watching(), stat=self._often(0.5))

    def _set(self) -> Operation:
        which = self._chance.random()
        if which < 0.9:
            path = self.space.living_key() if which < 0.8 else self.space.key()
        else:
            path = self.space.child() if which < 0.98 else self.space.parent()
        return set_data(path, self._data(), self._version(path, 0.4))

    def _create(self) -> Operation:
        which = self._chance.random()
        stat = self._often(0.5)
        if which < 0.6:
            key = self.space.missing_key() if which < 0.5 else self.space.key()
            return create(key, self._data(), ephemeral=which < 0.2, stat=stat)
        if which < 0.75:
            return create(self.space.child(), self._data(), ephemeral=which < 0.63, stat=stat)
        if which < 0.8:
            return create(self.space.parent(), self._data(), ephemeral=which < 0.755, stat=stat)
        if which < 0.82:
            # Refused where the key is ephemeral, or not there.
            return create(f"{self.space.key()}/c", self._data(), stat=stat)
        queue = self.space.queue()
        if len(self.space.queued[queue]) >= REMEMBERED // 2:
            return self._delete_sequential()
        # With an id of its own, so that a create without an answer can be told from all others.
        path = f"{queue}/{self._chance.getrandbits(48):012x}-"
        return create(path, self._data(), ephemeral=self._often(0.5), sequence=True, stat=stat)

    def _delete(self) -> Operation:
        which = self._chance.random()
        if which < 0.3:
            return self._delete_sequential()
        if which < 0.75:
            path = self.space.living_key()
        elif which < 0.95:
            path = self.space.child()
        else:
            path = self.space.parent() if which < 0.98 else f"{self.space.key()}/c"
        return delete(path, self._version(path, 0.3))

    def _delete_sequential(self) -> Operation:
        path = self.space.sequential() or self.space.child()
        return delete(path, self._version(path, 0.2))

    def _multi(self) -> Operation:
        one, other, child = self.space.living_key(), self.space.living_key(), self.space.child()
        choice = self._chance.randrange(5)
        if choice == 0:
            return multi([self._part_set(one), self._part_set(other)])
        if choice == 1:
            return multi([create(child, self._data()), self._part_set(one)])
        if choice == 2:
            return multi([check(one, self._version(one, 0.9)), self._part_set(other)])
        if choice == 3:
            return multi([delete(one, self._version(one, 0.5)), create(one, self._data())])
        return multi(
            [
                self._part_set(one),
                create(child, self._data(), stat=self._often(0.5)),
                delete(child),
                self._part_set(other),
            ]
        )

    def _part_set(self, path: str) -> Operation:
        return set_data(path, self._data(), self._version(path, 0.2))

    def _multi_read(self) -> Operation:
        parts = [get(self._readable()) for _ in range(self._chance.randrange(1, 4))]
        return multi_read([*parts, children(self.space.parent())])

    def _add_watch(self) -> Operation:
        if self._often(0.5):
            return add_watch(self.space.parents[0], "recursive")
        few = self.space.keys[4:8] or self.space.keys
        return add_watch(self._chance.choice(few), "persistent")

    def _extended(self) -> Operation:
        which = self._chance.random()
        if which < 0.3:
            return create(self.space.extended("c"), self._data(), container=True)
        if which < 0.6:
            return create(self.space.extended("t"), self._data(), ttl=self._chance.randrange(100, 2000))
        path = f"{self.space.extended('c')}/m{self._chance.randrange(2)}"
        return create(path, self._data()) if which < 0.8 else delete(path)
