"""文号 (文件编号): ``机关代字〔年〕n号``, with the brackets of GB/T 9704.

What has that shape is written with 〔〕 and without spaces; every other shape in use
(令, 公告, two numbers joined) is kept as typed, because 131 shapes are known and only
one has a rule.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

OPENING_BRACKETS: Final = "〔[【〖（(［{｛﹝「"
_CLOSING: Final = "〕]】〗）)］}｝﹞」"
_SHAPE: Final = re.compile(
    rf"(?P<org>[^{re.escape(OPENING_BRACKETS + _CLOSING)}、,;\d]{{1,16}}?)"
    rf"[{re.escape(OPENING_BRACKETS)}](?P<year>(?:18|19|20)\d\d)年?[{re.escape(_CLOSING)}]"
    r"(?P<part>第?)(?P<number>\d{1,5})号"
)


@dataclass(frozen=True, slots=True)
class DocNo:
    """A document number of the shape that has a rule."""

    org: str
    year: int
    number: str
    """Digits as written; a leading zero is kept."""
    has_ordinal: bool
    """第 stands before the number."""

    def render(self) -> str:
        """The number in canonical form."""
        ordinal = "第" if self.has_ordinal else ""
        return f"{self.org}〔{self.year}〕{ordinal}{self.number}号"


def parse_doc_no(text: str) -> DocNo | None:
    """*text* taken apart, or None where it has another shape."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFC", text))
    if not _HAS_BRACKET.search(plain):
        return None
    match = _SHAPE.fullmatch(_half_width(plain))
    if match is None:
        return None
    return DocNo(match["org"], int(match["year"]), match["number"], bool(match["part"]))


def normalise_doc_no(text: str) -> str:
    """The canonical form of a ruled number; any other text trimmed only."""
    parsed = parse_doc_no(text)
    return text.strip() if parsed is None else parsed.render()


def renderings(value: str) -> frozenset[str]:
    """Every usual way to write *value*: an original among them lost nothing."""
    parsed = parse_doc_no(value)
    if parsed is None:
        return frozenset({value})
    ordinal = "第" if parsed.has_ordinal else ""
    tail = f"{ordinal}{parsed.number}号"
    forms = set()
    for opening, closing in ("〔〕", "[]", "【】", "（）", "()", "［］", "﹝﹞"):
        for space in ("", " "):
            year = f"{opening}{parsed.year}{closing}"
            forms.add(f"{parsed.org}{space}{year}{tail}")
            forms.add(f"{parsed.org}{space}{year} {tail}")
    return frozenset(forms)


def has_padded_number(value: str) -> bool:
    """Whether the serial has a leading zero, which 顺序号不编虚位 forbids."""
    parsed = parse_doc_no(value)
    return parsed is not None and parsed.number.startswith("0")


_HAS_BRACKET: Final = re.compile(rf"[{re.escape(OPENING_BRACKETS)}]")


def _half_width(text: str) -> str:
    """Full-width letters and digits to half width; Chinese brackets stay."""
    return "".join(
        chr(ord(c) - 0xFEE0) if "０" <= c <= "ｚ" and c.isalnum() else c for c in text
    )
