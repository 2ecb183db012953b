"""All workloads by name."""

from harness.errors import ZkchaosError
from harness.workload import Variant, Workload
from workloads.barrier.workload import BARRIER
from workloads.config.workload import CONFIG
from workloads.counter.workload import COUNTER
from workloads.election.workload import ELECTION
from workloads.healer.workload import HEALER
from workloads.keys.workload import KEYS
from workloads.lock.workload import LOCK
from workloads.queue.workload import QUEUE
from workloads.registry.workload import REGISTRY
from workloads.session.workload import SESSION

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (ELECTION, KEYS, QUEUE, LOCK, HEALER, BARRIER, CONFIG, COUNTER, REGISTRY, SESSION)
}


def find(name: str, variant: str = "") -> tuple[Workload, Variant]:
    """Look a workload and one of its variants up; without a variant's name, its default one.

    Raises ZkchaosError that lists what there is.
    """
    workload = WORKLOADS.get(name)
    if workload is None:
        raise ZkchaosError(f"there is no workload {name!r}; choose one of: {', '.join(scenarios())}.")
    found = workload.variants.get(variant or workload.default)
    if found is None:
        raise ZkchaosError(
            f"the workload {name} has no variant {variant!r}; choose one of: {', '.join(workload.variants)}."
        )
    return workload, found


def parse(scenario: str) -> tuple[Workload, str]:
    """Parse `election`, `election:no-stepdown` or `election-no-stepdown` into workload and variant's name.

    Raises ZkchaosError that lists what there is.
    """
    name, _, variant = scenario.partition(":")
    if not variant and name not in WORKLOADS:
        known = next((known for known in WORKLOADS if name.startswith(f"{known}-")), None)
        if known:
            name, variant = known, name.removeprefix(f"{known}-")
    workload, _ = find(name, variant)
    return workload, variant or workload.default


def scenarios() -> list[str]:
    """Names of all workloads with their variants, as the command line takes them."""
    return [f"{workload.name}:{variant}" for workload in WORKLOADS.values() for variant in workload.variants]
