"""An exchange says how far it is, and the ledger what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from node.ledger import Exchange, Reply, exchanges, pack_answer, unpack_answer
from node.machine import Machine
from sync import carriage, headway
from sync.carriage import exchange
from sync.courier import write_bundle
from sync.errors import SyncError
from sync.headway import Headway, Stage
from sync.link import Link
from tests.support.county import county, fill


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriage, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(carriage, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(headway, "LEAST_SECONDS", 0.2)


async def newest(machine: Machine) -> Exchange:
    (line,) = await machine.store.read(lambda rows: exchanges(rows, 1))
    return line


async def test_sets_and_bytes_rise_and_the_time_left_falls(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 2_000)
        told: list[Headway] = []
        async with Link("127.0.0.1", place.port, rate_bits=128_000) as link:
            report = await exchange(room, link.address, told.append)
        assert report.sent == 11
        assert [at.sent for at in told] == sorted(at.sent for at in told)
        assert [at.bytes_up for at in told] == sorted(at.bytes_up for at in told)
        assert len({at.sent for at in told}) > 4, "sets are told while they go"
        assert {at.to_send for at in told} <= {0, 11}
        last = told[-1]
        assert (last.sent, last.to_send, last.seconds_left) == (11, 11, 0)
        assert last.bytes_up <= report.bytes_up
        sending = [at for at in told if at.stage is Stage.SENDING and at.seconds_left]
        lefts = [at.seconds_left or 0 for at in sending]
        assert lefts, "a time left was told on the way"
        assert lefts[-1] <= max(lefts)
        assert max(lefts) < 4 * report.seconds + 2


async def test_what_comes_down_is_counted_against_what_the_hub_has(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        await fill(first, 1_000)
        await place.sync(first)
        told: list[Headway] = []
        async with Link("127.0.0.1", place.port, rate_bits=256_000) as link:
            report = await exchange(second, link.address, told.append)
        receiving = [at for at in told if at.stage is Stage.RECEIVING]
        assert {at.to_receive for at in receiving} == {report.received}
        assert receiving[-1].received == report.received
        assert any(at.seconds_left for at in receiving)


async def test_the_ledger_says_what_was_answered(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 300)
        report = await place.sync(room)
        line = await newest(room)
        assert line.is_done
        assert line.carrier == "wire"
        assert line.answer.results == report.results == {"applied": 3}
        standing = await room.store.read(lambda rows: rows.settings.get("receipted"))
        assert line.answer.receipt == standing[3]
        assert line.answer.hub_time
        await write_bundle(room, tmp_path / "带走.dyb")
        line = await newest(room)
        assert (line.carrier, line.answer.file) == (
            "courier",
            str(tmp_path / "带走.dyb"),
        )
        lines = await room.store.read(lambda rows: exchanges(rows, 9, line.number))
        assert [each.number for each in lines] == [line.number - 1]


async def test_the_ledger_says_how_it_ended(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 900)
        async with Link("127.0.0.1", place.port, rate_bits=64_000) as link:
            told = asyncio.Event()

            def progress(at: Headway) -> None:
                if at.sent:
                    told.set()

            going = asyncio.create_task(exchange(room, link.address, progress))
            await told.wait()
            going.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await going
        assert (await newest(room)).outcome == "stopped"
        async with Link("127.0.0.1", place.port, cut_after_bytes=5_000) as link:
            link_down = asyncio.create_task(_take_down(link))
            with pytest.raises(SyncError) as caught:
                await exchange(room, link.address)
            await link_down
        line = await newest(room)
        assert line.outcome == caught.value.code
        assert line.bytes_up > 0
        await place.sync(room)
        assert (await newest(room)).is_done


async def test_a_line_without_an_end_says_so(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await room.store.write(lambda rows: rows.exchanges.begin("wire", None, 7))
        line = await newest(room)
        assert (line.outcome, line.ended_at, line.answer) == ("unended", 0, Reply())


@pytest.mark.parametrize(
    "answer",
    [
        Reply(),
        Reply({"applied": 3, "quarantined": 1}, 812, 1_790_000_000, "busy", "a.dyb"),
        Reply(file="乙\udc80"),
    ],
)
def test_an_answer_is_packed_and_read_again(answer: Reply) -> None:
    again = unpack_answer(pack_answer(answer))
    assert again.results == answer.results
    assert (again.receipt, again.hub_time) == (answer.receipt, answer.hub_time)
    assert again.file[:1] == answer.file[:1]


@pytest.mark.parametrize("data", [b"", b"\x90", b"\x01", b"\xff", b"\x96\x01\x01"])
def test_an_answer_of_another_version_is_no_fault(data: bytes) -> None:
    assert unpack_answer(data) == Reply()


async def _take_down(link: Link) -> None:
    for _ in range(2_000):
        if link.cuts_made:
            break
        await asyncio.sleep(0.005)
    link.is_down = True
