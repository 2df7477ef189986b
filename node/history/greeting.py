"""A room's first words: where it stands, and what it has heard of the hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from node.history.departures import receipted
from node.history.incarnation import birth_of
from node.history.order import chain_at, head_of
from node.history.registers import HUB_KEY, hub_key_of
from node.history.results_taken import known_verdicts
from node.history.trust import serial_of
from node.store.port import Rows
from protocol.boxkeys import decode_statement
from protocol.identity import ZERO_HASH, Scope
from protocol.messages import (
    BoxKeyStatement,
    BundleHead,
    Certificate,
    Hello,
    Purpose,
    ScopePlace,
)
from protocol.order import chain_tag
from protocol.trust_codec import encode_certificate

CERTIFICATE: Final = "hub.certificate"
HUB_TIME: Final = "hub.time"
"""Newest time that the hub has signed."""
CLOCKS: Final = "hub.clocks"
"""[hub time, own time] when the hub was last heard over a network."""
EXCHANGE: Final = "exchange.number"
TOLD: Final = "box_keys.told"
"""[wire, courier]: serials of own box keys of which the hub has heard."""

Until = Mapping[Scope, int]
"""Per scope the place to which a session goes."""


def note_membership(rows: Rows, certificate: Certificate, hub_key: bytes) -> None:
    """This room belongs to the hub from now on."""
    rows.settings.put(HUB_KEY, hub_key)
    rows.settings.put(CERTIFICATE, encode_certificate(certificate))
    note_hub_time(rows, certificate.not_before, None)


def hub_time_of(rows: Rows) -> int:
    """The newest time that the hub has signed; 0 before the first."""
    return int(rows.settings.get(HUB_TIME) or 0)


def note_hub_time(rows: Rows, hub_time: int, own_time: int | None) -> int:
    """The hub has signed a time; the newest one known before.

    *own_time* is what stood on the own clock when the hub said it; None where its
    word was carried in a file.
    """
    known = hub_time_of(rows)
    rows.settings.put(HUB_TIME, max(known, hub_time))
    if own_time is not None:
        rows.settings.put(CLOCKS, [hub_time, own_time])
    return known


def clocks_of(rows: Rows) -> tuple[int, int] | None:
    """Hub time and own time when the hub was last heard; None before the first."""
    kept = rows.settings.get(CLOCKS)
    return None if kept is None else (int(kept[0]), int(kept[1]))


def make_hello(
    rows: Rows,
    until: Until,
    *,
    clock: int,
    accepts_bytes: int,
    is_plain: bool,
    asks_all: bool,
    introduces: bool = False,
) -> Hello:
    """The next hello; its exchange number is used up.

    *asks_all*: the trust list is to come whole. *introduces*: it carries the key, also
    where the hub has signed for this log: a restored hub may have forgotten it.
    """
    own = rows.logs.own()
    if own is None:
        message = "this machine has no log yet"
        raise LookupError(message)
    number = int(rows.settings.get(EXCHANGE) or 0) + 1
    rows.settings.put(EXCHANGE, number)
    last = rows.sets.last(own.log_no)
    hub_key = hub_key_of(rows) or b""
    wire = rows.box_keys.newest(hub_key, Purpose.WIRE)
    courier = rows.box_keys.newest(hub_key, Purpose.COURIER)
    places = []
    for scope in rows.scopes.all():
        if scope.is_granted:
            head = head_of(rows, scope.scope_no)
            bound = until.get(scope.scope, 0)
            tag = chain_tag(head.chain, head.place)
            places.append(ScopePlace(scope.scope, head.epoch, head.place, bound, tag))
    return Hello(
        log=own.log,
        exchange=number,
        head_seq=0 if last is None else last.seq,
        head_hash=ZERO_HASH if last is None else last.hash,
        scopes=tuple(places),
        verdicts=known_verdicts(rows, own.log),
        trust_serial=0 if asks_all else serial_of(rows),
        wire_serial=0 if wire is None else wire.serial,
        courier_serial=0 if courier is None else courier.serial,
        accepts_bytes=accepts_bytes,
        clock=clock,
        is_plain=is_plain,
        birth=birth_of(rows) if introduces or not receipted(rows).seq else None,
    )


def untold_statements(
    rows: Rows, mine: bytes
) -> tuple[tuple[BoxKeyStatement, ...], list[int]]:
    """Own box keys of which the hub has not heard; what it knows once it has."""
    told = list(rows.settings.get(TOLD) or [0, 0])
    found = []
    for place, purpose in enumerate((Purpose.WIRE, Purpose.COURIER)):
        newest = rows.box_keys.newest(mine, purpose)
        if newest is not None and newest.serial > told[place]:
            found.append(decode_statement(newest.statement))
            told[place] = newest.serial
    return tuple(found), told


def hello_of_bundle(rows: Rows, head: BundleHead) -> Hello:
    """The hello that a bundle answers, as far as it matters for reading it."""
    places: dict[Scope, ScopePlace] = {}
    for span in head.spans:
        if span.scope not in places and _begins_here(rows, span.scope, head):
            places[span.scope] = ScopePlace(span.scope, span.epoch, span.from_place)
    return Hello(
        log=head.log,
        exchange=0,
        head_seq=0,
        head_hash=ZERO_HASH,
        scopes=tuple(places.values()),
        verdicts=0,
        trust_serial=0,
        wire_serial=0,
        courier_serial=0,
        accepts_bytes=0,
        clock=0,
    )


def _begins_here(rows: Rows, scope: Scope, head: BundleHead) -> bool:
    """Whether the bundle's first span of the scope joins the order read here."""
    scope_no = rows.scopes.number_of(scope)
    if scope_no is None:
        return False
    span = next(each for each in head.spans if each.scope == scope)
    chain = chain_at(rows, scope_no, span.epoch, span.from_place)
    return chain is not None and chain == span.from_chain
