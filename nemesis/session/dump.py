"""What the leader's word `dump` tells: the sessions that the ensemble holds, and their ephemeral nodes."""

from dataclasses import dataclass, field

from harness.clock import wait_for
from harness.ensemble import Server
from harness.errors import EnsembleError
from harness.four_letter import ask
from nemesis.arena import Arena

SESSIONS = "SessionTracker dump:"
EPHEMERALS = "ephemeral nodes dump:"

LEADER_WITHIN = 5.0
"""Seconds to wait for a server that leads."""


@dataclass(frozen=True, slots=True)
class Dump:
    """Sessions as a leader holds them."""

    sessions: frozenset[int]
    ephemerals: dict[int, list[str]] = field(default_factory=dict)
    """{session: paths of its ephemeral nodes}"""


def await_leader(arena: Arena) -> Server:
    """Return the server that leads, as soon as one does; raises EnsembleError when none does."""
    return wait_for(arena.ensemble.leader, within=LEADER_WITHIN, what="a server leads")


def ask_dump(arena: Arena) -> Dump | None:
    """Ask the leader; None where nobody leads, or where it is not serving.

    Two answers together: a leader lists its sessions by when they expire without stopping the world, and a
    session that is touched meanwhile moves from one set to another and may be in neither.
    Raises EnsembleError when it does not answer.
    """
    leader = arena.ensemble.leader()
    if leader is None:
        return None
    try:
        dumps = [parse_dump(ask(leader.host_address, "dump")) for _ in range(2)]
    except OSError as error:
        raise EnsembleError(f"{leader.name} did not answer `dump`: {error}.") from error
    first, second = dumps
    if first is None or second is None:
        return None
    return Dump(first.sessions | second.sessions, {**first.ephemerals, **second.ephemerals})


def parse_dump(text: str) -> Dump | None:
    """Read the answer; None for one without a list, of a server that is not serving: it proves nothing."""
    if SESSIONS not in text:
        return None
    listed, _, rest = text.partition(SESSIONS)[2].partition(EPHEMERALS)
    sessions = {_signed(line) for line in listed.split() if line.startswith("0x")}
    ephemerals: dict[int, list[str]] = {}
    owner = 0
    for line in rest.splitlines():
        if line.startswith("0x"):
            owner = _signed(line.rstrip(":"))
        elif line.strip().startswith("/") and owner:
            ephemerals.setdefault(owner, []).append(line.strip())
    return Dump(frozenset(sessions), ephemerals)


def _signed(text: str) -> int:
    """Read a session's id as ZooKeeper's clients know it: Java prints its 64 bits without a sign."""
    bits = int(text, 16)
    return bits - 2**64 if bits >= 2**63 else bits
