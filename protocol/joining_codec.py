"""The join statement: what a machine that wants to join says of itself."""

from __future__ import annotations

from protocol.boxkeys import read_statement, statement_row
from protocol.canonical import Canonical, encode
from protocol.exchange_limits import FONDS_LIMIT, TITLE_LIMIT_BYTES
from protocol.messages import JoinStatement, OwnFonds
from protocol.row_reader import RowReader, bounded, read_row
from protocol.signing import PUBLIC_KEY_BYTES


def encode_join(statement: JoinStatement) -> bytes:
    """The statement's canonical bytes."""
    fonds = tuple(_fonds_row(own) for own in statement.fonds)
    return encode(
        (
            statement.invitation,
            statement.node_key,
            statement.nonce,
            bounded(statement.name),
            statement_row(statement.wire_key),
            statement_row(statement.courier_key),
            fonds,
        )
    )


def decode_join(data: bytes) -> JoinStatement:
    """The statement that *data* is.

    Raises:
        RemoteProtocolError: it is none.
    """
    reader = read_row(data, "join statement")
    statement = JoinStatement(
        invitation=reader.fixed(16),
        node_key=reader.fixed(PUBLIC_KEY_BYTES),
        nonce=reader.fixed(16),
        name=reader.text(),
        wire_key=read_statement(RowReader(reader.take(), "box key statement")),
        courier_key=read_statement(RowReader(reader.take(), "box key statement")),
        fonds=reader.rows(_read_fonds, FONDS_LIMIT),
    )
    reader.end()
    return statement


def _fonds_row(own: OwnFonds) -> tuple[Canonical, ...]:
    title = bounded(own.title, TITLE_LIMIT_BYTES)
    return (own.scope.fonds, own.scope.compartment, bounded(own.code), title)


def _read_fonds(row: object) -> OwnFonds:
    reader = RowReader(row, "own fonds")
    own = OwnFonds(reader.scope(), reader.text(), reader.text(TITLE_LIMIT_BYTES))
    reader.end()
    return own
