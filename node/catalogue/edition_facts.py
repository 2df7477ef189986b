"""What an edition of an extract says of itself, and the stamp of all it is made of."""

from __future__ import annotations

from typing import Final, NamedTuple

from node.catalogue.agreement_words import Agreement
from node.catalogue.edition_parts import clipped
from node.catalogue.pack import Pack
from node.catalogue.reading import all_fonds
from node.history.order import head_of
from node.history.registers import OWNER, PACK, words
from node.history.trust import serial_of
from node.store.port import Rows
from protocol.canonical import encode
from protocol.exchange_limits import NAME_LIMIT_BYTES, TITLE_LIMIT_BYTES
from protocol.identity import digest_128

_MOST_BYTES: Final = 4
"""Of one character."""


class Facts(NamedTuple):
    """What an edition of an agreement says of itself, and the stamp of it all."""

    fonds: str
    title: str
    stamp: bytes
    basis: bytes
    """What every part depends on beside its records."""


def facts_of(rows: Rows, agreement: Agreement, pack: Pack, hub: str) -> Facts:
    """The facts of an edition that would be made now."""
    head = head_of(rows, agreement.scope_no)
    known = all_fonds(rows)
    fonds = next((f for f in known if f.scope_no == agreement.scope_no), None)
    code = "" if fonds is None else _fitting(fonds.code, NAME_LIMIT_BYTES)
    title = "" if fonds is None else _fitting(fonds.title, TITLE_LIMIT_BYTES)
    said = [
        str((word.machine_key, word.place, word.value)).encode()
        for field in (OWNER, PACK)
        for word in words(rows, agreement.scope_no, field)
    ]
    basis = digest_128(
        "dangyi/basis/1",
        encode((agreement.fields, pack.name, pack.version)),
        *said,
    )
    about = (head.epoch, head.place, serial_of(rows), code, title, hub)
    stamp = digest_128("dangyi/edition/1", basis, encode((about, agreement.members())))
    return Facts(code, title, stamp, basis)


def _fitting(text: str, limit_bytes: int) -> str:
    """*text* as a head may tell it: a longer one would go to nobody."""
    if len(text.encode()) <= limit_bytes:
        return text
    return clipped(text, limit_bytes // _MOST_BYTES)
