"""The roster on real ensembles that are broken on purpose: `pytest -m chaos`."""

from pathlib import Path

import pytest

RECIPES = Path(__file__).parents[1] / "chaos_roster.py"


@pytest.mark.chaos
def test_one_is_on_duty_whatever_breaks(chaos):
    outcome = chaos.run(f"{RECIPES}:Duty", nemesis="kill-leader,pause-holder", time=24)
    assert len(outcome.history.select("holds")) > 5


@pytest.mark.chaos
def test_who_stays_on_duty_without_a_session_is_caught(chaos):
    # On duty for long, so that whoever is on duty when the fault is planned still is when it bites.
    params = {"works": 60}
    outcome = chaos.run(
        f"{RECIPES}:DutyOfSleepwalkers", nemesis="expire-holder", time=14, params=params, expect="violation"
    )
    assert "mutual-exclusion" in outcome.broken
