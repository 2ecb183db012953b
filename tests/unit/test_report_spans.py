"""Stretches of time: server modes, lives, sessions, leader bands, slots."""

from harness.history import Event
from reports.clock import Clock
from reports.timeline.app_spans import belief_bands, lives, session_spans
from reports.timeline.lanes import lane_name, natural
from reports.timeline.server_spans import mode_at, mode_spans
from reports.timeline.slots import pack

CLOCK = Clock(0)
S = 10**9


def event(second: float, f: str, value: object, **fields: object) -> Event:
    return Event(index=0, time=round(second * S), type="event", f=f, value=value, **fields)  # type: ignore[arg-type]


def poll(second: float, mode: str, epoch: int | None = None) -> Event:
    return event(second, "server", {"mode": mode, "epoch": epoch}, node="zk1")


def test_equal_polls_merge_and_each_span_reaches_the_next_poll() -> None:
    spans = mode_spans(
        [poll(1, "leader", 1), poll(2, "leader", 1), poll(3, "looking"), poll(4, "leader", 2)], CLOCK
    )
    assert [(s.start, s.end, s.mode, s.epoch) for s in spans] == [
        (1, 3, "leader", 1),
        (3, 4, "looking", None),
        (4, 4, "leader", 2),
    ]


def test_a_new_epoch_starts_a_new_span_of_the_same_mode() -> None:
    spans = mode_spans([poll(1, "leader", 1), poll(2, "leader", 2), poll(3, "leader", 2)], CLOCK)
    assert [(s.start, s.epoch) for s in spans] == [(1, 1), (2, 2)]


def test_more_than_three_seconds_without_a_poll_are_not_observed() -> None:
    spans = mode_spans([poll(1, "leader", 1), poll(2, "leader", 1), poll(5.5, "leader", 1)], CLOCK)
    assert [(s.start, s.end, s.mode) for s in spans] == [
        (1, 2, "leader"),
        (2, 5.5, "not observed"),
        (5.5, 5.5, "leader"),
    ]
    exactly = mode_spans([poll(1, "leader", 1), poll(4, "leader", 1)], CLOCK)
    assert [s.mode for s in exactly] == ["leader"]


def test_no_polls_make_no_spans_and_a_strange_poll_does_not_break() -> None:
    assert mode_spans([], CLOCK) == []
    (span,) = mode_spans([Event(index=0, time=0, type="event", f="server", value="nonsense")], CLOCK)
    assert (span.mode, span.epoch) == ("", None)


def test_the_later_span_counts_where_two_touch() -> None:
    spans = mode_spans([poll(1, "leader", 1), poll(2, "looking"), poll(3, "looking")], CLOCK)
    at_two = mode_at(spans, 2.0)
    assert at_two is not None
    assert at_two.mode == "looking"
    assert mode_at(spans, 9.0) is None


def leader(second: float, process: str = "app1/1.0", token: object = 1 << 32 | 5) -> Event:
    return event(second, "leader", {"token": token}, process=process, key="/e/n_1")


def step(second: float, process: str = "app1/1.0", why: str = "refused") -> Event:
    return event(second, "stepped-down", {"token": 1, "why": why}, process=process, key="/e/n_1")


def node(second: float, state: str, life: int = 1) -> Event:
    return event(second, "node", {"state": state, "life": life, "role": "app"}, node="app1")


def test_a_band_ends_at_the_same_processs_stepping_down() -> None:
    bands = belief_bands([leader(1)], [step(0.5), step(2, "app1/1.1"), step(3)], [], CLOCK, 9 * S)
    assert [(b.start, b.end, b.ended, b.token) for b in bands] == [(1, 3, "refused", "0x100000005")]


def test_a_band_ends_when_its_node_dies_or_stops() -> None:
    events = [node(0, "started"), node(0.5, "died"), node(0.7, "started", 2), node(4, "stopped", 2)]
    (band,) = belief_bands([leader(1)], [step(6)], events, CLOCK, 9 * S)
    assert (band.end, band.ended) == (4, "node stopped")


def test_a_band_that_nothing_ends_lasts_until_the_history_does() -> None:
    (band,) = belief_bands([leader(1)], [], [], CLOCK, 9 * S)
    assert (band.end, band.ended) == (9, "")


def test_a_leader_event_without_a_token_still_makes_a_band() -> None:
    (band,) = belief_bands([event(1, "leader", None, process="p")], [], [], CLOCK, 2 * S)
    assert band.token == ""


