"""What ZooKeeper promises of its servers: one leader an epoch, the same tree everywhere."""
