"""Histories by hand: a script of events at seconds of the run, put in order and numbered at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from checkers.result import Result
from harness.history import Event, History
from harness.plan import EvidenceRule, Plan, Step

BOOT = 5_000 * 10**9
"""The kernel had been up for a while when the run began (ns)."""

ELECTION = "/election"

EVIDENCE = (EvidenceRule("closed"), EvidenceRule("acknowledged", 1, of="work"))


def a_plan(**changes: Any) -> Plan:
    """Return a plan: three servers, sessions of 4 s, ticks of 1 s."""
    plan = Plan(
        run="run-1",
        workload="election",
        variant="predecessor",
        seed=1,
        time=60.0,
        servers=3,
        nodes=3,
        image="zookeeper:3.9",
        zoo={"tickTime": "1000"},
        session_timeout=4.0,
        schedule=(Step(id=1, at=10.0, fault="kill-leader", target="leader", hold=5.0),),
        guarantees=("single-leader", "ephemeral-cleanup", "recovery"),
        evidence=EVIDENCE,
        recovery_bound=10.0,
    )
    return msgspec.structs.replace(plan, **changes)


def zxid(counter: int, epoch: int = 1) -> int:
    """Return a zxid of an epoch, well after its first transactions."""
    return epoch << 32 | (1000 + counter)


def at(second: float) -> int:
    """Return the time (ns) of a second of the run."""
    return BOOT + round(second * 1e9)


def election_node(number: int) -> str:
    """Return the path of the candidate with a sequence number."""
    return f"{ELECTION}/guid{number}-{number:010d}"


Check = Callable[[History], Result]


@dataclass
class Script:
    """Collects events in any order."""

    plan: Plan | None = field(default_factory=a_plan)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, second: float, type: str, f: str, **fields: Any) -> None:  # noqa: A002
        """Add an event at a second of the run."""
        fields.setdefault("node", fields.get("process", "").partition("/")[0])
        self.rows.append({"time": at(second), "type": type, "f": f, **fields})

    def say(self, second: float, f: str, process: str = "harness", **fields: Any) -> None:
        """Add an occurrence."""
        self.add(second, "event", f, process=process, **fields)

    def phase(self, second: float, name: str) -> None:
        """Begin a phase."""
        self.say(second, "phase", value=name, node="")

    def call(
        self, second: float, f: str, process: str, key: str, *, took: float = 0.01, **answer: Any
    ) -> None:
        """Add a call with its answer: `ask` is the call's value, `type` and the rest the answer's."""
        self.add(second, "invoke", f, process=process, key=key, value=answer.pop("ask", None))
        self.add(second + took, answer.pop("type", "ok"), f, process=process, key=key, **answer)

    def create(
        self,
        second: float,
        app: str,
        path: str,
        z: int,
        session: int,
        *,
        sequence: bool = True,
        type: str = "ok",  # noqa: A002
    ) -> None:
        """Create an ephemeral node."""
        ask = {"ephemeral": True, "sequence": sequence}
        asked = path[:-10] if sequence else path
        known = {"value": path, "zxid": z, "session": session} if type == "ok" else {}
        self.call(second, "create", f"{app}/1.1", asked, ask=ask, type=type, **known)

    def children(self, second: float, app: str, paths: list[str], z: int) -> None:
        """List the candidates."""
        names = [path.rpartition("/")[2] for path in paths]
        self.call(second, "children", f"{app}/1.1", ELECTION, value=names, zxid=z)

    def work(self, second: float, app: str, path: str, token: int, z: int) -> None:
        """Do one accepted action."""
        value = {"token": token, "path": path, "n": 1}
        self.call(second, "work", f"{app}/1.1", "/work", ask=value, value=value, zxid=z)

    def lead(self, second: float, app: str, path: str, token: int) -> None:
        """Believe to lead."""
        self.say(second, "leader", f"{app}/1.0", key=path, value={"token": token})

    def step_down(self, second: float, app: str, path: str, token: int, why: str = "term") -> None:
        """Stop believing."""
        value = {"token": token, "why": why}
        self.say(second, "stepped-down", f"{app}/1.0", key=path, value=value)

    def session(self, second: float, app: str, state: str, session: int, z: int = 0) -> None:
        """Change a session's state."""
        value: dict[str, Any] = {"state": state}
        if state == "connected":
            value["timeout"] = 4000
        self.say(second, "session", f"{app}/1.0", value=value, session=session, zxid=z)

    def node(self, second: float, name: str, state: str, life: int = 1) -> None:
        """Start or end a node."""
        role = "server" if name.startswith("zk") else "app"
        self.say(second, "node", node=name, value={"state": state, "life": life, "role": role})

    def poll(self, second: float, server: str, mode: str, epoch: int = 1) -> None:
        """Ask a server for its mode."""
        value: dict[str, Any] = {"mode": mode, "sent": at(second - 0.01)}
        if mode not in {"down", "looking"}:
            value |= {"epoch": epoch, "zxid": zxid(0, epoch)}
        self.say(second, "server", "monitor", node=server, value=value)

    def polls(self, start: float, end: float, leader: str = "zk1", epoch: int = 1) -> None:
        """See one leader twice a second."""
        for half in range(round(start * 2), round(end * 2) + 1):
            self.poll(half / 2, leader, "leader", epoch)

    def fault(
        self,
        number: int,
        name: str,
        target: str,
        *times: float,
        effect: str = "kill",
        healing: str = "proven",
        injection: str = "proven",
    ) -> None:
        """Add a fault's events: begin, proven, healing begins, healed; the later times may be left out."""
        role = "server" if target.startswith("zk") else "app"
        told = {"id": number, "targets": [target] if target else []}
        stages: tuple[tuple[str, dict[str, Any]], ...] = (
            ("inject", {"stage": "begin", "effect": effect, "role": role, "params": {}}),
            ("inject", {"stage": injection, "proof": {}} | _reason(injection)),
            ("heal", {"stage": "begin"}),
            ("heal", {"stage": healing, "proof": {}} | _reason(healing)),
        )
        for second, (f, more) in zip(times, stages, strict=False):
            self.say(second, f, "nemesis", key=name, node="", value=told | more)

    def final_read(
        self,
        second: float,
        server: str,
        owners: dict[str, int],
        z: int,
        key: str = ELECTION,
        *,
        stage: str = "stopped",
    ) -> None:
        """Read a server at the end."""
        told = {"children": {path.rpartition("/")[2]: owner for path, owner in owners.items()}}
        self.call(second, "final-read", f"final/{server}", key, value=told, zxid=z, ask={"stage": stage})

    def history(self, **options: Any) -> History:
        """Return the events in order of time as a history."""
        rows = sorted(self.rows, key=lambda row: row["time"])
        if self.plan is not None:
            told = {"value": msgspec.to_builtins(self.plan), "process": "harness", "type": "event"}
            rows.insert(0, {"time": BOOT, "f": "plan", **told})
        return History([Event(index=i, **row) for i, row in enumerate(rows)], **options)


