"""A connection storm: one machine has as many connections as a server takes from an address."""

from collections.abc import Mapping
from typing import Any

from harness.equipment import CONNECTION_LIMIT
from harness.plan import Plan
from harness.zoo_config import CLIENT_PORT
from nemesis.arena import Node
from nemesis.fault import APPS, Proof
from nemesis.load.agent import start
from nemesis.load.base import Counts, Load, read_counters

LIMIT = "maxClientCnxns"
MOST = 1000
"""Connections to one server that an agent opens at most."""


class ConnectionStorm(Load):
    """Opens connections from an app node's address until every server turns more away.

    The app node's own connections stay; once one breaks there is no place for it to come back to.
    """

    name = "connection-storm"
    summary = "opens connections from the app node's address to all servers until they take no more of it"
    target = "one-app"
    roles = APPS
    equipment = frozenset({CONNECTION_LIMIT})
    mode = "connections"
    counter = "full"

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """There has to be a limit that can be reached; where there is none, 0, the planner sets one."""
        limit = plan.zoo.get(LIMIT, "0")
        if limit.isdigit() and int(limit) <= MOST:
            return ""
        return f"{LIMIT}={limit} is not a limit of up to {MOST} connections, as many as are opened at most"

    @property
    def limit(self) -> int:
        """Connections that a server takes from one address."""
        return int(self.arena.plan.zoo[LIMIT])

    @property
    def amount(self) -> int:
        """Servers that are full."""
        return len(self._servers())

    def _servers(self) -> list[Any]:
        return [server for server in self.arena.ensemble.servers if server.status().serves]

    def options(self) -> Mapping[str, Any]:
        """No sessions from the beginning: they are opened one by one."""
        # One more than fits, so that it goes on trying: a server that is full says so again and again.
        addresses = [f"{server.pod.address}:{CLIENT_PORT}" for server in self.arena.ensemble.servers]
        return {"sessions": 0, "addresses": addresses, "most": self.limit + 1}

    def begin(self, node: Node, lifetime: float) -> None:
        """Start the agent against all servers; it makes no znodes."""
        start(
            node.pod.holder,
            self.mode,
            address=f"127.0.0.1:{CLIENT_PORT}",
            lifetime=lifetime,
            **self.options(),
        )

    def measure(self, node: Node) -> Counts:  # noqa: ARG002
        """Count the servers that hold as many connections as they take of one address, or more."""
        alive = [read_counters(server)["zk_num_alive_connections"] for server in self._servers()]
        return {"full": sum(number >= self.limit for number in alive), "connections": sum(alive)}

    def bites(self, told: Mapping[str, Any]) -> bool:
        """Every server has turned a connection away."""
        return bool(told["full"] >= max(self.amount, 1) and told["rounds"])

    def observe_on(self, node: Node) -> Proof | None:
        """Servers hold what they take of one address, and turned away what was beyond."""
        proof = super().observe_on(node)
        return proof and {**proof, "limit": self.limit, "connections": self.measure(node)["connections"]}
