"""Crowds: thousands of watches that fire at once, thousands of ephemeral nodes that go at once."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.plan import Plan
from nemesis.load.base import Load
from nemesis.parameters import Number, Parameter

JUTE = 0xFFFFF
"""Bytes of the largest record, jute.maxbuffer: the transaction that closes a session lists all its paths."""

SAFE = 0.9
"""How much of it may be used."""


class WatchStorm(Load):
    """Many watches on few znodes, and a change of each."""

    name = "watch-storm"
    summary = "leaves thousands of watches on a server, then changes what is watched, again and again"
    mode = "watch-storm"
    counter = "zk_watch_count"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        # A session counts once for each znode that it watches.
        "watches": Number(2000, "watches altogether", low=1, high=100_000, whole=True),
        "sessions": Number(
            50, "sessions that watch: so many fire on each change", low=1, high=1000, whole=True
        ),
        "pause": Number(0.3, "seconds between watching and changing", high=5),
    }

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Every session needs a watch."""
        fewer = params["watches"] < params["sessions"]
        return "there are fewer watches than sessions; watches=… needs to be larger" if fewer else ""

    @property
    def amount(self) -> int:
        """All watches at once, less what the workload may have taken back meanwhile."""
        each = self.params["watches"] // self.params["sessions"]
        return int(0.9 * each * self.params["sessions"])

    def options(self) -> Mapping[str, Any]:
        """As the parameters say."""
        return dict(self.params)

    def bites(self, told: Mapping[str, Any]) -> bool:
        """All of at least one round fired."""
        return bool(told["rounds"])


class Ephemerals(Load):
    """Many ephemeral nodes of one session, which is closed when it is healed."""

    name = "ephemerals"
    summary = "makes thousands of ephemeral nodes in one session at a server; healing ends that session"
    mode = "ephemerals"
    counter = "zk_ephemerals_count"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "count": Number(5000, "ephemeral nodes", low=1, high=100_000, whole=True),
        "width": Number(40, "bytes of a path", low=30, high=1000, whole=True),
    }

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Beyond jute.maxbuffer the closing of the session can take the whole ensemble down (since 3.6)."""
        size = params["count"] * (params["width"] + 4)
        if size <= SAFE * JUTE:
            return ""
        fitting = int(SAFE * JUTE / (params["width"] + 4))
        return (
            f"{params['count']:,} paths of {params['width']} bytes do not fit into the transaction that "
            f"closes their session; {fitting:,} do, and ephemerals-beyond takes the ensemble down with more"
        )

    @property
    def amount(self) -> int:
        """All of them, less what the workload may have removed meanwhile."""
        return int(0.9 * self.params["count"])

    def options(self) -> Mapping[str, Any]:
        """One session that makes them."""
        return {"sessions": 1, **self.params}

    def bites(self, told: Mapping[str, Any]) -> bool:
        """All were made."""
        return bool(told["rounds"])


class EphemeralsBeyond(Ephemerals):
    """More ephemeral nodes than a session can be closed with.

    ZooKeeper 3.9 writes the closing into its log, where a follower, and any server that starts, refuses to
    read what is larger than jute.maxbuffer and as much again ("Unreasonable length"): the ensemble goes
    down and cannot load its database any more. So healing cannot be proven.
    """

    name = "ephemerals-beyond"
    summary = "gives one session more ephemeral nodes than ZooKeeper can log the end of, then ends it"
    beyond_model = True
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "count": Number(12_000, "ephemeral nodes", low=1, high=100_000, whole=True),
        "width": Number(200, "bytes of a path", low=30, high=1000, whole=True),
    }

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Fewer are nothing special."""
        within = params["count"] * (params["width"] + 4) <= 2 * JUTE
        return (
            "so few ephemeral nodes are not beyond what ZooKeeper bears; ephemerals makes them"
            if within
            else ""
        )
