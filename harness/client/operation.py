"""Operations: a request together with what a history says of it, as docs/history.md fixes it."""

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from kazoo.exceptions import KazooException

from harness.client import requests
from harness.client.data_token import token
from harness.client.multi import Multi, MultiRead
from harness.event import Stat

Shown = tuple[Any, Stat | None]
"""What a history says of an answer: its `value` and its `stat`."""


def nothing(_: Any) -> Shown:
    """Show nothing of an answer."""
    return None, None


class Operation(NamedTuple):
    """One thing to do, ready to be sent and told."""

    f: str
    key: str
    request: Any
    value: Any = None
    """What the history says of the call."""
    shown: Callable[[Any], Shown] = nothing
    """Makes of the request's result what the history says of the answer."""


def create(path: str, data: bytes = b"", **kind: Any) -> Operation:
    """Make a znode; `kind` may hold ephemeral, sequence, container, ttl (ms) and stat."""
    request = requests.Create(path, data, **kind)
    told = _filled(
        data=token(data),
        ephemeral=request.ephemeral,
        sequence=request.sequence,
        container=request.container,
        ttl=request.ttl,
    )
    return Operation("create", path, request, told, _path if request.type == 1 else _path_and_stat)


def set_data(path: str, data: bytes, version: int = requests.ANY_VERSION) -> Operation:
    """Replace a znode's data, if it has the given version."""
    told = _filled(data=token(data)) or {}
    return Operation(
        "set", path, requests.SetData(path, data, version), _versioned(told, version), _only_stat
    )


def delete(path: str, version: int = requests.ANY_VERSION) -> Operation:
    """Remove a znode, if it has the given version."""
    return Operation("delete", path, requests.Delete(path, version), _versioned({}, version))


def get(path: str, *, watch: bool = False) -> Operation:
    """Read a znode."""
    return Operation("get", path, requests.GetData(path, watch), _filled(watch=watch), _data_and_stat)


def exists(path: str, *, watch: bool = False) -> Operation:
    """Ask whether there is a znode."""
    return Operation("exists", path, requests.Exists(path, watch), _filled(watch=watch), _existence)


def children(path: str, *, watch: bool = False, stat: bool = False) -> Operation:
    """Read the names of a znode's children, with the znode's Stat where that is wanted."""
    told = _filled(watch=watch)
    if stat:
        return Operation("children", path, requests.GetChildren2(path, watch), told, _both)
    return Operation("children", path, requests.GetChildren(path, watch), told, _whole)


def get_acl(path: str) -> Operation:
    """Read who may do what with a znode."""
    return Operation("get-acl", path, requests.GetAcl(path), None, _both)


def sync(path: str) -> Operation:
    """Bring the session's server up to date."""
    return Operation("sync", path, requests.Sync(path))


def ephemerals(prefix: str) -> Operation:
    """List the session's own ephemeral nodes below a prefix."""
    return Operation("ephemerals", prefix, requests.GetEphemerals(prefix), None, _whole)


def add_watch(path: str, mode: str) -> Operation:
    """Leave a watch that stays, `persistent` or `recursive`."""
    return Operation("add-watch", path, requests.AddWatch(path, mode), {"mode": mode})


def check(path: str, version: int = requests.ANY_VERSION) -> Operation:
    """Part of a multi: refuse it unless the znode is there, and has the given version."""
    return Operation("check", path, requests.Check(path, version), _versioned({}, version))


def work(resource: str, *, token: int, node: str, n: int, version: int = 0) -> Operation:
    """Change what a lock or a leadership protects, fenced.

    One transaction checks that the holder's own `node` is still there, in its `version`, and writes to
    `resource`. `token` is the node's czxid; `n` counts the works of a participant.
    """
    act = unfenced_work(resource, token=token, node=node, n=n)
    return act._replace(request=Multi((requests.Check(node, version), act.request)))


def unfenced_work(resource: str, *, token: int, node: str, n: int) -> Operation:
    """Change it without the check, as broken twins do: told as `work`, and never refused by ZooKeeper."""
    value = {"token": token, "path": node, "n": n}
    act = requests.SetData(resource, json.dumps(value).encode())
    return Operation("work", resource, act, value, lambda _: (value, None))


def multi(parts: Sequence[Operation]) -> Operation:
    """Do several creates, sets, deletes and checks in one transaction, or none of them."""
    request = Multi(tuple(part.request for part in parts))

    def shown(results: Any) -> Shown:
        pairs = zip(parts, results, strict=True)
        return [_multi_entry(part, result) for part, result in pairs], None

    return Operation("multi", "", request, [_part(part) for part in parts], shown)


def multi_read(parts: Sequence[Operation]) -> Operation:
    """Read several znodes at one moment; the parts are of `get` and `children`."""
    request = MultiRead(tuple(part.request for part in parts))

    def shown(results: Any) -> Shown:
        return [_read_entry(result) for result in results], None

    return Operation("multi-read", "", request, [_part(part) for part in parts], shown)


def _part(part: Operation) -> dict[str, Any]:
    return {"f": part.f, "key": part.key, **(part.value or {})}


def _multi_entry(part: Operation, result: Any) -> Any:
    value, stat = part.shown(result)
    return stat if value is None else value


def _read_entry(result: Any) -> dict[str, Any]:
    if isinstance(result, KazooException):
        return {"error": type(result).__name__}
    if isinstance(result, tuple):
        data, stat = result
        return {"data": token(data), "stat": stat}
    return {"children": result}


def _filled(**entries: Any) -> dict[str, Any] | None:
    """Only the entries that say something; None where there are none."""
    return {name: entry for name, entry in entries.items() if entry} or None


def _versioned(told: dict[str, Any], version: int) -> dict[str, Any] | None:
    if version != requests.ANY_VERSION:
        told["version"] = version
    return told or None


def _path(path: Any) -> Shown:
    return path, None


_whole = _path


def _both(result: Any) -> Shown:
    value, stat = result
    return value, stat


_path_and_stat = _both


def _only_stat(stat: Any) -> Shown:
    return None, stat


def _existence(stat: Any) -> Shown:
    return stat is not None, stat


def _data_and_stat(result: Any) -> Shown:
    data, stat = result
    return token(data), stat
