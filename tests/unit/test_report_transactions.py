"""What ZooKeeper carried out around a violation, in the order of its transactions."""

from typing import Any

import msgspec

from checkers.result import Violation
from harness.event import Stat
from harness.history import History
from reports.clock import run_clock
from reports.sections.transactions import MOST, Transactions, build_transactions
from tests.unit.sample_history import BOOT, Script, plan


class Calls(Script):
    """Calls of one process after the other, each answered with a zxid."""

    def __init__(self) -> None:
        super().__init__()
        self.say(0.0, "plan", value=msgspec.to_builtins(plan()))

    def call(self, at: float, f: str, zxid: int, *, key: str = "/x", ok: str = "ok", **told: Any) -> None:
        who = {"process": f"app1/1.{zxid}", "node": "app1", "key": key}
        value, answer = told.get("value"), told.get("answer")
        self.add(at, "invoke", f, value=value, **who)
        self.add(at + 0.01, ok, f, value=answer, zxid=zxid, stat=told.get("stat"), **who)


def told(history: History, *seconds: float, key: str = "/x") -> Transactions | None:
    """The table of a violation whose witness are the answers at these seconds."""
    times = {BOOT + round((second + 0.01) * 1e9) for second in seconds}
    witness = tuple(event.index for event in history.events if event.time in times)
    violation = Violation(kind="k", sentence="s", witness=witness, time=BOOT, until=BOOT, key=key)
    return build_transactions(history, violation, run_clock(history))


def test_writes_are_told_by_zxid_whenever_they_were_answered() -> None:
    calls = Calls()
    calls.call(3.0, "create", 1, value={"data": "a"}, answer="/x")
    calls.call(1.0, "set", 3, value={"data": "c", "version": 1}, stat=Stat(version=2))
    calls.call(2.0, "set", 2, value={"data": "b"}, stat=Stat(version=1))
    calls.call(4.0, "delete", 4)
    calls.call(5.0, "set", 9, key="/other", value={"data": "no"})
    calls.call(6.0, "set", 5, ok="fail", value={"data": "no"})
    calls.call(7.0, "get", 6, answer="no")
    found = told(calls.history(), 1.0, 2.0)
    assert found is not None
    assert [(row.zxid, row.call, row.after, row.witness) for row in found.rows] == [
        ("0x1", "create", "a, version 0", False),
        ("0x2", "set", "b, version 1", True),
        ("0x3", "set expecting version 1", "c, version 2", True),
        ("0x4", "delete", "absent", False),
    ]
    assert [row.seconds for row in found.rows] == [3.01, 2.01, 1.01, 4.01]
    assert (found.key, found.left_out) == ("/x", 0)


def test_a_token_that_goes_back_is_wrong() -> None:
    calls = Calls()
    for zxid, token in ((1, 5), (2, 9), (3, 5), (4, 9)):
        calls.call(float(zxid), "work", zxid, value={"token": token}, answer={"token": token})
    found = told(calls.history(), 2.0, 3.0)
    assert found is not None
    assert [row.after for row in found.rows] == ["token 0x5", "token 0x9", "token 0x5", "token 0x9"]
    assert [row.why for row in found.rows] == ["", "", "after token 0x9, which is larger", ""]


def test_many_transactions_are_left_out_from_the_middle() -> None:
    calls = Calls()
    for zxid in range(1, 101):
        calls.call(float(zxid), "set", zxid, value={"data": str(zxid)})
    found = told(calls.history(), 10.0, 90.0)
    assert found is not None
    assert len(found.rows) == MOST
    assert (found.rows[0].zxid, found.rows[-1].zxid) == ("0x8", f"{92:#x}")
    assert found.left_out == 92 - 8 + 1 - MOST
    assert found.rows[found.gap - 1].index < found.rows[found.gap].index
    assert [row.witness for row in found.rows].count(True) == 2


def test_without_two_witnesses_on_one_znode_there_is_no_order_to_show() -> None:
    calls = Calls()
    calls.call(1.0, "set", 1, value={"data": "a"})
    calls.call(2.0, "set", 2, value={"data": "b"})
    history = calls.history()
    assert told(history, 1.0) is None
    assert told(history, 1.0, 2.0, key="/nowhere") is None
    assert told(history, 1.0, 2.0, key="") is None
    assert told(history, 1.0, 2.0) is not None
