"""Calls packed in columns tell the same as the events that they were made of."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest

from harness.history import Event, History, Operation, Stat, read_history
from harness.history.columns import FAIL, INFO, OK
from reports.clock import Clock
from reports.sections.statistics import error_rows, operation_rows
from reports.timeline.call_values import value_codes
from reports.timeline.columns import CallPacker, Columns
from reports.timeline.packing import unpack
from reports.timeline.stat_table import StatTable
from reports.timeline.strings import Strings
from reports.timeline.thinning import chosen_calls
from reports.values import hex_id, shown
from tests.simulation.big import BigRun, Size
from tests.unit.sample_history import BOOT, sample_run


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Every kind of call, in a file as a run leaves it."""
    out = BytesIO()
    BigRun(Size(operations=3000, unknown=0.02), out).write()
    path = tmp_path_factory.mktemp("big") / "history.jsonl"
    path.write_bytes(out.getvalue())
    return read_history(path)


def packed(history: History, clock: Clock) -> tuple[Columns, list[str], StatTable, Strings]:
    strings, rows = Strings(), np.arange(len(history.calls))
    stats = StatTable(history.columns.stats, history.calls.stat)
    columns = CallPacker(history, strings, clock, stats).pack(rows)
    return columns, strings.table(), stats, strings


def in_order(history: History) -> list[Operation]:
    return sorted(history.operations, key=lambda operation: operation.invoke.time)


def test_every_column_tells_what_the_events_tell(big: History) -> None:
    clock = Clock(big.start)
    columns, strings, *_ = packed(big, clock)
    operations = in_order(big)
    told = {name: unpack(getattr(columns, name)).tolist() for name in columns.__struct_fields__}
    assert {len(column) for column in told.values()} == {len(operations)}

    def text(name: str) -> list[str]:
        return [strings[code] for code in told[name]]

    done = [operation.complete for operation in operations]
    assert text("f") == [op.invoke.f for op in operations]
    assert text("p") == [op.invoke.process for op in operations]
    assert text("k") == [op.invoke.key for op in operations]
    assert told["i"] == [op.invoke.index for op in operations]
    assert told["o"] == [("ok", "fail", "info").index(op.outcome) for op in operations]
    assert text("e") == ["never answered" if e is None else e.error for e in done]
    assert text("q") == ["" if e is None else hex_id(e.session) for e in done]
    zxids = [epoch << 32 | counter for epoch, counter in zip(told["epoch"], told["counter"], strict=True)]
    assert zxids == [0 if e is None else e.zxid for e in done]
    times = [micros / 1e6 for micros in told["t"]]
    assert times == pytest.approx([clock.seconds(op.invoke.time) for op in operations], abs=2e-6)
    assert [ms - 1 if ms else None for ms in told["d"]] == [
        None if op.latency is None else (op.latency + 500) // 1000 for op in operations
    ]


def test_values_are_the_answers_or_else_the_calls(big: History) -> None:
    strings, rows = Strings(), np.arange(len(big.calls))
    codes = value_codes(big, rows, strings).tolist()
    table = strings.table()
    for code, operation in zip(codes, big.operations, strict=True):
        done = operation.complete
        value = operation.invoke.value if done is None or done.value is None else done.value
        whole = shown(value)
        assert table[code] == (whole if len(whole) <= 120 else f"{whole[:119]}…")


def test_servers_are_called_by_their_names_and_stats_are_told_once(big: History) -> None:
    columns, strings, stats, table = packed(big, Clock(big.start))
    assert {strings[code] for code in unpack(columns.s).tolist()} == {"zk1", "zk2", "zk3"}
    told = stats.columns(table)
    codes = unpack(columns.stat).tolist()
    czxids, mzxids, _ = (
        (unpack(epoch) << 32 | unpack(counter)).tolist()
        for epoch, counter in zip(told.epochs, told.counters, strict=True)
    )
    versions, cversions, _, lengths, children = (unpack(column).tolist() for column in told.numbers)
    owners = [table.table()[code] for code in unpack(told.owner).tolist()]
    assert len(versions) == max(codes) < sum(code > 0 for code in codes)
    for code, operation in zip(codes, in_order(big), strict=True):
        stat = operation.complete.stat if operation.complete else None
        assert (stat is None) == (code == 0)
        if stat is not None:
            row = code - 1
            assert (czxids[row], mzxids[row]) == (stat.czxid, stat.mzxid)
            assert (versions[row], cversions[row]) == (stat.version, stat.cversion)
            assert (lengths[row], children[row]) == (stat.dataLength, stat.numChildren)
            assert owners[row] == hex_id(stat.ephemeralOwner)


