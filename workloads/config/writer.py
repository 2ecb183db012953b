"""Writers: each update is made from the value that was read, and set only if that is still there.

A configuration is updated a number of times, mostly by several writers that race for it, and then left
alone for good: what its readers have to end up with is its last value. Then comes the next one.
"""

from contextlib import suppress
from typing import Any

from kazoo.exceptions import BadVersionError

from harness.client import Participant, Program, Refused, Unanswered
from harness.client.operation import children, create, get, set_data, sync
from workloads.config.values import LARGEST, ROOT, Values, config, number_of


class Writer(Participant):
    """Updates the newest configuration by compare and set."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self.values = Values(self.name, self.random)
        self._unsettled = b""
        """Data of a set that was not answered."""

    @property
    def writing(self) -> int:
        """How many of the app nodes write, from the first on."""
        return int(self.params["writing"])

    @property
    def interval(self) -> float:
        """Seconds between two updates, on average."""
        return float(self.params["interval"])

    @property
    def updates(self) -> int:
        """After how many updates a configuration is left alone."""
        return int(self.params["updates"])

    @property
    def sizes(self) -> tuple[float, float]:
        """Smallest and largest size of a value in bytes."""
        return self.params["size"] / 2, self.params["size"] * 3 / 2

    def turn(self) -> None:
        """Make one update, then pause."""
        if int(self.plan.node.removeprefix("app")) > self.writing:
            self.stopping.wait()
            return
        self.update(self._newest())
        self.stopping.wait(self.random.uniform(0, 2 * self.interval))

    def update(self, path: str) -> None:
        """Replace the value; where another writer was quicker, go on from what that one wrote."""
        if self._unsettled:
            # The server of this connection may not have seen what the last one did.
            self.call(sync(path))
        unsettled, self._unsettled = self._unsettled, b""
        while not self.stopping.is_set():
            data, stat = self.call(get(path)).value
            if stat.version >= self.updates:
                self.begin(number_of(path.rpartition("/")[2]) + 1)
                return
            if unsettled and data == unsettled:
                return
            self.values.next_update()
            new = self.values.made_from(stat.mzxid, *self.sizes)
            try:
                self.replace(path, new, stat)
            except Unanswered:
                self._unsettled = new
                raise
            except Refused as refused:
                if not isinstance(refused.error, BadVersionError):
                    raise
            else:
                return

    def replace(self, path: str, data: bytes, stat: Any) -> None:
        """Set the data if the value is still the one that was read."""
        self.call(set_data(path, data, stat.version))

    def begin(self, number: int) -> None:
        """Make the next configuration, unless somebody was quicker."""
        self.values.next_update()
        with suppress(Refused):
            self.call(create(config(number), self.values.made_from(0, *self.sizes)))

    def _newest(self) -> str:
        self.make_once(ROOT)
        names = self.call(children(ROOT)).value
        if not names:
            self.begin(0)
        return config(max(map(number_of, names), default=0))


class LargeWriter(Writer):
    """Writes values up to the limit of 1 MB, slowly."""

    @property
    def writing(self) -> int:
        """Two at most: every value goes to every server and every reader."""
        return min(super().writing, 2)

    @property
    def interval(self) -> float:
        """A tenth of the usual rate."""
        return super().interval * 10

    @property
    def updates(self) -> int:
        """A quarter of the usual number, so that several configurations come to rest in a run."""
        return max(super().updates // 4, 1)

    @property
    def sizes(self) -> tuple[float, float]:
        """From small to as large as ZooKeeper takes it."""
        return 100_000, LARGEST
