"""Things that hold many values: a set, a first-in-first-out queue, and a string that is appended to."""

from collections.abc import Sequence
from itertools import takewhile

from checkers.linearizability.call import Call, make_call
from checkers.linearizability.model import Model, State, shown
from harness.history import Operation


class GrowingSet(Model):
    """A set, empty at the start: add and remove are always legal, a read shows all of it."""

    name = "set"
    summary = "add, remove and read (the whole set) of one set, empty at the start"
    operations = frozenset({"add", "remove", "read"})
    init: State = frozenset()

    def call(self, operation: Operation, positions: tuple[int, int], *, refusals: bool) -> Call | None:  # noqa: ARG002 - a refusal tells nothing
        """A read's answer is a set, a list or a vector."""
        invoke, complete = operation.invoke, operation.complete
        if operation.outcome == "fail":
            return None
        if invoke.f != "read":
            return make_call(operation, positions, argument=invoke.value)
        if complete is None or operation.outcome != "ok":
            return None
        if not isinstance(complete.value, list | tuple | set | frozenset):
            raise ValueError("the answer of a read is a set or a list")
        call = make_call(operation, positions, result=complete.value)
        assert isinstance(call.result, tuple | frozenset)
        return make_call(operation, positions, result=frozenset(call.result))

    def __init__(self) -> None:
        self._shrinks = True

    def prepare(self, calls: Sequence[Call]) -> list[Call]:
        """Note whether anything is ever removed."""
        self._shrinks = any(call.f == "remove" for call in calls)
        return list(calls)

    def may_follow(self, state: State, call: Call) -> bool:
        """What is in a set that only grows is in every later reading."""
        assert isinstance(state, frozenset)
        return self._shrinks or not isinstance(call.result, frozenset) or state <= call.result

    def step(self, state: State, call: Call) -> tuple[bool, State]:
        """Adding what is there and removing what is not are legal and change nothing."""
        assert isinstance(state, frozenset)
        if call.f == "add":
            return True, state | {call.argument}
        if call.f == "remove":
            return True, state - {call.argument}
        return state == call.result, state

    def reads(self, call: Call) -> bool:
        """A read does."""
        return call.f == "read"

    def why(self, state: State, call: Call) -> str:
        """Name what was missing and what was too much."""
        assert isinstance(state, frozenset)
        assert isinstance(call.result, frozenset)
        missing, strange = state - call.result, call.result - state
        told = [f"misses {shown(missing)}"] * bool(missing) + [f"shows {shown(strange)}"] * bool(strange)
        return f"it {' and '.join(told)}, while the set is {shown(state)}"


class Queue(Model):
    """First in, first out, empty at the start; a dequeue shows the oldest value, nil where there was none."""

    name = "queue"
    summary = "enqueue and dequeue of one first-in-first-out queue, empty at the start"
    operations = frozenset({"enqueue", "dequeue"})
    init: State = ()

    def call(self, operation: Operation, positions: tuple[int, int], *, refusals: bool) -> Call | None:  # noqa: ARG002 - a refusal tells nothing
        """The value of a dequeue is that of its answer."""
        invoke, complete = operation.invoke, operation.complete
        if operation.outcome == "fail":
            return None
        if invoke.f == "enqueue":
            return make_call(operation, positions, argument=invoke.value)
        return make_call(operation, positions, result=complete.value if complete else None)

    def step(self, state: State, call: Call) -> tuple[bool, State]:
        """An unanswered dequeue took whatever came first, or found nothing."""
        assert isinstance(state, tuple)
        if call.f == "enqueue":
            return True, (*state, call.argument)
        if call.outcome == "info":
            return True, state[1:]
        if call.result is None:
            return not state, state
        return bool(state) and state[0] == call.result, state[1:]

    def reads(self, call: Call) -> bool:
        """To find it empty changes nothing."""
        return call.f == "dequeue" and call.outcome == "ok" and call.result is None

    def why(self, state: State, call: Call) -> str:
        """Compare what it got with what came first."""
        assert isinstance(state, tuple)
        got = "found nothing" if call.result is None else f"got {shown(call.result)}"
        return (
            f"it {got}, but {f'first in the queue is {shown(state[0])}' if state else 'the queue is empty'}"
        )


class Text(Model):
    """A string, empty at the start: an append adds to its end, a get shows all of it (porcupine's `kv`)."""

    name = "kv"
    summary = "append, put and get of one string a key, empty at the start"
    operations = frozenset({"append", "put", "get"})
    init: State = ""

    def call(self, operation: Operation, positions: tuple[int, int], *, refusals: bool) -> Call | None:  # noqa: ARG002 - a refusal tells nothing
        """Arguments and answers are strings."""
        invoke, complete = operation.invoke, operation.complete
        if operation.outcome == "fail" or (invoke.f == "get" and operation.outcome != "ok"):
            return None
        reading = invoke.f == "get" and complete is not None
        text = complete.value if reading and complete else invoke.value
        if not isinstance(text, str):
            raise ValueError(f"the value of {'an answered get' if reading else invoke.f} is a string")
        if reading:
            return make_call(operation, positions, result=text)
        return make_call(operation, positions, argument=text)

    def __init__(self) -> None:
        self._replaced = True

    def prepare(self, calls: Sequence[Call]) -> list[Call]:
        """Note whether anything is ever replaced."""
        self._replaced = any(call.f == "put" for call in calls)
        return list(calls)

    def may_follow(self, state: State, call: Call) -> bool:
        """What was appended stays at the beginning, where nothing replaces it."""
        assert isinstance(state, str)
        return self._replaced or not isinstance(call.result, str) or call.result.startswith(state)

    def step(self, state: State, call: Call) -> tuple[bool, State]:
        """A get shows everything appended so far."""
        assert isinstance(state, str)
        if call.f == "get":
            return state == call.result, state
        return True, f"{state if call.f == 'append' else ''}{call.argument}"

    def reads(self, call: Call) -> bool:
        """A get does."""
        return call.f == "get"

    def why(self, state: State, call: Call) -> str:
        """Compare what it read with what there is, from where they part."""
        assert isinstance(state, str)
        assert isinstance(call.result, str)
        pairs = zip(state, call.result, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if same == 0:
            return f"it read {shown(call.result)}, but the string is {shown(state)}"
        rest, there = (shown(text[same:]) if text[same:] else "nothing" for text in (call.result, state))
        return f"after {same:,} equal characters it read {rest}, but the string goes on with {there}"
