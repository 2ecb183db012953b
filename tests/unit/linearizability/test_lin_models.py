"""Every model: one step by hand, what its calls look like in a history, and what it cannot take."""

import pytest
from lin_worlds import WORLDS

from checkers.linearizability.call import Call, frozen
from checkers.linearizability.model import ANY, Model
from checkers.linearizability.models import MODELS, find_model
from checkers.linearizability.models.lock import Lock
from checkers.linearizability.models.register import CasRegister
from checkers.linearizability.models.znode import Znode
from checkers.linearizability.search import search
from checkers.result import Verdict
from harness.errors import ZkchaosError
from harness.history import Event, Operation, Stat


def operation(f: str, value: object, kind: str = "ok", answer: object = None, **fields: object) -> Operation:
    invoke = Event(index=0, time=0, type="invoke", f=f, process="1", value=value)
    return Operation(invoke, Event(index=1, time=1, type=kind, f=f, process="1", value=answer, **fields))  # type: ignore[arg-type]


def call(model: type[Model], *given: object, refusals: bool = False, **fields: object) -> Call | None:
    return model().call(operation(*given, **fields), (0, 1), refusals=refusals)  # type: ignore[arg-type]


def steps(model: type[Model], state: object, *given: object, **fields: object) -> tuple[bool, object]:
    made = call(model, *given, refusals=True, **fields)
    assert made is not None
    return model().step(state, made)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "state", "given", "after"),
    [
        ("register", 1, ("write", 2), (True, 2)),
        ("register", 1, ("read", None, "ok", 1), (True, 1)),
        ("register", 1, ("read", None, "ok", 2), (False, 1)),
        ("cas-register", 1, ("cas", [1, 2]), (True, 2)),
        ("cas-register", 3, ("cas", [1, 2]), (False, 2)),
        ("cas-register", 3, ("cas", [1, 2], "fail"), (True, 3)),
        ("cas-register", 1, ("cas", [1, 2], "fail"), (False, 1)),
        ("mutex", None, ("acquire", None), (True, "held")),
        ("mutex", "held", ("acquire", None), (False, "held")),
        ("mutex", "held", ("release", None), (True, None)),
        ("set", frozenset({1}), ("add", 2), (True, frozenset({1, 2}))),
        ("set", frozenset({1}), ("remove", 1), (True, frozenset())),
        ("set", frozenset({1}), ("read", None, "ok", [1]), (True, frozenset({1}))),
        ("set", frozenset({1}), ("read", None, "ok", []), (False, frozenset({1}))),
        ("queue", (1,), ("enqueue", 2), (True, (1, 2))),
        ("queue", (1, 2), ("dequeue", None, "ok", 1), (True, (2,))),
        ("queue", (1, 2), ("dequeue", None, "ok", 2), (False, (2,))),
        ("queue", (), ("dequeue", None, "ok", None), (True, ())),
        ("queue", (1,), ("dequeue", None, "info"), (True, ())),
        ("kv", "a", ("append", "b"), (True, "ab")),
        ("kv", "a", ("put", "b"), (True, "b")),
        ("kv", "a", ("get", None, "ok", "a"), (True, "a")),
        ("kv", "a", ("get", None, "ok", ""), (False, "a")),
        ("znode", None, ("create", {"data": "a"}, "ok", "/a"), (True, ("a", 0))),
        ("znode", ("a", 0), ("create", {"data": "a"}, "ok", "/a"), (False, ("a", 0))),
        ("znode", ("a", 4), ("set", {"data": "b", "version": 4}), (True, ("b", 5))),
        ("znode", ("a", 4), ("set", {"data": "b", "version": -1}), (True, ("b", 5))),
        ("znode", ("a", 4), ("set", {"data": "b", "version": 3}), (False, ("b", 5))),
        ("znode", ("a", 4), ("delete", {"version": 4}), (True, None)),
        ("znode", ("a", 4), ("delete", None), (True, None)),
        ("znode", None, ("delete", None), (False, None)),
        ("znode", ("a", 4), ("get", None, "ok", "a"), (True, ("a", 4))),
        ("znode", ("a", 4), ("exists", None, "ok", True), (True, ("a", 4))),
        ("znode", None, ("exists", None, "ok", False), (True, None)),
    ],
)
def test_one_step(name: str, state: object, given: tuple[object, ...], after: tuple[bool, object]) -> None:
    legal, reached = steps(MODELS[name], state, *given)
    assert legal is after[0]
    if legal:
        assert reached == after[1]


@pytest.mark.parametrize(
    ("state", "f", "value", "error", "legal"),
    [
        (None, "get", None, "NoNodeError", True),
        (("a", 0), "get", None, "NoNodeError", False),
        (("a", 0), "create", {"data": "b"}, "NodeExistsError", True),
        (None, "create", {"data": "b"}, "NodeExistsError", False),
        (("a", 2), "set", {"data": "b", "version": 1}, "BadVersionError", True),
        (("a", 1), "set", {"data": "b", "version": 1}, "BadVersionError", False),
        (("a", 1), "delete", {"version": 1}, "NotEmptyError", True),
    ],
)
def test_a_znode_refuses_for_a_reason(state: object, f: str, value: object, error: str, legal: bool) -> None:
    assert steps(Znode, state, f, value, "fail", error=error) == (legal, state)


