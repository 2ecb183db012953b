"""One run from the command line: from the plan to the verdict, with everything said on the terminal."""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from checkers.result import Results, Verdict
from harness.engine import Engine
from harness.errors import NO_RUN, Interrupted, SetupError
from harness.images import ready_images
from harness.interrupts import Interrupts
from harness.judging import EXIT_CODES, report_run
from harness.own_image import with_own_program
from harness.plan import Plan
from harness.planner import Wish, first_impossible, lacked_by, make_plan, repeat_command, replayed
from harness.progress import Progress
from harness.runner import Runner
from harness.store import RunDirectory, read_plan
from nemesis.machine import ABILITIES

SWEEPS = 5
"""How often to look for something that appeared since the last look; twice is what it takes."""

MARKS = {Verdict.VALID: "✓", Verdict.VIOLATION: "✗", Verdict.UNKNOWN: "?"}


def run_on_terminal(wish: Wish, runs: Path, *, keep: bool) -> int:
    """Decide on a plan, run it, print its verdict, and return the exit code."""
    plan = make_plan(wish)
    return perform_on_terminal(
        plan, runs, keep=keep, without=lambda lacking: make_plan(replace(wish, seed=plan.seed), lacking)
    )


def replay_on_terminal(stored: RunDirectory, runs: Path, *, keep: bool) -> int:
    """Run a stored plan once more, with its schedule as it was, and return the exit code."""
    plan = replayed(read_plan(stored))

    def without(lacking: frozenset[str]) -> Plan:
        step, ability = first_impossible(plan.schedule, lacking)
        raise SetupError(
            f"the run {stored.name} cannot be repeated here: this machine cannot do {step.fault}, "
            f"{ABILITIES[ability]}."
        )

    return perform_on_terminal(plan, runs, keep=keep, without=without)


def perform_on_terminal(
    plan: Plan, runs: Path, *, keep: bool, without: Callable[[frozenset[str]], Plan]
) -> int:
    """Run a plan, print its verdict, and return the exit code.

    The first Ctrl-C or SIGTERM heals, collects and judges what there is; the second removes the
    containers at once. `without` makes another plan where the machine lacks an ability that this one needs.
    """
    engine = Engine.connect()
    tell_plan(plan)
    progress = Progress()

    def on_first() -> None:
        progress.say("stopping: healing, collecting and judging what there is; once more to drop everything.")

    def on_second() -> None:
        gone = drop_everything(plan.run)
        # The terminal may be gone too.
        with suppress(OSError):
            click.echo(
                "stopped at once; the containers are removed."
                if gone
                else f"stopped at once; containers are left, `zkchaos clean {plan.run}` removes them."
            )
        os._exit(NO_RUN)

    def say(line: str) -> None:
        if interrupts.requested:
            raise Interrupted("interrupted while the images were made ready.")
        progress.say(line)

    with Interrupts(on_first, on_second) as interrupts:
        images = with_own_program(engine, ready_images(engine, plan.image, say), plan, say)
        lacking = lacked_by(plan, engine, images)
        if lacking:
            plan = without(lacking)
            progress.say("this machine cannot do all of these faults, so the schedule is another one:")
            tell_plan(plan)
        directory = RunDirectory.create(runs, plan)
        with progress:
            Runner(
                plan,
                directory,
                engine,
                images,
                progress=progress,
                stop=lambda: interrupts.requested,
                keep=keep,
            ).run()
        _, results = report_run(directory)
    tell_results(results)
    if keep:
        click.echo(f"kept      containers zkchaos-{plan.run}-*; `zkchaos clean` removes them")
    click.echo(f"report    {directory.report}")
    click.echo(f"repeat    {repeat_command(plan, str(directory.path))}")
    return EXIT_CODES[results.verdict]


def drop_everything(run: str) -> bool:
    """Remove what a run has on the engine, and what its own threads still add; tell whether all is gone."""
    # A connection of its own: the first one may be in the middle of a call on this very thread.
    engine = Engine.connect()
    for _ in range(SWEEPS):
        # A network that somebody just joined cannot be removed; its newcomer goes with the next sweep.
        with suppress(SetupError):
            if not any(engine.sweep(run).values()):
                return True
    return False


def tell_plan(plan: Plan) -> None:
    """Print what is going to happen."""
    counts = Counter(step.fault for step in plan.schedule)
    faults = ", ".join(f"{number} x {name}" for name, number in counts.items())
    click.echo(f"run       {plan.run}")
    program = f", their program from {plan.app_image}" if plan.app_image else ""
    click.echo(f"workload  {plan.scenario} for {plan.time:g} s on {plan.nodes} app nodes{program}")
    observers = f" and {plan.observers} without a vote" if plan.observers else ""
    click.echo(f"ensemble  {plan.servers} servers{observers} from {plan.image}")
    click.echo(f"faults    {faults or 'none'}")
    click.echo(f"seed      {plan.seed}")


def tell_results(results: Results) -> None:
    """Print the verdict, guarantee by guarantee."""
    click.echo("")
    for result in results.results:
        click.echo(f"{MARKS[result.verdict]} {result.name}: {result.sentence}")
        # The first of each is the result's own sentence.
        for violation in result.violations[1:]:
            click.echo(f"    {violation.sentence}")
        if result.verdict is Verdict.UNKNOWN:
            for missing in result.missing[1:]:
                click.echo(f"    {missing}")
    click.echo("")
    click.echo(f"verdict   {results.verdict}: {results.sentence}")
