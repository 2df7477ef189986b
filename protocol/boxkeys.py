"""Box keys: the X25519 keys that envelopes are addressed to, and their rotation.

A statement is the owner's signed word about one key of one purpose. A lower serial
than the one known is ignored, so an old statement that is shown again does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocol.canonical import Canonical, encode
from protocol.errors import BadSignature, LocalProtocolError
from protocol.messages import BoxKeyStatement, Purpose
from protocol.row_reader import RowReader, read_row
from protocol.signing import (
    KEY_BYTES,
    PUBLIC_KEY_BYTES,
    SIGNATURE_BYTES,
    box_public_key,
    public_key,
    sign,
    verify,
)

DAY_SECONDS: Final = 86_400
WIRE_RENEW_SECONDS: Final = 7 * DAY_SECONDS
WIRE_KEEP_SECONDS: Final = 14 * DAY_SECONDS
COURIER_RENEW_SECONDS: Final = 180 * DAY_SECONDS
COURIER_KEEP_SECONDS: Final = 400 * DAY_SECONDS

_STATEMENT_TAG: Final = "dangyi/boxkey/1"
_NOTICE_TAG: Final = "dangyi/keynotice/1"


@dataclass(frozen=True, slots=True)
class KeyNotice:
    """A hub's answer in clear to an envelope that it cannot open."""

    statement: BoxKeyStatement
    """The box key to use."""
    envelope_hash: bytes
    """BLAKE2b-128(E) of the envelope that could not be opened."""
    signature: bytes
    """The hub's, over both, so that no old notice can be shown again."""


def keep_seconds(purpose: int) -> int:
    """How long the private part of a key is kept."""
    return {
        Purpose.WIRE: WIRE_KEEP_SECONDS,
        Purpose.COURIER: COURIER_KEEP_SECONDS,
    }[Purpose(purpose)]


def renew_seconds(purpose: int) -> int:
    """How long a key is the newest one."""
    return {
        Purpose.WIRE: WIRE_RENEW_SECONDS,
        Purpose.COURIER: COURIER_RENEW_SECONDS,
    }[Purpose(purpose)]


def next_serial(last_serial: int, hub_time: int) -> int:
    """The serial of a new key; rises also when a restored machine forgot some."""
    return max(last_serial + 1, hub_time)


def make_statement(
    seed: bytes, purpose: Purpose, serial: int, private: bytes, hub_time: int
) -> BoxKeyStatement:
    """The statement of the key whose X25519 private part is *private*."""
    bare = BoxKeyStatement(
        owner=public_key(seed),
        purpose=purpose,
        serial=serial,
        key=box_public_key(private),
        erase_after=hub_time + keep_seconds(purpose),
        signature=b"",
    )
    signature = sign(seed, _STATEMENT_TAG, _signed_form(bare))
    return BoxKeyStatement(
        bare.owner, bare.purpose, bare.serial, bare.key, bare.erase_after, signature
    )


def is_due(statement: BoxKeyStatement, hub_time: int) -> bool:
    """A new key should take this one's place."""
    lead = keep_seconds(statement.purpose) - renew_seconds(statement.purpose)
    return hub_time >= statement.erase_after - lead


def is_erasable(statement: BoxKeyStatement, hub_time: int) -> bool:
    """The private part should be erased."""
    return hub_time > statement.erase_after


def verify_statement(statement: BoxKeyStatement, owner: bytes | None = None) -> None:
    """Return if the statement is its owner's word, and the owner the one expected.

    Raises:
        BadSignature: it is not.
    """
    if owner is not None and statement.owner != owner:
        message = "a box key statement of another owner"
        raise BadSignature(message)
    verify(
        statement.owner, _STATEMENT_TAG, _signed_form(statement), statement.signature
    )


def newest(
    known: BoxKeyStatement | None, offered: BoxKeyStatement, owner: bytes
) -> BoxKeyStatement:
    """The one of two statements that counts; *offered* is verified first.

    Raises:
        BadSignature: *offered* is not the *owner*'s word.
    """
    verify_statement(offered, owner)
    if known is None or (
        offered.purpose == known.purpose and offered.serial > known.serial
    ):
        return offered
    return known


def statement_row(statement: BoxKeyStatement) -> tuple[Canonical, ...]:
    """The statement as an array: its signed form and the signature."""
    return (*_signed_row(statement), statement.signature)


def read_statement(reader: RowReader) -> BoxKeyStatement:
    """The statement that an array is; its signature is not checked here.

    Raises:
        RemoteProtocolError: it is none.
    """
    statement = BoxKeyStatement(
        owner=reader.fixed(PUBLIC_KEY_BYTES),
        purpose=reader.number(Purpose.COURIER, least=Purpose.WIRE),
        serial=reader.number(),
        key=reader.fixed(KEY_BYTES),
        erase_after=reader.number(),
        signature=reader.fixed(SIGNATURE_BYTES),
    )
    reader.end()
    return statement


def encode_statement(statement: BoxKeyStatement) -> bytes:
    """The statement's canonical bytes."""
    return encode(statement_row(statement))


def decode_statement(data: bytes) -> BoxKeyStatement:
    """The statement that *data* is; its signature is not checked here.

    Raises:
        RemoteProtocolError: it is none.
    """
    return read_statement(read_row(data, "box key statement"))


def make_notice(seed: bytes, statement: BoxKeyStatement, envelope_hash: bytes) -> bytes:
    """The answer in clear to the envelope with *envelope_hash*."""
    if statement.owner != public_key(seed):
        message = "a notice is about a key of its own signer"
        raise LocalProtocolError(message)
    row = (statement_row(statement), envelope_hash)
    return encode((*row, sign(seed, _NOTICE_TAG, encode(row))))


def open_notice(data: bytes, envelope_hash: bytes) -> KeyNotice:
    """The notice that answers our envelope, verified against its own owner key.

    Whether that owner is our hub the caller must check.

    Raises:
        RemoteProtocolError: it is no notice, or about another envelope.
        BadSignature: a signature does not verify.
    """
    reader = read_row(data, "key notice")
    notice = KeyNotice(
        statement=read_statement(RowReader(reader.take(), "box key statement")),
        envelope_hash=reader.fixed(16),
        signature=reader.fixed(SIGNATURE_BYTES),
    )
    reader.end()
    if notice.envelope_hash != envelope_hash:
        message = "a key notice about another envelope"
        raise BadSignature(message)
    verify_statement(notice.statement)
    row = (statement_row(notice.statement), notice.envelope_hash)
    verify(notice.statement.owner, _NOTICE_TAG, encode(row), notice.signature)
    return notice


def _signed_row(statement: BoxKeyStatement) -> tuple[Canonical, ...]:
    return (
        statement.owner,
        int(statement.purpose),
        statement.serial,
        statement.key,
        statement.erase_after,
    )


def _signed_form(statement: BoxKeyStatement) -> bytes:
    return encode(_signed_row(statement))
