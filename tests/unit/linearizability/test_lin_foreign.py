"""Histories of other systems: read, written, and refused with file, line and reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HistoryError, SetupError
from harness.history import Event
from harness.history.foreign import read_any, read_edn, read_porcupine_log, write_edn
from harness.history.foreign.edn import Keyword, Source, parse
from harness.history.foreign.edn_writer import to_edn


def values(text: str) -> list[object]:
    return parse(Source(text, "h.edn"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nil", None),
        ("true", True),
        ("-12", -12),
        ("12N", 12),
        ("1.5e3", 1500.0),
        ("2M", 2.0),
        (":a.b/c", "a.b/c"),
        ("foo", "foo"),
        ('"a\\n\\"\\u0041; #_"', 'a\n"A; #_'),
        ("\\newline", "\n"),
        ("\\a", "a"),
        ("\\u0041", "A"),
        ("(1 2, 3)", [1, 2, 3]),
        ("[[] ()]", [[], []]),
        ("#{1 2}", frozenset({1, 2})),
        ("{:a 1 [1 2] {}}", {"a": 1, (1, 2): {}}),
        ("; a comment\n1 ; another", 1),
        ("[1 #_ 2 #_#_ 3 4 5]", [1, 5]),
        ("#_ [1 2] 3", 3),
        ('#inst "2020-01-01"', "2020-01-01"),
        ("#jepsen.history.Op{:index 3}", {"index": 3}),
        ("[#a #b 1]", [1]),
    ],
)
def test_edn_is_read(text: str, value: object) -> None:
    assert values(text) == [value]


def test_edn_nests_as_deep_as_it_likes() -> None:
    deep = values("[" * 20_000 + "]" * 20_000)[0]
    for _ in range(19_999):
        assert isinstance(deep, list)
        (deep,) = deep
    assert deep == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[1 2", "line 1, column 1: '[' is not closed"),
        ("\n\n {:a [1}", "line 3, column 8: '}' where ']' was due"),
        ("1 ]", "line 1, column 3: ']' closes nothing"),
        ("{:a}", "line 1, column 1: a map with a key but no value"),
        ("{:a 1\n :a 2}", "line 1, column 1: the same key twice"),
        ("#{1 1}", "line 1, column 1: the same member twice"),
        ("#_", "line 1, column 1: nothing follows '#_'"),
        ("[1 #_]", "line 1, column 6: ']' closes nothing"),
        ("#inst", "line 1, column 1: nothing follows '#inst'"),
        ("12x", "line 1, column 1: '12x' is no number"),
        ("[ : ]", "line 1, column 3: a colon without a name"),
        ('"abc', "is no EDN"),
        ('"\\q"', "the string holds the unknown escape"),
        ("1 @", "line 1, column 3: '@' is no EDN"),
    ],
)
def test_broken_edn_is_refused_with_line_and_column(text: str, wrong: str) -> None:
    with pytest.raises(HistoryError) as refused:
        values(text)
    assert str(refused.value).startswith("h.edn, line ")
    assert wrong in str(refused.value)
    assert str(refused.value).endswith(".")


edn_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(edn_values)
def test_what_is_written_in_edn_is_read_back(value: object) -> None:
    assert values(to_edn(value)) == [value]


def written(path: Path, text: str, name: str = "h.edn") -> Path:
    (path / name).write_text(text)
    return path / name


INVOKE = "{:process 0, :type :invoke, :f :write, :value 1}"
OK = "{:process 0, :type :ok, :f :write, :value 1}"


@pytest.mark.parametrize("text", [f"[{INVOKE}\n{OK}]", f"({INVOKE}\n{OK})", f"{INVOKE}\n{OK}"])
def test_a_history_is_a_vector_a_list_or_maps_one_after_the_other(tmp_path: Path, text: str) -> None:
    read = read_any(written(tmp_path, text))
    assert [(e.index, e.type, e.f, e.process, e.value) for e in read.history] == [
        (0, "invoke", "write", "0", 1),
        (1, "ok", "write", "0", 1),
    ]
    assert list(read.lines) == [1, 2]
    assert not read.refusals


def test_the_nemesis_invokes_nothing_and_a_client_may_have_a_name(tmp_path: Path) -> None:
    text = """{:process :nemesis, :type :info, :f :start, :value nil, :whatever 1}
    {:process :c1 :type :invoke :f :read :value nil :time 5 :index 1}
    {:process :nemesis, :type :info, :f :start, :value "cut"}
    {:process :c1 :type :info :f :read :value nil :time 7 :index 3 :error [:timeout 3]}"""
    events = read_edn(written(tmp_path, text)).events
    assert [(e.type, e.process, e.time) for e in events] == [
        ("event", "nemesis", 0),
        ("invoke", "c1", 5),
        ("event", "nemesis", 5),
        ("info", "c1", 7),
    ]


def test_independent_values_are_pairs_of_key_and_value(tmp_path: Path) -> None:
    path = written(tmp_path, INVOKE.replace(":value 1", ":value [:x 7]"))
    (event,) = read_edn(path, independent=True).events
    assert (event.key, event.value) == ("x", 7)
    with pytest.raises(HistoryError, match=r"not a pair \[key value\] as --independent says"):
        read_edn(written(tmp_path, INVOKE), independent=True)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"{INVOKE}\n{INVOKE}", "line 2: process 0 invokes write while its write of line 1 is outstanding."),
        (f"{OK}", "line 1: process 0 completes write, which it did not invoke."),
        (
            f"{INVOKE}\n{OK.replace(':write', ':read')}",
            "line 2: process 0 completes read but its open call is write.",
        ),
        (f"{INVOKE}\n[1]", "the operation after this line is [1], not a map."),
        (INVOKE.replace(":invoke", ":begin"), "line 1: the type is 'begin', not one of"),
        (INVOKE.replace(":f :write,", ""), "line 1: the :f is None, not a name."),
        (INVOKE.replace(":process 0,", ""), "line 1: the process is None"),
        (INVOKE.replace(":value", ":valeu"), "line 1: the field :valeu is unknown; known are :error"),
        (INVOKE.replace("}", " :time 3.5}"), "line 1: the time is 3.5, not a whole number"),
        (INVOKE.replace("}", " :index :a}"), "line 1: the index is 'a', not a number"),
        (
            INVOKE.replace("}", " :time 5}") + "\n" + OK.replace("}", " :time 4}"),
            "line 2: time 4 after 5; the times go back.",
        ),
        (
            INVOKE.replace("}", " :index 5}") + "\n\n" + OK.replace("}", " :index 5}"),
            "line 3: index 5 twice, first in line 1.",
        ),
        ("", "is empty; name a history."),
        ("[]", "holds no events"),
    ],
)
def test_a_history_that_cannot_be_is_refused(tmp_path: Path, text: str, wrong: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(HistoryError) as refused:
        read_any(path)
    assert str(refused.value).startswith(str(path))
    assert wrong in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"cannot read .*nothing\.edn: No such file"):
        read_any(tmp_path / "nothing.edn")
    (tmp_path / "bytes.edn").write_bytes(b"[1\n\xff]")
    with pytest.raises(HistoryError, match="line 2: not a text in UTF-8"):
        read_any(tmp_path / "bytes.edn")


LOG = """INFO  jepsen.util - 3\t:invoke\t:cas\t[1 2]
WARN  jepsen.core - something else
INFO  jepsen.util - 4\t:invoke\t:read\tnil
INFO  jepsen.util - 3\t:fail\t:cas\t[1 2]
INFO  jepsen.util - 4\t:info\t:read\t:timed-out
"""


def test_porcupines_log_is_read(tmp_path: Path) -> None:
    read = read_any(written(tmp_path, LOG, "etcd.log"))
    assert read.refusals
    assert [(e.process, e.type, e.f, e.value, e.error) for e in read.history] == [
        ("3", "invoke", "cas", [1, 2], ""),
        ("4", "invoke", "read", None, ""),
        ("3", "fail", "cas", [1, 2], ""),
        ("4", "info", "read", None, "timed-out"),
    ]
    assert list(read.lines) == [1, 3, 4, 5]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("INFO  jepsen.util - 3 invoke", "not of the form"),
        ("nonsense", "not of the form"),
        ("INFO  jepsen.util - 3 :begin :read nil", "the type is :begin"),
        ("INFO  jepsen.util - 3 :invoke :cas [1", "the value '[1' is no EDN"),
        ("INFO  jepsen.util - 3 :invoke :cas 1 2", "2 values where one was due"),
        ("INFO  jepsen.util - 3 :ok :read nil", "process 3 completes read, which it did not invoke"),
    ],
)
def test_a_log_that_is_none_is_refused(tmp_path: Path, line: str, wrong: str) -> None:
    with pytest.raises(HistoryError) as refused:
        read_porcupine_log(written(tmp_path, f"INFO  jepsen.core - begin\n{line}\n", "etcd.log"))
    assert "etcd.log, line 2: " in str(refused.value)
    assert wrong in str(refused.value)


def test_a_history_is_written_in_order_of_time_with_numbers_for_clients(tmp_path: Path) -> None:
    events = [
        Event(index=0, time=5, type="event", f="phase", process="harness", value="workload"),
        Event(index=1, time=9, type="ok", f="get", process="app1/1.3", key="/a", value="x"),
        Event(index=2, time=7, type="invoke", f="get", process="app1/1.3", key="/a"),
    ]
    target = tmp_path / "out.edn"
    assert write_edn(events, target) == 3
    assert target.read_text().splitlines() == [
        '{:index 0, :time 5, :type :info, :process :harness, :f :phase, :value "workload"}',
        '{:index 1, :time 7, :type :invoke, :process 0, :f :get, :value nil, :key "/a"}',
        '{:index 2, :time 9, :type :ok, :process 0, :f :get, :value "x", :key "/a"}',
    ]
    assert [e.type for e in read_edn(target).events] == ["event", "invoke", "ok"]
    with pytest.raises(SetupError, match="cannot write"):
        write_edn(events, tmp_path / "nowhere" / "out.edn")


def test_a_keyword_is_its_name() -> None:
    (word,) = values(":nemesis")
    assert isinstance(word, Keyword)
    assert word == "nemesis"
