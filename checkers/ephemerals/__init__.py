"""What ZooKeeper promises of ephemeral nodes: they live as long as their session, and no longer."""
