"""Histories of simulated objects, right or with one answer changed, and the search without prunings."""

import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import Model
from checkers.linearizability.models.collections import GrowingSet, Queue, Text
from checkers.linearizability.models.lock import Mutex
from checkers.linearizability.models.register import CasRegister
from checkers.linearizability.models.znode import Znode

Answer = tuple[Hashable, Hashable, str, int | None]
"""(state after, result, outcome, version)."""


@dataclass(frozen=True)
class World:
    """What clients ask, and what the object does."""

    model: type[Model]
    ask: Callable[[random.Random, int], tuple[str, Hashable]]
    """(randomness, number of the call) to (f, argument)."""
    act: Callable[[Hashable, str, Hashable], Answer]
    init: Hashable = None


def register_act(state: Hashable, f: str, argument: Hashable) -> Answer:
    if f == "read":
        return state, state, "ok", None
    if f == "write":
        return argument, None, "ok", None
    assert isinstance(argument, tuple)
    return (argument[1], None, "ok", None) if state == argument[0] else (state, None, "refused", None)


def register_ask(values: int, cas: float) -> Callable[[random.Random, int], tuple[str, Hashable]]:
    def ask(rng: random.Random, number: int) -> tuple[str, Hashable]:
        value = rng.randrange(values) if values else number
        if rng.random() < cas:
            return "cas", (rng.randrange(values or number + 1), value)
        return rng.choice([("read", None), ("write", value)])

    return ask


def znode_act(state: Hashable, f: str, argument: Hashable) -> Answer:
    if f == "create":
        return (
            ((argument, 0), None, "ok", None)
            if state is None
            else (state, "NodeExistsError", "refused", None)
        )
    if state is None:
        return (state, "false", "ok", None) if f == "exists" else (state, "NoNodeError", "refused", None)
    assert isinstance(state, tuple)
    data, version = state
    if f in {"get", "exists"}:
        return state, data if f == "get" else "true", "ok", version
    expected = argument[1] if isinstance(argument, tuple) else argument
    if expected not in {None, version}:
        return state, "BadVersionError", "refused", None
    if f == "delete":
        return None, None, "ok", None
    assert isinstance(argument, tuple)
    return (argument[0], version + 1), None, "ok", version + 1


def znode_ask(deletes: float, values: int) -> Callable[[random.Random, int], tuple[str, Hashable]]:
    def ask(rng: random.Random, number: int) -> tuple[str, Hashable]:
        data = f"d{rng.randrange(values) if values else number}"
        expected = rng.choice([None, None, rng.randrange(4)])
        if rng.random() < deletes:
            return "delete", expected
        return rng.choice(
            [
                ("create", data),
                ("set", (data, expected)),
                ("set", (data, expected)),
                ("get", None),
                ("exists", None),
            ]
        )

    return ask


def lock_act(state: Hashable, f: str, argument: Hashable) -> Answer:
    free = f == "acquire"
    if (state is None) != free:
        return state, None, "fail", None
    return ("held" if free else None), None, "ok", None


def set_act(state: Hashable, f: str, argument: Hashable) -> Answer:
    assert isinstance(state, frozenset)
    if f == "read":
        return state, state, "ok", None
    return (state | {argument} if f == "add" else state - {argument}), None, "ok", None


def queue_act(state: Hashable, f: str, argument: Hashable) -> Answer:
    assert isinstance(state, tuple)
    if f == "enqueue":
        return (*state, argument), None, "ok", None
    return state[1:], state[0] if state else None, "ok", None


def text_act(state: Hashable, f: str, argument: Hashable) -> Answer:
    assert isinstance(state, str)
    if f == "get":
        return state, state, "ok", None
    return f"{state if f == 'append' else ''}{argument}", None, "ok", None


WORLDS = {
    "register": World(CasRegister, register_ask(3, 0.0), register_act),
    "cas-register": World(CasRegister, register_ask(3, 0.3), register_act),
    "cas-of-two-values": World(CasRegister, register_ask(2, 0.5), register_act),
    "unique-writes": World(CasRegister, register_ask(0, 0.0), register_act),
    "unique-cas": World(CasRegister, register_ask(0, 0.3), register_act),
    "mutex": World(Mutex, lambda rng, _: (rng.choice(["acquire", "release"]), None), lock_act),
    "set": World(
        GrowingSet,
        lambda rng, _: (rng.choice(["add", "add", "remove", "read"]), rng.randrange(3)),
        set_act,
        frozenset(),
    ),
    "queue": World(Queue, lambda rng, n: (rng.choice(["enqueue", "dequeue"]), n), queue_act, ()),
    "kv": World(Text, lambda rng, n: (rng.choice(["append", "append", "put", "get"]), str(n)), text_act, ""),
    "kv-appended": World(Text, lambda rng, n: (rng.choice(["append", "get"]), str(n)), text_act, ""),
    "set-growing": World(
        GrowingSet, lambda rng, n: (rng.choice(["add", "read"]), rng.randrange(4)), set_act, frozenset()
    ),
    "znode": World(Znode, znode_ask(0.0, 3), znode_act),
    "znode-unique-data": World(Znode, znode_ask(0.0, 0), znode_act),
    "znode-deleted": World(Znode, znode_ask(0.2, 2), znode_act),
}


