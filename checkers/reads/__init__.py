"""What ZooKeeper promises of reads and sessions: prefixes of one order, never an older one after a newer."""
