"""Calls in plain words: what somebody asked for, and what came of it."""

from collections.abc import Callable
from typing import Any

from harness.history import Event
from reports.story.setting import Setting
from reports.story.words import cut, data, in_line, listed, token
from reports.values import mapping, text

RECIPES = frozenset({"add", "enter", "leave", "acquire", "put", "take", "consume", "act", "move", "reattach"})
"""Calls that are made of many requests: nobody in particular is asked."""

SESSION = "\N{SUBSTITUTE}"
"""Stands for the session in what is wished for."""

_FOR_SESSIONS = frozenset({"act", "move", "reattach"})

_REFUSALS = {
    "NoNodeError": "there was no such znode",
    "NodeExistsError": "there was such a znode already",
    "BadVersionError": "the znode had another version by then",
    "NotEmptyError": "the znode had children",
    "NoChildrenForEphemeralsError": "ephemeral znodes have no children",
    "busy": "somebody else had it",
    "timeout": "it had waited for as long as it wanted to",
    "stopped": "the program was asked to end",
}

_SILENCES = {
    "ConnectionLoss": "the connection broke",
    "SessionExpired": "the session expired",
    "SessionExpiredError": "the session expired",
    "OperationTimeoutError": "it waited too long",
    "ConnectionLossError": "the connection broke",
    "process died": "the process died",
    "the program ends": "the program was asked to end",
    "CancelledError": "it was given up",
}


def wished(invoke: Event, where: Setting) -> str:
    """Say what was asked for, without who asked: `read /x`."""
    wish = _WISHES.get(invoke.f, _other)(invoke)
    session = mapping(invoke.value).get("session")
    if invoke.f in _FOR_SESSIONS and isinstance(session, int):
        wish = wish.replace(SESSION, where.session(session, invoke.node), 1)
    return wish


def asked(invoke: Event, complete: Event | None, where: Setting) -> str:
    """Say who asked for what, without an end: `app2 asked zk1 to read /x`."""
    who, wish = invoke.node or invoke.process, wished(invoke, where)
    final, _, place = invoke.process.partition("/")
    if final == "final":
        return f"in the end {place.partition('.')[0]} was asked to {wish}"
    if invoke.f in RECIPES:
        return f"{who} set out to {wish}"
    return f"{who} asked {where.server(complete.server if complete else '')} to {wish}"


def deed(invoke: Event, complete: Event | None, where: Setting) -> str:
    """Say in one clause what was asked for, and what came of it."""
    came = answered(invoke, complete)
    if invoke.f in RECIPES:
        return f"{invoke.node or invoke.process} was through with its call to {wished(invoke, where)}: {came}"
    joint = ", and" if complete is not None and complete.type == "ok" else ";"
    return f"{asked(invoke, complete, where)}{joint} {came}"


def answered(invoke: Event, complete: Event | None) -> str:
    """Say what came of a call: `it was done`, `that was refused: there was no such znode`."""
    if complete is None or complete.type == "info":
        error = complete.error if complete else ""
        known = _SILENCES.get(error)
        why = known or (cut(error) if error else "the history ends")
        if invoke.f in RECIPES:
            return f"it was broken off ({why})"
        return f"no answer came ({why}): nobody was told whether it was done"
    if complete.type == "fail":
        why = _REFUSALS.get(complete.error) or _REFUSALS.get(f"{complete.error}Error") or cut(complete.error)
        return f"that was refused: {why}" if complete.zxid else f"it was not done: {why}"
    if invoke.f == "create":
        return _created(invoke, complete)
    return _RESULTS.get(invoke.f, _done)(complete)


def _condition(value: Any) -> str:
    version = mapping(value).get("version")
    return "" if version in (None, -1) else f", provided that its version is {version}"


def _create(invoke: Event) -> str:
    told = mapping(invoke.value)
    kinds = [name for key, name in (("ephemeral", "ephemeral"), ("sequence", "sequential")) if told.get(key)]
    kind = f"the {' '.join(kinds)} znode " if kinds else ""
    filled = f" with {data(told['data'])}" if told.get("data") else ""
    return f"create {kind}{cut(invoke.key, 90)}{filled}"


def _set(invoke: Event) -> str:
    filled = data(mapping(invoke.value).get("data"))
    return f"set {cut(invoke.key, 90)} to {filled}{_condition(invoke.value)}"


