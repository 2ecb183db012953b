"""The last look at every server: the whole tree below the workload's roots, and the digests that it keeps."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness.client import Answer, NotSent, Operation, Outcome, RecordingClient, Unanswered
from harness.client.account import Voice, record_call, record_outcome
from harness.client.operation import children, get, get_acl, sync
from harness.clock import Deadline
from harness.ensemble import Server
from harness.errors import EnsembleError
from harness.event import Event, Type
from harness.four_letter import ask, parse_hash, parse_mismatches
from harness.stage import Stage
from harness.visitor import visiting

WALK_WITHIN = 60.0
"""Seconds for all of one server's tree."""

AT_ONCE = 100
"""Znodes that are asked for before the first answer is waited for."""


def walk_every_server(stage: Stage, roots: tuple[str, ...]) -> None:
    """Write into the history what every server holds; one that cannot be walked is trouble."""
    servers = stage.ensemble.servers
    with ThreadPoolExecutor(len(servers)) as pool:
        list(pool.map(lambda server: _walk(stage, server, roots), servers))


class _Final(Voice):
    """Calls of the processes `final/zk1.1`, `final/zk1.2` and so on, gathered for one write to the history.

    Requests are sent one right behind the other; each of those that overlap belongs to a process of its own.
    """

    def __init__(self, stage: Stage, server: Server):
        self._stage = stage
        self._server = server
        self._events: list[Event] = []

    def record(
        self,
        type: Type,  # noqa: A002 - the field's name
        f: str,
        *,
        at: int | None = None,
        hold: bool = False,  # noqa: ARG002 - all is held until `write`
        process: int = 0,
        **fields: Any,
    ) -> None:
        """Take one event; times of this machine become times of the engine's clock."""
        offset = self._stage.clock.offset
        for name in ("sent", "received"):
            if fields.get(name):
                fields[name] += offset
        if fields.get("server"):
            fields["server"] = self._server.name
        self._events.append(
            Event(
                index=0,
                time=self._stage.clock.now() if at is None else at + offset,
                type=type,
                f=f,
                process=f"final/{self._server.name}.{process}",
                node=self._server.name,
                **fields,
            )
        )

    def tell(self, began: int, operations: Sequence[Operation], outcomes: Sequence[Outcome]) -> None:
        """Write the calls and what became of them."""
        for number, (operation, outcome) in enumerate(zip(operations, outcomes, strict=True), 1):
            record_call(self, number, operation, at=began)
            record_outcome(self, number, operation, outcome)
        self._stage.history.write_all(self._events)
        self._events = []


def _walk(stage: Stage, server: Server, roots: tuple[str, ...]) -> None:
    final = _Final(stage, server)
    deadline = Deadline(WALK_WITHIN)
    try:
        with visiting(server.host_address, WALK_WITHIN) as client:
            _ask(stage, final, client, [sync(root) for root in roots], deadline)
            paths = list(roots)
            while paths:
                now, paths = paths[:AT_ONCE], paths[AT_ONCE:]
                paths += _look(stage, final, client, now, deadline)
    except EnsembleError as error:
        stage.trouble(f"{server.name} could not be walked: {error}")
        return
    _tell_digests(stage, server)


def _look(
    stage: Stage, final: _Final, client: RecordingClient, paths: Sequence[str], deadline: Deadline
) -> list[str]:
    """Read some znodes and return the paths of their children."""
    operations = [look(path) for path in paths for look in (get, _listing, get_acl)]
    outcomes = _ask(stage, final, client, operations, deadline)
    return [
        f"{path}/{name}"
        for path, listing in zip(paths, outcomes[1::3], strict=True)
        if isinstance(listing, Answer)
        for name in listing.value[0]
    ]


def _listing(path: str) -> Operation:
    return children(path, stat=True)


def _ask(
    stage: Stage,
    final: _Final,
    client: RecordingClient,
    operations: Sequence[Operation],
    deadline: Deadline,
) -> list[Outcome]:
    began = stage.clock.now() - stage.clock.offset
    outcomes = client.ask_all([operation.request for operation in operations], deadline.left)
    final.tell(began, operations, outcomes)
    lost = next((o for o in outcomes if isinstance(o, NotSent | Unanswered)), None)
    if lost is not None:
        raise lost
    return outcomes


def _tell_digests(stage: Stage, server: Server) -> None:
    try:
        value: dict[str, Any] = {"digests": parse_hash(ask(server.host_address, "hash"))}
        mismatches = parse_mismatches(ask(server.host_address, "mntr"))
    except OSError as error:
        stage.trouble(f"{server.name} did not tell its digests: {error}.")
        return
    if mismatches is not None:
        value["mismatches"] = mismatches
    stage.history.write(
        time=stage.clock.now(), type="event", f="hash", process="harness", node=server.name, value=value
    )
