"""日期: what clerks write, as ``YYYYMMDD`` with fewer digits where less is known.

A value is 8, 6 or 4 digits; in brackets where the date was established by research
(考证), as in ``[19450815]``; two of them with a slash for a span, as in
``19730613/19731201``. Digits, full-width digits and 汉字 numerals are read.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from typing import Final

from node.catalogue.fault import Fault

FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 2999

_VALUE: Final = re.compile(r"\[?(\d{4})(\d\d)?(\d\d)?\]?")
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)?(\d\d)?")
_DIVIDED: Final = re.compile(
    r"(\d{4})([-./年])(\d{1,2})(?:(?:\2|月)(\d{1,2})日?|月)?号?"
)
_YEAR: Final = re.compile(r"(\d{4})年?")
_TIME: Final = re.compile(r"[T ]0{1,2}:00(?::00(?:\.0+)?)?$")
_OPENING: Final = "[〔【(（"
_CLOSING: Final = "]〕】)）"
_HAN_DIGITS: Final = {
    ord(han): str(digit)
    for digit, forms in enumerate(
        (
            "〇○零Ｏ",
            "一壹",
            "二贰",
            "三叁",
            "四肆",
            "五伍",
            "六陆",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for han in forms
}
_HAN_TENS: Final = re.compile(r"([一二三]?)十([一二三四五六七八九]?)")
_DASHES: Final = str.maketrans(dict.fromkeys("－–—―‐‑−", "-"))
_SPANS: Final = re.compile(r"\s*(?:/|~|～|至|--|—+(?=\s*\d{4}))\s*")


def parse_date(text: str) -> str | Fault:
    """The date that *text* means, in the form of a value."""
    plain = unicodedata.normalize("NFKC", text).strip()
    single = _parse_single(plain)
    if single is not None:
        return single if isinstance(single, str) else _named(single, text)
    parts = [part for part in _SPANS.split(plain) if part]
    if len(parts) == 2:
        first, last = _parse_single(parts[0]), _parse_single(parts[1])
        if isinstance(first, str) and isinstance(last, str):
            if first.strip("[]") <= last.strip("[]"):
                return f"{first}/{last}"
            return Fault("date-span-reversed", text, f"{last}/{first}")
        for part in (first, last):
            if isinstance(part, Fault):
                return _named(part, text)
    return Fault("date-unreadable", text)


def _named(fault: Fault, text: str) -> Fault:
    return Fault(fault.reason, text, fault.offer)


def date_value(day: dt.date) -> str:
    """A real calendar day as a value."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def is_date_value(value: str) -> bool:
    """Whether *value* has the stored form of a date."""
    return parse_date(value) == value


def year_of(value: str) -> int | None:
    """The year in which a stored date begins."""
    match = _VALUE.match(value)
    return int(match[1]) if match else None


def renderings(value: str) -> frozenset[str]:
    """Every usual way to write the date *value*: what is here lost nothing."""
    if "/" in value:
        return frozenset({value, value.replace("/", "-"), value.replace("/", "至")})
    match = _VALUE.fullmatch(value)
    if match is None:
        return frozenset({value})
    year, month, day = match[1], match[2], match[3]
    forms = {year, f"{year}年"}
    if month is not None:
        short = str(int(month))
        forms = {f"{year}{month}"}
        for m in {month, short}:
            forms |= {f"{year}.{m}", f"{year}-{m}", f"{year}/{m}", f"{year}年{m}月"}
        if day is not None:
            forms = {f"{year}{month}{day}"}
            for m, d in {(month, day), (short, str(int(day))), (month, str(int(day)))}:
                forms |= {f"{year}{sign}{m}{sign}{d}" for sign in "-./"}
                forms.add(f"{year}年{m}月{d}日")
    if value.startswith("["):
        forms = {f"[{form}]" for form in forms}
    return frozenset(forms)


def _parse_single(plain: str) -> str | Fault | None:
    text = _TIME.sub("", plain)
    is_established = text[:1] in _OPENING and text[-1:] in _CLOSING and len(text) > 2
    if is_established:
        text = text[1:-1]
    text = _han_to_digits(re.sub(r"\s+", "", text).translate(_DASHES))
    found = _COMPACT.fullmatch(text)
    if found:
        year, month, day = found[1], found[2], found[3]
    else:
        divided = _DIVIDED.fullmatch(text)
        bare = _YEAR.fullmatch(text)
        if divided:
            year, month, day = divided[1], divided[3], divided[4]
        elif bare:
            year, month, day = bare[1], None, None
        else:
            return None
    fault = _check(int(year), month, day, plain)
    if fault is not None:
        return fault
    digits = year + (f"{int(month):02d}" if month else "")
    digits += f"{int(day):02d}" if day else ""
    return f"[{digits}]" if is_established else digits


def _check(year: int, month: str | None, day: str | None, text: str) -> Fault | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Fault("date-impossible", text)
    if month is None:
        return None
    if not 1 <= int(month) <= 12:
        return Fault("date-impossible", text)
    if day is None:
        return None
    last = calendar.monthrange(year, int(month))[1]
    if not 1 <= int(day) <= last:
        return Fault("date-impossible", text)
    return None


def _han_to_digits(text: str) -> str:
    """一九八五年十二月五日 → 1985年12月5日."""

    def tens(match: re.Match[str]) -> str:
        first = match[1].translate(_HAN_DIGITS) or "1"
        return first + (match[2].translate(_HAN_DIGITS) or "0")

    return _HAN_TENS.sub(tens, text).translate(_HAN_DIGITS)
