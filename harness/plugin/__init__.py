"""The parts of the pytest plugin. None of them imports Docker, pandas or kazoo: collecting stays cheap."""
