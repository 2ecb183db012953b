"""A service registry: who has to be listed, who must not be, and who knew what."""
