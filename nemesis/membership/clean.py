"""The clean state of the membership: the servers of the plan, each in its role, and nobody else."""

from harness.container import Container
from harness.errors import EnsembleError
from harness.members import MEMBERS_FILE, Members
from harness.pods import Pod
from harness.sdk import Vanished
from harness.zoo_config import CLIENT_PORT
from nemesis.membership.reconfiguration import change_members, difference, read_members

WITHIN = 20.0
"""Seconds for bringing the members of the plan back."""


def clean(pod: Pod) -> None:
    """Bring the members of the plan back, through this server; does nothing where members cannot change.

    Raises EnsembleError when this server does not serve; any other one of the ensemble will do.
    """
    members = noted_members(pod.holder)
    if not members.password:
        return
    if pod.loaded and not pod.state().running:
        # One that was removed has a file of its own that does not name it, and with that it would not start.
        pod.process.put({"/conf/zoo.cfg": members.config})
        pod.start()
    change_members([_address(pod)], members.lines, members.password, WITHIN)


def dirt(pod: Pod) -> list[str]:
    """Say how the members differ from those of the plan, as this server shows them, one clause each."""
    members = noted_members(pod.holder)
    if not members.password:
        return []
    try:
        present, _ = read_members(_address(pod))
    except EnsembleError:
        return [f"{pod.name} does not show who its members are"]
    joining, leaving = difference(present, members.lines)
    missing = [line.partition("=")[0] for line in joining.split(",") if line]
    left = [f"{name} is not the member that it was" for name in missing]
    return left + [f"server.{number} is a member beyond the plan" for number in leaving.split(",") if number]


def noted_members(holder: Container) -> Members:
    """Read who the members of the plan are from a holder; no password: members cannot change."""
    try:
        return Members.decode(holder.read(MEMBERS_FILE))
    except Vanished:
        return Members()


def _address(pod: Pod) -> tuple[str, int]:
    return "127.0.0.1", pod.holder.published(CLIENT_PORT)
