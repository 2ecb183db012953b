"""What happened around the witness of a violation to those who took part in it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from checkers.result import Violation
from harness.errors import HistoryError
from harness.history import Event, FaultWindow, History
from reports.story.inside import inside, makers, meanwhile, relatives, unanswered
from reports.story.occurrences import fault_stage, many_sessions
from reports.story.setting import setting
from reports.story.testimony import Found, happened, known_witness, told_call
from reports.values import mapping, text

AFTER = 1_500_000_000
"""For so long (ns) after a violation it is still told how beliefs and faults ended."""

_BEFORE = 4_000_000_000
"""For so long (ns) before a violation its reasons are looked for, where no plan tells sessions' timeout."""

_TOGETHER = 250_000_000
"""What happens to several sessions of one node within this time (ns) is told at once."""

_BELIEFS = frozenset({"leader", "stepped-down", "holds", "let-go"})
_ENDS = frozenset({"stepped-down", "let-go", "unregistered", "ended"})
_BACKGROUND = 3
"""From this rank on something is only told to fill a story up."""
_MOST_BACKGROUND = 5


def surroundings(history: History, violation: Violation) -> list[Found]:
    """Return what happened around a witness, each thing with its rank."""
    where, scene = history.derive(setting), Scene(history, violation)
    found: list[Found] = []
    for node in scene.cast:
        rows = where.around.get(node, [])
        told = [
            event
            for event in [*scene.lasting(rows), *scene.within(rows)]
            if scene.concerns(event, where.opened, where.reopened)
        ]
        sessions = [event for event in told if event.f == "session"]
        found += [happened(where, event, scene.rank(event)) for event in told if event.f != "session"]
        found += [_sessions(scene, history, group) for group in _together(sessions)]
    found += [
        happened(where, event, scene.rank(event))
        for event in scene.within(where.watches)
        if event.index not in scene.witness and event.node in scene.cast and scene.tells_of(event)
    ]
    found += [_took_over(poll, scene) for poll in scene.within(where.leads) if poll.time <= scene.last]
    found += _faults(history, violation, scene)
    deeds = meanwhile(history, violation, scene.events)
    if deeds:
        found.append(
            Found(violation.until, len(history), ", ".join(violation.nodes), deeds, "call", rank=(1, 0))
        )
    return found + _calls(history, violation, scene)


def _calls(history: History, violation: Violation, scene: "Scene") -> list[Found]:
    """Return further calls: those nearest to the witness first."""
    ranked = (
        (0, makers(history, violation)),
        (1, relatives(history, violation, scene.events)),
        (2, inside(history, scene.events)),
        (2, unanswered(history, scene.cast, scene.keys, scene.start, scene.last)),
    )
    found: list[Found] = []
    seen: set[int] = set(scene.witness)
    for rank, calls in ranked:
        for both in calls:
            if not seen.intersection(both):
                seen.update(index for index in both if index >= 0)
                far = rank, scene.far(history.events[both[0]].time)
                found += told_call(history, violation, both, {}, far)
    return found


def nearest(found: Sequence[Found], room: int) -> list[Found]:
    """Choose what belongs most to a story: at most `room` things, few of them background."""
    ranked = sorted(found, key=lambda one: one.rank)
    close = [one for one in ranked if one.rank[0] < _BACKGROUND][:room]
    far = [one for one in ranked if one.rank[0] >= _BACKGROUND]
    return close + far[: min(_MOST_BACKGROUND, room - len(close))]


