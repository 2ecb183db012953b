"""What the fixture `chaos` hands to a test."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from checkers.result import Results, Verdict
from harness.engine import Engine
from harness.errors import ZkchaosError
from harness.history import History
from harness.images import DEFAULT_IMAGE, Images, ready_images
from harness.interrupts import Interrupts
from harness.judging import report_run
from harness.own_image import with_own_program
from harness.plan import Plan
from harness.planner import Wish, lacked_by, make_plan, repeat_command
from harness.plugin.ledger import noted
from harness.plugin.marks import ASKED, objection
from harness.plugin.outcomes import ChaosFailure, Section
from harness.plugin.rows import NO_RUN, Row
from harness.plugin.settings import Settings
from harness.plugin.telling import log_sections, nemesis_of, sections_of
from harness.progress import Progress
from harness.runner import Runner
from harness.store import RunDirectory


@dataclass(frozen=True, slots=True)
class Workshop:
    """An engine, and the images that were made ready on it."""

    engine: Engine
    image: str = DEFAULT_IMAGE
    """Server image of runs that ask for none."""
    _ready: dict[str, Images] = field(default_factory=dict)

    @classmethod
    def open(cls, image: str) -> "Workshop":
        """Connect and make the images ready; raises SetupError."""
        workshop = cls(Engine.connect(), image)
        workshop.images_for(image)
        return workshop

    @property
    def images(self) -> Images:
        """The images of runs that ask for none."""
        return self.images_for(self.image)

    def images_for(self, image: str) -> Images:
        """Return the images for a server image, made ready at the first call; raises SetupError."""
        if image not in self._ready:
            self._ready[image] = ready_images(self.engine, image, print)
        return self._ready[image]

    def close(self) -> None:
        """Close the connection."""
        self.engine.close()


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """A run that was judged."""

    results: Results
    history: History
    directory: RunDirectory

    @property
    def verdict(self) -> Verdict:
        """Verdict of the run."""
        return self.results.verdict

    def __repr__(self) -> str:
        """In few words: pytest shows it beside a failed assertion."""
        return f"<Outcome {self.verdict} of {self.directory.path}>"

    @property
    def broken(self) -> set[str]:
        """Names of the guarantees that broke."""
        return {r.name for r in self.results.results if r.verdict is Verdict.VIOLATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The test that asks for runs; without one a run goes by its own arguments alone."""

    name: str = ""
    """Its node id."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What its markers ask for."""
    repeat: str = ""
    """The command that runs it again."""
    tell: Callable[[Row], None] = lambda _row: None
    """Takes a row for each run."""
    tell_no_run: Callable[[ZkchaosError, list[Section]], None] = lambda _error, _sections: None
    """Takes the error of a run that came to nothing."""


