"""Logical processes: each records every call it makes, and is retired after a call with unknown outcome."""

from collections.abc import Callable, Iterator
from typing import Any

from harness.client.connection import Answer, NotSent, RecordingClient, Refused, Reply, Unanswered
from harness.client.recorder import Recorder
from harness.history.event import Type


class Process:
    """One logical process on one client: it has at most one call outstanding."""

    def __init__(self, client: RecordingClient, recorder: Recorder, numbers: Iterator[int]):
        self._client = client
        self._recorder = recorder
        self._numbers = numbers
        self.number = next(numbers)

    def call(
        self,
        f: str,
        key: str,
        request: Any,
        *,
        within: float,
        value: Any = None,
        shown: Callable[[Any], Any] = lambda _: None,
    ) -> Answer:
        """Send one request and record it: the invocation with `value`, the answer with `shown(result)`.

        Raises Refused, NotSent or Unanswered as `RecordingClient.ask` does, after recording it.
        """
        self._recorder.record("invoke", f, process=self.number, key=key, value=value)
        try:
            answer = self._client.ask(request, within)
        except Refused as refused:
            self._record("fail", f, key, refused.reply, error=str(refused), value=value)
            raise
        except NotSent as error:
            self._recorder.record("fail", f, process=self.number, key=key, error=f"not sent: {error}")
            raise
        except Unanswered as error:
            self._recorder.record("info", f, process=self.number, key=key, error=str(error))
            self.number = next(self._numbers)
            raise
        self._record("ok", f, key, answer.reply, value=shown(answer.value))
        return answer

    def _record(self, type: Type, f: str, key: str, reply: Reply, **fields: Any) -> None:  # noqa: A002
        self._recorder.record(
            type,
            f,
            process=self.number,
            key=key,
            session=reply.session,
            conn=reply.conn,
            xid=reply.xid,
            zxid=max(reply.zxid, 0),
            server=reply.server,
            **fields,
        )
