"""The auto-healer: a number of worker processes is kept alive, whatever dies."""
