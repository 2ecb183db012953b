"""Every fault bites in ZooKeeper's or the client's own terms, and is over when it says so."""

from harness.clock import SECOND, wait_for
from harness.container import Container
from harness.history import Event
from tests.integration.faults.biting import await_epoch_above, bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre


def pid(container: Container) -> int:
    return container.state().pid


def reign_of(theatre: Theatre, node: str) -> Event:
    """The event with which a node's present leadership began."""
    return [e for e in theatre.events if e.f == "leader" and e.node == node][-1]


def await_successor(theatre: Theatre, mark: int, reign: Event) -> Event:
    """The first leader after a mark that is another node with a younger token."""
    return theatre.await_event(
        mark,
        "leader",
        fits=lambda e: e.node != reign.node and e.value["token"] > reign.value["token"],
    )


def accepted(theatre: Theatre, mark: int, token: int) -> list[Event]:
    """Fenced actions with a token that were acknowledged after a mark."""
    return [e for e in theatre.since(mark, "work", type="ok") if e.value["token"] == token]


def gone_everywhere(theatre: Theatre, path: str) -> bool:
    return all(answer.value is None for answer in theatre.look(path).values())


def test_kill_leader_moves_the_leadership_into_a_higher_epoch(theatre: Theatre) -> None:
    old = theatre.leader()
    epoch, before, lives = old.status().epoch, pid(old.container), old.life
    mark = theatre.now()
    fault = cast_fault(theatre, "kill-leader")

    proof = bite(fault)
    assert proof["before"]["mode"] == "leader"
    assert proof["before"]["pid"] == before
    assert proof["exit_code"] == 137
    assert old.status().mode == "down"
    assert theatre.since(mark, "node", node=old.name, state="died", life=lives)
    successor = wait_for(
        lambda: next((s for s in theatre.ensemble.servers if s.status().mode == "leader"), None),
        within=PATIENCE,
        what="another server leads",
    )
    assert successor is not old
    wait_for(lambda: successor.status().epoch > epoch, within=PATIENCE, what="the epoch is higher")
    assert old.status().mode == "down"

    healed = repair(fault)
    assert healed["mode"] == "follower"
    assert healed["epoch"] >= epoch
    await_epoch_above(theatre, epoch)
    assert theatre.since(mark, "node", node=old.name, state="started", life=lives + 1)
    assert old.life == lives + 1
    assert pid(old.container) not in {0, before}
    assert theatre.leader() is successor


def test_kill_app_leader_ends_its_stream_and_then_its_ephemeral(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign, lives = reign_of(theatre, app.name), app.life
    session = theatre.board.snapshot().sessions[app.name]
    mark = theatre.now()
    fault = cast_fault(theatre, "kill-holder")

    proof = bite(fault)
    assert proof["exit_code"] == 137
    assert proof["before"]["life"] == lives
    assert not app.streaming
    # Its session does not know yet.
    assert not gone_everywhere(theatre, reign.key)
    assert theatre.since(mark, "leader") == []
    died = theatre.await_event(mark, "node", node=app.name, state="died", life=lives)
    successor = await_successor(theatre, mark, reign)
    assert gone_everywhere(theatre, reign.key)
    timeout = theatre.plan.session_timeout
    # Expiry counts from the last ping, which may be a third of the timeout old.
    assert timeout / 2 < (successor.time - died.time) / SECOND < timeout + PATIENCE / 2
    assert theatre.since(died.index + 1, "work", node=app.name) == []

    healed = repair(fault)
    assert healed["life"] == lives + 1
    assert healed["session"] != session
    candidate = theatre.await_event(died.index, "candidate", node=app.name)
    assert candidate.key != reign.key
    assert candidate.process == f"{app.name}/{lives + 1}.0"


def test_pause_app_leader_leaves_a_leader_behind_that_can_do_no_harm(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign = reign_of(theatre, app.name)
    token = reign.value["token"]
    mark = theatre.now()
    fault = cast_fault(theatre, "pause-holder")

    proof = bite(fault)
    assert proof["engine"] == "paused"
    assert all(state[0] in "DS" for state in proof["process_states"])
    silent_from = theatre.stage.clock.now()
    successor = await_successor(theatre, mark, reign)
    acted = theatre.await_event(successor.index, "work", type="ok", node=successor.node)
    said = [e for e in theatre.events[mark:] if e.node == app.name and e.time > silent_from]
    assert said == []

    resumed = theatre.now()
    repair(fault)
    woke = theatre.await_event(resumed, "stepped-down", node=app.name)
    assert woke.value["token"] == token
    assert woke.value["why"] in {"suspended", "lost", "refused"}
    theatre.await_event(resumed, "session", node=app.name, state="connected")
    theatre.await_event(resumed, "candidate", node=app.name)
    # An answer from before the pause may have waited for it to end: the zxid tells when it was done.
    assert [late for late in accepted(theatre, resumed, token) if late.zxid > acted.zxid] == []


def test_expire_app_leader_ends_the_session_under_a_healthy_client(theatre: Theatre) -> None:
    # Now and then a server carries the closing out and drops its answer: that tells no zxid to compare.
    for _ in range(3):
        app = theatre.app_leader()
        reign, before = reign_of(theatre, app.name), pid(app.container)
        token = reign.value["token"]
        session = theatre.board.snapshot().sessions[app.name]
        mark = theatre.now()
        fault = cast_fault(theatre, "expire-holder")
        proof = bite(fault)
        assert proof["session"] == session
        closed = proof["closed_at_zxid"]
        if closed:
            break
        theatre.settle()
    assert closed > token
    answers = theatre.look(reign.key).values()
    assert all(answer.value is None and answer.reply.zxid >= closed for answer in answers)
    lost = theatre.await_event(mark, "session", node=app.name, state="lost")
    fresh = theatre.await_event(lost.index, "session", node=app.name, state="connected")
    assert fresh.session != session
    await_successor(theatre, mark, reign)
    assert theatre.since(mark, "stepped-down", node=app.name, token=token)

    # The node was there up to the closing and never again, whoever looked.
    name = reign.key.rpartition("/")[2]
    for listing in theatre.since(reign.index, "children", type="ok"):
        assert (name in listing.value) == (listing.zxid < closed)
    assert all(work.zxid < closed for work in accepted(theatre, reign.index, token))

    assert repair(fault)["session"] == fresh.session
    assert pid(app.container) == before


def test_healing_what_was_never_broken_changes_nothing(theatre: Theatre) -> None:
    server, app = theatre.leader(), theatre.app_leader()
    before = (pid(server.container), pid(app.container), server.life, app.life)
    mark = theatre.now()
    for text in ("kill-leader", "pause-leader", "kill-holder", "pause-holder", "expire-holder"):
        fault = cast_fault(theatre, text)
        assert fault.observe() is None
        fault.heal()
        assert fault.observe_healed() is not None
    assert (pid(server.container), pid(app.container), server.life, app.life) == before
    assert theatre.since(mark, "node") == []
