"""One of a server's three ports apart: clients, quorum or election find it closed, the rest goes on."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.plan import Plan
from harness.zoo_config import CLIENT_PORT, ELECTION_PORT, QUORUM_PORT
from nemesis.partition.grudge import Grudge, Members, isolated
from nemesis.partition.partition import LEADERLESS, Partition


class _Port(Partition):
    """One port between the targets and others, whoever makes the connection."""

    port: ClassVar[int]


class BlockClientPort(_Port):
    """Keeps clients out; servers are no clients of one another, and the harness still gets in."""

    name = "block-client-port"
    summary = "cuts clients off from servers that keep their places in the quorum"
    target = "one"
    port = CLIENT_PORT

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Clients move to a server that is left."""
        return () if target == "all" or "+" in target else ("writes-overlap-each-fault",)

    def grudge(self, members: Members) -> Grudge:
        """The port between each target and every app node."""
        return isolated(members, self.targets, members.apps, port=self.port)


class _ServerPort(_Port):
    """Concerns servers alone."""

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """A server alone has no such port."""
        if plan.servers + plan.observers == 1:
            return "one server alone has no such port; --servers 3 has it"
        return ""

    def grudge(self, members: Members) -> Grudge:
        """The port between each target and every other server."""
        return isolated(members, self.targets, members.servers, port=self.port)


class BlockQuorumPort(_ServerPort):
    """Keeps followers from following."""

    name = "block-quorum-port"
    summary = "cuts servers off from the quorum's port alone: they take part in elections and cannot follow"
    target = "follower"
    port = QUORUM_PORT

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """A leader can be elected again and again that nobody can follow."""
        return ("writes-overlap-each-fault",) if target in LEADERLESS else ()


class BlockElectionPort(_ServerPort):
    """Keeps servers from electing."""

    name = "block-election-port"
    summary = "cuts servers off from the election port alone: a leader goes on, and cannot be replaced"
    target = "all"
    port = ELECTION_PORT

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003
        """As long as the leader lives nobody notices."""
        return ("writes-overlap-each-fault",)

    @classmethod
    def outlasts_session(cls, target: str) -> bool:  # noqa: ARG003
        """Nothing has to be waited for."""
        return False
