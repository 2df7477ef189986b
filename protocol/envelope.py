"""The envelope: what every exchange and every bundle is wrapped in.

Sans-IO, after docs/protocol.md, Envelope. libsodium only. Laws of this file:

1. One secret K, one envelope. K is 32 fresh random bytes given by the caller.
2. Nothing leaves a reader that did not verify; after an error it gives nothing more.
3. Without the final mark the stream was cut: all messages before it are good.
4. An answer is written with fresh random bytes, so that answering one request twice
   never uses one key and nonce for two texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import nacl.bindings
from nacl.exceptions import CryptoError

from protocol.errors import (
    BadSignature,
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    UnknownBoxKey,
    UnsupportedVersion,
)
from protocol.exchange_limits import MESSAGE_LIMIT_BYTES
from protocol.signing import KEY_BYTES, box_public_key, derive

VERSION: Final = 1
SUITE: Final = 1
SECRET_BYTES: Final = 32
KEY_HASH_BYTES: Final = 8
PREAMBLE_BYTES: Final = 3 + KEY_HASH_BYTES
SEALED_BYTES: Final = nacl.bindings.crypto_box_SEALBYTES + SECRET_BYTES
ADDRESS_BYTES: Final = PREAMBLE_BYTES + SEALED_BYTES
STREAM_HEADER_BYTES: Final = (
    nacl.bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
)
HEAD_BYTES: Final = ADDRESS_BYTES + STREAM_HEADER_BYTES
LENGTH_BYTES: Final = 3
OVERHEAD_BYTES: Final = nacl.bindings.crypto_secretstream_xchacha20poly1305_ABYTES

_PUSH: Final = nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_PUSH
_FINAL: Final = nacl.bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class EnvelopeKind(IntEnum):
    """What an envelope holds."""

    EXCHANGE = 1
    BUNDLE_TO_HUB = 2
    BUNDLE_TO_ROOM = 3
    JOIN = 4


_KINDS: Final = frozenset(int(kind) for kind in EnvelopeKind)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What both sides of one envelope know."""

    kind: EnvelopeKind
    address: bytes
    """P ‖ E, 91 bytes; the additional data of message 0 in both directions."""
    binding: bytes
    """BLAKE2b-256(P ‖ E ‖ K): what a signature inside binds itself to."""
    key_up: bytes = field(repr=False)
    key_down: bytes = field(repr=False)

    @property
    def forward_key(self) -> bytes:
        """The key that this kind of envelope itself is written with."""
        if self.kind is EnvelopeKind.BUNDLE_TO_ROOM:
            return self.key_down
        return self.key_up


def box_key_hash(key: bytes) -> bytes:
    """BLAKE2b-64 of an X25519 key: how an envelope names its receiver's key."""
    return hashlib.blake2b(key, digest_size=KEY_HASH_BYTES).digest()


def sealed_hash(address: bytes) -> bytes:
    """BLAKE2b-128(E): how a key notice names the envelope that it answers."""
    sealed = address[PREAMBLE_BYTES:ADDRESS_BYTES]
    return hashlib.blake2b(sealed, digest_size=16).digest()


class EnvelopeWriter:
    """Writes one stream of messages. What is pushed may be sent at once."""

    def __init__(self, secrets: Secrets, key: bytes, head: bytes) -> None:
        self.secrets = secrets
        self.head = head
        """Goes before everything that is pushed."""
        self.is_finished = False
        self._state = _stream_state(head[-STREAM_HEADER_BYTES:], key)
        self._first_data: bytes | None = secrets.address

    @classmethod
    def to_receiver(
        cls, kind: EnvelopeKind, box_key: bytes, secret: bytes
    ) -> EnvelopeWriter:
        """An envelope for the owner of *box_key*; *secret* is K, never used twice."""
        if len(secret) != SECRET_BYTES or len(box_key) != KEY_BYTES:
            message = "an envelope needs a 32-byte secret and a 32-byte box key"
            raise LocalProtocolError(message)
        preamble = bytes((VERSION, SUITE, kind)) + box_key_hash(box_key)
        secrets = _secrets(kind, preamble + _seal(secret, box_key), secret)
        key = secrets.forward_key
        header = derive(key, "dangyi-header", b"")[:STREAM_HEADER_BYTES]
        return cls(secrets, key, secrets.address + header)

    @property
    def binding(self) -> bytes:
        """BLAKE2b-256(P ‖ E ‖ K)."""
        return self.secrets.binding

    def push(self, message: bytes, *, is_final: bool = False) -> bytes:
        """The bytes of one message; with *is_final*, of the end mark (empty)."""
        if self.is_finished or len(message) > MESSAGE_LIMIT_BYTES:
            reason = "the envelope is finished, or the message too long"
            raise LocalProtocolError(reason)
        if is_final == bool(message):
            reason = "the end mark is empty, every other message is not"
            raise LocalProtocolError(reason)
        data, self._first_data = self._first_data, None
        sealed: bytes = nacl.bindings.crypto_secretstream_xchacha20poly1305_push(
            self._state, message, data, _FINAL if is_final else _PUSH
        )
        self.is_finished = is_final
        return len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed

    def finish(self) -> bytes:
        """The end mark."""
        return self.push(b"", is_final=True)

    def answer_reader(self) -> MessageReader:
        """A reader of the answer to this envelope."""
        return MessageReader(self.secrets, self.secrets.key_down)


