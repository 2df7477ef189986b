"""The sockets of an exchange: narrow buffers, and bytes counted by the kernel.

What was handed to a socket has not yet passed the link: on a slow link kernel
buffers swallow hundreds of kilobytes. So the send buffer is small, and what went
over is read from TCP_INFO, where the other side's acknowledgements stand.
"""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass
from typing import Any, Final

SEND_BUFFER_BYTES: Final = 16 * 1024
NOT_SENT_LIMIT_BYTES: Final = 8 * 1024

_TCP_NOTSENT_LOWAT: Final = 25
_TCP_INFO_BYTES: Final = 144
_ACKED_OFFSET: Final = 120
_RECEIVED_OFFSET: Final = 128
_STATE_CLOSED: Final = 7


def make_narrow(sock: socket.socket) -> None:
    """Let little pile up between this program and the link.

    Where the system has no such option the socket works without it.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_INFO"):
        sock.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, NOT_SENT_LIMIT_BYTES)


AddressInfo = tuple[
    int | socket.AddressFamily,
    int | socket.SocketKind,
    int,
    str,
    tuple[Any, ...],
]
"""One answer of ``getaddrinfo``."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Payload bytes of TCP that passed, seen from this side."""

    sent_bytes: int
    """Acknowledged by the other side."""
    received_bytes: int

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(
            self.sent_bytes + other.sent_bytes,
            self.received_bytes + other.received_bytes,
        )


NO_TRAFFIC: Final = Traffic(0, 0)


def _read_info(sock: socket.socket) -> bytes:
    """The kernel's figures of *sock*; empty where it keeps none."""
    if not hasattr(socket, "TCP_INFO"):
        return b""
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    except OSError:
        return b""
    return info if len(info) >= _RECEIVED_OFFSET + 8 else b""


def _traffic(info: bytes) -> Traffic:
    if not info:
        return NO_TRAFFIC
    (acked,) = struct.unpack_from("=Q", info, _ACKED_OFFSET)
    (received,) = struct.unpack_from("=Q", info, _RECEIVED_OFFSET)
    # The opening side's SYN is acknowledged too and counted as one byte.
    return Traffic(max(0, acked - 1), received)


class Meter:
    """Counts what the sockets of one session carried, also after they broke.

    Keeps a duplicate of every descriptor, because a library closes its socket
    before anybody can ask the kernel for the final figure.
    """

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._settled = NO_TRAFFIC

    def make_socket(self, address: AddressInfo) -> socket.socket:
        """A narrow socket for an address as ``getaddrinfo`` gives it, counted here."""
        family, kind, protocol = address[:3]
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(0)
        make_narrow(sock)
        self._settle_closed()
        self._sockets.append(socket.socket(fileno=os.dup(sock.fileno())))
        return sock

    @property
    def traffic(self) -> Traffic:
        """Everything that passed so far."""
        total = self._settled
        for sock in self._sockets:
            total += _traffic(_read_info(sock))
        return total

    def close(self) -> None:
        """Take the final figures and let go of the descriptors."""
        for sock in self._sockets:
            self._settled += _traffic(_read_info(sock))
            sock.close()
        self._sockets.clear()

    def _settle_closed(self) -> None:
        still_open = []
        for sock in self._sockets:
            info = _read_info(sock)
            if info and info[0] != _STATE_CLOSED:
                still_open.append(sock)
            else:
                self._settled += _traffic(info)
                sock.close()
        self._sockets = still_open
