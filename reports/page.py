"""What makes a page self-contained: scripts and data inside of it, and a policy that admits nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files


def program(names: Sequence[str]) -> str:
    """Return scripts one after the other as one program, in a scope of its own."""
    body = "\n".join(template(name) for name in names)
    return f'(() => {{\n"use strict";\n{body}\n}})();'


def embed(json: bytes) -> str:
    r"""Make JSON safe inside a `<script>` element, by writing the dangerous characters as `\uXXXX`.

    They can stand in JSON only inside strings, where the escape means the same.
    """
    text = json.decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy that admits one style and one script, by their hashes."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def template(name: str) -> str:
    """Return a file of the templates' directory."""
    return files("reports").joinpath("template", name).read_text(encoding="utf-8")
