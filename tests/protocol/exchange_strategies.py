"""Hypothesis strategies for everything that an exchange carries."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st

from protocol.exchange_limits import COUNT_LIMIT
from protocol.identity import Scope
from protocol.messages import (
    AliasRun,
    Birth,
    BoxKeyStatement,
    BundleHead,
    Certificate,
    Checkpoint,
    ExtractItem,
    ExtractsHeld,
    FeedOpening,
    FeedSet,
    FeedStubs,
    Fork,
    GrantedScope,
    Hello,
    Item,
    JoinStatement,
    OwnFonds,
    Parent,
    Result,
    Results,
    ScopeHead,
    ScopePlace,
    SetItem,
    Span,
    TrustEntry,
    TrustList,
    UnknownItem,
)

T = TypeVar("T")
BOUNDARIES = (0, 1, 127, 128, 255, 256, 2**31 - 1, 2**31, 2**32 - 1, 2**32, COUNT_LIMIT)
counts = st.sampled_from(BOUNDARIES) | st.integers(0, COUNT_LIMIT)
numbers = counts.filter(bool)
names = st.sampled_from(("", "库伦旗", "e\u0301", "é", "\0", "a" * 256)) | st.text(
    st.characters(codec="utf-8"), max_size=20
)


def sized(size: int) -> st.SearchStrategy[bytes]:
    return st.sampled_from((bytes(size), b"\xff" * size)) | st.binary(
        min_size=size, max_size=size
    )


hashes = sized(32)
scopes = st.builds(Scope, sized(8), st.sampled_from((0, 1, 127, 128, 255)))


def tuples_of(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, max_size=3).map(tuple)


parents = st.builds(Parent, sized(16), counts, hashes, counts)
alias_runs = st.builds(AliasRun, numbers, numbers, numbers)
births = st.builds(Birth, hashes, sized(16)) | st.builds(
    Birth, hashes, sized(16), parents, tuples_of(alias_runs)
)
scope_places = st.builds(
    ScopePlace, scopes, counts, numbers, counts, sized(8)
) | st.builds(ScopePlace, scopes, counts, st.just(0), counts)
hellos = st.builds(
    Hello,
    log=sized(16),
    exchange=numbers,
    head_seq=counts,
    head_hash=hashes,
    scopes=tuples_of(scope_places),
    verdicts=counts,
    trust_serial=counts,
    wire_serial=counts,
    courier_serial=counts,
    accepts_bytes=counts,
    clock=counts,
    is_plain=st.booleans(),
    birth=st.none() | births,
)


@st.composite
def scope_heads(draw: st.DrawFn) -> ScopeHead:
    head_place = draw(counts)
    place = draw(st.integers(0, head_place))
    digest = draw(st.just(b"") | hashes) if place == head_place else b""
    return ScopeHead(
        draw(scopes), draw(counts), place, draw(hashes), head_place, digest
    )


checkpoints = st.builds(
    Checkpoint,
    hub_time=counts,
    scopes=tuples_of(scope_heads()),
    receipted_seq=counts,
    receipted_hash=hashes,
    receipt=counts,
    hello_hash=sized(16),
)
bundle_heads = st.builds(
    BundleHead,
    sized(16),
    tuples_of(st.builds(Span, scopes, counts, counts, hashes, counts, hashes)),
    checkpoints,
)
granted = st.builds(GrantedScope, scopes, tuples_of(scopes))
forks = st.builds(
    Fork, numbers, hashes, hashes, numbers, st.sampled_from((b"", b"f" * 16))
)


@st.composite
def trust_entries(draw: st.DrawFn) -> TrustEntry:
    is_cut = draw(st.booleans())
    return TrustEntry(
        serial=draw(counts),
        log=draw(sized(16)),
        public_key=draw(hashes),
        nonce=draw(sized(16)),
        name=draw(names),
        scopes=draw(tuples_of(granted)),
        state=draw(st.sampled_from((1, 2))),
        cut_seq=draw(numbers) if is_cut else 0,
        cut_hash=draw(hashes) if is_cut else b"",
        forks=draw(tuples_of(forks)),
    )


trust_lists = st.builds(
    TrustList, counts, hashes, sized(64), tuples_of(trust_entries())
)
certificates = st.builds(
    Certificate,
    node_key=hashes,
    name=names,
    site=names,
    scopes=tuples_of(granted),
    role=st.sampled_from((1, 2)),
    serial=counts,
    not_before=counts,
    signature=sized(64),
)
statements = st.builds(
    BoxKeyStatement,
    owner=hashes,
    purpose=st.sampled_from((1, 2)),
    serial=counts,
    key=hashes,
    erase_after=counts,
    signature=sized(64),
)
joins = st.builds(
    JoinStatement,
    invitation=sized(16),
    node_key=hashes,
    nonce=sized(16),
    name=names,
    wire_key=statements,
    courier_key=statements,
    fonds=tuples_of(st.builds(OwnFonds, scopes, names, names)),
)
reasons = st.sampled_from(("", "scope", "secret-mark", "x" * 64))
results = st.builds(
    Results,
    counts,
    tuples_of(st.builds(Result, numbers, numbers, st.integers(1, 255), reasons)),
)


def items(known: tuple[Scope, ...]) -> st.SearchStrategy[Item]:
    """Items of every kind whose scopes are among *known*."""
    scope = st.sampled_from(known)
    wires = st.binary(min_size=1, max_size=40)
    return st.one_of(
        st.builds(SetItem, wires),
        st.builds(FeedSet, scope, wires, st.just(b"") | sized(16)),
        st.builds(FeedStubs, scope, numbers, numbers),
        st.builds(FeedOpening, scope, numbers, counts, counts, counts, hashes),
        results,
        trust_lists,
        certificates,
        statements,
        st.builds(ExtractItem, st.binary(max_size=40)),
        st.builds(ExtractsHeld, st.binary(max_size=40)),
        st.builds(UnknownItem, st.integers(13, 255), st.binary(max_size=40)),
    )
