"""ZooKeeper's versioned node: create, set, delete, get and exists, with expected versions and refusals."""

from collections import Counter
from collections.abc import Hashable, Sequence

from msgspec.structs import replace

from checkers.linearizability.call import NEVER, Call, make_call
from checkers.linearizability.model import ANY, UPWARD, Model, State, shown
from harness.history import Operation

ABSENT = None
UNSEEN = "data that nobody read"
WRITES = frozenset({"create", "set"})
TELLING = frozenset({"NoNodeError", "NodeExistsError", "BadVersionError", "NotEmptyError"})
"""Refusals that say something about the node itself."""


class Znode(Model):
    """Absent, or data and version; absent at the start. The facet is the version, or that it is absent.

    `version` of a call is what its Stat said; the argument of set is (data, expected version or nil), that
    of delete the expected version. The result of a refused call is the error's name.
    """

    name = "znode"
    summary = "create, set, delete, get and exists of one znode with its versions, absent at the start"
    operations = frozenset({"create", "set", "delete", "get", "exists"})

    def __init__(self) -> None:
        self._deletes = True

    def call(self, operation: Operation, positions: tuple[int, int], *, refusals: bool) -> Call | None:  # noqa: ARG002 - a znode's refusals name their reason
        """A refusal for reasons outside of the node says nothing; neither does a reading without answer."""
        invoke, complete, outcome = operation.invoke, operation.complete, operation.outcome
        asked = invoke.value if invoke.value is not None else {}
        if not isinstance(asked, dict):
            raise ValueError(f"the value of the call {invoke.f} is a mapping, such as {{data, version}}")
        if outcome == "fail" and (complete is None or complete.error not in TELLING):
            return None
        if outcome == "fail" and invoke.f == "create" and complete and complete.error == "NoNodeError":
            # It is the parent that is missing.
            return None
        if outcome == "info" and invoke.f not in {*WRITES, "delete"}:
            return None
        expected = asked.get("version")
        expected = None if expected == -1 else expected
        argument = {
            "create": asked.get("data") or "",
            "set": (asked.get("data") or "", expected),
            "delete": expected,
        }.get(invoke.f)
        result = None
        if outcome == "fail" and complete:
            result = complete.error
        elif invoke.f in {"get", "exists"} and complete:
            result = complete.value
        stat = complete.stat if complete and outcome == "ok" else None
        return make_call(
            operation, positions, argument=argument, result=result, version=stat.version if stat else None
        )

    def step(self, state: State, call: Call) -> tuple[bool, State]:
        """What ZooKeeper's server does with one znode."""
        if call.outcome == "refused":
            return self._refuses(state, call), state
        if call.f == "put":
            return True, call.argument
        if state is ABSENT:
            if call.f == "create":
                return True, (call.argument, 0)
            return call.f == "exists" and call.result == "false", state
        assert isinstance(state, tuple)
        return self._present(state, call)

    def _present(self, state: tuple[Hashable, int], call: Call) -> tuple[bool, State]:
        data, version = state
        if call.f == "set":
            new, expected = _pair(call)
            legal = expected in {None, version} and call.version in {None, version + 1}
            return legal, (new, version + 1)
        if call.f == "delete":
            return call.argument in {None, version}, ABSENT
        if call.f == "get":
            return call.result == data and call.version in {None, version}, state
        return call.f == "exists" and call.result == "true" and call.version in {None, version}, state

    def _refuses(self, state: State, call: Call) -> bool:
        if call.result == "NoNodeError":
            return state is ABSENT
        if state is ABSENT:
            return False
        assert isinstance(state, tuple)
        expected = _pair(call)[1] if call.f == "set" else call.argument
        return call.result != "BadVersionError" or expected != state[1]

    def reads(self, call: Call) -> bool:
        """Readings and refusals do."""
        return call.outcome == "refused" or call.f in {"get", "exists"}

    def overwrites(self, call: Call) -> bool:
        """Only the relaxed call does."""
        return call.f == "put"

    def needs(self, call: Call) -> Hashable:
        """The version that was shown or expected, or the one before the one that was made."""
        if call.outcome == "refused":
            return ABSENT if call.result == "NoNodeError" else ANY
        if call.f == "create" or call.result == "false":
            return ABSENT
        if call.f == "set":
            expected = _pair(call)[1]
            return expected if expected is not None else ANY if call.version is None else call.version - 1
        if call.f == "delete":
            return ANY if call.argument is None else call.argument
        return ANY if call.version is None else call.version

    def leaves(self, call: Call) -> Hashable:
        """The next version; without deletions one that was never there before."""
        if call.f == "put":
            return self.shows(call.argument)
        if call.f == "create":
            return 0
        if call.f == "delete":
            return ABSENT
        if call.version is not None:
            return call.version
        expected = _pair(call)[1]
        if isinstance(expected, int):
            return expected + 1
        return ANY if self._deletes else UPWARD

    def shows(self, state: State) -> Hashable:
        """The version."""
        return state[1] if isinstance(state, tuple) else ABSENT

    def relaxed(self, call: Call) -> Call | None:
        """A call whose outcome is known puts data and version, whatever was there."""
        left = self.leaves(call)
        if left in {ANY, UPWARD} or call.f == "put":
            return None
        data = _pair(call)[0] if call.f == "set" else call.argument
        return replace(call, f="put", argument=ABSENT if call.f == "delete" else (data, left))

    def prepare(self, calls: Sequence[Call]) -> list[Call]:
        """Give unknown writes the version that their readers saw; data that nobody read is all the same.

        Data written by one call only was written before the first reader of it had its answer, and has the
        version that the reader saw. Both hold for every linearization, so the answer stays what it is.
        """
        self._deletes = any(call.f in {"delete", "put"} and call.outcome != "refused" for call in calls)
        writers = Counter(_data(call) for call in calls if call.f in WRITES and call.outcome != "refused")
        seen: dict[Hashable, Call] = {}
        for call in calls:
            if call.f == "get" and call.outcome == "ok":
                first = seen.get(call.result)
                if first is None or call.returned < first.returned:
                    seen[call.result] = call
        prepared = [
            self._informed(call, seen.get(_data(call)), writers[_data(call)])
            if call.outcome == "info" and call.f in WRITES
            else call
            for call in calls
        ]
        self.faceted = not any(
            call.f == "set"
            and call.outcome != "refused"
            and call.returned != NEVER
            and self.leaves(call) in {ANY, UPWARD}
            for call in prepared
        )
        return prepared

    def _informed(self, call: Call, reader: Call | None, writers: int) -> Call:
        if reader is None:
            return replace(call, argument=(UNSEEN, _pair(call)[1]) if call.f == "set" else UNSEEN)
        if writers != 1 or reader.version is None or call.invoked > reader.returned:
            return call
        return replace(call, version=reader.version if call.f == "set" else None, returned=reader.returned)

    def describe(self, call: Call) -> str:
        """Say a call in words."""
        version = "" if call.version is None else f" (version {call.version})"
        if call.f == "set":
            data, expected = _pair(call)
            asked = f"set {shown(data)}" + ("" if expected is None else f" expecting version {expected}")
        else:
            asked = call.f if call.argument is None else f"{call.f} {shown(call.argument)}"
        if call.outcome == "refused":
            return f"{asked} refused with {call.result}"
        answer = "" if call.result is None else f" -> {shown(call.result)}"
        return f"{asked}{answer}{version}" + (" (unanswered)" if call.outcome == "info" else "")

    def show(self, state: State) -> str:
        """Say a state in words."""
        return f"{shown(state[0])} in version {state[1]}" if isinstance(state, tuple) else "absent"

    def why(self, state: State, call: Call) -> str:
        """Compare what was answered with data and version."""
        if call.outcome == "refused" or not isinstance(state, tuple):
            return f"the node is {self.show(state)}"
        data, version = state
        if call.f == "create" or call.result == "false":
            return f"the node is there: {self.show(state)}"
        if call.f == "get" and call.result != data:
            return f"it read {shown(call.result)}, but the node holds {self.show(state)}"
        expected = _pair(call)[1] if call.f == "set" else call.argument if call.f == "delete" else None
        if expected not in {None, version}:
            return f"it expected version {expected}, but the node holds {self.show(state)}"
        made = f"made version {call.version}" if call.f == "set" else f"saw version {call.version}"
        return f"it {made}, but the node holds {self.show(state)}"


def _pair(call: Call) -> tuple[Hashable, Hashable]:
    assert isinstance(call.argument, tuple)
    data, expected = call.argument
    return data, expected


def _data(call: Call) -> Hashable:
    return _pair(call)[0] if call.f == "set" else call.argument
