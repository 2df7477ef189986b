"""One character of text to the characters that stand for it in the search index.

Folding works character by character, so a part of a text folds to a part of the
folded text: what a plain scan would find, the index finds. The stored text is never
changed by it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

_OPENING: Final = "〔﹝[【〖（(［{｛〘"
_CLOSING: Final = "〕﹞]】〗）)］}｝〙"
_DASHES: Final = "-－–—―‐‑‒−﹣─━"
_DOTS: Final = "·•・‧∙⋅．.｡。●⸱･"
_QUOTES: Final = '"“”„‟〝〞＂'
_APOSTROPHES: Final = "'‘’‚‛＇`"
_REPLACEMENT: Final = "\ufffd"

_COMBINING: Final = range(0x0300, 0x0370)
_MONGOLIAN_CONTROLS: Final = range(0x180B, 0x1810)
_SELECTORS: Final = range(0xFE00, 0xFE10)
_SHORT: Final = 12
_REMEMBERED: Final = 8192
_OWN_MARKS: Final = range(0xF0000, 0x110000)
"""Private planes: the index uses them for its own marks, so texts may not."""


class _Folding(dict[int, str]):
    """Made character by character, as texts ask for them."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(code)
        self[code] = folded
        return folded


def _fold_character(code: int) -> str:
    if code in _OWN_MARKS:
        return _REPLACEMENT
    character = chr(code)
    for alike, sign in _ALIKE:
        if character in alike:
            return sign
    kept = []
    for part in unicodedata.normalize("NFKD", character).casefold():
        place = ord(part)
        is_dropped = (
            place in _COMBINING
            or place in _MONGOLIAN_CONTROLS
            or place in _SELECTORS
            or part.isspace()
            or unicodedata.category(part) in {"Cc", "Cf", "Cs"}
        )
        if is_dropped:
            continue
        kept.append(_sign(part))
    return "".join(kept)


def _sign(part: str) -> str:
    for alike, sign in _ALIKE:
        if part in alike:
            return sign
    return part


_ALIKE: Final = (
    (_OPENING, "("),
    (_CLOSING, ")"),
    (_DASHES, "-"),
    (_DOTS, "·"),
    (_QUOTES, '"'),
    (_APOSTROPHES, "'"),
)

_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """*text* as the index holds it: one width, case, dash, dot, bracket; no space."""
    if len(text) <= _SHORT:
        return _fold_short(text)
    return text.translate(_FOLDING)


@lru_cache(maxsize=_REMEMBERED)
def _fold_short(text: str) -> str:
    """Issuers, codes of offices and years come again and again."""
    return text.translate(_FOLDING)
