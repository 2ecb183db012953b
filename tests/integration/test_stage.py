"""The stage: servers that form a quorum, nodes that are machines, and stages that leave each other alone."""

import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from kazoo.protocol.serialization import Create
from kazoo.security import OPEN_ACL_UNSAFE

from harness.chaos import Workshop
from harness.clock import SECOND, wait_for
from harness.ensemble import PROBE, Server
from harness.four_letter import ask
from harness.leftovers import LABEL, RUN_LABEL
from harness.visitor import visit
from tests.integration.theatre import PATIENCE, Theatre, inspect, left_on_engine, opened

another = partial(opened, apps=False)
"""Servers of a test's own, without app nodes, beside everything else on the engine."""


@pytest.fixture(scope="module")
def alone(workshop: Workshop, runs: set[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """One server alone, with a configuration of its own, beside the shared stage."""
    zoo = {"tickTime": "750", "maxClientCnxns": "77"}
    with another(workshop, runs, tmp_path_factory.mktemp("alone"), servers=1, zoo=zoo) as theatre:
        yield theatre


def write(server: Server, path: str) -> int:
    """Make a znode through one server; the zxid of its creation."""
    return visit(server.host_address, [Create(path, b"here", OPEN_ACL_UNSAFE, 0)], PATIENCE)[0].reply.zxid


def restart(server: Server) -> None:
    """Kill a server and start it again; returns when it serves."""
    server.kill()
    wait_for(lambda: not server.container.state().running, within=PATIENCE, what="the server is dead")
    server.died()
    server.start()
    wait_for(lambda: server.status().serves, within=PATIENCE, what="the server serves again")


def test_a_stage_opens_with_a_write_that_every_server_shows(theatre: Theatre) -> None:
    created = {answer.value.czxid for answer in theatre.look(PROBE).values()}
    assert len(created) == 1
    modes = [server.status().mode for server in theatre.ensemble.servers]
    assert sorted(modes) == ["follower", "follower", "leader"]


def test_every_node_is_a_holder_and_an_unprivileged_process(theatre: Theatre, workshop: Workshop) -> None:
    servers = [server.pod for server in theatre.ensemble.servers]
    apps = [app.pod for app in theatre.stage.apps.values()]
    assert len(servers) == 3
    assert len(apps) == 5
    for pod in servers + apps:
        holder, process = inspect(pod.holder), inspect(pod.process)
        assert process["HostConfig"]["NetworkMode"] == f"container:{pod.holder.id}"
        assert process["HostConfig"]["CapAdd"] is None
        assert holder["HostConfig"]["CapAdd"] in (["NET_ADMIN"], ["CAP_NET_ADMIN"])
        for half in (holder, process):
            assert not half["HostConfig"]["Privileged"]
            assert half["Config"]["Labels"][LABEL] == "1"
            assert half["Config"]["Labels"][RUN_LABEL] == theatre.plan.run
            assert half["Config"]["Labels"]["zkchaos.node"] == pod.name
    for pod in servers:
        assert inspect(pod.process)["Image"] == workshop.images.server.id
        disks = {inspect(half)["Mounts"][0]["Name"] for half in (pod.holder, pod.process)}
        assert len(disks) == 1


def test_client_ports_are_published_on_the_loopback_only(theatre: Theatre) -> None:
    for server in theatre.ensemble.servers:
        settings = inspect(server.pod.holder)["NetworkSettings"]
        bindings = [b for bound in settings["Ports"].values() for b in bound or ()]
        assert [binding["HostIp"] for binding in bindings] == ["127.0.0.1"]
        assert "Mode: " in ask(server.host_address, "srvr")
        gateway = next(iter(settings["Networks"].values()))["Gateway"]
        with pytest.raises(OSError, match=r"refused|timed out"):
            socket.create_connection((gateway, server.host_address[1]), timeout=1)
    for app in theatre.stage.apps.values():
        assert not any(inspect(app.pod.holder)["NetworkSettings"]["Ports"].values())


def test_a_restarted_server_keeps_its_address_and_port(theatre: Theatre) -> None:
    leader = theatre.leader()
    follower = next(server for server in theatre.ensemble.servers if server is not leader)
    before = (follower.pod.holder.address(), follower.host_address)
    lives = follower.life
    restart(follower)
    assert (follower.pod.holder.address(), follower.host_address) == before
    assert follower.life == lives + 1
    assert theatre.leader() is leader
    assert theatre.look(PROBE)[follower.name].value is not None


def test_a_server_alone_keeps_its_data_over_a_kill(alone: Theatre) -> None:
    (server,) = alone.ensemble.servers
    created = write(server, "/kept")
    restart(server)
    # Nobody else could have told it: what it shows comes from its own disk.
    assert alone.look("/kept")[server.name].value.czxid == created
    assert server.status().mode == "standalone"


def test_settings_of_the_plan_reach_the_server(alone: Theatre) -> None:
    (server,) = alone.ensemble.servers
    settings = ask(server.host_address, "conf").splitlines()
    assert "tickTime=750" in settings
    assert "maxClientCnxns=77" in settings


def test_stages_side_by_side_do_not_disturb_each_other(
    theatre: Theatre, workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    leader = theatre.leader()
    epoch = leader.status().epoch
    mark = theatre.now()
    with another(workshop, runs, tmp_path, servers=1) as other:
        (server,) = other.ensemble.servers
        assert other.leader() is server
        write(server, "/elsewhere")
        assert all(answer.value is None for answer in theatre.look("/elsewhere").values())
        server.kill()
        run = other.plan.run
        assert left_on_engine(workshop.engine, run)
    assert left_on_engine(workshop.engine, run) == []
    assert theatre.leader() is leader
    assert leader.status().epoch == epoch
    states = theatre.since(mark, "session")
    assert [event.value for event in states] == []
    theatre.await_event(theatre.now(), "work", type="ok")


def test_five_servers_form_one_quorum(workshop: Workshop, runs: set[str], tmp_path: Path) -> None:
    with another(workshop, runs, tmp_path, servers=5) as theatre:
        modes = [server.status().mode for server in theatre.ensemble.servers]
        assert sorted(modes) == ["follower"] * 4 + ["leader"]
        assert len({answer.value.czxid for answer in theatre.look(PROBE).values()}) == 1


def test_the_monitor_writes_roles_epochs_and_numbers_into_the_history(theatre: Theatre) -> None:
    leader = theatre.leader()
    epoch = leader.status().epoch
    mark = theatre.now()
    for server in theatre.ensemble.servers:
        seen = theatre.await_event(mark, "server", node=server.name, fits=lambda e: "mntr" in e.value)
        assert seen.process == "monitor"
        assert seen.value["mode"] == ("leader" if server is leader else "follower")
        assert seen.value["epoch"] == epoch
        assert seen.value["zxid"] >> 32 == epoch
        assert 0 < seen.value["sent"] <= seen.time
        assert seen.value["mntr"]["zk_ephemerals_count"] == len(theatre.stage.apps)


def test_the_monitor_asks_every_server_several_times_a_second(theatre: Theatre) -> None:
    mark = theatre.now()
    for server in theatre.ensemble.servers:
        first = theatre.await_event(mark, "server", node=server.name)
        second = theatre.await_event(first.index + 1, "server", node=server.name)
        assert second.value["sent"] - first.value["sent"] < SECOND
