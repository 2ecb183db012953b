"""A run as it could have been: three servers, five app nodes, two leader kills, a pause, one violation."""

import random
from dataclasses import dataclass, field
from typing import Any

import msgspec

from checkers.result import Result, Results, Verdict, Violation
from harness.history import Event, History
from harness.plan import Plan, Step

BOOT = 7_000 * 10**9
"""The kernel had been up for a while when the run began (ns)."""
WORKLOAD = 14.0
APPS = ("app1", "app2", "app3", "app4", "app5")
SERVERS = ("zk1", "zk2", "zk3")
_LEADERSHIPS = ((14.8, 41.0, "app1"), (42.2, 62.6, "app3"), (58.9, 80.0, "app4"))
_MODES = (
    (4.0, 27.3, "zk2", 1),
    (28.6, 49.5, "zk3", 2),
    (50.9, 82.0, "zk1", 3),
)
_DOWN = {"zk2": (27.3, 35.0), "zk3": (49.5, 56.0)}


def plan(time: float = 60.0) -> Plan:
    """Return the plan that the sample run follows."""
    return Plan(
        run="20250301-101500-lead-7",
        workload="leader",
        variant="no-stepdown",
        params={"rate": 20},
        seed=7,
        time=time,
        servers=3,
        nodes=5,
        image="zookeeper:3.9",
        zoo={"tickTime": "2000", "syncLimit": "5", "initLimit": "10"},
        session_timeout=6.0,
        nemesis=("kill-leader", "pause-app-leader"),
        schedule=(
            Step(id=1, at=13.0, fault="kill-leader", target="leader", hold=7.0),
            Step(id=2, at=35.0, fault="kill-leader", target="leader", hold=6.0),
            Step(id=3, at=39.0, fault="pause-app-leader", target="app-leader", hold=12.0),
        ),
        guarantees=("single-leader", "recovery"),
        version="0.1",
    )


