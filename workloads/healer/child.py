"""A worker as its agent has it: a process that is started, relayed to the node's record, and seen to end."""

import os
import subprocess
import sys
import threading
from contextlib import suppress

import msgspec

from harness.client import Line, NodePlan, Program
from workloads.healer.relay import END, END_OF_BATCH, TAKEN
from workloads.healer.slots import Slot, slot_path
from workloads.healer.worker import ASKED, LOST, REFUSED

REASONS = {ASKED: "stopping", REFUSED: "refused", LOST: "lost"}
"""Why a worker ended, by its exit code; any other one: it died."""


class Child:
    """One worker's process. Its lines become the node's own, under process numbers of the node."""

    def __init__(self, program: Program, slot: Slot, token: int):
        self._program = program
        self._key = slot_path(slot.number)
        self._order = {"slot": slot.number, "generation": slot.generation, "token": token}
        self._numbers: dict[int, int] = {}
        """{process number of the worker: that of the node}"""
        self._open: dict[int, str] = {}
        """{process number of the node: operation} of the calls without an answer yet."""
        self._session = Line(0, "event", "session")
        """What was told of its session last."""
        self._decoder = msgspec.json.Decoder(Line)
        self._process = self._start(program.plan)
        self._thread = threading.Thread(target=self._relay, name=f"worker-{slot.worker}")
        self._thread.start()

    def ask_to_end(self) -> None:
        """Let it close its session and end."""
        self._tell(END)

    def end(self, within: float) -> None:
        """Wait for its end, and kill it after so many seconds."""
        self._thread.join(within)
        self._process.kill()
        self._thread.join()

    def _start(self, plan: NodePlan) -> "subprocess.Popen[bytes]":
        order = self._order
        own = msgspec.structs.replace(
            plan,
            params={**plan.params, **order},
            seed=f"{plan.seed}/{order['slot']}/{order['generation']}",
            journal="",
        )
        return subprocess.Popen(
            [sys.executable, "-m", "workloads.healer.process"],
            env={**os.environ, "ZKCHAOS_PLAN": msgspec.json.encode(own).decode()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def _tell(self, command: bytes) -> None:
        commands = self._process.stdin
        assert commands is not None, "it was started with a pipe"
        with suppress(OSError, ValueError):  # it has ended, and its pipe may be closed
            commands.write(command)
            commands.flush()

    def _relay(self) -> None:
        """Pass its lines on as they come; complete what it leaves open, and tell of its end."""
        # A worker that died leaves a pipe that nobody reads.
        with suppress(BrokenPipeError), self._process as process:
            assert process.stdout is not None, "it was started with a pipe"
            for line in process.stdout:
                if line == END_OF_BATCH:
                    self._tell(TAKEN)
                else:
                    self._take(self._decoder.decode(line))
        self._bury(self._process.wait())

    def _take(self, line: Line) -> None:
        number = self._number(line.process)
        if line.type == "invoke":
            self._open[number] = line.f
        elif line.type != "event":
            del self._open[number]
        elif line.f == "session":
            self._session = line
        fields = msgspec.structs.asdict(line) | {"process": number}
        self._program.recorder.record(fields.pop("type"), fields.pop("f"), at=fields.pop("time"), **fields)

    def _number(self, own: int) -> int:
        """Return the node's number for one of the worker's; both have the voice 0."""
        if own and own not in self._numbers:
            self._numbers[own] = next(self._program.numbers)
        return self._numbers[own] if own else 0

    def _bury(self, exit_code: int) -> None:
        recorder = self._program.recorder
        for number, f in self._open.items():
            recorder.record("info", f, process=number, error="worker died")
        told = self._session
        if told.session and told.value["state"] in {"connected", "suspended"}:
            # It left its session behind, to expire.
            where = {"session": told.session, "conn": told.conn, "server": told.server}
            self._program.event("session", value={"state": "abandoned"}, **where)
        why = REASONS.get(exit_code, "died")
        self._program.event("ended", key=self._key, value={**self._order, "why": why})
