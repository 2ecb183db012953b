"""The store: a directory of runs, each a directory of files."""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from harness.errors import HistoryError, SetupError
from harness.plan import Plan

LONGEST_WORDS = 20
"""Characters that say what ran in the id of a run."""


class RunDirectory:
    """The files of one run. Everything right of the history can be made again from the history."""

    def __init__(self, path: Path):
        self.path = path
        self.plan = path / "plan.json"
        self.history = path / "history.jsonl"
        self.results = path / "results.json"
        self.report = path / "report.html"
        self.logs = path / "logs"
        self.code = path / "code"
        """For people: the user's own files that the plan holds."""

    @property
    def name(self) -> str:
        """The run's id."""
        return self.path.name

    @classmethod
    def create(cls, runs: Path, plan: Plan) -> "RunDirectory":
        """Make the directory of a new run and write its plan; raises SetupError when the disk refuses."""
        run = cls(runs / plan.run)
        try:
            run.logs.mkdir(parents=True)
            run.plan.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n")
            for name, text in (plan.code.files if plan.code else {}).items():
                copy = run.code / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(text, encoding="utf-8")
        except OSError as error:
            raise SetupError(
                f"cannot write the run to {run.path}: {error.strerror}; choose another place with --runs-dir."
            ) from error
        return run

    @classmethod
    def find(cls, where: str, runs: Path) -> "RunDirectory":
        """Find a run by its directory, a file in it, or its id; raises HistoryError when there is none."""
        given = Path(where)
        try:
            for path in (given.parent if given.is_file() else given, runs / where):
                if (path / "history.jsonl").is_file():
                    return cls(path)
        except OSError as error:
            raise HistoryError(f"cannot look for the run {where}: {error.strerror}.") from error
        raise HistoryError(
            f"{where} is no run: a directory with a history.jsonl is needed (see `zkchaos list`)."
        )

    def is_in(self, runs: Path) -> bool:
        """Tell whether the run is one of a directory of runs, and not of elsewhere."""
        return self.path.resolve().parent == runs.resolve()

    def write(self, path: Path, data: bytes) -> None:
        """Write a file in one step, so that nobody ever reads half of it; raises SetupError."""
        draft = path.with_name(path.name + ".part")
        try:
            draft.write_bytes(data)
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise SetupError(f"cannot write {path}: {error.strerror}.") from error


def read_plan(run: RunDirectory) -> Plan:
    """Read the plan of a run; raises HistoryError when it cannot be read."""
    try:
        return msgspec.json.decode(run.plan.read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HistoryError(f"{run.plan} is no plan of a run ({error}).") from error


def new_run_id(scenario: str) -> str:
    """Make an id that sorts by time, says what ran, and is unique on the engine too.

    It is part of the names of machines, for which the kernel leaves 64 characters.
    """
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    words = re.sub(r"[^A-Za-z0-9]+", "-", scenario).strip("-")
    return f"{now}-{words[:LONGEST_WORDS].strip('-')}-{secrets.token_hex(4)}"


def list_runs(runs: Path) -> Iterator[RunDirectory]:
    """All runs in a directory, the oldest first."""
    if runs.is_dir():
        for path in sorted(runs.iterdir()):
            if (path / "plan.json").is_file():
                yield RunDirectory(path)