def _watching(wish: str) -> Callable[[Event], str]:
    def say(invoke: Event) -> str:
        watch = ", and to tell it of the next change" if mapping(invoke.value).get("watch") else ""
        return f"{wish.format(cut(invoke.key, 90))}{watch}"

    return say


def _plain(wish: str) -> Callable[[Event], str]:
    return lambda invoke: wish.format(cut(invoke.key, 90))


def _item(wish: str) -> Callable[[Event], str]:
    return lambda invoke: wish.format(cut(text(mapping(invoke.value).get("item"))), cut(invoke.key, 90))


def _round(wish: str) -> Callable[[Event], str]:
    return lambda invoke: wish.format(mapping(invoke.value).get("round"), cut(invoke.key, 90))


def _parts(invoke: Event) -> str:
    rows = invoke.value if isinstance(invoke.value, list) else []
    told = [f"{text(mapping(part).get('f'))} {text(mapping(part).get('key'))}" for part in rows]
    return f"do in one step: {listed(told)}"


def _work(invoke: Event) -> str:
    return f"write to {cut(invoke.key, 90)} under its token {token(mapping(invoke.value).get('token'))}"


def _acquire(invoke: Event) -> str:
    shared = " together with others" if mapping(invoke.value).get("mode") == "shared" else ""
    return f"get the lock {cut(invoke.key, 90)}{shared}"


def _other(invoke: Event) -> str:
    return f"{invoke.f} {cut(invoke.key, 90)}".strip()


_WISHES: dict[str, Callable[[Event], str]] = {
    "create": _create,
    "set": _set,
    "delete": lambda invoke: f"delete {cut(invoke.key, 90)}{_condition(invoke.value)}",
    "get": _watching("read {}"),
    "exists": _watching("look whether {} is there"),
    "children": _watching("list what is below {}"),
    "get-acl": _plain("read the access rules of {}"),
    "ephemerals": _plain("list its ephemeral znodes below {}"),
    "add-watch": _plain("tell it of every change of {}"),
    "multi": _parts,
    "multi-read": _parts,
    "sync": _plain("catch up with the leader (sync of {})"),
    "final-read": _plain("list what is below {}"),
    "work": _work,
    "acquire": _acquire,
    "add": lambda invoke: f"add {mapping(invoke.value).get('by', 1)} to {cut(invoke.key, 90)}",
    "enter": _round("enter round {} of the barrier {}"),
    "leave": _round("leave round {} of the barrier {}"),
    "put": _item("put the item {} into {}"),
    "take": _plain("take an item from {}"),
    "consume": _item("finish the item {} of {} for good"),
    "act": _plain(f"write {{}} in the name of {SESSION}"),
    "move": _plain(f"take {SESSION} to another server"),
    "reattach": _plain(f"go on with {SESSION} through another client"),
}


def _done(complete: Event) -> str:
    if complete.stat is not None and complete.f == "set":
        return f"that was done (version {complete.stat.version})"
    return "that was done"


def _created(invoke: Event, complete: Event) -> str:
    made = text(complete.value)
    return "it was created" if made in ("", invoke.key) else f"it was created as {cut(made, 90)}"


def _read(complete: Event) -> str:
    version = "" if complete.stat is None else f" (version {complete.stat.version})"
    return f"it held {data(complete.value)}{version}"


def _names(complete: Event) -> str:
    value = mapping(complete.value).get("children", complete.value)
    return (
        f"there was {listed(in_line(map(str, value)))}"
        if isinstance(value, list | dict)
        else "that was answered"
    )


def _got(complete: Event) -> str:
    told = mapping(complete.value).get("token")
    return "it got it" + ("" if told is None else f", with token {token(told)}")


_RESULTS: dict[str, Callable[[Event], str]] = {
    "get": _read,
    "children": _names,
    "final-read": _names,
    "exists": lambda complete: "it was there" if complete.value else "it was not there",
    "work": lambda _: "that was accepted",
    "acquire": _got,
    "add": lambda complete: f"it came to {mapping(complete.value).get('value')}",
    "take": lambda complete: f"it was handed {cut(text(mapping(complete.value).get('item')))}",
    "enter": lambda _: "it was let in, and began to compute",
    "leave": lambda _: "it was let go",
}
