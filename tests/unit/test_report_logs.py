"""The servers' logs: taken apart, placed on the run's clock, the important first, and never too many."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from checkers.result import Result, Results, Verdict, Violation
from harness.errors import HistoryError
from harness.history import History
from reports.clock import run_clock
from reports.sections.faults import build_faults
from reports.sections.log_lines import MOST_CONTINUED, entries, zone_of
from reports.sections.logs import MOST_LINES, MOST_TEXT, LogPanel, build_logs
from tests.unit.sample_history import BOOT, Script, plan

BEGAN = datetime(2025, 3, 1, 10, 15, tzinfo=UTC)
"""Wall clock of the engine's machine at the zero of the run."""

SIMPLE = "2025-03-01 10:15:03,250 [QuorumPeer[myid=1](plain=0.0.0.0:2181)] INFO a.b.QuorumPeer - LEADING"
OFFICIAL = (
    "2025-03-01 10:15:03,250 [myid:1] - WARN  [main:o.a.z.s.quorum.QuorumPeerMain@137] - Either no config"
)


def stamped(second: float, line: str) -> str:
    moment = BEGAN + timedelta(seconds=second)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z {line}"


def logged(second: float, text: str, level: str = "INFO", own: float | None = None) -> str:
    """A line that a server wrote at a second of its own clock, and that came 0.1 s later."""
    wrote = BEGAN + timedelta(seconds=second if own is None else own)
    return stamped(
        second + 0.1, f"{wrote:%Y-%m-%d %H:%M:%S},{wrote.microsecond // 1000:03d} [t] {level} a.B - {text}"
    )


def run(*, offset: bool = True) -> History:
    script = Script()
    script.say(0.0, "plan", value=msgspec.to_builtins(plan()))
    value: dict[str, Any] = {"kernel": "6.1"}
    if offset:
        value["wall_clock_offset"] = round(BEGAN.timestamp()) * 10**9 - BOOT
    script.say(0.1, "environment", value=value)
    script.fault(1, "kill-leader", "server", "zk2", (50.0, 50.4, 60.0, 61.0))
    script.say(100.0, "phase", value="closed")
    return script.history()


def panel(tmp_path: Path, logs: dict[str, list[str]], *, history: History | None = None) -> LogPanel | None:
    for name, lines in logs.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
    of = history or run()
    clock = run_clock(of)
    violation = Violation(kind="k", sentence="s", witness=(), time=BOOT + 80 * 10**9, until=BOOT + 80 * 10**9)
    result = Result(name="x", verdict=Verdict.VIOLATION, sentence="x", checked=1, violations=(violation,))
    results = Results(
        run="r", scenario="s", seed=1, verdict=Verdict.VIOLATION, sentence="x", results=(result,), events=1
    )
    return build_logs(of, results, build_faults(of, clock), clock, tmp_path)


@pytest.mark.parametrize(
    ("line", "level", "logger", "text"),
    [
        (SIMPLE, "INFO", "QuorumPeer", "LEADING"),
        (OFFICIAL, "WARN", "QuorumPeerMain", "Either no config"),
        (stamped(3.3, SIMPLE), "INFO", "QuorumPeer", "LEADING"),
        ("ZooKeeper JMX enabled by default", "", "", "ZooKeeper JMX enabled by default"),
        ("", "", "", ""),
    ],
)
def test_a_line_is_taken_apart(line: str, level: str, logger: str, text: str) -> None:
    (found,) = entries([f"{line}\r\n"])
    assert (found.level, found.logger, found.text) == (level, logger, text)
    assert (found.own == "") == (level == "")


def test_a_stack_trace_belongs_to_its_line_and_is_cut() -> None:
    trace = [stamped(3.3, SIMPLE), *(stamped(3.3, f"\tat a.b({n})") for n in range(30)), stamped(4, OFFICIAL)]
    first, second = entries(trace)
    assert len(first.continued) == MOST_CONTINUED
    assert first.whole.endswith(f"… {30 - MOST_CONTINUED} more lines")
    assert (second.number, second.level) == (32, "WARN")


def test_a_line_stands_where_it_was_written_on_the_clock_of_the_run(tmp_path: Path) -> None:
    found = panel(tmp_path, {"zk1.log": [logged(12.5, "hello")]})
    assert found is not None
    assert found.aligned
    place = found.lines.text.index("hello")
    assert found.lines.second[place] == 12.5
    assert found.lines.ahead[place] == 0.0


