"""Runs in a holder: tells whom this node reaches over TCP, who is connected to it, what its filter counted.

The one argument is JSON: {"probes": {name: [address, port]}, "within": seconds}. Prints one line of JSON:
"reached": {name: "connected", "refused", "no answer", or the kernel's name of another error},
"connections": [address:port of the far ends of established connections], "filter": what iptables-save says.
"""

import errno
import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ESTABLISHED = "01"

SAVE = ("iptables-save", "-c", "-t", "filter")


def reach(probes: Mapping[str, tuple[str, int]], within: float) -> dict[str, str]:
    """Try to connect to all at once; return {name: what came of it}."""
    reached: dict[str, str] = {}
    sockets: dict[str, socket.socket] = {}
    waiting = selectors.DefaultSelector()
    for name, (address, port) in probes.items():
        sockets[name] = socket.socket()
        sockets[name].settimeout(0)
        code = sockets[name].connect_ex((address, port))
        if code in {0, errno.EINPROGRESS}:
            waiting.register(sockets[name], selectors.EVENT_WRITE, name)
        else:
            reached[name] = word(code)
    deadline = time.monotonic() + within
    while waiting.get_map() and time.monotonic() < deadline:
        for key, _ in waiting.select(max(0.0, deadline - time.monotonic())):
            reached[key.data] = word(sockets[key.data].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            waiting.unregister(key.fileobj)
    waiting.close()
    for probe in sockets.values():
        probe.close()
    return {name: reached.get(name, "no answer") for name in probes}


def word(code: int) -> str:
    """Put the outcome of a connect into a word."""
    known = {0: "connected", errno.ECONNREFUSED: "refused"}
    return known.get(code) or errno.errorcode.get(code, str(code))


def connections() -> list[str]:
    """List the far ends of this network's established connections."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [row[2].split(":") for row in rows if row[3] == ESTABLISHED]
    return sorted({f"{socket.inet_ntoa(bytes.fromhex(host)[::-1])}:{int(port, 16)}" for host, port in ends})


def main() -> None:
    """Probe first: the filter's counters are to hold what the probes of all nodes met."""
    asked = json.loads(sys.argv[1])
    reached = reach(asked["probes"], asked["within"])
    saved = subprocess.run(SAVE, stdout=subprocess.PIPE, check=True, text=True).stdout  # noqa: S603 - own words
    said = {"reached": reached, "connections": connections(), "filter": saved}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
