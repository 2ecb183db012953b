"""What the recipes on top of ZooKeeper promise: one leader, one holder, nobody forgotten."""
