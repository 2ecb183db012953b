"""From a file to a verdict: keys, stories, and the command line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from checkers.linearizability.call import Call
from checkers.linearizability.judge import judge_model
from checkers.linearizability.model import Model
from checkers.linearizability.outcome import Outcome
from checkers.linearizability.search import search_prepared
from checkers.result import Results, Verdict
from harness.cli import cli, guarded
from harness.clock import wait_for
from harness.errors import HistoryError
from harness.history import HistoryWriter
from harness.history.foreign import read_any


def edn(path: Path, *lines: str) -> Path:
    """Write operations given as `process type f value`."""
    rows = [line.split(maxsplit=3) for line in lines]
    text = "\n".join(f"{{:process {p}, :type :{t}, :f :{f}, :value {v}}}" for p, t, f, v in rows)
    (path / "h.edn").write_text(text)
    return path / "h.edn"


STALE = (
    "0 invoke write 1",
    "0 ok write 1",
    "1 invoke write 2",
    "1 ok write 2",
    "2 invoke read nil",
    "2 ok read 1",
)


def judged(path: Path, model: str, **options: bool) -> Results:
    return judge_model(read_any(path, **options), model)


def test_a_stale_read_is_told_with_the_calls_that_show_it(tmp_path: Path) -> None:
    results = judged(edn(tmp_path, *STALE), "register")
    assert results.verdict is Verdict.VIOLATION
    (violation,) = results.results[0].violations
    assert violation.sentence == (
        "No order of the calls explains read -> 1 by process 2 (line 6): those that returned before can be "
        "put in order and leave 2. 2 calls suffice to show it: write 2 by process 1 (line 4); "
        "read -> 1 by process 2 (line 6)."
    )
    assert violation.witness == (2, 3, 4, 5)


def test_the_same_read_beside_the_write_is_fine(tmp_path: Path) -> None:
    beside = (*STALE[:3], STALE[4], STALE[5], STALE[3])
    results = judged(edn(tmp_path, *beside), "cas-register")
    assert results.verdict is Verdict.VALID
    assert results.results[0].checked == 3


def test_a_failed_cas_never_happened_but_in_a_log_it_was_refused(tmp_path: Path) -> None:
    lines = ("0 invoke write 1", "0 ok write 1", "1 invoke cas [1 2]", "1 fail cas [1 2]")
    assert judged(edn(tmp_path, *lines), "cas-register").verdict is Verdict.VALID
    log = "".join(f"INFO  jepsen.util - {' :'.join(line.split(maxsplit=2))}\n" for line in lines)
    log = log.replace("write 1", "write\t1").replace("cas [", "cas\t[")
    (tmp_path / "e.log").write_text(log)
    assert judged(tmp_path / "e.log", "cas-register").verdict is Verdict.VIOLATION


def test_keys_are_judged_on_their_own(tmp_path: Path) -> None:
    crossed = tuple(
        line.replace("write 1", "write [a 1]")
        .replace("write 2", "write [b 2]")
        .replace("read 1", "read [a 1]")
        for line in STALE
    )
    crossed = tuple(line.replace("read nil", "read [a nil]") for line in crossed)
    results = judged(edn(tmp_path, *crossed), "register", independent=True)
    assert results.verdict is Verdict.VALID
    assert results.results[0].measures["keys"] == 2


def test_an_operation_that_the_model_does_not_know_is_refused_with_its_line(tmp_path: Path) -> None:
    path = edn(tmp_path, "0 invoke write 1", "0 ok write 1", "0 invoke enqueue 1")
    with pytest.raises(HistoryError, match=r"h\.edn, line 3: the model register does not know .*'enqueue'"):
        judged(path, "register")
    with pytest.raises(HistoryError, match=r"line 1: the value of a cas is a pair, .*, here it is 3\."):
        judged(edn(tmp_path, "0 invoke cas 3"), "cas-register")


class Recorded:
    """A history of zkchaos's own, call by call."""

    def __init__(self, path: Path):
        self.path = path
        self._writer = HistoryWriter(path)
        self._time = 0

    def close(self) -> None:
        self._writer.close()

    def call(
        self, process: str, f: str, key: str, value: object = None, answer: object = None, **told: object
    ) -> None:
        for kind, what, fields in (("invoke", value, {}), ("ok", answer, told)):
            self._time += 1
            self._writer.write(
                time=self._time, type=kind, f=f, process=process, key=key, value=what, **fields
            )


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    history = Recorded(tmp_path / "history.jsonl")
    yield history
    history.close()


