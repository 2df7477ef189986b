"""What arrives of one body, kept from the moment it arrives.

An HTTP library forgets what it had read when the other side breaks off. So a pump
does nothing but move bytes out of the library into a bounded buffer of our own, and
whoever commits works from that buffer to its end, also after the link is gone.

Laws of this file:

1. Between two reads the pump awaits nothing but room in the buffer.
2. While the buffer is full the socket is not read, so that what is not yet here
   lies in the kernel and not in the library.
3. A cut ends the buffer; it never empties it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

import aiohttp
from aiohttp.streams import StreamReader

BUFFER_BYTES: Final = 256 * 1024
"""The socket is left unread while this much waits; one read more may stand above."""
IDLE_SECONDS: Final = 90.0
"""Nothing arrived for so long: the link is taken for dead."""

_BREAKS: Final = (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError)
"""How the library says that a body broke off."""


class Inflow:
    """A bounded buffer between the pump and whoever commits."""

    def __init__(
        self,
        transport: asyncio.ReadTransport | None = None,
        *,
        limit_bytes: int | None = None,
    ) -> None:
        """A body longer than *limit_bytes* is broken off there."""
        self._limit_bytes = limit_bytes
        self.cut: str | None = None
        """Why the body broke off; None while it has not."""
        self.received_bytes = 0
        self._transport = transport
        self._pieces: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_ended = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def is_empty(self) -> bool:
        """Nothing waits to be taken just now."""
        return not self._pieces

    @property
    def is_over_limit(self) -> bool:
        """As much has come as may."""
        limit = self._limit_bytes
        return limit is not None and self.received_bytes >= limit

    def feed(self, data: bytes) -> None:
        """Keep *data*; stop reading the socket when enough waits."""
        if self._limit_bytes is not None:
            data = data[: self._limit_bytes - self.received_bytes]
        self.received_bytes += len(data)
        self._waiting_bytes += len(data)
        self._pieces.append(data)
        self._news.set()
        if self._waiting_bytes >= BUFFER_BYTES:
            self._room.clear()
            if self._transport is not None:
                self._transport.pause_reading()

    def end(self, cut: str | None = None) -> None:
        """Nothing follows; *cut* says why if the body was broken off."""
        self._is_ended = True
        self.cut = cut
        self._news.set()

    async def take(self) -> bytes:
        """What waits, oldest first; empty bytes at the end of the body."""
        while not self._pieces:
            if self._is_ended:
                return b""
            self._news.clear()
            await self._news.wait()
        piece = self._pieces.popleft()
        self._waiting_bytes -= len(piece)
        if self._waiting_bytes < BUFFER_BYTES // 2 and not self._room.is_set():
            self._room.set()
            if self._transport is not None:
                self._transport.resume_reading()
        return piece

    async def wait_for_room(self) -> None:
        """Return as soon as the buffer may grow."""
        await self._room.wait()


def start_pump(
    content: StreamReader, inflow: Inflow, *, idle_seconds: float = IDLE_SECONDS
) -> asyncio.Task[None]:
    """Move a body into *inflow* until it ends, breaks off or falls silent.

    What has arrived already is moved before this returns, because a task that
    begins a moment later may find the library's buffer thrown away.
    """
    _move_waiting(content, inflow)
    return asyncio.ensure_future(_pump(content, inflow, idle_seconds))


async def _pump(content: StreamReader, inflow: Inflow, idle_seconds: float) -> None:
    while inflow.cut is None:
        await inflow.wait_for_room()
        try:
            async with asyncio.timeout(idle_seconds):
                data = await content.readany()
        except TimeoutError:
            inflow.end("silent")
        except _BREAKS as error:
            inflow.end(str(error) or type(error).__name__)
        else:
            if not data:
                inflow.end()
                return
            inflow.feed(data)
            if inflow.is_over_limit:
                inflow.end("too long")


def _move_waiting(content: StreamReader, inflow: Inflow) -> None:
    try:
        data = content.read_nowait()
    except _BREAKS as error:
        inflow.end(str(error) or type(error).__name__)
    else:
        if data:
            inflow.feed(data)
