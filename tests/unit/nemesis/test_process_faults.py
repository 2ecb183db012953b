"""Process faults without processes: what they do in which order, and how they are healed half-way."""

import time
from typing import Any, cast

import pytest

from harness.container import ContainerUsage
from harness.errors import EnsembleError
from nemesis.catalogue import FAMILIES
from nemesis.process.clean import clean, dirt
from nemesis.process.life import owed_when_gone, owed_when_slow
from nemesis.process.restart import Restart
from nemesis.selection import parse
from tests.unit.nemesis.machine import Machine, make, threads, until


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_every_process_fault_is_said_in_one_sentence_and_has_sound_defaults() -> None:
    for name, fault in FAMILIES["process"].items():
        assert fault.name == name
        assert fault.summary
        assert not fault.summary.endswith(".")
        assert fault.touches == {"process"}
        for parameter in fault.parameters.values():
            assert parameter.read(str(parameter.default)) == parameter.default


@pytest.mark.parametrize(("text", "word", "code"), [("crash", "kill", 137), ("restart", "ask", 143)])
def test_a_comeback_ends_waits_and_starts_once(machine: Machine, text: str, word: str, code: int) -> None:
    fault = make(f"{text}/after=0.05", machine)
    assert fault.observe() is None
    fault.inject()
    began = time.monotonic()
    assert fault.observe() is None
    assert machine.diary == [word, "died"]
    until(fault.observe)
    assert time.monotonic() - began >= 0.05
    assert fault.observe() == {
        "before": {"pid": 100, "mode": "leader", "zxid": 7},
        "exit_code": code,
        "after": {"pid": 101, "life": 2},
    }
    fault.heal()
    assert machine.diary == [word, "died", "start"]
    assert fault.observe_healed() == {"life": 2, "pid": 101}


def test_healing_a_comeback_that_waits_starts_it_at_once(machine: Machine) -> None:
    fault = make("crash/after=8", machine)
    fault.inject()
    assert fault.observe() is None
    fault.heal()
    fault.heal()
    assert machine.diary == ["kill", "died", "start"]


def test_whoever_does_not_end_when_asked_ends_at_the_healing(machine: Machine) -> None:
    machine.obedient = False
    fault = make("restart", machine)
    fault.inject()
    assert fault.observe() is None
    fault.heal()
    fault.heal()
    assert machine.diary == ["ask", "kill", "died", "start"]
    assert fault.observe() is None


def test_healing_leaves_a_life_alone_that_somebody_else_began(machine: Machine) -> None:
    fault = make("crash", machine)
    fault.inject()
    machine.start()
    fault.heal()
    assert machine.diary == ["kill", "start"]


