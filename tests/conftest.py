"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["pytester"]

# How long an example takes says something about the machine, not about the code.
settings.register_profile("zkchaos", deadline=None)
settings.load_profile("zkchaos")
