"""The sections of the report beside its timeline, each as data."""
