"""Simulated time: actions happen in the order of their times (ns), and of two at one time the elder first."""

import heapq
from collections.abc import Callable
from itertools import count

MS = 10**6
SECOND = 10**9


class Loop:
    """A clock that jumps from one action to the next."""

    def __init__(self, start: int):
        self.now = start
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._agenda, (max(time, self.now), next(self._numbers), action))

    def after(self, delay: float, action: Callable[[], None]) -> None:
        """Do something in `delay` ns."""
        self.at(self.now + round(delay), action)

    def run_until(self, end: int) -> None:
        """Let time pass up to `end`."""
        while self._agenda and self._agenda[0][0] <= end:
            self.now, _, action = heapq.heappop(self._agenda)
            action()
        self.now = max(self.now, end)

    def run_while(self, condition: Callable[[], bool], limit: int) -> None:
        """Let time pass while something is so, for at most `limit` ns."""
        end = self.now + limit
        while condition() and self._agenda and self._agenda[0][0] <= end:
            self.now, _, action = heapq.heappop(self._agenda)
            action()


class Channel:
    """A way on which nothing overtakes."""

    def __init__(self, loop: Loop):
        self._loop = loop
        self._last = 0

    def send(self, delay: float, action: Callable[[], None]) -> None:
        """Let `action` happen in about `delay` ns, later than everything sent before."""
        self._last = max(self._last + 1000, self._loop.now + round(delay))
        self._loop.at(self._last, action)