@dataclass
class Script:
    """Collects events in any order; `history` sorts and numbers them."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, second: float, type: str, f: str, **fields: Any) -> None:  # noqa: A002
        """Add an event at a second of the run."""
        self.rows.append({"time": BOOT + round(second * 1e9), "type": type, "f": f, **fields})

    def say(self, second: float, f: str, process: str = "harness", **fields: Any) -> None:
        """Add an occurrence."""
        self.add(second, "event", f, process=process, **fields)

    def fault(self, number: int, name: str, role: str, target: str, at: tuple[float, ...]) -> None:
        """Add the four events of a fault; `at` may be cut short to leave the later ones out."""
        begun: dict[str, Any] = {
            "stage": "begin",
            "effect": name.split("-", maxsplit=1)[0],
            "role": role,
            "params": {},
        }
        stages: tuple[tuple[str, dict[str, Any]], ...] = (
            ("inject", begun),
            ("inject", {"stage": "proven", "proof": {"state": "exited", "code": 137}}),
            ("heal", {"stage": "begin"}),
            ("heal", {"stage": "proven", "proof": {"state": "running"}}),
        )
        for second, (f, told) in zip(at, stages, strict=False):
            value = {"id": number, "targets": [target], **told}
            self.say(second, f, "nemesis", key=name, value=value)

    def history(self, name: str = "sample") -> History:
        """Return the events as a history."""
        ordered = sorted(self.rows, key=lambda row: row["time"])
        return History([Event(index=i, **row) for i, row in enumerate(ordered)], name=name)


def sample_run(*, seconds: float = 60.0, rate: float = 4.0, seed: int = 7) -> tuple[History, Results]:
    """Return a run of 60 seconds or more, of about `seconds * rate * 6` operations, with its results."""
    script, dice = Script(), random.Random(seed)
    script.say(0.0, "plan", value=msgspec.to_builtins(plan(seconds)))
    environment = {
        "image": "zookeeper:3.9",
        "digest": "sha256:5f3c…",
        "kernel": "6.1.0",
        "engine": "20.10.24",
    }
    script.say(0.4, "environment", value=environment)
    last = WORKLOAD + seconds
    for second, phase in ((0.5, "set-up"), (WORKLOAD, "workload"), (last, "heal"), (last + 2, "final")):
        script.say(second, "phase", value=phase)
    _servers(script, last + 8)
    for number, app in enumerate(APPS):
        _app(script, app, number, dice, last, rate)
    script.fault(1, "kill-leader", "server", "zk2", (27.0, 27.4, 34.4, 36.5))
    script.fault(2, "kill-leader", "server", "zk3", (49.2, 49.6, 55.6, 57.4))
    script.fault(3, "pause-app-leader", "app", "app3", (50.1, 50.3, 62.3, 62.5))
    script.say(53.8, "trouble", value="app2 printed a line that is not an event: 'Traceback (most recent…'")
    for number, server in enumerate(SERVERS):
        process, at = f"final/{server}", last + 3 + number
        script.add(at, "invoke", "final-read", process=process, key="/zkchaos", value={"stage": "running"})
        script.add(at + 0.02, "ok", "final-read", process=process, key="/zkchaos", value={"children": {}})
    script.say(last + 8, "phase", value="closed")
    history = script.history()
    return history, sample_results(history)


def _servers(script: Script, last: float) -> None:
    for number, server in enumerate(SERVERS):
        down = _DOWN.get(server, (1e9, 1e9))
        script.say(2.0, "node", node=server, value={"state": "started", "life": 1, "role": "server"})
        if server in _DOWN:
            script.say(down[0], "node", node=server, value={"state": "died", "life": 1, "role": "server"})
            script.say(down[1], "node", node=server, value={"state": "started", "life": 2, "role": "server"})
        second = 3.0 + number * 0.07
        while second < last:
            blind = server == "zk1" and 70.0 < second < 75.0
            if not blind:
                script.say(second, "server", "monitor", node=server, value=_poll(server, second, down))
            second += 0.25


def _poll(server: str, second: float, down: tuple[float, float]) -> dict[str, Any]:
    if down[0] <= second < down[1] + 0.8:
        return {"mode": "down", "sent": BOOT + round(second * 1e9) - 900_000}
    reign = next(((leader, epoch) for start, end, leader, epoch in _MODES if start <= second < end), None)
    if reign is None:
        return {"mode": "looking", "sent": BOOT + round(second * 1e9) - 900_000}
    leader, epoch = reign
    mode = "leader" if leader == server else "follower"
    return {"mode": mode, "epoch": epoch, "zxid": _zxid(second), "sent": BOOT + round(second * 1e9) - 900_000}


def _app(script: Script, app: str, number: int, dice: random.Random, last: float, rate: float) -> None:
    session = 0x7200_0000_0000_0001 + (number << 40)
    process = f"{app}/1.0"
    member = f"/zkchaos/election/n_{number:010d}"
    script.say(9.0 + number / 5, "node", node=app, value={"state": "started", "life": 1, "role": "app"})
    states = [(10.0 + number / 5, "connected"), (27.4 + number / 9, "suspended"), (28.9, "connected")]
    states += [(49.7, "suspended"), (51.2, "connected")]
    if app == "app3":
        states = [*states[:3], (62.6, "lost"), (63.4, "connected")]
    for second, state in states:
        told = {"session": session, "conn": 1, "server": SERVERS[number % 3]}
        script.say(second, "session", process, node=app, value={"state": state, "timeout": 6000}, **told)
    reigns = [(start, end) for start, end, leader in _LEADERSHIPS if leader == app and start < last]
    for start, end in reigns:
        value = {"token": _token(app)}
        script.say(start, "leader", process, node=app, key=member, value=value)
        why = {"token": _token(app), "why": "lost" if app == "app3" else "stopping"}
        script.say(min(end, last), "stepped-down", process, node=app, key=member, value=why)
    _calls(script, app, session, dice, last, rate)
    script.say(
        last + 1,
        "session",
        process,
        node=app,
        session=session,
        value={"state": "closed"},
        zxid=_zxid(last + 1),
    )
    script.say(last + 1.1, "node", node=app, value={"state": "stopped", "life": 1, "role": "app"})


def _calls(script: Script, app: str, session: int, dice: random.Random, last: float, rate: float) -> None:
    second, slot, done = WORKLOAD + dice.random(), 0, 0
    paused = (50.2, 62.4) if app == "app3" else (1e9, 1e9)
    while second < last:
        if paused[0] <= second < paused[1]:
            second = paused[1] + 0.1
        leads = second < paused[1] and any(
            leader == app and start < second < end for start, end, leader in _LEADERSHIPS
        )
        f = "work" if leads and dice.random() < 0.8 else dice.choice(("children", "exists"))
        key = "/zkchaos/shared" if f == "work" else "/zkchaos/election"
        who: dict[str, Any] = {"process": f"{app}/1.{slot}", "node": app, "f": f, "key": key}
        done += 1
        value = {"token": _token(app), "n": done} if f == "work" else None
        script.add(second, "invoke", value=value, **who)
        if 27.3 < second < 28.5 or 49.5 < second < 50.8:
            second += 1.0 + dice.random() * 0.4
            second = paused[1] + 0.1 if paused[0] <= second < paused[1] else second
            error = dice.choice(("ConnectionLoss", "SessionExpired"))
            script.add(second, "info", error=error, **who)
            slot += 1
            continue
        answer = second + dice.lognormvariate(-5.6, 0.7)
        seen: dict[str, Any] = {
            "session": session,
            "zxid": _zxid(answer),
            "server": SERVERS[done % 3],
            "conn": 1,
            "xid": done,
        }
        if f == "exists" and dice.random() < 0.04:
            script.add(answer, "fail", error="NoNode", **seen, **who)
        else:
            script.add(answer, "ok", value=value or True, **seen, **who)
        second = answer + dice.expovariate(rate * (3 if leads else 1))


def _zxid(second: float) -> int:
    """Return the zxid that the ensemble had reached: a thousand transactions a second."""
    epoch = max((epoch for start, _, _, epoch in _MODES if start <= second), default=1)
    return epoch << 32 | round(second * 1000)


def _token(app: str) -> int:
    """Return the czxid of a leader's election node, made a little before it led."""
    return next(_zxid(start - 0.1) for start, _, leader in _LEADERSHIPS if leader == app)


