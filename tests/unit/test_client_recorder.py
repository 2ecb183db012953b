"""The recorder: an invocation is out before its call, and what is printed is a prefix of the journal."""

import io
from collections.abc import Iterator

import pytest

from harness.client import Recorder
from harness.clock import wait_for


class Journal(io.BytesIO):
    """A journal that can be compared with what was printed."""

    def __init__(self, out: io.BytesIO):
        super().__init__()
        self._out = out

    def checked(self) -> bool:
        """Tell whether what is printed is a prefix of what is noted."""
        return self.getvalue().startswith(self._out.getvalue())


class Pair:
    """A recorder with its two outputs."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.journal = Journal(self.out)
        self.recorder = Recorder(self.out, clock=lambda: 7, journal=self.journal)


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.recorder.close()


def test_without_a_journal_an_invocation_is_printed_at_once() -> None:
    out = io.BytesIO()
    recorder = Recorder(out)
    recorder.record("invoke", "create", process=1)
    assert out.getvalue().count(b"\n") == 1
    recorder.close()


def test_with_a_journal_an_invocation_is_noted_at_once_and_printed_soon(pair: Pair) -> None:
    pair.recorder.record("invoke", "create", process=1)
    assert pair.journal.getvalue().count(b"\n") == 1
    wait_for(lambda: pair.out.getvalue() == pair.journal.getvalue(), within=5, what="it is printed")


def test_an_occurrence_is_noted_at_once_too(pair: Pair) -> None:
    pair.recorder.event("leader", key="/election/n")
    assert b'"leader"' in pair.journal.getvalue()


def test_an_answer_that_nothing_follows_is_printed_all_the_same(pair: Pair) -> None:
    pair.recorder.record("invoke", "create", process=1)
    pair.recorder.record("ok", "create", process=1)
    wait_for(lambda: pair.out.getvalue().count(b"\n") == 2, within=5, what="both are printed")
    assert pair.journal.getvalue() == pair.out.getvalue()


def test_what_is_printed_is_always_a_prefix_of_the_journal(pair: Pair) -> None:
    for number in range(2000):
        pair.recorder.record("invoke", "create", process=number)
        assert pair.journal.checked()
        pair.recorder.record("ok", "create", process=number)
    pair.recorder.close()
    assert pair.out.getvalue() == pair.journal.getvalue()
    assert pair.out.getvalue().count(b"\n") == 4000


def test_what_is_recorded_after_the_end_is_printed_at_once(pair: Pair) -> None:
    pair.recorder.close()
    pair.recorder.record("ok", "create", process=1)
    assert pair.out.getvalue().count(b"\n") == 1
