"""The arena: everything that a fault can reach, and who holds which part of it."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.app_node import AppNode
from harness.board import Board
from harness.ensemble import Ensemble, Server
from harness.errors import EnsembleError
from harness.plan import Plan

Node = Server | AppNode

STAGE_WIDE = frozenset({"network", "membership", "load"})
"""Parts that only one fault at a time may touch, wherever it does: rules and members concern every node."""


class Occupancy:
    """Which part of which node is in the hands of which step: two faults never fight over one.

    Whoever heals a part restores its clean state, and would undo what another fault did to it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], tuple[int, str]] = {}

    def take(self, step: int, fault: str, nodes: Iterable[str], parts: Iterable[str]) -> str:
        """Hand parts of nodes to a step, all or none; return who is in the way, in words, or nothing."""
        wanted = {(part, "" if part in STAGE_WIDE else node) for part in parts for node in nodes}
        with self._lock:
            for part, node in sorted(wanted):
                holder = self._held.get((part, node))
                if holder is not None and holder[0] != step:
                    return f"{holder[1]} holds the {part} of {node or 'the stage'}"
            self._held.update(dict.fromkeys(wanted, (step, fault)))
        return ""

    def release(self, step: int) -> None:
        """Take everything back from a step."""
        with self._lock:
            self._held = {part: holder for part, holder in self._held.items() if holder[0] != step}

    def others(self, step: int) -> bool:
        """Tell whether another step holds anything now."""
        with self._lock:
            return any(holder[0] != step for holder in self._held.values())


@dataclass(frozen=True, slots=True)
class Arena:
    """Everything that a fault can reach."""

    ensemble: Ensemble
    apps: Mapping[str, AppNode]
    board: Board
    plan: Plan
    occupancy: Occupancy = field(default_factory=Occupancy)

    @property
    def nodes(self) -> dict[str, Node]:
        """{name: node} of all servers, then all app nodes."""
        return {**{server.name: server for server in self.ensemble.servers}, **self.apps}

    def node(self, name: str) -> Node:
        """Return a node by its name; raises EnsembleError when there is none."""
        found = self.nodes.get(name)
        if found is None:
            raise EnsembleError(f"there is no node {name} any more.")
        return found

    def role(self, names: Iterable[str]) -> str:
        """Return `server`, `app`, or `mixed`: the kind of some nodes."""
        kinds = {"app" if name in self.apps else "server" for name in names}
        return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else ""
