"""The general workload: every kind of request, on many znodes."""
