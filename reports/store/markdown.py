"""Text in Markdown as GitHub reads it: whatever it holds comes out as it is, and is never markup."""

import re

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;"}
"""What a backslash does not tame everywhere: in HTML, and in the cells of a table."""

ANYWHERE = re.compile(r"([\\*_\[\]~$])")

AT_THE_BEGINNING = re.compile(r"^(\d*)([-+=#.):])")
"""Lists, headings and lines; what comes first may have been a number."""

BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")


def escaped(text: str) -> str:
    """Return one line that shows the text, in a paragraph, a heading, a list or a table."""
    flat = BLANKS.sub(" ", text).strip()
    # Backslashes come before the entities, which hold marks themselves.
    tamed = AT_THE_BEGINNING.sub(r"\1\\\2", ANYWHERE.sub(r"\\\1", flat))
    for letter, entity in ENTITIES.items():
        tamed = tamed.replace(letter, entity)
    # Addresses become links without any mark.
    return tamed.replace("://", ":&#47;&#47;").replace("www.", "&#119;ww.")


def fenced(text: str) -> str:
    """Return a block of code, behind a fence that is longer than any in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
