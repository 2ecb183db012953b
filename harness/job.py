"""The job of the app nodes: which workload and variant, in whose file or image, and what judges it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.client import Casting
from harness.errors import ZkchaosError
from harness.own_code import named_file, read_code
from harness.plan import Code
from harness.workload import Workload
from workloads.catalogue import find, parse
from workloads.promises import ON_THE_WIRE


@dataclass(frozen=True, slots=True)
class Job:
    """What the app nodes are to do."""

    workload: Workload
    variant: str
    code: Code | None
    """The user's file in which the workload is."""
    app_image: str
    """Image with a program of the user's own for it."""

    @property
    def guarantees(self) -> tuple[str, ...]:
        """What judges it; a variant that only the user's own image knows is judged by what all share.

        What such a program cannot be expected to tell is not judged, unless the workload has no program of
        its own: it was written for one then, and is taken at its word.
        """
        known = self.workload.variants.get(self.variant)
        judged = self.workload.guarantees + (known.guarantees if known else ())
        left_out = ON_THE_WIRE if self.app_image and self.workload.variants else ()
        return tuple(name for name in judged if name not in left_out)

    @property
    def promises(self) -> tuple[str, ...]:
        """What its variant promises where variants differ."""
        known = self.workload.variants.get(self.variant)
        return known.promises if known else ()

    def nobody(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the parameters by which no participant plays on an app node; nothing where one does.

        What a program of the user's own makes of its parameters is not known.
        """
        known = self.workload.variants.get(self.variant)
        program = known.program if known and not self.app_image else None
        return program.nobody(params) if isinstance(program, Casting) else ()


def job_of(scenario: str, packages: Sequence[str] = (), app_image: str = "") -> Job:
    """Find the job that a scenario names, such as `election:no-stepdown` or `./my_lock.py:NAME`.

    Raises ZkchaosError with one sentence where there is none.
    """
    named = named_file(scenario)
    code = None
    if named:
        workload, code = read_code(named, packages)
        variant = named.variant or workload.default
    elif packages:
        raise ZkchaosError("--pip and --requirements go with a workload out of a file: ./FILE.py:NAME.")
    else:
        workload, variant = _of_anybody(scenario) if app_image else parse(scenario)
    if not workload.variants and not app_image:
        raise ZkchaosError(
            f"{workload.name} has no program of its own: name an image that has one with --app-image."
        )
    return Job(workload, variant, code, app_image)


def _of_anybody(scenario: str) -> tuple[Workload, str]:
    """Take a scenario for a program of the user's own, which may know variants that we do not."""
    name, _, variant = scenario.partition(":")
    workload, _ = find(name)
    return workload, variant or workload.default
