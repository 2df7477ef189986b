"""The birth of a log, as it stands in the header of seq 1 and in hellos."""

from __future__ import annotations

from protocol.canonical import Canonical
from protocol.exchange_limits import ALIASES_LIMIT
from protocol.identity import HASH_BYTES, LOG_ID_BYTES
from protocol.messages import AliasRun, Birth, Parent
from protocol.row_reader import RowReader


def birth_row(birth: Birth) -> tuple[Canonical, ...]:
    """``[public key, nonce, parent or nil, alias runs]``."""
    parent = birth.parent
    return (
        birth.public_key,
        birth.nonce,
        None if parent is None else (parent.log, parent.seq, parent.hash, parent.n),
        tuple((run.old_n, run.count, run.new_n) for run in birth.aliases),
    )


def read_birth(row: object) -> Birth:
    """The birth that *row* is.

    Raises:
        RemoteProtocolError: it is none.
    """
    reader = RowReader(row, "birth")
    birth = Birth(
        public_key=reader.fixed(32),
        nonce=reader.fixed(16),
        parent=_read_parent(reader.take()),
        aliases=reader.rows(_read_alias, ALIASES_LIMIT),
    )
    reader.end()
    return birth


def _read_parent(row: object) -> Parent | None:
    if row is None:
        return None
    reader = RowReader(row, "parent")
    parent = Parent(
        log=reader.fixed(LOG_ID_BYTES),
        seq=reader.number(),
        hash=reader.fixed(HASH_BYTES),
        n=reader.number(),
    )
    reader.end()
    return parent


def _read_alias(row: object) -> AliasRun:
    reader = RowReader(row, "alias run")
    run = AliasRun(
        reader.number(least=1), reader.number(least=1), reader.number(least=1)
    )
    reader.end()
    return run
