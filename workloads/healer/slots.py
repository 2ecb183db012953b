"""The znodes of the auto-healer: a slot for each worker that there has to be, and the order that it holds.

/healer/election/…          the candidates that want to be the healer
/healer/agents/app1-3f2a…   ephemeral: the life of an app node that can start workers
/healer/slots/0             the order: {"agent": "app1-3f2a…"}; its version is the worker's generation
/healer/workers/0-7         ephemeral: the worker of slot 0 and generation 7 is alive
/healer/work/0              what the worker of slot 0 writes to
"""

import json
from typing import NamedTuple

HEALER = "/healer"
ELECTION = f"{HEALER}/election"
AGENTS = f"{HEALER}/agents"
SLOTS = f"{HEALER}/slots"
WORKERS = f"{HEALER}/workers"
WORK = f"{HEALER}/work"


class Slot(NamedTuple):
    """A slot as it was read."""

    number: int
    generation: int
    """Version of the znode: one more with each order."""
    agent: str
    """Name of the agent that has to start the worker, empty before the first order."""

    @property
    def worker(self) -> str:
        """Name under which the worker of this order registers."""
        return f"{self.number}-{self.generation}"


def parents(workers: int) -> list[str]:
    """Return every znode that has to be there, those above others first."""
    numbers = range(workers)
    return [
        *(HEALER, ELECTION, AGENTS, SLOTS, WORKERS, WORK),
        *(slot_path(number) for number in numbers),
        *(work_path(number) for number in numbers),
    ]


def slot_path(number: int) -> str:
    """Return the path of a slot."""
    return f"{SLOTS}/{number}"


def work_path(number: int) -> str:
    """Return the path of what the worker of a slot writes to."""
    return f"{WORK}/{number}"


def order(agent: str) -> bytes:
    """Return the data of a slot that orders a worker."""
    return json.dumps({"agent": agent}).encode()


def read_slot(number: int, data: bytes, version: int) -> Slot:
    """Read a slot; one without data holds no order yet."""
    return Slot(number, version, json.loads(data)["agent"] if data else "")
