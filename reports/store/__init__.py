"""The store of runs: its page, its findings, and what came of many runs in one text."""
