"""Entry point of the app image: read the plan, run the workload's program, end in time and in good order."""

import logging
import os
import signal
import sys
import threading
import time

import msgspec

from harness.client.program import NodePlan
from workloads.catalogue import find

SIGNALS = {signal.SIGTERM, signal.SIGALRM}


def main() -> int:
    """Run one node's program; 0 says that it ended because it was asked to, or because its time was over."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    plan = msgspec.json.decode(os.environ["ZKCHAOS_PLAN"], type=NodePlan)
    _, variant = find(plan.workload, plan.variant)
    # A thread waits for the signals: a handler would run on the main thread, in the middle of whatever
    # lock that holds, and block on it.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    program = variant.program(plan, sys.stdout.buffer)

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
