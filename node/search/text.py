r"""What of a record can be searched: its folded text and its index tokens.

Overlapping pairs of characters go into a contentless FTS5 table; what the pairs
promise is checked against ``search_text`` before it counts (node/search/query.py).
The text is a list of segments, each one value of one field::

    mark(field) folded-value \n  mark(field) folded-value \n …
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from node.catalogue.fields import (
    CATALOGUE_NO,
    CATEGORY,
    CODE,
    DATE,
    LEGACY_RAW,
    LEVEL,
    ORG,
    RETENTION,
    STATE,
    VOLUME_NO,
    YEAR,
)
from node.search.folding import fold
from node.search.places import Place, head_of, place_of, settled
from node.store.row_types import RowText
from protocol.operations import Tag, Value

_FIRST_MARK: Final = 0x100000
_PUNCTUATION: Final = {
    code: chr(0xF0000 + code) for code in range(0x80) if not chr(code).isalnum()
}
"""FTS5's ``ascii`` tokenizer splits at these; tokens hold stand-ins for them."""

_STAND_INS: Final = {code: put for code, put in _PUNCTUATION.items() if code != 0x0A}
"""The same inside lines: a line's end divides tokens."""
_CODE: Final = "I" if array("I").itemsize == 4 else "L"
_UTF_32: Final = "utf-32-le"
_SPACE: Final = " ".encode(_UTF_32)

_FILTER: Final = "\U000f0100"
_FIRST_TEXT_FIELD: Final = 10
_REMEMBERED: Final = 8192
_YEAR_DIGITS: Final = 4
_CODE_CLASS: Final = re.compile(
    r"·(?P<year>(?:18|19|20)[0-9]{2})(?:[-·](?P<retention>Y|C|D[0-9]{0,3})(?=[-·]))?"
)
"""Year and retention in a code, under whichever rule."""
_CLASS_FIELDS: Final = (
    LEVEL,
    CATEGORY,
    STATE,
    YEAR,
    RETENTION,
    ORG,
    VOLUME_NO,
    CATALOGUE_NO,
)
_LINE: Final = "\n"
_OLD_TERMS: Final = {"C": "长期", "D": "短期"}


def searchable(values: Mapping[int, Sequence[Value]], scope_no: int = 0) -> RowText:
    """What to index of a record whose fields show *values*, each at least one.

    An open field counts with all its values. With *scope_no* the record can also be
    found by its fonds without a look at its row.
    """
    segments: list[str] = []
    folded_texts: list[str] = []
    for field in sorted(values):
        if field < _FIRST_TEXT_FIELD:
            continue
        mark = field_mark(field)
        for value in values[field]:
            for text in (value,) if type(value) is str else texts_of(field, value):
                folded = fold(text)
                if folded:
                    segments.append(f"{mark}{folded}\n")
                    folded_texts.append(folded)
    codes = values.get(CODE, ())
    code = _least_text(codes)
    dates = values.get(DATE, ())
    date = _least_text(dates)
    filed = _filed_under(
        scope_no,
        None if code is None else head_of(code),
        tuple([tuple(values.get(field, ())) for field in _CLASS_FIELDS]),
        () if _has_year(values) else tuple(effective_years({CODE: codes, DATE: dates})),
    )
    digits = _digits(date)[:8] if date else ""
    place, key = settled(filed.place, code, digits)
    return RowText(
        code,
        digits or filed.year,
        "".join(segments),
        f"{pairs(_LINE.join(folded_texts))} {filed.tokens}",
        place,
        key,
    )


class _Filed(NamedTuple):
    """What is the same for all records that are filed under the same."""

    tokens: str
    year: str | None
    place: Place


