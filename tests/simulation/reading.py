"""Reads: what a server answers from its own state, and the watches that it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tests.simulation.frames import Frame
from tests.simulation.tree import EVERYBODY, owned_by

if TYPE_CHECKING:
    from tests.simulation.frames import Request
    from tests.simulation.server import Connection

READS = frozenset({"get", "exists", "children", "get-acl", "ephemerals", "multi-read", "add-watch", "ping"})


def read(connection: Connection, request: Request) -> Frame:
    """Answer a read in the server's present state."""
    server, path, f = connection.server, request.key, request.f
    node = server.tree.get(path)
    watch = isinstance(request.value, dict) and request.value.get("watch", False)
    reply: dict[str, Any] = {"kind": "reply", "zxid": server.zxid, "xid": request.xid}
    if f == "ping":
        return Frame("ping", server.zxid)
    if f == "add-watch":
        connection.persistent.add((path, request.value["mode"]))
        return Frame(**reply)
    if f == "ephemerals":
        return Frame(
            **reply, value=[p for p in owned_by(server.tree, connection.session) if p.startswith(path)]
        )
    if f == "multi-read":
        return Frame(**reply, value=[_part(connection, part) for part in request.value])
    if watch and (node is not None or f == "exists"):
        (connection.child if f == "children" else connection.data).add(path)
    if node is None:
        return Frame(**reply, value=False) if f == "exists" else Frame(**reply, error="NoNodeError")
    value: Any = {"get": node.data, "exists": True, "children": list(node.children), "get-acl": EVERYBODY}[f]
    return Frame(**reply, value=value, stat=node.stat)


def _part(connection: Connection, part: dict[str, Any]) -> dict[str, Any]:
    node = connection.server.tree.get(part["key"])
    if node is None:
        return {"error": "NoNodeError"}
    if part["f"] == "children":
        return {"children": list(node.children)}
    return {"data": node.data, "stat": msgspec.to_builtins(node.stat)}
