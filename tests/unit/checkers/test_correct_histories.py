"""Correct histories, whole or cut off anywhere, leave every checker silent; one planted mistake does not."""

import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec
import pytest
from build import kinds
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from simulator import World

from checkers.judge import judge
from checkers.recipes.holdings import Holding, leaderships
from checkers.recovery import recovery
from checkers.registry import guarantees
from checkers.result import Results, Verdict
from harness.history import Event, History

FAULTS = ("kill-leader", "kill-app-leader", "pause-app-leader", "expire-app-leader")

worlds = st.builds(
    World,
    step=st.sampled_from((0.1, 0.2, 0.5)),
    seed=st.integers(0, 10**6),
    apps=st.integers(2, 5),
    faults=st.lists(st.sampled_from(FAULTS), max_size=3).map(tuple),
)
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def broken(results: Results) -> list[str]:
    """Return what no correct history may lead to: a violation, or a checker that breaks down."""
    return [
        result.sentence
        for result in results.results
        if result.verdict is Verdict.VIOLATION or "broke down" in result.sentence
    ]


@quick
@given(worlds)
def test_correct_histories_are_valid(world):
    history = world.run()
    results = judge(history)
    assert broken(results) == []
    if not world.faults or any(fault.proven for fault in history.faults):
        assert results.verdict is Verdict.VALID, results.sentence


@quick
@given(worlds, st.data())
def test_correct_histories_cut_off_are_never_violations(world, data):
    history = world.run()
    for _ in range(5):
        end = data.draw(st.integers(1, len(history)))
        assert broken(judge(History(history.events[:end]))) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_every_prefix_of_a_correct_history(fault):
    history = World(5, 2, (fault,), step=0.5).run()
    assert history.faults[0].healed
    for end in range(1, len(history) + 1):
        assert broken(judge(History(history.events[:end]))) == [], end


def test_a_prefix_without_a_plan_does_no_harm_to_any_checker():
    events = World(5, 2, ("pause-app-leader",)).run().events
    for history in (History([]), History(events[1:]), History(events[1:200])):
        for guarantee in guarantees().values():
            assert guarantee.check(history).verdict is not Verdict.VIOLATION


def test_the_simulation_shows_what_is_hard():
    """A silent checker proves nothing on histories in which nothing happens."""
    runs = [World(seed, 3, ("pause-app-leader", "kill-app-leader")).run() for seed in range(8)]
    measured = [judge(run).results[0].measures for run in runs]
    assert sum(row["explained_overlaps"] for row in measured) >= 3
    assert max(row["longest_believed_overlap"] for row in measured) > 0.5
    disorder = [one.time > other.time for run in runs for one, other in pairwise(run)]
    assert sum(disorder) > 50


def change(history: History, replaced: dict[int, Event], added: Sequence[Event] = ()) -> History:
    """Return the history with events replaced, and others added before the last line."""
    events = [replaced.get(event.index, event) for event in history]
    events[-1:-1] = added
    return History([msgspec.structs.replace(event, index=i) for i, event in enumerate(events)])


def touched(history: History, reign: Holding) -> bool:
    """Tell whether a fault on the leader's node was not over when its belief began."""
    return any(
        reign.node in fault.targets and (fault.healed is None or reign.start < fault.healed)
        for fault in history.faults
    )


def late_step_down(history: History, dice: random.Random) -> History | None:
    """Let a leader that no fault touched, or whose faults were over, believe on into the next reign."""
    reigns = leaderships(history)
    pairs = [
        (old, new)
        for old, new in pairwise(reigns)
        if old.node != new.node and old.ended is not None and not touched(history, old)
        # Of a leader that was killed at once nobody knows that it believed for any time at all.
        if new.end > new.start + 10**6
    ]
    if not pairs:
        return None
    old, new = dice.choice(pairs)
    end = history.events[old.ended or 0]
    return change(history, {end.index: msgspec.structs.replace(end, time=new.start + 10**6)})