def test_calls_before_the_clocks_zero_and_strange_numbers_are_held() -> None:
    seen: dict[str, Any] = {"session": -5, "zxid": -1, "stat": Stat(version=-1, czxid=2**62)}
    events = [
        Event(index=0, time=BOOT - 7_000_000, type="invoke", f="get", process="a/1.1"),
        Event(index=1, time=BOOT, type="ok", f="get", process="a/1.1", value="x", **seen),
    ]
    columns, strings, stats, table = packed(History(events), Clock(BOOT))
    assert unpack(columns.t).tolist() == [-7000]
    assert (unpack(columns.epoch).tolist(), unpack(columns.counter).tolist()) == ([2**32 - 1], [2**32 - 1])
    assert strings[int(unpack(columns.q)[0])] == "0xfffffffffffffffb"
    assert unpack(stats.columns(table).numbers[0]).tolist() == [-1]


def test_no_calls_make_empty_columns() -> None:
    columns, strings, *_ = packed(History([]), Clock(0))
    assert {getattr(columns, name).count for name in columns.__struct_fields__} == {0}
    assert strings == []


def test_a_page_is_thinned_evenly_and_keeps_what_is_rare() -> None:
    outcomes = np.full(10_000, OK, np.int8)
    outcomes[::5], outcomes[7::1000] = FAIL, INFO
    assert chosen_calls(outcomes, 10_000).tolist() == list(range(10_000))
    rows = chosen_calls(outcomes, 1000)
    assert len(rows) == len(set(rows.tolist())) == 1000
    assert rows.tolist() == sorted(rows.tolist())
    kept = outcomes[rows]
    assert [(kept == outcome).sum() for outcome in (INFO, FAIL, OK)] == [10, 495, 495]
    okay = rows[kept == OK]
    assert np.diff(okay).max() <= 2 * np.diff(okay).mean()


def test_thinning_gives_the_room_that_one_outcome_leaves_to_the_others() -> None:
    for outcome in (OK, FAIL, INFO):
        assert len(chosen_calls(np.full(50, outcome, np.int8), 20)) == 20
    mostly_unknown = np.array([INFO] * 90 + [OK] * 10, np.int8)
    assert (mostly_unknown[chosen_calls(mostly_unknown, 40)] == OK).sum() == 10


def test_tables_count_every_call(big: History) -> None:
    rows = {row.f: row for row in operation_rows(big)}
    assert sum(row.calls for row in rows.values()) == len(big.operations)
    gets = [operation for operation in big.operations if operation.invoke.f == "get"]
    assert rows["get"].calls == len(gets)
    assert rows["get"].fail == sum(operation.outcome == "fail" for operation in gets)
    latencies = [op.latency for op in gets if op.outcome == "ok" and op.latency is not None]
    assert rows["get"].longest == pytest.approx(max(latencies) / 1e6)
    errors, left_out = error_rows(big, most=1000)
    assert left_out == 0
    assert sum(row.count for row in errors) == sum(op.outcome != "ok" for op in big.operations)


def test_errors_without_a_word_and_calls_without_an_answer_are_named() -> None:
    events = [
        Event(index=0, time=0, type="invoke", f="get", process="a/1.1"),
        Event(index=1, time=1, type="fail", f="get", process="a/1.1"),
        Event(index=2, time=2, type="invoke", f="get", process="a/1.1"),
    ]
    errors, _ = error_rows(History(events))
    assert {(row.outcome, row.error) for row in errors} == {
        ("fail", "(no reason given)"),
        ("info", "never answered"),
    }


def test_the_sample_run_fills_its_columns() -> None:
    history, _ = sample_run(rate=0.4)
    columns, strings, *_ = packed(history, Clock(history.start))
    assert {strings[code] for code in unpack(columns.f).tolist()} >= {"work", "children", "final-read"}
