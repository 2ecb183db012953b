"""Disks that take their time: every sync of the log waits, and with it every answer to a write."""

from typing import Any, ClassVar

from harness.ensemble import Server
from harness.equipment import DISK_LAYER
from harness.four_letter import ask
from nemesis.arena import Arena, Node
from nemesis.disk.clean import clean
from nemesis.disk.damage import as_server
from nemesis.disk.refusing import layer_of
from nemesis.disk.revival import stir
from nemesis.each import EachNode
from nemesis.fault import Proof
from nemesis.parameters import Number
from nemesis.process.life import owed_when_slow, works

METRICS = ("zk_cnt_fsynctime", "zk_sum_fsynctime")
"""How often ZooKeeper has synced its log, and the milliseconds that took; told from 3.6 on."""


class SlowFsync(EachNode):
    """Delays each sync."""

    name = "slow-fsync"
    summary = "makes each fsync of a server take longer"
    effect = "slow-disk"
    target = "leader"
    touches = frozenset({"disk", "process"})
    requires = frozenset({"fuse"})
    equipment = frozenset({DISK_LAYER})
    parameters: ClassVar = {"ms": Number(500, "milliseconds that each sync takes more", low=1, high=10000)}

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._delayed: dict[str, int] = {}
        self._before: dict[str, dict[str, float]] = {}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """A quorum's writes go on, slowly; nobody has to be replaced."""
        return owed_when_slow(target)

    def inject_on(self, node: Node) -> None:
        """Tell the layer, after noting how long syncs took up to now."""
        server = as_server(node)
        self._before[server.name] = fsync_times(server)
        self._delayed[server.name] = layer_of(server).ask()["delayed"]
        layer_of(server).ask(delay=self.params["ms"])

    def observe_on(self, node: Node) -> Proof | None:
        """The layer has delayed syncs, and the server counts them as long."""
        server = as_server(node)
        if server.name not in self._before:
            return None
        delayed = layer_of(server).ask()["delayed"] - self._delayed[server.name]
        if delayed < 1:
            stir(self, besides=server.name)
            return None
        proof: Proof = {"ms": self.params["ms"], "delayed": delayed}
        before, now = self._before[server.name], fsync_times(server)
        if not before or not now:
            # It does not tell: too old a server, or one that serves nobody at this moment.
            return proof
        count, took = (now[name] - before[name] for name in METRICS)
        if count < 1 or took < self.params["ms"]:
            return None
        return proof | {"server_counts": {"fsyncs": int(count), "ms": round(took)}}

    def heal_on(self, node: Node) -> None:
        """Set the layer free: whoever waits goes on at once."""
        clean(as_server(node).pod)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """Nothing is delayed any more, and the server works."""
        server = as_server(node)
        state = layer_of(server).ask()
        proof = works(self, server)
        return None if state["delay"] or proof is None else {"delay": 0, **proof}


def fsync_times(server: Server) -> dict[str, float]:
    """Read from `mntr` how often and how long a server has synced; empty where it does not tell."""
    try:
        answer = ask(server.host_address, "mntr")
    except OSError:
        return {}
    told = dict(line.split("\t", 1) for line in answer.splitlines() if "\t" in line)
    return {name: float(told[name]) for name in METRICS} if told.keys() >= set(METRICS) else {}
