"""Options of the command line that several commands share."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

runs_dir = click.option(
    "--runs-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Where runs are kept.",
)


class Pair(click.ParamType):  # type: ignore[type-arg]  # a plain class before click 8.4
    """A setting, NAME=VALUE."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first equals sign."""
        name, equals, text = str(value).partition("=")
        if not equals or not name:
            self.fail(f"{value!r} is not of the form NAME=VALUE.", param, ctx)
        return name, text


class Parameter(Pair):
    """A parameter of a workload: NAME=NUMBER."""

    name = "name=number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Split at the first equals sign and read the number."""
        name, text = super().convert(value, param, ctx)
        try:
            return name, float(text)
        except ValueError:
            self.fail(f"{value!r}: {text!r} is not a number.", param, ctx)


PROGRAM = (
    click.option(
        "--pip",
        "packages",
        multiple=True,
        metavar="REQUIREMENT",
        help="Package that a workload out of a file needs, such as 'redis>=5'.",
    ),
    click.option(
        "--requirements",
        type=click.Path(path_type=Path, dir_okay=False),
        help="File that lists such packages.",
    ),
)
"""What a workload out of a user's own file comes with."""

WISH = (
    *PROGRAM,
    click.option(
        "--app-image",
        default="",
        metavar="IMAGE",
        help="Let the app nodes run this image's program, in any language; see docs/protocol.md.",
    ),
    click.option(
        "--nemesis",
        default="none",
        metavar="FAULT,…",
        help="Faults, families and presets; see `zkchaos faults`.",
    ),
    click.option("--every", type=float, default=0, help="Seconds from one fault to the next, at least."),
    click.option("--for", "hold", type=float, default=0, help="Seconds for which each fault is held."),
    click.option("--overlap", type=int, default=0, help="How many faults may be applied at the same time."),
    click.option(
        "--schedule",
        type=click.Path(path_type=Path, dir_okay=False),
        help="An exact schedule in TOML, instead of --nemesis; see docs/faults.md.",
    ),
    click.option(
        "--liveness", is_flag=True, help="At the end break a minority for good and ask for progress."
    ),
    click.option("--time", "seconds", type=float, default=30, show_default=True, help="Seconds of workload."),
    click.option(
        "--seed", type=int, help="Seed of the schedule and the clients; drawn and printed without it."
    ),
    click.option(
        "--servers", type=int, default=3, show_default=True, help="ZooKeeper servers, an odd number."
    ),
    click.option(
        "--observers", type=int, default=0, show_default=True, help="Servers beside them without a vote."
    ),
    click.option("--nodes", type=int, default=5, show_default=True, help="App nodes."),
    click.option(
        "--image",
        default=None,
        help="Server image: debian:bookworm, debian:trixie, debian:sid (the default) or any reference.",
    ),
    click.option("--session-timeout", type=float, default=4, show_default=True, help="Seconds."),
    click.option("--zoo", type=Pair(), multiple=True, help="Setting of zoo.cfg, such as tickTime=500."),
    click.option("--set", "params", type=Parameter(), multiple=True, help="Parameter of the workload."),
)
"""What a run can be asked for, besides its workload; see `harness.planner.Wish`."""


def wish_options(command: Command) -> Command:
    """Give a command the options of a wish, in their order."""
    return _given(command, WISH)


def program_options(command: Command) -> Command:
    """Give a command the options for a user's own file."""
    return _given(command, PROGRAM)


def _given(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
