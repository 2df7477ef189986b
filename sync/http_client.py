"""The room's end of the wire: posts a body, and keeps whatever comes back.

Nothing but HTTP lives here; what the bytes mean is the engine's. The heads are as
small as HTTP/1.1 allows, because an idle exchange is mostly head.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Self

import aiohttp
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, hdrs
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload
from yarl import URL

from protocol.errors import MalformedFrame
from sync.errors import Interrupted, PeerUnreachable
from sync.inflow import BUFFER_BYTES, IDLE_SECONDS, Inflow, start_pump
from sync.sockets import Meter, Traffic

CONNECT_SECONDS: Final = 30.0
_REFUSAL_LIMIT_BYTES: Final = 64
PIECE_BYTES: Final = 8 * 1024
"""Handed to the socket at a time, and waited for."""
KEEP_SECONDS: Final = 75.0
"""A connection is kept for the next request of the session."""


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an answer, and its body as it arrives."""

    status: int
    wait_seconds: int | None
    """The value of ``Retry-After``, where there is one."""
    inflow: Inflow

    async def read_short(self, limit_bytes: int) -> bytes:
        """A short body, whole.

        Raises:
            MalformedFrame: it is longer than *limit_bytes*.
        """
        body = bytearray()
        while piece := await self.inflow.take():
            body += piece
            if len(body) > limit_bytes:
                message = f"an answer in clear of more than {limit_bytes} bytes"
                raise MalformedFrame(message)
        return bytes(body)

    async def refusal(self) -> str:
        """What an unsigned refusal says, made safe to show."""
        text = (await self.read_short(_REFUSAL_LIMIT_BYTES)).decode("ascii", "replace")
        is_slug = bool(text) and text.replace("-", "").isalnum()
        return text if is_slug else f"http-{self.status}"


class Wire:
    """A kept connection to one hub, its bytes counted (``async with``)."""

    def __init__(self, address: str, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self.address = address
        self._url = URL(address)
        self._idle_seconds = idle_seconds
        self._meter = Meter()
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(
                limit=1,
                keepalive_timeout=KEEP_SECONDS,
                socket_factory=self._meter.make_socket,
            ),
            timeout=ClientTimeout(
                total=None, sock_connect=CONNECT_SECONDS, sock_read=self._idle_seconds
            ),
            skip_auto_headers=[
                hdrs.USER_AGENT,
                hdrs.ACCEPT,
                hdrs.ACCEPT_ENCODING,
                hdrs.CONTENT_TYPE,
            ],
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=BUFFER_BYTES,
        )
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._session is not None:
            await self._session.close()
        self._meter.close()

    @property
    def traffic(self) -> Traffic:
        """Bytes of TCP payload that passed, heads included, as the kernel counts."""
        return self._meter.traffic

    @asynccontextmanager
    async def post(self, path: str, body: Sequence[bytes]) -> AsyncIterator[Response]:
        """Send the blocks of *body*, and give the answer while it arrives.

        Raises:
            PeerUnreachable: no connection came about.
            Interrupted: the connection broke before the head of an answer.
        """
        if self._session is None:
            message = "the wire is not open"
            raise RuntimeError(message)
        data = Blocks(body, self._idle_seconds)
        try:
            response = await self._session.post(
                self._url.with_path(path), data=data, allow_redirects=False
            )
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise PeerUnreachable(self.address, str(error)) from error
        except aiohttp.ConnectionTimeoutError as error:
            raise PeerUnreachable(self.address, "no connection in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Interrupted(self.address, str(error)) from error
        # No await stands between the head and the pump: see sync/inflow.py, law 1.
        connection = response.connection
        inflow = Inflow(connection.transport if connection is not None else None)
        pumping = start_pump(response.content, inflow, idle_seconds=self._idle_seconds)
        try:
            yield Response(response.status, _wait_seconds(response), inflow)
        finally:
            if not pumping.done():
                pumping.cancel()
            await asyncio.gather(pumping, return_exceptions=True)
            if inflow.cut is not None or not response.content.at_eof():
                response.close()
            else:
                response.release()


class Blocks(Payload):
    """A request body that is handed down block by block, as the link lets them out."""

    def __init__(self, blocks: Sequence[bytes], idle_seconds: float) -> None:
        super().__init__(blocks, content_type="application/octet-stream")
        self._size = sum(map(len, blocks))
        self._blocks = blocks
        self._idle_seconds = idle_seconds

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """There is no text in here."""
        raise TypeError

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send all blocks."""
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """Send all blocks, each after the one before has left this program.

        Raises:
            ConnectionResetError: nothing could be sent for too long.
        """
        del content_length
        transport = writer.transport
        if transport is not None:
            transport.set_write_buffer_limits(high=0)
        for block in gathered(self._blocks):
            for start in range(0, len(block), PIECE_BYTES):
                await writer.write(block[start : start + PIECE_BYTES])
                try:
                    async with asyncio.timeout(self._idle_seconds):
                        await writer.drain()
                except TimeoutError as error:
                    message = "nothing could be sent for too long"
                    raise ConnectionResetError(message) from error


def gathered(blocks: Sequence[bytes]) -> Iterator[bytes]:
    """The same bytes with small neighbours joined, so that they share a packet."""
    joined = bytearray()
    for block in blocks:
        if joined and len(joined) + len(block) > PIECE_BYTES:
            yield bytes(joined)
            joined.clear()
        joined += block
    if joined:
        yield bytes(joined)


def _wait_seconds(response: aiohttp.ClientResponse) -> int | None:
    text = response.headers.get(hdrs.RETRY_AFTER, "")
    return min(int(text), 3600) if text.isascii() and text.isdigit() else None
