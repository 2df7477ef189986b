"""What people ask for, as a test of records.

All words must be there, each as it stands (any substring, one character or more);
filters narrow by field. The index proposes, the folded text of each record decides:
nothing is found that a plain scan would not find, and nothing is missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from node.catalogue.dates import parse_date
from node.catalogue.doc_no import OPENING_BRACKETS, normalise_doc_no, parse_doc_no
from node.catalogue.fault import Fault
from node.catalogue.fields import LEVEL, LEVEL_ITEM, LEVEL_VOLUME
from node.catalogue.pack import Field, FieldType, Pack
from node.catalogue.retention import parse_retention
from node.catalogue.values import LEVEL_NAMES
from node.errors import InvalidValue
from node.search.folding import fold
from node.search.places import DRAFT, IN_PLACE, NUMBERED
from node.search.text import (
    field_mark,
    filter_token,
    query_tokens,
    scope_token,
)
from node.store.catalogue_port import MatchTest
from node.store.row_types import RecordFlag

EXACT_TOTAL: Final = 1000
"""Totals are counted up to here."""
_MOST_TOKENS: Final = 40
"""More pairs of a long word would only slow the index; the check sees all of it."""
_MOST_YEARS: Final = 400
_YEAR_DIGITS: Final = 4
_MOST_PIECES: Final = 4
_YEARS: Final = re.compile(r"(\d{4})(?:-|\.\.|~|至)(\d{4})")

FONDS_FILTER: Final = "fonds"
STATE_FILTER: Final = "state"
LEVEL_FILTER: Final = "level"
_FILTER_NAMES: Final = {
    "fonds": FONDS_FILTER,
    "全宗": FONDS_FILTER,
    "全宗号": FONDS_FILTER,
    "state": STATE_FILTER,
    "状态": STATE_FILTER,
    "level": LEVEL_FILTER,
    "著录层级": LEVEL_FILTER,
    "层级": LEVEL_FILTER,
}
_LEVEL_WORDS: Final = {
    "fonds": 1,
    "全宗": 1,
    "volume": 2,
    "案卷": 2,
    "卷": 2,
    "item": 3,
    "件": 3,
    "文件": 3,
}


class _State(NamedTuple):
    """What a word for a state asks of a record."""

    mask: RecordFlag
    flags: RecordFlag
    stages: tuple[int, ...] = ()


_BOTH: Final = RecordFlag.CREATED | RecordFlag.WITHDRAWN
_STATES: Final = {
    "active": _State(_BOTH, RecordFlag.CREATED),
    "waiting": _State(_BOTH, RecordFlag.CREATED, (DRAFT, NUMBERED)),
    "filed": _State(_BOTH, RecordFlag.CREATED, (IN_PLACE,)),
    "withdrawn": _State(_BOTH, _BOTH),
    "all": _State(RecordFlag.CREATED, RecordFlag.CREATED),
}
_STATE_WORDS: Final = {
    "有效": "active",
    "待归档": "waiting",
    "已归档": "filed",
    "已撤销": "withdrawn",
    "全部": "all",
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for."""

    words: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    """Field (English or Chinese name) or ``fonds``, ``level``, ``state`` to text."""
    limit: int = 20
    offset: int = 0


def divided(
    filters: Mapping[str, str],
) -> tuple[str | None, str | None, dict[str, str]]:
    """The fonds and the state asked for, and the filters that ask for something else.

    Raises:
        InvalidValue: there is no such state.
    """
    fonds = state = None
    rest: dict[str, str] = {}
    for name, text in filters.items():
        match _FILTER_NAMES.get(name.strip().lower()):
            case "fonds":
                fonds = text
            case "state":
                plain = text.strip().lower()
                _state(text)
                state = _STATE_WORDS.get(plain, plain)
            case _:
                rest[name] = text
    return fonds, state, rest


def compile_query(
    query: Query,
    pack: Pack,
    scopes_of: Callable[[str], Sequence[int]],
    hidden_imports: tuple[int, ...] = (),
) -> MatchTest:
    """The test that a record must pass; *scopes_of* knows fonds by their code.

    Raises:
        UnknownField: a filter names no field.
        InvalidValue: a filter's text is no value of its field.
    """
    tokens: list[str] = []
    needles: list[str] = []
    checks: list[Callable[[str], bool]] = []
    for word in words_of(query.words):
        _add_word(word, tokens, needles)
    levels = (LEVEL_VOLUME, LEVEL_ITEM)
    state = _STATES["active"]
    for name, text in query.filters.items():
        match _FILTER_NAMES.get(name.strip().lower()):
            case "fonds":
                tokens.append(_any_of([scope_token(no) for no in scopes_of(text)]))
            case "level":
                level = _level(text)
                levels = (level, level)
                tokens.append(_quoted(filter_token(LEVEL, str(level))))
            case "state":
                state = _state(text)
            case _:
                _add_filter(pack.field(name), text, tokens, needles, checks)
    return MatchTest(
        match=" AND ".join(dict.fromkeys(tokens)),
        needles=tuple(dict.fromkeys(needles)),
        flags_mask=int(state.mask),
        flags=int(state.flags),
        levels=levels,
        hidden_imports=hidden_imports,
        accepts=_all_of(checks),
        stages=state.stages,
    )


