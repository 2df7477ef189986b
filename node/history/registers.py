"""Registers (登记): what the hub and machines say about a fonds, in its own order.

A register is a record of level 9 which nobody is shown. Its list fields hold structured
elements; whoever added an element said it. Words that only the hub may say count from
the hub's key alone. What is in force at a place of the scope's order is what stands
before it, the last word first; so every machine that has read so far agrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from node.history.effects import DotNo, ElementNo, effect_of
from node.history.logbook import DecodedSets, entries_of
from node.history.state_packing import unpack_state
from node.history.survivors import RecordState, surviving_elements
from node.store.port import Rows
from node.store.row_types import RecordRow, SetState
from protocol.identity import Dot
from protocol.operations import CLAIMS_FIELD, LINKS_FIELD, Tag, Value

OWNER: Final = 60
"""(3, site, machine key, …): whose fonds it is; without a key nobody's alone."""
HOLDER: Final = 61
"""(3, stem, machine key): who numbers a sequence; stem "" stands for all."""
ASKED: Final = 62
"""(3, stem, amount): a machine asks for a block of numbers."""
LEASED: Final = 63
"""(3, stem, first, last, machine key, log, n): a block, answering what asked."""
RETURNED: Final = 64
"""(3, lease's log, lease's n, first, last): numbers that are given back."""
CLOSED: Final = 65
"""(3, stem, last number, count): 封册."""
OPERATOR: Final = 66
"""(3, name, public key, 1 or 0): who may decide; in the common scope."""
AGREEMENT: Final = 67
"""A sharing agreement (node/catalogue/agreements.py)."""
PACK: Final = 68
"""(3, pack, version): the rules in force from here on."""
HUB_WORDS: Final = frozenset({OWNER, HOLDER, OPERATOR, AGREEMENT, PACK})
"""Fields in which only the hub's elements count."""

WORD_FIELDS: Final = frozenset({LINKS_FIELD, CLAIMS_FIELD, 47, *range(OWNER, PACK + 1)})
"""Lists of words (links, claims, disputes, registers): nobody takes another's back."""

HUB_KEY: Final = "hub.key"
"""Setting in a room: its hub's Ed25519 key."""
COMMON: Final = "scope.common"
"""Setting at a hub: [fonds id, compartment] of the scope that all machines may read."""

Place = tuple[int, int, int]
"""(epoch, place, n): where an operation stands in its scope's order."""


class Word(NamedTuple):
    """One element of a register."""

    dot: Dot
    element: ElementNo
    """The same with the log's local number, and its position."""
    machine_key: bytes
    """Of the machine that said it."""
    place: Place | None
    """None while no order names it here: own work."""
    value: tuple[Value, ...]
    """Behind the tag."""


class Owner(NamedTuple):
    """Whose a fonds is."""

    site: str
    machine_keys: tuple[bytes, ...]
    """The first is its main machine."""


def hub_key_of(rows: Rows) -> bytes | None:
    """The Ed25519 key of the hub that a room has joined; None before joining."""
    key = rows.settings.get(HUB_KEY)
    return key if isinstance(key, bytes) else None


def hub_key(rows: Rows) -> bytes | None:
    """The hub's Ed25519 key; a machine that never joined is alone and has none."""
    joined = hub_key_of(rows)
    if joined is not None:
        return joined
    own = rows.logs.own()
    is_hub = own is not None and rows.settings.get(COMMON) is not None
    return own.public_key if is_hub and own is not None else None


def own_key(rows: Rows) -> bytes:
    """This machine's public key."""
    own = rows.logs.own()
    return b"" if own is None or own.public_key is None else own.public_key


def machine_key(rows: Rows, log_no: int) -> bytes:
    """The key of the machine that writes a log; empty where it is not known."""
    return rows.logs.row(log_no).public_key or b""


