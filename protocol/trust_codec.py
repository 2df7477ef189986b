"""Trust entries, trust lists and certificates as bytes (docs/protocol.md, Trust)."""

from __future__ import annotations

from protocol.canonical import Canonical, encode
from protocol.envelope import SUITE
from protocol.errors import MalformedFrame, UnsupportedVersion
from protocol.exchange_limits import (
    ALIASES_LIMIT,
    FORKS_LIMIT,
    SCOPES_LIMIT,
    TRUST_ENTRIES_LIMIT,
)
from protocol.identity import HASH_BYTES, LOG_ID_BYTES
from protocol.messages import (
    Certificate,
    Fork,
    GrantedScope,
    TrustEntry,
    TrustList,
)
from protocol.row_reader import RowReader, bounded, read_row, read_scope, scope_rows
from protocol.signing import PUBLIC_KEY_BYTES, SIGNATURE_BYTES


def encode_trust_entry(entry: TrustEntry) -> bytes:
    """The canonical bytes of one entry, over which the whole hash goes."""
    return encode(_entry_row(entry))


def decode_trust_entry(data: bytes) -> TrustEntry:
    """The entry that *data* is.

    Raises:
        RemoteProtocolError: it is none.
    """
    return _read_entry(read_row(data, "trust entry"))


def encode_trust_list(trust_list: TrustList) -> bytes:
    """The canonical bytes of a list, or of one part of it."""
    return encode(
        (
            trust_list.serial,
            trust_list.whole_hash,
            trust_list.signature,
            tuple(_entry_row(entry) for entry in trust_list.entries),
        )
    )


def decode_trust_list(data: bytes) -> TrustList:
    """The list that *data* is; its signature is not checked here.

    Raises:
        RemoteProtocolError: it is none.
    """
    reader = read_row(data, "trust list")
    trust_list = TrustList(
        serial=reader.number(),
        whole_hash=reader.fixed(HASH_BYTES),
        signature=reader.fixed(SIGNATURE_BYTES),
        entries=reader.rows(
            lambda row: _read_entry(RowReader(row, "trust entry")), TRUST_ENTRIES_LIMIT
        ),
    )
    reader.end()
    return trust_list


def encode_certificate(certificate: Certificate) -> bytes:
    """The certificate with its signature."""
    return encode((*_certificate_row(certificate), certificate.signature))


def decode_certificate(data: bytes) -> Certificate:
    """The certificate that *data* is; its signature is not checked here.

    Raises:
        RemoteProtocolError: it is none.
    """
    reader = read_row(data, "certificate")
    suite = reader.number(255)
    if suite != SUITE:
        message = f"a certificate of suite {suite}"
        raise UnsupportedVersion(message)
    certificate = Certificate(
        node_key=reader.fixed(PUBLIC_KEY_BYTES),
        name=reader.text(),
        site=reader.text(),
        scopes=reader.rows(_read_granted, SCOPES_LIMIT),
        role=reader.number(255, least=1),
        serial=reader.number(),
        not_before=reader.number(),
        signature=reader.fixed(SIGNATURE_BYTES),
    )
    reader.end()
    return certificate


def certificate_statement(certificate: Certificate) -> bytes:
    """What the hub signs: everything but the signature."""
    return encode(_certificate_row(certificate))


def _certificate_row(certificate: Certificate) -> tuple[Canonical, ...]:
    return (
        SUITE,
        certificate.node_key,
        bounded(certificate.name),
        bounded(certificate.site),
        tuple(_granted_row(granted) for granted in certificate.scopes),
        certificate.role,
        certificate.serial,
        certificate.not_before,
    )


def _entry_row(entry: TrustEntry) -> tuple[Canonical, ...]:
    return (
        entry.serial,
        entry.log,
        entry.public_key,
        entry.nonce,
        bounded(entry.name),
        tuple(_granted_row(granted) for granted in entry.scopes),
        int(entry.state),
        entry.cut_seq,
        entry.cut_hash,
        tuple(_fork_row(fork) for fork in entry.forks),
    )


def _read_entry(reader: RowReader) -> TrustEntry:
    entry = TrustEntry(
        serial=reader.number(),
        log=reader.fixed(LOG_ID_BYTES),
        public_key=reader.fixed(PUBLIC_KEY_BYTES),
        nonce=reader.fixed(16),
        name=reader.text(),
        scopes=reader.rows(_read_granted, SCOPES_LIMIT),
        state=reader.number(255, least=1),
        cut_seq=reader.number(),
        cut_hash=reader.fixed(0, HASH_BYTES),
        forks=reader.rows(_read_fork, FORKS_LIMIT),
    )
    reader.end()
    if bool(entry.cut_seq) != bool(entry.cut_hash):
        message = "a cut has a number and a hash, or neither"
        raise MalformedFrame(message)
    return entry


def _granted_row(granted: GrantedScope) -> tuple[Canonical, ...]:
    scope = granted.scope
    return (scope.fonds, scope.compartment, scope_rows(granted.aliases))


def _read_granted(row: object) -> GrantedScope:
    reader = RowReader(row, "granted scope")
    granted = GrantedScope(reader.scope(), reader.rows(read_scope, ALIASES_LIMIT))
    reader.end()
    return granted


def _fork_row(fork: Fork) -> tuple[Canonical, ...]:
    return (fork.seq, fork.kept_hash, fork.forked_hash, fork.first_n, fork.branch)


def _read_fork(row: object) -> Fork:
    reader = RowReader(row, "fork")
    fork = Fork(
        seq=reader.number(least=1),
        kept_hash=reader.fixed(HASH_BYTES),
        forked_hash=reader.fixed(HASH_BYTES),
        first_n=reader.number(least=1),
        branch=reader.fixed(0, LOG_ID_BYTES),
    )
    reader.end()
    return fork