class Scene:
    """Who took part in a violation, where, and when. Times in ns."""

    def __init__(self, history: History, violation: Violation):
        self.events = [history.events[index] for index in known_witness(history, violation)]
        self.witness = {event.index for event in self.events}
        times = [violation.time, *(event.time for event in self.events)]
        self._middle = violation.time
        self._line = violation.key if violation.kind == "woke-too-many" else None
        self.start = min(times) - _before(history)
        self.last = max(times)
        self.until = max(self.last, violation.until)
        self.cast = dict.fromkeys([*violation.nodes, *(event.node for event in self.events if event.node)])
        self.paths = {path for event in self.events for path in own_paths(event)}
        self.keys = {violation.key, *(event.key for event in self.events)} - {""}

    def within(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return what happened while the scene lasts; `events` are in order of time."""
        first = bisect_left(events, self.start, key=lambda event: event.time)
        return events[first : bisect_right(events, self.until + AFTER, key=lambda event: event.time)]

    def lasting(self, events: Sequence[Event]) -> list[Event]:
        """Return the beliefs that had begun before the scene and were not over when it began."""
        before = events[: bisect_left(events, self.start, key=lambda event: event.time)]
        held: dict[tuple[str, str], Event] = {}
        for event in before:
            name = event.process, next(own_paths(event), "")
            if event.f in {"leader", "holds"}:
                held[name] = event
            elif event.f in {"stepped-down", "let-go"}:
                held.pop(name, None)
            elif event.f == "node":
                held.clear()
        return list(held.values())

    def concerns(self, event: Event, opened: frozenset[int], reopened: frozenset[int]) -> bool:
        """Tell whether something that happened to one of the cast has to do with the violation.

        Neither has the orderly begin of a program, nor what came after the violation, but for how beliefs and
        sessions ended.
        """
        late = event.time > self.last and event.f not in _ENDS and _state(event) != "lost"
        if event.index in self.witness or late or event.time > self.until + AFTER:
            return False
        if event.f in _BELIEFS:
            return bool(self.paths.intersection(own_paths(event))) or event.key in self.keys
        if event.f in {"started", "ended"}:
            return str(mapping(event.value).get("slot")) in self.keys or event.key in self.keys
        if event.f in {"registered", "unregistered"}:
            return event.key in self.paths or any(event.key.endswith(key) for key in self.keys)
        if event.f == "session":
            return event.index not in opened or event.index in reopened
        return event.f != "node" or mapping(event.value).get("life") != 1 or _state(event) == "died"

    def tells_of(self, watch: Event) -> bool:
        """Tell whether a watch is about what the story is about; of a herd it is about the line as well."""
        woken = watch.key == self._line and self._middle <= watch.time <= self.until
        return woken or watch.key in self.paths

    def rank(self, event: Event) -> tuple[int, int]:
        """Return how far something is from the story: by what it is, then by how far off in time."""
        far = self.far(event.time)
        if event.f in _BELIEFS:
            return (1 if self.paths.intersection(own_paths(event)) else _BACKGROUND, far)
        if event.f == "session":
            return (1 if _state(event) == "lost" else _BACKGROUND, far)
        return {"watch": 2, "registered": 2, "unregistered": 2}.get(event.f, 1), far

    def far(self, time: int) -> int:
        """Return how far a time is from the violation."""
        return abs(time - self._middle)


def own_paths(event: Event) -> Iterator[str]:
    """Yield the paths of places in a line, or the like, that an event names as somebody's own."""
    told = mapping(event.value)
    for name in ("path", "node"):
        if isinstance(told.get(name), str):
            yield text(told[name])
    if event.f in {"leader", "stepped-down", "candidate", "registered", "unregistered"}:
        yield event.key


def _state(event: Event) -> str:
    return text(mapping(event.value).get("state"))


def _before(history: History) -> int:
    """Return for how long (ns) before a violation its reasons are looked for: sessions' timeout and more."""
    try:
        return round(history.plan.session_timeout * 1e9) + AFTER
    except HistoryError:
        return _BEFORE


def _together(sessions: Sequence[Event]) -> Iterator[list[Event]]:
    """Group what happened to several sessions of one node in the same way at about the same time."""
    open_groups: dict[str, list[Event]] = {}
    for event in sessions:
        group = open_groups.get(_state(event))
        fresh = group is None or event.time - group[0].time > _TOGETHER
        if group is None or fresh or any(one.session == event.session for one in group):
            if group is not None:
                yield group
            group = open_groups[_state(event)] = []
        group.append(event)
    yield from open_groups.values()


def _sessions(scene: Scene, history: History, group: list[Event]) -> Found:
    first = group[0]
    if len(group) == 1:
        return happened(history.derive(setting), first, scene.rank(first))
    return Found(first.time, first.index, first.node, many_sessions(group), "session", rank=scene.rank(first))


def _took_over(poll: Event, scene: Scene) -> Found:
    epoch = mapping(poll.value).get("epoch")
    told = "" if epoch is None else f" (epoch {epoch})"
    clause = f"server {poll.node} was seen to lead ZooKeeper from now on{told}"
    return Found(poll.time, poll.index, poll.node, clause, "server", rank=(2, scene.far(poll.time)))


def _faults(history: History, violation: Violation, scene: Scene) -> Iterator[Found]:
    """Yield the begins and the ends of the faults that were applied, those on the cast first."""
    for fault in history.faults:
        if fault.outcome == "vanished" or not _meets(fault, violation, scene):
            continue
        rank = 1 if scene.cast.keys() & set(fault.targets) else 2
        for index in (fault.events[0], fault.events[-1]):
            event = history.events[index]
            proven_over = event.f == "heal" and mapping(event.value).get("stage") == "proven"
            if index in scene.witness or not (proven_over or index == fault.events[0]):
                continue
            if event.time <= scene.until + AFTER:
                far = rank + (1 if proven_over else 0), scene.far(event.time)
                yield Found(event.time, index, fault.fault, fault_stage(fault, event), "fault", rank=far)


def _meets(fault: FaultWindow, violation: Violation, scene: Scene) -> bool:
    """Tell whether a fault was applied at the violation, or in the time before it, and not only after it."""
    on_cast = bool(scene.cast.keys() & set(fault.targets))
    if fault.begin > (scene.until if on_cast else scene.last):
        return False
    return fault.id in violation.faults or fault.healed is None or fault.healed >= scene.start
