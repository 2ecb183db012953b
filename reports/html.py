"""The report as one HTML file that needs nothing beside itself and asks nothing of the network."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from checkers.result import Results
from harness.errors import SetupError
from harness.history import History
from reports.formats import FILTERS
from reports.model import ReportModel, report_model
from reports.verdict import Break

_STYLES = ("theme.css", "page.css", "timeline.css")
_SCRIPTS = (
    "data.js",
    "view.js",
    "layout.js",
    "brush.js",
    "lanes.js",
    "operations.js",
    "charts.js",
    "marks.js",
    "find.js",
    "tooltip.js",
    "controls.js",
    "main.js",
)


def write_report(history: History, results: Results, path: Path) -> None:
    """Write the report of a run to `path`, and link the files that lie beside it.

    Raises HistoryError where the history carries no plan, SetupError where the file cannot be written.
    """
    try:
        beside = sorted(p.name for p in path.parent.iterdir() if p.is_file() and p.name != path.name)
        path.write_text(render(report_model(history, results, beside)), encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"cannot write the report {path}: {error.strerror}; choose another place or free some space."
        ) from error


def render(model: ReportModel) -> str:
    """Return the page: styles, scripts and data inside it, and a policy that admits nothing else."""
    style = "\n".join(_template(name) for name in _STYLES)
    body = "\n".join(_template(name) for name in _SCRIPTS)
    script = f'(() => {{\n"use strict";\n{body}\n}})();'
    violations = [violation for card in model.guarantees for violation in card.violations]
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment.get_template("report.html").render(
        model=model,
        violations=violations,
        first=_first(model, violations),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own files
        data=Markup(embed(page_data(model))),  # noqa: S704 - embed leaves nothing that ends a script
    )


def _first(model: ReportModel, violations: Sequence[Break]) -> Break | None:
    """Return the violation that the verdict's sentence tells of, or else the earliest."""
    told = [violation for violation in violations if model.sentence.startswith(violation.sentence)]
    return min(told or violations, key=lambda violation: violation.start, default=None)


def page_data(model: ReportModel) -> bytes:
    """Return as JSON what the page's script draws: the timeline, the faults, and the violations."""
    violations = [violation for card in model.guarantees for violation in card.violations]
    return msgspec.json.encode({"timeline": model.timeline, "faults": model.faults, "violations": violations})


def embed(json: bytes) -> str:
    r"""Make JSON safe inside a `<script>` element, by writing the dangerous characters as `\uXXXX`.

    They can stand in JSON only inside strings, where the escape means the same.
    """
    text = json.decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _template(name: str) -> str:
    return files("reports").joinpath("template", name).read_text(encoding="utf-8")
