"""A bad road between two machines, on purpose: slow, far, and cut.

A TCP relay that lets bytes out at a rate, after a delay, and resets connections at
a byte or after a time. Bytes are counted where they leave the link. Tests, the demo
and the bench run exchanges over it; it also runs by itself:
``python -m sync.link --to 127.0.0.1:8765 --listen 127.0.0.1:9000 --rate 64000``.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import struct
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Self

_SEGMENT_BYTES: Final = 1_400
_SLOW_BUFFER_BYTES: Final = 8 * 1024
_FAST_PIECE_BYTES: Final = 64 * 1024
_UNDERWAY_PIECES: Final = 1_024
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


class Link:
    """A relay to one address, listening on a port of its own (``async with``)."""

    def __init__(
        self,
        target_host: str,
        target_port: int,
        *,
        rate_bits: int | None = None,
        delay_seconds: float = 0.0,
        cut_every_seconds: float | None = None,
        cut_after_bytes: int | None = None,
        cuts: Sequence[Cut] = (),
    ) -> None:
        """*delay_seconds* is one way; opening a connection takes a way and back.

        *cut_after_bytes* resets the first connection that far on its way up.
        """
        self._target = (target_host, target_port)
        self._delay_seconds = delay_seconds
        self._cut_every_seconds = cut_every_seconds
        self._piece_bytes = _SEGMENT_BYTES if rate_bits else _FAST_PIECE_BYTES
        self._is_slow = rate_bits is not None
        self.cuts = list(cuts)
        if cut_after_bytes is not None:
            self.cuts.append(Cut(1, is_up=True, at_byte=cut_after_bytes))
        self.up = Way(rate_bits)
        self.down = Way(rate_bits)
        self.connections = 0
        self.cuts_made = 0
        self.is_down = False
        """While true, every new connection is reset at once."""
        self._listener: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._carried: set[_Carried] = set()

    @property
    def port(self) -> int:
        """The port where the link listens."""
        if self._listener is None:
            message = "the link is not open"
            raise RuntimeError(message)
        return int(self._listener.getsockname()[1])

    @property
    def address(self) -> str:
        """What a room takes for the hub's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bytes_up(self) -> int:
        """Let out at the target's end."""
        return self.up.out_bytes

    @property
    def bytes_down(self) -> int:
        """Let out at the caller's end."""
        return self.down.out_bytes

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen, and begin the clock of ``cut_every_seconds``."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._make_slow(listener)
        listener.settimeout(0)
        listener.bind((host, port))
        listener.listen(64)
        self._listener = listener
        self._start(self._accept(listener))
        if self._cut_every_seconds is not None:
            self._start(self._cut_by_clock(self._cut_every_seconds))

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def cut(self) -> None:
        """Reset every open connection now; what is under way is lost."""
        for carried in list(self._carried):
            carried.reset()
            self.cuts_made += 1

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _make_slow(self, sock: socket.socket) -> None:
        if self._is_slow:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT_BYTES)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER_BYTES)

    async def _cut_by_clock(self, every_seconds: float) -> None:
        while True:
            await asyncio.sleep(every_seconds)
            self.cut()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            near, _ = await loop.sock_accept(listener)
            near.settimeout(0)
            if self.is_down:
                _reset(near)
                continue
            self.connections += 1
            self._start(self._carry(near, self.connections))

    async def _carry(self, near: socket.socket, number: int) -> None:
        loop = asyncio.get_running_loop()
        far = socket.socket()
        far.settimeout(0)
        self._make_slow(far)
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        carried = _Carried(self, near, far, number)
        self._carried.add(carried)
        try:
            await asyncio.sleep(2 * self._delay_seconds)
            await loop.sock_connect(far, self._target)
            await carried.run()
        except OSError:
            carried.reset()
        finally:
            self._carried.discard(carried)
            near.close()
            far.close()

    def limit(self, number: int, *, is_up: bool) -> int | None:
        """At which byte connection *number* is cut one way, if it is."""
        limits = [
            cut.at_byte
            for cut in self.cuts
            if cut.is_up == is_up and cut.connection in (0, number)
        ]
        return min(limits) if limits else None

    @property
    def piece_bytes(self) -> int:
        """How much is taken in at a time."""
        return self._piece_bytes

    @property
    def delay_seconds(self) -> float:
        """How long a byte is under way."""
        return self._delay_seconds


class _Carried:
    """One connection over the link: two sockets, two directions."""

    def __init__(
        self, link: Link, near: socket.socket, far: socket.socket, number: int
    ) -> None:
        self._link = link
        self._near = near
        self._far = far
        self._number = number
        self._cut = asyncio.Event()

    def reset(self) -> None:
        """Break both halves at once with an RST."""
        self._cut.set()
        _reset(self._near)
        _reset(self._far)

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
        way = self._link.up if is_up else self._link.down
        limit = self._link.limit(self._number, is_up=is_up)
        underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_UNDERWAY_PIECES)

        async def take_in() -> None:
            while True:
                piece = await loop.sock_recv(source, self._link.piece_bytes)
                way.in_bytes += len(piece)
                on_wire_at = way.reserve(loop.time(), len(piece))
                await _sleep_until(on_wire_at)
                await underway.put((on_wire_at + self._link.delay_seconds, piece))
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
                    self._link.cuts_made += 1
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


def _reset(sock: socket.socket) -> None:
    if sock.fileno() < 0:
        return
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
    loop = asyncio.get_running_loop()
    loop.remove_reader(sock.fileno())
    loop.remove_writer(sock.fileno())
    sock.close()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


async def _run(options: argparse.Namespace) -> None:
    link = Link(
        *options.to,
        rate_bits=options.rate,
        delay_seconds=options.delay,
        cut_every_seconds=options.cut_every,
    )
    await link.open(*options.listen)
    sys.stdout.write(f"{options.listen[0]}:{link.port}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await link.close()
        sys.stdout.write(f"up {link.up.out_bytes} down {link.down.out_bytes}\n")


def main() -> None:
    """Run a link until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m sync.link")
    parser.add_argument("--to", type=_address, required=True)
    parser.add_argument("--listen", type=_address, default=("127.0.0.1", 0))
    parser.add_argument("--rate", type=int, help="bits a second")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds, one way")
    parser.add_argument("--cut-every", type=float, help="seconds")
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
