"""Expiry by what a session owns: whoever holds the lock at a path loses it, whoever that is."""

from collections.abc import Mapping
from typing import Any, ClassVar

from kazoo.exceptions import NoNodeError

from harness.client import Refused
from harness.client.requests import Exists, GetChildren
from harness.errors import EnsembleError
from harness.plan import Plan
from harness.visitor import visiting
from nemesis.arena import Arena
from nemesis.fault import APPS, Fault, Proof
from nemesis.parameters import Parameter, Text
from nemesis.session.dump import ask_dump, await_leader
from nemesis.session.ending import end_for_real, prove_gone

VISIT_WITHIN = 5.0
"""Seconds for the questions of who owns a path."""


class ExpireOwner(Fault):
    """Ends the session that owns an ephemeral znode, or the oldest ephemeral one among its children.

    The owner is found when the fault fires. Where it is an app node it has to be one of the targets, and
    becomes the only one; the session of any other client is ended too where all app nodes are targets.
    """

    name = "expire-owner"
    summary = "ends for real the session that owns an ephemeral znode, or the oldest one below it"
    effect = "expire"
    target = "all-apps"
    roles = APPS
    touches = frozenset({"session", "process"})
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "path": Text("", "the ephemeral znode, or its parent, whose owner's session is to end")
    }

    @classmethod
    def refuse(cls, plan: Plan, target: str, params: Mapping[str, Any]) -> str:  # noqa: ARG003
        """A znode's path begins with a slash."""
        return "" if params["path"].startswith("/") else f"{params['path']!r} is no path of a znode"

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._closings: dict[int, int] = {}
        self._owned = ""

    def inject(self) -> None:
        """Find the owner and close its session."""
        self._owned, session = self._find_owner()
        whose = [name for name in self.arena.apps if session in self.arena.board.sessions_of(name)]
        if not set(whose) & set(self.targets) and set(self.targets) != set(self.arena.apps):
            raise EnsembleError(
                f"{self._owned} belongs to {', '.join(whose) or 'another client'}, which is not a target."
            )
        self.targets = tuple(whose) or self.targets
        closing = end_for_real(self.arena, session)
        if closing is not None:
            self._closings[session] = closing

    def _find_owner(self) -> tuple[str, int]:
        """Return the path of the ephemeral node and its session; raises EnsembleError when there is none."""
        path = str(self.params["path"])
        with visiting(await_leader(self.arena).host_address, VISIT_WITHIN) as client:
            there = client.ask(Exists(path), VISIT_WITHIN).value
            if there is not None and there.ephemeralOwner:
                return path, int(there.ephemeralOwner)
            try:
                names = client.ask(GetChildren(path), VISIT_WITHIN).value
            except Refused as refused:
                if isinstance(refused.error, NoNodeError):
                    raise EnsembleError(f"there is no znode {path}.") from refused
                raise
            below = [f"{path.rstrip('/')}/{name}" for name in names]
            stats = [
                (path, getattr(answer, "value", None))
                for path, answer in zip(
                    below, client.ask_all([Exists(one) for one in below], VISIT_WITHIN), strict=True
                )
            ]
        owned = [
            (stat.czxid, one, stat.ephemeralOwner) for one, stat in stats if stat and stat.ephemeralOwner
        ]
        if not owned:
            raise EnsembleError(f"neither {path} nor any child of it is ephemeral.")
        _, oldest, session = min(owned)
        return oldest, int(session)

    def observe(self) -> Proof | None:
        """The leader's list of sessions does not hold it any more."""
        proofs = prove_gone(self.arena, self._closings)
        return {**proofs[0], "owned": self._owned} if proofs else None

    def heal(self) -> None:
        """Nothing to undo: the client makes a new session by itself."""

    def observe_healed(self) -> Proof | None:
        """The app node that it was has another session; the session of any other client stays away."""
        if len(self.targets) == 1 and self._closings:
            session = self.arena.board.snapshot().sessions.get(self.targets[0])
            return {"session": session} if session and session not in self._closings else None
        there = ask_dump(self.arena)
        return {"dump": "session absent"} if there and not there.sessions & self._closings.keys() else None
