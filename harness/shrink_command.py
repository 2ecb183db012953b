"""`zkchaos shrink`: a failed run again, with fewer and shorter faults; the smallest that fails is kept."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from checkers.result import Results, Verdict
from harness.clock import Deadline
from harness.engine import Engine
from harness.errors import NO_RUN, ZkchaosError
from harness.images import ready_images
from harness.interrupts import Interrupts
from harness.judging import EXIT_CODES, judge_run, report_run
from harness.own_image import with_own_program
from harness.plan import Plan
from harness.planner import replayed
from harness.progress import Progress
from harness.runner import Runner
from harness.session import drop_everything
from harness.shrinking import Shrinker, told
from harness.store import RunDirectory, read_plan
from nemesis.script import write_script

if TYPE_CHECKING:
    from collections.abc import Callable


def shrink_on_terminal(stored: RunDirectory, *, budget: float, tries: int) -> int:
    """Shrink the schedule of a stored run; return the exit code of a violation, or of `unknown`.

    `budget` is in seconds. Every try is kept below the run's own directory, `shrink/`. Raises ZkchaosError
    for a run in which nothing broke, or without faults.
    """
    plan, broken = read_plan(stored), _broken(judge_run(stored)[1])
    if not broken:
        raise ZkchaosError(f"{stored.name} broke no guarantee, so there is nothing to shrink.")
    if not plan.schedule:
        raise ZkchaosError(f"{stored.name} had no faults, so there is nothing to leave out.")
    replayed(plan)
    deadline = Deadline(budget)
    laboratory = Laboratory(plan, stored.path / "shrink")
    with Interrupts(lambda: click.echo("stopping after this try."), laboratory.give_up) as interrupts:
        laboratory.stop = lambda: interrupts.requested
        shrinker = Shrinker(
            plan,
            broken,
            laboratory.attempt,
            tries,
            lambda: deadline.passed or interrupts.requested,
            click.echo,
        )
        click.echo(f"shrinking {told(plan.schedule)}: {', '.join(sorted(broken))} broke")
        smallest = shrinker.shrink()
        if not shrinker.fails(smallest):
            click.echo(f"nothing failed within {budget:g} s and {tries} tries of each candidate.")
            return EXIT_CODES[Verdict.UNKNOWN]
        script = stored.path / "shrunk.toml"
        stored.write(script, write_script(smallest).encode())
        rate = shrinker.rate(smallest)
    click.echo(f"smallest  {told(smallest)}: {rate}")
    click.echo(f"schedule  {script}")
    if laboratory.last_failure is not None:
        click.echo(f"report    {laboratory.last_failure.report}")
        click.echo(f"repeat    zkchaos replay {laboratory.last_failure.path}")
    return EXIT_CODES[Verdict.VIOLATION]


class Laboratory:
    """Runs candidates on the engine, one after the other."""

    def __init__(self, plan: Plan, runs: Path):
        self._engine = Engine.connect()
        images = ready_images(self._engine, plan.image, click.echo)
        self._images = with_own_program(self._engine, images, plan, click.echo)
        self._runs = runs
        self._run = ""
        self.stop: Callable[[], bool] = lambda: False
        """Tells whether the try that goes on is to end early."""
        self.last_failure: RunDirectory | None = None
        """The last try that broke something."""

    def attempt(self, plan: Plan) -> frozenset[str]:
        """Run a plan and return the names of the guarantees that broke, none where it did not even start."""
        plan = msgspec.structs.replace(replayed(plan), origin=plan.run)
        directory = RunDirectory.create(self._runs, plan)
        self._run = plan.run
        try:
            with Progress(io.StringIO()) as silent:
                Runner(plan, directory, self._engine, self._images, progress=silent, stop=self.stop).run()
        except ZkchaosError as error:
            click.echo(f"this try came to nothing: {error}")
            return frozenset()
        broken = _broken(report_run(directory, listed=False)[1])
        if broken:
            self.last_failure = directory
        return broken

    def give_up(self) -> None:
        """End at once, with nothing of the try that goes on left on the engine."""
        gone = drop_everything(self._run)
        click.echo(
            "stopped at once." if gone else f"stopped at once; `zkchaos clean {self._run}` removes the rest."
        )
        os._exit(NO_RUN)


def _broken(results: Results) -> frozenset[str]:
    return frozenset(result.name for result in results.results if result.verdict is Verdict.VIOLATION)
