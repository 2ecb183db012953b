"""The rules of evidence by name: each looks at a history and says what it found, and what is missing.

Here are the ones about the run itself; those about its faults are in `checkers/fault_rules.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from checkers.context import plan_of, told
from checkers.recipes.quiet import settling_bound, steady
from checkers.wording import count, listed, moment
from harness.history import History, Operation
from harness.history.columns import OK
from harness.history.views import pair_operations
from harness.plan import EvidenceRule

STAGES = {"running": "while the programs ran", "stopped": "when all programs had ended"}
"""The stages of the final readings, and in words when they are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found."""

    number: int
    """The count that the rule is about."""
    missing: tuple[str, ...] = ()
    """Why the rule is not met, a sentence for each reason; empty where it is."""
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


def at_least(found: int, asked: EvidenceRule, thing: str, things: str = "") -> Finding:
    """Compare a count with what the plan asks for; `thing` and `things` name what was counted."""
    if found >= asked.at_least:
        return Finding(found)
    seen = (
        f"There was only {count(found, thing)}"
        if found == 1
        else (f"There were only {count(found, thing, things)}" if found else f"There was no {thing}")
    )
    return Finding(found, (f"{seen}; the plan asks for at least {asked.at_least:,}.",))


@rule("closed")
def closed(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001 - every rule takes both
    """The history was written to its end."""
    if history.closed:
        return Finding(1)
    return Finding(0, ("The run was cut short: its history was not written to the end.",))


@rule("acknowledged")
def acknowledged(history: History, asked: EvidenceRule) -> Finding:
    """At least so many operations `of` a name were acknowledged; of any name where `of` is empty."""
    columns = history.columns
    done = columns.type == OK
    if asked.of:
        done = done & (columns.f == columns.texts.find(asked.of))
    what = f"acknowledged {asked.of or 'operation'}"
    return at_least(int(done.sum()), asked, what, what if asked.of else what + "s")


@rule("goes-on")
def goes_on(history: History, asked: EvidenceRule) -> Finding:
    """At least so many operations `of` a name were acknowledged in quiet times, once all had settled."""
    if plan_of(history) is None:
        return Finding(0, ("The plan is missing, so nobody knows when things had settled.",))
    calls, bound = history.calls, settling_bound(history)
    done = (calls.outcome == OK) & (calls.f == history.columns.texts.find(asked.of))
    number = sum(
        int((done & (calls.invoked >= span.start + bound) & (calls.completed <= span.end)).sum())
        for span in steady(history)
    )
    what = f"acknowledged {asked.of} in quiet times, once all had to have settled"
    return at_least(number, asked, what, what)


@rule("leaders")
def leaders(history: History, asked: EvidenceRule) -> Finding:
    """At least so many times a candidate became leader."""
    return at_least(len(history.select("leader", type="event")), asked, "leadership")


@rule("every-server-answers")
def every_server_answers(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001
    """Every server of the plan answered the final reading of every path in both stages.

    Every path that anybody was asked for counts. The number is that of the servers that answered all.
    """
    servers = history.plan.server_names
    reads = pair_operations(history.select("final-read"))
    if not reads:
        return Finding(0, (f"{listed(servers)} did not answer the final reading.",))
    answered = {_reading(op) for op in reads if op.outcome == "ok"}
    missing: list[str] = []
    silent: set[str] = set()
    for stage, when in STAGES.items():
        for key in sorted({op.invoke.key for op in reads}):
            quiet = [server for server in servers if (server, stage, key) not in answered]
            silent.update(quiet)
            if quiet:
                missing.append(f"{listed(quiet)} did not answer the final reading of {key} {when}.")
    return Finding(len(servers) - len(silent), tuple(missing))


@rule("no-trouble")
def no_trouble(history: History, asked: EvidenceRule) -> Finding:  # noqa: ARG001
    """Nothing happened that should not have."""
    troubles = history.select("trouble", type="event")
    if not troubles:
        return Finding(0)
    first = str(troubles[0].value).strip().rstrip(".")
    more = f", and {len(troubles) - 1} more" if len(troubles) > 1 else ""
    return Finding(
        len(troubles), (f"There was trouble at {moment(history, troubles[0].time)}: {first}{more}.",)
    )


def _reading(read: Operation) -> tuple[str, object, str]:
    """Return server, stage and path of a final reading."""
    return read.invoke.process.rpartition("/")[2], told(read.invoke, "stage"), read.invoke.key
