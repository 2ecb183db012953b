"""Occurrences in plain words: sessions, beliefs, lives of programs, roles of servers, watches, faults."""

from collections.abc import Callable, Sequence

from harness.history import Event, FaultWindow
from reports.story.setting import Setting
from reports.story.words import cut, data, listed, token
from reports.values import mapping, text

_WHY = {
    "suspended": "its connection was lost",
    "lost": "its session had expired",
    "closed": "it had closed its session",
    "abandoned": "it gave its session up",
    "refused": "an action of it had been refused",
    "term": "its term was over",
    "done": "it was done",
    "stopping": "its program was asked to end",
    "withdrawn": "it withdrew",
    "gone": "another look showed it gone",
    "died": "its process was gone",
}

_EFFECTS = {
    "kill": "the process is killed",
    "pause": "the process is frozen",
    "stutter": "the process is frozen again and again",
    "throttle": "the process gets hardly any processor time",
    "load": "the machine is loaded",
    "expire": "the session is ended from outside",
    "false-lost": "the client is told that its session is lost, though it lives",
    "disconnect": "the connection is cut",
    "half-open": "the connection goes silent without being cut",
    "reset": "connections are reset",
    "move": "the client is moved to another server",
    "partition": "the network is cut",
    "delay": "packets are delayed",
    "loss": "packets are lost",
    "duplicate": "packets are sent twice",
    "reorder": "packets come out of order",
    "damage": "packets, or files, are damaged",
    "rate": "the network is slow",
    "slow-disk": "the disk is slow",
    "disk-full": "the disk is full",
    "disk-errors": "the disk fails",
    "power-cut": "the power goes",
    "clock": "the clock is wrong",
    "restart": "the process is restarted",
    "membership": "the members of the ensemble change",
}


def kind_of(event: Event) -> str:
    """Return what kind of a moment an occurrence is."""
    return _KINDS.get(event.f, "event")


def occurred(event: Event, setting: Setting) -> str:
    """Say in one clause, without an end, what an occurrence is."""
    if event.f == "session":
        return _session(event, setting)
    if event.f == "ping":
        return f"{setting.server(event.server)} answered a ping of {_who(event)}"
    return _SAY.get(event.f, _other)(event)


def fault_stage(fault: FaultWindow, event: Event) -> str:
    """Say what one of the events of a fault tells."""
    stage, told = mapping(event.value).get("stage"), f"the fault {fault.fault} (#{fault.id})"
    on = f" on {listed(fault.targets)}" if fault.targets else ""
    if event.f == "inject":
        began = f"{told} began{on}: {_EFFECTS.get(fault.effect, fault.effect)}"
        return {"begin": began, "proven": f"{told} was seen to bite{on}"}.get(
            text(stage), f"nobody could see that {told} bit{on}"
        )
    healing = f"{told}{on} was about to be taken away"
    return {"begin": healing, "proven": f"{told}{on} was seen to be over"}.get(
        text(stage), f"nobody could see that {told}{on} was over"
    )


def _session(event: Event, setting: Setting) -> str:
    state, who = text(mapping(event.value).get("state")), event.node or event.process
    session, server = setting.session(event.session, event.node), setting.server(event.server)
    if state == "connected":
        if event.index in setting.opened:
            return f"{who} opened {'a new' if event.index in setting.reopened else 'a'} session at {server}"
        return f"{who} was connected again, to {server}, and {session} went on"
    return f"{who} {_STATES.get(state, state).format(session=session, server=server)}"


def many_sessions(events: Sequence[Event]) -> str:
    """Say in one clause that the same happened to several sessions of one app node."""
    state = text(mapping(events[0].value).get("state"))
    return f"{_who(events[0])} {_MANY.get(state, state).format(len(events))}"


_MANY = {
    "connected": "was connected with {} sessions",
    "suspended": "lost {} connections; their sessions may live on",
    "lost": "was told that {} of its sessions had expired",
    "closed": "closed {} sessions",
    "abandoned": "gave up {} sessions without a word to the servers",
}

_STATES = {
    "suspended": "lost the connection of {session}, which may live on",
    "lost": "was told that {session} had expired",
    "closed": "closed {session}",
    "abandoned": "gave up {session} without a word to the servers",
    "attaching": "was about to go on with {session}",
    "detached": "had passed {session} on, and was disconnected",
}