@lru_cache(maxsize=_REMEMBERED)
def _filed_under(
    scope_no: int,
    head: str | None,
    shown: tuple[tuple[Value, ...], ...],
    years: tuple[str, ...],
) -> _Filed:
    """By the values of the fields that make a class and the head of the least code.

    *years* are those of codes and dates: they count where no year is given.
    """
    values = dict(zip(_CLASS_FIELDS, shown, strict=True))
    counted = effective_years(values) or list(years)
    terms = [str(each) for each in values[RETENTION] if isinstance(each, (str, int))]
    if not terms and head is not None:
        terms = effective_retentions({CODE: (head,)})
    tokens = [scope_token(scope_no)] if scope_no else []
    for field, texts in (
        (LEVEL, _plain(values[LEVEL])),
        (CATEGORY, _plain(values[CATEGORY])),
        (YEAR, counted),
        (RETENTION, terms),
    ):
        tokens += [filter_token(field, text) for text in texts]
    place = place_of(values, head, counted, terms)
    return _Filed(" ".join(tokens), counted[0] if counted else None, place)


def _has_year(values: Mapping[int, Sequence[Value]]) -> bool:
    found = values.get(YEAR)
    return found is not None and len(found) > 0 and type(found[0]) is int


def effective_years(values: Mapping[int, Sequence[Value]]) -> list[str]:
    """The years that the record counts for: its 年度, else its code's, its date's."""
    years = [str(value) for value in values.get(YEAR, ()) if isinstance(value, int)]
    if years:
        return years
    for code in sorted(_plain(values.get(CODE))):
        found = _CODE_CLASS.search(code)
        if found is not None:
            return [found["year"]]
    dates = (value for value in values.get(DATE, ()) if isinstance(value, str))
    digits = (_digits(date)[:4] for date in dates)
    return [year for year in digits if len(year) == _YEAR_DIGITS]


def effective_retentions(values: Mapping[int, Sequence[Value]]) -> list[str]:
    """The retention codes that the record counts for: its 保管期限, else its code's."""
    terms = _plain(values.get(RETENTION))
    if terms:
        return terms
    for code in sorted(_plain(values.get(CODE))):
        found = _CODE_CLASS.search(code)
        if found is not None and found["retention"]:
            return [_OLD_TERMS.get(found["retention"], found["retention"])]
    return []


def texts_of(field: int, value: Value) -> list[str]:
    """The searchable texts in one value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, int):
        return [str(value)]
    if isinstance(value, tuple) and value[:1] == (Tag.GROUP,):
        members = value[1:]
        if field == LEGACY_RAW:
            return [
                text
                for member in members
                if isinstance(member, tuple) and len(member) == 2
                for text in texts_of(field, member[1])
            ]
        return [text for member in members for text in texts_of(field, member)]
    return []


def pairs(folded: str) -> str:
    """The tokens of folded texts, one a line: characters, and pairs of neighbours.

    Pairs are laid out three places each, in whole arrays: first, second, space.
    """
    text = folded.translate(_STAND_INS)
    codes = array(_CODE, text.encode(_UTF_32))
    found = array(_CODE, _SPACE) * (3 * len(codes))
    found[0::3] = codes
    found[1:-3:3] = codes[1:]
    return f"{found.tobytes().decode(_UTF_32)}{' '.join(set(text))}"


def query_tokens(folded: str) -> list[str]:
    """Tokens that a text must hold to contain *folded*."""
    text = folded.translate(_PUNCTUATION)
    if len(text) == 1:
        return [text]
    return sorted({text[i : i + 2] for i in range(len(text) - 1)})


@lru_cache(maxsize=_REMEMBERED)
def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


@lru_cache(maxsize=_REMEMBERED)
def filter_token(field: int, value: str) -> str:
    """The token of a field that is filtered by whole value."""
    return f"{_FILTER}{field}{_FILTER}{fold(value).translate(_PUNCTUATION)}"


def scope_token(scope_no: int) -> str:
    """The token of all records of one scope."""
    return f"{_FILTER}s{scope_no}"


@lru_cache(maxsize=_REMEMBERED)
def field_mark(field: int) -> str:
    """The character that begins a segment of *field* in ``search_text``."""
    return chr(_FIRST_MARK + field)


def _plain(shown: Sequence[Value] | None) -> list[str]:
    return [str(value) for value in shown or () if isinstance(value, (str, int))]


def _least_text(shown: Sequence[Value] | None) -> str | None:
    """The smallest: which machine wrote it first must not show."""
    texts = [value for value in shown or () if isinstance(value, str)]
    return min(texts) if texts else None
