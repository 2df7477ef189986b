"""What a typed or pasted piece becomes in a field of a certain kind, at once.

Only what cannot be meant otherwise is changed: a full-width digit in a date is a
digit, a dot in a 档号 is its middle dot. Words are left as they were typed; the rule's
own way of writing comes when the field is left.
"""

from __future__ import annotations

import re
from typing import Final

from node.catalogue.pack import Field, FieldType
from tui.widgets.form_field import Normalise, as_typed

_DOTS: Final = dict.fromkeys(map(ord, ".。．｡·•・‧∙⋅●･"), "·")
_DASHES: Final = dict.fromkeys(map(ord, "－–—―‐‑‒−﹣"), "-")
_FULL_STOPS: Final = dict.fromkeys(map(ord, "。．｡"), ".")
_OPENING: Final = dict.fromkeys(map(ord, "[［【﹝{｛(（〔"), "〔")
_CLOSING: Final = dict.fromkeys(map(ord, "]］】﹞}｝)）〕"), "〕")
_YEAR_IN_BRACKETS: Final = re.compile(r"[\[［【﹝(（]((?:18|19|20)\d\d)[\]］】﹞)）]")
_FULL_WIDTH_FIRST: Final = 0xFF01
_FULL_WIDTH_LAST: Final = 0xFF5E
_TO_HALF: Final = 0xFEE0


def half_width(piece: str) -> str:
    """Full-width digits, letters and signs as the keyboard has them."""
    return "".join(
        chr(ord(each) - _TO_HALF)
        if _FULL_WIDTH_FIRST <= ord(each) <= _FULL_WIDTH_LAST
        else each
        for each in piece
    )


def in_code(piece: str) -> str:
    """A piece of a 档号: ``.`` and ``。`` are its middle dot, letters are capitals."""
    plain = half_width(as_typed(piece).translate(_DOTS).translate(_DASHES))
    return "".join(plain.split()).translate(_DOTS).upper()


def in_date(piece: str) -> str:
    """A piece of a date."""
    return half_width(as_typed(piece).translate(_FULL_STOPS).translate(_DASHES))


def in_number(piece: str) -> str:
    """A piece of a number or a year."""
    return half_width(as_typed(piece)).strip()


def in_retention(piece: str) -> str:
    """A piece of a retention code: ``ｙ`` is Y."""
    return half_width(as_typed(piece)).strip().upper()


def in_doc_no(piece: str) -> str:
    """A piece of a 文号: half-width digits, 〔〕 around a year."""
    plain = "".join(
        chr(ord(each) - _TO_HALF) if "０" <= each <= "９" else each
        for each in as_typed(piece)
    )
    plain = _YEAR_IN_BRACKETS.sub(r"〔\1〕", plain)
    if len(plain) == 1:
        return plain.translate(_OPENING).translate(_CLOSING)
    return plain


_BY_TYPE: Final[dict[FieldType, Normalise]] = {
    FieldType.CODE: in_code,
    FieldType.DATE: in_date,
    FieldType.YEAR: in_number,
    FieldType.COUNT: in_number,
    FieldType.RETENTION: in_retention,
    FieldType.DOC_NO: in_doc_no,
}


def aid_for(field: Field) -> Normalise:
    """How typing in *field* is helped."""
    return _BY_TYPE.get(field.type, as_typed)
