"""A violation as a story: every sentence from an event, in order of time, and why it breaks the promise."""

import re
from pathlib import Path
from typing import Any

from checkers.recipes.barrier import barrier
from checkers.registry import guarantees
from checkers.result import Violation
from harness.history import read_history
from reports.story import as_text, tell
from reports.story.reasons import REASONS, reason
from reports.story.setting import setting
from reports.story.telling import MOST
from tests.unit.a_story import calls, seen, sentences
from tests.unit.sample_history import BOOT, Script, sample_run

ROOT = Path(__file__).parents[2]
FINDINGS = ROOT / "tests" / "data" / "findings"
SESSION = 0x7200_0000_0000_0001


def at(second: float) -> int:
    return BOOT + round(second * 1e9)


def test_the_story_of_two_leaders() -> None:
    history, results = sample_run()
    (violation,) = next(r for r in results.results if r.name == "single-leader").violations
    story = tell(history, violation, "single-leader")
    assert [(m.seconds, m.kind, m.witness) for m in story if m.kind in {"belief", "why"}] == [
        (42.2, "belief", 1), (58.9, "belief", 2), (62.6, "belief", 3), (62.6, "why", None),
    ]  # fmt: skip
    said = sentences(story)
    assert "app3 began to believe that it leads, with token 0x20000a474." in said
    assert "app3 stopped believing that it leads: its session had expired." in said
    assert "The fault pause-app-leader (#3) began on app3: the process is frozen." in said
    assert "The fault pause-app-leader (#3) on app3 was seen to be over." in said
    assert "app3 was told that its session had expired." in said
    assert "Server zk1 was seen to lead ZooKeeper from now on (epoch 3)." in said
    assert said[-1] == REASONS["single-leader"]["believed-overlap"]
    assert [m.seconds for m in story] == sorted(m.seconds for m in story)
    # What its program did before and after has nothing to do with it.
    assert not any("ended in good order" in sentence or "closed" in sentence for sentence in said)


def test_a_story_as_text_has_a_line_for_each_moment() -> None:
    history, results = sample_run(rate=0.4)
    (violation,) = next(r for r in results.results if r.name == "single-leader").violations
    story = tell(history, violation, "single-leader")
    lines = as_text(story).splitlines()
    assert len(lines) == len(story)
    assert "42.200 s  app3 began to believe that it leads, with token 0x20000a474." in lines
    assert lines[-1] == f"Why this breaks the promise: {story[-1].sentence}"
    assert as_text([]) == ""


def a_session(
    script: Script, second: float, state: str, session: int = SESSION, process: str = "app1/1.0"
) -> None:
    told = {"session": session, "conn": 1, "server": "10.0.0.2:2181"}
    script.say(second, "session", process, node="app1", value={"state": state}, **told)


def work(script: Script, second: float, node: str = "app1", token: int = 1 << 32 | 7) -> None:
    value = {"token": token, "path": "/e/n1", "n": 1}
    who: dict[str, Any] = {
        "process": f"{node}/1.1",
        "node": node,
        "f": "work",
        "key": "/work",
        "value": value,
    }
    script.add(second, "invoke", **who)
    script.add(second + 0.01, "ok", **who)


def told_around(script: Script) -> list[str]:
    """Tell of the last call that is in the script."""
    history = script.history()
    witness = [event.index for event in history.events if event.type in {"invoke", "ok"}][-2:]
    return sentences(tell(history, seen(history, *witness, kind="odd")))


def test_sessions_are_named_by_their_app_node() -> None:
    script = calls()
    a_session(script, 1, "connected")
    a_session(script, 6, "suspended")
    a_session(script, 7, "lost")
    a_session(script, 7.5, "connected", SESSION + 1)
    a_session(script, 8, "suspended", SESSION + 1)
    a_session(script, 8.2, "connected", SESSION + 1)
    work(script, 9)
    a_session(script, 9.5, "closed", SESSION + 1)
    assert told_around(script) == [
        "app1 lost the connection of its first session, which may live on.",
        "app1 was told that its first session had expired.",
        "app1 opened a new session at zk1.",
        "app1 lost the connection of its second session, which may live on.",
        "app1 was connected again, to zk1, and its second session went on.",
        "app1 asked ZooKeeper to write to /work under its token 0x100000007, and that was accepted.",
    ]


