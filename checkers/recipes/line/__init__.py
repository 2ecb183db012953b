"""Who stood in a line, who left it, and whom that woke."""
