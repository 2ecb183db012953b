"""App nodes end in good order or not at all in order, and every line they print reaches the history."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import msgspec

from harness.app_node import AppNode
from harness.client import Line
from harness.clock import SECOND, wait_for
from harness.history import COMPLETIONS, Event, read_history
from tests.integration.theatre import PATIENCE, Theatre


def follower(theatre: Theatre) -> AppNode:
    """An app node that does not lead."""
    leader = theatre.app_leader()
    return next(app for app in theatre.stage.apps.values() if app is not leader)


def node_of(theatre: Theatre, app: AppNode) -> str:
    """The app node's present election node."""
    return [e for e in theatre.events if e.f == "candidate" and e.node == app.name][-1].key


def stop(app: AppNode) -> None:
    app.ask_to_stop()
    assert app.join(PATIENCE)


@contextmanager
def frozen_servers(theatre: Theatre) -> Iterator[None]:
    """Nobody answers for a moment that is too short for a session to end."""
    for server in theatre.ensemble.servers:
        server.container.pause()
    try:
        yield
    finally:
        for server in theatre.ensemble.servers:
            server.container.unpause()


def outstanding(theatre: Theatre, app: AppNode) -> list[Event]:
    """Calls of the app node's present life that have no answer."""
    calls: dict[str, Event] = {}
    for event in list(theatre.events):
        if event.node == app.name and event.type == "invoke":
            calls[event.process] = event
        elif event.type in COMPLETIONS:
            calls.pop(event.process, None)
    return list(calls.values())


def waits(theatre: Theatre, call: Event) -> bool:
    """Tell whether a call is older than an answer on its way here could be."""
    return call.f == "work" and theatre.stage.clock.now() - call.time > SECOND // 4


def test_sigterm_steps_down_and_closes_the_session_in_order(theatre: Theatre) -> None:
    app = theatre.app_leader()
    node, lives = node_of(theatre, app), app.life
    session = theatre.board.snapshot().sessions[app.name]
    mark = theatre.now()
    stop(app)
    assert app.container.state().exit_code == 0
    (down,) = theatre.since(mark, "stepped-down", node=app.name)
    assert down.value["why"] == "stopping"
    (closed,) = theatre.since(mark, "session", node=app.name)
    assert closed.value == {"state": "closed"}
    assert closed.session == session
    assert down.index < closed.index
    (ended,) = theatre.since(mark, "node", node=app.name)
    assert ended.value == {"state": "stopped", "life": lives, "role": "app"}
    assert closed.zxid > 0
    answers = theatre.look(node).values()
    assert all(answer.value is None and answer.reply.zxid >= closed.zxid for answer in answers)
    # Closed, not expired: the next one leads at once.
    assert theatre.await_event(mark, "leader").time - closed.time < theatre.plan.session_timeout / 2 * SECOND
    assert outstanding(theatre, app) == []


def test_kill_leaves_its_open_call_unknown_and_a_new_life_begins(theatre: Theatre) -> None:
    app = theatre.app_leader()
    node, lives = node_of(theatre, app), app.life
    session = theatre.board.snapshot().sessions[app.name]
    mark = theatre.now()
    with frozen_servers(theatre):
        call = wait_for(
            lambda: next((c for c in outstanding(theatre, app) if waits(theatre, c)), None),
            within=PATIENCE,
            what="a call waits for its answer",
        )
        app.kill()
        assert app.join(PATIENCE)
    (info,) = theatre.since(call.index, call.f, process=call.process, type="info")
    assert info.error == "process died"
    assert info.time >= call.time
    assert call.process.startswith(f"{app.name}/{lives}.")
    assert outstanding(theatre, app) == []
    (died,) = theatre.since(mark, "node", node=app.name)
    assert died.value["state"] == "died"
    assert died.index > info.index

    app.start()
    candidate = theatre.await_event(died.index, "candidate", node=app.name)
    assert candidate.key != node
    assert candidate.session not in {0, session}
    fresh = [e for e in theatre.events[died.index + 1 :] if e.node == app.name and e.process != "harness"]
    assert {event.process.split(".")[0] for event in fresh} == {f"{app.name}/{lives + 1}"}


def test_every_line_that_a_node_prints_is_in_the_history(theatre: Theatre) -> None:
    app = theatre.app_leader()
    stop(app)
    second_reader = app.container.attach()
    with ThreadPoolExecutor(1) as pool:
        printed = pool.submit(lambda: b"".join(out for out, _ in second_reader))
        mark = theatre.now()
        app.start()
        theatre.await_event(mark, "candidate", node=app.name)
        # The others leave one after the other, so that it comes to lead and has much to tell.
        for other in theatre.stage.apps.values():
            if other is not app:
                stop(other)
        theatre.await_event(mark, "work", node=app.name, type="ok", fits=lambda e: e.value["n"] >= 40)
        stop(app)
        lines = [msgspec.json.decode(line, type=Line) for line in printed.result(PATIENCE).splitlines()]
    merged = [e for e in theatre.events[mark:] if e.node == app.name and e.process != "harness"]
    assert len(lines) > 80
    assert [(e.time, e.type, e.f, e.key, e.zxid, e.xid, e.value) for e in merged] == [
        (line.time, line.type, line.f, line.key, line.zxid, line.xid, line.value) for line in lines
    ]
    assert [e.process for e in merged] == [f"{app.name}/{app.life}.{line.process}" for line in lines]


def test_the_history_of_all_this_can_be_read(theatre: Theatre) -> None:
    stop(follower(theatre))
    seen = list(theatre.events)
    history = read_history(theatre.history.path)
    assert history.torn == ""
    assert history.plan == theatre.plan
    assert list(history.events[1 : len(seen)]) == seen[1:]
    calls = sum(event.type == "invoke" for event in seen)
    answers = sum(event.type in COMPLETIONS for event in seen)
    assert 0 <= calls - answers <= len(theatre.stage.apps)
