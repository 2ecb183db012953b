"""zkchaos: fault injection for ZooKeeper, judged from the history of what every client saw."""

__version__ = "0.1.0"
