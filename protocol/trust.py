"""What a trust list proves, and what an entry lets a change-set be.

The hub signs (serial, hash of all entries). A node that has merged what it was sent
into what it had can so prove that it holds the whole list (docs/protocol.md, Trust).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from protocol.canonical import encode
from protocol.errors import BadSignature
from protocol.exchange_limits import FRAME_PLAIN_LIMIT_BYTES, TRUST_ENTRIES_LIMIT
from protocol.identity import digest_256, log_id
from protocol.messages import Certificate, LogState, TrustEntry, TrustList
from protocol.signing import sign, verify
from protocol.trust_codec import certificate_statement, encode_trust_entry

_LIST_TAG: Final = "dangyi/trust/1"
_CERTIFICATE_TAG: Final = "dangyi/certificate/1"
_PART_BYTES: Final = FRAME_PLAIN_LIMIT_BYTES // 4
"""A part of a long list stays well below a frame, so that a cut costs little."""


def whole_hash(entries: Iterable[TrustEntry]) -> bytes:
    """BLAKE2b-256 over all entries, sorted by log, each with its length before it."""
    parts: list[bytes] = []
    for entry in sorted(entries, key=lambda entry: entry.log):
        data = encode_trust_entry(entry)
        parts += (len(data).to_bytes(4, "big"), data)
    return digest_256("dangyi/trustlist/1", *parts)


def make_trust_list(
    serial: int, entries: Sequence[TrustEntry], known_serial: int, seed: bytes
) -> TrustList:
    """The list of *serial* for who knows it up to *known_serial*; *entries* are all."""
    whole = whole_hash(entries)
    return TrustList(
        serial=serial,
        whole_hash=whole,
        signature=sign(seed, _LIST_TAG, _signed_form(serial, whole)),
        entries=tuple(entry for entry in entries if entry.serial > known_serial),
    )


def split_trust_list(trust_list: TrustList) -> tuple[TrustList, ...]:
    """The list as parts that each fit a frame; all but a long one are one part."""
    parts: list[tuple[TrustEntry, ...]] = []
    part: list[TrustEntry] = []
    size = 0
    for entry in trust_list.entries:
        length = len(encode_trust_entry(entry))
        if part and (size + length > _PART_BYTES or len(part) == TRUST_ENTRIES_LIMIT):
            parts.append(tuple(part))
            part, size = [], 0
        part.append(entry)
        size += length
    if part or not parts:
        parts.append(tuple(part))
    return tuple(
        TrustList(
            trust_list.serial, trust_list.whole_hash, trust_list.signature, entries
        )
        for entries in parts
    )


def merged(
    known: Mapping[bytes, TrustEntry], parts: Iterable[TrustList]
) -> dict[bytes, TrustEntry]:
    """What was known by log, with the entries of *parts* in their places."""
    entries = dict(known)
    for part in parts:
        entries.update((entry.log, entry) for entry in part.entries)
    return entries


def verify_trust_signature(trust_list: TrustList, hub_key: bytes) -> None:
    """Return if the hub signed this serial and this hash of the whole list.

    Raises:
        BadSignature: it did not.
    """
    signed = _signed_form(trust_list.serial, trust_list.whole_hash)
    verify(hub_key, _LIST_TAG, signed, trust_list.signature)


def is_whole(entries: Iterable[TrustEntry], trust_list: TrustList) -> bool:
    """The merged *entries* are all that the list speaks of; no part is missing."""
    return whole_hash(entries) == trust_list.whole_hash


def verify_trust_list(
    entries: Iterable[TrustEntry], trust_list: TrustList, hub_key: bytes
) -> None:
    """Return if the merged *entries* are the hub's whole list.

    Raises:
        BadSignature: they are not, or an entry's log is not of its key and nonce.
    """
    verify_trust_signature(trust_list, hub_key)
    everyone = tuple(entries)
    if not is_whole(everyone, trust_list):
        message = "the entries are not the list that the hub signed"
        raise BadSignature(message)
    for entry in everyone:
        if entry.log != log_id(entry.public_key, entry.nonce):
            message = f"log {entry.log.hex()} is not of the key that its entry names"
            raise BadSignature(message)


def sign_certificate(certificate: Certificate, seed: bytes) -> Certificate:
    """The certificate with the hub's signature."""
    return Certificate(
        node_key=certificate.node_key,
        name=certificate.name,
        site=certificate.site,
        scopes=certificate.scopes,
        role=certificate.role,
        serial=certificate.serial,
        not_before=certificate.not_before,
        signature=sign(seed, _CERTIFICATE_TAG, certificate_statement(certificate)),
    )


def verify_certificate(
    certificate: Certificate, hub_key: bytes, node_key: bytes
) -> None:
    """Return if the hub certified *node_key*.

    Raises:
        BadSignature: it did not.
    """
    if certificate.node_key != node_key:
        message = "a certificate of another node key"
        raise BadSignature(message)
    signed = certificate_statement(certificate)
    verify(hub_key, _CERTIFICATE_TAG, signed, certificate.signature)


def accepts(entry: TrustEntry, seq: int, set_hash: bytes) -> bool:
    """The set counts: it is not above, or beside, the cut of its log.

    Below the cut the chain decides: a set that does not lead to the cut's hash is
    not of this log.
    """
    if entry.state != LogState.REVOKED:
        return True
    return seq < entry.cut_seq or (seq == entry.cut_seq and set_hash == entry.cut_hash)


def _signed_form(serial: int, whole: bytes) -> bytes:
    return encode((serial, whole))
