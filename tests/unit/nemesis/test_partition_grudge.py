"""Grudges: who does not hear whom, for each kind of partition and any number of nodes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemesis.partition.grudge import (
    Grudge,
    Members,
    away_from_leader,
    between,
    bridged,
    halves,
    isolated,
    leader_with_minority,
    majorities_ring,
    split,
    with_apps,
)


def members(voters: int, observers: int = 0, apps: int = 0) -> Members:
    servers = [f"zk{number}" for number in range(1, voters + observers + 1)]
    return Members(
        tuple(servers[:voters]), tuple(servers[voters:]), tuple(f"app{n}" for n in range(1, apps + 1))
    )


SOME = members(3, apps=2)

casts = st.builds(
    lambda half, observers, apps: members(2 * half + 1, observers, apps),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(1, 6),
)
draws = st.integers(0, 1000).map(random.Random)


def plain(grudge: Grudge) -> dict[str, list[str]]:
    return {name: sorted(peers) for name, peers in grudge.drops.items()}


def symmetric(grudge: Grudge) -> bool:
    return all((mute, deaf) in grudge.pairs for deaf, mute in grudge.pairs)


def sees(cast: Members, grudge: Grudge, name: str) -> set[str]:
    """The voters that a node hears, itself among them."""
    return set(cast.voters) - grudge.drops.get(name, frozenset())


def test_isolated_both_ways_from_everybody() -> None:
    assert plain(isolated(SOME, ["zk2"], SOME.everybody)) == {
        "zk2": ["app1", "app2", "zk1", "zk3"],
        "zk1": ["zk2"], "zk3": ["zk2"], "app1": ["zk2"], "app2": ["zk2"],
    }  # fmt: skip


def test_isolated_one_way_concerns_one_end_only() -> None:
    assert plain(isolated(SOME, ["zk2"], SOME.servers, "in")) == {"zk2": ["zk1", "zk3"]}
    assert plain(isolated(SOME, ["zk2"], SOME.servers, "out")) == {"zk1": ["zk2"], "zk3": ["zk2"]}


def test_several_isolated_nodes_are_alone_each() -> None:
    assert plain(isolated(SOME, ["zk1", "zk2"], SOME.servers)) == {
        "zk1": ["zk2", "zk3"], "zk2": ["zk1", "zk3"], "zk3": ["zk1", "zk2"],
    }  # fmt: skip


def test_app_nodes_and_a_node_and_itself_are_never_kept_apart() -> None:
    assert between(SOME, [("app1", "app2"), ("zk1", "zk1")]).drops == {}
    assert plain(isolated(SOME, ["app1", "app2"], SOME.everybody))["app1"] == ["zk1", "zk2", "zk3"]


def test_a_port_is_kept() -> None:
    assert isolated(SOME, ["zk2"], SOME.servers, port=3888).port == 3888
    assert isolated(SOME, ["zk2"], SOME.servers).port == 0


def test_pairs_and_nodes_tell_the_whole_grudge() -> None:
    grudge = isolated(SOME, ["zk2"], SOME.servers, "out")
    assert grudge.pairs == [("zk1", "zk2"), ("zk3", "zk2")]
    assert grudge.nodes == ["zk1", "zk2", "zk3"]


def test_a_split_leaves_those_on_no_side_alone() -> None:
    grudge = split(members(5, apps=1), [["zk1", "zk2"], ["zk3", "app1"]])
    assert plain(grudge) == {
        "zk1": ["app1", "zk3"], "zk2": ["app1", "zk3"], "zk3": ["zk1", "zk2"], "app1": ["zk1", "zk2"],
    }  # fmt: skip


@given(casts, draws)
def test_of_two_halves_one_has_a_quorum(cast: Members, draw: random.Random) -> None:
    one, other = halves(cast, draw)
    assert sorted(one + other) == sorted(cast.servers)
    assert abs(len(one) - len(other)) <= 1
    voters = sorted(len(set(side) & set(cast.voters)) for side in (one, other))
    assert voters == [len(cast.voters) // 2, len(cast.voters) // 2 + 1]


def test_halves_are_drawn() -> None:
    assert len({tuple(halves(members(3), random.Random(seed))[0]) for seed in range(50)}) == 3


@given(casts, draws)
def test_the_quorum_has_at_least_half_of_the_clients(cast: Members, draw: random.Random) -> None:
    most, rest = with_apps(cast, ["zk1", "zk2"], ["zk3"], draw)
    assert sorted(most + rest) == sorted([*cast.apps, "zk1", "zk2", "zk3"])
    assert {"zk1", "zk2"} <= set(most)
    assert 0 <= len(set(most) & set(cast.apps)) - len(set(rest) & set(cast.apps)) <= 1


@given(casts, draws)
def test_both_halves_see_the_bridge_and_one_of_them_with_it_is_a_quorum(
    cast: Members, draw: random.Random
) -> None:
    bridge, sides = bridged(cast, draw)
    grudge = split(cast, sides)
    assert bridge in cast.voters
    assert bridge not in grudge.nodes
    assert sorted([bridge, *sides[0], *sides[1]]) == sorted(cast.servers)
    most = max(len(set(side) & set(cast.voters)) for side in sides)
    assert most + 1 > len(cast.voters) / 2
    assert all(sides)


@pytest.mark.parametrize("voters", [5, 7, 9, 11, 13])
def test_on_the_ring_each_sees_a_majority_and_no_two_the_same(voters: int) -> None:
    cast = members(voters, observers=1, apps=2)
    for seed in range(5):
        ring, grudge = majorities_ring(cast, random.Random(seed))
        views = [frozenset(sees(cast, grudge, name)) for name in cast.voters]
        assert sorted(ring) == sorted(cast.voters)
        assert len(set(views)) == voters
        assert {len(view) for view in views} <= {voters // 2 + 1, voters // 2 + 2}
        assert symmetric(grudge)
        assert set(grudge.nodes) == set(cast.voters)
        for place, name in enumerate(ring):
            assert {ring[place - 1], ring[(place + 1) % voters]} <= sees(cast, grudge, name)


def test_on_a_ring_of_three_nobody_would_be_cut_off() -> None:
    assert majorities_ring(members(3), random.Random(1))[1].drops == {}


@given(casts, draws)
def test_the_leader_s_companions_are_no_quorum(cast: Members, draw: random.Random) -> None:
    leader = draw.choice(cast.voters)
    minority, others = leader_with_minority(cast, leader, draw)
    assert leader in minority
    assert sorted(minority + others) == sorted(cast.servers)
    assert len(minority) == max((len(cast.voters) - 1) // 2, 1)
    assert len(set(others) & set(cast.voters)) > len(cast.voters) / 2


@given(casts, draws)
def test_away_from_the_leader_is_where_the_own_server_is_as_long_as_the_leader_keeps_its_quorum(
    cast: Members, draw: random.Random
) -> None:
    leader, own = draw.choice(cast.voters), draw.choice(cast.servers)
    minority, quorum = away_from_leader(cast, leader, {own}, draw)
    assert leader in quorum
    assert (own in minority) == (own != leader)
    assert sorted(minority + quorum) == sorted(cast.servers)
    assert minority
    assert len(set(quorum) & set(cast.voters)) > len(cast.voters) / 2


def test_away_from_the_leader_has_no_room_for_everybody_s_server() -> None:
    minority, quorum = away_from_leader(members(3), "zk3", {"zk1", "zk2", "zk3"}, random.Random(1))
    assert (len(minority), len(quorum)) == (1, 2)
    assert "zk3" in quorum
