"""A worker's output: lines go to its agent through a pipe, and count as out once the agent has them.

A call must be out before its request is sent (docs/protocol.md), and out is what the agent has put into
the node's record. So the worker waits after each batch of lines until the agent says that it did.
"""

import os
import threading
from collections.abc import Callable
from typing import BinaryIO

END_OF_BATCH = b"\n"
"""Follows each batch of lines, of which none is empty."""

TAKEN = b"t"
"""From the agent: a batch is in the node's record."""

END = b"e"
"""From the agent: end soon, in good order."""


class Relayed:
    """As much of a stream as a recorder needs; `flush` returns when the agent has what was written.

    `commands` is the descriptor on which the agent speaks.
    """

    def __init__(self, commands: int, lines: BinaryIO):
        # Read without a buffer, whose lock would be in the way when the interpreter ends.
        self._commands = commands
        self._lines = lines
        self._taken = threading.Semaphore(0)

    def write(self, data: bytes) -> None:
        """Put lines into the batch."""
        self._lines.write(data)

    def flush(self) -> None:
        """Send the batch, and wait until it was taken."""
        self._lines.write(END_OF_BATCH)
        self._lines.flush()
        self._taken.acquire()

    def obey(self, end: Callable[[], None]) -> None:
        """Listen to the agent from now on; `end` is called when it says so."""
        threading.Thread(target=self._listen, args=(end,), name="commands", daemon=True).start()

    def _listen(self, end: Callable[[], None]) -> None:
        while command := os.read(self._commands, 1):
            if command == TAKEN:
                self._taken.release()
            else:
                end()
