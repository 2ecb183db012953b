"""What all faults of the membership have in common: through whom members change, and how they come back."""

from collections.abc import Mapping

from harness.ensemble import Server
from harness.equipment import RECONFIG
from harness.errors import EnsembleError
from nemesis.fault import Fault, Proof
from nemesis.membership.clean import WITHIN
from nemesis.membership.reconfiguration import change_members, difference, read_members
from nemesis.process.life import works

CHANGE_WITHIN = 12.0
"""Seconds for a change of the members, elections included."""


class MembershipFault(Fault):
    """A fault that changes who belongs to the ensemble."""

    effect = "membership"
    touches = frozenset({"membership", "process"})
    equipment = frozenset({RECONFIG})
    takes = 10.0

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003 - a quorum is left, whoever comes or goes
        """Writes go on while members change."""
        return ("writes-overlap-each-fault",)

    def change(self, wanted: Mapping[int, str], within: float = CHANGE_WITHIN) -> int:
        """Make these the members, through servers that stay; returns the version of the configuration."""
        through = [server.host_address for server in self.arena.ensemble.servers if server.number in wanted]
        return change_members(through, wanted, self.arena.ensemble.members.password, within)

    def leader_shows(self) -> tuple[Server, dict[int, str], int] | None:
        """Return the leader, the members that it shows, and the version; None while nobody leads."""
        leader = self.arena.ensemble.leader()
        if leader is None:
            return None
        return leader, *read_members(leader.host_address)

    def restore(self) -> None:
        """Bring the members of the plan back; raises EnsembleError when they cannot be."""
        planned = self.arena.ensemble.members.lines
        shown = self.leader_shows()
        if shown is None or any(difference(shown[1], planned)):
            self.change(planned, WITHIN)

    def observe_healed(self) -> Proof | None:
        """The leader shows the members of the plan; unless other faults are on, each of them serves."""
        shown = self.leader_shows()
        if shown is None or any(difference(shown[1], self.arena.ensemble.members.lines)):
            return None
        if self.arena.ensemble.spare is not None:
            raise EnsembleError("the spare server is still there.")
        proof: Proof = {"members": sorted(shown[1]), "version": shown[2]}
        for server in self.arena.ensemble.servers if self.alone else ():
            working = works(self, server)
            if working is None:
                return None
            proof[server.name] = working
        return proof