def test_a_session_far_down_the_line_has_its_number() -> None:
    script = calls()
    for number in range(23):
        a_session(script, 1 + number, "connected", SESSION + number)
    work(script, 30)
    where = setting(script.history())
    said = [where.session(SESSION + number, "app1") for number in (9, 10, 11, 20, 21, 22)]
    assert said == [f"its {nth} session" for nth in ("tenth", "11th", "12th", "21st", "22nd", "23rd")]


def test_everybody_whom_a_herd_woke_is_told() -> None:
    script = calls()
    script.say(4, "stepped-down", "app1/1.0", node="app1", key="/line/a-0", value={"why": "term"})
    for app in ("app2", "app3"):
        script.say(4.1, "watch", f"{app}/1.0", node=app, key="/line", value={"type": "CHILD"})
    script.say(9, "watch", "app2/1.0", node="app2", key="/line", value={"type": "CHILD"})
    told = {"time": at(4), "until": at(4.2), "key": "/line", "nodes": ("app1", "app2", "app3")}
    history = script.history()
    left = next(event.index for event in history.events if event.f == "stepped-down")
    story = sentences(tell(history, seen(history, left, kind="woke-too-many", **told), "herd"))
    woken = [sentence for sentence in story if "was told by a watch" in sentence]
    news = "was told by a watch that /line has other children now."
    assert woken == [f"app2 {news}", f"app3 {news}"]
    other = sentences(tell(history, seen(history, left, kind="stale-action", **told)))
    assert not any("was told by a watch" in sentence for sentence in other)


def test_what_happens_to_many_sessions_at_once_is_told_once() -> None:
    script = calls()
    for number in range(3):
        a_session(script, 1 + number / 100, "connected", SESSION + number, f"app1/1.{number}")
        a_session(script, 8 + number / 100, "lost", SESSION + number, f"app1/1.{number}")
    work(script, 9)
    assert told_around(script)[0] == "app1 was told that 3 of its sessions had expired."


def test_a_belief_that_began_long_before_is_told_and_that_of_somebody_elses_is_not() -> None:
    script = calls()
    for node, key, second in (("app1", "/e/n1", 2), ("app1", "/other/n9", 3), ("app2", "/e/n2", 4)):
        script.say(second, "leader", f"{node}/1.0", node=node, key=key, value={"token": 1 << 32 | 7})
    work(script, 60)
    value = {"token": 1 << 32 | 7, "why": "refused"}
    script.say(61, "stepped-down", "app1/1.0", node="app1", key="/e/n1", value=value)
    told = told_around(script)
    assert told[0] == "app1 began to believe that it leads, with token 0x100000007."
    assert told[-1] == "app1 stopped believing that it leads: an action of it had been refused."
    assert len(told) == 3


def test_faults_of_long_ago_and_of_afterwards_are_left_out() -> None:
    script = calls()
    script.fault(1, "kill-leader", "server", "zk2", (1.0, 1.2, 2.0, 3.0))
    script.fault(2, "pause-one-app", "app", "app1", (28.0, 28.2, 29.0, 31.0))
    script.fault(3, "kill-leader", "server", "zk3", (30.3, 30.4, 38.0, 39.0))
    work(script, 30)
    told = told_around(script)
    assert [sentence for sentence in told if "fault" in sentence] == [
        "The fault pause-one-app (#2) began on app1: the process is frozen.",
        "The fault pause-one-app (#2) on app1 was seen to be over.",
    ]


def test_a_long_witness_is_cut_and_says_so() -> None:
    script = calls()
    for number in range(40):
        work(script, 10 + number)
    history = script.history()
    witness = [event.index for event in history.events if event.f == "work"]
    story = tell(history, seen(history, *witness), "single-leader")
    assert len(story) <= MOST
    (more,) = (moment for moment in story if moment.kind == "more")
    assert more.sentence == "The witness has 30 more events between these."
    assert [m.seconds for m in story] == sorted(m.seconds for m in story)


def test_a_busy_neighbourhood_does_not_crowd_out_the_witness() -> None:
    script = calls()
    for number in range(200):
        a_session(script, 5 + number / 50, "suspended" if number % 2 else "connected", SESSION + number)
    work(script, 9)
    history = script.history()
    story = tell(history, seen(history, len(history) - 2, len(history) - 1), "fencing")
    assert len(story) <= MOST
    assert [moment.witness for moment in story if moment.witness] == [1]


