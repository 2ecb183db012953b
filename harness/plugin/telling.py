"""What a test's report says of a run that came out otherwise than expected: story, logs, commands."""

import os.path
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkers.result import Result, Results, Verdict
from harness.history import History
from harness.plan import Plan
from harness.plugin.levels import Level
from harness.plugin.outcomes import Section
from harness.plugin.settings import Settings
from harness.store import RunDirectory
from reports.story import as_text, tell

LAST_LINES = 8
"""Lines of each server's log."""

LONGEST_LINE = 180
"""Characters of a line of a log; a stack trace's first line needs no more."""

LAST_BYTES = 64 << 10
"""Of a log, where its last lines are looked for."""

ASKED = re.compile(r"Processing \w{4} command from ")
"""What a server logs whenever the harness asks it how it is, some times a second."""

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z ")
"""What the engine puts before each line; the server's own time comes after it."""

MISSING = 10
"""Sentences on evidence that was not there."""

TOLD = 3
"""Broken guarantees whose stories are told; the report of the run has all of them."""


def sections_of(results: Results, history: History, directory: RunDirectory, repeat: str) -> list[Section]:
    """Return what a test's report says below its failure."""
    return [*_findings(results, history), *log_sections(directory), ("chaos: repeat", repeat)]


def _findings(results: Results, history: History) -> Iterator[Section]:
    broken = [result for result in results.results if result.verdict is Verdict.VIOLATION]
    for result in broken[:TOLD]:
        yield f"chaos: how {result.name} broke", _story(result, history)
    if len(broken) > TOLD:
        more = ", ".join(result.name for result in broken[TOLD:])
        yield "chaos: what broke as well", f"{more}: see the report of the run."
    missing = [
        f"{result.name}: {sentence}"
        for result in results.results
        if result.verdict is Verdict.UNKNOWN
        for sentence in result.missing or (result.sentence,)
    ]
    if missing and not broken:
        cut = [f"and {len(missing) - MISSING:,} more"] if len(missing) > MISSING else []
        yield "chaos: what is missing", "\n".join([*missing[:MISSING], *cut])


def _story(result: Result, history: History) -> str:
    if not result.violations:
        return result.sentence
    first, count = result.violations[0], len(result.violations)
    more = f"\n\nIt broke {count:,} times; this is the first." if count > 1 else ""
    return f"{first.sentence}\n\n{as_text(tell(history, first, result.name))}{more}"


def log_sections(directory: RunDirectory) -> Iterator[Section]:
    """Yield the last lines that each server logged, where there are any."""
    for log in sorted(directory.logs.glob("zk*.log")):
        if lines := _last_lines(log):
            yield f"chaos: last lines of {log.name}", "\n".join(lines)


def _last_lines(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - LAST_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    own = (STAMP.sub("", line) for line in text.splitlines() if not ASKED.search(line))
    lines = [line for line in own if line.strip()][-LAST_LINES:]
    return [line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…" for line in lines]


def repeat_of(config: pytest.Config, test: str, settings: Settings) -> str:
    """Return the command that runs one test again, with the same seeds."""
    file, parts, name = test.partition("::")
    here = os.path.relpath(config.rootpath / file, config.invocation_params.dir)
    words = ["pytest", f"{here}{parts}{name}", "-m", "chaos", "--chaos-seed", str(settings.seed)]
    if config.inipath is None:
        # Without a file of its own a project begins where pytest guesses from its arguments; seeds go by it.
        words += ["--rootdir", os.path.relpath(config.rootpath, config.invocation_params.dir)]
    if settings.level is not Level.STANDARD:
        words += ["--chaos-level", settings.level.word]
    for option, value in settings.laid_over.items():
        words += [f"--chaos-{option}", f"{value:g}" if isinstance(value, float) else str(value)]
    return shlex.join(words)


def nemesis_of(plan: Plan) -> str:
    """Return the faults of a plan as the user named them."""
    return ",".join(plan.nemesis) or ("a schedule" if plan.schedule else "none")
