"""What goes wrong on purpose: each fault has its own result, and the rest goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from node.home import Home
from node.machine import Machine
from node.store.port import Rows
from protocol.messages import Purpose
from sync import carriage
from sync.box_keys import BoxKeys
from sync.enrolment import make_invitation
from sync.errors import (
    AlreadyJoined,
    InvitationRefused,
    NotJoined,
    PeerRefused,
    SyncError,
    WrongHub,
)
from sync.http_client import Wire
from sync.joining import join
from sync.link import Cut, Link
from tests.support.county import (
    CLERK,
    FONDS,
    County,
    SetClock,
    add_many,
    all_scopes,
    assert_even,
    county,
    digests,
    fill,
    set_count,
    titles,
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriage, "FIRST_WAIT_SECONDS", 0.01)


class Wiretap:
    """A relay that keeps what passes and may change one byte of it."""

    def __init__(self) -> None:
        self.up = bytearray()
        self.change_up_at: int | None = None
        self.change_down_at: int | None = None

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[str]:
        async def take(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)

            async def carry(
                source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_up: bool
            ) -> None:
                at = 0
                while data := bytearray(await source.read(4_096)):
                    place = self.change_up_at if is_up else self.change_down_at
                    if place is not None and at <= place < at + len(data):
                        data[place - at] ^= 0x01
                        self.change_up_at = self.change_down_at = None
                    at += len(data)
                    if is_up:
                        self.up += data
                    sink.write(bytes(data))
                    await sink.drain()
                sink.close()

            await asyncio.gather(
                carry(reader, far_writer, is_up=True),
                carry(far_reader, writer, is_up=False),
                return_exceptions=True,
            )

        server = await asyncio.start_server(take, "127.0.0.1", 0)
        async with server:
            bound = server.sockets[0].getsockname()[1]
            yield f"http://127.0.0.1:{bound}"


async def replay(place: County, recorded: bytes) -> bytes:
    """Send recorded bytes again, whole, and give what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    writer.write(recorded)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(65_536), 5)
    writer.close()
    return answer


