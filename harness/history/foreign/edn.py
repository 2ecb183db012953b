"""A reader of EDN, Clojure's notation for data.

Our own, because a history that is refused has to be refused with file, line and column, which the readers on
the package index do not tell, and because a history is read in one go without recursion, however deep it is.

nil, booleans, numbers, strings and characters become Python's; keywords and symbols strings of their own
class; lists and vectors lists; sets frozensets of what is hashable; maps `Map`. The value of a tagged literal
is what follows the tag. `#_` discards what follows it.
"""

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterator
from typing import Any

from harness.errors import HistoryError

TOKEN = re.compile(
    r"""
    (?P<space>  [\s,]+ | ;[^\n]* )
  | (?P<word>   [:\w.*+!\-?$%&=<>/'|][^\s,;()\[\]{}"]* )
  | (?P<open>   \#\{ | [(\[{] )
  | (?P<close>  [)\]}] )
  | (?P<string> "(?:[^"\\]|\\.)*" )
  | (?P<char>   \\(?:newline|space|tab|return|formfeed|backspace|u[0-9a-fA-F]{4}|.)(?![\w]) )
  | (?P<discard> \#_ )
  | (?P<tag>    \#[A-Za-z][^\s,;()\[\]{}"]* )
    """,
    re.VERBOSE | re.DOTALL,
)
INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d*)N?")
FLOAT = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?M?")
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "\\": "\\", '"': '"', "b": "\b", "f": "\f"}
CHARACTERS = {"newline": "\n", "space": " ", "tab": "\t", "return": "\r", "formfeed": "\f", "backspace": "\b"}
CLOSES = {"(": ")", "[": "]", "{": "}", "#{": "}"}
WORDS: dict[str, Any] = {"nil": None, "true": True, "false": False}


class Keyword(str):
    """A keyword, equal to its name without the colon."""

    __slots__ = ()


class Symbol(str):
    """A symbol, equal to its name."""

    __slots__ = ()


class Map(dict[Any, Any]):
    """A map that knows where it began."""

    __slots__ = ("offset",)

    def __init__(self, pairs: Iterator[tuple[Any, Any]], offset: int):
        super().__init__(pairs)
        self.offset = offset


class Source:
    """A text with its name, to say where something is."""

    def __init__(self, text: str, name: str):
        self.text = text
        self.name = name
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def line(self, offset: int) -> int:
        """Return the line of a position, from 1."""
        return bisect_right(self._newlines, offset - 1) + 1 if offset else 1

    def refuse(self, offset: int, reason: str) -> HistoryError:
        """Make the error that names file, line, column and reason."""
        line = self.line(offset)
        column = offset - (self._newlines[line - 2] if line > 1 else -1)
        return HistoryError(f"{self.name}, line {line}, column {column}: {reason}.")


def parse(source: Source) -> list[Any]:
    """Return all values of a text, one after the other; raises HistoryError."""
    return _Parser(source).parse()


class _Parser:
    """Builds values from tokens; what is still open lies on a stack."""

    def __init__(self, source: Source):
        self._source = source
        self._stack: list[tuple[str, list[Any], int]] = []
        """(opening token, or `#_`, or a tag; what it holds so far; where it began)."""
        self._words: dict[str, Any] = dict(WORDS)

    def parse(self) -> list[Any]:
        text, scan = self._source.text, TOKEN.match
        words = self._words
        top: list[Any] = []
        self._stack.append(("", top, 0))
        offset, end = 0, len(text)
        while offset < end:
            token = scan(text, offset)
            if token is None:
                raise self._source.refuse(offset, f"{text[offset : offset + 12]!r} is no EDN")
            kind = token.lastgroup
            if kind == "word":
                word = token.group()
                if word not in words:
                    words[word] = self._word(word, offset)
                self._add(words[word])
            elif kind in {"open", "discard", "tag"}:
                self._stack.append((token.group(), [], offset))
            elif kind == "close":
                self._close(token.group(), offset)
            elif kind == "string":
                self._add(self._string(token.group(), offset))
            elif kind == "char":
                self._add(_character(token.group()[1:]))
            offset = token.end()
        opened, _, began = self._stack[-1]
        if opened:
            wrong = f"{opened!r} is not closed" if opened in CLOSES else f"nothing follows {opened!r}"
            raise self._source.refuse(began, wrong)
        return top

    def _add(self, value: Any) -> None:
        stack = self._stack
        while True:
            opened, items, _ = stack[-1]
            if not opened or opened in CLOSES:
                items.append(value)
                return
            stack.pop()
            if opened == "#_":
                return

    def _close(self, token: str, offset: int) -> None:
        opened, items, began = self._stack[-1]
        due = CLOSES.get(opened)
        if due != token:
            wrong = f"{token!r} where {due!r} was due" if due else f"{token!r} closes nothing"
            raise self._source.refuse(offset, wrong)
        self._stack.pop()
        self._add(self._built(opened, items, began))

    def _built(self, opened: str, items: list[Any], began: int) -> Any:
        if opened in {"(", "["}:
            return items
        keys = [_key(item) for item in (items if opened == "#{" else items[::2])]
        if len(set(keys)) != len(keys):
            raise self._source.refuse(began, f"the same {'member' if opened == '#{' else 'key'} twice")
        if opened == "#{":
            return frozenset(keys)
        if len(items) % 2:
            raise self._source.refuse(began, "a map with a key but no value")
        return Map(zip(keys, items[1::2], strict=True), began)

    def _word(self, word: str, offset: int) -> Any:
        if word[0] == ":":
            if len(word) == 1:
                raise self._source.refuse(offset, "a colon without a name")
            return Keyword(word[1:])
        if INTEGER.fullmatch(word):
            return int(word.rstrip("N"))
        if FLOAT.fullmatch(word):
            return float(word.rstrip("M"))
        if word[0].isdigit() or (word[0] in "+-" and word[1:2].isdigit()):
            raise self._source.refuse(offset, f"{word!r} is no number")
        return Symbol(word)

    def _string(self, token: str, offset: int) -> str:
        if "\\" not in token:
            return token[1:-1]

        def escaped(match: re.Match[str]) -> str:
            code = match.group(1)
            if len(code) == 5:
                return chr(int(code[1:], 16))
            if code not in ESCAPES:
                raise self._source.refuse(offset, f"the string holds the unknown escape \\{code}")
            return ESCAPES[code]

        return ESCAPE.sub(escaped, token[1:-1])


def _character(name: str) -> str:
    return CHARACTERS.get(name) or (chr(int(name[1:], 16)) if len(name) == 5 else name)


def _key(value: Any) -> Hashable:
    if isinstance(value, list):
        return tuple(map(_key, value))
    if isinstance(value, dict):
        return frozenset((key, _key(item)) for key, item in value.items())
    return value if isinstance(value, Hashable) else repr(value)
