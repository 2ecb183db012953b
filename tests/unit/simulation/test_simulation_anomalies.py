"""Every anomaly turns exactly its guarantees red, as far as the oracle knows them."""

from dataclasses import replace
from itertools import islice

import pytest

from harness.history import read_history
from tests.simulation.anomalies import ANOMALIES
from tests.simulation.anomaly import Anomaly
from tests.simulation.history_builder import as_history, write
from tests.simulation.oracle import JUDGES, oracle
from tests.simulation.plans import GUARANTEES
from tests.simulation.world import World

COMPLETE = [a for a in ANOMALIES.values() if not (a.options.faults or a.options.breaks)]
"""Those whose histories lack no answer."""


def test_there_is_an_anomaly_for_every_guarantee() -> None:
    planted = frozenset().union(*(anomaly.expected for anomaly in ANOMALIES.values()))
    assert planted == frozenset(GUARANTEES)
    assert frozenset(JUDGES) <= frozenset(GUARANTEES)


@pytest.mark.parametrize("anomaly", COMPLETE, ids=lambda anomaly: anomaly.name)
def test_exactly_the_guarantees_that_it_states_turn_red(anomaly: Anomaly) -> None:
    for events in islice(anomaly.some_events(0), 2):
        red = oracle(as_history(events))
        known = frozenset(JUDGES)
        assert anomaly.expected & known <= red <= anomaly.expected | anomaly.allowed


@pytest.mark.parametrize("anomaly", ANOMALIES.values(), ids=lambda anomaly: anomaly.name)
def test_more_than_one_has_a_reason(anomaly: Anomaly) -> None:
    several = len(anomaly.expected | anomaly.allowed) > 1
    assert bool(anomaly.why) == several
    assert not anomaly.expected & anomaly.allowed


@pytest.mark.parametrize("anomaly", ANOMALIES.values(), ids=lambda anomaly: anomaly.name)
def test_what_is_planted_is_a_history_like_any_other(anomaly: Anomaly, tmp_path) -> None:
    events = next(anomaly.some_events(7))
    assert events == next(anomaly.some_events(7))
    write(events, tmp_path / "history.jsonl")
    assert list(read_history(tmp_path / "history.jsonl")) == events


@pytest.mark.parametrize("name", ["forgets-ephemerals", "closes-in-two"])
def test_dishonest_ensembles_do_what_they_are_said_to_do(name: str) -> None:
    anomaly = ANOMALIES[name]
    seeds = range(3)
    worlds = [World(replace(anomaly.options, seed=seed), anomaly.alter) for seed in seeds]
    for world in worlds:
        world.events()
        silent = [t for t in world.ensemble.log if t.outcome.changes and not (t.session or t.closes)]
        assert silent
        assert all(
            node is None
            for t in silent
            for path, node in t.outcome.changes
            if (path, "DELETED") in t.outcome.triggers
        )


def test_late_expiry_is_late() -> None:
    anomaly = ANOMALIES["expires-late"]
    world = World(replace(anomaly.options, seed=1), anomaly.alter)
    events = world.events()
    died = next(e for e in events if e.f == "node" and e.value["state"] == "died")
    mine = {e.session for e in events if e.f == "session" and e.process == f"{died.node}/1.0"}
    told = {e.session for e in events if e.f == "session" and e.value["state"] == "closed"}
    ends = [t for t in world.ensemble.log if t.closes in mine - told]
    assert ends
    assert all(world.ensemble.times[t.zxid] - died.time > 2.5e9 for t in ends)


def test_late_writes_overtake_nothing_but_are_overtaken() -> None:
    anomaly = ANOMALIES["takes-late-writes"]
    world = World(replace(anomaly.options, seed=1), anomaly.alter)
    world.events()
    newest: dict[int, int] = {}
    late = 0
    for transaction in world.ensemble.log:
        if transaction.request is not None and transaction.connection is not None:
            late += transaction.connection.number < newest.get(transaction.session, 0)
            newest[transaction.session] = max(
                newest.get(transaction.session, 0), transaction.connection.number
            )
    assert late > 0


def test_nobody_writes_after_the_healing_that_nobody_recovers_from() -> None:
    history = as_history(next(ANOMALIES["never-recovers"].some_events(0)))
    (fault,) = history.faults
    assert fault.healed
    bound = fault.healed + round(history.plan.recovery_bound * 1e9)
    writes = [op for op in history.operations if op.invoke.f in {"create", "set", "delete", "multi"}]
    assert not [
        op
        for op in writes
        if fault.healed < op.invoke.time and op.complete.time <= bound and op.outcome == "ok"
    ]
