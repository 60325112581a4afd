"""Untrusted text made safe to look at: control, bidi and invisible characters become escapes."""

import re

# What may not reach a page or a terminal as it is: C0 and C1 controls, soft hyphen, zero-width and
# bidi controls, line separators, lone surrogates, interlinear and byte-order marks, noncharacters,
# and tag characters. The zero-width joiner stays: emoji and many scripts need it.
_CONTROL = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(
    f"[{_CONTROL}"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_MANY_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def _escape(match: re.Match[str]) -> str:
    """One hidden character as Python would write it in a string."""
    return match[0].encode("unicode_escape").decode()


def block(text: str, limit: int) -> str:
    """Text of many lines, hidden characters escaped, at most ``limit`` characters; ends in … if cut."""
    # Stacked marks can paint over the lines above: four on one letter are enough for any language.
    clean = _MANY_MARKS.sub(r"\1", _HIDDEN.sub(_escape, text[: limit + 1].replace("\r\n", "\n")))
    return clean if len(text) <= limit and len(clean) <= limit else clean[: limit - 1] + "…"


def line(text: str, limit: int = 400) -> str:
    """As ``block``, on one line: newlines and tabs are escaped too."""
    return block(text.replace("\n", "\\n").replace("\t", "\\t"), limit)