def test_a_znodes_stat_says_the_version() -> None:
    answered = {"stat": Stat(version=5)}
    assert steps(Znode, ("a", 4), "set", {"data": "b"}, **answered) == (True, ("b", 5))
    assert steps(Znode, ("a", 3), "set", {"data": "b"}, **answered)[0] is False
    assert steps(Znode, ("a", 4), "get", None, "ok", "a", **answered)[0] is False


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("register", ("read", None, "info")),
        ("register", ("write", 1, "fail")),
        ("cas-register", ("cas", [1, 2], "fail")),
        ("mutex", ("acquire", None, "fail")),
        ("kv", ("get", None, "info")),
        ("set", ("read", None, "fail")),
        ("znode", ("get", None, "info")),
        ("znode", ("set", {"data": "a"}, "fail")),
    ],
)
def test_a_call_that_says_nothing_is_none(name: str, given: tuple[object, ...]) -> None:
    assert call(MODELS[name], *given) is None


def test_a_parent_that_is_missing_says_nothing_of_the_node() -> None:
    assert call(Znode, "create", {"data": "a"}, "fail", None, error="NoNodeError") is None


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("cas-register", ("cas", 3), "the value of a cas is a pair"),
        ("cas-register", ("cas", [1]), "the value of a cas is a pair"),
        ("kv", ("append", 3), "the value of append is a string"),
        ("kv", ("get", None, "ok", 3), "the value of an answered get is a string"),
        ("set", ("read", None, "ok", 3), "the answer of a read is a set or a list"),
        ("znode", ("set", "a"), "the value of the call set is a mapping"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(name: str, given: tuple[object, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        call(MODELS[name], *given)


def test_a_lock_is_released_by_its_holder_only() -> None:
    def made(f: str, process: str, at: int) -> Call:
        return Call(f, None, None, "ok", at, at + 1, process=process)

    assert search(Lock(), [made("acquire", "1", 0), made("release", "1", 2)]).verdict is Verdict.VALID
    assert search(Lock(), [made("acquire", "1", 0), made("release", "2", 2)]).verdict is Verdict.VIOLATION


@pytest.mark.parametrize("name", [name for name, world in WORLDS.items() if world.model().facet_is_state])
def test_what_a_model_tells_of_its_facets_agrees_with_its_steps(name: str) -> None:
    model = WORLDS[name].model()
    calls = [
        Call("read", None, 1, "ok", 0, 1),
        Call("write", 2, None, "ok", 0, 1),
        Call("cas", (1, 2), None, "ok", 0, 1),
        Call("cas", (1, 1), None, "ok", 0, 1),
        Call("cas", (1, 2), None, "refused", 0, 1),
        Call("acquire", None, None, "ok", 0, 1),
        Call("release", None, None, "ok", 0, 1),
    ]
    for made in (made for made in calls if made.f in model.operations):
        for state in (None, 1, 2, "held"):
            legal, after = model.step(state, made)
            need = model.needs(made)
            expected = need == state if need is not ANY else model.forbids(made) != state
            assert legal is (model.overwrites(made) or expected)
            if legal:
                assert after == (state if model.reads(made) else model.leaves(made))


def test_a_relaxed_call_leaves_the_same_everywhere() -> None:
    cas = Call("cas", (1, 2), None, "ok", 0, 1)
    relaxed = CasRegister().relaxed(cas)
    assert relaxed is not None
    assert CasRegister().step(7, relaxed) == (True, 2)
    znode = Znode()
    told = znode.relaxed(Call("set", ("a", None), None, "ok", 0, 1, version=3))
    assert told is not None
    assert znode.step(None, told) == (True, ("a", 3))
    assert znode.relaxed(Call("set", ("a", None), None, "info", 0, 1)) is None


def test_values_that_python_holds_for_equal_are_kept_apart() -> None:
    assert frozen(True) != frozen(1)
    assert frozen([1, {"a": [2]}]) == (1, (("a", (2,)),))
    assert frozen({1, 2}) == frozenset({1, 2})


def test_calls_and_states_are_said_in_words() -> None:
    assert CasRegister().describe(Call("cas", (1, 2), None, "info", 0, 1)) == "cas [1 2] (unanswered)"
    assert CasRegister().describe(Call("read", None, None, "ok", 0, 1)) == "read -> nil"
    assert Znode().describe(Call("set", ("a", 3), None, "ok", 0, 1, version=4)) == (
        'set "a" expecting version 3 (version 4)'
    )
    refused = Call("create", "a", "NodeExistsError", "refused", 0, 1)
    assert Znode().describe(refused) == 'create "a" refused with NodeExistsError'
    assert Znode().show(("a", 3)) == '"a" in version 3'
    assert Lock().show(None) == "free"


def test_a_model_that_there_is_not_lists_those_that_there_are() -> None:
    with pytest.raises(
        ZkchaosError, match="no model 'cas'; choose one of: register, cas-register, mutex, lock, set"
    ):
        find_model("cas")
    assert all(model.name == name and model.summary for name, model in MODELS.items())
