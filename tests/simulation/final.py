"""The end of a run: app nodes stop, and every server is read from root to leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.simulation.frames import Frame, Request
from tests.simulation.loop import MS, SECOND
from tests.simulation.plans import ROOT
from tests.simulation.server import Connection

if TYPE_CHECKING:
    from tests.simulation.server import Server
    from tests.simulation.world import World


class Final:
    """What happens after the workload."""

    def __init__(self, world: World):
        self._world = world
        self._loop = world.loop

    def perform(self) -> None:
        """Read every server, stop the app nodes, wait until sessions have expired, and read again."""
        world = self._world
        world.tell("phase", value="final")
        self._read("running")
        world.tell("phase", value="stop")
        self._stop()
        patience = 2 * (world.options.timeout + 2 * world.options.tick)
        self._loop.run_until(self._loop.now + round(patience * SECOND))
        self._read("stopped")
        visitors = [Visitor(world, server) for server in world.ensemble.servers]
        for visitor in visitors:
            visitor.walk()
        for server in world.ensemble.servers:
            digests = {str(t.zxid): digest(t.zxid) for t in world.ensemble.log if t.zxid % 16 == 0}
            world.tell("hash", node=server.name, value={"digests": digests, "mismatches": 0})

    def _read(self, stage: str) -> None:
        for server in self._world.ensemble.servers:
            Visitor(self._world, server).final_read(stage)

    def _stop(self) -> None:
        """Stop all app nodes in good order; one whose connection is just broken is given time."""
        world = self._world
        clients = [client for app in world.living for client in app.clients]
        for client in clients:
            client.leaving = True
            client.close()
        self._loop.run_while(lambda: not all(client.ended for client in clients), 20 * SECOND)
        for app in world.living:
            app.alive = False
            world.book.bury(self._loop.now, app.life)
            world.tell_node(app.name, "stopped", app.number, "app")


def digest(zxid: int) -> str:
    """Return the digest that honest servers agree on."""
    return str(zxid * 0x9E3779B97F4A7C15 % 2**40)


class Visitor:
    """A session of the harness on one server."""

    def __init__(self, world: World, server: Server):
        self._world = world
        self._server = server
        self._frames: list[Frame] = []
        self._xid = 0
        self._connection = Connection(server, 0, 1, self._frames.append, lambda: None)
        self._answer(Request("open", timeout=round(world.options.timeout * SECOND)))

    def final_read(self, stage: str) -> None:
        """List the root with the owners of its children."""
        self._tell("invoke", "final-read", ROOT, value={"stage": stage})
        self._answer(Request("sync", ROOT))
        tree = self._server.tree
        owners = {name: tree[f"{ROOT}/{name}"].owner for name in tree[ROOT].children}
        here = {"zxid": self._server.zxid, "server": self._server.name}
        self._world.loop.run_until(self._world.loop.now + MS)
        self._tell("ok", "final-read", ROOT, value={"children": owners}, **here)

    def walk(self) -> None:
        """Read the whole tree."""
        self._call("sync", ROOT)
        pending = [ROOT]
        while pending:
            path = pending.pop()
            self._call("get", path)
            names = self._call("children", path).value
            self._call("get-acl", path)
            pending += [f"{path}/{name}" for name in sorted(names, reverse=True)]
        self._answer(Request("close"))

    def _call(self, f: str, key: str) -> Frame:
        self._xid += 1
        where = {
            "session": self._connection.session,
            "conn": 1,
            "xid": self._xid,
            "server": self._server.name,
        }
        self._tell("invoke", f, key)
        sent = self._world.loop.now
        frame = self._answer(Request(f, key, None, self._xid))
        now = self._world.loop.now
        fields = {"value": frame.value, "stat": frame.stat, "zxid": frame.zxid, "error": frame.error}
        self._world.loop.now += 5000
        kind = "fail" if frame.error else "ok"
        self._tell(kind, f, key, **fields, **where, wire=self._xid, sent=sent, received=now)
        return frame

    def _tell(self, kind: str, f: str, key: str, **fields: Any) -> None:
        name = self._server.name
        self._world.book.tell(self._world.loop.now, kind, f, f"final/{name}", node=name, key=key, **fields)

    def _answer(self, request: Request) -> Frame:
        self._connection.receive(request)
        self._world.loop.run_while(lambda: not self._frames, SECOND)
        return self._frames.pop()
