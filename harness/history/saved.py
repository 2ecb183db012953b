"""Columns in a directory of numpy files beside a large history; the JSON lines remain the log of record.

The files are mapped into memory, so what is written and what checkers read is the same memory.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from harness.history.columnizer import Columnizer, Shape
from harness.history.columns import Columns, columns_of
from harness.history.texts import Texts

FORMAT = 2
"""Raised whenever the columns change: a copy of another format is made anew."""


Source = tuple[int, ...]


class About(msgspec.Struct, frozen=True):
    """What the directory says of its columns."""

    shape: dict[str, int]
    torn: str
    """What was wrong with the last line, empty where it was whole."""
    first: int = 0
    """Index of the first event."""
    source: Source = ()
    """The file that they were made of, see `source_of`."""


def columns_path(history: Path) -> Path:
    """Return where the columns of a history are kept."""
    return history.with_suffix(".columns")


def source_of(history: Path) -> Source:
    """Tell a file from every other, and from itself at another time; raises OSError."""
    stat = history.stat()
    return FORMAT, stat.st_size, stat.st_mtime_ns, stat.st_ino


def keep_columns(
    history: Path, source: Source, columnizer: Columnizer, torn: str, refuse: Callable[[Columns], None]
) -> Columns:
    """Return the columns of a history, and keep them beside it where one may write.

    `source` is what the file was before it was read. Nothing is kept of a history that `refuse` raises an
    error for.
    """
    path = columns_path(history)
    made = path.with_suffix(f".{os.getpid()}.part")
    try:
        try:
            arrays = _reserve(made, columnizer.shape)
        except OSError:
            arrays = None  # Then the next reading reads the lines again.
        columns = columnizer.columns(arrays)
        refuse(columns)
        if arrays is not None:
            with suppress(OSError):
                _finish(made, columns.texts, About(_sizes(arrays), torn, source=source))
                shutil.rmtree(path, ignore_errors=True)
                made.replace(path)
        return columns
    finally:
        shutil.rmtree(made, ignore_errors=True)


def load_columns(history: Path, source: Source) -> tuple[Columns, str] | None:
    """Return the columns and what was wrong with the last line; None without a copy of just this source."""
    try:
        columns, about = read_columns(columns_path(history))
        return (columns, about.torn) if about.source == source else None
    except (OSError, ValueError, msgspec.DecodeError):
        return None


def write_columns(place: Path, columnizer: Columnizer, torn: str, first: int) -> None:
    """Write columns of which the first event has the index `first` into a new directory; raises OSError."""
    arrays = _reserve(place, columnizer.shape)
    _finish(place, columnizer.columns(arrays).texts, About(_sizes(arrays), torn, first))


def read_columns(place: Path) -> tuple[Columns, About]:
    """Map columns into memory; raises OSError, ValueError or DecodeError where they are not whole."""
    about = msgspec.json.decode((place / "about.json").read_bytes(), type=About)
    arrays = {name: _mapped(place, name, size) for name, size in about.shape.items()}
    texts = Texts.unpack(np.load(place / "texts.npy"), np.load(place / "ends.npy"))
    return columns_of(arrays, texts), about


def _reserve(place: Path, shape: Shape) -> dict[str, NDArray[Any]]:
    """Make a file for every column, with room on the disk: a write to a mapped file cannot fail politely."""
    place.mkdir()
    arrays = {}
    for name, (dtype, size) in shape.items():
        path = place / f"{name}.npy"
        if size == 0:
            np.save(path, np.empty(0, dtype))
            arrays[name] = np.empty(0, dtype)
            continue
        mapped = open_memmap(path, mode="w+", dtype=dtype, shape=(size,))
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        # A plain view: numpy's own class for mapped arrays is slow in small steps.
        arrays[name] = mapped.view(np.ndarray)
    return arrays


def _sizes(arrays: dict[str, NDArray[Any]]) -> dict[str, int]:
    return {name: len(array) for name, array in arrays.items()}


def _finish(place: Path, texts: Texts, about: About) -> None:
    packed, ends = texts.pack()
    np.save(place / "texts.npy", packed)
    np.save(place / "ends.npy", ends)
    (place / "about.json").write_bytes(msgspec.json.encode(about))


def _mapped(place: Path, name: str, size: int) -> NDArray[Any]:
    path = place / f"{name}.npy"
    array: NDArray[Any] = np.load(path, mmap_mode="r" if size else None).view(np.ndarray)
    if len(array) != size:
        raise ValueError(f"{path} was changed")
    return array
