"""The sockets under an exchange: heads, counting, cuts and the pump."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from sync.errors import Interrupted, PeerUnreachable
from sync.http_client import Wire
from sync.http_server import open_site
from sync.inflow import BUFFER_BYTES, Inflow, start_pump
from sync.link import Cut, Link


@dataclass
class Peer:
    """A server that drinks a body slowly and answers with given bytes."""

    answer: bytes = b"y" * 200
    sip_seconds: float = 0.0
    bodies: list[bytes] = field(default_factory=list)
    cuts: list[str | None] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.StreamResponse:
        inflow = Inflow(request.transport)
        pumping = start_pump(request.content, inflow)
        body = bytearray()
        while piece := await inflow.take():
            body += piece
            if self.sip_seconds:
                await asyncio.sleep(self.sip_seconds)
        await pumping
        self.bodies.append(bytes(body))
        self.cuts.append(inflow.cut)
        self.ended.set()
        response = web.StreamResponse()
        response.content_length = len(self.answer)
        if inflow.cut is None:
            await response.prepare(request)
            await response.write(self.answer)
            await response.write_eof()
        return response


@asynccontextmanager
async def listening(
    take: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[int]:
    async with open_site({"/x": take}, "127.0.0.1", 0) as port:
        yield port


def blocks(count: int, size: int = 8_192) -> list[bytes]:
    return [bytes((number % 251,)) * size for number in range(count)]


async def read_all(inflow: Inflow) -> bytes:
    body = bytearray()
    while piece := await inflow.take():
        body += piece
    return bytes(body)


async def test_the_kernels_count_is_what_the_link_lets_out() -> None:
    peer = Peer()
    async with listening(peer.take) as port, Link("127.0.0.1", port) as link:
        async with Wire(link.address) as wire:
            for _ in range(3):
                async with wire.post("/x", [b"z" * 334]) as response:
                    assert response.status == 200
                    assert await read_all(response.inflow) == peer.answer
            traffic = wire.traffic
        assert link.connections == 1
        assert traffic.sent_bytes == link.bytes_up
        assert traffic.received_bytes == link.bytes_down


async def test_heads_cost_little() -> None:
    peer = Peer()
    async with listening(peer.take) as port, Link("127.0.0.1", port) as link:
        async with (
            Wire(link.address) as wire,
            wire.post("/x", [b"z" * 334]) as response,
        ):
            await read_all(response.inflow)
        assert link.bytes_up - 334 <= 66
        assert link.bytes_down - 200 <= 40


@pytest.mark.parametrize("at_byte", [90, 1_000, 40_960, 200_000, 700_000])
@pytest.mark.parametrize("sip_seconds", [0.0, 0.02])
async def test_every_byte_that_passed_before_a_cut_reaches_the_committer(
    at_byte: int, sip_seconds: float
) -> None:
    """Also with a committer so slow that most of it waits in the buffer."""
    peer = Peer(sip_seconds=sip_seconds)
    cuts = [Cut(1, is_up=True, at_byte=at_byte)]
    async with (
        listening(peer.take) as port,
        Link("127.0.0.1", port, cuts=cuts) as link,
        Wire(link.address) as wire,
    ):
        with pytest.raises(Interrupted):
            async with wire.post("/x", blocks(120)):
                pass
        await asyncio.wait_for(peer.ended.wait(), 20)
    head_and_chunk_marks = 100 + 8 * (at_byte // 8_192 + 1)
    assert peer.cuts[0] is not None
    assert at_byte - len(peer.bodies[0]) <= head_and_chunk_marks
    sent = b"".join(blocks(120))
    assert sent.startswith(peer.bodies[0])


@pytest.mark.parametrize("at_byte", [50, 30_000, 300_000])
async def test_every_byte_of_an_answer_that_passed_before_a_cut_is_read(
    at_byte: int,
) -> None:
    peer = Peer(answer=bytes(range(250)) * 2_000)
    cuts = [Cut(1, is_up=False, at_byte=at_byte)]
    async with (
        listening(peer.take) as port,
        Link("127.0.0.1", port, cuts=cuts) as link,
        Wire(link.address) as wire,
        wire.post("/x", [b"z"]) as response,
    ):
        body = bytearray()
        while piece := await response.inflow.take():
            body += piece
            await asyncio.sleep(0.01)
        assert response.inflow.cut is not None
    assert at_byte - len(body) <= 45
    assert peer.answer.startswith(bytes(body))


async def test_a_full_buffer_stops_the_socket_and_not_the_memory() -> None:
    peer = Peer(sip_seconds=0.005)
    async with (
        listening(peer.take) as port,
        Wire(f"http://127.0.0.1:{port}") as wire,
        wire.post("/x", blocks(400)) as response,
    ):
        await read_all(response.inflow)
    assert len(peer.bodies[0]) == 400 * 8_192


async def test_a_buffer_never_holds_much_more_than_its_bound() -> None:
    inflow = Inflow()
    for _ in range(4):
        inflow.feed(bytes(BUFFER_BYTES // 4))
    waiting = asyncio.ensure_future(inflow.wait_for_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    for _ in range(3):
        await inflow.take()
    await asyncio.wait_for(waiting, 1)
    inflow.end("cut")
    assert await inflow.take() != b""
    assert await inflow.take() == b""


async def test_nobody_at_the_address_is_said_as_such() -> None:
    async with Wire("http://127.0.0.1:9") as wire:
        with pytest.raises(PeerUnreachable):
            async with wire.post("/x", [b"z"]):
                pass


async def test_a_silent_peer_is_given_up() -> None:
    peer = Peer(sip_seconds=1.0)
    async with (
        listening(peer.take) as port,
        Wire(f"http://127.0.0.1:{port}", idle_seconds=0.2) as wire,
    ):
        with pytest.raises(Interrupted):
            async with wire.post("/x", [b"z"]):
                pass


async def test_a_slow_link_takes_the_time_that_its_rate_says() -> None:
    peer = Peer()
    async with (
        listening(peer.take) as port,
        Link("127.0.0.1", port, rate_bits=400_000, delay_seconds=0.05) as link,
        Wire(link.address) as wire,
    ):
        begun = asyncio.get_running_loop().time()
        async with wire.post("/x", blocks(6)) as response:
            await read_all(response.inflow)
        took = asyncio.get_running_loop().time() - begun
    assert 6 * 8_192 * 8 / 400_000 + 0.2 <= took < 3.0
