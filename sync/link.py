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
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Final, Self

from sync.relay import Cut, Relay, Way, reset_socket

_SEGMENT_BYTES: Final = 1_400
_SLOW_BUFFER_BYTES: Final = 8 * 1024
_FAST_PIECE_BYTES: Final = 64 * 1024

__all__ = ["Cut", "Link", "Way"]


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
        self._carried: set[Relay] = set()

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
                reset_socket(near)
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
        carried = Relay(
            near,
            far,
            self.up,
            self.down,
            piece_bytes=self._piece_bytes,
            delay_seconds=self._delay_seconds,
            limits=(
                self._limit(number, is_up=True),
                self._limit(number, is_up=False),
            ),
        )
        self._carried.add(carried)
        try:
            await asyncio.sleep(2 * self._delay_seconds)
            await loop.sock_connect(far, self._target)
            await carried.run()
        except OSError:
            carried.reset()
        finally:
            self._carried.discard(carried)
            self.cuts_made += carried.is_cut
            near.close()
            far.close()

    def _limit(self, number: int, *, is_up: bool) -> int | None:
        """At which byte connection *number* is cut one way, if it is."""
        limits = [
            cut.at_byte
            for cut in self.cuts
            if cut.is_up == is_up and cut.connection in (0, number)
        ]
        return min(limits) if limits else None


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
