"""Where the registry keeps what."""

REGISTRY = "/registry"

ELECTION = f"{REGISTRY}/election"
"""Where the members queue up to become master."""

MEMBERS = f"{REGISTRY}/members"
"""Parent of one znode for each member, named after its address, with the address as its data."""