class MessageReader:
    """Reads one stream, from its 24-byte header to its end mark."""

    def __init__(self, secrets: Secrets, key: bytes) -> None:
        self.secrets = secrets
        self.is_final = False
        """The end mark has been read."""
        self.messages_read = 0
        self._key = key
        self._state: nacl.bindings.crypto_secretstream_xchacha20poly1305_state | None
        self._state = None
        self._buffer = bytearray()
        self._fault: BadSignature | FrameTooLarge | MalformedFrame | None = None

    @property
    def binding(self) -> bytes:
        """BLAKE2b-256(P ‖ E ‖ K)."""
        return self.secrets.binding

    @property
    def is_between_messages(self) -> bool:
        """No part of a message is waiting for its rest."""
        return self._state is not None and not self._buffer

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that *data* completes.

        Messages completed before a fault in the same *data* are given first; the
        fault is raised by the next call, which may be with nothing.

        Raises:
            BadSignature: a message does not verify.
            FrameTooLarge: a message states a length above the limit.
            MalformedFrame: bytes follow the end mark, or a tag is wrong.
        """
        if self._fault is not None:
            raise self._fault
        self._buffer += data
        messages: list[bytes] = []
        try:
            while (message := self._next()) is not None:
                messages.append(message)
        except (BadSignature, FrameTooLarge, MalformedFrame) as fault:
            self._fault = fault
            self._buffer.clear()
            if not messages:
                raise
        return messages

    def _next(self) -> bytes | None:
        if self._state is None:
            if len(self._buffer) < STREAM_HEADER_BYTES:
                return None
            self._state = _stream_state(self._take(STREAM_HEADER_BYTES), self._key)
        if self.is_final:
            if self._buffer:
                reason = "bytes follow the end mark"
                raise MalformedFrame(reason)
            return None
        if len(self._buffer) < LENGTH_BYTES:
            return None
        length = int.from_bytes(self._buffer[:LENGTH_BYTES], "big")
        if length > MESSAGE_LIMIT_BYTES + OVERHEAD_BYTES:
            reason = f"a message of {length} bytes"
            raise FrameTooLarge(reason)
        if length < OVERHEAD_BYTES:
            reason = "a message shorter than its authenticator"
            raise MalformedFrame(reason)
        if len(self._buffer) < LENGTH_BYTES + length:
            return None
        sealed = self._take(LENGTH_BYTES + length)[LENGTH_BYTES:]
        return self._open(self._state, sealed)

    def _open(
        self,
        state: nacl.bindings.crypto_secretstream_xchacha20poly1305_state,
        sealed: bytes,
    ) -> bytes | None:
        data = None if self.messages_read else self.secrets.address
        try:
            message, tag = nacl.bindings.crypto_secretstream_xchacha20poly1305_pull(
                state, sealed, data
            )
        except CryptoError as error:
            raise BadSignature from error
        if (tag, bool(message)) not in {(_PUSH, True), (_FINAL, False)}:
            reason = "the end mark is empty, every other message is not"
            raise MalformedFrame(reason)
        self.messages_read += 1
        if tag == _FINAL:
            self.is_final = True
            return self._next()
        return bytes(message)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


class EnvelopeReader:
    """Reads an envelope addressed to one of our box keys."""

    def __init__(self, open_key: Callable[[bytes], bytes | None]) -> None:
        self._open_key = open_key
        """From an 8-byte key hash to our X25519 private part, or None."""
        self._head = bytearray()
        self._stream: MessageReader | None = None

    @property
    def secrets(self) -> Secrets:
        """What both sides know; once the first 91 bytes have been fed."""
        return self._opened().secrets

    @property
    def kind(self) -> EnvelopeKind:
        """What the envelope holds."""
        return self.secrets.kind

    @property
    def binding(self) -> bytes:
        """BLAKE2b-256(P ‖ E ‖ K)."""
        return self.secrets.binding

    @property
    def is_open(self) -> bool:
        """The head has been read, so kind, binding and secrets are known."""
        return self._stream is not None

    @property
    def is_final(self) -> bool:
        """The end mark has been read."""
        return self._stream is not None and self._stream.is_final

    @property
    def is_between_messages(self) -> bool:
        """No part of a message is waiting for its rest."""
        return self._stream is not None and self._stream.is_between_messages

    @property
    def envelope_hash(self) -> bytes:
        """BLAKE2b-128(E), for a key notice; once 91 bytes have been fed."""
        return sealed_hash(bytes(self._head))

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that *data* completes.

        Raises:
            UnsupportedVersion: version, suite or kind is not one of ours.
            UnknownBoxKey: we do not hold the private part.
            BadSignature: the head or a message does not verify.
            FrameTooLarge: a message states a length above the limit.
            MalformedFrame: bytes follow the end mark, or a tag is wrong.
        """
        if self._stream is None:
            wanted = ADDRESS_BYTES - len(self._head)
            self._head += data[:wanted]
            data = data[wanted:]
            _check_preamble(self._head)
            if len(self._head) < ADDRESS_BYTES:
                return []
            secrets = _open_address(bytes(self._head), self._open_key)
            self._stream = MessageReader(secrets, secrets.forward_key)
        return self._stream.feed(data)

    def answer_writer(self, fresh: bytes) -> EnvelopeWriter:
        """A writer of the answer; *fresh* is 24 random bytes, never used twice."""
        if len(fresh) != STREAM_HEADER_BYTES:
            reason = "an answer needs 24 fresh bytes"
            raise LocalProtocolError(reason)
        secrets = self.secrets
        return EnvelopeWriter(secrets, secrets.key_down, fresh)

    def _opened(self) -> MessageReader:
        if self._stream is None:
            reason = "the head of the envelope has not been read"
            raise LocalProtocolError(reason)
        return self._stream