def test_the_znodes_of_a_run_are_judged_and_what_is_left_out_is_said(recorded: Recorded) -> None:
    recorded.call("a/1.1", "create", "/x", {"data": "1"}, "/x")
    recorded.call("a/1.1", "set", "/x", {"data": "2", "version": 0}, stat={"version": 1})
    recorded.call("a/1.1", "get", "/x", None, "2", stat={"version": 1})
    recorded.call("a/1.1", "sync", "/x")
    recorded.call("a/1.1", "create", "/e", {"ephemeral": True}, "/e")
    recorded.call("a/1.1", "create", "/m", {"data": ""}, "/m")
    recorded.call("a/1.1", "multi", "", [{"f": "set", "key": "/m", "data": "1"}], [{"version": 1}])
    recorded.call("a/1.1", "exists", "/other", None, True)
    results = judged(recorded.path, "znode")
    assert results.verdict is Verdict.VALID
    assert results.results[0].checked == 3
    for said in (
        "1 path changed by a multi as well (/m)",
        "ephemeral, sequential",
        "made by somebody else (/other)",
    ):
        assert said in results.sentence
    with pytest.raises(
        HistoryError, match="the model queue judges dequeue, enqueue; the calls of this run are: create"
    ):
        judged(recorded.path, "queue")


def test_a_reading_that_is_older_than_a_write_is_told_as_what_it_is(recorded: Recorded) -> None:
    recorded.call("a/1.1", "create", "/x", {"data": "1"}, "/x")
    recorded.call("a/1.1", "set", "/x", {"data": "2"}, stat={"version": 1})
    recorded.call("a/1.2", "get", "/x", None, "1", stat={})
    results = judged(recorded.path, "znode")
    assert results.verdict is Verdict.VIOLATION
    assert "promises as much only where a sync came before it" in results.sentence


def test_a_lost_write_of_a_znode_is_no_matter_of_readings(recorded: Recorded) -> None:
    recorded.call("a/1.1", "create", "/x", {"data": "1"}, "/x")
    recorded.call("a/1.1", "set", "/x", {"data": "2"}, stat={"version": 1})
    recorded.call("a/1.2", "set", "/x", {"data": "3"}, stat={"version": 1})
    results = judged(recorded.path, "znode")
    assert results.verdict is Verdict.VIOLATION
    assert "promises as much only" not in results.sentence


def zkchaos(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = guarded(lambda: cli.main([str(a) for a in arguments], prog_name="zkchaos", standalone_mode=False))
    return code, *capsys.readouterr()


def test_the_command_prints_the_verdict_and_ends_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = edn(tmp_path, *STALE)
    code, out, _ = zkchaos(capsys, "check", "--model", "cas-register", path)
    assert code == 1
    assert "✗ linearizable: No order of the calls explains read -> 1" in out
    code, out, _ = zkchaos(capsys, "check", "--model", "cas-register", edn(tmp_path, *STALE[:4]))
    assert code == 0
    assert "verdict   valid: 2 calls of 1 key have an order that explains all answers." in out
    many = [f"{n} invoke write {n % 2}" for n in range(9)] + [f"{n} ok write {n % 2}" for n in range(9)]
    code, out, _ = zkchaos(capsys, "check", "--model", "register", "--budget", 2, edn(tmp_path, *many))
    assert code == 2
    assert "ended after 2 configurations; --budget allows more." in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("check --model cas nothing.edn", "there is no model 'cas'; choose one of: register, cas-register"),
        ("check --model register nothing.edn", "there is neither a file nor a run nothing.edn"),
        ("check --budget 5 some-run", "--budget, --independent, --fast and --report go with --model"),
        ("check --report out.html some-run", "`zkchaos report` draws a run."),
        ("check --model register --budget 0 x", "Invalid value for '--budget'"),
        ("export nothing --edn out.edn", "there is neither a file nor a run nothing"),
        ("export nothing", "Missing option '--edn'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: str,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = zkchaos(capsys, *arguments.split())
    assert (code, out) == (3, "")
    assert err.startswith("zkchaos: ")
    assert sentence in err
    assert err.count("\n") == 1


def test_fast_without_numba_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.model_check.available", lambda: False)
    path = edn(tmp_path, *STALE)
    code, _, err = zkchaos(capsys, "check", "--model", "register", "--fast", path)
    assert code == 3
    assert "pip install 'zkchaos[fast]'" in err
    assert zkchaos(capsys, "check", "--model", "register", path)[0] == 1


def test_who_waits_for_numba_is_told_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def slow(model: Model, calls: Sequence[Call], budget: int) -> Outcome:
        wait_for(lambda: told.append(capsys.readouterr().err) or any(told), within=5, what="it is said")
        return search_prepared(model, calls, budget)

    monkeypatch.setattr("harness.model_check.available", lambda: True)
    monkeypatch.setattr("harness.model_check.search_compiled", slow)
    monkeypatch.setattr("harness.model_check.PATIENCE", 0.01)
    zkchaos(capsys, "check", "--model", "register", "--fast", edn(tmp_path, *STALE))
    assert "".join(told).startswith("searching; after an installation numba first compiles")


def test_a_run_is_exported_and_judged_alike(
    recorded: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded.call("a/1.1", "create", "/x", {"data": "1"}, "/x")
    recorded.call("a/1.1", "get", "/x", None, "1")
    target = tmp_path / "out.edn"
    code, out, _ = zkchaos(capsys, "export", recorded.path, "--edn", target)
    assert (code, out) == (0, f"4 events in {target}\n")
    assert zkchaos(capsys, "check", "--model", "znode", target)[0] == 0
