"""A hub to which two rooms brought different values for the same fields."""

from __future__ import annotations

from pathlib import Path

from node.machine import Machine
from tests.support.county import CLERK, FONDS, County, county

ROOMS = ("甲室", "乙室")


def title_of(number: int) -> str:
    """The title that both rooms had before."""
    return f"关于下达第{number}号防汛计划的通知"


async def contested(folder: Path, count: int) -> Path:
    """The hub's home, closed: *count* titles with two values each."""
    async with county(folder) as place:
        first = await place.room(ROOMS[0], is_first=True)
        second = await place.room(ROOMS[1])
        await contest(place, first, second, count)
    return folder / "hub"


async def contest(place: County, first: Machine, second: Machine, count: int) -> None:
    """Both rooms write to each of *count* new records without knowing of each other."""
    ids = []
    for number in range(1, count + 1):
        values = {"title": title_of(number), "year": "2020"}
        ids.append((await first.catalogue.add(CLERK, FONDS, values)).id)
    for room in (first, second):
        await place.sync(room)
    for number, record in enumerate(ids, 1):
        for name, room in zip(("甲", "乙"), (first, second), strict=True):
            text = f"{title_of(number)}({name}改)"
            await room.catalogue.set(CLERK, record, {"title": text})
    for room in (first, second, first):
        await place.sync(room)
