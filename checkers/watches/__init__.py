"""What ZooKeeper promises of watches: once, in order, never missed, and before the data."""
