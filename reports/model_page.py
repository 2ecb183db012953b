"""A page for a history that was judged by a model: no run of zkchaos's own is needed, only the file."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from checkers.result import Order, Results
from harness.errors import SetupError
from harness.history import History
from reports.page import draw
from reports.sections.call_chart import CallChart, call_chart

_STYLES = ("theme.css", "page.css", "sections/sections.css")
_SCRIPTS = ("sections/sort.js", "sections/unfold.js")

_MOST = 25
"""Keys whose break is told."""


class BrokenKey(msgspec.Struct, frozen=True):
    """One key whose calls have no order."""

    key: str
    sentence: str
    order: Order | None
    chart: CallChart | None
    lines: list[int]
    """Lines of the calls that suffice to show it."""


class ModelPage(msgspec.Struct, frozen=True):
    """Everything that the page shows."""

    file: str
    model: str
    summary: str
    verdict: str
    sentence: str
    events: int
    checked: int
    missing: list[str]
    measures: list[tuple[str, str]]
    broken: list[BrokenKey]
    not_shown: int


def model_page(history: History, lines: Sequence[int], results: Results, summary: str) -> ModelPage:
    """Build the page; `lines` are those of the events in the file, `summary` says what the model is."""
    result = results.results[0]
    broken = [
        BrokenKey(
            key=violation.key,
            sentence=violation.sentence,
            order=violation.order,
            chart=call_chart(violation.order, history) if violation.order else None,
            lines=[lines[index] for index in violation.witness],
        )
        for violation in result.violations[:_MOST]
    ]
    return ModelPage(
        file=results.run,
        model=results.scenario.removeprefix("model "),
        summary=summary,
        verdict=results.verdict.value,
        sentence=results.sentence,
        events=results.events,
        checked=result.checked,
        missing=list(result.missing),
        measures=[
            (name.replace("_", " "), f"{value:,}")
            for name, value in result.measures.items()
            if isinstance(value, int)
        ],
        broken=broken,
        not_shown=result.number_broken - len(broken),
    )


def write_model_page(page: ModelPage, path: Path) -> None:
    """Write the page, which needs nothing beside itself; raises SetupError where it cannot be written."""
    html = draw("model.html", styles=_STYLES, scripts=_SCRIPTS, page=page)
    try:
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"cannot write the report {path}: {error.strerror}; choose another place or free some space."
        ) from error
