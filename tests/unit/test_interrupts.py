"""Ctrl-C and SIGTERM: once for an orderly end, twice for an end at once, and the handlers put back."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from harness.interrupts import SIGNALS, Interrupts


class Calls:
    """What was called, in order."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.interrupts = Interrupts(lambda: self.made.append("first"), lambda: self.made.append("second"))


@pytest.mark.parametrize("first", SIGNALS)
@pytest.mark.parametrize("second", SIGNALS)
def test_the_first_asks_and_the_second_insists(first: signal.Signals, second: signal.Signals) -> None:
    calls = Calls()
    with calls.interrupts as interrupts:
        assert not interrupts.requested
        os.kill(os.getpid(), first)
        assert interrupts.requested
        assert calls.made == ["first"]
        os.kill(os.getpid(), second)
        os.kill(os.getpid(), first)
        assert calls.made == ["first", "second", "second"]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Whoever starts the tests in the background may have them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_handlers_are_put_back_whatever_happens() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    calls = Calls()
    with suppress(ZeroDivisionError), calls.interrupts:
        assert [signal.getsignal(number) for number in SIGNALS] != before
        _ = 1 / 0
    assert [signal.getsignal(number) for number in SIGNALS] == before
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert calls.made == []


def test_a_request_is_remembered_after_the_end() -> None:
    calls = Calls()
    with calls.interrupts:
        signal.raise_signal(signal.SIGTERM)
    assert calls.interrupts.requested
