"""The columnar form: the same from lines, from a list of events and from the copy beside a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.errors import HistoryError
from harness.history import Event, History, HistoryWriter, Stat, read_history, reader, stretch
from harness.history.columns import (
    ANY_VERSION,
    EPHEMERAL,
    EVENT_FIELDS,
    FAIL,
    INFO,
    OK,
    PART_FIELDS,
    RECURSIVE,
    SEQUENCE,
    STAT_FIELDS,
    WATCH,
    Columns,
)
from harness.history.saved import columns_path

STAT = Stat(czxid=5, mzxid=9, version=2, ephemeralOwner=-(2**63), numChildren=3)

ROWS: list[dict[str, Any]] = [
    {"time": 1, "type": "event", "f": "session", "value": {"state": "connected", "timeout": 4000}},
    {
        "time": 2,
        "type": "invoke",
        "f": "create",
        "process": "a/1.1",
        "key": "/k/s-",
        "value": {"data": "a/1-1", "ephemeral": True, "sequence": True},
    },
    {"time": 3, "type": "invoke", "f": "children", "process": "b/1.1", "key": "/k", "value": {"watch": True}},
    {
        "time": 4,
        "type": "ok",
        "f": "children",
        "process": "b/1.1",
        "key": "/k",
        "value": ["x", "ä"],
        "zxid": 7,
    },
    {
        "time": 5,
        "type": "ok",
        "f": "create",
        "process": "a/1.1",
        "key": "/k/s-",
        "value": "/k/s-1",
        "stat": STAT,
    },
    {
        "time": 6,
        "type": "invoke",
        "f": "multi",
        "process": "a/1.1",
        "value": [
            {"f": "set", "key": "/k", "data": "a/1-2", "version": 3},
            {"f": "create", "key": "/k/c"},
        ],
    },
    {"time": 7, "type": "event", "f": "watch", "key": "/k", "value": {"type": "CHILD"}},
    {
        "time": 8,
        "type": "ok",
        "f": "multi",
        "process": "a/1.1",
        "value": [msgspec.to_builtins(STAT), "/k/c"],
        "session": -5,
        "wire": 4,
    },
    {"time": 9, "type": "invoke", "f": "exists", "process": "b/1.1", "key": "/k"},
    {"time": 9, "type": "ok", "f": "exists", "process": "b/1.1", "key": "/k", "value": True, "stat": STAT},
    {
        "time": 10,
        "type": "invoke",
        "f": "add-watch",
        "process": "b/1.1",
        "key": "/k",
        "value": {"mode": "recursive"},
    },
    {"time": 11, "type": "info", "f": "add-watch", "process": "b/1.1", "key": "/k", "error": "lost"},
    {
        "time": 12,
        "type": "invoke",
        "f": "multi-read",
        "process": "a/1.1",
        "value": [{"f": "get", "key": "/k"}],
    },
    {
        "time": 13,
        "type": "ok",
        "f": "multi-read",
        "process": "a/1.1",
        "value": [
            {"data": "a/1-2", "stat": msgspec.to_builtins(STAT)},
            {"children": ["x"]},
            {"error": "NoNodeError"},
        ],
    },
    {"time": 14, "type": "invoke", "f": "set", "process": "a/1.1", "key": "/k", "value": {"data": "a/1-3"}},
    {"time": 15, "type": "invoke", "f": "set", "process": "c/1.1", "key": "/k"},
    {"time": 16, "type": "fail", "f": "set", "process": "c/1.1", "key": "/k", "error": "BadVersionError"},
]


def events() -> list[Event]:
    return [Event(index=i, **row) for i, row in enumerate(ROWS)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    writer = HistoryWriter(tmp_path / "history.jsonl")
    for row in ROWS:
        writer.write(**row)
    writer.close()
    return writer.path


NUMBERED = {"f", "process", "node", "key", "error", "server", "text"}
"""Columns of text numbers, which depend on how the file was cut into blocks."""


def assert_same(one: History, other: History) -> None:
    """Assert that two histories have the same columns, except for where the lines begin."""
    mine, theirs = one.columns, other.columns

    def said(columns: Columns, column: list[int], name: str) -> Any:
        if name == "stat":
            return [
                [getattr(columns.stats, field)[i] for field in STAT_FIELDS] if i >= 0 else None
                for i in column
            ]
        return [columns.texts.say(i) for i in column] if name in NUMBERED else column

    for name in EVENT_FIELDS:
        if name != "offset":
            one_said = said(mine, getattr(mine, name).tolist(), name)
            assert one_said == said(theirs, getattr(theirs, name).tolist(), name), name
    for name in PART_FIELDS:
        one_said = said(mine, getattr(mine.parts, name).tolist(), name)
        assert one_said == said(theirs, getattr(theirs.parts, name).tolist(), name), name
    assert said(mine, mine.items.tolist(), "text") == said(theirs, theirs.items.tolist(), "text")
    assert sorted(mine.texts.all) == sorted(theirs.texts.all)


def test_what_the_columns_say() -> None:
    columns = History(events()).columns
    say = columns.texts.say
    assert [say(f) for f in columns.f.tolist()] == [row["f"] for row in ROWS]
    assert columns.time.tolist() == [row["time"] for row in ROWS]
    assert say(columns.text[0]) == "connected"
    assert columns.number[0] == 4000
    assert say(columns.text[1]) == "a/1-1"
    assert columns.flags[1] == EPHEMERAL | SEQUENCE
    assert columns.flags[2] == WATCH
    assert [say(i) for i in columns.items[columns.first[3] :][: columns.count[3]].tolist()] == ["x", "ä"]
    assert say(columns.text[4]) == "/k/s-1"
    assert columns.stats.ephemeralOwner[columns.stat[4]] == -(2**63)
    assert say(columns.text[6]) == "CHILD"
    assert columns.flags[10] == RECURSIVE


def test_the_parts_of_a_multi() -> None:
    columns = History(events()).columns
    say, parts = columns.texts.say, columns.parts
    first = int(columns.first[5])
    assert columns.count[5] == columns.count[7] == 2
    assert [say(f) for f in parts.f[first : first + 2].tolist()] == ["set", "create"]
    assert [say(text) for text in parts.text[first : first + 2].tolist()] == ["a/1-2", ""]
    assert parts.number[first : first + 2].tolist() == [3, -1]
    answer = int(columns.first[7])
    assert columns.stats.version[parts.stat[answer]] == 2
    assert say(parts.text[answer + 1]) == "/k/c"
    read = int(columns.first[13])
    assert say(parts.text[read]) == "a/1-2"
    assert parts.count[read + 1] == 1
    assert say(parts.error[read + 2]) == "NoNodeError"


def test_calls_are_paired_and_in_order_of_invocation() -> None:
    history = History(events())
    calls, say = history.calls, history.columns.texts.say
    assert [(say(f), o) for f, o in zip(calls.f.tolist(), calls.outcome.tolist(), strict=True)] == [
        ("create", OK),
        ("children", OK),
        ("multi", OK),
        ("exists", OK),
        ("add-watch", INFO),
        ("multi-read", OK),
        ("set", INFO),
        ("set", FAIL),
    ]
    assert calls.complete.tolist() == [4, 3, 7, 9, 11, 13, -1, 16]
    assert calls.session.tolist() == [0, 0, -5, 0, 0, 0, 0, 0]
    assert calls.found.tolist() == [False] * 3 + [True] + [False] * 4
    assert say(int(calls.error[-1])) == "BadVersionError"
    assert say(int(calls.told[0])) == "/k/s-1"
    assert calls.stat[-1] == -1
    assert [say(asked) for asked in calls.asked[[0, -1]].tolist()] == ["a/1-1", ""]
    assert calls.asked[1] == -1


def test_lines_and_events_give_the_same_columns(file: Path) -> None:
    assert_same(read_history(file), History(events()))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large, and is read by one process."""
    monkeypatch.setattr(reader, "LARGE", 1)
    monkeypatch.setattr(stretch, "BLOCK", 100)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})


