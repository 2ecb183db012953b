"""The znodes of the workload `keys`, and what one app node has seen of them."""

import random
from itertools import accumulate
from typing import Any

from harness.client import Answer, Operation, Outcome, Refused

ROOT = "/keys"

QUEUES = (f"{ROOT}/s0", f"{ROOT}/s1")
"""Parents of sequential znodes."""

EXTENDED = f"{ROOT}/x"
"""Parent of containers and of znodes with a time to live, which the servers remove by themselves."""

CHILDREN = 5
"""Places for children below one parent."""

REMEMBERED = 64
"""Sequential znodes that are remembered below one parent."""


class KeySpace:
    """Paths to choose from, some much more often than others, and the versions that were seen last."""

    def __init__(self, keys: int, chance: random.Random):
        self._chance = chance
        self.keys = [f"{ROOT}/k{number}" for number in range(keys)]
        self.parents = [f"{ROOT}/d{number}" for number in range(max(keys // 16, 2))]
        # Zipf's law with exponent 1: the n-th key is chosen 1/n as often as the first.
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(keys)))
        self.versions: dict[str, int] = {}
        """{path: version seen last} of what was there when it was looked at last."""
        self.queued: dict[str, list[str]] = {queue: [] for queue in QUEUES}
        """{parent: names of sequential znodes that were there}"""

    @property
    def skeleton(self) -> tuple[str, ...]:
        """What has to be there before the work begins, parents first."""
        return (ROOT, *QUEUES, EXTENDED, *self.parents)

    def key(self) -> str:
        """Choose a key."""
        return self._chance.choices(self.keys, cum_weights=self._weights)[0]

    def living_key(self) -> str:
        """Choose a key that was there when it was looked at last, if one comes up soon."""
        for _ in range(4):
            key = self.key()
            if key in self.versions:
                break
        return key

    def missing_key(self) -> str:
        """Choose a key that was not there when it was looked at last, if one comes up soon."""
        for _ in range(4):
            key = self.key()
            if key not in self.versions:
                break
        return key

    def parent(self) -> str:
        """Choose a parent."""
        return self._chance.choice(self.parents)

    def child(self) -> str:
        """Choose a place below a parent."""
        return f"{self.parent()}/c{self._chance.randrange(CHILDREN)}"

    def extended(self, kind: str) -> str:
        """Choose a place for a container (`c`) or for a znode with a time to live (`t`)."""
        return f"{EXTENDED}/{kind}{self._chance.randrange(3)}"

    def queue(self) -> str:
        """Choose a parent of sequential znodes."""
        return self._chance.choice(QUEUES)

    def sequential(self) -> str | None:
        """Choose a sequential znode that was there when its parent was looked at last, if there is one."""
        queue = self.queue()
        names = self.queued[queue]
        return f"{queue}/{self._chance.choice(names)}" if names else None

    def learn(self, operation: Operation, outcome: Outcome) -> None:
        """Take in what an answer says of the tree."""
        if isinstance(outcome, Answer):
            self._learn_answer(operation, outcome.value)
        elif isinstance(outcome, Refused) and str(outcome) == "NoNodeError":
            self.forget(operation.key)

    def _learn_answer(self, operation: Operation, value: Any) -> None:
        path = operation.key
        if operation.f == "delete":
            self.forget(path)
        elif operation.f == "create":
            made = value if isinstance(value, str) else value[0]
            self.versions[made] = 0
            parent, _, name = made.rpartition("/")
            if parent in self.queued:
                self._remember(parent, [*self.queued[parent], name])
        elif operation.f == "children" and path in self.queued:
            self._remember(path, value[0] if isinstance(value, tuple) else value)
        elif operation.f in {"get", "set", "exists"}:
            stat = value[1] if operation.f == "get" else value
            if stat is None:
                self.forget(path)
            else:
                self.versions[path] = stat.version

    def _remember(self, queue: str, names: list[str]) -> None:
        self.queued[queue] = names[-REMEMBERED:]

    def forget(self, path: str) -> None:
        """Take in that a znode is not there."""
        self.versions.pop(path, None)
        parent, _, name = path.rpartition("/")
        names = self.queued.get(parent)
        if names and name in names:
            names.remove(name)
