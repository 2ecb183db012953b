"""The page: self-contained, strict, escaped, small."""

import base64
import hashlib
import json
import re
from pathlib import Path

import msgspec
import pytest

from checkers.result import Results, Verdict
from harness.errors import SetupError
from harness.history import History
from reports.html import render, write_report
from reports.model import report_model
from reports.page import embed
from reports.values import hex_id, rows, shown
from tests.unit.sample_history import sample_results, sample_run

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028&amp;"


def page(*, broken: bool = True) -> str:
    history, _ = sample_run(rate=1)
    return render(report_model(history, sample_results(history, broken=broken)))


def test_the_first_screen_says_what_broke_and_how_to_repeat_it() -> None:
    html = page()
    assert "single-leader is broken: two app nodes believed to lead at once" in html
    assert "pause-app-leader on app3 (#3)" in html
    assert "zkchaos replay runs/20250301-101500-lead-7" in html
    assert "58.900\u00a0s to 62.600\u00a0s" in html


def test_a_violation_that_is_the_verdicts_sentence_is_not_told_twice_on_the_first_screen() -> None:
    history, results = sample_run(rate=0.4)
    sentence = results.results[1].violations[0].sentence
    told = msgspec.structs.replace(results, sentence=f"{sentence} (and 2 more)")
    html = render(report_model(history, told))
    first_screen = html[: html.index('id="guarantees"')]
    assert first_screen.count(sentence) == 1
    assert "pause-app-leader on app3 (#3)" in first_screen


def test_a_valid_run_tells_what_was_proven_by_how_much() -> None:
    html = page(broken=False)
    assert "What was proven" in html
    assert "412 checked" in html
    assert "The first violation" not in html


def test_the_policy_admits_exactly_the_style_and_script_that_are_there() -> None:
    html = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    told = policy[1].replace("&#39;", "'")
    assert told.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in told
    assert "unsafe" not in told


def test_nothing_is_fetched_and_nothing_is_styled_or_scripted_in_attributes() -> None:
    html = page()
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r"https?://", html)
    assert not re.search(r"\s(style|on[a-z]+|src)=", body)


def embedded(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def test_hostile_text_stays_text() -> None:
    history, results = sample_run(rate=0.4)
    rows = [
        msgspec.structs.replace(e, node=HOSTILE, key=HOSTILE, error=HOSTILE) if e.node == "app1" else e
        for e in history.events
    ]
    hostile = msgspec.structs.replace(results, sentence=HOSTILE, repeat=HOSTILE)
    html = render(report_model(History(rows), hostile))
    assert "<img" not in html
    assert html.count("</script>") == 3
    lanes = embedded(html)["timeline"]["lanes"]  # type: ignore[index]
    assert HOSTILE in [lane["name"] for lane in lanes]


def test_embedding_changes_no_string() -> None:
    told = json.dumps({"x": HOSTILE, "y": "<>&"}).encode()
    safe = embed(told)
    assert not set("<>&\u2028\u2029") & set(safe)
    assert json.loads(safe) == {"x": HOSTILE, "y": "<>&"}


def numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [n for item in value.values() for n in numbers(item)]
    if isinstance(value, list):
        return [n for item in value for n in numbers(item)]
    return [value] if isinstance(value, int | float) else []


def test_no_number_is_wider_than_javascript_can_hold() -> None:
    assert max(numbers(embedded(page()))) < 2**53
    assert hex_id(-5) == "0xfffffffffffffffb"
    assert hex_id(0) == ""
    assert shown({"children": {"n_1": 1 << 60}, "n": 1 << 40}) == (
        '{"children":{"n_1":"0x1000000000000000"}, "n":1099511627776}'
    )


def test_nested_objects_and_lists_of_them_become_rows() -> None:
    told = {"a": {"b": 1, "c": {}}, "rules": [{"rule": "closed", "of": ""}, {"zxid": 1 << 32}], "l": [1]}
    assert rows(told) == [
        ("a.b", "1"), ("a.c", "{}"), ("rules.1", "rule closed"), ("rules.2", "zxid 0x100000000"),
        ("l", "[1]"),
    ]  # fmt: skip


def test_long_values_are_cut() -> None:
    assert shown("x" * 5000) == "x" * 600 + "… (5000 characters)"


def test_five_thousand_operations_stay_below_a_megabyte_and_a_half() -> None:
    history, results = sample_run(seconds=120, rate=9)
    assert len(history.operations) >= 5000
    assert len(render(report_model(history, results)).encode()) < 1_500_000


def test_an_undecided_run_says_what_is_missing() -> None:
    history, results = sample_run(rate=0.4)
    lacking = msgspec.structs.replace(
        results.results[0], verdict=Verdict.UNKNOWN, missing=("No write overlapped fault 1.",)
    )
    unknown = msgspec.structs.replace(results, verdict=Verdict.UNKNOWN, results=(lacking,))
    html = render(report_model(history, unknown))
    assert "Why there is no verdict" in html
    assert html.count("No write overlapped fault 1.") == 2


def test_no_results_at_all_still_make_a_page() -> None:
    history, _ = sample_run(rate=0.4)
    results = Results(
        run="r",
        scenario="s",
        seed=1,
        verdict=Verdict.UNKNOWN,
        sentence="Nobody judged.",
        results=(),
        events=1,
    )
    assert "No checker judged this run." in render(report_model(history, results))


def test_files_beside_the_report_are_linked(tmp_path: Path) -> None:
    history, results = sample_run(rate=0.4)
    (tmp_path / "history.jsonl").write_text("")
    (tmp_path / "a & b#c.log").write_text("")
    write_report(history, results, tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'href="history.jsonl"' in html
    assert 'href="a%20%26%20b%23c.log">a &amp; b#c.log<' in html
    assert 'href="report.html"' not in html


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    history, results = sample_run(rate=0.4)
    with pytest.raises(SetupError, match=r"cannot write the report .*nowhere"):
        write_report(history, results, tmp_path / "nowhere" / "report.html")
