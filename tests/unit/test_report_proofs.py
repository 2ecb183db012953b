"""The first screen of a report: what was proven in groups, and what to do where evidence is missing."""

import re

import msgspec
import pytest

from checkers.registry import guarantees
from checkers.result import Results, Verdict
from reports.html import render
from reports.model import report_model
from reports.sections.advice import advice, missing_evidence
from reports.sections.proofs import GROUPS, proof_groups
from reports.sections.verdict import GuaranteeCard
from tests.unit.sample_history import sample_results, sample_run


def card(
    name: str, verdict: str = "valid", checked: int = 10, missing: tuple[str, ...] = ()
) -> GuaranteeCard:
    return GuaranteeCard(
        name=name, promise="", verdict=verdict, sentence=f"{name} held.", checked=checked,
        missing=list(missing), violations=[], not_shown=0, measures=[],
    )  # fmt: skip


def test_every_guarantee_has_one_group() -> None:
    named = [name for _, _, names in GROUPS for name in names.split()]
    assert sorted(named) == sorted(guarantees())


def test_groups_add_up_and_the_worst_counts() -> None:
    names = ("durability", "unique-zxid", "my-own", "evidence")
    cards = [card("herd", "unknown", 3), *map(card, names)]
    groups = proof_groups(cards)
    assert [(group.title, group.verdict, group.checked, group.open) for group in groups] == [
        ("Recipes", "unknown", 3, True), ("Writes", "valid", 20, False), ("Evidence", "valid", 10, False),
        ("Others", "valid", 10, False),
    ]  # fmt: skip
    assert [one.name for one in groups[1].cards] == ["unique-zxid", "durability"]


def test_few_guarantees_are_told_at_once() -> None:
    assert [group.open for group in proof_groups([card("durability"), card("evidence")])] == [True, True]


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("The checker herd broke down (KeyError: 7).", "mistake of zkchaos"),
        ("The run was cut short: its history was not written to the end.", "Run it again"),
        ("There was trouble at 3.0 s: a server did not start.", "logs"),
        ("Nobody could prove that kill-leader on zk1 at 3.0 s took effect.", "zkchaos faults"),
        ("Nobody could prove that kill-leader on zk1 at 3.0 s was over in the end.", "to the end"),
        ("zk2 did not answer the final reading of /e while the programs ran.", "that server's log"),
        ("No new leader was seen after kill-leader on zk1 at 3.0 s.", "--every"),
        ("There was no quiet time that was longer than the bound.", "--time"),
        (
            "There was no acknowledged write during kill-leader on zk1; the plan asks for at least 1.",
            "--for",
        ),
        ("There were only 3 leaderships; the plan asks for at least 5.", "longer"),
    ],
)
def test_advice_fits_what_is_missing(sentence: str, wanted: str) -> None:
    assert wanted in advice(sentence)


def test_what_several_guarantees_lack_is_told_once_for_the_first_of_them() -> None:
    both = "The plan is missing."
    found = missing_evidence(
        [card("herd", "unknown", missing=(both, "A.")), card("queue", "unknown", missing=(both,))]
    )
    assert [(one.guarantee, one.sentence) for one in found] == [("herd", "A."), ("herd", both)]


def page(results: Results) -> str:
    history, _ = sample_run(rate=0.4)
    return render(report_model(history, results))


def test_an_unknown_run_says_what_was_missing_and_what_to_do() -> None:
    _, results = sample_run(rate=0.4)
    sentence = "There was no acknowledged write during pause-app-leader; the plan asks for at least 1."
    lacking = msgspec.structs.replace(results.results[0], verdict=Verdict.UNKNOWN, missing=(sentence,))
    html = page(msgspec.structs.replace(results, verdict=Verdict.UNKNOWN, results=(lacking,)))
    first_screen = html[: html.index('id="guarantees"')]
    assert sentence in first_screen
    assert "Hold each fault for longer" in first_screen


def test_a_broken_run_tells_its_story_once_and_links_the_witness() -> None:
    history, _ = sample_run(rate=0.4)
    html = page(sample_results(history))
    assert (
        html.count("app3 began to believe that it leads, with token 0x20000a474.") == 2
    )  # the page and its data
    first_screen = html[: html.index('id="guarantees"')]
    assert "Why this breaks the promise" in first_screen
    for place in re.findall(r'href="#(witness-\d+-\d+)"', html):
        assert html.count(f'id="{place}"') == 1
    assert 'href="#witness-1-3"' in first_screen


def test_a_valid_run_counts_its_guarantees_and_its_facts() -> None:
    history, _ = sample_run(rate=0.4)
    html = page(sample_results(history, broken=False))
    assert "3 guarantees, 423 facts compared" in html
