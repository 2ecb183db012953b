"""What clients ask for: a mix over few nodes, so that they get in each other's way."""

import random
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.simulation.plans import ROOT

Ask = tuple[str, str, Any]
"""A call's f, key and value."""

WEIGHTS = {
    "get": 20,
    "set": 16,
    "create": 10,
    "delete": 7,
    "exists": 6,
    "children": 6,
    "create_sequential": 6,
    "delete_child": 5,
    "create_child": 4,
    "multi": 6,
    "multi_read": 3,
    "sync": 3,
    "get_acl": 2,
    "ephemerals": 2,
    "add_watch": 1,
    "container": 1,
    "below_a_key": 1,
    "delete_parent": 1,
}


class Workload:
    """Draws the calls of one life of an app node."""

    def __init__(self, dice: random.Random, life: str, keys: int):
        self._dice = dice
        self._life = life
        self._numbers = count(1)
        self.keys = [f"{ROOT}/k{number}" for number in range(keys)]
        self.parents = [f"{ROOT}/d{number}" for number in range(max(1, keys // 3))]
        self.queues = [f"{ROOT}/s{number}" for number in range(max(1, keys // 4))]
        self.versions: dict[str, int] = {}
        """Versions as last seen."""
        self.children_seen: dict[str, list[str]] = {}

    @property
    def foundations(self) -> list[Ask]:
        """What has to be there before the work begins."""
        paths = [ROOT, *self.parents, *self.queues, f"{ROOT}/x0"]
        return [("create", path, None) for path in paths]

    def draw(self) -> Ask:
        """Return the next call."""
        kind = self._dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        return self._kind(kind)()

    def _kind(self, name: str) -> Callable[[], Ask]:
        kind: Callable[[], Ask] = getattr(self, f"_{name}")
        return kind

    def _key(self) -> str:
        """Some keys are hot."""
        return self.keys[int(len(self.keys) * self._dice.random() ** 1.5)]

    def _data(self) -> dict[str, Any]:
        chance = self._dice.random()
        if chance < 0.04:
            return {}
        tag = f"{self._life}-{next(self._numbers)}"
        return {"data": tag if chance < 0.8 else f"{tag}:{self._dice.randint(100, 9000)}"}

    def _expected(self, path: str) -> dict[str, int]:
        if path in self.versions and self._dice.random() < 0.5:
            return {"version": self.versions[path]}
        return {}

    def _watch(self) -> Any:
        return {"watch": True} if self._dice.random() < 0.3 else None

    def _get(self) -> Ask:
        return "get", self._key(), self._watch()

    def _set(self) -> Ask:
        path = self._key()
        return "set", path, self._data() | self._expected(path)

    def _create(self) -> Ask:
        more = {"ephemeral": True} if self._dice.random() < 0.35 else {}
        return "create", self._key(), (self._data() | more) or None

    def _delete(self) -> Ask:
        path = self._key()
        return "delete", path, self._expected(path) or None

    def _exists(self) -> Ask:
        return "exists", self._dice.choice([self._key(), *self.parents]), self._watch()

    def _children(self) -> Ask:
        return "children", self._dice.choice([ROOT, *self.parents, *self.queues]), self._watch()

    def _create_sequential(self) -> Ask:
        more = {"sequence": True} | ({"ephemeral": True} if self._dice.random() < 0.5 else {})
        name = f"{self._life.replace('/', '.')}-"
        return "create", f"{self._dice.choice(self.queues)}/{name}", self._data() | more

    def _create_child(self) -> Ask:
        return "create", self._child(), self._data() or None

    def _child(self) -> str:
        return f"{self._dice.choice(self.parents)}/c{self._dice.randrange(3)}"

    def _delete_child(self) -> Ask:
        known = [(path, names) for path, names in self.children_seen.items() if names and path != ROOT]
        if not known or self._dice.random() < 0.4:
            return "delete", self._child(), None
        path, names = self._dice.choice(known)
        return "delete", f"{path}/{self._dice.choice(names)}", None

    def _delete_parent(self) -> Ask:
        path = self._dice.choice(self.parents)
        if self._dice.random() < 0.5:
            return "create", path, None
        return "delete", path, None

    def _below_a_key(self) -> Ask:
        return "create", f"{self._key()}/c", self._data() or None

    def _multi(self) -> Ask:
        return "multi", "", [self._part() for _ in range(self._dice.randint(2, 4))]

    def _part(self) -> dict[str, Any]:
        path = self._key()
        f = self._dice.choice(("set", "set", "set", "check", "create", "delete"))
        if f == "check":
            return {"f": f, "key": path, "version": self.versions.get(path, 0)}
        if f == "create":
            return {"f": f, "key": self._child()} | self._data()
        return {"f": f, "key": path} | (self._data() if f == "set" else {}) | self._expected(path)

    def _multi_read(self) -> Ask:
        parent = self._dice.choice([*self.parents, *self.queues])
        return "multi-read", "", [{"f": "get", "key": self._key()}, {"f": "children", "key": parent}]

    def _sync(self) -> Ask:
        return "sync", self._key(), None

    def _get_acl(self) -> Ask:
        return "get-acl", self._key(), None

    def _ephemerals(self) -> Ask:
        return "ephemerals", ROOT, None

    def _add_watch(self) -> Ask:
        mode = self._dice.choice(("persistent", "recursive"))
        return "add-watch", self._dice.choice([*self.parents, *self.queues]), {"mode": mode}

    def _container(self) -> Ask:
        if self._dice.random() < 0.5:
            return "create", f"{ROOT}/x0/container", {"container": True}
        return self._dice.choice(
            [("create", f"{ROOT}/x0/container/c", None), ("delete", f"{ROOT}/x0/container/c", None)]
        )
