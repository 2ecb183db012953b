"""A grudge applied to real nodes: rules put up, seen to bite, taken down, seen to be gone."""

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec

from harness.errors import SetupError
from harness.pods import Pod
from harness.sdk import Vanished
from harness.zoo_config import CLIENT_PORT
from nemesis.agents import source
from nemesis.partition.clean import clean
from nemesis.partition.grudge import Grudge
from nemesis.partition.rules import APPLY, filter_text, left_over, packets, unmet

T = TypeVar("T")

AGENT = source("reach")

NO_ANSWER_WITHIN = 0.3
"""Seconds after which a probe gives up. On one engine an answer takes well under a millisecond."""

FAILED = {"drop": "no answer", "reject": "refused"}
"""What comes of a probe that meets a rule."""

ANSWERED = frozenset({"connected", "refused"})
"""What comes of a probe whose packets arrive, somebody listening or not."""


class Sight(msgspec.Struct):
    """What the agent sees from inside a node's network."""

    reached: dict[str, str]
    connections: list[str]
    filter: str


class Cut:
    """A grudge between pods; `how` is `drop` or `reject`."""

    def __init__(self, grudge: Grudge, pods: Mapping[str, Pod], how: str):
        self.grudge = grudge
        self._pods = pods
        self._how = how
        self._before: dict[str, dict[str, int]] = {}
        """Packets counted when the rules were put up, which is what later counts are held against."""
        self._packets: dict[str, dict[str, int]] = {}
        self._failed: set[tuple[str, str]] = set()
        """Pairs of which a probe met the rules."""

    def put_up(self) -> None:
        """Apply the rules with one command a node, on all nodes at once; raises SetupError."""
        addresses = self._addresses()

        def apply(name: str) -> None:
            text = filter_text(self.grudge, name, addresses, self._how)
            saved = self._pods[name].holder.execute("sh", "-c", APPLY, "sh", text)
            self._before[name] = packets(saved.decode(), addresses)

        on_all(apply, sorted(self.grudge.drops))

    @property
    def is_up(self) -> bool:
        """Tell whether the rules were put up on every node that has any."""
        return self._before.keys() == set(self.grudge.drops)

    def biting(self) -> bool:
        """Look again at whatever is not proven yet; tell whether all of it is.

        It is proven of a pair when the rule at the one met packets of the other since it was put up, and
        the other gets no connection to it. Nodes are looked at all at once: each one's counters are read
        after its own probes have run out, so they mostly hold what the others' probes sent.
        """
        probing: dict[str, list[str]] = {}
        for deaf, mute in self.grudge.pairs:
            if (deaf, mute) not in self._failed:
                probing.setdefault(mute, []).append(deaf)
        counting = {name for name in self.grudge.drops if self._unmet(name)}
        nodes = sorted(counting | probing.keys())
        for name, sight in zip(
            nodes, on_all(lambda n: self._look(n, probing.get(n, ())), nodes), strict=True
        ):
            self._packets[name] = packets(sight.filter, self._addresses())
            for deaf, said in sight.reached.items():
                if said == FAILED[self._how]:
                    self._failed.add((deaf, name))
        return len(self._failed) == len(self.grudge.pairs) and not any(map(self._unmet, self.grudge.drops))

    def proof(self) -> dict[str, Any]:
        """Who drops whose packets, how many so far, and what came of the probes."""
        return {
            "drops": {name: sorted(peers) for name, peers in sorted(self.grudge.drops.items())},
            "port": self.grudge.port or "all",
            "packets": {name: sum(self._packets[name].values()) for name in sorted(self.grudge.drops)},
            "probes": {FAILED[self._how]: len(self._failed)},
        }

    def open_again(self) -> dict[str, Sight] | None:
        """Look whether no rule is left and everybody of the grudge reaches everybody; None: not yet.

        Returns what each node sees; those that have vanished are not in it, and nobody has to reach them.
        """
        probing: dict[str, list[str]] = {}
        for deaf, mute in self.grudge.pairs:
            probing.setdefault(mute, []).append(deaf)

        def look(name: str) -> Sight | None:
            try:
                return self._look(name, probing.get(name, ()))
            except Vanished:
                return None

        nodes = self.grudge.nodes
        seen = dict(zip(nodes, on_all(look, nodes), strict=True))
        sights = {name: sight for name, sight in seen.items() if sight is not None}
        for sight in sights.values():
            said = {outcome for peer, outcome in sight.reached.items() if peer in sights}
            if left_over(sight.filter) or not said <= ANSWERED:
                return None
        return sights

    def _unmet(self, name: str) -> bool:
        return bool(unmet(self.grudge, name, self._before[name], self._packets.get(name, {})))

    def _look(self, name: str, peers: Iterable[str]) -> Sight:
        port = self.grudge.port or CLIENT_PORT
        asked = {
            "probes": {peer: [self._pods[peer].address, port] for peer in peers},
            "within": NO_ANSWER_WITHIN,
        }
        # -I -S: nothing of the node's environment, and a start in half the time.
        said = self._pods[name].holder.execute("python3", "-ISc", AGENT, json.dumps(asked))
        try:
            return msgspec.json.decode(said, type=Sight)
        except msgspec.DecodeError as error:
            # On a busy machine the engine has lost the end of an output: whoever looks may look again.
            raise SetupError(f"what {name} said of its rules cannot be read: {error}") from error

    def _addresses(self) -> dict[str, str]:
        return {name: self._pods[name].address for name in self.grudge.nodes}


def take_down(pods: Iterable[Pod]) -> None:
    """Bring all nodes to their clean state, all at once, whatever was put up on which of them."""
    on_all(clean, list(pods))


def on_all(action: Callable[[Any], T], things: list[Any]) -> list[T]:
    """Do it to all at once; the first exception is raised when all are done."""
    if not things:
        return []
    with ThreadPoolExecutor(len(things)) as pool:
        return [future.result() for future in [pool.submit(action, thing) for thing in things]]
