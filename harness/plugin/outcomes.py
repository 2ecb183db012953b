"""How a test that did not pass is told: violation, unknown, or an error of the set-up."""

import os.path
from collections.abc import Sequence
from typing import Any

import pytest

from harness.errors import ZkchaosError

Section = tuple[str, str]
"""Title and text."""

_no_run = pytest.StashKey[tuple[ZkchaosError, Sequence[Section]]]()


class ChaosFailure(AssertionError):
    """A run ended with another verdict than the test expects.

    `verdict` is the run's, `sections` say why, for a test's report.
    """

    def __init__(self, text: str, verdict: str, sections: Sequence[Section] = ()):
        super().__init__(text)
        self.verdict = verdict
        self.sections = sections


def note_no_run(item: pytest.Item, error: ZkchaosError, sections: Sequence[Section]) -> None:
    """Remember that a test's run came to nothing, with sections that say more of it."""
    item.stash[_no_run] = (error, sections)


def tell(item: pytest.Item, error: BaseException, report: pytest.TestReport) -> None:
    """Make a test's report say what its run said.

    What the set-up could not do is an error and no failure of the test, and what a run proved is a failure,
    though it ran in a fixture. pytest knows errors by their phase: with it all reports, the terminal's,
    JUnit's and those of other plugins, agree.
    """
    if isinstance(error, ChaosFailure):
        report.sections[:0] = error.sections
        report.chaos_verdict = error.verdict  # type: ignore[attr-defined]
        report.when = "call" if report.when == "setup" else report.when
        _begin_with_verdict(report, str(error))
        return
    known, sections = item.stash.get(_no_run, (None, ()))
    if error is known:
        report.sections[:0] = sections
        report.when = "setup"
    if report.when == "setup" and isinstance(error, ZkchaosError):
        _begin_with_verdict(report, f"no run: {error}")


def _begin_with_verdict(report: pytest.TestReport, text: str) -> None:
    """Let the line of the short summary begin with the verdict instead of with the name of a class."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        crash.message = text


def status(report: Any) -> tuple[str, str, str | tuple[str, dict[str, bool]]] | None:
    """Return category, letter and word of a test whose run lacked evidence; None for all others."""
    if getattr(report, "chaos_verdict", "") == "unknown" and report.when == "call":
        return "failed", "U", ("UNKNOWN", {"yellow": True})
    return None


def link_for_html(config: pytest.Config, path: str) -> list[dict[str, Any]]:
    """Return what pytest-html shows as a link to a run's report; nothing when it is not at work."""
    page = config.getoption("htmlpath", None)
    if not page or not path:
        return []
    return [
        {
            "name": "chaos report",
            "format_type": "url",
            "content": os.path.relpath(path, os.path.dirname(page)),  # noqa: PTH120 - as relpath has it
            "mime_type": None,
            "extension": None,
        }
    ]
