"""The sidecar: what this machine last sealed, kept outside the database.

It is written after the commit and before anything leaves, by rename, and never lower;
so a database that was put back from a backup is noticed before it seals a second set
of the same number.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from node.errors import SidecarDamaged
from node.faults import BEFORE_SIDECAR, SIDECAR, reached
from node.home import Home, write_durably
from node.store.port import Rows
from protocol.identity import HASH_BYTES, LOG_ID_BYTES, ZERO_HASH


class Sealed(NamedTuple):
    """The newest sealed set of an incarnation."""

    log: bytes
    seq: int
    """0: nothing is sealed yet."""
    hash: bytes


class Standing(Enum):
    """How the sidecar and the database stand to each other."""

    LEVEL = "level"
    BEHIND = "behind"
    """The database went on; the power was cut before the sidecar was written."""
    AHEAD = "ahead"
    """The database is an older copy."""
    MISSING = "missing"
    """No sidecar beside a log that is not empty."""
    FOREIGN = "foreign"
    """It speaks of another log, or of another set of that number."""


def read_sidecar(home: Home) -> Sealed | None:
    """What the sidecar says; None where there is none.

    Raises:
        SidecarDamaged: it cannot be understood.
    """
    try:
        text = home.sidecar.read_text("ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SidecarDamaged(home.sidecar) from error
    parts = text.split()
    try:
        sealed = Sealed(bytes.fromhex(parts[0]), int(parts[1]), bytes.fromhex(parts[2]))
    except (IndexError, ValueError) as error:
        raise SidecarDamaged(home.sidecar) from error
    if len(sealed.log) != LOG_ID_BYTES or len(sealed.hash) != HASH_BYTES:
        raise SidecarDamaged(home.sidecar)
    return sealed


def write_sidecar(home: Home, sealed: Sealed) -> None:
    """Write the sidecar, durably; call under the seal lock and never with less."""
    reached(BEFORE_SIDECAR)
    line = f"{sealed.log.hex()} {sealed.seq} {sealed.hash.hex()}\n"
    write_durably(home.sidecar, line.encode("ascii"))
    reached(SIDECAR)


def last_sealed(rows: Rows) -> Sealed | None:
    """The newest sealed set by the database; None where there is no own log."""
    own = rows.logs.own()
    if own is None:
        return None
    last = rows.sets.last(own.log_no)
    if last is None:
        return Sealed(own.log, 0, ZERO_HASH)
    return Sealed(own.log, last.seq, last.hash)


def standing(rows: Rows, found: Sealed | None) -> Standing:
    """How the sidecar *found* and the database stand to each other."""
    known = last_sealed(rows)
    if known is None:
        return Standing.LEVEL if found is None else Standing.FOREIGN
    if found is None:
        return Standing.LEVEL if known.seq == 0 else Standing.MISSING
    if found.log != known.log:
        former = rows.logs.by_id(found.log)
        is_former = former is not None and former.is_own
        return Standing.BEHIND if is_former else Standing.FOREIGN
    if found.seq > known.seq:
        return Standing.AHEAD
    if found.seq == known.seq:
        return Standing.LEVEL if found.hash == known.hash else Standing.FOREIGN
    if found.seq == 0:
        return Standing.BEHIND
    log_no = rows.logs.number_of(found.log)
    is_ours = log_no is not None and rows.sets.get(log_no, found.seq, found.hash)
    return Standing.BEHIND if is_ours else Standing.FOREIGN
