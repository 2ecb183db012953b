"""The stage of a run: network, ensemble, app nodes and monitor, set up, brought back to order, removed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from harness.app_node import JOURNAL, AppNode
from harness.client.program import NodePlan
from harness.clock import SECOND, Clock, wait_for
from harness.engine import Engine
from harness.ensemble import Ensemble
from harness.equipment import FAKE_CLOCK
from harness.errors import EnsembleError, SetupError
from harness.history import HistoryWriter
from harness.images import Images
from harness.leftovers import LABEL, RUN_LABEL
from harness.monitor import Monitor
from harness.own_image import CODE
from harness.plan import Plan
from harness.pods import Pod
from harness.sdk import Vanished

SESSIONS_WITHIN = 60.0
"""Seconds within which every app node has to have a session."""

STOP_WITHIN = 20.0
"""Seconds that an app node has to close its session and end."""

JOIN_WITHIN = 10.0
"""Seconds in which a stream ends after its container."""

GRACE = 600.0
"""Seconds beyond the planned time after which an app node ends by itself, should nobody stop it."""


class Stage:
    """Everything that a run has on the engine, under one label."""

    def __init__(self, engine: Engine, plan: Plan, history: HistoryWriter, clock: Clock | None = None):
        self.plan = plan
        self.history = history
        self.clock = clock or Clock()
        self._engine = engine
        self._network = f"zkchaos-{plan.run}"
        self.ensemble = Ensemble(engine, plan, self._note)
        self.apps: dict[str, AppNode] = {}
        self._monitor: Monitor | None = None

    def set_up_servers(self, images: Images, stop: Callable[[], bool]) -> None:
        """Bring the ensemble up; returns when a quorum is proven. Raises SetupError or EnsembleError."""
        labels = {LABEL: "1", RUN_LABEL: self.plan.run}
        self._engine.create_network(self._network, labels)
        self.ensemble.make(images.tools, self._network)
        self.ensemble.start(images.server.id)
        self.ensemble.await_quorum(stop)
        self._monitor = Monitor(self.ensemble.servers, self.history, self.clock)
        self._monitor.start()

    def set_up_apps(self, images: Images, stop: Callable[[], bool]) -> None:
        """Bring the app nodes up; returns when every one has a session."""
        names = [f"app{number}" for number in range(1, self.plan.nodes + 1)]
        addresses = tuple(self.ensemble.addresses)
        for name in names:
            pod = Pod(self._engine, self.plan.run, name)
            self.apps[name] = AppNode(pod, self.history, self.clock, self.trouble)

        def bring_up(app: AppNode) -> None:
            # Of the equipment an app node can use the clock alone; what concerns the disk is for servers.
            clock = {FAKE_CLOCK} & set(self.plan.equipment)
            app.pod.make(images.tools, self._network, volume=True, equipment=clock)
            app.load(images.app, self._node_plan(app.name, addresses))
            app.start()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(bring_up, self.apps.values()))
        for app in self.apps.values():
            wait_for(
                partial(_has_session, app),
                within=SESSIONS_WITHIN,
                what=f"{app.name} has a session",
                stop=stop,
            )

    def _node_plan(self, node: str, servers: tuple[str, ...]) -> NodePlan:
        return NodePlan(
            node=node,
            workload=self.plan.workload,
            variant=self.plan.variant,
            params=self.plan.params,
            seed=f"{self.plan.seed}/{node}",
            servers=servers,
            session_timeout=self.plan.session_timeout,
            deadline=self.clock.now() + int((self.plan.time + GRACE) * SECOND),
            journal=JOURNAL,
            code=f"{CODE}/{code.file}:{code.name}" if (code := self.plan.code) else "",
        )

    def restore(self) -> None:
        """Bring every node to its clean state; tell of servers that ended by themselves."""
        for server in self.ensemble.servers:
            state = server.pod.state()
            if not state.running and not server.expected_down:
                self.trouble(f"{server.name} ended by itself with exit code {state.exit_code}.")
            if state.paused:
                server.container.unpause()
            if not state.running:
                server.start()
        for app in self.apps.values():
            state = app.pod.state()
            if state.paused:
                app.container.unpause()
            if not state.running and app.expected_down:
                app.start()

    def stop_apps(self) -> None:
        """End all programs in good order: sessions closed, streams read to their ends."""
        for app in self.apps.values():
            app.ask_to_stop()
        for app in self.apps.values():
            if not app.join(STOP_WITHIN):
                self.trouble(
                    f"{app.name} did not end within {STOP_WITHIN:g} s of being asked to, and was killed."
                )
                app.kill()
                app.join(JOIN_WITHIN)

    def collect(self, logs: Path) -> None:
        """Keep what every server logged, with the engine's own time, and the programs' standard error."""
        for server in self.ensemble.servers:
            if server.pod.loaded:
                self._keep(logs / f"{server.name}.log", partial(server.container.output, stamped=True))
        for app in self.apps.values():
            if app.pod.loaded:
                self._keep(logs / f"{app.name}.log", lambda app=app: bytes(app.errors))  # type: ignore[misc]

    def _keep(self, path: Path, read: Callable[[], bytes]) -> None:
        try:
            path.write_bytes(read())
        except (OSError, SetupError) as error:
            self.trouble(f"the log {path.name} could not be kept: {error}.")

    def stop_watching(self) -> None:
        """End the monitor's threads."""
        if self._monitor is not None:
            self._monitor.stop()
            self._monitor = None

    def tear_down(self, *, keep: bool) -> None:
        """End every thread and remove everything of this run from the engine, unless it is to be kept.

        Raises SetupError when something could not be removed.
        """
        self.stop_watching()
        try:
            if keep:
                for app in self.apps.values():
                    self._end_quietly(app)
            else:
                for app in self.apps.values():
                    app.expected_down = True
                self._engine.sweep(self.plan.run)
        finally:
            for app in self.apps.values():
                app.join(JOIN_WITHIN)

    def _end_quietly(self, app: AppNode) -> None:
        if app.streaming:
            try:
                app.kill()
            except Vanished:
                return

    def trouble(self, sentence: str) -> None:
        """Write something into the history that should not have happened."""
        self._write("trouble", value=sentence)

    def phase(self, name: str) -> None:
        """Write that a phase begins."""
        self._write("phase", value=name)

    def _note(self, node: str, **value: Any) -> None:
        self._write("node", node=node, value=value)

    def _write(self, f: str, **fields: Any) -> None:
        self.history.write(time=self.clock.now(), type="event", f=f, process="harness", **fields)


def _has_session(app: AppNode) -> bool:
    if not app.streaming and not app.sessions:
        raise EnsembleError(f"{app.name} ended before it had a session: {app.last_words}")
    return app.sessions > 0
