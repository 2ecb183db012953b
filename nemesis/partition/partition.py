"""What all partitions have in common: a grudge is drawn up, put up, proven, taken down and proven gone."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from harness.app_node import AppNode
from harness.plan import Plan
from harness.pods import Pod
from harness.zoo_config import CLIENT_PORT
from nemesis.arena import Arena
from nemesis.fault import Fault, Proof
from nemesis.parameters import Parameter, Word
from nemesis.partition.clean import dirt
from nemesis.partition.cut import Cut, Sight, on_all, take_down
from nemesis.partition.grudge import Grudge, Members
from nemesis.process.life import works

# A reset goes to whoever sent the packet; the other end learns of it when it sends something itself.
HOW = Word(
    "drop", "what becomes of packets: dropped in silence, or answered with a reset", ("drop", "reject")
)

APPS = Word(
    "spread",
    "where the app nodes stand: spread over the sides, or in reach of all servers",
    ("spread", "everywhere"),
)

LEADERLESS = frozenset({"follower", "observer"})
"""Target rules that never mean the leader."""


class Partition(Fault):
    """Nodes that do not hear one another; what they are is decided when it fires.

    The rules stand in the holders: they outlive restarts of the processes, and end with the holders.
    """

    effect = "partition"
    touches = frozenset({"network"})
    parameters: ClassVar[Mapping[str, Parameter]] = {"how": HOW}
    # After silence TCP waits longer and longer before it tries again, and so servers are late to meet again.
    takes = 4.5

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._cut: Cut | None = None
        self.shape: Proof = {}
        """What the grudge alone does not tell, such as who is the bridge; it becomes part of the proof."""

    @abstractmethod
    def grudge(self, members: Members) -> Grudge:
        """Decide who does not hear whom; raises EnsembleError when nodes are not as it takes."""

    @classmethod
    def outlasts_session(cls, target: str) -> bool:
        """Followers need syncLimit ticks to miss a leader, and then an election: a long hold holds both."""
        return target not in LEADERLESS

    def inject(self) -> None:
        """Draw up the grudge and put up the rules."""
        voters = tuple(s.name for s in self.arena.ensemble.servers if not s.observer)
        observers = tuple(s.name for s in self.arena.ensemble.servers if s.observer)
        grudge = self.grudge(Members(voters, observers, tuple(self.arena.apps)))
        self._cut = Cut(grudge, self._pods, str(self.params.get("how", "drop")))
        self._cut.put_up()

    def observe(self) -> Proof | None:
        """Of every pair the rule met packets and a probe failed."""
        if self._cut is None or not self._cut.is_up or not self._cut.biting():
            return None
        return {**self.shape, **self._cut.proof()}

    def heal(self) -> None:
        """Take all our rules down, on every node there is."""
        take_down(self._pods.values())

    def observe_healed(self) -> Proof | None:
        """No rule is left, probes get through, and unless other faults go on everybody concerned works.

        Whoever has vanished has taken its rules along, and is told of.
        """
        concerned = set(self._cut.grudge.nodes) if self._cut else set()
        if any(on_all(dirt, [pod for name, pod in self._pods.items() if name not in concerned])):
            return None
        sights = self._cut.open_again() if self._cut else {}
        if sights is None:
            return None
        proof: Proof = {"rules": "none", "probes": "answered"} if sights else {"rules": "none"}
        vanished = concerned - sights.keys()
        if vanished:
            proof["vanished"] = sorted(vanished)
        if not self.alone:
            return proof
        names = sorted({*self.targets, *sights} - vanished)
        at_work = dict(zip(names, on_all(lambda name: self._works(name, sights), names), strict=True))
        return None if None in at_work.values() else proof | {"works": at_work}

    def _works(self, name: str, sights: Mapping[str, Sight]) -> Proof | None:
        node = self.arena.node(name)
        if not isinstance(node, AppNode) or name not in sights:
            return works(self, node)
        # The board knows of a session until it is lost; that it is connected its own kernel knows.
        servers = {f"{s.pod.address}:{CLIENT_PORT}": s.name for s in self.arena.ensemble.servers}
        at = [servers[end] for end in sights[name].connections if end in servers]
        there = works(self, node)
        return there | {"connected_to": at} if there and at else None

    @property
    def _pods(self) -> dict[str, Pod]:
        return {name: node.pod for name, node in self.arena.nodes.items()}


def too_few(plan: Plan, least: int) -> str:
    """Say that a partition needs more voting servers, or nothing."""
    if plan.servers >= least:
        return ""
    return f"it takes {least} servers; --servers {least} has them"


def only_on(target: str, meant: str) -> str:
    """Say that a partition has no other target than its own, or nothing."""
    if target == meant:
        return ""
    return f"it finds the nodes itself and cannot be had on {target}; leave the target out"
