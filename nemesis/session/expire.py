"""Expiry for real: sessions end while their clients are alive and well."""

from collections.abc import Mapping
from typing import Any, ClassVar

from harness.errors import EnsembleError
from nemesis.arena import Arena, Node
from nemesis.each import EachNode
from nemesis.fault import APPS, Proof
from nemesis.parameters import Parameter, Word
from nemesis.session.ending import end_for_real, prove_gone
from nemesis.targets import HOLDERS


class Expire(EachNode):
    """Ends the sessions of app nodes, by closing them with their ids and passwords."""

    name = "expire"
    summary = "ends the app node's session for real, from outside"
    effect = "expire"
    target = "holder"
    roles = APPS
    touches = frozenset({"session", "process"})
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "which": Word(
            "holder",
            "which of the app node's sessions to end; holder: by which it leads or holds, else the youngest",
            ("holder", "youngest", "all"),
        ),
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._closings: dict[str, dict[int, int]] = {}
        """{app node: {session: zxid of its end}}"""

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Whoever led has to be replaced."""
        return ("new-leader-after-each",) if target in HOLDERS else ()

    def inject_on(self, node: Node) -> None:
        """Take the sessions over on another connection and close them."""
        closings = self._closings.setdefault(node.name, {})
        for session in self._chosen(node.name):
            closing = end_for_real(self.arena, session)
            if closing is not None:
                closings[session] = closing

    def _chosen(self, name: str) -> list[int]:
        sessions = list(self.arena.board.sessions_of(name))
        if not sessions:
            raise EnsembleError(f"{name} has no session to end.")
        if self.params["which"] == "all":
            return sessions
        held = self.arena.board.session_of_holder(name) if self.params["which"] == "holder" else 0
        return [held or sessions[-1]]

    def observe_on(self, node: Node) -> Proof | None:
        """The leader's list of sessions does not hold them any more.

        `closed_at_zxid` is 0 where the closing took effect and its answer was lost.
        """
        proofs = prove_gone(self.arena, self._closings.get(node.name, {}))
        if not proofs:
            return None
        return proofs[0] if len(proofs) == 1 else {"closed": proofs}

    def heal_on(self, node: Node) -> None:
        """Nothing to undo: the client makes a new session by itself."""

    def observe_healed_on(self, node: Node) -> Proof | None:
        """The app node has another session."""
        session = self.arena.board.snapshot().sessions.get(node.name)
        ended = self._closings.get(node.name, {})
        return {"session": session} if session and session not in ended else None
