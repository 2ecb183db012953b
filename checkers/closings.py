"""What faults prove of sessions: which they closed, and which they left behind when clients gave them up."""

from collections.abc import Iterator
from typing import Any

from harness.history import FaultWindow, History


def closings(fault: FaultWindow) -> list[tuple[int, int]]:
    """Return (session, zxid of its end) of every closing in a fault's proof whose zxid is known.

    A fault on one session tells of it alone; one on several sessions or targets keeps their proofs in lists
    or by the names of the targets.
    """
    return [
        (part["session"], part["closed_at_zxid"])
        for part in _parts(fault.proof)
        if _positive(part.get("closed_at_zxid")) and isinstance(part.get("session"), int) and part["session"]
    ]


def orphans(history: History) -> frozenset[int]:
    """Return the sessions that live on though their clients were told that they are lost.

    Whoever was lied to says so while the fault lasts, also where the fault as a whole could not be proven.
    """
    lies = [fault for fault in history.faults if fault.effect == "false-lost"]
    proven = {
        part["session"]
        for fault in lies
        for part in _parts(fault.proof)
        if isinstance(part.get("session"), int)
    }
    told = {
        event.session
        for event in (history.select("session", type="event") if lies else ())
        if event.session
        and isinstance(event.value, dict)
        and event.value.get("state") == "lost"
        and any(
            event.node in lie.targets
            and lie.begin <= event.time
            and (lie.healed is None or event.time <= lie.healed)
            for lie in lies
        )
    }
    return frozenset(proven | told)


def _positive(zxid: Any) -> bool:
    return isinstance(zxid, int) and zxid > 0


def _parts(proof: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a proof, whatever it lies in."""
    if isinstance(proof, dict):
        yield proof
        for part in proof.values():
            yield from _parts(part)
    elif isinstance(proof, list):
        for part in proof:
            yield from _parts(part)
