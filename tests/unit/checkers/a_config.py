"""Configurations by hand: a writer, its readers and their connections, and how the tests look at them."""

from functools import partial
from typing import Any

import build
from build import Script, a_plan, zxid

from checkers.recipes.config_monotonic import config_monotonic
from harness.event import Stat

C0, P0 = "/config/c0", "/config/p0"

SESSIONS = {"app1": 11, "app2": 22, "app3": 33}


def update(number: int, base: int = 0, writer: str = "app1/1a") -> str:
    """Return the token of an update that was made from the value of transaction `base`."""
    return f"{writer}.{number}-{base}:300"


class Configuration(Script):
    """A script with the words of configurations; the bound of its plan is 7 s."""

    def connect(
        self, second: float, app: str, conn: int = 1, state: str = "connected", life: int = 1
    ) -> None:
        """Change the state of the session of an app node."""
        voice = f"{app}/{life}.0"
        self.say(second, "session", voice, value={"state": state}, session=SESSIONS[app], conn=conn)

    def follow(self, second: float, app: str, conn: int = 1, life: int = 1) -> None:
        """Let a reader begin to follow on a connection."""
        voice = f"{app}/{life}.0"
        told = {"reader": app}
        self.say(second, "follows", voice, key="/config", value=told, session=SESSIONS[app], conn=conn)

    def apply(self, second: float, app: str, z: int, key: str = C0, life: int = 1, **value: Any) -> None:
        """Let a reader apply what a transaction made."""
        self.say(second, "applied", f"{app}/{life}.0", key=key, value={"reader": app, "zxid": z, **value})

    def set(self, second: float, app: str, z: int, token: str, key: str = C0, type: str = "ok") -> None:  # noqa: A002
        """Set a value."""
        answer = {"zxid": z, "stat": Stat(mzxid=z)} if type == "ok" else {}
        self.call(second, "set", f"{app}/1.1", key, ask={"data": token}, type=type, **answer)

    def read(self, second: float, app: str, z: int, token: str, key: str = C0) -> None:
        """Read a value that transaction `z` had made."""
        self.call(second, "get", f"{app}/1.2", key, value=token, stat=Stat(mzxid=z), zxid=z)

    def ping(self, second: float, app: str, life: int = 1) -> None:
        """Give a sign of life."""
        self.say(second, "ping", f"{app}/{life}.0", session=SESSIONS[app])


def a_run() -> Configuration:
    """Return 20 s of quiet in which app1 writes twice and app2 and app3 apply both values."""
    script = Configuration(plan=a_plan(workload="config", variant="cas", guarantees=("config-monotonic",)))
    script.phase(5, "workload")
    script.call(5.1, "create", "app1/1.1", C0, ask={"data": update(1)}, value=C0, zxid=zxid(1))
    script.set(10, "app1", zxid(2), update(2, zxid(1)))
    for app in ("app2", "app3"):
        script.connect(5, app)
        script.follow(5.05, app)
        script.apply(5.2, app, zxid(1), data=update(1))
        script.apply(10.1, app, zxid(2), data=update(2, zxid(1)))
        script.ping(24.9, app)
    script.phase(25, "stop")
    script.phase(27, "closed")
    return script


judged = partial(build.judged, config_monotonic)
