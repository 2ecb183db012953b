"""What breaks: one file per family of faults, and the schedules that combine them."""
