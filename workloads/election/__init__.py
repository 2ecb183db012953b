"""Leader election in its variants, and with the mistakes that people make."""
