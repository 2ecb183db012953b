"""A stage with its audience: containers that really run, and everything they told, at hand for a test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kazoo.protocol.serialization import Exists

from harness.app_node import AppNode
from harness.board import Board
from harness.chaos import Workshop
from harness.client import Answer
from harness.clock import wait_for
from harness.container import Container
from harness.engine import Engine
from harness.ensemble import Ensemble, Server
from harness.history import Event, HistoryWriter
from harness.planner import Wish, make_plan
from harness.stage import Stage
from harness.visitor import visit
from nemesis.arena import Arena

PATIENCE = 30.0
"""Seconds within which everything that a test waits for has to come; most of it comes within two."""


class Theatre:
    """A run without a runner: the test itself decides what happens and when."""

    def __init__(self, workshop: Workshop, directory: Path, **wishes: Any):
        self.plan = make_plan(Wish(scenario="election", image=workshop.image, **wishes))
        self.events: list[Event] = []
        self.board = Board()
        self.history = HistoryWriter(directory / f"{self.plan.run}.jsonl")
        self.history.listen(self.events.append)
        self.history.listen(self.board.listen)
        self.stage = Stage(workshop.engine, self.plan, self.history)
        self.arena = Arena(self.stage.ensemble, self.stage.apps, self.board, self.plan)
        self._images = workshop.images

    def open(self, *, apps: bool) -> None:
        """Bring the servers up, and the app nodes if they are wanted."""
        self.stage.history.write(time=0, type="event", f="plan", process="harness", value=self.plan)
        self.stage.set_up_servers(self._images, lambda: False)
        if apps:
            self.stage.set_up_apps(self._images, lambda: False)

    def close(self) -> None:
        """Remove it from the engine."""
        self.stage.tear_down(keep=False)
        self.history.close()

    @property
    def ensemble(self) -> Ensemble:
        """The servers."""
        return self.stage.ensemble

    def leader(self) -> Server:
        """The server that leads, as soon as one does."""
        return wait_for(self.ensemble.leader, within=PATIENCE, what="a server leads")

    def app_leader(self) -> AppNode:
        """The app node that leads, as soon as one does."""
        name = wait_for(self.board.app_leader, within=PATIENCE, what="an app node leads")
        return self.stage.apps[name]

    def now(self) -> int:
        """How many events there are: what comes later is found with `since`."""
        return len(self.events)

    def since(self, mark: int, f: str, **wanted: Any) -> list[Event]:
        """Events of the given `f` from a mark on, with these fields or these entries in their `value`."""
        return [e for e in self.events[mark:] if e.f == f and _fits(e, wanted)]

    def await_event(
        self, mark: int, f: str, *, fits: Callable[[Event], bool] = lambda _: True, **wanted: Any
    ) -> Event:
        """The first such event from a mark on, as soon as it is there."""
        return wait_for(
            lambda: next((e for e in self.since(mark, f, **wanted) if fits(e)), None),
            within=PATIENCE,
            what=f"the history holds a new {f} with {wanted}",
        )

    def settle(self) -> None:
        """Bring every node to its clean state; return when all servers serve and fenced work goes on."""
        self.stage.restore()
        mark = self.now()
        for server in self.ensemble.servers:
            wait_for(lambda s=server: s.status().serves, within=PATIENCE, what=f"{server.name} serves")  # type: ignore[misc]
        for name in self.stage.apps:
            wait_for(
                lambda n=name: self.board.snapshot().sessions.get(n),  # type: ignore[misc]
                within=PATIENCE,
                what=f"{name} has a session",
            )
        if self.stage.apps:
            self.await_event(mark, "work", type="ok")

    def look(self, path: str) -> dict[str, Answer]:
        """What every server answers to `exists` of a path: {name: answer}."""
        request = Exists(path, None)
        return {s.name: visit(s.host_address, [request], PATIENCE)[0] for s in self.ensemble.servers}


ALL_DAY = 3600
"""Seconds: app nodes of a stage live as long as the tests need them, and none resigns."""


@contextmanager
def opened(
    workshop: Workshop, runs: set[str], directory: Path, *, apps: bool, **wishes: Any
) -> Iterator[Theatre]:
    """Open a stage, with its run among those of which nothing may be left, and close it again."""
    lasting = {"time": ALL_DAY, "seed": 1, "params": {"term": ALL_DAY}}
    theatre = Theatre(workshop, directory, **{**lasting, **wishes})
    runs.add(theatre.plan.run)
    try:
        theatre.open(apps=apps)
        yield theatre
    finally:
        theatre.close()


def _fits(event: Event, wanted: dict[str, Any]) -> bool:
    fields = event.value if isinstance(event.value, dict) else {}
    return all(
        getattr(event, name) == value if hasattr(event, name) else fields.get(name) == value
        for name, value in wanted.items()
    )


def inspect(container: Container) -> dict[str, Any]:
    """Everything that the engine knows of a container, as `docker inspect` shows it."""
    container.state()
    attributes: dict[str, Any] = container._handle.attrs
    return attributes


def left_on_engine(engine: Engine, run: str) -> list[str]:
    """Names of the containers, networks and volumes that carry the label of a run."""
    return engine.leftovers(run)
