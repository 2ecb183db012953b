"""The conductor: plays the schedule, proves every step, and heals what it broke on every way out."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import msgspec
import pytest

from harness.board import Snapshot
from harness.clock import Clock
from harness.errors import EnsembleError, SetupError
from harness.history import Event, History, HistoryWriter, read_history
from harness.plan import Plan, Step
from harness.planner import Wish, make_plan
from nemesis import conductor as conductor_module
from nemesis.arena import Arena
from nemesis.catalogue import FAULTS
from nemesis.conductor import Conductor
from nemesis.fault import Fault, Proof


class Prank(Fault):
    """A fault that does what the step's parameters say, and keeps count."""

    name = "prank"
    summary = "does what it is told"
    effect = "kill"
    target = "zk1"

    calls: ClassVar[list[str]] = []

    def _do(self, what: str) -> Proof | None:
        self.calls.append(f"{what} {'+'.join(self.targets)}")
        wish = self.params.get(what, {"seen": what})
        if wish == "complain":
            raise EnsembleError(f"{what} went wrong.")
        if wish == "crash":
            raise ZeroDivisionError(what)
        return None if wish == "nothing" else wish

    def inject(self) -> None:
        self._do("inject")

    def observe(self) -> Proof | None:
        return self._do("observe")

    def heal(self) -> None:
        self._do("heal")

    def observe_healed(self) -> Proof | None:
        return self._do("observe_healed")


