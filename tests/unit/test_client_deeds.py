"""Deeds: what a recipe does as a whole is told as one call, with an outcome that is strict."""

import io
import itertools
from typing import Any

import msgspec
import pytest
from kazoo.exceptions import ConnectionLoss, NoNodeError

from harness.client import Deeds, Line, NotSent, Recorder, Refused, Reply, Unanswered, Undone

SOMEWHERE = Reply(1, 1, 1, 5, "10.0.0.1:2181", 1, 1, 2)


def told(*acts: Any) -> list[Line]:
    """Do acts one after the other, whatever they raise, and return what was told."""
    out = io.BytesIO()
    recorder = Recorder(out)
    deeds = Deeds(recorder, itertools.count(7))
    for act in acts:
        try:
            deeds.do("take", "/queue", act, {"n": 1})
        except Exception as raised:  # noqa: BLE001 - it has to be what the act raised
            assert raised is act.error  # noqa: PT017
    recorder.close()
    return [msgspec.json.decode(text, type=Line) for text in out.getvalue().splitlines()]


class Raising:
    def __init__(self, error: Exception):
        self.error = error

    def __call__(self) -> None:
        raise self.error


def test_what_an_act_returns_is_the_value_of_its_answer() -> None:
    invoke, ok = told(lambda: {"item": "a"})
    assert (invoke.type, invoke.f, invoke.key, invoke.value) == ("invoke", "take", "/queue", {"n": 1})
    assert (ok.type, ok.value, ok.process) == ("ok", {"item": "a"}, invoke.process)
    assert (ok.session, ok.zxid) == (0, 0), "the requests beneath tell what servers said"


@pytest.mark.parametrize("error", [NotSent("closed"), Undone("empty"), Refused(NoNodeError(), SOMEWHERE)])
def test_what_certainly_did_nothing_is_a_failure(error: Exception) -> None:
    _, failed = told(Raising(error))
    assert (failed.type, failed.error) == ("fail", str(error))


@pytest.mark.parametrize("error", [Unanswered("lost", SOMEWHERE), ConnectionLoss(), NoNodeError()])
def test_anything_else_is_unknown_and_retires_the_process(error: Exception) -> None:
    _, unknown, again, _ = told(Raising(error), lambda: None)
    assert unknown.type == "info"
    assert unknown.error
    assert (unknown.process, again.process) == (7, 8)


def test_a_mistake_of_the_program_itself_is_no_outcome() -> None:
    (invoke,) = told(Raising(ZeroDivisionError()))
    assert invoke.type == "invoke"
