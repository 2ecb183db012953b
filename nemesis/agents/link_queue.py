"""Holds packets of a netfilter queue for a while before they go on; runs in a node's holder.

    python3 link_queue.py COUNTERS QUEUE MS JITTER DISTRIBUTION ORDER PERCENT

Of all packets PERCENT are held for MS milliseconds, give or take JITTER, the others pass at once. With the
ORDER `kept` none leaves before those that came before it. It writes what it did to the file COUNTERS, JSON,
ten times a second. SIGTERM ends it after it has let go of everything that it holds; if it dies, the rule's
`--queue-bypass` lets packets pass.
"""

import heapq
import json
import os
import random
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

FAIL_OPEN, WHOLE = 1, 4
"""NFQA_CFG_F_FAIL_OPEN: what the queue has no room for passes. NFQA_CFG_F_GSO: big packets are not cut up."""

ROOM = 1 << 16
"""Packets that the kernel keeps for the queue."""

WRITE_EVERY = 0.1


class Wait:
    """Draws how many seconds a packet is held."""

    def __init__(self, seconds: float, jitter: float, distribution: str, draw: random.Random):
        self._seconds = seconds
        self._jitter = jitter
        self._distribution = distribution
        self._draw = draw

    def next(self) -> float:
        """Seconds, never below zero."""
        if not self._jitter:
            return self._seconds
        if self._distribution == "normal":
            spread = self._draw.gauss(0, 1)
        elif self._distribution == "pareto":
            # A long tail to the right, from -2/3 on, with the mean 0.
            spread = self._draw.paretovariate(3) * 4 / 3 - 2
        else:
            spread = self._draw.uniform(-1, 1)
        return max(0.0, self._seconds + self._jitter * spread)


class Line:
    """The packets that wait for their release; each is anything with an `accept` method."""

    def __init__(self, wait: Wait, *, kept: bool, share: float, draw: random.Random):
        self.packets = self.delayed = self.reordered = self.longest = 0
        self._wait = wait
        self._kept = kept
        self._share = share
        self._draw = draw
        self._held: list[tuple[float, int, Any]] = []
        self._last = 0.0
        self._youngest = 0
        """Number of the youngest packet that has left."""

    def __len__(self) -> int:
        return len(self._held)

    @property
    def due(self) -> float:
        """When the next packet leaves, infinity when none waits."""
        return self._held[0][0] if self._held else float("inf")

    def take(self, packet: Any, now: float) -> None:
        """Hold a packet, or let it pass."""
        self.packets += 1
        seconds = self._wait.next() if self._share >= 1 or self._draw.random() < self._share else 0.0
        release = max(now + seconds, self._last) if self._kept else now + seconds
        if release <= now and (not self._kept or not self._held):
            self._go(packet, self.packets)
            return
        self._last = release
        self.delayed += 1
        heapq.heappush(self._held, (release, self.packets, packet))
        self.longest = max(self.longest, len(self._held))

    def release(self, now: float) -> None:
        """Let everything go whose time has come."""
        while self._held and self._held[0][0] <= now:
            _, number, packet = heapq.heappop(self._held)
            self._go(packet, number)

    def _go(self, packet: Any, number: int) -> None:
        packet.accept()
        if number < self._youngest:
            self.reordered += 1
        else:
            self._youngest = number


def configure(fd: int, queue: int, flags: int) -> None:
    """Set flags of a bound queue, which the library has no call for; raises OSError when it is refused."""
    attributes = b"".join(struct.pack("=HHI", 8, kind, socket.htonl(flags)) for kind in (4, 5))
    body = struct.pack("=BBH", socket.AF_UNSPEC, 0, socket.htons(queue)) + attributes
    request, acknowledge, config = 1, 4, 3 << 8 | 2
    with socket.fromfd(fd, socket.AF_NETLINK, socket.SOCK_RAW) as netlink:
        netlink.send(struct.pack("=IHHII", 16 + len(body), config, request | acknowledge, 1, 0) + body)
        while True:
            answer = netlink.recv(65536)
            if struct.unpack_from("=H", answer, 4)[0] == 2:  # NLMSG_ERROR, with 0 for: done
                error = -struct.unpack_from("=i", answer, 16)[0]
                if error:
                    raise OSError(error, os.strerror(error))
                return


def write(path: str, line: Line) -> None:
    """Write the counters, all of them or none."""
    told = {
        "packets": line.packets,
        "delayed": line.delayed,
        "reordered": line.reordered,
        "held": len(line),
        "longest": line.longest,
    }
    new = Path(f"{path}.new")
    new.write_text(json.dumps(told))
    new.replace(path)


def main(path: str, queue: int, wait: Wait, *, kept: bool, share: float) -> None:
    """Serve the queue until SIGTERM."""
    from netfilterqueue import COPY_META, NetfilterQueue  # noqa: PLC0415 - only the holder has it

    line = Line(wait, kept=kept, share=share, draw=random.Random())
    ended = False

    def end(*_: object) -> None:
        nonlocal ended
        ended = True

    def take(packet: Any) -> None:
        now = time.monotonic()
        line.take(packet, now)
        # Also while packets come in without a break.
        line.release(now)

    signal.signal(signal.SIGTERM, end)
    packets = NetfilterQueue()
    packets.bind(queue, take, ROOM, COPY_META, 0, 16 << 20)
    configure(packets.get_fd(), queue, FAIL_OPEN | WHOLE)
    fd = packets.get_fd()
    written = 0.0
    while not ended:
        now = time.monotonic()
        if now - written >= WRITE_EVERY:
            write(path, line)
            written = now
        select.select([fd], [], [], max(0.0, min(WRITE_EVERY, line.due - now)))
        packets.run(block=False)
        line.release(time.monotonic())
    line.release(float("inf"))
    write(path, line)
    packets.unbind()


if __name__ == "__main__":
    counters, queue, ms, jitter, distribution, order, percent = sys.argv[1:]
    main(
        counters,
        int(queue),
        Wait(float(ms) / 1000, float(jitter) / 1000, distribution, random.Random()),
        kept=order == "kept",
        share=float(percent) / 100,
    )
