"""Nodes that do not hear one another."""

from nemesis.fault import Fault
from nemesis.partition.apps import CutApp, CutAppFromLeaderSide, CutAppFromOwnServer
from nemesis.partition.isolate import Isolate, OneWay
from nemesis.partition.overlapping import Bridge, MajoritiesRing
from nemesis.partition.ports import BlockClientPort, BlockElectionPort, BlockQuorumPort
from nemesis.partition.sides import Halves, LeaderWithMinority, MajorityMinority

PARTITION: tuple[type[Fault], ...] = (
    Isolate,
    OneWay,
    Halves,
    MajorityMinority,
    LeaderWithMinority,
    Bridge,
    MajoritiesRing,
    BlockClientPort,
    BlockQuorumPort,
    BlockElectionPort,
    CutApp,
    CutAppFromOwnServer,
    CutAppFromLeaderSide,
)