def sample_results(history: History, *, broken: bool = True) -> Results:
    """Return what checkers would say of the sample run, violated or valid."""
    recovery = Result(
        name="recovery",
        verdict=Verdict.VALID,
        sentence="After each fault there was a ZooKeeper leader within 1.2 s and an app leader within 1.2 s.",
        checked=6,
        measures={"faults": _recovery()},
    )
    evidence = Result(
        name="evidence",
        verdict=Verdict.VALID,
        sentence="61 acknowledged writes overlapped each fault, and 2 new leaders followed 2 leader kills.",
        checked=5,
    )
    leader = _single_leader(history, broken=broken)
    verdict = Verdict.VIOLATION if broken else Verdict.VALID
    sentence = "single-leader is broken: two app nodes believed to lead at once for 3.7 s."
    return Results(
        run="20250301-101500-lead-7",
        scenario="leader:no-stepdown",
        seed=7,
        verdict=verdict,
        sentence=sentence if broken else "All 3 guarantees held, with enough evidence to say so.",
        results=(evidence, leader, recovery),
        events=len(history),
        repeat="zkchaos replay runs/20250301-101500-lead-7",
    )


def _recovery() -> list[dict[str, Any]]:
    rows = []
    for number, name, target in (
        (1, "kill-leader", "zk2"),
        (2, "kill-leader", "zk3"),
        (3, "pause-app-leader", "app3"),
    ):
        for since, bound in (("injected", 20.0), ("healed", 30.0)):
            rows.append(
                {
                    "id": number,
                    "fault": name,
                    "targets": [target],
                    "zk_leader": 1.2 if since == "injected" else 0.1,
                    "app_leader": None if number == 2 and since == "injected" else 0.4 * number,
                    "write": 1.4 + number / 10,
                    "bound": bound,
                    "from": since,
                    "censored": number == 2 and since == "injected",
                }
            )
    return rows


def _single_leader(history: History, *, broken: bool) -> Result:
    measures = {"leaders": 3, "longest_believed_overlap": 3.7, "explained_overlaps": 0 if broken else 1}
    if not broken:
        sentence = "3 app nodes led one after another; the longest overlap, 3.7 s, is explained by a pause."
        return Result(
            name="single-leader", verdict=Verdict.VALID, sentence=sentence, checked=412, measures=measures
        )
    leaders = [e for e in history.events if e.f == "leader"]
    steps = [e for e in history.events if e.f == "stepped-down" and e.node == "app3"]
    begin, end = leaders[-1], steps[0]
    violation = Violation(
        kind="believed-overlap",
        sentence=(
            f"app4 became leader with token {_token('app4'):#x} at 58.9 s while app3 still believed "
            f"that it led with token {_token('app3'):#x}, until 62.6 s."
        ),
        witness=(leaders[-2].index, begin.index, end.index),
        time=begin.time,
        until=end.time,
        nodes=("app3", "app4"),
        key="/zkchaos/election",
        faults=(3,),
    )
    return Result(
        name="single-leader",
        verdict=Verdict.VIOLATION,
        sentence="Two app nodes believed to lead at once, 1 time, for 3.7 s.",
        checked=412,
        violations=(violation,),
        measures=measures,
    )
