"""Histories by hand for checkers of single replies: calls with all that a connection tells of them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from checkers.registry import guarantees
from checkers.result import Result, Verdict
from harness.history import Event, History, Stat
from tests.unit.checkers.build import Script, at, zxid

KEY = "/keys/k1"

SERVERS = {"zk1": "10.0.0.1", "zk2": "10.0.0.2", "zk3": "10.0.0.3"}

Z = zxid


def stat(**fields: int) -> Stat:
    """Return a Stat of a node that transaction 1 created and changed last."""
    return Stat(**({"czxid": Z(1), "mzxid": Z(1), "pzxid": Z(1)} | fields))


def told_stat(**fields: int) -> dict[str, int]:
    """Return the same as an entry of a value, as a file holds it."""
    entry: dict[str, int] = msgspec.to_builtins(stat(**fields))
    return entry


@dataclass
class Talk(Script):
    """A script whose calls count requests and positions on the wire by themselves."""

    xids: Counter[tuple[int, int]] = field(default_factory=Counter)
    wires: Counter[tuple[int, int]] = field(default_factory=Counter)
    processes: Counter[str] = field(default_factory=Counter)

    def ask(
        self,
        second: float,
        f: str,
        z: int = 0,
        *,
        key: str = KEY,
        took: float = 0.01,
        session: int = 1,
        conn: int = 1,
        life: str = "app1/1",
        server: str = "10.0.0.1:2181",
        type: str = "ok",  # noqa: A002
        **more: Any,
    ) -> None:
        """Add a call of a process of its own; z = 0 and type info: sent, and not answered."""
        self.processes[life] += 1
        told: dict[str, Any] = {"type": type, "session": session, "conn": conn, "server": server}
        if "xid" not in more:
            self.xids[session, conn] += 1
        told["xid"] = self.xids[session, conn]
        told["sent"] = at(second + took / 10)
        if type != "info":
            self.wires[session, conn] += 1
            told |= {"wire": self.wires[session, conn], "received": at(second + took), "zxid": z}
        self.call(second, f, f"{life}.{self.processes[life]}", key, took=took, **(told | more))

    def refuse(self, second: float, f: str, z: int, error: str = "NodeExistsError", **more: Any) -> None:
        """Add a call that the tree refuses."""
        self.ask(second, f, z, type="fail", error=error, **more)

    def set(self, second: float, z: int, data: str = "", version: int | None = None, **more: Any) -> None:
        """Write data; `made` is the version that the answer tells."""
        value: dict[str, Any] = {"data": data or f"app1/1-{z & 0xFFFF}"}
        if version is not None:
            value["version"] = version
        told = (
            {"stat": stat(mzxid=z, version=more.pop("made", 0), czxid=more.pop("czxid", Z(1)))} if z else {}
        )
        self.ask(second, "set", z, ask=value, **(told | more))

    def get(self, second: float, z: int, data: str = "app1/1-x", mzxid: int = 0, **more: Any) -> None:
        """Read data."""
        self.ask(second, "get", z, value=data, **({"stat": stat(mzxid=mzxid or Z(1))} | more))

    def ping(self, second: float, z: int, session: int = 1, conn: int = 1) -> None:
        """Answer a ping."""
        self.wires[session, conn] += 1
        place = {"session": session, "conn": conn, "server": "10.0.0.1:2181", "zxid": z}
        self.say(second, "ping", "app1/1.0", wire=self.wires[session, conn], received=at(second), **place)

    def meet(
        self, second: float, state: str, session: int = 1, conn: int = 1, life: str = "app1/1", z: int = 0
    ) -> None:
        """Change the state of a session."""
        told = {"state": state} | ({"timeout": 4000} if state == "connected" else {})
        self.say(second, "session", f"{life}.0", value=told, session=session, conn=conn, zxid=z)

    def servers(self) -> None:
        """Tell the servers' addresses."""
        self.say(0, "environment", value={"servers": SERVERS}, node="")


def check(name: str, history: History) -> Result:
    """Run one checker, and hold its result to what every result promises."""
    result = guarantees()[name].check(history)
    assert result.name == name
    for sentence in (result.sentence, *result.missing, *(v.sentence for v in result.violations)):
        assert sentence.endswith((".", "more)")), sentence
        assert "None" not in sentence, sentence
        assert "  " not in sentence, sentence
        assert sentence[0] == sentence[0].upper(), sentence
    if not result.checked:
        assert result.verdict is not Verdict.VALID
    return result


def kinds(name: str, script: Talk) -> list[str]:
    """Return the kinds of violations, after a look at their witnesses.

    A witness names events of the history, and these alone must show the same violation about the same node.
    """
    history = script.history()
    result = check(name, history)
    for violation in result.violations:
        assert violation.witness, violation
        assert all(0 <= index < len(history) for index in violation.witness)
        keep = {*violation.witness, *(e.index for e in history if e.f in {"plan", "session"})}
        kept = [event for event in history if event.index in keep]
        cut = History([msgspec.structs.replace(event, index=place) for place, event in enumerate(kept)])
        again = guarantees()[name].check(cut).violations
        assert (violation.kind, violation.key) in {(v.kind, v.key) for v in again}, violation
    return [violation.kind for violation in result.violations]


def sentence_of(name: str, kind: str, script: Talk) -> str:
    """Demand one violation of a kind and return its sentence."""
    assert kinds(name, script) == [kind]
    result = check(name, script.history())
    assert result.verdict is Verdict.VIOLATION
    return result.violations[0].sentence


def silent(name: str, script: Talk) -> Result:
    """Demand that a checker has something to say and finds nothing wrong, and return what it says.

    The history cut off anywhere must leave it silent, too.
    """
    history = script.history()
    result = check(name, history)
    assert result.verdict is Verdict.VALID, result.sentence
    for end in range(len(history)):
        assert not guarantees()[name].check(History(list[Event](history.events[:end]))).violations, end
    return result
