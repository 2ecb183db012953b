"""A checker's numbers in words."""

from collections.abc import Mapping
from typing import Any

from checkers.result import Result
from reports.values import rows

_KNOWN = {
    "leaders": ("leaderships", ""),
    "longest_believed_overlap": ("longest time that two believed so", " s"),
    "longest_unexplained_overlap": ("longest part of it that no fault explains", " s"),
    "vacant": ("time without a leader", " s"),
    "vacant_after_faults": ("vacant after each fault", ""),
    "longest": ("longest recovery", " s"),
    "explained_overlaps": ("overlaps that a paused process explains", ""),
}
"""Label and unit by name; others are shown under their own names."""

_PERCENTILES = frozenset({"p50", "p90", "p99", "max", "of"})


_TABLES = {"recovery": "faults", "herd": "by_candidates"}
"""Measures, by checker, that have a table of their own in the report."""


def measures(result: Result) -> list[tuple[str, str]]:
    """Return rows of label and value but for what has a table of its own."""
    elsewhere = {_TABLES.get(result.name)}
    told = {name: _words(value) for name, value in result.measures.items() if name not in elsewhere}
    found: list[tuple[str, str]] = []
    for name, value in rows(told):
        label, unit = _KNOWN.get(name, (name.replace("_", " "), ""))
        found.append((label, f"{value}{unit}" if value else "not seen"))
    return found


def _words(value: Any) -> Any:
    """Say percentiles in one row; leave everything else as it is."""
    if not isinstance(value, Mapping) or set(value) != _PERCENTILES:
        return value
    half, most, longest = (f"{value[name]:.3g} s" for name in ("p50", "p90", "max"))
    return f"half within {half}, 90 % within {most}, the longest {longest}, of {value['of']:,}"
