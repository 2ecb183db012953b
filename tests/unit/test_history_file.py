"""A history file read back: whole, torn at any byte, damaged in every way, or something else entirely."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import HistoryError
from harness.history import Event, HistoryWriter, Stat, read_history

CALL = b'{"index":0,"time":10,"type":"invoke","f":"work","process":"app1/1.1"}\n'
ANSWER = b'{"index":1,"time":20,"type":"ok","f":"work","process":"app1/1.1","zxid":7}\n'

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
occurrences = st.fixed_dictionaries(
    {"time": st.integers(-(2**63), 2**63 - 1), "f": st.text(max_size=6)},
    optional={
        "process": st.text(max_size=6),
        "node": st.text(max_size=4),
        "key": st.text(max_size=6),
        "value": json_values,
        "error": st.text(max_size=6),
        "session": st.integers(-(2**63), 2**63 - 1),
        "zxid": st.integers(0, 2**63 - 1),
        "stat": st.none() | st.builds(Stat, czxid=st.integers(0, 2**63 - 1), version=st.integers(0, 9)),
    },
)


def written(path: Path, rows: list[dict[str, Any]]) -> list[Event]:
    path.unlink(missing_ok=True)
    writer = HistoryWriter(path)
    events = [writer.write(type="event", **row) for row in rows]
    writer.close()
    return events


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("history") / "history.jsonl"


@given(st.lists(occurrences, min_size=1, max_size=6))
def test_what_is_written_is_read_back(scratch: Path, rows: list[dict[str, Any]]) -> None:
    events = written(scratch, rows)
    history = read_history(scratch)
    assert list(history.events) == events
    assert [event.index for event in events] == list(range(len(rows)))
    assert history.torn == ""


def check_cut(path: Path, data: bytes, events: list[Event], cut: int) -> None:
    """Cut the file of some events off at a byte: it gives the events before it, or one sentence."""
    path.write_bytes(data[:cut])
    ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    # A line that lacks nothing but its newline is whole.
    whole = sum(cut >= end - 1 for end in ends)
    if not whole:
        sentence = (
            "its only line was torn off in the middle" if cut else "holds no events; name the directory"
        )
        with pytest.raises(HistoryError, match=sentence):
            read_history(path)
        return
    history = read_history(path)
    assert list(history.events) == events[:whole]
    torn = cut not in {*ends, *(end - 1 for end in ends)}
    told = f"line {whole + 1} was torn off in the middle and is left out"
    assert history.torn == (told if torn else "")


def test_a_file_cut_at_every_byte(scratch: Path) -> None:
    rows = [
        {"time": 1, "f": "plan", "process": "harness", "value": {"a": [1, {"b": "}\n"}]}},
        {"time": -2, "f": "wächter", "key": "/é\u2028", "error": "\x00"},
        {"time": 3, "f": "server", "value": {"zxid": 2**40}},
    ]
    events = written(scratch, rows)
    data = scratch.read_bytes()
    for cut in range(len(data) + 1):
        check_cut(scratch, data, events, cut)


@given(st.lists(occurrences, min_size=1, max_size=4), st.floats(0, 1))
def test_any_file_cut_anywhere(scratch: Path, rows: list[dict[str, Any]], share: float) -> None:
    events = written(scratch, rows)
    data = scratch.read_bytes()
    check_cut(scratch, data, events, round(share * len(data)))


@settings(max_examples=150)
@given(st.binary(max_size=60), st.integers(0, len(CALL + ANSWER)), st.integers(0, 20))
def test_any_damage_is_told_in_one_sentence(scratch: Path, noise: bytes, at: int, gone: int) -> None:
    data = CALL + ANSWER
    scratch.write_bytes(data[:at] + noise + data[at + gone :])
    sentence = ""
    try:
        history = read_history(scratch)
    except HistoryError as error:
        sentence = str(error)
    if sentence:
        assert str(scratch) in sentence
        assert "\n" not in sentence
    else:
        assert [event.index for event in history] == list(range(len(history)))


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (CALL + b"{oops}\n", r"line 2: not an event of a history \(.*\)\.$"),
        (
            CALL + b'{"index":1,"time":1,"type":"event"}\n',
            r"line 2: not an event .*missing required field `f`",
        ),
        (
            CALL + b'{"index":1,"time":1,"type":"event","f":"x","colour":1}\n',
            "line 2: .*unknown field `colour`",
        ),
        (CALL + b'{"index":1,"time":1,"type":"perhaps","f":"x"}\n', "line 2: .*Invalid enum value 'perhaps'"),
        (CALL + b'{"index":1,"time":"now","type":"event","f":"x"}\n', "line 2: .*Expected `int`, got `str`"),
        (CALL + b'{"index":1,"time":1,"type":"event","f":"\xff"}\n', "line 2: not an event"),
        (
            CALL + b'{"index":1,"time":1,"type":"event","f":"x","value":' + b"[" * 9999 + b"\n",
            "line 2: not an event",
        ),
        (CALL + b"\n", "line 2: not an event"),
        (CALL + CALL, "line 2: index 0 where 1 was due; lines were lost, doubled or moved"),
        (CALL + ANSWER.replace(b'"index":1', b'"index":2'), "line 2: index 2 where 1 was due"),
        (
            CALL + CALL.replace(b'"index":0', b'"index":1').replace(b"work", b"exists"),
            r"line 2: process app1/1\.1 invokes exists while its work of line 1 is outstanding",
        ),
        (
            CALL + ANSWER.replace(b"app1/1.1", b"app1/1.2"),
            r"line 2: process app1/1\.2 completes work, which it did not invoke",
        ),
        (
            CALL + ANSWER + ANSWER.replace(b'"index":1', b'"index":2'),
            "line 3: process .* completes work, which it did not invoke",
        ),
        (CALL + ANSWER.replace(b"work", b"exists"), "line 2: .* completes exists but its open call is work"),
        (CALL + ANSWER.replace(b"20", b"9"), "line 2: the answer is older than its call; the times go back"),
    ],
)
def test_each_kind_of_damage_names_file_line_and_reason(tmp_path: Path, lines: bytes, sentence: str) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(lines)
    with pytest.raises(HistoryError, match=sentence) as caught:
        read_history(path)
    assert str(caught.value).startswith(f"{path}, line ")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no events; name the directory of a run"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "line 1: not an event of a history"),
        (
            b"{:type :invoke, :f :read, :value nil, :process 0, :time 1}\n",
            "line 1: not an event of a history",
        ),
        (b"2024-01-01 some log line\n", "line 1: not an event of a history"),
    ],
)
def test_a_foreign_file_is_told_apart(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(HistoryError, match=sentence):
        read_history(path)


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"^cannot read .*absent: No such file or directory\.$"):
        read_history(tmp_path / "absent")
    with pytest.raises(HistoryError, match=r"^cannot read .*: Is a directory\.$"):
        read_history(tmp_path)


def test_an_answer_may_come_at_the_very_time_of_its_call(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(CALL + ANSWER.replace(b"20", b"10"))
    assert [op.latency for op in read_history(path).operations] == [0]
