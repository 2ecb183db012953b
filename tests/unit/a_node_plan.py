"""What an app node of a test is told."""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from harness.client import NodePlan


def a_node_plan(
    workload: str, variant: str, server: str, params: Mapping[str, Any] | None = None, **others: Any
) -> NodePlan:
    """Return the plan of app1, which knows one server and may play for a minute; `others` are its fields."""
    plan = NodePlan(
        node="app1",
        workload=workload,
        variant=variant,
        params=dict(params or {}),
        seed="7/app1",
        servers=(server,),
        session_timeout=4.0,
        deadline=time.monotonic_ns() + 60 * 10**9,
    )
    return msgspec.structs.replace(plan, **others)
