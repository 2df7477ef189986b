"""Who wrote what: logs, dots, scopes and the ids that are printed.

Pure values (docs/protocol.md, Identity). No record has a random id: a record is
the dot that created it.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final, NamedTuple

from protocol.errors import LocalProtocolError, MalformedFrame

LOG_ID_BYTES: Final = 16
FONDS_ID_BYTES: Final = 8
HASH_BYTES: Final = 32
ZERO_HASH: Final = bytes(HASH_BYTES)

_PRINTED_LOG_CHARACTERS: Final = 6
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Dot(NamedTuple):
    """One operation: the *n*-th of a log. The dot of a create is the record's id."""

    log: bytes
    """LogId, 16 bytes."""
    n: int
    """Rises from 1; 1 to 2**53 - 1."""


class Element(NamedTuple):
    """One element of a list field: the *position*-th value of operation *dot*."""

    dot: Dot
    position: int


class Scope(NamedTuple):
    """What is shared as one: a fonds and a compartment of it (0: the catalogue)."""

    fonds: bytes
    """8 bytes, made where the fonds was first written."""
    compartment: int


def digest_256(tag: str, *parts: bytes) -> bytes:
    """BLAKE2b-256 over the domain *tag*, a zero byte, then *parts* joined."""
    return _digest(tag, parts, HASH_BYTES)


def digest_128(tag: str, *parts: bytes) -> bytes:
    """BLAKE2b-128 over the domain *tag*, a zero byte, then *parts* joined."""
    return _digest(tag, parts, 16)


def _digest(tag: str, parts: tuple[bytes, ...], size: int) -> bytes:
    state = hashlib.blake2b(digest_size=size)
    state.update(tag.encode("ascii") + b"\0")
    for part in parts:
        state.update(part)
    return state.digest()


def log_id(public_key: bytes, nonce: bytes) -> bytes:
    """The LogId of one incarnation of the installation that owns *public_key*."""
    if len(public_key) != 32 or len(nonce) != 16:
        message = "a log id is made of a 32-byte key and a 16-byte nonce"
        raise LocalProtocolError(message)
    return digest_128("dangyi/log/1", public_key, nonce)


def fork_log_id(log: bytes, seq: int, forked_hash: bytes) -> bytes:
    """The LogId of the branch of *log* that starts with the set *forked_hash*."""
    return digest_128("dangyi/fork/1", log, seq.to_bytes(8, "big"), forked_hash)


def printed_id(dot: Dot) -> str:
    """The form in which people read and type a record id, e.g. ``K3Q7ZT-1204-M``."""
    stem = f"{_printed_log(dot.log)}-{dot.n}"
    return f"{stem}-{_check_character(stem)}"


def parse_printed_id(text: str) -> tuple[str, int]:
    """The log prefix (6 characters) and n of a printed id.

    Raises:
        MalformedFrame: it has not the form of an id, or its check character is wrong.
    """
    parts = text.strip().upper().split("-")
    if len(parts) != 3:
        raise MalformedFrame(text)
    log, digits, check = parts
    is_log = len(log) == _PRINTED_LOG_CHARACTERS and set(log) <= set(_ALPHABET)
    is_number = digits.isascii() and digits.isdigit() and digits[0] != "0"
    if not is_log or not is_number or len(digits) > 16:
        raise MalformedFrame(text)
    if check != _check_character(f"{log}-{digits}"):
        raise MalformedFrame(text)
    return log, int(digits)


def printed_log(log: bytes) -> str:
    """The six characters that stand for a log in print."""
    return _printed_log(log)


def _printed_log(log: bytes) -> str:
    return base64.b32encode(log)[:_PRINTED_LOG_CHARACTERS].decode("ascii")


def _check_character(stem: str) -> str:
    """One of 32 characters; finds a wrong character or adjacent swap but 1 in 32."""
    total = 0
    for place, character in enumerate(stem):
        total += (2 * place + 1) * ord(character)
    return _ALPHABET[total % 32]
