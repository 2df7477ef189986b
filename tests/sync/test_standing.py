"""What a machine says of itself is true: pending since, clock, set aside and why."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from node.catalogue.record import Record
from node.catalogue.whereabouts import Word
from node.machine import Machine
from node.standing import ClockTrust
from sync import carriage
from sync.errors import SyncError
from sync.link import Cut, Link
from sync.words.catalogue import Words
from tests.support.county import CLERK, FONDS, SetClock, add_many, county, fill
from tests.support.real_data import REPOSITORY


async def test_what_is_pending_says_since_when(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        begun = place.clock.time
        await fill(room, 500)
        place.clock.time += 10_000
        await add_many(room, 1, first=900)
        standing = await room.standing(CLERK)
        # The fonds itself was written before.
        assert standing.pending_operations == 1 + 500 + 1
        assert 1_750_000_000 < standing.pending_since <= begun
        assert standing.last_exchange is None
        await place.sync(room)
        standing = await room.standing(CLERK)
        assert (standing.pending_operations, standing.pending_since) == (0, 0)
        assert standing.last_exchange is not None
        assert standing.last_exchange.is_done
        since = place.clock.time
        await add_many(room, 1, first=950)
        assert (await room.standing(CLERK)).pending_since > since


async def test_what_was_sent_without_a_receipt_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriage, "FIRST_WAIT_SECONDS", 0.001)
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        (made,) = await _added(room, 1)
        cuts = [Cut(0, is_up=False, at_byte=1)]
        async with Link("127.0.0.1", place.port, cuts=cuts) as link:
            with pytest.raises(SyncError):
                await place.sync(room, link.address)
        assert (await room.standing(CLERK)).sent_sets == 2
        detail = await room.catalogue.show(CLERK, made.id)
        assert {each.standing.word for each in detail.history} == {Word.SENT}
        await place.sync(room)
        assert (await room.standing(CLERK)).sent_sets == 0


async def _added(room: Machine, count: int) -> list[Record]:
    return [
        await room.catalogue.add(CLERK, FONDS, {"title": f"第{number}号通知"})
        for number in range(count)
    ]


async def test_the_clock_is_compared_with_the_hubs(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        own = SetClock(place.clock.time)
        room.clock = own
        room.room._clock = own
        await place.sync(room)
        clock = (await room.standing(CLERK)).clock
        assert clock.trust is ClockTrust.AGREES
        assert clock.hub_time
        own.time += 3_600
        await place.sync(room)
        clock = (await room.standing(CLERK)).clock
        assert clock.trust is ClockTrust.DIFFERS
        assert 3_500 < clock.ahead_seconds < 3_700
        own.time = 20
        clock = (await room.standing(CLERK)).clock
        assert clock.trust is ClockTrust.BEHIND
        await place.sync(room)
        clock = (await room.standing(CLERK)).clock
        assert clock.trust is ClockTrust.BEHIND
        assert clock.ahead_seconds < -1_000_000
        assert (await place.hub.standing(CLERK)).clock.trust is ClockTrust.UNKNOWN


async def test_a_record_in_a_quarantined_set_says_why(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await room.catalogue.open_fonds(CLERK, "B02", "没有授权的全宗")
        values = {"title": "关于修路的请示"}
        aside = await room.catalogue.add(CLERK, "B02", values)
        good = await room.catalogue.add(CLERK, FONDS, values)
        await place.sync(room)
        detail = await room.catalogue.show(CLERK, aside.id)
        stands = {change.standing for change in detail.history}
        (only,) = stands
        assert (only.word, only.reason) == (Word.QUARANTINED, "scope")
        assert only.receipt > 0
        assert (await room.standing(CLERK)).quarantined > 0
        detail = await room.catalogue.show(CLERK, good.id)
        assert {each.standing.word for each in detail.history} == {Word.RECEIVED}
        shown = await asyncio.to_thread(_shown, room.home.path, aside.id)
        assert "暂存待查:不在这台机器可以写的全宗之内" in shown
        assert "等前面的改动到齐" not in shown


def _shown(home: Path, record_id: str) -> str:
    command = [sys.executable, "-P", "-m", "sync.cli", "--home", str(home)]
    done = subprocess.run(
        [*command, "--lang", "zh", "show", record_id],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode()


def test_every_word_has_a_sentence() -> None:
    for language in ("zh", "en"):
        words = Words.load(language)
        for word in Word:
            assert words.say(f"standing.{word}", receipt=3, reason="x")
