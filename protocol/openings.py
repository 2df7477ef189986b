"""Message 0 of every envelope: who speaks, bound to this one envelope.

A signature inside covers the envelope's binding, BLAKE2b-256(P ‖ E ‖ K), and the
receiver's Ed25519 key, so it can be shown neither in another envelope nor to another
receiver. A checkpoint is signed bare: it is evidence that is kept
(docs/protocol.md, Message 0).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

from protocol.checkpoint_codec import (
    decode_bundle_head,
    decode_checkpoint,
    encode_bundle_head,
    encode_checkpoint,
)
from protocol.errors import BadSignature, MalformedFrame
from protocol.hello_codec import decode_hello, encode_hello
from protocol.identity import digest_128
from protocol.joining_codec import decode_join, encode_join
from protocol.messages import BundleHead, Checkpoint, Hello, JoinStatement
from protocol.signing import SIGNATURE_BYTES, derive, sign, verify

ZERO_HELLO_HASH: Final = bytes(16)
"""In the checkpoint of a bundle to a room from which no hello was read yet."""

_HELLO_TAG: Final = "dangyi/hello/1"
_CHECKPOINT_TAG: Final = "dangyi/checkpoint/1"
_BUNDLE_TAG: Final = "dangyi/bundle/1"
_JOIN_TAG: Final = "dangyi/join/1"
_PROOF_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class OpenedHello:
    """A hello that was read; nobody's word until it is verified."""

    hello: Hello
    hello_bytes: bytes
    signature: bytes

    @property
    def hash(self) -> bytes:
        """BLAKE2b-128 of the hello and its signature, for the checkpoint."""
        return digest_128("dangyi/hellohash/1", self.hello_bytes, self.signature)

    def verify(self, sender: bytes, binding: bytes, receiver: bytes) -> None:
        """Return if *sender* said it in this envelope to this *receiver*.

        Raises:
            BadSignature: not so.
        """
        signed = binding + receiver + self.hello_bytes
        verify(sender, _HELLO_TAG, signed, self.signature)


@dataclass(frozen=True, slots=True)
class OpenedJoin:
    """A join statement whose node signature holds; its proof is yet to be checked."""

    statement: JoinStatement
    statement_bytes: bytes
    proof: bytes
    binding: bytes

    def check_secret(self, secret: bytes) -> None:
        """Return if the node knows the invitation's *secret*.

        Raises:
            BadSignature: it does not.
        """
        expected = _proof(secret, self.binding, self.statement_bytes)
        if not hmac.compare_digest(self.proof, expected):
            message = "the join does not prove the invitation's secret"
            raise BadSignature(message)


def seal_hello(hello: Hello, binding: bytes, receiver: bytes, seed: bytes) -> bytes:
    """Message 0 of an exchange or of a bundle to the hub."""
    data = encode_hello(hello)
    return data + sign(seed, _HELLO_TAG, binding + receiver + data)


def open_hello(message: bytes) -> OpenedHello:
    """The hello in message 0, not yet verified: its log says whose key is asked.

    Raises:
        RemoteProtocolError: there is none.
    """
    data, signature = _split(message, SIGNATURE_BYTES)
    return OpenedHello(decode_hello(data), data, signature)


def seal_checkpoint(checkpoint: Checkpoint, seed: bytes) -> bytes:
    """Message 0 of an answer."""
    data = encode_checkpoint(checkpoint)
    return data + sign(seed, _CHECKPOINT_TAG, data)


def open_checkpoint(message: bytes, hub_key: bytes) -> Checkpoint:
    """The checkpoint in message 0 of an answer, verified.

    Whether it answers our hello the caller sees in its ``hello_hash``.

    Raises:
        BadSignature: it is not the hub's word.
        RemoteProtocolError: there is none.
    """
    data, signature = _split(message, SIGNATURE_BYTES)
    verify(hub_key, _CHECKPOINT_TAG, data, signature)
    return decode_checkpoint(data)


def seal_bundle(
    head: BundleHead, binding: bytes, room_key: bytes, seed: bytes
) -> bytes:
    """Message 0 of a bundle to a room."""
    data = encode_bundle_head(head)
    return data + sign(seed, _BUNDLE_TAG, binding + room_key + data)


def open_bundle(
    message: bytes, binding: bytes, room_key: bytes, hub_key: bytes
) -> BundleHead:
    """The head of a bundle to us, verified.

    Raises:
        BadSignature: it is not the hub's word to this room in this envelope.
        RemoteProtocolError: there is none.
    """
    data, signature = _split(message, SIGNATURE_BYTES)
    verify(hub_key, _BUNDLE_TAG, binding + room_key + data, signature)
    return decode_bundle_head(data)


def seal_join(
    statement: JoinStatement, secret: bytes, binding: bytes, hub_key: bytes, seed: bytes
) -> bytes:
    """Message 0 of a join."""
    data = encode_join(statement)
    proof = _proof(secret, binding, data)
    return data + proof + sign(seed, _JOIN_TAG, binding + hub_key + data)


def open_join(message: bytes, binding: bytes, hub_key: bytes) -> OpenedJoin:
    """The join statement, verified against the node key that it names.

    Raises:
        BadSignature: the node did not say it in this envelope to this hub.
        RemoteProtocolError: there is none.
    """
    rest, signature = _split(message, SIGNATURE_BYTES)
    data, proof = _split(rest, _PROOF_BYTES)
    statement = decode_join(data)
    verify(statement.node_key, _JOIN_TAG, binding + hub_key + data, signature)
    return OpenedJoin(statement, data, proof, binding)


def _proof(secret: bytes, binding: bytes, data: bytes) -> bytes:
    return derive(secret, "dangyi-join", binding + data)


def _split(message: bytes, tail_bytes: int) -> tuple[bytes, bytes]:
    if len(message) <= tail_bytes:
        reason = "message 0 is shorter than its signature"
        raise MalformedFrame(reason)
    return message[:-tail_bytes], message[-tail_bytes:]
