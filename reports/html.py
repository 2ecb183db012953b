"""The report as one HTML file that needs nothing beside itself and asks nothing of the network."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from checkers.result import Results
from harness.errors import SetupError
from harness.history import History
from reports.model import ReportModel, report_model
from reports.page import draw, embed
from reports.sections.advice import missing_evidence
from reports.sections.proofs import proof_groups
from reports.sections.verdict import Break
from reports.timeline.page_data import page_data

_STYLES = (
    *("theme.css", "page.css"),
    *("timeline/timeline.css", "timeline/interaction.css", "sections/sections.css", "story/story.css"),
)
_SECTIONS = ("sort", "unfold", "moments", "logs")
_TIMELINE = (
    *("unpack", "data", "state", "view", "layout"),
    *("brush", "lanes", "operations", "charts", "rate", "lag", "marks", "witnesses", "violations"),
    *("things", "find", "tooltip", "cursor", "filters", "filterbar", "highlight", "pins", "minimap", "link"),
    *("steps", "pointer", "keys", "controls", "main"),
)
_SCRIPTS = (*(f"sections/{name}.js" for name in _SECTIONS), *(f"timeline/{name}.js" for name in _TIMELINE))
"""One program: what a script uses when it is loaded stands before it."""


def write_report(history: History, results: Results, path: Path, logs: Path | None = None) -> None:
    """Write the report of a run to `path`, and link the files that lie beside it.

    `logs` is the directory of the servers' logs where the report does not lie in the run's own directory;
    then no files are linked.

    Raises HistoryError where the history carries no plan or a log cannot be read, SetupError where the file
    cannot be written.
    """
    try:
        beside = sorted(p.name for p in path.parent.iterdir() if p.is_file() and p.name != path.name)
        if logs is None:
            model = report_model(history, results, beside, path.parent / "logs")
        else:
            model = report_model(history, results, logs=logs)
        path.write_text(render(model), encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"cannot write the report {path}: {error.strerror}; choose another place or free some space."
        ) from error


def render(model: ReportModel) -> str:
    """Return the page: styles, scripts and data inside it, and a policy that admits nothing else."""
    violations = [violation for card in model.guarantees for violation in card.violations]
    data = page_data(model)
    return draw(
        "report.html",
        styles=_STYLES,
        scripts=_SCRIPTS,
        model=model,
        violations=violations,
        first=_first(model, violations),
        proofs=proof_groups(model.guarantees),
        missing=missing_evidence(model.guarantees),
        data=embed(data.json),
        packed=data.packed,
        log_data=embed(msgspec.json.encode(model.logs)),
    )


def _first(model: ReportModel, violations: Sequence[Break]) -> Break | None:
    """Return the violation that the verdict's sentence tells of, or else the earliest."""
    told = [violation for violation in violations if model.sentence.startswith(violation.sentence)]
    return min(told or violations, key=lambda violation: violation.start, default=None)
