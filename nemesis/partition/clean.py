"""The clean state of a node's network as far as partitions go: no rule and no chain of ours."""

from harness.errors import SetupError
from harness.pods import Pod
from harness.sdk import Vanished
from nemesis.partition.rules import CLEAN, SAVE, left_over


def clean(pod: Pod) -> None:
    """Take all our rules away; a holder that is gone or down has taken them with it."""
    _inside(pod, CLEAN)


def dirt(pod: Pod) -> list[str]:
    """Say what is left, one clause each."""
    return left_over(_inside(pod, SAVE))


def _inside(pod: Pod, script: str) -> str:
    """Run a script in the holder; nothing where no network is left for it to run in."""
    try:
        return pod.holder.execute("sh", "-c", script).decode()
    except Vanished:
        return ""
    except SetupError:
        # The rules live in the network namespace, which ends with the holder's process.
        try:
            if pod.holder.state().running:
                raise
        except Vanished:
            pass
        return ""
