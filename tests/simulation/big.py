"""Valid histories of any size, written line by line, as fast as Python can: for benchmarks.

    python -m tests.simulation.big --operations 1000000 --seed 1 OUT.jsonl

The same seed gives the same bytes. What is planted breaks one thing in the middle of the run.
"""

import random
import sys
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from tests.simulation.bulk_clients import Client, Process, Voice
from tests.simulation.bulk_plants import PLANTS, Plant
from tests.simulation.bulk_requests import Requests
from tests.simulation.bulk_tree import BulkEnsemble, Replica
from tests.simulation.plans import ADDRESSES, BOOT, ROOT, a_plan, environment

MONITOR_EVERY = 250_000_000
PING_EVERY = 2048
"""Steps between two pings."""
FLUSH_EVERY = 32
"""Steps between two deliveries; the nodes take turns, so that lines of one node come late."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of everything."""

    operations: int
    seed: int = 1
    keys: int = 200
    parents: int = 10
    sessions: int = 20
    nodes: int = 5
    concurrency: int = 4
    """Outstanding calls per session."""
    unknown: float = 0.0
    """Share of calls whose answer is lost; each time the whole connection goes."""
    closings: float = 0.0005
    """Share of calls after which a session is closed and another one opened."""


class Writer:
    """Numbers lines and writes them."""

    def __init__(self, out: BinaryIO):
        self._out = out
        self._index = 0

    def write(self, lines: list[str]) -> None:
        """Write lines that lack their beginning, and empty the list."""
        if lines:
            start = self._index
            self._index += len(lines)
            self._out.write(
                "".join([f'{{"index":{i},{line}' for i, line in enumerate(lines, start)]).encode()
            )
            lines.clear()


