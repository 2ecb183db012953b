"""A pod whose program is a script: chunks of output for each of its lives."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from harness.app_node import AppNode
from harness.clock import Clock
from harness.container import ContainerState
from harness.history import History, HistoryWriter, read_history

if TYPE_CHECKING:
    from harness.pods import Pod


@dataclass
class Life:
    """What one life of the program says and how it ends."""

    chunks: list[bytes] = field(default_factory=list)
    """Standard output, in the pieces in which it arrives."""
    errors: bytes = b""
    journal: bytes = b""
    """What it noted in its journal: what it printed, and more."""
    exit_code: int = 0
    running: float = 0
    """How often the engine still says after the end of the stream that it runs."""
    until_killed: bool = False
    """It goes on after its last word until somebody sends it a signal."""
    breaks: Exception | None = None
    """What the stream raises after the last chunk instead of coming to its end."""


class FakeContainer:
    """Plays one life at each start."""

    def __init__(self, lives: list[Life]):
        self.name = "zkchaos-test-app1"
        self._lives = iter(lives)
        self._life = Life()
        self._over = threading.Event()
        self.signals: list[str] = []

    def next_life(self) -> None:
        self._life = next(self._lives)
        self._over.clear()

    def attach(self) -> Iterator[tuple[bytes, bytes]]:
        # The real one attaches before the start, and the life that it hears of begins afterwards.
        def stream() -> Iterator[tuple[bytes, bytes]]:
            life = self._life
            yield b"", life.errors
            for chunk in life.chunks:
                yield chunk, b""
            if life.until_killed:
                assert self._over.wait(10)
            if life.breaks:
                raise life.breaks

        return stream()

    def kill(self, signal: str = "SIGKILL") -> None:
        self.signals.append(signal)
        self._over.set()

    def state(self) -> ContainerState:
        life = self._life
        life.running -= 1
        # As the engine has it: no exit code before the end.
        running = life.running >= 0
        return ContainerState("?", running, False, 0, 0 if running else life.exit_code, False)


class FakeHolder:
    """Reads the journal of the life that ended."""

    def __init__(self, process: FakeContainer):
        self._process = process

    def execute(self, *command: str) -> bytes:
        first = re.search(r"tail -c \+(\d+)", command[-1])
        assert first
        return self._process._life.journal[int(first[1]) - 1 :]


class FakePod:
    """As much of a pod as an app node needs."""

    name = "app1"

    def __init__(self, lives: list[Life]):
        self.process = FakeContainer(lives)
        self.holder = FakeHolder(self.process)
        self.environment: Mapping[str, str] = {}

    def load(self, image: str, *, environment: Mapping[str, str], logged: bool) -> None:
        self.environment = environment

    def start(self) -> None:
        self.process.next_life()


class Played:
    """An app node on a fake pod, with the history that it writes."""

    def __init__(self, path: Path, lives: list[Life], now: Callable[[], int] | None = None):
        path.unlink(missing_ok=True)
        self.path = path
        self.writer = HistoryWriter(path)
        self.troubles: list[str] = []
        self.pod = FakePod(lives)
        clock = Clock()
        if now:
            cast("Any", clock).now = now
        self.app = AppNode(cast("Pod", self.pod), self.writer, clock, self.troubles.append)

    def live(self, times: int = 1) -> None:
        """Live so many lives to their ends, killing those that wait for it."""
        for _ in range(times):
            self.app.start()
            if self.pod.process._life.until_killed:
                self.app.kill()
            assert self.app.join(10)

    def history(self) -> History:
        self.writer.close()
        return read_history(self.path)
