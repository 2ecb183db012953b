"""docs/faults.md tells of every fault there is, as it is, and of nothing else."""

import re
from pathlib import Path

import pytest

from nemesis.catalogue import FAMILIES, FAULTS
from nemesis.conditions import COUNTED, WAITS
from nemesis.presets import PRESETS
from nemesis.targets import RULES

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"

ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| `([^`]+)` \| (.*?) ?\|$")


def rows() -> dict[str, tuple[str, str, str]]:
    """{fault: (what it does, target, parameters)}"""
    lines = PAGE.read_text().splitlines()
    return {found[1]: (found[2], found[3], found[4]) for line in lines if (found := ROW.match(line))}


def test_every_fault_has_its_row_and_every_row_its_fault() -> None:
    assert set(rows()) == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_row_says_what_the_fault_says(name: str) -> None:
    fault = FAULTS[name]
    summary, target, parameters = rows()[name]
    assert summary.startswith(f"{fault.summary}.")
    assert ("Beyond what ZooKeeper promises" in summary) == fault.beyond_model
    assert target == fault.target
    assert re.findall(r"`(\w+)=", parameters) == list(fault.parameters)


def test_the_page_names_families_presets_targets_and_conditions() -> None:
    text = PAGE.read_text()
    for name in FAMILIES:
        assert f"### {name}" in text
    for name in [*PRESETS, *RULES, *WAITS]:
        assert f"`{name}`" in text, name
    for name in COUNTED:
        assert f"`{name}:N`" in text
