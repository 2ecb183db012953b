"""Guarantee by guarantee: what was promised, what came out, and the events that show a break."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import msgspec

from checkers.result import Order, Results, Verdict, Violation
from harness.history import Event, History
from reports.clock import Clock
from reports.sections.faults import Fault
from reports.sections.measures import measures
from reports.sections.transactions import Transactions, build_transactions
from reports.story import Moment, tell
from reports.timeline.lanes import Lane, lane_name
from reports.timeline.server_spans import mode_at
from reports.values import hex_id, shown

_MOST_VIOLATIONS = 25
_MOST_WITNESSES = 40


class Witness(msgspec.Struct, frozen=True):
    """One event that helps to show a violation, as text. `seconds` on the run's clock."""

    index: int
    seconds: float
    lane: str
    process: str
    type: str
    f: str
    key: str
    value: str
    error: str
    zxid: str
    session: str
    server: str


class Break(msgspec.Struct, frozen=True):
    """One violation with everything a reader asks for first."""

    number: int
    """Unique within the report, from 1."""
    guarantee: str
    kind: str
    sentence: str
    start: float
    end: float
    nodes: list[str]
    key: str
    faults: list[str]
    """The faults that were applied then, such as `pause-leader on zk2 (#3)`."""
    roles: list[str]
    """What each server was when it broke, such as `zk2 leader, epoch 3`."""
    witness: list[Witness]
    unresolved: int
    """Witness events that are not shown: too many, or not in this history."""
    order: Order | None = None
    """Where an order of calls was looked for: how far it goes."""
    transactions: Transactions | None = None
    """What ZooKeeper carried out on the znode, by zxid."""
    story: list[Moment] = []
    """What happened, in order of time, and why it breaks the promise."""


class GuaranteeCard(msgspec.Struct, frozen=True):
    """One checker's result with the promise that it judged."""

    name: str
    promise: str
    verdict: str
    sentence: str
    checked: int
    missing: list[str]
    violations: list[Break]
    not_shown: int
    """Violations beyond those shown."""
    measures: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a violation is explained with: the run as the report shows it."""

    history: History
    faults: Sequence[Fault]
    lanes: Sequence[Lane]
    clock: Clock


def build_cards(results: Results, promises: Mapping[str, str], scene: Scene) -> list[GuaranteeCard]:
    """Build a card per result, the broken ones first, then the undecided ones."""
    order = {Verdict.VIOLATION: 0, Verdict.UNKNOWN: 1, Verdict.VALID: 2}
    numbers = count(1)
    cards: list[GuaranteeCard] = []
    for result in sorted(results.results, key=lambda result: order[result.verdict]):
        breaks = [
            _break(next(numbers), result.name, violation, scene)
            for violation in result.violations[:_MOST_VIOLATIONS]
        ]
        cards.append(
            GuaranteeCard(
                name=result.name,
                promise=promises.get(result.name, ""),
                verdict=result.verdict.value,
                sentence=result.sentence,
                checked=result.checked,
                missing=list(result.missing),
                violations=breaks,
                not_shown=result.number_broken - len(breaks),
                measures=measures(result),
            )
        )
    return cards


def _break(number: int, guarantee: str, violation: Violation, scene: Scene) -> Break:
    events = scene.history.events
    known = [index for index in violation.witness if 0 <= index < len(events)][:_MOST_WITNESSES]
    start = scene.clock.seconds(violation.time)
    by_id = {fault.id: fault for fault in scene.faults}
    return Break(
        number=number,
        guarantee=guarantee,
        kind=violation.kind,
        sentence=violation.sentence,
        start=start,
        end=scene.clock.seconds(max(violation.time, violation.until)),
        nodes=list(violation.nodes),
        key=violation.key,
        faults=[_fault_phrase(by_id[known_id]) for known_id in violation.faults if known_id in by_id],
        roles=_roles(scene.lanes, start),
        witness=[_witness(events[index], scene.clock) for index in known],
        unresolved=len(violation.witness) - len(known),
        order=violation.order,
        transactions=build_transactions(scene.history, violation, scene.clock),
        story=tell(scene.history, violation, guarantee),
    )


def _fault_phrase(fault: Fault) -> str:
    on = f" on {', '.join(fault.targets)}" if fault.targets else ""
    return f"{fault.name}{on} (#{fault.id})"


def _roles(lanes: Sequence[Lane], second: float) -> list[str]:
    found = []
    for lane in lanes:
        span = mode_at(lane.modes, second)
        if span is not None:
            epoch = "" if span.epoch is None else f", epoch {span.epoch}"
            found.append(f"{lane.name} {span.mode}{epoch}")
    return found


def _witness(event: Event, clock: Clock) -> Witness:
    return Witness(
        index=event.index,
        seconds=clock.seconds(event.time),
        lane=lane_name(event),
        process=event.process,
        type=event.type,
        f=event.f,
        key=event.key,
        value=shown(event.value),
        error=event.error,
        zxid=hex_id(event.zxid),
        session=hex_id(event.session),
        server=event.server,
    )
