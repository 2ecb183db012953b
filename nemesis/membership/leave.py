"""Servers that leave the ensemble by reconfiguration, and come back."""

from collections.abc import Mapping
from typing import Any

from harness.clock import wait_for
from harness.ensemble import Server
from harness.plan import Plan
from nemesis.arena import Arena
from nemesis.fault import Proof
from nemesis.membership.membership import MembershipFault
from nemesis.targets import NAMED

END_WITHIN = 10.0
"""Seconds for a server to end when asked to."""

FEWEST = 3
"""Servers of which one can leave so that what is left is no single point of failure."""


class RemoveServer(MembershipFault):
    """Removes one server, and lets it join again with the disk that it had."""

    name = "remove-server"
    summary = "removes a server by reconfiguration and shuts it down, then lets it join again"
    target = "follower"

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._version = 0

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """Refuse to take from what is too small, and to take several at once."""
        if plan.servers < FEWEST:
            return f"of {plan.servers} server none can be spared; --servers {FEWEST} has one"
        if target in {"minority", "majority", "all"} or (NAMED.fullmatch(target) and "+" in target):
            return f"members leave one at a time, and {target} may mean several"
        return ""

    @property
    def server(self) -> Server:
        """The one that leaves."""
        return self.arena.ensemble[self.targets[0]]

    def inject(self) -> None:
        """Remove it from the members, then shut it down, as ZooKeeper's administrators are told to do."""
        server = self.server
        lines = self.arena.ensemble.members.lines
        self._version = self.change({n: line for n, line in lines.items() if n != server.number})
        server.ask_to_stop()
        wait_for(server.ended, within=END_WITHIN, what=f"{server.name} has ended")
        server.died()

    def observe(self) -> Proof | None:
        """The leader, another one, shows members without it, and it does not follow any more."""
        shown = self.leader_shows() if self._version else None
        if shown is None or self.server.number in shown[1] or not self.server.ended():
            return None
        return {"leader": shown[0].name, "members": sorted(shown[1]), "version": shown[2]}

    def heal(self) -> None:
        """Start it with the members of the plan, unless it runs, and let it join again."""
        server = self.server
        if not server.container.state().running:
            # Its own file names members without it, and with that it would not start.
            server.container.put({"/conf/zoo.cfg": self.arena.ensemble.members.config})
            server.start()
        self.restore()


class ReplaceServer(RemoveServer):
    """Removes one server, and lets it join again with an empty disk."""

    name = "replace-server"
    summary = "removes a server from the members and wipes its disk, then lets it join again with nothing"
    touches = frozenset({"membership", "process", "disk"})

    def inject(self) -> None:
        """Remove it, shut it down, and wipe everything but its id."""
        super().inject()
        self.server.pod.holder.execute("rm", "-rf", "/data/version-2")
        if self.server.pod.layer is not None:
            # The layer remembers nothing of files that were taken away behind its back.
            self.server.pod.layer.ask(settle=True)

    def observe(self) -> Proof | None:
        """It is out, and its disk holds nothing but its id."""
        proof = super().observe()
        if proof is None:
            return None
        left = self.server.pod.holder.execute("ls", "/data").decode().split()
        return None if "version-2" in left else {**proof, "disk": left}
