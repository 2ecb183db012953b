"""Histories of any size: valid by the oracle, equal for equal seeds, red where something was planted."""

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.history import History, read_history
from tests.simulation.big import main
from tests.simulation.oracle import oracle


def made(path: Path, *options: str) -> History:
    result = CliRunner().invoke(main, [str(path), *options], catch_exceptions=False)
    assert result.exit_code == 0
    return read_history(path)


SMALL = ("--operations", "1200", "--keys", "12", "--sessions", "6")


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_big_histories_are_valid(tmp_path: Path, seed: str) -> None:
    history = made(tmp_path / "a.jsonl", *SMALL, "--seed", seed)
    assert len(history.operations) >= 1200
    assert history.closed
    assert oracle(history) == set()


def test_big_histories_hold_what_checkers_look_at(tmp_path: Path) -> None:
    history = made(tmp_path / "a.jsonl", "--operations", "20000")
    kinds = Counter(event.f for event in history if event.type in {"ok", "event"})
    assert kinds.keys() >= {"create", "set", "delete", "get", "exists", "children", "multi", "multi-read"}
    assert kinds.keys() >= {"sync", "get-acl", "watch", "ping", "session", "server", "hash"}
    assert min(kinds["watch"], kinds["multi"], kinds["children"]) > 50
    assert kinds["session"] > 40
    times = [event.time for event in history]
    assert times != sorted(times)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        made(tmp_path / name, *SMALL, "--seed", seed, "--unknown", "0.01")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_a_share_of_answers_is_lost(tmp_path: Path) -> None:
    history = made(tmp_path / "a.jsonl", "--operations", "20000", "--unknown", "0.02")
    lost = [op for op in history.operations if op.outcome == "info"]
    assert 200 < len(lost) < 600
    assert all(op.complete and op.complete.session and op.complete.sent for op in lost)
    retired = {op.invoke.process for op in lost}
    for process in retired:
        mine = [op for op in history.operations if op.invoke.process == process]
        assert mine[-1].outcome == "info"


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        ("wrong-data", {"prefix-reads"}),
        ("double-zxid", {"unique-zxid"}),
        ("lost-write", {"prefix-reads", "write-legality"}),
        ("missed-watches", {"no-missed-watch"}),
    ],
)
def test_what_is_planted_is_found(tmp_path: Path, plant: str, expected: set[str]) -> None:
    history = made(tmp_path / "a.jsonl", *SMALL, "--seed", "4", "--plant", plant)
    assert oracle(history) >= expected
