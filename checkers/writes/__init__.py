"""What ZooKeeper promises of writes: one order, justified answers, nothing lost."""