def test_stop_and_go_freezes_more_than_once_and_never_for_good(machine: Machine) -> None:
    fault = make("stop-and-go/off=20/on=20/jitter=0", machine)
    assert fault.observe() is None
    fault.inject()
    until(fault.observe)
    proof = fault.observe()
    assert proof is not None
    assert proof["pauses"] >= 2
    assert proof["process_states"] == ["Dsl"]
    assert threads() == ["stop-and-go-zk1"]
    fault.heal()
    assert (threads(), machine.paused) == ([], False)
    rounds = len(machine.diary)
    assert machine.diary == ["pause", "unpause"] * (rounds // 2)
    fault.heal()
    assert len(machine.diary) == rounds


def test_rounds_that_end_by_themselves_are_no_proof(machine: Machine) -> None:
    fault = make("stop-and-go/off=20/on=20/jitter=0", machine)
    machine.end(1)
    fault.inject()
    until(lambda: not threads())
    with pytest.raises(EnsembleError, match=r"^stop-and-go on zk1 ended by itself: cannot pause zk1"):
        fault.observe()
    fault.heal()
    assert machine.running


@pytest.mark.parametrize("jitter", [200, 300])
def test_a_jitter_that_leaves_nothing_is_refused(jitter: int) -> None:
    choice = parse(f"stop-and-go/off=300/on=200/jitter={jitter}")
    said = choice.fault.refuse(cast("Any", None), "leader", choice.params)
    assert said == f"a jitter of {jitter} ms leaves nothing of a stretch of 200 ms"
    choice = parse("stop-and-go/off=300/on=200/jitter=199")
    assert choice.fault.refuse(cast("Any", None), "leader", choice.params) == ""


def test_a_crash_loop_is_proven_by_the_second_crash(machine: Machine) -> None:
    fault = make("crash-loop/down=0/up=0.02", machine)
    fault.inject()
    until(lambda: fault.observe() is not None)
    fault.heal()
    lives = machine.life
    assert machine.diary == ["kill", "died", "start"] * (lives - 1)
    assert lives >= 3
    assert (machine.running, threads()) == (True, [])


def test_a_throttle_is_proven_by_what_was_withheld(machine: Machine) -> None:
    fault = make("throttle/cpus=0.25", machine)
    machine.used = ContainerUsage(0, 10, 5, 5, 9_000_000)
    assert fault.observe() is None
    fault.inject()
    assert machine.limited == (0.25, 0)
    # What was withheld before the limit proves nothing.
    assert fault.observe() is None
    machine.used = ContainerUsage(0, 20, 8, 5, 9_000_000)
    assert fault.observe() is None
    machine.used = ContainerUsage(0, 30, 9, 7, 14_000_000)
    proof = fault.observe()
    assert proof is not None
    assert (proof["cpus"], proof["periods"], proof["throttled_periods"], proof["throttled_ms"]) == (
        0.25,
        4,
        2,
        5,
    )


def test_a_throttle_is_over_when_nobody_counts_any_more(machine: Machine) -> None:
    fault = make("throttle", machine)
    fault.inject()
    fault.heal()
    assert machine.limited == (0, 0)
    looks = [(10, 5), (20, 6), (20, 6), (25, 6)]
    seen = []
    for cpu_ns, periods in looks:
        machine.used = ContainerUsage(0, cpu_ns, periods, 0, 0)
        seen.append(fault.observe_healed())
    assert seen[:3] == [None, None, None]
    assert seen[3] == {"life": 1, "pid": 100, "throttled_periods": 0}


def test_want_of_memory_needs_the_engine_to_say_so(machine: Machine) -> None:
    fault = make("out-of-memory/room=8", machine)
    assert fault.observe() is None
    fault.inject()
    assert machine.limited == (0, 58 << 20)
    assert machine.expected_down
    (hog,) = machine.spawned
    assert f"head -c {(58 + 64) << 20} " in hog[-1]
    assert fault.observe() is None
    machine.end(137)
    assert fault.observe() is None
    machine.oom_killed = True
    proof = fault.observe()
    assert proof is not None
    assert (proof["limit"], proof["exit_code"], proof["oom_killed"]) == (58 << 20, 137, True)
    fault.heal()
    fault.heal()
    assert machine.diary == ["limit", "died", "unlimit", "start"]


def test_whoever_survives_the_want_of_memory_ends_at_the_healing(machine: Machine) -> None:
    fault = make("out-of-memory", machine)
    fault.inject()
    assert fault.observe() is None
    fault.heal()
    fault.heal()
    assert machine.diary == ["limit", "unlimit", "kill", "died", "start"]


def test_healing_what_was_never_injected_changes_nothing(machine: Machine) -> None:
    for name in FAMILIES["process"]:
        fault = make(f"{name}@zk1", machine)
        fault.heal()
        fault.heal()
        if name != "throttle":
            assert fault.observe_healed() is not None
    assert machine.diary == []


@pytest.mark.parametrize(("order", "place"), [("leader-last", 2), ("leader-first", 0), ("drawn", None)])
def test_a_rolling_restart_takes_one_after_the_other(order: str, place: int | None) -> None:
    machines = [Machine() for _ in range(3)]
    shared: list[str] = []
    for number, one in enumerate(machines, start=1):
        one.name, one.diary = f"zk{number}", shared
    fault = make(f"rolling-restart/order={order}", *machines, leader="zk2")
    fault.inject()
    until(fault.observe)
    fault.heal()
    assert shared == ["ask", "died", "start"] * 3
    healed = fault.observe_healed()
    assert healed is not None
    assert [told["exit_code"] for told in healed["restarted"].values()] == [143] * 3
    assert place is None or list(healed["restarted"])[place] == "zk2"


def test_a_rolling_restart_that_gets_stuck_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemesis.process.rolling_restart.GONE_WITHIN", 0.02)
    machine.obedient = False
    fault = make("rolling-restart@zk1", machine)
    fault.inject()
    fault.heal()
    for look in (fault.observe, fault.observe_healed):
        with pytest.raises(EnsembleError, match=r"^zk1 ends: not within 0.02 s\.$"):
            look()
    assert machine.diary == ["ask", "kill", "died", "start"]


def test_a_clean_process_is_left_alone_and_any_other_made_clean(machine: Machine) -> None:
    clean(cast("Any", machine))
    assert machine.diary == []
    machine.paused, machine.limited = True, (0.5, 1 << 20)
    assert len(dirt(cast("Any", machine))) == 3
    clean(cast("Any", machine))
    machine.end(0)
    assert dirt(cast("Any", machine)) == ["its process has ended"]
    clean(cast("Any", machine))
    assert machine.diary == ["unpause", "unlimit", "start"]
    assert dirt(cast("Any", machine)) == []
    machine.loaded, machine.paused = False, True
    clean(cast("Any", machine))
    assert (machine.paused, dirt(cast("Any", machine))) == (True, [])


@pytest.mark.parametrize(
    ("target", "gone", "slow"),
    [
        ("leader", {"new-leader-after-each", "writes-overlap-each-fault"}, {"writes-overlap-each-fault"}),
        ("minority", {"writes-overlap-each-fault"}, {"writes-overlap-each-fault"}),
        ("majority", set(), set()),
        ("zk1+zk2", set(), set()),
        ("app1+app2", {"writes-overlap-each-fault"}, {"writes-overlap-each-fault"}),
        ("all-apps", set(), set()),
    ],
)
def test_what_is_owed_depends_on_who_is_left(target: str, gone: set[str], slow: set[str]) -> None:
    assert set(owed_when_gone(target)) == gone
    assert set(owed_when_slow(target)) == slow


def test_an_app_node_that_resigns_may_lead_again() -> None:
    assert Restart.owes("holder") == ("writes-overlap-each-fault",)
    assert "new-leader-after-each" in Restart.owes("leader")
