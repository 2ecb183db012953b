"""Adders: each reads a shared counter and sets it to one more, if nobody else did so meanwhile.

The data tells who wrote it last and what the counter is: `app1/3f2a9c01.17-42` is increment 17 of a life of
app1, which made it 42; no data is 0. So an increment whose answer was lost is settled by reading back,
instead of being done again: a versioned set that is sent twice counts once, but a read and a set that are
repeated count twice.
"""

import os
from functools import partial
from typing import Any

from kazoo.exceptions import BadVersionError

from harness.client import BROKEN, Participant, Program, Refused, Unanswered, Undone
from harness.client.operation import get, set_data, sync
from harness.client.participant import PAUSE

ROOT = "/counter"


class Adder(Participant):
    """Increments by compare and set."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        # Not from the seed: the next life of this node must not take the last one's increment for its own.
        self._life = os.urandom(4).hex()
        self._increments = 0

    def turn(self) -> None:
        """Increment one of the counters, then pause."""
        paths = [f"{ROOT}/c{number}" for number in range(int(self.params["counters"]))]
        self.make_once(ROOT, *paths)
        path = self.random.choice(paths)
        self.deeds.do("add", path, partial(self.add, path), {"by": 1})
        self.stopping.wait(self.random.uniform(0, 2 * self.params["interval"]))

    def add(self, path: str) -> dict[str, Any]:
        """Increment a counter and return what it is then.

        Raises NotSent, Refused or Undone when it certainly did not count, Unanswered when nobody knows.
        """
        while True:
            value, version = self._read(path)
            self._increments += 1
            data = f"{self.name}/{self._life}.{self._increments}-{value + 1}".encode()
            if self._replace(path, data, version):
                return {"value": value + 1}
            if self.stopping.is_set():
                raise Undone("stopping")

    def _read(self, path: str) -> tuple[int, int]:
        try:
            data, stat = self.call(get(path)).value
        except Unanswered as why:
            raise Undone(f"the counter could not be read: {why}") from why
        return int(data.rpartition(b"-")[2] or 0), stat.version

    def _replace(self, path: str, data: bytes, version: int) -> bool:
        """Set the data; False when somebody else was quicker."""
        try:
            self.call(set_data(path, data, version))
        except Unanswered as unanswered:
            return self._settle(path, data, version, unanswered)
        except Refused as refused:
            if isinstance(refused.error, BadVersionError):
                return False
            raise
        return True

    def _settle(self, path: str, data: bytes, version: int, unanswered: Unanswered) -> bool:
        """Tell whether a set without an answer took effect; raises it where that cannot be told any more.

        As long as the version is still there it may take effect later. Sending the very same set once
        more does no harm: only one of the two can.
        """
        while not self.stopping.is_set():
            try:
                if not self.connected.wait(0.1):
                    continue
                # The server of this connection may not have seen what the last one did.
                self.call(sync(path))
                found, stat = self.call(get(path)).value
                if found == data:
                    return True
                if stat.version == version + 1:
                    return False
                if stat.version > version + 1:
                    break
                self.call(set_data(path, data, version))
            except BROKEN:
                self.stopping.wait(PAUSE)
            else:
                return True
        raise unanswered
