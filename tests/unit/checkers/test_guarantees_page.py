"""The page about the guarantees tells of every one that there is."""

import re
from pathlib import Path

from checkers.registry import guarantees

PAGE = Path(__file__).parents[3] / "docs" / "guarantees.md"


def test_every_guarantee_has_a_row_and_every_row_a_guarantee():
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| n( log n)? \|$", PAGE.read_text(), re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(guarantees())
