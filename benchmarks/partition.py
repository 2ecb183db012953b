"""How long a partition of five nodes takes to be there, and to be gone.

Measured is from the begin of `inject` until the rules stand on all nodes, and from the begin of `heal`
until they are gone from all, beside what the engine takes to run a command that does nothing on each of
the same five nodes, all at once. Rounds alternate, and the medians are compared. The nodes run nothing:
rules live in the holders.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.board import Board
from harness.engine import Engine
from harness.history import HistoryWriter
from harness.images import DEFAULT_IMAGE, ready_images
from harness.leftovers import LABEL, RUN_LABEL
from harness.planner import Wish, make_plan
from harness.stage import Stage
from nemesis.arena import Arena
from nemesis.partition.clean import dirt
from nemesis.partition.cut import on_all
from nemesis.selection import parse

NODES = 5
ROUNDS = 15
SECONDS = 0.5
BOUND = 2.0

FAULTS = ("isolate-zk1", "halves", "majorities-ring", "isolate-zk1/how=reject")


def seconds(action: Callable[[], object]) -> float:
    """Time it."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


def main() -> int:
    """Measure and compare."""
    engine = Engine.connect()
    images = ready_images(engine, DEFAULT_IMAGE, print)
    plan = make_plan(Wish(image=DEFAULT_IMAGE, servers=NODES))
    with TemporaryDirectory() as place:
        history = HistoryWriter(Path(place) / "history.jsonl")
        stage = Stage(engine, plan, history)
        try:
            engine.create_network(f"zkchaos-{plan.run}", {LABEL: "1", RUN_LABEL: plan.run})
            stage.ensemble.make(images.tools, f"zkchaos-{plan.run}")
            good = measure(Arena(stage.ensemble, stage.apps, Board(), plan))
        finally:
            stage.tear_down(keep=False)
            history.close()
    return 0 if good else 1


def measure(arena: Arena) -> bool:
    """Measure each fault, and tell whether all kept their bounds."""
    pods = [server.pod for server in arena.ensemble.servers]

    def nothing() -> None:
        on_all(lambda pod: pod.holder.execute("true"), pods)

    nothing()  # warms the engine up
    good = True
    for text in FAULTS:
        rounds = []
        for number in range(ROUNDS):
            choice = parse(text)
            targets = (choice.target,) if choice.target in arena.nodes else tuple(arena.nodes)
            fault = choice.fault(arena, targets, choice.params, random.Random(number))
            rounds.append((seconds(nothing), seconds(fault.inject), seconds(fault.heal)))
            left = [clause for pod in pods for clause in dirt(pod)]
            if left:
                sys.exit(f"{text} left something behind: {left[0]}")
        bare, applied, healed = (statistics.median(column) for column in zip(*rounds, strict=True))
        worst = max(one for _, one, _ in rounds)
        print(
            f"{text:<24} applied {applied:.3f} s (at worst {worst:.3f}), healed {healed:.3f} s, "
            f"a command that does nothing {bare:.3f} s: ratio {applied / bare:.2f}"
        )
        good &= applied <= SECONDS and applied / bare <= BOUND
    print(f"medians of {ROUNDS}; bounds: applied at most {SECONDS} s, ratio at most {BOUND}")
    return good


if __name__ == "__main__":
    sys.exit(main())
