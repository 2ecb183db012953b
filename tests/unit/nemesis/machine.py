"""A node without a machine, for the tests of process faults."""

import random
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from harness.container import ContainerState, ContainerUsage
from harness.errors import SetupError
from nemesis.arena import Arena, Occupancy
from nemesis.fault import Fault
from nemesis.selection import parse


class Machine:
    """A node, its container and its pod in one: it does what it is told and keeps a diary."""

    name = "zk1"
    loaded = True

    def __init__(self) -> None:
        self.diary: list[str] = []
        self.running, self.paused, self.pid = True, False, 100
        self.life, self.exit_code, self.oom_killed = 1, 0, False
        self.limited: tuple[float, int] = (0, 0)
        self.obedient = True
        self.expected_down = False
        self.used = ContainerUsage(50 << 20, 0, 0, 0, 0)
        self.spawned: list[tuple[str, ...]] = []

    @property
    def container(self) -> "Machine":
        return self

    process = pod = container

    def state(self) -> ContainerState:
        return ContainerState("?", self.running, self.paused, self.pid, self.exit_code, self.oom_killed)

    def status(self) -> Any:
        return SimpleNamespace(mode="leader" if self.running else "down", zxid=7)

    def start(self) -> None:
        assert not self.running
        self.diary.append("start")
        self.running, self.pid, self.life, self.expected_down = True, self.pid + 1, self.life + 1, False

    def end(self, code: int) -> None:
        self.running, self.exit_code = False, code

    def kill(self) -> None:
        self.diary.append("kill")
        self.end(137)

    def ask_to_stop(self) -> None:
        self.diary.append("ask")
        if self.obedient:
            self.end(143)

    def ended(self) -> bool:
        return not self.running

    def died(self) -> None:
        self.diary.append("died")

    def pause(self) -> None:
        if not self.running:
            raise SetupError("cannot pause zk1: it does not run")
        self.diary.append("pause")
        self.paused = True

    def unpause(self) -> None:
        assert self.paused
        self.diary.append("unpause")
        self.paused = False

    def processes(self) -> list[dict[str, str]]:
        return [{"pid": "1", "stat": "Dsl", "command": "java"}]

    def limits(self) -> tuple[float, int]:
        return self.limited

    def limit(self, *, cpus: float = 0, memory: int = 0) -> None:
        self.diary.append("limit" if cpus or memory else "unlimit")
        self.limited = (cpus, memory)

    def usage(self) -> ContainerUsage:
        return self.used

    def spawn(self, *command: str) -> None:
        self.spawned.append(command)


def make(text: str, *machines: Machine, leader: str = "") -> Fault:
    """The fault of that name on these machines, one of which leads, beside a fault on something else."""
    choice = parse(text)
    ensemble = SimpleNamespace(servers=list(machines))
    board = SimpleNamespace(app_leader=lambda: leader)
    occupancy = Occupancy()
    occupancy.take(99, "another", ["zk9"], ["disk"])
    arena = Arena(cast("Any", ensemble), {}, cast("Any", board), cast("Any", None), occupancy)
    return choice.fault(arena, [m.name for m in machines], choice.params, random.Random(1))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def threads() -> list[str]:
    """Threads of faults that are alive; a stage that other tests have open has its monitors."""
    names = [thread.name for thread in threading.enumerate() if thread.name.endswith("-zk1")]
    return [name for name in names if not name.startswith("monitor-")]
