"""How a counter can be wrong: too high, too low, or with increments in another order than they happened."""

from checkers.context import fault_ids
from checkers.recipes.counts import Counter, Seen, Total
from checkers.result import Violation
from checkers.wording import moment
from harness.history import Event, History, Operation
from harness.history.calls import NEVER
from harness.history.views import pair_operations


def beyond(history: History, one: Counter, until: int) -> list[Violation]:
    """Return a violation each time that the counter is seen further beyond its increments than before."""
    begun = Total((add.invoked, add.by) for add in one.adds)
    found, worst = [], 0
    for seen in one.seen:
        most = begun.until(seen.completed)
        if seen.completed <= until and seen.value - most > worst:
            worst = seen.value - most
            half = _half_told(history, one, seen.completed)
            sentence = (
                f"{one.key} was {seen.value:,} for {seen.event.node} at {moment(history, seen.completed)}, "
                f"{worst:,} more than all increments that had been begun by then{_blamed(history, half)}."
            )
            events = (seen.event,) if half is None else (half.invoke, seen.event)
            found.append(_violation(history, one, "counted-twice", sentence, events))
    return found


def _half_told(history: History, one: Counter, time: int) -> Operation | None:
    """Return the last set before a time (ns) without an answer, inside of an acknowledged increment."""
    lost = [
        call
        for call in pair_operations(history.select("set"))
        if call.invoke.key == one.key and call.outcome == "info" and call.invoke.time < time
    ]
    for call in sorted(lost, key=lambda call: call.invoke.time, reverse=True):
        asked = call.invoke
        if any(
            add.invoked <= asked.time <= add.completed < NEVER and add.node == asked.node for add in one.adds
        ):
            return call
    return None


def _blamed(history: History, half: Operation | None) -> str:
    if half is None:
        return ""
    asked = half.invoke
    return (
        f"; a set of {asked.node} at {moment(history, asked.time)} was not answered, and the increment that "
        f"it belonged to was acknowledged later"
    )


def short(history: History, one: Counter) -> list[Violation]:
    """Return a violation each time that the counter is seen further behind its increments than before."""
    sure = Total((add.completed, add.by) for add in one.adds if add.acknowledged)
    found, worst = [], 0
    for seen in one.seen:
        least = sure.before(seen.invoked) + seen.own
        if seen.binding and least - seen.value > worst:
            worst = least - seen.value
            sentence = (
                f"{one.key} was only {seen.value:,} for {seen.event.node} at "
                f"{moment(history, seen.completed)}, {worst:,} less than the increments that had been "
                f"acknowledged before it was asked for."
            )
            found.append(_violation(history, one, "lost-increment", sentence, (seen.event,)))
    return found


def same(history: History, one: Counter) -> list[Violation]:
    """Return a violation for each increment that came to a value that another one had come to before."""
    found, by_value = [], dict[int, Seen]()
    for seen in one.seen:
        if seen.own:
            first = by_value.setdefault(seen.value, seen)
            if first is not seen:
                sentence = (
                    f"Two increments both made {one.key} {seen.value:,}: that of {first.event.node}, "
                    f"acknowledged at {moment(history, first.completed)}, and that of {seen.event.node}, "
                    f"acknowledged at {moment(history, seen.completed)}."
                )
                found.append(_violation(history, one, "same-value", sentence, (first.event, seen.event)))
    return found


def disordered(history: History, one: Counter) -> list[Violation]:
    """Return a violation for each increment that came to less than one acknowledged before it began."""
    own = [seen for seen in one.seen if seen.own]
    found, done, highest = [], 0, None
    for seen in sorted(own, key=lambda seen: seen.invoked):
        while done < len(own) and own[done].completed < seen.invoked:
            if highest is None or own[done].value > highest.value:
                highest = own[done]
            done += 1
        if highest is not None and highest.value > seen.value:
            sentence = (
                f"An increment of {seen.event.node} that began at {moment(history, seen.invoked)} made "
                f"{one.key} {seen.value:,}, though one of {highest.event.node}, acknowledged at "
                f"{moment(history, highest.completed)}, had made it {highest.value:,}."
            )
            found.append(_violation(history, one, "out-of-order", sentence, (highest.event, seen.event)))
    return found


def _violation(
    history: History, one: Counter, kind: str, sentence: str, events: tuple[Event, ...]
) -> Violation:
    times = [event.time for event in events]
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=tuple(sorted(event.index for event in events)),
        time=times[-1],
        until=max(times),
        nodes=tuple(dict.fromkeys(event.node for event in events)),
        key=one.key,
        faults=fault_ids(history, min(times), max(times)),
    )
