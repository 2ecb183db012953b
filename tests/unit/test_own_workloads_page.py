"""What docs/own_workloads.md and docs/protocol.md show can be loaded, and the lock plays as it stands."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from harness.client import Line, NodePlan, Recipe
from harness.planner import Wish, make_plan
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_tree import Tree
from tests.unit.fake_zookeeper import FakeZooKeeper
from tests.unit.test_client_program import WITHIN, check_discipline, decoded, states, until

DOCS = Path(__file__).parents[2] / "docs"


def block(page: str, first: str) -> str:
    """The Python on a page that begins so."""
    found = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    (code,) = [text for text in found if text.startswith(first)]
    return str(code)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "my_lock.py"
    path.write_text(block("own_workloads.md", '"""kazoo'))
    return path


def test_the_lock_of_the_page_can_be_planned(lock: Path) -> None:
    plan = make_plan(
        Wish(scenario=f"{lock}:KazooLock", image="x", nemesis="kill-leader,pause-holder", time=60)
    )
    assert {"mutual-exclusion", "fencing", "progress"} < set(plan.guarantees)
    assert plan.settles


def test_the_lock_of_the_page_acquires_works_and_releases(lock: Path) -> None:
    tree = Tree()
    with FakeZooKeeper(tree.answer) as server:
        plan = a_node_plan(
            "KazooLock", "", server.address, {"participants": 1, "hold": 0.01}, code=f"{lock}:KazooLock"
        )
        program = subprocess.Popen(
            [sys.executable, "-m", "harness.client"],
            env={**os.environ, "ZKCHAOS_PLAN": msgspec.json.encode(plan).decode()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        until(lambda: sum(request.type == 14 for request in server.requests) >= 3)
        program.send_signal(signal.SIGTERM)
        output, errors = program.communicate(timeout=WITHIN)
    assert (program.returncode, errors) == (0, b"")
    lines = decoded(output)
    check_discipline(lines)
    assert states(lines) == ["connected", "closed"]
    held = [line.value for line in lines if line.f == "holds"]
    let_go = [line.value for line in lines if line.f == "let-go"]
    assert [{**value, "why": "done"} for value in held] == let_go
    works = [line.value for line in lines if line.f == "work" and line.type == "ok"]
    assert len(works) >= 3
    assert {(work["token"], work["path"]) for work in works} <= {(v["token"], v["node"]) for v in held}


def test_the_workload_for_another_language_can_be_planned(tmp_path: Path) -> None:
    path = tmp_path / "go_lock.py"
    path.write_text(block("protocol.md", "# go_lock.py"))
    plan = make_plan(
        Wish(scenario=f"{path}:GO_LOCK", app_image="my/go-lock", image="x", nemesis="pause-holder")
    )
    assert plan.guarantees[:2] == ("mutual-exclusion", "fencing")
    assert plan.params == {"hold": 0.2}


def test_the_page_tells_of_every_attribute_of_a_recipe() -> None:
    page = (DOCS / "own_workloads.md").read_text()
    for name in (*vars(Recipe), "turn", "finish", "stop", "on_session", "on_watch", "client_options"):
        assert name.startswith("_") or f"`{name}" in page, name


def test_the_protocol_tells_of_every_field() -> None:
    page = (DOCS / "protocol.md").read_text()
    for name in (*NodePlan.__struct_fields__, *Line.__struct_fields__):
        assert f"`{name}`" in page, name


def test_the_life_that_the_protocol_shows_is_one() -> None:
    page = (DOCS / "protocol.md").read_text()
    shown = re.findall(r"^    > (\{.*\})$", page, re.MULTILINE)
    lines = [msgspec.json.decode(text, type=Line) for text in shown]
    check_discipline(lines)
    assert states(lines) == ["connected", "closed"]
    assert [line.time for line in lines] == sorted(line.time for line in lines)


def loaded(file: Path) -> "subprocess.CompletedProcess[str]":
    """Begin as an app node does that has to play what the file calls Mine."""
    plan = a_node_plan("Mine", "", "127.0.0.1:1", deadline=0, code=f"{file}:Mine")
    return subprocess.run(
        [sys.executable, "-m", "harness.client"],
        env={**os.environ, "ZKCHAOS_PLAN": msgspec.json.encode(plan).decode()},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_that_cannot_be_loaded_on_a_node_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import nowhere\n")
    done = loaded(tmp_path / "mine.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{tmp_path}/mine.py, line 1: there is no module nowhere here; `--pip nowh")
    assert done.stderr.count("\n") == 1


def test_packages_come_behind_the_image_s_own(tmp_path: Path) -> None:
    """A kazoo that pip brought along must not take the place of the one that records.

    What the file prints is for the logs: standard output holds nothing but events.
    """
    for name in ("code", "packages/kazoo", "packages/pebble"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "packages/kazoo/__init__.py").write_text("1 / 0\n")
    (tmp_path / "code/mine.py").write_text(
        "import pebble, kazoo.client\nprint(pebble.__file__)\nraise SystemExit(3)\n"
    )
    done = loaded(tmp_path / "code/mine.py")
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"{tmp_path}/packages/pebble/__init__.py",
        f"{tmp_path}/code/mine.py, line 3: SystemExit: 3.",
    ]
