"""Sessions that end, move and lose their connections: what the servers keep, and what clients are told."""

from harness.board import SessionSight
from harness.clock import SECOND, wait_for
from nemesis.session.clean import clean, dirt
from nemesis.session.cutting import destroy_connections, refuse_server
from nemesis.session.dump import ask_dump
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.faults.test_classic_faults import await_successor, gone_everywhere, pid, reign_of
from tests.integration.theatre import PATIENCE, Theatre


def sight(theatre: Theatre, node: str) -> tuple[int, SessionSight]:
    """The session that an app node has, and how it was seen last."""
    return next(reversed(theatre.board.sessions_of(node).items()))


def test_a_dropped_connection_comes_back_with_its_session(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign, before = reign_of(theatre, app.name), pid(app.container)
    session, was = sight(theatre, app.name)
    mark = theatre.now()
    fault = cast_fault(theatre, "drop-connection-holder")
    proof = bite(fault)
    assert proof["sessions_disconnected"] == [session]
    assert proof["sockets_destroyed"]
    suspended = theatre.await_event(mark, "session", node=app.name, state="suspended")
    again = theatre.await_event(suspended.index, "session", node=app.name, state="connected")
    assert again.session == session
    assert again.conn > was.conn
    assert theatre.since(mark, "session", node=app.name, state="lost") == []
    # Whoever is suspended must not lead, and its node is still there.
    stepped = theatre.await_event(mark, "stepped-down", node=app.name)
    assert stepped.value["why"] == "suspended"
    dump = ask_dump(theatre.arena)
    assert dump
    assert session in dump.sessions
    assert repair(fault)["sessions_kept"] == [session]
    assert pid(app.container) == before
    assert reign.node == app.name


def test_move_takes_the_session_to_another_server(theatre: Theatre) -> None:
    app = theatre.app_leader()
    session, was = sight(theatre, app.name)
    others = [name for name in theatre.stage.apps if name != app.name]
    elsewhere = {name: sight(theatre, name) for name in others}
    mark = theatre.now()
    fault = cast_fault(theatre, "move-holder")
    proof = bite(fault)
    assert proof["from"] == was.server
    assert [moved["session"] for moved in proof["moved"]] == [session]
    arrived = theatre.await_event(mark, "session", node=app.name, state="connected")
    assert (arrived.session, arrived.server) == (session, proof["moved"][0]["to"])
    # Its former server is closed to it as long as the fault is on: however often it is pushed away.
    for _ in range(3):
        conn = sight(theatre, app.name)[1].conn
        destroy_connections(app.pod.holder)
        wait_for(
            lambda conn=conn: (
                sight(theatre, app.name)[1].conn > conn and sight(theatre, app.name)[1].connected
            ),  # type: ignore[misc]
            within=PATIENCE,
            what="the client is back",
        )
        assert sight(theatre, app.name)[1].server != was.server
    assert {name: sight(theatre, name) for name in others} == elsewhere
    assert repair(fault)["sessions_kept"] == []
    assert dirt(app.pod) == []
    assert sight(theatre, app.name)[0] == session
    assert theatre.since(mark, "session", node=app.name, state="lost") == []


def test_false_lost_leaves_a_node_of_nobody_until_the_timeout(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign = reign_of(theatre, app.name)
    session, _ = sight(theatre, app.name)
    mark = theatre.now()
    fault = cast_fault(theatre, "false-lost-holder")
    proof = bite(fault)
    assert proof["session"] == session
    assert reign.key in proof["ephemerals"]
    assert not gone_everywhere(theatre, reign.key)
    lost = theatre.await_event(mark, "session", node=app.name, state="lost")
    assert lost.session == session
    fresh = theatre.await_event(lost.index, "session", node=app.name, state="connected")
    assert fresh.session not in {0, session}
    # Nobody leads while the orphan stands, then somebody does.
    successor = theatre.await_event(lost.index, "leader")
    assert successor.value["token"] > reign.value["token"]
    assert gone_everywhere(theatre, reign.key)
    assert (successor.time - lost.time) / SECOND > theatre.plan.session_timeout / 3
    assert repair(fault)
    assert dirt(app.pod) == []
    dump = ask_dump(theatre.arena)
    assert dump
    assert session not in dump.sessions


def test_expire_owner_ends_whoever_is_at_the_path(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign = reign_of(theatre, app.name)
    session, _ = sight(theatre, app.name)
    mark = theatre.now()
    fault = cast_fault(theatre, "expire-owner/path=/election")
    proof = bite(fault)
    assert (proof["session"], proof["owned"]) == (session, reign.key)
    assert fault.targets == (app.name,)
    lost = theatre.await_event(mark, "session", node=app.name, state="lost")
    assert lost.session == session
    assert gone_everywhere(theatre, reign.key)
    await_successor(theatre, mark, reign)
    assert repair(fault)["session"] != session


def test_expire_all_sessions_of_two_nodes_at_once(theatre: Theatre) -> None:
    names = ("app1", "app2")
    before = {name: sight(theatre, name)[0] for name in names}
    mark = theatre.now()
    fault = cast_fault(theatre, "expire/which=all", *names)
    proof = bite(fault)
    assert {name: proof[name]["session"] for name in names} == before
    for name in names:
        lost = theatre.await_event(mark, "session", node=name, state="lost")
        assert lost.session == before[name]
    repair(fault)


def test_cleaning_takes_away_what_a_crash_left(theatre: Theatre) -> None:
    app = theatre.stage.apps["app1"]
    server = sight(theatre, app.name)[1].server
    assert dirt(app.pod) == []
    for _ in range(2):
        refuse_server(app.pod.holder, server.rpartition(":")[0])
    assert len(dirt(app.pod)) == 1
    clean(app.pod)
    clean(app.pod)
    assert dirt(app.pod) == []
