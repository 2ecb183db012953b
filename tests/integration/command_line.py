"""The command line as a user has it: a process with arguments, output, signals and an exit code."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.clock import wait_for
from harness.errors import HistoryError
from harness.history import Event, read_history
from harness.store import RunDirectory, list_runs

ZKCHAOS = str(Path(sys.executable).with_name("zkchaos"))

RUN_WITHIN = 150.0
"""Seconds for everything that a command does, on a machine that has other things to do too."""

NOWHERE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def zkchaos(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [ZKCHAOS, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=RUN_WITHIN,
        check=False,
    )


class Running:
    """A `zkchaos run` that has not ended yet."""

    def __init__(self, process: "subprocess.Popen[bytes]", runs_dir: Path, out: Path, err: Path):
        self.process = process
        self._runs_dir = runs_dir
        self._out = out
        self._err = err

    @property
    def out(self) -> str:
        """What it printed so far."""
        return self._out.read_text()

    @property
    def err(self) -> str:
        """What it complained so far."""
        return self._err.read_text()

    @property
    def directory(self) -> RunDirectory:
        """The directory of its run."""
        (found,) = list_runs(self._runs_dir)
        return found

    @property
    def run(self) -> str:
        """The run's id, which it prints first."""
        return self.out.splitlines()[0].split()[1]

    def await_output(self, text: str) -> None:
        """Return when it has printed this; fail when it ends without."""
        self._await(lambda: text in self.out, repr(text))

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it alone."""
        self.process.send_signal(number)

    def end(self, within: float) -> int:
        """Its exit code, as soon as it has ended by itself."""
        return self.process.wait(within)

    def events(self, f: str) -> list[Event]:
        """Events of its history with this `f`, none before there is a history."""
        try:
            return read_history(self.directory.history).select(f)
        except (HistoryError, ValueError):
            return []

    def stages(self, f: str) -> list[str]:
        """Stages of the faults that were told of by `inject` or `heal`."""
        return [event.value["stage"] for event in self.events(f)]

    def await_phase(self, name: str) -> None:
        """Return when the run has come to a phase; fail when it ends without."""
        self._await(lambda: name in [event.value for event in self.events("phase")], f"the phase {name}")

    def await_fault(self) -> None:
        """Return when a fault is applied and proven; fail when the run ends without."""
        self._await(lambda: "proven" in self.stages("inject"), "a fault")

    def _await(self, condition: Callable[[], bool], what: str) -> None:
        wait_for(
            lambda: condition() or self.process.poll() is not None,
            within=RUN_WITHIN,
            what=f"zkchaos comes to {what}",
        )
        assert condition(), f"zkchaos ended without {what}: {self.out}{self.err}"


@contextmanager
def running(runs_dir: Path, *arguments: str) -> Iterator[Running]:
    """Start `zkchaos run election`; whatever happens, its process does not outlive the test."""
    runs_dir.parent.mkdir(exist_ok=True)
    out, err = runs_dir.with_suffix(".out"), runs_dir.with_suffix(".err")
    command = [ZKCHAOS, "run", "election", "--runs-dir", str(runs_dir), *arguments]
    with out.open("wb") as to_out, err.open("wb") as to_err:
        process = subprocess.Popen(command, stdout=to_out, stderr=to_err, start_new_session=True)
    try:
        yield Running(process, runs_dir, out, err)
    finally:
        process.kill()
        process.wait()
