"""Calls in kazoo's own way: `client.create(...)`, and everything that kazoo's recipes ask, recorded too.

A request of kazoo's carries an AsyncResult. Here a Call takes its place, which tells the history what was
asked and what became of it, and hands the outcome on to the AsyncResult exactly as kazoo would have.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kazoo.exceptions import ConnectionLoss
from kazoo.protocol import serialization as kazoo
from kazoo.protocol.states import ZnodeStat

from harness.client import operation as tell
from harness.client.account import record_call, record_outcome
from harness.client.call import Answer, Call, Refused, Unanswered
from harness.client.operation import Operation
from harness.client.recorder import Recorder
from harness.event import Stat

EPHEMERAL, SEQUENCE = 1, 2


class OwnCalls:
    """Takes kazoo's calls over; each is told by a logical process that has no other call outstanding."""

    def __init__(self, recorder: Recorder, numbers: Iterator[int]):
        self._recorder = recorder
        self._numbers = numbers
        self._lock = threading.Lock()
        self._idle: list[int] = []
        """Processes whose last call was answered."""

    def take_over(self, request: Any, result: Any) -> Any:
        """Return what stands in for kazoo's `result`, or that itself where the history has no word for it."""
        operation = described(request)
        if operation is None:
            return result
        with self._lock:
            process = self._idle.pop() if self._idle else next(self._numbers)
        # The invocation is out before the request is: see `RecordingClient.before_sending`.
        record_call(self._recorder, process, operation, hold=True)

        def settled(call: Call) -> None:
            assert call.outcome is not None, "settled calls have an outcome"
            record_outcome(self._recorder, process, operation, call.outcome)
            if not isinstance(call.outcome, Unanswered):
                with self._lock:
                    self._idle.append(process)

        return OwnCall(request, settled, result)


class OwnCall(Call):
    """A call whose outcome is handed on to an AsyncResult of kazoo."""

    __slots__ = ("_error", "_result", "_value")

    def __init__(self, request: Any, settled: Callable[[Call], None], result: Any):
        super().__init__(request, self._hand_on(settled))
        self._result = result
        self._value: Any = None
        self._error: Exception | None = None

    def set(self, value: Any) -> None:
        """Take the result; that of a refused transaction is the list of its errors, which kazoo expects."""
        self._value = value
        super().set(value)

    def set_exception(self, error: Exception) -> None:
        """Take the reason why there is no result."""
        self._error = error
        super().set_exception(error)

    def _hand_on(self, settled: Callable[[Call], None]) -> Callable[[Call], None]:
        def told(call: Call) -> None:
            settled(call)
            outcome = call.outcome
            if isinstance(outcome, Answer) or (isinstance(outcome, Refused) and self._error is None):
                self._result.set(self._value)
            else:
                self._result.set_exception(self._error or ConnectionLoss())

        return told


def described(request: Any) -> Operation | None:
    """Say what the history tells of a request of kazoo's, None where it has no word for it."""
    describe = DESCRIBED.get(type(request))
    if describe is None:
        return None
    operation = describe(request)
    return operation._replace(request=request, shown=lambda result: operation.shown(_ours(result)))


def _create(request: Any) -> Operation:
    return tell.create(
        request.path,
        request.data,
        ephemeral=bool(request.flags & EPHEMERAL),
        sequence=bool(request.flags & SEQUENCE),
        stat=isinstance(request, kazoo.Create2),
    )


def _ours(result: Any) -> Any:
    """Return a result with our Stat for kazoo's, and nothing where kazoo's transactions say True."""
    if isinstance(result, ZnodeStat):
        return Stat(**result._asdict())
    if isinstance(result, tuple):
        return tuple(_ours(part) for part in result)
    if isinstance(result, list):
        return [None if part is True else _ours(part) for part in result]
    return result


DESCRIBED: Mapping[type, Callable[[Any], Operation]] = {
    kazoo.Create: _create,
    kazoo.Create2: _create,
    kazoo.Delete: lambda asked: tell.delete(asked.path, asked.version),
    kazoo.Exists: lambda asked: tell.exists(asked.path, watch=bool(asked.watcher)),
    kazoo.GetData: lambda asked: tell.get(asked.path, watch=bool(asked.watcher)),
    kazoo.SetData: lambda asked: tell.set_data(asked.path, asked.data, asked.version),
    kazoo.GetChildren: lambda asked: tell.children(asked.path, watch=bool(asked.watcher)),
    kazoo.GetChildren2: lambda asked: tell.children(asked.path, watch=bool(asked.watcher), stat=True),
    kazoo.Sync: lambda asked: tell.sync(asked.path),
    kazoo.CheckVersion: lambda asked: tell.check(asked.path, asked.version),
    kazoo.Transaction: lambda asked: tell.multi([DESCRIBED[type(part)](part) for part in asked.operations]),
}
"""What the history says of kazoo's requests; of those that are not here (ACLs, authentication) nothing."""
