"""Partitions between app nodes and servers: clients move, are suspended, lose sessions, and come back."""

import pytest

from harness.app_node import AppNode
from harness.clock import SECOND, wait_for
from harness.ensemble import Server
from harness.history import Event
from harness.zoo_config import CLIENT_PORT
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre

pytestmark = pytest.mark.usefixtures("clean_network")


def own_server(theatre: Theatre, app: AppNode) -> Server:
    """The server that an app node was connected to last."""
    address = theatre.board.snapshot().connected_to[app.name]
    return next(s for s in theatre.ensemble.servers if f"{s.pod.address}:{CLIENT_PORT}" == address)


def reign_of(theatre: Theatre, app: AppNode) -> Event:
    return [e for e in theatre.events if e.f == "leader" and e.node == app.name][-1]


def test_cut_app_is_suspended_replaced_and_without_its_session(theatre: Theatre) -> None:
    app = theatre.app_leader()
    reign, session = reign_of(theatre, app), theatre.board.snapshot().sessions[app.name]
    mark, timeout = theatre.now(), theatre.plan.session_timeout
    fault = cast_fault(theatre, "partition:cut-app")
    cut_at = theatre.stage.clock.now()

    proof = bite(fault)
    assert sorted(proof["drops"]) == sorted([app.name, *(s.name for s in theatre.ensemble.servers)])
    suspended = theatre.await_event(mark, "session", node=app.name, state="suspended")
    assert theatre.since(mark, "stepped-down", node=app.name, token=reign.value["token"])
    successor = theatre.await_event(mark, "leader", fits=lambda e: e.node != app.name)
    assert successor.value["token"] > reign.value["token"]
    assert timeout / 2 < (successor.time - cut_at) / SECOND < timeout + PATIENCE / 2
    # It gave up before anybody else could lead.
    assert suspended.time < successor.time
    assert all(answer.value is None for answer in theatre.look(reign.key).values())
    # Nobody can tell it, as long as it is cut off.
    assert theatre.since(mark, "session", node=app.name, state="lost") == []
    assert not [e for e in theatre.since(suspended.index, "work", type="ok") if e.node == app.name]

    healed = repair(fault)["works"][app.name]
    theatre.await_event(mark, "session", node=app.name, state="lost")
    assert healed["session"] != session
    assert healed["connected_to"]


def test_cut_app_from_own_server_moves_it_to_another_in_the_same_session(theatre: Theatre) -> None:
    app = theatre.app_leader()
    old, reign = own_server(theatre, app), reign_of(theatre, app)
    session, mark = theatre.board.snapshot().sessions[app.name], theatre.now()
    fault = cast_fault(theatre, "partition:cut-app-from-own-server/how=reject")

    proof = bite(fault)
    assert proof["own_servers"] == {app.name: old.name}
    moved = theatre.await_event(mark, "session", node=app.name, state="connected")
    assert moved.session == session
    assert own_server(theatre, app) is not old
    # Its node outlived the move, so it leads again under the same token.
    again = theatre.await_event(moved.index, "leader", node=app.name)
    assert (again.key, again.value["token"]) == (reign.key, reign.value["token"])
    theatre.await_event(again.index, "work", type="ok", node=app.name)

    repair(fault)
    assert theatre.board.snapshot().sessions[app.name] == session


def test_block_client_port_moves_clients_and_leaves_the_quorum_alone(theatre: Theatre) -> None:
    app = theatre.app_leader()
    server, leader = own_server(theatre, app), theatre.leader()
    before, epoch, mark = server.status().mode, leader.status().epoch, theatre.now()
    fault = cast_fault(theatre, f"partition:block-client-port-connected-to:{app.name}/how=reject")
    assert fault.targets == (server.name,)
    clients = [one for one in theatre.stage.apps.values() if own_server(theatre, one) is server]

    proof = bite(fault)
    assert (proof["port"], proof["probes"]) == (2181, {"refused": 2 * len(theatre.stage.apps)})
    for one in clients:
        moved = theatre.await_event(mark, "session", node=one.name, state="connected")
        assert moved.server != f"{server.pod.address}:{CLIENT_PORT}"
    theatre.await_event(theatre.now(), "work", type="ok")
    # The harness still gets in, and hears that nothing has happened to its place in the quorum.
    assert server.status().mode == before
    assert (leader.status().mode, leader.status().epoch) == ("leader", epoch)

    repair(fault)
    assert (server.status().mode, leader.status().epoch) == (before, epoch)


def test_cut_app_from_leader_side_leaves_it_with_a_server_that_cannot_help(theatre: Theatre) -> None:
    app, leader = theatre.app_leader(), theatre.leader()
    reign, own = reign_of(theatre, app), own_server(theatre, app)
    epoch, mark = leader.status().epoch, theatre.now()
    fault = cast_fault(theatre, "partition:cut-app-from-leader-side")

    proof = bite(fault)
    (stranded,) = (theatre.ensemble[name] for name in proof["rest"] if name != app.name)
    assert leader.name in proof["quorum"]
    assert stranded is own or own is leader
    wait_for(lambda: stranded.status().mode == "looking", within=PATIENCE, what="the minority gives up")
    suspended = theatre.await_event(mark, "session", node=app.name, state="suspended")
    successor = theatre.await_event(mark, "leader", fits=lambda e: e.node != app.name)
    assert successor.value["token"] > reign.value["token"]
    # The session timeout is longer than syncLimit, so that it never led beside its successor.
    assert suspended.time < successor.time
    theatre.await_event(successor.index, "work", type="ok", node=successor.node)
    assert (leader.status().mode, leader.status().epoch) == ("leader", epoch)

    healed = repair(fault)["works"]
    assert healed[stranded.name]["mode"] == "follower"
    assert healed[app.name]["connected_to"]
