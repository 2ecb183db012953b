"""The page of a store: all its runs, their verdicts, findings and times of recovery, in one file."""

from collections.abc import Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from reports.page import draw, embed
from reports.store.findings import CERTAINTY, find_all
from reports.store.runs import NO_VERDICT, StoredRun

_STYLES = ("theme.css", "page.css", "store/index.css")
_SCRIPTS = tuple(
    f"store/{name}.js"
    for name in ("runs", "state", "elements", "filters", "findings", "grid", "trends", "table", "main")
)
VERDICTS = ("valid", "violation", "unknown", NO_VERDICT)
LONGEST_SENTENCE = 360
"""Characters of a verdict's sentence on this page; the report has it whole."""
MARK = '<meta name="generator" content="zkchaos">'
"""What tells this page from a file of somebody else's."""


def render_index(runs: Sequence[StoredRun], *, written: float, served: bool = False) -> str:
    """Return the page; `written` in seconds since 1970; `served`: `/runs/ID/download` answers beside it."""
    return draw(
        "store/index.html",
        styles=_STYLES,
        scripts=_SCRIPTS,
        mark=Markup(MARK),  # noqa: S704 - our own words
        certainty=CERTAINTY,
        data=embed(index_data(runs, written, served=served)),
    )


def index_data(runs: Sequence[StoredRun], written: float, *, served: bool) -> bytes:
    """Return as JSON what the page's script shows: runs as columns, texts that repeat as numbers."""
    findings = find_all(runs)
    number = {(row.scenario, row.guarantee, row.kind): place for place, row in enumerate(findings)}
    tables = Tables()
    columns: dict[str, list[Any]] = {
        "run": [run.run for run in runs],
        "verdict": [VERDICTS.index(run.verdict) if run.verdict in VERDICTS else 3 for run in runs],
        "sentence": [tables.code("sentence", _short(run.sentence)) for run in runs],
        "scenario": [tables.code("scenario", run.scenario) for run in runs],
        "nemesis": [tables.code("nemesis", _faults(run)) for run in runs],
        "image": [tables.code("image", run.image) for run in runs],
        "repeat": [tables.code("repeat", _repeat(run)) for run in runs],
        "findings": [[number[f] for f in map(run.fingerprint, run.findings) if f in number] for run in runs],
        "recovery": [_pairs(tables, run.recovery) for run in runs],
        "outage": [_pairs(tables, run.outage) for run in runs],
        "report": [int(bool(run.report)) for run in runs],
        "twin": [int(run.twin) for run in runs],
    }
    for name in (
        "seed",
        "servers",
        "observers",
        "nodes",
        "began",
        "seconds",
        "planned",
        "faults",
        "operations",
    ):
        columns[name] = [getattr(run, name) for run in runs]
    return msgspec.json.encode(
        {
            "written": written,
            "served": served,
            "verdicts": VERDICTS,
            "texts": tables.texts,
            "runs": columns,
            "findings": findings,
        }
    )


class Tables:
    """Texts that repeat: each is held once, and stands elsewhere as its number."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {
            name: [] for name in ("sentence", "scenario", "nemesis", "image", "repeat", "fault")
        }
        self._codes: dict[tuple[str, str], int] = {}

    def code(self, table: str, text: str) -> int:
        """Return the number of a text in its table."""
        code = self._codes.setdefault((table, text), len(self.texts[table]))
        if code == len(self.texts[table]):
            self.texts[table].append(text)
        return code


def _pairs(tables: Tables, seconds: dict[str, float]) -> list[float]:
    """Return `[fault, seconds, fault, seconds, …]`, the fault as its number."""
    return [number for fault, took in seconds.items() for number in (tables.code("fault", fault), took)]


def _faults(run: StoredRun) -> str:
    return ", ".join((*run.nemesis, *(("liveness",) if run.liveness else ()))) or "none"


def _repeat(run: StoredRun) -> str:
    """Return the command with a gap for its seed: that is what most commands of a store differ in."""
    return run.repeat.replace(f"--seed {run.seed} ", "--seed \x00 ")


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[:LONGEST_SENTENCE].rstrip()}…"
