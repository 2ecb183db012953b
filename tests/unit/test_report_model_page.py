"""The page of a history that was judged by a model, and the report of a run that was."""

import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from checkers.linearizability.judge import judge_model
from checkers.result import Order, Step
from harness.cli import cli, guarded
from harness.errors import SetupError
from harness.history import History, HistoryWriter
from harness.history.foreign import read_any
from reports.model_page import ModelPage, model_page, write_model_page
from reports.sections.call_chart import LEFT, WIDTH, call_chart
from tests.unit.linearizability.test_lin_check import STALE, edn
from tests.unit.sample_history import BOOT, plan

HOSTILE = "</script><img src=x onerror=alert(1)>"


def page_of(path: Path, model: str = "register") -> ModelPage:
    foreign = read_any(path)
    return model_page(foreign.history, foreign.lines, judge_model(foreign, model), "one value")


def test_a_break_is_told_with_its_order_and_its_lines(tmp_path: Path) -> None:
    page = page_of(edn(tmp_path, *STALE))
    assert (page.verdict, page.model, page.checked, page.events) == ("violation", "register", 3, 6)
    (broken,) = page.broken
    assert broken.lines == [3, 4, 5, 6]
    write_model_page(page, tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text()
    assert "must come next, and is not possible: it read 1, but the value is 2" in html
    assert html.count('<tr class="illegal">') == 1
    assert re.search(r'<td class="mono">write 2</td>.*<td class="mono changed">2</td>', html)
    assert "script-src 'sha256-" in html.replace("&#39;", "'")


def test_keys_that_are_only_counted_are_said_to_be_missing(tmp_path: Path) -> None:
    foreign = read_any(edn(tmp_path, *STALE))
    results = judge_model(foreign, "register")
    (result,) = results.results
    counted = replace(result, measures=result.measures | {"broken": {"no-linearization": 31}})
    page = model_page(foreign.history, foreign.lines, replace(results, results=(counted,)), "")
    assert page.not_shown == 30


def test_a_valid_history_has_a_page_without_any_break(tmp_path: Path) -> None:
    page = page_of(edn(tmp_path, *STALE[:4]))
    assert (page.verdict, page.broken) == ("valid", [])
    write_model_page(page, tmp_path / "page.html")
    assert "2 calls of 1 key have an order" in (tmp_path / "page.html").read_text()


def test_hostile_values_are_shown_and_never_markup(tmp_path: Path) -> None:
    lines = [f'0 invoke write "{HOSTILE}"', f'0 ok write "{HOSTILE}"', "1 invoke read nil", "1 ok read 1"]
    write_model_page(page_of(edn(tmp_path, *lines)), tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text()
    assert "&lt;img src=x" in html
    assert "<img" not in html


def test_a_page_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    page = page_of(edn(tmp_path, *STALE))
    with pytest.raises(SetupError, match=r"cannot write the report .*choose another place"):
        write_model_page(page, tmp_path / "nowhere" / "page.html")


def step(call: str, invoke: int, complete: int = -1, *, process: str = "1", why: str = "") -> Step:
    return Step(
        call=call, process=process, line=1, invoke=invoke, complete=complete, before="a", after="b", why=why
    )


def test_bars_reach_from_call_to_answer_and_end_where_the_history_breaks() -> None:
    order = Order(
        steps=(step("write 1", 0, 3), step("write 2", 1, 2, process="22")),
        skipped=5,
        next=(step("read", 4, 6, why="no"), step("write 3", 5, 9, process="22"), step("cas", 5, process="3")),
    )
    chart = call_chart(order, History([]))
    assert chart is not None
    assert [name for name, _ in chart.processes] == ["1", "3", "22"]
    one, two, read, write, cas = chart.bars
    assert (one.kind, read.kind, write.kind, cas.kind) == ("done", "illegal", "open", "open")
    assert one.label.startswith("6")
    assert two.label.startswith("7")
    assert one.x == LEFT < two.x
    assert two.x + two.width < one.x + one.width < read.x
    assert [bar.unanswered for bar in chart.bars] == [False, False, False, True, True]
    assert max(bar.x + bar.width for bar in chart.bars) < WIDTH
    assert chart.left_out == 5


def test_what_is_too_narrow_for_its_words_shows_its_number() -> None:
    steps = tuple(step(f"write {'x' * 60}", 2 * n, 2 * n + 1) for n in range(8))
    chart = call_chart(Order(steps=steps, skipped=0, next=()), History([]))
    assert chart is not None
    assert [bar.label for bar in chart.bars] == [str(n) for n in range(1, 9)]
    assert "xxx" in chart.bars[0].title
    assert call_chart(Order(steps=(), skipped=0, next=()), History([])) is None


def zkchaos(*arguments: object) -> int:
    return guarded(lambda: cli.main([str(a) for a in arguments], prog_name="zkchaos", standalone_mode=False))


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.html"
    assert zkchaos("check", "--model", "register", edn(tmp_path, *STALE), "--report", out) == 1
    assert f"report    {out}" in capsys.readouterr().out
    assert "must come next" in out.read_text()


def test_a_run_that_was_judged_by_a_model_shows_it_in_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    writer = HistoryWriter(run / "history.jsonl")
    writer.write(time=BOOT, type="event", f="plan", process="harness", value=msgspec.to_builtins(plan()))
    calls = (("create", {"data": "1"}, "/x"), ("set", {"data": "2"}, None), ("get", None, "1"))
    for n, (f, asked, answer) in enumerate(calls):
        told = {"process": "app1/1.1", "node": "app1", "key": "/x", "f": f}
        writer.write(time=BOOT + n * 10**9 + 1, type="invoke", value=asked, **told)
        writer.write(time=BOOT + n * 10**9 + 2, type="ok", value=answer, zxid=n + 1, **told)
    writer.close()
    out = tmp_path / "out.html"
    assert zkchaos("check", "--model", "znode", run, "--report", out, "--runs-dir", tmp_path) == 1
    capsys.readouterr()
    html = out.read_text()
    assert "model znode" in html
    assert "must come next, and is not possible" in html
    assert 'id="timeline-section"' in html
    assert "write-order" in html or "recovery" in html
