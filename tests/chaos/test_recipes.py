"""Every workload under faults that must never make it break a promise; kazoo's own recipes as well."""

import pytest

from harness.history import read_history
from tests.chaos.conftest import Rans
from tests.chaos.plays import as_parameters, recipes
from tests.integration.side_by_side import Play

TRIES = 2


@pytest.mark.parametrize("one", as_parameters(recipes()))
def test_a_recipe_keeps_its_promises(rans: Rans, one: Play) -> None:
    # By chance a run may lack evidence: its only fault of the holder came when that had just let go.
    for ran in rans(one, tries=TRIES, expect="valid"):
        if ran.verdict != "unknown":
            break
    assert ran.verdict == "valid", ran.said
    assert ran.directory is not None
    faults = read_history(ran.directory.history).faults
    assert faults
    assert all(fault.outcome == fault.heal_outcome == "proven" for fault in faults)
