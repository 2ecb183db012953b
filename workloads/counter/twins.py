"""Broken twins of the adder: one is what kazoo ships."""

from typing import Any

from kazoo.retry import KazooRetry

from harness.client.operation import set_data
from workloads.counter.adder import Adder


class KazooAdder(Adder):
    """Uses kazoo's Counter, which repeats read and set when the answer to the set was lost."""

    def client_options(self) -> dict[str, Any]:
        """Let kazoo try again for as long as it takes."""
        retry = KazooRetry(max_tries=-1, delay=0.01, backoff=1, max_delay=0.1, interrupt=self.stopping.is_set)
        return {"command_retry": retry}

    def add(self, path: str) -> dict[str, Any]:
        """Increment as kazoo does."""
        counter = self.client.Counter(path)
        counter += 1
        return {"value": counter.post_value}


class UnconditionalAdder(Adder):
    """Reads, adds one, and writes back whatever happened in between."""

    def _replace(self, path: str, data: bytes, version: int) -> bool:  # noqa: ARG002 - that is the mistake
        """Set the data over what is there."""
        self.call(set_data(path, data))
        return True