def words_of(words: Sequence[str]) -> list[str]:
    """Words divided at white space; a document number in pieces counts as one."""
    parts = " ".join(words).split()
    found: list[str] = []
    while parts:
        number = _number_in_pieces(parts)
        if number is None:
            found.append(normalise_doc_no(parts.pop(0)))
        else:
            found.append(number[0])
            del parts[: number[1]]
    return found


def _number_in_pieces(parts: Sequence[str]) -> tuple[str, int] | None:
    """The document number that *parts* begin with, and how many parts it takes."""
    if len(parts) == 1 or parts[1][0] not in OPENING_BRACKETS:
        return None
    for count in range(2, min(len(parts), _MOST_PIECES) + 1):
        parsed = parse_doc_no("".join(parts[:count]))
        if parsed is not None:
            return parsed.render(), count
    return None


def _add_word(word: str, tokens: list[str], needles: list[str]) -> None:
    folded = fold(word)
    if not folded:
        return
    tokens.extend(word_tokens(folded))
    needles.append(folded)


def word_tokens(folded: str) -> list[str]:
    """What the index must hold for a text that contains *folded*."""
    found = query_tokens(folded)
    step = -(-len(found) // _MOST_TOKENS)
    return [_quoted(pair) for pair in found[::step]]


def _add_filter(
    field: Field,
    text: str,
    tokens: list[str],
    needles: list[str],
    checks: list[Callable[[str], bool]],
) -> None:
    match field.type:
        case FieldType.YEAR:
            years = [filter_token(field.number, year) for year in _years(field, text)]
            tokens.append(_any_of(years))
        case FieldType.RETENTION:
            value = parse_retention(text)
            if isinstance(value, Fault):
                raise InvalidValue(field.name, value.reason, text)
            tokens.append(_quoted(filter_token(field.number, value)))
        case FieldType.DATE:
            value = parse_date(text)
            if isinstance(value, Fault):
                raise InvalidValue(field.name, value.reason, text)
            needles.append(f"{field_mark(field.number)}{fold(value)}")
        case FieldType.COUNT:
            needles.append(f"{field_mark(field.number)}{fold(text.strip())}\n")
        case _:
            plain = (
                text if field.type is not FieldType.DOC_NO else normalise_doc_no(text)
            )
            folded = fold(plain)
            if folded:
                tokens.extend(word_tokens(folded))
                needles.append(folded)
                checks.append(_stands_in(field.number, folded))


def _stands_in(field: int, folded: str) -> Callable[[str], bool]:
    """Whether a segment of *field* contains *folded*."""
    mark = field_mark(field)

    def check(search_text: str) -> bool:
        begin = search_text.find(mark)
        while begin >= 0:
            end = search_text.index("\n", begin)
            if search_text.find(folded, begin, end) >= 0:
                return True
            begin = search_text.find(mark, end)
        return False

    return check


def _all_of(
    checks: Sequence[Callable[[str], bool]],
) -> Callable[[str], bool] | None:
    if not checks:
        return None
    return lambda search_text: all(check(search_text) for check in checks)


def _years(field: Field, text: str) -> list[str]:
    plain = text.strip().removesuffix("年")
    found = _YEARS.fullmatch(plain)
    if found:
        first, last = sorted((int(found[1]), int(found[2])))
        if last - first < _MOST_YEARS:
            return [str(year) for year in range(first, last + 1)]
    if plain.isdecimal() and len(plain) == _YEAR_DIGITS:
        return [str(int(plain))]
    raise InvalidValue(field.name, "number-unreadable", text)


def _level(text: str) -> int:
    plain = text.strip().lower()
    if plain in _LEVEL_WORDS:
        return _LEVEL_WORDS[plain]
    if plain.isdecimal() and int(plain) in LEVEL_NAMES:
        return int(plain)
    raise InvalidValue(LEVEL_FILTER, "choice-unknown", text, "fonds、volume、item")


def _state(text: str) -> _State:
    plain = text.strip().lower()
    found = _STATES.get(_STATE_WORDS.get(plain, plain))
    if found is None:
        raise InvalidValue(STATE_FILTER, "choice-unknown", text, "、".join(_STATES))
    return found


def _any_of(tokens: Sequence[str]) -> str:
    """Any of these; of none, what no record has."""
    if not tokens:
        return _quoted(scope_token(0))
    return f"({' OR '.join(_quoted(token) for token in tokens)})"


def _quoted(token: str) -> str:
    return f'"{token}"'
