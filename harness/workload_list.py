"""`zkchaos workloads`: what there is to run, in short or one workload with all that is known of it."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import TextWrapper

from harness.errors import ZkchaosError
from harness.own_code import named_file, offered, read_code
from harness.plan import EvidenceRule
from harness.workload import Variant, Workload
from workloads.catalogue import WORKLOADS, parse
from workloads.promises import EVIDENCE, ZOOKEEPER


def list_workloads(name: str = "", packages: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines of the list: all workloads in short, or one in full.

    A name may be that of a user's file, with or without the name of a workload in it. Raises ZkchaosError
    for what there is not.
    """
    if not name:
        yield from _overview()
        return
    named = named_file(name)
    if named is None:
        workload, _ = parse(name)
        yield from _details(workload, workload.name)
        return
    asked = [named.name] if named.name else offered(named, packages)
    if not asked:
        raise ZkchaosError(
            f"there is no workload in {named.file}: a class derived from Recipe or a Workload is needed."
        )
    for one in asked:
        workload, _ = read_code(replace(named, name=one), packages)
        yield from _details(workload, f"{named.path}:{one}")


def _overview() -> Iterator[str]:
    for workload in WORKLOADS.values():
        yield from _wrapped(f"{workload.name}: {workload.summary}", "")
        right = [name for name, variant in workload.variants.items() if not variant.broken]
        twins = [name for name, variant in workload.variants.items() if variant.broken]
        ordered = sorted(right, key=lambda one: one != workload.default)
        marked = [f"{one} (default)" if one == workload.default else one for one in ordered]
        yield from _wrapped(f"variants: {', '.join(marked)}", "    ")
        if twins:
            yield from _wrapped(f"broken twins: {', '.join(twins)}", "    ")
    yield ""
    yield from _wrapped(
        "`zkchaos run WORKLOAD:VARIANT` runs one, `zkchaos workloads WORKLOAD` tells more of it: guarantees, "
        "evidence, parameters.",
        "",
    )


def _details(workload: Workload, name: str) -> Iterator[str]:
    yield from _wrapped(f"{name}: {workload.summary}", "")
    for variant in workload.variants:
        if variant:
            yield from _variant(name, variant, workload)
    own = [guarantee for guarantee in workload.guarantees if guarantee not in ZOOKEEPER]
    zookeeper = [guarantee for guarantee in workload.guarantees if guarantee in ZOOKEEPER]
    yield from _wrapped(f"guarantees: {', '.join(own) or 'none of its own'}", "  ")
    if zookeeper:
        yield from _wrapped(f"and ZooKeeper's: {', '.join(zookeeper)}", "  ")
    yield from _wrapped(f"evidence: {_evidence(workload)}", "  ")
    numbers = ", ".join(f"{parameter}={value:g}" for parameter, value in workload.params.items())
    yield from _wrapped(f"parameters: {numbers or 'none'}", "  ")
    if workload.holder:
        yield from _wrapped("faults of the target `holder` find whoever leads or holds", "  ")
    if not workload.variants:
        yield from _wrapped("it has no program of its own: --app-image names one", "  ")


def _variant(name: str, variant: str, workload: Workload) -> Iterator[str]:
    known: Variant = workload.variants[variant]
    mark = " (default)" if variant == workload.default else " (broken twin)" if known.broken else ""
    yield from _wrapped(f"{name}:{variant}{mark}: {known.summary}", "  ")
    if known.guarantees:
        yield from _wrapped(f"judged by {', '.join(known.guarantees)} as well", "      ")
    if known.trap:
        settings = "".join(f" --set {one}={value:g}" for one, value in known.trap.params.items())
        yield from _wrapped(
            f"breaks {known.trap.guarantee} under --nemesis {known.trap.nemesis}{settings}", "      "
        )


def _evidence(workload: Workload) -> str:
    """Say what evidence it owes beside what every workload owes."""
    own = [asked for asked in workload.evidence if asked not in EVIDENCE]
    return ", ".join(map(_asked, own)) or "what every run owes"


def _asked(asked: EvidenceRule) -> str:
    if asked.rule == "acknowledged":
        return f"{asked.at_least:,} acknowledged {asked.of or 'operations'}"
    least = f", {asked.at_least:,} at least" if asked.at_least > 1 else ""
    return f"{asked.rule} {asked.of}".strip() + least


def _wrapped(text: str, indent: str) -> Iterator[str]:
    width = shutil.get_terminal_size((100, 24)).columns
    wrapper = TextWrapper(
        width, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False
    )
    yield from wrapper.wrap(text)
