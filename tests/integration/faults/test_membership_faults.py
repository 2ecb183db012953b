"""Members that leave, are replaced and join under load; observers that are there from the start."""

from collections.abc import Iterator

import pytest

from harness.chaos import Workshop
from harness.client.requests import Create, Exists, Sync
from harness.clock import wait_for
from harness.ensemble import Server
from harness.visitor import visit
from nemesis.fault import Fault
from nemesis.membership.clean import clean, dirt
from nemesis.membership.reconfiguration import read_members
from nemesis.targets import resolve
from tests.integration.faults.biting import bite, cast_fault, repair
from tests.integration.theatre import PATIENCE, Theatre, left_on_engine, opened


@pytest.fixture(scope="module")
def changing(
    workshop: Workshop, runs: set[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    """Three voters, one observer and two app nodes, with members that can change."""
    directory = tmp_path_factory.mktemp("changing")
    with opened(
        workshop,
        runs,
        directory,
        apps=True,
        nemesis="add-server",
        observers=1,
        nodes=2,
    ) as theatre:
        yield theatre


def shown_members(theatre: Theatre) -> dict[str, list[int]]:
    """Numbers of the members, as each server shows them."""
    return {s.name: sorted(read_members(s.host_address)[0]) for s in theatre.ensemble.servers}


def works_goes_on(theatre: Theatre) -> None:
    theatre.await_event(theatre.now(), "work", type="ok")


def whole_again(theatre: Theatre, fault: Fault) -> None:
    """The fault is over for every server, which shows the members of the plan in their roles."""
    repair(fault)
    assert shown_members(theatre) == {s.name: [1, 2, 3, 4] for s in theatre.ensemble.servers}
    for server in theatre.ensemble.servers:
        assert dirt(server.pod) == []
        assert (server.status().mode == "observer") == server.observer
    theatre.settle()


def write(server: Server, path: str) -> int:
    return visit(server.host_address, [Create(path)], PATIENCE)[0].reply.zxid


def test_a_static_observer_serves_without_a_vote_and_can_be_killed(changing: Theatre) -> None:
    observer = changing.ensemble["zk4"]
    assert observer.status().mode == "observer"
    draw = cast_fault(changing, "kill-observer").draw
    assert resolve("observer", changing.arena, draw) == ("zk4",)
    fault = cast_fault(changing, "kill-observer")
    leader, epoch = changing.leader(), changing.leader().status().epoch
    bite(fault)
    works_goes_on(changing)
    assert repair(fault)["mode"] == "observer"
    assert changing.leader() is leader
    assert leader.status().epoch == epoch


@pytest.mark.parametrize("text", ["remove-server-follower", "replace-server-leader"])
def test_a_server_leaves_and_comes_back_with_everything(changing: Theatre, text: str) -> None:
    fault = cast_fault(changing, text)
    gone = changing.ensemble[fault.targets[0]]
    stay = [s for s in changing.ensemble.servers if s is not gone]
    proof = bite(fault)
    assert proof["members"] == [s.number for s in stay]
    assert gone.status().mode == "down"
    works_goes_on(changing)
    assert {tuple(read_members(s.host_address)[0]) for s in stay} == {tuple(s.number for s in stay)}
    created = write(stay[0], f"/{text}")
    whole_again(changing, fault)
    seen = visit(gone.host_address, [Sync(f"/{text}"), Exists(f"/{text}")], PATIENCE)[-1]
    assert seen.value.czxid == created


@pytest.mark.parametrize(("text", "modes"), [("add-server", {"follower"}), ("observer-joins", {"observer"})])
def test_a_spare_joins_and_leaves(changing: Theatre, workshop: Workshop, text: str, modes: set[str]) -> None:
    before = left_on_engine(workshop.engine, changing.plan.run)
    fault = cast_fault(changing, text)
    proof = bite(fault)
    assert proof["members"] == [1, 2, 3, 4, 5]
    assert proof["mode"] in modes
    spare = changing.ensemble.spare
    assert spare is not None
    created = write(changing.leader(), f"/{text}")
    seen = visit(spare.host_address, [Sync(f"/{text}"), Exists(f"/{text}")], PATIENCE)[-1]
    assert seen.value.czxid == created
    works_goes_on(changing)
    whole_again(changing, fault)
    assert sorted(left_on_engine(workshop.engine, changing.plan.run)) == sorted(before)


def test_after_a_crash_of_the_harness_a_removed_server_is_brought_back(changing: Theatre) -> None:
    fault = cast_fault(changing, "remove-server-follower")
    bite(fault)
    gone = changing.ensemble[fault.targets[0]]
    clean(changing.leader().pod)
    clean(gone.pod)
    wait_for(lambda: dirt(gone.pod) == [], within=PATIENCE, what="the server is back")
    whole_again(changing, fault)


def test_after_a_crash_of_the_harness_any_server_brings_the_members_back(changing: Theatre) -> None:
    fault = cast_fault(changing, "observer-joins")
    bite(fault)
    one, other = (s.pod for s in changing.ensemble.servers[:2])
    assert dirt(one) == ["server.5 is a member beyond the plan"]
    clean(one)
    wait_for(lambda: dirt(other) == [], within=PATIENCE, what="the others have heard of it")
    clean(other)
    whole_again(changing, fault)
