"""Logical processes: each records every call it makes, and is retired after a call with unknown outcome."""

from collections.abc import Iterator

from harness.client.account import record_call, record_outcome
from harness.client.call import Answer, NotSent, Refused, Unanswered
from harness.client.operation import Operation
from harness.client.recorder import Recorder
from harness.client.recording_client import RecordingClient


class Process:
    """One logical process on one client: it has at most one call outstanding."""

    def __init__(self, client: RecordingClient, recorder: Recorder, numbers: Iterator[int]):
        self._client = client
        self._recorder = recorder
        self._numbers = numbers
        self.number = next(numbers)

    def call(self, operation: Operation, *, within: float) -> Answer:
        """Do one operation and record it.

        Raises Refused, NotSent or Unanswered as `RecordingClient.ask` does, after recording it.
        """
        record_call(self._recorder, self.number, operation)
        try:
            answer = self._client.ask(operation.request, within)
        except (Refused, NotSent) as outcome:
            record_outcome(self._recorder, self.number, operation, outcome)
            raise
        except Unanswered as outcome:
            record_outcome(self._recorder, self.number, operation, outcome)
            self.number = next(self._numbers)
            raise
        record_outcome(self._recorder, self.number, operation, answer)
        return answer
