"""Double barriers: a computation that all begin together and end together, round after round."""
