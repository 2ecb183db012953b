"""The end of a session for real: closed by whoever knows its id, and seen to be gone."""

from harness.errors import EnsembleError
from nemesis.arena import Arena
from nemesis.fault import Proof
from nemesis.session.closing import close_session
from nemesis.session.dump import ask_dump, await_leader

ATTEMPTS = 5
"""How often to try: one closing in a hundred takes effect without an answer."""


def end_for_real(arena: Arena, session: int) -> int | None:
    """Close a session on the leader; return the zxid of its end.

    0 where the closing took effect and its answer was lost, None where it had ended before, not by this.
    Raises EnsembleError when nobody leads or answers.
    """
    leader = await_leader(arena)
    unanswered: OSError | None = None
    for _ in range(ATTEMPTS):
        try:
            closing = close_session(leader.host_address, session)
        except OSError as error:
            unanswered = error
            continue
        # Gone already: by the attempt before, whose answer was lost, or not by this fault's doing.
        return closing if closing > 0 or unanswered else None
    raise EnsembleError(f"{leader.name} did not answer the closing of {session:#x}: {unanswered}.")


def prove_gone(arena: Arena, closings: dict[int, int]) -> list[Proof] | None:
    """Show that the leader's list of sessions holds none of those closed, {session: zxid}; None: not yet."""
    there = ask_dump(arena)
    if not closings or there is None or there.sessions & closings.keys():
        return None
    return [
        {"session": session, "closed_at_zxid": zxid, "dump": "session absent"}
        for session, zxid in closings.items()
    ]