def probe(kind: EnvelopeKind, secret: bytes) -> bytes:
    """A head addressed to nobody: asks a hub for its box key statement."""
    nobody = box_public_key(derive(secret, "dangyi-nobody", b""))
    return EnvelopeWriter.to_receiver(kind, nobody, secret).head


def _check_preamble(head: bytearray) -> None:
    known = (frozenset({VERSION}), frozenset({SUITE}), _KINDS)
    for value, values in zip(head, known, strict=False):
        if value not in values:
            raise UnsupportedVersion(bytes(head[:3]).hex())


def _open_address(address: bytes, open_key: Callable[[bytes], bytes | None]) -> Secrets:
    name = address[3:PREAMBLE_BYTES]
    private = open_key(name)
    if private is None:
        raise UnknownBoxKey(name.hex())
    public = box_public_key(private)
    try:
        secret = nacl.bindings.crypto_box_seal_open(
            address[PREAMBLE_BYTES:], public, private
        )
    except CryptoError as error:
        raise BadSignature from error
    return _secrets(EnvelopeKind(address[2]), address, secret)


def _secrets(kind: EnvelopeKind, address: bytes, secret: bytes) -> Secrets:
    return Secrets(
        kind=kind,
        address=address,
        binding=hashlib.blake2b(address + secret, digest_size=32).digest(),
        key_up=derive(secret, "dangyi-up", address),
        key_down=derive(secret, "dangyi-down", address),
    )


def _seal(secret: bytes, box_key: bytes) -> bytes:
    """crypto_box_seal(K) whose one-time key comes from K, which is random already.

    So the bytes depend on nothing but the arguments. Any opener of sealed boxes
    reads it.
    """
    once = derive(secret, "dangyi-seal", box_key)
    once_public = box_public_key(once)
    nonce = hashlib.blake2b(once_public + box_key, digest_size=24).digest()
    try:
        boxed: bytes = nacl.bindings.crypto_box(secret, nonce, box_key, once)
    except CryptoError as error:
        raise BadSignature from error
    return once_public + boxed


def _stream_state(
    header: bytes, key: bytes
) -> nacl.bindings.crypto_secretstream_xchacha20poly1305_state:
    """A stream begun with *header*; the same for writing and for reading."""
    state = nacl.bindings.crypto_secretstream_xchacha20poly1305_state()
    nacl.bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    return state
