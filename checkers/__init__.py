"""Pure functions from a history to a result: one guarantee, one function, one sentence when it breaks."""
