"""Servers beside those of the plan that join the ensemble by reconfiguration, and leave again."""

from typing import Any

from harness.client.requests import Exists, SetData, Sync
from harness.clock import wait_for
from harness.ensemble import PROBE
from harness.four_letter import ServerStatus
from harness.visitor import visit
from nemesis.arena import Arena
from nemesis.fault import Proof
from nemesis.membership.membership import MembershipFault

SERVES_WITHIN = 30.0
"""Seconds for a new server to start and to get everything from the leader."""

ANSWER_WITHIN = 3.0


class AddServer(MembershipFault):
    """Lets a server join that has a vote."""

    name = "add-server"
    summary = "starts a spare server and lets it join as a voter by reconfiguration, then lets it leave"
    target = "leader"
    touches = frozenset({"membership"})
    observer = False

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._version = 0

    def inject(self) -> None:
        """Start it; once it has everything, let it join."""
        ensemble = self.arena.ensemble
        line = ensemble.add_spare(observer=self.observer)
        wait_for(lambda: self._status().serves, within=SERVES_WITHIN, what="the spare server serves")
        self._version = self.change({**ensemble.members.lines, len(ensemble.servers) + 1: line})

    def _status(self) -> ServerStatus:
        spare = self.arena.ensemble.spare
        return spare.status() if spare else ServerStatus("down")

    def observe(self) -> Proof | None:
        """The leader shows it among the members, and after a sync it shows a write of just now."""
        spare = self.arena.ensemble.spare
        shown = self.leader_shows() if self._version and spare else None
        mode = self._status().mode
        if spare is None or shown is None or spare.number not in shown[1]:
            return None
        # A voter that joins may be elected at once.
        if mode not in ({"observer"} if self.observer else {"follower", "leader"}):
            return None
        written = visit(shown[0].host_address, [SetData(PROBE, b"quorum")], ANSWER_WITHIN)[0].reply.zxid
        seen = visit(spare.host_address, [Sync(PROBE), Exists(PROBE)], ANSWER_WITHIN)[-1]
        if seen.value is None or seen.value.mzxid < written:
            return None
        return {
            "spare": spare.name,
            "mode": mode,
            "members": sorted(shown[1]),
            "version": shown[2],
            "shows_write": written,
        }

    def heal(self) -> None:
        """Let it leave, and take it away."""
        self.restore()
        self.arena.ensemble.remove_spare()


class ObserverJoins(AddServer):
    """Lets a server join that has no vote."""

    name = "observer-joins"
    summary = "starts a spare server and lets it join as an observer by reconfiguration, then lets it leave"
    observer = True
