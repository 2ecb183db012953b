"""App nodes cut off: from every server, from their own, or from the leader's side."""

from collections.abc import Mapping
from typing import Any

from harness.clock import wait_for
from harness.errors import EnsembleError
from harness.plan import Plan
from nemesis.fault import APPS as APP_NODES
from nemesis.partition.grudge import Grudge, Members, away_from_leader, between, isolated, split
from nemesis.partition.partition import Partition, too_few
from nemesis.process.life import owed_when_gone

LEADER_WITHIN = 5.0
"""Seconds to wait for a server that leads."""


class _CutApp(Partition):
    """App nodes without some servers."""

    target = "holder"
    roles = APP_NODES

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """A client whom no quorum hears is as good as gone."""
        return owed_when_gone(target)

    def own_servers(self) -> dict[str, str]:
        """{target: the server that it is connected to}; raises EnsembleError where it is to none."""
        names = {f"{server.pod.address}": server.name for server in self.arena.ensemble.servers}
        connected = self.arena.board.snapshot().connected_to
        own = {app: names.get(connected.get(app, "").partition(":")[0], "") for app in self.targets}
        for app, server in own.items():
            if not server:
                raise EnsembleError(f"{app} is connected to no server.")
        return own


class CutApp(_CutApp):
    """Leaves app nodes without any server."""

    name = "cut-app"
    summary = "cuts app nodes off from every server, until their sessions have expired"

    def grudge(self, members: Members) -> Grudge:
        """No server at all."""
        return isolated(members, self.targets, members.servers)


class CutAppFromOwnServer(_CutApp):
    """Makes app nodes move."""

    name = "cut-app-from-own-server"
    summary = "cuts app nodes off from the server that each is connected to: they have to move to another"

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003
        """Clients move and go on; kazoo may try the old server again first, for a whole session timeout."""
        return ("writes-overlap-each-fault",)

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """It takes a server to move to."""
        if plan.servers + plan.observers == 1:
            return "there is no other server to move to; --servers 3 has one"
        return ""

    def grudge(self, members: Members) -> Grudge:
        """Each from its own."""
        own = self.own_servers()
        self.shape = {"own_servers": own}
        return between(members, [*own.items(), *((server, app) for app, server in own.items())])


class CutAppFromLeaderSide(_CutApp):
    """Strands app nodes with servers that have no quorum.

    The case in which a client can be served stale data, and stay connected, after its session is over.
    """

    name = "cut-app-from-leader-side"
    summary = "leaves app nodes alone with a minority of servers; the leader keeps a quorum and all others"

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """It takes a minority without the leader."""
        return too_few(plan, 3)

    def grudge(self, members: Members) -> Grudge:
        """The targets' own servers go with them, as far as the leader keeps its quorum."""
        leader = wait_for(self.arena.ensemble.leader, within=LEADER_WITHIN, what="a server leads")
        own = self.own_servers().values()
        rest, quorum = away_from_leader(members, leader.name, set(own), self.draw)
        rest += self.targets
        quorum += [app for app in members.apps if app not in self.targets]
        self.shape = {"quorum": quorum, "rest": rest}
        return split(members, (quorum, rest))
