"""Configurations of two znodes that only make sense together, and the flag that says that they do.

As ZooKeeper's paper has it: the writer removes the flag, changes one znode after the other, and makes the
flag anew; readers use what they read while one and the same flag was there. The paper's writer is one
leader. Here several race, and any of them may stop half way:

* Removing the flag wins the right to write, because only one of them can.
* The flag is made in a transaction that checks that both znodes still are as this writer left them.
* Whoever finds the flag missing for a while replaces both znodes and makes it, in one transaction. That gives
  both a new version, so no request of the writer that stopped can take effect any more, however late.
"""

from contextlib import suppress
from typing import Any

from harness.client import Refused
from harness.client.data_token import token
from harness.client.operation import check, create, delete, exists, get, multi, set_data
from workloads.config.reader import Reader
from workloads.config.values import config, number_of
from workloads.config.writer import Writer

HALVES = ("left", "right")

READY = "ready"


class PairWriter(Writer):
    """Updates the newest pair, one znode after the other, while its flag is away."""

    def update(self, path: str) -> None:
        """Write both znodes of a pair."""
        stats = self._stats(path)
        if stats[0].version >= self.updates:
            self.begin(number_of(path.rpartition("/")[2]) + 1)
            return
        self.values.next_update()
        try:
            self.call(delete(f"{path}/{READY}"))
        except Refused:
            self._repair(path)
            return
        # One refused is the end of this update: somebody else has taken it for given up.
        for half, stat in zip(HALVES, stats, strict=True):
            self.call(set_data(f"{path}/{half}", self._data(stat.mzxid), stat.version))
            self.stopping.wait(self.params["between"])
        left = zip(HALVES, stats, strict=True)
        unchanged = [check(f"{path}/{half}", stat.version + 1) for half, stat in left]
        self.call(multi([*unchanged, create(f"{path}/{READY}")]))

    def _repair(self, path: str) -> None:
        """Finish what somebody else has begun, unless it is done by itself soon."""
        self.stopping.wait(self.params["repair"])
        if self.call(exists(f"{path}/{READY}")).value is not None:
            return
        new = [
            set_data(f"{path}/{half}", self._data(stat.mzxid), stat.version)
            for half, stat in zip(HALVES, self._stats(path), strict=True)
        ]
        with suppress(Refused):  # it is not given up after all
            self.call(multi([*new, create(f"{path}/{READY}")]))

    def begin(self, number: int) -> None:
        """Make the next pair with its flag, unless somebody was quicker."""
        self.values.next_update()
        path = config(number)
        halves = [create(f"{path}/{half}", self._data(0)) for half in HALVES]
        with suppress(Refused):
            self.call(multi([create(path), *halves, create(f"{path}/{READY}")]))

    def _stats(self, path: str) -> list[Any]:
        return [self.call(get(f"{path}/{half}")).value[1] for half in HALVES]

    def _data(self, mzxid: int) -> bytes:
        return self.values.made_from(mzxid, *self.sizes)


class PairReader(Reader):
    """Uses both znodes of a pair only if the same flag was there before they were read and after."""

    def on_watch(self, path: str) -> None:
        """Note that something changed; what is watched of a pair is its flag."""
        super().on_watch(path.removesuffix(f"/{READY}"))

    def look(self, path: str) -> None:
        """Read a pair and apply it if it is whole."""
        breaks = self.breaks
        flag = self.call(exists(f"{path}/{READY}", watch=True)).value
        if flag is None:
            return
        data = {half: self.call(get(f"{path}/{half}")).value[0] for half in HALVES}
        after = self.call(exists(f"{path}/{READY}")).value
        # A new session may show an older state: then the flag says nothing about what was read before.
        if breaks == self.breaks and after is not None and after.czxid == flag.czxid:
            told = {half: token(content) for half, content in data.items()}
            self.apply(path, flag.czxid, data=told)
