"""Programs that run by themselves inside a node's holder; they import nothing of this project."""

from importlib.resources import files


def source(name: str) -> str:
    """Return the text of a program, to be put into a holder."""
    return (files("nemesis.agents") / f"{name}.py").read_text()
