"""With whom a node's link is disturbed, and how such a link is measured from both of its ends."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from msgspec import DecodeError
from msgspec.json import decode

from harness.errors import EnsembleError, SetupError
from harness.plan import Plan
from harness.zoo_config import CLIENT_PORT, ELECTION_PORT, QUORUM_PORT
from nemesis.agents import source
from nemesis.arena import Arena, Node
from nemesis.parameters import Number, Parameter, Word
from nemesis.targets import kinds

HANDSHAKES = 5

BETWEEN: Mapping[str, Parameter] = {
    "between": Word("all", "the peers on the other end of the link", ("all", "servers", "apps")),
}
TO_PEERS: Mapping[str, Parameter] = {
    **BETWEEN,
    "port": Number(
        0, "the TCP port at either end, such as 2181 or 2888; 0: all of them", 0, 65535, whole=True
    ),
}


def peers_of(arena: Arena, node: Node, between: str) -> list[Node]:
    """The nodes that a node talks to: app nodes talk to servers alone."""
    kinds_of_peers = {"all": ("server", "app"), "servers": ("server",), "apps": ("app",)}[between]
    return [
        peer
        for peer in arena.nodes.values()
        if peer is not node and peer.role in kinds_of_peers and "server" in {peer.role, node.role}
    ]


def addresses(nodes: Sequence[Node]) -> list[str]:
    """Their addresses on the run's network."""
    return [node.pod.address for node in nodes]


def no_peers(plan: Plan, target: str, between: str) -> str:
    """Say in one clause why nobody is on the other end of the link, or nothing."""
    roles = kinds(target)
    if between == "apps" and roles == {"app"}:
        return "app nodes do not talk to one another; between=servers is what they have"
    if between == "servers" and roles == {"server"} and plan.servers + plan.observers == 1:
        return "there is no other server; --servers 3 has some"
    return ""


def probe(node: Node, what: str, *args: Any) -> Any:
    """Run the measuring program in a node's holder and return what it measured."""
    told = node.pod.holder.execute("python3", "-c", source("link_probe"), what, *map(str, args))
    try:
        return decode(told)
    except DecodeError as error:
        raise SetupError(f"what {node.name} measured cannot be read: {error}") from error


def round_trip(arena: Arena, node: Node, between: str, port: int) -> float:
    """Milliseconds of a TCP handshake that a peer's holder begins with a node, the median of a few.

    The node's kernel answers also where no program listens. Raises EnsembleError when too few come back.
    """
    peer = peers_of(arena, node, between)[0]
    took = probe(peer, "rtt", node.pod.address, port or CLIENT_PORT, HANDSHAKES)
    if len(took) <= HANDSHAKES // 2:
        raise EnsembleError(f"{node.name} does not answer {peer.name}.")
    return round(float(median(took)) * 1000, 2)


def chat(arena: Arena, node: Node, between: str, port: int, times: int) -> None:
    """Make some traffic on a node's link, most of it from servers to whoever asks.

    Where the port or the peers leave no room for questions, there are only those that ZooKeeper sends itself.
    """
    if port not in {0, CLIENT_PORT}:
        return
    peers = peers_of(arena, node, between)
    for server in (peer for peer in peers if peer.role == "server"):
        if probe(node, "chat", server.pod.address, CLIENT_PORT, times):
            return
    if peers and node.role == "server":
        probe(peers[0], "chat", node.pod.address, CLIENT_PORT, times)


def idle_port(target: str, between: str, port: int) -> str:
    """Say in one clause why nothing ever goes through a port on such a link, or nothing."""
    if port in {0, CLIENT_PORT}:
        return ""
    if port not in {QUORUM_PORT, ELECTION_PORT}:
        known = f"{CLIENT_PORT}, {QUORUM_PORT} and {ELECTION_PORT}"
        return f"nobody talks through the port {port}; there are {known}"
    if between == "apps" or kinds(target) == {"app"}:
        return f"only servers talk to each other through the port {port}"
    return ""
