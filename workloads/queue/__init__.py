"""Queues: items that producers put and consumers take, kazoo's two and one of our own."""
