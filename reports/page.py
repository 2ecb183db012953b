"""What makes a page self-contained: scripts and data inside of it, and a policy that admits nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from reports.formats import FILTERS


def draw(name: str, *, styles: Sequence[str], scripts: Sequence[str], **words: Any) -> str:
    """Return the page made from a template: styles and scripts inside it, and a policy that admits no others.

    Whatever the `words` say is escaped, but for Markup.
    """
    style = "\n".join(template(part) for part in styles)
    script = program(scripts)
    environment = Environment(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment.get_template(name).render(
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own files
        **words,
    )


def program(names: Sequence[str]) -> str:
    """Return scripts one after the other as one program, in a scope of its own."""
    body = "\n".join(template(name) for name in names)
    return f'(() => {{\n"use strict";\n{body}\n}})();'


def embed(json: bytes) -> Markup:
    r"""Make JSON safe inside a `<script>` element, by writing the dangerous characters as `\uXXXX`.

    They can stand in JSON only inside strings, where the escape means the same.
    """
    text = json.decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing is left in it that ends a script


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
