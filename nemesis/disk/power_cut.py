"""Power cuts: the process ends at once, and what it wrote and did not sync is gone."""

from typing import Any, ClassVar

from harness.clock import wait_for
from harness.equipment import DISK_LAYER
from nemesis.arena import Arena, Node
from nemesis.disk.clean import clean
from nemesis.disk.damage import as_server
from nemesis.disk.refusing import layer_of
from nemesis.disk.revival import revive, sound
from nemesis.each import EachNode
from nemesis.fault import Proof
from nemesis.parameters import Number
from nemesis.process.life import GONE_WITHIN, owed_when_gone, who_is_there


class PowerCut(EachNode):
    """Cuts the power of servers.

    ZooKeeper (3.9) does not sync the very first snapshot that it takes, and refuses to start when it is lost:
    "No snapshot found, but there are log entries". A cut within `age` seconds of a server's first start shows
    it. Healing says so, and lets the server begin anew only where there is a leader to sync from.
    """

    name = "power-cut"
    summary = "kills a server and loses all that it wrote to its disk and did not sync, and starts it again"
    effect = "power-cut"
    target = "one"
    touches = frozenset({"process", "disk"})
    requires = frozenset({"fuse"})
    equipment = frozenset({DISK_LAYER})
    takes = 4.0
    parameters: ClassVar = {
        "age": Number(
            5,
            "seconds: what was written longer ago the system has written out by itself",
            low=0.01,
            high=60,
        )
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._proofs: dict[str, Proof] = {}
        self._healed: dict[str, Proof] = {}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Its process ends, as by a kill."""
        return owed_when_gone(target)

    def inject_on(self, node: Node) -> None:
        """Kill it, and drop what was not synced as soon as nobody is left to write."""
        server = as_server(node)
        before = who_is_there(server)
        server.kill()
        wait_for(
            lambda: not server.container.state().running, within=GONE_WITHIN, what=f"{server.name} is dead"
        )
        lost = layer_of(server).ask(drop=True, age=self.params["age"])
        server.died()
        told = ("bytes_dropped", "files_set_back", "files_vanished", "writes", "fsyncs")
        # Nothing may be lost, when everything was synced: then the counts say that the layer was there.
        self._proofs[server.name] = {"before": before, **{name: lost[name] for name in told}}

    def observe_on(self, node: Node) -> Proof | None:
        """Its process is gone, nothing unsynced is left, and the layer saw what was written and synced."""
        server = as_server(node)
        proof = self._proofs.get(server.name)
        if proof is None or not proof["writes"] or not server.ended():
            return None
        return proof | {"exit_code": server.container.state().exit_code}

    def heal_on(self, node: Node) -> None:
        """Start it, unless it runs."""
        server = as_server(node)
        clean(server.pod)
        told = revive(server, self.arena.ensemble, at_any_price=False)
        self._healed[server.name] = self._healed.get(server.name, {}) | told

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works, and shows what the leader shows."""
        return sound(self, as_server(node), self._healed.get(node.name, {}))
