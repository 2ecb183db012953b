"""What the workload `keys` can load: its throughput against that of bare kazoo clients, on one ensemble.

Five app nodes run the workload as fast as they can, recorded, streamed and merged into a history. Five more
containers of the same image ask for the same mix through plain kazoo, one client and process each, as many
requests under way, nothing recorded. They take turns: one side works while the other is paused, and the
servers count the requests.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.container import Container
from harness.engine import Engine
from harness.four_letter import ask
from harness.history import HistoryWriter
from harness.images import DEFAULT_IMAGE, ready_images
from harness.leftovers import LABEL, RUN_LABEL
from harness.planner import Wish, make_plan
from harness.pods import Pod
from harness.stage import Stage

ROUNDS = 7
WARM_UP = 1.0
SLICE = 4.0
BOUND = 0.8

LACKING = ("multi-read", "ephemerals", "add-watch", "extended")
"""Kinds of requests that plain kazoo cannot make."""

PARAMS = {"rate": 0.0, "renew": 0.0, "large": 0.0, **dict.fromkeys(LACKING, 0.0)}


class BarePod(Pod):
    """A pod whose process is the loop in place of a workload's program."""

    def load_loop(self, engine: Engine, image: str, labels: dict[str, str], arguments: list[str]) -> None:
        """Create the process container around the loop."""
        self._process = engine.create_container(
            image,
            f"{self.holder.name}-loop",
            labels=labels,
            join=self.holder.name,
            entrypoint=["python3", "/loop.py"],
            command=arguments,
            logged=False,
        )
        self._process.put({"/loop.py": (Path(__file__).parent / "load_loop.py").read_text()})


def requests(stage: Stage) -> int:
    """How many requests the servers have received."""
    total = 0
    for server in stage.ensemble.servers:
        lines = ask(server.host_address, "mntr").splitlines()
        (count,) = (line.split("\t")[1] for line in lines if line.startswith("zk_packets_received"))
        total += int(float(count))
    return total


def slice_of(stage: Stage, containers: Iterable[Container]) -> float:
    """Let one side work for a while; requests per second."""
    crew = list(containers)
    with ThreadPoolExecutor(len(crew)) as pool:
        list(pool.map(Container.unpause, crew))
        time.sleep(WARM_UP)
        before, began = requests(stage), time.monotonic()
        time.sleep(SLICE)
        rate = (requests(stage) - before) / (time.monotonic() - began)
        list(pool.map(Container.pause, crew))
    return rate


def bare_nodes(engine: Engine, stage: Stage, tools: str, image: str) -> list[Container]:
    """Start the bare clients; each is paused as soon as it works."""
    run, params = stage.plan.run, json.dumps(stage.plan.params)
    labels = {LABEL: "1", RUN_LABEL: run}
    pods = [BarePod(engine, run, f"bare{number + 1}") for number in range(stage.plan.nodes)]
    for pod in pods:
        pod.make(tools, f"zkchaos-{run}")
        pod.load_loop(engine, image, labels, [",".join(stage.ensemble.addresses), pod.name, params])
        pod.start()
    time.sleep(WARM_UP)
    for pod in pods:
        pod.process.pause()
    return [pod.process for pod in pods]


def main() -> int:
    """Measure and compare."""
    engine = Engine.connect()
    images = ready_images(engine, DEFAULT_IMAGE, print)
    # Whoever is paused must not lose its session.
    zoo = {"maxSessionTimeout": "600000"}
    plan = make_plan(
        Wish(scenario="keys", image=DEFAULT_IMAGE, seed=1, params=PARAMS, session_timeout=60, zoo=zoo)
    )
    with TemporaryDirectory() as place:
        history = HistoryWriter(Path(place) / "history.jsonl")
        stage = Stage(engine, plan, history)
        try:
            stage.set_up_servers(images, lambda: False)
            stage.set_up_apps(images, lambda: False)
            ours = [app.container for app in stage.apps.values()]
            for container in ours:
                container.pause()
            bare = bare_nodes(engine, stage, images.tools, images.app)
            rates: dict[str, list[float]] = {"bare": [], "keys": []}
            for number in range(ROUNDS):
                sides = [("bare", bare), ("keys", ours)]
                for name, side in sides if number % 2 else reversed(sides):
                    rates[name].append(slice_of(stage, side))
                print("   ".join(f"{name} {rates[name][-1]:5.0f}/s" for name in rates))
        finally:
            stage.tear_down(keep=False)
            history.close()
    return verdict(rates)


def verdict(rates: dict[str, list[float]]) -> int:
    """Print the figures; neighbours in time are compared, so that a drifting machine does not decide."""
    for name, found in rates.items():
        print(
            f"{name:<5} {statistics.median(found):6.0f} requests/s, median of {ROUNDS} slices "
            f"({min(found):.0f} to {max(found):.0f})"
        )
    ratio = statistics.median(k / b for k, b in zip(rates["keys"], rates["bare"], strict=True))
    print(f"ratio {ratio:.3f} (bound: at least {BOUND})")
    return 0 if ratio >= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
