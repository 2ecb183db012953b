"""What the fixture `chaos` hands to a test."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from checkers.result import Results, Verdict
from harness.engine import Engine
from harness.history import History
from harness.images import Images, ready_images
from harness.interrupts import Interrupts
from harness.judging import report_run
from harness.own_image import with_own_program
from harness.planner import Wish, lacked_by, make_plan, repeat_command
from harness.progress import Progress
from harness.runner import Runner
from harness.store import RunDirectory


class ChaosFailure(AssertionError):
    """A run ended with another verdict than the test expects."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """An engine with the images on it."""

    engine: Engine
    image: str
    images: Images

    @classmethod
    def open(cls, image: str) -> "Workshop":
        """Connect and make the images ready; raises SetupError."""
        engine = Engine.connect()
        return cls(engine, image, ready_images(engine, image, print))

    def close(self) -> None:
        """Close the connection."""
        self.engine.close()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that was judged."""

    results: Results
    history: History
    directory: RunDirectory

    @property
    def verdict(self) -> Verdict:
        """Verdict of the run."""
        return self.results.verdict

    @property
    def broken(self) -> set[str]:
        """Names of the guarantees that broke."""
        return {r.name for r in self.results.results if r.verdict is Verdict.VIOLATION}


class Chaos:
    """Runs workloads under faults, with the options of the command line laid over what a test asks for."""

    def __init__(
        self,
        workshop: Workshop,
        item: pytest.Item,
        *,
        runs: Path,
        seed: int | None,
        time: float | None,
        nodes: int | None,
        keep: bool,
    ):
        self._workshop = workshop
        self._item = item
        self._runs = runs
        self._overrides = {
            name: value
            for name, value in (("seed", seed), ("time", time), ("nodes", nodes))
            if value is not None
        }
        self._keep = keep

    def run(self, scenario: str, *, expect: str = "valid", **wishes: Any) -> Outcome:
        """Run a scenario such as `election` or `./my_lock.py:NAME`, judge it and write its report.

        `wishes` are those of `zkchaos run`: nemesis, schedule, every, hold, overlap, liveness, time, seed,
        servers, observers, nodes, session_timeout, zoo, params, packages, app_image. Raises ChaosFailure,
        with the verdict's sentence, the report's path and the command that repeats the run, unless the
        verdict is `expect`.
        """
        __tracebackhide__ = True
        wish = Wish(scenario=scenario, image=self._workshop.image, **{**wishes, **self._overrides})
        plan = make_plan(wish)
        lacking = lacked_by(plan, self._workshop.engine, self._workshop.images)
        if lacking:
            plan = make_plan(replace(wish, seed=plan.seed), lacking)
        images = with_own_program(self._workshop.engine, self._workshop.images, plan, print)
        directory = RunDirectory.create(self._runs, plan)
        with Interrupts(lambda: None, _give_up) as interrupts, Progress() as progress:
            Runner(
                plan,
                directory,
                self._workshop.engine,
                images,
                progress=progress,
                stop=lambda: interrupts.requested,
                keep=self._keep,
            ).run()
        if interrupts.requested:
            raise KeyboardInterrupt
        history, results = report_run(directory)
        self._item.user_properties += [
            ("scenario", plan.scenario),
            ("seed", plan.seed),
            ("verdict", str(results.verdict)),
            ("report", str(directory.report)),
        ]
        if results.verdict != expect:
            raise ChaosFailure(
                f"{results.verdict}: {results.sentence}\n"
                f"report: {directory.report}\n"
                f"repeat: {repeat_command(plan, str(directory.path))}"
            )
        return Outcome(results, history, directory)


def _give_up() -> None:
    """A second request to stop: pytest ends, and the runner removes the containers on the way out."""
    raise KeyboardInterrupt
