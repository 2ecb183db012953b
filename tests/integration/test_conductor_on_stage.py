"""The conductor on real containers: schedules are played in order, and every end of one heals."""

import time
from collections.abc import Sequence

import msgspec
import pytest

from harness.board import Board
from harness.clock import wait_for
from harness.plan import Step
from nemesis import conductor
from nemesis.conductor import Conductor
from nemesis.fault import Arena
from tests.integration.theatre import PATIENCE, Theatre

LONG = 600.0
"""Seconds that no test waits."""


def conduct(theatre: Theatre, schedule: Sequence[Step], arena: Arena | None = None) -> Conductor:
    plan = msgspec.structs.replace(theatre.plan, schedule=tuple(schedule))
    return Conductor(plan, arena or theatre.arena, theatre.history, theatre.stage.clock)


def told(theatre: Theatre, mark: int, step: int) -> list[tuple[str, str]]:
    """What the history tells of a fault since a mark, as (f, stage)."""
    return [
        (event.f, event.value["stage"])
        for event in theatre.events[mark:]
        if event.process == "nemesis" and event.value["id"] == step
    ]


WHOLE_STORY = [("inject", "begin"), ("inject", "proven"), ("heal", "begin"), ("heal", "proven")]


def test_a_schedule_is_played_in_order_with_every_stage_in_the_history(theatre: Theatre) -> None:
    mark = theatre.now()
    follower = next(s for s in theatre.ensemble.servers if s is not theatre.leader())
    steps = [
        Step(1, 0.0, "expire-app-leader", "app-leader", 0.1),
        Step(2, 0.0, "kill-leader", follower.name, 0.1),
    ]
    playing = conduct(theatre, steps)
    playing.start()
    last = theatre.await_event(mark, "heal", id=2, fits=lambda e: e.value["stage"] != "begin")
    playing.stop()
    assert told(theatre, mark, 1) == WHOLE_STORY
    assert told(theatre, mark, 2) == WHOLE_STORY
    assert [e.value["id"] for e in theatre.events[mark:] if e.process == "nemesis"] == [
        1,
        1,
        1,
        1,
        2,
        2,
        2,
        2,
    ]
    assert last.value["targets"] == [follower.name]
    assert last.value["proof"]["mode"] == "follower"


def test_stopping_in_mid_hold_heals_at_once(theatre: Theatre) -> None:
    mark = theatre.now()
    playing = conduct(theatre, [Step(1, 0.0, "pause-app-leader", "app-leader", LONG)])
    playing.start()
    proven = theatre.await_event(mark, "inject", stage="proven")
    app = theatre.stage.apps[proven.value["targets"][0]]
    assert app.container.state().paused
    asked = time.monotonic()
    playing.stop()
    assert time.monotonic() - asked < 5
    assert told(theatre, mark, 1) == WHOLE_STORY
    state = app.container.state()
    assert state.running
    assert not state.paused


def test_a_target_that_vanished_breaks_nothing(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conductor, "TARGET_WITHIN", 0.5)
    nobody_leads = Arena(theatre.ensemble, theatre.stage.apps, Board(), theatre.plan)
    mark = theatre.now()
    playing = conduct(theatre, [Step(1, 0.0, "kill-app-leader", "app-leader", LONG)], nobody_leads)
    playing.start()
    gone = theatre.await_event(mark, "inject", stage="vanished")
    playing.stop()
    assert told(theatre, mark, 1) == [("inject", "begin"), ("inject", "vanished")]
    assert gone.value["targets"] == []
    assert gone.value["reason"] == "there was no app-leader"
    assert theatre.since(mark, "node") == []


def test_a_step_that_is_not_due_yet_is_called_off(theatre: Theatre) -> None:
    mark = theatre.now()
    playing = conduct(theatre, [Step(1, LONG, "kill-leader", "leader", 1.0)])
    playing.start()
    playing.stop()
    assert told(theatre, mark, 1) == []
    assert wait_for(theatre.ensemble.leader, within=PATIENCE, what="the leader leads")
