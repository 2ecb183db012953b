"""Two sides that do not hear each other, of which one has a quorum."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.errors import EnsembleError
from harness.plan import Plan
from nemesis.parameters import Parameter
from nemesis.partition.grudge import Grudge, Members, halves, leader_with_minority, split, with_apps
from nemesis.partition.partition import APPS, HOW, Partition, only_on, too_few

TWO_SIDES = 3
"""Voting servers without which one side has no quorum left."""


class _Sides(Partition):
    """Servers on two sides; the app nodes are spread over them, or stand in reach of all."""

    parameters: ClassVar[Mapping[str, Parameter]] = {"apps": APPS, "how": HOW}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003
        """The side with the quorum has at least half of the clients, and goes on."""
        return ("writes-overlap-each-fault",)

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Decides itself who is on which side."""
        return too_few(plan, TWO_SIDES) or only_on(target, cls.target)

    def between(self, members: Members, quorum: list[str], rest: list[str]) -> Grudge:
        """Split the servers like this, and the app nodes as the parameter says."""
        sides = (quorum, rest)
        if self.params["apps"] == "spread":
            sides = with_apps(members, quorum, rest, self.draw)
        self.shape = {"quorum": sides[0], "rest": sides[1]}
        return split(members, sides)


class Halves(_Sides):
    """Splits all servers in the middle."""

    name = "halves"
    summary = "splits all servers at random into two halves that do not hear each other"
    target = "all"

    def grudge(self, members: Members) -> Grudge:
        """Find out which half has the quorum."""
        sides = halves(members, self.draw)
        quorum = max(sides, key=lambda side: len(set(side) & set(members.voters)))
        return self.between(members, quorum, next(side for side in sides if side is not quorum))


class MajorityMinority(_Sides):
    """Splits the targets off, together."""

    name = "majority-minority"
    summary = "splits a minority of the servers off, who hear each other and nobody else"
    target = "minority"

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Any target that leaves a majority beside it will do."""
        named = sum(int(name.removeprefix("zk")) <= plan.servers for name in _named(target))
        if target in {"all", "majority"} or 2 * named > plan.servers:
            return f"{target} is no minority; leave the target out"
        return too_few(plan, TWO_SIDES)

    def grudge(self, members: Members) -> Grudge:
        """The targets on one side, the other servers on the other."""
        rest = sorted(self.targets)
        return self.between(members, [name for name in members.servers if name not in rest], rest)


class LeaderWithMinority(_Sides):
    """Splits the leader off, with as many followers as are no quorum."""

    name = "leader-with-minority"
    summary = "splits the leader off together with as many followers as are no quorum"
    target = "leader"

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003
        """The majority elects another."""
        return ("new-leader-after-each", "writes-overlap-each-fault")

    def grudge(self, members: Members) -> Grudge:
        """Draw the leader's companions."""
        (leader,) = self.targets
        if leader not in members.voters:
            raise EnsembleError(f"{leader} cannot be the leader: it does not vote.")
        rest, quorum = leader_with_minority(members, leader, self.draw)
        return self.between(members, quorum, rest)


def _named(target: str) -> list[str]:
    return [name for name in target.split("+") if name.removeprefix("zk").isdigit()]
