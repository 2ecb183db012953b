"""What the engine's machine is able to, found out in a container that is thrown away."""

from contextlib import suppress

from harness.engine import Engine
from harness.errors import SetupError

ABILITIES: dict[str, str] = {
    "statistic": "its kernel has no iptables match `statistic`",
    "nfqueue": "its kernel has no iptables target `NFQUEUE`",
    "tee": "its kernel has no iptables target `TEE`",
    "tbf": "its kernel has no queue discipline `tbf`",
    "netem": "its kernel has no queue discipline `netem`",
    "socket-kill": "its kernel cannot end connections from outside (`ss -K`)",
    "nat": "its kernel has no iptables table `nat`",
    "fuse": "its engine gives containers no /dev/fuse",
}
"""What a machine may lack, in the words that say so."""

ENDED_FROM_OUTSIDE = """
import socket, subprocess
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
subprocess.run(["ss", "-K", "dport", "=", str(listener.getsockname()[1])], check=True)
try:
    client.settimeout(2)
    client.recv(1)
except ConnectionError:
    raise SystemExit(0)
raise SystemExit(1)
"""
"""A program that fails where `ss -K` ends no connection: it says nothing of that itself."""

PROBES: dict[str, str] = {
    "nat": "iptables -w -t nat -A OUTPUT -p udp --dport 9 -j REDIRECT --to-ports 10",
    "socket-kill": f"ip link set lo up; python3 -c '{ENDED_FROM_OUTSIDE}'",
    "statistic": "iptables -w -A INPUT -p udp --dport 9 -m statistic --mode random --probability 0.1 -j DROP",
    "nfqueue": "iptables -w -A INPUT -p udp --dport 9 -j NFQUEUE --queue-num 1 --queue-bypass",
    "tee": "iptables -w -A OUTPUT -p udp --dport 9 -j TEE --gateway 127.0.0.1",
    "tbf": "tc qdisc add dev lo root tbf rate 1mbit burst 32kbit latency 400ms && tc qdisc del dev lo root",
    "netem": "tc qdisc add dev lo root netem delay 1ms && tc qdisc del dev lo root",
}
"""Commands that succeed where the ability is there; they change the throw-away container's network alone."""


def abilities(engine: Engine, tools_image: str) -> frozenset[str]:
    """Find out what the machine is able to; raises SetupError when the engine cannot say."""
    script = "\n".join(f"({command}) >/dev/null 2>&1 && echo {name}" for name, command in PROBES.items())
    told = engine.run_once(tools_image, ["sh", "-c", f"{script}\ntrue"], capabilities=("NET_ADMIN",))
    found = {name for name in told.split() if name in PROBES}
    with suppress(SetupError):  # the engine refuses a device that the host does not have
        engine.run_once(tools_image, ["sh", "-c", "exec 3<>/dev/fuse"], devices=("/dev/fuse",))
        found.add("fuse")
    return frozenset(found)
