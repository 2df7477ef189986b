"""The hub's end of the wire: a listening site with the smallest heads there are.

Nothing but HTTP lives here; what the bytes mean is the reception's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from sync.errors import AddressInUse
from sync.inflow import BUFFER_BYTES, IDLE_SECONDS
from sync.sockets import make_narrow

PIECE_BYTES: Final = 8 * 1024
_GRACE_SECONDS: Final = 3.0
_KEEP_SECONDS: Final = 90.0

Take = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def open_site(
    paths: Mapping[str, Take], host: str, port: int
) -> AsyncIterator[int]:
    """Listen for POSTs to *paths* while the context lasts; gives the port.

    Raises:
        AddressInUse: another program listens there, or the address is not ours.
    """
    application = web.Application()
    application.on_response_prepare.append(_strip_head)
    for path, take in paths.items():
        application.router.add_post(path, take)
    runner = web.AppRunner(
        application,
        access_log=None,
        keepalive_timeout=_KEEP_SECONDS,
        shutdown_timeout=_GRACE_SECONDS,
        read_bufsize=BUFFER_BYTES,
        auto_decompress=False,
    )
    listener = _listen(host, port)
    try:
        await runner.setup()
        await web.SockSite(runner, listener).start()
        yield int(listener.getsockname()[1])
    finally:
        await runner.cleanup()
        listener.close()


async def respond(
    request: web.Request, blocks: AsyncIterator[bytes]
) -> web.StreamResponse:
    """Answer with *blocks*, each made after the one before has left this program.

    A short answer states its length; a longer one goes in chunks.

    Raises:
        ConnectionResetError: the other side is gone.
    """
    response = web.StreamResponse()
    first, is_whole = await _gather(blocks)
    if is_whole:
        response.content_length = len(first)
    writer = await response.prepare(request)
    transport = request.transport
    if writer is None or transport is None:
        message = "the other side is gone"
        raise ConnectionResetError(message)
    transport.set_write_buffer_limits(high=0)
    await _write(writer, first)
    if not is_whole:
        async for block in blocks:
            await _write(writer, block)
    await response.write_eof()
    return response


async def _gather(blocks: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """The first blocks, up to a piece, and whether they are all."""
    gathered = bytearray()
    async for block in blocks:
        gathered += block
        if len(gathered) >= PIECE_BYTES:
            return bytes(gathered), False
    return bytes(gathered), True


async def _write(writer: AbstractStreamWriter, block: bytes) -> None:
    for start in range(0, len(block), PIECE_BYTES):
        await writer.write(block[start : start + PIECE_BYTES])
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await writer.drain()
        except TimeoutError as error:
            message = "nothing could be sent for too long"
            raise ConnectionResetError(message) from error


def refusal(
    status: int, body: bytes, *, wait_seconds: int | None = None
) -> web.Response:
    """An answer outside any envelope: a slug, or a key notice."""
    response = web.Response(status=status, body=body)
    if wait_seconds is not None:
        response.headers[hdrs.RETRY_AFTER] = str(wait_seconds)
    return response


async def _strip_head(request: web.Request, response: web.StreamResponse) -> None:
    """Leave out what says nothing to a room: an idle exchange is mostly head."""
    del request
    for name in (hdrs.DATE, hdrs.SERVER, hdrs.CONTENT_TYPE):
        response.headers.popall(name, None)


def _listen(host: str, port: int) -> socket.socket:
    where = f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressInUse(where, str(error)) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit the options of the listening one.
        make_narrow(listener)
        listener.settimeout(0)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise AddressInUse(where, str(error)) from error
    return listener
