"""Entries catalogued again by somebody else: what comes out otherwise, kind by kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random  # noqa: TID251 (the same copies every time, no secret)

from bench.corpus import Entry

Again = Callable[[Entry, Random], Entry | None]
"""The entry as another person wrote it; None where this one cannot be so changed."""

_ABOUT = "关于"
_SHORT = (("人民政府", "政府"), ("委员会", "委"), ("办公室", "办"))
_OTHERS = "的了和与及在对为市县区局部工作"
_SHORTEST_BODY = 18


def other_brackets(entry: Entry, dice: Random) -> Entry | None:
    """〔2019〕12号 as [2019] 012 号, the title as it was."""
    opening, closing = dice.choice(("[]", "【】", "()", "（）", "［］"))
    number = entry.doc_no.replace("〔", opening).replace("〕", f"{closing} 0")
    return None if number == entry.doc_no else replace(entry, doc_no=number)


def issuer_in_short(entry: Entry, dice: Random) -> Entry | None:
    """The issuer in short, in its column and in the title; the 文号 as it was."""
    del dice
    creator, title = entry.creator, entry.title
    for long, short in _SHORT:
        creator = creator.replace(long, short)
        title = title.replace(long, short)
    is_other = creator != entry.creator and bool(entry.doc_no)
    return replace(entry, creator=creator, title=title) if is_other else None


def year_alone(entry: Entry, dice: Random) -> Entry | None:
    """Of the date the year alone, under the same 文号."""
    del dice
    is_fit = bool(entry.doc_no and entry.date)
    return replace(entry, date=entry.date[:4]) if is_fit else None


def without_issuer(entry: Entry, dice: Random) -> Entry | None:
    """The title from 关于 on, no issuer; the 文号 as it was."""
    del dice
    head, about, body = entry.title.partition(_ABOUT)
    is_fit = bool(entry.doc_no and head and body)
    return replace(entry, creator="", title=about + body) if is_fit else None


def wrong_character(entry: Entry, dice: Random) -> Entry | None:
    """One character of the title another, under the same 文号."""
    return _changed(entry, dice) if entry.doc_no else None


def cut_title(entry: Entry, dice: Random) -> Entry | None:
    """The last quarter of the title not typed, under the same 文号."""
    del dice
    title = entry.title[: 3 * len(entry.title) // 4]
    is_fit = bool(entry.doc_no) and _is_long(entry)
    return replace(entry, title=title) if is_fit else None


def without_number(entry: Entry, dice: Random) -> Entry | None:
    """No 文号; title and day as they were, quotation marks left out."""
    del dice
    if not entry.doc_no or not entry.date or not _is_long(entry):
        return None
    title = entry.title.replace("《", "").replace("》", "").replace("“", "")
    return replace(entry, doc_no="", title=title)


def without_number_wrong(entry: Entry, dice: Random) -> Entry | None:
    """No 文号, one character of the title another, the same day."""
    changed = _changed(entry, dice) if entry.date else None
    return None if changed is None else replace(changed, doc_no="")


def without_number_dropped(entry: Entry, dice: Random) -> Entry | None:
    """No 文号, one character of the title left out, the same day."""
    if not entry.date or not _is_long(entry):
        return None
    place = _place(entry, dice)
    title = entry.title[:place] + entry.title[place + 1 :]
    return replace(entry, doc_no="", title=title)


def without_number_day(entry: Entry, dice: Random) -> Entry | None:
    """No 文号 and no date; title, issuer and year as they were."""
    del dice
    is_fit = _is_long(entry) and bool(entry.doc_no and entry.year)
    return replace(entry, doc_no="", date="") if is_fit else None


COPIES: dict[str, Again] = {
    "other brackets": other_brackets,
    "issuer in short": issuer_in_short,
    "year alone": year_alone,
    "no issuer": without_issuer,
    "wrong character": wrong_character,
    "cut title": cut_title,
    "no 文号": without_number,
    "no 文号, wrong character": without_number_wrong,
    "no 文号, character left out": without_number_dropped,
    "no 文号, no date": without_number_day,
}


def _changed(entry: Entry, dice: Random) -> Entry | None:
    if not _is_long(entry):
        return None
    place = _place(entry, dice)
    other = dice.choice([c for c in _OTHERS if c != entry.title[place]])
    title = entry.title[:place] + other + entry.title[place + 1 :]
    return replace(entry, title=title)


def _place(entry: Entry, dice: Random) -> int:
    """A place in the title behind 关于, not of a number."""
    start = len(entry.title) - len(_body(entry))
    places = [
        place
        for place in range(start, len(entry.title))
        if not entry.title[place].isdigit()
    ]
    return dice.choice(places)


def _body(entry: Entry) -> str:
    _, about, body = entry.title.partition(_ABOUT)
    return body if about else entry.title


def _is_long(entry: Entry) -> bool:
    return len(_body(entry)) >= _SHORTEST_BODY
