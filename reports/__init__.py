"""Reports drawn from results and history alone."""
