"""Members as data: what a server shows, what has to join and leave, and who may not."""

import pytest

from harness.errors import ZkchaosError
from harness.members import Members
from harness.planner import Wish, make_plan
from harness.zoo_config import configuration, member, reconfigurable_cfg
from nemesis.membership.reconfiguration import difference, parse_config

ONE, TWO = member(1, "10.0.0.2"), member(2, "10.0.0.3")


def test_a_member_is_told_with_its_ports_and_its_role() -> None:
    assert ONE == "server.1=10.0.0.2:2888:3888:participant;0.0.0.0:2181"
    assert member(9, "10.0.0.9", observer=True) == "server.9=10.0.0.9:2888:3888:observer;0.0.0.0:2181"


def test_what_a_server_shows_is_read() -> None:
    assert parse_config(f"{ONE}\n{TWO}\nversion=10000000a") == ({1: ONE, 2: TWO}, 0x10000000A)
    assert parse_config("") == ({}, 0)


def test_who_is_missing_joins_and_who_is_strange_leaves() -> None:
    assert difference({1: ONE, 2: TWO}, {1: ONE, 2: TWO}) == ("", "")
    assert difference({1: ONE}, {1: ONE, 2: TWO}) == (TWO, "")
    assert difference({1: ONE, 2: TWO, 7: ""}, {1: ONE}) == ("", "2,7")
    other = member(2, "10.0.0.3", observer=True)
    assert difference({1: ONE, 2: other}, {1: ONE, 2: TWO}) == (TWO, "")


def test_members_are_written_down_with_the_password() -> None:
    members = Members("secret", {1: ONE, 2: TWO})
    assert Members.decode(members.encode()) == members
    # base64 of the SHA-1 of `super:secret`.
    name = "-Dzookeeper.DigestAuthenticationProvider.superDigest"
    assert members.flag == f"{name}=super:lK75jTNcA+U9vtVEw5vB51mj/w4="


def test_servers_whose_members_change_have_no_client_port_of_their_own() -> None:
    lines = reconfigurable_cfg(configuration({}), [ONE, TWO]).splitlines()
    assert "reconfigEnabled=true" in lines
    assert "standaloneEnabled=false" in lines
    assert lines[-2:] == [ONE, TWO]
    assert not [line for line in lines if line.startswith("clientPort")]


def test_one_server_alone_cannot_be_removed() -> None:
    with pytest.raises(ZkchaosError, match=r"^--nemesis remove-server-leader: of 1 server none"):
        make_plan(Wish(image="debian:sid", nemesis="remove-server-leader", servers=1))


@pytest.mark.parametrize("target", ["minority", "majority", "all", "zk1+zk2"])
def test_several_cannot_be_removed_at_once(target: str) -> None:
    with pytest.raises(ZkchaosError, match=r"members leave one at a time"):
        make_plan(Wish(image="debian:sid", nemesis=f"replace-server-{target}"))


def test_a_schedule_with_a_membership_fault_switches_reconfiguration_on() -> None:
    assert make_plan(Wish(image="debian:sid", nemesis="add-server", time=60)).equipment == ("reconfig",)
