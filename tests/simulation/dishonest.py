"""Anomalies inside the ensemble: something that it does otherwise than it promises, or does not do."""

from collections.abc import Callable
from types import MethodType

from harness.history import Event
from tests.simulation.anomaly import Anomaly, names
from tests.simulation.ensemble import Ensemble, Transaction
from tests.simulation.frames import Request
from tests.simulation.loop import MS, SECOND
from tests.simulation.material import Material
from tests.simulation.server import Connection, Server
from tests.simulation.tree import Draft, Moment, owned_by
from tests.simulation.world import Options


def forgets_ephemerals(ensemble: Ensemble) -> None:
    """The ephemeral nodes of a session vanish though it lives."""

    def drop() -> None:
        owners = [one for one in ensemble.sessions if any(owned_by(ensemble.tree, one))]
        if not owners:
            ensemble.loop.after(20 * MS, drop)
            return
        remove_some(ensemble, owners[0], lambda path: True)

    ensemble.loop.after(600 * MS, drop)


def remove_some(ensemble: Ensemble, session: int, wanted: Callable[[str], bool]) -> None:
    """Delete nodes of a session in a transaction of which nobody is told."""
    moment = ensemble.next_moment(session)
    draft = Draft(ensemble.tree, moment)
    for path in [path for path in owned_by(ensemble.tree, session) if wanted(path)]:
        draft.delete(path, {})
    ensemble.commit(Transaction(moment.zxid, draft.outcome()))


def closes_in_two(ensemble: Ensemble) -> None:
    """Of the nodes of a closed session the last one vanishes a while after the others."""

    def end_session(self: Ensemble, moment: Moment) -> Draft:
        draft = Draft(self.tree, moment)
        owned = list(owned_by(self.tree, moment.session))
        for path in owned[:-1] if len(owned) > 1 else owned:
            draft.delete(path, {})
        if len(owned) > 1:
            self.loop.after(100 * MS, lambda: remove_some(self, moment.session, lambda path: True))
        return draft

    ensemble.end_session = MethodType(end_session, ensemble)  # type: ignore[method-assign]


def expires_late(ensemble: Ensemble) -> None:
    """Sessions expire long after their time."""
    ensemble.grace = 6 * SECOND


def seen_late(run: Material) -> list[Event] | None:
    """Return the events where somebody saw a node of the dead life four seconds after its death."""
    died = next(e for e in run.events if e.f == "node" and e.value["state"] == "died")
    voice = f"{died.node}/{died.value['life']}.0"
    dead = {e.session for e in run.events if e.f == "session" and e.process == voice}
    seen = any(
        sight.stat and sight.stat.ephemeralOwner in dead and sight.op.invoke.time > died.time + 4 * SECOND
        for sight in run.sights
    )
    return run.events if seen else None


def takes_late_writes(ensemble: Ensemble) -> None:
    """A write sent through a connection that is gone is carried out after the session's next ones."""
    handle = ensemble.handle

    def late(self: Ensemble, server: Server, connection: Connection, request: Request) -> None:
        if connection.alive or request.f in {"open", "reopen", "close", "sync"}:
            handle(server, connection, request)
        else:
            self.loop.after(250 * MS, lambda: carry_out_if_alive(connection, request))

    def carry_out_if_alive(connection: Connection, request: Request) -> None:
        if connection.session in ensemble.sessions:
            ensemble.carry_out(connection, request)

    ensemble.handle = MethodType(late, ensemble)  # type: ignore[method-assign]


CONSEQUENCES = (
    names("prefix-reads", "durability", "write-legality", "stat-coherence", "atomic-multi", "no-future-read")
    | names("watch-once", "no-missed-watch", "watch-before-data", "compare-and-set")
    | names("ephemeral-safety", "ephemeral-cleanup")
)
"""What may break where a transaction happens of which nobody can know."""

ANOMALIES = (
    Anomaly(
        name="forgets-ephemerals",
        expected=names("ephemeral-safety"),
        allowed=CONSEQUENCES - names("ephemeral-safety"),
        why="What follows from the removal contradicts the acknowledged writes.",
        options=Options(seconds=1.5),
        alter=forgets_ephemerals,
    ),
    Anomaly(
        name="closes-in-two",
        expected=names("ephemeral-cleanup"),
        allowed=CONSEQUENCES - names("ephemeral-cleanup", "ephemeral-safety"),
        why="What is still there contradicts the acknowledged closing.",
        options=Options(seconds=1.5, closings=12),
        alter=closes_in_two,
    ),
    Anomaly(
        name="expires-late",
        expected=names("ephemeral-deadline"),
        options=Options(seconds=11, faults=("kill-app",), before=3, nodes=3, keys=60, think=40 * MS),
        alter=expires_late,
        edit=seen_late,
    ),
    Anomaly(
        name="takes-late-writes",
        expected=names("single-owner"),
        allowed=CONSEQUENCES | names("client-order", "sequence-names"),
        why="The order of sending is broken too; and there is no place left for the write's effect.",
        options=Options(seconds=3, breaks=20, concurrency=3, think=3 * MS, nodes=3),
        alter=takes_late_writes,
    ),
    Anomaly(
        name="never-recovers",
        expected=names("recovery"),
        options=Options(seconds=3, faults=("kill-follower",), closings=0, recovery_bound=0.4, muted=1.5),
    ),
)
