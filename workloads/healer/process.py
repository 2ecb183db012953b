"""Entry point of a worker's process: `python3 -m workloads.healer.process`, started by an agent.

The plan comes as in an app node (docs/protocol.md), the lines go to the agent through a pipe.
"""

import os
import sys
from collections.abc import Mapping
from typing import BinaryIO, cast

import msgspec

from harness.client import Cast, NodePlan
from workloads.healer.relay import Relayed
from workloads.healer.twins import NamesOnly, Unfenced
from workloads.healer.worker import Worker

WORKERS: Mapping[str, type[Worker]] = {"fenced": Worker, "unfenced": Unfenced, "names-only": NamesOnly}
"""By the variant of the workload."""


def main() -> int:
    """Be the worker that the plan orders; the exit code says why it ended."""
    plan = msgspec.json.decode(os.environ["ZKCHAOS_PLAN"], type=NodePlan)
    out = Relayed(sys.stdin.fileno(), sys.stdout.buffer)
    program = Cast(plan, cast("BinaryIO", out), [(WORKERS[plan.variant], "")])
    out.obey(program.stop)
    program.main()
    (worker,) = program.participants
    assert isinstance(worker, Worker)
    return worker.exit_code


if __name__ == "__main__":
    sys.exit(main())
