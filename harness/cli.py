"""The command line: runs, judging, the store, and what there is to run and to break."""

import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from harness import __version__
from harness.errors import NO_RUN, SetupError, ZkchaosError
from harness.options import program_options, runs_dir, wish_options
from harness.store_commands import STORE_COMMANDS

# Docker, pandas, the checkers and the reports are imported by the commands that need them: `zkchaos --help`
# and shell completion stay quick.


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.version_option(__version__, prog_name="zkchaos")
@click.pass_context
def cli(context: click.Context) -> None:
    """Break ZooKeeper on purpose and prove from the history whether it kept its promises.

    Exit codes: 0 valid, 1 violation, 2 unknown (not enough evidence), 3 no run (bad arguments, Docker,
    image, set-up).
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
@click.argument("workload", default="election")
@wish_options
@click.option("--keep", is_flag=True, help="Leave the containers of the run for a look inside.")
@runs_dir
def run(workload: str, *, keep: bool, runs_dir: Path, **asked: Any) -> int:
    """Run WORKLOAD under faults and judge what happened.

    WORKLOAD is a name such as election or election:no-stepdown, or ./FILE.py:NAME for one of your own.
    """
    from harness.session import run_on_terminal
    from harness.wishes import wish_from_options

    return run_on_terminal(wish_from_options(workload, asked), runs_dir, keep=keep)


@cli.command()
@click.argument("where", metavar="RUN")
@click.option("--keep", is_flag=True, help="Leave the containers of the run for a look inside.")
@runs_dir
def replay(where: str, runs_dir: Path, *, keep: bool) -> int:
    """Do a stored run again: the same schedule, seed and settings, judged anew."""
    from harness.session import replay_on_terminal
    from harness.store import RunDirectory

    return replay_on_terminal(RunDirectory.find(where, runs_dir), runs_dir, keep=keep)


@cli.command()
@click.argument("where", metavar="RUN")
@click.option("--budget", type=click.FloatRange(min=1), default=600, show_default=True, help="Seconds.")
@click.option(
    "--tries",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How often a schedule may pass before it counts as harmless.",
)
@runs_dir
def shrink(where: str, budget: float, tries: int, runs_dir: Path) -> int:
    """Look for fewer and shorter faults under which a failed run still fails; the tries are kept with it."""
    from harness.shrink_command import shrink_on_terminal
    from harness.store import RunDirectory

    return shrink_on_terminal(RunDirectory.find(where, runs_dir), budget=budget, tries=tries)


@cli.command()
@click.argument("where", metavar="RUN")
@click.option(
    "--model",
    metavar="NAME",
    help="Judge by a model, such as cas-register or znode; RUN may be a file, also EDN.",
)
@click.option("--budget", type=click.IntRange(min=1), help="Configurations that a search may visit, by key.")
@click.option("--independent", is_flag=True, help="Every value of the EDN is a pair [key value].")
@click.option("--fast/--no-fast", default=None, help="Use the search compiled by numba, or do not.")
@click.option(
    "--report",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page with the order that was found, step by step, and why it ends.",
)
@runs_dir
def check(
    where: str,
    model: str | None,
    budget: int | None,
    page: Path | None,
    *,
    independent: bool,
    fast: bool | None,
    runs_dir: Path,
) -> int:
    """Judge a stored run again, from its files alone; with --model any history, also of another system."""
    if model is not None:
        from harness.model_check import check_model

        return check_model(
            where, runs_dir, model, budget=budget, fast=fast, independent=independent, report=page
        )
    if budget is not None or independent or fast is not None or page is not None:
        raise click.UsageError(
            "--budget, --independent, --fast and --report go with --model; `zkchaos report` draws a run."
        )
    from harness.judging import EXIT_CODES, judge_run, store_results
    from harness.session import tell_results
    from harness.store import RunDirectory
    from harness.store_page import refresh_page

    found = RunDirectory.find(where, runs_dir)
    _, results = judge_run(found)
    tell_results(results)
    try:
        store_results(found, results)
        if found.is_in(runs_dir):
            refresh_page(found)
    except SetupError as error:
        click.echo(f"zkchaos: the verdict is not stored: {error}", err=True)
    return EXIT_CODES[results.verdict]


@cli.command()
@click.argument("where", metavar="RUN")
@click.option("--edn", "target", type=click.Path(path_type=Path), required=True, help="File to write.")
@runs_dir
def export(where: str, target: Path, runs_dir: Path) -> int:
    """Write the history of a stored run as Jepsen would, for other checkers."""
    from harness.model_check import export_edn

    return export_edn(where, runs_dir, target)


@cli.command()
@click.argument("where", metavar="RUN")
@runs_dir
def report(where: str, runs_dir: Path) -> int:
    """Judge a stored run and draw its report again; the exit code is that of the verdict."""
    from harness.judging import EXIT_CODES, report_run
    from harness.store import RunDirectory

    found = RunDirectory.find(where, runs_dir)
    _, results = report_run(found, listed=found.is_in(runs_dir))
    click.echo(found.report)
    return EXIT_CODES[results.verdict]


@cli.command()
@click.argument("family", required=False, default="")
def faults(family: str) -> int:
    """List the faults of FAMILY or of all: what they do, their parameters, what this machine cannot do."""
    from harness.fault_list import list_faults

    for line in list_faults(family):
        click.echo(line)
    return 0


@cli.command()
@click.argument("name", metavar="[WORKLOAD]", required=False, default="")
@program_options
def workloads(name: str, packages: Sequence[str], requirements: Path | None) -> int:
    """List the workloads, or tell all of one: its variants, guarantees, evidence and parameters.

    WORKLOAD may be ./FILE.py or ./FILE.py:NAME.
    """
    from harness.wishes import all_packages
    from harness.workload_list import list_workloads

    for line in list_workloads(name, all_packages(packages, requirements)):
        click.echo(line)
    return 0


@cli.command()
@click.option("--image", default=None, help="Server image to prepare.")
def setup(image: str | None) -> int:
    """Build or pull the images, so that the first run starts at once."""
    from harness.engine import Engine
    from harness.images import DEFAULT_IMAGE, ready_images

    images = ready_images(Engine.connect(), image or DEFAULT_IMAGE, click.echo)
    click.echo(f"ready: ZooKeeper {images.server.zookeeper} ({images.server.reference})")
    return 0


@cli.command()
@click.argument("which", metavar="[RUN]", required=False)
def heal(which: str | None) -> int:
    """Take every fault away from the nodes of RUN, or of every run, after a crash or with --keep."""
    from harness.heal_command import heal_on_terminal

    return heal_on_terminal(which)


@cli.command()
@click.argument("which", metavar="[RUN]", required=False)
def clean(which: str | None) -> int:
    """Remove the containers, networks and volumes of RUN, or of every run.

    Without RUN also those of runs that are still going on. Images and histories stay.
    """
    from harness.engine import Engine

    counts = Engine.connect().sweep(which)
    if not any(counts.values()):
        click.echo(f"there is nothing of {which or 'any run'} on the engine")
    else:
        click.echo("removed " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 0


for command in STORE_COMMANDS:
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point: every way out has one of the four exit codes."""
    sys.exit(guarded(lambda: cli.main(args=arguments, standalone_mode=False)))


def guarded(command: Callable[[], Any]) -> int:
    """Run a command and turn what it raises into one sentence and exit code 3."""
    try:
        code = command()
    except click.ClickException as error:
        hint = (
            f" Try `{error.ctx.command_path} --help`."
            if isinstance(error, click.UsageError) and error.ctx
            else ""
        )
        return _complain(_sentence(error.format_message()) + hint)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _complain("interrupted.")
    except SystemExit:
        # click's way out, with code 1, when the reader of the output went away: there is nobody left to tell.
        return NO_RUN
    except ZkchaosError as error:
        return _complain(str(error))
    except Exception:  # noqa: BLE001 - a mistake of zkchaos's own must not look like a verdict
        traceback.print_exc()
        return _complain("this is a mistake in zkchaos itself; please report it with the lines above.")
    return code if isinstance(code, int) else 0


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _complain(sentence: str) -> int:
    click.echo(f"zkchaos: {sentence}", err=True)
    return NO_RUN