@pytest.fixture(autouse=True)
def pranks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make the prank known and patience short; return the calls that it hears of."""
    monkeypatch.setitem(FAULTS, "prank", Prank)
    for name in ("TARGET_WITHIN", "PROOF_WITHIN", "HEALED_WITHIN"):
        monkeypatch.setattr(conductor_module, name, 0.05)
    monkeypatch.setattr(conductor_module, "LOOK_EVERY", 0.005)
    monkeypatch.setattr(Prank, "calls", [])
    return Prank.calls


class Board:
    """Nobody leads."""

    def app_leader(self) -> str | None:
        return None

    def __init__(self) -> None:
        self.now = Snapshot()

    def snapshot(self) -> Snapshot:
        return self.now


def arena(leader: str = "") -> Arena:
    servers = {name: SimpleNamespace(name=name) for name in ("zk1", "zk2", "zk3")}
    ensemble = SimpleNamespace(servers=list(servers.values()), leader=lambda: servers.get(leader))
    return Arena(cast("Any", ensemble), {}, cast("Any", Board()), plan())


def step(number: int = 1, *, at: float = 0.0, target: str = "zk1", hold: float = 0.01, **params: Any) -> Step:
    return Step(number, at, "prank", target, hold, params)


def plan(*steps: Step) -> Plan:
    return msgspec.structs.replace(make_plan(Wish(image="x")), schedule=steps)


def join(conductor: Conductor) -> None:
    """Wait until the schedule is over."""
    until(lambda: not conductor.playing)


class Stand:
    """A conductor with its history."""

    def __init__(self, path: Path):
        self.path = path / "history.jsonl"
        self.writer = HistoryWriter(self.path)

    def conductor(self, *steps: Step, leader: str = "") -> Conductor:
        return Conductor(plan(*steps), arena(leader), self.writer, Clock())

    def play(self, *steps: Step, leader: str = "") -> History:
        """Play the schedule to its end."""
        conductor = self.conductor(*steps, leader=leader)
        conductor.start()
        join(conductor)
        conductor.stop()
        return self.history()

    def history(self) -> History:
        return read_history(self.path)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(tmp_path)
    yield stand
    stand.writer.close()


def stages(history: History) -> list[tuple[str, str]]:
    return [(event.f, event.value["stage"]) for event in history]


WHOLE = [("inject", "begin"), ("inject", "proven"), ("heal", "begin"), ("heal", "proven")]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_fault_on_its_whole_way(stand: Stand, pranks: list[str]) -> None:
    history = stand.play(step(3, size=4))
    assert stages(history) == WHOLE
    begin, proven, _, healed = history
    assert begin.value == {
        "id": 3, "stage": "begin", "effect": "kill", "role": "server", "targets": ["zk1"],
        "params": {"size": 4},
    }  # fmt: skip
    assert (proven.value["proof"], healed.value["proof"]) == ({"seen": "observe"}, {"seen": "observe_healed"})
    assert {(e.process, e.key, e.type) for e in history} == {("nemesis", "prank", "event")}
    assert pranks == ["inject zk1", "observe zk1", "heal zk1", "observe_healed zk1"]


def test_the_proof_is_looked_for_until_it_is_there(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([None, None, {"third": "time"}])
    monkeypatch.setattr(Prank, "observe", lambda self: next(looks))
    assert stand.play(step()).faults[0].proof == {"third": "time"}


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"observe": "nothing"}, "not seen within 0.05 s"),
        ({"observe": "complain"}, "observe went wrong."),
        ({"inject": "complain"}, "inject went wrong."),
    ],
)
def test_a_fault_without_proof_is_healed_at_once(
    stand: Stand, pranks: list[str], params: dict[str, Any], reason: str
) -> None:
    began = time.monotonic()
    history = stand.play(step(hold=30, **params))
    assert time.monotonic() - began < 5
    assert stages(history) == [WHOLE[0], ("inject", "unproven"), *WHOLE[2:]]
    (window,) = history.faults
    assert (window.outcome, window.heal_outcome, window.reason) == ("unproven", "proven", reason)
    assert "heal zk1" in pranks


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"observe_healed": "nothing"}, "not seen within 0.05 s"),
        ({"observe_healed": "complain"}, "observe_healed went wrong."),
        ({"heal": "complain"}, "heal went wrong."),
    ],
)
def test_a_healing_without_proof_is_told_and_the_schedule_goes_on(
    stand: Stand, params: dict[str, Any], reason: str
) -> None:
    history = stand.play(step(1, **params), step(2))
    one, two = history.faults
    assert (one.outcome, one.heal_outcome, one.reason) == ("proven", "unproven", reason)
    assert (two.outcome, two.heal_outcome) == ("proven", "proven")


@pytest.mark.parametrize("target", ["leader", "app-leader", "zk9"])
def test_a_target_that_is_not_there_is_told_and_nothing_is_touched(
    stand: Stand, pranks: list[str], target: str
) -> None:
    history = stand.play(step(1, target=target), step(2))
    assert stages(history) == [("inject", "begin"), ("inject", "vanished"), *WHOLE]
    assert [e.value["targets"] for e in history][:2] == [[], []]
    assert history.faults[0].reason == f"there was no {target}"
    assert len(pranks) == 4


def test_a_rule_is_resolved_when_the_step_fires(stand: Stand) -> None:
    assert stand.play(step(target="leader"), leader="zk3").faults[0].targets == ("zk3",)


def test_steps_come_in_order_and_not_before_their_time(stand: Stand) -> None:
    began = time.monotonic_ns()
    history = stand.play(step(1, at=0.1, hold=0.1), step(2, at=0.12), step(3, at=0.4))
    begins = [(fault.id, (fault.begin - began) / 1e9) for fault in history.faults]
    assert [number for number, _ in begins] == [1, 2, 3]
    assert begins[0][1] >= 0.1
    # The second is late because the first was held; it is not dropped.
    assert begins[1][1] >= 0.2
    assert begins[2][1] >= 0.4
    for before, after in zip(history.faults, history.faults[1:], strict=False):
        assert before.healed is not None
        assert before.healed <= after.begin


def test_a_stop_in_the_middle_of_a_hold_heals_first(stand: Stand, pranks: list[str]) -> None:
    conductor = stand.conductor(step(1, hold=60), step(2))
    conductor.start()
    until(lambda: stages_so_far(stand) == WHOLE[:2])
    conductor.stop()
    assert not conductor.playing
    assert stages(stand.history()) == WHOLE
    assert pranks[-2:] == ["heal zk1", "observe_healed zk1"]


def stages_so_far(stand: Stand) -> list[tuple[str, str]]:
    return stages(stand.history()) if stand.path.stat().st_size else []


def test_a_stop_before_a_step_leaves_it_out(stand: Stand, pranks: list[str]) -> None:
    conductor = stand.conductor(step(at=60))
    conductor.start()
    conductor.stop()
    assert not conductor.playing
    assert stand.path.read_bytes() == b""
    assert pranks == []


def test_a_stop_while_a_target_is_looked_for_leaves_the_step_out(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor_module, "TARGET_WITHIN", 60)
    conductor = stand.conductor(step(target="leader"))
    conductor.start()
    time.sleep(0.02)
    conductor.stop()
    assert stand.path.read_bytes() == b""


def test_stopping_what_was_never_started_is_harmless(stand: Stand) -> None:
    stand.conductor(step()).stop()


@pytest.mark.parametrize("where", ["inject", "observe"])
def test_a_fault_that_crashes_is_unproven_healed_and_not_the_last(
    stand: Stand, pranks: list[str], where: str
) -> None:
    params: dict[str, Any] = {where: "crash"}
    history = stand.play(step(1, **params), step(2))
    assert pranks[-2:] == ["heal zk1", "observe_healed zk1"]
    assert [fault.outcome for fault in history.faults] == ["unproven", "proven"]
    assert history.faults[0].reason == f"ZeroDivisionError: {where}"
    assert [fault.heal_outcome for fault in history.faults] == ["proven", "proven"]


class FullDisk(HistoryWriter):
    """Takes some events and then no more."""

    room = 0

    def write(self, **fields: Any) -> Event:
        if self.room == 0:
            raise SetupError("the disk is full.")
        self.room -= 1
        return super().write(**fields)


@pytest.mark.parametrize("room", [0, 1, 2, 3])
def test_a_full_disk_ends_the_schedule_after_the_healing(
    tmp_path: Path, pranks: list[str], room: int
) -> None:
    writer = FullDisk(tmp_path / "history.jsonl")
    writer.room = room
    conductor = Conductor(plan(step(1), step(2)), arena(), writer, Clock())
    conductor.start()
    join(conductor)
    with pytest.raises(SetupError, match=r"^the disk is full\.$"):
        conductor.stop()
    writer.close()
    injected = [call for call in pranks if call == "inject zk1"]
    assert len(injected) == (1 if room else 0)
    assert ("heal zk1" in pranks) == bool(room)


def laned(number: int, lane: int, **fields: Any) -> Step:
    return msgspec.structs.replace(step(number, **fields), lane=lane)


def test_lanes_go_side_by_side(stand: Stand) -> None:
    history = stand.play(laned(1, 0, target="zk1", hold=0.4), laned(2, 1, target="zk2", at=0.1, hold=0.05))
    one, two = history.faults
    assert one.heal_begin is not None
    assert two.healed is not None
    assert one.begin < two.begin < two.healed < one.heal_begin


def test_two_faults_never_fight_over_one_thing(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conductor_module, "TARGET_WITHIN", 10)
    history = stand.play(laned(1, 0, target="zk1", hold=0.3), laned(2, 1, target="zk1", at=0.1))
    one, two = history.faults
    assert one.healed is not None
    assert two.outcome == "proven"
    assert two.begin >= one.healed


def test_whoever_waits_too_long_for_a_target_hits_nobody(stand: Stand) -> None:
    history = stand.play(laned(1, 0, target="zk1", hold=0.5), laned(2, 1, target="zk1", at=0.1))
    _, two = history.faults
    assert (two.outcome, two.reason) == ("vanished", "prank holds the process of zk1")


def test_what_is_healed_belongs_to_nobody(stand: Stand) -> None:
    assert [f.outcome for f in stand.play(step(1), step(2), step(3)).faults] == ["proven"] * 3


def when(number: int, condition: str) -> Step:
    return msgspec.structs.replace(step(number), when=condition)


def test_a_step_waits_for_its_condition(stand: Stand) -> None:
    conductor = stand.conductor(when(1, "writes:5"))
    board = cast("Any", conductor._arena.board)
    conductor.start()
    time.sleep(0.05)
    assert stages_so_far(stand) == []
    board.now = Snapshot(writes=5)
    join(conductor)
    conductor.stop()
    assert stages(stand.history()) == WHOLE


def test_a_change_counts_from_the_begin_of_the_lane_s_last_step(stand: Stand) -> None:
    conductor = stand.conductor(step(1, hold=0.2), when(2, "leader-changed"))
    board = cast("Any", conductor._arena.board)
    board.now = Snapshot(epoch=1)
    conductor.start()
    until(lambda: stages_so_far(stand)[:2] == WHOLE[:2])
    # While the first step is still held: that is what the second one waits for.
    board.now = Snapshot(epoch=2)
    join(conductor)
    conductor.stop()
    assert [fault.outcome for fault in stand.history().faults] == ["proven", "proven"]


def test_a_condition_that_never_comes_about_makes_the_step_vanish(
    stand: Stand, pranks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor_module, "WHEN_WITHIN", 0.05)
    history = stand.play(when(1, "writes:5"), step(2))
    assert [fault.outcome for fault in history.faults] == ["vanished", "proven"]
    assert history.faults[0].reason == "writes:5: not within 0.05 s"
    assert len(pranks) == 4


def test_stopping_ends_the_wait_for_a_condition(stand: Stand) -> None:
    conductor = stand.conductor(when(1, "writes:5"))
    conductor.start()
    conductor.stop()
    assert stand.path.read_bytes() == b""
