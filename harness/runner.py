"""The runner: takes a plan through the phases of a run, and leaves a closed history and a clean engine."""

import time
from collections.abc import Callable, Sequence

from kazoo import __version__ as kazoo_version

from harness import __version__
from harness.board import Board
from harness.clock import SECOND, Clock, Deadline
from harness.engine import Engine
from harness.errors import Interrupted, SetupError, ZkchaosError
from harness.final_phase import await_expiry, read_every_server
from harness.history import HistoryWriter
from harness.images import Images
from harness.plan import Plan, Step
from harness.progress import Progress
from harness.stage import Stage
from harness.store import RunDirectory
from harness.tree_walk import walk_every_server
from nemesis.arena import Arena
from nemesis.conductor import Conductor
from nemesis.healing import heal

LOOK_EVERY = 0.1

SHOWN_FOR = 3 * SECOND
"""Nanoseconds for which a quorum has to work before its minority is healed."""

Stop = Callable[[], bool]


class Runner:
    """One run. `stop` is asked again and again whether the user wants an early end."""

    def __init__(
        self,
        plan: Plan,
        directory: RunDirectory,
        engine: Engine,
        images: Images,
        *,
        progress: Progress,
        stop: Stop = lambda: False,
        keep: bool = False,
    ):
        self.plan = plan
        self.directory = directory
        self._engine = engine
        self._images = images
        self._progress = progress
        self._stop = stop
        self._keep = keep
        self._board = Board()

    def run(self) -> None:
        """Run it. Whatever happens, nothing stays on the engine and what was seen is in the history.

        Raises ZkchaosError when the run did not get as far as its workload, and SetupError when the
        history could not be written.
        """
        history = HistoryWriter(self.directory.history)
        history.listen(self._board.listen)
        history.listen(self._progress.listen)
        stage = Stage(self._engine, self.plan, history, self._engine_clock())
        try:
            self._perform(stage)
        finally:
            self._tear_down(stage)
            history.close()

    def _tear_down(self, stage: Stage) -> None:
        """What cannot be removed costs nobody the verdict of a run that is in the history already."""
        try:
            stage.tear_down(keep=self._keep)
        except SetupError as error:
            self._progress.say(
                f"something of this run is left on the engine ({error}); "
                f"`zkchaos clean {self.plan.run}` removes it."
            )

    def _engine_clock(self) -> Clock:
        if self._engine.is_this_machine():
            return Clock()
        reading = ["python3", "-c", "import time; print(time.monotonic_ns())"]
        return Clock.calibrate(lambda: int(self._engine.run_once(self._images.tools, reading)))

    def _perform(self, stage: Stage) -> None:
        stage.history.write(
            time=stage.clock.now(), type="event", f="plan", process="harness", value=self.plan
        )
        working = False
        try:
            self._set_up(stage)
            working = True
            self._work(stage)
            self._finish(stage)
        except ZkchaosError as error:
            if not working or stage.history.failure:
                raise
            stage.trouble(str(error))
        stage.collect(self.directory.logs)
        stage.stop_watching()
        stage.phase("closed")

    def _set_up(self, stage: Stage) -> None:
        try:
            stage.phase("ensemble")
            stage.set_up_servers(self._images, self._stop)
            self._describe(stage)
            stage.phase("apps")
            stage.set_up_apps(self._images, self._stop)
        except ZkchaosError as error:
            if self._stop():
                raise Interrupted(
                    "interrupted before the workload began; there is nothing to judge."
                ) from error
            stage.trouble(str(error))
            stage.collect(self.directory.logs)
            raise

    def _work(self, stage: Stage) -> None:
        """Workload and schedule side by side, until the time is over, or the user or the disk ends it."""
        stage.phase("workload")
        conductor = self._conductor(stage, self.plan.schedule)
        began = time.monotonic()
        conductor.start()
        try:
            while not self._stop() and not stage.history.failure:
                elapsed = time.monotonic() - began
                if elapsed >= self.plan.time:
                    break
                self._progress.update(self._board.snapshot(), elapsed, self.plan.time)
                time.sleep(LOOK_EVERY)
        finally:
            try:
                if not stage.history.failure:
                    stage.phase("heal")
            finally:
                conductor.stop()
        if stage.history.failure:
            raise SetupError(stage.history.failure)

    def _conductor(self, stage: Stage, schedule: Sequence[Step]) -> Conductor:
        arena = Arena(stage.ensemble, stage.apps, self._board, self.plan)
        return Conductor(self.plan, arena, stage.history, stage.clock, schedule)

    def _bring_back(self, stage: Stage) -> None:
        """Bring every node to its clean state and wait until everything works again."""
        stage.restore()
        self._heal_the_rest(stage)
        self._await_recovery(stage)

    def _break_for_good(self, stage: Stage, stand: Step) -> None:
        """Break a minority, and heal it only when the rest made progress or the bound has run out."""
        stage.phase("liveness")
        before = self._board.snapshot().faults_proven
        conductor = self._conductor(stage, [stand])
        conductor.start()
        broken = None
        try:
            while conductor.playing and not self._stop() and not stage.history.failure:
                now = self._board.snapshot()
                if broken is None and now.faults_proven > before:
                    broken = stage.clock.now()
                if broken is not None and now.last_work > broken + SHOWN_FOR:
                    return
                self._progress.update(now, self.plan.time, self.plan.time)
                time.sleep(LOOK_EVERY)
        finally:
            conductor.stop()

    def _heal_the_rest(self, stage: Stage) -> None:
        """Clean every node where a fault's own healing was not proven; what is left then is told."""
        if not self._board.snapshot().unhealed:
            return
        pods = [server.pod for server in stage.ensemble.servers]
        pods += [app.pod for app in stage.apps.values()]
        for name, left in heal(pods, starting=False).items():
            for clause in left:
                stage.trouble(f"{name} could not be brought to its clean state: {clause}.")

    def _finish(self, stage: Stage) -> None:
        self._bring_back(stage)
        if self.plan.liveness is not None and not self._stop():
            self._break_for_good(stage, self.plan.liveness)
            self._bring_back(stage)
        self._settle(stage)
        roots = self.plan.roots or ()
        stage.phase("final")
        read_every_server(stage, roots, "running")
        stage.phase("stop")
        stage.stop_apps()
        # Sessions of killed programs expire by themselves; a new ZooKeeper leader starts their clock again.
        await_expiry(stage, within=2 * (self.plan.session_timeout + 2 * self.plan.tick))
        read_every_server(stage, roots, "stopped")
        walk_every_server(stage, roots)

    def _await_recovery(self, stage: Stage) -> None:
        """Give the healed ensemble and the workload time to work again, so that the history shows it."""
        healed = stage.clock.now()
        deadline = Deadline(self.plan.recovery_bound)
        while not deadline.passed:
            now = self._board.snapshot()
            serving = all(
                now.server_modes.get(server.name) not in {None, "down", "looking"}
                for server in stage.ensemble.servers
            )
            if serving and now.last_work > healed:
                return
            self._progress.update(now, self.plan.time, self.plan.time)
            time.sleep(LOOK_EVERY)

    def _settle(self, stage: Stage) -> None:
        """Leave everything alone for a little longer than recipes may take until they have settled."""
        if not self.plan.settles:
            return
        stage.phase("settle")
        deadline = Deadline(self.plan.settling_bound + 1)
        while not (deadline.passed or self._stop() or stage.history.failure):
            self._progress.update(self._board.snapshot(), self.plan.time, self.plan.time)
            time.sleep(LOOK_EVERY)

    def _describe(self, stage: Stage) -> None:
        server, own = self._images.server, self.plan.app_image
        app = self._engine.image(own) if own else None
        stage.history.write(
            time=stage.clock.now(),
            type="event",
            f="environment",
            process="harness",
            value={
                "image": {"reference": server.reference, "id": server.id, "digest": server.digest},
                "zookeeper": server.zookeeper,
                **({"app": {"reference": own, "id": app.id, "digest": app.digest}} if app else {}),
                "zkchaos": __version__,
                "kazoo": kazoo_version,
                "host": self._engine.facts(),
                "servers": {s.name: s.pod.holder.address() for s in stage.ensemble.servers},
                "clock_offset": stage.clock.offset,
                "wall_clock_offset": self._wall_clock_offset(),
            },
        )

    def _wall_clock_offset(self) -> int:
        """Nanoseconds by which the wall clock of the engine's machine is ahead of its monotonic clock."""
        if self._engine.is_this_machine():
            return time.time_ns() - time.monotonic_ns()
        reading = ["python3", "-c", "import time; print(time.time_ns() - time.monotonic_ns())"]
        return int(self._engine.run_once(self._images.tools, reading))
