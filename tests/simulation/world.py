"""A whole run: an ensemble, app nodes, a nemesis, and the phases that a run goes through.

`World(seed=3).run()` is the history of a run in which nothing is wrong, however much went wrong.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from harness.history import Event, History
from harness.plan import Plan, Step
from tests.simulation.clients import App, Client, Process
from tests.simulation.ensemble import Ensemble
from tests.simulation.final import Final
from tests.simulation.history_builder import Book, as_history
from tests.simulation.loop import MS, SECOND, Loop
from tests.simulation.nemesis import Nemesis
from tests.simulation.plans import BOOT, a_plan, environment
from tests.simulation.workload import Workload


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a run is like."""

    seed: int = 1
    seconds: float = 2.0
    """Of workload."""
    nodes: int = 2
    clients: int = 2
    """Sessions of an app node."""
    concurrency: int = 2
    """Outstanding calls of a session."""
    keys: int = 6
    think: float = 6 * MS
    """Mean time between two calls of a process (ns)."""
    tick: float = 0.2
    timeout: float = 1.2
    breaks: float = 0.0
    """Broken connections a second, over all clients."""
    closings: float = 1.0
    """Sessions closed a second, over all clients."""
    before: float = 0.2
    """Seconds of workload before the first fault."""
    recovery_bound: float = 10.0
    muted: float = 0.0
    """Seconds after a healing in which nobody calls anything."""
    faults: tuple[str, ...] = ()
    """One after the other: `kill-leader`, `kill-follower`, `kill-app`, `expire-app`."""


@dataclass
class World:
    """One run, deterministic in its options; `alter` makes the ensemble dishonest before it begins."""

    options: Options
    alter: Callable[[Ensemble], None] = field(default=lambda ensemble: None)

    def __post_init__(self) -> None:
        options = self.options
        self.dice = random.Random(options.seed)
        self.loop = Loop(BOOT)
        self.book = Book(self.dice)
        self.ensemble = Ensemble(self.dice, self.loop, round(options.tick * SECOND))
        self.apps: list[App] = []
        self.working = False
        self.plan = self._plan()
        self.alter(self.ensemble)

    def history(self) -> History:
        """Run and return the history."""
        return as_history(self.events())

    def events(self) -> list[Event]:
        """Run and return what was written down."""
        self.tell("plan", value=msgspec.json.decode(msgspec.json.encode(self.plan)))
        self.tell("environment", value=environment())
        self.tell("phase", value="ensemble")
        for server in self.ensemble.servers:
            self.tell_node(server.name, "started", 1, "server")
        self._poll()
        self.tell("phase", value="apps")
        for number in range(self.options.nodes):
            self.start(f"app{number + 1}", 1)
        first = self.apps[0].clients[0]
        first.todo += self.apps[0].workload.foundations
        self.loop.run_while(lambda: bool(first.todo or first.calls), SECOND)
        for app in self.apps:
            for client in app.clients:
                self._wake(client)
        self._work()
        Final(self).perform()
        self.tell("phase", value="closed")
        return self.book.events()

    def tell(self, f: str, process: str = "harness", **fields: Any) -> None:
        """Write an occurrence down."""
        self.book.tell(self.loop.now, "event", f, process, **fields)
        self.loop.now += 1000

    def tell_node(self, node: str, state: str, life: int, role: str) -> None:
        """Say that a node started or ended."""
        self.tell("node", node=node, value={"state": state, "life": life, "role": role})

    def _plan(self) -> Plan:
        options = self.options
        steps = tuple(
            Step(number + 1, 0.2, fault, "leader", 0.5) for number, fault in enumerate(options.faults)
        )
        return a_plan(
            seed=options.seed,
            time=options.seconds,
            nodes=options.nodes,
            nemesis=tuple(sorted(set(options.faults))),
            schedule=steps,
            session_timeout=options.timeout,
            recovery_bound=options.recovery_bound,
            zoo={"tickTime": str(round(options.tick * 1000)), "syncLimit": "2", "initLimit": "10"},
        )

    # -- app nodes

    def start(self, name: str, life: int) -> None:
        """Start a life of an app node."""
        options = self.options
        app = App(name, life, count(1), Workload(self.dice, f"{name}/{life}", options.keys))
        self.apps.append(app)
        self.tell_node(name, "started", life, "app")
        for _ in range(options.clients):
            timeout = round(options.timeout * SECOND)
            client = Client(app, self.ensemble, self.book, self.dice, timeout=timeout, think=options.think)
            client.processes = [Process(client) for _ in range(options.concurrency)]
            app.clients.append(client)
            client.connect()
            client.ping()
            if self.working or not self.apps[0].clients[1:]:
                self._wake(client)

    def _wake(self, client: Client) -> None:
        for process in client.processes:
            if not process.awake:
                process.awake = True
                process.pause()

    def crash(self, app: App) -> None:
        """Kill an app node: its connections break, and nobody hears what it had asked."""
        app.alive = False
        for client in app.clients:
            if client.connection is not None:
                client.connection.server.drop(client.connection)
        self.book.bury(self.loop.now, app.life)
        self.tell_node(app.name, "died", app.number, "app")

    @property
    def living(self) -> list[App]:
        """App nodes that run."""
        return [app for app in self.apps if app.alive]

    # -- the time of the workload

    def _work(self) -> None:
        self.tell("phase", value="workload")
        self.working = True
        end = self.loop.now + round(self.options.seconds * SECOND)
        self._again(self.options.breaks, lambda client: client.break_off(), ("connected", "closing"))
        self._again(self.options.closings, lambda client: client.close(), ("connected",))
        nemesis = Nemesis(self)
        self.loop.run_until(self.loop.now + round(self.options.before * SECOND))
        for number, name in enumerate(self.options.faults):
            nemesis.perform(number + 1, name)
        self.loop.run_until(end)
        self.working = False
        self.tell("phase", value="heal")
        self.loop.run_until(self.loop.now + 300 * MS)

    def silence(self, *, on: bool) -> None:
        """Begin or end a time in which nobody calls anything, in runs that have such times."""
        if self.options.muted:
            for client in [client for app in self.living for client in app.clients]:
                client.quiet = on

    def _again(self, rate: float, action: Callable[[Client], None], states: tuple[str, ...]) -> None:
        """Do something to a client in one of some states again and again, `rate` times a second."""
        if not rate:
            return

        def act() -> None:
            ready = [client for app in self.living for client in app.clients if client.state in states]
            if self.working and ready:
                busy = [client for client in ready if client.calls or client.state == "closing"]
                action(self.dice.choice(busy or ready))
            if self.working:
                self.loop.after(self.dice.expovariate(rate) * SECOND, act)

        self.loop.after(self.dice.expovariate(rate) * SECOND, act)

    def _poll(self) -> None:
        """Ask every server for its mode, every 50 ms."""
        for server in self.ensemble.servers:
            value: dict[str, Any] = {"mode": "down", "sent": self.loop.now}
            if server.up:
                leader = self.ensemble.leader
                mode = "looking" if leader is None else "leader" if server is leader else "follower"
                value["mode"] = mode
                if leader is not None:
                    value |= {"epoch": self.ensemble.epoch, "zxid": server.zxid}
            self.book.tell(self.loop.now + 1000, "event", "server", "monitor", node=server.name, value=value)
        self.loop.after(50 * MS, self._poll)
