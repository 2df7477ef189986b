"""What the hub answers a hello with: the part of each scope's order that is new.

A feed starts at the place in the hello that it answers, never at a remembered one. An
entry is a stub where the room has proved, by its head's hash, that it holds the set.

A room whose chain tag is not this hub's at that place read another order there: the hub
was put back and gave the place again. It is told this hub's chain hash, and nothing on
top of entries that are no more; it goes back by itself, and asks from below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from node.errors import HistoryDamaged
from node.history.digest import scope_digest
from node.history.order import Segment, chain_at, head_of, way_from
from node.history.trust import scopes_of
from node.store.port import Rows
from node.store.row_types import HeadRow, OrderRow, SizedEntry
from protocol.changeset import stored_set, to_wire
from protocol.identity import Scope
from protocol.messages import (
    EMPTY_DIGEST,
    EntryKind,
    FeedOpening,
    FeedSet,
    FeedStubs,
    Hello,
    LogState,
    ScopeHead,
    ScopePlace,
    Span,
    TrustEntry,
)
from protocol.order import chain_tag
from protocol.order import scope_digest as signed_digest

_STUB_BYTES = 1
_ENTRY_BYTES = 16
_AT_ONCE = 512

PART_BYTES = 256 * 1024

FeedItem = FeedSet | FeedStubs | FeedOpening
Sent = bytes | None
"""Hash of the set that was sent last in the same body."""


@dataclass(frozen=True, slots=True)
class Stubs:
    """Which sets the room has proved to hold: of its log, up to its head."""

    log_no: int
    head_seq: int

    def covers(self, entry: OrderRow | SizedEntry) -> bool:
        """Whether the entry's set goes as a stub."""
        seq = entry.seq or 0
        return entry.log_no == self.log_no and 0 < seq <= self.head_seq


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of places of one scope that this answer carries."""

    scope: Scope
    scope_no: int
    segment: Segment


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """What one answer carries, decided before its first byte."""

    heads: tuple[ScopeHead, ...]
    stretches: tuple[Stretch, ...]
    spans: tuple[Span, ...]
    stubs: Stubs | None
    left_bytes: int = 0
    """What the feed leaves of what the room accepts."""


def plan_feed(
    rows: Rows, hello: Hello, entry: TrustEntry, trust_serial: int, budget_bytes: int
) -> FeedPlan:
    """Decide how far the answer goes in each scope that the sender may read."""
    stubs = stubs_for(rows, hello)
    heads: list[ScopeHead] = []
    stretches: list[Stretch] = []
    spans: list[Span] = []
    left = budget_bytes
    granted = scopes_of(rows, entry) if entry.state == LogState.ACTIVE else frozenset()
    for place in hello.scopes:
        scope_no = rows.scopes.number_of(place.scope)
        if scope_no is None or scope_no not in granted:
            continue
        head = head_of(rows, scope_no)
        if _has_parted(rows, scope_no, place):
            if budget_bytes > 0:
                heads.append(_head(rows, place, head, (), trust_serial))
            continue
        way = way_from(rows, scope_no, place.epoch, place.place)
        if not way:
            continue
        mine, left = _stretches(rows, place, scope_no, way, stubs, left)
        if not mine and not _is_known(rows, scope_no, place, budget_bytes):
            continue
        stretches += mine
        heads.append(_head(rows, place, head, mine, trust_serial))
        spans += [_span(rows, stretch) for stretch in mine]
    return FeedPlan(tuple(heads), tuple(stretches), tuple(spans), stubs, left)


def stubs_for(rows: Rows, hello: Hello) -> Stubs | None:
    """The sets that the hello proves to be held; None where it proves none."""
    log_no = rows.logs.number_of(hello.log)
    if log_no is None or hello.head_seq == 0:
        return None
    if rows.sets.get(log_no, hello.head_seq, hello.head_hash) is None:
        return None
    return Stubs(log_no, hello.head_seq)


def feed_part(
    rows: Rows, stretch: Stretch, after: int, before: Sent, plan: FeedPlan
) -> tuple[list[FeedItem], int, Sent]:
    """A part of a stretch behind *after*: its items, its last place, its last set.

    prev is left out of a set where *before* it in the same body goes its predecessor.
    """
    last = min(stretch.segment.last, after + _AT_ONCE)
    found = rows.orders.range(stretch.scope_no, stretch.segment.epoch, after, last)
    items: list[FeedItem] = []
    place = after
    size = 0
    for run in _runs(found, plan.stubs):
        if run[0].kind == EntryKind.OPENING:
            items.append(_opening(stretch.scope, run[0]))
            size += _ENTRY_BYTES
        elif plan.stubs is not None and plan.stubs.covers(run[0]):
            items.append(FeedStubs(stretch.scope, run[0].seq or 0, len(run)))
            size += _ENTRY_BYTES
        else:
            item, before = _feed_set(rows, stretch.scope, run[0], before)
            items.append(item)
            size += len(item.wire)
        place = run[-1].place
        if size >= PART_BYTES:
            break
    return items, place, before


def _stretches(
    rows: Rows,
    place: ScopePlace,
    scope_no: int,
    way: Sequence[Segment],
    stubs: Stubs | None,
    budget_bytes: int,
) -> tuple[list[Stretch], int]:
    found: list[Stretch] = []
    left = budget_bytes
    for segment in way:
        last, left = _reach(rows, scope_no, segment, stubs, left)
        is_whole = last == segment.last
        if not is_whole and segment.epoch == place.epoch and place.until:
            last = max(segment.after, min(last, place.until))
        if last > segment.after:
            part = Segment(segment.epoch, segment.after, last)
            found.append(Stretch(place.scope, scope_no, part))
        if not is_whole:
            break
    return found, left


def _has_parted(rows: Rows, scope_no: int, place: ScopePlace) -> bool:
    """Whether other entries led the room to its place than stand here."""
    chain = chain_at(rows, scope_no, place.epoch, place.place)
    return chain is not None and place.tag != chain_tag(chain, place.place)


def _is_known(rows: Rows, scope_no: int, place: ScopePlace, budget_bytes: int) -> bool:
    """Whether an answer without entries can name the hello's place as its end."""
    chain = chain_at(rows, scope_no, place.epoch, place.place)
    return budget_bytes > 0 and chain is not None


