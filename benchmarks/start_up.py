"""How long until three servers serve: as pods of zkchaos, against three bare containers of the same image.

Bare means what anybody would do without zkchaos: one container per server on one network, each
configured and started, all three at once; then the same proof of a quorum. Rounds alternate, and the
medians are compared.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kazoo.protocol.serialization import Create, Exists, Sync
from kazoo.security import OPEN_ACL_UNSAFE

from harness.clock import wait_for
from harness.container import Container
from harness.engine import Engine
from harness.four_letter import status
from harness.history import HistoryWriter
from harness.images import DEFAULT_IMAGE, Images, ready_images
from harness.leftovers import LABEL, RUN_LABEL
from harness.plan import Plan
from harness.planner import Wish, make_plan
from harness.stage import Stage
from harness.visitor import visit
from harness.zoo_config import CLIENT_PORT, ELECTION_PORT, QUORUM_PORT

ROUNDS = 5
BOUND = 1.5


@contextmanager
def swept(engine: Engine, plan: Plan) -> Iterator[None]:
    """Remove everything of a round when it ends."""
    try:
        yield
    finally:
        engine.sweep(plan.run)


def ours(engine: Engine, images: Images, plan: Plan) -> float:
    """Seconds until a stage of zkchaos has a proven quorum."""
    with TemporaryDirectory() as place, swept(engine, plan):
        history = HistoryWriter(Path(place) / "history.jsonl")
        stage = Stage(engine, plan, history)
        began = time.monotonic()
        stage.set_up_servers(images, lambda: False)
        took = time.monotonic() - began
        stage.tear_down(keep=False)
        history.close()
    return took


def bare(engine: Engine, images: Images, plan: Plan) -> float:
    """Seconds until three bare containers have a proven quorum."""
    labels = {LABEL: "1", RUN_LABEL: plan.run}
    network = f"zkchaos-{plan.run}"
    names = [f"{network}-bare{number}" for number in (1, 2, 3)]
    settings = [f"{name}={value}" for name, value in plan.zoo.items()]
    settings += ["dataDir=/data", f"clientPort={CLIENT_PORT}"]
    settings += [f"server.{i}={name}:{QUORUM_PORT}:{ELECTION_PORT}" for i, name in enumerate(names, start=1)]

    def start(number: int) -> Container:
        container = engine.create_container(
            images.server.id, names[number - 1], labels=labels, network=network, publish=CLIENT_PORT
        )
        container.put({"/conf/zoo.cfg": "\n".join(settings) + "\n", "/data/myid": f"{number}\n"})
        container.start()
        container.address()  # learns the published port
        return container

    with swept(engine, plan):
        began = time.monotonic()
        engine.create_network(network, labels)
        with ThreadPoolExecutor(3) as pool:
            containers = list(pool.map(start, (1, 2, 3)))
        addresses = [("127.0.0.1", container.published(CLIENT_PORT)) for container in containers]
        for address in addresses:
            wait_for(lambda a=address: status(a).serves, within=60, what="a bare server serves")
        visit(addresses[0], [Create("/probe", b"", OPEN_ACL_UNSAFE, 0)], within=30)
        for address in addresses:
            visit(address, [Sync("/probe"), Exists("/probe", None)], within=30)
        return time.monotonic() - began


def main() -> int:
    """Measure and compare."""
    engine = Engine.connect()
    images = ready_images(engine, DEFAULT_IMAGE, print)

    def plan() -> Plan:
        return make_plan(Wish(image=DEFAULT_IMAGE))

    ours(engine, images, plan())  # warms the engine's and the kernel's caches for both
    rounds = [(ours(engine, images, plan()), bare(engine, images, plan())) for _ in range(ROUNDS)]
    for pods, containers in rounds:
        print(f"pods {pods:5.2f} s   bare {containers:5.2f} s   ratio {pods / containers:.2f}")
    mine, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = mine / theirs
    print(f"medians: pods {mine:.2f} s, bare {theirs:.2f} s, ratio {ratio:.2f} (bound: at most {BOUND})")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
