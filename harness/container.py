"""A container, running or not, and its state as the engine sees it."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from harness.errors import SetupError
from harness.frames import outputs
from harness.sdk import Vanished, explained, gone_is_fine

CPU_PERIOD = 100_000
"""Microseconds in which a container may use its share of a processor."""

UNLIMITED = 1 << 50
"""Bytes of memory that no machine has."""


@dataclass(frozen=True, slots=True)
class ContainerState:
    """State of a container at one moment, as the engine sees it from outside."""

    status: str
    running: bool
    paused: bool
    pid: int
    """Process id on the engine's host, 0 when no process is left."""
    exit_code: int
    oom_killed: bool
    """Of one that has ended: the kernel killed it, or part of it, for want of memory. A running one
    may still show how its last life ended."""


@dataclass(frozen=True, slots=True)
class ContainerUsage:
    """What a container has used since its start, as its control groups count it."""

    memory: int
    """Bytes in use now, cached files included."""
    cpu_ns: int
    """Nanoseconds of processor time."""
    periods: int
    """Periods with a limit of processor time in which it wanted any."""
    throttled_periods: int
    """Those of them in which it was made to wait."""
    throttled_ns: int
    """Nanoseconds for which its processors had to wait, added up."""


class Container:
    """A container, running or not."""

    def __init__(self, handle: Any):
        self._handle = handle
        self.name: str = handle.name
        self.id: str = handle.id

    def start(self) -> None:
        """Start it; its file system, address and disk are those it had before."""
        with explained(f"start {self.name}"):
            self._handle.start()

    def kill(self, signal: str = "SIGKILL") -> None:
        """Send a signal to its first process; a container that does not run is left as it is."""
        try:
            with explained(f"send {signal} to {self.name}"):
                self._handle.kill(signal)
        except Vanished:
            raise
        except SetupError:
            if self.state().running:
                raise

    def pause(self) -> None:
        """Freeze all of its processes."""
        with explained(f"pause {self.name}"):
            self._handle.pause()

    def unpause(self) -> None:
        """Let its frozen processes go on."""
        with explained(f"resume {self.name}"):
            self._handle.unpause()

    def state(self) -> ContainerState:
        """Ask the engine for its state; raises Vanished when it is gone."""
        with explained(f"inspect {self.name}"):
            self._handle.reload()
        state = self._handle.attrs["State"]
        return ContainerState(
            status=state["Status"],
            running=state["Running"],
            paused=state["Paused"],
            pid=state["Pid"],
            exit_code=state["ExitCode"],
            oom_killed=state["OOMKilled"],
        )

    def address(self) -> str:
        """IP address on its one network."""
        with explained(f"inspect {self.name}"):
            self._handle.reload()
        networks = self._handle.attrs["NetworkSettings"]["Networks"]
        return str(next(iter(networks.values()))["IPAddress"])

    def published(self, port: int) -> int:
        """Port of 127.0.0.1 behind which a TCP port of the container is reached."""
        bindings = self._handle.attrs["NetworkSettings"]["Ports"].get(f"{port}/tcp")
        if not bindings:
            raise SetupError(f"cannot reach {self.name}: its port {port} is not published")
        return int(bindings[0]["HostPort"])

    def put(self, files: Mapping[str, str | bytes]) -> None:
        """Write files, {absolute path: content}, making directories; the container may be stopped."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, text in files.items():
                data = text.encode() if isinstance(text, str) else text
                entry = tarfile.TarInfo(name.lstrip("/"))
                entry.size, entry.mode = len(data), 0o644
                tar.addfile(entry, io.BytesIO(data))
        with explained(f"write {', '.join(files)} into {self.name}"):
            self._handle.put_archive("/", archive.getvalue())

    def execute(self, *command: str) -> bytes:
        """Run a command inside and return its output; raises SetupError when it fails."""
        with explained(f"run {command[0]} in {self.name}"):
            code, output = self._handle.exec_run(list(command))
        if code != 0:
            raise SetupError(f"{command[0]} failed in {self.name}: {output.decode(errors='replace').strip()}")
        return bytes(output)

    def spawn(self, *command: str) -> None:
        """Start a command inside and return at once; it ends with the container, or when it is killed."""
        with explained(f"start {command[0]} in {self.name}"):
            self._handle.exec_run(list(command), detach=True)

    def limit(self, *, cpus: float = 0.0, memory: int = 0) -> None:
        """Limit processor time (in processors) and memory (in bytes) from now on; 0 takes a limit away.

        It may run, be frozen, or be stopped: what it is started with next is limited, too.
        Raises SetupError when it uses more memory than that and none can be had back from it.
        """
        with explained(f"limit {self.name}"):
            self._handle.update(
                cpu_period=CPU_PERIOD,
                cpu_quota=round(cpus * CPU_PERIOD) or -1,
                # Engines take neither 0 nor -1 for "no limit" once there was one. For memory and swap in one
                # they take -1, and then leave that limit as it was, above which the kernel lets none be set.
                mem_limit=memory or UNLIMITED,
                memswap_limit=memory or 2 * UNLIMITED,
            )

    def limits(self) -> tuple[float, int]:
        """Return its limits of processor time (in processors) and memory (in bytes), 0 where there is none.

        Raises Vanished when it is gone.
        """
        with explained(f"inspect {self.name}"):
            self._handle.reload()
        host = self._handle.attrs["HostConfig"]
        memory = host["Memory"] if host["Memory"] < UNLIMITED else 0
        return max(host["CpuQuota"], 0) / (host["CpuPeriod"] or CPU_PERIOD), memory

    def usage(self) -> ContainerUsage:
        """Return what it has used since its last start; the engine answers once in a second.

        Raises SetupError when it does not run: nobody counts then.
        """
        with explained(f"ask for the usage of {self.name}"):
            told = self._handle.client.api.stats(self._handle.id, stream=False, one_shot=True)
        processor, memory = told["cpu_stats"], told["memory_stats"]
        if "usage" not in memory:
            raise SetupError(f"cannot ask for the usage of {self.name}: it does not run")
        throttling = processor["throttling_data"]
        return ContainerUsage(
            memory=memory["usage"],
            cpu_ns=processor["cpu_usage"]["total_usage"],
            periods=throttling["periods"],
            throttled_periods=throttling["throttled_periods"],
            throttled_ns=throttling["throttled_time"],
        )

    def read(self, path: str) -> bytes:
        """Read a file out of it, running or not; raises Vanished when there is none."""
        with explained(f"read {path} of {self.name}"):
            chunks, _ = self._handle.get_archive(path)
            archive = io.BytesIO(b"".join(chunks))
        with tarfile.open(fileobj=archive) as tar:
            found = tar.extractfile(tar.next() or tarfile.TarInfo())
            return found.read() if found else b""

    def processes(self) -> list[dict[str, str]]:
        """Processes as the engine's host sees them, one dict a process with pid, stat and command."""
        with explained(f"list the processes of {self.name}"):
            top = self._handle.top(ps_args="-eo pid,stat,args")
        return [dict(zip(("pid", "stat", "command"), row, strict=False)) for row in top["Processes"] or []]

    def attach(self) -> Iterator[tuple[bytes, bytes]]:
        """Attach to its output before a start: chunks of (standard output, standard error) until it stops.

        The stream goes straight from the engine to its reader, which slows the container down where it
        cannot keep up: nothing is lost, and nothing is written to the engine's disk.
        """
        with explained(f"attach to {self.name}"):
            stream = self._handle.attach_socket(params={"stdout": 1, "stderr": 1, "stream": 1})
        return self._chunks(stream)

    def _chunks(self, stream: Any) -> Iterator[tuple[bytes, bytes]]:
        connection = stream._sock
        # The socket is closed with the last of its two owners.
        with explained(f"follow the output of {self.name}"), closing(connection), closing(stream):
            # A node may have nothing to say for longer than the engine may take to answer a request.
            connection.settimeout(None)
            yield from outputs(connection.recv)

    def output(self, *, stamped: bool = False) -> bytes:
        """Everything it printed so far, standard output and standard error together.

        `stamped`: each line begins with the wall clock of the engine's machine as the line came, in RFC 3339
        and UTC, and a space. No fault moves that clock.
        """
        with explained(f"read the output of {self.name}"):
            return bytes(self._handle.logs(stdout=True, stderr=True, timestamps=stamped))

    def remove(self) -> None:
        """Kill and remove it with its anonymous volumes; a container that is gone is fine."""
        with explained(f"remove {self.name}"), gone_is_fine():
            self._handle.remove(force=True, v=True)
