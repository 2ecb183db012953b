"""What all faults of a link have in common: they begin and end with a clean link."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from harness.errors import EnsembleError
from harness.plan import Plan
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import ANY, Proof
from nemesis.link.clean import clean, dirt, there
from nemesis.link.counters import Counters, clean_and_look, look_and_clean
from nemesis.link.peers import idle_port, no_peers, peers_of
from nemesis.process.life import owed_when_slow, works


class Disturbance(EachNode):
    """Disturbs the packets between each target and its peers; the harness's own connections are spared."""

    roles = ANY
    touches = frozenset({"network", "process"})
    takes = 2.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self.before: dict[str, Counters] = {}
        """The counters of each target's holder before."""
        self._last: dict[str, Proof] = {}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003 - a slow or lossy link stops nobody
        """The service goes on."""
        return ("writes-overlap-each-fault",)

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:
        """Somebody has to be at the other end, and something has to go through the port."""
        between = str(params.get("between", "all"))
        return no_peers(plan, target, between) or idle_port(target, between, int(params.get("port", 0)))

    @abstractmethod
    def disturb(self, node: Node, peers: list[Node]) -> None:
        """Break the link of one, which is clean."""

    @abstractmethod
    def bites(self, node: Node, before: Counters) -> Proof | None:
        """Look from outside whether it bites on one; None: not yet."""

    def sum_up(self, node: Node, last: Counters) -> Proof:  # noqa: ARG002
        """What there is to tell in the end, from the last counters before the cleaning."""
        return {}

    def inject_on(self, node: Node) -> None:
        """Break the link of one."""
        peers = peers_of(self.arena, node, self.params.get("between", "all"))
        if not peers:
            raise EnsembleError(f"{node.name} has no peers among {self.params['between']}.")
        before = clean_and_look(node.pod)
        self.disturb(node, peers)
        self.before[node.name] = before

    def observe_on(self, node: Node) -> Proof | None:
        """Look at the counters, and measure."""
        before = self.before.get(node.name)
        return self.bites(node, before) if before else None

    def heal_on(self, node: Node) -> None:
        """Clean the link, after a last look at what the fault did."""
        if node.name in self.before and there(node.pod):
            last = look_and_clean(node.pod)
            del self.before[node.name]
            self._last[node.name] = self.sum_up(node, last)
        else:
            clean(node.pod)

    def observe_healed_on(self, node: Node) -> Proof | None:
        """The link is clean, and where nothing else is broken the node works."""
        if not there(node.pod):
            return {"link": "gone"}
        if dirt(node.pod):
            return None
        if not self.alone:
            return {"link": "clean", **self._last.get(node.name, {})}
        working = works(self, node)
        if working is None or not self.recovered(node):
            return None
        return {"link": "clean", **self._last.get(node.name, {}), **working}

    def recovered(self, node: Node) -> bool:  # noqa: ARG002
        """Tell whether the link itself is as good as it was; asked only when no other fault is on."""
        return True


def owed_when_broken(target: str) -> tuple[str, ...]:
    """Name the evidence owed when connections break: writes, unless it is the leader that loses them."""
    return () if target == "leader" else owed_when_slow(target)