def _reason(stage: str) -> dict[str, str]:
    return {} if stage in {"begin", "proven"} else {"reason": "nothing was seen"}


def kinds(result: Any) -> list[str]:
    """Return the kinds of a result's violations."""
    return [violation.kind for violation in result.violations]


def words(sentence: str) -> None:
    """Demand what every sentence promises: it ends like one and shows no hole."""
    assert sentence.endswith((".", "more)")), sentence
    assert "None" not in sentence, sentence
    assert "  " not in sentence, sentence


S = TypeVar("S", bound=Script)


def without(script: S, f: str, process: str = "", after: float = 0) -> S:
    """Take away the events of a name whose process begins so, those before a second of the run left alone."""
    script.rows = [
        r
        for r in script.rows
        if not (r["f"] == f and r.get("process", "").startswith(process) and r["time"] >= at(after))
    ]
    return script


def judged(check: Check, script: Script, **options: Any) -> Result:
    """Judge a script, and demand what every result promises."""
    return examined(check, script.history(**options))


def examined(check: Check, history: History) -> Result:
    """Judge a history, and demand what every result promises."""
    result = check(history)
    words(result.sentence)
    for sentence in result.missing:
        words(sentence)
    for violation in result.violations:
        words(violation.sentence)
        assert violation.time <= violation.until
        # What never happened has no event that shows it.
        assert violation.witness or violation.kind == "too-few"
        assert all(0 <= index < len(history) for index in violation.witness)
    return result
