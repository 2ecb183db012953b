"""What recording costs: the same loop of writes on an app node, recorded and streamed, and bare.

The stream is followed and merged into a history while the loop runs, as in a real run. Recorded and bare
slices alternate on one session to one server; the median ratio of neighbouring slices counts.
"""

import json
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.app_node import AppNode
from harness.engine import Engine
from harness.history import HistoryWriter, read_history
from harness.images import DEFAULT_IMAGE, ready_images
from harness.leftovers import LABEL, RUN_LABEL
from harness.planner import Wish, make_plan
from harness.pods import Pod
from harness.stage import Stage

PAIRS = 30
BOUND = 0.9


class LoopPod(Pod):
    """A pod whose process is the loop in place of a workload's program."""

    def load_loop(self, engine: Engine, image: str, labels: dict[str, str], servers: str) -> None:
        """Create the process container around the loop."""
        self._process = engine.create_container(
            image,
            f"{self.holder.name}-loop",
            labels=labels,
            join=self.holder.name,
            volumes=self._volumes,
            entrypoint=["python3", "/loop.py"],
            command=[servers, str(PAIRS)],
            logged=False,
        )
        self._process.put({"/loop.py": (Path(__file__).parent / "recording_loop.py").read_text()})


def main() -> int:
    """Measure and compare."""
    engine = Engine.connect()
    images = ready_images(engine, DEFAULT_IMAGE, print)
    plan = make_plan(Wish(image=DEFAULT_IMAGE))
    labels = {LABEL: "1", RUN_LABEL: plan.run}
    with TemporaryDirectory() as place:
        path = Path(place) / "history.jsonl"
        history = HistoryWriter(path)
        stage = Stage(engine, plan, history)
        try:
            stage.set_up_servers(images, lambda: False)
            pod = LoopPod(engine, plan.run, "loop")
            pod.make(images.tools, f"zkchaos-{plan.run}", volume=True)
            pod.load_loop(engine, images.app, labels, stage.ensemble.addresses[0])
            app = AppNode(pod, history, stage.clock, print)
            app.start()
            app.expected_down = True
            app.join()
            told = app.errors.decode().strip().splitlines()
            if not told or not told[-1].startswith("{"):
                sys.exit("the loop broke down:\n" + "\n".join(told))
            rates = json.loads(told[-1])
        finally:
            stage.tear_down(keep=False)
            history.close()
        streamed = len(read_history(path).operations)
    for name in ("bare", "recorded"):
        low, middle, high = min(rates[name]), statistics.median(rates[name]), max(rates[name])
        print(f"{name:<9} {middle:5.0f} operations/s, median of {PAIRS} slices ({low:.0f} to {high:.0f})")
    # Neighbours in time are compared, so that a machine whose speed drifts does not decide.
    pairs = zip(rates["recorded"], rates["bare"], strict=True)
    ratio = statistics.median(recorded / bare for recorded, bare in pairs)
    print(f"{streamed} recorded calls arrived in the history; ratio {ratio:.3f} (bound: at least {BOUND})")
    return 0 if ratio >= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