def place_of(rows: Rows, scope_no: int, dot: DotNo) -> Place | None:
    """Where an admitted operation of the scope stands; None where no order names it."""
    log_no, n = dot
    for held in rows.sets.holding(scope_no, log_no, n):
        if held.state != SetState.ADMITTED:
            continue
        found = rows.orders.of_set(held.log_no, held.seq, held.hash)
        if found is not None:
            return found.epoch, found.place, n
        return None
    return None


def words(rows: Rows, scope_no: int, field: int) -> list[Word]:
    """Elements of a field in the scope's registers, in order; own work last.

    Of a field in which only the hub has a say, only the hub's.
    """
    found: list[Word] = []
    hub: bytes | None = None
    for row in rows.records.registers(scope_no):
        state = unpack_state((row.log_no, row.n), row.state)
        for element, value in standing_elements(rows, row, state, field).items():
            if not isinstance(value, tuple) or value[:1] != (int(Tag.GROUP),):
                continue
            log_no, n, _ = element
            key = machine_key(rows, log_no)
            if field in HUB_WORDS:
                hub = hub or hub_key(rows) or own_key(rows)
                if key != hub:
                    continue
            is_own = (log_no, n) in state.pending
            place = None if is_own else place_of(rows, scope_no, (log_no, n))
            dot = Dot(rows.logs.id_of(log_no), n)
            found.append(Word(dot, element, key, place, value[1:]))
    return sorted(found, key=_order)


def standing_elements(
    rows: Rows, row: RecordRow, state: RecordState, field: int
) -> Mapping[ElementNo, Value]:
    """What stands in a list of a register: nobody takes another machine's word back.

    Only the machine that said it, or the hub, removes an element. Where others wrote to
    the register, the log is read for who did what.
    """
    key = machine_key(rows, row.log_no)
    edits = rows.edits.of_record(row.record_no)
    if all(machine_key(rows, edit.log_no) == key for edit in edits):
        return surviving_elements(state, field)
    hub = hub_key(rows)
    said: dict[ElementNo, Value] = {}
    gone: set[ElementNo] = set()
    writers: dict[ElementNo, bytes] = {}
    removals: list[tuple[bytes, ElementNo]] = []
    for entry in entries_of(rows, row, DecodedSets()):
        effect = effect_of(entry.operation, entry.log_no, rows.logs.ensure)
        if effect is None:
            continue
        writer = machine_key(rows, entry.log_no)
        for added in effect.adds:
            if added.field == field:
                element = (*effect.dot, added.position)
                said[element], writers[element] = added.value, writer
        for removal in effect.removals:
            if removal.field == field:
                removals += [(writer, element) for element in removal.elements]
    for writer, element in removals:
        if writer in (writers.get(element), hub):
            gone.add(element)
    return {element: value for element, value in said.items() if element not in gone}


def in_force(found: Sequence[Word], at: Place | None) -> list[Word]:
    """Those words that stand before *at*; without a place, all that an order names."""
    return [
        word
        for word in found
        if word.place is not None and (at is None or word.place < at)
    ]


def owner_in(found: Sequence[Word], at: Place | None = None) -> Owner | None:
    """The owner by these OWNER words at a place; None where nobody owns it alone."""
    standing = in_force(found, at)
    if not standing:
        return None
    site, *keys = standing[-1].value
    named = tuple(key for key in keys if isinstance(key, bytes))
    return Owner(str(site), named) if named else None


def owner_of(rows: Rows, scope_no: int) -> Owner | None:
    """The owner of the scope where its order stands now."""
    return owner_in(words(rows, scope_no, OWNER))


def pack_version(rows: Rows, scope_no: int) -> int:
    """The version of the rule pack in force where the order stands; 0 the usual."""
    standing = in_force(words(rows, scope_no, PACK), None)
    version = standing[-1].value[-1] if standing else 0
    return version if isinstance(version, int) else 0


def _order(word: Word) -> tuple[bool, Place, Dot, int]:
    return word.place is None, word.place or (0, 0, 0), word.dot, word.element[2]
