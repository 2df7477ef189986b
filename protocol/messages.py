"""What travels in an exchange beside change-sets, as values.

docs/protocol.md, Messages. Codecs are in protocol/message_codec.py and
protocol/items.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from protocol.identity import Scope

EMPTY_DIGEST: Final = b""


class Verdict(IntEnum):
    """What the hub made of a change-set."""

    APPLIED = 1
    DUPLICATE = 2
    WAITING = 3
    CONFLICT = 4
    """Admitted; it opened at least one ticket."""
    QUARANTINED = 5
    BARRED = 6
    FORKED = 7
    REFUSED = 8
    """It does not verify; nothing was stored."""


class EntryKind(IntEnum):
    """What stands at a place of a scope's hub order."""

    CHANGE_SET = 1
    OPENING = 2
    """The first entry of an epoch above 1."""


class LogState(IntEnum):
    """What the hub says of a log."""

    ACTIVE = 1
    REVOKED = 2


class Purpose(IntEnum):
    """What a box key is for."""

    WIRE = 1
    COURIER = 2


@dataclass(frozen=True, slots=True)
class Parent:
    """The incarnation that a log continues."""

    log: bytes
    seq: int
    hash: bytes
    n: int
    """Last n that the parent used, as far as the child knows."""


@dataclass(frozen=True, slots=True)
class AliasRun:
    """Unsealed operations re-issued: parent's *old_n* … became own *new_n* …."""

    old_n: int
    count: int
    new_n: int


@dataclass(frozen=True, slots=True)
class Birth:
    """Stands in the header of seq 1, and in hellos until seq 1 is receipted."""

    public_key: bytes
    nonce: bytes
    """16 bytes."""
    parent: Parent | None = None
    aliases: tuple[AliasRun, ...] = ()


@dataclass(frozen=True, slots=True)
class BoxKeyStatement:
    """The owner's word about its X25519 key of one purpose."""

    owner: bytes
    purpose: int
    serial: int
    key: bytes
    erase_after: int
    """Unix seconds after which the private part is gone."""
    signature: bytes


@dataclass(frozen=True, slots=True)
class ScopePlace:
    """Up to where a room has a scope's order."""

    scope: Scope
    epoch: int
    place: int
    until: int = 0
    """Upper bound of this session, fixed at its first answer; 0: not yet fixed."""
    tag: bytes = b""
    """Chain tag of that place as the room holds it; empty at place 0, and only there:
    places count, the tag tells which entries they count."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The room's first words."""

    log: bytes
    exchange: int
    """x: rises with every hello, committed before it is sent."""
    head_seq: int
    head_hash: bytes
    scopes: tuple[ScopePlace, ...]
    verdicts: int
    """Number of the last verdict known."""
    trust_serial: int
    wire_serial: int
    """Serial known of the hub's wire box key; 0 none."""
    courier_serial: int
    accepts_bytes: int
    clock: int
    """The room's clock, Unix seconds; evidence only."""
    is_plain: bool = False
    """Ask for an answer that names no prefix (after ``unknown-prefix``)."""
    birth: Birth | None = None


@dataclass(frozen=True, slots=True)
class ScopeHead:
    """Where this answer's feed of one scope ends."""

    scope: Scope
    epoch: int
    place: int
    chain: bytes
    head_place: int
    """The scope's head at the hub when the answer was made (same epoch)."""
    digest: bytes = EMPTY_DIGEST
    """Digest of the scope when *place* is the head, else empty."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The hub's signed word about where it stands."""

    hub_time: int
    scopes: tuple[ScopeHead, ...]
    """Only scopes whose head is above the hello's place."""
    receipted_seq: int
    """Highest seq up to which all of the hello's log is stored; 0 none."""
    receipted_hash: bytes
    """32 bytes; zeros with seq 0."""
    receipt: int
    """Receipt number of that set; 0 none."""
    hello_hash: bytes
    """BLAKE2b-128 of the hello and its signature; zeros where there was none."""


@dataclass(frozen=True, slots=True)
class Result:
    """One verdict for *count* sets from *first_seq* on."""

    first_seq: int
    count: int
    verdict: int
    reason: str = ""
    """A slug; empty but for waiting, quarantined, barred, forked and refused."""