@pytest.mark.usefixtures("large")
def test_a_large_file_is_read_lazily_and_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_history(file)
    assert columns_path(file).is_dir()
    monkeypatch.setattr(reader, "Stretch", None)  # the copy has to do
    second = read_history(file)
    for history in (first, second):
        assert_same(history, History(events()))
        assert list(history.events) == events()
        assert history.events[2:4] == events()[2:4]
        assert [event.index for event in history.select("set", type="invoke")] == [14, 15]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("damaged", ["about.json", "time.npy", "texts.npy"])
def test_a_damaged_copy_is_made_anew(file: Path, damaged: str) -> None:
    read_history(file)
    (columns_path(file) / damaged).write_bytes(b"damaged")
    assert_same(read_history(file), History(events()))
    assert (columns_path(file) / damaged).read_bytes() != b"damaged"


@pytest.mark.usefixtures("large")
def test_a_copy_of_another_file_is_not_taken(file: Path) -> None:
    read_history(file)
    with file.open("ab") as lines:
        lines.write(b'{"index":17,"time":20,"type":"event","f":"phase","value":"closed"}\n')
    assert len(read_history(file)) == len(ROWS) + 1


@pytest.mark.usefixtures("large")
def test_a_copy_of_a_file_that_grew_meanwhile_is_not_taken(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grow(*_: object) -> None:
        with file.open("ab") as lines:
            lines.write(b'{"index":17,"time":20,"type":"event","f":"phase","value":"closed"}\n')

    with monkeypatch.context() as patched:
        patched.setattr(reader, "_refuse_mistakes", grow)
        assert len(read_history(file)) == len(ROWS)
    assert len(read_history(file)) == len(ROWS) + 1


@pytest.mark.usefixtures("large")
def test_where_nothing_may_be_written_a_large_file_is_read_all_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    assert_same(read_history(file), History(events()))
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("processes", [2, 3, 5])
def test_several_processes_read_what_one_reads(
    file: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(processes)))
    assert_same(read_history(file), History(events()))
    monkeypatch.setattr(reader, "Stretch", None)  # nor did one process have to read it all
    columns_path(file).rename(file.with_suffix(".gone"))
    assert len(read_history(file)) == len(ROWS)


