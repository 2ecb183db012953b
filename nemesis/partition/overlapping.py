"""Views that overlap: no two sides, but servers that see different others. All app nodes see all of them."""

from collections.abc import Mapping
from typing import Any

from harness.plan import Plan
from nemesis.partition.grudge import Grudge, Members, bridged, majorities_ring, split
from nemesis.partition.partition import Partition, only_on, too_few


class _Overlapping(Partition):
    """All servers are concerned, and a quorum sees one another."""

    target = "all"
    least = 3
    """Voting servers that it takes."""

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003
        """Somebody leads, or can be elected, whom a majority sees."""
        return ("writes-overlap-each-fault",)

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Decides itself who sees whom."""
        return too_few(plan, cls.least) or only_on(target, cls.target)


class Bridge(_Overlapping):
    """Leaves two halves that only one server connects."""

    name = "bridge"
    summary = "splits the servers into two halves that both see one server in the middle, and not each other"

    def grudge(self, members: Members) -> Grudge:
        """Draw the bridge and the halves."""
        middle, sides = bridged(members, self.draw)
        self.shape = {"bridge": middle, "halves": list(sides)}
        return split(members, sides)


class MajoritiesRing(_Overlapping):
    """Leaves every server a majority of its own."""

    name = "majorities-ring"
    summary = "lets each server see a majority of them, no two the same"
    # On a ring of three everybody is everybody's neighbour.
    least = 5

    def grudge(self, members: Members) -> Grudge:
        """Draw the order on the ring."""
        ring, grudge = majorities_ring(members, self.draw)
        self.shape = {"ring": ring}
        return grudge
