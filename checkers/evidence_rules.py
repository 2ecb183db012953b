"""The rules of evidence by name: each looks at a history and says what it found, and what is missing."""

from collections.abc import Callable
from dataclasses import dataclass

from checkers.context import acknowledged_writes, in_time, number, real_faults, told
from checkers.wording import count, listed, moment
from harness.history import Event, FaultWindow, History
from harness.plan import EvidenceRule


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found."""

    number: int
    """The count that the rule is about."""
    missing: str = ""
    """One sentence where the rule is not met."""
    remark: str = ""
    """A sentence worth telling though the rule is met."""


Rule = Callable[[History, EvidenceRule], Finding]

RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register the decorated function as a rule of evidence."""

    def register(function: Rule) -> Rule:
        if name in RULES:
            raise ValueError(f"two rules of evidence are named {name}")
        RULES[name] = function
        return function

    return register


@rule("closed")
def closed(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001 - every rule takes both
    """The history was written to its end."""
    if history.closed:
        return Finding(1)
    return Finding(0, "The run was cut short: its history was not written to the end.")


@rule("acknowledged")
def acknowledged(history: History, asked: EvidenceRule) -> Finding:
    """At least so many operations `of` a name were acknowledged; of any name where `of` is empty."""
    done = sum(1 for e in history if e.type == "ok" and (not asked.of or e.f == asked.of))
    what = f"acknowledged {asked.of or 'operation'}"
    return _at_least(done, asked, what, what if asked.of else what + "s")


@rule("leaders")
def leaders(history: History, asked: EvidenceRule) -> Finding:
    """At least so many times a candidate became leader."""
    return _at_least(len(history.select("leader", type="event")), asked, "leadership")


@rule("faults-proven")
def faults_proven(history: History, asked: EvidenceRule) -> Finding:
    """At least so many faults `of` a name, or of any, were proven to bite."""
    proven = _proven(history, asked.of)
    return _at_least(len(proven), asked, f"proven {asked.of or 'fault'}")


@rule("all-faults-proven")
def all_faults_proven(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001
    """Every fault that had a target was proven to bite and proven to be over."""
    wrong = [_unproven(history, fault) for fault in real_faults(history)]
    told_of = [sentence for sentence in wrong if sentence]
    without = [fault for fault in history.faults if fault.outcome == "vanished"]
    remark = f"{count(len(without), 'fault')} found no target." if without else ""
    return Finding(len(wrong) - len(told_of), " ".join(told_of), remark)


@rule("writes-overlap-each-fault")
def writes_overlap_each_fault(history: History, asked: EvidenceRule) -> Finding:
    """So many acknowledged writes were under way while each proven fault (`of` a name) was applied."""
    fewest: tuple[int, FaultWindow] | None = None
    writes = [(op.invoke.time, op.complete.time) for op in acknowledged_writes(history) if op.complete]
    for fault in _proven(history, asked.of):
        end = history.end if fault.healed is None else fault.healed
        during = sum(1 for start, done in writes if start <= end and done >= fault.begin)
        if fewest is None or during < fewest[0]:
            fewest = during, fault
    if fewest is None:
        return Finding(0, f"No {asked.of or 'fault'} was proven that writes could have overlapped.")
    return _at_least(
        fewest[0],
        asked,
        f"acknowledged write during {_named(history, fewest[1])}",
        f"acknowledged writes during {_named(history, fewest[1])}",
    )


@rule("new-leader-after-each")
def new_leader_after_each(history: History, asked: EvidenceRule) -> Finding:
    """After each proven fault `of` a name somebody else took over before the next fault.

    For a fault on servers that is another ZooKeeper server leading in a higher epoch, for one on app
    nodes another process that became leader with a larger token.
    """
    proven = _proven(history, asked.of)
    if not proven:
        return Finding(0, f"No {asked.of or 'fault'} was proven that a new leader could have followed.")
    begins = [fault.begin for fault in real_faults(history)]
    failed = []
    for fault in proven:
        limit = min((begin for begin in begins if begin > fault.begin), default=history.end)
        succeeded = _new_server if fault.role == "server" else _new_app_leader
        if not succeeded(history, fault, limit):
            failed.append(f"No new leader was seen after {_named(history, fault)}.")
    return Finding(len(proven) - len(failed), " ".join(failed))


@rule("every-server-answers")
def every_server_answers(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001
    """Every server of the plan answered a final reading."""
    answered = {event.process.rpartition("/")[2] for event in history.select("final-read", type="ok")}
    servers = [f"zk{i + 1}" for i in range(history.plan.servers)]
    silent = [server for server in servers if server not in answered]
    missing = f"{listed(silent)} did not answer the final reading." if silent else ""
    return Finding(len(servers) - len(silent), missing)


@rule("no-trouble")
def no_trouble(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001
    """Nothing happened that should not have."""
    troubles = history.select("trouble", type="event")
    if not troubles:
        return Finding(0)
    first = str(troubles[0].value).strip().rstrip(".")
    more = f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
    return Finding(len(troubles), f"There was trouble at {moment(history, troubles[0].time)}: {first}{more}.")


def _at_least(found: int, asked: EvidenceRule, thing: str, things: str = "") -> Finding:
    if found >= asked.at_least:
        return Finding(found)
    seen = (
        f"There was only {count(found, thing)}"
        if found == 1
        else (f"There were only {count(found, thing, things)}" if found else f"There was no {thing}")
    )
    return Finding(found, f"{seen}; the plan asks for at least {asked.at_least:,}.")


def _proven(history: History, name: str) -> list[FaultWindow]:
    return [
        fault
        for fault in real_faults(history)
        if fault.proven is not None and (not name or fault.fault == name)
    ]


def _named(history: History, fault: FaultWindow) -> str:
    return f"{fault.fault} on {listed(fault.targets)} at {moment(history, fault.begin)}"


def _unproven(history: History, fault: FaultWindow) -> str:
    why = f" ({fault.reason.rstrip('.')})" if fault.reason else ""
    if fault.proven is None:
        return f"Nobody could prove that {_named(history, fault)} took effect{why}."
    if fault.heal_outcome != "proven":
        return f"Nobody could prove that {_named(history, fault)} was over in the end{why}."
    return ""


def _new_server(history: History, fault: FaultWindow, limit: int) -> bool:
    polls = [
        event
        for event in in_time(history.select("server", type="event"))
        if told(event, "mode") in {"leader", "standalone"}
    ]
    before = max((number(e, "epoch") for e in polls if e.time <= fault.begin), default=-1)
    return any(
        e.node not in fault.targets and number(e, "epoch") > before and _after(e, fault, limit) for e in polls
    )


def _new_app_leader(history: History, fault: FaultWindow, limit: int) -> bool:
    events = in_time(history.select("leader", type="event"))
    before = [event for event in events if event.time <= fault.begin]
    token = max((number(event, "token") for event in before), default=-1)
    process = before[-1].process if before else ""
    return any(
        e.process != process and number(e, "token") > token and _after(e, fault, limit) for e in events
    )


def _after(event: Event, fault: FaultWindow, limit: int) -> bool:
    return fault.proven is not None and fault.proven < event.time <= limit