@pytest.mark.usefixtures("large")
def test_several_processes_leave_out_a_torn_line(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    with file.open("ab") as lines:
        lines.write(b'{"index":17,"ti')
    history = read_history(file)
    assert (len(history), history.torn) == (len(ROWS), "line 18 was torn off in the middle and is left out")
    assert read_history(file).torn == history.torn


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: lines.pop(13), r"line 14: index 14 where 13 was due"),
        (lambda lines: lines.insert(15, b"{}\n"), r"line 16: not an event"),
        (lambda lines: lines.pop(15), r"line 16: index 16 where 15 was due"),
    ],
)
def test_a_mistake_in_what_another_process_reads_is_told_by_its_line(
    file: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[list[bytes]], object], reason: str
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    lines = file.read_bytes().splitlines(keepends=True)
    change(lines)
    file.write_bytes(b"".join(lines))
    with pytest.raises(HistoryError, match=reason):
        read_history(file)
    assert list(file.parent.iterdir()) == [file]


def test_the_first_mistake_of_a_large_file_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretch, "BLOCK", 64)
    lines = file.read_bytes().splitlines(keepends=True)
    lines[9] = b'{"index": 9, "time": 9, "type": "ok", "f": "get", "process": "b/1.1"}\n'
    file.write_bytes(b"".join(lines))
    with pytest.raises(
        HistoryError, match=r"line 10: process b/1\.1 completes get but its open call is exists"
    ):
        read_history(file)
    lines[9] = b'{"index": 9, "time": 9, "type": "ok", "f": "exists", "process": "b/1.1", "colour": 1}\n'
    file.write_bytes(b"".join(lines))
    with pytest.raises(HistoryError, match=r"line 10: not an event of a history .*colour"):
        read_history(file)


def test_a_call_before_the_last_answer_is_told(file: Path) -> None:
    with file.open("ab") as lines:
        lines.write(b'{"index":17,"time":15,"type":"invoke","f":"get","process":"c/1.1"}\n')
    with pytest.raises(
        HistoryError, match=r"line 18: process c/1\.1 invokes get before its last answer; the times"
    ):
        read_history(file)


def test_numbers_beyond_64_bits_are_refused(file: Path) -> None:
    file.write_bytes(b'{"index":0,"time":9223372036854775808,"type":"event","f":"x"}\n')
    with pytest.raises(HistoryError, match=r"line 1: not an event .*time"):
        read_history(file)


@pytest.mark.parametrize("large", [2**31, -(2**31) - 1, 2**70])
def test_what_a_value_holds_beyond_its_column_is_no_number(large: int) -> None:
    rows = [
        ("invoke", "set", {"data": "x", "version": large}),
        ("fail", "multi", large),
        ("event", "session", {"state": "connected", "timeout": large}),
        ("invoke", "multi", [{"f": "set", "key": "/a", "data": "y", "version": large}]),
        ("ok", "multi", [{"version": large}, {"czxid": 5, "version": large}, {"stat": {"version": large}}]),
        ("event", "comet", {"token": large}),
    ]
    history = History([Event(i, i, what, f, value=value) for i, (what, f, value) in enumerate(rows)])
    columns = history.columns
    assert columns.number.tolist() == [ANY_VERSION] * len(rows)
    assert columns.parts.number.tolist() == [ANY_VERSION] * 4
    assert columns.parts.stat.tolist() == [-1] * 4
    assert columns.texts.say(columns.text[0]) == "x"
    assert columns.texts.say(columns.text[2]) == "connected"
    assert [event.value for event in history.events] == [value for _, _, value in rows]


def test_what_is_no_stat_is_left_out_of_the_columns() -> None:
    answers = [{"czxid": "soon"}, {"czxid": 2**70}, {"stat": {"comet": 1}}, {"stat": {"czxid": 5}}]
    columns = History([Event(0, 1, "ok", "multi-read", value=answers)]).columns
    assert columns.parts.stat.tolist() == [-1, -1, -1, 0]
    assert columns.stats.czxid.tolist() == [5]