@dataclass
class Run:
    """How clients call: how many calls and clients, and how often an answer is lost or wrong."""

    calls: int = 10
    clients: int = 4
    unknown: float = 0.1
    wrong: float = 0.7
    refusals: bool = True
    """Whether a refusal is told as one; else it is a call that never happened."""
    gap: float = 0.2


def simulate(world: World, seed: int, run: Run) -> list[Call]:
    """Return the calls of a run; with an answer changed for another one in `wrong` of all seeds."""
    rng = random.Random(seed)
    state, position, made = world.init, 0, 0
    waiting: dict[int, tuple[int, str, Hashable, bool]] = {}
    answered: dict[int, tuple[int, str, Hashable, Answer]] = {}
    calls: list[Call] = []
    while made < run.calls or waiting or answered:
        client = rng.randrange(run.clients)
        position += 1
        if client in answered:
            invoked, f, argument, (_, result, outcome, version) = answered.pop(client)
            if outcome == "fail" or (outcome == "refused" and not run.refusals):
                continue
            calls.append(
                Call(f, argument, result, outcome, invoked, position, process=str(client), version=version)  # type: ignore[arg-type]
            )
        elif client in waiting:
            invoked, f, argument, lost = waiting.pop(client)
            answer = world.act(state, f, argument)
            if not lost:
                state = answer[0]
                answered[client] = (invoked, f, argument, answer)
                continue
            state = answer[0] if rng.random() < 0.5 else state
            if f not in {"read", "get", "exists"}:
                calls.append(Call(f, argument, None, "info", invoked, NEVER, process=f"{client}-{position}"))
        elif made < run.calls:
            f, argument = world.ask(rng, made)
            if f in {"read", "get", "exists", "dequeue", "acquire", "release"}:
                argument = None
            waiting[client] = (position, f, argument, rng.random() < run.unknown)
            made += 1
    return changed(calls, rng) if rng.random() < run.wrong else calls


def changed(calls: list[Call], rng: random.Random) -> list[Call]:
    """Give one call the answer of another of the same operation."""
    told = [at for at, call in enumerate(calls) if call.outcome == "ok" and call.result is not None]
    if not told:
        return calls
    at = rng.choice(told)
    other = rng.choice([call for call in calls if call.f == calls[at].f and call.outcome == "ok"])
    return [*calls[:at], replace(calls[at], result=other.result, version=other.version), *calls[at + 1 :]]


def linearizable(model: Model, calls: Sequence[Call]) -> bool:
    """Search all orders, with no pruning but that of equal configurations."""
    required = sum(1 << at for at, call in enumerate(calls) if call.returned != NEVER)
    seen, stack = set(), [(0, model.init)]
    while stack:
        done, state = stack.pop()
        if done & required == required:
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        first = min((call.returned for at, call in enumerate(calls) if not done >> at & 1), default=NEVER)
        for at, call in enumerate(calls):
            if not done >> at & 1 and call.invoked < first:
                legal, after = model.step(state, call)
                if legal:
                    stack.append((done | 1 << at, after))
    return False


def explains(model: Model, calls: Sequence[Call], order: Sequence[Call]) -> bool:
    """Tell whether an order holds every known call once, is legal, and keeps to real time."""
    given = {call.invoked: call for call in calls}
    state = model.init
    for call in order:
        legal, state = model.step(state, given[call.invoked])
        if not legal:
            return False
    placed = [given[call.invoked] for call in order]
    known = {call.invoked for call in calls if call.returned != NEVER}
    if len({call.invoked for call in placed}) != len(placed) or not known <= {
        call.invoked for call in placed
    }:
        return False
    first = NEVER
    for call in reversed(placed):
        if call.invoked > first:
            return False
        first = min(first, call.returned)
    return True
