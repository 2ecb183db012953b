"""Sessions that end, move or lose their connections while their clients are alive and well."""

from nemesis.fault import Fault
from nemesis.session.drop import DropConnection
from nemesis.session.expire import Expire
from nemesis.session.expire_owner import ExpireOwner
from nemesis.session.false_lost import FalseLost
from nemesis.session.move import Move

SESSION: tuple[type[Fault], ...] = (Expire, ExpireOwner, DropConnection, Move, FalseLost)