def swapped_actions(history: History, dice: random.Random) -> History | None:
    """Let ZooKeeper carry out an older leader's last action after the next leader's first one."""
    actions = sorted(history.select("work", type="ok"), key=lambda event: event.zxid)
    pairs = [(one, other) for one, other in pairwise(actions) if one.value["token"] != other.value["token"]]
    if not pairs:
        return None
    one, other = dice.choice(pairs)
    swapped = {
        one.index: msgspec.structs.replace(one, zxid=other.zxid),
        other.index: msgspec.structs.replace(other, zxid=one.zxid),
    }
    return change(history, swapped)


def listed_again(history: History, dice: random.Random) -> History | None:
    """Let a server show a deleted candidate in a listing that is newer than its successor's."""
    reigns = leaderships(history)
    rows = [
        (old, listing)
        for old in reigns
        for listing in history.select("children", type="ok")
        if listing.zxid & 0xFFFFFFFF > 16
        and listing.zxid > old.token
        and listing.value
        and old.path.rpartition("/")[2] not in listing.value
    ]
    if not rows:
        return None
    old, listing = dice.choice(rows)
    lie = msgspec.structs.replace(listing, value=[old.path.rpartition("/")[2], *listing.value])
    ask = msgspec.structs.replace(lie, type="invoke", zxid=0, value=None, process="liar/1.1")
    return change(history, {}, [ask, msgspec.structs.replace(lie, process="liar/1.1")])


def closed_but_there(history: History, dice: random.Random) -> History | None:
    """Let a final reading show a node of a session that was closed."""
    closed = [e for e in history.select("session") if e.value["state"] == "closed"]
    return _left(history, dice, [event.session for event in closed])


def dead_but_there(history: History, dice: random.Random) -> History | None:
    """Let a final reading show a node of a session whose client was killed long before."""
    died = {f"{e.node}/{e.value['life']}.0" for e in history.select("node") if e.value["state"] == "died"}
    connected = [e for e in history.select("session") if e.value["state"] == "connected"]
    last = {e.process: e.session for e in sorted(connected, key=lambda e: e.time) if e.process in died}
    closed = {(fault.proof or {}).get("session") for fault in history.faults}
    return _left(history, dice, sorted(set(last.values()) - closed))


def _left(history: History, dice: random.Random, sessions: list[int]) -> History | None:
    if not sessions:
        return None
    read = history.select("final-read", type="ok")[-1]
    owners = {"stranger-0000009999": dice.choice(sessions)}
    return change(history, {read.index: msgspec.structs.replace(read, value={"children": owners})})


def nothing_works(history: History, dice: random.Random) -> History | None:
    """Let no write succeed any more after the last healing, or after the start."""
    rows = recovery(history).measures["faults"]
    healed = [fault.healed for fault in history.faults if fault.healed]
    start = max(healed) if healed else 0
    if not rows:
        return None
    lost = {
        op.complete.index: msgspec.structs.replace(op.complete, type="info")
        for op in history.operations
        if op.invoke.time > start and op.outcome == "ok" and op.invoke.f in {"work", "create", "delete"}
    }
    return change(history, lost)


MISTAKES: list[tuple[Callable[[History, random.Random], History | None], set[str]]] = [
    (late_step_down, {"believed-overlap"}),
    (swapped_actions, {"stale-action"}),
    (listed_again, {"zxid-overlap"}),
    (listed_again, {"resurrected", "outlived-close"}),
    (closed_but_there, {"outlived-close"}),
    (dead_but_there, {"left-over"}),
    (nothing_works, {"no-recovery"}),
]


@pytest.mark.parametrize(
    ("mistake", "expected"), MISTAKES, ids=[f"{make.__name__}-{min(kind)}" for make, kind in MISTAKES]
)
@settings(quick, max_examples=8)
@given(world=worlds, seed=st.integers(0, 99))
def test_one_mistake_is_caught(mistake, expected, world, seed):
    history = mistake(world.run(), random.Random(seed))
    assume(history is not None)
    found = {kind for result in judge(history).results for kind in kinds(result)}
    assert expected & found, found
