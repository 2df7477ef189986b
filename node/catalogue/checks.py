"""What a class is looked over for before it is filed (整理归档的核对).

What blocks has to be mended first; the rest is told, and a person decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from node.catalogue.arrangement import ArrangedLine, Arrangement
from node.catalogue.fields import CODE, DATE, DOC_NO, ITEM_NO
from node.catalogue.judging import is_for_people
from node.catalogue.numbering import Numbered
from node.catalogue.pack import Obligation, Pack, Stage
from node.catalogue.record import Record
from node.catalogue.secrecy import is_secret

_GIVEN_BY_FILING: Final = frozenset({CODE, ITEM_NO})
_YEAR_DIGITS: Final = 4
_MOST_GAPS: Final = 50


class Finding(NamedTuple):
    """One thing that a check found."""

    rule: str
    """required · no-code · number-gap · number-twice · number-width · numbers-full ·
    withdrawn-number · doc-no-twice · date-year · open-ticket · secret · lease-short ·
    without-right."""
    record: str
    """Printed id; empty where it is about the class."""
    field: str
    """English name; empty where it is about no one field."""
    found: str
    is_blocking: bool


def findings_of(
    arrangement: Arrangement, used: Sequence[Numbered], pack: Pack
) -> list[Finding]:
    """All that there is to say, what blocks first; *used* are all numbers in use."""
    found: list[Finding] = []
    if arrangement.run is None:
        found.append(Finding("no-code", "", arrangement.lacks, "", is_blocking=True))
    for line in arrangement.lines:
        found += _line(line, arrangement, pack)
    found += _numbers(arrangement, used)
    found += _twice(arrangement.lines, pack)
    return sorted(found, key=lambda finding: not finding.is_blocking)


def _line(
    line: ArrangedLine, arrangement: Arrangement, pack: Pack
) -> Iterator[Finding]:
    record = line.record
    for name, value in record.fields.items():
        field = pack.by_name.get(name)
        texts = value if isinstance(value, list) else [str(value)]
        if field is not None and any(is_secret(field.number, text) for text in texts):
            yield Finding("secret", record.id, name, "", is_blocking=True)
    if line.is_filed:
        return
    yield from _required(record, pack)
    for name in record.open_fields:
        field = pack.by_name.get(name)
        if field is None or is_for_people(field.number, pack):
            yield Finding("open-ticket", record.id, name, "", is_blocking=True)
    yield from _dates(record, arrangement, pack)
    is_ruled = arrangement.run is not None and not line.is_new
    if is_ruled and line.number == 0:
        name = pack.by_number[CODE].name
        yield Finding("number-width", record.id, name, line.code, is_blocking=False)


def _required(record: Record, pack: Pack) -> Iterator[Finding]:
    for field in pack.fields:
        is_asked = field.obligation(Stage.FILING) is Obligation.REQUIRED
        is_given = field.number in _GIVEN_BY_FILING or field.name in pack.filing.fills
        if not field.is_shown or not is_asked or is_given:
            continue
        if field.name not in record.fields:
            blocks = field.name in pack.filing.blocking
            yield Finding("required", record.id, field.name, "", is_blocking=blocks)


def _dates(record: Record, arrangement: Arrangement, pack: Pack) -> Iterator[Finding]:
    name = pack.by_number[DATE].name
    date = str(record.fields.get(name, ""))
    digits = "".join(character for character in date if character.isdecimal())
    year = digits[:_YEAR_DIGITS]
    if year and arrangement.key.year is not None and int(year) != arrangement.key.year:
        yield Finding("date-year", record.id, name, date, is_blocking=False)


def _numbers(arrangement: Arrangement, used: Sequence[Numbered]) -> Iterator[Finding]:
    run = arrangement.run
    if run is None:
        return
    by_no = {line.number: line for line in arrangement.lines if not line.is_new}
    counted = Counter(each.number for each in used if each.is_standing)
    for number, amount in sorted(counted.items()):
        if amount > 1:
            line = by_no.get(number)
            blocks = line is not None and not line.is_filed
            record_id = "" if line is None else line.record.id
            code = run.code(number)
            yield Finding("number-twice", record_id, "code", code, is_blocking=blocks)
    for gap in _gaps({each.number for each in used}):
        yield Finding("number-gap", "", "code", gap, is_blocking=False)
    for each in used:
        if not each.is_standing and each.number not in counted:
            yield Finding("withdrawn-number", "", "code", each.code, is_blocking=False)
    if arrangement.unnumbered:
        waiting = str(arrangement.unnumbered)
        yield Finding("lease-short", "", "code", waiting, is_blocking=False)
    if arrangement.fresh and arrangement.is_provisional:
        yield Finding("without-right", "", "code", run.prefix, is_blocking=False)
    highest = max((line.number for line in arrangement.lines), default=0)
    if highest > run.highest:
        yield Finding("numbers-full", "", "code", str(highest), is_blocking=True)


def _gaps(used: set[int]) -> list[str]:
    """Numbers below the highest that nobody holds, neighbours together."""
    gaps: list[str] = []
    expected = 1
    for number in sorted(used):
        if number > expected:
            last = number - 1
            gaps.append(f"{expected}" if last == expected else f"{expected}-{last}")
        expected = max(expected, number + 1)
    return gaps[:_MOST_GAPS]


def _twice(lines: Iterable[ArrangedLine], pack: Pack) -> Iterator[Finding]:
    name = pack.by_number[DOC_NO].name
    held: dict[str, list[ArrangedLine]] = {}
    for line in lines:
        doc_no = line.record.fields.get(name)
        if isinstance(doc_no, str) and doc_no:
            held.setdefault(doc_no, []).append(line)
    for doc_no, together in held.items():
        if len(together) > 1 and any(not line.is_filed for line in together):
            for line in together:
                yield Finding(
                    "doc-no-twice", line.record.id, name, doc_no, is_blocking=False
                )
