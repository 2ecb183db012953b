"""Faults of the disk bite as ZooKeeper feels them, on small disks with a layer between."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.chaos import Workshop
from harness.client.requests import Create, Exists, SetData, Sync
from harness.clock import wait_for
from harness.ensemble import Server
from harness.equipment import DISK_LAYER, SMALL_DISK
from harness.pods import SMALL_DISK_BYTES
from harness.visitor import visit, visiting
from nemesis.disk.clean import clean, dirt
from nemesis.disk.damage import Damage
from nemesis.fault import Fault, Proof
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre, inspect, left_on_engine, opened

FITTED = "disk-full,power-cut"
"""Faults whose equipment is that of all others."""


@contextmanager
def fitted(workshop: Workshop, runs: set[str], directory: Path, **wishes: object) -> Iterator[Theatre]:
    """Servers with a layer below their files, without app nodes; nothing of them stays, no mount either."""
    with opened(workshop, runs, directory, apps=False, seed=2, **wishes) as theatre:
        yield theatre
    assert left_on_engine(workshop.engine, theatre.plan.run) == []
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    assert [mount for mount in mounts if theatre.plan.run in mount] == []


@pytest.fixture(scope="module")
def servers(
    workshop: Workshop, runs: set[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    with fitted(workshop, runs, tmp_path_factory.mktemp("disks"), nemesis=FITTED) as theatre:
        assert set(theatre.plan.equipment) == {DISK_LAYER, SMALL_DISK}
        for server in theatre.ensemble.servers:
            assert server.pod.layer is not None
        yield theatre


@pytest.fixture
def disks(servers: Theatre) -> Iterator[Theatre]:
    """The servers, in order before and after the test, and without trouble in between."""
    mark = servers.now()
    servers.settle()
    yield servers
    servers.settle()
    assert servers.since(mark, "trouble") == []
    assert [left for server in servers.ensemble.servers for left in dirt(server.pod)] == []


def write(server: Server, path: str, data: bytes = b"here") -> int:
    """Make a znode through one server; the zxid of its creation."""
    return visit(server.host_address, [Create(path, data)], PATIENCE)[0].reply.zxid


def shows(server: Server, path: str) -> bool:
    """Tell whether a server shows a znode after a sync."""
    return visit(server.host_address, [Sync("/"), Exists(path)], PATIENCE)[-1].value is not None


def by_role(theatre: Theatre) -> tuple[Server, Server]:
    """The leader, and one that follows it."""
    leader = theatre.leader()
    return leader, next(server for server in theatre.ensemble.servers if server is not leader)


def logged(server: Server, words: str) -> bool:
    return words in server.container.output().decode(errors="replace")


def test_the_process_knows_nothing_of_the_layer(disks: Theatre) -> None:
    for server in disks.ensemble.servers:
        process, holder = inspect(server.container), inspect(server.pod.holder)
        assert process["HostConfig"]["CapAdd"] is None
        assert not process["HostConfig"]["Privileged"]
        assert not process["HostConfig"]["Devices"]
        assert holder["HostConfig"]["CapAdd"] in (["NET_ADMIN"], ["CAP_NET_ADMIN"])
        kind = server.container.execute("stat", "-f", "-c", "%T", "/data").decode().strip()
        assert kind.startswith("fuse")
        # The same files, seen past the layer.
        names = server.container.execute("ls", "/data/version-2")
        assert names == server.pod.holder.execute("ls", "/data/version-2")
        size = server.pod.holder.execute("stat", "-f", "-c", "%b %S", "/data").split()
        assert int(size[0]) * int(size[1]) == SMALL_DISK_BYTES


def test_a_full_disk_takes_the_server_away_and_the_rest_goes_on(disks: Theatre) -> None:
    leader, follower = by_role(disks)
    fault = cast_fault(disks, "disk-full", follower.name)
    proof = bite(fault)
    assert proof["free"] == 0
    assert proof["ballast"] > SMALL_DISK_BYTES / 2
    assert proof["server"] in {"ended", "looking", "down"}
    assert logged(follower, "No space left on device")
    assert dirt(follower.pod) == [f"a ballast file fills the disk of {follower.name}"]
    write(leader, "/while-full")
    healed = repair(fault)
    assert healed["same_as"] == leader.name
    assert shows(follower, "/while-full")


def test_a_disk_that_cannot_sync_takes_the_leadership_away(disks: Theatre) -> None:
    old = disks.leader()
    fault = cast_fault(disks, "disk-errors/error=EIO/on=fsync", old.name)
    proof = bite(fault)
    assert proof["before"]["mode"] == "leader"
    assert (proof["error"], proof["on"]) == ("EIO", "fsync")
    assert proof["refused"] > 0
    assert logged(old, "Input/output error")
    assert "EIO" in " ".join(dirt(old.pod))
    successor = wait_for(
        lambda: next(
            (s for s in disks.ensemble.servers if s is not old and s.status().mode == "leader"), None
        ),
        within=PATIENCE,
        what="another server leads",
    )
    write(successor, "/without-the-leader")
    assert repair(fault)["epoch"] > proof["before"]["zxid"] >> 32
    assert shows(old, "/without-the-leader")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("disk-errors/error=ENOSPC/on=write", "ENOSPC", "No space left on device"),
        ("disk-read-only", "EROFS", "Read-only file system"),
    ],
)
def test_a_disk_that_refuses_takes_a_follower_away(disks: Theatre, text: str, error: str, words: str) -> None:
    leader, follower = by_role(disks)
    fault = cast_fault(disks, text, follower.name)
    proof = bite(fault)
    assert proof["error"] == error
    assert proof["refused"] > 0
    assert proof["server"] in {"ended", "looking", "down"}
    assert logged(follower, words)
    assert error in " ".join(dirt(follower.pod))
    write(leader, f"/without-{error}")
    assert repair(fault)["same_as"] == leader.name
    assert shows(follower, f"/without-{error}")


def test_slow_syncs_make_every_write_wait(disks: Theatre) -> None:
    server = disks.leader()
    milliseconds = 1200
    # A follower's slow disk is hidden by a quorum of quick ones; here no quorum is quick.
    names = [s.name for s in disks.ensemble.servers]
    fault = cast_fault(disks, f"slow-fsync-all/ms={milliseconds}")
    with visiting(server.host_address, PATIENCE) as client:
        client.ask_all([Create("/slow", b"")], PATIENCE)
        proof = bite(fault)
        assert sorted(proof) == names
        assert all(told["delayed"] > 0 for told in proof.values())
        began = time.monotonic()
        client.ask_all([SetData("/slow", b"slowly")], PATIENCE)
        took = time.monotonic() - began
        assert took > milliseconds / 1000
        wait_for(
            lambda: logged(server, "fsync-ing the write ahead log"), within=PATIENCE, what="the server warns"
        )
        repair(fault)
        began = time.monotonic()
        client.ask_all([SetData("/slow", b"quickly")], PATIENCE)
        assert time.monotonic() - began < milliseconds / 1000


def test_a_power_cut_of_a_majority_loses_nothing_that_was_synced(disks: Theatre) -> None:
    leader = disks.leader()
    for server in disks.ensemble.servers:
        # ZooKeeper does not sync its very first snapshot and refuses to start without one: here it is as if
        # the system had written it out by itself, as it does after a while.
        assert server.pod.layer is not None
        server.pod.layer.ask(settle=True)
    for number in range(5):
        write(leader, f"/kept-{number}")
    before = {s.name: s.pod.layer.ask()["fsyncs"] for s in disks.ensemble.servers if s.pod.layer}
    fault = cast_fault(disks, "power-cut-majority/age=60")
    proof = bite(fault)
    assert len(proof) == 2
    for name, told in proof.items():
        assert told["exit_code"] == 137
        assert told["fsyncs"] >= before[name] > 0
        assert told["writes"] > 0
        assert not any("log." in path for path in told["files_vanished"])
    repair(fault)
    for server in disks.ensemble.servers:
        assert all(shows(server, f"/kept-{number}") for number in range(5))


def test_without_syncs_a_power_cut_loses_what_was_acknowledged(
    workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    wishes = {"servers": 1, "nemesis": "power-cut", "zoo": {"forceSync": "no"}}
    with fitted(workshop, runs, tmp_path, **wishes) as theatre:
        (server,) = theatre.ensemble.servers
        # A kill alone loses nothing; and the power cut finds a log and a snapshot that are old.
        write(server, "/old")
        repair_after(theatre, "kill-zk1")
        assert server.pod.layer is not None
        server.pod.layer.ask(settle=True)
        assert shows(server, "/old")
        write(server, "/acknowledged")
        proof, _ = repair_after(theatre, "power-cut-zk1/age=60")
        assert proof["bytes_dropped"] > 0
        assert proof["files_set_back"] or proof["files_vanished"]
        assert shows(server, "/old")
        assert not shows(server, "/acknowledged")


def repair_after(theatre: Theatre, text: str) -> tuple[Proof, Proof]:
    """Let a fault bite and heal it."""
    fault: Fault = cast_fault(theatre, text)
    return bite(fault), repair(fault)


# The files that change, and what ZooKeeper makes of what is left.
DAMAGES = {
    "truncate-log": ("log.", {"loads"}),
    "flip-log": ("log.", {"refuses"}),
    "flip-snapshot": ("snapshot.", {"loads", "refuses"}),
    "delete-snapshots": ("snapshot.", {"refuses"}),
    "delete-logs": ("log.", {"loads"}),
    "wipe": ("", {"loads"}),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_server_comes_back_with_the_leaders_data(disks: Theatre, kind: str) -> None:
    leader, follower = by_role(disks)
    # Something to damage, and something to miss.
    for number in range(3):
        write(leader, f"/{kind}-{number}")
    files, aftermaths = DAMAGES[kind]
    lives = follower.life
    fault = cast_fault(disks, kind, follower.name)
    assert isinstance(fault, Damage)
    proof = bite(fault)
    assert proof["before"]["mode"] == "follower"
    assert proof["changed"]
    assert all(name.startswith(files) for name in proof["changed"])
    assert all(
        change["before"] and change["before"] != change["after"] for change in proof["changed"].values()
    )
    if kind == "wipe":
        assert len(proof["changed"]) == proof["files"]
    assert proof["aftermath"] in aftermaths
    if proof["aftermath"] == "refuses":
        assert "Exception" in proof["says"]
        assert follower.status().mode == "down"

    healed = repair(fault)
    assert follower.life > lives
    assert healed["same_as"] == leader.name
    if proof["aftermath"] == "refuses":
        assert healed["wiped"]
    assert all(shows(follower, f"/{kind}-{number}") for number in range(3))


def test_the_clean_state_is_restored_whatever_happened(disks: Theatre) -> None:
    _, follower = by_role(disks)
    pod = follower.pod
    assert pod.layer is not None
    follower.kill()
    wait_for(follower.ended, within=PATIENCE, what="the server is dead")
    pod.layer.ask(error="EIO", on="all", delay=100)
    assert len(dirt(pod)) == 2
    pod.layer.container.kill()
    wait_for(
        lambda: not pod.layer or not pod.layer.container.state().running,
        within=PATIENCE,
        what="the layer is dead",
    )
    assert dirt(pod) == [f"the disk layer of {pod.name} does not answer"]
    clean(pod)
    assert dirt(pod) == []
    clean(pod)
    # And the process container finds the new file system where the old one was.
    follower.start()
    wait_for(lambda: follower.status().serves, within=PATIENCE, what="the server serves")
    assert follower.container.execute("stat", "-f", "-c", "%T", "/data").startswith(b"fuse")
