"""Repositories as offline rooms: the hub ends where the plain replay of the edits ends.

Sticks go late, twice, cut and out of order, links break (bench/union.py). The union
of all nine is `python -P -m bench union`, and a soak here.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.repositories import (
    RECORDS,
    Key,
    Values,
    baseline,
    days,
    folder,
    replay,
    repository_of,
)
from bench.union import StateDiffers, Union
from node.home import Home
from node.machine import Machine
from sync.hub import listening

FIRST = 6_238
LARGE = 600
"""Finding aids with more descriptions are left to the soak."""

pytestmark = [pytest.mark.realdata, pytest.mark.journey]


@pytest.fixture
def source() -> Path:
    found = folder()
    assert found is not None
    return found


def some(source: Path) -> dict[Key, Values]:
    """Seven finding aids of four repositories, whole."""
    first = dict(baseline(source, FIRST))
    sizes = Counter(file for file, _ in first)
    return {key: each for key, each in first.items() if sizes[key[0]] <= LARGE}


async def replayed(home: Path, source: Path, begun: dict[Key, Values]) -> int:
    """How many descriptions the hub holds as the plain replay does."""
    files = {key[0] for key in begun}
    days_of_work = days(source, files.__contains__)
    hub = await Machine.init_hub(Home(home / "hub"), "union")
    async with listening(hub, "127.0.0.1", 0) as port:
        union = Union(home, hub, port)
        try:
            await union.begin(begun)
            await union.work(days_of_work)
            await union.rest()
            wanted = replay(begun, days_of_work)
            compared = await union.compare(wanted)
            wanted[next(iter(wanted))][0].values["title"] = "another title"
            with pytest.raises(StateDiffers):
                await union.compare(wanted)
        finally:
            await union.close()
            await hub.close()
    return compared


async def test_four_repositories(tmp_path: Path, source: Path) -> None:
    begun = some(source)
    assert len({repository_of(file) for file, _ in begun}) == 4
    assert await replayed(tmp_path, source, begun) > len(begun) > 400


@pytest.mark.soak
@pytest.mark.timeout(7_200)
async def test_all_nine_repositories(tmp_path: Path, source: Path) -> None:
    begun = dict(baseline(source))
    assert len(begun) == RECORDS
    assert await replayed(tmp_path, source, begun) >= RECORDS
