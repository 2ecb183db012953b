"""Progress where there is no terminal: plain lines, what matters at once, the rest now and then."""

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from harness import progress as progress_module
from harness.board import Snapshot
from harness.history import Event
from harness.progress import PLAIN_EVERY, Progress

START = 5_000_000_000


class Screen:
    """A progress that prints into a string."""

    def __init__(self) -> None:
        self.out = io.StringIO()
        self.progress = Progress(self.out)

    def hear(self, f: str, value: Any, *, at: float = 0.0, process: str = "harness", key: str = "") -> None:
        time = START + int(at * 1e9)
        self.progress.listen(
            Event(index=0, time=time, type="event", f=f, process=process, key=key, value=value)
        )

    @property
    def lines(self) -> list[str]:
        self.progress.settle()
        return self.out.getvalue().splitlines()


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen()
    with screen.progress:
        yield screen
    assert "\x1b" not in screen.out.getvalue(), "escape codes where there is no terminal"


def test_phases_are_timed_from_the_workload_on(screen: Screen) -> None:
    screen.hear("phase", "ensemble", at=-3)
    screen.hear("phase", "workload")
    screen.hear("phase", "heal", at=12.25)
    assert screen.lines == [
        "ensemble: starting the servers until a quorum is proven",
        "   0.0 s  workload begins",
        "  12.2 s  heal: bringing every node back, waiting until everything works again",
    ]


def test_faults_are_told_when_something_is_known_of_them(screen: Screen) -> None:
    def fault(f: str, stage: str, targets: list[str], **more: Any) -> None:
        value = {"id": 1, "stage": stage, "targets": targets, **more}
        screen.hear(f, value, process="nemesis", key="kill-leader")

    fault("inject", "begin", ["zk2"])
    assert screen.lines == []
    fault("inject", "proven", ["zk2"])
    fault("heal", "begin", ["zk2"])
    fault("heal", "unproven", ["zk2"], reason="not seen within 60 s")
    fault("inject", "vanished", [], reason="there was no leader")
    assert screen.lines == [
        "kill-leader on zk2: proven",
        "kill-leader on zk2: healed unproven (not seen within 60 s)",
        "kill-leader on nobody: vanished (there was no leader)",
    ]


def test_troubles_are_told_and_markup_in_them_is_text(screen: Screen) -> None:
    screen.hear("trouble", "app1 printed [bold red]no event[/]: {}" + "x" * 200)
    assert screen.lines == ["trouble: app1 printed [bold red]no event[/]: {}" + "x" * 200]


def test_nobody_but_the_harness_is_believed(screen: Screen) -> None:
    screen.hear("phase", "closed", process="app1/1.0")
    screen.hear("trouble", "x", process="app1/1.0")
    screen.hear("inject", {"stage": "proven"}, process="app1/1.0")
    assert screen.lines == []


def test_the_status_comes_at_most_so_often(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])  # type: ignore[attr-defined]
    there = Snapshot(
        phase="workload",
        operations=Counter(ok=7, fail=1),
        server_modes={"zk1": "follower", "zk2": "leader", "zk3": "down"},
        app_leaders={"app4": 9},
        faults_begun=2,
        faults_proven=1,
        active={1: "kill-leader on zk2"},
    )
    screen.progress.update(there, 3.2, 60)
    screen.progress.update(there, 4.0, 60)
    assert screen.lines == [
        "workload 3/60 s · 7 ok 1 refused 0 unknown · ZooKeeper leader zk2 · app leader app4"
        " · faults 1/2 proven · now kill-leader on zk2"
    ]
    now[0] += PLAIN_EVERY
    screen.progress.update(Snapshot(phase="heal"), 60, 60)
    assert screen.lines[1:] == [
        "heal 60/60 s · 0 ok 0 refused 0 unknown · ZooKeeper leader none · app leader none"
        " · faults 0/0 proven"
    ]


class DeadScreen(io.StringIO):
    """A terminal that went away."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


def test_a_screen_that_is_gone_costs_the_run_nothing() -> None:
    with Progress(DeadScreen()) as progress:
        progress.say("one")
        progress.say("two")
        progress.settle()