def _who(event: Event) -> str:
    return event.node or event.process


def _why(event: Event) -> str:
    why = text(mapping(event.value).get("why"))
    return f": {_WHY.get(why, why)}" if why else ""


def _leader(event: Event) -> str:
    return (
        f"{_who(event)} began to believe that it leads, with token {token(mapping(event.value).get('token'))}"
    )


def _resigned(event: Event) -> str:
    return f"{_who(event)} stopped believing that it leads{_why(event)}"


def _holds(event: Event) -> str:
    told = mapping(event.value)
    shared = " together with others" if told.get("mode") == "shared" else ""
    given = "" if told.get("token") is None else f", with token {token(told['token'])}"
    return f"{_who(event)} began to believe that it holds {cut(event.key, 90)}{shared}{given}"


def _let_go(event: Event) -> str:
    return f"{_who(event)} let go of {cut(event.key, 90)}{_why(event)}"


def _node(event: Event) -> str:
    state = text(mapping(event.value).get("state"))
    life = mapping(event.value).get("life")
    again = " again" if state == "started" and life not in (None, 1) else ""
    said = {"started": "was started", "died": "died", "stopped": "ended in good order"}
    return f"the program of {event.node} {said.get(state, state)}{again}"


def _server(event: Event) -> str:
    told = mapping(event.value)
    epoch = "" if told.get("epoch") is None else f" (epoch {told['epoch']})"
    modes = {"leader": "leads the servers", "down": "gives no answer", "looking": "looks for a leader"}
    mode = text(told.get("mode"))
    return f"{event.node} was seen: it {modes.get(mode, f'is {mode}')}{epoch if mode == 'leader' else ''}"


def _watch(event: Event) -> str:
    change = {
        "CREATED": "was created",
        "DELETED": "was deleted",
        "CHANGED": "was changed",
        "CHILD": "has other children now",
    }
    kind = text(mapping(event.value).get("type"))
    return f"{_who(event)} was told by a watch that {cut(event.key, 90)} {change.get(kind, kind)}"


def _candidate(event: Event) -> str:
    return f"{_who(event)} queued up with {cut(event.key, 90)}"


def _registered(event: Event) -> str:
    return f"{_who(event)} began to believe that it is registered as {cut(event.key, 90)}"


def _unregistered(event: Event) -> str:
    return f"{_who(event)} was not registered any more{_why(event)}"


def _discovered(event: Event) -> str:
    members = mapping(mapping(event.value).get("members"))
    return f"{_who(event)} read the registry, which listed {listed(members)}"


def _applied(event: Event) -> str:
    told = mapping(event.value)
    reader = text(told.get("reader")) or _who(event)
    return f"the reader {cut(reader)} took {cut(event.key, 90)} over: {data(told.get('data'))}"


def _follows(event: Event) -> str:
    reader = text(mapping(event.value).get("reader")) or _who(event)
    return f"the reader {cut(reader)} began to follow {cut(event.key, 90)}"


def _started(event: Event) -> str:
    return f"a worker on {_who(event)} began to work for slot {mapping(event.value).get('slot')}"


def _ended(event: Event) -> str:
    return f"the worker on {_who(event)} for slot {mapping(event.value).get('slot')} ended{_why(event)}"


def _hash(event: Event) -> str:
    return f"{event.node} told the digests of its tree"


def _other(event: Event) -> str:
    about = f" {cut(event.key, 90)}" if event.key else ""
    return f"{_who(event) or 'the harness'}: {event.f}{about}"


_SAY: dict[str, Callable[[Event], str]] = {
    "leader": _leader,
    "stepped-down": _resigned,
    "holds": _holds,
    "let-go": _let_go,
    "node": _node,
    "server": _server,
    "watch": _watch,
    "candidate": _candidate,
    "registered": _registered,
    "unregistered": _unregistered,
    "discovered": _discovered,
    "applied": _applied,
    "follows": _follows,
    "started": _started,
    "ended": _ended,
    "hash": _hash,
}

_KINDS = {
    "session": "session",
    "leader": "belief",
    "stepped-down": "belief",
    "holds": "belief",
    "let-go": "belief",
    "registered": "belief",
    "unregistered": "belief",
    "applied": "belief",
    "discovered": "belief",
    "started": "life",
    "ended": "life",
    "node": "life",
    "server": "server",
    "watch": "watch",
}