async def test_a_replayed_request_changes_nothing(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await add_many(room, 2)
        tap = Wiretap()
        async with tap.listening(place.port) as address:
            await place.sync(room, address)
        recorded = bytes(tap.up)
        scopes = await all_scopes(room)
        held, state = await set_count(place.hub), await digests(place.hub, scopes)
        answer = await replay(place, recorded)
        assert answer.startswith(b"HTTP/1.1 200")
        assert await set_count(place.hub) == held
        assert await digests(place.hub, scopes) == state
        # A newer exchange, then the old request once more: stale, and still nothing.
        await add_many(room, 1, first=9)
        await place.sync(room)
        number = await place.hub.store.read(_heard)
        await replay(place, recorded)
        assert await place.hub.store.read(_heard) == number
        report = await place.sync(room)
        assert report.sent == 0
        await assert_even(place.hub, room)


def _heard(rows: Rows) -> list[int]:
    return [peer.exchange for peer in rows.peers.all()]


@pytest.mark.parametrize("part", range(14))
async def test_a_changed_byte_on_the_way_up_is_noticed_and_made_good(
    tmp_path: Path, part: int
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 250)
        tap = Wiretap()
        tap.change_up_at = 75 + part * 320
        async with tap.listening(place.port) as address:
            await _until_even(place, room, address)
        assert await titles(place.hub) == await titles(room)
        assert len(await titles(place.hub)) == 250
        await assert_even(place.hub, room)


@pytest.mark.parametrize("part", range(10))
async def test_a_changed_byte_on_the_way_down_is_noticed_and_made_good(
    tmp_path: Path, part: int
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        other = await place.room("乙")
        await fill(room, 250)
        await place.sync(room)
        tap = Wiretap()
        tap.change_down_at = 45 + part * 420
        async with tap.listening(place.port) as address:
            await _until_even(place, other, address)
        assert await titles(other) == await titles(room)
        await assert_even(place.hub, room, other)


async def _until_even(place: County, room: Machine, address: str) -> None:
    """One session, and a second where the first had to give up."""
    try:
        await place.sync(room, address)
    except SyncError:
        await place.sync(room, address)


async def test_an_erased_box_key_is_answered_with_the_statement_of_the_new_one(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await place.sync(room)
        place.clock.time += 30 * 86_400
        hub_keys = BoxKeys(place.hub.store, place.hub.keys)
        before = await hub_keys.newest_own(Purpose.WIRE)
        await hub_keys.renew(place.clock.now())
        assert (await hub_keys.newest_own(Purpose.WIRE)).serial > before.serial
        assert place.hub.keys.read_box_key(Purpose.WIRE, before.serial) is None
        await add_many(room, 1)
        report = await place.sync(room)
        assert report.requests >= 2
        assert await titles(place.hub) == await titles(room)
        assert (await place.sync(room)).requests == 1


async def test_a_room_renews_its_keys_by_the_hubs_time_and_tells_so(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await place.sync(room)
        room_keys = BoxKeys(room.store, room.keys)
        before = await room_keys.newest_own(Purpose.WIRE)
        place.clock.time += 8 * 86_400
        await place.sync(room)
        await place.sync(room)
        newest = await room_keys.newest_own(Purpose.WIRE)
        assert newest.serial > before.serial
        hub_keys = BoxKeys(place.hub.store, place.hub.keys)
        assert await hub_keys.known(room_keys.owner, Purpose.WIRE) == newest


async def test_a_new_key_of_a_room_is_told_although_the_first_request_was_cut(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await place.sync(room)
        place.clock.time += 8 * 86_400
        await place.sync(room)
        cuts = [Cut(1, is_up=True, at_byte=120)]
        async with Link("127.0.0.1", place.port, cuts=cuts) as link:
            await place.sync(room, link.address)
        room_keys = BoxKeys(room.store, room.keys)
        hub_keys = BoxKeys(place.hub.store, place.hub.keys)
        assert await hub_keys.known(
            room_keys.owner, Purpose.WIRE
        ) == await room_keys.newest_own(Purpose.WIRE)


async def test_a_hub_that_forgot_its_newest_box_key_makes_one_above_it(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        hub_keys = BoxKeys(place.hub.store, place.hub.keys)
        forgotten = place.clock.now() + 1_000
        await hub_keys.rise_above(Purpose.WIRE, forgotten, place.clock.now())
        await place.sync(room)
        known = await BoxKeys(room.store, room.keys).known(hub_keys.owner, Purpose.WIRE)
        assert known is not None
        assert known.serial > forgotten
        await place.hub.store.write(
            lambda rows: rows.box_keys.remove(
                hub_keys.owner, Purpose.WIRE, known.serial
            )
        )
        place.hub.keys.erase_box_key(Purpose.WIRE, known.serial)
        await place.sync(room)
        newest = await hub_keys.newest_own(Purpose.WIRE)
        assert newest.serial > known.serial
        await place.sync(room)
        assert (await place.sync(room)).requests == 1


async def test_a_machine_that_never_joined_is_not_taken(tmp_path: Path) -> None:
    async with county(tmp_path) as place, county(tmp_path / "other") as elsewhere:
        stranger = await elsewhere.room("外", is_first=True)
        await fill(stranger, 10)
        held = await set_count(place.hub)
        with pytest.raises(SyncError):
            await place.sync(stranger)
        assert await set_count(place.hub) == held
        await elsewhere.sync(stranger)


async def test_an_invitation_is_good_once_and_only_at_its_own_hub(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place, county(tmp_path / "other") as elsewhere:
        text = await make_invitation(place.hub, "甲", {FONDS: ""}, place.address)
        first = await elsewhere.room("外")
        with pytest.raises(AlreadyJoined):
            await join(first, text)
        fresh = await Machine.init_room(Home(tmp_path / "f"), "甲", {})
        place.rooms.append(fresh)
        with pytest.raises(NotJoined):
            await place.sync(fresh)
        with pytest.raises(WrongHub):
            await join(fresh, text, elsewhere.address)
        await join(fresh, text)
        late = await Machine.init_room(Home(tmp_path / "l"), "乙", {})
        place.rooms.append(late)
        with pytest.raises(InvitationRefused):
            await join(late, text)
        await place.sync(fresh)
        await assert_even(place.hub, fresh)


async def test_a_join_whose_answer_was_lost_is_made_again(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await Machine.init_room(Home(tmp_path / "r"), "甲", {FONDS: "全宗"})
        place.rooms.append(room)
        text = await make_invitation(place.hub, "甲", {FONDS: ""}, place.address)
        async with Link("127.0.0.1", place.port) as link:
            link.cuts.append(Cut(1, is_up=False, at_byte=700))
            with pytest.raises(SyncError):
                await join(room, text, link.address)
        await join(room, text)
        await room.catalogue.add(CLERK, FONDS, {"title": "关于春耕的通知"})
        await place.sync(room)
        await assert_even(place.hub, room)


@pytest.mark.parametrize("now", [0, 2_524_608_000])
async def test_a_room_whose_clock_is_at_1970_or_2050_exchanges_all_the_same(
    tmp_path: Path, now: int
) -> None:
    async with county(tmp_path) as place:
        right, place.clock = place.clock, SetClock(now)
        room = await place.room("甲", is_first=True)
        other = await place.room("乙")
        await add_many(room, 3)
        for _ in range(3):
            await place.sync(room)
            await place.sync(other)
            right.time += 9 * 86_400
        assert await titles(other) == await titles(place.hub) == await titles(room)
        assert (await place.sync(room)).requests == 1
        await assert_even(place.hub, room, other)


@pytest.mark.parametrize(
    "body", [b"", b"\x01", b"\x01\x01\x01" + bytes(88), bytes(200), b"\xff" * 5_000]
)
async def test_noise_is_refused_and_the_hub_goes_on(
    tmp_path: Path, body: bytes
) -> None:
    async with county(tmp_path) as place:
        async with Wire(place.address) as wire:
            for path in ("/x", "/join"):
                async with wire.post(path, [body]) as response:
                    assert response.status in {400, 421}
            async with wire.post("/nowhere", [body]) as response:
                assert response.status == 404
        room = await place.room("甲", is_first=True)
        await place.sync(room)
        await assert_even(place.hub, room)


async def test_a_hub_with_all_hands_full_says_when_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.hub.WAITING_LIMIT", 0)
    async with (
        county(tmp_path) as place,
        Wire(place.address) as wire,
        wire.post("/x", [b"z"]) as response,
    ):
        assert response.status == 503
        assert response.wait_seconds == 5


def test_refusals_are_passing_faults() -> None:
    assert PeerRefused("http://hub", "unknown-sender").reason == "unknown-sender"
