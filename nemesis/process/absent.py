"""What faults owe whose targets are as good as gone while they last."""

from nemesis.each import EachNode
from nemesis.fault import ANY
from nemesis.process.life import owed_when_gone
from nemesis.targets import is_app


class Absent(EachNode):
    """Takes its targets away: who led is replaced, and where a quorum is left the rest goes on."""

    roles = ANY

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Whoever led has to be replaced, and where a quorum is left writes go on."""
        return owed_when_gone(target)

    @classmethod
    def outlasts_session(cls, target: str) -> bool:
        """The session that an app node left behind has to expire before anybody takes over."""
        return is_app(target)
