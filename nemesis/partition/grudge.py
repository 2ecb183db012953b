"""Grudges, a word of Jepsen's: who drops whose packets. Pure functions from members to a grudge.

A grudge knows no addresses and no rules of a packet filter; nemesis/partition/rules.py makes those.
"""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

NO_PEERS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Members:
    """The nodes of a run by name."""

    voters: tuple[str, ...]
    observers: tuple[str, ...]
    apps: tuple[str, ...]

    @property
    def servers(self) -> tuple[str, ...]:
        """Voters, then observers."""
        return self.voters + self.observers

    @property
    def everybody(self) -> tuple[str, ...]:
        """Servers, then app nodes."""
        return self.servers + self.apps


@dataclass(frozen=True, slots=True)
class Grudge:
    """Whose packets each node drops as they arrive."""

    drops: Mapping[str, frozenset[str]]
    """{node: the peers that it does not hear}, only nodes with such a peer."""
    port: int = 0
    """The TCP port at either end of the packets that are dropped; 0 means all packets."""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(who does not hear, whom), sorted."""
        return sorted((deaf, mute) for deaf, peers in self.drops.items() for mute in peers)

    @property
    def nodes(self) -> list[str]:
        """Everybody who does not hear somebody or is not heard, sorted."""
        return sorted({name for pair in self.pairs for name in pair})


def between(members: Members, pairs: Iterable[tuple[str, str]], port: int = 0) -> Grudge:
    """Make a grudge of (who does not hear, whom).

    Two app nodes never talk to each other, and a node always hears itself: such pairs are left out.
    """
    drops: dict[str, set[str]] = {}
    for deaf, mute in pairs:
        if deaf != mute and not (deaf in members.apps and mute in members.apps):
            drops.setdefault(deaf, set()).add(mute)
    return Grudge({deaf: frozenset(peers) for deaf, peers in drops.items()}, port)


def isolated(
    members: Members, targets: Collection[str], others: Iterable[str], way: str = "both", port: int = 0
) -> Grudge:
    """Each target hears none of the others (`in`), is heard by none (`out`), or neither (`both`).

    Several targets that are among the others are cut off from each other too.
    """
    others = tuple(others)
    pairs = [(target, other) for target in targets for other in others]
    inward = pairs if way != "out" else []
    outward = [(other, target) for target, other in pairs] if way != "in" else []
    return between(members, inward + outward, port)


def split(members: Members, sides: Sequence[Collection[str]]) -> Grudge:
    """Nobody hears anybody of another side; who is on no side hears all and is heard by all."""
    return between(
        members,
        [
            (deaf, mute)
            for one in sides
            for other in sides
            if one is not other
            for deaf in one
            for mute in other
        ],
    )


def halves(members: Members, draw: random.Random) -> tuple[list[str], list[str]]:
    """Deal the servers out into two halves: the one with more voters first, equal ones as they come.

    Voters are dealt before observers, so that with an odd number of voters one half has a quorum.
    """
    one: list[str] = []
    other: list[str] = []
    for name in (*_shuffled(members.voters, draw), *_shuffled(members.observers, draw)):
        (one if len(one) <= len(other) else other).append(name)
    return sorted(one), sorted(other)


def with_apps(
    members: Members, most: Collection[str], rest: Collection[str], draw: random.Random
) -> tuple[list[str], list[str]]:
    """Spread the app nodes over two sides; of an odd number the side with the quorum, `most`, gets more."""
    apps = _shuffled(members.apps, draw)
    middle = (len(apps) + 1) // 2
    return sorted([*most, *apps[:middle]]), sorted([*rest, *apps[middle:]])


def bridged(members: Members, draw: random.Random) -> tuple[str, tuple[list[str], list[str]]]:
    """Choose a voter as the bridge, and split the other servers into two halves."""
    bridge = draw.choice(members.voters)
    rest = Members(tuple(name for name in members.voters if name != bridge), members.observers, members.apps)
    return bridge, halves(rest, draw)


def majorities_ring(members: Members, draw: random.Random) -> tuple[list[str], Grudge]:
    """Put the voters on a ring on which each sees its nearest neighbours, as few as make a majority with it.

    No two see the same majority, as long as there are five at least. Whom a node sees sees that node,
    as TCP needs it; so of 7 or 11 voters each sees one more than a majority.
    """
    ring = _shuffled(members.voters, draw)
    size = len(ring)
    majority = size // 2 + 1
    reach = majority // 2  # on each side: 1 + 2 * reach >= majority
    pairs = [
        (ring[here], ring[there])
        for here in range(size)
        for there in range(size)
        if min((here - there) % size, (there - here) % size) > reach
    ]
    return ring, between(members, pairs)


def leader_with_minority(members: Members, leader: str, draw: random.Random) -> tuple[list[str], list[str]]:
    """Split the servers: the leader with as many followers as are no quorum yet, and all others."""
    others = [name for name in members.voters if name != leader]
    companions = (len(members.voters) - 1) // 2 - 1
    minority = {leader, *draw.sample(others, max(companions, 0))}
    return sorted(minority), [name for name in members.servers if name not in minority]


def away_from_leader(
    members: Members, leader: str, stays: Collection[str], draw: random.Random
) -> tuple[list[str], list[str]]:
    """Split the servers into a minority without the leader, and the leader's side, which keeps its quorum.

    Servers of `stays` are in the minority, as far as there is room and they do not lead; an observer
    always has room.
    """
    room = (len(members.voters) - 1) // 2
    others = _shuffled([name for name in members.voters if name != leader], draw)
    wanted = sorted(others, key=lambda name: name not in stays)
    minority = {*wanted[:room], *(name for name in members.observers if name in stays)} - {leader}
    return sorted(minority), [name for name in members.servers if name not in minority]


def _shuffled(names: Sequence[str], draw: random.Random) -> list[str]:
    return draw.sample(list(names), len(names))