@dataclass(frozen=True, slots=True)
class Results:
    """Verdicts of the hello's log that are above the number it knew."""

    up_to: int
    """Number of the last verdict in here."""
    runs: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class GrantedScope:
    """A scope that a log may write and read, with the room's own earlier ids of it."""

    scope: Scope
    aliases: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class Fork:
    """The hub's decision about two sets with one (log, seq)."""

    seq: int
    kept_hash: bytes
    forked_hash: bytes
    first_n: int
    """First n of the forked set: from there on the log's dots mean the branch's."""
    branch: bytes = b""
    """LogId of the branch in which the fork happened; empty: in the log itself."""


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """What everybody may rely on about one log."""

    serial: int
    log: bytes
    public_key: bytes
    nonce: bytes
    name: str
    """The machine's name, for people."""
    scopes: tuple[GrantedScope, ...]
    state: int = LogState.ACTIVE
    cut_seq: int = 0
    """With state REVOKED: sets above it count neither as values nor as namings."""
    cut_hash: bytes = b""
    forks: tuple[Fork, ...] = ()


@dataclass(frozen=True, slots=True)
class TrustList:
    """Entries that changed, and the hub's signature over serial and whole list."""

    serial: int
    whole_hash: bytes
    """BLAKE2b-256 over all entries, sorted by log."""
    signature: bytes
    entries: tuple[TrustEntry, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """The hub's word that a node key belongs to a machine of a site."""

    node_key: bytes
    name: str
    site: str
    scopes: tuple[GrantedScope, ...]
    role: int
    """1 room · 2 hub."""
    serial: int
    not_before: int
    """Hub time, Unix seconds."""
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class OwnFonds:
    """A fonds that a room wrote before it joined."""

    scope: Scope
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class JoinStatement:
    """What a machine that wants to join says of itself."""

    invitation: bytes
    """16 bytes."""
    node_key: bytes
    nonce: bytes
    name: str
    wire_key: BoxKeyStatement
    courier_key: BoxKeyStatement
    fonds: tuple[OwnFonds, ...] = ()


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the hub's operator hands to a room, once."""

    invitation: bytes
    """16 bytes."""
    secret: bytes
    """16 bytes."""
    hub_key_hash: bytes
    """BLAKE2b-256 of the hub's Ed25519 key."""
    address: str
    """``http://host:port``; may be empty."""


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a scope's order that a bundle carries."""

    scope: Scope
    epoch: int
    from_place: int
    from_chain: bytes
    to_place: int
    to_chain: bytes


@dataclass(frozen=True, slots=True)
class BundleHead:
    """Message 0 of a bundle to a room."""

    log: bytes
    spans: tuple[Span, ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class FeedSet:
    """One entry of a scope's order, whole."""

    scope: Scope
    wire: bytes
    """The set as it travels (protocol/changeset.py to_wire)."""
    branch: bytes = b""
    """LogId of the branch where the set belongs to a fork; else empty."""


@dataclass(frozen=True, slots=True)
class FeedStubs:
    """Consecutive entries of a scope's order that are the hello's own sets."""

    scope: Scope
    first_seq: int
    count: int


@dataclass(frozen=True, slots=True)
class FeedOpening:
    """The entry that opens an epoch: it goes on from an older epoch's place."""

    scope: Scope
    epoch: int
    place: int
    from_epoch: int
    from_place: int
    from_chain: bytes


@dataclass(frozen=True, slots=True)
class SetItem:
    """A change-set on its way up."""

    wire: bytes


@dataclass(frozen=True, slots=True)
class ExtractItem:
    """A head or a part of an extract, not read yet: a broken one stops nothing else."""

    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExtractsHeld:
    """What a room has of extracts, on its way up; read where it is used."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class UnknownItem:
    """An item of a kind that this version does not know; skipped."""

    kind: int
    payload: bytes = field(repr=False)


Item = (
    SetItem
    | FeedSet
    | FeedStubs
    | FeedOpening
    | Results
    | TrustList
    | Certificate
    | BoxKeyStatement
    | ExtractItem
    | ExtractsHeld
    | UnknownItem
)
"""What the plain text of a frame holds."""
