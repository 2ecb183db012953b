"""One of several machines is on duty."""

from duty.roster import Roster

__all__ = ["Roster"]
