"""What a history is told of a call: the invocation, and strictly what became of it."""

from typing import Any, Protocol

from harness.client.call import Answer, Outcome, Refused, Reply, Unanswered
from harness.client.operation import Operation
from harness.event import Type

NO_REPLY = Reply(0, 0, 0, 0, "", 0, 0, 0)


class Voice(Protocol):
    """Takes events on their way to a history; a Recorder for one."""

    def record(
        self,
        type: Type,  # noqa: A002 - the field's name
        f: str,
        *,
        at: int | None = None,
        hold: bool = False,
        **fields: Any,
    ) -> None:
        """Record one event, of the time `at` (ns) where that is not now."""


def record_call(
    voice: Voice, process: int, operation: Operation, *, at: int | None = None, hold: bool = False
) -> None:
    """Record an invocation; with `hold` it is out only once the recorder is told to let it out."""
    voice.record(
        "invoke", operation.f, at=at, hold=hold, process=process, key=operation.key, value=operation.value
    )


def record_outcome(voice: Voice, process: int, operation: Operation, outcome: Outcome) -> None:
    """Record what became of it: `ok`, `fail` (certainly no effect) or `info` (unknown)."""
    kind: Type
    value, stat, error, reply = None, None, "", NO_REPLY
    if isinstance(outcome, Answer):
        kind, reply = "ok", outcome.reply
        value, stat = operation.shown(outcome.value)
    elif isinstance(outcome, Refused):
        kind, reply, error, value = "fail", outcome.reply, str(outcome), outcome.part
    elif isinstance(outcome, Unanswered):
        kind, reply, error = "info", outcome.sending, str(outcome)
    else:
        kind, error = "fail", f"not sent: {outcome}"
    voice.record(
        kind,
        operation.f,
        at=reply.received or None,
        process=process,
        key=operation.key,
        value=value,
        error=error,
        session=reply.session,
        conn=reply.conn,
        xid=reply.xid,
        zxid=max(reply.zxid, 0),
        server=reply.server,
        wire=reply.wire,
        sent=reply.sent,
        received=reply.received,
        stat=stat,
    )
