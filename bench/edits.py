"""The edits of a working day: the same mixture whatever their number.

30 % titles, the rest dates, document numbers, retention periods, creators, notes and
pages. A title is corrected as people correct one: a word put in, left out or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random  # noqa: TID251 (the same edits every time, no secret)
from typing import Any

from node.catalogue.door import Catalogue
from protocol.operations import Actor

TITLE_SHARE = 0.3
OTHER_FIELDS = ("date", "doc_no", "retention_code", "creators", "notes", "pages")
WORDS = ("调整", "印发", "转发", "补充", "(试行)", "及其附件", "有关", "暂行", "的通知")
NOTES = ("原件", "复印件", "缺附件2", "附件另存", "与前件重复,待核", "字迹不清")
RETENTIONS = ("Y", "D30", "D10")
ACTOR = Actor("其其格")

Values = dict[str, Any]


def edits(
    records: Sequence[Mapping[str, Any]], count: int, seed: int = 1
) -> Iterator[tuple[str, Values]]:
    """(record id, values) of *count* edits spread over *records*."""
    dice = Random(seed)
    order = list(range(len(records)))
    dice.shuffle(order)
    for number in range(count):
        record = records[order[number % len(order)]]
        yield str(record["id"]), edit_of(record["fields"], dice)


def edit_of(fields: Mapping[str, Any], dice: Random) -> Values:
    """New values for one field of a record."""
    if dice.random() < TITLE_SHARE:
        return {"title": corrected(str(fields.get("title", "")), dice)}
    match dice.choice(OTHER_FIELDS):
        case "date":
            year = str(fields.get("year") or "2016")[:4]
            day = f"{year}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
            return {"date": day}
        case "doc_no":
            year = str(fields.get("year") or "2016")[:4]
            known = str(fields.get("doc_no") or f"科政发〔{year}〕1号")
            stem = known.rpartition("〕")[0] or f"科政发〔{year}"
            return {"doc_no": f"{stem}〕{dice.randint(1, 300)}号"}
        case "retention_code":
            present = fields.get("retention_code")
            others = [term for term in RETENTIONS if term != present]
            return {"retention_code": dice.choice(others)}
        case "creators":
            creators = fields.get("creators") or ["科尔沁区人民政府"]
            return {"creators": [*creators, "档案局"]}
        case "notes":
            return {"notes": [dice.choice(NOTES)]}
        case _:
            return {"pages": str(dice.randint(1, 60))}


def corrected(title: str, dice: Random) -> str:
    """The title with one small correction."""
    place = dice.randint(0, max(0, len(title) - 2))
    match dice.randint(0, 2):
        case 0:
            return title[:place] + dice.choice(WORDS) + title[place:]
        case 1 if len(title) > 4:
            return title[:place] + title[place + 1 :]
        case _:
            return (
                title[:place] + dice.choice("一二三四五六七八九十") + title[place + 1 :]
            )


async def make_edits(
    catalogue: Catalogue, records: Sequence[Mapping[str, Any]], count: int, seed: int
) -> None:
    """Save *count* edits one by one, as a desk does."""
    for record_id, values in edits(records, count, seed):
        await catalogue.set(ACTOR, record_id, values)
