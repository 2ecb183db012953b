"""Deeds: what a recipe does as a whole, such as `put`, told beside the requests that it is made of."""

from collections.abc import Callable, Iterator
from typing import Any

from kazoo.exceptions import KazooException
from kazoo.handlers.threading import KazooTimeoutError

from harness.client.call import NotSent, Refused, Unanswered
from harness.client.recorder import Recorder


class Undone(Exception):
    """The deed certainly did nothing, for the reason given."""


NOTHING_DONE = (NotSent, Refused, Undone)

UNKNOWN = (Unanswered, KazooException, KazooTimeoutError)


class Deeds:
    """A logical process for the deeds of one participant, one at a time; it sends no request itself."""

    def __init__(self, recorder: Recorder, numbers: Iterator[int]):
        self._recorder = recorder
        self._numbers = numbers
        self._number = next(numbers)

    def do(self, f: str, key: str, act: Callable[[], Any], value: Any = None) -> Any:
        """Do `act` and tell of it as an operation; what it returns is the value of `ok`.

        Raises what `act` does. NotSent, Refused and Undone say that nothing was done (`fail`), so where an
        earlier request has done something already, `act` must let none of them out. Exceptions of kazoo's
        own say nothing: `info`, after which the logical process is another one.
        """
        common: dict[str, Any] = {"process": self._number, "key": key}
        self._recorder.record("invoke", f, value=value, **common)
        try:
            result = act()
        except NOTHING_DONE as why:
            self._recorder.record("fail", f, error=str(why), **common)
            raise
        except UNKNOWN as why:
            self._number = next(self._numbers)
            self._recorder.record("info", f, error=str(why) or type(why).__name__, **common)
            raise
        self._recorder.record("ok", f, value=result, **common)
        return result