class BigRun:
    """One run; `write` writes its history."""

    def __init__(self, size: Size, out: BinaryIO, plant: Plant | None = None):
        self.size = size
        self.dice = random.Random(size.seed)
        self.ensemble = BulkEnsemble(self.dice)
        self.requests = Requests(self.ensemble, self.dice, size.keys, size.parents)
        self.voices = [Voice(f"app{number + 1}") for number in range(size.nodes)]
        self.ids = count(0x1_0000_0000_0001)
        self.clients: list[Client] = []
        self.processes: list[Process] = []
        self.harness: list[str] = []
        self.writer = Writer(out)
        self.plant = plant
        self.now = BOOT
        self.asked_servers = BOOT
        self.step = 0

    def write(self) -> int:
        """Write everything and return the number of calls."""
        self._begin()
        calls = self._work()
        self._end()
        return calls

    def tell(self, f: str, value: object, process: str = "harness", node: str = "") -> None:
        """Write an event of the harness or the monitor."""
        self.now += 1000
        text = msgspec.json.encode(value).decode()
        whose = f'"process":"{process}"' + (f',"node":"{node}"' if node else "")
        self.harness.append(f'"time":{self.now},"type":"event","f":"{f}",{whose},"value":{text}}}\n')

    def _begin(self) -> None:
        size = self.size
        self.tell("plan", a_plan(seed=size.seed, nodes=size.nodes))
        self.tell("environment", environment())
        for name in ADDRESSES:
            self.tell("node", {"state": "started", "life": 1, "role": "server"}, node=name)
        self.tell("phase", "ensemble")
        self._poll()
        self.tell("phase", "apps")
        for voice in self.voices:
            self.tell("node", {"state": "started", "life": 1, "role": "app"}, node=voice.node)
        self._deliver()
        for number in range(size.sessions):
            voice = self.voices[number % size.nodes]
            client = Client(voice, self.ensemble, early=number % 2 == 0)
            self.now += 50_000
            client.open(self.now, next(self.ids))
            client.processes = [Process(client) for _ in range(size.concurrency)]
            self.clients.append(client)
        self.processes = [p for row in zip(*(c.processes for c in self.clients), strict=True) for p in row]
        for path in (ROOT, *self.requests.parents):
            self._make(path)
        for replica in self.ensemble.replicas:
            replica.catch_up(self.ensemble.length)
        self.tell("phase", "workload")
        self._deliver()

    def _make(self, path: str) -> None:
        client = self.clients[0]
        request = self.requests.making(path)
        self.now += 50_000
        self.requests.now = self.now + 1500
        client.invoke(client.processes[0], self.now, request)
        self.now += 50_000
        client.complete(client.processes[0], self.now)

    def _work(self) -> int:
        size, processes, dice = self.size, self.processes, self.dice
        break_share, close_share = size.unknown / max(1, size.concurrency - 1), size.closings
        calls = 0
        while calls < size.operations:
            process = processes[self.step % len(processes)]
            self.step += 1
            self.now += 20_000 + dice.getrandbits(15)
            self.requests.now = self.now - 3000
            client = process.client
            if process.effect is not None:
                client.complete(process, self.now)
            fate = dice.random()
            if fate < break_share:
                client.lose(self.now + 1000, dice.choice(self.ensemble.replicas))
            elif fate < break_share + close_share:
                client.closing = True
            if client.closing:
                self._close_if_idle(client)
            else:
                self.requests.now = self.now + 5000
                client.invoke(process, self.now + 3000, self.requests.draw(client))
                calls += 1
            self._housekeeping(self.step)
        return calls

    def _close_if_idle(self, client: Client) -> None:
        if all(process.effect is None for process in client.processes):
            self.requests.now = self.now
            client.close(self.now + 1000, next(self.ids))

    def _housekeeping(self, step: int) -> None:
        if step & 7 == 0:
            self.ensemble.drift()
        if step % FLUSH_EVERY == 0:
            self.writer.write(self.voices[step // FLUSH_EVERY % len(self.voices)].lines)
        if step % PING_EVERY == 0:
            self.clients[step // PING_EVERY % len(self.clients)].ping()
        if self.plant is not None and step > self.size.operations // 2 and self.plant(self):
            self.plant = None
        if self.now - self.asked_servers > MONITOR_EVERY:
            self._poll()
            self.writer.write(self.harness)

    def _poll(self) -> None:
        self.asked_servers = self.now
        for replica in self.ensemble.replicas:
            leads = replica is self.ensemble.replicas[0]
            mode = {"mode": "leader" if leads else "follower", "epoch": 1, "zxid": replica.zxid}
            self.tell("server", mode | {"sent": self.now - 500}, "monitor", replica.name)

    def _deliver(self) -> None:
        self.writer.write(self.harness)
        for voice in self.voices:
            self.writer.write(voice.lines)

    def _end(self) -> None:
        turn = self.step % len(self.processes)
        for process in self.processes[turn:] + self.processes[:turn]:
            self.now += 30_000
            self.requests.now = self.now - 3000
            if process.effect is not None:
                process.client.complete(process, self.now)
        self._deliver()
        self.tell("phase", "heal")
        self.tell("phase", "final")
        self._final_read("running")
        self.tell("phase", "stop")
        for client in self.clients:
            self.now += 50_000
            self.requests.now = self.now
            client.finish(self.now)
        for voice in self.voices:
            self.now += 50_000
            self.writer.write(voice.lines)
            self.tell("node", {"state": "stopped", "life": 1, "role": "app"}, node=voice.node)
        self._deliver()
        self._final_read("stopped")
        self.ensemble.settle_root()
        for replica in self.ensemble.replicas:
            self._walk(replica)
        self.tell("phase", "closed")
        self._deliver()

    def _final_read(self, stage: str) -> None:
        """List the root with the owners of its children on every server."""
        for replica in self.ensemble.replicas:
            replica.catch_up(self.ensemble.length)
            names = {path: path.rpartition("/")[2] for path in replica.tree if path.count("/") == 2}
            owners = {name: replica.tree[path].owner for path, name in names.items()}
            whose = f'"process":"final/{replica.name}","node":"{replica.name}","key":"{ROOT}"'
            here = f'"server":"{replica.name}","zxid":{replica.zxid}'
            for kind, value in (("invoke", {"stage": stage}), ("ok", {"children": owners})):
                self.now += 20_000
                text = msgspec.json.encode(value).decode()
                more = f",{here}" if kind == "ok" else ""
                line = f'"time":{self.now},"type":"{kind}","f":"final-read",{whose},"value":{text}{more}}}\n'
                self.harness.append(line)
        self._deliver()

    def _walk(self, replica: Replica) -> None:
        """Read the whole tree of one server."""
        walker = Client(Voice(replica.name), self.ensemble, early=True)
        process = walker.visit(replica, next(self.ids))
        for request in self.requests.walk(replica):
            self.now += 20_000
            walker.invoke(process, self.now, request)
            walker.complete(process, self.now + 10_000)
            self.writer.write(walker.voice.lines)
        digest = {"digests": {str(replica.zxid): str(1 + len(replica.tree))}, "mismatches": 0}
        self.tell("hash", digest, node=replica.name)


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--operations", default=1_000_000, show_default=True, help="Number of calls.")
@click.option("--seed", default=1, show_default=True)
@click.option("--keys", default=200, show_default=True)
@click.option("--sessions", default=20, show_default=True)
@click.option("--concurrency", default=4, show_default=True, help="Outstanding calls of a session.")
@click.option("--unknown", default=0.0, show_default=True, help="Share of calls without an answer.")
@click.option("--plant", type=click.Choice(sorted(PLANTS)), help="Break one thing.")
def main(out: Path, plant: str | None, **size: int | float) -> None:
    """Write a history to OUT."""
    began = time.monotonic()
    with out.open("wb", buffering=1 << 20) as file:
        calls = BigRun(Size(**size), file, PLANTS[plant] if plant else None).write()  # type: ignore[arg-type]
    took = time.monotonic() - began
    click.echo(f"{calls} calls in {took:.1f} s ({calls / took:.0f} a second), {out.stat().st_size >> 20} MB")


if __name__ == "__main__":
    sys.exit(main())
