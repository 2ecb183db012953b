"""What all kinds of load share: an agent in a holder, counters of the servers, nothing left behind."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from harness.ensemble import Server
from harness.errors import EnsembleError
from harness.four_letter import ask
from harness.zoo_config import CLIENT_PORT
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import Proof
from nemesis.load.agent import runs, start, status, stop
from nemesis.load.tree import exists, remove, root_of
from nemesis.session.dump import ask_dump

LONGEST = 3600.0
"""Seconds after which an agent ends by itself, at the latest."""
GRACE = 60.0
"""Seconds that an agent is given beyond the time of the workload."""

COUNTERS = (
    "zk_packets_received",
    "zk_num_alive_connections",
    "zk_watch_count",
    "zk_ephemerals_count",
    "zk_approximate_data_size",
)
"""What is read of a server's word `mntr`."""

Counts = dict[str, int]


def read_counters(server: Server) -> Counts:
    """Ask a server for its counters; raises EnsembleError when it does not tell them."""
    try:
        counts = parse_counters(ask(server.host_address, "mntr"))
    except OSError as error:
        raise EnsembleError(f"{server.name} did not answer `mntr`: {error}.") from error
    if len(counts) < len(COUNTERS):
        raise EnsembleError(f"{server.name} does not serve.")
    return counts


def parse_counters(text: str) -> Counts:
    """Read the counters from the answer to `mntr`; a server that does not serve tells none."""
    pairs = (line.partition("\t") for line in text.splitlines())
    return {name: int(float(value)) for name, _, value in pairs if name in COUNTERS}


class Load(EachNode):
    """Makes load from within a node's holder until it is healed, bounded in time even if nobody heals."""

    effect = "load"
    target = "one"
    touches = frozenset({"load", "process"})
    takes = 4.0
    mode: ClassVar[str]
    """What the agent is told to do."""
    counter: ClassVar[str]
    """The server's counter that has to rise."""

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._before: dict[str, Counts] = {}
        self._peak: dict[str, int] = {}
        """The highest that the counter was seen above what it had been."""
        self.last: dict[str, dict[str, Any]] = {}
        """{node: the agent's last counters}"""

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003
        """Other clients' writes go on."""
        return ("writes-overlap-each-fault",)

    @property
    @abstractmethod
    def amount(self) -> int:
        """By how much the counter has to rise."""

    @abstractmethod
    def options(self) -> Mapping[str, Any]:
        """What the agent is told beside where and how long: parameters of its mode."""

    def bites(self, told: Mapping[str, Any]) -> bool:
        """Tell from the agent's counters whether it does what it is to do."""
        return bool(told["answered"])

    def inject_on(self, node: Node) -> None:
        """Note what the counters are, and start the agent."""
        self._before[node.name] = self.measure(node)
        stop(node.pod.holder)
        lifetime = min(self.arena.plan.time, LONGEST) + GRACE
        self.begin(node, lifetime)

    def begin(self, node: Node, lifetime: float) -> None:
        """Start the agent against the server whose node it is on."""
        address, root = f"127.0.0.1:{CLIENT_PORT}", root_of(node.name)
        start(node.pod.holder, self.mode, address=address, lifetime=lifetime, root=root, **self.options())

    def measure(self, node: Node) -> Counts:
        """Read the counters that tell how much load there is."""
        return read_counters(self.arena.ensemble[node.name])

    def observe_on(self, node: Node) -> Proof | None:
        """The server's own counter has risen as it should, and the agent says so too."""
        before = self._before.get(node.name)
        if before is None:
            return None
        told = status(node.pod.holder)
        now = self.measure(node)[self.counter]
        rise = max(self._peak.get(node.name, 0), now - before[self.counter])
        self._peak[node.name] = rise
        if not told or rise < self.amount or not self.bites(told):
            return None
        agent = {name: value for name, value in told.items() if value and name != "sessions"}
        agent["sessions"] = len(told["sessions"])
        return {"counter": self.counter, "before": before[self.counter], "rise": rise, "agent": agent}

    def heal_on(self, node: Node) -> None:
        """End the agent and remove its znodes."""
        told = stop(node.pod.holder)
        if told:
            self.last[node.name] = told
        server = self._somebody(node)
        if server is not None:
            # Nobody may serve now, or a request of the agent's may still be on its way: it is tried again.
            with suppress(EnsembleError):
                remove(server.host_address, root_of(node.name))

    def _somebody(self, node: Node) -> Server | None:
        """Return a server that serves, the target itself if it can."""
        servers = sorted(self.arena.ensemble.servers, key=lambda server: server.name != node.name)
        return next((server for server in servers if server.status().serves), None)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """Agent and znodes are gone; sessions too, and the counter is down, where it is the only fault."""
        server = self._somebody(node)
        if runs(node.pod.holder) or server is None:
            return None
        if exists(server.host_address, root_of(node.name)):
            # Nobody served when it was to be removed, or a request of the agent's was still on its way.
            remove(server.host_address, root_of(node.name))
            return None
        proof: Proof = {"left": "nothing", "agent": self._summary(node)}
        if not self.alone or node.name not in self._before:
            return proof
        there = ask_dump(self.arena)
        if there is None or there.sessions & set(self.last.get(node.name, {}).get("sessions", [])):
            return None
        rise = self.measure(node)[self.counter] - self._before[node.name][self.counter]
        if self.counter != "zk_packets_received" and rise > self.amount / 2:
            return None
        return proof | {"counter": self.counter, "rise": rise}

    def _summary(self, node: Node) -> dict[str, Any]:
        told = self.last.get(node.name, {})
        return {
            name: len(value) if isinstance(value, list) else value for name, value in told.items() if value
        }
