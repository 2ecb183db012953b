"""Runs without Docker for tests of the pytest plugin: the scenario says how a run comes out."""

from importlib import import_module
from pathlib import Path

from checkers.registry import guarantees

# Loaded once here, modules are there for every run of pytest within this process; checkers cannot be twice.
guarantees()
for heavy in ("harness.chaos", "pandas", "tests.unit.sample_history"):
    import_module(heavy)

ROOT = Path(__file__).parents[2]

CONFTEST = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
"""

CONFTEST += '''
from pathlib import Path

import pytest


class Workshop:
    """Nothing is ever asked of the engine."""

    engine = None
    image = "zookeeper:3.9"

    def images_for(self, image):
        return None


@pytest.fixture(scope="session")
def chaos_workshop():
    return Workshop()


class Runner:
    """Notes what was asked for, and writes a history of nothing but the plan."""

    def __init__(self, plan, directory, engine, images, *, progress, stop, keep):
        self.plan, self.directory = plan, directory
        told = (plan.scenario, ",".join(plan.nemesis) or "none", plan.seed, plan.time, plan.nodes, plan.image)
        with Path("plans.txt").open("a") as file:
            print(*told, keep, directory.path.parent, sep=" ", file=file)

    def run(self):
        from harness.errors import EnsembleError
        from harness.history import HistoryWriter

        stamp = "2026-11-24T00:23:27.666891341Z "
        asked = f"{stamp}2026-11-24 00:23:28 INFO NIOServerCnxn - Processing srvr command from /10.0.0.1:1\\n"
        log = "".join(f"{stamp}line {n}\\n" for n in range(20)) + asked * 9
        (self.directory.logs / "zk1.log").write_text(log)
        if self.plan.workload == "counter":
            raise EnsembleError("there was no quorum within 60 s.") from ValueError("deep inside")
        writer = HistoryWriter(self.directory.history)
        writer.write(time=1, type="event", f="plan", process="harness", value=self.plan)
        writer.close()


def judged(directory):
    from harness.history import read_history
    from harness.judging import judge_run
    from tests.unit.sample_history import sample_results, sample_run

    directory.report.write_text("a report")
    history = read_history(directory.history)
    if "unfenced" in history.plan.scenario:
        return sample_run(rate=1.0)
    if history.plan.workload == "lock":
        return judge_run(directory)
    return history, sample_results(history, broken=False)


@pytest.fixture(autouse=True)
def no_docker(monkeypatch):
    import harness.chaos

    monkeypatch.setattr(harness.chaos, "Runner", Runner)
    monkeypatch.setattr(harness.chaos, "report_run", judged)
'''
"""A conftest.py: `election` holds, `…:unfenced` breaks, `lock` lacks evidence, `counter` comes to nothing."""


def plans_of(directory: Path) -> list[str]:
    """Return what was asked for, in order: scenario, nemesis, seed, time, nodes, image, keep, runs."""
    return (directory / "plans.txt").read_text().splitlines()
