"""After a crash of the harness: what it left broken is found on the engine and brought to its clean state."""

import signal
from pathlib import Path

from harness.chaos import Workshop
from harness.clock import wait_for
from harness.four_letter import status
from harness.pods import Pod
from harness.zoo_config import CLIENT_PORT
from nemesis.healing import heal
from tests.integration.command_line import running, zkchaos
from tests.integration.theatre import PATIENCE

BROKEN = ("--nemesis", "partition:isolate-leader", "--for", "100", "--time", "110", "--nodes", "1")


def test_whatever_a_killed_harness_left_broken_can_be_healed(
    workshop: Workshop, runs: set[str], tmp_path: Path
) -> None:
    with running(tmp_path / "runs", *BROKEN) as going:
        going.await_fault()
        (target,) = going.events("inject")[-1].value["targets"]
        run = going.run
        runs.add(run)
        going.send(signal.SIGKILL)
        going.end(PATIENCE)
    engine = workshop.engine
    nodes = engine.nodes(run)
    assert {name for _, name in nodes} == {"zk1", "zk2", "zk3", "app1"}
    others = sorted({"zk1", "zk2", "zk3"} - {target})
    # More than one family has something to do.
    paused, killed = (Pod.found(engine, run, name) for name in others)
    paused.process.pause()
    killed.process.kill()

    healed = zkchaos("heal", run)
    assert healed.returncode == 0, healed.stdout + healed.stderr
    assert sorted(healed.stdout.splitlines()) == sorted(f"{run}  {name}: clean" for _, name in nodes)
    for name in ("zk1", "zk2", "zk3"):
        port = Pod.found(engine, run, name).holder.published(CLIENT_PORT)
        wait_for(
            lambda port=port: status(("127.0.0.1", port)).serves,  # type: ignore[misc]
            within=PATIENCE,
            what=f"{name} serves again",
        )
    assert heal([Pod.found(engine, run, name) for _, name in nodes]) == {name: [] for _, name in nodes}

    cleaned = zkchaos("clean", run)
    assert cleaned.returncode == 0
    assert engine.leftovers(run) == []
    assert zkchaos("heal", run).stdout == f"there is nothing of {run} on the engine\n"
