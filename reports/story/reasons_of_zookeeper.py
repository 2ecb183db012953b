"""Why it breaks a promise of ZooKeeper itself, by guarantee and kind of violation."""

OF_ZOOKEEPER: dict[str, dict[str, str]] = {
    "unique-zxid": {
        "shared-zxid": (
            "Every change has a transaction number of its own. Where two share one, there is no order "
            "between them."
        ),
    },
    "write-order": {
        "misplaced": (
            "A write that was answered before another one was sent comes before it. ZooKeeper "
            "numbered them the other way round."
        ),
    },
    "write-legality": {
        "false-no-node": "The znode was there, so the refusal was wrong.",
        "false-node-exists": "There was no such znode, so the refusal was wrong.",
        "false-bad-version": "The version was the expected one, so the refusal was wrong.",
        "false-not-empty": "The znode had no children, so the refusal was wrong.",
        "false-no-children": "The parent was no ephemeral znode, so the refusal was wrong.",
        "node-existed": "The znode was there already, so it cannot be created once more.",
        "node-missing": "There was no such znode, so nothing can be done to it.",
        "parent-missing": "The parent was not there, so nothing can be created below it.",
        "below-ephemeral": "Ephemeral znodes have no children, so nothing can be created below one.",
        "not-empty": "The znode had children, so it cannot be deleted.",
        "version-mismatch": (
            "The znode had another version than the one asked for, so the change had to be refused."
        ),
        "wrong-new-version": "Each change of a znode adds one to its version. This one made another number.",
        "wrong-path": "What was created is not what was asked for.",
    },
    "compare-and-set": {
        "wrong-version": (
            "A change that names the version it replaces makes the next one. This one made another number."
        ),
        "replaced-twice": (
            "Of two changes that replace the same version one has to be refused. Both were accepted, "
            "and one of them wiped out the other."
        ),
    },
    "atomic-multi": {
        "half-seen": (
            "All parts of a transaction happen at once. This read shows one of its paths without it."
        ),
        "seen-early": (
            "All parts of a transaction happen at once. This read shows one of its paths too early."
        ),
    },
    "durability": {
        "lost-write": (
            "What was acknowledged, or seen, stays until somebody changes it. Nobody did, and it is gone."
        ),
        "lost-node": "A znode that was there stays until somebody deletes it. Nobody did, and it is gone.",
        "undone-delete": "What was deleted stays deleted. Nobody created it anew, and it is there again.",
    },
    "sequence-names": {
        "too-low": (
            "Numbers of sequential znodes only grow. This one is too low: it can collide with another one."
        ),
        "too-high": (
            "Each sequential znode adds one to the number of its parent. Nothing accounts for this high one."
        ),
        "malformed": "A sequential znode is called as was asked for, with ten digits after it.",
    },
    "client-order": {
        "reply-order": "A client gets its answers in the order in which it asked.",
        "write-order": "A client's writes happen in the order in which it sent them.",
        "older-read": "What a client is shown never goes back behind an answer that it had before.",
    },
    "single-system-image": {
        "went-back": "A client that has seen a state is never shown an older one, whichever server it asks.",
        "moved-back": (
            "A client that has seen a state is never shown an older one, not even when it moves to "
            "another server."
        ),
    },
    "prefix-reads": {
        "missing-node": "At that point of the order the znode was there, and the answer shows it missing.",
        "deleted-node": "At that point of the order the znode had been deleted, and the answer shows it.",
        "unmade-node": "At that point of the order the znode had not been made yet, and the answer shows it.",
        "stale": "The answer names the state that it shows, and in that state the value was a newer one.",
        "unwritten": "The answer shows what nobody had written.",
        "wrong-value": "The answer shows another value than the one at that point of the order.",
        "wrong-version": "The answer shows another version than the one at that point of the order.",
        "wrong-owner": (
            "The answer shows another owner of the ephemeral znode than the one at that point of the order."
        ),
        "extra-child": "At that point of the order there was no such child.",
        "missing-child": "At that point of the order that child was there.",
        "child-twice": "A list of children names each child once.",
    },
    "no-future-read": {
        "from-the-future": "Nothing can be read before anybody has sent it.",
        "refused-write": "What was refused has no effect, so nobody can read it.",
    },
    "stat-coherence": {
        "out-of-bounds": "The figures that ZooKeeper tells of a znode contradict each other.",
        "other-transaction": (
            "What was changed by one transaction is said to have been changed by another one."
        ),
        "two-contents": "One version of a znode has one content. Two were shown.",
        "wrong-length": "The length that is told is not that of the data.",
        "wrong-children": "The number of children that is told is not that of the list.",
        "wrong-cversion": "The count of changes below the znode does not fit the changes.",
    },
    "sync-read": {
        "sync-behind-write": (
            "After a sync a client sees at least what anybody had been told before it. This one lacks "
            "a write."
        ),
        "read-behind-sync": "A read after a sync is at least as new as the sync. This one is older.",
    },
    "timeliness": {
        "stale-read": (
            "A server that cannot keep up has to stop serving within a bound. This answer is older than that."
        ),
    },
    "session-identity": {
        "two-lives": (
            "A session belongs to one client. A later life of the program used it as well, and never said so."
        ),
        "two-clients": "A session belongs to one client. Two used it at once.",
    },
    "no-resurrection": {
        "write-after-end": "A session that has ended changes nothing any more.",
        "read-after-end": "A session that has ended is served no more.",
    },
    "single-owner": {
        "old-owner": (
            "Once a client has moved to another connection, what it had sent on the old one must not "
            "take effect."
        ),
    },
    "watch-once": {
        "fired-twice": "A watch fires once. This one was told of twice.",
        "not-watched": "Nobody had asked for this event.",
        "wrong-type": "The event is of another kind than the change that it is about.",
        "no-transaction": "The event tells of a change that never happened.",
    },
    "watch-before-data": {
        "data-first": (
            "Whoever watches hears of a change before it is shown the change. Here it was the other "
            "way round: a client could act on new data without having been told."
        ),
    },
    "no-missed-watch": {
        "missed": (
            "Whoever watches is told of the next change. It was shown a state with that change, and "
            "never told."
        ),
    },
    "watch-order": {
        "out-of-order": "Changes are told in the order in which they happened.",
    },
    "ephemeral-safety": {
        "vanished": (
            "An ephemeral znode stays as long as its session lives. This session lived, and nobody "
            "had deleted it."
        ),
    },
    "ephemeral-cleanup": {
        "outlived-close": "The znode had to go with its session, and was shown after the session's end.",
        "resurrected": "What is gone with its session cannot come back, and nobody created it anew.",
        "vanished-apart": (
            "The end of a session takes all its znodes at once. One went and another one stayed."
        ),
        "left-over": (
            "The session is over, and there was time enough. Whoever relies on the znode believes in "
            "a dead client."
        ),
    },
    "ephemeral-deadline": {
        "expired-late": (
            "A client that is not heard of loses its session after the timeout. Its znode was there "
            "for longer."
        ),
    },
    "one-leader-per-epoch": {
        "same-epoch": "An epoch of ZooKeeper has one leader. Two led in the same one.",
        "long-overlap": (
            "A leader that has lost its followers has to give up within a bound. Two led for longer "
            "than that."
        ),
    },
    "replica-convergence": {
        "missing-node": "In the end all servers hold the same tree. A znode is on one of them only.",
        "data": "In the end all servers hold the same tree. They differ in what a znode holds.",
        "stat": "In the end all servers hold the same tree. They differ in the figures of a znode.",
        "access-rules": "In the end all servers hold the same tree. They differ in who may use a znode.",
        "digest": "Servers that have carried out the same transactions have the same digest. These differ.",
        "digest-mismatch": "A server found by itself that its tree is not what it has to be.",
    },
    "liveness": {
        "no-progress": (
            "A majority of the servers worked, so there had to be a leader, and writes had to be answered."
        ),
    },
    "recovery": {
        "no-recovery": "Everything was healed, so it had to work again within the bound.",
    },
}
"""One or two sentences each."""
