"""What the kernel is told: rules of iptables and queue disciplines for the packets between two nodes."""

from collections.abc import Sequence

from nemesis.link.clean import IN, OUT

QUEUE = 2181
"""Number of the netfilter queue, in the holder's own network."""

Connection = tuple[str, int, str, int]
"""Own address and port, the peer's address and port."""


def received(peers: Sequence[str], port: int, action: str) -> list[str]:
    """Rules for what comes from peers, through a TCP port at either end unless it is 0."""
    return [f"-A {IN} -s {peer}{_through(port)} {action}" for peer in peers]


def sent(peers: Sequence[str], port: int, action: str) -> list[str]:
    """Rules for what goes to peers; `{peer}` in the action stands for the peer's address."""
    return [f"-A {OUT} -d {peer}{_through(port)} {action.format(peer=peer)}" for peer in peers]


def of_connections(connections: Sequence[Connection], action: str) -> list[str]:
    """Rules for both directions of single connections."""
    rules = []
    for own, own_port, peer, port in connections:
        rules.append(f"-A {IN} -p tcp -s {peer} --sport {port} -d {own} --dport {own_port} {action}")
        rules.append(f"-A {OUT} -p tcp -s {own} --sport {own_port} -d {peer} --dport {port} {action}")
    return rules


def _through(port: int) -> str:
    return f" -p tcp -m multiport --ports {port}" if port else ""


def apply(rules: Sequence[str]) -> str:
    """A script that puts rules in force, all at one moment, on a clean link."""
    table = "\n".join(
        [
            "*filter",
            f":{IN} - [0:0]",
            f":{OUT} - [0:0]",
            f"-I INPUT -j {IN}",
            f"-I OUTPUT -j {OUT}",
            *rules,
            "COMMIT",
        ]
    )
    return f"iptables-restore -w --noflush <<'RULES'\n{table}\nRULES\n"


def shape(peers: Sequence[str], port: int, discipline: str) -> str:
    """A script that sends packets for peers, and only them, through a queue discipline.

    Everything else, such as the harness's own questions to the published ports, leaves at once: the tree
    of classes has no class for it.
    """
    lines = [
        "tc qdisc add dev eth0 root handle 1: htb",
        # It only sorts, and is faster than any link here; the quantum spares a warning of the kernel's.
        "tc class add dev eth0 parent 1: classid 1:1 htb rate 10gbit quantum 60000",
        f"tc qdisc add dev eth0 parent 1:1 handle 10: {discipline}",
    ]
    for peer in peers:
        for end in ["sport", "dport"] if port else [""]:
            through = f" match ip protocol 6 0xff match ip {end} {port} 0xffff" if end else ""
            lines.append(
                f"tc filter add dev eth0 parent 1: protocol ip u32 match ip dst {peer}/32{through} flowid 1:1"
            )
    return " &&\n".join(lines) + "\n"


def ss_filter(peers: Sequence[str], port: int) -> str:
    """A filter of `ss` for connections with peers, through a port at either end unless it is 0."""
    with_peers = "( " + " or ".join(f"dst {peer}" for peer in peers) + " )"
    return with_peers + (f" and ( sport = :{port} or dport = :{port} )" if port else "")
