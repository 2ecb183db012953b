"""The lock of docs/own_workloads.md on real containers, with a package and a neighbour that go along."""

import re
from pathlib import Path

import pytest

from checkers.result import Verdict
from harness.store import RunDirectory
from tests.integration.command_line import zkchaos
from tests.integration.side_by_side import play
from tests.unit.small_wheel import make_wheel

PAGE = Path(__file__).parents[2] / "docs" / "own_workloads.md"

# What the page's own file is run by: it lies beside it, and needs what only pip brings.
BESIDE = """
import pebble

from my_lock import KazooLock


class Lock(KazooLock):
    '''The lock of the page.'''

    def finish(self):
        self.event("mine", value=pebble.HELD)
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The directory of a user."""
    (code,) = re.findall(r'```python\n("""kazoo.*?)```', PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_lock.py").write_text(code)
    (tmp_path / "beside.py").write_text(BESIDE)
    return tmp_path


def test_the_lock_of_the_page_keeps_its_promises(files: Path, runs: set[str]) -> None:
    wheel = make_wheel(files)
    options = ("--pip", str(wheel), "--nemesis", "kill-leader", "--time", "12")
    ran = play(f"{files}/beside.py:Lock", files / "runs", *options)
    assert ran.results is not None, ran.said
    runs.add(ran.results.run)
    assert ran.verdict == "valid", ran.said
    results = {result.name: result for result in ran.results.results}
    for name in ("mutual-exclusion", "fencing", "progress"):
        assert results[name].verdict is Verdict.VALID
        assert results[name].checked > 20
    assert f"repeat    zkchaos run {files}/beside.py:Lock --pip {wheel} --nemesis kill-leader" in ran.said

    for name in ("my_lock.py", "beside.py"):
        (files / name).unlink()
    directory = ran.directory
    assert isinstance(directory, RunDirectory)
    assert (directory.code / "beside.py").read_text() == BESIDE
    assert '"value":"pebble"' in directory.history.read_text()
    assert zkchaos("check", directory.path).returncode == 0


def test_a_module_that_only_this_machine_has_is_told_in_one_sentence(files: Path) -> None:
    (files / "beside.py").write_text("import rich\n" + BESIDE.replace("import pebble", ""))
    done = zkchaos("run", f"{files}/beside.py:Lock", "--nodes", "1", "--runs-dir", files / "runs")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == (
        "zkchaos: app1 ended before it had a session: /opt/own/code/beside.py, line 1: there is no module "
        "rich here; `--pip rich` brings it along, under whatever name the package index has it."
    )
