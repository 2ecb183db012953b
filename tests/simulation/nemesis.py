"""Faults: what breaks, and what is written down of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.simulation.loop import MS, SECOND

if TYPE_CHECKING:
    from tests.simulation.server import Server
    from tests.simulation.world import World

EFFECTS = {"kill-leader": "kill", "kill-follower": "kill", "kill-app": "kill", "expire-app": "expire"}


class Nemesis:
    """Injects faults and heals them."""

    def __init__(self, world: World):
        self._world = world
        self._loop = world.loop
        self._dice = world.dice

    def perform(self, number: int, name: str) -> None:
        """Inject a fault, hold it for a while, heal it, and give everybody time to recover."""
        role = "app" if name.endswith("app") else "server"
        server, app = self._server(name), self._dice.choice(self._world.living)
        target = server.name if role == "server" else app.name
        told = {"id": number, "targets": [target]}
        self._say("inject", name, told, "begin", effect=EFFECTS[name], role=role, params={})
        proof: dict[str, Any] = {}
        if role == "server":
            self._kill(server)
        elif name == "kill-app":
            self._world.crash(app)
        else:
            proof = self._expire()
        self._wait(20)
        self._say("inject", name, told, "proven", proof=proof)
        self._wait(self._dice.uniform(200, 800))
        self._say("heal", name, told, "begin")
        self._world.silence(on=True)
        if role == "server":
            self._world.ensemble.restart(server)
            self._world.tell_node(server.name, "started", server.life, "server")
        elif name == "kill-app":
            self._world.start(app.name, app.number + 1)
        self._wait(50)
        self._say("heal", name, told, "proven", proof={})
        self._wait(500 + self._world.options.muted * 1000)
        self._world.silence(on=False)

    def _say(self, f: str, name: str, told: dict[str, Any], stage: str, **more: Any) -> None:
        self._world.tell(f, "nemesis", key=name, value=told | {"stage": stage} | more)

    def _wait(self, ms: float) -> None:
        self._loop.run_until(self._loop.now + round(ms * MS))

    def _server(self, name: str) -> Server:
        servers = self._world.ensemble.servers
        leader = self._world.ensemble.leader
        assert leader is not None
        if name == "kill-leader":
            return leader
        return self._dice.choice([server for server in servers if server is not leader])

    def _kill(self, server: Server) -> None:
        ensemble = self._world.ensemble
        life = server.life
        ensemble.kill(server)
        self._world.tell_node(server.name, "died", life, "server")
        if ensemble.leader is None:
            self._loop.after(self._dice.uniform(100, 300) * MS, ensemble.elect)

    def _expire(self) -> dict[str, Any]:
        """End a session from outside, as somebody does who knows its password."""
        ensemble = self._world.ensemble
        # The only client may be on its way from one session to the next.
        self._loop.run_while(lambda: not ensemble.sessions, 30 * SECOND)
        session = self._dice.choice(sorted(ensemble.sessions))
        ensemble.end(session)
        return {"session": session, "closed_at_zxid": ensemble.log[-1].zxid}