def _reach(
    rows: Rows, scope_no: int, segment: Segment, stubs: Stubs | None, budget_bytes: int
) -> tuple[int, int]:
    """The place to which *budget_bytes* reach, and what is left of them."""
    left = budget_bytes
    reached = segment.after
    while reached < segment.last:
        entries = rows.orders.sized(scope_no, segment.epoch, reached, _AT_ONCE)
        for entry in entries:
            if entry.place > segment.last or left <= 0:
                return reached, left
            is_stub = stubs is not None and stubs.covers(entry)
            left -= _STUB_BYTES if is_stub else entry.size_bytes + _ENTRY_BYTES
            reached = entry.place
        if not entries:
            break
    return reached, left


def _head(
    rows: Rows,
    place: ScopePlace,
    head: HeadRow,
    stretches: Sequence[Stretch],
    trust_serial: int,
) -> ScopeHead:
    scope_no = head.scope_no
    if stretches:
        epoch, last = stretches[-1].segment.epoch, stretches[-1].segment.last
    else:
        epoch, last = place.epoch, place.place
    chain = chain_at(rows, scope_no, epoch, last) or b""
    is_head = (epoch, last) == (head.epoch, head.place)
    digest = _digest(rows, head, trust_serial) if is_head else EMPTY_DIGEST
    head_place = head.place if epoch == head.epoch else last + 1
    return ScopeHead(place.scope, epoch, last, chain, head_place, digest)


def _digest(rows: Rows, head: HeadRow, trust_serial: int) -> bytes:
    if head.digest and head.digest_serial == trust_serial:
        return head.digest
    scope = rows.scopes.row(head.scope_no).scope
    root = scope_digest(rows, head.scope_no)
    digest = signed_digest(scope, head.epoch, head.place, trust_serial, root)
    if head.place:
        rows.orders.put_head(head._replace(digest=digest, digest_serial=trust_serial))
    return digest


def _span(rows: Rows, stretch: Stretch) -> Span:
    segment = stretch.segment
    return Span(
        scope=stretch.scope,
        epoch=segment.epoch,
        from_place=segment.after,
        from_chain=chain_at(rows, stretch.scope_no, segment.epoch, segment.after)
        or b"",
        to_place=segment.last,
        to_chain=chain_at(rows, stretch.scope_no, segment.epoch, segment.last) or b"",
    )


def _runs(entries: Sequence[OrderRow], stubs: Stubs | None) -> Iterator[list[OrderRow]]:
    """Entries one by one, but stubs whose seq follow each other together."""
    run: list[OrderRow] = []
    for entry in entries:
        is_stub = stubs is not None and stubs.covers(entry)
        follows = run and entry.seq == (run[-1].seq or 0) + 1
        if is_stub and follows:
            run.append(entry)
            continue
        if run:
            yield run
            run = []
        if is_stub:
            run = [entry]
        else:
            yield [entry]
    if run:
        yield run


def _opening(scope: Scope, entry: OrderRow) -> FeedOpening:
    return FeedOpening(
        scope=scope,
        epoch=entry.epoch,
        place=entry.place,
        from_epoch=entry.from_epoch,
        from_place=entry.from_place,
        from_chain=entry.hash,
    )


def _feed_set(
    rows: Rows, scope: Scope, entry: OrderRow, before: Sent
) -> tuple[FeedSet, Sent]:
    log_no, seq = entry.log_no or 0, entry.seq or 0
    row = rows.sets.get(log_no, seq, entry.hash)
    log = rows.logs.row(log_no)
    if row is None:
        raise HistoryDamaged(log.log, seq, "missing")
    change_set = stored_set(row.header, row.signature, row.body)
    has_predecessor = change_set.header.prev == before
    wire = to_wire(change_set, with_prev=not has_predecessor)
    branch = b"" if log.parent_no is None else log.log
    return FeedSet(scope, wire, branch), row.hash
