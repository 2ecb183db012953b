"""Why it breaks a promise: the last sentence of each story, by guarantee and kind of violation."""

from reports.story.reasons_of_zookeeper import OF_ZOOKEEPER

_ONE_AT_A_TIME = {
    "zxid-overlap": (
        "In one and the same state of ZooKeeper two were first in line, so both had a right to {win}: "
        "a line has only one front."
    ),
    "stale-action": (
        "Whoever came later had taken over, so the older one's action had to be refused. It was "
        "accepted: two can have changed the same thing, each in the belief to be alone."
    ),
    "believed-overlap": (
        "Both believed at the same time that they {win}, and each may have acted on it. Nothing "
        "that was done to the older one explains all of that time."
    ),
}

_OF_RECIPES: dict[str, dict[str, str]] = {
    "single-leader": {kind: why.format(win="lead") for kind, why in _ONE_AT_A_TIME.items()},
    "mutual-exclusion": {kind: why.format(win="hold it") for kind, why in _ONE_AT_A_TIME.items()},
    "fencing": {
        "token-decreased": (
            "Tokens grow from holder to holder, so that what is protected can turn a late one away. "
            "Here it accepted an older holder after a newer one, and what the newer one did may be "
            "undone."
        ),
    },
    "herd": {
        "woke-too-many": (
            "When somebody leaves the line, only those who have to act need to be told. Everybody "
            "else who is woken asks the servers for nothing: with many in line that is a stampede."
        ),
    },
    "progress": {
        "blocked": (
            "Nothing was broken at that time and nobody held it, so somebody who waited had to get it."
        ),
        "blocked-line": (
            "Whoever is first in line has to get it or to leave. This one did neither, so everybody "
            "behind it waited in vain."
        ),
    },
    "barrier": {
        "computed-too-early": (
            "Nobody may begin a round before all are there: this party began without the others."
        ),
        "left-too-early": (
            "Nobody may be let go before all are done: this party went on while another one still computed."
        ),
        "blocked": ("All that this party waited for had happened, and nothing was broken. It waited on."),
    },
    "healer-count": {
        "too-few": (
            "A worker that is gone has to be replaced in time. Nothing was broken any more, and the "
            "place stayed empty."
        ),
        "too-many": "One worker is wanted for each slot. A surplus one does the same work twice.",
    },
    "queue": {
        "invented": "A queue hands out only what was put into it.",
        "delivered-twice": (
            "An item that was removed is gone for good. This one was handed out again: its work is "
            "done twice."
        ),
        "held-by-two": "Whoever has taken an item has it alone. Two had it, and its work may be done twice.",
        "lost-item": (
            "An item that was put and acknowledged has to be handed out or to be in the queue in the "
            "end. This one did neither: whoever put it believes that it is being taken care of."
        ),
        "out-of-order": (
            "Items leave this queue in the order in which they were put. A younger one left first."
        ),
    },
    "config-monotonic": {
        "went-back": "A reader may lag behind, but never go back: it had used a newer value already.",
        "half-update": (
            "The parts of one update belong together. Used with parts of another one they are a "
            "configuration that nobody ever wrote."
        ),
        "lost-update": (
            "An update has to be made from the latest value. This one was made from an older one, so "
            "it wiped out an update whose writer had been told that it was done."
        ),
        "last-value-missed": (
            "Nothing was broken and the reader was connected, so the last value had to reach it. It "
            "went on with an old one."
        ),
    },
    "counter": {
        "counted-twice": (
            "A counter can be no more than all that anybody began to add. Something was added twice."
        ),
        "lost-increment": (
            "Whoever was told that its increment is done relies on it. The counter holds less than that."
        ),
        "same-value": (
            "Each increment comes to a value of its own. Where two come to one value, one of them "
            "overwrote the other."
        ),
        "out-of-order": (
            "A later increment comes to a higher value than one that was over before it began. This "
            "one started from an old value."
        ),
    },
    "registry-convergence": {
        "missing-member": (
            "The member lives and was connected, and there was time enough to know of it. Whoever asks "
            "the registry does not find it."
        ),
        "dead-member": (
            "The member is gone, and there was time enough to notice. Whoever asks the registry is sent "
            "to where nobody is."
        ),
        "old-session": (
            "The member is listed under a session that it has no more: such an entry vanishes while the "
            "member lives."
        ),
        "stale-view": "The registry itself is right. This reader missed a change and works with an old list.",
    },
    "session-continuity": {
        "acted-late": (
            "Once a session has ended, others may have taken over what it had. Nothing may be done in "
            "its name any more."
        ),
        "expired-early": (
            "A client that is heard of within the timeout keeps its session. This one did, and lost it."
        ),
        "revived": "A session that has ended never comes back: its ephemeral znodes are gone for good.",
    },
}

REASONS = {**_OF_RECIPES, **OF_ZOOKEEPER}
"""One or two sentences by guarantee and kind."""


def reason(guarantee: str, kind: str) -> str:
    """Say why a kind of violation breaks a promise, empty where nobody knows.

    Without a guarantee (an empty name) the kind has to be one of a single guarantee.
    """
    if guarantee:
        return REASONS.get(guarantee, {}).get(kind, "")
    said = {kinds[kind] for kinds in REASONS.values() if kind in kinds}
    return said.pop() if len(said) == 1 else ""
