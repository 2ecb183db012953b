"""Service registry and discovery on top of an election, and with the mistakes that people make."""
