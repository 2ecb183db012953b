"""The monitor: asks every server for its role, epoch and zxid, and writes the answers into the history."""

import threading
from typing import Any

from harness.clock import SECOND, Clock
from harness.ensemble import Server
from harness.errors import SetupError
from harness.four_letter import ask, parse_mntr
from harness.history import HistoryWriter

EVERY = 0.25
"""Seconds between two questions to one server."""


class Monitor:
    """One thread per server, so that one that hangs does not keep the others from being seen."""

    def __init__(self, servers: list[Server], history: HistoryWriter, clock: Clock):
        self._history = history
        self._clock = clock
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=(server,), name=f"monitor-{server.name}")
            for server in servers
        ]

    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop asking and wait for the threads."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _watch(self, server: Server) -> None:
        detail_due = 0
        while not self._stop.wait(EVERY):
            sent = self._clock.now()
            there = server.status()
            value: dict[str, Any] = {"mode": there.mode, "sent": sent}
            if there.serves:
                value |= {"epoch": there.epoch, "zxid": there.zxid}
                if sent >= detail_due:
                    value["mntr"] = self._numbers(server)
                    detail_due = sent + SECOND
            try:
                self._history.write(
                    time=self._clock.now(),
                    type="event",
                    f="server",
                    process="monitor",
                    node=server.name,
                    value=value,
                )
            except SetupError:
                return  # the disk is full; whoever owns the run hears of it from its own writes

    def _numbers(self, server: Server) -> dict[str, int | float]:
        try:
            return parse_mntr(ask(server.host_address, "mntr"))
        except OSError:
            return {}
