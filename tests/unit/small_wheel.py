"""A wheel made by hand, so that tests of pip need no package index."""

import zipfile
from pathlib import Path

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: {tag}\n"


def make_wheel(directory: Path, name: str = "pebble", tag: str = "py3-none-any", text: str = "") -> Path:
    """Write a wheel that holds one package with one file, and return its path."""
    path = directory / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", text or f'HELD = "{name}"\n')
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", METADATA.format(name=name))
        wheel.writestr(f"{name}-1.0.dist-info/WHEEL", WHEEL.format(tag=tag))
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return path
