"""What a history tells of queues: items, where their znodes were, and the ways in which they go wrong."""
