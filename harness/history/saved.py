"""The columns of a large history in a file beside it; the JSON lines remain the log of record."""

import os
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from harness.history.columns import EVENT_FIELDS, Columns, Parts, Stats
from harness.history.texts import Texts

FORMAT = 1
"""Raised whenever the columns change: a copy of another format is made anew."""


def columns_path(history: Path) -> Path:
    """Return where the columns of a history are kept."""
    return history.with_suffix(".columns.npz")


def save_columns(history: Path, columns: Columns, torn: str) -> None:
    """Write the columns; raises OSError. A reader sees the whole file or none."""
    path = columns_path(history)
    texts, ends = columns.texts.pack()
    arrays: dict[str, Any] = {name: getattr(columns, name) for name in EVENT_FIELDS}
    for table in ("stats", "parts"):
        rows = getattr(columns, table)
        arrays |= {f"{table}.{field.name}": getattr(rows, field.name) for field in fields(rows)}
    made = path.with_suffix(f".{os.getpid()}.part")
    try:
        with made.open("wb") as file:
            np.savez(
                file,
                **arrays,
                items=columns.items,
                texts=texts,
                ends=ends,
                torn=np.array(torn),
                source=_stamp(history),
            )
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def load_columns(history: Path) -> tuple[Columns, str] | None:
    """Return the columns and what was wrong with the last line; None without a copy of this very file."""
    try:
        with np.load(columns_path(history)) as saved:
            if not np.array_equal(saved["source"], _stamp(history)):
                return None
            tables: dict[str, Any] = {
                name: kind(**{field.name: saved[f"{name}.{field.name}"] for field in fields(kind)})
                for name, kind in (("stats", Stats), ("parts", Parts))
            }
            columns = Columns(
                **{name: saved[name] for name in EVENT_FIELDS},
                **tables,
                items=saved["items"],
                texts=Texts.unpack(saved["texts"], saved["ends"]),
            )
            return columns, str(saved["torn"])
    except (OSError, KeyError, ValueError, BadZipFile):
        return None


def _stamp(history: Path) -> Any:
    """Tell a file from every other, and from itself at another time."""
    stat = history.stat()
    return np.array([FORMAT, stat.st_size, stat.st_mtime_ns, stat.st_ino])
