"""A registry by hand: app1 is master, app2 and app3 are members, and every session discovers."""

from functools import partial

import build
from build import Script, a_plan, at, zxid

from checkers.recipes.registry_convergence import registry_convergence

ELECTION, MEMBERS = "/registry/election", "/registry/members"

MASTER, TWO, THREE, CLIENT = 11, 22, 33, 44
"""Sessions; the client from outside runs on app1."""

NODES = {MASTER: "app1", TWO: "app2", THREE: "app3", CLIENT: "app1"}

BOTH = {"app2:8080": TWO, "app3:8080": THREE}

SERVERS = ("zk1", "zk2", "zk3")


class Registry(Script):
    """A script with the words of a registry; its settling bound is 7 s."""

    def speak(self, start: int, end: int, app: str, session: int, life: int = 1) -> None:
        """Hear a session's client once a second."""
        for second in range(start, end):
            self.say(second + 0.9, "ping", f"{app}/{life}.0", session=session, zxid=zxid(1))

    def connect(self, second: float, app: str, session: int, life: int = 1, state: str = "connected") -> None:
        """Change a session's state."""
        self.say(
            second, "session", f"{app}/{life}.0", session=session, value={"state": state, "timeout": 4000}
        )

    def join(self, second: float, app: str, session: int, life: int = 1) -> None:
        """Join the election."""
        path = f"{ELECTION}/{app}{session}-{session:010d}"
        self.say(
            second, "candidate", f"{app}/{life}.0", session=session, key=path, value={"token": zxid(session)}
        )

    def register(self, second: float, app: str, session: int, z: int, life: int = 1) -> None:
        """Register, which ZooKeeper acknowledges."""
        path = f"{MEMBERS}/{app}:8080"
        ask = {"data": f"{app}:8080", "ephemeral": True}
        self.call(
            second, "create", f"{app}/{life}.1", path, ask=ask, value=path, zxid=zxid(z), session=session
        )

    def discover(
        self, second: float, app: str, session: int, members: dict[str, int], z: int, life: int = 1
    ) -> None:
        """Come to know the members."""
        value = {"members": members, "zxid": zxid(z)}
        self.say(second, "discovered", f"{app}/{life}.0", session=session, key=MEMBERS, value=value)

    def all_discover(self, second: float, members: dict[str, int], z: int, *, but: int = 0) -> None:
        """Let all sessions that are there from the start know the members, `but` for one."""
        for session, app in NODES.items():
            if session != but:
                self.discover(second, app, session, members, z)

    def lead(self, second: float, app: str, path: str = f"{ELECTION}/app1", token: int = zxid(11)) -> None:
        """Become master."""
        super().lead(second, app, path, token)

    def end(
        self, members: dict[str, int], left: dict[str, int] | None = None, *, dead: str = "", z: int = 90
    ) -> None:
        """Bring the run to its end at 58 s; servers show these members, and in the end what is left."""
        self.phase(40, "heal")
        self.phase(50, "final")
        for server in SERVERS:
            self.final_read(50.5, server, members, zxid(z), MEMBERS, stage="running")
        self.phase(52, "stop")
        for app in {"app1", "app2", "app3"} - {dead}:
            self.node(53, app, "stopped")
        for server in SERVERS:
            self.final_read(55, server, left or {}, zxid(99), MEMBERS)
        self.phase(58, "closed")


def beginning() -> Registry:
    """Return a run in which everybody is connected from 5 s on and app1 is master."""
    script = Registry(a_plan(workload="registry", variant="textbook"))
    script.phase(4, "apps")
    for app in ("app1", "app2", "app3"):
        script.node(4.5, app, "started")
    script.phase(5, "workload")
    script.polls(4, 58)
    for session, app in NODES.items():
        script.connect(5.1, app, session)
        script.speak(5, 53, app, session)
        if session != CLIENT:
            script.join(5.5, app, session)
    script.lead(6, "app1")
    script.step_down(53, "app1", f"{ELECTION}/app1", zxid(11), "stopping")
    script.register(6.1, "app2", TWO, 30)
    return script


def settled() -> Registry:
    """Return one in which app3 is registered as well and everybody knows it; the end is not written yet."""
    script = beginning()
    script.register(6.2, "app3", THREE, 31)
    script.all_discover(6.5, BOTH, 31)
    return script


def killed(second: float = 15) -> Registry:
    """Return one in which the program of app3 is killed, and not started again."""
    script = settled()
    script.rows = [
        r for r in script.rows if not (r.get("process", "").startswith("app3") and r["time"] > at(second))
    ]
    script.fault(1, "kill-one-app", "app3", second - 0.1, second + 0.2)
    script.node(second + 0.1, "app3", "died")
    return script


judged = partial(build.judged, registry_convergence)
examined = partial(build.examined, registry_convergence)
