"""Broken twins of the queues: mistakes that people really make, to prove that they are caught."""

from typing import Any

from workloads.queue.kazoo_queue import KazooConsumer, quick_retry


class LostDelete(KazooConsumer):
    """Takes a deletion without an answer for one that somebody else did, and goes on to the next item.

    That is what kazoo's Queue does as it is made: `get` repeats everything after a break of the connection,
    does not find the znode that its own first attempt had deleted, and returns another item.
    """

    def client_options(self) -> dict[str, Any]:
        """Let kazoo repeat as it does."""
        return {"command_retry": quick_retry(self)}
