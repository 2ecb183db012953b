"""What the app nodes do: one file per workload."""
