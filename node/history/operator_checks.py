"""Every operator's signature in what is stored: counted, verified, the bad ones named.

A signature that does not hold stops nothing: the operation counts as what its set makes
it, and is shown without an operator's word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from node.errors import HistoryDamaged
from node.history.operator_signatures import Signed, signed_in, signed_left, stray
from node.history.operators import Roster, SignatureWord
from node.store.port import Rows
from node.store.row_types import SetRow
from protocol.changeset import Body, decode_redacted
from protocol.errors import ProtocolError
from protocol.header import decode_header
from protocol.identity import printed_log
from protocol.operations import Operation, Redact, Resolve


class BadSignature(NamedTuple):
    """An operator's signature that proves nothing."""

    where: str
    """Printed log, seq of the set and number of the operation."""
    word: SignatureWord
    signer: str
    is_hubs: bool
    """It stands in a set that the hub itself sealed."""


@dataclass(slots=True)
class SignatureTally:
    """What was found of operators' signatures."""

    signatures: int = 0
    decisions: int = 0
    unsigned: int = 0
    """Decisions without a signature, made where the hub had operators."""
    bad: list[BadSignature] = field(default_factory=list)


def check_signatures(
    rows: Rows, row: SetRow, body: Body, roster: Roster, tally: SignatureTally
) -> None:
    """Check what operators signed in a stored set, and in what its redactions left.

    Raises:
        HistoryDamaged: a redaction does not decode.
    """
    signed = signed_in(decode_header(row.header), body) if body.signatures else {}
    _check(rows, row, row.log_no, body, signed, roster, tally)
    for operation in body.operations:
        if isinstance(operation, Redact):
            for log_no, left, kept in _left(rows, row, operation):
                _check(rows, row, log_no, left, kept, roster, tally)


def _left(
    rows: Rows, row: SetRow, redact: Redact
) -> Iterator[tuple[int, Body, dict[int, Signed]]]:
    try:
        left = decode_redacted(redact)
        kept = signed_left(rows, redact, row.scope_no)
    except ProtocolError as error:
        log = rows.logs.id_of(row.log_no)
        raise HistoryDamaged(log, row.seq, error.code) from error
    log_no = rows.logs.number_of(redact.log)
    if log_no is not None and kept:
        untouched = tuple(each for each in left.operations if each.n in kept)
        yield log_no, Body(untouched, left.signatures), kept


def _check(
    rows: Rows,
    row: SetRow,
    log_no: int,
    body: Body,
    signed: dict[int, Signed],
    roster: Roster,
    tally: SignatureTally,
) -> None:
    for operation in body.operations:
        found = signed.get(operation.n)
        if isinstance(operation, Resolve):
            tally.decisions += 1
            told = roster.tell(rows, log_no, operation, found)
            tally.unsigned += told.word is SignatureWord.UNSIGNED
        if found is not None:
            _judge(rows, row, log_no, operation, found, roster, tally)
    for each in stray(body):
        tally.signatures += 1
        signer = each.public_key.hex()[:16]
        where = _where(rows, row, log_no, each.n)
        is_hubs = roster.moment(rows, log_no, each.n) is not None
        tally.bad.append(BadSignature(where, SignatureWord.BAD, signer, is_hubs))


def _judge(
    rows: Rows,
    row: SetRow,
    log_no: int,
    operation: Operation,
    signed: Signed,
    roster: Roster,
    tally: SignatureTally,
) -> None:
    at = roster.moment(rows, log_no, operation.n)
    for public_key, is_good in signed.verified():
        tally.signatures += 1
        told = roster.judged(at, public_key, is_good=is_good)
        if told.word is not None and told.word is not SignatureWord.VERIFIED:
            where = _where(rows, row, log_no, operation.n)
            tally.bad.append(
                BadSignature(where, told.word, told.signer, at is not None)
            )


def _where(rows: Rows, row: SetRow, log_no: int, n: int) -> str:
    return f"{printed_log(rows.logs.id_of(log_no))} {row.seq} {n}"
