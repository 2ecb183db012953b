"""Rows of a store, made up for tests of what is done with them."""

from typing import Any

from reports.store.runs import NO_VERDICT, Finding, StoredRun

OVERLAP = Finding("single-leader", "believed-overlap", "app1 and app2 both believed that they lead.", 3)

HOSTILE = "</script><img src=x onerror=x> | *b* _i_ `c` [l](//evil.example) ~~s~~ $x$ http://www.evil &lt; \\"
"""What would be markup in one language or another."""


def a_run(number: int = 1, verdict: str = "valid", **other: Any) -> StoredRun:
    """A run that began `number` seconds after the others."""
    known: dict[str, Any] = {
        "run": f"run-{number}",
        "verdict": verdict,
        "sentence": f"The sentence of run {number}.",
        "scenario": "election",
        "seed": number,
        "image": "debian:sid",
        "servers": 3,
        "nodes": 5,
        "nemesis": ("kill-leader", "pause-holder"),
        "began": 1_790_000_000.0 + number,
        "seconds": 30.0,
        "repeat": f"zkchaos run election --seed {number}",
        "report": f"run-{number}/report.html",
    }
    if verdict == "violation":
        known["findings"] = (OVERLAP,)
    return StoredRun(**known | other)


ONE_OF_EACH = (a_run(1), a_run(2, "unknown"), a_run(3, "violation"), a_run(4, NO_VERDICT, report=""))
