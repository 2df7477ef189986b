"""Who may use the desk that a browser shows: who holds the printed address.

Laws:

- The key in the printed address opens once; the browser that used it holds a cookie.
- A request names this machine as its host, by a number or by its own name, so that a
  page of somebody's that lets its name point here is refused.
- A page of another origin cannot open the line over which keys travel.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from node.keys import random_bytes

KEY_NAME: Final = "key"
_SECRET_BYTES: Final = 24
_LOCAL_NAMES: Final = frozenset({"localhost"})


class Answer(StrEnum):
    """What a request gets."""

    PASS = "pass"  # noqa: S105 (no password)
    OPEN = "open"
    """The key is right and was never used: the browser gets the cookie."""
    USED = "used"
    """There is no valid cookie, and the key was used or is wrong."""
    FOREIGN = "foreign"
    """It came by another name, or from another page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request decides."""

    host: str
    """The Host header."""
    origin: str
    """The Origin header; empty where the browser sends none."""
    cookie: str
    key: str
    is_socket: bool


class Gate:
    """Keeps strangers out of one desk."""

    def __init__(self, *, is_loopback: bool) -> None:
        self._is_loopback = is_loopback
        self._key: str | None = random_bytes(_SECRET_BYTES).hex()
        self.cookie = random_bytes(_SECRET_BYTES).hex()
        self._names = _LOCAL_NAMES | {socket.gethostname().lower()}

    @property
    def key(self) -> str:
        """The key of the printed address."""
        return self._key or ""

    def judge(self, asked: Asked) -> Answer:
        """What the request gets; a right key is used up by it."""
        if not self._is_own_name(asked.host) or not self._is_own_page(asked):
            return Answer.FOREIGN
        if _is_same(asked.cookie, self.cookie):
            return Answer.PASS
        key, given = self._key, asked.key
        if key and not asked.is_socket and _is_same(given, key):
            self._key = None
            return Answer.OPEN
        return Answer.USED

    def _is_own_name(self, host: str) -> bool:
        """Whether the host is a number, or a name that only this machine has."""
        name = _host_of(f"//{host}")
        if not name:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            if self._is_loopback:
                return name in _LOCAL_NAMES
            return name in self._names
        return address.is_loopback or not self._is_loopback

    def _is_own_page(self, asked: Asked) -> bool:
        """Whether the page that asks was handed out here; a socket must say so."""
        if not asked.origin:
            return not asked.is_socket
        return asked.origin.lower() == f"http://{asked.host}".lower()


def _is_same(given: str, wanted: str) -> bool:
    """Whether a secret is right, told in the same time whatever was given."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
