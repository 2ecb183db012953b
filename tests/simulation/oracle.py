"""A slow and obvious judge of small histories in which every answer arrived and every session was closed.

It knows the guarantees about writes, reads, sessions and watches. Fast checkers are compared with it.
"""

from collections.abc import Callable

from harness.history import History
from tests.simulation import oracle_reads, oracle_watches, oracle_writes
from tests.simulation.oracle_state import Claims

JUDGES: dict[str, Callable[[Claims], bool]] = {
    "unique-zxid": oracle_writes.unique_zxid,
    "write-order": oracle_writes.write_order,
    "write-legality": oracle_writes.write_legality,
    "compare-and-set": oracle_writes.compare_and_set,
    "atomic-multi": oracle_writes.atomic_multi,
    "durability": oracle_writes.durability,
    "sequence-names": oracle_writes.sequence_names,
    "client-order": oracle_reads.client_order,
    "single-system-image": oracle_reads.single_system_image,
    "prefix-reads": oracle_reads.prefix_reads,
    "no-future-read": oracle_reads.no_future_read,
    "stat-coherence": oracle_reads.stat_coherence,
    "sync-read": oracle_reads.sync_read,
    "timeliness": oracle_reads.timeliness,
    "session-identity": oracle_reads.session_identity,
    "no-resurrection": oracle_reads.no_resurrection,
    "single-owner": oracle_reads.single_owner,
    "watch-once": oracle_watches.watch_once,
    "watch-before-data": oracle_watches.watch_before_data,
    "no-missed-watch": oracle_watches.no_missed_watch,
    "watch-order": oracle_watches.watch_order,
}
"""Each tells whether its guarantee is broken."""


def oracle(history: History) -> set[str]:
    """Return the names of the broken guarantees of a history without lost answers."""
    claims = Claims(history)
    return {name for name, broken in JUDGES.items() if broken(claims)}
