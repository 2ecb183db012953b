"""Entry point of the app image: read the plan, run the workload's program, end in time and in good order."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec

from harness.client.program import NodePlan
from harness.errors import ZkchaosError
from harness.workload import Variant
from workloads.catalogue import find
from workloads.from_file import load

SIGNALS = {signal.SIGTERM, signal.SIGALRM}


def chosen(plan: NodePlan) -> Variant:
    """Find the variant to run, in the catalogue or in a user's file; raises ZkchaosError."""
    if not plan.code:
        return find(plan.workload, plan.variant)[1]
    path, _, name = plan.code.rpartition(":")
    code = Path(path).parent
    # What lies beside the file comes first, as if it were run; what pip brought comes last, because the kazoo
    # that records has to be the image's own.
    sys.path.insert(0, str(code))
    sys.path.append(str(code.with_name("packages")))
    return load(Path(path), name).variants[plan.variant]


def main() -> int:
    """Run one node's program; 0 says that it ended because it was asked to, or because its time was over."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    plan = msgspec.json.decode(os.environ["ZKCHAOS_PLAN"], type=NodePlan)
    # Standard output is for events; what a user's own code prints belongs to the logs.
    events, sys.stdout = sys.stdout.buffer, sys.stderr
    try:
        variant = chosen(plan)
    except ZkchaosError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # A thread waits for the signals: a handler would run on the main thread, in the middle of whatever
    # lock that holds, and block on it.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    program = variant.program(plan, events)

    def wait_for_the_end() -> None:
        signal.sigwait(SIGNALS)
        program.stop()

    watcher = threading.Thread(target=wait_for_the_end, name="signals")
    watcher.start()
    left = (plan.deadline - time.monotonic_ns()) / 1e9
    signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))
    try:
        program.main()
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        watcher.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
