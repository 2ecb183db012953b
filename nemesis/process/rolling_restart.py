"""Rolling restarts: one node after the other, as operators bring a new version or configuration in."""

import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from harness.clock import wait_for
from harness.ensemble import Server
from harness.errors import EnsembleError, ZkchaosError
from nemesis.arena import Arena, Node
from nemesis.fault import ANY, Fault, Proof
from nemesis.parameters import Parameter, Word
from nemesis.process.clean import release
from nemesis.process.life import GONE_WITHIN, end_at_once, start_if_down, who_is_there, works

WORKS_WITHIN = 45.0
"""Seconds for which the restart of the next node waits for the one before to work again."""


class RollingRestart(Fault):
    """Restarts its targets in good order, each when the one before works again.

    It is proven when the first is back, in whatever state, and goes on while it is held. Healing lets it
    come to its end, which is soon: half an ensemble restarted is not what anybody asked for.
    """

    name = "rolling-restart"
    summary = "restarts one node after the other (SIGTERM), each when the one before works again"
    effect = "restart"
    target = "all"
    roles = ANY
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "order": Word("leader-last", "when it is the leader's turn", ("leader-last", "leader-first", "drawn"))
    }
    takes = 12.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._restarted: dict[str, Proof] = {}
        self._thread: threading.Thread | None = None
        self._failure = ""
        self._asked: dict[str, int] = {}
        """The process that was asked to end and has not been seen to: {node: pid}."""

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:  # noqa: ARG003 - whoever they are, it is one at a time
        """There is a quorum all the time, or nearly."""
        return ("writes-overlap-each-fault",)

    def inject(self) -> None:
        """Begin with the first."""
        order = self._order()
        self._thread = threading.Thread(target=self._roll, args=(order,), name=self.name)
        self._thread.start()

    def _order(self) -> list[Node]:
        nodes = self.nodes
        if self.params["order"] == "drawn":
            self.draw.shuffle(nodes)
            return nodes
        last = self.params["order"] == "leader-last"
        return sorted(nodes, key=lambda node: self._leads(node) == last)

    def _leads(self, node: Node) -> bool:
        if isinstance(node, Server):
            return node.status().mode == "leader"
        return self.arena.board.app_leader() == node.name

    def _roll(self, order: list[Node]) -> None:
        try:
            for node in order:
                self._restart(node)
        except ZkchaosError as error:
            self._failure = str(error)
        except Exception as error:  # noqa: BLE001 - a bug must not look like a restart that went well
            self._failure = f"{type(error).__name__}: {error}"

    def _restart(self, node: Node) -> None:
        before = who_is_there(node)
        self._asked[node.name] = before["pid"]
        node.ask_to_stop()
        wait_for(node.ended, within=GONE_WITHIN, what=f"{node.name} ends")
        node.died()
        del self._asked[node.name]
        told = {"before": before, "exit_code": node.container.state().exit_code}
        node.start()
        after: Proof = {"pid": node.container.state().pid, "life": node.life}
        self._restarted[node.name] = told | {"after": after}
        working = wait_for(lambda: works(self, node), within=WORKS_WITHIN, what=f"{node.name} works again")
        self._restarted[node.name] = told | {"after": after | working}

    def observe(self) -> Proof | None:
        """The first is back as another process."""
        if self._failure:
            raise EnsembleError(self._failure)
        return dict(self._restarted) or None

    def heal(self) -> None:
        """Wait for the last one, and start whoever does not run; who was asked to end in vain ends now."""
        if self._thread is not None:
            self._thread.join()
        for node in self.nodes:
            release(node.container)
            if node.name in self._asked:
                end_at_once(node, self._asked.pop(node.name))
            start_if_down(node)

    def observe_healed(self) -> Proof | None:
        """All are back, in this order, and work."""
        if self._failure:
            raise EnsembleError(self._failure)
        working = {node.name: works(self, node) for node in self.nodes}
        if any(proof is None for proof in working.values()):
            return None
        return {"restarted": dict(self._restarted), **working}
