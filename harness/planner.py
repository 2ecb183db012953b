"""The planner: from what a user asks for to a plan in which everything is decided."""

import math
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness import __version__
from harness.errors import ZkchaosError
from harness.plan import Plan
from harness.store import new_run_id
from harness.zoo_config import DEFAULTS, configuration
from nemesis.catalogue import find as find_faults
from nemesis.schedule import evidence, generate
from workloads.catalogue import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a user asks for; the defaults are those of the command line."""

    scenario: str = "election"
    nemesis: str = "none"
    time: float = 30.0
    seed: int | None = None
    servers: int = 3
    nodes: int = 5
    image: str
    session_timeout: float = 4.0
    zoo: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)


def make_plan(wish: Wish) -> Plan:
    """Decide everything; raises ZkchaosError with one sentence for each thing that cannot be."""
    workload, variant = parse(wish.scenario)
    faults = find_faults(wish.nemesis)
    if wish.servers < 1 or wish.servers % 2 == 0:
        raise ZkchaosError(f"--servers {wish.servers}: an odd number is needed, such as 1, 3, 5 or 7.")
    if wish.nodes < 1:
        raise ZkchaosError(f"--nodes {wish.nodes}: at least one app node is needed.")
    if not 0 < wish.time < 7 * 24 * 3600:
        raise ZkchaosError(f"--time {wish.time:g}: seconds above zero are needed, a week at most.")
    zoo = configuration(wish.zoo)
    _check_session_timeout(wish.session_timeout, zoo)
    try:
        params = workload.parameters(wish.params)
    except KeyError as error:
        known = ", ".join(workload.params) or "none"
        raise ZkchaosError(f"--set {error.args[0]}: {workload.name} has the parameters {known}.") from error
    for name, value in params.items():
        if not 0 <= value < math.inf:
            raise ZkchaosError(f"--set {name}={value}: a number is needed that is not below zero.")
    seed = secrets.randbelow(2**31) if wish.seed is None else wish.seed
    schedule = generate(
        faults,
        seed=seed,
        time=wish.time,
        session_timeout=wish.session_timeout,
        tick=int(zoo["tickTime"]) / 1000,
    )
    return Plan(
        run=new_run_id(f"{workload.name}:{variant}"),
        workload=workload.name,
        variant=variant,
        params=params,
        seed=seed,
        time=wish.time,
        servers=wish.servers,
        nodes=wish.nodes,
        image=wish.image,
        zoo=zoo,
        session_timeout=wish.session_timeout,
        nemesis=tuple(fault.name for fault in faults),
        schedule=schedule,
        guarantees=workload.guarantees,
        evidence=workload.evidence + evidence(faults, schedule, servers=wish.servers, nodes=wish.nodes),
        version=__version__,
    )


def _check_session_timeout(timeout: float, zoo: Mapping[str, str]) -> None:
    tick = int(zoo["tickTime"]) / 1000
    low = int(zoo.get("minSessionTimeout", 2 * tick * 1000)) / 1000
    high = int(zoo.get("maxSessionTimeout", 20 * tick * 1000)) / 1000
    if not low <= timeout <= high:
        raise ZkchaosError(
            f"--session-timeout {timeout:g}: with this configuration ZooKeeper grants {low:g} to {high:g} s."
        )


def repeat_command(plan: Plan) -> str:
    """The command that repeats a run: same plan, same seed."""
    words = ["zkchaos", "run", plan.scenario]
    if plan.nemesis:
        words += ["--nemesis", ",".join(plan.nemesis)]
    words += ["--time", _exact(plan.time), "--seed", str(plan.seed)]
    words += ["--servers", str(plan.servers), "--nodes", str(plan.nodes), "--image", plan.image]
    words += ["--session-timeout", _exact(plan.session_timeout)]
    for name, value in plan.zoo.items():
        if DEFAULTS.get(name) != value:
            words += ["--zoo", f"{name}={value}"]
    defaults = _default_params(plan)
    for name, value in plan.params.items():
        if defaults.get(name) != value:
            words += ["--set", f"{name}={value}"]
    return shlex.join(words)


def _default_params(plan: Plan) -> Mapping[str, float]:
    """Parameters that need not be said; a stored run may be of a workload that is not there any more."""
    try:
        return parse(plan.scenario)[0].params
    except ZkchaosError:
        return {}


def _exact(number: float) -> str:
    """Write a number as short as it can be read back."""
    return str(int(number)) if number == int(number) else repr(float(number))
