"""The one door to Ed25519, keyed hashing and X25519 (suite 1).

Every signature is over ``tag ‖ 0x00 ‖ message``, so that no signature made for one
purpose can be shown for another. Private parts come from the caller; nothing here
makes randomness (docs/protocol.md, Identity and Envelope).
"""

from __future__ import annotations

import hashlib
from typing import Final

import nacl.bindings
from nacl.exceptions import CryptoError

from protocol.errors import BadSignature, LocalProtocolError

SEED_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEY_BYTES: Final = 32


def public_key(seed: bytes) -> bytes:
    """The Ed25519 public key of the 32-byte *seed*."""
    _check_size(seed, SEED_BYTES, "an Ed25519 seed")
    public, _secret = nacl.bindings.crypto_sign_seed_keypair(seed)
    return bytes(public)


def sign(seed: bytes, tag: str, message: bytes) -> bytes:
    """The 64-byte Ed25519 signature of *message* for the purpose *tag*."""
    return sign_bytes(seed, _tagged(tag, message))


def verify(public: bytes, tag: str, message: bytes, signature: bytes) -> None:
    """Return if *signature* is the owner's of *public* for *tag* and *message*.

    Raises:
        BadSignature: it is not, or a length is wrong.
    """
    verify_bytes(public, _tagged(tag, message), signature)


def sign_bytes(seed: bytes, message: bytes) -> bytes:
    """The bare Ed25519 signature of RFC 8032."""
    _check_size(seed, SEED_BYTES, "an Ed25519 seed")
    _public, secret = nacl.bindings.crypto_sign_seed_keypair(seed)
    signed = nacl.bindings.crypto_sign(message, secret)
    return bytes(signed[:SIGNATURE_BYTES])


def verify_bytes(public: bytes, message: bytes, signature: bytes) -> None:
    """Return if the bare Ed25519 *signature* verifies.

    Raises:
        BadSignature: it does not, or a length is wrong.
    """
    if len(public) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise BadSignature
    try:
        nacl.bindings.crypto_sign_open(signature + message, public)
    except CryptoError as error:
        raise BadSignature from error


def derive(key: bytes, person: str, data: bytes) -> bytes:
    """BLAKE2b-256 of *data* under *key* for the purpose *person*."""
    if not 16 <= len(key) <= 64:
        message = "a derivation key has 16 to 64 bytes"
        raise LocalProtocolError(message)
    return hashlib.blake2b(
        data, digest_size=KEY_BYTES, key=key, person=person.encode("ascii")
    ).digest()


def key_hash(key: bytes) -> bytes:
    """BLAKE2b-256 of a public key, as an invitation carries it."""
    return hashlib.blake2b(key, digest_size=32).digest()


def box_public_key(private: bytes) -> bytes:
    """The X25519 public key of the 32 private bytes."""
    _check_size(private, KEY_BYTES, "an X25519 key")
    return bytes(nacl.bindings.crypto_scalarmult_base(private))


def shared_point(private: bytes, public: bytes) -> bytes:
    """The X25519 product of RFC 7748.

    Raises:
        BadSignature: *public* is of small order; nobody can hold its private part.
    """
    _check_size(private, KEY_BYTES, "an X25519 key")
    _check_size(public, KEY_BYTES, "an X25519 key")
    try:
        return bytes(nacl.bindings.crypto_scalarmult(private, public))
    except CryptoError as error:
        raise BadSignature from error


def _tagged(tag: str, message: bytes) -> bytes:
    return tag.encode("ascii") + b"\0" + message


def _check_size(value: bytes, size: int, what: str) -> None:
    if len(value) != size:
        message = f"{what} has {size} bytes, not {len(value)}"
        raise LocalProtocolError(message)
