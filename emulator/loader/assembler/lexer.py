"""From the source text to statements: comments out, one token list per statement.

Columns survive: a comment becomes blanks, so that a token's place in the cleaned line is its place in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from emulator.loader.assembler.diagnostics import Fault

Kind = Literal["name", "number", "local", "string", "char", "punct", "float"]


@dataclass(slots=True, frozen=True)
class Token:
    kind: Kind
    text: str
    start: int
    end: int
    value: int = 0


@dataclass(slots=True)
class Line:
    """A cleaned line. `number` is the line of the file it comes from; an expansion's lines point at their caller."""

    text: str
    number: int
    expanded: bool = False
    depth: int = 0
    """How many expansions deep it was made."""
    follows: bool = False
    """It stood behind a `;`."""


_INTERESTING = re.compile(r"""[#/"'*]""")
_SKIM = re.compile(r"""(?P<string>"(?:\\.|[^"\\])*(?:"|\\?$))|(?P<char>'(?:\\.|.)'?)|(?P<rest>\#|//)|(?P<block>/\*)""")
_TOKEN = re.compile(
    r"""[ \t\f\v]+
    |(?P<name>[A-Za-z_.$?][\w.$?]*)
    |(?P<number>\d+(?:\.\d*)?[eE][-+]?\d+|\d[\w.]*)
    |(?P<string>"(?:\\.|[^"\\])*(?:"|\\?$))
    |(?P<char>'(?:\\.|.)'?)
    |(?P<punct><<|>>|<=|>=|==|!=|<>|&&|\|\||[-+*/%~!&|^<>()\[\]{},:=@;\\])""",
    re.VERBOSE | re.ASCII,
)
_NUMBER = re.compile(r"(?P<hex>0[xX][0-9a-fA-F]+)|(?P<bin>0[bB][01]+)|(?P<local>\d+[bfBF])|(?P<oct>0[0-7]*)|(?P<dec>[1-9]\d*)", re.ASCII)
_FLOAT = re.compile(r"(\d+\.\d*|\d+(?:\.\d*)?[eE][-+]?\d*)", re.ASCII)
_OCTAL = re.compile("[0-9]{1,3}")
_HEX = re.compile("[0-9a-fA-F]*")
_ESCAPES = {"b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "\\": 92, '"': 34, "'": 39}


def clean(text: str) -> list[Line]:
    """Return the lines of a source without comments; a block comment may span lines.

    Raises Fault (start = line number) where a block comment never ends.
    """
    lines: list[Line] = []
    opened = 0
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = raw
        if opened:
            end = line.find("*/")
            if end < 0:
                lines.append(Line("", number))
                continue
            line = " " * (end + 2) + line[end + 2 :]
            opened = 0
        if _INTERESTING.search(line):
            line, still_open = _without_comments(line)
            if still_open:
                opened = number
        lines.append(Line(line, number))
    if opened:
        raise Fault("this comment is never closed: `*/` expected", opened)
    return lines


def _without_comments(line: str) -> tuple[str, bool]:
    out: list[str] = []
    position = 0
    while found := _SKIM.search(line, position):
        if found["string"] is not None or found["char"] is not None:
            out.append(line[position : found.end()])
            position = found.end()
            continue
        out.append(line[position : found.start()])
        if found["rest"] is not None:
            return "".join(out), False
        end = line.find("*/", found.end())
        if end < 0:
            return "".join(out), True
        out.append(" " * (end + 2 - found.start()))
        position = end + 2
    out.append(line[position:])
    return "".join(out), False


def tokenise(text: str) -> list[Token]:
    """Split one line into tokens. Raises Fault at the first character that starts none."""
    tokens: list[Token] = []
    position, length = 0, len(text)
    match = _TOKEN.match
    while position < length:
        found = match(text, position)
        if found is None:
            what = text[position]
            raise Fault(
                f"unexpected character {what!r}" if what.isprintable() else f"unexpected character U+{ord(what):04X}",
                position,
                position + 1,
            )
        position = found.end()
        kind = found.lastgroup
        if kind is None:
            continue
        word = found[0]
        start = found.start()
        if kind == "number":
            tokens.append(_number(word, start))
        elif kind == "char":
            tokens.append(Token("char", word, start, position, _character(word, start)))
        elif kind == "string":
            if len(word) < 2 or not word.endswith('"') or _ends_escaped(word):
                raise Fault('this string is never closed: `"` expected', start, position, word + '"')
            tokens.append(Token("string", word, start, position))
        else:
            tokens.append(Token(kind, word, start, position))  # type: ignore[arg-type]
    return tokens


def _ends_escaped(word: str) -> bool:
    return (len(word) - 1 - len(word[:-1].rstrip("\\"))) % 2 == 1


def _number(word: str, start: int) -> Token:
    end = start + len(word)
    found = _NUMBER.fullmatch(word)
    if found is None:
        if _FLOAT.fullmatch(word):
            return Token("float", word, start, end)
        raise Fault(f"`{word}` is not a number", start, end, _respelled(word))
    kind = found.lastgroup
    if len(word) > 100 and kind != "hex":
        raise Fault("this number is too long", start, end)
    if kind == "local":
        return Token("local", word.lower(), start, end, int(word[:-1]))
    base = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}[str(kind)]
    digits = word[2:] if base in {16, 2} else word
    if len(digits) > 120:
        raise Fault("this number is too long", start, end)
    return Token("number", word, start, end, int(digits, base))


def _respelled(word: str) -> str:
    """Return GNU's spelling of a number in another assembler's."""
    bare = word.replace("_", "")
    if re.fullmatch(r"[0-9][0-9a-fA-F]*[hH]", bare):
        return "0x" + (bare[:-1].lstrip("0") or "0").lower()
    if re.fullmatch(r"[01]+[bByY]", bare):
        return "0b" + bare[:-1]
    if re.fullmatch(r"[0-7]+[oOqQ]", bare):
        return "0" + bare[:-1]
    if re.fullmatch(r"\d+[dD]?", bare):
        return bare.rstrip("dD")
    return ""


def _character(word: str, start: int) -> int:
    """Return the value of a character constant: 'a, 'a' or one of the simple escapes."""
    body = word[1:]
    escaped = body.startswith("\\") and len(body) > 1
    value = _ESCAPES.get(body[1], ord(body[1])) if escaped else ord(body[0])
    if value > 0xFF:
        raise Fault("a character constant holds one byte", start, start + len(word))
    return value


def unescape(token: Token) -> tuple[bytes, list[tuple[int, str]]]:
    """Return a string token's bytes, and where it holds an escape that GNU as does not know (which then stands for its own letter)."""
    body = token.text[1:-1]
    strange: list[tuple[int, str]] = []
    if "\\" not in body:
        return body.encode(), strange
    out = bytearray()
    position = 0
    while position < len(body):
        char = body[position]
        position += 1
        if char != "\\":
            out += char.encode()
            continue
        escape = body[position]
        position += 1
        if escape in "0123456789":
            digits = _OCTAL.match(body, position - 1)
            assert digits is not None
            value = 0
            for digit in digits[0]:  # 8 and 9 count as well: that is how GNU as reads "\\08"
                value = value * 8 + int(digit)
            out.append(value & 0xFF)
            position = digits.end()
        elif escape in "xX":
            digits = _HEX.match(body, position)
            assert digits is not None
            out.append(int(digits[0][-2:] or "0", 16))
            position = digits.end()
        elif escape in _ESCAPES:
            out.append(_ESCAPES[escape])
        else:
            strange.append((token.start + position - 1, escape))
            out += escape.encode()
    return bytes(out), strange
