"""One connection over a bad road: two sockets, two directions, and the cut.

Bytes leave at a rate and after a delay, and are counted where they leave.
"""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import sys
import termios
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

_UNDERWAY_PIECES: Final = 1_024
_TAKEN_SECONDS: Final = 5.0
_RESET_AT_CLOSE: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Cut:
    """Reset a connection when it has let out this many bytes one way."""

    connection: int
    """Counted from 1 in order of arrival; 0 means every connection."""
    is_up: bool
    at_byte: int


@dataclass(slots=True)
class Way:
    """One direction of the link, shared by all connections."""

    rate_bits: int | None
    out_bytes: int = 0
    """Let out at the far end."""
    in_bytes: int = 0
    """Taken in at the near end; more than let out when a cut dropped some."""
    _free_at: float = field(default=0.0, repr=False)

    def reserve(self, now: float, size_bytes: int) -> float:
        """When *size_bytes* more will have gone onto the wire."""
        if self.rate_bits is None:
            return now
        begin = max(now, self._free_at)
        self._free_at = begin + size_bytes * 8 / self.rate_bits
        return self._free_at


class Relay:
    """One connection over the link: two sockets, two directions."""

    def __init__(
        self,
        near: socket.socket,
        far: socket.socket,
        up: Way,
        down: Way,
        *,
        piece_bytes: int,
        delay_seconds: float,
        limits: tuple[int | None, int | None],
    ) -> None:
        """*limits* say after how many bytes up and down the cut comes, if any."""
        self._near = near
        self._far = far
        self._up = up
        self._down = down
        self._piece_bytes = piece_bytes
        self._delay_seconds = delay_seconds
        self._limits = limits
        self._cut = asyncio.Event()
        self.is_cut = False

    def reset(self) -> None:
        """Break both halves at once with an RST.

        A reset drops what the other end had no room for; that was not let out.
        """
        self.is_cut = True
        self._cut.set()
        self._up.out_bytes -= _waiting_bytes(self._far)
        self._down.out_bytes -= _waiting_bytes(self._near)
        reset_socket(self._near)
        reset_socket(self._far)

    async def run(self) -> None:
        """Carry until both directions ended or one is cut."""
        ways = [
            asyncio.create_task(self._one_way(self._near, self._far, is_up=True)),
            asyncio.create_task(self._one_way(self._far, self._near, is_up=False)),
        ]
        cut = asyncio.create_task(self._wait_for_cut())
        open_ways = set(ways)
        try:
            while open_ways and not cut.done():
                ended, _ = await asyncio.wait(
                    {*open_ways, cut}, return_when=asyncio.FIRST_COMPLETED
                )
                if any(way.exception() for way in ended & open_ways):
                    self.reset()
                    break
                open_ways -= ended
        finally:
            for task in (*ways, cut):
                task.cancel()
            await asyncio.gather(*ways, cut, return_exceptions=True)

    async def _wait_for_cut(self) -> None:
        await self._cut.wait()

    async def _one_way(
        self, source: socket.socket, sink: socket.socket, *, is_up: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        way = self._up if is_up else self._down
        limit = self._limits[0 if is_up else 1]
        underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_UNDERWAY_PIECES)

        async def take_in() -> None:
            while True:
                piece = await loop.sock_recv(source, self._piece_bytes)
                way.in_bytes += len(piece)
                on_wire_at = way.reserve(loop.time(), len(piece))
                await _sleep_until(on_wire_at)
                await underway.put((on_wire_at + self._delay_seconds, piece))
                if not piece:
                    return

        async def let_out() -> None:
            passed = 0
            while True:
                due_at, piece = await underway.get()
                await _sleep_until(due_at)
                if limit is not None:
                    piece = piece[: limit - passed]
                await loop.sock_sendall(sink, piece)
                passed += len(piece)
                way.out_bytes += len(piece)
                if limit is not None and passed >= limit:
                    await _until_taken(sink)
                    self.reset()
                    return
                if not piece:
                    with suppress(OSError):
                        sink.shutdown(socket.SHUT_WR)
                    return

        async with asyncio.TaskGroup() as both:
            both.create_task(take_in())
            both.create_task(let_out())


async def _sleep_until(moment: float) -> None:
    wait_seconds = moment - asyncio.get_running_loop().time()
    if wait_seconds > 0:
        await asyncio.sleep(wait_seconds)


def _waiting_bytes(sock: socket.socket) -> int:
    """Bytes handed to *sock* that the other end has not taken."""
    if sock.fileno() < 0:
        return 0
    try:
        figure = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
    except OSError:
        return 0
    return int.from_bytes(figure, sys.byteorder)


async def _until_taken(sock: socket.socket) -> None:
    """Return when the other end has taken everything, or does not for seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_TAKEN_SECONDS):
            while _waiting_bytes(sock):  # noqa: ASYNC110 - the kernel has no event
                await asyncio.sleep(0.002)


def reset_socket(sock: socket.socket) -> None:
    """Close *sock* with an RST, and forget what its loop waited for."""
    if sock.fileno() < 0:
        return
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
    loop = asyncio.get_running_loop()
    loop.remove_reader(sock.fileno())
    loop.remove_writer(sock.fileno())
    sock.close()
