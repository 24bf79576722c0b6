"""Foreign text made visible and harmless, and its width on a terminal.

Names, codes and paths come from files that anybody may have written. A
control character can rewrite a terminal, and a bidirectional override can make
``(500103001)`` read backwards; both are shown as escapes instead.
"""

from __future__ import annotations

import unicodedata

#: Longest text shown in a message, in characters.
LONGEST = 120

#: Control, format (bidi marks among them), surrogate, line and paragraph separators,
#: and private use, which is an empty box wherever the writer's font is missing.
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def plain(value: object, *, longest: int = LONGEST) -> str:
    r"""Return a value as text that cannot harm: escaped, on one line, not too long.

    Too long a text loses its middle, so that the end of a path stays readable.

    Examples
    --------
    >>> plain("朝天门\u202e街道")
    '朝天门\\u202e街道'
    >>> len(plain("x" * 1000))
    120
    """
    text = str(value)
    if len(text) > 2 * longest:
        text = text[:longest] + text[-longest:]
    text = visible(text)
    if len(text) <= longest:
        return text
    tail = longest // 3
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"


def visible(text: str) -> str:
    r"""Return text with control, format and surrogate characters as escapes.

    Examples
    --------
    >>> visible("a\tb")
    'a\\tb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _HARMFUL else c for c in text)


def _escape(character: str) -> str:
    named = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
    if character in named:
        return named[character]
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def display_width(text: str) -> int:
    """Return the columns that a text takes on a terminal; Chinese takes two a character.

    Examples
    --------
    >>> display_width("重叠 ab")
    7
    """
    return sum(_columns(c) for c in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


#: Marks that must not begin a line (行首禁则).
_NOT_FIRST = "，。、；：？！）》」』”’…,.;:?!)]}%"
#: Marks that must not end one (行尾禁则).
_NOT_LAST = "（《「『“‘"


def wrap(text: str, width: int = 80, *, indent: str = "", first: str | None = None) -> str:
    """Break a text into lines of at most `width` columns.

    Lines break at spaces, and between Chinese characters too. `indent` goes
    before each line, `first` (default `indent`) before the first one.

    Examples
    --------
    >>> print(wrap("界线重叠，请核对 ab", 10, indent="  "))
      界线重
      叠，请核
      对 ab
    """
    start = indent if first is None else first
    lines: list[str] = []
    line, used, empty = start, display_width(start), True
    room = width - display_width(indent)
    for piece in _pieces(text):
        # Words longer than a line (paths) are cut wherever the line ends.
        for part in piece if display_width(piece.rstrip()) > room else (piece,):
            if not empty and used + display_width(part.rstrip()) > width:
                lines.append(line.rstrip())
                line, used, empty = indent, display_width(indent), True
            line, used, empty = line + part, used + display_width(part), False
    lines.append(line.rstrip())
    return "\n".join(lines)


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may break: after spaces, around Chinese characters."""
    pieces: list[str] = []
    for character in text:
        last = pieces[-1][-1] if pieces else ""
        narrow = last not in ("", " ") and _columns(character) < 2 and _columns(last) < 2
        if last and (narrow or character == " " or character in _NOT_FIRST or last in _NOT_LAST):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