def test_a_witness_that_is_not_there_makes_no_story() -> None:
    history = calls().history()
    violation = Violation(kind="odd", sentence="x", witness=(7, 99), time=at(1), until=at(1))
    assert tell(history, violation) == []


def test_what_an_increment_was_made_of_is_told() -> None:
    script = calls()
    who = {"process": "app1/1.2", "node": "app1", "key": "/c"}
    script.add(1, "invoke", "add", value={"by": 1}, **who | {"process": "app1/1.1"})
    script.add(1.1, "invoke", "get", **who)
    script.add(1.2, "ok", "get", value="app2/1-3", **who)
    script.add(1.3, "invoke", "set", value={"data": "app1/1-4"}, **who)
    script.add(1.4, "info", "set", error="ConnectionLoss", **who)
    script.add(1.45, "ok", "add", value={"value": 5}, **who | {"process": "app1/1.1"})
    history = script.history()
    story = tell(history, seen(history, 1, len(history) - 1, kind="counted-twice", key="/c"))
    assert sentences(story)[:3] == [
        'app1 asked ZooKeeper to read /c, and it held "app2/1-3".',
        'app1 asked ZooKeeper to set /c to "app1/1-4"; no answer came (the connection broke): nobody was '
        "told whether it was done.",
        "app1 was through with its call to add 1 to /c: it came to 5.",
    ]
    assert story[-1].kind == "why"


def test_what_both_believers_did_meanwhile_is_counted() -> None:
    history, results = sample_run()
    (violation,) = next(r for r in results.results if r.name == "single-leader").violations
    during = [
        operation
        for operation in history.operations
        if operation.invoke.f == "work" and at(58.9) <= operation.invoke.time <= at(62.6)
    ]
    assert {operation.invoke.node for operation in during} >= {"app4"}
    accepted = sum(operation.invoke.node == "app4" and operation.outcome == "ok" for operation in during)
    asked = sum(operation.invoke.node == "app4" for operation in during)
    (told,) = (s for s in sentences(tell(history, violation, "single-leader")) if s.startswith("From 58.9 s"))
    assert f"app4 asked for {asked} actions, of which {accepted} were accepted" in told


def test_a_finding_tells_who_waited_for_whom() -> None:
    history = read_history(FINDINGS / "kazoo-double-barrier-left-waiting.jsonl")
    violation = next(one for one in barrier(history).violations if one.nodes == ("app3",))
    story = tell(history, violation, "barrier")
    said = sentences(story)
    assert any(re.match(r"app3 set out to leave round \d+ of the barrier", sentence) for sentence in said)
    assert any(re.match(r"app5 set out to leave round \d+ of the barrier", sentence) for sentence in said)
    assert any("app3 had been waiting for" in sentence and "to leave round" in sentence for sentence in said)
    assert said[-1] == REASONS["barrier"]["blocked"]
    assert 4 < len(story) <= MOST


def documented() -> set[tuple[str, str]]:
    """Return every kind of violation that docs/guarantees.md names in its tables, with its guarantee."""
    found = set()
    for line in (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| `([a-z-]+)` \| ([^|]*) \|", line)
        if row and row[1] in guarantees():
            found |= {(row[1], kind) for kind in re.findall(r"`([a-z]+(?:-[a-z]+)*)`", row[2])}
    return {(name, kind) for name, kind in found if kind not in {"multi", "set", "unknown"}}


def test_every_kind_of_violation_has_its_reason_and_every_reason_its_kind() -> None:
    ours = {(name, kind) for name, kinds in REASONS.items() for kind in kinds}
    assert ours == documented()
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "checkers").rglob("*.py"))
    assert [kind for _, kind in sorted(ours) if f'"{kind}"' not in source] == []


def test_a_kind_alone_has_a_reason_where_it_means_one_thing() -> None:
    assert reason("", "lost-item") == REASONS["queue"]["lost-item"]
    assert reason("", "blocked") == ""
    assert reason("progress", "blocked") != reason("barrier", "blocked")
    assert reason("single-leader", "nonsense") == ""


def test_reasons_are_sentences() -> None:
    for kinds in REASONS.values():
        for why in kinds.values():
            assert why[0].isupper()
            assert why.endswith(".")
            assert "{" not in why
