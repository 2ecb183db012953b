"""Load from within a node's holder: many requests, watches, ephemeral nodes, large values or connections.

Runs as `load MODE JSON` beside load_session.py, and goes on until SIGTERM or the end of its time, whatever
happens to whoever started it. Then it closes its sessions. A connection that breaks is followed by a new
beginning. Its znodes lie below a root of its own. It writes its counters to STATUS, one JSON object:
`sessions` (ids of all that it opened), `sent`, `answered`, `refused`, `breaks`, `rounds`, `watches` and
`fired`, `full` (connections turned away), `rtt_ms` (the longest answer).
"""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from errno import EADDRINUSE, EADDRNOTAVAIL
from typing import Any

from kazoo.protocol.serialization import Create, GetData, SetData
from kazoo.security import OPEN_ACL_UNSAFE

from nemesis.agents.load_session import Counters, Crew, Session, Stopped

OWN_PORTS = range(20000, 30000)
"""Local ports of the storm's connections, so that they can be told from those of the node's own program."""


def create(path: str, data: bytes = b"", *, ephemeral: bool = False) -> Create:
    """A request that makes a znode."""
    return Create(path, data, OPEN_ACL_UNSAFE, 1 if ephemeral else 0)


def burst(crew: Crew, root: str, rate: float, znodes: int, size: int, kind: str) -> None:
    """So many requests a second, in turn by each session: sets and gets on a few znodes."""
    paths = [f"{root}/burst-{number}" for number in range(znodes)]
    crew.sessions[0].send(create(root), *map(create, paths))
    crew.sessions[0].settle()
    began, done, data = time.monotonic(), 0, b"x" * size
    writes = {"writes": 1.0, "reads": 0.0, "mixed": 0.5}[kind]
    while True:
        due = int((time.monotonic() - began) * rate) - done
        # What cannot be had is not owed: a server that is slow is not asked faster and faster.
        room = 500 * len(crew.sessions) - sum(len(session.waiting) for session in crew.sessions)
        for number in range(done, done + min(due, max(room, 0))):
            session, path = crew.sessions[number % len(crew.sessions)], paths[number % znodes]
            write = int((number + 1) * writes) > int(number * writes)
            session.send(SetData(path, data, -1) if write else GetData(path, None))
        done += max(due, 0)
        crew.hear(0.01)


def watch_storm(crew: Crew, root: str, watches: int, pause: float) -> None:
    """Every session watches every znode; each is changed once, and every watch has to fire."""
    paths = [f"{root}/watched-{number}" for number in range(max(1, watches // len(crew.sessions)))]
    crew.sessions[0].send(create(root), *map(create, paths))
    crew.sessions[0].settle()
    values = crew.counters.values
    while True:
        for session in crew.sessions:
            session.send(*(GetData(path, print) for path in paths))  # any watcher: the request tells of one
        crew.hear_until(lambda: not any(session.waiting for session in crew.sessions))
        values["watches"] += len(paths) * len(crew.sessions)
        crew.hear(pause)
        crew.sessions[0].send(*(SetData(path, b"changed", -1) for path in paths))
        crew.hear_until(lambda: values["fired"] >= values["watches"])
        values["rounds"] += 1


def ephemerals(crew: Crew, root: str, count: int, width: int) -> None:
    """One session makes so many ephemeral nodes, with paths of so many characters, and keeps them."""
    session = crew.sessions[0]
    session.send(create(root))
    for first in range(0, count, 500):
        session.send(
            *(
                create(f"{root}/{number:0{width - len(root) - 1}}", ephemeral=True)
                for number in range(first, min(first + 500, count))
            )
        )
        session.settle()
    crew.counters.values["rounds"] = 1
    while True:
        crew.hear(1.0)


def large_values(crew: Crew, root: str, size: int, znodes: int, rate: float) -> None:
    """Writes of large values, one after the other."""
    session = crew.sessions[0]
    session.send(create(root))
    number = 0
    while True:
        path = f"{root}/large-{number % znodes}"
        session.send(create(path), SetData(path, bytes([97 + number % 26]) * size, -1))
        session.settle()
        number += 1
        crew.hear(1 / rate)


def connections(crew: Crew, addresses: list[str], most: int) -> None:
    """Open sessions at every server until it turns them away, and take every place that becomes free."""
    ports: Iterator[int] = iter(())
    held: dict[str, int] = dict.fromkeys(addresses, 0)
    while True:
        for address in addresses:
            host, _, port = address.rpartition(":")
            while held[address] < most:
                crew.counters.check()
                source = next(ports, 0)
                if not source:
                    ports = iter(OWN_PORTS)
                    continue
                try:
                    crew.join(Session(crew.counters, (host, int(port)), source))
                except ConnectionRefusedError:
                    break  # nobody is there
                except OSError as error:
                    if error.errno in {EADDRINUSE, EADDRNOTAVAIL}:
                        continue
                    # Accepted, and closed without a word: it has as many as it takes from one address.
                    crew.counters.values["full"] += 1
                    break
                held[address] += 1
        crew.counters.values["rounds"] += 1
        crew.hear(0.02)


MODES: dict[str, Callable[..., None]] = {
    "burst": burst,
    "watch-storm": watch_storm,
    "ephemerals": ephemerals,
    "large-values": large_values,
    "connections": connections,
}


def main() -> None:
    """Load until it is time to end."""
    mode, options = sys.argv[1], json.loads(sys.argv[2])
    counters = Counters(options.pop("lifetime"))
    host, _, port = options.pop("address").rpartition(":")
    number = options.pop("sessions")

    def stop(*_: Any) -> None:
        counters.stopped = True

    signal.signal(signal.SIGTERM, stop)
    with suppress(Stopped):
        while True:
            try:
                crew = Crew(counters, (host, int(port)), number)
                try:
                    MODES[mode](crew, **options)
                finally:
                    crew.close()
            except OSError:
                counters.values["breaks"] += 1
                time.sleep(0.2)
            counters.check()
    counters.tell()


if __name__ == "__main__":
    main()
