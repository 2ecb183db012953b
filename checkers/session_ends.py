"""When sessions ended, and by when ZooKeeper must have noticed."""

from collections.abc import Iterable
from dataclasses import dataclass

from checkers.context import in_time, life_of, number, real_faults, told
from harness.history import Event, History
from harness.plan import Plan


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The certain end of a session."""

    session: int
    how: str
    """The end in words, for a sentence."""
    time: int
    """No sign of life from its client after this time (ns)."""
    event: Event
    zxid: int = 0
    """Transaction that closed it, 0 where unknown."""
    noticed: bool = False
    """A server already knew when this was recorded: it said so itself."""


def session_ends(history: History) -> dict[int, SessionEnd]:
    """Return the end of every session of an app node that certainly ended, by session id.

    The last session of a life that died ends with it. `closed` and `lost` come from a server; an
    `abandoned` session and one of a dead client are left to expire. A fault that closes a session from
    outside names session and transaction in its proof.
    """
    ends = _ended_by_faults(history)
    holds: dict[str, int] = {}
    """The session that each life uses."""
    for event in in_time(history.select("session", "node", type="event")):
        if event.f == "node":
            life = f"{event.node}/{number(event, 'life')}"
            session = holds.pop(life, 0)
            state = told(event, "state")
            if session and state in {"died", "stopped"}:
                how = "its client died" if state == "died" else "its client stopped"
                ends.setdefault(session, SessionEnd(session, how, event.time, event))
            continue
        life = life_of(event.process)
        if told(event, "state") == "connected" and event.session:
            holds[life] = event.session
        _note_end(ends, event, event.session or holds.get(life, 0))
    return ends


def _ended_by_faults(history: History) -> dict[int, SessionEnd]:
    ends: dict[int, SessionEnd] = {}
    for fault in history.faults:
        if fault.effect != "expire" or fault.proven is None or not isinstance(fault.proof, dict):
            continue
        session, closing = fault.proof.get("session"), fault.proof.get("closed_at_zxid")
        if isinstance(session, int) and isinstance(closing, int) and session and closing > 0:
            event = next(e for e in map(history.events.__getitem__, fault.events) if e.time == fault.proven)
            how = f"{fault.fault} closed it"
            ends[session] = SessionEnd(session, how, fault.proven, event, zxid=closing, noticed=True)
    return ends


def _note_end(ends: dict[int, SessionEnd], event: Event, session: int) -> None:
    state = told(event, "state")
    if not session or state not in {"closed", "lost", "abandoned"}:
        return
    closing = event.zxid if state == "closed" else 0
    noticed = state == "lost" or closing > 0
    how = {"closed": "it was closed", "lost": "it was expired", "abandoned": "its client left"}[state]
    ends.setdefault(session, SessionEnd(session, how, event.time, event, zxid=closing, noticed=noticed))


def timeouts(history: History, plan: Plan) -> dict[int, int]:
    """Return the timeout (ns) of every session that ever connected: the longest that was agreed on."""
    asked = round(plan.session_timeout * 1e9)
    found: dict[int, int] = {}
    for event in history.select("session", type="event"):
        if told(event, "state") == "connected" and event.session:
            agreed = number(event, "timeout") * 10**6
            found[event.session] = max(found.get(event.session, asked), agreed)
    return found


class Calm:
    """Since when, before a given reading, one ZooKeeper leader has been active without a disturbance.

    Every new leader gives every session its full timeout again, and without a quorum nothing expires.
    """

    def __init__(self, history: History):
        self._faults = real_faults(history)
        self._servers = [
            event.time for event in history.select("node", type="event") if told(event, "role") == "server"
        ]
        self._reigns = _reigns(history.select("server", type="event"))

    def since(self, time: int, epoch: int) -> int | None:
        """Return the last disturbance (ns) before `time`, None where calm cannot be shown.

        `epoch` is that of a synced reading after `time`: the leader whom the polls saw in that epoch has
        led ever since, because a new one would have raised it.
        """
        known = self._reigns.get(epoch)
        if known is None:
            return None
        last = known
        for fault in self._faults:
            if fault.healed is None or fault.heal_outcome != "proven" or fault.healed > time:
                return None
            last = max(last, fault.healed)
        return max([last, *(moment for moment in self._servers if moment <= time)])


def _reigns(polls: Iterable[Event]) -> dict[int, int]:
    """Return for each epoch when a poll first saw its leader (ns)."""
    first: dict[int, int] = {}
    for event in polls:
        if told(event, "mode") in {"leader", "standalone"} and isinstance(told(event, "zxid"), int):
            epoch = number(event, "zxid") >> 32
            first[epoch] = min(first.get(epoch, event.time), event.time)
    return first
