"""A small correct ensemble: sessions, sequential ephemerals, servers that lag, streams that arrive late."""

import random
from dataclasses import dataclass, field
from typing import Any

from build import BOOT

TIMEOUT = 4.0
TICK = 1.0


@dataclass
class App:
    """One app node."""

    name: str
    life: int = 0
    calls: int = 1
    session: int = 0
    connected: bool = False
    path: str = ""
    token: int = 0
    leading: bool = False
    until: float = 0.0
    lost_guid: str = ""
    seen: int = 0
    frozen: bool = False
    alive: bool = False
    guids: int = 0

    @property
    def voice(self) -> str:
        return f"{self.name}/{self.life}.0"


@dataclass
class Ensemble:
    """The servers, and what is written down of them and their clients."""

    seed: int
    apps: int = 3
    faults: tuple[str, ...] = ()
    step: float = 0.1
    """Seconds; also what a leader waits between two actions."""
    rows: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.nodes = [App(f"app{i + 1}") for i in range(self.apps)]
        self.delay = {app.name: self.dice.choice((0.0, 0.02, 0.3)) for app in self.nodes}
        self.now = 0.0
        self.moment = 0
        self.epoch = 1
        self.counter = 0
        self.sequence = 0
        self.up = True
        self.leader = "zk1"
        self.children: dict[str, tuple[int, int]] = {}
        self.past: list[tuple[int, tuple[str, ...]]] = [(1 << 32, ())]
        self.touched: dict[int, float] = {}

    # -- writing

    def tell(self, type: str, f: str, **fields: Any) -> None:  # noqa: A002
        """Write one event at the next microsecond of this step."""
        self.moment += 1
        time = BOOT + round(self.now * 1e9) + self.moment * 1000
        arrival = time / 1e9 + self.delay.get(fields.get("node", ""), 0.0)
        self.rows.append((arrival, {"time": time, "type": type, "f": f, **fields}))

    def say(self, f: str, process: str = "harness", **fields: Any) -> None:
        self.tell("event", f, process=process, **fields)

    def speak(self, app: App, f: str, **fields: Any) -> None:
        self.say(f, app.voice, node=app.name, **fields)

    def call(self, app: App, f: str, key: str, ask: Any = None, *, type: str = "ok", **answer: Any) -> None:  # noqa: A002
        process = f"{app.name}/{app.life}.{app.calls}"
        self.tell("invoke", f, process=process, node=app.name, key=key, value=ask)
        if type != "none":
            known = {} if type == "info" else {"session": app.session}
            self.tell(type, f, process=process, node=app.name, key=key, **known, **answer)
        if type in {"info", "none"}:
            app.calls += 1

    # -- the server

    def commit(self) -> int:
        self.counter += 1
        zxid = self.epoch << 32 | self.counter
        self.past.append((zxid, tuple(sorted(self.children))))
        return zxid

    def read(self, app: App) -> tuple[int, tuple[str, ...]]:
        """Read the children from a server that lags up to ten transactions, but never behind this session."""
        fresh = [state for state in self.past[-10:] if state[0] >= app.seen]
        state = self.dice.choice(fresh) if fresh else self.past[-1]
        app.seen = state[0]
        return state

    def drop(self, session: int) -> int:
        """End a session: all its nodes vanish in one transaction."""
        self.touched.pop(session, None)
        self.children = {name: node for name, node in self.children.items() if node[1] != session}
        return self.commit()

    def expire(self) -> None:
        for session, touched in list(self.touched.items()):
            if self.up and self.now - touched > TIMEOUT + TICK:
                self.drop(session)
