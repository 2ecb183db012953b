"""Limits and usage of a container: what is said to the engine, and what is read from its answers."""

from types import SimpleNamespace
from typing import Any

import pytest

from harness.container import UNLIMITED, Container, ContainerUsage
from harness.errors import SetupError


class Handle:
    """A container of the SDK that remembers its limits, as the engine does."""

    name, id = "zkchaos-test-zk1", "abc"

    def __init__(self, answer: dict[str, Any] | None = None) -> None:
        self.attrs = {"HostConfig": {"Memory": 0, "CpuQuota": 0, "CpuPeriod": 0}}
        self.asked: dict[str, Any] = {}
        self.client = SimpleNamespace(api=SimpleNamespace(stats=lambda _id, **_options: answer))

    def update(self, **options: Any) -> None:
        # The engine's own rule: one does not get rid of a limit by way of 0 or -1.
        assert options["mem_limit"] >= 6 << 20
        self.asked = options
        self.attrs["HostConfig"] = {
            "Memory": options["mem_limit"],
            "CpuQuota": options["cpu_quota"],
            "CpuPeriod": options["cpu_period"],
        }

    def reload(self) -> None:
        pass


@pytest.mark.parametrize(("cpus", "memory"), [(0.05, 0), (0, 64 << 20), (1.5, 1 << 30), (0, 0)])
def test_limits_are_read_as_they_were_set(cpus: float, memory: int) -> None:
    container = Container(Handle())
    assert container.limits() == (0, 0)
    container.limit(cpus=cpus, memory=memory)
    assert container.limits() == (cpus, memory)
    container.limit()
    assert container.limits() == (0, 0)


def test_a_limit_of_memory_holds_for_memory_and_swap_together() -> None:
    handle = Handle()
    Container(handle).limit(memory=64 << 20)
    assert (handle.asked["mem_limit"], handle.asked["memswap_limit"]) == (64 << 20, 64 << 20)
    Container(handle).limit()
    assert (handle.asked["mem_limit"], handle.asked["memswap_limit"]) == (UNLIMITED, 2 * UNLIMITED)


def test_usage_is_read_from_what_the_engine_counts() -> None:
    answer = {
        "cpu_stats": {
            "cpu_usage": {"total_usage": 5},
            "throttling_data": {"periods": 4, "throttled_periods": 3, "throttled_time": 2},
        },
        "memory_stats": {"usage": 1},
    }
    assert Container(Handle(answer)).usage() == ContainerUsage(1, 5, 4, 3, 2)


def test_nobody_counts_what_does_not_run() -> None:
    stopped = {"cpu_stats": {"cpu_usage": {"total_usage": 0}, "throttling_data": {}}, "memory_stats": {}}
    with pytest.raises(SetupError, match=r"^cannot ask for the usage of zkchaos-test-zk1: it does not run$"):
        Container(Handle(stopped)).usage()
