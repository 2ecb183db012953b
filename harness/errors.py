"""Errors that a user sees: each is one sentence that names the input and the way out."""

NO_RUN = 3
"""Exit code when there was nothing to judge: bad arguments, Docker, image, set-up."""


class ZkchaosError(Exception):
    """The command cannot go on; its text is shown as it is and the exit code is 3."""


class SetupError(ZkchaosError):
    """Docker, an image, the network or the disk is not as a run needs it."""


class HistoryError(ZkchaosError):
    """A history file cannot be read as one: the text names file, line and reason."""


class EnsembleError(ZkchaosError):
    """Servers or app nodes did not reach the state that a run starts from."""


class Interrupted(ZkchaosError):
    """The user asked to stop before there was anything to judge."""