def test_two_believers_on_one_node_get_slots_of_their_own() -> None:
    bands = belief_bands([leader(1), leader(2, "app1/1.1")], [step(3), step(4, "app1/1.1")], [], CLOCK, 9 * S)
    assert [b.slot for b in bands] == [0, 1]


def test_locks_held_by_one_process_at_once_end_each_by_its_own_event() -> None:
    def tell(second: float, f: str, lock: str) -> Event:
        value = {"token": 7, "node": f"{lock}/n_1", "why": "released"}
        return event(second, f, value, process="app1/1.0", key=lock)

    begins = [tell(1, "holds", "/lock/a"), tell(2, "holds", "/lock/b")]
    bands = belief_bands(
        begins, [tell(3, "let-go", "/lock/b"), tell(5, "let-go", "/lock/a")], [], CLOCK, 9 * S
    )
    assert [(b.start, b.end, b.belief, b.ended) for b in bands] == [
        (1, 5, "holds /lock/a", "released"),
        (2, 3, "holds /lock/b", "released"),
    ]


def session(second: float, state: str, process: str = "app1/1.0", number: int = -5) -> Event:
    return event(second, "session", {"state": state}, process=process, session=number)


def test_session_states_follow_each_other_until_closed() -> None:
    events = [session(1, "connected"), session(2, "suspended"), session(3, "connected"), session(5, "closed")]
    spans = session_spans(events, [], CLOCK, 9 * S)
    assert [(s.start, s.end, s.state) for s in spans] == [
        (1, 2, "connected"),
        (2, 3, "suspended"),
        (3, 5, "connected"),
    ]
    assert spans[0].session == "0xfffffffffffffffb"


def test_a_session_ends_with_its_node_though_the_next_life_has_one_too() -> None:
    events = [session(1, "connected"), session(6, "connected", "app1/2.0")]
    spans = session_spans(events, [node(0, "started"), node(3, "died"), node(5, "started", 2)], CLOCK, 9 * S)
    assert [(s.start, s.end, s.slot) for s in spans] == [(1, 3, 0), (6, 9, 0)]


def test_sessions_of_two_processes_side_by_side_are_drawn_in_two_strips() -> None:
    spans = session_spans([session(1, "connected"), session(2, "connected", "app1/1.1")], [], CLOCK, 9 * S)
    assert {s.process: s.slot for s in spans} == {"app1/1.0": 0, "app1/1.1": 1}


def test_sessions_of_one_process_side_by_side_are_drawn_in_two_strips() -> None:
    events = [
        session(1, "connected", number=4),
        session(2, "connected", number=5),
        session(3, "lost", number=4),
    ]
    spans = session_spans([*events, session(6, "connected", number=6)], [], CLOCK, 9 * S)
    assert [(s.session, s.start, s.end, s.state) for s in sorted(spans, key=lambda s: s.start)] == [
        ("0x4", 1, 3, "connected"),
        ("0x5", 2, 9, "connected"),
        ("0x4", 3, 6, "lost"),
        ("0x6", 6, 9, "connected"),
    ]
    slots = {s.session: s.slot for s in spans}
    assert slots["0x4"] != slots["0x5"]


def test_lives_end_by_death_by_stop_or_with_the_history() -> None:
    events = [node(1, "started"), node(2, "died"), node(3, "started", 2)]
    found = lives(events, CLOCK, 9 * S)
    assert [(life.start, life.end, life.life, life.ended) for life in found] == [
        (1, 2, 1, "died"),
        (3, 9, 2, ""),
    ]


def test_slots_are_reused_as_soon_as_they_are_free() -> None:
    assert pack([(0, 2), (1, 3), (2, 4), (2.5, 5)]) == [0, 1, 0, 2]
    assert pack([]) == []


def test_lane_names() -> None:
    assert lane_name(Event(0, 0, "ok", "final-read", process="final/zk1")) == "zk1"
    assert lane_name(Event(0, 0, "ok", "get", process="final/zk1.12")) == "zk1"
    assert lane_name(Event(0, 0, "ok", "work", process="app1/2.0")) == "app1"
    assert lane_name(Event(0, 0, "event", "server", process="monitor", node="zk2")) == "zk2"
    assert lane_name(Event(0, 0, "event", "inject", process="nemesis")) == ""


def test_names_sort_as_people_count() -> None:
    assert sorted(["app10", "app2", "app", "b1", "app2b"], key=natural) == [
        "app",
        "app2",
        "app2b",
        "app10",
        "b1",
    ]
