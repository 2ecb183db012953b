"""Nodes alone: cut off from everybody else or from the servers, both ways or one way only."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.plan import Plan
from nemesis.parameters import Parameter, Word
from nemesis.partition.grudge import Grudge, Members, isolated
from nemesis.partition.partition import HOW, LEADERLESS, Partition
from nemesis.process.life import owed_when_gone

FROM = Word(
    "everybody",
    "from whom they are cut off: servers and app nodes, or the other servers alone",
    ("everybody", "servers"),
)


class Isolate(Partition):
    """Cuts servers off; several are cut off from each other, too."""

    name = "isolate"
    summary = "cuts servers off from everybody else, each one alone"
    target = "leader"
    parameters: ClassVar[Mapping[str, Parameter]] = {"from": FROM, "how": HOW}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Who hears nobody is as good as gone."""
        return owed_when_gone(target)

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """A server alone has no other to be cut off from."""
        return _nobody_else(plan, params)

    def grudge(self, members: Members) -> Grudge:
        """Neither hears the other."""
        return isolated(members, self.targets, _others(members, self.params))


class OneWay(Partition):
    """Cuts servers off in one direction.

    There is no `how`: a reset in answer would end the other direction as well.
    """

    name = "one-way"
    summary = "lets servers be heard but not hear, or hear but not be heard"
    target = "follower"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "way": Word(
            "in", "which packets are dropped: those to the targets, or those from them", ("in", "out")
        ),
        "from": FROM,
    }

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """A leader that is heard, and does not hear, can keep the others from electing one that works."""
        return ("writes-overlap-each-fault",) if target in LEADERLESS else ()

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """A server alone has no other to be cut off from."""
        return _nobody_else(plan, params)

    def grudge(self, members: Members) -> Grudge:
        """Only one of the two does not hear the other."""
        return isolated(members, self.targets, _others(members, self.params), self.params["way"])


def _others(members: Members, params: Mapping[str, Any]) -> tuple[str, ...]:
    return members.everybody if params["from"] == "everybody" else members.servers


def _nobody_else(plan: Plan, params: Mapping[str, Any]) -> str:
    if params["from"] == "servers" and plan.servers + plan.observers == 1:
        return "there is no other server; --servers 3 has two"
    return ""
