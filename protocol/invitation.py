"""The invitation as text: what an operator reads out, copies or sends.

``dangyi:AAAA-BBBB-…@http://host:port`` — 112 base32 characters in groups of four,
then the address, which may be empty. The last six bytes check the whole, address
included. Reading forgives case, spaces, line ends, full-width forms, dashes of any
kind or none, and 0, 1 and 8 written for O, I and B.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from typing import Final

from protocol.errors import LocalProtocolError, MalformedFrame
from protocol.exchange_limits import ADDRESS_LIMIT_BYTES
from protocol.messages import Invitation

_SCHEME: Final = "dangyi:"
_GROUP: Final = 4
_CHECK_BYTES: Final = 6
_SIZES: Final = (16, 16, 32, _CHECK_BYTES)
_CHARACTERS: Final = sum(_SIZES) * 8 // 5
_FORGIVEN: Final = str.maketrans("018", "OIB", " -–—−\t\r\n")


def encode_invitation(invitation: Invitation) -> str:
    """The text of the invitation."""
    address = invitation.address
    if not _is_address(address):
        message = f"an address that no invitation can carry: {address!r}"
        raise LocalProtocolError(message)
    secret = invitation.invitation + invitation.secret + invitation.hub_key_hash
    if len(secret) != sum(_SIZES) - _CHECK_BYTES:
        message = "an invitation has 16, 16 and 32 bytes"
        raise LocalProtocolError(message)
    letters = base64.b32encode(secret + _check(secret, address)).decode("ascii")
    groups = (
        letters[start : start + _GROUP] for start in range(0, _CHARACTERS, _GROUP)
    )
    return f"{_SCHEME}{'-'.join(groups)}@{address}"


def decode_invitation(text: str) -> Invitation:
    """The invitation that a person typed or pasted.

    Raises:
        MalformedFrame: it has not the form of one, or its check does not hold.
    """
    body = unicodedata.normalize("NFKC", text).strip()
    if body[: len(_SCHEME)].lower() == _SCHEME:
        body = body[len(_SCHEME) :]
    letters, _at, address = body.partition("@")
    letters = letters.upper().translate(_FORGIVEN)
    address = address.strip()
    if len(letters) != _CHARACTERS or not _is_address(address):
        message = f"{len(letters)} characters where {_CHARACTERS} should stand"
        raise MalformedFrame(message)
    try:
        data = base64.b32decode(letters)
    except (binascii.Error, ValueError) as error:
        message = "a character that no invitation has"
        raise MalformedFrame(message) from error
    secret, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if not hmac.compare_digest(check, _check(secret, address)):
        message = "the check of the invitation does not hold"
        raise MalformedFrame(message)
    return Invitation(secret[:16], secret[16:32], secret[32:], address)


def _check(secret: bytes, address: str) -> bytes:
    data = b"dangyi/invitation/1\0" + secret + address.encode("ascii")
    return hashlib.blake2b(data, digest_size=_CHECK_BYTES).digest()


def _is_address(address: str) -> bool:
    is_plain = address.isascii() and (not address or address.isprintable())
    return is_plain and " " not in address and len(address) <= ADDRESS_LIMIT_BYTES
