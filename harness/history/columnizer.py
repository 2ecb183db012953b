"""From events to columns, chunk by chunk, so that a history of any length needs no memory for its objects."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.event import Event, Stat
from harness.history.columns import (
    ANY_VERSION,
    CONTAINER,
    EPHEMERAL,
    EVENT_FIELDS,
    FOUND,
    I8,
    PART_FIELDS,
    RECURSIVE,
    SEQUENCE,
    STAT_FIELDS,
    TTL,
    TYPES,
    WATCH,
    Columns,
    columns_of,
)
from harness.history.texts import NOTHING, Texts

ARRAYS = ("time", "session", "conn", "xid", "zxid", "wire", "sent", "received")
"""Fields of an event that are columns as they are."""

TEXTS = ("f", "process", "node", "key", "error", "server")
"""Fields of an event of which the column holds the text's number."""

PART_TEXTS = ("f", "key", "text", "error")
"""The same of a part."""

LEAST, MOST = -(2**31), 2**31 - 1
"""The numbers that the column `number` can hold."""

Shape = dict[str, tuple[Any, int]]

FLAGS = {"ephemeral": EPHEMERAL, "sequence": SEQUENCE, "container": CONTAINER, "ttl": TTL, "watch": WATCH}


class Columnizer:
    """Takes events in order and gives their columns at the end.

    The value of an event is read by what the vocabulary says of its `f`; one of another shape is left out of
    the columns, and stays in the event: other programs may say more.
    """

    def __init__(self) -> None:
        self.texts = Texts([""])
        self._chunks: dict[str, list[NDArray[Any]]] = {name: [] for name in EVENT_FIELDS}
        self._stat_chunks: dict[str, list[NDArray[Any]]] = {name: [] for name in STAT_FIELDS}
        self._part_chunks: dict[str, list[NDArray[Any]]] = {name: [] for name in PART_FIELDS}
        self._item_chunks: list[NDArray[Any]] = []
        # What is in the chunks already: rows of Stats, parts and items.
        self._stat_count = self._part_count = self._item_count = 0
        self._stats: list[Stat] = []
        self._parts: list[tuple[int, ...]] = []
        self._items: list[int] = []
        # Of the chunk at hand: what the values say, one entry an event.
        self._text: list[int] = []
        self._number: list[int] = []
        self._flags: list[int] = []
        self._first: list[int] = []
        self._count: list[int] = []
        self._readers: dict[tuple[str, str], Callable[[int, Any], None]] = {
            ("invoke", "create"): self._asked,
            ("invoke", "set"): self._asked,
            ("invoke", "delete"): self._asked,
            ("invoke", "get"): self._asked,
            ("invoke", "exists"): self._asked,
            ("invoke", "children"): self._asked,
            ("invoke", "add-watch"): self._mode,
            ("invoke", "multi"): self._asked_parts,
            ("invoke", "multi-read"): self._asked_parts,
            ("ok", "create"): self._named,
            ("ok", "get"): self._named,
            ("ok", "exists"): self._found,
            ("ok", "children"): self._listed,
            ("ok", "ephemerals"): self._listed,
            ("ok", "get-acl"): self._listed,
            ("ok", "multi"): self._answered_parts,
            ("ok", "multi-read"): self._answered_parts,
            ("fail", "multi"): self._cause,
            ("event", "session"): self._session,
            ("event", "watch"): self._watch,
        }

    def add(self, events: Sequence[Event], offsets: I8 | None = None) -> None:
        """Take the next events; `offsets` are where their lines begin in the file."""
        size = len(events)

        def column(field: str, number: Callable[[Any], int] | None = None) -> NDArray[Any]:
            # Maps in maps keep the loop over the events out of Python.
            values = map(attrgetter(field), events)
            return np.fromiter(map(number, values) if number else values, EVENT_FIELDS[field], size)

        for name in ARRAYS:
            self._chunks[name].append(column(name))
        for name in TEXTS:
            self._chunks[name].append(column(name, self.texts.__getitem__))
        self._chunks["type"].append(column("type", TYPES.__getitem__))
        self._chunks["stat"].append(column("stat", self._stat_row))
        self._chunks["offset"].append(np.full(size, -1) if offsets is None else offsets)
        self._read_values(events)
        self._keep_rows()

    def extend(self, more: Columns) -> None:
        """Take the columns of the events that come next; texts, rows and places are numbered anew."""
        parted = np.isin(more.f, [more.texts.find(f) for f in ("multi", "multi-read")])
        first = more.first + np.where(parted, self._part_count, self._item_count) * (more.count > 0)
        # The last entry is for -1, which stands for no text.
        anew = np.array([*(self.texts[text] for text in more.texts.all), NOTHING], np.int32)
        changed = {name: anew[getattr(more, name)] for name in (*TEXTS, "text")}
        changed |= {"first": first, "stat": self._moved(more.stat)}
        for name, chunks in self._chunks.items():
            chunks.append(changed.get(name, getattr(more, name)))
        changed = {name: anew[getattr(more.parts, name)] for name in PART_TEXTS}
        changed["first"] = more.parts.first + self._item_count * (more.parts.count > 0)
        changed["stat"] = self._moved(more.parts.stat)
        for name, chunks in self._part_chunks.items():
            chunks.append(changed.get(name, getattr(more.parts, name)))
        for name, chunks in self._stat_chunks.items():
            chunks.append(getattr(more.stats, name))
        self._item_chunks.append(anew[more.items])
        self._stat_count += len(more.stats)
        self._part_count += len(more.parts)
        self._item_count += len(more.items)

    @property
    def shape(self) -> Shape:
        """What the columns will be: {name: (numpy type, entries)}."""
        return {name: (dtype, sum(map(len, chunks))) for name, dtype, chunks in self._all_chunks()}

    def columns(self, into: dict[str, NDArray[Any]] | None = None) -> Columns:
        """Return the columns of everything that was added, once; in arrays `into` of `shape`, if given.

        The chunks are let go of one by one, so that one column at a time is twice in memory.
        """
        whole = {}
        for name, dtype, chunks in self._all_chunks():
            out = into[name] if into else np.empty(sum(map(len, chunks)), dtype)
            whole[name] = np.concatenate(chunks, out=out) if chunks else out
            chunks.clear()
        return columns_of(whole, self.texts)

    def _all_chunks(self) -> Iterator[tuple[str, Any, list[NDArray[Any]]]]:
        for name, chunks in self._chunks.items():
            yield name, EVENT_FIELDS[name], chunks
        for name, chunks in self._stat_chunks.items():
            yield f"stats.{name}", STAT_FIELDS[name], chunks
        for name, chunks in self._part_chunks.items():
            yield f"parts.{name}", PART_FIELDS[name], chunks
        yield "items", np.int32, self._item_chunks

    def _moved(self, stat: NDArray[Any]) -> NDArray[Any]:
        return np.where(stat >= 0, stat + np.int32(self._stat_count), stat)

    def _read_values(self, events: Sequence[Event]) -> None:
        size = len(events)
        self._text, self._number = [NOTHING] * size, [ANY_VERSION] * size
        self._flags, self._first, self._count = [0] * size, [0] * size, [0] * size
        readers = self._readers
        for place, event in enumerate(events):
            if event.value is not None:
                read = readers.get((event.type, event.f))
                if read is not None:
                    read(place, event.value)
        for name in ("text", "number", "flags", "first", "count"):
            self._chunks[name].append(np.array(getattr(self, f"_{name}"), EVENT_FIELDS[name]))

    def _asked(self, place: int, value: Any) -> None:
        if isinstance(value, dict):
            self._text[place], self._number[place], self._flags[place] = self._request(value)

    def _request(self, value: dict[str, Any]) -> tuple[int, int, int]:
        """Return data, expected version and flags of what was asked for."""
        told, version, flags = value.get("data"), value.get("version"), 0
        if len(value) > (told is not None) + (version is not None):
            for name, flag in FLAGS.items():
                if value.get(name):
                    flags |= flag
        return (
            self.texts[told] if isinstance(told, str) else NOTHING,
            _number(version),
            flags,
        )

    def _mode(self, place: int, value: Any) -> None:
        if isinstance(value, dict) and value.get("mode") == "recursive":
            self._flags[place] = RECURSIVE

    def _named(self, place: int, value: Any) -> None:
        if isinstance(value, str):
            self._text[place] = self.texts[value]

    def _found(self, place: int, value: Any) -> None:
        if value is True:
            self._flags[place] = FOUND

    def _listed(self, place: int, value: Any) -> None:
        self._first[place], self._count[place] = self._keep_items(value)

    def _keep_items(self, value: Any) -> tuple[int, int]:
        before = len(self._items)
        if isinstance(value, list):
            texts = self.texts
            self._items += [texts[item] for item in value if isinstance(item, str)]
        count = len(self._items) - before
        return (self._item_count + before, count) if count else (0, 0)

    def _cause(self, place: int, value: Any) -> None:
        self._number[place] = _number(value)

    def _session(self, place: int, value: Any) -> None:
        if isinstance(value, dict):
            self._text[place] = self.texts[str(value.get("state", ""))]
            self._number[place] = _number(value.get("timeout"))

    def _watch(self, place: int, value: Any) -> None:
        if isinstance(value, dict):
            self._text[place] = self.texts[str(value.get("type", ""))]

    def _asked_parts(self, place: int, value: Any) -> None:
        before = len(self._parts)
        for part in value if isinstance(value, list) else ():
            told = part if isinstance(part, dict) else {}
            data, version, flags = self._request(told)
            f, key = str(told.get("f", "")), self.texts[str(told.get("key", ""))]
            if data == NOTHING and f in {"create", "set"}:
                data = self.texts[""]
            self._parts.append((self.texts[f], key, data, version, flags, 0, NOTHING, 0, 0))
        self._keep_parts(place, before)

    def _answered_parts(self, place: int, value: Any) -> None:
        before = len(self._parts)
        for part in value if isinstance(value, list) else ():
            self._parts.append(self._answered_part(part))
        self._keep_parts(place, before)

    def _keep_parts(self, place: int, before: int) -> None:
        count = len(self._parts) - before
        if count:
            self._first[place], self._count[place] = self._part_count + before, count

    def _answered_part(self, part: Any) -> tuple[int, ...]:
        data, error, stat, first, count = NOTHING, 0, NOTHING, 0, 0
        if isinstance(part, str):
            data = self.texts[part]
        elif isinstance(part, dict):
            if "czxid" in part:
                stat = self._stat_row(_stat(part))
            elif isinstance(part.get("stat"), dict):
                stat = self._stat_row(_stat(part["stat"]))
            if isinstance(part.get("data"), str):
                data = self.texts[part["data"]]
            error = self.texts[str(part.get("error", ""))]
            first, count = self._keep_items(part.get("children"))
        return 0, 0, data, ANY_VERSION, 0, error, stat, first, count

    def _stat_row(self, stat: Stat | None) -> int:
        if stat is None:
            return NOTHING
        self._stats.append(stat)
        return self._stat_count + len(self._stats) - 1

    def _keep_rows(self) -> None:
        for name, dtype in STAT_FIELDS.items():
            values = map(attrgetter(name), self._stats)
            self._stat_chunks[name].append(np.fromiter(values, dtype, len(self._stats)))
        rows = np.array(self._parts, np.int64).reshape(-1, len(PART_FIELDS)).T
        for (name, dtype), column in zip(PART_FIELDS.items(), rows, strict=True):
            self._part_chunks[name].append(column.astype(dtype))
        self._item_chunks.append(np.array(self._items, np.int32))
        self._stat_count += len(self._stats)
        self._part_count += len(self._parts)
        self._item_count += len(self._items)
        self._stats, self._parts, self._items = [], [], []


def _number(value: Any) -> int:
    """Return what the column of numbers holds: a value that is none, or too large for it, says nothing."""
    return value if isinstance(value, int) and LEAST <= value <= MOST else ANY_VERSION


def _stat(told: dict[str, Any]) -> Stat | None:
    """Return the Stat that a part tells, None where it is not one."""
    try:
        return msgspec.convert(told, Stat)
    except msgspec.ValidationError:
        return None
