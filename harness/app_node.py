"""App nodes: real clients on machines of their own, and the stream of events that each of them prints."""

import threading
import time
from collections.abc import Callable, Iterator

import msgspec

from harness.app_calls import AppCalls
from harness.client.line import Line
from harness.client.program import NodePlan
from harness.clock import Clock, Deadline
from harness.container import Container
from harness.errors import SetupError
from harness.event import Event
from harness.history import HistoryWriter
from harness.pods import Pod
from harness.sdk import Vanished

EXIT_NOTED_WITHIN = 5.0
LOOK_EVERY = 0.02

JOURNAL = "/data/journal"
"""Where a program notes its lines before it prints them in batches; it lies on the node's volume."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Trouble = Callable[[str], None]
"""Tells of something that should not have happened, in one sentence."""


class AppNode:
    """One app node, through all of its lives.

    Each life's output is attached to before the process starts and followed by a thread of its own, so
    that no byte of it is missed.
    """

    role = "app"

    def __init__(self, pod: Pod, history: HistoryWriter, clock: Clock, trouble: Trouble):
        self.pod = pod
        self.life = 0
        self.sessions = 0
        """How many sessions it had so far."""
        self.expected_down = False
        """Somebody killed it, or asked it to end."""
        self._history = history
        self._clock = clock
        self._trouble = trouble
        self.errors = bytearray()
        """What its lives said on standard error."""
        self._rest = b""
        self._streamed = 0
        """Bytes of standard output of this life."""
        self._calls = AppCalls()
        self._follower: threading.Thread | None = None
        self._decoder = msgspec.json.Decoder(Line)

    @property
    def name(self) -> str:
        """Name of the node: app1, app2 and so on."""
        return self.pod.name

    @property
    def container(self) -> Container:
        """The container that runs the program."""
        return self.pod.process

    def load(self, image: str, plan: NodePlan) -> None:
        """Create its process with the node's plan."""
        environment = {"ZKCHAOS_PLAN": msgspec.json.encode(plan).decode()}
        self.pod.load(image, environment=environment, logged=False)

    def start(self) -> None:
        """Start the program, for the first time or after its death."""
        self.join()
        self.expected_down = False
        self.life += 1
        # What one life left behind belongs to no later one.
        self._rest, self._calls, self._streamed = b"", AppCalls(), 0
        self._note("started")
        stream = self.container.attach()
        self.pod.start()
        self._follower = threading.Thread(target=self._follow, args=(stream,), name=f"follow-{self.name}")
        self._follower.start()

    def kill(self) -> None:
        """End the program at once, as kill -9 does."""
        self.expected_down = True
        self.container.kill()

    def ask_to_stop(self) -> None:
        """Send SIGTERM: the program steps down, closes its session and ends."""
        self.expected_down = True
        self.container.kill("SIGTERM")

    def ended(self) -> bool:
        """Tell whether its process is gone and its stream was read to the end."""
        return not self.container.state().running and not self.streaming

    def died(self) -> None:
        """Do nothing: whoever follows its stream records its end."""

    def join(self, within: float | None = None) -> bool:
        """Wait until the stream of the current life has ended; tell whether it has."""
        if self._follower is None:
            return True
        self._follower.join(within)
        return not self._follower.is_alive()

    @property
    def last_words(self) -> str:
        """The last line that it said on standard error."""
        lines = self.errors.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no word"

    @property
    def streaming(self) -> bool:
        """Tell whether the current life still talks."""
        return self._follower is not None and self._follower.is_alive()

    def _follow(self, stream: Iterator[tuple[bytes, bytes]]) -> None:
        try:
            for out, err in stream:
                self.errors += err
                self._streamed += len(out)
                self._take(out)
            self._end()
        except Vanished:
            return  # the container was removed: the run is over
        except SetupError as error:
            # Whoever owns the run hears of a full disk from its own writes.
            if not self._history.failure:
                self._trouble(f"the stream of {self.name} broke: {error}")

    def _take(self, data: bytes) -> None:
        """Put the whole lines of the program into the history, all that came together in one go."""
        whole, newline, rest = (self._rest + data).rpartition(b"\n")
        self._rest = rest
        if not newline:
            return
        events: list[Event] = []
        for line in self._decoded(whole):
            mistake = line if isinstance(line, str) else self._calls.take(line)
            if isinstance(line, Line) and not mistake:
                events.append(self._event(line))
            else:
                self._history.write_all(events)
                events = []
                self._trouble(f"{self.name} {mistake}.")
        self._history.write_all(events)

    def _decoded(self, text: bytes) -> Iterator[Line | str]:
        """Yield lines, or in place of one that is none what the program did wrong."""
        try:
            yield from self._decoder.decode_lines(text)
        except UNREADABLE:
            for part in filter(bytes.strip, text.split(b"\n")):
                try:
                    yield self._decoder.decode(part)
                except UNREADABLE as error:
                    shown = part[:120].decode(errors="replace")
                    yield f"printed a line that is no event ({error}): {shown}"

    def _event(self, line: Line) -> Event:
        """One line of the program as an event, under the node's name and life."""
        if (
            line.type == "event"
            and line.f == "session"
            and isinstance(line.value, dict)
            and line.value.get("state") == "connected"
        ):
            self.sessions += 1
        # In the order of the fields, which costs half of what their names would.
        return Event(
            0,
            line.time,
            line.type,
            line.f,
            self._process(line.process),
            self.name,
            line.key,
            line.value,
            line.error,
            line.session,
            line.conn,
            line.xid,
            line.zxid,
            line.server,
            line.wire,
            line.sent,
            line.received,
            line.stat,
        )

    def _end(self) -> None:
        """The program is gone: close what it left open, and say how it ended."""
        code = self._exit_code()
        if code != 0:
            self._take(self._unprinted())
        for process, line in self._calls.open.items():
            self._history.write(
                # A program can print any time: no answer may be older than its call.
                time=max(self._clock.now(), line.time),
                type="info",
                f=line.f,
                process=self._process(process),
                node=self.name,
                error="process died",
            )
        self._note("stopped" if code == 0 else "died")
        if not self.expected_down:
            self._trouble(f"{self.name} ended by itself with exit code {code}: {self.last_words}")

    def _unprinted(self) -> bytes:
        """What the life that ended had noted in its journal and not printed."""
        command = f"test ! -e {JOURNAL} || tail -c +{self._streamed + 1} {JOURNAL}"
        return self.pod.holder.execute("sh", "-c", command)

    def _exit_code(self) -> int:
        """Exit code of the life that ended; the engine notes the end a moment after the stream's."""
        deadline = Deadline(EXIT_NOTED_WITHIN)
        state = self.container.state()
        while state.running:
            if deadline.passed:
                # To the Docker SDK a connection that breaks looks like the end of the stream.
                raise SetupError("it ended although the program goes on.")
            time.sleep(LOOK_EVERY)
            state = self.container.state()
        return state.exit_code

    def _process(self, number: int) -> str:
        return f"{self.name}/{self.life}.{number}"

    def _note(self, state: str) -> None:
        self._history.write(
            time=self._clock.now(),
            type="event",
            f="node",
            process="harness",
            node=self.name,
            value={"state": state, "life": self.life, "role": "app"},
        )