def test_a_clock_that_was_moved_places_no_line(tmp_path: Path) -> None:
    lines = [
        *(logged(n, "true") for n in range(5)),
        logged(20, "ahead", own=80),
        logged(21, "back", own=-39.0),
    ]
    found = panel(tmp_path, {"zk1.log": lines})
    assert found is not None
    told = dict(zip(found.lines.text, zip(found.lines.second, found.lines.ahead, strict=True), strict=True))
    assert told["ahead"] == (20.1, 59.9)
    assert told["back"] == (21.1, -60.1)


def test_a_time_zone_is_no_moved_clock() -> None:
    lines = [logged(n, "x", own=n + 5.5 * 3600) for n in range(9)]
    found = list(entries(lines))
    zone = zone_of(found)
    assert zone == 19_800
    assert {entry.ahead(zone) for entry in found} == {0.0}


def test_faults_are_told_among_the_lines(tmp_path: Path) -> None:
    found = panel(tmp_path, {"zk1.log": [logged(50.2, "between"), logged(70, "after")]})
    assert found is not None
    assert found.levels == ["FAULT", "INFO"]
    assert found.lines.text == [
        "kill-leader (#1) on zk2 begins",
        "between",
        "kill-leader (#1) on zk2 bites",
        "kill-leader (#1) on zk2: healing begins",
        "kill-leader (#1) on zk2 is over",
        "after",
    ]


def test_a_run_without_the_offset_says_that_nothing_is_aligned(tmp_path: Path) -> None:
    found = panel(tmp_path, {"zk1.log": [SIMPLE], "zk2.log": [OFFICIAL]}, history=run(offset=False))
    assert found is not None
    assert not found.aligned
    assert found.lines.second == [None, None]
    assert found.lines.own == ["2025-03-01 10:15:03,250"] * 2
    assert "FAULT" not in found.levels


def test_what_matters_is_kept_where_there_is_too_much(tmp_path: Path) -> None:
    dull = [logged(n / 100, f"dull {n}") for n in range(4000, 4700)]
    many = [logged(n / 1000, f"dull too {n}") for n in range(62_500, 68_000)]
    asked = [logged(90, "Processing srvr command from /172.18.0.1:4000")] * 50
    near = [logged(79.5, "near the violation"), logged(50.9, "near the fault")]
    grave = [logged(95, "grave", level="ERROR"), logged(96, "FOLLOWING")]
    found = panel(tmp_path, {"zk1.log": [*dull, *many, *asked, *near, *grave]})
    assert found is not None
    (file,) = found.files
    assert (file.entries, file.asked) == (700 + 5500 + 50 + 4, 50)
    assert file.shown == MOST_LINES
    texts = set(found.lines.text)
    assert {"near the violation", "near the fault", "grave", "FOLLOWING"} <= texts
    assert not any(text.startswith("Processing srvr") for text in texts)
    kept = [int(text.rsplit(" ", 1)[-1]) for text in found.lines.text if text.startswith("dull too")]
    assert min(kept) < 63_500
    assert max(kept) > 67_000


def test_long_lines_do_not_make_a_large_page(tmp_path: Path) -> None:
    found = panel(
        tmp_path, {"zk1.log": [logged(n / 10, f"{n} {'x' * 5000}", level="WARN") for n in range(900)]}
    )
    assert found is not None
    assert sum(map(len, found.lines.text)) < MOST_TEXT * 1.05
    assert 200 < found.files[0].shown < 400
    assert "… (5,0" in found.lines.text[0]


def test_no_logs_no_panel(tmp_path: Path) -> None:
    assert panel(tmp_path, {"app1.log": [SIMPLE]}) is None
    of = run()
    clock = run_clock(of)
    nothing = Results(
        run="r", scenario="s", seed=1, verdict=Verdict.VALID, sentence="x", results=(), events=1
    )
    assert build_logs(of, nothing, [], clock, None) is None
    assert build_logs(of, nothing, [], clock, tmp_path / "gone") is None


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "zk1.log").mkdir()
    with pytest.raises(HistoryError, match=r"zk1\.log: Is a directory; make it readable or move it away"):
        panel(tmp_path, {})