class Chaos:
    """Runs workloads under faults, with the options of the command line laid over what a test asks for."""

    def __init__(self, workshop: Workshop, settings: Settings, caller: Caller | None = None):
        self._workshop = workshop
        self._settings = settings
        self._caller = caller or Caller()
        self._turn = 0

    def run(self, scenario: str | None = None, *, expect: str | None = None, **wishes: Any) -> Outcome:
        """Run a scenario such as `election` or `./my_lock.py:NAME`, judge it and write its report.

        `wishes` are those of `zkchaos run`: nemesis, schedule, every, hold, overlap, liveness, time, seed,
        servers, observers, nodes, image, session_timeout, zoo, params, packages, app_image. What is not said
        here is taken from the test's markers. Without a seed it is derived from the session's, the test's
        name and how many runs the test has had.

        Raises ChaosFailure, with the verdict's sentence, the report's path and the command that repeats the
        run, unless the verdict is `expect`, by default `valid`; ZkchaosError when there was nothing to
        judge; TypeError for an argument that there is not.
        """
        __tracebackhide__ = True
        given = {"scenario": scenario, "expect": expect}
        said = {name: value for name, value in given.items() if value is not None} | wishes
        if wrong := objection(said, ASKED):
            raise TypeError(f"chaos.run(): {wrong}")
        asked = {**self._caller.asked, **said}
        expected = str(asked.pop("expect", Verdict.VALID))
        self._turn += 1
        began = time.monotonic()
        row = Row(
            scenario=asked.get("scenario", Wish.__dataclass_fields__["scenario"].default),
            nemesis=asked.get("nemesis", "none"),
            seed=-1,
            verdict=NO_RUN,
            expected=expected,
            seconds=0,
            report="",
        )
        sections: list[Section] = []
        try:
            outcome = self._perform(self._wish(asked), row, sections)
        except ZkchaosError as error:
            self._caller.tell_no_run(error, sections)
            # The way through the harness is no help to who reads a test's report: the sentence is.
            raise error.with_traceback(None) from None
        finally:
            row["seconds"] = round(time.monotonic() - began, 1)
            self._caller.tell(row)
        if outcome.verdict != expected:
            raise self._failure(outcome, expected)
        return outcome

    def _wish(self, asked: Mapping[str, Any]) -> Wish:
        wish = Wish(**{"image": self._workshop.image, **asked, **self._settings.laid_over})
        if wish.seed is None:
            wish = replace(wish, seed=self._settings.seed_of(self._caller.name, self._turn))
        # A schedule says to the second what comes when; and the option for the time means what it says.
        if not wish.schedule and self._settings.time is None:
            wish = replace(wish, time=self._settings.level.seconds(wish.time))
        return wish

    def _perform(self, wish: Wish, row: Row, sections: list[Section]) -> Outcome:
        """Run and judge; what becomes known on the way is told in the row and in the sections."""
        if wish.seed is not None:
            row["seed"] = wish.seed
        plan = make_plan(wish)
        row |= {"scenario": plan.scenario, "nemesis": nemesis_of(plan), "seed": plan.seed}
        images = self._workshop.images_for(wish.image)
        lacking = lacked_by(plan, self._workshop.engine, images)
        if lacking:
            plan = make_plan(replace(wish, seed=plan.seed), lacking)
        images = with_own_program(self._workshop.engine, images, plan, print)
        directory = RunDirectory.create(self._settings.runs, plan)
        try:
            with noted(self._settings.ledger, plan.run):
                self._play(plan, images, directory)
        except ZkchaosError:
            sections += log_sections(directory)
            raise
        history, results = report_run(directory)
        row |= {"verdict": str(results.verdict), "report": str(directory.report)}
        return Outcome(results, history, directory)

    def _play(self, plan: Plan, images: Images, directory: RunDirectory) -> None:
        with Interrupts(lambda: None, _give_up) as interrupts, Progress(sys.stdout) as progress:
            runner = Runner(
                plan,
                directory,
                self._workshop.engine,
                images,
                progress=progress,
                stop=lambda: interrupts.requested,
                keep=self._settings.keep,
            )
            try:
                runner.run()
            except ZkchaosError:
                # Whoever asked for an end wants that of the session, whatever the run says of it.
                if not interrupts.requested:
                    raise
        if interrupts.requested:
            raise KeyboardInterrupt

    def _failure(self, outcome: Outcome, expected: str) -> ChaosFailure:
        plan, directory = outcome.history.plan, outcome.directory
        repeat = repeat_command(plan, str(directory.path))
        wanted = "" if expected == Verdict.VALID else f" (the test expects {expected})"
        text = f"{outcome.verdict}: {outcome.results.sentence}{wanted}"
        text += f"\nreport: {directory.report}\nrepeat: {repeat}"
        both = "\n".join(line for line in (repeat, self._caller.repeat) if line)
        sections = sections_of(outcome.results, outcome.history, directory, both)
        return ChaosFailure(text, str(outcome.verdict), sections)


def _give_up() -> None:
    """A second request to stop: pytest ends, and the runner removes the containers on the way out."""
    raise KeyboardInterrupt
